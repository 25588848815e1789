/* test_session.c: models, inputs, settings and results together, on the demo models. */
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "lrpscope/session.h"
#include "onnx_writer.h"
#include "temporary.h"

#define DEMO "assets/demo/"

static struct lrp_settings *demo_settings(void)
{
    struct lrp_error err = {0};
    struct lrp_settings *s = NULL;
    check_ok(lrp_settings_new(&s, &err), &err);
    check_ok(lrp_settings_set(s, LRP_SETTING_SCALE, "1/255", &err), &err);
    check_ok(lrp_settings_set(s, LRP_SETTING_MEAN, "0.2860", &err), &err);
    check_ok(lrp_settings_set(s, LRP_SETTING_STD, "0.3530", &err), &err);
    check_ok(lrp_settings_set(s, LRP_SETTING_LABELS, DEMO "labels.txt", &err), &err);
    return s;
}

static struct lrp_session *open_demo(const char *model, struct lrp_settings *settings)
{
    struct lrp_error err = {0};
    struct lrp_session *s = NULL;
    check_ok(lrp_session_open(model, settings, &s, &err), &err);
    check_ok(lrp_session_set_input(s, NULL, DEMO "boot.png", &err), &err);
    return s;
}

static const struct lrp_snapshot *snapshot(struct lrp_session *s)
{
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL;
    check_ok(lrp_session_snapshot(s, &now, &err), &err);
    return now;
}

