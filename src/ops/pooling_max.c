/* pooling_max.c: MaxPool: the first maximum in row-major order wins; padding never does. */
#include <math.h>

#include "parallel.h"
#include "pooling.h"

enum { STRIP = 256 }; /* outputs of a row that are worked on at a time */

/* The part of a run that lies in the strip [begin, end). */
static bool clip_run(const struct lrp_frame *f, int64_t begin, int64_t end, struct lrp_frame_run *run)
{
    if (run->first < begin) {
        run->in += (begin - run->first) * f->stride[2];
        run->first = begin;
    }
    if (run->last > end)
        run->last = end;
    return run->first < run->last;
}

static void largest(const struct lrp_frame *f, const float *x, int64_t row, float *y)
{
    struct lrp_frame_run run;

    for (int64_t i = 0; i < f->out[2]; i++)
        y[i] = -INFINITY;
    for (int64_t tap = 0; tap < f->taps; tap++) {
        if (!lrp_frame_reads(f, tap, row, &run))
            continue;
        const float *const from = x + run.in;
        float *const to = y + run.first;
        for (int64_t i = 0; i < run.last - run.first; i++) {
            const float value = from[i * f->stride[2]];

            to[i] = value > to[i] ? value : to[i];
        }
    }
}

/* A strip of a row of outputs and which tap gave each its maximum; -1 for a window of padding alone. */
struct strip {
    int64_t row, begin, end;
    int32_t winner[STRIP];
};

/* The first maximum wins, and NaN loses to whatever comes later. */
static void find_winners(const struct lrp_frame *f, const float *x, struct strip *strip)
{
    float best[STRIP];
    struct lrp_frame_run run;

    for (int64_t i = 0; i < strip->end - strip->begin; i++) {
        best[i] = NAN;
        strip->winner[i] = -1;
    }
    for (int64_t tap = 0; tap < f->taps; tap++) {
        if (!lrp_frame_reads(f, tap, strip->row, &run) || !clip_run(f, strip->begin, strip->end, &run))
            continue;
        const float *const from = x + run.in;
        float *const to = best + (run.first - strip->begin);
        int32_t *const winner = strip->winner + (run.first - strip->begin);

        for (int64_t i = 0; i < run.last - run.first; i++) {
            const float value = from[i * f->stride[2]];
            const bool wins = value > to[i] || to[i] != to[i];

            to[i] = wins ? value : to[i];
            winner[i] = wins ? (int32_t)tap : winner[i];
        }
    }
}

/* Adds cotangents s of a strip to where the winners came from. */
static void return_to_winners(const struct lrp_frame *f, const struct strip *strip, const float *s, float *to)
{
    struct lrp_frame_run run;

    for (int64_t tap = 0; tap < f->taps; tap++) {
        if (!lrp_frame_reads(f, tap, strip->row, &run) || !clip_run(f, strip->begin, strip->end, &run))
            continue;
        const int64_t first = run.first - strip->begin;

        for (int64_t i = 0; i < run.last - run.first; i++) /* without a branch: half of them would be guessed wrong */
            to[run.in + i * f->stride[2]] += strip->winner[first + i] == tap ? s[first + i] : 0;
    }
}

/* Writes where in the plane they came from. */
static void name_winners(const struct lrp_frame *f, const struct strip *strip, int64_t *places)
{
    struct lrp_frame_run run;

    for (int64_t i = 0; i < strip->end - strip->begin; i++)
        places[i] = -1;
    for (int64_t tap = 0; tap < f->taps; tap++) {
        if (!lrp_frame_reads(f, tap, strip->row, &run) || !clip_run(f, strip->begin, strip->end, &run))
            continue;
        for (int64_t i = 0; i < run.last - run.first; i++)
            if (strip->winner[run.first - strip->begin + i] == tap)
                places[run.first - strip->begin + i] = run.in + i * f->stride[2];
    }
}

/* The strip after this one, row after row; false behind the last. It begins with an empty one at row 0. */
static bool next_strip(const struct lrp_frame *f, struct strip *strip)
{
    strip->begin = strip->end;
    if (strip->begin == f->out[2]) {
        strip->row++;
        strip->begin = 0;
    }
    strip->end = strip->begin + STRIP < f->out[2] ? strip->begin + STRIP : f->out[2];
    return strip->row < f->rows;
}

