/* test_cache.c: what is computed again after a change, counted in layers, and what is there at once. */
#include <string.h>

#include "check.h"
#include "lrpscope/session.h"
#include "onnx_writer.h"
#include "temporary.h"

/* first -> h, which forks: left, and right1 -> right2; the join adds them. Five layers. */
static const char *write_fork(void **state)
{
    const char *path = temporary_path(state, "fork.onnx");
    struct onnx_writer w = {0};
    const float w1[] = {1, -2, 3, 4, 5, -6}, w2[] = {1, 2, -3, 4}, w3[] = {2, -1, 1, 3};
    onnx_input(&w, "x", 1, 2, (int64_t[]){1, 3});
    onnx_initializer(&w, "w1", 1, 2, (int64_t[]){3, 2}, w1, sizeof w1);
    onnx_initializer(&w, "w2", 1, 2, (int64_t[]){2, 2}, w2, sizeof w2);
    onnx_initializer(&w, "w3", 1, 2, (int64_t[]){2, 2}, w3, sizeof w3);
    onnx_node(&w, "MatMul", "first", "x w1", "z", NULL);
    onnx_node(&w, "Relu", "relu", "z", "h", NULL);
    onnx_node(&w, "MatMul", "left", "h w2", "a", NULL);
    onnx_node(&w, "MatMul", "right1", "h w3", "b", NULL);
    onnx_node(&w, "MatMul", "right2", "b w2", "c", NULL);
    onnx_node(&w, "Add", "join", "a c", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 2});
    onnx_write(&w, 13, path);
    return path;
}

static void put_input(struct lrp_session *s, float scale)
{
    struct lrp_error err = {0};
    struct lrp_tensor *x = NULL;
    const struct lrp_shape shape = {.rank = 2, .dim = {1, 3}};
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &x, &err), &err);
    for (int i = 0; i < 3; i++) x->f[i] = scale * (float)(i + 1) / 3;
    check_ok(lrp_session_set_tensor(s, NULL, x, "x", &err), &err);
    lrp_tensor_release(x);
}

/* In the worker, as the inspector does; what came of it. */
static const struct lrp_snapshot *update(struct lrp_session *s)
{
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL;
    check_ok(lrp_session_start(s, LRP_WANT_RELEVANCE, NULL, NULL, &err), &err);
    lrp_session_wait(s);
    check_ok(lrp_session_snapshot(s, &now, &err), &err);
    assert_int_equal(now->job, LRP_JOB_DONE);
    return now;
}

struct fork {
    const char *path;
    struct lrp_settings *settings;
    struct lrp_session *session;
};

static void fork_open(void **state, struct fork *f)
{
    struct lrp_error err = {0};
    *f = (struct fork){.path = write_fork(state)};
    check_ok(lrp_settings_new(&f->settings, &err), &err);
    check_ok(lrp_settings_set(f->settings, LRP_SETTING_COMPOSITE, "epsilon", &err), &err);
    check_ok(lrp_session_open(f->path, f->settings, &f->session, &err), &err);
    put_input(f->session, 1);
    const struct lrp_snapshot *now = update(f->session);
    assert_int_equal(now->layers->count, 6); /* with row 0 */
    assert_int_equal(now->forward_layers, 5);
    assert_int_equal(now->relevance_layers, 5);
    lrp_snapshot_release(now);
}

static void fork_close(struct fork *f)
{
    lrp_session_free(f->session);
    lrp_settings_free(f->settings);
}

static const struct lrp_snapshot *apply(struct fork *f)
{
    struct lrp_error err = {0};
    check_ok(lrp_session_apply(f->session, f->settings, &err), &err);
    return update(f->session);
}

/* The relevances of a session that never knew other settings. */
static void check_as_fresh(const struct fork *f, const struct lrp_snapshot *now)
{
    struct lrp_error err = {0};
    struct lrp_session *fresh = NULL;
    check_ok(lrp_session_open(f->path, f->settings, &fresh, &err), &err);
    put_input(fresh, 1);
    const struct lrp_snapshot *whole = update(fresh);
    for (size_t i = 0; i < whole->layers->count; i++)
        assert_memory_equal(lrp_result_tensor(now->relevance[i])->f, lrp_result_tensor(whole->relevance[i])->f,
                            lrp_result_tensor(whole->relevance[i])->count * sizeof(float));
    lrp_snapshot_release(whole);
    lrp_session_free(fresh);
}

