/* test_pooling.c: poolings against numbers computed with PyTorch and by hand. */
#include "ops/vjp_check.h"

#define DIMS(...)                                                                                                              \
    (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[])                                               \
    {                                                                                                                          \
        __VA_ARGS__                                                                                                            \
    }
#define INTS(t, name, ...)                                                                                                     \
    test_ints(t, name, (const int64_t[]){__VA_ARGS__}, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static const float counting[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static const struct {
    const char *op;
    int opset, rank; /* space dimensions, all alike; 4 elements each way for 2, 6 for 1 */
    int64_t kernel, stride, pad, dilation, ceil, include;
    const char *automatic;
    size_t count;
    float expected[16];
} cases[] = {
    {"MaxPool", 1, 2, 3, 2, 1, 1, 0, 0, "", 4, {6, 8, 14, 16}},
    {"MaxPool", 12, 2, 3, 2, 0, 1, 1, 0, "", 4, {11, 12, 15, 16}},
    {"MaxPool", 22, 2, 2, 1, 0, 3, 0, 0, "", 1, {16}},
    {"MaxPool", 12, 1, 2, 1, 0, 1, 0, 0, "SAME_LOWER", 6, {1, 2, 3, 4, 5, 6}},
    {"MaxPool", 12, 1, 2, 1, 0, 1, 0, 0, "SAME_UPPER", 6, {2, 3, 4, 5, 6, 6}},
    {"MaxPool", 12, 1, 1, 6, 0, 1, 1, 0, "", 1, {1}},
    {"MaxPool", 12, 2, 5, 2, 0, 1, 1, 0, "", 1, {16}},
    {"AveragePool", 11, 2, 5, 2, 0, 1, 1, 1, "", 1, {8.5F}},
    {"AveragePool", 7, 2, 3, 2, 1, 1, 0, 0, "", 4, {3.5F, 5, 9.5F, 11}},
    {"AveragePool", 11, 2, 3, 2, 1, 1, 0, 1, "", 4, {1.5555556F, 3.3333333F, 6.3333333F, 11}},
    {"AveragePool", 11, 2, 3, 2, 0, 1, 1, 0, "", 4, {6, 7.5F, 12, 13.5F}},
    {"AveragePool", 11, 1, 3, 2, 1, 1, 1, 1, "", 4, {1, 3, 5, 3}},
    {"AveragePool", 19, 1, 2, 1, 0, 3, 0, 0, "", 3, {2.5F, 3.5F, 4.5F}},
    {"LpPool", 18, 1, 2, 2, 0, 1, 0, 0, "", 3, {2.2360680F, 5, 7.8102497F}},
    {"GlobalMaxPool", 1, 2, 0, 0, 0, 0, 0, 0, "", 1, {16}},
    {"GlobalAveragePool", 1, 2, 0, 0, 0, 0, 0, 0, "", 1, {8.5F}},
    {"GlobalLpPool", 2, 1, 0, 0, 0, 0, 0, 0, "", 1, {9.5393920F}},
};

static void poolings_give_the_expected_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int64_t k[] = {cases[i].kernel, cases[i].kernel}, s[] = {cases[i].stride, cases[i].stride};
        const int64_t d[] = {cases[i].dilation, cases[i].dilation},
                      p[] = {cases[i].pad, cases[i].pad, cases[i].pad, cases[i].pad};
        const size_t rank = (size_t)cases[i].rank;
        struct test_call t;

        test_call_start(&t, "", cases[i].op, cases[i].opset);
        test_input(&t, false, counting, cases[i].rank + 2,
                   rank == 1 ? (const int64_t[]){1, 1, 6} : (const int64_t[]){1, 1, 4, 4});
        if (cases[i].kernel) {
            test_ints(&t, "kernel_shape", k, rank);
            test_ints(&t, "strides", s, rank);
            test_ints(&t, "dilations", d, rank);
            test_int(&t, "ceil_mode", cases[i].ceil);
            test_int(&t, "count_include_pad", cases[i].include);
            if (*cases[i].automatic)
                test_string(&t, "auto_pad", cases[i].automatic);
            else
                test_ints(&t, "pads", p, 2 * rank);
        }
        test_expect(&t, cases[i].expected, cases[i].count, 1e-6);
        test_call_free(&t);
    }
}

/* Windows of each channel: pad and x0 | x1 x2 | x3 and pad. Indices count through the whole tensor; -5 wins against padding;
 * of equal ones the first. */
static void winners_are_named_and_get_everything(void **state)
{
    static const float x[] = {-5, -6, 3, 3, 3, -1, 2, 2};
    static const int64_t expected[] = {0, 2, 3, 4, 6, 7}, kernel[] = {2}, pads[] = {1, 1}, strides[] = {2};
    const struct lrp_run run = {.threads = 1};
    const struct lrp_tensor *given[TEST_INPUTS];
    struct lrp_tensor *s, *grad;
    struct test_call t;

    (void)state;
    test_call_start(&t, "", "MaxPool", 12);
    test_input(&t, false, x, DIMS(1, 2, 4));
    test_ints(&t, "kernel_shape", kernel, 1);
    test_ints(&t, "strides", strides, 1);
    test_ints(&t, "pads", pads, 2);
    t.call.out_count = 2;
    t.out[1].present = true;
    test_infer(&t);
    test_release(&t, test_forward(&t, NULL));
    assert_int_equal(t.outputs[1]->count, 6);
    assert_memory_equal(t.outputs[1]->i, expected, sizeof expected);
    assert_true(t.outputs[0]->f[0] == -5);
    assert_int_equal(lrp_tensor_new(LRP_DTYPE_FLOAT, t.out[0].shape, &s, NULL), LRP_OK);
    assert_int_equal(lrp_tensor_new(LRP_DTYPE_FLOAT, t.in[0].shape, &grad, NULL), LRP_OK);
    for (size_t i = 0; i < 6; i++) s->f[i] = (float)(1 << i);
    test_given(&t, given);
    assert_int_equal(t.call.op->vjp(&t.call, NULL, given, (const struct lrp_tensor *const *)t.outputs,
                                    (const struct lrp_tensor *const[]){s, NULL}, &grad, &run, NULL),
                     LRP_OK);
    assert_memory_equal(grad->f, ((const float[]){1, 0, 2, 4, 8, 0, 16, 32}), 8 * sizeof(float));
    lrp_tensor_release(s);
    lrp_tensor_release(grad);
    test_call_free(&t);
}

static void windows_of_padding_alone_are_refused(void **state)
{
    static const int64_t kernel[] = {2}, pads[] = {2, 0};
    struct test_call t;

    (void)state;
    test_call_start(&t, "", "MaxPool", 12);
    test_input(&t, false, counting, DIMS(1, 1, 4));
    test_ints(&t, "kernel_shape", kernel, 1);
    test_ints(&t, "pads", pads, 2);
    assert_int_equal(t.call.op->infer(&t.call, &t.err), LRP_UNSUPPORTED);
    test_call_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poolings_give_the_expected_numbers),
        cmocka_unit_test(winners_are_named_and_get_everything),
        cmocka_unit_test(windows_of_padding_alone_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
