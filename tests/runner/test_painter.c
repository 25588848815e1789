/* test_painter.c: the thread that paints, beside the session's worker: what it hands over is what painting at once gives, and
 * only what was asked for last. */
#include <poll.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "keys.h"
#include "paint.h"
#include "runner.h"

#define DEMO "assets/demo/"

static const struct lrp_caps caps = {.mode = LRP_COLOR_256, .levels = 31};

static struct lrp_session *open_demo(struct lrp_settings **settings)
{
    struct lrp_error err = {0};
    struct lrp_session *session = NULL;
    check_ok(lrp_settings_new(settings, &err), &err);
    check_ok(lrp_settings_read(*settings, DEMO "vgg.lrpscope.json", NULL, &err), &err);
    check_ok(lrp_session_open(DEMO "vgg.onnx", *settings, &session, &err), &err);
    check_ok(lrp_session_set_input(session, NULL, DEMO "boot.png", &err), &err);
    return session;
}

static const struct lrp_snapshot *snapshot(struct lrp_session *session)
{
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL;
    check_ok(lrp_session_snapshot(session, &now, &err), &err);
    return now;
}

static void check_plane(const struct lrp_plane *got, const struct lrp_plane *want)
{
    assert_int_equal(got->width, want->width);
    assert_int_equal(got->height, want->height);
    assert_true(!got->values == !want->values);
    if (got->values) assert_memory_equal(got->values, want->values, (size_t)got->width * (size_t)got->height * sizeof(float));
}

/* Waits for a byte in the pipe, then takes the picture. */
static void wait_for(struct lrp_paint_thread *painter, int fd, struct lrp_painting *out)
{
    while (!lrp_paint_thread_take(painter, out)) {
        char bytes[64];
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, 60000), 1);
        assert_true(read(fd, bytes, sizeof bytes) > 0);
    }
}

static struct lrp_subject request_of(int i, int layers)
{
    static const enum lrp_show shows[LRP_PREVIEW_COUNT] = {
        [LRP_PREVIEW_ACTIVATION] = LRP_SHOW_ACTIVATION, [LRP_PREVIEW_WEIGHTS] = LRP_SHOW_WEIGHTS};
    const enum lrp_preview kind = (enum lrp_preview)(i % LRP_PREVIEW_BARS);
    return (struct lrp_subject){
        .kind = kind, .show = shows[kind], .layer = i % layers, .channel = -1, .columns = 60, .rows = 20};
}

static void the_last_request_is_painted_as_if_at_once(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *settings;
    struct lrp_session *session = open_demo(&settings);
    int wake[2];
    check_ok(lrp_session_run(session, LRP_WANT_RELEVANCE, &err), &err);
    const struct lrp_snapshot *stored = snapshot(session);
    assert_int_equal(pipe(wake), 0);
    struct lrp_paint_thread *painter = lrp_paint_thread_new(lrp_paint, wake[1]);
    assert_non_null(painter);
    for (int i = 0; i < 40; i++) {
        /* another rule is being computed meanwhile */
        check_ok(lrp_settings_add_rule(settings, "type:convolution", i % 2 ? "z-plus" : "gamma(0.5)", &err), &err);
        check_ok(lrp_session_apply(session, settings, &err), &err);
        check_ok(lrp_session_start(session, LRP_WANT_RELEVANCE, NULL, NULL, &err), &err);
        const struct lrp_snapshot *now = i % 3 ? lrp_snapshot_retain(stored) : snapshot(session);
        const struct lrp_subject early = request_of(i + 1, 8), last = request_of(i, 8);
        struct lrp_painting got, want;
        lrp_paint_thread_ask(painter, &caps, &early, stored, stored);
        lrp_paint_thread_ask(painter, &caps, &last, now, stored);
        lrp_paint(&caps, &last, now, stored, &want);
        lrp_snapshot_release(now); /* the painter has a reference of its own */
        wait_for(painter, wake[0], &got);
        assert_true(lrp_subject_equal(&got.subject, &last));
        assert_string_equal(got.reason, want.reason);
        assert_int_equal(got.tile_count, want.tile_count);
        for (size_t k = 0; k < got.tile_count; k++) check_plane(&got.tiles[k].plane, &want.tiles[k].plane);
        check_plane(&got.plane, &want.plane);
        check_plane(&got.difference, &want.difference);
        lrp_painting_clear(&got);
        lrp_painting_clear(&want);
    }
    const struct lrp_subject last = request_of(4, 8);
    lrp_paint_thread_ask(painter, &caps, &last, stored, stored); /* not waited for */
    lrp_paint_thread_free(painter);
    lrp_snapshot_release(stored);
    lrp_session_free(session);
    lrp_settings_free(settings);
    close(wake[0]);
    close(wake[1]);
}

