/* quantize.c: QuantizeLinear, DequantizeLinear and both in a row: whole numbers that stand for floats, one scale for a tensor,
 * an axis or blocks. */
#include <math.h>
#include <string.h>

#include "batch.h"
#include "convert.h"
#include "elementwise.h"
#include "grid.h"
#include "parallel.h"
#include "rounding.h"

struct quantization { /* what the rows of both directions own */
    bool forth;
};
static bool quantizes(const struct lrp_call *call)
{
    return ((const struct quantization *)call->op->own)->forth;
}

/* The whole numbers of a type; false for types that are not quantised to. */
static bool type_bounds(enum lrp_dtype dtype, double *low, double *high)
{
    static const struct {
        enum lrp_dtype dtype;
        int low, high;
    } known[] = {{LRP_DTYPE_INT8, -128, 127},  {LRP_DTYPE_UINT8, 0, 255}, {LRP_DTYPE_INT16, -32768, 32767},
                 {LRP_DTYPE_UINT16, 0, 65535}, {LRP_DTYPE_INT4, -8, 7},   {LRP_DTYPE_UINT4, 0, 15}};
    for (size_t k = 0; k < sizeof known / sizeof *known; ++k) {
        if (known[k].dtype != dtype) continue;
        *low = known[k].low, *high = known[k].high;
        return true;
    }
    return false;
}

static enum lrp_status check_types(const struct lrp_call *call, enum lrp_dtype *to, struct lrp_error *err)
{
    const bool zero = lrp_call_has(call, 2), forth = quantizes(call);
    const int64_t asked = call->opset >= 21 ? lrp_call_int(call, "output_dtype", 0) : 0;
    double low = 0, high = 0;
    *to = forth ? LRP_DTYPE_UINT8 : call->in[1].dtype;
    if (forth && zero)
        *to = call->in[2].dtype;
    else if (asked > 0 && asked < LRP_DTYPE_COUNT)
        *to = (enum lrp_dtype)asked;
    if (asked >= LRP_DTYPE_COUNT || lrp_call_int(call, "precision", 0) > LRP_DTYPE_FLOAT ||
        (forth ? !type_bounds(*to, &low, &high) && !lrp_dtype_is_tiny(*to) : !lrp_dtype_is_float(*to)))
        return lrp_fail(err, LRP_UNSUPPORTED, "%s to this type is not implemented", call->op_type);
    const bool tiny = lrp_dtype_is_tiny(call->in[0].dtype);
    const bool wide = lrp_dtype_size(call->in[0].dtype) > 4 || (lrp_dtype_is_float(call->in[0].dtype) && !tiny);
    if (!lrp_dtype_is_float(call->in[1].dtype) || (!forth && wide) ||
        (zero && lrp_dtype_is_float(call->in[2].dtype) != (forth ? lrp_dtype_is_tiny(*to) : tiny)))
        return lrp_fail(err, LRP_UNSUPPORTED, "%s of these types is not implemented", call->op_type);
    return LRP_OK;
}

static enum lrp_status quantize_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_dtype to = LRP_DTYPE_UNDEFINED;
    struct lrp_scale_grid grid;
    enum lrp_status status = lrp_infer_arity(call, 2, 3, err);
    if (!status) status = check_types(call, &to, err);
    if (!status) status = lrp_scale_grid_read(call, &grid, err);
    if (!status && lrp_call_has(call, 2) &&
        (grid.one ? lrp_shape_count(call->in[2].shape) != 1 : !lrp_shape_equal(call->in[1].shape, call->in[2].shape)))
        return lrp_fail(err, LRP_FILE, "the zero point of %s has another shape than its scale", call->op_type);
    return status ? status : lrp_infer_output(call, 0, to, call->in[0].shape, err);
}

/* What lrp_tensor.step promises: bytes times one scale. */
static float common_step(const struct lrp_scale_grid *grid, enum lrp_dtype codes, const struct lrp_tensor *scale)
{
    double low, high;
    return grid->one && type_bounds(codes, &low, &high) && high - low < 256 && isnormal(scale->f[0]) ? fabsf(scale->f[0]) : 0;
}

