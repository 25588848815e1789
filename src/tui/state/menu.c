/* menu.c: menus: rows that match what is typed, and where the menu lies. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "runes.h"

void lrp_app_close_menu(struct lrp_app *app)
{
    lrp_menu_rows_free(&app->menu.rows);
    free(app->menu.filter);
    free(app->menu.against);
    app->menu = (struct lrp_menu){0};
}

void lrp_app_set_menu(struct lrp_app *app, enum lrp_menu_kind kind, struct lrp_menu_rows *rows)
{
    char *against = app->menu.kind == kind ? app->menu.against : NULL;
    if (against) app->menu.against = NULL;
    lrp_app_close_menu(app);
    app->menu.kind = kind;
    app->menu.against = against;
    app->menu.rows = *rows;
    lrp_app_set_text(app, &app->form, rows->form);
    app->menu.rows.selected = rows->selected < (int)rows->count && rows->selected >= 0 ? rows->selected : 0;
    app->menu.window.selected = rows->selected;
    *rows = (struct lrp_menu_rows){0};
}

static bool row_matches(const struct lrp_app *app, const struct lrp_menu_row *row)
{
    const char *filter = app->menu.filter;
    return !filter || !*filter || strcasestr(row->text, filter) || strcasestr(row->detail, filter);
}

int lrp_app_menu_count(const struct lrp_app *app)
{
    int count = 0;
    for (size_t i = 0; i < app->menu.rows.count; i++) count += row_matches(app, &app->menu.rows.items[i]);
    return count;
}

const struct lrp_menu_row *lrp_app_menu_row(const struct lrp_app *app, int row)
{
    for (size_t i = 0; i < app->menu.rows.count; i++)
        if (row_matches(app, &app->menu.rows.items[i]) && row-- == 0) return &app->menu.rows.items[i];
    return NULL;
}

/* ---- where it lies ---- */

/* Menus that try what is pointed at leave the preview in sight, if there is room. */
static struct lrp_rect menu_room(const struct lrp_app *app, struct lrp_rect body)
{
    const struct lrp_layout layout = lrp_app_layout(app);
    const struct lrp_rect list = layout.pane[LRP_PANE_LIST];
    return lrp_menu_kind_row(app->menu.kind)->tries && layout.pane[LRP_PANE_PREVIEW].rows > 0 && list.rows >= 8 &&
                   list.columns >= 40
               ? list
               : body;
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
