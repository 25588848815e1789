/* test_state.c: what a session with a model leaves is offered to the next one, and nothing is lost by not answering. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "keys.h"
#include "output.h"
#include "runner.h"
#include "temporary.h"

static const char demo[] = "assets/demo/vgg-unsupported.onnx";

struct opened {
    struct lrp_session *session;
    struct lrp_runner runner;
};

static void start_with(struct opened *o, const char *model)
{
    const struct lrp_caps caps = {.mode = LRP_COLOR_256, .levels = 31};
    struct lrp_settings *settings = NULL;
    struct lrp_error err;
    *o = (struct opened){.runner = {.wake = {-1, -1}}};
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_session_open(model, settings, &o->session, &err), &err);
    lrp_settings_free(settings);
    assert_true(lrp_runner_init(&o->runner, o->session, &err));
    lrp_app_init(&o->runner.app, &lrp_screen, &caps, 80, 24);
    lrp_runner_look(&o->runner);
    lrp_runner_state_open(&o->runner);
}

static void start(struct opened *o)
{
    start_with(o, demo);
}

static void end(struct opened *o)
{
    lrp_runner_keep_place(&o->runner);
    lrp_runner_free(&o->runner);
    lrp_session_free(o->session);
}

static void press(struct opened *o, const char *keys)
{
    for (int key; (key = lrp_key_parse(&keys)) > 0;) {
        struct lrp_event event = {.kind = LRP_EVENT_KEY, .number = key};
        lrp_runner_send(&o->runner, &event);
    }
}

/* Rules, a tag, a filter, a layer; then the same again after y. */
static void yes_brings_everything_back(void **state)
{
    struct opened o;
    setenv("XDG_STATE_HOME", temporary_path(state, "state"), 1);
    start(&o);
    assert_string_equal(o.runner.app.offer, "");
    press(&o, ":go 2<CR><Space>:rule gamma(0.5)<CR>s\\conv<CR>j");
    const int layer = o.runner.app.layer;
    end(&o);
    start(&o);
    assert_string_equal(o.runner.app.offer, "restore the last session (1 rule, 1 tag, at /features/features.7/Conv)?");
    assert_string_equal(lrp_facts_text(&o.runner.app.facts, LRP_SETTING_SKIP_CHECKS), "false");
    press(&o, "y");
    assert_string_equal(lrp_facts_text(&o.runner.app.facts, LRP_SETTING_SKIP_CHECKS), "true");
    assert_true(o.runner.app.tagged[2]);
    assert_string_equal(o.runner.app.filter, "conv");
    assert_int_equal(o.runner.app.layer, layer);
    assert_string_equal(o.runner.snapshot->rules[2], "gamma(0.5)");
    press(&o, "z"); /* restoring is a step like any other */
    assert_string_equal(lrp_facts_text(&o.runner.app.facts, LRP_SETTING_SKIP_CHECKS), "false");
    end(&o);
}

/* Keys, and what is said of the step. */
static void undoing_says_what_changes(void **state)
{
    static const struct {
        const char *keys, *said;
    } cases[] = {{"sz", "undone: skip_checks false"},
                 {"szZ", "redone: skip_checks true"},
                 {":go 2<CR>:rule zero<CR>z", "undone: /features/features.2/Conv loses zero"},
                 {":go 2<CR>:rule zero<CR>zZ", "redone: /features/features.2/Conv has zero"},
                 {":go 2<CR>:rule zero<CR>:rule gamma(0.5)<CR>z", "undone: /features/features.2/Conv has zero"},
                 {"aj:rule zero<CR>z", "undone: rules of 12 layers"},
                 {"uSz", "undone: hard-swish no longer registered"},
                 {":register /features/*<CR>", "layer /features/* registered"},
                 {":register activation /features/*<CR>:go 4<CR>S", "activation /features/* unregistered"},
                 {":register activation hard-swish<CR>", "activation hard-swish registered"},
                 {":register domain:a<CR>:register domain:a<CR>", "layer domain:a unregistered"},
                 {":register activation /features/*<CR>z", "undone: /features/* no longer registered"},
                 {":target 3<CR>z", "undone: target back to its default"},
                 {":go 2<CR>x", "nothing to reset: the layer has the composite's rule"},
                 {":go 2<CR>:rule flat<CR>aj:rule gradient<CR>z", "undone: rules of 12 layers"},
                 {"z", "nothing to undo"},
                 {"Z", "nothing to redo"}};
    struct opened o;
    setenv("XDG_STATE_HOME", temporary_path(state, "state"), 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        start(&o);
        press(&o, "<Esc>");
        press(&o, cases[i].keys);
        assert_string_equal(o.runner.app.status, cases[i].said);
        end(&o);
    }
}

