/* test_linear.c: linear operators against numbers computed with PyTorch and by hand, and with modified weights. */
#include "ops/vjp_check.h"

#define DIMS(...)                                                                                                              \
    (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[])                                               \
    {                                                                                                                          \
        __VA_ARGS__                                                                                                            \
    }
#define INTS(t, name, ...)                                                                                                     \
    test_ints(t, name, (const int64_t[]){__VA_ARGS__}, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t))
#define EXPECT(t, ...) test_expect(t, (const float[]){__VA_ARGS__}, sizeof((float[]){__VA_ARGS__}) / sizeof(float), 1e-6)

static const float counting[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};

static void convolution_pads_each_side_on_its_own(void **state)
{
    (void)state;
    for (int constant = 0; constant < 2; constant++) {
        struct test_call t;

        test_call_start(&t, "", "Conv", 13);
        test_input(&t, false, counting, DIMS(1, 1, 3, 3));
        test_input(&t, constant, (const float[]){1, -2, 3, -4}, DIMS(1, 1, 2, 2));
        test_input(&t, constant, (const float[]){0.5F}, DIMS(1));
        INTS(&t, "pads", 1, 0, 0, 0);
        EXPECT(&t, -4.5F, -5.5F, -10.5F, -12.5F, -16.5F, -18.5F);
        assert_int_equal(lrp_call_weighted(&t.call), constant);
        assert_int_equal(t.call.op->macs(&t.call), 6 * 4);
        test_call_free(&t);
    }
}

static void convolution_in_groups_with_strides(void **state)
{
    struct test_call t;

    (void)state;
    test_call_start(&t, "", "Conv", 11);
    test_input(&t, false, counting, DIMS(1, 2, 3, 3));
    test_input(&t, true, (const float[]){1, 2, 3, 4, -1, -2, -3, -4}, DIMS(2, 1, 2, 2));
    test_int(&t, "group", 2);
    INTS(&t, "strides", 2, 2);
    INTS(&t, "pads", 1, 1, 1, 1);
    EXPECT(&t, 4, 18, 36, 77, -40, -81, -90, -167);
    test_call_free(&t);
}

static void convolution_over_lines_with_dilation(void **state)
{
    struct test_call t;

    (void)state;
    test_call_start(&t, "", "Conv", 1);
    test_input(&t, false, counting, DIMS(1, 1, 5));
    test_input(&t, true, (const float[]){1, 10}, DIMS(1, 1, 2));
    INTS(&t, "dilations", 2);
    EXPECT(&t, 31, 42, 53);
    test_call_free(&t);
}

/* By hand: 4 elements, kernel 2, stride 1: one pad, at the end or at the beginning. */
static void automatic_padding_puts_the_odd_one_where_it_says(void **state)
{
    static const struct {
        const char *mode;
        size_t count;
        float expected[4];
    } cases[] = {{"SAME_UPPER", 4, {21, 32, 43, 4}}, {"SAME_LOWER", 4, {10, 21, 32, 43}}, {"VALID", 3, {21, 32, 43}}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct test_call t;

        test_call_start(&t, "", "Conv", 11);
        test_input(&t, false, counting, DIMS(1, 1, 4));
        test_input(&t, true, (const float[]){1, 10}, DIMS(1, 1, 2));
        test_string(&t, "auto_pad", cases[i].mode);
        test_expect(&t, cases[i].expected, cases[i].count, 1e-6);
        test_call_free(&t);
    }
}

static void transposed_convolution_with_output_padding(void **state)
{
    struct test_call t;

    (void)state;
    test_call_start(&t, "", "ConvTranspose", 11);
    test_input(&t, false, counting, DIMS(1, 1, 2, 2));
    test_input(&t, true, counting, DIMS(1, 1, 3, 3));
    test_input(&t, true, (const float[]){10}, DIMS(1));
    INTS(&t, "strides", 2, 2);
    INTS(&t, "pads", 1, 1, 1, 1);
    INTS(&t, "output_padding", 1, 1);
    EXPECT(&t, 15, 24, 20, 22, 24, 46, 34, 40, 25, 44, 30, 34, 34, 65, 42, 46);
    test_call_free(&t);
}

