/* view_list.c: the layer list and the check table: columns that shrink and go as the pane gets narrow. */
#include <stdio.h>
#include <string.h>

#include "pages.h"
#include "runes.h"
#include "view.h"

enum { LRP_CELL_SIZE = 256, LRP_COLUMNS_MOST = 8, LRP_SAMPLE_ROWS = 400, LRP_MARKS = 3, LRP_SUM_COLUMNS = 7 };

/* Content of a column for a layer. */
typedef void cell_fn(const struct lrp_app *app, int layer, char *out);

struct column {
    const char *title, *ascii_title; /* NULL: the same */
    int least, most; /* columns it may shrink to and take */
    int importance;  /* the least important one goes first */
    bool right;
    cell_fn *cell;
};
struct table {
    const struct column *columns;
    int count;
    int width[LRP_COLUMNS_MOST]; /* 0: left out */
    int number;                  /* columns of the index */
    int gap;                     /* columns between columns */
};

static const struct lrp_layer *at(const struct lrp_app *app, int layer) { return &app->now->layers->rows[layer]; }
static void put(char *out, const char *text) { snprintf(out, LRP_CELL_SIZE, "%s", text ? text : ""); }

static void cell_name(const struct lrp_app *app, int layer, char *out) {
    put(out, layer == 0 ? "input" : at(app, layer)->name);
}
static void cell_type(const struct lrp_app *app, int layer, char *out) {
    put(out, layer == 0 ? "" : at(app, layer)->type);
}
static void cell_shape(const struct lrp_app *app, int layer, char *out) {
    lrp_shape_cell(at(app, layer), app->caps.ascii, out, LRP_CELL_SIZE);
}
static void cell_params(const struct lrp_app *app, int layer, char *out) {
    if (layer == 0)
        put(out, "");
    else
        lrp_count_text(at(app, layer)->parameters, out, LRP_CELL_SIZE);
}
static void cell_rule(const struct lrp_app *app, int layer, char *out) { lrp_rule_cell(app, layer, out, LRP_CELL_SIZE); }
static void cell_check(const struct lrp_app *app, int layer, char *out) { put(out, lrp_check_cell(app, layer)); }
static void cell_sum(const struct lrp_app *app, int layer, char *out) {
    if (app->now->relevance && app->now->relevance[layer] && !lrp_app_blocked(app))
        lrp_value_fit(app->now->relevance_statistics[layer].sum, LRP_SUM_COLUMNS, out, LRP_CELL_SIZE);
    else
        put(out, "–");
}
static void cell_activation(const struct lrp_app *app, int layer, char *out) { put(out, at(app, layer)->activation); }
static void cell_layer_ok(const struct lrp_app *app, int layer, char *out) { put(out, lrp_app_check(app, layer)->layer_supported ? "yes" : "no"); }
static void cell_activation_ok(const struct lrp_app *app, int layer, char *out) {
    put(out, lrp_app_check(app, layer)->activation_supported ? "yes" : "no");
}
static void cell_reason(const struct lrp_app *app, int layer, char *out) { put(out, lrp_app_check(app, layer)->reason); }

static const struct column layer_columns[] = {
    {"layer", NULL, 14, 40, 100, false, cell_name},     {"type", NULL, 11, 24, 70, false, cell_type},
    {"out", NULL, 10, 16, 50, false, cell_shape},       {"params", NULL, 6, 8, 40, true, cell_params},
    {"rule", NULL, 12, 30, 60, false, cell_rule},       {"check", NULL, 10, 10, 80, false, cell_check},
    {"ΣR", "sum R", LRP_SUM_COLUMNS, LRP_SUM_COLUMNS, 90, true, cell_sum},
};
static const struct column check_columns[] = {
    {"layer", NULL, 12, 32, 100, false, cell_name},          {"type", NULL, 8, 20, 80, false, cell_type},
    {"ok", NULL, 3, 3, 60, false, cell_layer_ok},            {"activation", NULL, 10, 14, 70, false, cell_activation},
    {"ok", NULL, 3, 3, 60, false, cell_activation_ok},       {"reason", NULL, 12, 120, 90, false, cell_reason},
};

static void measure(const struct lrp_app *app, struct table *t) {
    /* an odd step, so that every second layer is not always the same kind */
    const int layers = lrp_app_layer_count(app), stride = (layers / LRP_SAMPLE_ROWS) | 1;
    char cell[LRP_CELL_SIZE];
    for (int c = 0; c < t->count; c++) {
        int width = lrp_text_columns(t->columns[c].title);
        for (int i = 0; i < layers; i += stride) {
            t->columns[c].cell(app, i, cell);
            const int columns = lrp_text_columns(cell);
            width = columns > width ? columns : width;
        }
        t->width[c] = width < t->columns[c].most ? width : t->columns[c].most;
        if (t->columns[c].cell == cell_sum)
            t->width[c] = LRP_SUM_COLUMNS; /* values come and go */
    }
}

