/* evaluate_settings.c: the settings that are scored: composites, methods, rules files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lrpscope/composite.h"

#include "arguments.h"
#include "evaluate.h"
#include "table.h"
#include "text.h"

const char *lrp_cli_metric_word(size_t index)
{
    const struct lrp_metric_info *metric = lrp_metric_at(index);
    return metric ? metric->name : NULL;
}

/* "presets", composites that are one, methods. */
const char *lrp_cli_setting_word(size_t index)
{
    size_t presets = 0;
    while (lrp_composite_at(presets)) presets++;
    if (index == 0) return "presets";
    if (index <= presets) return lrp_composite_at(index - 1)->name;
    const struct lrp_method_info *method = lrp_method_at(index - presets - 1);
    return method ? method->name : NULL;
}

/* The name of a method stands before its brackets. */
static bool is_method(const char *text)
{
    const size_t length = strcspn(text, "(");
    const struct lrp_method_info *info;
    for (size_t i = 0; (info = lrp_method_at(i)); i++)
        if (strlen(info->name) == length && strncmp(info->name, text, length) == 0) return true;
    return false;
}

static bool is_file(const char *text)
{
    const size_t length = strlen(text);
    return length > 5 && strcmp(text + length - 5, ".json") == 0;
}

/* A rules file beside the plugins of the command line. `warnings` (owned; NULL: they are not asked for). */
static enum lrp_status read_rules(const struct lrp_arguments *a, const char *path, struct lrp_settings **out, char **warnings,
                                  struct lrp_error *err)
{
    char *said = NULL;
    enum lrp_status status = lrp_settings_new(out, err);
    for (size_t i = 0; !status && i < lrp_settings_plugin_count(a->settings); i++)
        status = lrp_settings_add_plugin(*out, lrp_settings_plugin_at(a->settings, i), err);
    if (!status) status = lrp_settings_read(*out, path, &said, err);
    if (warnings)
        *warnings = said;
    else
        free(said);
    return status;
}

/* A rules file under the options of the command line, which beat it but for what it is there for. */
static enum lrp_status read_file(const struct lrp_arguments *a, const char *path, struct lrp_settings **out,
                                 struct lrp_error *err)
{
    char *warnings = NULL;
    enum lrp_status status = read_rules(a, path, out, &warnings, err);
    for (int i = 0; !status && i < LRP_SETTING_COUNT; i++) {
        const enum lrp_setting setting = (enum lrp_setting)i;
        if (!lrp_settings_given(a->settings, setting) || setting == LRP_SETTING_COMPOSITE || setting == LRP_SETTING_METHOD)
            continue;
        status = lrp_setting_is_flag(setting)
                     ? lrp_settings_set_flag(*out, setting, lrp_settings_flag(a->settings, setting), err)
                     : lrp_settings_set(*out, setting, lrp_settings_get(a->settings, setting), err);
    }
    for (size_t i = 0; !status && i < lrp_settings_layer_count(a->settings); i++)
        status = lrp_settings_register_layer(*out, lrp_settings_layer_at(a->settings, i), true, err);
    for (size_t i = 0; !status && i < lrp_settings_activation_count(a->settings); i++)
        status = lrp_settings_register_activation(*out, lrp_settings_activation_at(a->settings, i), true, err);
    if (!a->quiet) lrp_cli_warn_lines(warnings);
    free(warnings);
    return status;
}

/* Names that --setting takes, with those of rules. Borrowed strings, the array is owned; NULL: no memory. */
static const char **names_of_settings(const struct lrp_rule_book *book, size_t *count)
{
    size_t rules = 0, words = 0;
    while (lrp_rule_at(book, rules)) rules++;
    while (lrp_cli_setting_word(words)) words++;
    const char **names = calloc(rules + words + 1, sizeof *names);
    *count = 0;
    for (size_t i = 0; names && i < words; i++) names[(*count)++] = lrp_cli_setting_word(i);
    for (size_t i = 0; names && i < rules; i++) names[(*count)++] = lrp_rule_at(book, i)->name;
    return names;
}

/* Before anything is computed, also for the settings before it: whether there is such a composite. What only plugins know is
 * asked later. */
