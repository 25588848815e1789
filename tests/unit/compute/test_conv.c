/* test_conv.c: convolutions against a loop in double precision, over fixed and random shapes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ones.h"
#include "primitives.h"
#include "square.h"

static const struct lrp_run two_threads = {.threads = 2};

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    return *state ^= *state << 5;
}

static int64_t between(uint32_t *state, int64_t low, int64_t high)
{
    return low + next_random(state) % (high - low + 1);
}

static float *random_values(uint32_t *state, int64_t count)
{
    float *const values = calloc((size_t)count + 1, sizeof *values);

    for (int64_t i = 0; i < count; i++) values[i] = (float)(next_random(state) % 20001) / 10000 - 1;
    return values;
}

static int64_t product(const int64_t *dims, int rank)
{
    int64_t count = 1;

    for (int d = 0; d < rank; d++) count *= dims[d];
    return count;
}

/* Calls visit for every (y index, x index, weight index) that the definition of a convolution multiplies. */
static void each_term(const struct lrp_conv_shape *s, void (*visit)(void *, int64_t, int64_t, int64_t), void *context)
{
    const int64_t outs = product(s->out, s->rank), ins = product(s->in, s->rank), taps = product(s->kernel, s->rank);
    const int64_t group_in = s->in_channels / s->group, group_out = s->out_channels / s->group;

    for (int64_t nm = 0; nm < s->batch * s->out_channels; nm++)
        for (int64_t o = 0; o < outs; o++)
            for (int64_t ck = 0; ck < group_in * taps; ck++) {
                const int64_t m = nm % s->out_channels, c = m / group_out * group_in + ck / taps;
                int64_t rest_o = o, rest_k = ck % taps, at = 0, step = 1;
                bool inside = true;

                for (int d = s->rank - 1; d >= 0; d--) {
                    const int64_t i =
                        rest_o % s->out[d] * s->stride[d] + rest_k % s->kernel[d] * s->dilation[d] - s->pad_begin[d];
                    inside = inside && i >= 0 && i < s->in[d];
                    at += i * step;
                    step *= s->in[d];
                    rest_o /= s->out[d];
                    rest_k /= s->kernel[d];
                }
                if (inside)
                    visit(context, nm * outs + o, (nm / s->out_channels * s->in_channels + c) * ins + at,
                          m * group_in * taps + ck);
            }
}

struct expected {
    const float *x, *w, *gy;
    double *y, *gx;
};

static void add_term(void *context, int64_t y, int64_t x, int64_t w)
{
    struct expected *const e = context;

    e->y[y] += (double)e->x[x] * (double)e->w[w];
    e->gx[x] += (double)e->gy[y] * (double)e->w[w];
}

static void assert_close(const char *what, const float *got, const double *want, int64_t count)
{
    double largest = 1e-3, error = 0;

    for (int64_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs(want[i]));
        error = fmax(error, fabs((double)got[i] - want[i]));
    }
    if (!(error <= 1e-5 * largest)) fail_msg("%s: error %g of %g", what, error, largest);
}

static void shape_text(const struct lrp_conv_shape *s, char *text, size_t size)
{
    int at = snprintf(text, size, "batch %d channels %d->%d group %d", (int)s->batch, (int)s->in_channels, (int)s->out_channels,
                      (int)s->group);

    for (int d = 0; d < s->rank; d++)
        at += snprintf(text + at, size - (size_t)at, " [in %d out %d k %d s %d d %d p %d,%d]", (int)s->in[d], (int)s->out[d],
                       (int)s->kernel[d], (int)s->stride[d], (int)s->dilation[d], (int)s->pad_begin[d], (int)s->pad_end[d]);
}

