/* test_two_sessions.c: sessions in several threads at once, and one session looked at while its worker computes: all results
 * are, bit for bit, those of one thread alone. Under ThreadSanitizer (tests/run.sh) it also shows that nothing is shared
 * unguarded. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lrpscope/session.h"

#define DEMO "assets/demo/"

/* Settings one after the other; each changes what the one before left. */
static const struct step {
    enum lrp_setting setting;
    const char *value, *select, *rule;
} steps[] = {{LRP_SETTING_COMPOSITE, "epsilon-plus-flat", NULL, NULL},
             {LRP_SETTING_COMPOSITE, "epsilon-plus-flat", "type:convolution", "gamma(0.25)"},
             {LRP_SETTING_TARGET, "3", "type:dense", "excite-inhibit(0.5)"},
             {LRP_SETTING_COMPOSITE, "epsilon-gamma-box(-0.81,2.03)", "last", "epsilon(0.1)"},
             {LRP_SETTING_METHOD, "gradient", NULL, NULL},
             {LRP_SETTING_METHOD, "lrp", "first", "flat"}};
enum { STEPS = sizeof steps / sizeof *steps, ROUNDS = 3 };

/* Fails a thread without leaving it: cmocka's way out leads into another thread's stack. */
static bool went_well(enum lrp_status status, const struct lrp_error *err, char why[256])
{
    if (status && !*why) snprintf(why, 256, "status %d: %.200s", (int)status, err->message);
    return !status;
}

static struct lrp_settings *base_settings(void)
{
    struct lrp_error err = {0};
    struct lrp_settings *s = NULL;
    check_ok(lrp_settings_new(&s, &err), &err);
    check_ok(lrp_settings_read(s, DEMO "vgg.lrpscope.json", NULL, &err), &err);
    check_ok(lrp_settings_read(s, "assets/rules/excite-inhibit.json", NULL, &err), &err);
    return s;
}

static enum lrp_status take_step(struct lrp_settings *settings, const struct step *step, struct lrp_error *err)
{
    enum lrp_status status = lrp_settings_set(settings, step->setting, step->value, err);
    return !status && step->rule ? lrp_settings_add_rule(settings, step->select, step->rule, err) : status;
}

/* ---- a visitor: a session of its own, all steps, what came of each ---- */

struct visitor {
    const struct lrp_settings *base; /* shared by all */
    pthread_barrier_t *together;     /* NULL: alone */
    bool worker;                     /* through the session's worker, interrupted by cancelling */
    const struct lrp_snapshot *seen[STEPS];
    _Atomic int notes;
    char why[256];
};

static void note(void *data)
{
    atomic_fetch_add((_Atomic int *)data, 1);
}

/* Started, cancelled, started anew, and waited for. */
static enum lrp_status run_worker(struct lrp_session *session, struct visitor *v, struct lrp_error *err)
{
    enum lrp_status status = lrp_session_start(session, LRP_WANT_RELEVANCE, note, &v->notes, err);
    if (!status) lrp_session_cancel(session);
    if (!status) status = lrp_session_start(session, LRP_WANT_RELEVANCE, note, &v->notes, err);
    if (!status) status = lrp_session_start(session, LRP_WANT_LEDGER, note, &v->notes, err);
    lrp_session_wait(session);
    return status;
}

static void *visit(void *data)
{
    struct visitor *v = data;
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    struct lrp_session *session = NULL;
    if (v->together) pthread_barrier_wait(v->together);
    bool ok = went_well(lrp_settings_copy(v->base, &settings, &err), &err, v->why) &&
              went_well(lrp_session_open(DEMO "vgg.onnx", settings, &session, &err), &err, v->why) &&
              went_well(lrp_session_set_input(session, NULL, DEMO "boot.png", &err), &err, v->why);
    for (int i = 0; ok && i < STEPS; i++) {
        ok = went_well(take_step(settings, &steps[i], &err), &err, v->why) &&
             went_well(lrp_session_apply(session, settings, &err), &err, v->why) &&
             went_well(v->worker ? run_worker(session, v, &err) : lrp_session_run(session, LRP_WANT_LEDGER, &err), &err,
                       v->why) &&
             went_well(lrp_session_snapshot(session, &v->seen[i], &err), &err, v->why);
    }
    lrp_session_free(session);
    lrp_settings_free(settings);
    return NULL;
}

