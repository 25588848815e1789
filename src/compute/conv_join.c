/* conv_join.c: convolutions whose groups are smaller than a block of channels, see conv_join.h. */
#include "conv_join.h"

#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "buffer.h"
#include "conv_plain.h"
#include "library.h"
#include "parallel.h"

/* Not for depthwise ones (conv_depthwise.h). */
int64_t lrp_conv_joined_groups(const struct lrp_conv_shape *s)
{
    enum { MOST = 8 };
    const int block = lrp_library_block();
    const int64_t in = s->in_channels / s->group, out = s->out_channels / s->group;

    for (int64_t n = 1; block && in > 1 && n <= MOST && s->group % n == 0; n *= 2)
        if (n * in % block == 0 && n * out % block == 0) return n;
    return 1;
}

/* Weights of one output. */
static int64_t row_of(const struct lrp_conv_shape *s)
{
    int64_t count = s->in_channels / s->group;

    for (int d = 0; d < s->rank; d++) count *= s->kernel[d];
    return count;
}

/* Which of the joined groups an output belongs to. */
static int64_t place_of(const struct lrp_conv_shape *apart, int64_t joined, int64_t output)
{
    return output / (apart->out_channels / apart->group) % joined;
}

void lrp_conv_join_weights(const struct lrp_conv_shape *apart, int64_t joined, const void *weights, float *to)
{
    const int64_t row = row_of(apart);
    const size_t bytes = (size_t)row * sizeof *to;

    if (joined > 1) memset(to, 0, (size_t)(apart->out_channels * joined) * bytes);
    for (int64_t m = 0; m < apart->out_channels; m++)
        memcpy(to + (m * joined + place_of(apart, joined, m)) * row, (const char *)weights + (size_t)m * bytes, bytes);
}

struct bit_scan {
    const uint32_t *bits;
    bool found;
};

static void scan_part(void *context, int64_t begin, int64_t end)
{
    struct bit_scan *const s = context;
    const uint32_t exponent = 0x7f800000;
    uint32_t found = 0;

    for (int64_t i = begin; i < end; i++) found |= (s->bits[i] & exponent) == exponent;
    if (found) __atomic_store_n(&s->found, true, __ATOMIC_RELAXED);
}

bool lrp_conv_all_finite(const float *numbers, int64_t count, const struct lrp_run *run)
{
    enum { WORTH_A_TEAM = 1 << 18 }; /* reading so many takes as long as starting one */
    struct bit_scan s = {(const uint32_t *)(const void *)numbers, false};

    if (count < WORTH_A_TEAM)
        scan_part(&s, 0, count);
    else
        lrp_parallel_for(run, count, 1, scan_part, &s);
    return !s.found;
}

/* ---- apart ---- */

/* Numbers of an end in rows. */
static int64_t count_of(const struct lrp_conv_shape *s, bool input)
{
    int64_t count = s->batch * (input ? s->in_channels : s->out_channels);

    for (int d = 0; d < s->rank; d++) count *= input ? s->in[d] : s->out[d];
    return count;
}

enum lrp_status lrp_conv_run_apart(const struct lrp_conv_shape *apart, int64_t joined, const float *weights, const float *bias,
                                   enum lrp_direction direction, struct lrp_conv_ends ends, int from_block, int to_block,
                                   const struct lrp_run *run, struct lrp_error *err)
{
    const bool forward = direction == LRP_FORWARD;
    const int64_t row = row_of(apart);
    float *const own = lrp_buffer_new(apart->out_channels * row);
    float *const x = from_block ? lrp_buffer_new(count_of(apart, forward)) : NULL;
    float *const y = to_block ? lrp_buffer_new(count_of(apart, !forward)) : ends.to;
    enum lrp_status status =
        own && y && (x || !from_block) ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for a convolution");

    if (!status) {
        for (int64_t m = 0; m < apart->out_channels; m++)
            memcpy(own + m * row, weights + (m * joined + place_of(apart, joined, m)) * row, (size_t)row * sizeof *own);
        if (from_block) lrp_blocked_copy_end(apart, forward, ends.from, from_block, x, 0, run);
        status = forward ? lrp_conv_plain_forward(apart, own, bias, x ? x : ends.from, y, run, err)
                         : lrp_conv_plain_backward(apart, own, x ? x : ends.from, y, run, err);
    }
    if (!status && to_block) lrp_blocked_copy_end(apart, !forward, y, 0, ends.to, to_block, run);
    free(own);
    free(x);
    if (to_block) free(y);
    return status;
}
