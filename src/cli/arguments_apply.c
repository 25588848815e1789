/* arguments_apply.c: what options do to the arguments, one by one and all together. */
#include "arguments_apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "batch_results.h"
#include "commands.h"
#include "tui.h"

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

enum lrp_status lrp_cli_apply_one(const struct lrp_given_option *given, struct lrp_arguments *out, struct lrp_error *err)
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
    case LRP_OPTION_CHANNELS:
        if (!out->command->lists_channels || *given->text < '0' || *given->text > '9')
            return lrp_settings_set(out->settings, (enum lrp_setting)option->setting, given->text, err);
        out->only_channels = given->text;
        return LRP_OK;
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

void lrp_cli_forget_inputs(struct lrp_arguments *out)
{
    for (size_t i = 0; i < out->named_count; i++) free(out->named[i].name);
    out->named_count = 0;
}

enum lrp_status lrp_cli_apply(const struct lrp_given_option *given, size_t count, const struct lrp_given_option *only,
                              struct lrp_arguments *out, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    lrp_cli_forget_inputs(out);
    for (size_t i = 0; !status && i < count; i++)
        if (given[i].option->kind == LRP_OPTION_PLUGIN) status = lrp_settings_add_plugin(out->settings, given[i].text, err);
    for (size_t i = 0; !status && i < count; i++)
        if (given[i].option->kind == LRP_OPTION_RULES_FILE && (!only || only == &given[i]))
            status = read_rules(out, given[i].text, false, err);
    for (size_t i = 0; !status && i < count; i++) {
        status = lrp_cli_apply_one(&given[i], out, err);
        const bool rule = given[i].option->kind == LRP_OPTION_RULE; /* there may be several */
        if (status == LRP_USAGE)
            lrp_fail_context(err, status, "--%s%s%s", given[i].option->name, rule ? " " : "", rule ? given[i].text : "");
    }
    return status;
}

enum lrp_status lrp_cli_apply_each(const struct lrp_given_option *given, size_t count, struct lrp_arguments *out,
                                   struct lrp_error *err)
{
    struct lrp_settings *all = out->settings;
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < count; i++) {
        if (given[i].option->kind != LRP_OPTION_RULES_FILE) continue;
        struct lrp_cli_alternative *one = &out->alternatives[out->alternative_count++];
        one->name = given[i].text;
        status = lrp_settings_new(&one->settings, err);
        out->settings = one->settings;
        if (!status) status = lrp_cli_apply(given, count, &given[i], out, err);
    }
    out->settings = all;
    return status;
}

enum lrp_status lrp_cli_apply_found(const struct lrp_given_option *given, size_t count, struct lrp_arguments *out,
                                    struct lrp_error *err)
{
    char path[4096];
    for (size_t i = 0; i < count; i++)
        if (given[i].option->kind == LRP_OPTION_RULES_FILE) return LRP_OK;
    if (!out->results && (!out->command->finds_rules || !out->model || !lrp_tui_rules_of(out->model, path, sizeof path)))
        return LRP_OK;
    out->found = out->results ? lrp_cli_results_rules(out->results) : strdup(path);
    return out->found ? read_rules(out, out->found, true, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
}
