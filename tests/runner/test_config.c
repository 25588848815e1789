/* test_config.c: config.json: what it sets, what it complains of, what it keeps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "keys.h"
#include "output.h"
#include "runner.h"
#include "temporary.h"

static void begin(struct lrp_runner *runner)
{
    const struct lrp_caps caps = {.mode = LRP_COLOR_256, .levels = 31};
    *runner = (struct lrp_runner){.wake = {-1, -1}};
    lrp_app_init(&runner->app, &lrp_screen, &caps, 80, 24);
}

static void write_file(const char *path, const char *text)
{
    struct lrp_error err = {0};
    check_ok(lrp_output_write(path, text, strlen(text), &err), &err);
}

static void assert_file_holds(const char *path, const char *part)
{
    char text[4096] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    if (!strstr(text, part)) fail_msg("%s: no %s in %s", path, part, text);
}

static const char *write_config(void **state, const char *text)
{
    const char *path = temporary_path(state, "config.json");
    write_file(path, text);
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

static void the_theme_auto_is_the_terminals(void **state)
{
    static const bool says_light[] = {true, false};
    for (size_t i = 0; i < 2; i++) {
        struct lrp_runner runner;
        begin(&runner);
        runner.app.caps.light_terminal = says_light[i];
        runner.app.caps.light = !says_light[i];
        lrp_runner_configure(&runner, write_config(state, "{\"theme\": \"auto\"}"));
        assert_int_equal(runner.app.messages.count, 0);
        assert_int_equal(runner.app.caps.light, says_light[i]);
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

/* Puts the inspector's own folder below the test's. */
static const char *own_config(void **state)
{
    setenv("XDG_CONFIG_HOME", temporary_path(state, "own"), 1);
    return temporary_path(state, "own/lrpscope/config.json");
}

static void saving_keeps_what_it_does_not_know(void **state)
{
    struct lrp_runner runner;
    const char *path = own_config(state);
    char why[64];
    begin(&runner);
    lrp_runner_configure(&runner, path); /* there is none yet */
    assert_true(lrp_caps_take_theme(&runner.app.caps, "light"));
    assert_true(lrp_keymap_bind(&runner.app.keymap, LRP_ACTION_quit, "X <C-q>", why, sizeof why));
    lrp_runner_save_config(&runner);
    assert_false(runner.app.status_error);
    write_file(path, "{\"mine\": [1, 2], \"keys\": {\"fly\": \"f\"}, \"theme\": \"dark\"}");
    lrp_runner_save_config(&runner);
    assert_file_holds(path, "\"mine\":\t[1, 2]");
    assert_file_holds(path, "\"fly\":\t\"f\"");
    assert_file_holds(path, "\"quit\":\t\"X <C-q>\"");
    assert_file_holds(path, "\"theme\":\t\"light\"");
    /* what cannot be read is not replaced */
    write_file(path, "{oops");
    lrp_runner_save_config(&runner);
    assert_true(runner.app.status_error);
    assert_file_holds(path, "{oops");
    lrp_runner_free(&runner);
}

/* Dotfiles are links into a folder of their own, and may be for nobody else to read. */
static void saving_writes_through_a_link_and_keeps_the_mode(void **state)
{
    struct lrp_runner runner;
    struct stat link, file;
    const char *path = own_config(state), *target = temporary_path(state, "dotfiles.json");
    write_file(target, "{\"theme\": \"light\"}");
    assert_int_equal(chmod(target, 0600), 0);
    assert_int_equal(mkdir(temporary_path(state, "own"), 0700) | mkdir(temporary_path(state, "own/lrpscope"), 0700), 0);
    assert_int_equal(symlink(target, path), 0);
    begin(&runner);
    lrp_runner_configure(&runner, path);
    assert_true(lrp_caps_take_theme(&runner.app.caps, "dark"));
    lrp_runner_save_config(&runner);
    assert_false(runner.app.status_error);
    assert_int_equal(lstat(path, &link) | stat(target, &file), 0);
    assert_true(S_ISLNK(link.st_mode));
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_file_holds(target, "\"theme\":\t\"dark\"");
    lrp_runner_free(&runner);
}

/* As scripts are: what the user keeps there is not known, and not written over. */
static void what_was_not_read_is_not_written(void **state)
{
    struct lrp_runner runner;
    const char *path = own_config(state);
    assert_int_equal(mkdir(temporary_path(state, "own"), 0700) | mkdir(temporary_path(state, "own/lrpscope"), 0700), 0);
    write_file(path, "{\"theme\": \"light\", \"defaults\": {\"composite\": \"zero\"}}");
    begin(&runner);
    lrp_runner_save_config(&runner);
    assert_true(runner.app.status_error);
    assert_file_holds(path, "{\"theme\": \"light\", \"defaults\": {\"composite\": \"zero\"}}");
    lrp_runner_free(&runner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keys_theme_and_defaults_hold, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named_and_the_rest_holds, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_json_changes_nothing, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(the_theme_auto_is_the_terminals, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_missing_file_is_fine, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(saving_keeps_what_it_does_not_know, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(saving_writes_through_a_link_and_keeps_the_mode, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(what_was_not_read_is_not_written, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
