/* move_gather.c: Gather GatherElements GatherND: elements picked by index; the vjp adds back where they came from. */
#include <string.h>

#include "move_ops.h"

enum lrp_status lrp_check_index(int64_t index, int64_t dim, int64_t *out, struct lrp_error *err)
{
    if (index < -dim || index >= dim)
        return lrp_fail(err, LRP_FILE, "index %lld is outside an axis of %lld elements", (long long)index, (long long)dim);
    *out = index < 0 ? index + dim : index;
    return LRP_OK;
}

/* dst[to..] = src[from..], n elements. */
static void copy_block(const struct lrp_tensor *src, size_t from, struct lrp_tensor *dst, size_t to, size_t n)
{
    if (lrp_dtype_is_float(dst->dtype))
        memcpy(dst->f + to, src->f + from, n * sizeof *dst->f);
    else
        memcpy(dst->i + to, src->i + from, n * sizeof *dst->i);
}

static void add_block(const struct lrp_tensor *cotangent, size_t to, struct lrp_tensor *grad, size_t from, size_t n)
{
    for (size_t i = 0; i < n; ++i) grad->f[from + i] += cotangent->f[to + i];
}

/* Block number k of the output is read from *from of the input; all blocks have n elements. */
struct index_blocks {
    const struct lrp_shape *x;
    const struct lrp_tensor *indices;
    int axis;
    size_t count, n;
    enum lrp_status (*locate)(const struct index_blocks *blocks, size_t k, size_t *from, struct lrp_error *err);
};

static enum lrp_status gather_blocks(const struct index_blocks *blocks, const struct lrp_tensor *x, struct lrp_tensor *y,
                                     struct lrp_error *err)
{
    for (size_t k = 0; k < blocks->count; ++k) {
        size_t from = 0;
        const enum lrp_status status = blocks->locate(blocks, k, &from, err);
        if (status) return status;
        copy_block(x, from, y, k * blocks->n, blocks->n);
    }
    return LRP_OK;
}

static enum lrp_status scatter_blocks(const struct index_blocks *blocks, const struct lrp_tensor *cotangent,
                                      struct lrp_tensor *grad, struct lrp_error *err)
{
    for (size_t k = 0; cotangent && grad && k < blocks->count; ++k) {
        size_t from = 0;
        const enum lrp_status status = blocks->locate(blocks, k, &from, err);
        if (status) return status;
        add_block(cotangent, k * blocks->n, grad, from, blocks->n);
    }
    return LRP_OK;
}

static enum lrp_status indexed_infer(const struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    return status ? status : lrp_infer_is_integer(call, 1, err);
}

static int axis_of(const struct lrp_call *call)
{
    return lrp_normalize_axis(lrp_call_int(call, "axis", 0), call->in[0].shape->rank);
}

/* ---- Gather: output axes are the input's with `axis` replaced by those of the indices ---- */

