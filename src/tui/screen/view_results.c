/* view_results.c: the samples of a batch: what each was explained for, how strongly, and where it belongs. */
#include <stdio.h>
#include <string.h>

#include "results.h"
#include "runes.h"
#include "view.h"

enum { RESULT_COLUMNS_MOST = 16, RESULT_MARK = 2, LEAST_NAME = 12 };

/* Columns as wide as they are drawn; 0: left out. */
struct result_widths {
    int width[RESULT_COLUMNS_MOST], count;
};

static bool is_empty(const struct lrp_app *app, int column)
{
    char cell[LRP_CELL_SIZE];
    const int count = app->results.count < 400 ? app->results.count : 400;
    for (int i = 0; i < count; i++) {
        lrp_result_column_at(column)->text(&app->results.entries[i], cell, sizeof cell);
        if (*cell) return false;
    }
    return count > 0;
}

/* The least important ones go until the name has room; it takes what is left. */
static struct result_widths measure_results(const struct lrp_app *app, int columns)
{
    struct result_widths w = {.count = 0};
    int name = 0, left = columns - RESULT_MARK;
    for (const struct lrp_result_column *c; w.count < RESULT_COLUMNS_MOST && (c = lrp_result_column_at(w.count)); w.count++) {
        w.width[w.count] = c->width && is_empty(app, w.count) ? 0 : c->width;
        left -= w.width[w.count] ? w.width[w.count] + 1 : 0;
        name = c->width ? name : w.count;
    }
    while (left < LEAST_NAME) {
        int least = -1;
        for (int i = 0; i < w.count; i++)
            if (w.width[i] && (least < 0 || lrp_result_column_at(i)->importance < lrp_result_column_at(least)->importance))
                least = i;
        if (least < 0) break;
        left += w.width[least] + 1;
        w.width[least] = 0;
    }
    w.width[name] = left > 1 ? left - 1 : 1;
    return w;
}

static void put_cell(struct lrp_canvas *canvas, int x, int y, int width, const char *text, bool right, enum lrp_style style)
{
    if (right)
        lrp_canvas_right(canvas, x, y, width, text, style);
    else
        lrp_canvas_fit(canvas, x, y, width, text, style);
}

static void draw_result_titles(const struct lrp_app *app, const struct result_widths *w, struct lrp_canvas *canvas,
                               struct lrp_rect rect)
{
    int x = rect.x + RESULT_MARK;
    for (int c = 0; c < w->count; c++) {
        const struct lrp_result_column *column = lrp_result_column_at(c);
        char title[40];
        if (!w->width[c]) continue;
        const char *mark = app->results.reversed ? canvas->ascii ? "v" : "▾" : canvas->ascii ? "^" : "▴";
        snprintf(title, sizeof title, "%s%s", column->name, app->results.column == c ? mark : "");
        put_cell(canvas, x, rect.y, w->width[c], title, column->right, LRP_STYLE_COLUMN);
        x += w->width[c] + 1;
    }
}

static enum lrp_style row_style(const struct lrp_outcome *sample, bool selected)
{
    if (selected) return sample->error ? LRP_STYLE_SELECTED_BAD : LRP_STYLE_SELECTED;
    return sample->error ? LRP_STYLE_BAD : sample->warnings ? LRP_STYLE_WARNING : LRP_STYLE_NORMAL;
}

static void draw_result(const struct lrp_app *app, const struct result_widths *w, struct lrp_canvas *canvas,
                        struct lrp_rect rect, int row)
{
    const struct lrp_result_entry *entry = &app->results.entries[row];
    const bool selected = row == app->windows[app->view].selected;
    const enum lrp_style style = row_style(entry->sample, selected);
    int x = rect.x + RESULT_MARK;
    if (selected) lrp_canvas_fill(canvas, rect, style);
    lrp_canvas_rune(canvas, rect.x, rect.y, selected ? '>' : ' ', style);
    lrp_canvas_rune(canvas, rect.x + 1, rect.y, entry->index == app->results.opened ? '*' : ' ', style);
    for (int c = 0; c < w->count; c++) {
        char cell[LRP_CELL_SIZE];
        if (!w->width[c]) continue;
        lrp_result_column_at(c)->text(entry, cell, sizeof cell);
        put_cell(canvas, x, rect.y, w->width[c], cell, lrp_result_column_at(c)->right, style);
        x += w->width[c] + 1;
    }
}

/* "45 of 60 samples, 1 bad input, 3 clusters; 12 shown" */
static void draw_result_sum(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at)
{
    const struct lrp_batch_results *all = app->results.all;
    char line[600], clusters[40] = "", shown[300] = "";
    if (all->clusters) snprintf(clusters, sizeof clusters, ", %d clusters", all->clusters);
    if (app->results.filter) snprintf(shown, sizeof shown, "; %d with %.200s", app->results.count, app->results.filter);
    snprintf(line, sizeof line, "%zu of %zu samples, %zu bad input%s%s%s", all->there, all->samples, all->failed,
             all->failed == 1 ? "" : "s", clusters, shown);
    lrp_canvas_fit(canvas, at.x, at.y, at.columns, line, LRP_STYLE_TITLE);
}

static void draw_results(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    char hint[200];
    const char *none = !app->results.all     ? "nothing to list: lrpscope FOLDER (a batch), or MODEL FILES..."
                       : app->results.count  ? NULL
                       : app->results.filter ? "no sample matches the filter: {escape} shows all"
                                             : "no sample is there yet";
    const bool room = rect.rows > 3 && app->results.all;
    if (none) lrp_canvas_fit(canvas, rect.x, rect.y, rect.columns, lrp_app_hint(app, none, hint, sizeof hint), LRP_STYLE_DIM);
    if (app->results.count) {
        const struct result_widths w = measure_results(app, rect.columns);
        draw_result_titles(app, &w, canvas, rect);
        for (int i = 0; i < rect.rows - 1 - room && app->windows[app->view].top + i < app->results.count; i++)
            draw_result(app, &w, canvas, (struct lrp_rect){rect.x, rect.y + 1 + i, rect.columns, 1},
                        app->windows[app->view].top + i);
    }
    if (room) draw_result_sum(app, canvas, (struct lrp_rect){rect.x, rect.y + rect.rows - 1, rect.columns, 1});
}

/* The last line tells of the whole. */
static int results_page(int rows)
{
    return rows > 2 ? rows - 1 : 1;
}

const struct lrp_view_row lrp_view_results = {.name = "results",
                                              .draw = draw_results,
                                              .row_count = lrp_app_result_count,
                                              .row_text = lrp_app_result_text,
                                              .row_take = lrp_app_take_result,
                                              .page = results_page,
                                              .lists_results = true,
                                              .whole_body = true};