static void explains_a_picture(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *settings = demo_settings();
    struct lrp_session *s = open_demo(DEMO "vgg.onnx", settings);
    check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
    const struct lrp_snapshot *now = snapshot(s);
    assert_int_equal(now->job, LRP_JOB_DONE);
    assert_int_equal(now->target_count, 1);
    assert_string_equal(now->targets[0].label, "boot");
    assert_int_equal(now->targets[0].index, 9);
    check_close(now->targets[0].start, 1, 0);
    for (size_t i = 0; i < now->layers->count; i++) {
        assert_non_null(now->relevance[i]);
        assert_true(lrp_shape_equal(&lrp_result_tensor(now->relevance[i])->shape, now->layers->rows[i].shape));
        assert_int_equal(now->relevance_statistics[i].nan, 0);
    }
    /* the last layer's relevance is the start */
    const struct lrp_tensor *last = lrp_result_tensor(now->relevance[now->layers->count - 1]);
    for (size_t k = 0; k < last->count; k++) check_close((double)last->f[k], k == 9 ? 1 : 0, 0);
    lrp_snapshot_release(now);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

/* Results outlive the settings they were computed under, and with these the labels. */
static void labels_live_as_long_as_the_snapshot(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *settings = demo_settings();
    struct lrp_session *s = open_demo(DEMO "vgg.onnx", settings);
    check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
    check_ok(lrp_settings_set(settings, LRP_SETTING_MEMORY, "4G", &err), &err);
    check_ok(lrp_session_apply(s, settings, &err), &err);
    const struct lrp_snapshot *now = snapshot(s);
    assert_int_equal(now->target_count, 1); /* nothing has to be computed again */
    assert_string_equal(now->targets[0].label, "boot");
    assert_ptr_equal(now->targets[0].label, lrp_snapshot_label(now, 9)); /* its own */
    lrp_snapshot_release(now);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

static void refuses_a_failing_model_until_it_is_registered(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *settings = demo_settings();
    struct lrp_session *s = open_demo(DEMO "vgg-unsupported.onnx", settings);
    check_fails(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err, LRP_CHECK_FAILED, "hard-swish");
    const struct lrp_snapshot *now = snapshot(s);
    assert_true(now->blocked && !now->check->passed);
    assert_non_null(now->activation[1]); /* there is something to see all the same */
    assert_null(now->relevance[1]);
    lrp_snapshot_release(now);
    check_ok(lrp_settings_register_activation(settings, "hard-swish", true, &err), &err);
    check_ok(lrp_session_apply(s, settings, &err), &err);
    check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
    check_ok(lrp_settings_register_activation(settings, "hard-swish", false, &err), &err);
    check_ok(lrp_settings_set_flag(settings, LRP_SETTING_SKIP_CHECKS, true, &err), &err);
    check_ok(lrp_session_apply(s, settings, &err), &err);
    check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
    now = snapshot(s);
    assert_false(now->check->passed); /* skipping hides nothing */
    lrp_snapshot_release(now);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

static void keeps_activations_when_only_rules_change(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *settings = demo_settings();
    struct lrp_session *s = open_demo(DEMO "vgg.onnx", settings);
    check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
    const struct lrp_snapshot *before = snapshot(s);
    check_ok(lrp_settings_add_rule(settings, "type:dense", "zero", &err), &err);
    check_ok(lrp_session_apply(s, settings, &err), &err);
    check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
    const struct lrp_snapshot *after = snapshot(s);
    assert_ptr_equal(before->activation[1], after->activation[1]);
    assert_ptr_not_equal(before->relevance[1], after->relevance[1]);
    assert_string_equal(after->rules[after->layers->count - 1], "zero");
    assert_string_equal(after->rule_sources[after->layers->count - 1]->text, "--rule type:dense");
    lrp_snapshot_release(before);
    lrp_snapshot_release(after);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

/* h = relu(x W1), y = h W2 + h W3: a fork and a join. */
static const char *write_fork(void **state)
{
    const char *path = temporary_path(state, "fork.onnx");
    struct onnx_writer w = {0};
    const float w1[] = {1, -2, 3, 4, 5, -6}, w2[] = {1, 2, -3, 4}, w3[] = {2, -1, 1, 3};
    onnx_input(&w, "x", 1, 2, (int64_t[]){-1, 3});
    onnx_initializer(&w, "w1", 1, 2, (int64_t[]){3, 2}, w1, sizeof w1);
    onnx_initializer(&w, "w2", 1, 2, (int64_t[]){2, 2}, w2, sizeof w2);
    onnx_initializer(&w, "w3", 1, 2, (int64_t[]){2, 2}, w3, sizeof w3);
    onnx_node(&w, "MatMul", "first", "x w1", "z", NULL);
    onnx_node(&w, "Relu", "relu", "z", "h", NULL);
    onnx_node(&w, "MatMul", "left", "h w2", "a", NULL);
    onnx_node(&w, "MatMul", "right", "h w3", "b", NULL);
    onnx_node(&w, "Add", "join", "a b", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){-1, 2});
    onnx_write(&w, 13, path);
    return path;
}

static struct lrp_session *open_fork(const char *path, const struct lrp_settings *settings)
{
    struct lrp_error err = {0};
    struct lrp_session *s = NULL;
    struct lrp_tensor *x = NULL;
    const struct lrp_shape shape = {.rank = 2, .dim = {2, 3}};
    check_ok(lrp_session_open(path, settings, &s, &err), &err);
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &x, &err), &err);
    for (int i = 0; i < 6; i++) x->f[i] = (float)(i + 1) / 3;
    check_ok(lrp_session_set_tensor(s, NULL, x, "x", &err), &err);
    lrp_tensor_release(x);
    check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
    return s;
}

static int layer_called(const struct lrp_snapshot *now, const char *name)
{
    struct lrp_error err = {0};
    int layer = -1;
    check_ok(lrp_snapshot_find(now, name, &layer, &err), &err);
    return layer;
}

static void put_samples(struct lrp_session *s, int64_t count)
{
    struct lrp_error err = {0};
    struct lrp_tensor *x = NULL;
    const struct lrp_shape shape = {.rank = 2, .dim = {count, 3}};
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &x, &err), &err);
    check_ok(lrp_session_set_tensor(s, NULL, x, "x", &err), &err);
    lrp_tensor_release(x);
}

