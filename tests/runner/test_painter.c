/* test_painter.c: the thread that paints, beside the session's worker: what it hands over is what painting at once gives, and
 * only what was asked for last. */
#include <poll.h>
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
static void wait_for(struct lrp_painter *painter, int fd, struct lrp_picture *out)
{
    while (!lrp_painter_take(painter, out)) {
        char bytes[64];
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, 60000), 1);
        assert_true(read(fd, bytes, sizeof bytes) > 0);
    }
}

static struct lrp_request request_of(int i, int layers)
{
    static const enum lrp_show shows[LRP_PREVIEW_COUNT] = {
        [LRP_PREVIEW_ACTIVATION] = LRP_SHOW_ACTIVATION, [LRP_PREVIEW_WEIGHTS] = LRP_SHOW_WEIGHTS};
    const enum lrp_preview kind = (enum lrp_preview)(i % LRP_PREVIEW_BARS);
    return (struct lrp_request){
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
    struct lrp_painter *painter = lrp_painter_new(wake[1]);
    assert_non_null(painter);
    for (int i = 0; i < 40; i++) {
        /* another rule is being computed meanwhile */
        check_ok(lrp_settings_add_rule(settings, "type:convolution", i % 2 ? "z-plus" : "gamma(0.5)", &err), &err);
        check_ok(lrp_session_apply(session, settings, &err), &err);
        check_ok(lrp_session_start(session, LRP_WANT_RELEVANCE, NULL, NULL, &err), &err);
        const struct lrp_snapshot *now = i % 3 ? lrp_snapshot_retain(stored) : snapshot(session);
        const struct lrp_request early = request_of(i + 1, 8), last = request_of(i, 8);
        struct lrp_picture got, want;
        lrp_painter_ask(painter, &caps, &early, stored, stored);
        lrp_painter_ask(painter, &caps, &last, now, stored);
        lrp_paint(&caps, &last, now, stored, &want);
        lrp_snapshot_release(now); /* the painter has a reference of its own */
        wait_for(painter, wake[0], &got);
        assert_true(lrp_request_equal(&got.made, &last));
        assert_string_equal(got.reason, want.reason);
        assert_int_equal(got.tile_count, want.tile_count);
        for (size_t k = 0; k < got.tile_count; k++) check_plane(&got.tiles[k].plane, &want.tiles[k].plane);
        check_plane(&got.plane, &want.plane);
        check_plane(&got.difference, &want.difference);
        lrp_picture_clear(&got);
        lrp_picture_clear(&want);
    }
    const struct lrp_request last = request_of(4, 8);
    lrp_painter_ask(painter, &caps, &last, stored, stored); /* not waited for */
    lrp_painter_free(painter);
    lrp_snapshot_release(stored);
    lrp_session_free(session);
    lrp_settings_free(settings);
    close(wake[0]);
    close(wake[1]);
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
    runner.painter = lrp_painter_new(runner.wake[1]);
    lrp_runner_look(&runner);
    lrp_runner_start(&runner);
    for (size_t i = 0; i < 3 * sizeof bursts / sizeof *bursts; i++) {
        const char *keys = bursts[i % (sizeof bursts / sizeof *bursts)];
        for (int key; (key = lrp_key_parse(&keys)) > 0;) {
            struct lrp_event event = {.kind = LRP_EVENT_KEY, .number = key};
            lrp_runner_send(&runner, &event);
            lrp_runner_look(&runner);
            lrp_runner_take_picture(&runner);
        }
    }
    lrp_session_wait(session);
    lrp_runner_look(&runner);
    while (lrp_painter_busy(runner.painter)) lrp_runner_take_picture(&runner);
    const struct lrp_request wanted = lrp_preview_request(&runner.app);
    assert_true(wanted.layer >= 0);
    assert_true(lrp_request_equal(&runner.app.picture.made, &wanted));
    struct lrp_picture want;
    lrp_paint(&caps, &wanted, runner.snapshot, runner.stored, &want);
    assert_string_equal(runner.app.picture.reason, want.reason);
    check_plane(&runner.app.picture.plane, &want.plane);
    lrp_picture_clear(&want);
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
                                       cmocka_unit_test(the_inspector_keeps_up_with_fast_keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
