/* test_stop.c: rules that stop come and go in one session: what is behind them shares otherwise, what is in front gets nothing.
 */
#include <math.h>

#include "check.h"
#include "lrpscope/session.h"
#include "onnx_writer.h"
#include "temporary.h"

/* x -> a = (2 x0, x1), x -> b = (x0 + x1, x0), m = a b, y0 = m0 + m1. */
static void write_model(const char *path)
{
    struct onnx_writer w = {0};
    onnx_input(&w, "x", 1, 2, (int64_t[]){1, 2});
    onnx_initializer(&w, "wa", 1, 2, (int64_t[]){2, 2}, (float[]){2, 0, 0, 1}, 16);
    onnx_initializer(&w, "wb", 1, 2, (int64_t[]){2, 2}, (float[]){1, 1, 1, 0}, 16);
    onnx_initializer(&w, "wc", 1, 2, (int64_t[]){2, 2}, (float[]){1, 0, 1, 0}, 16);
    onnx_node(&w, "MatMul", "one", "x wa", "a", NULL);
    onnx_node(&w, "MatMul", "two", "x wb", "b", NULL);
    onnx_node(&w, "Mul", "product", "a b", "m", NULL);
    onnx_node(&w, "MatMul", "sum", "m wc", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 2});
    onnx_write(&w, 13, path);
}

/* x = (1, 2): a = (2, 2), b = (3, 1), m = (6, 2), y0 = 8, of which m has (3/4, 1/4). */
static const struct {
    const char *composite;
    float x[2], a[2];
} steps[] = {
    {"zero", {.625F, .375F}, {.375F, .125F}}, /* half for a and b each; b0 is 1/3 x0 and 2/3 x1, b1 x0 */
    {"composite(global(zero),layer(one,stop))", {.5F, .5F}, {0, 0}},
    {"composite(global(zero),layer(two,stop))", {.75F, .25F}, {.75F, .25F}},
    {"zero", {.625F, .375F}, {.375F, .125F}},
    {"composite(global(zero),layer(product,stop))", {0, 0}, {0, 0}},
    {"composite(global(zero),layer(one,stop))", {.5F, .5F}, {0, 0}},
    {"composite(global(zero),layer(one,stop),layer(two,stop))", {0, 0}, {0, 0}},
    {"zero", {.625F, .375F}, {.375F, .125F}},
};

static void expect(struct lrp_session *s, const char *value, const float want[2], const char *under)
{
    const struct lrp_tensor *got = lrp_session_value_relevance(s, value);
    if (!got) fail_msg("%s: there is no relevance of %s", under, value);
    for (int i = 0; i < 2; i++)
        if (!(fabsf(got->f[i] - want[i]) < 1e-6F))
            fail_msg("%s: R of %s is %g %g, not %g %g", under, value, (double)got->f[0], (double)got->f[1], (double)want[0],
                     (double)want[1]);
    lrp_tensor_release(got);
}

static void what_is_behind_and_in_front_of_a_stop_follows(void **state)
{
    const char *path = temporary_path(state, "gate.onnx"), *input = temporary_path(state, "x.npy");
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    struct lrp_session *s = NULL;
    struct lrp_tensor *x = NULL;
    write_model(path);
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &(struct lrp_shape){.rank = 2, .dim = {1, 2}}, &x, &err), &err);
    x->f[0] = 1;
    x->f[1] = 2;
    check_ok(lrp_tensor_write_npy(x, input, &err), &err);
    lrp_tensor_release(x);
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_settings_set(settings, LRP_SETTING_TARGET, "0", &err), &err);
    check_ok(lrp_session_open(path, settings, &s, &err), &err);
    check_ok(lrp_session_set_input(s, NULL, input, &err), &err);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        check_ok(lrp_settings_set(settings, LRP_SETTING_COMPOSITE, steps[i].composite, &err), &err);
        check_ok(lrp_session_apply(s, settings, &err), &err);
        check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
        expect(s, "x", steps[i].x, steps[i].composite);
        expect(s, "a", steps[i].a, steps[i].composite);
    }
    lrp_session_free(s);
    lrp_settings_free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_behind_and_in_front_of_a_stop_follows, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