/* By hand: [1,2] through [1,10,100] with stride 2 is 1 10 102 20 200; wanted 4 of those 5, the odd cut first. */
static void transposed_convolution_to_a_given_size(void **state)
{
    struct test_call t;

    (void)state;
    test_call_start(&t, "", "ConvTranspose", 11);
    test_input(&t, false, counting, DIMS(1, 1, 2));
    test_input(&t, true, (const float[]){1, 10, 100}, DIMS(1, 1, 3));
    INTS(&t, "strides", 2);
    INTS(&t, "output_shape", 4);
    EXPECT(&t, 10, 102, 20, 200);
    test_call_free(&t);
}

/* A = [1 2; 3 4], B = [5 6; 7 8], C = [1 -1]: 0.5 A B + 2 C and its transposes. */
static void general_products(void **state)
{
    static const float expected[4][4] = {
        {11.5F, 9, 23.5F, 23},
        {15, 13, 21, 20},
        {10.5F, 9.5F, 21.5F, 24.5F},
        {13.5F, 13.5F, 19, 21},
    };

    (void)state;
    for (int i = 0; i < 8; i++) {
        struct test_call t;

        test_call_start(&t, "", "Gemm", 13);
        test_input(&t, false, counting, DIMS(2, 2));
        test_input(&t, i & 4, (const float[]){5, 6, 7, 8}, DIMS(2, 2));
        test_input(&t, i & 4, (const float[]){1, -1}, DIMS(2));
        test_float(&t, "alpha", 0.5F);
        test_float(&t, "beta", 2);
        test_int(&t, "transA", i & 1);
        test_int(&t, "transB", i >> 1 & 1);
        test_expect(&t, expected[i & 3], 4, 1e-6);
        assert_int_equal(lrp_call_weighted(&t.call), i == 4 || i == 6);
        test_call_free(&t);
    }
}

static void matrix_products_broadcast_their_batches(void **state)
{
    struct test_call t;

    (void)state;
    test_call_start(&t, "", "MatMul", 13);
    test_input(&t, false, counting, DIMS(2, 1, 1, 2));
    test_input(&t, false, counting, DIMS(3, 2, 1));
    EXPECT(&t, 5, 11, 17, 11, 25, 39);
    assert_int_equal(t.out[0].shape->rank, 4);
    assert_int_equal(lrp_call_product(&t.call), 2);
    test_call_free(&t);
    test_call_start(&t, "", "MatMul", 9);
    test_input(&t, false, counting, DIMS(2, 2, 2));
    test_input(&t, true, counting, DIMS(2));
    EXPECT(&t, 5, 11, 17, 23);
    assert_int_equal(t.out[0].shape->rank, 2);
    assert_int_equal(lrp_call_product(&t.call), 1);
    assert_true(lrp_call_weighted(&t.call));
    test_call_free(&t);
}

static void dense_layers_take_weights_at_any_address(void **state)
{
    char bytes[6 * sizeof(float) + 1];
    struct test_call t;

    (void)state;
    test_call_start(&t, "lrpscope", "Dense", 1);
    test_input(&t, false, counting, DIMS(2, 1, 3));
    test_input(&t, true, counting, DIMS(2, 3));
    test_input(&t, true, (const float[]){100, 200}, DIMS(2));
    test_int(&t, "transpose", 1);
    memcpy(bytes + 1, counting, 6 * sizeof(float));
    t.blobs[1].raw = bytes + 1;
    EXPECT(&t, 114, 232, 132, 277);
    test_call_free(&t);
}

static void scale_multiplies_and_adds_along_channels(void **state)
{
    struct test_call t;

    (void)state;
    test_call_start(&t, "lrpscope", "Scale", 1);
    test_input(&t, false, counting, DIMS(1, 2, 2));
    test_input(&t, true, (const float[]){2, -1}, DIMS(2, 1));
    test_input(&t, true, (const float[]){0.5F}, DIMS(1));
    EXPECT(&t, 2.5F, 4.5F, -2.5F, -3.5F);
    assert_true(lrp_call_weighted(&t.call));
    test_call_free(&t);
    test_call_start(&t, "lrpscope", "Scale", 1);
    test_input(&t, false, counting, DIMS(2, 2));
    test_input(&t, false, NULL, -1, NULL);
    test_input(&t, true, (const float[]){10, 20}, DIMS(2));
    EXPECT(&t, 11, 22, 13, 24);
    assert_true(lrp_call_weighted(&t.call));
    test_call_free(&t);
}

