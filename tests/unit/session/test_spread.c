/* test_spread.c: how a layer's values are spread: exact bins of known values, and a sample of many. */
#include "check.h"
#include "lrpscope/session.h"

/* The demo network on 0, 1, ... 783: 49 values in each of 16 bins. */
static void bins_are_equal_steps(void **state)
{
    (void)state;
    const struct lrp_shape shape = {.rank = 4, .dim = {1, 1, 28, 28}};
    struct lrp_settings *settings = NULL;
    struct lrp_session *s = NULL;
    struct lrp_tensor *input = NULL;
    const struct lrp_snapshot *now = NULL;
    struct lrp_spread spread;
    struct lrp_error err = {0};
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_session_open("assets/demo/vgg.onnx", settings, &s, &err), &err);
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &input, &err), &err);
    for (size_t i = 0; i < input->count; i++) input->f[i] = (float)i;
    input->f[5] = NAN; /* counted apart */
    check_ok(lrp_session_set_tensor(s, NULL, input, "ramp", &err), &err);
    check_ok(lrp_session_run(s, LRP_WANT_FORWARD, &err), &err);
    check_ok(lrp_session_snapshot(s, &now, &err), &err);
    check_ok(lrp_snapshot_spread(now, 0, LRP_SHOW_ACTIVATION, &spread, &err), &err);
    assert_int_equal(spread.count, 784);
    assert_int_equal(spread.taken, 784);
    assert_int_equal(spread.statistics.nan, 1);
    for (int i = 0; i < LRP_SPREAD_BINS; i++) assert_int_equal(spread.bins[i], i == 0 ? 48 : 49);
    assert_int_equal(lrp_snapshot_spread(now, 0, LRP_SHOW_WEIGHTS, &spread, &err), LRP_UNSUPPORTED);
    assert_int_equal(lrp_snapshot_spread(now, 1, LRP_SHOW_RELEVANCE, &spread, &err), LRP_UNSUPPORTED); /* only forward */
    lrp_snapshot_release(now);
    lrp_tensor_release(input);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

/* 576 * 128 weights are more than are looked at. */
static void many_values_are_sampled(void **state)
{
    (void)state;
    struct lrp_settings *settings = NULL;
    struct lrp_session *s = NULL;
    const struct lrp_snapshot *now = NULL;
    struct lrp_spread spread;
    struct lrp_error err = {0};
    size_t sum = 0;
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_session_open("assets/demo/vgg.onnx", settings, &s, &err), &err);
    check_ok(lrp_session_snapshot(s, &now, &err), &err);
    check_ok(lrp_snapshot_spread(now, 11, LRP_SHOW_WEIGHTS, &spread, &err), &err);
    assert_int_equal(spread.count, 576 * 128);
    assert_int_equal(spread.taken, LRP_SPREAD_TAKEN);
    for (int i = 0; i < LRP_SPREAD_BINS; i++) sum += spread.bins[i];
    assert_int_equal(sum, spread.taken);
    assert_true(spread.statistics.std > 0 && spread.statistics.min < 0 && spread.statistics.max > 0);
    lrp_snapshot_release(now);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bins_are_equal_steps), cmocka_unit_test(many_values_are_sampled)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