enum lrp_status lrp_gather_infer(struct lrp_call *call, struct lrp_error *err)
{
    int axis = 0;
    enum lrp_status status = indexed_infer(call, err);
    if (!status) status = lrp_infer_axis(lrp_call_int(call, "axis", 0), call->in[0].shape->rank, &axis, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape, *indices = call->in[1].shape;
    struct lrp_shape shape = {.rank = 0};
    if (x->rank - 1 + indices->rank > LRP_MAX_RANK)
        return lrp_fail(err, LRP_UNSUPPORTED, "the output would have more than %d axes", LRP_MAX_RANK);
    for (int k = 0; k < axis; ++k) shape.dim[shape.rank++] = x->dim[k];
    for (int k = 0; k < indices->rank; ++k) shape.dim[shape.rank++] = indices->dim[k];
    for (int k = axis + 1; k < x->rank; ++k) shape.dim[shape.rank++] = x->dim[k];
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

static enum lrp_status gather_locate(const struct index_blocks *blocks, size_t k, size_t *from, struct lrp_error *err)
{
    const int64_t dim = blocks->x->dim[blocks->axis];
    int64_t index = 0;
    const enum lrp_status status = lrp_check_index(blocks->indices->i[k % blocks->indices->count], dim, &index, err);
    *from = (k / blocks->indices->count * (size_t)dim + (size_t)index) * blocks->n;
    return status;
}

static struct index_blocks gather_of(const struct lrp_call *call, const struct lrp_tensor *const *in)
{
    const struct lrp_shape *x = in[0] ? &in[0]->shape : call->in[0].constant->shape;
    const int axis = lrp_normalize_axis(lrp_call_int(call, "axis", 0), x->rank);
    const size_t n = lrp_shape_span(x, axis + 1, x->rank);
    return (struct index_blocks){x, in[1], axis, n ? lrp_shape_span(x, 0, axis) * in[1]->count : 0, n, gather_locate};
}

/* Out of a constant nothing is read but what is asked for: a table of embeddings stays where it lies. */
static enum lrp_status gather_from_constant(const struct index_blocks *blocks, const struct lrp_blob *x, struct lrp_tensor *y,
                                            struct lrp_error *err)
{
    for (size_t k = 0; k < blocks->count; ++k) {
        const size_t to = k * blocks->n;
        size_t from = 0;
        const enum lrp_status status = blocks->locate(blocks, k, &from, err);
        if (status) return status;
        for (size_t i = 0; x->strings && i < blocks->n; ++i) y->s[to + i] = x->strings[from + i];
        if (lrp_dtype_is_float(y->dtype))
            lrp_blob_f32(x, from, blocks->n, y->f + to);
        else if (!x->strings)
            lrp_blob_i64(x, from, blocks->n, y->i + to);
    }
    return LRP_OK;
}

enum lrp_status lrp_gather_forward(LRP_FORWARD_PARAMETERS)
{
    const struct index_blocks blocks = gather_of(call, in);
    (void)handle, (void)run;
    return in[0] ? gather_blocks(&blocks, in[0], out[0], err)
                 : gather_from_constant(&blocks, call->in[0].constant, out[0], err);
}

enum lrp_status lrp_gather_vjp(LRP_VJP_PARAMETERS)
{
    const struct index_blocks blocks = gather_of(call, in);
    (void)handle, (void)out, (void)run;
    return scatter_blocks(&blocks, s[0], grad[0], err);
}

/* ---- GatherElements: the output has the shape of the indices ---- */

enum lrp_status lrp_gather_elements_infer(struct lrp_call *call, struct lrp_error *err)
{
    int axis = 0;
    enum lrp_status status = indexed_infer(call, err);
    if (!status) status = lrp_infer_axis(lrp_call_int(call, "axis", 0), call->in[0].shape->rank, &axis, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape, *indices = call->in[1].shape;
    bool fits = x->rank == indices->rank;
    for (int k = 0; k < x->rank && fits; ++k) fits = k == axis || indices->dim[k] <= x->dim[k];
    if (!fits) return lrp_fail(err, LRP_FILE, "the indices of %s do not fit the shape of its input", call->op_type);
    return lrp_infer_output(call, 0, call->in[0].dtype, indices, err);
}

static enum lrp_status elements_locate(const struct index_blocks *blocks, size_t k, size_t *from, struct lrp_error *err)
{
    int64_t stride[LRP_MAX_RANK], index = 0;
    const struct lrp_shape *shape = &blocks->indices->shape;
    const enum lrp_status status = lrp_check_index(blocks->indices->i[k], blocks->x->dim[blocks->axis], &index, err);
    lrp_dense_strides(blocks->x, stride);
    *from = 0;
    for (int a = shape->rank - 1; a >= 0; --a) {
        *from += (size_t)(stride[a] * (a == blocks->axis ? index : (int64_t)(k % (size_t)shape->dim[a])));
        k /= (size_t)shape->dim[a];
    }
    return status;
}

static struct index_blocks elements_of(const struct lrp_call *call, const struct lrp_tensor *const *in)
{
    return (struct index_blocks){&in[0]->shape, in[1], axis_of(call), in[1]->count, 1, elements_locate};
}

enum lrp_status lrp_gather_elements_forward(LRP_FORWARD_PARAMETERS)
{
    const struct index_blocks blocks = elements_of(call, in);
    (void)handle, (void)run;
    return gather_blocks(&blocks, in[0], out[0], err);
}

enum lrp_status lrp_gather_elements_vjp(LRP_VJP_PARAMETERS)
{
    const struct index_blocks blocks = elements_of(call, in);
    (void)handle, (void)out, (void)run;
    return scatter_blocks(&blocks, s[0], grad[0], err);
}

/* ---- GatherND: the last axis of the indices holds coordinates ---- */

enum lrp_status lrp_gather_nd_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = indexed_infer(call, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape, *indices = call->in[1].shape;
    const int64_t batch = lrp_call_int(call, "batch_dims", 0), depth = indices->rank > 0 ? indices->dim[indices->rank - 1] : -1;
    struct lrp_shape shape = {.rank = 0};
    if (batch < 0 || batch >= indices->rank || depth < 1 || depth > x->rank - batch)
        return lrp_fail(err, LRP_FILE, "the indices of GatherND do not fit the %d axes of its input", x->rank);
    for (int k = 0; k < (int)batch; ++k)
        if (x->dim[k] != indices->dim[k])
            return lrp_fail(err, LRP_FILE, "batch axis %d of GatherND differs between input and indices", k);
    const int kept = x->rank - (int)batch - (int)depth;
    if (indices->rank - 1 + kept > LRP_MAX_RANK)
        return lrp_fail(err, LRP_UNSUPPORTED, "the output would have more than %d axes", LRP_MAX_RANK);
    for (int k = 0; k < indices->rank - 1; ++k) shape.dim[shape.rank++] = indices->dim[k];
    for (int k = x->rank - kept; k < x->rank; ++k) shape.dim[shape.rank++] = x->dim[k];
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

/* axis is the number of batch axes here. */
static enum lrp_status nd_locate(const struct index_blocks *blocks, size_t k, size_t *from, struct lrp_error *err)
{
    const struct lrp_shape *shape = &blocks->indices->shape;
    const size_t depth = (size_t)shape->dim[shape->rank - 1], batches = lrp_shape_span(shape, 0, blocks->axis);
    size_t at = batches ? k / (blocks->count / batches) : 0;
    for (size_t d = 0; d < depth; ++d) {
        const int64_t dim = blocks->x->dim[blocks->axis + (int)d];
        int64_t index = 0;
        const enum lrp_status status = lrp_check_index(blocks->indices->i[k * depth + d], dim, &index, err);
        if (status) return status;
        at = at * (size_t)dim + (size_t)index;
    }
    *from = at * blocks->n;
    return LRP_OK;
}

static struct index_blocks nd_of(const struct lrp_call *call, const struct lrp_tensor *const *in)
{
    const struct lrp_shape *x = &in[0]->shape, *indices = &in[1]->shape;
    const int batch = (int)lrp_call_int(call, "batch_dims", 0), depth = (int)indices->dim[indices->rank - 1];
    const size_t n = lrp_shape_span(x, batch + depth, x->rank);
    return (struct index_blocks){x, in[1], batch, n ? lrp_shape_span(indices, 0, indices->rank - 1) : 0, n, nd_locate};
}

enum lrp_status lrp_gather_nd_forward(LRP_FORWARD_PARAMETERS)
{
    const struct index_blocks blocks = nd_of(call, in);
    (void)handle, (void)run;
    return gather_blocks(&blocks, in[0], out[0], err);
}

enum lrp_status lrp_gather_nd_vjp(LRP_VJP_PARAMETERS)
{
    const struct index_blocks blocks = nd_of(call, in);
    (void)handle, (void)out, (void)run;
    return scatter_blocks(&blocks, s[0], grad[0], err);
}