/* ---- modified weights: y = sum of x times the modified weight, which is written out for each ---- */

static const struct {
    enum lrp_weight_modifier modifier;
    float weights[2]; /* of W = [3, -2], gamma 0.5 */
    float bias;       /* of b = -4 */
} modified[] = {
    {LRP_WEIGHT_AS_IS, {3, -2}, -4},
    {LRP_WEIGHT_POSITIVE, {3, 0}, 0},
    {LRP_WEIGHT_NEGATIVE, {0, -2}, -4},
    {LRP_WEIGHT_SQUARED, {9, 4}, 16},
    {LRP_WEIGHT_GAMMA_POSITIVE, {4.5F, -2}, -4},
    {LRP_WEIGHT_GAMMA_NEGATIVE, {3, -3}, -6},
    {LRP_WEIGHT_ONE, {1, 1}, 0},
};

/* Sets up op with data [7, 11], weights [3, -2] and bias -4 that give one output. */
static void one_output(struct test_call *t, const char *op)
{
    static const float x[] = {7, 11}, w[] = {3, -2}, half[] = {1.5F, -1}, b[] = {-4};
    const bool own = strcmp(op, "Dense") == 0;

    test_call_start(t, own ? "lrpscope" : "", op, own ? 1 : 13);
    if (strstr(op, "Conv")) {
        test_input(t, false, x, DIMS(1, 2, 1));
        test_input(t, true, w, 3, strcmp(op, "Conv") ? (const int64_t[]){2, 1, 1} : (const int64_t[]){1, 2, 1});
    } else {
        test_input(t, false, x, DIMS(1, 2));
        test_input(t, true, strcmp(op, "MatMul") ? half : w, DIMS(2, 1));
        if (strcmp(op, "MatMul") != 0) test_float(t, "alpha", 2);
    }
    if (strcmp(op, "MatMul") != 0) test_input(t, true, b, DIMS(1));
}

static void weights_and_bias_are_modified(void **state)
{
    static const char *const ops[] = {"Conv", "ConvTranspose", "Gemm", "Dense", "MatMul"};

    (void)state;
    for (size_t o = 0; o < 5; o++)
        for (size_t i = 0; i < sizeof modified / sizeof *modified; i++) {
            const bool one = modified[i].modifier == LRP_WEIGHT_ONE, bias = strcmp(ops[o], "MatMul") != 0;
            const struct lrp_modifier modifier = {modified[i].modifier, one ? LRP_WEIGHT_NONE : modified[i].modifier, 0.5F};
            const float want = 7 * modified[i].weights[0] + 11 * modified[i].weights[1] + (bias ? modified[i].bias : 0);
            struct test_call t;

            one_output(&t, ops[o]);
            test_infer(&t);
            assert_true(lrp_call_weighted(&t.call));
            test_release(&t, test_forward(&t, &modifier));
            if (!(fabsf(t.outputs[0]->f[0] - want) < 1e-4F))
                fail_msg("%s, modifier %d: %g, not %g", ops[o], (int)modified[i].modifier, (double)t.outputs[0]->f[0],
                         (double)want);
            test_call_free(&t);
        }
}

/* ---- back through rows that are zeros ---- */

