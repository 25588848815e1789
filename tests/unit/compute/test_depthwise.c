/* test_depthwise.c: depthwise convolutions in blocks of channels against a loop in double precision, over random shapes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conv_depthwise.h"
#include "square.h"

static uint32_t seed = 20261126;

static int64_t between(int64_t low, int64_t high)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return low + seed % (high - low + 1);
}

static float *random_values(int64_t count)
{
    float *const values = calloc((size_t)count + 1, sizeof *values);

    for (int64_t i = 0; i < count; i++) values[i] = (float)between(-10000, 10000) / 10000;
    return values;
}

/* A shape; with one dimension the rows are 1. */
static bool draw(struct lrp_conv_shape *s)
{
    *s = (struct lrp_conv_shape){.rank = (int)between(1, 2), .batch = between(1, 3), .group = between(2, 40)};
    s->in_channels = s->out_channels = s->group;
    for (int d = 0; d < s->rank; d++) {
        s->in[d] = between(1, 12);
        s->kernel[d] = between(1, 6);
        s->stride[d] = between(1, LRP_DEPTHWISE_STRIDE);
        s->dilation[d] = between(1, 3);
        s->pad_begin[d] = between(0, 8);
        s->pad_end[d] = between(0, 4);
        const int64_t room = s->in[d] + s->pad_begin[d] + s->pad_end[d] - (s->kernel[d] - 1) * s->dilation[d] - 1;
        if (room < 0) return false;
        s->out[d] = room / s->stride[d] + 1;
    }
    return true;
}

static int64_t size_of(const struct lrp_conv_shape *s, const int64_t *dims)
{
    return s->rank == 1 ? dims[0] : dims[0] * dims[1];
}

/* Where element `at` of channel c of sample n is; block 0: in rows. */
static int64_t place(const struct lrp_conv_shape *s, int64_t n, int64_t c, int64_t at, int64_t plane, int block)
{
    const int64_t blocks = block ? (s->group + block - 1) / block : 0;

    return block ? ((n * blocks + c / block) * plane + at) * block + c % block : (n * s->group + c) * plane + at;
}

/* What an output at (y, x) reads with a tap, or -1. */
static int64_t reads(const struct lrp_conv_shape *s, int64_t out, int64_t tap)
{
    const int last = s->rank - 1;
    int64_t at = 0;

    for (int d = 0; d <= last; d++) {
        const int64_t o = d == last ? out % s->out[last] : out / s->out[last],
                      k = d == last ? tap % s->kernel[last] : tap / s->kernel[last];
        const int64_t i = o * s->stride[d] - s->pad_begin[d] + k * s->dilation[d];

        if (i < 0 || i >= s->in[d]) return -1;
        at = at * s->in[d] + i;
    }
    return at;
}

/* By the definition, in rows. */
static void expect(const struct lrp_conv_shape *s, const float *weights, const float *bias, const float *from, bool forward,
                   double *to)
{
    const int64_t taps = size_of(s, s->kernel), outs = size_of(s, s->out), ins = size_of(s, s->in);

    for (int64_t nc = 0; nc < s->batch * s->group; nc++)
        for (int64_t o = 0; o < outs; o++) {
            if (forward) to[nc * outs + o] = bias ? (double)bias[nc % s->group] : 0;
            for (int64_t t = 0; t < taps; t++) {
                const int64_t at = reads(s, o, t);
                const double w = (double)weights[nc % s->group * taps + t];

                if (at >= 0 && forward)
                    to[nc * outs + o] += w * (double)from[nc * ins + at];
                else if (at >= 0)
                    to[nc * ins + at] += w * (double)from[nc * outs + o];
            }
        }
}

