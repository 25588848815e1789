/* test_smooth.c: exponential functions as floats against the C library's in double. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smooth.h"
#include "smooth_float.h"

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double exp_of(double x)
{
    return lrp_smooth_exp(x);
}

static double expm1_of(double x)
{
    return lrp_smooth_expm1(x);
}

static double tanh_of(double x)
{
    return lrp_smooth_tanh(x);
}

static double sigmoid_of(double x)
{
    return lrp_smooth_sigmoid(x);
}

static double erfc_of(double x)
{
    return lrp_smooth_erfc(x);
}

static double float_exp_of(double x)
{
    return (double)lrp_float_exp((float)x, 0);
}

static double float_sigmoid_of(double x)
{
    return (double)lrp_float_sigmoid((float)x);
}

static double float_tail_of(double x)
{
    return (double)lrp_float_tail((float)x);
}

static double tail(double x)
{
    return erfc(x / sqrt(2)) / 2;
}

static const struct function {
    const char *name;
    double (*ours)(double), (*theirs)(double);
    double least, most, units; /* units: how far off, at most */
} functions[] = {
    {"exp in float", float_exp_of, exp, -104, 95, 1},
    {"exp in float near 0", float_exp_of, exp, -1, 1, 1},
    {"sigmoid in float", float_sigmoid_of, sigmoid, -87, 110, 3},
    {"tail in float", float_tail_of, tail, 0, 12, 6},
    {"exp", exp_of, exp, -110, 95, 0.6},
    {"exp near 0", exp_of, exp, -1, 1, 0.6},
    {"expm1", expm1_of, expm1, -110, 95, 0.6},
    {"expm1 near 0", expm1_of, expm1, -1e-4, 1e-4, 0.6},
    {"tanh", tanh_of, tanh, -12, 12, 0.6},
    {"tanh near 0", tanh_of, tanh, -1e-4, 1e-4, 0.6},
    {"sigmoid", sigmoid_of, sigmoid, -110, 110, 0.6},
    {"erfc", erfc_of, erfc, -7, 11, 0.6},
};

/* In units of the last place of the float that is right. */
static double error_of(double ours, double right)
{
    const float nearest = (float)fabs(right);
    if (!isfinite(nearest)) return (float)ours == (float)right ? 0 : INFINITY;
    return fabs((double)(float)ours - right) / ((double)nextafterf(nearest, INFINITY) - (double)nearest);
}

static void smooth_functions_are_rounded_as_they_should(void **state)
{
    enum { STEPS = 200000 };
    (void)state;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        const struct function *const f = &functions[i];
        for (int k = 0; k <= STEPS; k++) {
            const double x = (double)(float)(f->least + (f->most - f->least) * k / STEPS);
            const double error = error_of(f->ours(x), f->theirs(x));
            if (!(error <= f->units)) fail_msg("%s(%.9g): %g units off", f->name, x, error);
        }
    }
}

static void ends_are_kept(void **state)
{
    (void)state;
    assert_true(isnan(exp_of(NAN)) && isnan(expm1_of(NAN)) && isnan(tanh_of(NAN)) && isnan(sigmoid_of(NAN)) &&
                isnan(erfc_of(NAN)));
    assert_true(isnan(float_exp_of(NAN)) && isnan(float_sigmoid_of(NAN)) && isnan(float_tail_of(NAN)));
    assert_true(float_exp_of(INFINITY) == INFINITY && float_exp_of(-INFINITY) == 0 && float_exp_of(0) == 1);
    assert_true(float_sigmoid_of(INFINITY) == 1 && float_sigmoid_of(-INFINITY) == 0);
    assert_true(float_tail_of(INFINITY) < 1e-30 && float_tail_of(-1) == float_tail_of(1));
    assert_true((float)exp_of(INFINITY) == INFINITY && (float)exp_of(-INFINITY) == 0);
    assert_true(tanh_of(INFINITY) == 1 && tanh_of(-INFINITY) == -1);
    assert_true(sigmoid_of(INFINITY) == 1 && (float)sigmoid_of(-INFINITY) == 0);
    assert_true((float)erfc_of(INFINITY) == 0 && erfc_of(-INFINITY) == 2);
    assert_true(exp_of(0) == 1 && tanh_of(0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smooth_functions_are_rounded_as_they_should),
        cmocka_unit_test(ends_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