/* With weights of 1 and no bias, by sums. */
static void check_ones(const struct lrp_conv_shape *s, const float *x, const float *gy, const char *text)
{
    const int64_t xs = s->batch * s->in_channels * product(s->in, s->rank);
    const int64_t ys = s->batch * s->out_channels * product(s->out, s->rank);
    const int64_t ws = s->out_channels * s->in_channels / s->group * product(s->kernel, s->rank);
    float *const w = calloc((size_t)ws + 1, sizeof *w), *const y = calloc((size_t)ys + 1, sizeof *y);
    float *const gx = calloc((size_t)xs + 1, sizeof *gx);
    double *const want_y = calloc((size_t)ys + 1, sizeof(double)), *const want_gx = calloc((size_t)xs + 1, sizeof(double));
    struct expected e = {x, w, gy, want_y, want_gx};
    struct lrp_error err = {0};

    for (int64_t i = 0; i < ws; i++) w[i] = 1;
    each_term(s, add_term, &e);
    assert_int_equal(lrp_ones_forward(s, x, y, &two_threads, &err), LRP_OK);
    assert_int_equal(lrp_ones_backward(s, gy, gx, &two_threads, &err), LRP_OK);
    assert_close(text, y, want_y, ys);
    assert_close(text, gx, want_gx, xs);
    free(w);
    free(y);
    free(gx);
    free(want_y);
    free(want_gx);
}

/* The index of element i of (n, channels, plane) in rows, where channels lie in blocks, of which the last may be filled up. */
static int64_t in_blocks(int64_t i, int64_t channels, int64_t plane, int block)
{
    const int64_t n = i / (channels * plane), c = i / plane % channels, at = i % plane,
                  blocks = block ? (channels + block - 1) / block : 0;

    return block ? ((n * blocks + c / block) * plane + at) * block + c % block : i;
}

/* Either end in rows or in blocks, where a direction knows blocks. */
static void check_ends(struct lrp_conv *conv, enum lrp_direction d, const struct lrp_conv_shape *s, const float *values,
                       const double *want, const char *text)
{
    const bool forward = d == LRP_FORWARD;
    const int64_t from_channels = forward ? s->in_channels : s->out_channels,
                  to_channels = forward ? s->out_channels : s->in_channels;
    const int64_t from_plane = product(forward ? s->in : s->out, s->rank),
                  to_plane = product(forward ? s->out : s->in, s->rank);
    const int64_t from_count = s->batch * (from_channels + 16) * from_plane,
                  to_count = s->batch * (to_channels + 16) * to_plane;
    const int64_t count = s->batch * to_channels * to_plane;
    float *const from = calloc((size_t)from_count, sizeof *from), *const to = malloc((size_t)to_count * sizeof *to);
    float *const got = malloc((size_t)count * sizeof *got + 1);
    int blocks[2] = {0, 0};
    struct lrp_error err = {0};

    assert_int_equal(lrp_conv_blocks(conv, d, &two_threads, &blocks[0], &blocks[1], &err), LRP_OK);
    for (int ends = 0; ends < 4; ends++) {
        const int from_block = ends & 1 ? blocks[0] : 0, to_block = ends & 2 ? blocks[1] : 0;
        const struct lrp_conv_ends in = {.from = from, .to = to, .from_blocked = from_block, .to_blocked = to_block};

        memset(from, 0, (size_t)from_count * sizeof *from);
        memset(to, 0xff, (size_t)to_count * sizeof *to);
        for (int64_t i = 0; i < s->batch * from_channels * from_plane; i++)
            from[in_blocks(i, from_channels, from_plane, from_block)] = values[i];
        assert_int_equal(lrp_conv_run(conv, d, in, &two_threads, &err), LRP_OK);
        for (int64_t i = 0; i < count; i++) got[i] = to[in_blocks(i, to_channels, to_plane, to_block)];
        assert_close(text, got, want, count);
        for (int64_t c = to_channels; to_block && c % to_block; c++) /* missing channels */
            for (int64_t i = 0; i < to_plane; i++)
                assert_true(
                    to[in_blocks(i + (to_channels - 1) * to_plane, to_channels, to_plane, to_block) + c - to_channels + 1] ==
                    0);
    }
    free(from), free(to), free(got);
}

static enum lrp_status forward_rows(struct lrp_conv *conv, const float *x, float *y, const struct lrp_run *run,
                                    struct lrp_error *err)
{
    return lrp_conv_run(conv, LRP_FORWARD, (struct lrp_conv_ends){.from = x, .to = y}, run, err);
}

static enum lrp_status backward_rows(struct lrp_conv *conv, const float *gy, float *gx, const struct lrp_run *run,
                                     struct lrp_error *err)
{
    return lrp_conv_run(conv, LRP_BACKWARD, (struct lrp_conv_ends){.from = gy, .to = gx}, run, err);
}

