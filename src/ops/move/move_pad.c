/* move_pad.c: Pad. */
#include <stdlib.h>
#include <string.h>

#include "move_ops.h"

static const char *pad_mode(const struct lrp_call *call)
{
    return lrp_call_string(call, "mode", "constant");
}

/* Elements before and after each axis; negative ones cut. An attribute before opset 11, then an input; axes from 18 on. */
static enum lrp_status pads_of(const struct lrp_call *call, int64_t before[LRP_MAX_RANK], int64_t after[LRP_MAX_RANK],
                               struct lrp_error *err)
{
    const int rank = call->in[0].shape->rank;
    int64_t values[2 * LRP_MAX_RANK], axes[LRP_MAX_RANK];
    int axes_count = rank;
    bool seen[LRP_MAX_RANK] = {false};
    for (int k = 0; k < LRP_MAX_RANK; ++k) {
        axes[k] = k;
        before[k] = after[k] = 0;
    }
    if (call->opset >= 18 && lrp_call_has(call, 3)) {
        const enum lrp_status status = lrp_infer_const_ints(call, 3, "axes", axes, &axes_count, err);
        if (status) return status;
    }
    if (call->opset >= 11 && lrp_call_has(call, 1) && !call->in[1].constant)
        return lrp_fail(err, LRP_UNSUPPORTED,
                        "the pads (input 1) are computed from the model's input; export with constant pads");
    const int count = call->opset < 11 ? lrp_call_ints(call, "pads", values, 2 * LRP_MAX_RANK)
                                       : lrp_call_const_ints(call, 1, values, 2 * LRP_MAX_RANK);
    if (count != 2 * axes_count)
        return lrp_fail(err, LRP_FILE, "Pad has %d pads for %d axes, it needs two for each", count, axes_count);
    for (int k = 0; k < axes_count; ++k) {
        int axis = 0;
        const enum lrp_status status = lrp_infer_axis(axes[k], rank, &axis, err);
        if (status || seen[axis]) return status ? status : lrp_fail(err, LRP_FILE, "axis %d is padded twice", axis);
        seen[axis] = true;
        before[axis] = values[k];
        after[axis] = values[axes_count + k];
    }
    return LRP_OK;
}

/* Where element `at` (may be outside) of an axis is read: -1 for the constant. */
static int64_t pad_source(char mode, int64_t at, int64_t dim)
{
    if (at >= 0 && at < dim) return at;
    if (mode == 'c') return -1;
    if (mode == 'e') return at < 0 ? 0 : dim - 1;
    if (mode == 'w') return (at % dim + dim) % dim;
    const int64_t period = dim > 1 ? 2 * (dim - 1) : 1, folded = (at % period + period) % period;
    return folded < dim ? folded : period - folded;
}

