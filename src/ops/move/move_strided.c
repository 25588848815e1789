/* move_strided.c: Transpose Expand Tile DepthToSpace SpaceToDepth Concat Split: what a view says completely. */
#include <string.h>

#include "move_ops.h"

/* ---- Transpose ---- */

/* Where each output axis comes from; the order reversed if nothing is said. */
static enum lrp_status permutation(const struct lrp_call *call, int perm[LRP_MAX_RANK], struct lrp_error *err)
{
    const int rank = call->in[0].shape->rank;
    int64_t values[LRP_MAX_RANK];
    bool seen[LRP_MAX_RANK] = {false};
    for (int k = 0; k < rank; ++k) perm[k] = rank - 1 - k;
    if (!lrp_call_attribute(call, "perm")) return LRP_OK;
    if (lrp_call_ints(call, "perm", values, LRP_MAX_RANK) != rank)
        return lrp_fail(err, LRP_FILE, "attribute perm does not have the %d axes of the input", rank);
    for (int k = 0; k < rank; ++k) {
        perm[k] = lrp_normalize_axis(values[k], rank);
        if (perm[k] < 0 || seen[perm[k]])
            return lrp_fail(err, LRP_FILE, "attribute perm is not a permutation of %d axes", rank);
        seen[perm[k]] = true;
    }
    return LRP_OK;
}

