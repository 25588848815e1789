/* menu_take.c: the kinds of menus, and what pointing at a row and taking it do. */
#include <stdio.h>
#include <string.h>

#include "app.h"

/* ---- what rows do ---- */

static void take_rule(struct lrp_app *app, const struct lrp_menu_row *row)
{
    lrp_app_emit_layers(app, LRP_EFFECT_RULE, row->value, 0);
}
static void take_composite(struct lrp_app *app, const struct lrp_menu_row *row)
{
    lrp_app_emit(app, LRP_EFFECT_SET, row->value, LRP_SETTING_COMPOSITE, false);
}
static void take_target(struct lrp_app *app, const struct lrp_menu_row *row)
{
    char both[420];
    if (app->menu.against) {
        snprintf(both, sizeof both, "%.200s - %.200s", row->value, app->menu.against);
        lrp_app_emit(app, LRP_EFFECT_SET, both, LRP_SETTING_TARGET, false);
        return;
    }
    lrp_app_emit(app, LRP_EFFECT_SET, row->value, LRP_SETTING_TARGET, false);
}
/* A flag is turned over, a value typed. */
static void take_option(struct lrp_app *app, const struct lrp_menu_row *row)
{
    if (row->edit) {
        app->prompt.setting = row->number;
        lrp_app_open_prompt(app, LRP_PROMPT_OPTION, row->edit);
    } else {
        lrp_app_emit(app, LRP_EFFECT_SET, lrp_facts_flag(&app->facts, (enum lrp_setting)row->number) ? "false" : "true",
                     row->number, false);
    }
}
static void take_registration(struct lrp_app *app, const struct lrp_menu_row *row)
{
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    if (!layer) return;
    if (row->number & LRP_REGISTER_LAYER) lrp_app_emit(app, LRP_EFFECT_REGISTER, layer->type, 0, true);
    if (row->number & LRP_REGISTER_ACTIVATION) lrp_app_emit(app, LRP_EFFECT_REGISTER, layer->activation, 1, true);
}
/* At the first layer that fails for it, so that it is seen. */
static void take_cause(struct lrp_app *app, const struct lrp_menu_row *row)
{
    lrp_app_go(app, row->number);
    lrp_do_register_layer(app);
}
static void take_model(struct lrp_app *app, const struct lrp_menu_row *row)
{
    lrp_app_emit(app, LRP_EFFECT_OPEN, row->value, 0, false);
}

static void take_method(struct lrp_app *app, const struct lrp_menu_row *row)
{
    lrp_app_emit(app, LRP_EFFECT_SET, row->value, LRP_SETTING_METHOD, false);
}
/* The first row takes the method as it is now; of the others a word gives way to the next, all else is typed. */
static void take_argument(struct lrp_app *app, const struct lrp_menu_row *row)
{
    app->prompt.setting = row->number;
    snprintf(app->prompt.what, sizeof app->prompt.what, "%s", row->text);
    if (row->number < 0)
        lrp_app_emit(app, LRP_EFFECT_SET, app->form, LRP_SETTING_METHOD, false);
    else if (row->edit)
        lrp_app_open_prompt(app, LRP_PROMPT_ARGUMENT, row->edit);
    else
        lrp_app_emit(app, LRP_EFFECT_ARGUMENT, row->value, row->number, false);
}

const struct lrp_menu_kind_row lrp_menu_kinds[LRP_MENU_KIND_COUNT] = {
    [LRP_MENU_NONE] = {.title = ""},
    [LRP_MENU_RULE] = {.title = "rule", .edit = LRP_PROMPT_RULE, .take = take_rule, .tries = true, .of_layers = true},
    [LRP_MENU_COMPOSITE] = {.title = "composite", .edit = LRP_PROMPT_COMPOSITE, .take = take_composite, .tries = true},
    [LRP_MENU_TARGET] = {.title = "target",
                         .take = take_target,
                         .contrasts = true,
                         .keys = "{accept} take  {contrast} contrast  {search} find  {escape} close"},
    [LRP_MENU_OPTIONS] = {.title = "options", .take = take_option},
    [LRP_MENU_REGISTER] = {.title = "register as supported", .take = take_registration},
    [LRP_MENU_CAUSES] = {.title = "what fails: register, or strip", .take = take_cause},
    [LRP_MENU_OPEN] = {.title = "open a model", .edit = LRP_PROMPT_MODEL, .take = take_model, .before_model = true},
    [LRP_MENU_METHOD] = {.title = "method",
                         .form = LRP_MENU_ARGUMENTS,
                         .take = take_method,
                         .keys = "{accept} take  {edit} arguments  {search} find  {escape} close"},
    [LRP_MENU_ARGUMENTS] = {
        .title = "arguments", .take = take_argument, .keys = "{accept} change, or take the first row  {escape} close"}};

