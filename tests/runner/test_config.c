/* test_config.c: config.json: what it sets, what it complains of, what it keeps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "keys.h"
#include "runner.h"
#include "temporary.h"

static void begin(struct lrp_runner *runner)
{
    const struct lrp_caps caps = {.mode = LRP_COLOR_256, .levels = 31};
    *runner = (struct lrp_runner){.wake = {-1, -1}};
    lrp_app_init(&runner->app, &lrp_screen, &caps, 80, 24);
}

static const char *write_config(void **state, const char *text)
{
    struct lrp_error err;
    const char *path = temporary_path(state, "config.json");
    assert_true(lrp_write_whole(path, text, &err));
    return path;
}

static void keys_theme_and_defaults_hold(void **state)
{
    struct lrp_runner runner;
    struct lrp_settings *settings = NULL;
    struct lrp_error err;
    begin(&runner);
    lrp_runner_configure(
        &runner,
        write_config(state,
                     "{\"keys\": {\"rule\": \"K <F3>\"}, \"theme\": \"light\","
                     " \"defaults\": {\"composite\": \"zero\", \"gamma\": 0.5, \"supported_layers\": [\"mine\", \"b/*\"],"
                     " \"supported_activations\": [\"elu\"]}}"));
    assert_int_equal(runner.app.messages.count, 0);
    assert_true(runner.app.caps.light);
    assert_int_equal(lrp_keymap_find(&runner.app.keymap, 'K', LRP_IN_LIST), LRP_ACTION_rule_menu);
    assert_int_equal(lrp_keymap_find(&runner.app.keymap, 'r', LRP_IN_LIST), LRP_ACTION_NONE);
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_settings_set(settings, LRP_SETTING_GAMMA, "2", &err), &err); /* given by somebody: stays */
    check_ok(lrp_runner_put_defaults(&runner, settings, &err), &err);
    assert_string_equal(lrp_settings_get(settings, LRP_SETTING_COMPOSITE), "zero");
    assert_string_equal(lrp_settings_get(settings, LRP_SETTING_GAMMA), "2");
    assert_int_equal(lrp_settings_layer_count(settings), 2);
    assert_string_equal(lrp_settings_layer_at(settings, 1), "b/*");
    assert_int_equal(lrp_settings_activation_count(settings), 1);
    assert_string_equal(lrp_settings_activation_at(settings, 0), "elu");
    lrp_settings_free(settings);
    lrp_runner_free(&runner);
}

/* A file, and a part of what is said of it. */
static void what_is_wrong_is_named_and_the_rest_holds(void **state)
{
    static const struct {
        const char *text, *said;
    } cases[] = {{"{\"theme\": \"light\", \"keys\": {\"fly\": \"x\"}}", "config.json: keys.fly: no such action"},
                 {"{\"theme\": \"light\", \"keys\": {\"rul\": \"x\"}}", "keys.rul: no such action"},
                 {"{\"theme\": \"light\", \"keys\": {\"rule\": \"<No>\"}}", "keys.rule: no such key: <No>"},
                 {"{\"theme\": \"light\", \"keys\": {\"rule\": \"K\", \"undo\": \"K\"}}", "keys.undo: K already means rule"},
                 {"{\"theme\": \"light\", \"keys\": {\"rule\": 3}}", "keys.rule: must be keys"},
                 {"{\"theme\": \"light\", \"keys\": 3}", "keys: must be an object"},
                 {"{\"theme\": \"light\", \"defaults\": {\"target\": \"1\"}}", "defaults.target: unknown key"},
                 {"{\"theme\": \"light\", \"defaults\": {\"gamma\": \"x\"}}", "defaults.gamma: "},
                 {"{\"theme\": \"light\", \"defaults\": {\"gamma\": []}}", "defaults.gamma: must be text or a number"},
                 {"{\"theme\": \"light\", \"defaults\": {\"supported_layers\": \"my-layer\"}}",
                  "defaults.supported_layers: must be a list of names"},
                 {"{\"theme\": \"light\", \"defaults\": {\"supported_activations\": [\"mine\", 3]}}",
                  "defaults.supported_activations: must be a list"},
                 {"{\"theme\": \"light\", \"sound\": true}", "sound: unknown key"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_runner runner;
        begin(&runner);
        lrp_runner_configure(&runner, write_config(state, cases[i].text));
        assert_int_equal(runner.app.messages.count, 1);
        assert_true(runner.app.messages.items[0].error);
        if (!strstr(runner.app.messages.items[0].text, cases[i].said))
            print_error("%s: said %s\n", cases[i].text, runner.app.messages.items[0].text);
        assert_non_null(strstr(runner.app.messages.items[0].text, cases[i].said));
        assert_true(runner.app.caps.light);
        lrp_runner_free(&runner);
    }
}

static void a_file_that_is_no_json_changes_nothing(void **state)
{
    static const char *const texts[] = {"", "{\n\"keys\": {\n", "[]", "3", "{} {}", "\xff\xfe", "{\"theme\": \"blue\"}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct lrp_runner runner;
        begin(&runner);
        lrp_runner_configure(&runner, write_config(state, texts[i]));
        assert_int_equal(runner.app.messages.count, 1);
        assert_int_equal(lrp_keymap_find(&runner.app.keymap, 'r', LRP_IN_LIST), LRP_ACTION_rule_menu);
        lrp_runner_free(&runner);
    }
}

static void a_missing_file_is_fine(void **state)
{
    struct lrp_runner runner;
    begin(&runner);
    lrp_runner_configure(&runner, temporary_path(state, "nothing.json"));
    assert_int_equal(runner.app.messages.count, 0);
    lrp_runner_free(&runner);
}

static void saving_keeps_what_it_does_not_know(void **state)
{
    struct lrp_runner runner;
    struct lrp_error err;
    const char *folder = temporary_path(state, "own"), *path = temporary_path(state, "own/lrpscope/config.json");
    char why[64];
    setenv("XDG_CONFIG_HOME", folder, 1);
    begin(&runner);
    runner.app.caps.light = true;
    assert_true(lrp_keymap_bind(&runner.app.keymap, LRP_ACTION_quit, "X <C-q>", why, sizeof why));
    lrp_runner_save_config(&runner);
    assert_false(runner.app.status_error);
    assert_true(lrp_write_whole(path, "{\"mine\": [1, 2], \"keys\": {\"fly\": \"f\"}, \"theme\": \"dark\"}", &err));
    lrp_runner_save_config(&runner);
    char *text = lrp_read_small(path, 1 << 16, &err);
    assert_non_null(text);
    assert_non_null(strstr(text, "\"mine\":\t[1, 2]"));
    assert_non_null(strstr(text, "\"fly\":\t\"f\""));
    assert_non_null(strstr(text, "\"quit\":\t\"X <C-q>\""));
    assert_non_null(strstr(text, "\"theme\":\t\"light\""));
    free(text);
    /* what cannot be read is not replaced */
    assert_true(lrp_write_whole(path, "{oops", &err));
    lrp_runner_save_config(&runner);
    assert_true(runner.app.status_error);
    text = lrp_read_small(path, 1 << 16, &err);
    assert_string_equal(text, "{oops");
    free(text);
    lrp_runner_free(&runner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keys_theme_and_defaults_hold, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named_and_the_rest_holds, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_json_changes_nothing, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_missing_file_is_fine, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(saving_keeps_what_it_does_not_know, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