enum lrp_status lrp_transpose_infer(struct lrp_call *call, struct lrp_error *err)
{
    int perm[LRP_MAX_RANK];
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (!status) status = permutation(call, perm, err);
    if (status) return status;
    struct lrp_shape shape = {.rank = call->in[0].shape->rank};
    for (int k = 0; k < shape.rank; ++k) shape.dim[k] = call->in[0].shape->dim[perm[k]];
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

struct lrp_strided_view lrp_transpose_view(const struct lrp_call *call, int part)
{
    struct lrp_strided_view view = {0};
    int perm[LRP_MAX_RANK] = {0};
    int64_t src[LRP_MAX_RANK], dst[LRP_MAX_RANK];
    (void)part;
    (void)permutation(call, perm, NULL);
    lrp_dense_strides(call->in[0].shape, src);
    lrp_dense_strides(call->out[0].shape, dst);
    for (int k = 0; k < call->out[0].shape->rank; ++k) lrp_view_push(&view, call->out[0].shape->dim[k], src[perm[k]], dst[k]);
    return view;
}

/* A matrix: a product reads it where it lies. */
enum lrp_status lrp_transpose_defer(const struct lrp_call *call, struct lrp_arena *arena, struct lrp_blob **out,
                                    struct lrp_error *err)
{
    int perm[LRP_MAX_RANK] = {0};
    const struct lrp_blob *x = call->in[0].constant;
    if (x->shape->rank != 2 || !lrp_dtype_is_float(x->dtype) || permutation(call, perm, err) != LRP_OK || perm[0] != 1)
        return LRP_OK;
    *out = lrp_blob_transposed(arena, x);
    return *out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* ---- Expand, Tile ---- */

enum lrp_status lrp_expand_infer(struct lrp_call *call, struct lrp_error *err)
{
    int64_t dims[LRP_MAX_RANK];
    int rank = 0;
    enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    if (!status) status = lrp_infer_const_ints(call, 1, "shape", dims, &rank, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape;
    struct lrp_shape shape = {.rank = x->rank > rank ? x->rank : rank};
    for (int k = 1; k <= shape.rank; ++k) {
        const int64_t a = k <= x->rank ? x->dim[x->rank - k] : 1, b = k <= rank ? dims[rank - k] : 1;
        if (b < 0 || (a != b && a != 1 && b != 1))
            return lrp_fail(err, LRP_FILE, "dimension %lld cannot be expanded to %lld", (long long)a, (long long)b);
        shape.dim[shape.rank - k] = a == 1 ? b : a;
    }
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

struct lrp_strided_view lrp_expand_view(const struct lrp_call *call, int part)
{
    const struct lrp_shape *x = call->in[0].shape, *y = call->out[0].shape;
    struct lrp_strided_view view = {0};
    int64_t src[LRP_MAX_RANK], dst[LRP_MAX_RANK];
    (void)part;
    lrp_dense_strides(x, src);
    lrp_dense_strides(y, dst);
    for (int k = 0; k < y->rank; ++k) {
        const int from = k - (y->rank - x->rank);
        lrp_view_push(&view, y->dim[k], from >= 0 && x->dim[from] != 1 ? src[from] : 0, dst[k]);
    }
    return view;
}

enum lrp_status lrp_tile_infer(struct lrp_call *call, struct lrp_error *err)
{
    int64_t repeats[LRP_MAX_RANK];
    int count = 0;
    enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    if (!status) status = lrp_infer_const_ints(call, 1, "repeats", repeats, &count, err);
    if (status) return status;
    struct lrp_shape shape = *call->in[0].shape;
    if (count != shape.rank) return lrp_fail(err, LRP_FILE, "Tile has %d repeats for an input of %d axes", count, shape.rank);
    for (int k = 0; k < count; ++k)
        if (repeats[k] < 0 || __builtin_mul_overflow(shape.dim[k], repeats[k], &shape.dim[k]))
            return lrp_fail(err, LRP_FILE, "%lld repeats of axis %d are impossible", (long long)repeats[k], k);
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

struct lrp_strided_view lrp_tile_view(const struct lrp_call *call, int part)
{
    const struct lrp_shape *x = call->in[0].shape, *y = call->out[0].shape;
    struct lrp_strided_view view = {0};
    int64_t src[LRP_MAX_RANK], dst[LRP_MAX_RANK];
    (void)part;
    lrp_dense_strides(x, src);
    lrp_dense_strides(y, dst);
    for (int k = 0; k < y->rank; ++k) {
        lrp_view_push(&view, x->dim[k] ? y->dim[k] / x->dim[k] : 0, 0, x->dim[k] * dst[k]);
        lrp_view_push(&view, x->dim[k], src[k], dst[k]);
    }
    return view;
}

/* ---- DepthToSpace, SpaceToDepth ---- */

enum lrp_status lrp_depth_infer(struct lrp_call *call, struct lrp_error *err)
{
    const int64_t block = lrp_call_int(call, "blocksize", 0);
    const char *mode = lrp_call_string(call, "mode", "DCR");
    const bool to_space = ((const struct lrp_mover *)call->op->own)->to_space;
    const enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (status) return status;
    struct lrp_shape shape = *call->in[0].shape;
    if (shape.rank != 4 || block < 1 || block > 1 << 20)
        return lrp_fail(err, LRP_FILE, "%s needs an input of 4 axes and a positive blocksize", call->op_type);
    if (strcmp(mode, "DCR") != 0 && strcmp(mode, "CRD") != 0)
        return lrp_fail(err, LRP_FILE, "attribute mode is \"%.40s\", it must be DCR or CRD", mode);
    if (to_space ? shape.dim[1] % (block * block) != 0 : shape.dim[2] % block != 0 || shape.dim[3] % block != 0)
        return lrp_fail(err, LRP_FILE, "blocksize %lld does not divide the input's dimensions", (long long)block);
    if (to_space)
        shape.dim[1] /= block * block;
    else if (__builtin_mul_overflow(shape.dim[1], block * block, &shape.dim[1]))
        return lrp_fail(err, LRP_FILE, "blocksize %lld is impossible", (long long)block);
    for (int k = 2; k < 4; ++k) shape.dim[k] = to_space ? shape.dim[k] * block : shape.dim[k] / block;
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

/* Deep channels are (block row, block column, channel), in mode CRD (channel, block row, block column). */
struct lrp_strided_view lrp_depth_view(const struct lrp_call *call, int part)
{
    const int64_t b = lrp_call_int(call, "blocksize", 1);
    const bool to_space = ((const struct lrp_mover *)call->op->own)->to_space;
    const bool crd = to_space && strcmp(lrp_call_string(call, "mode", "DCR"), "CRD") == 0;
    const struct lrp_shape *deep = to_space ? call->in[0].shape : call->out[0].shape;
    const int64_t n = deep->dim[0], c = deep->dim[1] / (b * b), h = deep->dim[2], w = deep->dim[3], plane = h * w;
    const int64_t channel = crd ? b * b * plane : plane, row = crd ? b * plane : b * c * plane,
                  column = crd ? plane : c * plane;
    const int64_t dims[6] = {n, c, h, b, w, b};
    const int64_t of_deep[6] = {b * b * c * plane, channel, w, row, 1, column};
    const int64_t of_wide[6] = {b * b * c * plane, b * b * plane, b * b * w, b * w, b, 1};
    struct lrp_strided_view view = {0};
    (void)part;
    for (int k = 0; k < 6; ++k)
        lrp_view_push(&view, dims[k], to_space ? of_deep[k] : of_wide[k], to_space ? of_wide[k] : of_deep[k]);
    return view;
}

/* ---- Concat, Split ---- */

/* The first operand that has elements along the axis: one that has none, an empty past, may leave its other axes open. */
static int first_filled(const struct lrp_call *call, int axis)
{
    for (int i = 0; i < call->in_count; ++i)
        if (call->in[i].shape->rank > axis && call->in[i].shape->dim[axis] != 0) return i;
    return 0;
}

enum lrp_status lrp_concat_infer(struct lrp_call *call, struct lrp_error *err)
{
    int axis = 0;
    enum lrp_status status = lrp_infer_arity(call, call->in_count > 0 ? call->in_count : 1, -1, err);
    if (!status) status = lrp_infer_same_dtype(call, 0, call->in_count, err);
    if (!status && !lrp_call_attribute(call, "axis")) return lrp_fail(err, LRP_FILE, "attribute axis of Concat is missing");
    if (!status) status = lrp_infer_axis(lrp_call_int(call, "axis", 0), call->in[0].shape->rank, &axis, err);
    if (status) return status;
    const int first = first_filled(call, axis);
    struct lrp_shape shape = *call->in[first].shape;
    for (int i = 0; i < call->in_count; ++i) {
        struct lrp_shape other = *call->in[i].shape;
        if (i == first || (other.rank == shape.rank && other.dim[axis] == 0)) continue;
        const int64_t more = other.rank > axis ? other.dim[axis] : 0;
        if (other.rank > axis) other.dim[axis] = shape.dim[axis];
        if (!lrp_shape_equal(&other, &shape))
            return lrp_fail(err, LRP_FILE, "the shape of input %d does not fit that of input %d but for axis %d", i, first,
                            axis);
        if (__builtin_add_overflow(shape.dim[axis], more, &shape.dim[axis]))
            return lrp_fail(err, LRP_FILE, "the inputs of Concat have impossibly many elements");
    }
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

/* A block of `whole` that has the shape of `piece`, from `offset` on along an axis. */
static struct lrp_strided_view block_view(const struct lrp_shape *whole, const struct lrp_shape *piece, int axis,
                                          int64_t offset, bool reads)
{
    struct lrp_strided_view view = {0};
    int64_t outer[LRP_MAX_RANK], inner[LRP_MAX_RANK];
    lrp_dense_strides(whole, outer);
    lrp_dense_strides(piece, inner);
    for (int k = 0; k < piece->rank; ++k)
        lrp_view_push(&view, piece->dim[k], reads ? outer[k] : inner[k], reads ? inner[k] : outer[k]);
    *(reads ? &view.from : &view.to) = offset * outer[axis];
    return view;
}

struct lrp_strided_view lrp_concat_view(const struct lrp_call *call, int part)
{
    const int axis = lrp_normalize_axis(lrp_call_int(call, "axis", 0), call->in[0].shape->rank);
    int64_t offset = 0;
    for (int i = 0; i < part; ++i) offset += call->in[i].shape->dim[axis];
    return block_view(call->out[0].shape, call->in[part].shape, axis, offset, false);
}

/* The size of each part: as listed (attribute, input from opset 13), or equal, the last one smaller (opset 18). */
static enum lrp_status split_size(const struct lrp_call *call, int64_t dim, int part, int64_t *size, struct lrp_error *err)
{
    const struct lrp_attribute *listed = call->opset < 13 ? lrp_call_attribute(call, "split") : NULL;
    const int parts = call->out_count;
    if (listed && (listed->kind != LRP_ATTRIBUTE_INTS || listed->count != (size_t)parts))
        return lrp_fail(err, LRP_FILE, "attribute split does not list the %d outputs", parts);
    if (listed) {
        *size = listed->ints[part];
        return LRP_OK;
    }
    if (call->opset >= 13 && lrp_call_has(call, 1)) {
        const struct lrp_blob *blob = call->in[1].constant;
        if (!blob) return lrp_fail(err, LRP_UNSUPPORTED, "the sizes of Split are not constant");
        if (blob->count != (size_t)parts) return lrp_fail(err, LRP_FILE, "input split does not list the %d outputs", parts);
        *size = lrp_blob_get_i64(blob, (size_t)part);
        return LRP_OK;
    }
    const int64_t share = (dim + parts - 1) / parts, left = dim - share * part;
    if (dim % parts != 0 && call->opset < 18)
        return lrp_fail(err, LRP_FILE, "%lld elements cannot be split into %d equal parts", (long long)dim, parts);
    *size = left < 0 ? 0 : left < share ? left : share;
    return LRP_OK;
}

enum lrp_status lrp_split_infer(struct lrp_call *call, struct lrp_error *err)
{
    int axis = 0;
    int64_t total = 0;
    enum lrp_status status = lrp_infer_inputs(call, 1, call->opset < 13 ? 1 : 2, err);
    if (status) return status;
    if (call->out_count < 1) return lrp_fail(err, LRP_FILE, "Split has no outputs");
    status = lrp_infer_axis(lrp_call_int(call, "axis", 0), call->in[0].shape->rank, &axis, err);
    if (!status && call->opset >= 18 && lrp_call_int(call, "num_outputs", call->out_count) != call->out_count)
        status = lrp_fail(err, LRP_FILE, "attribute num_outputs is not the %d outputs there are", call->out_count);
    struct lrp_shape shape = *call->in[0].shape;
    const int64_t dim = !status ? shape.dim[axis] : 0;
    for (int part = 0; part < call->out_count && !status; ++part) {
        status = split_size(call, dim, part, &shape.dim[axis], err);
        if (!status && (shape.dim[axis] < 0 || shape.dim[axis] > dim - total))
            status = lrp_fail(err, LRP_FILE, "part %d of Split does not fit the %lld elements of axis %d", part, (long long)dim,
                              axis);
        if (!status) status = lrp_infer_output(call, part, call->in[0].dtype, &shape, err);
        total += !status ? shape.dim[axis] : 0;
    }
    if (!status && total != dim)
        status = lrp_fail(err, LRP_FILE, "the parts of Split are %lld of %lld elements", (long long)total, (long long)dim);
    return status;
}

struct lrp_strided_view lrp_split_view(const struct lrp_call *call, int part)
{
    const struct lrp_shape *x = call->in[0].shape;
    const int axis = lrp_normalize_axis(lrp_call_int(call, "axis", 0), x->rank);
    int64_t offset = 0, size = 0;
    for (int i = 0; i < part; ++i) {
        (void)split_size(call, x->dim[axis], i, &size, NULL);
        offset += size;
    }
    return block_view(x, call->out[part].shape, axis, offset, true);
}