static void check(const struct lrp_conv_shape *s, uint32_t seed, bool backward_first)
{
    uint32_t state = seed * 2654435761u + 1;
    const int64_t xs = s->batch * s->in_channels * product(s->in, s->rank);
    const int64_t ys = s->batch * s->out_channels * product(s->out, s->rank);
    const int64_t ws = s->out_channels * s->in_channels / s->group * product(s->kernel, s->rank);
    float *const x = random_values(&state, xs), *const gy = random_values(&state, ys);
    float *const w = random_values(&state, ws), *const b = random_values(&state, s->out_channels);
    float *const y = random_values(&state, ys), *const gx = random_values(&state, xs), *const again = malloc((size_t)ys * 4),
                 *const gx_again = malloc((size_t)xs * 4 + 1);
    double *const want_y = calloc((size_t)ys, sizeof(double)), *const want_gx = calloc((size_t)xs, sizeof(double));
    struct expected e = {x, w, gy, want_y, want_gx};
    struct lrp_conv *conv = NULL;
    struct lrp_error err = {0};
    char text[400], names[200];

    shape_text(s, text, sizeof text);
    for (int64_t i = 0; i < ys; i++) want_y[i] = (double)b[i / product(s->out, s->rank) % s->out_channels];
    each_term(s, add_term, &e);
    assert_int_equal(lrp_conv_new(s, w, b, &conv, &err), LRP_OK);
    memset(w, 0xff, (size_t)ws * sizeof *w); /* the weights were copied */
    if (backward_first) assert_int_equal(backward_rows(conv, gy, gx, &two_threads, &err), LRP_OK);
    assert_int_equal(forward_rows(conv, x, y, &two_threads, &err), LRP_OK);
    assert_int_equal(backward_rows(conv, gy, gx, &two_threads, &err), LRP_OK);
    assert_close(text, y, want_y, ys);
    assert_close(text, gx, want_gx, xs);
    assert_int_equal(forward_rows(conv, x, again, &two_threads, &err), LRP_OK);
    assert_memory_equal(y, again, (size_t)ys * sizeof *y);
    for (int threads = 1; threads <= 5; threads += 2) { /* the same bits for any number of them */
        const struct lrp_run run = {.threads = threads};

        assert_int_equal(forward_rows(conv, x, again, &run, &err), LRP_OK);
        assert_memory_equal(y, again, (size_t)ys * sizeof *y);
        assert_int_equal(backward_rows(conv, gy, gx_again, &run, &err), LRP_OK);
        assert_memory_equal(gx, gx_again, (size_t)xs * sizeof *gx);
    }
    check_ones(s, x, gy, text);
    check_ends(conv, LRP_FORWARD, s, x, want_y, text);
    check_ends(conv, LRP_BACKWARD, s, gy, want_gx, text);
    lrp_conv_implementation(conv, names, sizeof names);
    if (strstr(names, "ref") || strstr(names, "wino")) fail_msg("%s runs %s", text, names);
    if (getenv("LRP_TEST_NAMES")) print_message("%s\n    %s\n", text, names);
    lrp_conv_free(conv);
    free(x), free(gy), free(w), free(b), free(y), free(gx), free(again), free(gx_again), free(want_y), free(want_gx);
}

static void fill_out(struct lrp_conv_shape *s)
{
    for (int d = 0; d < s->rank; d++)
        s->out[d] = (s->in[d] + s->pad_begin[d] + s->pad_end[d] - (s->kernel[d] - 1) * s->dilation[d] - 1) / s->stride[d] + 1;
}

