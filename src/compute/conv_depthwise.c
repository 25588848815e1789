/* conv_depthwise.c: convolutions of every channel by itself, in blocks of channels.
 *
 * Along each axis an output is made from a few places of what is read, `step` apart from one output to the next. The way back
 * through a stride s is s interleaved convolutions, each with every s-th tap: phases. */
#include "conv_depthwise.h"

#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "parallel.h"
#include "wide.h"

enum { TAPS = LRP_DEPTHWISE_TAPS, PHASES = LRP_DEPTHWISE_STRIDE, AXES = 2 };

struct lrp_depthwise {
    struct lrp_conv_shape shape;
    int block;
    int64_t blocks;                                                                     /* of channels */
    int64_t in[AXES], out[AXES], kernel[AXES], stride[AXES], dilation[AXES], pad[AXES]; /* rows, columns */
    float *weights;                                                                     /* (block, tap, lane) */
    float *bias;                                                                        /* (block, lane), 0 without one */
    float *none; /* as many zeros: the way back has no bias */
};

bool lrp_depthwise_fits(const struct lrp_conv_shape *s, enum lrp_direction direction, int block)
{
    bool fits = (block == 8 || block == 16) && s->rank <= AXES && s->group > 1 && s->in_channels == s->group &&
                s->out_channels == s->group;

    for (int d = 0; d < s->rank; d++) {
        const int64_t shared =
            direction == LRP_BACKWARD && s->dilation[d] == 1 ? s->stride[d] : 1; /* the phases share the kernel */

        fits = fits && s->kernel[d] <= TAPS * shared && s->stride[d] <= PHASES;
    }
    return fits;
}

static int64_t tap_count(const struct lrp_depthwise *d)
{
    return d->kernel[0] * d->kernel[1];
}

static void fill_weights(struct lrp_depthwise *d, const float *weights, const float *bias)
{
    const int64_t taps = tap_count(d);

    memset(d->weights, 0, (size_t)(d->blocks * taps * d->block) * sizeof *d->weights);
    memset(d->bias, 0, (size_t)(2 * d->blocks * d->block) * sizeof *d->bias);
    for (int64_t c = 0; c < d->shape.group; c++) {
        const int64_t block = c / d->block, lane = c % d->block;

        for (int64_t t = 0; t < taps; t++) d->weights[(block * taps + t) * d->block + lane] = weights[c * taps + t];
        if (bias) d->bias[c] = bias[c];
    }
}

struct lrp_depthwise *lrp_depthwise_new(const struct lrp_conv_shape *s, int block, const float *weights, const float *bias)
{
    struct lrp_depthwise *const d = calloc(1, sizeof *d);

    if (!d) return NULL;
    d->shape = *s;
    d->block = block;
    d->blocks = (s->group + block - 1) / block;
    for (int a = 0; a < AXES; a++) {
        const int from = a - (AXES - s->rank); /* with one dimension it is the columns */

        d->in[a] = from < 0 ? 1 : s->in[from];
        d->out[a] = from < 0 ? 1 : s->out[from];
        d->kernel[a] = from < 0 ? 1 : s->kernel[from];
        d->stride[a] = from < 0 ? 1 : s->stride[from];
        d->dilation[a] = from < 0 ? 1 : s->dilation[from];
        d->pad[a] = from < 0 ? 0 : s->pad_begin[from];
    }
    d->weights = lrp_buffer_new(d->blocks * tap_count(d) * block);
    d->bias = lrp_buffer_new(2 * d->blocks * block);
    if (!d->weights || !d->bias) {
        lrp_depthwise_free(d);
        return NULL;
    }
    d->none = d->bias + d->blocks * block;
    fill_weights(d, weights, bias);
    return d;
}

void lrp_depthwise_free(struct lrp_depthwise *d)
{
    if (!d) return;
    free(d->weights);
    free(d->bias);
    free(d);
}

size_t lrp_depthwise_held(const struct lrp_depthwise *d)
{
    return d ? (size_t)(d->blocks * d->block * (tap_count(d) + 2)) * sizeof(float) : 0;
}

/* ---- which places of what is read an output is made from, along an axis ---- */

struct phase {
    int64_t first, step; /* outputs first, first + step, ... */
    int64_t read_step;   /* how far apart these read */
    int taps;
    int64_t tap[TAPS], at[TAPS]; /* of the kernel; the j-th output of the phase reads at[t] + j * read_step */
    int64_t count, begin, end;   /* outputs of the phase, and those of them whose taps all read inside */
};

static int64_t divided(int64_t a, int64_t b, bool up)
{
    const int64_t down = a / b - (a % b < 0);

    return up && a % b != 0 ? down + 1 : down;
}

static struct phase phase_of(const struct lrp_depthwise *d, int axis, bool forward, int64_t number)
{
    const int64_t from = forward ? d->in[axis] : d->out[axis], to = forward ? d->out[axis] : d->in[axis];
    struct phase p = {.first = number, .step = forward ? 1 : d->stride[axis], .read_step = forward ? d->stride[axis] : 1};

