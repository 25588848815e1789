/* conv.c: convolutions: the numeric library's where it is fast, our own loops elsewhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "buffer.h"
#include "conv_depthwise.h"
#include "conv_join.h"
#include "conv_plain.h"
#include "library.h"
#include "parallel.h"
#include "pool.h"

struct lrp_conv {
    struct lrp_conv_shape shape; /* of a piece */
    int64_t pieces;              /* as many make the batch: between them a run can be stopped */
    int64_t joined;              /* groups that are done as one (conv_join.h) */
    float *plain; /* the weights; NULL once a direction holds them in its own layout and nothing else needs them */
    float *bias;  /* or NULL */
    struct lrp_library_conv *side[2]; /* by direction, made on first use */
    struct lrp_depthwise *depthwise;  /* NULL: not asked for yet, or nothing for it */
    bool own[2];                      /* the library has nothing fast: conv_plain.c */
};

enum { LARGEST = 1 << 24 }; /* the library counts some things in int: beyond this our own loops are the safe ones */

static int64_t weight_count(const struct lrp_conv_shape *shape)
{
    int64_t count = shape->out_channels * (shape->in_channels / shape->group);

    for (int d = 0; d < shape->rank; d++) count *= shape->kernel[d];
    return count;
}

static bool library_may(const struct lrp_conv_shape *shape)
{
    bool may = shape->batch < LARGEST && shape->in_channels < LARGEST && shape->out_channels < LARGEST;

    for (int d = 0; d < shape->rank; d++)
        may = may && shape->in[d] < LARGEST && shape->out[d] < LARGEST && shape->kernel[d] <= 1024 &&
              shape->stride[d] <= 1024 && shape->dilation[d] <= 1024 && shape->pad_begin[d] <= 1024;
    return may;
}

/* A batch is done in pieces of equal size if it would take longer than some 30 ms on two cores. */
static int64_t pieces_of(const struct lrp_conv_shape *s)
{
    static const double most = 4e9;                   /* multiplications */
    const int64_t inputs = s->in_channels / s->group; /* of each output channel */
    double sample = (double)s->out_channels * (double)inputs;
    int64_t pieces = 1, size = s->batch;

    for (int d = 0; d < s->rank; d++) sample *= (double)s->out[d] * (double)s->kernel[d];
    while (pieces < s->batch && (s->batch % pieces || (double)size * sample > most)) size = s->batch / ++pieces;
    return pieces;
}

enum lrp_status lrp_conv_new(const struct lrp_conv_shape *shape, const void *weights, const void *bias, struct lrp_conv **out,
                             struct lrp_error *err)
{
    const int64_t joined = library_may(shape) ? lrp_conv_joined_groups(shape) : 1;
    struct lrp_conv *conv = calloc(1, sizeof *conv);

    if (!conv) goto fail;
    conv->shape = *shape;
    conv->shape.group /= joined;
    conv->joined = joined;
    conv->pieces = pieces_of(&conv->shape);
    conv->shape.batch /= conv->pieces;
    conv->plain = lrp_buffer_new(weight_count(&conv->shape));
    if (!conv->plain) goto fail;
    lrp_conv_join_weights(shape, joined, weights, conv->plain);
    if (bias) {
        conv->bias = lrp_buffer_new(shape->out_channels);
        if (!conv->bias) goto fail;
        memcpy(conv->bias, bias, (size_t)shape->out_channels * sizeof(float));
    }
    conv->own[LRP_FORWARD] = conv->own[LRP_BACKWARD] = !library_may(shape);
    *out = conv;
    return LRP_OK;
fail:
    lrp_conv_free(conv);
    return lrp_fail(err, LRP_MEMORY, "not enough memory for the weights of a convolution");
}

void lrp_conv_free(struct lrp_conv *conv)
{
    if (!conv) return;
    lrp_library_conv_free(conv->side[LRP_FORWARD]);
    lrp_library_conv_free(conv->side[LRP_BACKWARD]);
    lrp_depthwise_free(conv->depthwise);
    free(conv->plain);
    free(conv->bias);
    free(conv);
}

size_t lrp_conv_held(const struct lrp_conv *conv)
{
    size_t bytes = conv->plain ? (size_t)weight_count(&conv->shape) * sizeof(float) : 0;

    for (int i = 0; i < 2; i++) bytes += conv->side[i] ? lrp_library_conv_held(conv->side[i]) : 0;
    return bytes + lrp_depthwise_held(conv->depthwise);
}

/* What conv_depthwise.c does, never the library. */
static bool is_depthwise(const struct lrp_conv *conv, enum lrp_direction direction)
{
    return lrp_depthwise_fits(&conv->shape, direction, lrp_library_block());
}