/* Results are forgotten, what is prepared for inputs of any shape is not. */
static void forgetting_keeps_what_is_prepared(void **state)
{
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    const struct lrp_snapshot *first, *again, *forgotten;
    check_ok(lrp_settings_new(&settings, &err), &err);
    struct lrp_session *s = open_fork(write_fork(state), settings);
    first = snapshot(s);
    put_samples(s, 5);
    check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
    check_ok(lrp_session_forget(s, &err), &err);
    forgotten = snapshot(s);
    assert_null(forgotten->relevance[0]);
    put_samples(s, 2);
    again = snapshot(s);
    assert_ptr_equal(first->layers, again->layers); /* of the very same network */
    assert_null(again->relevance[0]);
    check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
    lrp_snapshot_release(first);
    lrp_snapshot_release(again);
    lrp_snapshot_release(forgotten);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

/* Only the ancestors of a layer whose rule changed are computed again, and the result is that of a fresh session, bit for bit.
 */
static void a_rule_change_touches_ancestors_only(void **state)
{
    struct lrp_error err = {0};
    const char *path = write_fork(state);
    struct lrp_settings *settings = NULL;
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_settings_set(settings, LRP_SETTING_COMPOSITE, "epsilon", &err), &err);
    struct lrp_session *s = open_fork(path, settings);
    static const char *const changes[] = {"left", "first", "right", "join", "left"};
    static const char *const rules[] = {"z-plus", "w-square", "alpha-beta(2,1)", "zero", "epsilon"};
    for (size_t i = 0; i < 5; i++) {
        const struct lrp_snapshot *before = snapshot(s);
        check_ok(lrp_settings_add_rule(settings, changes[i], rules[i], &err), &err);
        check_ok(lrp_session_apply(s, settings, &err), &err);
        check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
        const struct lrp_snapshot *after = snapshot(s);
        struct lrp_session *fresh = open_fork(path, settings);
        const struct lrp_snapshot *whole = snapshot(fresh);
        for (size_t k = 0; k < whole->layers->count; k++)
            assert_memory_equal(lrp_result_tensor(after->relevance[k])->f, lrp_result_tensor(whole->relevance[k])->f,
                                lrp_result_tensor(whole->relevance[k])->count * sizeof(float));
        int left = layer_called(after, "left"), right = layer_called(after, "right");
        if (strcmp(changes[i], "join") != 0) { /* what lies behind the change is the very same tensor */
            assert_ptr_equal(before->relevance[left], after->relevance[left]);
            assert_ptr_equal(before->relevance[right], after->relevance[right]);
        }
        assert_ptr_not_equal(before->relevance[0], after->relevance[0]);
        lrp_snapshot_release(before);
        lrp_snapshot_release(after);
        lrp_snapshot_release(whole);
        lrp_session_free(fresh);
    }
    lrp_session_free(s);
    lrp_settings_free(settings);
}

static void changes_nothing_when_settings_do_not_fit(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *settings = demo_settings(), *bad = NULL;
    struct lrp_session *s = open_demo(DEMO "vgg.onnx", settings);
    const struct lrp_snapshot *before = snapshot(s);
    check_ok(lrp_settings_copy(settings, &bad, &err), &err);
    check_ok(lrp_settings_add_rule(bad, "3", "z-plus", &err), &err); /* a pooling has no weights */
    check_fails(lrp_session_apply(s, bad, &err), &err, LRP_USAGE, "z-plus");
    check_fails(lrp_session_set_input(s, NULL, DEMO "labels.txt", &err), &err, LRP_FILE, "labels.txt");
    const struct lrp_snapshot *after = snapshot(s);
    assert_int_equal(before->generation, after->generation);
    assert_string_equal(after->input_label, "boot.png");
    lrp_snapshot_release(before);
    lrp_snapshot_release(after);
    lrp_session_free(s);
    lrp_settings_free(settings);
    lrp_settings_free(bad);
}