    p.count = to > number ? (to - number + p.step - 1) / p.step : 0;
    p.end = p.count;
    for (int64_t k = 0; k < d->kernel[axis]; k++) {
        const int64_t moved = forward ? k * d->dilation[axis] - d->pad[axis] : number + d->pad[axis] - k * d->dilation[axis];

        if (moved % p.step != 0) continue;
        const int64_t at = moved / p.step, begin = divided(-at, p.read_step, true),
                      end = divided(from - 1 - at, p.read_step, false) + 1;

        p.tap[p.taps] = k;
        p.at[p.taps++] = at;
        p.begin = begin > p.begin ? begin : p.begin;
        p.end = end < p.end ? end : p.end;
    }
    if (p.end < p.begin) /* a kernel larger than what it reads: no output has all of its taps */
        p.begin = p.end = 0;
    return p;
}

/* ---- the sums ---- */

struct depthwise_job {
    const struct lrp_depthwise *d;
    bool forward;
    const float *from;
    float *to;
    int64_t read[AXES], made[AXES]; /* sizes of what is read, and made */
    int64_t phases[AXES];           /* how many there are */
    struct phase rows[PHASES], columns[PHASES];
};

/* A row of outputs: which rows are read, from the block's plane, and with which weights. */
struct output_row {
    const float *from[TAPS], *weights[TAPS];
    int rows;
    const float *bias;
    float *to;
    int64_t width; /* of what is read */
};

/* Which of all rows it is, counted on without a division: they would take longer than a short row. */
struct row_place {
    int64_t turn, plane, block, y; /* turns: every row of every block of every sample */
    int64_t phase, number;         /* of the row, and which one of its phase */
};

static struct row_place place_of(const struct depthwise_job *job, int64_t turn)
{
    const int64_t plane = turn / job->made[0], y = turn % job->made[0];

    return (struct row_place){turn, plane, plane % job->d->blocks, y, y % job->phases[0], y / job->phases[0]};
}

INLINE void go_on(const struct depthwise_job *job, struct row_place *at)
{
    at->turn++;
    if (++at->phase == job->phases[0]) {
        at->phase = 0;
        at->number++;
    }
    if (++at->y < job->made[0]) return;
    at->y = at->phase = at->number = 0;
    at->plane++;
    if (++at->block == job->d->blocks) at->block = 0;
}

INLINE void find_row(const struct depthwise_job *job, const struct row_place *place, int lanes, struct output_row *row)
{
    const struct lrp_depthwise *const d = job->d;
    const struct phase *const rows = &job->rows[place->phase];

    row->rows = 0;
    row->width = job->read[1];
    row->bias = (job->forward ? d->bias : d->none) + place->block * lanes;
    row->to = job->to + place->turn * job->made[1] * lanes;
    for (int t = 0; t < rows->taps; t++) {
        const int64_t at = rows->at[t] + place->number * rows->read_step;

        if (at < 0 || at >= job->read[0]) continue;
        row->from[row->rows] = job->from + (place->plane * job->read[0] + at) * job->read[1] * lanes;
        row->weights[row->rows++] = d->weights + (place->block * tap_count(d) + rows->tap[t] * d->kernel[1]) * lanes;
    }
}

/* The taps of an output that lie inside what is read: places rise, or fall, from tap to tap. */
struct reach {
    int first, last;
};

static inline struct reach reach_of(const struct phase *p, int64_t j, int64_t width)
{
    struct reach r = {0, p->taps};

    while (r.first < r.last && (uint64_t)(p->at[r.first] + j * p->read_step) >= (uint64_t)width) r.first++;
    while (r.last > r.first && (uint64_t)(p->at[r.last - 1] + j * p->read_step) >= (uint64_t)width) r.last--;
    return r;
}

