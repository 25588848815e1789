/* shape_infer.c: the checks that the operators' inference functions share. */
#include "infer.h"

/* Bounds the product of all dimensions with zeros counted as ones, so that no stride overflows either. */
static bool is_manageable(const struct lrp_shape *shape)
{
    const int64_t limit = (int64_t)1 << 48;
    int64_t product = 1;
    if (shape->rank < 0 || shape->rank > LRP_MAX_RANK) return false;
    for (int k = 0; k < shape->rank; ++k) {
        const int64_t dim = shape->dim[k] == 0 ? 1 : shape->dim[k];
        if (dim < 0 || dim > limit / product) return false;
        product *= dim;
    }
    return true;
}

bool lrp_dtype_is_number(enum lrp_dtype dtype)
{
    if (dtype == LRP_DTYPE_COMPLEX64 || dtype == LRP_DTYPE_COMPLEX128) return false;
    return lrp_dtype_size(dtype) > 0;
}

bool lrp_call_wants(const struct lrp_call *call, int output)
{
    return output < call->out_count && call->out[output].present;
}

size_t lrp_shape_span(const struct lrp_shape *shape, int first, int last)
{
    size_t product = 1;
    for (int k = first; k < last; ++k) product *= (size_t)shape->dim[k];
    return product;
}

static bool computes_with(const struct lrp_call *call, enum lrp_dtype dtype)
{
    return lrp_dtype_is_number(dtype) || (dtype == LRP_DTYPE_STRING && call->op->traits & LRP_TRAIT_TEXTS);
}

static enum lrp_status check_input(const struct lrp_call *call, int input, struct lrp_error *err)
{
    const struct lrp_desc *desc = &call->in[input];
    char text[160];
    if (!computes_with(call, desc->dtype))
        return lrp_fail(err, LRP_UNSUPPORTED, "input %d is of type %s, with which %s is not computed", input,
                        lrp_dtype_text(desc->dtype), call->op_type);
    if (!is_manageable(desc->shape))
        return lrp_fail(err, LRP_FILE, "input %d has the impossible shape %s", input,
                        lrp_shape_text(desc->shape, 0, "x", text, sizeof text));
    return LRP_OK;
}

enum lrp_status lrp_infer_inputs(const struct lrp_call *call, int least, int most, struct lrp_error *err)
{
    for (int i = 0; i < least; ++i)
        if (!lrp_call_has(call, i))
            return lrp_fail(err, LRP_FILE, "input %d is missing, %s needs at least %d", i, call->op_type, least);
    for (int i = 0; i < call->in_count; ++i) {
        if (!lrp_call_has(call, i)) continue;
        if (most >= 0 && i >= most)
            return lrp_fail(err, LRP_FILE, "%s has %d inputs, opset %d allows %d", call->op_type, call->in_count, call->opset,
                            most);
        const enum lrp_status status = check_input(call, i, err);
        if (status) return status;
    }
    return LRP_OK;
}

enum lrp_status lrp_infer_arity(const struct lrp_call *call, int least, int most, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_inputs(call, least, most, err);
    if (!status && !lrp_call_wants(call, 0)) return lrp_fail(err, LRP_FILE, "output 0 of %s has no name", call->op_type);
    return status;
}

enum lrp_status lrp_infer_is_float(const struct lrp_call *call, int input, struct lrp_error *err)
{
    if (lrp_call_has(call, input) && !lrp_dtype_is_float(call->in[input].dtype))
        return lrp_fail(err, LRP_UNSUPPORTED, "input %d is of type %s, %s is computed on floats only", input,
                        lrp_dtype_text(call->in[input].dtype), call->op_type);
    return LRP_OK;
}

enum lrp_status lrp_infer_is_integer(const struct lrp_call *call, int input, struct lrp_error *err)
{
    const enum lrp_dtype dtype = call->in[input].dtype;
    if (lrp_dtype_is_float(dtype) || dtype == LRP_DTYPE_BOOL || dtype == LRP_DTYPE_STRING)
        return lrp_fail(err, LRP_FILE, "input %d is of type %s, %s needs integers there", input, lrp_dtype_text(dtype),
                        call->op_type);
    return LRP_OK;
}

enum lrp_status lrp_infer_same_dtype(const struct lrp_call *call, int first, int last, struct lrp_error *err)
{
    for (int i = first + 1; i < last && i < call->in_count; ++i)
        if (call->in[i].present && call->in[i].dtype != call->in[first].dtype)
            return lrp_fail(err, LRP_FILE, "input %d is of type %s, input %d of type %s; %s needs one type", first,
                            lrp_dtype_text(call->in[first].dtype), i, lrp_dtype_text(call->in[i].dtype), call->op_type);
    return LRP_OK;
}

