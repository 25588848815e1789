/* test_arguments.c: what a command line comes to: commands, options, settings, errors. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#include "arguments.h"
#include "commands.h"
#include "options.h"

enum { MOST = 32 };

/* Splits "a b c" at blanks and parses it; `line` must stay. */
static enum lrp_status parse(char *line, struct lrp_arguments *out, struct lrp_error *err)
{
    char *argv[MOST] = {(char[]){"lrpscope"}};
    int argc = 1;
    for (char *word = strtok(line, " "); word && argc < MOST; word = strtok(NULL, " ")) argv[argc++] = word;
    return lrp_cli_arguments_parse(argc, argv, out, err);
}

static void a_wrong_line_is_a_usage_error_that_names_the_cause(void **state)
{
    (void)state;
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"explain m i --heatmp x", "unknown option --heatmp (nearest: --heatmap)"},
        {"check m --compsite zero", "nearest: --composite"},
        {"check m -z", "unknown option -z"},
        {"explain m i --heatmap", "--heatmap needs a value"},
        {"check m --json=1", "--json takes no value"},
        {"explain m i --method foo", "unknown method foo"},
        {"explain m i --method foo", "lrpscope methods"},
        {"layers m --heatmap x.png", "--heatmap is no option of layers, but of explain"},
        {"convert m o.json --json", "--json is no option of convert, but of choose"},
        {"run m i --composite zero", "--composite is no option of run, but of layers"},
        {"m --top 3", "--top is no option of the inspector, but of run"},
        {"layers m extra", "unexpected argument \"extra\""},
        {"rules extra", "unexpected argument \"extra\""},
        {"check", "no MODEL given"},
        {"explain m i --repeat 0", "--repeat"},
        {"explain m i --repeat 1x", "--repeat"},
        {"explain m i --rule zero", "SELECTOR=RULE"},
        {"explain m i --rule =zero", "SELECTOR=RULE"},
        {"explain m i --rule 1=nonsense", "nonsense"},
        {"explain m i --rule 1=alpha-beta(3,1)", "alpha"},
        {"explain m --input x", "NAME=FILE"},
        {"explain m i --threads many", "--threads"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_arguments a;
        struct lrp_error err = {0};
        char *line = strdup(cases[i].line);
        check_fails(parse(line, &a, &err), &err, LRP_USAGE, cases[i].message);
        assert_null(strchr(err.message, '\n'));
        free(line);
    }
}

