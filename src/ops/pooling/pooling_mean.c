/* pooling_mean.c: AveragePool and LpPool: sums over windows. */
#include <math.h>
#include <string.h>

#include "blocked.h"
#include "parallel.h"
#include "pooling.h"

/* How many taps of dimension d fall into the input, or into input and padding, for output o. */
static int64_t taps_inside(const struct lrp_frame *f, const struct lrp_pool_window *w, int d, int64_t o, bool padding)
{
    const int i = d - (3 - w->rank);
    const int64_t start = o * f->stride[d] - f->pad[d], step = f->dilation[d];
    const int64_t low = padding ? -f->pad[d] : 0;
    const int64_t high = f->in[d] + (padding && i >= 0 ? w->pad_end[i] : 0);
    const int64_t first = start < low ? (low - start + step - 1) / step : 0;
    const int64_t last = high > start ? (high - start + step - 1) / step : 0;
    const int64_t end = last < f->kernel[d] ? last : f->kernel[d];

    return end > first ? end - first : 0;
}

/* Divides a row by the number of elements each of its windows has. */
static void divide_row(const struct lrp_pooling *pool, int64_t row, const float *from, float *to)
{
    const struct lrp_frame *const f = &pool->frame;
    const bool padding = pool->count_padding;
    const int64_t count =
        taps_inside(f, &pool->window, 0, row / f->out[1], padding) * taps_inside(f, &pool->window, 1, row % f->out[1], padding);

    for (int64_t i = 0; i < f->out[2]; i++) {
        const int64_t all = count * taps_inside(f, &pool->window, 2, i, padding);

        for (int64_t at = i * pool->lanes; at < (i + 1) * pool->lanes; at++) to[at] = all ? from[at] / (float)all : 0;
    }
}

static inline void add_lanes(int64_t lanes, const float *restrict from, float *restrict to)
{
    for (int64_t lane = 0; lane < lanes; lane++) to[lane] += from[lane];
}

static void mean_forward(void *context, int64_t first, int64_t last)
{
    const struct lrp_pooling *const pool = context;
    const struct lrp_frame *const f = &pool->frame;
    const int64_t lanes = pool->lanes;
    struct lrp_frame_run run;

    for (int64_t i = first * f->rows; i < last * f->rows; i++) {
        const float *const x = pool->x + i / f->rows * f->in_size * lanes;
        float *const y = pool->to + i * f->out[2] * lanes;

        memset(y, 0, (size_t)(f->out[2] * lanes) * sizeof *y);
        for (int64_t tap = 0; tap < f->taps; tap++)
            if (lrp_frame_reads(f, tap, i % f->rows, &run))
                for (int64_t o = 0; o < run.last - run.first; o++)
                    add_lanes(lanes, x + (run.in + o * f->stride[2]) * lanes, y + (run.first + o) * lanes);
        divide_row(pool, i % f->rows, y, y);
    }
}

static void mean_vjp(void *context, int64_t first, int64_t last)
{
    const struct lrp_pooling *const pool = context;
    const struct lrp_frame *const f = &pool->frame;
    const int64_t lanes = pool->lanes;
    struct lrp_frame_run run;

    for (int64_t i = first * f->rows; i < last * f->rows; i++) {
        float *const gx = pool->to + i / f->rows * f->in_size * lanes;
        const float *const share = pool->y + i * f->out[2] * lanes; /* s divided already */

        for (int64_t tap = 0; tap < f->taps; tap++)
            if (lrp_frame_reads(f, tap, i % f->rows, &run))
                for (int64_t o = 0; o < run.last - run.first; o++)
                    add_lanes(lanes, share + (run.first + o) * lanes, gx + (run.in + o * f->stride[2]) * lanes);
    }
}

static void divide_planes(void *context, int64_t first, int64_t last)
{
    const struct lrp_pooling *const pool = context;
    const struct lrp_frame *const f = &pool->frame;

    for (int64_t i = first * f->rows; i < last * f->rows; i++)
        divide_row(pool, i % f->rows, pool->s + i * f->out[2] * pool->lanes, pool->to + i * f->out[2] * pool->lanes);
}

enum lrp_status lrp_mean_pool_forward(LRP_FORWARD_PARAMETERS)
{
    struct lrp_pooling pool;