/* Rows of s that are not zeros, as bits. s W^T is summed up here term by term; the others must be exactly 0. */
static void rows_of_zeros_give_rows_of_zeros(void **state)
{
    enum { M = 6, K = 40, N = 33 };
    static const unsigned patterns[] = {0, 1 << 5, 1 << 2, 1 | 1 << 4, 7, 0x1F, 0x3F};
    static float x[M * K], w[K * N], s[M * N];

    (void)state;
    for (int i = 0; i < K * N; i++) w[i] = (float)(i * 37 % 23 - 11) / 8;
    for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
        const struct lrp_run run = {.threads = 2};
        const struct lrp_tensor *given[TEST_INPUTS];
        struct lrp_tensor *back = NULL, *grad[TEST_INPUTS] = {NULL};
        struct test_call t;
        for (int i = 0; i < M * N; i++) s[i] = patterns[p] >> i / N & 1 ? (float)(i * 29 % 17 - 8) / 4 : i % 2 ? -0.0F : 0;
        test_call_start(&t, "", "MatMul", 13);
        test_input(&t, false, x, DIMS(M, K));
        test_input(&t, true, w, DIMS(K, N));
        test_infer(&t);
        void *const handle = test_forward(&t, NULL);
        assert_int_equal(lrp_tensor_new(LRP_DTYPE_FLOAT, t.out[0].shape, &back, NULL), LRP_OK);
        assert_int_equal(lrp_tensor_new(LRP_DTYPE_FLOAT, t.in[0].shape, &grad[0], NULL), LRP_OK);
        memcpy(back->f, s, sizeof s);
        for (size_t i = 0; i < grad[0]->count; i++) grad[0]->f[i] = NAN;
        test_given(&t, given);
        const struct lrp_tensor *const cotangents[] = {back};
        assert_int_equal(
            t.call.op->vjp(&t.call, handle, given, (const struct lrp_tensor *const *)t.outputs, cotangents, grad, &run, &t.err),
            LRP_OK);
        for (int r = 0; r < M; r++)
            for (int k = 0; k < K; k++) {
                double sum = 0;
                for (int j = 0; j < N; j++) sum += (double)s[r * N + j] * (double)w[k * N + j];
                assert_true(fabs((double)grad[0]->f[r * K + k] - sum) <= 1e-5);
                if (!(patterns[p] >> r & 1)) assert_true(grad[0]->f[r * K + k] == 0);
            }
        lrp_tensor_release(back), lrp_tensor_release(grad[0]);
        test_release(&t, handle);
        test_call_free(&t);
    }
}

/* ---- what cannot be ---- */

static void impossible_calls_are_refused(void **state)
{
    static const struct {
        const char *op, *attribute;
        int64_t values[2];
        int64_t x[4], w[4];
    } cases[] = {
        {"Conv", "strides", {0, 1}, {1, 1, 3, 3}, {1, 1, 2, 2}},
        {"Conv", "pads", {1, 1}, {1, 1, 3, 3}, {1, 1, 2, 2}},
        {"Conv", "dilations", {-1, 1}, {1, 1, 3, 3}, {1, 1, 2, 2}},
        {"Conv", "kernel_shape", {3, 3}, {1, 1, 3, 3}, {1, 1, 2, 2}},
        {"Conv", "strides", {1, 1}, {1, 1, 3, 3}, {1, 1, 4, 4}},
        {"Conv", "strides", {1, 1}, {1, 2, 3, 3}, {1, 1, 2, 2}},
        {"Conv", "strides", {1, 1}, {1, 0, 3, 3}, {1, 0, 2, 2}},
        {"ConvTranspose", "strides", {1, 1}, {1, 2, 3, 3}, {1, 1, 2, 2}},
        {"ConvTranspose", "output_padding", {7, 7}, {1, 1, 3, 3}, {1, 1, 2, 2}},
        {"MatMul", "none", {0, 0}, {1, 1, 3, 3}, {1, 1, 2, 2}},
        {"MatMul", "none", {0, 0}, {2, 1, 3, 3}, {3, 1, 3, 3}},
        {"Gemm", "none", {0, 0}, {1, 1, 3, 3}, {1, 1, 3, 3}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct test_call t;

        test_call_start(&t, "", cases[i].op, 13);
        test_input(&t, false, NULL, 4, cases[i].x);
        test_input(&t, false, NULL, 4, cases[i].w);
        test_ints(&t, cases[i].attribute, cases[i].values, 2);
        if (!t.call.op->infer(&t.call, &t.err)) fail_msg("case %zu was accepted", i);
        assert_true(t.err.message[0]);
        test_call_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolution_pads_each_side_on_its_own),
        cmocka_unit_test(convolution_in_groups_with_strides),
        cmocka_unit_test(convolution_over_lines_with_dilation),
        cmocka_unit_test(automatic_padding_puts_the_odd_one_where_it_says),
        cmocka_unit_test(transposed_convolution_with_output_padding),
        cmocka_unit_test(transposed_convolution_to_a_given_size),
        cmocka_unit_test(general_products),
        cmocka_unit_test(matrix_products_broadcast_their_batches),
        cmocka_unit_test(dense_layers_take_weights_at_any_address),
        cmocka_unit_test(scale_multiplies_and_adds_along_channels),
        cmocka_unit_test(weights_and_bias_are_modified),
        cmocka_unit_test(rows_of_zeros_give_rows_of_zeros),
        cmocka_unit_test(impossible_calls_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