static enum lrp_status quantize_forward(LRP_FORWARD_PARAMETERS)
{
    const bool zeros = lrp_call_has(call, 2), is_float = lrp_dtype_is_float(in[0]->dtype);
    double low = 0, high = 0;
    struct lrp_scale_grid grid;
    (void)handle, (void)run;
    const enum lrp_status status = lrp_scale_grid_read(call, &grid, err);
    (void)type_bounds(out[0]->dtype, &low, &high);
    if (!status && !quantizes(call)) out[0]->step = common_step(&grid, in[0]->dtype, in[1]);
    for (size_t k = 0; k < out[0]->count && !status; ++k) {
        const size_t at = lrp_scale_grid_at(&grid, k);
        const bool whole_zero = zeros && !lrp_dtype_is_float(in[2]->dtype); /* a zero point of few bits is 0 */
        const int64_t zero = whole_zero ? in[2]->i[at] : 0;
        if (!quantizes(call)) {
            out[0]->f[k] = (is_float ? in[0]->f[k] : (float)(in[0]->i[k] - zero)) * in[1]->f[at];
            continue;
        }
        const float x = is_float ? in[0]->f[k] : (float)in[0]->i[k];
        if (lrp_dtype_is_tiny(out[0]->dtype)) {
            out[0]->f[k] = lrp_tiny_nearest(out[0]->dtype, x / in[1]->f[at], lrp_call_int(call, "saturate", 1) != 0);
            continue;
        }
        const double whole = rint((double)(x / in[1]->f[at])) + (double)zero;
        out[0]->i[k] = (int64_t)fmin(fmax(whole, low), high); /* NaN: the lowest */
    }
    return status;
}

/* ---- there and back: what quantisation-aware exporters put behind every layer ---- */

/* Inputs x, scale and zero point as QuantizeLinear's, the last of which may be missing; output a float of x's type. */
static enum lrp_dtype rounded_to(const struct lrp_call *call)
{
    const int64_t asked = lrp_call_int(call, "output_dtype", 0);
    if (lrp_call_has(call, 2)) return call->in[2].dtype;
    return asked > 0 && asked < LRP_DTYPE_COUNT ? (enum lrp_dtype)asked : LRP_DTYPE_UINT8;
}

/* Its codes' ends: the type's, unless narrower ones are given as `low` and `high`. As files write it out there need be none. */
static bool rounded_between(const struct lrp_call *call, double *low, double *high)
{
    const double most = lrp_call_attribute(call, "multiplies") ? 0x1p62 : 0x1p20;
    const bool known = type_bounds(rounded_to(call), low, high);
    *low = (double)lrp_call_int(call, "low", (int64_t)*low);
    *high = (double)lrp_call_int(call, "high", (int64_t)*high);
    return known && *low >= -most && *high <= most && *low <= *high;
}

static enum lrp_status there_and_back_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_scale_grid grid;
    double low, high;
    enum lrp_status status = lrp_infer_arity(call, 2, 4, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    if (!status) status = lrp_infer_is_float(call, 1, err);
    if (!status && lrp_call_has(call, 3)) status = lrp_infer_is_float(call, 3, err);
    if (!status && lrp_call_has(call, 3) && !lrp_shape_equal(call->in[1].shape, call->in[3].shape))
        return lrp_fail(err, LRP_FILE, "the way back of %s has another shape than its scale", call->op_type);
    if (!status && !rounded_between(call, &low, &high))
        status = lrp_fail(err, LRP_UNSUPPORTED, "%s with this zero point is not implemented", call->op_type);
    if (!status) status = lrp_scale_grid_read(call, &grid, err);
    if (!status && lrp_call_has(call, 2) && lrp_shape_count(call->in[1].shape) != lrp_shape_count(call->in[2].shape))
        status = lrp_fail(err, LRP_FILE, "the zero point of %s has another shape than its scale", call->op_type);
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, call->in[0].shape, err);
}

