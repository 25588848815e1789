/* test_growing.c: what many passes have come to while they go on, and what is left of it when they are cancelled. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lrpscope/session.h"
#include "onnx_writer.h"
#include "temporary.h"

/* y = x^2, whose gradient is another at every noisy copy. */
static struct lrp_session *open_square(void **state, const char *method)
{
    struct lrp_error err = {0};
    const char *path = temporary_path(state, "square.onnx");
    struct onnx_writer w = {0};
    struct lrp_settings *settings = NULL;
    struct lrp_session *s = NULL;
    struct lrp_tensor *x = NULL;
    const struct lrp_shape shape = {.rank = 2, .dim = {1, 2}};
    onnx_input(&w, "x", 1, 2, (int64_t[]){1, 2});
    onnx_node(&w, "Mul", "square", "x x", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 2});
    onnx_write(&w, 13, path);
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_settings_set(settings, LRP_SETTING_METHOD, method, &err), &err);
    check_ok(lrp_settings_set(settings, LRP_SETTING_TARGET, "1", &err), &err);
    check_ok(lrp_session_open(path, settings, &s, &err), &err);
    lrp_settings_free(settings);
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &x, &err), &err);
    x->f[0] = 1;
    x->f[1] = 3;
    check_ok(lrp_session_set_tensor(s, NULL, x, "x", &err), &err);
    lrp_tensor_release(x);
    return s;
}

static const struct lrp_snapshot *look(struct lrp_session *s)
{
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL;
    check_ok(lrp_session_snapshot(s, &now, &err), &err);
    return now;
}

static void nothing(void *data)
{
    (void)data;
}

/* Many passes in the worker until something of them is to be seen; then they are cancelled. */
static const struct lrp_snapshot *cancel_midway(struct lrp_session *s)
{
    struct lrp_error err = {0};
    check_ok(lrp_session_start(s, LRP_WANT_RELEVANCE, nothing, NULL, &err), &err);
    const struct lrp_snapshot *now = look(s);
    while (!now->growing) {
        assert_int_not_equal(now->job, LRP_JOB_DONE);
        assert_int_not_equal(now->job, LRP_JOB_FAILED);
        lrp_snapshot_release(now);
        now = look(s);
    }
    lrp_snapshot_release(now);
    lrp_session_cancel(s);
    lrp_session_wait(s);
    now = look(s);
    assert_int_equal(now->job, LRP_JOB_CANCELLED);
    return now;
}

/* The noise is the same for the same draws: so many copies, asked for, have the mean that was left. */
static void a_cancelled_mean_is_that_of_its_passes(void **state)
{
    struct lrp_error err = {0};
    char method[64];
    struct lrp_session *s = open_square(state, "smooth-grad(n=1000000)");
    const struct lrp_snapshot *left = cancel_midway(s);
    assert_true(left->growing && left->only_inputs && left->passes > 0 && left->passes < 1000000);
    assert_non_null(left->relevance[0]);
    const float *found = lrp_result_tensor(left->relevance[0])->f;
    check_close(found[0] + found[1], left->relevance_statistics[0].sum, 1e-6);
    check_close(left->inputs[0].sum, left->relevance_statistics[0].sum, 1e-12);
    snprintf(method, sizeof method, "smooth-grad(n=%lld)", (long long)left->passes);
    struct lrp_session *again = open_square(state, method);
    check_ok(lrp_session_run(again, LRP_WANT_RELEVANCE, &err), &err);
    const struct lrp_snapshot *whole = look(again);
    assert_false(whole->growing);
    assert_int_equal(whole->passes, left->passes);
    assert_memory_equal(lrp_result_tensor(whole->relevance[0])->f, found, 2 * sizeof(float));
    check_close(found[0], 0, 0); /* d x1^2 / d x0 */
    lrp_snapshot_release(whole);
    lrp_snapshot_release(left);
    lrp_session_free(again);
    lrp_session_free(s);
}

/* Of a square between 0 and x the gradient at t is 2 t x: left of the middle the mean so far is below x, never above. */
static void a_way_so_far_counts_its_own_points_only(void **state)
{
    struct lrp_session *s = open_square(state, "integrated-gradients(n=1000000,points=left)");
    const struct lrp_snapshot *left = cancel_midway(s);
    const float *found = lrp_result_tensor(left->relevance[0])->f;
    /* points k/n, k < passes: the mean gradient is x (passes - 1) / n, times x */
    check_close(found[1], 9.0 * (double)(left->passes - 1) / 1e6, 1e-6);
    lrp_snapshot_release(left);
    lrp_session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_cancelled_mean_is_that_of_its_passes, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_way_so_far_counts_its_own_points_only, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