enum lrp_status lrp_pad_infer(struct lrp_call *call, struct lrp_error *err)
{
    const char *mode = pad_mode(call);
    int64_t before[LRP_MAX_RANK], after[LRP_MAX_RANK];
    const int64_t limit = (int64_t)1 << 48;
    enum lrp_status status = lrp_infer_arity(call, call->opset < 11 ? 1 : 2,
                                             call->opset < 11   ? 1
                                             : call->opset < 18 ? 3
                                                                : 4,
                                             err);
    if (!status && strcmp(mode, "constant") != 0 && strcmp(mode, "edge") != 0 && strcmp(mode, "reflect") != 0 &&
        (strcmp(mode, "wrap") != 0 || call->opset < 19))
        return lrp_fail(err, LRP_FILE, "mode \"%.40s\" of Pad is unknown", mode);
    if (!status && call->opset >= 11 && lrp_call_has(call, 2) &&
        (call->in[2].dtype != call->in[0].dtype || lrp_shape_count(call->in[2].shape) != 1))
        return lrp_fail(err, LRP_FILE, "the constant of Pad is not a single number of the input's type");
    if (!status) status = pads_of(call, before, after, err);
    if (status) return status;
    struct lrp_shape shape = *call->in[0].shape;
    for (int k = 0; k < shape.rank; ++k) {
        if (before[k] > limit || after[k] > limit || before[k] < -limit || after[k] < -limit)
            return lrp_fail(err, LRP_FILE, "the pads of axis %d are impossible", k);
        const bool fills = before[k] > 0 || after[k] > 0;
        if (shape.dim[k] == 0 && fills && mode[0] != 'c')
            return lrp_fail(err, LRP_FILE, "axis %d has no elements to be padded with in mode %s", k, mode);
        shape.dim[k] += before[k] + after[k];
    }
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

enum lrp_kind lrp_pad_kind(const struct lrp_call *call)
{
    bool zero = call->opset >= 11 || lrp_call_float(call, "value", 0) == 0;
    if (call->opset >= 11 && lrp_call_has(call, 2))
        zero = call->in[2].constant && call->in[2].constant->count == 1 && call->in[2].constant->dtype != LRP_DTYPE_STRING &&
               lrp_blob_get_f32(call->in[2].constant, 0) == 0;
    return zero && strcmp(pad_mode(call), "constant") == 0 ? LRP_KIND_PAD : LRP_KIND_OTHER;
}

/* For every axis and output index along it, the input offset it reads, or -1: tables of out->dim[k] numbers one after the
 * other. NULL when out of memory. */
static int64_t *pad_table(const struct lrp_call *call, const struct lrp_shape *x, const struct lrp_shape *y)
{
    int64_t before[LRP_MAX_RANK], after[LRP_MAX_RANK], stride[LRP_MAX_RANK];
    size_t total = 0;
    for (int k = 0; k < y->rank; ++k) total += (size_t)y->dim[k];
    int64_t *table = calloc(total + 1, sizeof *table), *next = table;
    if (!table) return NULL;
    (void)pads_of(call, before, after, NULL);
    lrp_dense_strides(x, stride);
    for (int k = 0; k < y->rank; ++k)
        for (int64_t i = 0; i < y->dim[k]; ++i) {
            const int64_t source = pad_source(pad_mode(call)[0], i - before[k], x->dim[k]);
            *next++ = source < 0 ? -1 : source * stride[k];
        }
    return table;
}

/* Input offset of every output element in order; -1 for the constant. Walks rows: `index` counts the outer axes. */
struct pad_walk {
    const struct lrp_shape *y;
    const int64_t *table;
    int64_t index[LRP_MAX_RANK];
};

static int64_t pad_next(struct pad_walk *walk)
{
    const int64_t *table = walk->table;
    int64_t offset = 0;
    bool outside = false;
    for (int k = 0; k < walk->y->rank; ++k) {
        const int64_t part = table[walk->index[k]];
        outside = outside || part < 0;
        offset += part;
        table += walk->y->dim[k];
    }
    for (int k = walk->y->rank - 1; k >= 0 && ++walk->index[k] == walk->y->dim[k]; --k) walk->index[k] = 0;
    return outside ? -1 : offset;
}

/* Constant padding: the block of the input that is kept, at its place in the output. */
static struct lrp_strided_view kept_block(const struct lrp_call *call, const struct lrp_shape *x, const struct lrp_shape *y)
{
    int64_t before[LRP_MAX_RANK], after[LRP_MAX_RANK], src[LRP_MAX_RANK], dst[LRP_MAX_RANK];
    struct lrp_strided_view view = {0};
    (void)pads_of(call, before, after, NULL);
    lrp_dense_strides(x, src);
    lrp_dense_strides(y, dst);
    for (int k = 0; k < x->rank; ++k) {
        const int64_t cut = (before[k] < 0 ? -before[k] : 0) + (after[k] < 0 ? -after[k] : 0);
        view.from += before[k] < 0 ? -before[k] * src[k] : 0;
        view.to += before[k] > 0 ? before[k] * dst[k] : 0;
        lrp_view_push(&view, x->dim[k] > cut ? x->dim[k] - cut : 0, src[k], dst[k]);
    }
    return view;
}

static void fill_constant(const struct lrp_call *call, const struct lrp_tensor *constant, struct lrp_tensor *out)
{
    if (lrp_dtype_is_float(out->dtype)) {
        const float value = call->opset < 11 ? lrp_call_float(call, "value", 0) : constant ? constant->f[0] : 0;
        for (size_t i = 0; i < out->count; ++i) out->f[i] = value;
        return;
    }
    for (size_t i = 0; i < out->count; ++i) out->i[i] = constant ? constant->i[0] : 0;
}

enum lrp_status lrp_pad_forward(LRP_FORWARD_PARAMETERS)
{
    struct pad_walk walk = {.y = &out[0]->shape};
    (void)handle;
    if (pad_mode(call)[0] == 'c') {
        const struct lrp_strided_view view = kept_block(call, &in[0]->shape, &out[0]->shape);
        fill_constant(call, call->opset >= 11 && lrp_call_has(call, 2) ? in[2] : NULL, out[0]);
        lrp_view_copy(&view, in[0], out[0], run);
        return LRP_OK;
    }
    int64_t *table = pad_table(call, &in[0]->shape, &out[0]->shape);
    if (!table) return lrp_fail(err, LRP_MEMORY, "not enough memory to pad");
    walk.table = table;
    for (size_t i = 0; i < out[0]->count; ++i) {
        const int64_t from = pad_next(&walk);
        if (lrp_dtype_is_float(out[0]->dtype))
            out[0]->f[i] = in[0]->f[from];
        else
            out[0]->i[i] = in[0]->i[from];
    }
    free(table);
    return LRP_OK;
}

/* What padding makes of the constant goes back to it, if it is wanted. */
enum lrp_status lrp_pad_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)out;
    if (!s[0]) return LRP_OK;
    struct lrp_tensor *constant = call->opset >= 11 && lrp_call_has(call, 2) ? grad[2] : NULL;
    struct pad_walk walk = {.y = &s[0]->shape};
    if (pad_mode(call)[0] == 'c' && !constant) {
        const struct lrp_strided_view view = kept_block(call, &in[0]->shape, &s[0]->shape);
        if (grad[0]) lrp_view_add(&view, s[0], grad[0], run);
        return LRP_OK;
    }
    int64_t *table = pad_table(call, &in[0]->shape, &s[0]->shape);
    if (!table) return lrp_fail(err, LRP_MEMORY, "not enough memory to pad");
    walk.table = table;
    for (size_t i = 0; i < s[0]->count; ++i) {
        const int64_t from = pad_next(&walk);
        if (from >= 0 && grad[0])
            grad[0]->f[from] += s[0]->f[i];
        else if (from < 0 && constant)
            constant->f[0] += s[0]->f[i];
    }
    free(table);
    return LRP_OK;
}