static int width_of(const struct table *t) {
    int total = LRP_MARKS + t->number;
    for (int c = 0; c < t->count; c++)
        total += t->width[c] ? t->width[c] + t->gap : 0;
    return total;
}

/* Takes from the widest columns, down to their least. */
static void shrink(struct table *t, int columns) {
    for (int over = width_of(t) - columns; over > 0; over--) {
        int widest = -1;
        for (int c = 0; c < t->count; c++)
            if (t->width[c] > t->columns[c].least && (widest < 0 || t->width[c] > t->width[widest]))
                widest = c;
        if (widest < 0)
            return;
        t->width[widest]--;
    }
}

static void lay_out(const struct lrp_app *app, struct table *t, int columns) {
    int full[LRP_COLUMNS_MOST];
    char number[16];
    t->number = snprintf(number, sizeof number, "%d", lrp_app_layer_count(app) - 1);
    t->number = t->number < 2 ? 2 : t->number;
    t->gap = columns < 90 ? 1 : 2;
    measure(app, t);
    memcpy(full, t->width, sizeof full);
    for (int left = t->count; left > 1; left--) {
        shrink(t, columns);
        if (width_of(t) <= columns)
            return;
        int least = -1;
        for (int c = 0; c < t->count; c++)
            if (full[c] && (least < 0 || t->columns[c].importance < t->columns[least].importance))
                least = c;
        full[least] = 0;
        memcpy(t->width, full, sizeof full);
    }
    t->width[0] = columns - LRP_MARKS - t->number - t->gap > 1 ? columns - LRP_MARKS - t->number - t->gap : 1;
}

static void draw_titles(const struct table *t, struct lrp_canvas *canvas, struct lrp_rect rect, bool focus) {
    const enum lrp_style style = focus ? LRP_STYLE_FOCUS : LRP_STYLE_COLUMN;
    lrp_canvas_fill(canvas, (struct lrp_rect){rect.x, rect.y, rect.columns, 1}, focus ? style : LRP_STYLE_NORMAL);
    lrp_canvas_right(canvas, rect.x + LRP_MARKS, rect.y, t->number, "#", style);
    int x = rect.x + LRP_MARKS + t->number + t->gap;
    for (int c = 0; c < t->count; c++) {
        const struct column *column = &t->columns[c];
        const char *title = canvas->ascii && column->ascii_title ? column->ascii_title : column->title;
        if (!t->width[c])
            continue;
        if (column->right)
            lrp_canvas_right(canvas, x, rect.y, t->width[c], title, style);
        else
            lrp_canvas_fit(canvas, x, rect.y, t->width[c], title, style);
        x += t->width[c] + t->gap;
    }
}

static enum lrp_style check_style(const struct lrp_app *app, int layer, enum lrp_style otherwise) {
    const struct lrp_check_row *row = lrp_app_check(app, layer);
    if (!row || otherwise != LRP_STYLE_NORMAL)
        return otherwise;
    return row->state == LRP_CHECK_PASSED ? LRP_STYLE_GOOD : row->state == LRP_CHECK_REGISTERED ? LRP_STYLE_REGISTERED : otherwise;
}

/* What was searched for stands out in the name. */
static void highlight(const struct lrp_app *app, struct lrp_canvas *canvas, int x, int y, int width, const char *name) {
    const char *hit = app->search && *app->search ? strcasestr(name, app->search) : NULL;
    char before[LRP_CELL_SIZE];
    if (!hit || lrp_text_columns(name) > width)
        return;
    snprintf(before, sizeof before, "%.*s", (int)(hit - name), name);
    lrp_canvas_restyle(canvas, (struct lrp_rect){x + lrp_text_columns(before), y, lrp_text_columns(app->search), 1}, LRP_STYLE_MATCH);
}

static void draw_marks(const struct lrp_app *app, struct lrp_canvas *canvas, int layer, int x, int y, bool selected, enum lrp_style style) {
    const bool tagged = (size_t)layer < app->tagged_size && app->tagged[layer];
    lrp_canvas_rune(canvas, x, y, selected ? '>' : ' ', style);
    lrp_canvas_rune(canvas, x + 1, y, tagged ? '+' : ' ', tagged && !selected ? LRP_STYLE_TAG : style);
    lrp_canvas_rune(canvas, x + 2, y, lrp_app_failed(app, layer) ? 0x2717 : ' ', style);
}

