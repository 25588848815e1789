/* grid.c: scales of quantised numbers, and constants that are dequantised when they are read. */
#include "grid.h"

#include "infer.h"
#include "wide.h"

enum lrp_status lrp_scale_grid_read(const struct lrp_call *call, struct lrp_scale_grid *grid, struct lrp_error *err)
{
    const struct lrp_shape *x = call->in[0].shape, *scale = call->in[1].shape;
    const int64_t block = call->opset >= 21 ? lrp_call_int(call, "block_size", 0) : 0;
    int axis = 0; /* a block may be longer than the axis */
    *grid = (struct lrp_scale_grid){
        .inner = 1, .dim = 1, .block = 1, .scales = 1, .one = lrp_shape_count(scale) == 1 && block == 0};
    if (grid->one) return LRP_OK;
    const enum lrp_status status = lrp_infer_axis(call->opset < 13 ? 1 : lrp_call_int(call, "axis", 1), x->rank, &axis, err);
    if (status) return status;
    bool fits = block >= 0 && (block ? scale->rank == x->rank : scale->rank == 1 && scale->dim[0] == x->dim[axis]);
    for (int k = 0; k < x->rank && fits && block; ++k)
        fits = scale->dim[k] == (k == axis ? (x->dim[k] - 1) / block + 1 : x->dim[k]);
    if (!fits || (call->opset < 13 && block == 0))
        return lrp_fail(err, LRP_FILE, "the scales of %s do not fit its input", call->op_type);
    grid->inner = lrp_shape_span(x, axis + 1, x->rank);
    grid->dim = (size_t)x->dim[axis];
    grid->block = block ? (size_t)block : 1;
    grid->blocked = block != 0;
    grid->scales = block ? (size_t)scale->dim[axis] : grid->dim;
    return LRP_OK;
}

size_t lrp_scale_grid_at(const struct lrp_scale_grid *grid, size_t at)
{
    if (grid->one) return 0;
    const size_t place = at / grid->inner % grid->dim / grid->block;
    return grid->blocked ? (at / grid->inner / grid->dim * grid->scales + place) * grid->inner + at % grid->inner : place;
}

/* ---- DequantizeLinear when its numbers are read ---- */

struct codes {
    struct lrp_scale_grid grid;
    const float *scales, *zeros; /* zeros: NULL: 0 */
};

/* How many elements from `at` on have one scale, or (*step 1) one each, the next one the next. */
static size_t run_length(const struct lrp_scale_grid *grid, size_t at, size_t *step)
{
    const size_t inner = grid->inner, place = at / inner % grid->dim;

    *step = 0;
    if (grid->one) return SIZE_MAX;
    if (inner > 1) {
        *step = grid->blocked;
        return inner - at % inner;
    }
    if (grid->blocked) {
        const size_t end = (place / grid->block + 1) * grid->block;
        return (end < grid->dim ? end : grid->dim) - place;
    }
    *step = 1;
    return grid->dim - place;
}

INLINE void scale_codes(float *out, size_t n, const float *scales, const float *zeros, size_t step)
{
    if (zeros)
        for (size_t i = 0; i < n; ++i) out[i] = (out[i] - zeros[i * step]) * scales[i * step];
    else
        for (size_t i = 0; i < n; ++i) out[i] *= scales[i * step];
}

WIDE static void scale_run(float *out, size_t n, const float *scales, const float *zeros, size_t step)
{
    if (step)
        scale_codes(out, n, scales, zeros, 1);
    else
        scale_codes(out, n, scales, zeros, 0);
}

/* A code less its zero point is exact in float, so that this rounds once, as forward does. */
static void read_dequantized(const struct lrp_blob_view *view, size_t first, size_t n, float *out)
{
    const struct codes *const c = view->own;

    lrp_blob_f32(view->of, first, n, out);
    for (size_t done = 0; done < n;) {
        size_t step;
        const size_t run = run_length(&c->grid, first + done, &step), part = run < n - done ? run : n - done;
        const size_t at = lrp_scale_grid_at(&c->grid, first + done);

        scale_run(out + done, part, c->scales + at, c->zeros ? c->zeros + at : NULL, step);
        done += part;
    }
}

/* NULL when out of memory. */
static const float *floats_of(const struct lrp_blob *blob, struct lrp_arena *arena)
{
    float *const values = lrp_arena_calloc(arena, blob->count + 1, sizeof *values);

    if (values) lrp_blob_f32(blob, 0, blob->count, values);
    return values;
}

enum lrp_status lrp_dequantize_defer(const struct lrp_call *call, struct lrp_arena *arena, struct lrp_blob **out,
                                     struct lrp_error *err)
{
    const struct lrp_blob *const codes = call->in[0].constant;
    struct codes *const c = lrp_arena_calloc(arena, 1, sizeof *c);
    enum lrp_status status = c ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");

    if (!status) status = lrp_scale_grid_read(call, &c->grid, err);
    if (status || !codes->raw || lrp_dtype_size(codes->dtype) > 2 || call->in[1].constant->count >= codes->count / 2)
        return status;
    c->scales = floats_of(call->in[1].constant, arena);
    /* a zero point of a float of few bits is 0 */
    const bool zeros = lrp_call_has(call, 2) && !lrp_dtype_is_float(call->in[2].dtype);
    if (zeros) c->zeros = floats_of(call->in[2].constant, arena);
    if (c->scales && (!zeros || c->zeros))
        *out = lrp_blob_view(arena, codes->shape, (struct lrp_blob_view){.of = codes, .read = read_dequantized, .own = c});
    return *out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}
