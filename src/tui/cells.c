/* cells.c: what stands in the columns of the layer list and the check table, see cells.h. */
#include "cells.h"

#include <stdio.h>
#include <string.h>

#include "pages.h"

static const struct lrp_layer *at(const struct lrp_app *app, int layer)
{
    return &app->now->layers->rows[layer];
}
static void put(char *out, const char *text)
{
    snprintf(out, LRP_CELL_SIZE, "%s", text ? text : "");
}

static void cell_name(const struct lrp_app *app, int layer, char *out)
{
    put(out, layer == 0 ? "input" : at(app, layer)->name);
}
static void cell_type(const struct lrp_app *app, int layer, char *out)
{
    put(out, layer == 0 ? "" : at(app, layer)->type);
}
static int64_t batch_of(const struct lrp_app *app)
{
    const struct lrp_shape *input = &at(app, 0)->shape;
    return input->rank > 1 ? input->dim[0] : -1;
}
static void cell_shape(const struct lrp_app *app, int layer, char *out)
{
    lrp_shape_cell(at(app, layer), batch_of(app), app->caps.ascii, out, LRP_CELL_SIZE);
}
static void cell_params(const struct lrp_app *app, int layer, char *out)
{
    if (layer == 0)
        put(out, "");
    else
        lrp_count_text(at(app, layer)->parameters, out, LRP_CELL_SIZE);
}
static void cell_rule(const struct lrp_app *app, int layer, char *out)
{
    lrp_rule_cell(app, layer, out, LRP_CELL_SIZE);
}
static void cell_check(const struct lrp_app *app, int layer, char *out)
{
    put(out, lrp_check_cell(app, layer));
}
static void cell_sum(const struct lrp_app *app, int layer, char *out)
{
    if (app->now->relevance && app->now->relevance[layer] && !lrp_app_blocked(app))
        lrp_value_fit(app->now->relevance_statistics[layer].sum, LRP_SUM_COLUMNS, out, LRP_CELL_SIZE);
    else
        put(out, "–");
}
static void cell_activation(const struct lrp_app *app, int layer, char *out)
{
    put(out, at(app, layer)->activation);
}
static void cell_layer_ok(const struct lrp_app *app, int layer, char *out)
{
    put(out, lrp_app_check(app, layer)->layer_supported ? "yes" : "no");
}
static void cell_activation_ok(const struct lrp_app *app, int layer, char *out)
{
    put(out, lrp_app_check(app, layer)->activation_supported ? "yes" : "no");
}
static void cell_reason(const struct lrp_app *app, int layer, char *out)
{
    put(out, lrp_app_check(app, layer)->reason);
}

/* ---- a folded scope: what its layers have together ---- */

static int64_t parameters_in(const struct lrp_app *app, int fold)
{
    int64_t sum = 0;
    for (int i = app->tree.nodes[fold].first; i <= app->tree.nodes[fold].last; i++)
        sum += lrp_tree_holds(&app->tree, fold, i) ? at(app, i)->parameters : 0;
    return sum;
}
static void fold_name(const struct lrp_app *app, int fold, char *out)
{
    const struct lrp_tree_node *node = &app->tree.nodes[fold];
    snprintf(out, LRP_CELL_SIZE, node->kind ? "%.200s (%d)" : "%.200s (%d layers)", node->name, node->count);
}
static void fold_type(const struct lrp_app *app, int fold, char *out)
{
    put(out, app->tree.nodes[fold].kind ? app->tree.nodes[fold].kind : "");
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
            put(out, "several");
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
        put(out, at(app, app->tree.nodes[fold].last)->body < 0 ? "ok" : lrp_check_cell(app, app->tree.nodes[fold].last));
}
static void fold_sum(const struct lrp_app *app, int fold, char *out)
{
    cell_sum(app, app->tree.nodes[fold].last, out);
}

const struct lrp_column lrp_layer_columns[LRP_LAYER_COLUMNS] = {
    {"layer", NULL, 18, 90, 100, false, cell_name, fold_name, LRP_COLUMN_NAME},
    {"type", NULL, 11, 24, 70, false, cell_type, fold_type, LRP_COLUMN_OTHER},
    {"out", NULL, 10, 16, 50, false, cell_shape, fold_shape, LRP_COLUMN_OTHER},
    {"params", NULL, 6, 8, 40, true, cell_params, fold_params, LRP_COLUMN_OTHER},
    {"rule", NULL, 12, 30, 60, false, cell_rule, fold_rule, LRP_COLUMN_OTHER},
    {"check", NULL, 10, 10, 80, false, cell_check, fold_check, LRP_COLUMN_CHECK},
    {"ΣR", "sum R", LRP_SUM_COLUMNS, LRP_SUM_COLUMNS, 90, true, cell_sum, fold_sum, LRP_COLUMN_SUM},
};
const struct lrp_column lrp_check_columns[LRP_CHECK_COLUMNS] = {
    {"layer", NULL, 12, 90, 100, false, cell_name, NULL, LRP_COLUMN_NAME},
    {"type", NULL, 8, 20, 80, false, cell_type, NULL, LRP_COLUMN_OTHER},
    {"ok", NULL, 3, 3, 60, false, cell_layer_ok, NULL, LRP_COLUMN_OTHER},
    {"activation", NULL, 10, 14, 70, false, cell_activation, NULL, LRP_COLUMN_OTHER},
    {"ok", NULL, 3, 3, 60, false, cell_activation_ok, NULL, LRP_COLUMN_OTHER},
    {"reason", NULL, 12, 120, 90, false, cell_reason, NULL, LRP_COLUMN_OTHER},
};
