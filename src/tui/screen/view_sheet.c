/* view_sheet.c: a sheet over the inputs: of each the picture, small heatmaps of its relevance, and what it was explained for.
 */
#include <stdio.h>

#include "results.h"
#include "view.h"

enum { SHEET_LINES = 8, SHEET_WIDE = 2 * (SHEET_LINES - 1), SHEET_MARK = 2, SHEET_TEXT_LEAST = 18, SHEET_COLUMNS = 58 };

/* A small picture in the cells of a row; the column behind it. */
static int draw_map(struct lrp_canvas *canvas, const struct lrp_heat *heat, const struct lrp_plane *plane, int x, int y,
                    int right)
{
    if (!plane->values || x + SHEET_WIDE > right) return x;
    struct lrp_heat_area area =
        lrp_heat_area(heat->caps, plane->width, plane->height, (struct lrp_rect){x, y, SHEET_WIDE, SHEET_LINES - 1});
    area.cells.x = x;
    lrp_heat_draw(heat, plane, NULL, canvas, area);
    return x + SHEET_WIDE + 1;
}

static void draw_line(struct lrp_canvas *canvas, int x, int *y, int right, const char *label, const char *text)
{
    if (*text) lrp_canvas_format(canvas, x, (*y)++, right - x, LRP_STYLE_NORMAL, "%-7s %s", label, text);
}

/* What the list of results has in its columns, a line each. */
static void draw_outcome(const struct lrp_app *app, struct lrp_canvas *canvas, int row, int x, int y, int right, bool known)
{
    const struct lrp_result_entry *entry = &app->results.entries[row];
    const bool selected = row == app->windows[LRP_VIEW_sheet].selected;
    const enum lrp_style style = entry->sample->error ? selected ? LRP_STYLE_SELECTED_BAD : LRP_STYLE_BAD
                                 : selected           ? LRP_STYLE_SELECTED
                                                      : LRP_STYLE_TITLE;
    char cell[LRP_CELL_SIZE], hint[80];
    const struct lrp_result_column *column;
    const int last = y + SHEET_LINES - 1;
    lrp_canvas_tail(canvas, x, y++, right - x, entry->sample->name, style);
    for (int c = 0; (column = lrp_result_column_at(c)) && y < last; c++) {
        if (!column->width || !c) continue; /* its name stands above, its number is its place */
        column->text(entry, cell, sizeof cell);
        draw_line(canvas, x, &y, right, column->name, cell);
    }
    if (!known && !entry->sample->error && y < last)
        lrp_canvas_fit(canvas, x, y, right - x, lrp_app_hint(app, "{take-row} explains it", hint, sizeof hint), LRP_STYLE_DIM);
}

static void draw_input(const struct lrp_app *app, struct lrp_canvas *canvas, const struct lrp_heat *heats, struct lrp_rect rect,
                       int row)
{
    const struct lrp_result_entry *entry = &app->results.entries[row];
    const struct lrp_input_sheet *sheet = app->results.sheet;
    const struct lrp_input_map *map = sheet && (size_t)entry->index < sheet->count ? &sheet->maps[entry->index] : NULL;
    const bool selected = row == app->windows[LRP_VIEW_sheet].selected;
    const int right = rect.x + rect.columns, maps_end = right - SHEET_TEXT_LEAST;
    for (int i = 0; i < SHEET_LINES - 1; i++)
        lrp_canvas_rune(canvas, rect.x, rect.y + i, !selected ? ' ' : i ? 0x2502 : '>', LRP_STYLE_TITLE);
    int x = rect.x + SHEET_MARK;
    if (map && !lrp_app_linear(app)) {
        struct lrp_heat heat = heats[0];
        heat.range = &sheet->greys;
        x = draw_map(canvas, &heat, &map->picture, x, rect.y, maps_end);
        for (int i = 0; i < LRP_SHEET_INPUTS; i++) {
            heat = heats[1];
            heat.range = &map->range[i];
            x = draw_map(canvas, &heat, &map->relevance[i], x, rect.y, maps_end);
        }
    }
    draw_outcome(app, canvas, row, x, rect.y, right, map && map->known);
}

static void draw_sheet(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    static const struct lrp_heatmap_options nothing = {.gamma = 1, .overlay = 1};
    const struct lrp_input_sheet *sheet = app->results.sheet;
    const int first = lrp_app_first_row(app, LRP_VIEW_sheet), page = lrp_app_page(app, LRP_VIEW_sheet),
              abreast = lrp_app_abreast(app, LRP_VIEW_sheet), width = rect.columns / abreast;
    char hint[200];
    const char *none = !app->results.all     ? "no inputs to lay out: lrpscope MODEL FOLDER|FILES..."
                       : !app->results.count ? "no input matches the filter: {escape} shows all"
                                             : NULL;
    if (none)
        lrp_canvas_fit(canvas, rect.x, rect.y, rect.columns, lrp_app_hint(app, none, hint, sizeof hint), LRP_STYLE_DIM);
    else
        lrp_canvas_format(canvas, rect.x, rect.y, rect.columns, LRP_STYLE_COLUMN,
                          "inputs %d-%d of %d: the input, its relevance", first + 1,
                          first + page < app->results.count ? first + page : app->results.count, app->results.count);
    if (none) return;
    struct lrp_heatmap_options options = sheet && sheet->options.colormap ? sheet->options : nothing, greys;
    lrp_heatmap_defaults("activation", &greys);
    greys.colormap = lrp_colormap_find(NULL, "gray");
    if (!options.colormap) lrp_heatmap_defaults("relevance", &options);
    struct lrp_heat heats[2];
    heats[0] = lrp_heat_make(&app->caps, &greys, &(struct lrp_range){.low = 0, .high = 1}, false, canvas);
    heats[1] = lrp_heat_make(&app->caps, &options, &(struct lrp_range){.low = -1, .high = 1, .symmetric = true}, false, canvas);
    for (int i = 0; i < page && first + i < app->results.count; i++)
        draw_input(
            app, canvas, heats,
            (struct lrp_rect){rect.x + i % abreast * width, rect.y + 1 + i / abreast * SHEET_LINES, width - 1, SHEET_LINES},
            first + i);
}

static int abreast_in(int columns)
{
    return columns > 2 * SHEET_COLUMNS ? columns / SHEET_COLUMNS : 1;
}

const struct lrp_view_row lrp_view_sheet = {.name = "sheet",
                                            .draw = draw_sheet,
                                            .row_count = lrp_app_result_count,
                                            .row_text = lrp_app_result_text,
                                            .row_take = lrp_app_take_result,
                                            .row_lines = SHEET_LINES,
                                            .abreast = abreast_in,
                                            .opened = lrp_app_select_result,
                                            .lists_results = true,
                                            .whole_body = true};
