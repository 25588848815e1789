/* view_layers.c: the layer list. */
#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "format.h"
#include "view.h"

enum { LRP_LIST_COLUMNS = 7 };

static int64_t batch_of(const struct lrp_app *app)
{
    const struct lrp_shape *input = lrp_app_layer(app, 0)->shape;
    return input->rank > 1 ? input->dim[0] : -1;
}
static void cell_shape(const struct lrp_app *app, int layer, char *out)
{
    lrp_shape_cell(lrp_app_layer(app, layer), batch_of(app), app->caps.ascii, out, LRP_CELL_SIZE);
}
static void cell_params(const struct lrp_app *app, int layer, char *out)
{
    if (lrp_app_is_input(app, layer))
        lrp_cell_put(out, "");
    else
        lrp_count_text(lrp_app_layer(app, layer)->parameters, out, LRP_CELL_SIZE);
}
static void cell_rule(const struct lrp_app *app, int layer, char *out)
{
    lrp_rule_cell(app, layer, out, LRP_CELL_SIZE);
}
static void cell_check(const struct lrp_app *app, int layer, char *out)
{
    lrp_cell_put(out, lrp_check_cell(app, layer));
}
static void cell_sum(const struct lrp_app *app, int layer, char *out)
{
    if (app->snapshot->relevance && app->snapshot->relevance[layer] && !lrp_app_blocked(app))
        lrp_value_fit(app->snapshot->relevance_statistics[layer].sum, LRP_SUM_COLUMNS, out, LRP_CELL_SIZE);
    else
        lrp_cell_put(out, "–");
}
/* ---- a folded scope: what its layers have together ---- */

static int64_t parameters_in(const struct lrp_app *app, int fold)
{
    int64_t sum = 0;
    for (int i = app->tree.nodes[fold].first; i <= app->tree.nodes[fold].last; i++)
        sum += lrp_tree_holds(&app->tree, fold, i) ? lrp_app_layer(app, i)->parameters : 0;
    return sum;
}
static void fold_name(const struct lrp_app *app, int fold, char *out)
{
    const struct lrp_tree_node *node = &app->tree.nodes[fold];
    snprintf(out, LRP_CELL_SIZE, node->kind ? "%.200s (%d)" : "%.200s (%d layers)", node->name, node->count);
}
static void fold_type(const struct lrp_app *app, int fold, char *out)
{
    lrp_cell_put(out, app->tree.nodes[fold].kind ? app->tree.nodes[fold].kind : "");
}
static void fold_shape(const struct lrp_app *app, int fold, char *out)
{
    cell_shape(app, app->tree.nodes[fold].last, out);
}
static void fold_params(const struct lrp_app *app, int fold, char *out)
{
    lrp_count_text(parameters_in(app, fold), out, LRP_CELL_SIZE);
}
static void fold_rule(const struct lrp_app *app, int fold, char *out)
{
    char other[LRP_CELL_SIZE];
    cell_rule(app, app->tree.nodes[fold].last, out);
    for (int i = app->tree.nodes[fold].first; i < app->tree.nodes[fold].last; i++) {
        if (!lrp_tree_holds(&app->tree, fold, i)) continue;
        cell_rule(app, i, other);
        if (strcmp(other, out) != 0) {
            lrp_cell_put(out, "several");
            return;
        }
    }
}
static void fold_check(const struct lrp_app *app, int fold, char *out)
{
    int failed = 0;
    for (int i = app->tree.nodes[fold].first; i <= app->tree.nodes[fold].last; i++)
        failed += lrp_tree_holds(&app->tree, fold, i) && lrp_app_failed(app, i);
    if (failed)
        snprintf(out, LRP_CELL_SIZE, "%d fail", failed);
    else
        lrp_cell_put(out, lrp_app_layer(app, app->tree.nodes[fold].last)->body < 0
                              ? "ok"
                              : lrp_check_cell(app, app->tree.nodes[fold].last));
}
static void fold_sum(const struct lrp_app *app, int fold, char *out)
{
    cell_sum(app, app->tree.nodes[fold].last, out);
}

static const struct lrp_column columns[LRP_LIST_COLUMNS] = {
    {"layer", NULL, 18, 90, 100, false, lrp_cell_name, fold_name, LRP_COLUMN_NAME},
    {"type", NULL, 11, 24, 70, false, lrp_cell_type, fold_type, LRP_COLUMN_OTHER},
    {"out", NULL, 10, 16, 50, false, cell_shape, fold_shape, LRP_COLUMN_OTHER},
    {"params", NULL, 6, 8, 40, true, cell_params, fold_params, LRP_COLUMN_OTHER},
    {"rule", NULL, 12, 30, 60, false, cell_rule, fold_rule, LRP_COLUMN_OTHER},
    {"check", NULL, 10, 10, 80, false, cell_check, fold_check, LRP_COLUMN_CHECK},
    {"ΣR", "sum R", LRP_SUM_COLUMNS, LRP_SUM_COLUMNS, 90, true, cell_sum, fold_sum, LRP_COLUMN_SUM},
};

/* Before there is a model. */
static void welcome(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    static const char *const lines[] = {"lrpscope",
                                        "what every layer contributes to a network's answer",
                                        "",
                                        "{open}  open a model: a recent one, of this folder, the demo, by its path",
                                        "{help}  help",
                                        "{quit}  quit"};
    char text[200];
    for (int i = 0; i < (int)(sizeof lines / sizeof *lines) && i + 1 < rect.rows; i++)
        lrp_canvas_fit(canvas, rect.x + 2, rect.y + 1 + i, rect.columns - 2, lrp_app_hint(app, lines[i], text, sizeof text),
                       i == 0   ? LRP_STYLE_TITLE
                       : i == 1 ? LRP_STYLE_DIM
                                : LRP_STYLE_NORMAL);
}

static void draw_layers(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    char hint[200];
    if (!app->snapshot)
        welcome(app, canvas, rect);
    else if (app->shown_count == 0)
        lrp_canvas_fit(canvas, rect.x, rect.y, rect.columns,
                       lrp_app_hint(app, "no layer matches the filter: {escape} shows all", hint, sizeof hint), LRP_STYLE_DIM);
    else
        lrp_draw_table(app, canvas, rect);
}

static int row_count(const struct lrp_app *app)
{
    return (int)app->shown_count;
}
static int row_layer(const struct lrp_app *app, int row)
{
    return row >= 0 && (size_t)row < app->shown_count ? app->shown[row] : -1;
}
static int row_fold(const struct lrp_app *app, int row)
{
    return row >= 0 && (size_t)row < app->shown_count ? app->shown_fold[row] : -1;
}

const struct lrp_view_row lrp_view_layers = {.name = "layers",
                                             .draw = draw_layers,
                                             .row_count = row_count,
                                             .row_layer = row_layer,
                                             .row_fold = row_fold,
                                             .columns = columns,
                                             .column_count = LRP_LIST_COLUMNS};
