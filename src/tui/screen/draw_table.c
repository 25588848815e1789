/* draw_table.c: a table of layers: columns that shrink and go as the pane gets narrow. */
#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "format.h"
#include "runes.h"
#include "view.h"

enum { LRP_MARKS = 3, LRP_INDENT_MOST = 4 };

struct screen_table {
    const struct lrp_column *columns;
    int count;
    int width[LRP_COLUMNS_MOST]; /* 0: left out */
    int number;                  /* columns of the index */
    int gap;                     /* columns between columns */
};

/* Columns of the lines in front of a layer that lies in branches. */
static int indent_of(const struct lrp_app *app, int layer)
{
    const int depth = layer < app->tree.layers ? app->tree.depth[layer] : 0;
    return depth < LRP_INDENT_MOST ? depth : LRP_INDENT_MOST;
}

/* It does not go on from the row above. */
static bool begins_branch(const struct lrp_app *app, int layer)
{
    const struct lrp_layer *row = lrp_app_layer(app, layer);
    return row && row->input_count > 0 && row->sources[0] != layer - 1;
}

/* " 3"; of several inputs of the model, which. */
static int put_source(const struct lrp_app *app, const struct lrp_layer *row, int k, char *out, size_t size)
{
    const int source = lrp_app_source(app, row, k);
    if (lrp_app_place_count(app) == lrp_app_layer_count(app) || !lrp_app_is_input(app, source))
        return snprintf(out, size, " %d", source);
    return snprintf(out, size, " %.24s", lrp_app_layer_name(app, source));
}

/* " ← 3 9": where a join's inputs come from; "" for other layers. Columns it takes. */
static int joins_of(const struct lrp_app *app, int layer, char *out)
{
    enum { NAMED = 3 };
    const struct lrp_layer *row = lrp_app_layer(app, layer);
    char text[LRP_CELL_SIZE] = "";
    int used = row && row->input_count > 1 ? snprintf(text, sizeof text, " ←") : 0;
    for (int i = 0; used && i < row->input_count && i < NAMED; i++)
        used += put_source(app, row, i, text + used, sizeof text - (size_t)used);
    if (used && row->input_count > NAMED) snprintf(text + used, sizeof text - (size_t)used, " …");
    if (out) memcpy(out, text, sizeof text);
    return lrp_text_columns(text);
}

/* Names of folded containers, which may be longer than any layer's; at least `width`. */
static int widest_fold(const struct lrp_app *app, const struct lrp_column *column, int width)
{
    char cell[LRP_CELL_SIZE];
    for (int n = 0; column->fold_cell && n < app->tree.node_count; n++) {
        if (!app->tree.nodes[n].folded || !app->tree.nodes[n].kind) continue;
        column->fold_cell(app, n, cell);
        width = lrp_text_columns(cell) > width ? lrp_text_columns(cell) : width;
    }
    return width;
}

static int widest_cell(const struct lrp_app *app, const struct lrp_column *column)
{
    const bool names = column->what == LRP_COLUMN_NAME;
    int width = lrp_text_columns(column->title);
    char cell[LRP_CELL_SIZE];
    for (int i = 0; i < lrp_app_place_count(app) && width < column->most; i++) {
        column->cell(app, i, cell);
        const int columns = lrp_text_columns(cell) + (names ? indent_of(app, i) + joins_of(app, i, NULL) : 0);
        width = columns > width ? columns : width;
    }
    return width;
}

void lrp_measure_table(const struct lrp_app *app, enum lrp_view view, int widths[LRP_COLUMNS_MOST])
{
    const struct lrp_view_row *table = lrp_app_view_row(app, view);
    for (int c = 0; c < table->column_count; c++)
        widths[c] = table->columns[c].what == LRP_COLUMN_SUM ? LRP_SUM_COLUMNS /* values come and go */
                                                             : widest_cell(app, &table->columns[c]);
}