static const struct {
    const char *text;
    int64_t index; /* -1: refused */
} targets[] = {{"", 9},    {"boot", 9}, {"trous", 1},    {"3", 3},    {"(4:0:0)", 4}, {"2@0:0", 2},
               {"10", -1}, {"s", -1},   {"no such", -1}, {"1,2", -1}, {"2@1:0", -1},  {"-1", -1}};

/* A target that cannot be is refused at once where the output is known, and the one before stays; else by the run. */
static void understands_targets(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *settings = demo_settings();
    struct lrp_session *s = open_demo(DEMO "vgg.onnx", settings);
    check_ok(lrp_settings_set(settings, LRP_SETTING_TARGET, "no such", &err), &err);
    check_ok(lrp_session_apply(s, settings, &err), &err);
    check_fails(lrp_session_run(s, LRP_WANT_FORWARD, &err), &err, LRP_USAGE, "no such");
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        check_ok(lrp_settings_set(settings, LRP_SETTING_TARGET, targets[i].text, &err), &err);
        const enum lrp_status status = lrp_session_apply(s, settings, &err);
        if (targets[i].index < 0) {
            check_fails(status, &err, LRP_USAGE, targets[i].text);
            const struct lrp_snapshot *before = snapshot(s);
            assert_string_equal(lrp_settings_get(before->settings, LRP_SETTING_TARGET), "2@0:0");
            lrp_snapshot_release(before);
            continue;
        }
        check_ok(status, &err);
        check_ok(lrp_session_run(s, LRP_WANT_FORWARD, &err), &err);
        const struct lrp_snapshot *now = snapshot(s);
        assert_int_equal(now->targets[0].index, targets[i].index);
        lrp_snapshot_release(now);
    }
    lrp_session_free(s);
    lrp_settings_free(settings);
}

