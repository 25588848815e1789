/* view_preview.c: the preview: heatmap of the selected layer, its legend, or why there is none. */
#include <stdio.h>
#include <string.h>

#include "pages.h"
#include "runes.h"
#include "view.h"

static const char blocked_text[] = "no relevance: model check failed – s skip, S register, Enter remedies";

static int notice_rows(const struct lrp_app *app, struct lrp_rect rect) {
    if (!lrp_app_blocked(app))
        return 0;
    struct lrp_lines lines = {0};
    lrp_lines_wrap(&lines, LRP_STYLE_WARNING, rect.columns, blocked_text);
    const int rows = lines.count < rect.rows - 2 ? lines.count : 0;
    lrp_lines_free(&lines);
    return rows;
}

static bool fresh(const struct lrp_app *app) {
    return app->picture.plane.values && !lrp_app_bars(app) && app->picture.layer == app->layer && app->picture.show == lrp_app_show(app);
}

struct lrp_heat_area lrp_preview_area(const struct lrp_app *app, struct lrp_rect rect) {
    const int notice = notice_rows(app, rect);
    if (!fresh(app) || rect.rows - 2 - notice < 1)
        return (struct lrp_heat_area){.width = 0};
    const struct lrp_rect inner = {rect.x, rect.y + 1 + notice, rect.columns, rect.rows - 2 - notice};
    return lrp_heat_area(&app->caps, app->picture.plane.width, app->picture.plane.height, inner);
}

/* "relevance of #3 features.5   Σ 0.998": the sum stays, the name gives way. */
static void title(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect) {
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    static const char *const kinds[] = {[LRP_SHOW_RELEVANCE] = "relevance", [LRP_SHOW_ACTIVATION] = "activation", [LRP_SHOW_WEIGHTS] = "weights"};
    const enum lrp_show show = lrp_app_show(app);
    const bool relevance = show == LRP_SHOW_RELEVANCE, picture = app->layer == 0 && show == LRP_SHOW_ACTIVATION, focus = app->focus == LRP_PANE_PREVIEW;
    const enum lrp_style style = focus ? LRP_STYLE_FOCUS : LRP_STYLE_TITLE;
    char sum[40] = "", value[32], what[48];
    if (relevance && app->now && app->now->relevance && app->now->relevance[app->layer])
        snprintf(sum, sizeof sum, "%s %s", app->caps.ascii ? "sum" : "Σ",
                 lrp_value_text(app->now->relevance_statistics[app->layer].sum, value, sizeof value));
    if (picture)
        snprintf(what, sizeof what, "input picture");
    else
        snprintf(what, sizeof what, "%s of #%d ", kinds[show], app->layer);
    lrp_view_title(canvas, rect, focus, what);
    const int from = lrp_text_columns(what), right = *sum ? lrp_text_columns(sum) + 2 : 0;
    if (from < rect.columns && !picture)
        lrp_canvas_tail(canvas, rect.x + from, rect.y, rect.columns - from - right, layer ? (app->layer ? layer->name : "input") : "", style);
    if (right > 0 && from + right < rect.columns)
        lrp_canvas_right(canvas, rect.x + rect.columns - right, rect.y, right, sum, style);
}

static void notice(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect) {
    const int rows = notice_rows(app, rect);
    struct lrp_lines lines = {0};
    lrp_lines_wrap(&lines, LRP_STYLE_WARNING, rect.columns, blocked_text);
    for (int i = 0; i < rows; i++)
        lrp_canvas_text(canvas, rect.x, rect.y + 1 + i, rect.columns, lines.items[i].text, LRP_STYLE_WARNING);
    lrp_lines_free(&lines);
}

static void legend(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect, int y) {
    const struct lrp_picture *p = &app->picture;
    char low[32], high[32], value[32];
    lrp_value_text((double)p->range.low, low, sizeof low);
    lrp_value_text((double)p->range.high, high, sizeof high);
    int x = rect.x + lrp_canvas_fit(canvas, rect.x, y, rect.columns, low, LRP_STYLE_NORMAL) + 1;
    const int bar = rect.columns - (x - rect.x) - lrp_text_columns(high) - 1 < 15 ? rect.columns - (x - rect.x) - lrp_text_columns(high) - 1 : 15;
    if (bar < 3)
        return;
    lrp_heat_legend(&app->caps, p, canvas, x, y, bar);
    x += bar + 1;
    x += lrp_canvas_text(canvas, x, y, rect.x + rect.columns - x, high, LRP_STYLE_NORMAL) + 2;
    if (p->range.invalid)
        x += lrp_canvas_format(canvas, x, y, rect.x + rect.columns - x, LRP_STYLE_WARNING, "%zu not finite", p->range.invalid) + 2;
    if (app->cursor_x < 0)
        return;
    const float v = p->plane.values[(size_t)app->cursor_y * (size_t)p->plane.width + (size_t)app->cursor_x];
    lrp_canvas_format(canvas, x, y, rect.x + rect.columns - x, LRP_STYLE_NORMAL, "[%d,%d] %s", app->cursor_y, app->cursor_x,
                      lrp_is_blank(v) ? "blank" : lrp_value_text((double)v, value, sizeof value));
}

/* Why the pane is empty. */
static const char *reason(const struct lrp_app *app) {
    const bool needs_input = lrp_app_show(app) != LRP_SHOW_WEIGHTS;
    if (!app->now)
        return "no model";
    if ((needs_input && (!app->now->input_label || !*app->now->input_label)))
        return "no input: i opens a picture; i grey and i random make one up";
    if (app->picture.layer == app->layer && app->picture.show == lrp_app_show(app) && app->picture.reason[0] &&
        !(needs_input && lrp_app_busy(app)))
        return app->picture.reason;
    return lrp_app_busy(app) ? "computing" : app->now->job == LRP_JOB_CANCELLED ? "cancelled: F5 computes" : "not computed";
}

void lrp_view_preview(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect) {
    if (lrp_app_bars(app)) {
        lrp_view_bars(app, canvas, rect);
        return;
    }
    title(app, canvas, rect);
    notice(app, canvas, rect);
    const struct lrp_heat_area area = lrp_preview_area(app, rect);
    if (area.width == 0) {
        struct lrp_lines lines = {0};
        lrp_lines_wrap(&lines, LRP_STYLE_DIM, rect.columns, reason(app));
        const int from = 1 + notice_rows(app, rect);
        for (int i = 0; i < lines.count && from + i < rect.rows && !fresh(app); i++)
            lrp_canvas_text(canvas, rect.x, rect.y + from + i, rect.columns, lines.items[i].text, LRP_STYLE_DIM);
        lrp_lines_free(&lines);
        return;
    }
    lrp_heat_draw(&app->caps, &app->picture, canvas, area);
    legend(app, canvas, rect, area.cells.y + area.cells.rows);
    if (app->cursor_x >= 0 && app->focus == LRP_PANE_PREVIEW) {
        int x, y;
        lrp_heat_cell_of(&area, &app->picture.plane, app->cursor_x, app->cursor_y, &x, &y);
        lrp_canvas_rune(canvas, x, y, '+', LRP_STYLE_CURSOR);
    }
}
