/* view_check.c: the model check: the layers that fail, why, and what to do. */
#include <stdio.h>

#include "cells.h"
#include "format.h"
#include "view.h"

enum { LRP_CHECK_COLUMNS = 6 };

/* A line stands for all layers that fail for one cause. */
static void cell_layers(const struct lrp_app *app, int layer, char *out)
{
    const size_t more = lrp_app_check(app, layer)->more;
    char text[LRP_CELL_SIZE];
    lrp_cell_name(app, layer, text);
    if (more)
        snprintf(out, LRP_CELL_SIZE, "%.*s and %zu more", LRP_CELL_SIZE - 40, text, more);
    else
        lrp_cell_put(out, text);
}

static void cell_activation(const struct lrp_app *app, int layer, char *out)
{
    lrp_cell_put(out, lrp_app_layer(app, layer)->activation);
}
static void cell_layer_ok(const struct lrp_app *app, int layer, char *out)
{
    lrp_cell_put(out, lrp_app_check(app, layer)->layer_supported ? "yes" : "no");
}
static void cell_activation_ok(const struct lrp_app *app, int layer, char *out)
{
    lrp_cell_put(out, lrp_app_check(app, layer)->activation_supported ? "yes" : "no");
}
static void cell_reason(const struct lrp_app *app, int layer, char *out)
{
    lrp_cell_put(out, lrp_app_check(app, layer)->reason);
}

static const struct lrp_column columns[LRP_CHECK_COLUMNS] = {
    {"layer", NULL, 12, 90, 100, false, cell_layers, NULL, LRP_COLUMN_NAME},
    {"type", NULL, 8, 20, 80, false, lrp_cell_type, NULL, LRP_COLUMN_OTHER},
    {"ok", NULL, 3, 3, 60, false, cell_layer_ok, NULL, LRP_COLUMN_OTHER},
    {"activation", NULL, 10, 14, 70, false, cell_activation, NULL, LRP_COLUMN_OTHER},
    {"ok", NULL, 3, 3, 60, false, cell_activation_ok, NULL, LRP_COLUMN_OTHER},
    {"reason", NULL, 12, 120, 90, false, cell_reason, NULL, LRP_COLUMN_OTHER},
};

/* The first layer that fails for the n-th cause, or -1; how many when n is INT32_MAX. */
static int failing(const struct lrp_app *app, int n, int *count)
{
    *count = 0;
    for (int i = 0; i < lrp_app_layer_count(app); i++)
        if (lrp_app_failed(app, i) && !lrp_app_check(app, i)->repeats && (*count)++ == n) return i;
    return -1;
}
static int row_count(const struct lrp_app *app)
{
    int count;
    failing(app, INT32_MAX, &count);
    return count;
}
static int row_layer(const struct lrp_app *app, int row)
{
    int count;
    return failing(app, row, &count);
}
/* The guidance stands below. */
static int check_page(int rows)
{
    return rows - rows / 2;
}

/* The failing layers above, what to do below. */
static void draw_check(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    char hint[200];
    const int count = row_count(app), most = lrp_app_page(app, app->view);
    if (!app->snapshot) {
        lrp_canvas_fit(canvas, rect.x, rect.y, rect.columns, lrp_app_hint(app, "no model: {open} opens one", hint, sizeof hint),
                       LRP_STYLE_DIM);
        return;
    }
    if (count == 0) {
        lrp_canvas_fit(canvas, rect.x, rect.y, rect.columns, "model check passed: LRP supports every layer", LRP_STYLE_GOOD);
        return;
    }
    const int rows = (count < most ? count : most) + 1;
    lrp_draw_table(app, canvas, (struct lrp_rect){rect.x, rect.y, rect.columns, rows < rect.rows ? rows : rect.rows});
    struct lrp_lines lines = {0};
    const struct lrp_check_row *row = lrp_app_check(app, app->layer);
    if (row && row->failed) {
        lrp_lines_wrap(&lines, LRP_STYLE_BAD, rect.columns - 2, row->reason);
        lrp_lines_wrap(&lines, LRP_STYLE_WARNING, rect.columns - 2, row->remedy);
        lrp_lines_wrap(&lines, LRP_STYLE_WARNING, rect.columns - 2, lrp_app_hint(app, lrp_remedy_keys(row), hint, sizeof hint));
        lrp_prospect_lines(row, rect.columns - 2, &lines);
        lrp_lines_add(&lines, LRP_STYLE_NORMAL, -1, " ");
    }
    if (app->snapshot->check->guidance)
        lrp_lines_wrap(&lines, LRP_STYLE_NORMAL, rect.columns - 2, app->snapshot->check->guidance);
    for (int i = 0; i < lines.count && rows + 1 + i < rect.rows; i++)
        lrp_canvas_fit(canvas, rect.x + 1, rect.y + rows + 1 + i, rect.columns - 2, lines.items[i].text,
                       (enum lrp_style)lines.items[i].style);
    lrp_lines_free(&lines);
}

const struct lrp_view_row lrp_view_check = {.name = "check",
                                            .draw = draw_check,
                                            .row_count = row_count,
                                            .row_layer = row_layer,
                                            .page = check_page,
                                            .columns = columns,
                                            .column_count = LRP_CHECK_COLUMNS};