/* A line of elements with one scale. */
struct lines {
    const float *x;
    float *y;
    const float *scale;
    const int64_t *zero; /* NULL: 0 */
    size_t length, scales, count;
    float low, high;
};
static void round_lines(void *context, int64_t begin, int64_t end)
{
    const struct lines *l = context;
    for (size_t line = (size_t)begin; line < (size_t)end; ++line) {
        const size_t at = line % l->scales, first = line * l->length, rest = l->count - first;
        const float zero = l->zero ? (float)l->zero[at] : 0;
        lrp_round_between(l->x + first, rest < l->length ? rest : l->length, l->scale[at], l->low - zero, l->high - zero,
                          l->y + first);
    }
}

/* As files write it out in primitives: x is divided by the scale or multiplied by it, codes likewise on the way back, by input
 * 3 or by the scale, too. */
static void round_as_written(const struct lrp_call *call, const struct lrp_scale_grid *grid, const struct lrp_tensor *const *in,
                             const struct lrp_tensor *there, struct lrp_tensor *y, float low, float high)
{
    const bool multiplies = lrp_call_int(call, "multiplies", 0) != 0, divides = lrp_call_int(call, "divides", 0) != 0;
    const struct lrp_tensor *back = lrp_call_has(call, 3) ? in[3] : in[1];
    for (size_t k = 0; k < y->count; ++k) {
        const size_t at = lrp_scale_grid_at(grid, k);
        const float x = multiplies ? there->f[k] * in[1]->f[at] : there->f[k] / in[1]->f[at];
        const float code = rintf(fminf(fmaxf(x, low), high)); /* NaN: the lower */
        y->f[k] = divides ? code / back->f[at] : code * back->f[at];
    }
}

static enum lrp_status there_and_back_forward(LRP_FORWARD_PARAMETERS)
{
    enum { LENGTH = 4096 };
    double low = 0, high = 0;
    struct lrp_scale_grid grid;
    (void)handle;
    const enum lrp_status status = lrp_scale_grid_read(call, &grid, err);
    if (status || !out[0] || out[0]->count == 0) return status;
    (void)rounded_between(call, &low, &high);
    out[0]->step = high - low < 256 && !lrp_call_has(call, 3) && !lrp_call_int(call, "divides", 0)
                       ? common_step(&grid, rounded_to(call), in[1])
                       : 0;
    if (lrp_call_attribute(call, "multiplies")) {
        round_as_written(call, &grid, in, in[0], out[0], (float)low, (float)high);
        return LRP_OK;
    }
    struct lines l = {.x = in[0]->f, .y = out[0]->f, .scale = in[1]->f, .zero = lrp_call_has(call, 2) ? in[2]->i : NULL};
    l.low = (float)low, l.high = (float)high, l.count = lrp_elements_of(in[0]);
    l.length = grid.one ? LENGTH : grid.inner, l.scales = grid.one ? 1 : grid.dim;
    if (!grid.blocked) {
        lrp_parallel_for(run, (int64_t)((l.count + l.length - 1) / l.length), (int64_t)l.length, round_lines, &l);
        return LRP_OK;
    }
    for (size_t k = 0; k < l.count; ++k) {
        const size_t at = lrp_scale_grid_at(&grid, k);
        const float zero = l.zero ? (float)l.zero[at] : 0;
        lrp_round_between(l.x + k, 1, l.scale[at], l.low - zero, l.high - zero, l.y + k);
    }
    return LRP_OK;
}

/* The straight-through estimator (Bengio, Leonard, Courville 2013): rounding is passed as if it were not there. */
static enum lrp_status straight_through_vjp(LRP_VJP_PARAMETERS)
{
    (void)call, (void)handle, (void)in, (void)out, (void)run, (void)err;
    if (grad[0] && s[0]) memcpy(grad[0]->f, s[0]->f, lrp_elements_of(s[0]) * sizeof *s[0]->f);
    return LRP_OK;
}

/* 0 is a step. Scales that lie along an axis are met in row-major order only. */
static enum lrp_status rounding_blocks(LRP_BLOCKS_PARAMETERS)
{
    struct lrp_scale_grid grid;
    (void)handle, (void)back, (void)run;
    if (call->in_count > 1) {
        const enum lrp_status status = lrp_scale_grid_read(call, &grid, err);
        if (status) return status;
        if (!grid.one) *from = 0;
    }
    *from = *to = lrp_elementwise_blocks(call, *from, 0);
    return LRP_OK;
}

