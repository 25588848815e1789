/* act_rules.c: actions on rules, the check, the run, the preview and files: mostly effects for the runtime. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "layer_name.h"

static void menu(struct lrp_app *app, enum lrp_menu_kind kind)
{
    lrp_app_emit_layers(app, LRP_EFFECT_MENU, NULL, (int)kind);
}

void lrp_do_rule_menu(struct lrp_app *app)
{
    if (lrp_app_has_layer(app)) menu(app, LRP_MENU_RULE);
}
void lrp_do_composite_menu(struct lrp_app *app)
{
    menu(app, LRP_MENU_COMPOSITE);
}
void lrp_do_method_menu(struct lrp_app *app)
{
    menu(app, LRP_MENU_METHOD);
}

/* A layer's number goes through every selector as it is; its name need not. */
void lrp_do_cam(struct lrp_app *app)
{
    char method[64];
    if (!lrp_app_has_layer(app) || lrp_app_is_input(app, app->layer)) return;
    snprintf(method, sizeof method, "grad-cam(layer=%d)", app->layer);
    const bool is = strcmp(lrp_facts_text(&app->facts, LRP_SETTING_METHOD), method) == 0;
    lrp_app_emit(app, LRP_EFFECT_SET, is ? "lrp" : method, LRP_SETTING_METHOD, false);
}

void lrp_do_options(struct lrp_app *app)
{
    menu(app, LRP_MENU_OPTIONS);
}
void lrp_do_target_menu(struct lrp_app *app)
{
    if (app->snapshot && app->snapshot->output)
        menu(app, LRP_MENU_TARGET);
    else
        lrp_app_say(app, false, "no output yet: targets are listed after the forward pass");
}

void lrp_do_next_rule(struct lrp_app *app)
{
    if (lrp_app_has_layer(app)) lrp_app_emit_layers(app, LRP_EFFECT_NEXT_RULE, NULL, 1);
}
void lrp_do_previous_rule(struct lrp_app *app)
{
    if (lrp_app_has_layer(app)) lrp_app_emit_layers(app, LRP_EFFECT_NEXT_RULE, NULL, -1);
}
void lrp_do_reset_rule(struct lrp_app *app)
{
    if (lrp_app_has_layer(app)) lrp_app_emit_layers(app, LRP_EFFECT_RULE, NULL, 0);
}
void lrp_do_undo(struct lrp_app *app)
{
    lrp_app_emit(app, LRP_EFFECT_UNDO, NULL, 0, false);
}
void lrp_do_redo(struct lrp_app *app)
{
    lrp_app_emit(app, LRP_EFFECT_REDO, NULL, 0, false);
}

void lrp_do_skip_checks(struct lrp_app *app)
{
    const bool skip = !lrp_facts_flag(&app->facts, LRP_SETTING_SKIP_CHECKS);
    lrp_app_emit(app, LRP_EFFECT_SET, skip ? "true" : "false", LRP_SETTING_SKIP_CHECKS, false);
}

static bool covers(const char *name, const struct lrp_layer *layer, bool activation)
{
    if (!activation) return lrp_name_covers_layer(name, layer);
    return lrp_name_covers_activation(name, layer) || lrp_name_covers_lone_activation(name, layer);
}

/* Takes back every registered name that covers the layer. */
static bool unregister(struct lrp_app *app, const struct lrp_layer *layer)
{
    bool any = false;
    for (int activation = 0; activation < 2; activation++) {
        const struct lrp_strings *names = activation ? &app->facts.activations : &app->facts.layers;
        for (size_t i = 0; i < names->count; i++)
            if (covers(names->items[i], layer, activation)) {
                lrp_app_emit(app, LRP_EFFECT_REGISTER, names->items[i], activation, false);
                any = true;
            }
    }
    return any;
}

static void add_choice(struct lrp_menu_rows *rows, const char *text, const char *detail, int what)
{
    struct lrp_menu_row *row = lrp_menu_rows_add(rows, text, "", NULL, detail, true);
    if (row) row->number = what;
}

static void ask_which(struct lrp_app *app, const struct lrp_layer *layer)
{
    struct lrp_menu_rows rows = {0};
    add_choice(&rows, "both", "layer type and activation", LRP_REGISTER_LAYER | LRP_REGISTER_ACTIVATION);
    add_choice(&rows, layer->type, lrp_registration_text(layer, false), LRP_REGISTER_LAYER);
    add_choice(&rows, layer->activation, lrp_registration_text(layer, true), LRP_REGISTER_ACTIVATION);
    lrp_app_set_menu(app, LRP_MENU_REGISTER, &rows);
}

