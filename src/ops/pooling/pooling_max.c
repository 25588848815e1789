/* pooling_max.c: MaxPool: the first maximum in row-major order wins; padding never does.
 *
 * A place holds `lanes` channels: 1, or a block of them (blocked.h). The loops are made for each number of lanes. */
#include <math.h>
#include <string.h>

#include "parallel.h"
#include "pooling.h"
#include "wide.h"

enum { STRIP = 256 }; /* outputs of a row, times lanes, that are worked on at a time */

/* The part of a run that lies in the strip [begin, end). */
static bool clip_run(const struct lrp_frame *f, int64_t begin, int64_t end, struct lrp_frame_run *run)
{
    if (run->first < begin) {
        run->in += (begin - run->first) * f->stride[2];
        run->first = begin;
    }
    if (run->last > end) run->last = end;
    return run->first < run->last;
}

INLINE void largest(int lanes, const struct lrp_frame *f, const float *x, int64_t row, float *y)
{
    struct lrp_frame_run run;

    for (int64_t i = 0; i < f->out[2] * lanes; i++) y[i] = -INFINITY;
    for (int64_t tap = 0; tap < f->taps; tap++) {
        if (!lrp_frame_reads(f, tap, row, &run)) continue;
        const float *const from = x + run.in * lanes;
        float *const to = y + run.first * lanes;
        for (int64_t i = 0; i < run.last - run.first; i++)
            for (int lane = 0; lane < lanes; lane++) {
                const float value = from[i * f->stride[2] * lanes + lane];

                to[i * lanes + lane] = value > to[i * lanes + lane] ? value : to[i * lanes + lane];
            }
    }
}

/* A strip of a row of outputs and which tap gave each its maximum; -1 for a window of padding alone. */
struct strip {
    int64_t row, begin, end;
    int32_t winner[STRIP];
};

/* The first maximum wins, and NaN loses to whatever comes later. */
INLINE void find_winners(int lanes, const struct lrp_frame *f, const float *x, struct strip *strip)
{
    float best[STRIP];
    struct lrp_frame_run run;

    for (int64_t i = 0; i < (strip->end - strip->begin) * lanes; i++) {
        best[i] = NAN;
        strip->winner[i] = -1;
    }
    for (int64_t tap = 0; tap < f->taps; tap++) {
        if (!lrp_frame_reads(f, tap, strip->row, &run) || !clip_run(f, strip->begin, strip->end, &run)) continue;
        const float *const from = x + run.in * lanes;
        float *const to = best + (run.first - strip->begin) * lanes;
        int32_t *const winner = strip->winner + (run.first - strip->begin) * lanes;

        for (int64_t i = 0; i < run.last - run.first; i++)
            for (int lane = 0; lane < lanes; lane++) {
                const int64_t at = i * lanes + lane;
                const float value = from[i * f->stride[2] * lanes + lane];
                /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): runs stay within the strip, set above */
                const bool wins = value > to[at] || to[at] != to[at];

                to[at] = wins ? value : to[at];
                winner[at] = wins ? (int32_t)tap : winner[at];
            }
    }
}

/* Adds cotangents s of a strip to where the winners came from; alone: nothing is there, and no other window reaches there. */
INLINE void return_to_winners(int lanes, bool alone, const struct lrp_frame *f, const struct strip *strip, const float *s,
                              float *to)
{
    struct lrp_frame_run run;

    for (int64_t tap = 0; tap < f->taps; tap++) {
        if (!lrp_frame_reads(f, tap, strip->row, &run) || !clip_run(f, strip->begin, strip->end, &run)) continue;
        const float *const from = s + (run.first - strip->begin) * lanes;
        const int32_t *const winner = strip->winner + (run.first - strip->begin) * lanes;
        float *const back = to + run.in * lanes;

        for (int64_t i = 0; i < run.last - run.first; i++) /* without a branch: half of them would be guessed wrong */
            for (int lane = 0; lane < lanes; lane++) {
                const float value = winner[i * lanes + lane] == tap ? from[i * lanes + lane] : 0;
                float *const at = back + i * f->stride[2] * lanes + lane;

                *at = alone ? value : *at + value;
            }
    }
}

