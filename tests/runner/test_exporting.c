/* test_exporting.c: everything as files: the report has its ledger whether or not anyone looked at it, and nothing waits for
 * it. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "keys.h"
#include "runner.h"
#include "temporary.h"

static const char model[] = "assets/demo/vgg.onnx", picture[] = "assets/demo/boot.png";

struct opened {
    struct lrp_session *session;
    struct lrp_runner runner;
};

/* What the report was given. */
static struct told {
    int count;
    size_t ledger;
    double in;
    pthread_t thread;
} told;

static enum lrp_status report(const struct lrp_snapshot *snapshot, int64_t sample, const char *const *files, size_t count,
                              const char *path, struct lrp_error *err)
{
    (void)sample, (void)files, (void)count, (void)path, (void)err;
    told.count++;
    told.thread = pthread_self();
    told.ledger = snapshot->ledger ? snapshot->ledger->count : 0;
    told.in = snapshot->ledger ? snapshot->ledger->total.in : 0;
    return LRP_OK;
}

static void start(struct opened *o)
{
    const struct lrp_caps caps = {.mode = LRP_COLOR_256, .levels = 31};
    struct lrp_settings *settings = NULL;
    struct lrp_error err;
    *o = (struct opened){.runner = {.write_report = report}};
    told = (struct told){0};
    assert_int_equal(pipe(o->runner.wake), 0);
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_session_open(model, settings, &o->session, &err), &err);
    check_ok(lrp_session_set_input(o->session, NULL, picture, &err), &err);
    lrp_settings_free(settings);
    assert_true(lrp_runner_init(&o->runner, o->session, &err));
    lrp_app_init(&o->runner.app, &lrp_screen, &caps, 80, 24);
    o->runner.paint_thread = lrp_paint_thread_new(lrp_paint, o->runner.wake[1]);
    lrp_runner_look(&o->runner);
    lrp_runner_start(&o->runner);
    lrp_session_wait(o->session);
    lrp_runner_look(&o->runner);
}

static void end(struct opened *o)
{
    lrp_session_cancel(o->session);
    lrp_session_wait(o->session);
    lrp_runner_free(&o->runner);
    lrp_session_free(o->session);
    close(o->runner.wake[0]);
    close(o->runner.wake[1]);
}

static void press(struct opened *o, const char *keys)
{
    for (int key; (key = lrp_key_parse(&keys)) > 0;) {
        struct lrp_event event = {.kind = LRP_EVENT_KEY, .number = key};
        lrp_runner_send(&o->runner, &event);
    }
}

/* ":export-all FOLDER" */
static void ask(struct opened *o, const char *folder)
{
    char command[4200];
    snprintf(command, sizeof command, "export-all %s", folder);
    struct lrp_event event = {.kind = LRP_EVENT_COMMAND, .text = command};
    lrp_runner_send(&o->runner, &event);
}

/* As the loop does, until the files are there. */
static void go_on(struct opened *o)
{
    lrp_session_wait(o->session);
    lrp_runner_look(&o->runner);
    lrp_runner_take_export(&o->runner, true);
}

static bool there(const char *path)
{
    return access(path, F_OK) == 0;
}

