/* details.c: the details of a layer as lines: attributes, edges as links, rule, statistics, reason and remedy. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "runes.h"
#include "view.h"

enum {
    LRP_LABEL = 13,       /* columns of what a line is about */
    LRP_VALUES_SHOWN = 8, /* of an attribute that is a list */
};

/* "label   text", the text broken where the pane ends. */
__attribute__((format(printf, 5, 6))) static void item(struct lrp_lines *lines, enum lrp_style style, int width,
                                                       const char *label, const char *format, ...)
{
    char text[1024];
    struct lrp_lines broken = {0};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    lrp_lines_wrap(&broken, (int)style, width - LRP_LABEL > 8 ? width - LRP_LABEL : 8, text);
    for (int i = 0; i < broken.count; i++)
        lrp_lines_add(lines, (int)style, -1, "%-12s %s", i ? "" : label, broken.items[i].text);
    lrp_lines_free(&broken);
}

/* Sixteen columns, each as high as its bin against the highest. */
static void add_histogram(const struct lrp_app *app, const char *what, const struct lrp_spread *s, int width,
                          struct lrp_lines *lines)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char ramp[] = " .:-=+*#@";
    char text[LRP_SPREAD_BINS * 8 + 1] = "";
    size_t most = 1, used = 0;
    for (int i = 0; i < LRP_SPREAD_BINS; i++) most = s->bins[i] > most ? s->bins[i] : most;
    for (int i = 0; i < LRP_SPREAD_BINS; i++) {
        const size_t height = (s->bins[i] * 8 + most - 1) / most; /* what is not empty is seen */
        if (lrp_app_linear(app))
            used += (size_t)snprintf(text + used, sizeof text - used, " %zu", s->bins[i] * 100 / (s->taken ? s->taken : 1));
        else if (app->caps.ascii)
            text[used++] = ramp[height];
        else
            used += (size_t)snprintf(text + used, sizeof text - used, "%s", blocks[height]);
    }
    char low[32], high[32];
    lrp_value_text((double)s->statistics.min, low, sizeof low);
    lrp_value_text((double)s->statistics.max, high, sizeof high);
    if (lrp_app_linear(app))
        item(lines, LRP_STYLE_NORMAL, width, what, "percent in 16 equal steps from min to max:%s", text);
    else if ((int)strlen(low) + (int)strlen(high) + LRP_SPREAD_BINS + 4 <= width - LRP_LABEL)
        lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "%-12s %s |%s| %s", "", low, text, high);
    else
        lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "%-12s |%s|", "", text);
}

/* As many facts to a line as fit, or one. */
static void add_statistics(const struct lrp_app *app, const char *what, const struct lrp_statistics *s, int width,
                           struct lrp_lines *lines)
{
    const struct {
        const char *name;
        double value;
    } facts[] = {{"sum", s->sum}, {"mean", s->mean}, {"std", s->std}, {"min", (double)s->min}, {"max", (double)s->max}};
    char line[160] = "", fact[40];
    const char *label = what;
    for (int i = 0; i < 5; i++) {
        snprintf(fact, sizeof fact, "%s%s %.5g", *line ? "  " : "", facts[i].name, facts[i].value);
        if (*line && (lrp_app_linear(app) || LRP_LABEL + (int)strlen(line) + (int)strlen(fact) > width)) {
            lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "%-12s %s", label, line);
            label = lrp_app_linear(app) ? what : "";
            line[0] = 0;
            snprintf(fact, sizeof fact, "%s %.5g", facts[i].name, facts[i].value);
        }
        snprintf(line + strlen(line), sizeof line - strlen(line), "%s", fact);
    }
    lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "%-12s %s", label, line);
    if (s->nan) lrp_lines_add(lines, LRP_STYLE_BAD, -1, "%-12s %zu not finite", lrp_app_linear(app) ? what : "", s->nan);
}

/* What the ledger says of the layer, once it was computed. */
static void add_ledger_row(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    const struct lrp_ledger *ledger = app->snapshot->ledger;
    char hint[80];
    if (!ledger && app->snapshot->relevance && app->snapshot->relevance[app->layer])
        item(lines, LRP_STYLE_LABEL, width, "ledger", "%s",
             lrp_app_busy(app) ? "computing" : lrp_app_hint(app, "{ledger} computes it", hint, sizeof hint));
    const struct lrp_ledger_row *row =
        ledger && (size_t)app->layer < ledger->count + ledger->further_inputs ? &ledger->rows[app->layer] : NULL;
    char in[32], out[32], text[256];
    if (!row) return;
    lrp_value_text(row->in, in, sizeof in);
    lrp_value_text(row->out, out, sizeof out);
    if (lrp_app_is_input(app, app->layer))
        item(lines, LRP_STYLE_NORMAL, width, "ledger", "in %s", in);
    else
        item(lines, LRP_STYLE_NORMAL, width, "ledger", "in %s, out %s", in, out);
    if (!lrp_app_is_input(app, app->layer) && *lrp_causes_text(row, text, sizeof text))
        item(lines, LRP_STYLE_NORMAL, width, "lost to", "%s", text);
    if (*lrp_flags_text(row, text, sizeof text)) item(lines, LRP_STYLE_WARNING, width, "flags", "%s", text);
}

