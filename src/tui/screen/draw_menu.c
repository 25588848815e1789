/* draw_menu.c: the box of an open menu. */
#include <stdio.h>
#include <string.h>

#include "runes.h"
#include "view.h"

static void menu_title(const struct lrp_app *app, char *text, size_t size)
{
    const struct lrp_menu_kind_row *kind = lrp_menu_kind_row(app->menu.kind);
    const int tagged = lrp_app_tagged_count(app);
    if (kind->of_layers && tagged > 0)
        snprintf(text, size, "%s of %d tagged layer%s", kind->title, tagged, tagged == 1 ? "" : "s");
    else if (kind->of_layers)
        snprintf(text, size, "%s of #%d", kind->title, app->layer);
    else
        snprintf(text, size, "%s%s%s", *app->menu.rows.title ? app->menu.rows.title : kind->title,
                 app->menu.against ? " against " : "", app->menu.against ? app->menu.against : "");
}

static void draw_frame(struct lrp_canvas *canvas, struct lrp_rect box)
{
    const int right = box.x + box.columns - 1, bottom = box.y + box.rows - 1;
    lrp_canvas_fill(canvas, box, LRP_STYLE_MENU);
    for (int x = box.x; x <= right; x++) {
        lrp_canvas_rune(canvas, x, box.y, 0x2500, LRP_STYLE_MENU);
        lrp_canvas_rune(canvas, x, bottom, 0x2500, LRP_STYLE_MENU);
    }
    for (int y = box.y; y <= bottom; y++) {
        lrp_canvas_rune(canvas, box.x, y, 0x2502, LRP_STYLE_MENU);
        lrp_canvas_rune(canvas, right, y, 0x2502, LRP_STYLE_MENU);
    }
    lrp_canvas_rune(canvas, box.x, box.y, 0x250C, LRP_STYLE_MENU);
    lrp_canvas_rune(canvas, right, box.y, 0x2510, LRP_STYLE_MENU);
    lrp_canvas_rune(canvas, box.x, bottom, 0x2514, LRP_STYLE_MENU);
    lrp_canvas_rune(canvas, right, bottom, 0x2518, LRP_STYLE_MENU);
}

static int text_width(const struct lrp_menu_rows *rows, int most)
{
    int width = 8;
    for (size_t i = 0; i < rows->count; i++) {
        const int columns = lrp_text_columns(rows->items[i].text);
        width = columns > width ? columns : width;
    }
    return width < most ? width : most;
}

static void draw_menu_row(struct lrp_canvas *canvas, struct lrp_rect at, const struct lrp_menu_row *row, int text,
                          bool selected)
{
    const enum lrp_style style = selected ? LRP_STYLE_MENU_SELECTED : row->enabled ? LRP_STYLE_MENU : LRP_STYLE_MENU_OFF;
    lrp_canvas_fill(canvas, at, style);
    lrp_canvas_rune(canvas, at.x, at.y, selected ? '>' : row->enabled ? ' ' : '-', style);
    lrp_canvas_fit(canvas, at.x + 2, at.y, text, row->text, style);
    lrp_canvas_fit(canvas, at.x + text + 4, at.y, at.columns - text - 4, row->detail, style);
}

void lrp_draw_menu(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect body)
{
    const struct lrp_rect box = lrp_menu_box(app, body);
    const struct lrp_window *window = &app->menu.window;
    char title[200], hint[80];
    const int text = text_width(&app->menu.rows, (box.columns - 6) * 2 / 3), count = lrp_app_menu_count(app);
    draw_frame(canvas, box);
    menu_title(app, title, sizeof title);
    lrp_canvas_format(canvas, box.x + 2, box.y, box.columns - 4, LRP_STYLE_MENU_TITLE, " %s ", title);
    if (count == 0) lrp_canvas_fit(canvas, box.x + 3, box.y + 1, box.columns - 4, "nothing matches", LRP_STYLE_MENU_OFF);
    for (int i = 0; i < box.rows - 2 && window->top + i < count; i++)
        draw_menu_row(canvas, (struct lrp_rect){box.x + 1, box.y + 1 + i, box.columns - 2, 1},
                      lrp_app_menu_row(app, window->top + i), text, window->top + i == window->selected);
    int used = 0;
    if (count > box.rows - 2)
        used = lrp_canvas_format(canvas, box.x + 2, box.y + box.rows - 1, box.columns - 4, LRP_STYLE_MENU, " %d of %d ",
                                 window->selected + 1, count);
    const char *tries = app->tried ? lrp_app_hint(app, " tried: {accept} takes it, {escape} goes back ", hint, sizeof hint)
                                   : " each selected row is tried ";
    if (lrp_menu_kind_row(app->menu.kind)->tries && used + lrp_text_columns(tries) < box.columns - 4)
        lrp_canvas_right(canvas, box.x + 2, box.y + box.rows - 1, box.columns - 4, tries, LRP_STYLE_MENU);
}
