/* draw_lines.c: drawing what is lines of text: pages, and the details of a layer. */
#include <stdio.h>

#include "view.h"

static void draw_lines(struct lrp_canvas *canvas, struct lrp_rect rect, const struct lrp_lines *lines,
                       const struct lrp_window *window, bool cursor)
{
    for (int i = 0; i < rect.rows; i++) {
        const int row = window->top + i;
        if (row >= lines->count) break;
        const bool selected = cursor && row == window->selected;
        if (selected) lrp_canvas_fill(canvas, (struct lrp_rect){rect.x, rect.y + i, rect.columns, 1}, LRP_STYLE_SELECTED);
        lrp_canvas_fit(canvas, rect.x, rect.y + i, rect.columns, lines->items[row].text,
                       selected ? LRP_STYLE_SELECTED : (enum lrp_style)lines->items[row].style);
    }
}

void lrp_draw_page(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    struct lrp_lines lines = {0};
    char title[100];
    lrp_draw_title(canvas, rect, false, lrp_app_hint(app, lrp_app_view_row(app, app->view)->title, title, sizeof title));
    lrp_app_view_lines(app, app->view, &lines);
    draw_lines(canvas, (struct lrp_rect){rect.x, rect.y + 1, rect.columns, rect.rows - 1}, &lines, &app->windows[app->view],
               true);
    lrp_lines_free(&lines);
}

void lrp_draw_details(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    const bool focus = app->focus == LRP_PANE_DETAILS;
    struct lrp_lines lines = {0};
    char title[32];
    const int named = snprintf(title, sizeof title, "details of #%d ", layer ? layer->index : 0);
    lrp_draw_title(canvas, rect, focus, title);
    lrp_canvas_tail(canvas, rect.x + named, rect.y, rect.columns - named, lrp_app_layer_name(app, app->layer),
                    focus ? LRP_STYLE_FOCUS : LRP_STYLE_TITLE);
    lrp_app_details_lines(app, &lines);
    draw_lines(canvas, (struct lrp_rect){rect.x, rect.y + 1, rect.columns, rect.rows - 1}, &lines, &app->details_window, focus);
    lrp_lines_free(&lines);
}
