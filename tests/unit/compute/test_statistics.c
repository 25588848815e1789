/* test_statistics.c: sums, spreads and extremes of tensors. */
#include "check.h"
#include "lrpscope/tensor.h"

static struct lrp_tensor *tensor_of(size_t count)
{
    struct lrp_error err = {0};
    struct lrp_tensor *t = NULL;
    const struct lrp_shape shape = {.rank = 1, .dim = {(int64_t)count}};
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &t, &err), &err);
    return t;
}

/* 0, 1, ..., n-1: sum n(n-1)/2, variance (n^2-1)/12. */
static void arithmetic_series(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 2047, 2048, 2049, 10000};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        const double n = (double)counts[k];
        struct lrp_tensor *t = tensor_of(counts[k]);
        struct lrp_statistics s;
        for (size_t i = 0; i < counts[k]; i++) t->f[i] = (float)i;
        lrp_tensor_statistics(t, &s);
        check_close(s.sum, n * (n - 1) / 2, 1e-12);
        check_close(s.mean, (n - 1) / 2, 1e-12);
        check_close(s.std, sqrt((n * n - 1) / 12), 1e-9);
        check_close((double)s.min, 0, 0);
        check_close((double)s.max, n - 1, 0);
        assert_int_equal(s.nan, 0);
        lrp_tensor_release(t);
    }
}

static void values_that_are_no_numbers_are_counted_and_left_out(void **state)
{
    (void)state;
    struct lrp_tensor *t = tensor_of(5000);
    struct lrp_statistics s;
    for (size_t i = 0; i < t->count; i++) t->f[i] = i % 2 ? 3 : 5;
    t->f[0] = NAN;          /* a 5 */
    t->f[4001] = INFINITY;  /* a 3 */
    t->f[4003] = -INFINITY; /* a 3 */
    lrp_tensor_statistics(t, &s);
    assert_int_equal(s.nan, 3);
    check_close(s.sum, 2499 * 5 + 2498 * 3, 1e-12);
    check_close((double)s.min, 3, 0);
    check_close((double)s.max, 5, 0);
    lrp_tensor_release(t);
}

static void nothing_finite_gives_zeros(void **state)
{
    (void)state;
    struct lrp_tensor *t = tensor_of(3);
    struct lrp_statistics s;
    for (size_t i = 0; i < t->count; i++) t->f[i] = NAN;
    lrp_tensor_statistics(t, &s);
    assert_int_equal(s.nan, 3);
    check_close(s.sum, 0, 0);
    check_close((double)s.min, 0, 0);
    check_close(s.std, 0, 0);
    lrp_tensor_release(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_series),
        cmocka_unit_test(values_that_are_no_numbers_are_counted_and_left_out),
        cmocka_unit_test(nothing_finite_gives_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
