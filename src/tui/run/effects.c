/* effects.c: carrying out what an update asks for: a function per effect. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "concepts.h"
#include "effects.h"
#include "format.h"
#include "lrpscope/method.h"

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
    struct lrp_settings *settings = lrp_runner_changeable(runner);
    struct lrp_error err;
    if (settings) lrp_runner_apply_or_say(runner, settings, lrp_settings_set(settings, setting, value, &err), &err);
}
static void do_set(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    set_value(runner, (enum lrp_setting)effect->number, effect->text);
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
    struct lrp_settings *settings = lrp_runner_changeable(runner);
    struct lrp_error err;
    char text[200];
    if (!settings) return;
    lrp_settings_remove_rule(settings, NULL);
    enum lrp_status status = lrp_settings_set(settings, LRP_SETTING_METHOD, effect->flag ? effect->text : "lrp", &err);
    if (!status && !effect->flag) status = lrp_settings_set(settings, LRP_SETTING_COMPOSITE, effect->text, &err);
    if (!lrp_runner_apply_or_say(runner, settings, status, &err)) return;
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

static void do_references(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    struct lrp_error err = {0};
    if (lrp_runner_read_references(runner, effect->text, &err)) lrp_runner_say(runner, true, err.message);
}

/* What every effect does, and whether it can be done before a model is there. */
static const struct {
    lrp_effect_fn *carry_out;
    bool without_model;
} rows[] = {[LRP_EFFECT_QUIT] = {do_quit, true},
            [LRP_EFFECT_SUSPEND] = {do_suspend, true},
            [LRP_EFFECT_REDRAW] = {do_redraw, true},
            [LRP_EFFECT_CANCEL] = {do_cancel, false},
            [LRP_EFFECT_OPEN] = {do_open, true},
            [LRP_EFFECT_RELOAD] = {do_reload, false},
            [LRP_EFFECT_SET] = {do_set, false},
            [LRP_EFFECT_RULE] = {lrp_do_effect_rule, false},
            [LRP_EFFECT_SELECT_RULE] = {lrp_do_effect_select_rule, false},
            [LRP_EFFECT_NEXT_RULE] = {lrp_do_effect_next_rule, false},
            [LRP_EFFECT_CYCLE] = {do_cycle, false},
            [LRP_EFFECT_REGISTER] = {lrp_do_effect_register, false},
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
            [LRP_EFFECT_REFERENCES] = {do_references, false},
            [LRP_EFFECT_EXPORT_GRAPH] = {lrp_runner_write, false},
            [LRP_EFFECT_COMPLETE] = {do_complete, true},
            [LRP_EFFECT_INPUT] = {do_input, false},
            [LRP_EFFECT_STORE] = {do_store, false},
            [LRP_EFFECT_RESULT] = {do_result, false},
            [LRP_EFFECT_SAMPLE] = {do_sample, false},
            [LRP_EFFECT_NEXT_INPUT] = {do_next_input, false},
            [LRP_EFFECT_TRY] = {lrp_do_effect_try, false},
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
