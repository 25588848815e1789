/* test_vjp_heavy.c: vjps of linear operators and poolings against central differences of their forwards. */
#include "ops/vjp_check.h"

#define DIMS(...)                                                                                                              \
    (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[])                                               \
    {                                                                                                                          \
        __VA_ARGS__                                                                                                            \
    }

/* Linear maps have no curvature: a large step is exact and drowns rounding. */
static const float LARGE = 0.5F;

static void convolutions(void **state)
{
    static const char *const ops[] = {"Conv", "ConvTranspose"};
    static const int64_t strides[] = {2, 1}, pads[] = {1, 0, 0, 2}, dilations[] = {1, 2};

    (void)state;
    for (int i = 0; i < 8; i++) {
        const bool constant = i & 2, grouped = i & 4;
        const int64_t groups = grouped ? 2 : 1;
        const int64_t w[] = {4, 4 / groups, 3, 2};
        struct test_call t;

        test_call_start(&t, "", ops[i & 1], 11);
        test_input(&t, false, NULL, DIMS(2, 4, 5, 4));
        test_input(&t, constant, NULL, 4, w);
        test_input(&t, constant, NULL, DIMS(4));
        test_int(&t, "group", groups);
        test_ints(&t, "strides", strides, 2);
        test_ints(&t, "pads", pads, 4);
        test_ints(&t, "dilations", dilations, 2);
        vjp_check(&t, LARGE, 1e-4);
        test_call_free(&t);
    }
}

static void general_products(void **state)
{
    (void)state;
    for (int i = 0; i < 16; i++) {
        const bool ta = i & 1, tb = i & 2, constant = i & 4, column = i & 8;
        const int64_t a[] = {ta ? 4 : 3, ta ? 3 : 4}, b[] = {tb ? 5 : 4, tb ? 4 : 5}, c[] = {3, column ? 1 : 5};
        struct test_call t;

        test_call_start(&t, "", "Gemm", 11);
        test_input(&t, false, NULL, 2, a);
        test_input(&t, constant, NULL, 2, b);
        test_input(&t, column, NULL, 2, c);
        test_int(&t, "transA", ta);
        test_int(&t, "transB", tb);
        test_float(&t, "alpha", 0.75F);
        test_float(&t, "beta", -2);
        vjp_check(&t, LARGE, 1e-4);
        test_call_free(&t);
    }
}

static void matrix_products(void **state)
{
    static const struct {
        int rank_a;
        int64_t a[4];
        int rank_b;
        int64_t b[4];
    } cases[] = {
        {2, {3, 4}, 2, {4, 5}},
        {1, {4}, 2, {4, 5}},
        {2, {3, 4}, 1, {4}},
        {1, {4}, 1, {4}},
        {3, {2, 3, 4}, 2, {4, 5}},
        {2, {3, 4}, 3, {2, 4, 5}},
        {4, {2, 1, 3, 4}, 3, {3, 4, 2}},
        {3, {1, 3, 4}, 3, {2, 4, 1}},
        {1, {4}, 3, {2, 4, 5}},
        {3, {2, 3, 4}, 1, {4}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int constant = 0; constant < 3; constant++) {
            struct test_call t;

            test_call_start(&t, "", "MatMul", 13);
            test_input(&t, constant == 2, NULL, cases[i].rank_a, cases[i].a);
            test_input(&t, constant == 1, NULL, cases[i].rank_b, cases[i].b);
            vjp_check(&t, LARGE, 1e-4);
            test_call_free(&t);
        }
}

static void dense_and_scale(void **state)
{
    struct test_call t;

    (void)state;
    for (int transpose = 0; transpose < 2; transpose++) {
        const int64_t w[] = {transpose ? 5 : 4, transpose ? 4 : 5};

        test_call_start(&t, "lrpscope", "Dense", 1);
        test_input(&t, false, NULL, DIMS(2, 3, 4));
        test_input(&t, true, NULL, 2, w);
        test_input(&t, true, NULL, DIMS(5));
        test_int(&t, "transpose", transpose);
        test_float(&t, "alpha", 3);
        vjp_check(&t, LARGE, 1e-4);
        test_call_free(&t);
    }
    test_call_start(&t, "lrpscope", "Scale", 1);
    test_input(&t, false, NULL, DIMS(2, 3, 4));
    test_input(&t, true, NULL, DIMS(3, 1));
    vjp_check(&t, LARGE, 1e-4);
    test_call_free(&t);
}

static void poolings(void **state)
{
    static const char *const ops[] = {"MaxPool", "AveragePool", "LpPool", "GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"};
    static const int64_t kernel[] = {3, 2}, strides[] = {2, 1}, pads[] = {1, 0, 1, 1}, dilations[] = {1, 2};

    (void)state;
    for (size_t i = 0; i < 12; i++) {
        struct test_call t;

        test_call_start(&t, "", ops[i / 2], 22);
        test_input(&t, false, NULL, DIMS(2, 2, 5, 4));
        if (i / 2 < 3) {
            test_ints(&t, "kernel_shape", kernel, 2);
            test_ints(&t, "strides", strides, 2);
            test_ints(&t, "pads", pads, 4);
            test_ints(&t, "dilations", dilations, 2);
            test_int(&t, "count_include_pad", i & 1);
        }
        if (strstr(ops[i / 2], "Lp")) test_int(&t, "p", i & 1 ? 3 : 2);
        vjp_check(&t, 1e-4F, 2e-2); /* steps small enough not to change a winner */
        test_call_free(&t);
    }
}

static void pooling_over_volumes(void **state)
{
    static const char *const ops[] = {"MaxPool", "AveragePool"};
    static const int64_t kernel[] = {2, 2, 2}, pads[] = {0, 1, 0, 0, 0, 1};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct test_call t;

        test_call_start(&t, "", ops[i], 22);
        test_input(&t, false, NULL, DIMS(1, 2, 3, 3, 3));
        test_ints(&t, "kernel_shape", kernel, 3);
        test_ints(&t, "pads", pads, 6);
        vjp_check(&t, 1e-4F, 2e-2);
        test_call_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions),    cmocka_unit_test(general_products), cmocka_unit_test(matrix_products),
        cmocka_unit_test(dense_and_scale), cmocka_unit_test(poolings),         cmocka_unit_test(pooling_over_volumes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