/* The loops are made for blocks of 16 and of 8 channels; GCC's vectors are cut up where the machine has smaller ones. */
#define SUMS(LANES)                                                                                                            \
    typedef float lanes_##LANES __attribute__((vector_size((LANES) * sizeof(float)), aligned(4), may_alias));                  \
                                                                                                                               \
    /* Outputs some of whose taps lie outside. */                                                                              \
    INLINE void edge_##LANES(const struct output_row *r, const struct phase *p, int64_t begin, int64_t end)                    \
    {                                                                                                                          \
        for (int64_t j = begin; j < end; j++) {                                                                                \
            const struct reach in = reach_of(p, j, r->width);                                                                  \
            lanes_##LANES sum = *(const lanes_##LANES *)r->bias;                                                               \
                                                                                                                               \
            for (int y = 0; y < r->rows; y++)                                                                                  \
                for (int t = in.first; t < in.last; t++)                                                                       \
                    sum += *(const lanes_##LANES *)(r->weights[y] + p->tap[t] * (LANES)) *                                     \
                           *(const lanes_##LANES *)(r->from[y] + (p->at[t] + j * p->read_step) * (LANES));                     \
            *(lanes_##LANES *)(r->to + (p->first + j * p->step) * (LANES)) = sum;                                              \
        }                                                                                                                      \
    }                                                                                                                          \
                                                                                                                               \
    /* Outputs whose taps all lie inside, rows and taps known to the compiler: the weights stay in registers. */               \
    INLINE void inside_##LANES(int rows, int taps, const struct output_row *r, const struct phase *p)                          \
    {                                                                                                                          \
        const int64_t count = p->end - p->begin, read = p->read_step * (LANES), step = p->step * (LANES);                      \
        const lanes_##LANES bias = *(const lanes_##LANES *)r->bias;                                                            \
        float *to = r->to + (p->first + p->begin * p->step) * (LANES);                                                         \
        const float *from[TAPS * TAPS];                                                                                        \
        lanes_##LANES w[TAPS * TAPS];                                                                                          \
                                                                                                                               \
        if (count == 0) return;                                                                                                \
        for (int y = 0; y < rows; y++)                                                                                         \
            for (int t = 0; t < taps; t++) {                                                                                   \
                w[y * taps + t] = *(const lanes_##LANES *)(r->weights[y] + p->tap[t] * (LANES));                               \
                from[y * taps + t] = r->from[y] + (p->at[t] + p->begin * p->read_step) * (LANES);                              \
            }                                                                                                                  \
        for (int64_t j = 0, at = 0; j < count; j++, at += read, to += step) {                                                  \
            lanes_##LANES sum = bias;                                                                                          \
                                                                                                                               \
            for (int k = 0; k < rows * taps; k++) sum += w[k] * *(const lanes_##LANES *)(from[k] + at);                        \
            *(lanes_##LANES *)to = sum;                                                                                        \
        }                                                                                                                      \
    }                                                                                                                          \
                                                                                                                               \
    INLINE void some_rows_##LANES(int rows, const struct output_row *r, const struct phase *p)                                 \
    {                                                                                                                          \
        if (p->taps == 3)                                                                                                      \
            inside_##LANES(rows, 3, r, p);                                                                                     \
        else if (p->taps == 2)                                                                                                 \
            inside_##LANES(rows, 2, r, p);                                                                                     \
        else                                                                                                                   \
            inside_##LANES(rows, 1, r, p);                                                                                     \
    }                                                                                                                          \
                                                                                                                               \
    INLINE void sum_##LANES(const struct output_row *r, const struct phase *p)                                                 \
    {                                                                                                                          \
        edge_##LANES(r, p, 0, p->begin);                                                                                       \
        if (r->rows == 0 || p->taps == 0)                                                                                      \
            edge_##LANES(r, p, p->begin, p->end);                                                                              \
        else if (r->rows == 3)                                                                                                 \
            some_rows_##LANES(3, r, p);                                                                                        \
        else if (r->rows == 2)                                                                                                 \
            some_rows_##LANES(2, r, p);                                                                                        \
        else                                                                                                                   \
            some_rows_##LANES(1, r, p);                                                                                        \
        edge_##LANES(r, p, p->end, p->count);                                                                                  \
    }                                                                                                                          \
                                                                                                                               \
    WIDE static void rows_##LANES(const struct depthwise_job *job, int64_t begin, int64_t end)                                 \
    {                                                                                                                          \
        struct output_row row;                                                                                                 \
                                                                                                                               \
        for (struct row_place at = place_of(job, begin); at.turn < end; go_on(job, &at)) {                                     \
            find_row(job, &at, LANES, &row);                                                                                   \
            for (int64_t number = 0; number < job->phases[1]; number++) sum_##LANES(&row, &job->columns[number]);              \
        }                                                                                                                      \
    }

SUMS(16)
SUMS(8)

static void run_rows(void *context, int64_t begin, int64_t end)
{
    const struct depthwise_job *const job = context;

    (job->d->block == 16 ? rows_16 : rows_8)(job, begin, end);
}

void lrp_depthwise_run(const struct lrp_depthwise *d, enum lrp_direction direction, const float *from, float *to,
                       const struct lrp_run *run)
{
    const bool forward = direction == LRP_FORWARD;
    struct depthwise_job job = {.d = d, .forward = forward, .from = from, .to = to};

    for (int a = 0; a < AXES; a++) {
        job.read[a] = forward ? d->in[a] : d->out[a];
        job.made[a] = forward ? d->out[a] : d->in[a];
        job.phases[a] = forward ? 1 : d->stride[a];
        for (int64_t number = 0; number < job.phases[a]; number++)
            (a ? job.columns : job.rows)[number] = phase_of(d, a, forward, number);
    }
    lrp_parallel_for(run, d->shape.batch * d->blocks * job.made[0], job.made[1] * d->block * tap_count(d), run_rows, &job);
}