/* batch, in, out, group, size, kernel, stride, dilation, pad begin, pad end: square pictures */
static const int common[][10] = {
    {1, 3, 64, 1, 32, 3, 1, 1, 1, 1},    {1, 64, 64, 1, 14, 3, 1, 1, 1, 1},  {1, 3, 64, 1, 33, 7, 2, 1, 3, 3},
    {1, 3, 16, 1, 32, 11, 4, 1, 2, 2},   {1, 1, 8, 1, 28, 5, 1, 1, 2, 2},    {1, 5, 7, 1, 9, 3, 1, 1, 1, 1},
    {3, 5, 7, 1, 9, 3, 2, 1, 0, 1},      {1, 64, 128, 1, 14, 1, 1, 1, 0, 0}, {1, 64, 128, 1, 14, 1, 2, 1, 0, 0},
    {1, 32, 32, 32, 14, 3, 1, 1, 1, 1},  {1, 33, 33, 33, 14, 3, 2, 1, 1, 1}, {2, 12, 12, 12, 9, 5, 1, 2, 4, 4},
    {1, 128, 128, 32, 7, 3, 1, 1, 1, 1}, {1, 10, 14, 2, 8, 3, 1, 1, 1, 1},   {1, 12, 24, 12, 8, 3, 1, 1, 1, 1},
    {1, 24, 12, 4, 8, 1, 1, 1, 0, 0},    {1, 16, 32, 1, 12, 3, 1, 2, 2, 2},  {1, 40, 24, 1, 7, 4, 2, 1, 1, 1},
    {1, 8, 8, 1, 6, 2, 1, 1, 3, 3},      {1, 256, 10, 1, 1, 1, 1, 1, 0, 0},  {1, 4, 1, 1, 8, 8, 1, 1, 0, 0},
    {1, 1, 1, 1, 5, 3, 1, 1, 1, 1},      {1, 2, 3, 1, 6, 3, 5, 1, 1, 0},     {1, 16, 16, 1, 4, 3, 200, 1, 1100, 1},
    {2, 64, 64, 8, 9, 3, 1, 1, 1, 1},    {1, 32, 64, 8, 9, 3, 2, 1, 1, 0},   {1, 64, 32, 16, 7, 3, 1, 2, 2, 2},
};

static void common_shapes_are_right_and_fast(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        const int *const c = common[i];
        struct lrp_conv_shape s = {.rank = 2, .batch = c[0], .in_channels = c[1], .out_channels = c[2], .group = c[3]};

        for (int d = 0; d < 2; d++) {
            s.in[d] = c[4] + d; /* not quite square */
            s.kernel[d] = c[5];
            s.stride[d] = c[6];
            s.dilation[d] = c[7];
            s.pad_begin[d] = d ? c[8] : c[9];
            s.pad_end[d] = d ? c[9] : c[8];
        }
        fill_out(&s);
        check(&s, (uint32_t)i + 1, i % 2);
    }
}

static bool draw(uint32_t *state, struct lrp_conv_shape *s)
{
    static const int64_t groups[] = {1, 1, 1, 2, 3, 4};

    *s = (struct lrp_conv_shape){.rank = (int)between(state, 1, 3), .batch = between(state, 1, 3)};
    s->group = groups[between(state, 0, 5)];
    s->in_channels = s->group * between(state, 1, 9);
    s->out_channels = s->group * between(state, 1, 9);
    if (between(state, 0, 4) == 0) s->group = s->out_channels = s->in_channels;
    for (int d = 0; d < s->rank; d++) {
        s->in[d] = between(state, 1, s->rank == 3 ? 6 : 11);
        s->kernel[d] = between(state, 1, s->rank == 3 ? 3 : 5);
        s->stride[d] = between(state, 1, 3);
        s->dilation[d] = between(state, 1, 3);
        s->pad_begin[d] = between(state, 0, 3);
        s->pad_end[d] = between(state, 0, 3);
        if (s->in[d] + s->pad_begin[d] + s->pad_end[d] < (s->kernel[d] - 1) * s->dilation[d] + 1) return false;
    }
    fill_out(s);
    return true;
}

static void random_shapes_are_right(void **unused)
{
    uint32_t state = 20240607;

    (void)unused;
    for (uint32_t done = 0; done < 150;) {
        struct lrp_conv_shape s;

        if (draw(&state, &s)) {
            done++;
            check(&s, done, done % 2);
        }
    }
}

/* As transposed convolutions with output padding need it: the input is larger than what the outputs reach. */
static void input_beyond_reach_gets_nothing(void **state)
{
    struct lrp_conv_shape s = {.rank = 2, .batch = 1, .in_channels = 3, .out_channels = 2, .group = 1};

    (void)state;
    for (int d = 0; d < 2; d++) {
        s.in[d] = 10 + 2 * d;
        s.out[d] = 3;
        s.kernel[d] = 3;
        s.stride[d] = 2;
        s.dilation[d] = 1;
        s.pad_begin[d] = d;
    }
    check(&s, 7, false);
}

