/* effects_rules.c: effects on rules and on what is registered: each changes a copy of the settings, which is then applied. */
#include "effects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lrp_settings *lrp_runner_changeable(struct lrp_runner *runner)
{
    struct lrp_settings *settings = NULL;
    struct lrp_error err;
    if (lrp_settings_copy(runner->history[runner->history_at], &settings, &err) != LRP_OK)
        lrp_runner_say(runner, true, err.message);
    return settings;
}

bool lrp_runner_apply_or_say(struct lrp_runner *runner, struct lrp_settings *settings, enum lrp_status status,
                             const struct lrp_error *err)
{
    const unsigned errors = runner->app.errors_told;
    if (!status) {
        lrp_runner_apply(runner, settings);
        return runner->app.errors_told == errors;
    }
    lrp_runner_say(runner, true, err->message);
    lrp_settings_free(settings);
    return false;
}

/* The names of an effect's layers that have rules, or only of those whose rule in `rules` is this one. Owned by the caller. */
static const char **names_of(const struct lrp_runner *runner, const struct lrp_effect *effect, const char *const *rules,
                             const char *rule, size_t *count)
{
    const char **names = calloc(effect->layer_count + 1, sizeof *names);
    *count = 0;
    for (size_t i = 0; names && i < effect->layer_count; i++)
        if (effect->layers[i] > 0 && (!rules || rules[i] == rule))
            names[(*count)++] = runner->snapshot->layers->rows[effect->layers[i]].name;
    return names;
}

/* Back to what the composite gives; a rule that came by another selector stays. */
static void reset_rules(struct lrp_runner *runner, struct lrp_settings *settings, const char *const *names, size_t count)
{
    char text[300];
    const size_t before = lrp_settings_rule_count(settings);
    const char *selector = runner->snapshot->rule_sources[runner->app.layer]->selector;
    lrp_settings_remove_rules(settings, names, count);
    if (lrp_settings_rule_count(settings) != before) return;
    if (selector)
        snprintf(text, sizeof text, "nothing to reset: the rule comes from the selector %.200s", selector);
    else
        snprintf(text, sizeof text, "nothing to reset: the layer has the composite's rule");
    lrp_runner_say(runner, false, text);
}

void lrp_do_effect_rule(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    struct lrp_settings *settings = lrp_runner_changeable(runner);
    struct lrp_error err;
    enum lrp_status status = LRP_OK;
    size_t count;
    const char **names = names_of(runner, effect, NULL, NULL, &count);
    if (settings && names && effect->text)
        status = lrp_settings_add_rules(settings, names, count, effect->text, &err);
    else if (settings && names)
        reset_rules(runner, settings, names, count);
    if (settings) lrp_runner_apply_or_say(runner, settings, status, &err);
    free(names);
}

/* "type:dense=gamma", "\"a=b\"=flat" */
void lrp_do_effect_select_rule(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    const char *closing = *effect->text == '"' ? strstr(effect->text + 1, "\"=") : NULL,
               *begin = effect->text + (closing != NULL), *end = closing ? closing : strchr(effect->text, '=');
    struct lrp_settings *settings = lrp_runner_changeable(runner);
    struct lrp_error err;
    char *select = end ? strndup(begin, (size_t)(end - begin)) : NULL;
    enum lrp_status status = LRP_OK;
    if (!end)
        status = lrp_fail(&err, LRP_USAGE, "%s: not of the form SELECTOR=RULE", effect->text);
    else if (settings)
        status = select ? lrp_settings_add_rule(settings, select, end + (closing ? 2 : 1), &err)
                        : lrp_fail(&err, LRP_MEMORY, "not enough memory");
    if (settings) lrp_runner_apply_or_say(runner, settings, status, &err);
    free(select);
}

static enum lrp_status add_tried(const struct lrp_runner *runner, const struct lrp_effect *effect,
                                 struct lrp_settings *settings)
{
    if (effect->number == LRP_MENU_COMPOSITE) return lrp_settings_set(settings, LRP_SETTING_COMPOSITE, effect->text, NULL);
    size_t count;
    const char **names = names_of(runner, effect, NULL, NULL, &count);
    const enum lrp_status status = names ? lrp_settings_add_rules(settings, names, count, effect->text, NULL) : LRP_MEMORY;
    free(names);
    return status;
}

/* What is half typed, or does not fit, changes nothing; taking it will say why. */
void lrp_do_effect_try(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    struct lrp_settings *settings = effect->text || runner->trying ? lrp_runner_changeable(runner) : NULL;
    if (!settings) return;
    if (!effect->text || add_tried(runner, effect, settings) == LRP_OK) lrp_runner_try(runner, settings, effect->text != NULL);
    lrp_settings_free(settings);
}

void lrp_do_effect_next_rule(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    struct lrp_settings *settings = lrp_runner_changeable(runner);
    struct lrp_error err;
    enum lrp_status status = LRP_OK;
    const char **rules = calloc(effect->layer_count + 1, sizeof *rules); /* NULL: none, or it is given already */
    for (size_t i = 0; rules && i < effect->layer_count; i++)
        rules[i] = effect->layers[i] > 0 ? lrp_runner_next_rule(runner, effect->layers[i], effect->number) : NULL;
    for (size_t i = 0; settings && rules && i < effect->layer_count && !status; i++) {
        const char *rule = rules[i];
        size_t count;
        const char **names = rule ? names_of(runner, effect, rules, rule, &count) : NULL;
        if (names) status = lrp_settings_add_rules(settings, names, count, rule, &err);
        for (size_t k = i; names && k < effect->layer_count; k++) rules[k] = rules[k] == rule ? NULL : rules[k];
        free(names);
    }
    if (settings) lrp_runner_apply_or_say(runner, settings, status, &err);
    free(rules);
}

void lrp_do_effect_register(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    struct lrp_settings *settings = lrp_runner_changeable(runner);
    struct lrp_error err;
    char text[300];
    if (!settings) return;
    const enum lrp_status status = effect->number == 0
                                       ? lrp_settings_register_layer(settings, effect->text, effect->flag, &err)
                                       : lrp_settings_register_activation(settings, effect->text, effect->flag, &err);
    if (!lrp_runner_apply_or_say(runner, settings, status, &err)) return;
    const struct lrp_layer *layer = effect->flag ? lrp_app_layer(&runner->app, runner->app.layer) : NULL;
    const bool own = layer && strcmp(effect->text, effect->number ? layer->activation : layer->type) == 0;
    layer = own ? layer : NULL; /* else it is about others, too */
    snprintf(text, sizeof text, "%s %s %s%s%s",
             effect->number ? "activation"
             : own          ? "layer type"
                            : "layer",
             effect->text, effect->flag ? "registered" : "unregistered", layer ? ": " : "",
             layer ? lrp_registration_text(layer, effect->number != 0) : "");
    lrp_runner_say(runner, false, text);
}
