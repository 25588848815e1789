/* move_mask.c: Trilu and Compress: elements kept or left out by their place. */
#include <string.h>

#include "move_ops.h"

/* ---- Trilu ---- */

enum lrp_status lrp_trilu_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 1, 2, err);
    if (!status && call->in[0].shape->rank < 2) return lrp_fail(err, LRP_FILE, "Trilu needs an input of at least 2 axes");
    if (!status && lrp_call_has(call, 1)) {
        status = lrp_infer_is_integer(call, 1, err);
        if (!status && lrp_shape_count(call->in[1].shape) != 1)
            return lrp_fail(err, LRP_FILE, "the diagonal k of Trilu is not a single number");
    }
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, call->in[0].shape, err);
}

struct triangle {
    bool upper;
    int64_t diagonal;
    size_t rows, columns;
};

static struct triangle triangle_of(const struct lrp_call *call, const struct lrp_tensor *const *in)
{
    const struct lrp_shape *x = &in[0]->shape;
    const int64_t k = lrp_call_has(call, 1) ? in[1]->i[0] : 0, limit = (int64_t)1 << 50;
    return (struct triangle){.upper = lrp_call_int(call, "upper", 1) != 0,
                             .diagonal = k > limit    ? limit
                                         : k < -limit ? -limit
                                                      : k,
                             .rows = (size_t)x->dim[x->rank - 2],
                             .columns = (size_t)x->dim[x->rank - 1]};
}

static bool keeps(const struct triangle *triangle, size_t at)
{
    const int64_t row = (int64_t)(at / triangle->columns % triangle->rows), column = (int64_t)(at % triangle->columns);
    return triangle->upper ? column - row >= triangle->diagonal : column - row <= triangle->diagonal;
}

enum lrp_status lrp_trilu_forward(LRP_FORWARD_PARAMETERS)
{
    const struct triangle shape = triangle_of(call, in);
    (void)handle, (void)run, (void)err;
    for (size_t i = 0; i < out[0]->count; ++i) {
        if (lrp_dtype_is_float(out[0]->dtype))
            out[0]->f[i] = keeps(&shape, i) ? in[0]->f[i] : 0;
        else
            out[0]->i[i] = keeps(&shape, i) ? in[0]->i[i] : 0;
    }
    return LRP_OK;
}

enum lrp_status lrp_trilu_vjp(LRP_VJP_PARAMETERS)
{
    const struct triangle shape = triangle_of(call, in);
    (void)handle, (void)out, (void)run, (void)err;
    for (size_t i = 0; s[0] && grad[0] && i < s[0]->count; ++i) grad[0]->f[i] = keeps(&shape, i) ? s[0]->f[i] : 0;
    return LRP_OK;
}

/* ---- Compress: slices along an axis (or elements) where a constant condition holds ---- */

static bool condition_holds(const struct lrp_blob *condition, size_t index)
{
    return index < condition->count && lrp_blob_get_i64(condition, index) != 0;
}

/* Without an axis the input is one row. */
static int compress_axis(const struct lrp_call *call)
{
    return lrp_call_attribute(call, "axis") ? lrp_normalize_axis(lrp_call_int(call, "axis", 0), call->in[0].shape->rank) : -1;
}

enum lrp_status lrp_compress_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    if (status) return status;
    const struct lrp_blob *condition = call->in[1].constant;
    if (!condition)
        return lrp_fail(err, LRP_UNSUPPORTED,
                        "the condition of Compress is not constant, so that its output has no known shape");
    const int axis = compress_axis(call);
    if (axis < 0 && lrp_call_attribute(call, "axis"))
        return lrp_fail(err, LRP_FILE, "the axis of Compress is outside the %d axes of the input", call->in[0].shape->rank);
    struct lrp_shape shape = *call->in[0].shape;
    const size_t dim = axis >= 0 ? (size_t)shape.dim[axis] : lrp_shape_span(&shape, 0, shape.rank);
    int64_t kept = 0;
    for (size_t k = 0; k < condition->count && k < dim; ++k) kept += condition_holds(condition, k);
    if (axis >= 0)
        shape.dim[axis] = kept;
    else
        shape = (struct lrp_shape){.rank = 1, .dim = {kept}};
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

/* Calls forth (cotangent NULL) or back on every kept slice, in order. */
static void compress(const struct lrp_call *call, const struct lrp_tensor *x, struct lrp_tensor *y,
                     const struct lrp_tensor *cotangent, struct lrp_tensor *grad)
{
    const struct lrp_shape *shape = call->in[0].shape;
    const struct lrp_blob *condition = call->in[1].constant;
    const int axis = compress_axis(call);
    const size_t outer = axis < 0 ? 1 : lrp_shape_span(shape, 0, axis),
                 n = axis < 0 ? 1 : lrp_shape_span(shape, axis + 1, shape->rank);
    const size_t dim = axis < 0 ? lrp_shape_span(shape, 0, shape->rank) : (size_t)shape->dim[axis];
    size_t to = 0;
    for (size_t o = 0; o < outer; ++o)
        for (size_t k = 0; k < dim && k < condition->count; ++k) {
            const size_t from = (o * dim + k) * n;
            if (!condition_holds(condition, k)) continue;
            if (cotangent)
                memcpy(grad->f + from, cotangent->f + to, n * sizeof(float));
            else if (lrp_dtype_is_float(y->dtype))
                memcpy(y->f + to, x->f + from, n * sizeof(float));
            else
                memcpy(y->i + to, x->i + from, n * sizeof(int64_t));
            to += n;
        }
}

enum lrp_status lrp_compress_forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle, (void)run, (void)err;
    compress(call, in[0], out[0], NULL, NULL);
    return LRP_OK;
}

enum lrp_status lrp_compress_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)in, (void)out, (void)run, (void)err;
    if (s[0] && grad[0]) compress(call, NULL, NULL, s[0], grad[0]);
    return LRP_OK;
}