static void zeros_stay_exact(void **state)
{
    const struct lrp_conv_shape s = square_convolution(1, 16, 16, 1, 12);
    uint32_t seed = 5;
    enum { WEIGHTS = 16 * 16 * 9, VALUES = 16 * 144 };
    float *const w = random_values(&seed, WEIGHTS), *const x = calloc(VALUES, sizeof *x);
    float y[VALUES];
    struct lrp_conv *conv;
    int64_t not_zero = 0;

    (void)state;
    x[0] = 1; /* reaches rows and columns 0 and 1 only */
    assert_int_equal(lrp_conv_new(&s, w, NULL, &conv, NULL), LRP_OK);
    assert_int_equal(forward_rows(conv, x, y, &two_threads, NULL), LRP_OK);
    for (int64_t i = 0; i < VALUES; i++) not_zero += y[i] != 0 && (i % 12 > 1 || i / 12 % 12 > 1);
    assert_int_equal(not_zero, 0);
    assert_true(y[0] != 0);
    lrp_conv_free(conv);
    free(w), free(x);
}

static bool always(void *data)
{
    (void)data;
    return true;
}

static void a_stopped_run_says_cancelled(void **state)
{
    const struct lrp_conv_shape s = {.rank = 1,
                                     .batch = 1,
                                     .in_channels = 1,
                                     .out_channels = 1,
                                     .group = 1,
                                     .in = {3},
                                     .out = {3},
                                     .kernel = {1},
                                     .stride = {1},
                                     .dilation = {1}};
    const struct lrp_run run = {.threads = 1, .should_stop = always};
    const float w = 2, x[3] = {1, 2, 3};
    float y[3];
    struct lrp_conv *conv;

    (void)state;
    assert_int_equal(lrp_conv_new(&s, &w, NULL, &conv, NULL), LRP_OK);
    assert_int_equal(forward_rows(conv, x, y, &run, NULL), LRP_CANCELLED);
    lrp_conv_free(conv);
}

/* A batch that is done in pieces, in rows and in blocks, against its samples one by one. */
static void large_batches_are_those_of_their_samples(void **state)
{
    enum {
        BATCH = 10,
        CHANNELS = 64,
        SIZE = 120,
        PLANE = SIZE * SIZE,
        SAMPLE = CHANNELS * PLANE,
        ALL = BATCH * SAMPLE,
        TAPS = CHANNELS * CHANNELS * 9
    };
    struct lrp_conv_shape one = square_convolution(1, CHANNELS, CHANNELS, 1, SIZE), all = one;
    uint32_t seed = 7;
    float *const x = random_values(&seed, ALL), *const w = random_values(&seed, TAPS), *const want = malloc(ALL * sizeof *want);
    float *const blocks = malloc(ALL * sizeof *blocks), *const got = malloc(ALL * sizeof *got);
    struct lrp_conv *single, *batch;
    struct lrp_error err;

    (void)state;
    all.batch = BATCH;
    assert_int_equal(lrp_conv_new(&one, w, NULL, &single, &err), LRP_OK);
    assert_int_equal(lrp_conv_new(&all, w, NULL, &batch, &err), LRP_OK);
    for (enum lrp_direction d = LRP_FORWARD; d <= LRP_BACKWARD; d++) {
        int from = 0, to = 0;
        double error = 0;

        for (int64_t n = 0; n < BATCH; n++) {
            const struct lrp_conv_ends ends = {.from = x + n * SAMPLE, .to = want + n * SAMPLE};
            assert_int_equal(lrp_conv_run(single, d, ends, &two_threads, &err), LRP_OK);
        }
        assert_int_equal(lrp_conv_blocks(batch, d, &two_threads, &from, &to, &err), LRP_OK);
        for (int64_t i = 0; i < ALL; i++) blocks[in_blocks(i, CHANNELS, PLANE, from)] = x[i];
        for (int blocked = 0; blocked < 2; blocked++) {
            const struct lrp_conv_ends ends = {
                .from = blocked ? blocks : x, .to = got, .from_blocked = blocked && from, .to_blocked = blocked && to};
            memset(got, 0xff, ALL * sizeof *got);
            assert_int_equal(lrp_conv_run(batch, d, ends, &two_threads, &err), LRP_OK);
            for (int64_t i = 0; i < ALL; i++)
                error = fmax(error, fabs((double)got[in_blocks(i, CHANNELS, PLANE, blocked ? to : 0)] - (double)want[i]));
            assert_true(error <= 1e-4);
        }
    }
    lrp_conv_free(single);
    lrp_conv_free(batch);
    free(x), free(w), free(want), free(blocks), free(got);
}