/* As they were measured, and folded containers, which come and go. */
static void want_widths(const struct lrp_app *app, struct screen_table *t)
{
    for (int c = 0; c < t->count; c++) {
        int width = app->measured.width[c];
        if (t->columns[c].what == LRP_COLUMN_NAME) width = widest_fold(app, &t->columns[c], width);
        t->width[c] = width < t->columns[c].most ? width : t->columns[c].most;
    }
}

static int width_of(const struct screen_table *t)
{
    int total = LRP_MARKS + t->number;
    for (int c = 0; c < t->count; c++) total += t->width[c] ? t->width[c] + t->gap : 0;
    return total;
}

/* Takes from the widest columns, down to their least. */
static void shrink_columns(struct screen_table *t, int columns)
{
    for (int over = width_of(t) - columns; over > 0; over--) {
        int widest = -1;
        for (int c = 0; c < t->count; c++)
            if (t->width[c] > t->columns[c].least && (widest < 0 || t->width[c] > t->width[widest])) widest = c;
        if (widest < 0) return;
        t->width[widest]--;
    }
}

static void lay_out(const struct lrp_app *app, struct screen_table *t, int columns)
{
    int full[LRP_COLUMNS_MOST];
    char number[16];
    t->number = snprintf(number, sizeof number, "%d", lrp_app_layer_count(app) - 1);
    t->number = t->number < 2 ? 2 : t->number;
    t->gap = columns < 90 ? 1 : 2;
    want_widths(app, t);
    memcpy(full, t->width, sizeof full);
    for (int left = t->count; left > 1; left--) {
        shrink_columns(t, columns);
        if (width_of(t) <= columns) return;
        int least = -1;
        for (int c = 0; c < t->count; c++)
            if (full[c] && (least < 0 || t->columns[c].importance < t->columns[least].importance)) least = c;
        full[least] = 0;
        memcpy(t->width, full, sizeof full);
    }
    t->width[0] = columns - LRP_MARKS - t->number - t->gap > 1 ? columns - LRP_MARKS - t->number - t->gap : 1;
}

static void draw_titles(const struct lrp_app *app, const struct screen_table *t, struct lrp_canvas *canvas,
                        struct lrp_rect rect, bool focus)
{
    const enum lrp_style style = focus ? LRP_STYLE_FOCUS : LRP_STYLE_COLUMN;
    lrp_canvas_fill(canvas, (struct lrp_rect){rect.x, rect.y, rect.columns, 1}, focus ? style : LRP_STYLE_NORMAL);
    lrp_canvas_right(canvas, rect.x + LRP_MARKS, rect.y, t->number, "#", style);
    int x = rect.x + LRP_MARKS + t->number + t->gap;
    for (int c = 0; c < t->count; c++) {
        const struct lrp_column *column = &t->columns[c];
        const char *title = canvas->ascii && column->ascii_title ? column->ascii_title : column->title;
        if (!t->width[c]) continue;
        if (column->what == LRP_COLUMN_SUM && lrp_app_sums_samples(app)) title = canvas->ascii ? "R all" : "ΣR all";
        if (column->right)
            lrp_canvas_right(canvas, x, rect.y, t->width[c], title, style);
        else
            lrp_canvas_fit(canvas, x, rect.y, t->width[c], title, style);
        x += t->width[c] + t->gap;
    }
}

static enum lrp_style check_style(const struct lrp_app *app, int layer, enum lrp_style otherwise)
{
    const struct lrp_check_row *row = lrp_app_check(app, layer);
    if (!row || otherwise != LRP_STYLE_NORMAL) return otherwise;
    return row->state == LRP_CHECK_PASSED       ? LRP_STYLE_GOOD
           : row->state == LRP_CHECK_REGISTERED ? LRP_STYLE_REGISTERED
                                                : otherwise;
}

