/* arguments.c: from argv to struct lrp_arguments. */
#include "arguments.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lrpscope/session.h"

#include "arguments_apply.h"
#include "batch_results.h"
#include "commands.h"
#include "folders.h"
#include "hub.h"
#include "options.h"

struct argument_parser {
    int argc;
    char **argv;
    struct lrp_given_option *given;
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
    p->given[p->given_count++] = (struct lrp_given_option){option, text};
    return LRP_OK;
}

static enum lrp_status take_letters(struct argument_parser *p, const char *letters, struct lrp_error *err)
{
    if (!letters[0] || letters[1]) /* one letter at a time, so that -xyz is not silently three options */
        return unknown_option(p, "-", letters, err);
    const struct lrp_option *option = lrp_cli_option_letter(letters[0]);
    if (!option) return unknown_option(p, "-", letters, err);
    p->given[p->given_count++] = (struct lrp_given_option){option, NULL};
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

/* --help and --version hold whatever else the line says, as long as it can be read. */
static bool asks_for_help(const struct argument_parser *p)
{
    for (size_t i = 0; i < p->given_count; i++)
        if (!strcmp(p->given[i].option->name, "help") || !strcmp(p->given[i].option->name, "version")) return true;
    return false;
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
            if (p.given[i].option->kind == LRP_OPTION_SWITCH) lrp_cli_apply_one(&p.given[i], out, NULL);
    } else if (!status) {
        status = check_given(&p, out->command, err);
        for (size_t i = 0; i < p.given_count; i++)
            if (p.given[i].option->kind == LRP_OPTION_RULES_FILE) out->rules[out->rules_count++] = p.given[i].text;
        if (!status) status = lrp_cli_results_open(out, err);
        if (!status) status = lrp_cli_hub_open(out, err);
        if (!status) status = lrp_cli_apply_found(p.given, p.given_count, out, err);
        if (!status && out->command->sets_apart) status = lrp_cli_apply_each(p.given, p.given_count, out, err);
        if (!status) status = lrp_cli_apply(p.given, p.given_count, NULL, out, err);
        if (out->at_list.count) out->at = out->at_list.items[out->at_list.count - 1];
        if (!status) status = lrp_cli_hub_settle(out, err);
        if (!status) status = require(out, err);
        if (!status) status = lrp_cli_folders_open(out, err);
    }
    free(p.given);
    free(p.plain);
    if (status) lrp_cli_arguments_free(out);
    return status;
}

void lrp_cli_arguments_free(struct lrp_arguments *arguments)
{
    lrp_cli_forget_inputs(arguments);
    free(arguments->named);
    for (size_t i = 0; i < arguments->alternative_count; i++) lrp_settings_free(arguments->alternatives[i].settings);
    free(arguments->alternatives);
    free(arguments->inputs);
    lrp_manifest_free(&arguments->listed);
    free(arguments->rules);
    free(arguments->settings_named.items);
    free(arguments->at_list.items);
    free(arguments->metrics.items);
    free(arguments->attributions.items);
    free(arguments->found);
    free(arguments->results);
    free(arguments->results_model);
    free(arguments->hub);
    free(arguments->hub_path);
    free(arguments->hub_note);
    free(arguments->warnings);
    lrp_settings_free(arguments->settings);
    *arguments = (struct lrp_arguments){0};
}