/* A painting that takes its time: the n-th begins with a post of `begun` and ends when `go` is posted. */
static struct {
    sem_t begun, go;
} slow;
static void paint_slowly(const struct lrp_caps *terminal, const struct lrp_subject *subject, const struct lrp_snapshot *now,
                         const struct lrp_snapshot *stored, struct lrp_painting *out)
{
    (void)terminal, (void)now, (void)stored;
    sem_post(&slow.begun);
    while (sem_wait(&slow.go) != 0)
        ;
    *out = (struct lrp_painting){.subject = *subject, .channel = -1};
}

/* What was being painted when something else was asked for is not shown, although it is finished first. */
static void a_painting_nobody_wants_any_more_is_thrown_away(void **state)
{
    (void)state;
    struct lrp_settings *settings;
    struct lrp_session *session = open_demo(&settings);
    const struct lrp_snapshot *now = snapshot(session);
    const struct lrp_subject early = request_of(1, 8), last = request_of(2, 8);
    struct lrp_painting got;
    int wake[2];
    assert_int_equal(sem_init(&slow.begun, 0, 0) | sem_init(&slow.go, 0, 0) | pipe(wake), 0);
    struct lrp_paint_thread *painter = lrp_paint_thread_new(paint_slowly, wake[1]);
    assert_non_null(painter);
    lrp_paint_thread_ask(painter, &caps, &early, now, NULL);
    sem_wait(&slow.begun);
    lrp_paint_thread_ask(painter, &caps, &last, now, NULL);
    sem_post(&slow.go);
    sem_wait(&slow.begun); /* it has begun with the next one: the early one is finished */
    assert_false(lrp_paint_thread_take(painter, &got));
    assert_true(lrp_paint_thread_busy(painter));
    sem_post(&slow.go);
    wait_for(painter, wake[0], &got);
    assert_true(lrp_subject_equal(&got.subject, &last));
    assert_false(lrp_paint_thread_take(painter, &got));
    lrp_paint_thread_free(painter);
    lrp_snapshot_release(now);
    lrp_session_free(session);
    lrp_settings_free(settings);
    close(wake[0]);
    close(wake[1]);
    sem_destroy(&slow.begun);
    sem_destroy(&slow.go);
}

/* Keys faster than the worker and the painter are: at the end the picture is that of the last settings and place. */
static void the_inspector_keeps_up_with_fast_keys(void **state)
{
    static const char *const bursts[] = {"jjjj", "p", "]]", "c", "kk", "p", "m",  ":rule gamma(0.5)<CR>",
                                         "D",    "p", "z",  "p", "Z",  "p", "jj", "pp"};
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *settings;
    struct lrp_session *session = open_demo(&settings);
    struct lrp_runner runner = {.wake = {-1, -1}};
    assert_int_equal(pipe(runner.wake), 0);
    assert_true(lrp_runner_init(&runner, session, &err));
    lrp_app_init(&runner.app, &lrp_screen, &caps, 100, 30);
    runner.paint_thread = lrp_paint_thread_new(lrp_paint, runner.wake[1]);
    lrp_runner_look(&runner);
    lrp_runner_start(&runner);
    for (size_t i = 0; i < 3 * sizeof bursts / sizeof *bursts; i++) {
        const char *keys = bursts[i % (sizeof bursts / sizeof *bursts)];
        for (int key; (key = lrp_key_parse(&keys)) > 0;) {
            struct lrp_event event = {.kind = LRP_EVENT_KEY, .number = key};
            lrp_runner_send(&runner, &event);
            lrp_runner_look(&runner);
            lrp_runner_take_painting(&runner);
        }
    }
    lrp_session_wait(session);
    lrp_runner_look(&runner);
    while (lrp_paint_thread_busy(runner.paint_thread)) lrp_runner_take_painting(&runner);
    const struct lrp_subject wanted = lrp_preview_subject(&runner.app);
    assert_true(wanted.layer >= 0);
    assert_true(lrp_subject_equal(&runner.app.painting.subject, &wanted));
    struct lrp_painting want;
    lrp_paint(&caps, &wanted, runner.snapshot, runner.stored, &want);
    assert_string_equal(runner.app.painting.reason, want.reason);
    check_plane(&runner.app.painting.plane, &want.plane);
    lrp_painting_clear(&want);
    const int fds[2] = {runner.wake[0], runner.wake[1]};
    lrp_session_cancel(session);
    lrp_session_wait(session);
    lrp_runner_free(&runner);
    lrp_session_free(session);
    lrp_settings_free(settings);
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_last_request_is_painted_as_if_at_once),
                                       cmocka_unit_test(a_painting_nobody_wants_any_more_is_thrown_away),
                                       cmocka_unit_test(the_inspector_keeps_up_with_fast_keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
