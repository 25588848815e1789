/* effects.c: carrying out what an update asks for: a function per effect. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "concepts.h"
#include "format.h"
#include "lrpscope/method.h"
#include "runner.h"

typedef void effect_fn(struct lrp_runner *runner, const struct lrp_effect *effect);

/* A copy of the settings that hold (what is only tried is not among them), to be changed; NULL after saying why. */
static struct lrp_settings *changeable(struct lrp_runner *runner)
{
    struct lrp_settings *settings = NULL;
    struct lrp_error err;
    if (lrp_settings_copy(runner->history[runner->history_at], &settings, &err) != LRP_OK)
        lrp_runner_say(runner, true, err.message);
    return settings;
}

/* Applies, or says what was wrong with the change. */
static bool apply_or_say(struct lrp_runner *runner, struct lrp_settings *settings, enum lrp_status status,
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

static void do_quit(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    (void)effect;
    runner->quit = true;
}
static void do_suspend(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    (void)effect;
    if (runner->terminal) kill(0, SIGTSTP); /* the whole job, as the key of the terminal would; the loop sees to it here */
}
static void do_redraw(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    (void)effect;
    runner->redraw_all = true;
}
static void do_cancel(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    (void)effect;
    lrp_session_cancel(runner->session);
    lrp_runner_stop_scores(runner);
    lrp_runner_look(runner); /* shown at once; the worker is told meanwhile */
}
static void do_open(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    lrp_runner_open(runner, effect->text);
}
static void do_reload(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    (void)effect;
    lrp_runner_reload(runner);
}

static void set_value(struct lrp_runner *runner, enum lrp_setting setting, const char *value)
{
    struct lrp_settings *settings = changeable(runner);
    struct lrp_error err;
    if (settings) apply_or_say(runner, settings, lrp_settings_set(settings, setting, value, &err), &err);
}
static void do_set(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    set_value(runner, (enum lrp_setting)effect->number, effect->text);
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

static void do_rule(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    struct lrp_settings *settings = changeable(runner);
    struct lrp_error err;
    enum lrp_status status = LRP_OK;
    size_t count;
    const char **names = names_of(runner, effect, NULL, NULL, &count);
    if (settings && names && effect->text)
        status = lrp_settings_add_rules(settings, names, count, effect->text, &err);
    else if (settings && names)
        reset_rules(runner, settings, names, count);
    if (settings) apply_or_say(runner, settings, status, &err);
    free(names);
}

/* "type:dense=gamma", "\"a=b\"=flat" */
static void do_select_rule(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    const char *closing = *effect->text == '"' ? strstr(effect->text + 1, "\"=") : NULL,
               *begin = effect->text + (closing != NULL), *end = closing ? closing : strchr(effect->text, '=');
    struct lrp_settings *settings = changeable(runner);
    struct lrp_error err;
    char *select = end ? strndup(begin, (size_t)(end - begin)) : NULL;
    enum lrp_status status = LRP_OK;
    if (!end)
        status = lrp_fail(&err, LRP_USAGE, "%s: not of the form SELECTOR=RULE", effect->text);
    else if (settings)
        status = select ? lrp_settings_add_rule(settings, select, end + (closing ? 2 : 1), &err)
                        : lrp_fail(&err, LRP_MEMORY, "not enough memory");
    if (settings) apply_or_say(runner, settings, status, &err);
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
static void do_try(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    struct lrp_settings *settings = effect->text || runner->trying ? changeable(runner) : NULL;
    if (!settings) return;
    if (!effect->text || add_tried(runner, effect, settings) == LRP_OK) lrp_runner_try(runner, settings, effect->text != NULL);
    lrp_settings_free(settings);
}

static void do_next_rule(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    struct lrp_settings *settings = changeable(runner);
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
    if (settings) apply_or_say(runner, settings, status, &err);
    free(rules);
}

static void do_register(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    struct lrp_settings *settings = changeable(runner);
    struct lrp_error err;
    char text[300];
    if (!settings) return;
    const enum lrp_status status = effect->number == 0
                                       ? lrp_settings_register_layer(settings, effect->text, effect->flag, &err)
                                       : lrp_settings_register_activation(settings, effect->text, effect->flag, &err);
    if (!apply_or_say(runner, settings, status, &err)) return;
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

/* The next colour map or reduction after the one that is shown. */
static const char *next_value(const struct lrp_runner *runner, enum lrp_setting setting)
{
    const struct lrp_heatmap_options *options = &runner->app.painting.options;
    if (setting == LRP_SETTING_REDUCE)
        return lrp_reduction_name((enum lrp_reduction)(((int)options->reduction + 1) % LRP_REDUCTION_COUNT));
    return lrp_colormap_name(lrp_colormap_next(options->maps, options->colormap));
}

static void do_cycle(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    const enum lrp_setting setting = (enum lrp_setting)effect->number;
    char text[128];
    if (!lrp_painting_there(&runner->app.painting)) return;
    const char *value = next_value(runner, setting);
    set_value(runner, setting, value);
    snprintf(text, sizeof text, "%s: %s", lrp_facts_key(setting), value);
    lrp_runner_say(runner, false, text);
}

static void do_undo(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    (void)effect;
    lrp_runner_step(runner, -1);
}
static void do_redo(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    (void)effect;
    lrp_runner_step(runner, 1);
}
static void do_menu(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    lrp_runner_menu(runner, (enum lrp_menu_kind)effect->number, effect->layer_count ? effect->layers[0] : 0, effect->text);
}
/* Relevance must pass a channel, or need not any longer. */
static void do_condition(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    const struct lrp_layer *layer = effect->layer_count ? lrp_app_layer(&runner->app, effect->layers[0]) : NULL;
    char *setting =
        layer ? lrp_concept_toggle(lrp_facts_text(&runner->app.facts, LRP_SETTING_CONCEPT), layer->name, effect->number) : NULL;
    if (setting) set_value(runner, LRP_SETTING_CONCEPT, setting);
    free(setting);
}

static void do_evaluate(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    (void)effect;
    lrp_runner_evaluate(runner);
}

/* The setting of a row of scores, as one change that can be undone: rules given to layers were no part of it. */
static void do_take_setting(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    struct lrp_settings *settings = changeable(runner);
    struct lrp_error err;
    char text[200];
    if (!settings) return;
    lrp_settings_remove_rule(settings, NULL);
    enum lrp_status status = lrp_settings_set(settings, LRP_SETTING_METHOD, effect->flag ? effect->text : "lrp", &err);
    if (!status && !effect->flag) status = lrp_settings_set(settings, LRP_SETTING_COMPOSITE, effect->text, &err);
    if (!apply_or_say(runner, settings, status, &err)) return;
    snprintf(text, sizeof text, "%s %.120s holds", effect->flag ? "method" : "composite", effect->text);
    lrp_runner_say(runner, false, text);
}

/* An argument of the method in the form; the form comes back with it, or what is wrong is said. */
static void do_argument(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    struct lrp_error err;
    char *made = NULL;
    if (!runner->app.form) return;
    if (lrp_method_with(runner->app.form, effect->number, effect->text ? effect->text : "", &made, &err) != LRP_OK)
        lrp_runner_say(runner, true, err.message);
    else
        lrp_runner_form(runner, made, effect->number + 1);
    free(made);
}
static void do_propose(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    lrp_runner_propose(runner, (enum lrp_prompt_kind)effect->number);
}
static void do_complete(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    lrp_runner_complete(runner, (enum lrp_argument)effect->number, effect->text ? effect->text : "");
}

static void do_dump(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    char text[1100], *path = lrp_expand_path(effect->text);
    snprintf(text, sizeof text, "written: %.1000s", path ? path : "");
    if (!path)
        lrp_runner_say(runner, true, "not enough memory");
    else if (lrp_runner_dump(runner, path))
        lrp_runner_say(runner, false, text);
    free(path);
}

static void do_input(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    lrp_runner_input(runner, effect->text);
}

static void do_next_input(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    lrp_runner_next_input(runner, effect->number);
}

static void do_save_config(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    (void)effect;
    lrp_runner_save_config(runner);
}

static void do_restore(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    if (effect->number == LRP_RESTORE_BESIDE)
        lrp_runner_take_beside(runner);
    else
        lrp_runner_restore(runner);
}

static void do_store(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    (void)effect;
    lrp_snapshot_release(runner->stored);
    runner->stored = lrp_snapshot_retain(runner->snapshot);
}

/* Results of a batch are there for all of its samples; else the sample is computed. */
static void do_sample(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    struct lrp_error err;
    if (!runner->snapshot->one_by_one) return;
    if (lrp_session_select_sample(runner->session, effect->number, &err) != LRP_OK)
        lrp_runner_say(runner, true, err.message);
    else
        lrp_runner_start(runner);
}

static void do_start(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    (void)effect;
    lrp_runner_start(runner);
}

static void do_result(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    lrp_runner_show_result(runner, (size_t)effect->number);
}

/* What every effect does, and whether it can be done before a model is there. */
static const struct {
    effect_fn *carry_out;
    bool without_model;
} rows[] = {[LRP_EFFECT_QUIT] = {do_quit, true},
            [LRP_EFFECT_SUSPEND] = {do_suspend, true},
            [LRP_EFFECT_REDRAW] = {do_redraw, true},
            [LRP_EFFECT_CANCEL] = {do_cancel, false},
            [LRP_EFFECT_OPEN] = {do_open, true},
            [LRP_EFFECT_RELOAD] = {do_reload, false},
            [LRP_EFFECT_SET] = {do_set, false},
            [LRP_EFFECT_RULE] = {do_rule, false},
            [LRP_EFFECT_SELECT_RULE] = {do_select_rule, false},
            [LRP_EFFECT_NEXT_RULE] = {do_next_rule, false},
            [LRP_EFFECT_CYCLE] = {do_cycle, false},
            [LRP_EFFECT_REGISTER] = {do_register, false},
            [LRP_EFFECT_UNDO] = {do_undo, false},
            [LRP_EFFECT_REDO] = {do_redo, false},
            [LRP_EFFECT_MENU] = {do_menu, false},
            [LRP_EFFECT_ARGUMENT] = {do_argument, false},
            [LRP_EFFECT_CONDITION] = {do_condition, false},
            [LRP_EFFECT_EVALUATE] = {do_evaluate, false},
            [LRP_EFFECT_TAKE_SETTING] = {do_take_setting, false},
            [LRP_EFFECT_PROPOSE] = {do_propose, false},
            [LRP_EFFECT_EXPORT] = {lrp_runner_write, false},
            [LRP_EFFECT_EXPORT_ALL] = {lrp_runner_write, false},
            [LRP_EFFECT_WRITE] = {lrp_runner_write, false},
            [LRP_EFFECT_DUMP] = {do_dump, true},
            [LRP_EFFECT_EXPORT_GRAPH] = {lrp_runner_write, false},
            [LRP_EFFECT_COMPLETE] = {do_complete, true},
            [LRP_EFFECT_INPUT] = {do_input, false},
            [LRP_EFFECT_STORE] = {do_store, false},
            [LRP_EFFECT_RESULT] = {do_result, false},
            [LRP_EFFECT_SAMPLE] = {do_sample, false},
            [LRP_EFFECT_NEXT_INPUT] = {do_next_input, false},
            [LRP_EFFECT_TRY] = {do_try, false},
            [LRP_EFFECT_SAVE_CONFIG] = {do_save_config, true},
            [LRP_EFFECT_RESTORE] = {do_restore, false},
            [LRP_EFFECT_START] = {do_start, false}};
_Static_assert(sizeof rows / sizeof *rows == LRP_EFFECT_COUNT, "a row for every effect");

static bool needs_model(const struct lrp_effect *effect)
{
    if (effect->kind == LRP_EFFECT_MENU) return !lrp_menu_kind_row((enum lrp_menu_kind)effect->number)->before_model;
    return !rows[effect->kind].without_model;
}

void lrp_runner_effect(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    char hint[80];
    const unsigned errors = runner->app.errors_told;
    if (!runner->session && needs_model(effect))
        lrp_runner_say(runner, false, lrp_app_hint(&runner->app, "no model: {open} opens one", hint, sizeof hint));
    else
        rows[effect->kind].carry_out(runner, effect);
    /* what was refused can be mended where it was typed */
    if (effect->typed_at && runner->app.errors_told != errors && runner->app.prompt.kind == LRP_PROMPT_NONE)
        lrp_app_reopen_prompt(&runner->app, (enum lrp_prompt_kind)effect->typed_at);
}