static void draw_row(const struct lrp_app *app, const struct table *t, struct lrp_canvas *canvas, struct lrp_rect rect, int layer,
                     bool selected) {
    const bool bad = lrp_app_failed(app, layer);
    const enum lrp_style style = selected ? (bad ? LRP_STYLE_SELECTED_BAD : LRP_STYLE_SELECTED) : bad ? LRP_STYLE_BAD : LRP_STYLE_NORMAL;
    char cell[LRP_CELL_SIZE];
    if (selected)
        lrp_canvas_fill(canvas, rect, style);
    draw_marks(app, canvas, layer, rect.x, rect.y, selected, style);
    snprintf(cell, sizeof cell, "%d", layer);
    lrp_canvas_right(canvas, rect.x + LRP_MARKS, rect.y, t->number, cell, style == LRP_STYLE_NORMAL ? LRP_STYLE_DIM : style);
    int x = rect.x + LRP_MARKS + t->number + t->gap;
    for (int c = 0; c < t->count; c++) {
        const struct column *column = &t->columns[c];
        if (!t->width[c])
            continue;
        column->cell(app, layer, cell);
        const enum lrp_style in = column->cell == cell_check ? check_style(app, layer, style) : style;
        if (column->right)
            lrp_canvas_right(canvas, x, rect.y, t->width[c], cell, in);
        else if (column->cell == cell_name)
            lrp_canvas_tail(canvas, x, rect.y, t->width[c], cell, in);
        else
            lrp_canvas_fit(canvas, x, rect.y, t->width[c], cell, in);
        if (column->cell == cell_name)
            highlight(app, canvas, x, rect.y, t->width[c], cell);
        x += t->width[c] + t->gap;
    }
}

static void draw_table(const struct lrp_app *app, struct table *t, struct lrp_canvas *canvas, struct lrp_rect rect, enum lrp_view view) {
    const struct lrp_window *window = &app->windows[view];
    lay_out(app, t, rect.columns);
    draw_titles(t, canvas, rect, app->focus == LRP_PANE_LIST && lrp_app_layout(app).has_preview);
    for (int i = 0; i < rect.rows - 1; i++) {
        const int row = window->top + i, layer = lrp_app_row_layer(app, view, row);
        if (layer < 0)
            break;
        draw_row(app, t, canvas, (struct lrp_rect){rect.x, rect.y + 1 + i, rect.columns, 1}, layer, row == window->selected);
    }
}

void lrp_view_list(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect) {
    struct table t = {.columns = layer_columns, .count = sizeof layer_columns / sizeof *layer_columns};
    if (!app->now)
        lrp_canvas_text(canvas, rect.x, rect.y, rect.columns, "no model: O opens one", LRP_STYLE_DIM);
    else if (app->shown_count == 0)
        lrp_canvas_fit(canvas, rect.x, rect.y, rect.columns, "no layer matches the filter: Esc shows all", LRP_STYLE_DIM);
    else
        draw_table(app, &t, canvas, rect, LRP_VIEW_LAYERS);
}

/* The failing layers above, what to do below. */
void lrp_view_check(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect) {
    struct table t = {.columns = check_columns, .count = sizeof check_columns / sizeof *check_columns};
    const int count = lrp_app_row_count(app, LRP_VIEW_CHECK), page = lrp_app_page(app, LRP_VIEW_CHECK);
    if (!app->now) {
        lrp_canvas_fit(canvas, rect.x, rect.y, rect.columns, "no model: O opens one", LRP_STYLE_DIM);
        return;
    }
    if (count == 0) {
        lrp_canvas_fit(canvas, rect.x, rect.y, rect.columns, "model check passed: LRP supports every layer", LRP_STYLE_GOOD);
        return;
    }
    const int rows = (count < page ? count : page) + 1;
    draw_table(app, &t, canvas, (struct lrp_rect){rect.x, rect.y, rect.columns, rows < rect.rows ? rows : rect.rows}, LRP_VIEW_CHECK);
    struct lrp_lines lines = {0};
    const struct lrp_check_row *row = lrp_app_check(app, app->layer);
    if (row && row->failed) {
        lrp_lines_wrap(&lines, LRP_STYLE_BAD, rect.columns - 2, row->reason);
        lrp_lines_wrap(&lines, LRP_STYLE_WARNING, rect.columns - 2, row->remedy);
        lrp_lines_wrap(&lines, LRP_STYLE_WARNING, rect.columns - 2, lrp_remedy_keys(row));
        lrp_lines_add(&lines, LRP_STYLE_NORMAL, -1, " ");
    }
    if (app->now->check->guidance)
        lrp_lines_wrap(&lines, LRP_STYLE_NORMAL, rect.columns - 2, app->now->check->guidance);
    for (int i = 0; i < lines.count && rows + 1 + i < rect.rows; i++)
        lrp_canvas_fit(canvas, rect.x + 1, rect.y + rows + 1 + i, rect.columns - 2, lines.items[i].text, lines.items[i].style);
    lrp_lines_free(&lines);
}