static void functions_tell_what_the_struct_holds(void **state)
{
    struct fork f;
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL;
    double output = 0;
    fork_open(state, &f);
    check_ok(lrp_session_snapshot(f.session, &now, &err), &err);
    assert_int_equal(lrp_snapshot_layer_count(now), 6);
    assert_string_equal(lrp_snapshot_layer_name(now, 1), "first");
    assert_string_equal(lrp_snapshot_layer_type(now, 5), "add");
    assert_string_equal(lrp_snapshot_layer_rule(now, 1), "epsilon(1e-6)");
    assert_null(lrp_snapshot_layer_name(now, 6));
    assert_null(lrp_snapshot_relevance(now, 6));
    assert_ptr_equal(lrp_snapshot_relevance(now, 0), lrp_result_tensor(now->relevance[0]));
    assert_int_equal(lrp_snapshot_activation(now, 1)->count, 2);
    assert_int_equal(lrp_snapshot_target(now, 0, &output), now->targets[0].index);
    assert_true(output == (double)now->targets[0].output);
    assert_int_equal(lrp_snapshot_target(now, 1, NULL), -1);
    lrp_snapshot_release(now);
    fork_close(&f);
}

static void a_changed_rule_computes_the_ancestors_alone(void **state)
{
    static const struct {
        const char *layer, *rule;
        int computed; /* the layer, and those between it and the input; no layer of another branch */
    } cases[] = {{"left", "z-plus", 2},      {"first", "w-square", 1},     {"right2", "alpha-beta(2,1)", 3},
                 {"right1", "z-plus", 2},    {"join", "epsilon(0.25)", 5}, {"left", "w-square", 2},
                 {"right1", "gamma(0.5)", 2}};
    struct fork f;
    struct lrp_error err = {0};
    fork_open(state, &f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_ok(lrp_settings_add_rule(f.settings, cases[i].layer, cases[i].rule, &err), &err);
        const struct lrp_snapshot *now = apply(&f);
        assert_int_equal(now->forward_layers, 0);
        assert_int_equal(now->relevance_layers, cases[i].computed);
        int timed = 0;
        for (size_t k = 0; k < now->layers->count; k++) timed += now->relevance_layer_ms[k] > 0;
        assert_int_equal(timed, cases[i].computed);
        check_as_fresh(&f, now);
        lrp_snapshot_release(now);
    }
    fork_close(&f);
}

static void earlier_settings_are_there_at_once(void **state)
{
    struct fork f;
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL;
    fork_open(state, &f);
    check_ok(lrp_session_snapshot(f.session, &now, &err), &err);
    const struct lrp_result *first = now->relevance[0];
    lrp_snapshot_release(now);
    check_ok(lrp_settings_add_rule(f.settings, "left", "z-plus", &err), &err);
    lrp_snapshot_release(apply(&f));
    lrp_settings_remove_rule(f.settings, "left");
    check_ok(lrp_session_apply(f.session, f.settings, &err), &err);
    check_ok(lrp_session_snapshot(f.session, &now, &err), &err); /* before any run */
    assert_ptr_equal(now->relevance[0], first);
    assert_int_equal(now->job, LRP_JOB_DONE);
    lrp_snapshot_release(now);
    now = update(f.session);
    assert_int_equal(now->forward_layers + now->relevance_layers, 0);
    assert_ptr_equal(now->relevance[0], first);
    lrp_snapshot_release(now);
    fork_close(&f);
}

static void a_changed_target_reuses_activations(void **state)
{
    struct fork f;
    struct lrp_error err = {0};
    fork_open(state, &f);
    check_ok(lrp_settings_set(f.settings, LRP_SETTING_TARGET, "0", &err), &err);
    const struct lrp_snapshot *now = apply(&f);
    const int64_t before = now->targets[0].index;
    lrp_snapshot_release(now);
    check_ok(lrp_settings_set(f.settings, LRP_SETTING_TARGET, "1", &err), &err);
    now = apply(&f);
    assert_int_not_equal(now->targets[0].index, before);
    assert_int_equal(now->forward_layers, 0);
    assert_int_equal(now->relevance_layers, 5);
    check_as_fresh(&f, now);
    lrp_snapshot_release(now);
    fork_close(&f);
}