/* ---- groups that are done together: an infinity in one of them does not reach the others ---- */

enum { GROUP = 4, SIDE = 5, PLACES = SIDE * SIDE, SAMPLES = 2, WILD = 5 * PLACES + 12 };

/* What the infinity at WILD, channel 5 of the first sample, may reach: the second group. */
static bool is_reached(int64_t i)
{
    return i / PLACES >= GROUP && i / PLACES < INT64_C(2) * GROUP;
}

struct wild {
    int64_t channels, count;
    float *x, *y, *to, *from; /* y: without the infinity; from: x in blocks */
};

static void check_rows(struct lrp_conv *conv, enum lrp_direction d, const struct wild *t)
{
    for (int wild = 0; wild < 2; wild++) {
        const struct lrp_conv_ends ends = {.from = t->x, .to = wild ? t->to : t->y};
        t->x[WILD] = wild ? INFINITY : 0;
        assert_int_equal(lrp_conv_run(conv, d, ends, &two_threads, NULL), LRP_OK);
    }
    for (int64_t i = 0; i < t->count; i++) assert_true(is_reached(i) || fabs((double)t->to[i] - (double)t->y[i]) <= 1e-4);
    assert_true(!isfinite(t->to[WILD]));
}

static void check_blocks(struct lrp_conv *conv, enum lrp_direction d, const struct wild *t)
{
    const struct lrp_conv_ends ends = {t->from, t->to, true, true};
    int from = 0, to = 0;
    assert_int_equal(lrp_conv_blocks(conv, d, &two_threads, &from, &to, NULL), LRP_OK);
    if (!from || !to || t->channels % from || t->channels % to) return;
    for (int64_t i = 0; i < t->count; i++) t->from[in_blocks(i, t->channels, PLACES, from)] = t->x[i];
    assert_int_equal(lrp_conv_run(conv, d, ends, &two_threads, NULL), LRP_OK);
    for (int64_t i = 0; i < t->count; i++) {
        const float got = t->to[in_blocks(i, t->channels, PLACES, to)];
        assert_true(is_reached(i) ? i != WILD || !isfinite(got) : fabs((double)got - (double)t->y[i]) <= 1e-4);
    }
}

static void what_is_not_finite_stays_in_its_group(void **state)
{
    static const int64_t channels[] = {40, 64};
    (void)state;
    for (int k = 0; k < 2; k++) {
        const struct lrp_conv_shape s = square_convolution(SAMPLES, channels[k], channels[k], channels[k] / GROUP, SIDE);
        struct wild t = {.channels = channels[k], .count = SAMPLES * channels[k] * PLACES};
        const size_t room = (size_t)t.count;
        uint32_t seed = 3;
        float *const w = random_values(&seed, channels[k] * GROUP * 9);
        struct lrp_conv *conv;

        t.x = random_values(&seed, t.count);
        t.y = calloc(room, sizeof *t.y);
        t.to = calloc(room, sizeof *t.to);
        t.from = calloc(room, sizeof *t.from);
        assert_int_equal(lrp_conv_new(&s, w, NULL, &conv, NULL), LRP_OK);
        for (enum lrp_direction d = LRP_FORWARD; d <= LRP_BACKWARD; d++) {
            check_rows(conv, d, &t);
            check_blocks(conv, d, &t);
        }
        lrp_conv_free(conv);
        free(w), free(t.x), free(t.y), free(t.to), free(t.from);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_shapes_are_right_and_fast),      cmocka_unit_test(random_shapes_are_right),
        cmocka_unit_test(input_beyond_reach_gets_nothing),       cmocka_unit_test(zeros_stay_exact),
        cmocka_unit_test(a_stopped_run_says_cancelled),          cmocka_unit_test(large_batches_are_those_of_their_samples),
        cmocka_unit_test(what_is_not_finite_stays_in_its_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
