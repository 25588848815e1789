/* ones.c: convolutions whose weights are all 1. All channels of a group read and give the same: they are summed up first, then
 * one plane is summed over the window, one space dimension after another. */
#include "ones.h"

#include <string.h>

#include "parallel.h"
#include "pool.h"

/* Channels of one group of one sample: `channels` planes of `size`. */
struct channels {
    const float *planes;
    float *sum, *copies;
    int64_t channels, size;
};

static void sum_channels(void *context, int64_t begin, int64_t end)
{
    const struct channels *const c = context;

    memcpy(c->sum + begin, c->planes + begin, (size_t)(end - begin) * sizeof(float));
    for (int64_t k = 1; k < c->channels; k++)
        for (int64_t i = begin; i < end; i++) c->sum[i] += c->planes[k * c->size + i];
}

static void copy_channels(void *context, int64_t begin, int64_t end)
{
    const struct channels *const c = context;

    for (int64_t k = begin; k < end; k++) memcpy(c->copies + k * c->size, c->sum, (size_t)c->size * sizeof(float));
}

/* Sums over the window along one dimension: from (outer, read, inner) to (outer, written, inner). */
struct line {
    const float *from;
    float *to;
    int64_t outer, read, written, inner;
    int64_t kernel, stride, dilation, pad;
    bool back; /* every output hands itself to what its window reads */
};

/* The place on the input side that tap k of output o reads; -1 outside. */
static int64_t place_of(const struct line *l, int64_t o, int64_t k)
{
    const int64_t at = o * l->stride + k * l->dilation - l->pad;

    return at >= 0 && at < (l->back ? l->written : l->read) ? at : -1;
}

static void sum_lines(void *context, int64_t begin, int64_t end)
{
    const struct line *const l = context;
    const int64_t outputs = l->back ? l->read : l->written;

    for (int64_t n = begin; n < end; n++) {
        const float *const from = l->from + n * l->read * l->inner;
        float *const to = l->to + n * l->written * l->inner;

        memset(to, 0, (size_t)(l->written * l->inner) * sizeof *to);
        for (int64_t o = 0; o < outputs; o++)
            for (int64_t k = 0; k < l->kernel; k++) {
                const int64_t at = place_of(l, o, k);
                const float *const source = from + (l->back ? o : at) * l->inner;
                float *const target = to + (l->back ? at : o) * l->inner;

                for (int64_t i = 0; at >= 0 && i < l->inner; i++) target[i] += source[i];
            }
    }
}

static int64_t count_places(const int64_t *dims, int rank)
{
    int64_t count = 1;

    for (int d = 0; d < rank; d++) count *= dims[d];
    return count;
}

/* Room for the plane in all its stages: dimensions change from `read` to `written` one by one. */
static int64_t widest(const int64_t *read, const int64_t *written, int rank)
{
    int64_t most = 0;

    for (int done = 0; done <= rank; done++) {
        const int64_t size = count_places(written, done) * count_places(read + done, rank - done);

        most = size > most ? size : most;
    }
    return most;
}

/* Takes the plane in rooms[0] from the shape `read` to `written`; returns where it is then. */
static float *box(const struct lrp_conv_shape *s, bool back, float *const rooms[2], const struct lrp_run *run)
{
    const int64_t *const read = back ? s->out : s->in, *const written = back ? s->in : s->out;
    int at = 0;

    for (int d = 0; d < s->rank; d++) {
        struct line line = {.from = rooms[at],
                            .to = rooms[!at],
                            .outer = count_places(written, d),
                            .read = read[d],
                            .written = written[d],
                            .inner = count_places(read + d + 1, s->rank - d - 1),
                            .kernel = s->kernel[d],
                            .stride = s->stride[d],
                            .dilation = s->dilation[d],
                            .pad = s->pad_begin[d],
                            .back = back};

        lrp_parallel_for(run, line.outer, line.written * line.inner * line.kernel, sum_lines, &line);
        at = !at;
    }
    return rooms[at];
}

static enum lrp_status run_ones(const struct lrp_conv_shape *s, bool back, const float *from, float *to,
                                const struct lrp_run *run, struct lrp_error *err)
{
    const int64_t *const read = back ? s->out : s->in, *const written = back ? s->in : s->out;
    const int64_t channels_in = (back ? s->out_channels : s->in_channels) / s->group;
    const int64_t channels_out = (back ? s->in_channels : s->out_channels) / s->group;
    const int64_t size_in = count_places(read, s->rank), size_out = count_places(written, s->rank);
    const size_t bytes = (size_t)widest(read, written, s->rank) * sizeof(float);
    struct lrp_pool *const pool = run ? run->pool : NULL;
    float *const rooms[2] = {lrp_pool_take(pool, bytes), lrp_pool_take(pool, bytes)};
    enum lrp_status status = rooms[0] && rooms[1] ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for sums");

    for (int64_t g = 0; !status && g < s->batch * s->group; g++) {
        struct channels in = {
            .planes = from + g * channels_in * size_in, .sum = rooms[0], .channels = channels_in, .size = size_in};
        struct channels out = {.copies = to + g * channels_out * size_out, .channels = channels_out, .size = size_out};

        if (lrp_run_should_stop(run)) status = lrp_fail(err, LRP_CANCELLED, "cancelled");
        if (!channels_in)
            memset(rooms[0], 0, (size_t)size_in * sizeof(float));
        else
            lrp_parallel_for(run, size_in, channels_in, sum_channels, &in);
        out.sum = box(s, back, rooms, run);
        lrp_parallel_for(run, channels_out, size_out, copy_channels, &out);
    }
    lrp_pool_give(pool, rooms[0], bytes);
    lrp_pool_give(pool, rooms[1], bytes);
    return status;
}

enum lrp_status lrp_ones_forward(const struct lrp_conv_shape *shape, const float *x, float *y, const struct lrp_run *run,
                                 struct lrp_error *err)
{
    return run_ones(shape, false, x, y, run, err);
}

enum lrp_status lrp_ones_backward(const struct lrp_conv_shape *shape, const float *gy, float *gx, const struct lrp_run *run,
                                  struct lrp_error *err)
{
    return run_ones(shape, true, gy, gx, run, err);
}