static void leave(struct visitor *v)
{
    for (int i = 0; i < STEPS; i++) lrp_snapshot_release(v->seen[i]);
}

static bool same_tensor(const struct lrp_result *of_a, const struct lrp_result *of_b)
{
    const struct lrp_tensor *a = lrp_result_tensor(of_a), *b = lrp_result_tensor(of_b);
    return lrp_shape_equal(&a->shape, &b->shape) && memcmp(a->f, b->f, a->count * sizeof(float)) == 0;
}

static void check_same(const struct lrp_snapshot *now, const struct lrp_snapshot *alone)
{
    assert_int_equal(now->job, LRP_JOB_DONE);
    assert_int_equal(now->layers->count, alone->layers->count);
    assert_int_equal(now->targets[0].index, alone->targets[0].index);
    for (size_t i = 0; i < now->layers->count; i++) {
        assert_string_equal(now->rules[i], alone->rules[i]);
        assert_true(same_tensor(now->activation[i], alone->activation[i]));
        assert_true(same_tensor(now->relevance[i], alone->relevance[i]));
    }
    assert_non_null(now->ledger);
}

static struct visitor visit_alone(const struct lrp_settings *base)
{
    struct visitor alone = {.base = base};
    visit(&alone);
    if (*alone.why) fail_msg("%s", alone.why);
    return alone;
}

/* The steps differ from each other: a test that compares them can fail. */
static void steps_give_different_results(void **state)
{
    (void)state;
    struct lrp_settings *base = base_settings();
    struct visitor alone = visit_alone(base);
    for (int i = 1; i < STEPS; i++) assert_false(same_tensor(alone.seen[i]->relevance[0], alone.seen[i - 1]->relevance[0]));
    assert_int_equal(alone.seen[2]->targets[0].index, 3);
    leave(&alone);
    lrp_settings_free(base);
}

/* The first of all tests, and alone only afterwards: whatever is made once for a process is made by both threads at a time. */
static void two_sessions_in_two_threads_do_not_meet(void **state)
{
    (void)state;
    struct lrp_settings *base = base_settings();
    struct visitor alone = {0};
    pthread_barrier_t together;
    pthread_barrier_init(&together, NULL, 2);
    for (int round = 0; round < ROUNDS; round++) {
        struct visitor visitors[2] = {{.base = base, .together = &together, .worker = round > 0},
                                      {.base = base, .together = &together, .worker = round > 1}};
        pthread_t threads[2];
        for (int t = 0; t < 2; t++) assert_int_equal(pthread_create(&threads[t], NULL, visit, &visitors[t]), 0);
        for (int t = 0; t < 2; t++) pthread_join(threads[t], NULL);
        if (round == 0) alone = visit_alone(base);
        for (int t = 0; t < 2; t++) {
            if (*visitors[t].why) fail_msg("%s", visitors[t].why);
            assert_true(!visitors[t].worker || visitors[t].notes > 0);
            for (int i = 0; i < STEPS; i++) check_same(visitors[t].seen[i], alone.seen[i]);
            leave(&visitors[t]);
        }
    }
    pthread_barrier_destroy(&together);
    leave(&alone);
    lrp_settings_free(base);
}

/* ---- one session, looked at and changed while its worker computes ---- */

/* Whatever is there already is right for the settings it is shown with. */
static void check_so_far(const struct lrp_snapshot *now, const struct lrp_snapshot *alone)
{
    for (size_t i = 0; i < now->layers->count; i++) {
        assert_string_equal(now->rules[i], alone->rules[i]);
        if (now->activation[i]) assert_true(same_tensor(now->activation[i], alone->activation[i]));
        if (now->relevance[i]) assert_true(same_tensor(now->relevance[i], alone->relevance[i]));
    }
}

