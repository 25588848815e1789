/* shape_onehot.c: OneHot: a row of the off value with the on value where an index says. */
#include "shape_ops.h"

/* Numbers of any type are allowed for what should be integers. */
static int64_t integer_at(const struct lrp_tensor *tensor, size_t at)
{
    return lrp_dtype_is_float(tensor->dtype) ? lrp_float_to_integer(LRP_DTYPE_INT64, tensor->f[at]) : tensor->i[at];
}

enum lrp_status lrp_onehot_infer(struct lrp_call *call, struct lrp_error *err)
{
    int axis = 0;
    enum lrp_status status = lrp_infer_arity(call, 3, 3, err);
    if (!status) status = lrp_infer_axis(lrp_call_int(call, "axis", -1), call->in[0].shape->rank + 1, &axis, err);
    if (status) return status;
    const struct lrp_blob *depth = call->in[1].constant;
    struct lrp_shape shape = *call->in[0].shape;
    if (!depth)
        return lrp_fail(err, LRP_UNSUPPORTED, "the depth of OneHot is not constant, so that its output has no known shape");
    if (depth->count != 1 || call->in[2].shape->rank != 1 || call->in[2].shape->dim[0] != 2)
        return lrp_fail(err, LRP_FILE, "OneHot needs one depth and two values");
    if (shape.rank == LRP_MAX_RANK)
        return lrp_fail(err, LRP_UNSUPPORTED, "the output would have more than %d axes", LRP_MAX_RANK);
    for (int k = shape.rank++; k > axis; --k) shape.dim[k] = shape.dim[k - 1];
    shape.dim[axis] = lrp_dtype_is_float(depth->dtype) ? lrp_float_to_integer(LRP_DTYPE_INT64, lrp_blob_get_f32(depth, 0))
                                                       : lrp_blob_get_i64(depth, 0);
    return lrp_infer_output(call, 0, call->in[2].dtype, &shape, err);
}

static void put_value(struct lrp_tensor *y, size_t to, const struct lrp_tensor *values, size_t which)
{
    if (lrp_dtype_is_float(y->dtype))
        y->f[to] = values->f[which];
    else
        y->i[to] = values->i[which];
}

enum lrp_status lrp_onehot_forward(LRP_FORWARD_PARAMETERS)
{
    const int axis = lrp_normalize_axis(lrp_call_int(call, "axis", -1), out[0]->shape.rank);
    const size_t inner = lrp_shape_span(&out[0]->shape, axis + 1, out[0]->shape.rank);
    const int64_t depth = out[0]->shape.dim[axis];
    (void)handle, (void)run, (void)err;
    for (size_t k = 0; k < out[0]->count; ++k) put_value(out[0], k, in[2], 0);
    for (size_t k = 0; k < in[0]->count && depth > 0; ++k) {
        const int64_t given = integer_at(in[0], k), index = given < 0 ? given + depth : given;
        if (index >= 0 && index < depth) /* indices beyond the depth leave their row off */
            put_value(out[0], (k / inner * (size_t)depth + (size_t)index) * inner + k % inner, in[2], 1);
    }
    return LRP_OK;
}