static void ask_softmax(struct lrp_app *app)
{
    lrp_effect_clear(&app->question.effect);
    app->question.effect =
        (struct lrp_effect){.kind = LRP_EFFECT_SET, .text = strdup("true"), .number = LRP_SETTING_STRIP_SOFTMAX};
    snprintf(app->question.text, sizeof app->question.text, "LRP does not begin at a softmax: strip it from the output?");
}

/* What a layer fails for, and what taking it does. */
static void add_cause(const struct lrp_app *app, struct lrp_menu_rows *rows, int i)
{
    const struct lrp_check_row *check = lrp_app_check(app, i);
    const struct lrp_layer *layer = lrp_app_layer(app, i);
    const bool activation = check->state == LRP_CHECK_UNSUPPORTED_ACTIVATION,
               softmax = check->state == LRP_CHECK_OUTPUT_SOFTMAX, both = check->state == LRP_CHECK_UNKNOWN_BOTH;
    char text[160], detail[300];
    snprintf(text, sizeof text, "%.60s%s%.60s", activation ? layer->activation : layer->type, both ? " and " : "",
             both ? layer->activation : "");
    snprintf(detail, sizeof detail, "%zu layer%s: %s", check->more + 1, check->more ? "s" : "",
             softmax              ? "strip it from the output: LRP does not begin at a softmax"
             : !layer->executable ? check->reason
             : both               ? "register the type, the activation, or both"
                                  : lrp_registration_text(layer, activation));
    add_choice(rows, text, detail, i);
}

/* Every cause once; false: nothing fails. */
static bool ask_cause(struct lrp_app *app)
{
    struct lrp_menu_rows rows = {0};
    for (int i = 0; i < lrp_app_layer_count(app); i++)
        if (lrp_app_failed(app, i) && !lrp_app_check(app, i)->repeats) add_cause(app, &rows, i);
    const bool any = rows.count > 0;
    if (any) lrp_app_set_menu(app, LRP_MENU_CAUSES, &rows);
    return any;
}

void lrp_do_register_layer(struct lrp_app *app)
{
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    const struct lrp_check_row *row = lrp_app_check(app, app->layer);
    if (!layer || !row) return;
    if (row->state == LRP_CHECK_OUTPUT_SOFTMAX)
        ask_softmax(app);
    else if (row->state == LRP_CHECK_UNKNOWN_BOTH)
        ask_which(app, layer);
    else if (row->state == LRP_CHECK_UNKNOWN_LAYER)
        lrp_app_emit(app, LRP_EFFECT_REGISTER, layer->type, 0, true);
    else if (row->state == LRP_CHECK_UNSUPPORTED_ACTIVATION)
        lrp_app_emit(app, LRP_EFFECT_REGISTER, layer->activation, 1, true);
    else if (!unregister(app, layer) && !ask_cause(app))
        lrp_app_say(app, false, "nothing to register: %s is supported", layer->type);
}

void lrp_do_input(struct lrp_app *app)
{
    char hint[80];
    if (!app->snapshot) {
        lrp_app_say(app, false, "%s", lrp_app_hint(app, "no model: {open} opens one", hint, sizeof hint));
        return;
    }
    lrp_app_open_prompt(app, LRP_PROMPT_INPUT, app->facts.input ? app->facts.input : "");
}
void lrp_do_open_model(struct lrp_app *app)
{
    menu(app, LRP_MENU_OPEN);
}
void lrp_do_reload(struct lrp_app *app)
{
    lrp_app_emit(app, LRP_EFFECT_RELOAD, NULL, 0, false);
}
void lrp_do_cancel(struct lrp_app *app)
{
    char hint[80];
    if (lrp_app_busy(app) || app->scores.running) {
        lrp_app_emit(app, LRP_EFFECT_CANCEL, NULL, 0, false);
        lrp_app_say(app, false, "cancelling");
    } else {
        lrp_app_say(app, false, "%s", lrp_app_hint(app, "nothing is running; {back} quits", hint, sizeof hint));
    }
}

void lrp_do_export_heatmap(struct lrp_app *app)
{
    if (lrp_painting_there(&app->painting))
        lrp_app_emit(app, LRP_EFFECT_PROPOSE, NULL, LRP_PROMPT_EXPORT, false);
    else
        lrp_app_say(app, true, "nothing to export: this layer has no result");
}
void lrp_do_export_all(struct lrp_app *app)
{
    if (lrp_app_arrived(app) && !lrp_app_blocked(app))
        lrp_app_emit(app, LRP_EFFECT_PROPOSE, NULL, LRP_PROMPT_ALL, false);
    else
        lrp_app_say(app, true, "nothing to export: there is no relevance (yet)");
}
void lrp_do_write_rules(struct lrp_app *app)
{
    lrp_app_emit(app, LRP_EFFECT_PROPOSE, NULL, LRP_PROMPT_WRITE, false);
}