/* The row the menu opened with is what holds already. */
static const char *pointed_at(const struct lrp_app *app)
{
    const struct lrp_menu_row *row = lrp_app_menu_row(app, app->menu.window.selected);
    if (!lrp_menu_kind_row(app->menu.kind)->tries || !row || !row->enabled || row->must_edit ||
        row == &app->menu.rows.items[app->menu.rows.selected])
        return NULL;
    return row->value;
}

void lrp_app_try(struct lrp_app *app)
{
    const bool typed = lrp_prompt_row(app->prompt.kind)->tries;
    const char *wanted = typed ? lrp_lineedit_text(&app->edits[app->prompt.kind]) : pointed_at(app);
    const bool composite = typed ? app->prompt.kind == LRP_PROMPT_COMPOSITE : app->menu.kind == LRP_MENU_COMPOSITE;
    if (wanted == app->tried || (wanted && app->tried && strcmp(wanted, app->tried) == 0)) return;
    lrp_app_set_text(app, &app->tried, wanted);
    lrp_app_emit_layers(app, LRP_EFFECT_TRY, wanted, composite ? LRP_MENU_COMPOSITE : LRP_MENU_RULE);
}

/* Marked twice, it is no longer. */
void lrp_do_contrast(struct lrp_app *app)
{
    const struct lrp_menu_row *row = lrp_app_menu_row(app, app->menu.window.selected);
    char hint[80];
    if (!lrp_menu_kind_row(app->menu.kind)->contrasts || !row) return;
    if (!*row->value) {
        lrp_app_say(app, false, "a target is contrasted with one of the list");
        return;
    }
    const bool again = app->menu.against && strcmp(app->menu.against, row->value) == 0;
    if (!lrp_app_set_text(app, &app->menu.against, again ? NULL : row->value)) return;
    if (!again)
        lrp_app_say(app, false, "against %.100s: %s", row->text,
                    lrp_app_hint(app, "{accept} takes the one it is compared with", hint, sizeof hint));
}

/* What a menu stands for is one of several: its neighbour's rows are asked for. What is marked stays. */
static void step_place(struct lrp_app *app, int step)
{
    const struct lrp_menu_rows *rows = &app->menu.rows;
    const int to = rows->place + step;
    char place[24];
    if (to < 0 || to >= rows->places) return;
    snprintf(place, sizeof place, "%d", to);
    lrp_app_emit(app, LRP_EFFECT_MENU, place, (int)app->menu.kind, false);
}
void lrp_do_place_before(struct lrp_app *app)
{
    step_place(app, -1);
}
void lrp_do_place_after(struct lrp_app *app)
{
    step_place(app, 1);
}

/* Rows that need a parameter, and every row on request, go through a prompt. */
void lrp_app_menu_take(struct lrp_app *app, bool edit)
{
    const struct lrp_menu_kind_row *kind = lrp_menu_kind_row(app->menu.kind);
    const struct lrp_menu_row *row = lrp_app_menu_row(app, app->menu.window.selected);
    if (!row) return;
    if (!row->enabled) {
        lrp_app_say(app, true, "%s", row->detail);
        return;
    }
    if (kind->form != LRP_MENU_NONE && row->edit && edit)
        lrp_app_emit(app, LRP_EFFECT_MENU, row->edit, (int)kind->form, false);
    else if (kind->edit != LRP_PROMPT_NONE && row->edit && (edit || row->must_edit))
        lrp_app_open_prompt(app, kind->edit, row->edit);
    else
        kind->take(app, row);
    lrp_app_close_menu(app);
}