/* Writes where in the plane they came from. */
static void name_winners(const struct lrp_frame *f, const struct strip *strip, int64_t *places)
{
    struct lrp_frame_run run;

    for (int64_t i = 0; i < strip->end - strip->begin; i++) places[i] = -1;
    for (int64_t tap = 0; tap < f->taps; tap++) {
        if (!lrp_frame_reads(f, tap, strip->row, &run) || !clip_run(f, strip->begin, strip->end, &run)) continue;
        for (int64_t i = 0; i < run.last - run.first; i++)
            if (strip->winner[run.first - strip->begin + i] == tap)
                places[run.first - strip->begin + i] = run.in + i * f->stride[2];
    }
}

/* The strip after this one in its row; false behind the last. It begins with an empty one. */
static bool next_strip(int lanes, const struct lrp_frame *f, struct strip *strip)
{
    strip->begin = strip->end;
    strip->end = strip->begin + STRIP / lanes < f->out[2] ? strip->begin + STRIP / lanes : f->out[2];
    return strip->begin < strip->end;
}

INLINE void forward_lanes(int lanes, const struct lrp_pooling *pool, int64_t first, int64_t last)
{
    const struct lrp_frame *const f = &pool->frame;

    for (int64_t at = first; at < last; at++)
        largest(lanes, f, pool->x + at / f->rows * f->in_size * lanes, at % f->rows, pool->to + at * f->out[2] * lanes);
}

/* A place in a plane, counted with the first space dimension running fastest. */
static int64_t column_major(const struct lrp_frame *f, int64_t at)
{
    const int64_t z = at / (f->in[1] * f->in[2]), y = at / f->in[2] % f->in[1], x = at % f->in[2];

    return (x * f->in[1] + y) * f->in[0] + z;
}

static void index_rows(void *context, int64_t first, int64_t last)
{
    const struct lrp_pooling *const pool = context;
    const struct lrp_frame *const f = &pool->frame;

    for (int64_t at = first; at < last; at++)
        for (struct strip strip = {.row = at % f->rows}; next_strip(1, f, &strip);) {
            const int64_t plane = at / f->rows;
            int64_t *const places = pool->indices + at * f->out[2] + strip.begin;

            find_winners(1, f, pool->x + plane * f->in_size, &strip);
            name_winners(f, &strip, places);
            for (int64_t i = 0; i < strip.end - strip.begin; i++)
                places[i] = plane * f->in_size + (pool->column_major ? column_major(f, places[i]) : places[i]);
        }
}

/* Every element of the input belongs to one window. */
static bool is_tiled(const struct lrp_frame *f)
{
    bool tiled = true;

    for (int d = 0; d < 3; d++)
        tiled = tiled && f->kernel[d] == f->stride[d] && f->dilation[d] == 1 && f->pad[d] == 0 &&
                f->in[d] == f->out[d] * f->kernel[d];
    return tiled;
}

/* Row `at` of all planes' outputs. */
INLINE void vjp_row(int lanes, bool alone, const struct lrp_pooling *pool, int64_t at)
{
    const struct lrp_frame *const f = &pool->frame;
    const int64_t plane = at / f->rows * f->in_size * lanes;

    for (struct strip strip = {.row = at % f->rows}; next_strip(lanes, f, &strip);) {
        find_winners(lanes, f, pool->x + plane, &strip);
        return_to_winners(lanes, alone, f, &strip, pool->s + (at * f->out[2] + strip.begin) * lanes, pool->to + plane);
    }
}