static void check(const struct lrp_conv_shape *s, int block, bool forward)
{
    const int64_t taps = size_of(s, s->kernel), from_plane = size_of(s, forward ? s->in : s->out),
                  to_plane = size_of(s, forward ? s->out : s->in);
    const int64_t rows = s->batch * s->group, filled = s->batch * ((s->group + block - 1) / block * block);
    float *const weights = random_values(s->group * taps), *const bias = between(0, 1) ? random_values(s->group) : NULL;
    float *const from = random_values(rows * from_plane), *const blocks = calloc((size_t)(filled * from_plane), sizeof *blocks);
    float *const got = random_values(filled * to_plane), *const again = random_values(filled * to_plane);
    double *const want = calloc((size_t)(rows * to_plane), sizeof *want);
    double error = 0;

    expect(s, weights, bias, from, forward, want);
    for (int64_t nc = 0; nc < rows; nc++)
        for (int64_t i = 0; i < from_plane; i++)
            blocks[place(s, nc / s->group, nc % s->group, i, from_plane, block)] = from[nc * from_plane + i];
    struct lrp_depthwise *const d = lrp_depthwise_new(s, block, weights, bias);
    assert_non_null(d);
    memset(weights, 0xff, (size_t)(s->group * taps) * sizeof *weights); /* they were copied */
    lrp_depthwise_run(d, forward ? LRP_FORWARD : LRP_BACKWARD, blocks, got, &(struct lrp_run){.threads = 1});
    for (int threads = 2; threads <= 5; threads++) {
        lrp_depthwise_run(d, forward ? LRP_FORWARD : LRP_BACKWARD, blocks, again, &(struct lrp_run){.threads = threads});
        assert_memory_equal(got, again, (size_t)(filled * to_plane) * sizeof *got);
    }
    for (int64_t nc = 0; nc < rows; nc++)
        for (int64_t i = 0; i < to_plane; i++) {
            float *const at = &got[place(s, nc / s->group, nc % s->group, i, to_plane, block)];
            error = fmax(error, fabs((double)*at - want[nc * to_plane + i]));
            *at = 0;
        }
    if (!(error <= 1e-5))
        fail_msg("%s, blocks of %d, %d channels, %d dimensions: %g", forward ? "forward" : "back", block, (int)s->group,
                 s->rank, error);
    for (int64_t i = 0; i < filled * to_plane; i++) assert_true(got[i] == 0); /* of channels that are not there */
    lrp_depthwise_free(d);
    free(weights), free(bias), free(from), free(blocks), free(got), free(again), free(want);
}

static void random_shapes_are_right(void **state)
{
    (void)state;
    for (int done = 0; done < 400;) {
        const int block = done % 2 ? 8 : 16;
        const bool forward = done / 2 % 2;
        struct lrp_conv_shape s;

        if (!draw(&s) || !lrp_depthwise_fits(&s, forward ? LRP_FORWARD : LRP_BACKWARD, block)) continue;
        check(&s, block, forward);
        done++;
    }
}

static void others_are_left_alone(void **state)
{
    const struct lrp_conv_shape fits = square_convolution(1, 32, 32, 32, 9);
    struct lrp_conv_shape other = fits;

    (void)state;
    for (enum lrp_direction d = LRP_FORWARD; d <= LRP_BACKWARD; d++) {
        assert_true(lrp_depthwise_fits(&fits, d, 16));
        assert_false(lrp_depthwise_fits(&fits, d, 0));
        other = fits;
        other.out_channels = 64; /* two outputs a channel */
        assert_false(lrp_depthwise_fits(&other, d, 16));
        other = fits;
        other.rank = 3;
        assert_false(lrp_depthwise_fits(&other, d, 16));
        other = fits;
        other.kernel[0] = LRP_DEPTHWISE_TAPS + 1;
        assert_false(lrp_depthwise_fits(&other, d, 16));
        other.stride[0] = 2; /* the way back has as many taps for every other output */
        assert_int_equal(lrp_depthwise_fits(&other, d, 16), d == LRP_BACKWARD);
        other.dilation[0] = 2; /* all for the same ones */
        assert_false(lrp_depthwise_fits(&other, d, 16));
        other = fits;
        other.stride[1] = LRP_DEPTHWISE_STRIDE + 1;
        assert_false(lrp_depthwise_fits(&other, d, 16));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_shapes_are_right), cmocka_unit_test(others_are_left_alone)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
