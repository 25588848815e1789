/* menu.c: menus: rows that match what is typed, and what taking a row does. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "runes.h"

void lrp_app_close_menu(struct lrp_app *app)
{
    lrp_menu_rows_free(&app->menu.rows);
    free(app->menu.filter);
    app->menu = (struct lrp_menu){0};
}

void lrp_app_set_menu(struct lrp_app *app, enum lrp_menu_kind kind, struct lrp_menu_rows *rows)
{
    lrp_app_close_menu(app);
    app->menu.kind = kind;
    app->menu.rows = *rows;
    app->menu.rows.selected = rows->selected < (int)rows->count && rows->selected >= 0 ? rows->selected : 0;
    app->menu.window.selected = rows->selected;
    *rows = (struct lrp_menu_rows){0};
}

static bool matches(const struct lrp_app *app, const struct lrp_menu_row *row)
{
    const char *filter = app->menu.filter;
    return !filter || !*filter || strcasestr(row->text, filter) || strcasestr(row->detail, filter);
}

int lrp_app_menu_count(const struct lrp_app *app)
{
    int count = 0;
    for (size_t i = 0; i < app->menu.rows.count; i++) count += matches(app, &app->menu.rows.items[i]);
    return count;
}

const struct lrp_menu_row *lrp_app_menu_row(const struct lrp_app *app, int row)
{
    for (size_t i = 0; i < app->menu.rows.count; i++)
        if (matches(app, &app->menu.rows.items[i]) && row-- == 0) return &app->menu.rows.items[i];
    return NULL;
}

/* The row the menu opened with is what holds already. */
static const char *pointed_at(const struct lrp_app *app)
{
    const struct lrp_menu_row *row = lrp_app_menu_row(app, app->menu.window.selected);
    const bool tries = app->menu.kind == LRP_MENU_RULE || app->menu.kind == LRP_MENU_COMPOSITE;
    if (!tries || !row || !row->enabled || row->must_edit || row == &app->menu.rows.items[app->menu.rows.selected]) return NULL;
    return row->value;
}

void lrp_app_try(struct lrp_app *app)
{
    const bool typed = app->prompt.kind == LRP_PROMPT_RULE || app->prompt.kind == LRP_PROMPT_COMPOSITE;
    const char *wanted = typed ? lrp_lineedit_text(&app->edits[app->prompt.kind]) : pointed_at(app);
    const bool composite = typed ? app->prompt.kind == LRP_PROMPT_COMPOSITE : app->menu.kind == LRP_MENU_COMPOSITE;
    if (wanted == app->tried || (wanted && app->tried && strcmp(wanted, app->tried) == 0)) return;
    lrp_app_set_text(app, &app->tried, wanted);
    lrp_app_emit_layers(app, LRP_EFFECT_TRY, wanted, composite ? LRP_MENU_COMPOSITE : LRP_MENU_RULE);
}

static void take_registration(struct lrp_app *app, const char *what)
{
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    if (!layer) return;
    if (strcmp(what, "activation") != 0) lrp_app_emit(app, LRP_EFFECT_REGISTER, layer->type, 0, true);
    if (strcmp(what, "layer") != 0) lrp_app_emit(app, LRP_EFFECT_REGISTER, layer->activation, 1, true);
}

static void take_option(struct lrp_app *app, const struct lrp_menu_row *row)
{
    const int setting = atoi(row->value);
    if (row->edit) {
        app->prompt.setting = setting;
        lrp_app_open_prompt(app, LRP_PROMPT_OPTION, row->edit);
    } else {
        lrp_app_emit(app, LRP_EFFECT_SET, lrp_facts_flag(&app->facts, (enum lrp_setting)setting) ? "false" : "true", setting,
                     false);
    }
}

/* Rows that need a parameter, and every row on request, go through a prompt. */
static bool take_edit(struct lrp_app *app, const struct lrp_menu_row *row, bool edit)
{
    static const enum lrp_prompt_kind prompts[LRP_MENU_KIND_COUNT] = {
        [LRP_MENU_RULE] = LRP_PROMPT_RULE, [LRP_MENU_COMPOSITE] = LRP_PROMPT_COMPOSITE, [LRP_MENU_OPEN] = LRP_PROMPT_MODEL};
    if (!(edit || row->must_edit) || !row->edit) return false;
    lrp_app_open_prompt(app, prompts[app->menu.kind], row->edit);
    return true;
}

void lrp_app_menu_take(struct lrp_app *app, bool edit)
{
    const struct lrp_menu_row *row = lrp_app_menu_row(app, app->menu.window.selected);
    if (!row) return;
    if (!row->enabled) {
        lrp_app_say(app, true, "%s", row->detail);
        return;
    }
    if (app->menu.kind == LRP_MENU_OPTIONS)
        take_option(app, row);
    else if (app->menu.kind == LRP_MENU_REGISTER)
        take_registration(app, row->value);
    else if (app->menu.kind == LRP_MENU_TARGET)
        lrp_app_emit(app, LRP_EFFECT_SET, row->value, LRP_SETTING_TARGET, false);
    else if (take_edit(app, row, edit))
        ;
    else if (app->menu.kind == LRP_MENU_RULE)
        lrp_app_emit_layers(app, LRP_EFFECT_RULE, row->value, 0);
    else if (app->menu.kind == LRP_MENU_OPEN)
        lrp_app_emit(app, LRP_EFFECT_OPEN, row->value, 0, false);
    else if (app->menu.kind == LRP_MENU_COMPOSITE)
        lrp_app_emit(app, LRP_EFFECT_SET, row->value, LRP_SETTING_COMPOSITE, false);
    lrp_app_close_menu(app);
}

/* ---- where it lies ---- */

/* Menus that try what is pointed at leave the preview in sight, if there is room. */
static struct lrp_rect menu_room(const struct lrp_app *app, struct lrp_rect body)
{
    const struct lrp_layout layout = lrp_app_layout(app);
    const struct lrp_rect list = layout.pane[LRP_PANE_LIST];
    const bool tries = app->menu.kind == LRP_MENU_RULE || app->menu.kind == LRP_MENU_COMPOSITE;
    return tries && layout.pane[LRP_PANE_PREVIEW].rows > 0 && list.rows >= 8 && list.columns >= 40 ? list : body;
}

struct lrp_rect lrp_menu_box(const struct lrp_app *app, struct lrp_rect body)
{
    body = menu_room(app, body);
    int text = 8, detail = 0, rows = lrp_app_menu_count(app) + 2;
    for (size_t i = 0; i < app->menu.rows.count; i++) {
        const int first = lrp_text_columns(app->menu.rows.items[i].text),
                  second = lrp_text_columns(app->menu.rows.items[i].detail);
        text = first > text ? first : text;
        detail = second > detail ? second : detail;
    }
    int columns = text + detail + 8 > 40 ? text + detail + 8 : 40;
    columns = columns < body.columns - 4 ? columns : body.columns - 4 > 16 ? body.columns - 4 : body.columns;
    rows = rows < 3 ? 3 : rows;
    rows = rows < body.rows - 2 ? rows : body.rows - 2 > 3 ? body.rows - 2 : body.rows;
    return (struct lrp_rect){body.x + (body.columns - columns) / 2, body.y + (body.rows - rows) / 2, columns, rows};
}

int lrp_app_menu_page(const struct lrp_app *app)
{
    const int rows = lrp_menu_box(app, lrp_app_layout(app).body).rows - 2;
    return rows > 1 ? rows : 1;
}
