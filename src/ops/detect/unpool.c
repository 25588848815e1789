/* unpool.c: MaxUnpool, Col2Im, CenterCropPad, TensorScatter: elements put in place. */
#include <string.h>

#include "detect.h"

/* ---- MaxUnpool ---- */

/* The output that the pooling had come from; with output_shape, it lies in that one's corner. */
static enum lrp_status unpool_shape(const struct lrp_call *call, struct lrp_shape *inner, struct lrp_error *err)
{
    const struct lrp_shape *x = call->in[0].shape;
    const int space = x->rank - 2;
    int64_t kernel[LRP_MAX_RANK], stride[LRP_MAX_RANK], pad[2 * LRP_MAX_RANK] = {0};
    for (int k = 0; k < LRP_MAX_RANK; ++k) stride[k] = 1;
    *inner = *x;
    const int strides = lrp_call_ints(call, "strides", stride, LRP_MAX_RANK),
              pads = lrp_call_ints(call, "pads", pad, 2 * LRP_MAX_RANK);
    if (space < 1 || lrp_call_ints(call, "kernel_shape", kernel, LRP_MAX_RANK) != space || (strides >= 0 && strides != space) ||
        (pads >= 0 && pads != 2 * space))
        return lrp_fail(err, LRP_FILE, "the kernel, strides or pads of MaxUnpool do not fit its input");
    for (int k = 0; k < space; ++k) {
        if (kernel[k] < 1 || stride[k] < 1 || kernel[k] > INT32_MAX || stride[k] > INT32_MAX || pad[k] < 0 ||
            pad[k + space] < 0)
            return lrp_fail(err, LRP_FILE, "the kernel, strides or pads of MaxUnpool are impossible");
        inner->dim[2 + k] = (x->dim[2 + k] - 1) * stride[k] + kernel[k] - pad[k] - pad[k + space];
    }
    return lrp_shape_count(inner) >= 0 ? LRP_OK : lrp_fail(err, LRP_FILE, "the output of MaxUnpool has an impossible size");
}

enum lrp_status lrp_unpool_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_shape y;
    enum lrp_status status = lrp_infer_arity(call, 2, 3, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    if (!status) status = lrp_infer_is_integer(call, 1, err);
    if (!status && !lrp_shape_equal(call->in[0].shape, call->in[1].shape))
        status = lrp_fail(err, LRP_FILE, "the indices of MaxUnpool do not fit its input");
    if (!status) status = unpool_shape(call, &y, err);
    if (status || !lrp_call_has(call, 2)) return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
    const struct lrp_shape inner = y;
    int count = 0;
    status = lrp_infer_const_ints(call, 2, "the output shape", y.dim, &count, err);
    bool fits = count == inner.rank;
    for (int k = 0; k < inner.rank && fits; ++k) fits = y.dim[k] >= inner.dim[k];
    if (!status && !fits) status = lrp_fail(err, LRP_FILE, "the output shape of MaxUnpool is smaller than what comes out");
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
}

/* Where element k of the input comes to lie. */
static enum lrp_status unpool_place(const struct lrp_call *call, const struct lrp_shape *inner, int64_t index, size_t *out,
                                    struct lrp_error *err)
{
    const struct lrp_shape *y = call->out[0].shape;
    size_t stride = 1;
    *out = 0;
    if (index < 0 || index >= lrp_shape_count(inner))
        return lrp_fail(err, LRP_FILE, "index %lld of MaxUnpool is outside of its output", (long long)index);
    for (int k = y->rank - 1; k >= 0; --k) {
        *out += (size_t)(index % inner->dim[k]) * stride;
        index /= inner->dim[k];
        stride *= (size_t)y->dim[k];
    }
    return LRP_OK;
}

enum lrp_status lrp_unpool_forward(LRP_FORWARD_PARAMETERS)
{
    struct lrp_shape inner;
    size_t at;
    (void)handle, (void)run;
    enum lrp_status status = unpool_shape(call, &inner, err);
    memset(out[0]->f, 0, out[0]->count * sizeof(float));
    for (size_t k = 0; k < in[0]->count && !status; ++k) {
        status = unpool_place(call, &inner, in[1]->i[k], &at, err);
        if (!status) out[0]->f[at] = in[0]->f[k];
    }
    return status;
}

enum lrp_status lrp_unpool_vjp(LRP_VJP_PARAMETERS)
{
    struct lrp_shape inner;
    size_t at;
    (void)handle, (void)run, (void)out;
    enum lrp_status status = unpool_shape(call, &inner, err);
    for (size_t k = 0; s[0] && grad[0] && k < in[1]->count && !status; ++k) {
        status = unpool_place(call, &inner, in[1]->i[k], &at, err);
        if (!status) grad[0]->f[k] += s[0]->f[at];
    }
    return status;
}

/* ---- Col2Im: blocks added up to a picture ---- */