    (void)handle;
    (void)err;
    if (!out[0]) return LRP_OK;
    lrp_pooling_read(call, in[0]->block, &pool);
    pool.x = in[0]->f;
    pool.to = out[0]->f;
    lrp_parallel_for(run, pool.planes, pool.frame.out_size * pool.frame.taps * pool.lanes, mean_forward, &pool);
    return LRP_OK;
}

enum lrp_status lrp_mean_pool_vjp(LRP_VJP_PARAMETERS)
{
    struct lrp_tensor *share;
    struct lrp_pooling pool;
    enum lrp_status status;

    (void)handle;
    (void)in;
    (void)out;
    if (!s[0] || !grad[0]) return LRP_OK;
    status = lrp_tensor_take_blocked(run ? run->pool : NULL, &s[0]->shape, s[0]->block, &share, err);
    if (status) return status;
    lrp_pooling_read(call, s[0]->block, &pool);
    pool.s = s[0]->f;
    pool.to = share->f;
    lrp_parallel_for(run, pool.planes, pool.frame.out_size * 2 * pool.lanes, divide_planes, &pool);
    pool.y = share->f;
    pool.to = grad[0]->f;
    lrp_parallel_for(run, pool.planes, pool.frame.out_size * pool.frame.taps * pool.lanes, mean_vjp, &pool);
    lrp_tensor_release(share);
    return LRP_OK;
}

/* ---- LpPool: (sum of |x|^p)^(1/p); the definition's sum, no division by the size of the window ---- */

static void power_forward(void *context, int64_t first, int64_t last)
{
    const struct lrp_pooling *const pool = context;
    const struct lrp_frame *const f = &pool->frame;
    struct lrp_frame_run run;

    for (int64_t i = first * f->rows; i < last * f->rows; i++) {
        const float *const x = pool->x + i / f->rows * f->in_size;
        float *const y = pool->to + i * f->out[2];

        memset(y, 0, (size_t)f->out[2] * sizeof *y);
        for (int64_t tap = 0; tap < f->taps; tap++)
            if (lrp_frame_reads(f, tap, i % f->rows, &run))
                for (int64_t o = 0; o < run.last - run.first; o++)
                    y[run.first + o] += powf(fabsf(x[run.in + o * f->stride[2]]), pool->power);
        for (int64_t o = 0; o < f->out[2]; o++) y[o] = powf(y[o], 1 / pool->power);
    }
}

static void power_vjp(void *context, int64_t first, int64_t last)
{
    const struct lrp_pooling *const pool = context;
    const struct lrp_frame *const f = &pool->frame;
    const float p = pool->power;
    struct lrp_frame_run run;

    for (int64_t i = first * f->rows; i < last * f->rows; i++) {
        const int64_t plane = i / f->rows * f->in_size;

        for (int64_t tap = 0; tap < f->taps; tap++)
            for (int64_t o = 0, n = lrp_frame_reads(f, tap, i % f->rows, &run) ? run.last - run.first : 0; o < n; o++) {
                const int64_t at = plane + run.in + o * f->stride[2], to = i * f->out[2] + run.first + o;
                const float x = pool->x[at], y = pool->y[to];

                if (x != 0 && y != 0) /* |x| / y is at most 1: no overflow whatever p is */
                    pool->to[at] += pool->s[to] * copysignf(powf(fabsf(x) / y, p - 1), x);
            }
    }
}

enum lrp_status lrp_power_pool_forward(LRP_FORWARD_PARAMETERS)
{
    struct lrp_pooling pool;

    (void)handle;
    (void)err;
    if (!out[0]) return LRP_OK;
    lrp_pooling_read(call, 0, &pool);
    pool.x = in[0]->f;
    pool.to = out[0]->f;
    lrp_parallel_for(run, pool.planes, pool.frame.out_size * pool.frame.taps, power_forward, &pool);
    return LRP_OK;
}

enum lrp_status lrp_power_pool_vjp(LRP_VJP_PARAMETERS)
{
    struct lrp_pooling pool;

    (void)handle;
    (void)err;
    if (!s[0] || !grad[0]) return LRP_OK;
    lrp_pooling_read(call, 0, &pool);
    pool.x = in[0]->f;
    pool.y = out[0]->f;
    pool.s = s[0]->f;
    pool.to = grad[0]->f;
    lrp_parallel_for(run, pool.planes, pool.frame.out_size * pool.frame.taps, power_vjp, &pool);
    return LRP_OK;
}
