/* details.c: the details of a layer as lines: attributes, edges as links, rule, statistics, reason and remedy. */
#include <string.h>

#include "pages.h"

static void edges(const struct lrp_app *app, const struct lrp_layer *layer, struct lrp_lines *lines) {
    for (int i = 0; i < layer->input_count; i++) {
        const struct lrp_layer *from = lrp_app_layer(app, layer->sources[i]);
        if (from)
            lrp_lines_add(lines, LRP_STYLE_NORMAL, from->index, "from         → %d %s", from->index, from->name);
    }
    for (int i = 0; i < layer->consumer_count; i++) {
        const struct lrp_layer *to = lrp_app_layer(app, layer->consumers[i]);
        if (to)
            lrp_lines_add(lines, LRP_STYLE_NORMAL, to->index, "to           → %d %s", to->index, to->name);
    }
}

static void statistics(const char *what, const struct lrp_statistics *s, struct lrp_lines *lines) {
    lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "%-11s  sum %.6g  mean %.4g  std %.4g", what, s->sum, s->mean, s->std);
    lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "             min %.6g  max %.6g", (double)s->min, (double)s->max);
    if (s->nan)
        lrp_lines_add(lines, LRP_STYLE_BAD, -1, "             %zu not finite", s->nan);
}

static void attributes(const struct lrp_app *app, const struct lrp_layer *layer, struct lrp_lines *lines) {
    char shape[200], rule[256], count[32];
    lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "type         %s%s%s%s", layer->type, *layer->group ? " (" : "", layer->group,
                  *layer->group ? ")" : "");
    if (*layer->op_type)
        lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "operator     %s%s%s", layer->op_type, *layer->activation_op ? " + " : "",
                      layer->activation_op);
    if (strcmp(layer->activation, "identity") != 0 && *layer->activation)
        lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "activation   %s", layer->activation);
    lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "output       %s", lrp_shape_text(&layer->shape, 0, app->caps.ascii ? "x" : "×", shape, sizeof shape));
    lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "parameters   %lld", (long long)layer->parameters);
    if (layer->macs)
        lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "MACs         %s", lrp_count_text(layer->macs, count, sizeof count));
    if (layer->index == 0)
        return;
    lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "rule         %s", lrp_rule_cell(app, layer->index, rule, sizeof rule));
    if (app->now->rule_sources && app->now->rule_sources[layer->index] && *app->now->rule_sources[layer->index])
        lrp_lines_add(lines, LRP_STYLE_DIM, -1, "             given by %s", app->now->rule_sources[layer->index]);
}

const char *lrp_remedy_keys(const struct lrp_check_row *row) {
    return row->state == LRP_CHECK_OUTPUT_SOFTMAX ? "keys: S strips it, s skips the checks" : "keys: S registers it, s skips the checks";
}

static void verdict(const struct lrp_app *app, const struct lrp_layer *layer, int width, struct lrp_lines *lines) {
    const struct lrp_check_row *row = lrp_app_check(app, layer->index);
    if (row && row->reason && *row->reason)
        lrp_lines_wrap(lines, LRP_STYLE_BAD, width, row->reason);
    if (row && row->remedy && *row->remedy)
        lrp_lines_wrap(lines, LRP_STYLE_WARNING, width, row->remedy);
    if (row && row->failed)
        lrp_lines_wrap(lines, LRP_STYLE_WARNING, width, lrp_remedy_keys(row));
    if (!layer->executable && layer->obstacle && *layer->obstacle)
        lrp_lines_wrap(lines, LRP_STYLE_BAD, width, layer->obstacle);
    else if (!layer->differentiable && layer->index > 0)
        lrp_lines_add(lines, LRP_STYLE_BAD, -1, "not differentiable");
}

void lrp_details_lines(const struct lrp_app *app, int width, struct lrp_lines *lines) {
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    if (!layer)
        return;
    verdict(app, layer, width, lines);
    attributes(app, layer, lines);
    edges(app, layer, lines);
    if (app->now->relevance && app->now->relevance[app->layer])
        statistics("relevance", &app->now->relevance_statistics[app->layer], lines);
    if (app->now->activation && app->now->activation[app->layer])
        statistics("activation", &app->now->activation_statistics[app->layer], lines);
    for (int i = 0; i < layer->node_count; i++)
        lrp_lines_add(lines, LRP_STYLE_DIM, -1, "node         %s", layer->nodes[i]);
}
