/* move_reshape.c: Reshape Flatten Squeeze Unsqueeze: elements stay where they are, the shape changes. */
#include "move_ops.h"

struct lrp_strided_view lrp_reshape_view(const struct lrp_call *call, int part)
{
    (void)part;
    return lrp_view_flat(lrp_shape_span(call->in[0].shape, 0, call->in[0].shape->rank));
}

/* -1 stands for what is left over, 0 for the input's dimension (or for 0 with allowzero). */
static enum lrp_status wanted_shape(const struct lrp_call *call, const int64_t *wanted, int rank, struct lrp_shape *out,
                                    struct lrp_error *err)
{
    const struct lrp_shape *x = call->in[0].shape;
    const bool allow_zero = call->opset >= 14 && lrp_call_int(call, "allowzero", 0) != 0;
    const int64_t total = lrp_shape_count(x);
    int unknown = -1;
    int64_t known = 1;
    out->rank = rank;
    for (int k = 0; k < rank; ++k) {
        out->dim[k] = wanted[k] == 0 && !allow_zero && k < x->rank ? x->dim[k] : wanted[k];
        if (wanted[k] < -1 || (wanted[k] == -1 && unknown >= 0) || (wanted[k] == 0 && !allow_zero && k >= x->rank))
            return lrp_fail(err, LRP_FILE, "dimension %lld at place %d of the shape is invalid", (long long)wanted[k], k);
        if (wanted[k] == -1)
            unknown = k;
        else if (__builtin_mul_overflow(known, out->dim[k], &known))
            return lrp_fail(err, LRP_FILE, "the shape has impossibly many elements");
    }
    if (unknown >= 0 && (known == 0 || total % known != 0))
        return lrp_fail(err, LRP_FILE, "%lld elements cannot be divided among %lld places", (long long)total, (long long)known);
    if (unknown >= 0)
        out->dim[unknown] = total / known;
    else if (known != total)
        return lrp_fail(err, LRP_FILE, "%lld elements do not fit a shape of %lld", (long long)total, (long long)known);
    return LRP_OK;
}

enum lrp_status lrp_reshape_infer(struct lrp_call *call, struct lrp_error *err)
{
    int64_t wanted[LRP_MAX_RANK];
    int rank = 0;
    struct lrp_shape shape;
    enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    if (!status) status = lrp_infer_const_ints(call, 1, "shape", wanted, &rank, err);
    if (!status) status = wanted_shape(call, wanted, rank, &shape, err);
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

enum lrp_status lrp_flatten_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape;
    const int64_t given = lrp_call_int(call, "axis", 1);
    if (given < -x->rank || given > x->rank)
        return lrp_fail(err, LRP_FILE, "axis %lld of Flatten is outside the %d axes of the input", (long long)given, x->rank);
    const int axis = (int)(given < 0 ? given + x->rank : given);
    const struct lrp_shape shape = {.rank = 2,
                                    .dim = {(int64_t)lrp_shape_span(x, 0, axis), (int64_t)lrp_shape_span(x, axis, x->rank)}};
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

enum lrp_status lrp_squeeze_infer(struct lrp_call *call, struct lrp_error *err)
{
    bool axes[LRP_MAX_RANK], given = false;
    struct lrp_shape shape = {.rank = 0};
    enum lrp_status status = lrp_infer_arity(call, 1, call->opset < 13 ? 1 : 2, err);
    if (!status) status = lrp_infer_axes(call, call->opset < 13 ? -1 : 1, call->in[0].shape->rank, axes, &given, err);
    if (status) return status;
    for (int k = 0; k < call->in[0].shape->rank; ++k) {
        const int64_t dim = call->in[0].shape->dim[k];
        if (given && axes[k] && dim != 1)
            return lrp_fail(err, LRP_FILE, "axis %d cannot be squeezed, its dimension is %lld", k, (long long)dim);
        if (given ? !axes[k] : dim != 1) shape.dim[shape.rank++] = dim;
    }
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

/* How many axes are to be inserted; -1 if that is not known. */
static int inserted_axes(const struct lrp_call *call)
{
    int64_t values[LRP_MAX_RANK];
    return call->opset < 13 ? lrp_call_ints(call, "axes", values, LRP_MAX_RANK)
                            : lrp_call_const_ints(call, 1, values, LRP_MAX_RANK);
}

enum lrp_status lrp_unsqueeze_infer(struct lrp_call *call, struct lrp_error *err)
{
    bool axes[LRP_MAX_RANK], given = false;
    const bool attribute = call->opset < 13;
    enum lrp_status status = lrp_infer_arity(call, attribute ? 1 : 2, attribute ? 1 : 2, err);
    if (status) return status;
    const int count = inserted_axes(call), rank = call->in[0].shape->rank;
    if (count > LRP_MAX_RANK - rank)
        return lrp_fail(err, LRP_UNSUPPORTED, "the output would have more than %d axes", LRP_MAX_RANK);
    status = lrp_infer_axes(call, attribute ? -1 : 1, rank + (count > 0 ? count : 0), axes, &given, err);
    if (!status && !given) return lrp_fail(err, LRP_FILE, "attribute axes of Unsqueeze is missing");
    if (status) return status;
    struct lrp_shape shape = {.rank = rank + count};
    for (int k = 0, from = 0; k < shape.rank; ++k) shape.dim[k] = axes[k] ? 1 : call->in[0].shape->dim[from++];
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}