static void a_command_name_wins_over_a_file_of_that_name(void **state)
{
    (void)state;
    static const struct {
        const char *line, *command, *model;
        size_t inputs;
    } cases[] = {
        {"check check", "check", "check", 0}, {"./check", "", "./check", 0},
        {"m.onnx", "", "m.onnx", 0},          {"m.onnx i.png", "", "m.onnx", 1},
        {"--json check m", "check", "m", 0},  {"explain m a b -", "explain", "m", 3},
        {"rules", "rules", NULL, 0},          {"explain m -- --json", "explain", "m", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_arguments a;
        struct lrp_error err = {0};
        char *line = strdup(cases[i].line);
        check_ok(parse(line, &a, &err), &err);
        assert_string_equal(a.command->name, cases[i].command);
        if (cases[i].model)
            assert_string_equal(a.model, cases[i].model);
        else
            assert_null(a.model);
        assert_int_equal(a.input_count, cases[i].inputs);
        lrp_cli_arguments_free(&a);
        free(line);
    }
}

static void options_become_settings(void **state)
{
    (void)state;
    char line[] = "explain m i --composite=zero --rule a=b=zero --no-fuse --target 3 --target 4 --support-layer Clip "
                  "--repeat 7 --heatmap h.png -q";
    struct lrp_arguments a;
    struct lrp_error err = {0};
    check_fails(parse(line, &a, &err), &err, LRP_USAGE, "b=zero"); /* the selector ends at the first = */
    char good[] = "explain m i --composite=zero --rule type:dense=epsilon(0.25,bias=off) --no-fuse --target 3 --target 4 "
                  "--support-layer Clip --repeat 7 -q";
    check_ok(parse(good, &a, &err), &err);
    assert_string_equal(lrp_settings_get(a.settings, LRP_SETTING_COMPOSITE), "zero");
    assert_string_equal(lrp_settings_get(a.settings, LRP_SETTING_TARGET), "4");
    assert_false(lrp_settings_flag(a.settings, LRP_SETTING_FUSE));
    assert_true(lrp_settings_flag(a.settings, LRP_SETTING_CANONIZE));
    assert_int_equal(lrp_settings_rule_count(a.settings), 1);
    assert_string_equal(lrp_settings_rule_at(a.settings, 0).select, "type:dense");
    assert_string_equal(lrp_settings_rule_at(a.settings, 0).rule, "epsilon(0.25,bias=off)");
    assert_string_equal(lrp_settings_layer_at(a.settings, 0), "Clip");
    assert_int_equal(a.repeat, 7);
    assert_true(a.quiet);
    assert_false(a.json);
    lrp_cli_arguments_free(&a);
}

static void options_beat_the_rules_file_whatever_their_order(void **state)
{
    (void)state;
    char path[] = "/tmp/lrp-rules-XXXXXX";
    const int fd = mkstemp(path);
    static const char text[] = "{\"lrpscope\": 1, \"composite\": \"zero\", \"convention\": \"zennit\"}";
    assert_int_equal(write(fd, text, sizeof text - 1), (int)sizeof text - 1);
    close(fd);
    for (size_t i = 0; i < 2; i++) {
        char line[120];
        snprintf(line, sizeof line,
                 i ? "check m --rules %s --composite epsilon-plus" : "check m --composite epsilon-plus --rules %s", path);
        struct lrp_arguments a;
        struct lrp_error err = {0};
        check_ok(parse(line, &a, &err), &err);
        assert_string_equal(lrp_settings_get(a.settings, LRP_SETTING_COMPOSITE), "epsilon-plus");
        assert_string_equal(lrp_settings_get(a.settings, LRP_SETTING_CONVENTION), "zennit");
        lrp_cli_arguments_free(&a);
    }
    unlink(path);
}

static void a_name_that_holds_an_equals_sign_stands_in_quotes(void **state)
{
    (void)state;
    char line[] = "explain m --input \"a=b\"=f.npy --input \"c=g.npy --rule \"x=y\"=zero --rule z=epsilon(bias=off)";
    struct lrp_arguments a;
    struct lrp_error err = {0};
    check_ok(parse(line, &a, &err), &err);
    assert_string_equal(a.named[0].name, "a=b");
    assert_string_equal(a.named[0].path, "f.npy");
    assert_string_equal(a.named[1].name, "\"c"); /* a quote that is never closed is a letter */
    assert_string_equal(a.named[1].path, "g.npy");
    assert_string_equal(lrp_settings_rule_at(a.settings, 0).select, "x=y");
    assert_string_equal(lrp_settings_rule_at(a.settings, 1).select, "z");
    assert_string_equal(lrp_settings_rule_at(a.settings, 1).rule, "epsilon(bias=off)");
    lrp_cli_arguments_free(&a);
}

static void help_holds_whatever_else_is_missing(void **state)
{
    (void)state;
    char line[] = "explain --help";
    struct lrp_arguments a;
    struct lrp_error err = {0};
    check_ok(parse(line, &a, &err), &err);
    assert_true(a.help);
    assert_string_equal(a.command->name, "explain");
    lrp_cli_arguments_free(&a);
}

#define check_option(option, holds, what)                                                                                      \
    if (!(holds)) fail_msg("the option --%s %s", (option)->name, what)

static void no_row_of_a_table_is_empty_or_doubled(void **state)
{
    (void)state;
    const struct lrp_option *option;
    for (size_t i = 0; (option = lrp_cli_option_at(i)); i++) {
        if (!option->name || !*option->name) fail_msg("the option behind --%s has no name", i ? option[-1].name : "none");
        check_option(option, option->commands != 0, "says no command that honours it");
        check_option(option, option->section != LRP_SECTION_UNSET, "says not where it stands in the help: IN(...)");
        check_option(option, option->kind != 0, "says not what is done with it: SETTING, TEXT, SWITCH ...");
        check_option(option, option->help ? *option->help : option->only_words, "has no help");
        check_option(option, lrp_cli_option_find(option->name, strlen(option->name)) == option, "is there twice");
        check_option(option, !option->letter || lrp_cli_option_letter(option->letter) == option, "has another's letter");
        const bool is_switch = option->kind == LRP_OPTION_SWITCH || option->kind == LRP_OPTION_SETTING_FLAG;
        check_option(option, is_switch == !option->argument, "takes an argument, or is a switch: not both");
    }
    for (size_t i = 0; i < LRP_COMMAND_COUNT; i++) {
        const struct lrp_command *c = &lrp_cli_commands[i];
        if (!c->name) fail_msg("the command behind %s has no name", i ? c[-1].name : "none");
        if (!c->summary || !c->details) fail_msg("the command %s says not what it does", c->name);
        if (!c->run) fail_msg("the command %s has no function", c->name);
        if (!c->examples[0]) fail_msg("the command %s has no example", c->name);
        assert_ptr_equal(lrp_cli_command_find(c->name), i ? c : NULL);
    }
}

static void every_setting_is_set_by_an_option(void **state)
{
    (void)state;
    for (int setting = 0; setting < LRP_SETTING_COUNT; setting++) {
        const struct lrp_option *option;
        bool found = false;
        for (size_t i = 0; !found && (option = lrp_cli_option_at(i)); i++)
            found = (option->kind == LRP_OPTION_SETTING || option->kind == LRP_OPTION_SETTING_FLAG ||
                     option->kind == LRP_OPTION_INPUT_SHAPE || option->kind == LRP_OPTION_CONCEPT ||
                     option->kind == LRP_OPTION_CHANNELS) &&
                    option->setting == setting;
        if (!found) fail_msg("the setting %s has no option", lrp_setting_key((enum lrp_setting)setting));
    }
}

int main(void)
{
    const struct CMUnitTest rows[] = {
        cmocka_unit_test(no_row_of_a_table_is_empty_or_doubled),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_line_is_a_usage_error_that_names_the_cause),
        cmocka_unit_test(a_command_name_wins_over_a_file_of_that_name),
        cmocka_unit_test(options_become_settings),
        cmocka_unit_test(options_beat_the_rules_file_whatever_their_order),
        cmocka_unit_test(a_name_that_holds_an_equals_sign_stands_in_quotes),
        cmocka_unit_test(help_holds_whatever_else_is_missing),
        cmocka_unit_test(every_setting_is_set_by_an_option),
    };
    return check_rows_first(rows, tests);
}