/* What was searched for stands out in the name. */
static void highlight(const struct lrp_app *app, struct lrp_canvas *canvas, int x, int y, int width, const char *name)
{
    const char *hit = app->search && *app->search ? strcasestr(name, app->search) : NULL;
    char before[LRP_CELL_SIZE];
    if (!hit || lrp_text_columns(name) > width) return;
    snprintf(before, sizeof before, "%.*s", (int)(hit - name), name);
    lrp_canvas_restyle(canvas, (struct lrp_rect){x + lrp_text_columns(before), y, lrp_text_columns(app->search), 1},
                       LRP_STYLE_MATCH);
}

struct table_row {
    int layer, fold; /* fold: the scope it stands for, or -1 */
    bool selected, bad, doubted, tagged;
    enum lrp_style style;
    char above[LRP_CELL_SIZE]; /* the name in the row above on the screen; "": there is none */
};

static bool is_tagged(const struct lrp_app *app, int layer)
{
    return (size_t)layer < app->tagged_size && app->tagged[layer];
}

static struct table_row row_of(const struct lrp_app *app, int at)
{
    const enum lrp_view view = app->view;
    struct table_row row = {.layer = lrp_app_row_layer(app, view, at), .fold = lrp_app_row_fold(app, view, at)};
    row.selected = at == app->windows[view].selected;
    row.bad = lrp_app_row_first(app, view, at, lrp_app_failed) >= 0;
    row.doubted = lrp_app_row_first(app, view, at, lrp_app_doubted) >= 0;
    row.tagged = lrp_app_row_first(app, view, at, is_tagged) >= 0;
    row.style = row.selected ? (row.bad ? LRP_STYLE_SELECTED_BAD : LRP_STYLE_SELECTED)
                : row.bad    ? LRP_STYLE_BAD
                             : LRP_STYLE_NORMAL;
    return row;
}

static void draw_marks(struct lrp_canvas *canvas, const struct table_row *row, int x, int y)
{
    lrp_canvas_rune(canvas, x, y, row->selected ? '>' : ' ', row->style);
    lrp_canvas_rune(canvas, x + 1, y, row->tagged ? '+' : ' ', row->tagged && !row->selected ? LRP_STYLE_TAG : row->style);
    lrp_canvas_rune(canvas, x + 2, y,
                    row->bad       ? 0x2717
                    : row->doubted ? '!'
                                   : ' ',
                    row->doubted && row->style == LRP_STYLE_NORMAL ? LRP_STYLE_WARNING : row->style);
}

/* Columns of the scopes that a name begins with as the one in the row above does. */
static int shared_columns(const char *name, const char *above)
{
    const char *scope = name;
    for (const char *c = name; *c && *c == *above; c++, above++)
        if (*c == '/') scope = c + 1;
    char begin[LRP_CELL_SIZE];
    snprintf(begin, sizeof begin, "%.*s", (int)(scope - name), name);
    return lrp_text_columns(begin);
}

/* What the row above says already steps back; a name that is cut has lost that first. */
static void dim_shared(struct lrp_canvas *canvas, const struct table_row *row, int x, int y, int width, const char *name)
{
    const int columns = lrp_text_columns(name), cut = columns > width ? columns - width : 0;
    const int shared = shared_columns(name, row->above) - cut;
    if (shared > 0 && row->style == LRP_STYLE_NORMAL)
        lrp_canvas_restyle(canvas, (struct lrp_rect){x, y, shared, 1}, LRP_STYLE_DIM);
}