struct column_blocks {
    int space;
    int64_t image[LRP_MAX_RANK], block[LRP_MAX_RANK], dilation[LRP_MAX_RANK], stride[LRP_MAX_RANK], pad[2 * LRP_MAX_RANK],
        places[LRP_MAX_RANK];
    int64_t planes, taps, columns, pixels;
};

static enum lrp_status read_blocks(const struct lrp_call *call, struct column_blocks *b, struct lrp_error *err)
{
    const struct lrp_shape *x = call->in[0].shape;
    int sizes = 0;
    *b = (struct column_blocks){.taps = 1, .columns = 1, .pixels = 1};
    enum lrp_status status = lrp_infer_const_ints(call, 1, "the image's shape", b->image, &b->space, err);
    if (!status) status = lrp_infer_const_ints(call, 2, "the block's shape", b->block, &sizes, err);
    if (status) return status;
    for (int k = 0; k < LRP_MAX_RANK; ++k) b->dilation[k] = b->stride[k] = 1;
    const int dilations = lrp_call_ints(call, "dilations", b->dilation, LRP_MAX_RANK),
              strides = lrp_call_ints(call, "strides", b->stride, LRP_MAX_RANK),
              pads = lrp_call_ints(call, "pads", b->pad, 2 * LRP_MAX_RANK);
    bool fits = x->rank == 3 && b->space >= 1 && b->space <= LRP_MAX_RANK - 2 && sizes == b->space &&
                (dilations < 0 || dilations == b->space) && (strides < 0 || strides == b->space) &&
                (pads < 0 || pads == 2 * b->space);
    for (int k = 0; k < b->space && fits; ++k) {
        const int64_t most = INT32_MAX;
        fits = b->image[k] >= 1 && b->block[k] >= 1 && b->dilation[k] >= 1 && b->stride[k] >= 1 && b->pad[k] >= 0 &&
               b->pad[k + b->space] >= 0 && b->image[k] < most && b->block[k] < most && b->dilation[k] < most &&
               b->pad[k] < most && b->pad[k + b->space] < most;
        if (!fits) break;
        const int64_t room = b->image[k] + b->pad[k] + b->pad[k + b->space] - b->dilation[k] * (b->block[k] - 1) - 1;
        b->places[k] = room / b->stride[k] + 1;
        fits = room >= 0 && !__builtin_mul_overflow(b->taps, b->block[k], &b->taps) &&
               !__builtin_mul_overflow(b->columns, b->places[k], &b->columns) &&
               !__builtin_mul_overflow(b->pixels, b->image[k], &b->pixels);
    }
    if (!fits || x->dim[1] % b->taps || x->dim[2] != b->columns)
        return lrp_fail(err, LRP_FILE, "the shapes of Col2Im do not fit its input");
    b->planes = x->dim[0] * (x->dim[1] / b->taps);
    return LRP_OK;
}

enum lrp_status lrp_col2im_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct column_blocks b;
    enum lrp_status status = lrp_infer_arity(call, 3, 3, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    if (!status) status = read_blocks(call, &b, err);
    if (status) return status;
    struct lrp_shape y = {.rank = b.space + 2, .dim = {call->in[0].shape->dim[0], call->in[0].shape->dim[1] / b.taps}};
    for (int k = 0; k < b.space; ++k) y.dim[2 + k] = b.image[k];
    return lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
}

/* The pixel under a tap of the block at a place; -1: padding. */
static int64_t pixel_of(const struct column_blocks *b, int64_t tap, int64_t place)
{
    int64_t at = 0, stride = 1;
    for (int k = b->space - 1; k >= 0; --k) {
        const int64_t pixel = place % b->places[k] * b->stride[k] + tap % b->block[k] * b->dilation[k] - b->pad[k];
        if (pixel < 0 || pixel >= b->image[k]) return -1;
        at += pixel * stride;
        stride *= b->image[k];
        tap /= b->block[k];
        place /= b->places[k];
    }
    return at;
}

/* image += columns, or columns += image. */
static enum lrp_status walk_blocks(const struct lrp_call *call, float *columns, float *image, bool back, struct lrp_error *err)
{
    struct column_blocks b;
    const enum lrp_status status = read_blocks(call, &b, err);
    for (int64_t row = 0; !status && row < b.planes * b.taps; ++row)
        for (int64_t place = 0; place < b.columns; ++place) {
            const int64_t pixel = pixel_of(&b, row % b.taps, place);
            float *from = columns + row * b.columns + place, *to = image + row / b.taps * b.pixels + pixel;
            if (pixel >= 0 && back) *from += *to;
            if (pixel >= 0 && !back) *to += *from;
        }
    return status;
}

enum lrp_status lrp_col2im_forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle, (void)run;
    memset(out[0]->f, 0, out[0]->count * sizeof(float));
    return walk_blocks(call, in[0]->f, out[0]->f, false, err);
}

enum lrp_status lrp_col2im_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)in, (void)out, (void)run;
    return s[0] && grad[0] ? walk_blocks(call, grad[0]->f, s[0]->f, true, err) : LRP_OK;
}