/* Makes sure that the plain weights are there: they may live in the layout of a direction by now. */
static enum lrp_status need_plain(struct lrp_conv *conv, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    struct lrp_library_conv *holder = conv->side[LRP_FORWARD] ? conv->side[LRP_FORWARD] : conv->side[LRP_BACKWARD];

    if (conv->plain) return LRP_OK;
    conv->plain = lrp_buffer_new(weight_count(&conv->shape));
    if (!conv->plain) return lrp_fail(err, LRP_MEMORY, "not enough memory for the weights of a convolution");
    status = lrp_library_conv_weights(holder, conv->plain, err);
    if (status) {
        free(conv->plain);
        conv->plain = NULL;
    }
    return status;
}

/* A primitive is cut for a number of threads and made again when that changes. */
static enum lrp_status make_side(struct lrp_conv *conv, enum lrp_direction direction, int threads, struct lrp_error *err)
{
    struct lrp_library_conv **const side = &conv->side[direction];
    enum lrp_status status;

    if (conv->own[direction] || (*side && lrp_library_conv_threads(*side) == threads)) return LRP_OK;
    status = need_plain(conv, err);
    if (status) return status;
    lrp_library_conv_free(*side);
    status = lrp_library_conv_new(&conv->shape, direction, threads, conv->bias, conv->plain, side, err);
    conv->own[direction] = !status && !*side;
    if (*side && !conv->own[!direction]) {
        free(conv->plain);
        conv->plain = NULL;
    }
    return status;
}

/* Numbers of a piece; block: channels are filled up to whole blocks of so many, 0: they are not. */
static int64_t count_of(const struct lrp_conv_shape *shape, int64_t channels, const int64_t *space, int block)
{
    int64_t count = shape->batch * (block ? (channels + block - 1) / block * block : channels);

    for (int d = 0; d < shape->rank; d++) count *= space[d];
    return count;
}

/* The library's convolution of a direction, for these threads; *out NULL: our own loops. */
static enum lrp_status side_of(struct lrp_conv *conv, enum lrp_direction direction, const struct lrp_run *run,
                               struct lrp_library_conv **out, struct lrp_error *err)
{
    const int before = lrp_threads_enter(run);
    const enum lrp_status status = make_side(conv, direction, run && run->threads > 1 ? run->threads : 1, err);

    lrp_threads_leave(before);
    *out = conv->side[direction];
    return status;
}

enum lrp_status lrp_conv_blocks(struct lrp_conv *conv, enum lrp_direction direction, const struct lrp_run *run, int *from,
                                int *to, struct lrp_error *err)
{
    struct lrp_library_conv *side;
    enum lrp_status status;

    *from = *to = is_depthwise(conv, direction) ? lrp_library_block() : 0;
    if (*from) return LRP_OK;
    status = side_of(conv, direction, run, &side, err);
    if (!status && side) lrp_library_conv_blocks(side, from, to);
    return status;
}

/* How many floats a direction reads, or writes, in a piece. */
static int64_t end_count(const struct lrp_conv_shape *s, bool input, int block)
{
    return input ? count_of(s, s->in_channels, s->in, block) : count_of(s, s->out_channels, s->out, block);
}

/* ---- depthwise, in blocks whatever the ends lie in ---- */

/* Its weights in blocks, made from the plain ones when they are first needed. */
static enum lrp_status need_depthwise(struct lrp_conv *conv, int block, struct lrp_error *err)
{
    const enum lrp_status status = conv->depthwise ? LRP_OK : need_plain(conv, err);

    if (conv->depthwise || status) return status;
    conv->depthwise = lrp_depthwise_new(&conv->shape, block, conv->plain, conv->bias);
    if (!conv->depthwise) return lrp_fail(err, LRP_MEMORY, "not enough memory for the weights of a convolution");
    if (is_depthwise(conv, LRP_FORWARD) && is_depthwise(conv, LRP_BACKWARD)) { /* nobody else needs them */
        free(conv->plain);
        conv->plain = NULL;
    }
    return LRP_OK;
}

static enum lrp_status run_depthwise(struct lrp_conv *conv, enum lrp_direction direction, struct lrp_conv_ends ends, int from,
                                     int to, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_conv_shape *const s = &conv->shape;
    const bool forward = direction == LRP_FORWARD;
    const int block = lrp_library_block();
    const size_t from_bytes = from ? 0 : (size_t)end_count(s, forward, block) * sizeof(float);
    const size_t to_bytes = to ? 0 : (size_t)end_count(s, !forward, block) * sizeof(float);
    struct lrp_pool *const pool = run ? run->pool : NULL;
    float *const x = from ? NULL : lrp_pool_take(pool, from_bytes), *const y = to ? NULL : lrp_pool_take(pool, to_bytes);
    enum lrp_status status = (from || x) && (to || y) ? need_depthwise(conv, block, err)
                                                      : lrp_fail(err, LRP_MEMORY, "not enough memory for a convolution");

    if (!status) {
        if (x) lrp_blocked_copy_end(s, forward, ends.from, 0, x, block, run);
        lrp_depthwise_run(conv->depthwise, direction, x ? x : ends.from, y ? y : ends.to, run);
        if (y) lrp_blocked_copy_end(s, !forward, y, block, ends.to, 0, run);
    }
    lrp_pool_give(pool, x, from_bytes);
    lrp_pool_give(pool, y, to_bytes);
    return status;
}