static char *contents(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(1 << 20);
    assert_true(file && bytes);
    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

/* The input lies where every way of writing would put a file. */
static void nothing_replaces_what_is_read(void **state)
{
    static const char *const commands[] = {
        "export %s/000-input.png", "export! %s/000-input.png",   "export-all %s", "export-all! %s", "write! %s/000-input.png",
        "dump %s/000-input.png",   "dump-state %s/000-input.png"};
    struct opened o;
    struct lrp_error err;
    size_t size, now;
    const char *const folder = ((struct temporary *)*state)->folder, *const input = temporary_path(state, "000-input.png");
    char *const bytes = contents(picture, &size);
    FILE *file = fopen(input, "wb");
    assert_true(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
    start(&o);
    check_ok(lrp_session_set_input(o.session, NULL, input, &err), &err);
    lrp_runner_look(&o.runner);
    lrp_runner_start(&o.runner);
    lrp_session_wait(o.session);
    lrp_runner_look(&o.runner);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char command[200];
        snprintf(command, sizeof command, commands[i], folder);
        struct lrp_event event = {.kind = LRP_EVENT_COMMAND, .text = command};
        lrp_runner_send(&o.runner, &event);
        press(&o, "y"); /* where it asks first */
        go_on(&o);
        char *const after = contents(input, &now);
        if (now != size || memcmp(bytes, after, size) != 0) fail_msg("%s replaced the input", command);
        free(after);
    }
    assert_int_equal(lrp_runner_dump(&o.runner, input), false);
    assert_non_null(strstr(o.runner.app.status, "would replace an input"));
    assert_int_equal(told.count, 0);
    end(&o);
    free(bytes);
}

static void the_report_has_its_ledger(void **state)
{
    struct opened o;
    start(&o);
    assert_null(o.runner.snapshot->ledger);
    ask(&o, temporary_path(state, "all"));
    go_on(&o);
    assert_int_equal(told.count, 1);
    assert_false(pthread_equal(told.thread, pthread_self())); /* keys go on */
    assert_int_equal(told.ledger, o.runner.snapshot->layers->count);
    assert_true(told.in != 0);
    assert_non_null(strstr(o.runner.app.status, "written: 15 files"));
    end(&o);
}

/* One that was cancelled before does not count as cancelled again. */
static void cancelling_writes_nothing(void **state)
{
    struct opened o;
    const char *folder = temporary_path(state, "cancelled");
    start(&o);
    ask(&o, folder);
    lrp_session_cancel(o.session);
    lrp_session_wait(o.session);
    lrp_runner_look(&o.runner);
    if (told.count == 0 && !o.runner.exporting) { /* else the worker was quicker */
        assert_string_equal(o.runner.app.status, "cancelled: nothing is written");
        assert_false(there(folder));
    }
    go_on(&o);
    ask(&o, temporary_path(state, "again"));
    go_on(&o);
    assert_int_equal(told.ledger, o.runner.snapshot->layers->count);
    end(&o);
}

/* A change of rules meanwhile: the files are those of what was asked for, or the ledger was there before. */
static void a_change_meanwhile_is_said(void **state)
{
    struct opened o;
    const char *folder = temporary_path(state, "changed");
    start(&o);
    ask(&o, folder);
    press(&o, "j]");
    go_on(&o);
    assert_int_equal(told.count, 1);
    assert_true(there(folder));
    if (told.ledger == 0)
        assert_non_null(strstr(o.runner.app.messages.items[o.runner.app.messages.count - 1].text,
                               "the report is without its ledger: settings"));
    end(&o);
}

/* Whoever quits at once gets the files nevertheless. */
static void quitting_at_once_loses_nothing(void **state)
{
    struct opened o;
    const char *folder = temporary_path(state, "quit");
    start(&o);
    const size_t layers = o.runner.snapshot->layers->count;
    ask(&o, folder);
    end(&o);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.ledger, layers);
}

/* Open details ask for the ledger behind the relevance, once per result. */
static void details_have_their_row_of_the_ledger(void **state)
{
    struct opened o;
    (void)state;
    start(&o);
    press(&o, "jj");
    assert_null(o.runner.snapshot->ledger);
    for (int i = 0; i < 2; i++) {
        press(&o, i ? "]" : "<CR>");
        for (int k = 0; k < 2; k++) {
            lrp_session_wait(o.session);
            lrp_runner_look(&o.runner);
        }
        assert_non_null(o.runner.snapshot->ledger);
        assert_int_equal(o.runner.snapshot->job, LRP_JOB_DONE);
    }
    const uint64_t generation = o.runner.snapshot->generation;
    lrp_runner_look(&o.runner);
    press(&o, "k");
    assert_int_equal(o.runner.snapshot->generation, generation); /* nothing was started again */
    end(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_replaces_what_is_read, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(the_report_has_its_ledger, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(cancelling_writes_nothing, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_change_meanwhile_is_said, temporary_setup, temporary_teardown),
        cmocka_unit_test(details_have_their_row_of_the_ledger),
        cmocka_unit_test_setup_teardown(quitting_at_once_loses_nothing, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
