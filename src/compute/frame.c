/* frame.c: a window sliding over 3 space dimensions, row by row. */
#include "frame.h"

static int64_t from(const int64_t *values, int i, int64_t otherwise)
{
    return i < 0 ? otherwise : values[i];
}

struct lrp_frame lrp_frame_new(int rank, const int64_t *in, const int64_t *out, const int64_t *kernel, const int64_t *stride,
                               const int64_t *dilation, const int64_t *pad)
{
    struct lrp_frame f = {.in_size = 1, .out_size = 1, .taps = 1};

    for (int d = 0; d < 3; d++) {
        const int i = d - (3 - rank);

        f.in[d] = from(in, i, 1);
        f.out[d] = from(out, i, 1);
        f.kernel[d] = from(kernel, i, 1);
        f.stride[d] = from(stride, i, 1);
        f.dilation[d] = from(dilation, i, 1);
        f.pad[d] = from(pad, i, 0);
        f.in_size *= f.in[d];
        f.out_size *= f.out[d];
        f.taps *= f.kernel[d];
    }
    f.rows = f.out[0] * f.out[1];
    return f;
}

/* The outputs [first, last) of the innermost dimension for which tap k reads inside the input. */
static void reach_outputs(const struct lrp_frame *f, int64_t k, struct lrp_frame_run *run)
{
    const int64_t offset = k * f->dilation[2] - f->pad[2], stride = f->stride[2];
    const int64_t end = f->in[2] - offset;

    run->first = offset < 0 ? (-offset + stride - 1) / stride : 0;
    run->last = end <= 0 ? 0 : (end + stride - 1) / stride;
    if (run->last > f->out[2]) run->last = f->out[2];
    run->in = run->first * stride + offset;
}

bool lrp_frame_reads(const struct lrp_frame *frame, int64_t tap, int64_t row, struct lrp_frame_run *out)
{
    const struct lrp_frame *const f = frame;
    const int64_t kw = tap % f->kernel[2], kh = tap / f->kernel[2] % f->kernel[1], kd = tap / f->kernel[2] / f->kernel[1];
    const int64_t d = row / f->out[1] * f->stride[0] + kd * f->dilation[0] - f->pad[0];
    const int64_t h = row % f->out[1] * f->stride[1] + kh * f->dilation[1] - f->pad[1];

    if (d < 0 || d >= f->in[0] || h < 0 || h >= f->in[1]) return false;
    reach_outputs(f, kw, out);
    out->in += (d * f->in[1] + h) * f->in[2];
    return out->first < out->last;
}