/* CONVENTIONS in lrpscope-lrp(7): where relevance starts. */
static void conventions_start_with_one_or_the_logit(void **state)
{
    static const struct {
        const char *convention;
        bool logit;
    } cases[] = {{"julia", false}, {"zennit", false}, {"captum", true}, {"pr26", true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_error err = {0};
        struct lrp_settings *settings = demo_settings();
        check_ok(lrp_settings_set(settings, LRP_SETTING_CONVENTION, cases[i].convention, &err), &err);
        check_ok(lrp_settings_set_flag(settings, LRP_SETTING_SKIP_CHECKS, true, &err), &err);
        struct lrp_session *s = open_demo(DEMO "vgg.onnx", settings);
        check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
        const struct lrp_snapshot *now = snapshot(s);
        assert_true(now->targets[0].output < 0.9 || now->targets[0].output > 1.1);
        check_close(now->targets[0].start, cases[i].logit ? now->targets[0].output : 1, 1e-7);
        lrp_snapshot_release(now);
        lrp_session_free(s);
        lrp_settings_free(settings);
    }
}

static void wake(void *data)
{
    ssize_t written = write(*(int *)data, "!", 1);
    assert_int_equal(written, 1);
}

static void worker_serves_the_latest_request(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct lrp_settings *settings = demo_settings();
    struct lrp_session *s = open_demo(DEMO "vgg.onnx", settings);
    static const char *const composites[] = {"zero", "epsilon", "epsilon-plus", "epsilon-alpha2-beta1", "epsilon-plus-flat"};
    for (size_t i = 0; i < 5; i++) {
        check_ok(lrp_settings_set(settings, LRP_SETTING_COMPOSITE, composites[i], &err), &err);
        check_ok(lrp_session_apply(s, settings, &err), &err);
        check_ok(lrp_session_start(s, LRP_WANT_RELEVANCE, wake, &ends[1], &err), &err);
    }
    lrp_session_wait(s);
    const struct lrp_snapshot *now = snapshot(s);
    assert_int_equal(now->job, LRP_JOB_DONE);
    assert_non_null(now->relevance[0]);
    assert_string_equal(now->rules[1], "flat");
    struct pollfd ready = {.fd = ends[0], .events = POLLIN};
    assert_int_equal(poll(&ready, 1, 0), 1);
    lrp_snapshot_release(now);
    check_ok(lrp_session_start(s, LRP_WANT_RELEVANCE, wake, &ends[1], &err), &err);
    lrp_session_cancel(s);
    lrp_session_wait(s);
    lrp_session_free(s);
    lrp_settings_free(settings);
    close(ends[0]);
    close(ends[1]);
}

/* A model whose batch is fixed to 1, fed with three samples. */
static void runs_samples_one_by_one(void **state)
{
    struct lrp_error err = {0};
    const char *path = temporary_path(state, "fixed.onnx");
    struct onnx_writer w = {0};
    const float weights[] = {1, 2, 3, 4, 5, 6};
    onnx_input(&w, "x", 1, 2, (int64_t[]){1, 3});
    onnx_initializer(&w, "w", 1, 2, (int64_t[]){3, 2}, weights, sizeof weights);
    onnx_node(&w, "MatMul", "fc", "x w", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 2});
    onnx_write(&w, 13, path);
    struct lrp_settings *settings = NULL;
    struct lrp_session *s = NULL;
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_session_open(path, settings, &s, &err), &err);
    const struct lrp_shape shape = {.rank = 2, .dim = {3, 3}};
    struct lrp_tensor *x = NULL;
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &x, &err), &err);
    for (int i = 0; i < 3; i++) x->f[i * 3 + i] = 1; /* rows of the identity: the output is a row of the weights */
    check_ok(lrp_session_set_tensor(s, "x", x, "rows", &err), &err);
    assert_true(lrp_session_one_by_one(s));
    assert_int_equal(lrp_session_samples(s), 3);
    for (int64_t i = 0; i < 3; i++) {
        check_ok(lrp_session_select_sample(s, i, &err), &err);
        check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
        const struct lrp_snapshot *now = snapshot(s);
        check_close((double)now->output->f[1], (double)weights[2 * i + 1], 0);
        lrp_snapshot_release(now);
    }
    check_fails(lrp_session_select_sample(s, 3, &err), &err, LRP_USAGE, "3");
    lrp_tensor_release(x);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

static void names_both_shapes_of_an_array_that_does_not_fit(void **state)
{
    struct lrp_error err = {0};
    struct lrp_settings *settings = demo_settings();
    struct lrp_session *s = open_demo(DEMO "vgg.onnx", settings);
    const struct lrp_shape shape = {.rank = 2, .dim = {4, 4}};
    struct lrp_tensor *t = NULL;
    const char *path = temporary_path(state, "small.npy");
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &t, &err), &err);
    check_ok(lrp_tensor_write_npy(t, path, &err), &err);
    check_fails(lrp_session_set_input(s, NULL, path, &err), &err, LRP_FILE, "4x4");
    assert_non_null(strstr(err.message, "28x28"));
    lrp_tensor_release(t);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(explains_a_picture),
        cmocka_unit_test(labels_live_as_long_as_the_snapshot),
        cmocka_unit_test(refuses_a_failing_model_until_it_is_registered),
        cmocka_unit_test(keeps_activations_when_only_rules_change),
        cmocka_unit_test_setup_teardown(forgetting_keeps_what_is_prepared, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_rule_change_touches_ancestors_only, temporary_setup, temporary_teardown),
        cmocka_unit_test(changes_nothing_when_settings_do_not_fit),
        cmocka_unit_test(understands_targets),
        cmocka_unit_test(conventions_start_with_one_or_the_logit),
        cmocka_unit_test(worker_serves_the_latest_request),
        cmocka_unit_test_setup_teardown(runs_samples_one_by_one, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(names_both_shapes_of_an_array_that_does_not_fit, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