static enum lrp_status check_composite(const struct lrp_settings *settings, const char *text, struct lrp_error *err)
{
    const struct lrp_rule_book *book = lrp_settings_rule_book(settings);
    char name[80];
    struct lrp_text nearest = {0};
    size_t count;
    bool known = strncmp(text, "composite(", 10) == 0 || lrp_settings_plugin_count(settings) > 0;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, "("), text);
    const char **names = names_of_settings(book, &count);
    if (!names) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; i < count; i++) known = known || strcmp(names[i], name) == 0;
    if (!known) lrp_text_nearest(&nearest, name, names, count);
    const enum lrp_status status = known ? LRP_OK
                                         : lrp_fail(err, LRP_USAGE, "there is no composite, rule or method %s (nearest: %s)",
                                                    name, nearest.data ? nearest.data : "");
    lrp_text_free(&nearest);
    free(names);
    return status;
}

/* What a file says of inputs and scores is taken where nothing else has said it, and may not be said otherwise by another. */
static enum lrp_status share_file(const struct lrp_arguments *a, const struct lrp_settings *file, const char *path,
                                  const char *sharers[LRP_SETTING_COUNT], struct lrp_error *err)
{
    for (int i = 0; i < LRP_SETTING_COUNT; i++) {
        const enum lrp_setting setting = (enum lrp_setting)i;
        if (!lrp_setting_is_of_scores(setting) || !lrp_settings_given(file, setting)) continue;
        const char *ours = lrp_settings_get(a->settings, setting), *theirs = lrp_settings_get(file, setting);
        if (strcmp(ours, theirs) == 0) continue;
        if (sharers[i])
            return lrp_fail(
                err, LRP_USAGE,
                "%s and %s differ in what goes into the model: %s is \"%s\" in one and \"%s\" in the other; scores of "
                "different inputs do not compare (the option beats both)",
                sharers[i], path, lrp_setting_key(setting), ours, theirs);
        if (lrp_settings_given(a->settings, setting)) continue;
        sharers[i] = path;
        const enum lrp_status status = lrp_settings_take(a->settings, file, setting, err);
        if (status) return status;
    }
    return LRP_OK;
}

enum lrp_status lrp_cli_evaluate_share(const struct lrp_arguments *a, struct lrp_error *err)
{
    const char *sharers[LRP_SETTING_COUNT] = {NULL};
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < a->settings_named.count; i++) {
        const char *path = a->settings_named.items[i];
        struct lrp_settings *file = NULL;
        if (!is_file(path)) continue;
        status = read_rules(a, path, &file, NULL, err);
        if (!status) status = share_file(a, file, path, sharers, err);
        lrp_settings_free(file);
    }
    return status;
}

static enum lrp_status settings_named(const struct lrp_arguments *a, const char *text, struct lrp_settings **out,
                                      struct lrp_error *err)
{
    if (is_file(text)) return read_file(a, text, out, err);
    enum lrp_status status = is_method(text) ? LRP_OK : check_composite(a->settings, text, err);
    if (!status) status = lrp_settings_copy(a->settings, out, err);
    if (!status) status = lrp_settings_set(*out, LRP_SETTING_METHOD, is_method(text) ? text : "lrp", err);
    if (!status && !is_method(text)) status = lrp_settings_set(*out, LRP_SETTING_COMPOSITE, text, err);
    return status;
}

static enum lrp_status add_one(struct lrp_evaluation *e, const struct lrp_arguments *a, const char *text, bool optional,
                               struct lrp_error *err)
{
    struct lrp_settings *settings = NULL;
    enum lrp_status status = settings_named(a, text, &settings, err);
    if (!status) status = lrp_evaluation_add_setting(e, text, settings, optional, err);
    lrp_settings_free(settings);
    return status && !is_file(text) ? lrp_fail_context(err, status, "--setting %s", text) : status;
}

/* What presets are measured by, the rule that follows the network alone and gradients, then presets that need no numbers: those
 * that come to the same go by the first one's name, which is the simplest. */
static enum lrp_status add_presets(struct lrp_evaluation *e, const struct lrp_arguments *a, struct lrp_error *err)
{
    static const char *const others[] = {"epsilon", "input-gradient", "gradient"};
    const struct lrp_composite_info *info;
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < sizeof others / sizeof *others; i++) status = add_one(e, a, others[i], true, err);
    for (size_t i = 0; !status && (info = lrp_composite_at(i)); i++)
        if (!*info->parameters) status = add_one(e, a, info->name, true, err);
    return status;
}

enum lrp_status lrp_cli_evaluate_add(struct lrp_evaluation *e, const struct lrp_arguments *a, const char *text,
                                     struct lrp_error *err)
{
    return strcmp(text, "presets") == 0 ? add_presets(e, a, err) : add_one(e, a, text, false, err);
}