static void look(struct lrp_session *session, const struct lrp_snapshot *alone)
{
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL;
    struct lrp_plane plane;
    struct lrp_spread spread;
    check_ok(lrp_session_snapshot(session, &now, &err), &err);
    check_so_far(now, alone);
    if (now->relevance[0]) {
        check_ok(lrp_snapshot_plane(now, 0, LRP_SHOW_RELEVANCE, 0, &plane, &err), &err);
        check_ok(lrp_snapshot_spread(now, 0, LRP_SHOW_RELEVANCE, &spread, &err), &err);
        lrp_plane_free(&plane);
    }
    lrp_snapshot_release(now);
}

static void snapshots_while_the_worker_computes_are_right(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *base = base_settings(), *settings[STEPS];
    struct visitor alone = visit_alone(base);
    struct lrp_session *session = NULL;
    _Atomic int notes = 0;
    for (int i = 0; i < STEPS; i++) {
        check_ok(lrp_settings_copy(i ? settings[i - 1] : base, &settings[i], &err), &err);
        check_ok(take_step(settings[i], &steps[i], &err), &err);
    }
    check_ok(lrp_session_open(DEMO "vgg.onnx", settings[0], &session, &err), &err);
    check_ok(lrp_session_set_input(session, NULL, DEMO "boot.png", &err), &err);
    for (int i = 0; i < 8 * STEPS; i++) {
        const int step = i * 5 % STEPS; /* not in their order */
        check_ok(lrp_session_apply(session, settings[step], &err), &err);
        if (i % 7 == 3) check_ok(lrp_session_forget(session, &err), &err);
        check_ok(lrp_session_start(session, i % 3 ? LRP_WANT_RELEVANCE : LRP_WANT_LEDGER, note, &notes, &err), &err);
        for (int looks = 0; looks < i % 5; looks++) look(session, alone.seen[step]);
        if (i % 4 == 2) lrp_session_cancel(session);
        if (i % 6 == 5) lrp_session_wait(session);
        look(session, alone.seen[step]);
    }
    for (int i = 0; i < STEPS; i++) { /* nothing is left behind by what was cancelled or superseded */
        const struct lrp_snapshot *now = NULL;
        check_ok(lrp_session_apply(session, settings[i], &err), &err);
        check_ok(lrp_session_start(session, LRP_WANT_LEDGER, note, &notes, &err), &err);
        lrp_session_wait(session);
        check_ok(lrp_session_snapshot(session, &now, &err), &err);
        check_same(now, alone.seen[i]);
        lrp_snapshot_release(now);
    }
    assert_true(notes > 0);
    lrp_session_free(session);
    for (int i = 0; i < STEPS; i++) lrp_settings_free(settings[i]);
    leave(&alone);
    lrp_settings_free(base);
}

/* ---- interrupting ---- */

static void *interrupt(void *data)
{
    lrp_session_interrupt(data);
    return NULL;
}

static void another_thread_interrupts(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *base = base_settings();
    struct lrp_session *session = NULL;
    pthread_t thread;
    check_ok(lrp_session_open(DEMO "vgg.onnx", base, &session, &err), &err);
    check_ok(lrp_session_set_input(session, NULL, DEMO "boot.png", &err), &err);
    assert_int_equal(pthread_create(&thread, NULL, interrupt, session), 0);
    enum lrp_status status = LRP_OK;
    for (int i = 0; i < 100000 && !status; i++) { /* before, within or behind a pass: some pass sees it */
        status = lrp_session_run(session, LRP_WANT_RELEVANCE, &err);
        if (!status) check_ok(lrp_session_forget(session, &err), &err);
    }
    pthread_join(thread, NULL);
    assert_int_equal(status, LRP_CANCELLED);
    lrp_session_free(session);
    lrp_settings_free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_sessions_in_two_threads_do_not_meet),
        cmocka_unit_test(steps_give_different_results),
        cmocka_unit_test(snapshots_while_the_worker_computes_are_right),
        cmocka_unit_test(another_thread_interrupts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
