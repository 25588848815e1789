/* test_steps.c: weights that are multiples of steps are found, and their sums are those of whole numbers. */
#include <string.h>

#include "check.h"
#include "linear/linear_steps.h"

enum { EACH = 3000, OUTPUTS = 3, ROWS = 2 };
static const struct lrp_run run = {.threads = 1};
static const float steps[OUTPUTS] = {0.1F, 0.0037F, 1.7F}, bias[OUTPUTS] = {0.25F, -3, 0};

/* Codes that no float sum of that many is exact for. */
static int code_of_x(int64_t at)
{
    return (int)(at * 7919 % 256);
}

static int code_of_w(int64_t at)
{
    return (int)(at * 104729 % 255) - 127;
}

static struct lrp_tensor *stepped(const struct lrp_shape *shape, float step, int (*code)(int64_t at))
{
    struct lrp_tensor *x = NULL;
    struct lrp_error err = {0};

    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, shape, &x, &err), &err);
    for (size_t i = 0; i < x->count; i++) x->f[i] = (float)code((int64_t)i) * step;
    x->step = step;
    return x;
}

static double sum_of(int64_t row, int64_t output)
{
    int64_t sum = 0;

    for (int64_t i = 0; i < EACH; i++) sum += (int64_t)code_of_x(row * EACH + i) * code_of_w(output * EACH + i);
    return (double)sum;
}

/* The sum in whole numbers, then one rounding. */
static float expected(int64_t row, int64_t output, float step)
{
    return (float)(sum_of(row, output) * ((double)step * (double)steps[output]) + (double)bias[output]);
}

static struct lrp_step_weights *find(int64_t apart, int64_t stride)
{
    static float values[OUTPUTS * EACH];
    const struct lrp_step_places places = {OUTPUTS, EACH, apart, stride};
    struct lrp_step_weights *weights = NULL;
    struct lrp_error err = {0};

    for (int64_t c = 0; c < OUTPUTS; c++)
        for (int64_t i = 0; i < EACH; i++) values[c * apart + i * stride] = (float)code_of_w(c * EACH + i) * steps[c];
    check_ok(lrp_step_weights_new(values, &places, bias, &weights, &err), &err);
    assert_non_null(weights);
    return weights;
}

static void a_product_of_steps_is_exact_however_its_weights_lie(void **state)
{
    const struct lrp_shape a_shape = {.rank = 2, .dim = {ROWS, EACH}}, y_shape = {.rank = 2, .dim = {ROWS, OUTPUTS}};
    const struct lrp_linear_product product = {.m = ROWS, .n = OUTPUTS, .k = EACH, .alpha = 1, .batches = 1};
    struct lrp_error err = {0};

    (void)state;
    for (int way = 0; way < 2; way++) {
        struct lrp_step_weights *const weights = way ? find(EACH, 1) : find(1, OUTPUTS);
        struct lrp_tensor *const a = stepped(&a_shape, 0.37F, code_of_x);
        struct lrp_tensor *y = NULL;

        check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &y_shape, &y, &err), &err);
        for (int turn = 0; turn < 2; turn++) {
            check_ok(lrp_step_weights_multiply(weights, &product, a, y, &run, &err), &err);
            for (int64_t i = 0; i < ROWS * OUTPUTS; i++)
                assert_float_equal(y->f[i], expected(i / OUTPUTS, i % OUTPUTS, 0.37F), 0);
        }
        lrp_tensor_release(y);
        lrp_tensor_release(a);
        lrp_step_weights_free(weights);
    }
}

/* One place a sample: the kernel is as large as the picture. */
static void a_convolution_of_steps_is_exact(void **state)
{
    const struct lrp_shape x_shape = {.rank = 4, .dim = {ROWS, EACH / 100, 10, 10}},
                           y_shape = {.rank = 4, .dim = {ROWS, OUTPUTS, 1, 1}};
    const struct lrp_conv_shape shape = {.rank = 2,
                                         .batch = ROWS,
                                         .in_channels = EACH / 100,
                                         .out_channels = OUTPUTS,
                                         .group = 1,
                                         .in = {10, 10},
                                         .out = {1, 1},
                                         .kernel = {10, 10},
                                         .stride = {1, 1},
                                         .dilation = {1, 1}};
    struct lrp_step_weights *const weights = find(EACH, 1);
    struct lrp_tensor *const x = stepped(&x_shape, 0.37F, code_of_x);
    struct lrp_tensor *y = NULL;
    struct lrp_error err = {0};

    (void)state;
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &y_shape, &y, &err), &err);
    /* one of few codes first: what was made for it does not do for more */
    for (size_t i = 0; i < x->count; i++) x->f[i] = (float)(i % 2) * x->step;
    check_ok(lrp_step_weights_convolve(weights, &shape, x, y, &run, &err), &err);
    for (size_t i = 0; i < x->count; i++) x->f[i] = (float)code_of_x((int64_t)i) * x->step;
    check_ok(lrp_step_weights_convolve(weights, &shape, x, y, &run, &err), &err);
    for (int64_t i = 0; i < ROWS * OUTPUTS; i++) assert_float_equal(y->f[i], expected(i / OUTPUTS, i % OUTPUTS, 0.37F), 0);
    lrp_tensor_release(y);
    lrp_tensor_release(x);
    lrp_step_weights_free(weights);
}

static void a_product_of_two_values_of_steps_is_exact(void **state)
{
    const struct lrp_shape a_shape = {.rank = 2, .dim = {1, EACH}}, b_shape = {.rank = 2, .dim = {EACH, 1}},
                           y_shape = {.rank = 2, .dim = {1, 1}};
    const struct lrp_linear_product product = {.m = 1, .n = 1, .k = EACH, .alpha = 1, .batches = 1};
    struct lrp_tensor *const a = stepped(&a_shape, 0.37F, code_of_x), *const b = stepped(&b_shape, 0.1F, code_of_w);
    struct lrp_tensor *y = NULL;
    struct lrp_error err = {0};

    (void)state;
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &y_shape, &y, &err), &err);
    check_ok(lrp_step_product(&product, a, b, y, &run, &err), &err);
    assert_float_equal(y->f[0], (float)(sum_of(0, 0) * ((double)0.37F * (double)0.1F)), 0);
    lrp_tensor_release(y);
    lrp_tensor_release(b);
    lrp_tensor_release(a);
}

static void weights_that_are_no_multiples_are_left_alone(void **state)
{
    const float random[] = {0.3F, -0.7123F, 0.11111F, 0.92F, 0.2F, 0.35F}, infinite[] = {1, INFINITY, 1, 1, 1, 1};
    const struct lrp_step_places places = {2, 3, 3, 1};
    struct lrp_step_weights *weights = NULL;
    struct lrp_error err = {0};

    (void)state;
    check_ok(lrp_step_weights_new(random, &places, NULL, &weights, &err), &err);
    assert_null(weights);
    check_ok(lrp_step_weights_new(infinite, &places, NULL, &weights, &err), &err);
    assert_null(weights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_product_of_steps_is_exact_however_its_weights_lie),
        cmocka_unit_test(a_convolution_of_steps_is_exact),
        cmocka_unit_test(a_product_of_two_values_of_steps_is_exact),
        cmocka_unit_test(weights_that_are_no_multiples_are_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