/* Lines for the branches it lies in, the end of its name, and the sources of a join. */
static void draw_name(const struct lrp_app *app, struct lrp_canvas *canvas, const struct table_row *row, int x, int y,
                      int width, const char *name)
{
    char joins[LRP_CELL_SIZE];
    const int lines = row->fold < 0 ? indent_of(app, row->layer) : 0, indent = lines < width / 3 ? lines : width / 3;
    const int wanted = row->fold < 0 ? joins_of(app, row->layer, joins) : 0, behind = wanted <= width * 2 / 3 ? wanted : 0;
    const int room = width - indent - behind;
    for (int i = 0; i < indent; i++)
        lrp_canvas_rune(canvas, x + i, y, i == indent - 1 && begins_branch(app, row->layer) ? 0x251C : 0x2502,
                        row->selected ? row->style : LRP_STYLE_BORDER);
    const int named = lrp_canvas_tail(canvas, x + indent, y, room, name, row->style);
    dim_shared(canvas, row, x + indent, y, room, name);
    highlight(app, canvas, x + indent, y, room, name);
    if (behind) lrp_canvas_text(canvas, x + indent + named, y, behind, joins, row->selected ? row->style : LRP_STYLE_DIM);
}

static void draw_cell(const struct lrp_app *app, const struct lrp_column *column, struct lrp_canvas *canvas,
                      const struct table_row *row, int x, int y, int width)
{
    char cell[LRP_CELL_SIZE] = "";
    if (row->fold < 0)
        column->cell(app, row->layer, cell);
    else if (column->fold_cell)
        column->fold_cell(app, row->fold, cell);
    const enum lrp_style style =
        column->what == LRP_COLUMN_CHECK && row->fold < 0 ? check_style(app, row->layer, row->style) : row->style;
    if (column->what == LRP_COLUMN_NAME)
        draw_name(app, canvas, row, x, y, width, cell);
    else if (column->right)
        lrp_canvas_right(canvas, x, y, width, cell, style);
    else
        lrp_canvas_fit(canvas, x, y, width, cell, style);
}

static void draw_row(const struct lrp_app *app, const struct screen_table *t, struct lrp_canvas *canvas, struct lrp_rect rect,
                     const struct table_row *row)
{
    char number[LRP_CELL_SIZE];
    if (row->selected) lrp_canvas_fill(canvas, rect, row->style);
    draw_marks(canvas, row, rect.x, rect.y);
    snprintf(number, sizeof number, "%d", lrp_app_layer(app, row->layer)->index);
    if (row->fold >= 0) snprintf(number, sizeof number, "%s", app->caps.ascii ? "+" : "▸");
    lrp_canvas_right(canvas, rect.x + LRP_MARKS, rect.y, t->number, number,
                     row->style == LRP_STYLE_NORMAL ? LRP_STYLE_DIM : row->style);
    int x = rect.x + LRP_MARKS + t->number + t->gap;
    for (int c = 0; c < t->count; c++) {
        if (!t->width[c]) continue;
        draw_cell(app, &t->columns[c], canvas, row, x, rect.y, t->width[c]);
        x += t->width[c] + t->gap;
    }
}

static void name_row(const struct lrp_app *app, const struct screen_table *t, int at, char *out)
{
    const int layer = lrp_app_row_layer(app, app->view, at), fold = lrp_app_row_fold(app, app->view, at);
    for (int c = 0; c < t->count; c++) {
        if (t->columns[c].what != LRP_COLUMN_NAME) continue;
        if (fold < 0)
            t->columns[c].cell(app, layer, out);
        else if (t->columns[c].fold_cell)
            t->columns[c].fold_cell(app, fold, out);
    }
}

void lrp_draw_table(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    const struct lrp_view_row *view = lrp_app_view_row(app, app->view);
    struct screen_table t = {.columns = view->columns, .count = view->column_count};
    const struct lrp_window *window = &app->windows[app->view];
    lay_out(app, &t, rect.columns);
    draw_titles(app, &t, canvas, rect, app->focus == LRP_PANE_LIST && lrp_app_layout(app).has_preview);
    for (int i = 0; i < rect.rows - 1; i++) {
        struct table_row row = row_of(app, window->top + i);
        if (row.layer < 0) break;
        if (i > 0) name_row(app, &t, window->top + i - 1, row.above);
        draw_row(app, &t, canvas, (struct lrp_rect){rect.x, rect.y + 1 + i, rect.columns, 1}, &row);
    }
}