static const struct lrp_spread *spread_of(const struct lrp_app *app, enum lrp_show show)
{
    const struct lrp_spread *spread = &app->layer_facts.spread[show];
    return app->layer_facts.layer == app->layer && spread->taken > 0 ? spread : NULL;
}

static void add_values(const struct lrp_app *app, const char *what, enum lrp_show show, const struct lrp_statistics *s,
                       int width, struct lrp_lines *lines)
{
    const struct lrp_spread *spread = spread_of(app, show);
    add_statistics(app, what, s, width, lines);
    if (spread) add_histogram(app, what, spread, width, lines);
}

static void add_weights(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    const struct lrp_spread *spread = spread_of(app, LRP_SHOW_WEIGHTS);
    char count[32], taken[32];
    if (!spread) return;
    add_statistics(app, "weights", &spread->statistics, width, lines);
    add_histogram(app, "weights", spread, width, lines);
    if (spread->taken < spread->count)
        item(lines, LRP_STYLE_DIM, width, lrp_app_linear(app) ? "weights" : "", "sampled: %s of %s",
             lrp_count_text((int64_t)spread->taken, taken, sizeof taken),
             lrp_count_text((int64_t)spread->count, count, sizeof count));
}

/* "3x3" of sizes, "1, 2" of other numbers, as many as a few lines show. */
static void attribute_text(const struct lrp_layer_attribute *a, char *out, size_t size)
{
    size_t used = 0;
    const size_t shown = a->count < LRP_VALUES_SHOWN ? a->count : LRP_VALUES_SHOWN;
    snprintf(out, size, "%s", a->text ? a->text : "");
    for (size_t i = 0; i < shown && used + 48 < size; i++) {
        const char *comma = i ? ", " : "";
        const int n = a->ints     ? snprintf(out + used, size - used, "%s%lld", comma, (long long)a->ints[i])
                      : a->floats ? snprintf(out + used, size - used, "%s%.9g", comma, (double)a->floats[i])
                                  : snprintf(out + used, size - used, "%s%.40s", comma, a->texts[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    if (a->count > shown) snprintf(out + used, size - used, ", ... (%zu)", a->count);
}

/* The operator's version, attributes and weights, as the file has them. */
static void add_operator(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    const struct lrp_layer_operator *op = app->layer_facts.layer == app->layer ? app->layer_facts.op : NULL;
    char text[512];
    if (!op) return;
    item(lines, LRP_STYLE_DIM, width, "opset", "%d%s%s", op->opset, *op->domain ? " of " : "", op->domain);
    for (size_t i = 0; i < op->attribute_count; i++) {
        attribute_text(&op->attributes[i], text, sizeof text);
        item(lines, op->attributes[i].usual ? LRP_STYLE_DIM : LRP_STYLE_NORMAL, width, i ? "" : "attributes", "%s %s%s",
             op->attributes[i].name, text, op->attributes[i].usual ? " (not in the file)" : "");
    }
    for (size_t i = 0; i < op->weight_count; i++) {
        lrp_shape_text(&op->weights[i].shape, 0, app->caps.ascii ? "x" : "×", text, sizeof text);
        item(lines, LRP_STYLE_NORMAL, width, i ? "" : "tensors", "%s  %s  %s", op->weights[i].name, *text ? text : "scalar",
             lrp_dtype_text(op->weights[i].dtype));
    }
}

static void add_attributes(const struct lrp_app *app, const struct lrp_layer *layer, int width, struct lrp_lines *lines)
{
    char shape[200], count[32];
    const char *group = *layer->group && strcmp(layer->group, layer->type) != 0 ? layer->group : "";
    item(lines, LRP_STYLE_NORMAL, width, "type", "%s%s%s%s", layer->type, *group ? " (" : "", group, *group ? ")" : "");
    if (*layer->op_type)
        item(lines, LRP_STYLE_NORMAL, width, "operator", "%s%s%s", layer->op_type, *layer->activation_op ? " + " : "",
             layer->activation_op);
    if (strcmp(layer->activation, "identity") != 0 && *layer->activation)
        item(lines, LRP_STYLE_NORMAL, width, "activation", "%s", layer->activation);
    item(lines, LRP_STYLE_NORMAL, width, "output", "%s",
         lrp_shape_text(layer->shape, 0, app->caps.ascii ? "x" : "×", shape, sizeof shape));
    lrp_neighbour_lines(app, layer, width, lines);
    item(lines, LRP_STYLE_NORMAL, width, "parameters", "%lld", (long long)layer->parameters);
    if (layer->macs) item(lines, LRP_STYLE_NORMAL, width, "MACs", "%s", lrp_count_text(layer->macs, count, sizeof count));
    add_operator(app, width, lines);
}

static void add_rule(const struct lrp_app *app, const struct lrp_layer *layer, int width, struct lrp_lines *lines)
{
    char text[256];
    const char *source = app->snapshot->rule_sources ? app->snapshot->rule_sources[layer->index]->text : NULL;
    if (layer->index == 0) return;
    item(lines, LRP_STYLE_NORMAL, width, "rule", "%s", lrp_rule_cell(app, layer->index, text, sizeof text));
    if (app->layer_facts.layer == layer->index && app->layer_facts.formula[0])
        item(lines, LRP_STYLE_NORMAL, width, "formula", "%s", app->layer_facts.formula);
    if (source && *source) item(lines, LRP_STYLE_DIM, width, "given by", "%s", source);
}

const char *lrp_remedy_keys(const struct lrp_check_row *row)
{
    return row->state == LRP_CHECK_OUTPUT_SOFTMAX ? "keys: {register} strips it, {skip-checks} skips the checks"
                                                  : "keys: {register} registers it, {skip-checks} skips the checks";
}

void lrp_prospect_lines(const struct lrp_check_row *row, int width, struct lrp_lines *lines)
{
    static const enum lrp_check_state states[2] = {LRP_CHECK_UNKNOWN_LAYER, LRP_CHECK_UNSUPPORTED_ACTIVATION};
    char text[256];
    for (int activation = 0; activation < 2; activation++)
        if (row->state == states[activation] || row->state == LRP_CHECK_UNKNOWN_BOTH) {
            snprintf(text, sizeof text, "%.80s registered: %s", activation ? row->layer->activation : row->layer->type,
                     lrp_registration_text(row->layer, activation));
            lrp_lines_wrap(lines, LRP_STYLE_DIM, width, text);
        }
}

static void add_doubts(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    for (size_t i = 0; i < app->snapshot->doubt_count; i++)
        if (app->snapshot->doubt_layers[i] == app->layer)
            lrp_lines_wrap(lines, LRP_STYLE_WARNING, width, app->snapshot->doubts[i]);
}

static void add_verdict(const struct lrp_app *app, const struct lrp_layer *layer, int width, struct lrp_lines *lines)
{
    const struct lrp_check_row *row = lrp_app_check(app, layer->index);
    char keys[200];
    if (row && row->reason && *row->reason) lrp_lines_wrap(lines, LRP_STYLE_BAD, width, row->reason);
    if (row && row->remedy && *row->remedy) lrp_lines_wrap(lines, LRP_STYLE_WARNING, width, row->remedy);
    if (row && row->failed)
        lrp_lines_wrap(lines, LRP_STYLE_WARNING, width, lrp_app_hint(app, lrp_remedy_keys(row), keys, sizeof keys));
    if (row && row->failed) lrp_prospect_lines(row, width, lines);
    if (!layer->executable && layer->obstacle && *layer->obstacle)
        lrp_lines_wrap(lines, LRP_STYLE_BAD, width, layer->obstacle);
    else if (!layer->differentiable && layer->index > 0)
        lrp_lines_add(lines, LRP_STYLE_BAD, -1, "not differentiable");
}

/* All inputs of the model, where there are several: what each was given, and the relevance that arrived there. */
static void add_inputs(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    const struct lrp_snapshot *s = app->snapshot;
    char shape[160], value[32];
    for (size_t i = 0; lrp_app_is_input(app, app->layer) && s->input_count > 1 && i < s->input_count; i++) {
        const struct lrp_snapshot_input *input = &s->inputs[i];
        lrp_shape_text(&input->shape, 0, app->caps.ascii ? "x" : "×", shape, sizeof shape);
        item(lines, LRP_STYLE_NORMAL, width, i ? "" : "inputs", "%s  %s  %s%s", input->name, shape,
             !input->activation  ? "not given"
             : !input->relevance ? "no relevance"
             : app->caps.ascii   ? "sum R "
                                 : "ΣR ",
             input->relevance ? lrp_value_text(input->sum, value, sizeof value) : "");
    }
}

void lrp_details_lines(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    if (!layer) return;
    add_verdict(app, layer, width, lines);
    add_inputs(app, width, lines);
    add_doubts(app, width, lines);
    add_attributes(app, layer, width, lines);
    add_rule(app, layer, width, lines);
    if (lrp_app_sums_samples(app))
        item(lines, LRP_STYLE_DIM, width, "samples", "%lld: sums and statistics are over all of them",
             (long long)app->snapshot->sample_count);
    add_ledger_row(app, width, lines);
    if (app->snapshot->relevance && app->snapshot->relevance[app->layer])
        add_values(app, "relevance", LRP_SHOW_RELEVANCE, &app->snapshot->relevance_statistics[app->layer], width, lines);
    if (app->snapshot->activation && app->snapshot->activation[app->layer])
        add_values(app, "activation", LRP_SHOW_ACTIVATION, &app->snapshot->activation_statistics[app->layer], width, lines);
    add_weights(app, width, lines);
    const struct lrp_layer_operator *op = app->layer_facts.layer == app->layer ? app->layer_facts.op : NULL;
    for (int i = 0; i < layer->node_count; i++)
        item(lines, LRP_STYLE_DIM, width, "node", "%s%s%s%s", layer->nodes[i], op ? " (" : "", op ? op->node_types[i] : "",
             op ? ")" : "");
}