/* ---- a scale and a zero point found in the data: uint8, the range always holds 0 ---- */

static enum lrp_status dynamic_infer(struct lrp_call *call, struct lrp_error *err)
{
    const struct lrp_shape scalar = {.rank = 0};
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    if (!status) status = lrp_infer_output(call, 0, LRP_DTYPE_UINT8, call->in[0].shape, err);
    if (!status) status = lrp_infer_output(call, 1, LRP_DTYPE_FLOAT, &scalar, err);
    return !status ? lrp_infer_output(call, 2, LRP_DTYPE_UINT8, &scalar, err) : status;
}

static double dynamic_code(float x, const struct lrp_found_steps *f)
{
    return fmin(fmax(rint((double)(x / f->scale)) + f->zero, 0), 255);
}

static enum lrp_status dynamic_forward(LRP_FORWARD_PARAMETERS)
{
    const struct lrp_found_steps f = lrp_find_steps(in[0]->f, in[0]->count);
    (void)call, (void)handle, (void)run, (void)err;
    for (size_t k = 0; k < in[0]->count && out[0]; ++k) out[0]->i[k] = (int64_t)dynamic_code(in[0]->f[k], &f);
    if (out[1]) out[1]->f[0] = f.scale;
    if (out[2]) out[2]->i[0] = (int64_t)f.zero;
    return LRP_OK;
}

/* The same there and back. */
static enum lrp_status dynamic_back_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, call->in[0].shape, err);
}

static enum lrp_status dynamic_back_forward(LRP_FORWARD_PARAMETERS)
{
    (void)call, (void)handle, (void)run, (void)err;
    if (out[0]) out[0]->step = lrp_round_dynamically(in[0]->f, lrp_elements_of(in[0]), out[0]->f);
    return LRP_OK;
}

/* The family's rows. */
#define ROW(op, is_forth, later, ...)                                                                                          \
    {                                                                                                                          \
        .name = op, .domain = "", .versions = {__VA_ARGS__}, .traits = LRP_TRAIT_NO_VJP, .static_kind = LRP_KIND_OTHER,        \
        .infer = quantize_infer, .forward = quantize_forward, .batch = lrp_batch_first_input, .defer = later,                  \
        .own = &(const struct quantization)                                                                                    \
        {                                                                                                                      \
            is_forth                                                                                                           \
        }                                                                                                                      \
    }
const struct lrp_operator lrp_ops_quantize[] = {
    ROW("QuantizeLinear", true, NULL, 10, 13, 19, 21, 23, 24, 25),
    ROW("DequantizeLinear", false, lrp_dequantize_defer, 10, 13, 19, 21, 23, 24, 25),
    {.name = "DynamicQuantizeLinear",
     .domain = "",
     .versions = {11},
     .traits = LRP_TRAIT_NO_VJP,
     .static_kind = LRP_KIND_OTHER,
     .infer = dynamic_infer,
     .forward = dynamic_forward,
     .batch = lrp_batch_first_input},
    {.name = "FakeQuantize",
     .domain = "lrpscope",
     .versions = {1},
     .traits = LRP_TRAIT_MOVES | LRP_TRAIT_SETS,
     .static_kind = LRP_KIND_FAKE_QUANTIZE,
     .infer = there_and_back_infer,
     .forward = there_and_back_forward,
     .vjp = straight_through_vjp,
     .blocks = rounding_blocks,
     .batch = lrp_batch_first_input},
    {.name = "DynamicFakeQuantize",
     .domain = "lrpscope",
     .versions = {1},
     .traits = LRP_TRAIT_MOVES,
     .static_kind = LRP_KIND_FAKE_QUANTIZE,
     .infer = dynamic_back_infer,
     .forward = dynamic_back_forward,
     .vjp = straight_through_vjp,
     .blocks = rounding_blocks,
     .batch = lrp_batch_first_input},
    {0},
};