static void a_changed_input_keeps_the_network_and_can_be_taken_back(void **state)
{
    struct fork f;
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL, *other;
    fork_open(state, &f);
    check_ok(lrp_session_snapshot(f.session, &now, &err), &err);
    put_input(f.session, 2);
    other = update(f.session);
    assert_ptr_equal(now->layers, other->layers); /* and with it all that is prepared */
    assert_int_equal(other->forward_layers, 5);
    assert_int_equal(other->relevance_layers, 5);
    assert_true(lrp_result_tensor(other->activation[0])->f[0] != lrp_result_tensor(now->activation[0])->f[0]);
    lrp_snapshot_release(other);
    put_input(f.session, 1);
    other = update(f.session);
    assert_int_equal(other->forward_layers + other->relevance_layers, 0);
    assert_ptr_equal(now->relevance[0], other->relevance[0]);
    lrp_snapshot_release(other);
    lrp_snapshot_release(now);
    fork_close(&f);
}

static void failing_checks_show_nothing_although_it_is_known(void **state)
{
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    struct lrp_session *s = NULL;
    const struct lrp_snapshot *now = NULL;
    (void)state;
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_settings_set(settings, LRP_SETTING_SKIP_CHECKS, "true", &err), &err);
    check_ok(lrp_session_open("assets/demo/vgg-unsupported.onnx", settings, &s, &err), &err);
    check_ok(lrp_session_set_input(s, NULL, "assets/demo/boot.png", &err), &err);
    now = update(s);
    const struct lrp_result *known = now->relevance[0];
    assert_non_null(known);
    lrp_snapshot_release(now);
    check_ok(lrp_settings_set(settings, LRP_SETTING_SKIP_CHECKS, "false", &err), &err);
    check_ok(lrp_session_apply(s, settings, &err), &err);
    check_ok(lrp_session_snapshot(s, &now, &err), &err);
    assert_null(now->relevance[0]);
    assert_non_null(now->activation[1]);
    lrp_snapshot_release(now);
    check_ok(lrp_settings_set(settings, LRP_SETTING_SKIP_CHECKS, "true", &err), &err);
    check_ok(lrp_session_apply(s, settings, &err), &err);
    check_ok(lrp_session_snapshot(s, &now, &err), &err);
    assert_ptr_equal(now->relevance[0], known);
    lrp_snapshot_release(now);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

/* Only how heatmaps look is changed: products with the input must not be multiplied once more. */
static void options_of_pictures_change_no_result(void **state)
{
    static const char *const methods[] = {"gradient", "input-gradient", "lrp"};
    struct fork f;
    struct lrp_error err = {0};
    fork_open(state, &f);
    for (size_t i = 0; i < 3; i++) {
        check_ok(lrp_settings_set(f.settings, LRP_SETTING_METHOD, methods[i], &err), &err);
        check_ok(lrp_settings_set(f.settings, LRP_SETTING_COLORMAP, "seismic", &err), &err);
        lrp_snapshot_release(apply(&f));
        check_ok(lrp_settings_set(f.settings, LRP_SETTING_COLORMAP, "hot", &err), &err);
        check_ok(lrp_settings_add_rule(f.settings, "left", i == 1 ? "z-plus" : "epsilon", &err), &err);
        const struct lrp_snapshot *now = apply(&f);
        check_as_fresh(&f, now);
        lrp_snapshot_release(now);
    }
    fork_close(&f);
}

/* Sixteen at most: the oldest are forgotten, the latest are not. */
static void the_cache_is_bounded(void **state)
{
    struct fork f;
    struct lrp_error err = {0};
    char rule[40];
    fork_open(state, &f);
    for (int i = 0; i < 40; i++) {
        snprintf(rule, sizeof rule, "epsilon(0.%02d)", i + 1);
        check_ok(lrp_settings_add_rule(f.settings, "left", rule, &err), &err);
        lrp_snapshot_release(apply(&f));
    }
    check_ok(lrp_settings_add_rule(f.settings, "left", "epsilon(0.30)", &err), &err);
    const struct lrp_snapshot *now = apply(&f);
    assert_int_equal(now->relevance_layers, 0);
    lrp_snapshot_release(now);
    check_ok(lrp_settings_add_rule(f.settings, "left", "epsilon(0.03)", &err), &err);
    now = apply(&f);
    assert_int_equal(now->relevance_layers, 2);
    lrp_snapshot_release(now);
    fork_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(functions_tell_what_the_struct_holds, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_changed_rule_computes_the_ancestors_alone, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(earlier_settings_are_there_at_once, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_changed_target_reuses_activations, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_changed_input_keeps_the_network_and_can_be_taken_back, temporary_setup,
                                        temporary_teardown),
        cmocka_unit_test(failing_checks_show_nothing_although_it_is_known),
        cmocka_unit_test_setup_teardown(options_of_pictures_change_no_result, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(the_cache_is_bounded, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