INLINE void vjp_lanes(int lanes, const struct lrp_pooling *pool, int64_t first, int64_t last)
{
    const struct lrp_frame *const f = &pool->frame;

    for (int64_t plane = first; plane < last; plane++) {
        memset(pool->to + plane * f->in_size * lanes, 0, (size_t)(f->in_size * lanes) * sizeof *pool->to);
        for (int64_t row = 0; row < f->rows; row++) vjp_row(lanes, false, pool, plane * f->rows + row);
    }
}

INLINE void tiled_vjp_lanes(int lanes, const struct lrp_pooling *pool, int64_t first, int64_t last)
{
    for (int64_t at = first; at < last; at++) vjp_row(lanes, true, pool, at);
}

#define LANES(name, lanes)                                                                                                     \
    WIDE static void name##_##lanes(void *context, int64_t first, int64_t last)                                                \
    {                                                                                                                          \
        name##_lanes(lanes, context, first, last);                                                                             \
    }
#define LOOPS(name) LANES(name, 1) LANES(name, 8) LANES(name, 16)
LOOPS(forward)
LOOPS(vjp)
LOOPS(tiled_vjp)
typedef void loop(void *context, int64_t first, int64_t last);
#define PICK(name, lanes) ((lanes) == 16 ? name##_16 : (lanes) == 8 ? name##_8 : name##_1)

/* A loop over the rows of all outputs. */
static void pool_rows(const struct lrp_run *run, struct lrp_pooling *pool, loop *body)
{
    lrp_parallel_for(run, pool->planes * pool->frame.rows, pool->frame.out[2] * pool->frame.taps * pool->lanes, body, pool);
}

static void forward_floats(const struct lrp_call *call, int block, const float *x, float *y, int64_t *indices,
                           const struct lrp_run *run)
{
    struct lrp_pooling pool;

    lrp_pooling_read(call, block, &pool);
    pool.x = x;
    if (y) {
        pool.to = y;
        pool_rows(run, &pool, PICK(forward, pool.lanes));
    }
    if (indices) {
        pool.indices = indices;
        pool_rows(run, &pool, index_rows);
    }
}

/* Bytes are exact as floats. */
static enum lrp_status forward_bytes(const struct lrp_call *call, const struct lrp_tensor *x, struct lrp_tensor *y,
                                     int64_t *indices, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_tensor *from = NULL, *to = NULL;
    enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &x->shape, &from, err);

    if (!status && y) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &y->shape, &to, err);
    for (size_t i = 0; !status && i < x->count; i++) from->f[i] = (float)x->i[i];
    if (!status) forward_floats(call, 0, from->f, to ? to->f : NULL, indices, run);
    for (size_t i = 0; !status && to && i < to->count; i++) y->i[i] = isfinite(to->f[i]) ? (int64_t)to->f[i] : 0;
    lrp_tensor_release(from);
    lrp_tensor_release(to);
    return status;
}

enum lrp_status lrp_max_pool_forward(LRP_FORWARD_PARAMETERS)
{
    int64_t *const indices = call->out_count > 1 && out[1] ? out[1]->i : NULL;

    (void)handle;
    if (!lrp_dtype_is_float(in[0]->dtype)) return forward_bytes(call, in[0], out[0], indices, run, err);
    forward_floats(call, in[0]->block, in[0]->f, out[0] ? out[0]->f : NULL, indices, run);
    return LRP_OK;
}

enum lrp_status lrp_max_pool_vjp(LRP_VJP_PARAMETERS)
{
    struct lrp_pooling pool;

    (void)handle;
    (void)out;
    (void)err;
    if (!s[0] || !grad[0]) return LRP_OK;
    lrp_pooling_read(call, in[0]->block, &pool);
    pool.x = in[0]->f;
    pool.s = s[0]->f;
    pool.to = grad[0]->f;
    if (is_tiled(&pool.frame))
        pool_rows(run, &pool, PICK(tiled_vjp, pool.lanes));
    else
        lrp_parallel_for(run, pool.planes, pool.frame.out_size * pool.frame.taps * pool.lanes, PICK(vjp, pool.lanes), &pool);
    return LRP_OK;
}
