/* linear_careful.c: products and convolutions in which 0 times infinity is 0. */
#include "linear_careful.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "buffer.h"
#include "linear.h"
#include "parallel.h"
#include "wide.h"

enum { PIECE = 4096 };

WIDE static int count_nan(const float *values, size_t count)
{
    int found = 0;

    for (size_t i = 0; i < count; i++) found |= values[i] != values[i];
    return found;
}

struct scan {
    const float *values;
    size_t count;
    bool found;
};

static void scan_pieces(void *context, int64_t begin, int64_t end)
{
    struct scan *const s = context;

    for (size_t at = (size_t)begin * PIECE; at < s->count && at < (size_t)end * PIECE; at += PIECE) {
        if (!count_nan(s->values + at, s->count - at < PIECE ? s->count - at : PIECE)) continue;
        __atomic_store_n(&s->found, true, __ATOMIC_RELAXED);
        return;
    }
}

bool lrp_careful_needed(const struct lrp_tensor *tensor, const struct lrp_run *run)
{
    struct scan s = {.values = tensor ? tensor->f : NULL, .count = tensor ? lrp_tensor_floats(tensor) : 0};

    lrp_parallel_for(run, (int64_t)((s.count + PIECE - 1) / PIECE), PIECE, scan_pieces, &s);
    return s.found;
}

static float read_at(const void *values, int64_t index)
{
    float value;

    memcpy(&value, (const char *)values + index * (int64_t)sizeof value, sizeof value);
    return value;
}

static double product_of(float x, float y)
{
    return x == 0 || y == 0 ? 0 : (double)x * (double)y;
}

enum lrp_status lrp_careful_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const void *a,
                                 const void *b, float beta, float *c, const struct lrp_run *run, struct lrp_error *err)
{
    for (int64_t i = 0; i < m; i++) {
        if (lrp_run_should_stop(run)) return lrp_fail(err, LRP_CANCELLED, "cancelled");
        for (int64_t j = 0; j < n; j++) {
            double sum = 0;

            for (int64_t l = 0; l < k; l++)
                sum += product_of(read_at(a, transpose_a ? l * m + i : i * k + l),
                                  read_at(b, transpose_b ? j * k + l : l * n + j));
            c[i * n + j] = (float)sum + (beta != 0 ? beta * c[i * n + j] : 0);
        }
    }
    return LRP_OK;
}

/* ---- convolutions ---- */

struct careful {
    const struct lrp_conv_shape *shape;
    const float *weights, *bias, *from;
    float *to;
    bool back;
    int64_t ins, outs, taps, group_in, group_out; /* sizes of planes and of a kernel; channels of a group */
};

/* An output channel of one sample. */
static void make_plane(const struct careful *c, int64_t sample, int64_t channel)
{
    const struct lrp_conv_shape *const s = c->shape;
    const int64_t first = channel / c->group_out * c->group_in;
    float *const y = c->to + (sample * s->out_channels + channel) * c->outs;

    for (int64_t o = 0; o < c->outs; o++) {
        double sum = c->bias ? (double)c->bias[channel] : 0;

        for (int64_t i = 0; i < c->group_in * c->taps; i++) {
            const int64_t at = lrp_conv_reads_at(s, o, i % c->taps);
            const float *const x = c->from + (sample * s->in_channels + first + i / c->taps) * c->ins;

            if (at >= 0) sum += product_of(x[at], c->weights[channel * c->group_in * c->taps + i]);
        }
        y[o] = (float)sum;
    }
}

/* What flows back to an input channel of one sample. */
static void return_plane(const struct careful *c, int64_t sample, int64_t channel, double *sums)
{
    const struct lrp_conv_shape *const s = c->shape;
    const int64_t group = channel / c->group_in, inner = channel % c->group_in;

    for (int64_t i = 0; i < c->ins; i++) sums[i] = 0;
    for (int64_t m = group * c->group_out; m < (group + 1) * c->group_out; m++)
        for (int64_t i = 0; i < c->outs * c->taps; i++) {
            const int64_t at = lrp_conv_reads_at(s, i / c->taps, i % c->taps);
            const float flows = c->from[(sample * s->out_channels + m) * c->outs + i / c->taps];

            if (at >= 0) sums[at] += product_of(flows, c->weights[(m * c->group_in + inner) * c->taps + i % c->taps]);
        }
    for (int64_t i = 0; i < c->ins; i++) c->to[(sample * s->in_channels + channel) * c->ins + i] = (float)sums[i];
}

static enum lrp_status run_planes(const struct careful *c, const struct lrp_run *run, struct lrp_error *err)
{
    const int64_t channels = c->back ? c->shape->in_channels : c->shape->out_channels;
    double *const sums = lrp_buffer_bytes((size_t)c->ins * sizeof *sums);
    enum lrp_status status = sums ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for a convolution");

    for (int64_t i = 0; !status && i < c->shape->batch * channels; i++) {
        if (lrp_run_should_stop(run))
            status = lrp_fail(err, LRP_CANCELLED, "cancelled");
        else if (c->back)
            return_plane(c, i / channels, i % channels, sums);
        else
            make_plane(c, i / channels, i % channels);
    }
    free(sums);
    return status;
}

enum lrp_status lrp_careful_conv(const struct lrp_conv_shape *shape, const float *weights, const float *bias,
                                 enum lrp_direction direction, const struct lrp_tensor *from, struct lrp_tensor *to,
                                 const struct lrp_run *run, struct lrp_error *err)
{
    struct careful c = {.shape = shape, .weights = weights, .bias = bias, .ins = 1, .outs = 1, .taps = 1};
    c.back = direction == LRP_BACKWARD;
    const struct lrp_tensor *const rows = lrp_tensor_row_major(from, run);
    float *const apart = to->block ? lrp_buffer_new((int64_t)to->count) : NULL;

    if (!rows || (to->block && !apart)) {
        free(apart);
        return lrp_fail(err, LRP_MEMORY, "not enough memory for a convolution");
    }
    for (int d = 0; d < shape->rank; d++) {
        c.ins *= shape->in[d];
        c.outs *= shape->out[d];
        c.taps *= shape->kernel[d];
    }
    c.group_in = shape->in_channels / shape->group;
    c.group_out = shape->out_channels / shape->group;
    c.from = rows->f;
    c.to = apart ? apart : to->f;
    const enum lrp_status status = run_planes(&c, run, err);
    if (!status && apart) lrp_blocked_copy_end(shape, c.back, apart, 0, to->f, to->block, run);
    free(apart);
    return status;
}
