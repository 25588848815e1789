/* arguments.c: from argv to struct lrp_arguments. */
#include "arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lrpscope/session.h"

#include "commands.h"
#include "hub.h"
#include "options.h"
#include "tui.h"

/* An option as it was given; they are applied after all are known, rules files first. */
struct given {
    const struct lrp_option *option;
    const char *text;
};
struct argument_parser {
    int argc;
    char **argv;
    struct given *given;
    size_t given_count;
    const char **plain;
    size_t plain_count;
};

/* The nearest option of the command, as far as the line has named one; else of any. */
static enum lrp_status unknown_option(const struct argument_parser *p, const char *dashes, const char *wrong,
                                      struct lrp_error *err)
{
    const struct lrp_command *command = p->plain_count ? lrp_cli_command_find(p->plain[0]) : NULL;
    const unsigned commands = command ? 1u << lrp_cli_command_id(command) : LRP_FOR_ALL;
    return lrp_fail(err, LRP_USAGE, "unknown option %s%s (nearest: --%s)", dashes, wrong,
                    lrp_cli_option_nearest(wrong, commands)->name);
}

static enum lrp_status take_long(struct argument_parser *p, int *i, struct lrp_error *err)
{
    const char *name = p->argv[*i] + 2, *equals = strchr(name, '=');
    const size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const struct lrp_option *option = lrp_cli_option_find(name, length);
    if (!option) {
        char wrong[80] = {0};
        memcpy(wrong, name, length < sizeof wrong ? length : sizeof wrong - 1);
        return unknown_option(p, "--", wrong, err);
    }
    const bool formed = equals && option->form && strcmp(equals + 1, option->form) == 0;
    if (!option->argument && equals && !formed) return lrp_fail(err, LRP_USAGE, "--%s takes no value", option->name);
    if (option->argument && !equals && *i + 1 >= p->argc)
        return lrp_fail(err, LRP_USAGE, "--%s needs a value: --%s %s", option->name, option->name, option->argument);
    const char *text = equals ? equals + 1 : NULL;
    if (option->argument && !equals) text = p->argv[++*i];
    p->given[p->given_count++] = (struct given){option, text};
    return LRP_OK;
}

static enum lrp_status take_letters(struct argument_parser *p, const char *letters, struct lrp_error *err)
{
    if (!letters[0] || letters[1]) /* one letter at a time, so that -xyz is not silently three options */
        return unknown_option(p, "-", letters, err);
    const struct lrp_option *option = lrp_cli_option_letter(letters[0]);
    if (!option) return unknown_option(p, "-", letters, err);
    p->given[p->given_count++] = (struct given){option, NULL};
    return LRP_OK;
}

/* Sorts argv into options and plain arguments. */
static enum lrp_status split(struct argument_parser *p, struct lrp_error *err)
{
    bool ended = false;
    for (int i = 1; i < p->argc; i++) {
        const char *word = p->argv[i];
        enum lrp_status status = LRP_OK;
        if (ended || word[0] != '-' || !word[1])
            p->plain[p->plain_count++] = word;
        else if (!strcmp(word, "--"))
            ended = true;
        else if (word[1] == '-')
            status = take_long(p, &i, err);
        else
            status = take_letters(p, word + 1, err);
        if (status) return status;
    }
    return LRP_OK;
}

/* "chek" for "check", "inspect" for the inspector, "help" for --help: a first word that is no command must be a file, or
 * something else was meant. */
static enum lrp_status check_first_word(const struct argument_parser *p, struct lrp_error *err)
{
    const char *const word = p->plain_count ? p->plain[0] : "";
    if (!*word || lrp_cli_command_find(word) || strpbrk(word, "./") || !access(word, F_OK)) return LRP_OK;
    const struct lrp_command *meant = lrp_cli_command_nearest(word);
    const struct lrp_option *option = meant ? NULL : lrp_cli_option_find(word, strlen(word));
    if (!meant && !option) return LRP_OK;
    return lrp_fail(err, LRP_FILE, "%s: neither a command nor a file (did you mean: lrpscope %s%s?)", word, option ? "--" : "",
                    option         ? option->name
                    : *meant->name ? meant->name
                                   : meant->arguments);
}

