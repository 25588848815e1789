/* vector.c: SVMRegressor as a body: kernels of the input and the support vectors, weighted. */
#include <string.h>

#include "ml.h"

/* The kernel of every sample and support vector, (batch, vectors); `rows` vectors of `columns` features. */
static enum lrp_status kernel(struct lrp_operator_body *b, int x, int rows, int columns, const float *vectors, int *out,
                              struct lrp_error *err)
{
    const char *type = lrp_call_string(b->of, "kernel_type", "LINEAR");
    int given = 0;
    const float *p = lrp_ml_floats(b->of, b->arena, "kernel_params", &given);
    const float gamma = given > 0 ? p[0] : 0, shift = given > 1 ? p[1] : 0, degree = given > 2 ? p[2] : 0;
    const int table = lrp_body_floats(b, rows, columns, vectors);
    if (strcmp(type, "RBF") == 0) { /* e^(-gamma |x - v|^2) */
        const int apart =
            LRP_BODY_CALL(b, "apart", "Sub", LRP_BODY_CALL(b, "each", "Unsqueeze", x, LRP_BODY_WHOLE(b, 1)), table);
        const int far = LRP_BODY_CALL(b, "far", "ReduceSumSquare", apart, LRP_BODY_WHOLE(b, 2));
        lrp_body_int(b, "keepdims", 0);
        *out = LRP_BODY_CALL(b, "kernel", "Exp", LRP_BODY_CALL(b, "scaled", "Mul", far, lrp_body_number(b, -gamma)));
        return LRP_OK;
    }
    int y = LRP_BODY_CALL(b, "product", "Gemm", x, table);
    lrp_body_int(b, "transB", 1);
    if (strcmp(type, "LINEAR") != 0) {
        y = LRP_BODY_CALL(b, "scaled", "Mul", y, lrp_body_number(b, gamma));
        y = LRP_BODY_CALL(b, "shifted", "Add", y, lrp_body_number(b, shift));
        if (strcmp(type, "POLY") == 0)
            y = LRP_BODY_CALL(b, "kernel", "Pow", y, lrp_body_number(b, degree));
        else if (strcmp(type, "SIGMOID") == 0)
            y = LRP_BODY_CALL(b, "kernel", "Tanh", y);
        else
            return lrp_fail(err, LRP_FILE, "its kernel %.40s is unknown", type);
    }
    *out = y;
    return LRP_OK;
}

enum lrp_status lrp_ml_vector_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    int weights = 0, values = 0, offsets = 0, y = 0;
    const float *weight = lrp_ml_floats(b->of, b->arena, "coefficients", &weights);
    const float *vectors = lrp_ml_floats(b->of, b->arena, "support_vectors", &values);
    const float *offset = lrp_ml_floats(b->of, b->arena, "rho", &offsets);
    const int64_t supports = lrp_call_int(b->of, "n_supports", 0);
    if (lrp_call_int(b->of, "one_class", 0)) return lrp_fail(err, LRP_UNSUPPORTED, "one_class is not implemented");
    if (weights < 1 || offsets < 1 || !lrp_call_has(b->of, 0) || (supports > 0 && (supports != weights || values % weights)))
        return lrp_fail(err, LRP_FILE, "its coefficients and support vectors do not fit each other");
    y = lrp_ml_real(b, 0);
    const enum lrp_status status = supports > 0 ? kernel(b, y, weights, values / weights, vectors, &y, err) : LRP_OK;
    if (status) return status;
    y = LRP_BODY_CALL(b, "score", "Gemm", y, lrp_body_floats(b, 1, weights, weight), lrp_body_number(b, offset[0]));
    lrp_body_int(b, "transB", 1);
    const enum lrp_status post = lrp_ml_post_body(b, &y, err);
    lrp_body_return(b, 0, y);
    return post;
}