enum lrp_status lrp_infer_output(struct lrp_call *call, int output, enum lrp_dtype dtype, const struct lrp_shape *shape,
                                 struct lrp_error *err)
{
    char text[160];
    if (!is_manageable(shape))
        return lrp_fail(err, LRP_FILE, "the output would have the impossible shape %s",
                        lrp_shape_text(shape, 0, "x", text, sizeof text));
    if (!computes_with(call, dtype))
        return lrp_fail(err, LRP_UNSUPPORTED, "the output would be of type %s, with which %s is not computed",
                        lrp_dtype_text(dtype), call->op_type);
    if (!lrp_call_wants(call, output)) return LRP_OK;
    const struct lrp_shape *kept = lrp_shape_set_keep(call->shapes, shape);
    if (!kept) return lrp_fail(err, LRP_MEMORY, "not enough memory for a shape");
    call->out[output].dtype = dtype;
    call->out[output].shape = kept;
    return LRP_OK;
}

enum lrp_status lrp_infer_same(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, call->in[0].shape, err);
}

enum lrp_status lrp_infer_same_float(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_same(call, err);
    return status ? status : lrp_infer_is_float(call, 0, err);
}

enum lrp_status lrp_infer_axis(int64_t axis, int rank, int *out, struct lrp_error *err)
{
    *out = lrp_normalize_axis(axis, rank);
    if (*out < 0) return lrp_fail(err, LRP_FILE, "axis %lld is outside the %d axes of the input", (long long)axis, rank);
    return LRP_OK;
}

enum lrp_status lrp_infer_const_ints(const struct lrp_call *call, int input, const char *what, int64_t *out, int *count,
                                     struct lrp_error *err)
{
    *count = lrp_call_const_ints(call, input, out, LRP_MAX_RANK);
    if (*count >= 0) return LRP_OK;
    if (!lrp_call_has(call, input) || call->in[input].constant)
        return lrp_fail(err, LRP_FILE, "the %s (input %d) are missing or more than %d", what, input, LRP_MAX_RANK);
    return lrp_fail(
        err, LRP_UNSUPPORTED,
        "the %s (input %d) are computed from the model's input; fix the input shape (--input-shape) or export with constant %s",
        what, input, what);
}

enum lrp_status lrp_infer_axes(const struct lrp_call *call, int input, int rank, bool axes[LRP_MAX_RANK], bool *given,
                               struct lrp_error *err)
{
    int64_t values[LRP_MAX_RANK];
    int count = 0;
    for (int k = 0; k < LRP_MAX_RANK; ++k) axes[k] = false;
    *given = input >= 0 ? lrp_call_has(call, input) : lrp_call_attribute(call, "axes") != NULL;
    if (!*given) return LRP_OK;
    if (input >= 0) {
        const enum lrp_status status = lrp_infer_const_ints(call, input, "axes", values, &count, err);
        if (status) return status;
    } else {
        count = lrp_call_ints(call, "axes", values, LRP_MAX_RANK);
        if (count < 0 || count > LRP_MAX_RANK)
            return lrp_fail(err, LRP_FILE, "attribute axes is not a list of at most %d integers", LRP_MAX_RANK);
    }
    for (int k = 0; k < count; ++k) {
        int axis = 0;
        const enum lrp_status status = lrp_infer_axis(values[k], rank, &axis, err);
        if (status) return status;
        if (axes[axis]) return lrp_fail(err, LRP_FILE, "axis %d is listed twice", axis);
        axes[axis] = true;
    }
    return LRP_OK;
}

static bool broadcast_with(struct lrp_shape *out, const struct lrp_shape *shape)
{
    struct lrp_shape result = {.rank = out->rank > shape->rank ? out->rank : shape->rank};
    for (int k = 1; k <= result.rank; ++k) {
        const int64_t a = k <= out->rank ? out->dim[out->rank - k] : 1;
        const int64_t b = k <= shape->rank ? shape->dim[shape->rank - k] : 1;
        if (a != b && a != 1 && b != 1) return false;
        result.dim[result.rank - k] = a == 1 ? b : a;
    }
    *out = result;
    return true;
}

enum lrp_status lrp_infer_broadcast(const struct lrp_call *call, int first, int last, struct lrp_shape *out,
                                    struct lrp_error *err)
{
    char left[160], right[160];
    *out = (struct lrp_shape){.rank = 0};
    for (int i = first; i < last && i < call->in_count; ++i)
        if (call->in[i].present && !broadcast_with(out, call->in[i].shape))
            return lrp_fail(err, LRP_FILE, "shape %s of input %d does not broadcast with %s",
                            lrp_shape_text(call->in[i].shape, 0, "x", left, sizeof left), i,
                            lrp_shape_text(out, 0, "x", right, sizeof right));
    return LRP_OK;
}

bool lrp_shape_broadcasts_to(const struct lrp_shape *from, const struct lrp_shape *to)
{
    struct lrp_shape both = *to;
    return broadcast_with(&both, from) && lrp_shape_equal(&both, to);
}