/* What was typed and refused stays, with the reason beside it, until it is mended or given up. */
static void what_is_refused_can_be_mended(void **state)
{
    struct opened o;
    setenv("XDG_STATE_HOME", temporary_path(state, "state"), 1);
    start(&o);
    press(&o, ":go 2<CR>re<C-u>gamma(x)<CR>");
    assert_int_equal(o.runner.app.prompt.kind, LRP_PROMPT_RULE);
    assert_string_equal(lrp_lineedit_text(&o.runner.app.edits[LRP_PROMPT_RULE]), "gamma(x)");
    assert_true(o.runner.app.status_error && strstr(o.runner.app.status, "gamma"));
    press(&o, "<BS><BS>");
    assert_string_equal(o.runner.app.status, "");
    press(&o, "0.5)<CR>");
    assert_int_equal(o.runner.app.prompt.kind, LRP_PROMPT_NONE);
    assert_string_equal(o.runner.snapshot->rules[2], "gamma(0.5)");
    press(&o, "Re<C-u>no-such<CR>");
    assert_int_equal(o.runner.app.prompt.kind, LRP_PROMPT_COMPOSITE);
    press(&o, "<Esc>");
    assert_int_equal(o.runner.app.prompt.kind, LRP_PROMPT_NONE);
    assert_string_equal(lrp_facts_text(&o.runner.app.facts, LRP_SETTING_COMPOSITE), "epsilon-plus-flat");
    end(&o);
}

/* Whatever is typed, and how it is refused: in the words that follow, with no name of the model that the header shows. */
static void every_prompt_stays_open_for_what_is_refused(void **state)
{
    static const struct {
        const char *keys;
        enum lrp_prompt_kind prompt;
        const char *text, *said;
    } cases[] = {{":no-such<CR>", LRP_PROMPT_COMMAND, "no-such", "no such command: no-such"},
                 {":go 99<CR>", LRP_PROMPT_COMMAND, "go 99", "no layer 99"},
                 {":go 2<CR>:rule nothing<CR>", LRP_PROMPT_COMMAND, "rule nothing", "unknown rule nothing"},
                 {":set gamma x<CR>", LRP_PROMPT_COMMAND, "set gamma x", "gamma 'x' is not valid"},
                 {":composite nothing<CR>", LRP_PROMPT_COMMAND, "composite nothing", "unknown composite or rule nothing"},
                 {"i<C-u>/no/such.png<CR>", LRP_PROMPT_INPUT, "/no/such.png", "/no/such.png: "},
                 {"w<C-u>/no/such/rules.json<CR>", LRP_PROMPT_WRITE, "/no/such/rules.json", "/no/such/rules.json: "}};
    setenv("XDG_STATE_HOME", temporary_path(state, "state"), 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct opened o;
        start(&o);
        press(&o, cases[i].keys);
        if (o.runner.app.prompt.kind != cases[i].prompt ||
            strncmp(o.runner.app.status, cases[i].said, strlen(cases[i].said)) != 0)
            fail_msg("%s: prompt %d, said %s", cases[i].keys, (int)o.runner.app.prompt.kind, o.runner.app.status);
        assert_string_equal(lrp_lineedit_text(&o.runner.app.edits[cases[i].prompt]), cases[i].text);
        press(&o, "<Esc>");
        assert_int_equal(o.runner.app.prompt.kind, LRP_PROMPT_NONE);
        end(&o);
    }
}

static void not_answering_loses_nothing(void **state)
{
    struct opened o;
    setenv("XDG_STATE_HOME", temporary_path(state, "state"), 1);
    start(&o);
    press(&o, ":go 2<CR>:rule zero<CR>");
    end(&o);
    start(&o);
    assert_true(o.runner.app.offer[0]);
    press(&o, "jjj"); /* keys work meanwhile */
    assert_int_equal(o.runner.app.layer, 3);
    assert_true(o.runner.app.offer[0]);
    end(&o);
    start(&o);
    assert_true(o.runner.app.offer[0]);
    press(&o, "s"); /* another setting: this session is kept now, the last one is still at hand */
    assert_string_equal(o.runner.app.offer, "");
    press(&o, ":restore<CR>");
    assert_string_equal(o.runner.snapshot->rules[2], "zero");
    end(&o);
}