/* The first plain argument is a command's name or the inspector's MODEL; then come MODEL and INPUTs. */
static enum lrp_status place_plain(const struct argument_parser *p, struct lrp_arguments *out, struct lrp_error *err)
{
    const char *const first = p->plain_count ? p->plain[0] : "";
    size_t next = 0;
    out->command = lrp_cli_command_find(first);
    if (out->command)
        next = 1;
    else
        out->command = &lrp_cli_commands[LRP_COMMAND_INSPECT];
    if (out->command->takes_model && next < p->plain_count) out->model = p->plain[next++];
    const size_t inputs = p->plain_count - next;
    const int most = out->command->most_inputs;
    if (most >= 0 && inputs > (size_t)most)
        return lrp_fail(err, LRP_USAGE, "unexpected argument \"%s\" (usage: lrpscope %s%s%s)", p->plain[next + (size_t)most],
                        out->command->name, *out->command->name && *out->command->arguments ? " " : "",
                        out->command->arguments);
    for (; next < p->plain_count; next++) out->inputs[out->input_count++] = p->plain[next];
    return LRP_OK;
}

/* The command that takes an option and stands nearest to another in the table, where kin stand together. */
static const struct lrp_command *nearest_taking(const struct lrp_option *option, const struct lrp_command *command)
{
    const int at = (int)lrp_cli_command_id(command);
    for (int away = 1; away < LRP_COMMAND_COUNT; away++)
        for (int other = at - away; other <= at + away; other += 2 * away)
            if (other >= 0 && other < LRP_COMMAND_COUNT && option->commands & 1u << other) return &lrp_cli_commands[other];
    return command;
}

static enum lrp_status check_given(const struct argument_parser *p, const struct lrp_command *command, struct lrp_error *err)
{
    const unsigned bit = 1u << lrp_cli_command_id(command);
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < p->given_count; i++) {
        const struct lrp_option *option = p->given[i].option;
        const char *text = p->given[i].text;
        if (!(option->commands & bit))
            return lrp_fail(err, LRP_USAGE, "--%s is no option of %s, but of %s (lrpscope %s%s--help lists its own)",
                            option->name, lrp_cli_command_label(command),
                            lrp_cli_command_label(nearest_taking(option, command)), command->name, *command->name ? " " : "");
        if (text && option->form && !(option->form_commands & bit))
            return lrp_fail(err, LRP_USAGE, "--%s=%s is no option of %s", option->name, text, lrp_cli_command_label(command));
        if (!text || lrp_cli_option_takes(option, text)) continue;
        char *words = lrp_cli_option_words(option, true);
        status =
            lrp_fail(err, LRP_USAGE, "--%s %s: there is no such choice (one of: %s)", option->name, text, words ? words : "");
        free(words);
    }
    return status;
}

/* Splits "LEFT=RIGHT" at the first =; a left side that holds one is written in double quotes ("a=b"=RIGHT). *left is the
 * caller's; *right lies in the text. */
