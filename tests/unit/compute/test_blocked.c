/* test_blocked.c: elementwise work does not depend on how its tensors lie in memory; convolutions read and write blocks. */
#include "blocked.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "square.h"
#include "statistics.h"

static const struct lrp_run two_threads = {.threads = 2};

/* Where element (sample, channel, place) lies, by the definition of the layout. */
static size_t place_of(const struct lrp_tensor *t, int64_t n, int64_t c, int64_t p, int64_t channels, int64_t places)
{
    const int64_t block = t->block ? t->block : 1, blocks = (channels + block - 1) / block;
    if (!t->block) return (size_t)((n * channels + c) * places + p);
    return (size_t)(((n * blocks + c / block) * places + p) * block + c % block);
}

static struct lrp_tensor *tensor(const struct lrp_shape *shape, int block)
{
    struct lrp_error err = {0};
    struct lrp_tensor *t = NULL;
    check_ok(lrp_tensor_take_blocked(NULL, shape, block, &t, &err), &err);
    memset(t->f, 0, lrp_tensor_bytes(t));
    return t;
}

static float value_at(int64_t n, int64_t c, int64_t p)
{
    return (float)(n * 1009 + c * 101 + p % 97 + 1);
}

static void fill(struct lrp_tensor *t, int64_t channels, int64_t places, float factor)
{
    for (int64_t n = 0; n < t->shape.dim[0]; n++)
        for (int64_t c = 0; c < channels; c++)
            for (int64_t p = 0; p < places; p++) t->f[place_of(t, n, c, p, channels, places)] = factor * value_at(n, c, p);
}

static void add_difference(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    for (size_t i = 0; i < n; i++) out[i] += *(const float *)data * (in[0][i] - in[1][i]);
}

static void check_layouts(const struct lrp_shape *shape, int out_block, int first_block, int second_block)
{
    int64_t channels = shape->rank > 1 ? shape->dim[1] : 1, places = 1;
    for (int d = 2; d < shape->rank; d++) places *= shape->dim[d];
    struct lrp_tensor *out = tensor(shape, out_block), *a = tensor(shape, first_block), *b = tensor(shape, second_block);
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {a, b};
    const float factor = 0.5F;
    fill(out, channels, places, 1);
    fill(a, channels, places, 10);
    fill(b, channels, places, 4);
    lrp_blocked_for(&two_threads, out, in, true, add_difference, &factor);
    for (int64_t n = 0; n < shape->dim[0]; n++)
        for (int64_t c = 0; c < channels; c++)
            for (int64_t p = 0; p < places; p++)
                check_close(out->f[place_of(out, n, c, p, channels, places)], value_at(n, c, p) * 4, 0);
    const size_t padded = out_block ? (size_t)((channels + out_block - 1) / out_block * out_block) : (size_t)channels;
    assert_int_equal(lrp_tensor_bytes(out), padded * (size_t)(shape->dim[0] * places) * sizeof(float));
    for (int64_t c = channels; c < (int64_t)padded; c++) /* missing channels stay 0 */
        check_close(out->f[place_of(out, 0, c, places - 1, channels, places)], 0, 0);
    lrp_tensor_release(out);
    lrp_tensor_release(a);
    lrp_tensor_release(b);
}

static void results_do_not_depend_on_the_layout(void **state)
{
    (void)state;
    static const struct lrp_shape shapes[] = {
        {.rank = 4, .dim = {1, 64, 28, 28}}, {.rank = 4, .dim = {2, 3, 5, 7}},    {.rank = 4, .dim = {1, 17, 1, 1}},
        {.rank = 3, .dim = {3, 24, 131}},    {.rank = 5, .dim = {1, 9, 3, 4, 5}}, {.rank = 2, .dim = {2, 33}},
    };
    static const int blocks[][3] = {{0, 0, 0},   {16, 0, 0},   {0, 16, 0}, {0, 0, 16},
                                    {16, 16, 0}, {16, 16, 16}, {8, 0, 8},  {0, 8, 8}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++)
            check_layouts(&shapes[i], blocks[k][0], blocks[k][1], blocks[k][2]);
}