static void no_ends_the_offer(void **state)
{
    struct opened o;
    setenv("XDG_STATE_HOME", temporary_path(state, "state"), 1);
    start(&o);
    press(&o, "jj");
    end(&o);
    start(&o);
    assert_string_equal(o.runner.app.offer, "restore the last session (at /features/features.2/Conv)?");
    press(&o, "n");
    assert_string_equal(o.runner.app.offer, "");
    assert_int_equal(o.runner.app.layer, 0);
    end(&o);
    start(&o);
    assert_string_equal(o.runner.app.offer, ""); /* at the input, nothing else */
    end(&o);
}

static void write_file(const char *path, const char *text)
{
    struct lrp_error err = {0};
    check_ok(lrp_output_write(path, text, strlen(text), &err), &err);
}

static void broken_files_are_as_none(void **state)
{
    struct opened o;
    char path[5000];
    setenv("XDG_STATE_HOME", temporary_path(state, "state"), 1);
    start(&o);
    press(&o, "jjs");
    lrp_runner_keep_place(&o.runner);
    snprintf(path, sizeof path, "%.4000s.place.json", o.runner.kept.stem);
    write_file(path, "{\"tags\": [1, {}, \"nowhere\"], \"layer\": 7, \"view\": \"moon\"");
    snprintf(path, sizeof path, "%.4000s.lrpscope.json", o.runner.kept.stem);
    write_file(path, "{\"rules\": 3}");
    free(o.runner.kept.stem);
    o.runner.kept.stem = NULL;
    end(&o);
    start(&o);
    assert_string_equal(o.runner.app.offer, "");
    press(&o, ":restore<CR>");
    assert_non_null(strstr(o.runner.app.status, "no earlier session"));
    end(&o);
}

static const char *beside(void **state, const char *name, const char *text)
{
    const char *path = temporary_path(state, name);
    struct lrp_error err;
    check_ok(lrp_output_write(path, text, strlen(text), &err), &err);
    return path;
}

/* How pictures are prepared and what classes are called is offered from the files that hubs keep beside a model; what was told
 * is not offered again. */
static void files_beside_the_model_are_offered(void **state)
{
    struct opened o;
    char *whole = realpath(demo, NULL);
    assert_non_null(whole);
    setenv("XDG_STATE_HOME", temporary_path(state, "state"), 1);
    const char *model = temporary_path(state, "m.onnx");
    assert_int_equal(symlink(whole, model), 0);
    free(whole);
    beside(state, "config.json", "{\"hidden_size\": 3}"); /* names no classes */
    start_with(&o, model);
    assert_string_equal(o.runner.app.offer, "");
    end(&o);
    beside(state, "preprocessor_config.json",
           "{\"do_rescale\": true, \"rescale_factor\": 0.00784313725, \"image_mean\": [1], \"image_std\": [1]}");
    start_with(&o, model);
    assert_string_equal(o.runner.app.offer, "take preprocessor_config.json, which lies beside the model?");
    press(&o, "n");
    assert_string_equal(o.runner.app.facts.preprocess, "");
    end(&o);
    beside(state, "config.json", "{\"id2label\": {\"0\": \"ant\", \"1\": \"bee\"}}");
    start_with(&o, model);
    assert_string_equal(o.runner.app.offer, "take preprocessor_config.json and config.json, which lie beside the model?");
    press(&o, "y");
    assert_string_equal(o.runner.app.facts.preprocess, "x/127.5-1");
    assert_string_equal(lrp_snapshot_label(o.runner.snapshot, 1), "bee");
    press(&o, "z"); /* a step like any other */
    assert_string_equal(o.runner.app.facts.preprocess, "");
    press(&o, "Z");
    end(&o);
    start_with(&o, model); /* now it is the last session's */
    assert_string_equal(o.runner.app.offer, "restore the last session (other settings, at the input)?");
    press(&o, "y");
    assert_string_equal(o.runner.app.facts.preprocess, "x/127.5-1");
    end(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(yes_brings_everything_back, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(undoing_says_what_changes, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(not_answering_loses_nothing, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(what_is_refused_can_be_mended, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(every_prompt_stays_open_for_what_is_refused, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(files_beside_the_model_are_offered, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(no_ends_the_offer, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(broken_files_are_as_none, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