static enum lrp_status split_pair(const char *text, const char *form, char **left, const char **right, struct lrp_error *err)
{
    const char *closing = *text == '"' ? strstr(text + 1, "\"=") : NULL;
    const char *begin = closing ? text + 1 : text, *end = closing ? closing : strchr(text, '=');
    *right = end ? end + (closing ? 2 : 1) : NULL;
    if (!end || end == begin || !**right) return lrp_fail(err, LRP_USAGE, "%s: not of the form %s", text, form);
    *left = strndup(begin, (size_t)(end - begin));
    return *left ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status add_rule(struct lrp_settings *settings, const char *text, struct lrp_error *err)
{
    char *select = NULL;
    const char *rule;
    enum lrp_status status = split_pair(text, "SELECTOR=RULE", &select, &rule, err);
    if (!status) status = lrp_settings_add_rule(settings, select, rule, err);
    free(select);
    return status;
}

static enum lrp_status add_input(struct lrp_arguments *out, const char *text, struct lrp_error *err)
{
    char *name = NULL;
    const char *path;
    const enum lrp_status status = split_pair(text, "NAME=FILE", &name, &path, err);
    if (!status) out->named[out->named_count++] = (struct lrp_cli_input){.name = name, .path = path};
    return status;
}

static enum lrp_status set_counter(long *out, const char *text, struct lrp_error *err)
{
    char *end = NULL;
    errno = 0;
    const long value = strtol(text, &end, 10);
    if (errno || end == text || *end || value < 1 || value > 1000000)
        return lrp_fail(err, LRP_USAGE, "must be a whole number from 1 to 1000000, not %s", text);
    *out = value;
    return LRP_OK;
}

static enum lrp_status read_rules(struct lrp_arguments *out, const char *path, bool found, struct lrp_error *err)
{
    char *warnings = NULL;
    const enum lrp_status status = (found ? lrp_settings_read_found : lrp_settings_read)(out->settings, path, &warnings, err);
    if (status || !warnings) return status;
    if (!out->warnings) {
        out->warnings = warnings;
        return LRP_OK;
    }
    const size_t old = strlen(out->warnings), more = strlen(warnings);
    char *joined = realloc(out->warnings, old + more + 2);
    if (joined) {
        joined[old] = '\n';
        memcpy(joined + old + 1, warnings, more + 1);
        out->warnings = joined;
    }
    free(warnings);
    return joined ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* Only words of the table were let in. */
static unsigned choice_of(const struct lrp_option *option, const char *text)
{
    unsigned index = 0;
    for (const char *word; (word = option->words(index)) && strcmp(word, text) != 0;) index++;
    return index;
}

static enum lrp_status apply_one(const struct given *given, struct lrp_arguments *out, struct lrp_error *err)
{
    const struct lrp_option *option = given->option;
    char *const field = (char *)out + option->offset;
    switch (option->kind) {
    case LRP_OPTION_SETTING:
        return lrp_settings_set(out->settings, (enum lrp_setting)option->setting, given->text, err);
    case LRP_OPTION_SETTING_FLAG:
        return lrp_settings_set_flag(out->settings, (enum lrp_setting)option->setting, option->value, err);
    case LRP_OPTION_CONCEPT:
        return lrp_settings_add_concept(out->settings, given->text, err);
    case LRP_OPTION_INPUT_SHAPE:
        return lrp_settings_add_input_shape(out->settings, given->text, err);
    case LRP_OPTION_RULE:
        return add_rule(out->settings, given->text, err);
    case LRP_OPTION_RULES_FILE:
        return LRP_OK; /* was read before all others */
    case LRP_OPTION_SUPPORT_LAYER:
        return lrp_settings_register_layer(out->settings, given->text, true, err);
    case LRP_OPTION_SUPPORT_ACTIVATION:
        return lrp_settings_register_activation(out->settings, given->text, true, err);
    case LRP_OPTION_INPUT:
        return add_input(out, given->text, err);
    case LRP_OPTION_TEXT:
        memcpy(field, &given->text, sizeof given->text);
        return LRP_OK;
    case LRP_OPTION_LIST: {
        struct lrp_cli_list *list = (struct lrp_cli_list *)(void *)field;
        const char **more = realloc(list->items, (list->count + 1) * sizeof *more);
        if (!more) return lrp_fail(err, LRP_MEMORY, "not enough memory");
        more[list->count++] = given->text;
        list->items = more;
        return LRP_OK;
    }
    case LRP_OPTION_SWITCH:
        memcpy(field, &(bool){true}, sizeof(bool));
        if (given->text) memcpy((char *)out + option->form_offset, &given->text, sizeof given->text);
        return LRP_OK;
    case LRP_OPTION_CHOICE:
        memcpy(field, &(unsigned){choice_of(option, given->text)}, sizeof(unsigned));
        return LRP_OK;
    case LRP_OPTION_COUNTER: {
        long value = 0;
        const enum lrp_status status = set_counter(&value, given->text, err);
        memcpy(field, &value, sizeof value);
        return status;
    }
    case LRP_OPTION_PLUGIN:
        return LRP_OK; /* likewise */
    }
    return LRP_OK;
}

static void forget_inputs(struct lrp_arguments *out)
{
    for (size_t i = 0; i < out->named_count; i++) free(out->named[i].name);
    out->named_count = 0;
}

/* Plugins first, then rules files, all of them or the one that is the `only`-th argument given, then the options. */
static enum lrp_status apply(const struct argument_parser *p, const struct given *only, struct lrp_arguments *out,
                             struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    forget_inputs(out);
    for (size_t i = 0; !status && i < p->given_count; i++)
        if (p->given[i].option->kind == LRP_OPTION_PLUGIN)
            status = lrp_settings_add_plugin(out->settings, p->given[i].text, err);
    for (size_t i = 0; !status && i < p->given_count; i++)
        if (p->given[i].option->kind == LRP_OPTION_RULES_FILE && (!only || only == &p->given[i]))
            status = read_rules(out, p->given[i].text, false, err);
    for (size_t i = 0; !status && i < p->given_count; i++) {
        status = apply_one(&p->given[i], out, err);
        const bool rule = p->given[i].option->kind == LRP_OPTION_RULE; /* there may be several */
        if (status == LRP_USAGE)
            lrp_fail_context(err, status, "--%s%s%s", p->given[i].option->name, rule ? " " : "", rule ? p->given[i].text : "");
    }
    return status;
}

/* compare sets every rules file against the others: settings of its own for each. */
static enum lrp_status apply_each(const struct argument_parser *p, struct lrp_arguments *out, struct lrp_error *err)
{
    struct lrp_settings *all = out->settings;
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < p->given_count; i++) {
        if (p->given[i].option->kind != LRP_OPTION_RULES_FILE) continue;
        struct lrp_cli_alternative *one = &out->alternatives[out->alternative_count++];
        one->name = p->given[i].text;
        status = lrp_settings_new(&one->settings, err);
        out->settings = one->settings;
        if (!status) status = apply(p, &p->given[i], out, err);
    }
    out->settings = all;
    return status;
}

/* --help and --version hold whatever else the line says, as long as it can be read. */
static bool asks_for_help(const struct argument_parser *p)
{
    for (size_t i = 0; i < p->given_count; i++)
        if (!strcmp(p->given[i].option->name, "help") || !strcmp(p->given[i].option->name, "version")) return true;
    return false;
}

/* Only the inspector looks for a rules file by itself; one that is named replaces it, options go over it. */
static enum lrp_status read_found(const struct argument_parser *p, struct lrp_arguments *out, struct lrp_error *err)
{
    char path[4096];
    for (size_t i = 0; i < p->given_count; i++)
        if (p->given[i].option->kind == LRP_OPTION_RULES_FILE) return LRP_OK;
    if (!out->command->finds_rules || !out->model || !lrp_tui_rules_of(out->model, path, sizeof path)) return LRP_OK;
    out->found = strdup(path);
    return out->found ? read_rules(out, path, true, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status require(const struct lrp_arguments *out, struct lrp_error *err)
{
    const struct lrp_command *command = out->command;
    if (out->document || !command->takes_model || (command->may_lack_model && !out->model)) return LRP_OK;
    if (!out->model && !command->name[0] && !out->named_count)
        return LRP_OK; /* the inspector offers some, if there is a terminal */
    if (!out->model)
        return lrp_fail(err, LRP_USAGE, "no MODEL given (usage: lrpscope %s%s%s; lrpscope --help tells more)", command->name,
                        command->name[0] ? " " : "", command->arguments);
    return LRP_OK;
}

enum lrp_status lrp_cli_arguments_parse(int argc, char **argv, struct lrp_arguments *out, struct lrp_error *err)
{
    const size_t most = (size_t)argc + 1;
    struct argument_parser p = {
        .argc = argc, .argv = argv, .given = calloc(most, sizeof *p.given), .plain = calloc(most, sizeof *p.plain)};
    *out = (struct lrp_arguments){.repeat = 1, .color = "auto", .show = LRP_SHOW_RELEVANCE, .scale_tokens = ""};
    out->inputs = calloc(most, sizeof *out->inputs);
    out->named = calloc(most, sizeof *out->named);
    out->alternatives = calloc(most, sizeof *out->alternatives);
    out->rules = calloc(most, sizeof *out->rules);
    enum lrp_status status = LRP_OK;
    if (!p.given || !p.plain || !out->inputs || !out->named || !out->alternatives || !out->rules)
        status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_settings_new(&out->settings, err);
    if (!status) status = split(&p, err);
    if (!status && !asks_for_help(&p)) status = check_first_word(&p, err);
    if (!status) status = place_plain(&p, out, err);
    if (!status && asks_for_help(&p)) {
        for (size_t i = 0; i < p.given_count; i++)
            if (p.given[i].option->kind == LRP_OPTION_SWITCH) apply_one(&p.given[i], out, NULL);
    } else if (!status) {
        status = check_given(&p, out->command, err);
        for (size_t i = 0; i < p.given_count; i++)
            if (p.given[i].option->kind == LRP_OPTION_RULES_FILE) out->rules[out->rules_count++] = p.given[i].text;
        if (!status) status = lrp_cli_hub_open(out, err);
        if (!status) status = read_found(&p, out, err);
        if (!status && out->command->sets_apart) status = apply_each(&p, out, err);
        if (!status) status = apply(&p, NULL, out, err);
        if (!status) status = lrp_cli_hub_settle(out, err);
        if (!status) status = require(out, err);
    }
    free(p.given);
    free(p.plain);
    if (status) lrp_cli_arguments_free(out);
    return status;
}

void lrp_cli_arguments_free(struct lrp_arguments *arguments)
{
    forget_inputs(arguments);
    free(arguments->named);
    for (size_t i = 0; i < arguments->alternative_count; i++) lrp_settings_free(arguments->alternatives[i].settings);
    free(arguments->alternatives);
    free(arguments->inputs);
    free(arguments->rules);
    free(arguments->settings_named.items);
    free(arguments->metrics.items);
    free(arguments->attributions.items);
    free(arguments->found);
    free(arguments->hub);
    free(arguments->hub_path);
    free(arguments->hub_note);
    free(arguments->warnings);
    lrp_settings_free(arguments->settings);
    *arguments = (struct lrp_arguments){0};
}