/* from, to: how many channels make a block of what is read and written, 0: rows. */
static enum lrp_status run_side(struct lrp_conv *conv, enum lrp_direction direction, struct lrp_conv_ends ends, int from,
                                int to, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_library_conv *side;
    enum lrp_status status;

    if (is_depthwise(conv, direction)) return run_depthwise(conv, direction, ends, from, to, run, err);
    status = side_of(conv, direction, run, &side, err);
    if (!status && lrp_run_should_stop(run)) /* the weights may have been put in order for it just now */
        status = lrp_fail(err, LRP_CANCELLED, "cancelled");
    if (status) return status;
    if (side) {
        const int before = lrp_threads_enter(run);

        status = lrp_library_conv_run(side, ends, conv->bias, run, err);
        lrp_threads_leave(before);
        return status;
    }
    status = need_plain(conv, err);
    if (status) return status;
    return direction == LRP_FORWARD
               ? lrp_conv_plain_forward(&conv->shape, conv->plain, conv->bias, ends.from, ends.to, run, err)
               : lrp_conv_plain_backward(&conv->shape, conv->plain, ends.from, ends.to, run, err);
}

/* Groups that are joined share what is not finite: then they are done apart. */
static enum lrp_status run_apart(struct lrp_conv *conv, enum lrp_direction direction, struct lrp_conv_ends ends, int from,
                                 int to, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_conv_shape apart = conv->shape;
    const enum lrp_status status = need_plain(conv, err);

    apart.group *= conv->joined;
    apart.batch *= conv->pieces;
    return status ? status
                  : lrp_conv_run_apart(&apart, conv->joined, conv->plain, conv->bias, direction, ends, from, to, run, err);
}

enum lrp_status lrp_conv_run(struct lrp_conv *conv, enum lrp_direction direction, struct lrp_conv_ends ends,
                             const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_conv_shape *const shape = &conv->shape;
    const bool forward = direction == LRP_FORWARD;
    const int64_t inputs = end_count(shape, true, 0), outputs = end_count(shape, false, 0);
    int from = 0, to = 0;
    enum lrp_status status = LRP_OK;

    if (lrp_run_should_stop(run)) return lrp_fail(err, LRP_CANCELLED, "cancelled");
    if ((forward ? outputs : inputs) == 0) return LRP_OK;
    if (outputs == 0) {
        memset(ends.to, 0, (size_t)(conv->pieces * inputs) * sizeof *ends.to);
        return LRP_OK;
    }
    if (ends.from_blocked || ends.to_blocked) status = lrp_conv_blocks(conv, direction, run, &from, &to, err);
    from = ends.from_blocked ? from : 0;
    to = ends.to_blocked ? to : 0;
    if (!status && conv->joined > 1 && !lrp_conv_all_finite(ends.from, conv->pieces * end_count(shape, forward, from), run))
        return run_apart(conv, direction, ends, from, to, run, err);
    for (int64_t i = 0; !status && i < conv->pieces; i++) {
        status = run_side(conv, direction, ends, from, to, run, err);
        ends.from += end_count(shape, forward, from);
        ends.to += end_count(shape, !forward, to);
    }
    return status;
}

/* Copies the name of what runs, or would run, in a direction. */
static void name_of(struct lrp_conv *conv, enum lrp_direction direction, char *name, size_t size)
{
    struct lrp_library_conv *probe = NULL;
    const struct lrp_library_conv *side = conv->side[direction];

    if (is_depthwise(conv, direction)) {
        snprintf(name, size, "own:depthwise");
        return;
    }
    if (!side && !conv->own[direction] &&
        lrp_library_conv_new(&conv->shape, direction, 1, conv->bias, NULL, &probe, NULL) == LRP_OK)
        side = probe;
    snprintf(name, size, "%s", side ? lrp_library_conv_name(side) : lrp_conv_plain_name(&conv->shape));
    lrp_library_conv_free(probe);
}

char *lrp_conv_implementation(struct lrp_conv *conv, char *buffer, size_t size)
{
    char forward[64], backward[64];

    name_of(conv, LRP_FORWARD, forward, sizeof forward);
    name_of(conv, LRP_BACKWARD, backward, sizeof backward);
    snprintf(buffer, size, "fwd: %s, bwd: %s", forward, backward);
    return buffer;
}