static void forward_planes(void *context, int64_t first, int64_t last)
{
    const struct lrp_pooling *const pool = context;
    const struct lrp_frame *const f = &pool->frame;

    for (int64_t plane = first; plane < last; plane++)
        for (int64_t row = 0; row < f->rows; row++)
            largest(f, pool->x + plane * f->in_size, row, pool->to + plane * f->out_size + row * f->out[2]);
}

/* A place in a plane, counted with the first space dimension running fastest. */
static int64_t column_major(const struct lrp_frame *f, int64_t at)
{
    const int64_t z = at / (f->in[1] * f->in[2]), y = at / f->in[2] % f->in[1], x = at % f->in[2];

    return (x * f->in[1] + y) * f->in[0] + z;
}

static void index_planes(void *context, int64_t first, int64_t last)
{
    const struct lrp_pooling *const pool = context;
    const struct lrp_frame *const f = &pool->frame;

    for (int64_t plane = first; plane < last; plane++)
        for (struct strip strip = {.row = 0}; next_strip(f, &strip);) {
            int64_t *const places = pool->indices + plane * f->out_size + strip.row * f->out[2] + strip.begin;

            find_winners(f, pool->x + plane * f->in_size, &strip);
            name_winners(f, &strip, places);
            for (int64_t i = 0; i < strip.end - strip.begin; i++)
                places[i] = plane * f->in_size + (pool->column_major ? column_major(f, places[i]) : places[i]);
        }
}

static void vjp_planes(void *context, int64_t first, int64_t last)
{
    const struct lrp_pooling *const pool = context;
    const struct lrp_frame *const f = &pool->frame;

    for (int64_t plane = first; plane < last; plane++)
        for (struct strip strip = {.row = 0}; next_strip(f, &strip);) {
            find_winners(f, pool->x + plane * f->in_size, &strip);
            return_to_winners(f, &strip, pool->s + plane * f->out_size + strip.row * f->out[2] + strip.begin,
                              pool->to + plane * f->in_size);
        }
}

static void forward_floats(const struct lrp_call *call, const float *x, float *y, int64_t *indices,
                           const struct lrp_run *run)
{
    struct lrp_pooling pool;

    lrp_pooling_read(call, &pool);
    pool.x = x;
    if (y) {
        pool.to = y;
        lrp_parallel_for(run, pool.planes, pool.frame.out_size * pool.frame.taps, forward_planes, &pool);
    }
    if (indices) {
        pool.indices = indices;
        lrp_parallel_for(run, pool.planes, pool.frame.out_size * pool.frame.taps, index_planes, &pool);
    }
}

/* Bytes are exact as floats. */
static enum lrp_status forward_bytes(const struct lrp_call *call, const struct lrp_tensor *x, struct lrp_tensor *y,
                                     int64_t *indices, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_tensor *from = NULL, *to = NULL;
    enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &x->shape, &from, err);

    if (!status && y)
        status = lrp_tensor_new(LRP_DTYPE_FLOAT, &y->shape, &to, err);
    for (size_t i = 0; !status && i < x->count; i++)
        from->f[i] = (float)x->i[i];
    if (!status)
        forward_floats(call, from->f, to ? to->f : NULL, indices, run);
    for (size_t i = 0; !status && y && i < y->count; i++)
        y->i[i] = isfinite(to->f[i]) ? (int64_t)to->f[i] : 0;
    lrp_tensor_release(from);
    lrp_tensor_release(to);
    return status;
}

enum lrp_status lrp_max_pool_forward(LRP_FORWARD_PARAMETERS)
{
    int64_t *const indices = call->out_count > 1 && out[1] ? out[1]->i : NULL;

    (void)handle;
    if (!lrp_dtype_is_float(in[0]->dtype))
        return forward_bytes(call, in[0], out[0], indices, run, err);
    forward_floats(call, in[0]->f, out[0] ? out[0]->f : NULL, indices, run);
    return LRP_OK;
}

enum lrp_status lrp_max_pool_vjp(LRP_VJP_PARAMETERS)
{
    struct lrp_pooling pool;

    (void)handle;
    (void)out;
    (void)err;
    if (!s[0] || !grad[0])
        return LRP_OK;
    lrp_pooling_read(call, &pool);
    pool.x = in[0]->f;
    pool.s = s[0]->f;
    pool.to = grad[0]->f;
    lrp_parallel_for(run, pool.planes, pool.frame.out_size * pool.frame.taps, vjp_planes, &pool);
    return LRP_OK;
}