/* A convolution in blocks gives what it gives in rows, bit for bit. */
static void convolutions_read_and_write_blocks(void **state)
{
    (void)state;
    const struct lrp_conv_shape conv_shape = square_convolution(1, 24, 40, 1, 9);
    const struct lrp_shape x_shape = {.rank = 4, .dim = {1, 24, 9, 9}}, y_shape = {.rank = 4, .dim = {1, 40, 9, 9}};
    enum { WEIGHTS = 40 * 24 * 9 };
    float *w = malloc(WEIGHTS * sizeof *w);
    struct lrp_error err = {0};
    struct lrp_conv *conv = NULL;
    const float one = 1;
    for (int i = 0; i < WEIGHTS; i++) w[i] = (float)(i * 37 % 101 - 50) / 64;
    check_ok(lrp_conv_new(&conv_shape, w, NULL, &conv, &err), &err);
    for (int back = 0; back < 2; back++) {
        const struct lrp_shape *from_shape = back ? &y_shape : &x_shape, *to_shape = back ? &x_shape : &y_shape;
        int from_block, to_block;
        check_ok(lrp_conv_blocks(conv, back ? LRP_BACKWARD : LRP_FORWARD, &two_threads, &from_block, &to_block, &err), &err);
        struct lrp_tensor *rows = tensor(from_shape, 0), *want = tensor(to_shape, 0), *got = tensor(to_shape, 0);
        struct lrp_tensor *from = tensor(from_shape, from_block), *to = tensor(to_shape, to_block),
                          *zeros = tensor(to_shape, 0);
        const struct lrp_conv_ends plain = {.from = rows->f, .to = want->f};
        const struct lrp_conv_ends ends = {.from = from->f, .to = to->f, .from_blocked = from_block, .to_blocked = to_block};
        const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {to, zeros};
        fill(rows, from_shape->dim[1], 81, 0.01F);
        fill(from, from_shape->dim[1], 81, 0.01F);
        check_ok(lrp_conv_run(conv, back ? LRP_BACKWARD : LRP_FORWARD, plain, &two_threads, &err), &err);
        check_ok(lrp_conv_run(conv, back ? LRP_BACKWARD : LRP_FORWARD, ends, &two_threads, &err), &err);
        lrp_blocked_for(&two_threads, got, in, true, add_difference, &one);
        assert_memory_equal(got->f, want->f, want->count * sizeof(float));
        struct lrp_tensor *all[] = {rows, want, got, from, to, zeros};
        for (int i = 0; i < 6; i++) lrp_tensor_release(all[i]);
    }
    lrp_conv_free(conv);
    free(w);
}

/* ---- twins ---- */

static void *ask(void *numbers)
{
    return (void *)lrp_result_tensor(numbers);
}

static void whoever_asks_first_turns_it(void **state)
{
    (void)state;
    const struct lrp_shape shape = {.rank = 4, .dim = {2, 20, 40, 41}};
    for (int round = 0; round < 50; round++) {
        struct lrp_tensor *t = tensor(&shape, 16);
        pthread_t threads[4];
        void *seen[4];
        fill(t, 20, 1640, 1);
        assert_int_equal(lrp_tensor_twin_bytes(t), 0);
        for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, ask, (void *)lrp_tensor_numbers(t)), 0);
        for (int i = 0; i < 4; i++) assert_int_equal(pthread_join(threads[i], &seen[i]), 0);
        const struct lrp_tensor *rows = lrp_tensor_row_major(t, &two_threads);
        for (int i = 0; i < 4; i++) assert_ptr_equal(seen[i], rows);
        assert_int_equal(rows->block, 0);
        assert_int_equal(lrp_tensor_twin_bytes(t), rows->count * sizeof(float));
        for (int64_t i = 0; i < (int64_t)rows->count; i++)
            assert_true(rows->f[i] == value_at(i / 1640 / 20, i / 1640 % 20, i % 1640));
        lrp_tensor_release(t);
    }
    struct lrp_tensor *plain = tensor(&shape, 0);
    assert_ptr_equal(lrp_tensor_row_major(plain, NULL), plain);
    assert_null(lrp_tensor_row_major(NULL, NULL));
    lrp_tensor_release(plain);
}

/* 20 channels in blocks of 16: what stands for the missing 12 is no number of the tensor. */
static void statistics_leave_missing_channels_out(void **state)
{
    (void)state;
    const struct lrp_shape shape = {.rank = 3, .dim = {3, 20, 500}};
    struct lrp_statistics s, of_rows;
    struct lrp_tensor *t = tensor(&shape, 16);
    fill(t, 20, 500, 1);
    lrp_tensor_statistics(t, &s);
    lrp_tensor_statistics(lrp_tensor_row_major(t, NULL), &of_rows);
    check_close((double)s.min, 1, 0);
    check_close(s.sum, of_rows.sum, 1e-12);
    check_close(s.mean, of_rows.mean, 1e-12);
    check_close(s.std, of_rows.std, 1e-9);
    check_close((double)s.max, (double)of_rows.max, 0);
    assert_int_equal(s.nan, 0);
    assert_false(lrp_tensor_has_negative(t, &two_threads));
    lrp_tensor_release(t);
}

static void numbers_below_zero_are_found(void **state)
{
    (void)state;
    const struct lrp_shape shape = {.rank = 3, .dim = {1, 20, 5000}};
    static const float looked_for[] = {-1, NAN, -INFINITY};
    for (int i = 0; i < 4; i++)
        for (int block = 0; block <= 16; block += 8) {
            struct lrp_tensor *t = tensor(&shape, block);
            if (i < 3) t->f[place_of(t, 0, 19, 4999, 20, 5000)] = looked_for[i];
            assert_int_equal(lrp_tensor_has_negative(t, &two_threads), i < 3);
            assert_int_equal(lrp_tensor_has_negative(t, NULL), i < 3); /* known by now */
            lrp_tensor_release(t);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_do_not_depend_on_the_layout), cmocka_unit_test(convolutions_read_and_write_blocks),
        cmocka_unit_test(whoever_asks_first_turns_it),         cmocka_unit_test(statistics_leave_missing_channels_out),
        cmocka_unit_test(numbers_below_zero_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
