/* cmd_layers.c: lrpscope layers MODEL. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "input_rows.h"
#include "job.h"
#include "json_output.h"
#include "table.h"

static void print_list(const char *title, const char *const *lines, size_t count)
{
    lrp_print(stdout, "\n%s:%s\n", title, count ? "" : " none");
    for (size_t i = 0; i < count; i++) lrp_print(stdout, "  %s\n", lines[i]);
}

/* In how many branches and bodies a layer lies. */
static int depth_of(const struct lrp_layer_list *layers, const struct lrp_layer *layer)
{
    int depth = 0;
    for (int c = layer->body; c >= 0; c = layers->containers[c].parent) depth++;
    return depth;
}

static void print_containers(const struct lrp_layer_list *layers)
{
    for (size_t i = 0; i < layers->container_count; i++) {
        const struct lrp_container *c = &layers->containers[i];
        lrp_print(stdout, "%s  %s, %s", i ? "" : "\ncontainers:\n", c->name, c->kind);
        if (c->layer >= 0) lrp_print(stdout, " of %d", c->layer);
        if (c->last < c->first)
            lrp_print(stdout, ": empty\n");
        else
            lrp_print(stdout, ": %d to %d\n", c->first, c->last);
    }
}

static void print_rewritings(const struct lrp_layer_list *layers)
{
    lrp_print(stdout, "\nrewritings:%s\n", layers->rewriting_count ? "" : " none");
    for (size_t i = 0; i < layers->rewriting_count; i++) {
        const struct lrp_rewriting *r = &layers->rewritings[i];
        lrp_print(stdout, "  %s: %s -> %s\n", r->what, r->before, r->after);
    }
}

static void print_totals(const struct lrp_snapshot *now)
{
    char activations[40], file[40];
    lrp_print(stdout, "\n%zu layers, %" PRId64 " parameters, %" PRId64 " MACs; activations %s, file %s\n",
              now->layers->count - 1, now->layers->parameters, now->layers->macs,
              lrp_cli_bytes((double)now->layers->activation_bytes, activations, sizeof activations),
              lrp_cli_bytes((double)lrp_model_bytes(now->model), file, sizeof file));
}

/* Why a layer does not run, unless that is true of all that wait for a shape: it is said once then, below. */
static const char *obstacle_of(const struct lrp_layer *layer)
{
    return layer->executable || layer->shape_pending ? "" : layer->obstacle;
}

static void say_pending(const struct lrp_layer_list *layers)
{
    const struct lrp_layer *first = NULL;
    size_t pending = 0;
    for (size_t i = 1; i < layers->count; i++) {
        if (layers->rows[i].executable || !layers->rows[i].shape_pending) continue;
        if (!first) first = &layers->rows[i];
        pending++;
    }
    if (first)
        lrp_print(stdout, "%zu of %zu layers run once shapes are known: %s\n", pending, layers->count - 1, first->obstacle);
}

/* What there is to say of a layer besides: who computes its rule, why it does not run. */
static void add_note(struct lrp_table *table, const struct lrp_layer *layer, const struct lrp_rule_source *source)
{
    const bool stuck = layer->executable && !layer->differentiable;
    const char *by = layer->body < 0 ? source->plugin : NULL, *obstacle = obstacle_of(layer);
    if (!by && !*obstacle) {
        lrp_cli_table_text(table, stuck ? "not differentiable" : "");
        return;
    }
    lrp_cli_table_cell(table, "%s%s%s%s%s", by ? "overridden by " : "", by ? by : "", by && (*obstacle || stuck) ? "; " : "",
                       *obstacle ? "not executable: " : "", stuck ? "not differentiable" : obstacle);
}

struct layer_table {
    const struct lrp_arguments *arguments;
    const struct lrp_snapshot *now;
};

static void fill_layer(struct lrp_table *table, size_t row, const void *own)
{
    const struct layer_table *t = own;
    const struct lrp_layer_list *layers = t->now->layers;
    const size_t i = lrp_layer_row_at(layers, row + lrp_cli_first_place(layers));
    const struct lrp_layer *layer = &layers->rows[i];
    const int depth = depth_of(layers, layer);
    const bool ruled = layer->body < 0;
    char shape[160];
    if (lrp_cli_leaves_out(t->arguments, layer)) return;
    lrp_cli_table_cell(table, "%d", layer->index);
    if (depth)
        lrp_cli_table_cell(table, "%*s%s", 2 * depth, "", layer->name);
    else
        lrp_cli_table_text(table, layer->name);
    lrp_cli_table_text(table, layer->type);
    lrp_cli_table_text(table, layer->index ? layer->activation : "");
    lrp_cli_table_text(table, lrp_shape_text(layer->shape, 0, "x", shape, sizeof shape));
    lrp_cli_table_cell(table, "%" PRId64, layer->parameters);
    lrp_cli_table_cell(table, "%" PRId64, layer->macs);
    if (ruled && t->now->rule_sources[i]->fallback)
        lrp_cli_table_cell(table, "%s (fallback)", t->now->rules[i]);
    else
        lrp_cli_table_text(table, ruled ? t->now->rules[i] : "");
    add_note(table, layer, t->now->rule_sources[i]);
}

static enum lrp_status print_table(const struct lrp_arguments *arguments, const struct lrp_snapshot *now, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {{"#", true},           {"layer", false},  {"type", false},
                                                      {"activation", false}, {"output", false}, {"parameters", true},
                                                      {"MACs", true},        {"rule", false},   {"note", false}};
    const struct layer_table table = {arguments, now};
    const struct lrp_table_rows rows = {
        .count = lrp_layer_rows(now->layers) - lrp_cli_first_place(now->layers), .fill = fill_layer, .own = &table};
    return lrp_cli_table_stream(columns, sizeof columns / sizeof *columns, &rows, stdout, err);
}

static enum lrp_status print_text(const struct lrp_arguments *arguments, const struct lrp_snapshot *now, struct lrp_error *err)
{
    const struct lrp_layer_list *layers = now->layers;
    const enum lrp_status status = print_table(arguments, now, err);
    if (status) return status;
    print_containers(layers);
    print_totals(now);
    say_pending(layers);
    size_t left_out = 0;
    for (size_t i = 1; i < layers->count; i++) left_out += lrp_cli_leaves_out(arguments, &layers->rows[i]);
    lrp_cli_say_left_out(left_out);
    if (arguments->canonize_report) {
        print_rewritings(layers);
        print_list("canonization", layers->canonized, layers->canonized_count);
        print_list("nodes dropped", layers->dropped, layers->dropped_count);
        print_list("values removed", layers->removed, layers->removed_count);
    }
    return LRP_OK;
}

static void add_attribute(struct lrp_document *d, cJSON *object, const struct lrp_layer_attribute *a)
{
    if (a->text || (a->one && a->texts)) {
        lrp_cli_json_put_text(d, object, a->name, a->text ? a->text : a->texts[0]);
    } else if (a->one) {
        lrp_cli_json_put_number(d, object, a->name, a->ints ? (double)a->ints[0] : (double)a->floats[0]);
    } else if (a->texts) {
        lrp_cli_json_put_texts(d, object, a->name, a->texts, a->count);
    } else {
        cJSON *array = lrp_cli_json_put_array(d, object, a->name);
        for (size_t i = 0; i < a->count; i++)
            lrp_cli_json_put_number(d, array, NULL, a->ints ? (double)a->ints[i] : (double)a->floats[i]);
    }
}

static void add_operator(struct lrp_document *d, cJSON *o, int layer, const struct lrp_snapshot *now)
{
    struct lrp_error err;
    struct lrp_layer_operator *op;
    d->failed |= lrp_snapshot_operator(now, layer, &op, &err) != LRP_OK;
    if (!op) return;
    lrp_cli_json_put_text(d, o, "operator", op->op_type);
    lrp_cli_json_put_text(d, o, "domain", op->domain);
    lrp_cli_json_put_number(d, o, "opset", op->opset);
    cJSON *attributes = lrp_cli_json_put_object(d, o, "attributes");
    for (size_t i = 0; i < op->attribute_count; i++) add_attribute(d, attributes, &op->attributes[i]);
    cJSON *weights = lrp_cli_json_put_array(d, o, "weights");
    for (size_t i = 0; i < op->weight_count; i++) {
        cJSON *weight = lrp_cli_json_put_object(d, weights, NULL);
        lrp_cli_json_put_text(d, weight, "name", op->weights[i].name);
        lrp_cli_json_put_shape(d, weight, "shape", &op->weights[i].shape);
        lrp_cli_json_put_text(d, weight, "dtype", lrp_dtype_text(op->weights[i].dtype));
    }
    lrp_cli_json_put_texts(d, o, "node_types", op->node_types, (size_t)now->layers->rows[layer].node_count);
    lrp_layer_operator_free(op);
}

static void add_layer(struct lrp_document *d, cJSON *array, const struct lrp_layer *layer, const struct lrp_snapshot *now)
{
    cJSON *o = lrp_cli_json_put_object(d, array, NULL);
    lrp_cli_json_put_number(d, o, "index", layer->index);
    lrp_cli_json_put_text(d, o, "name", layer->name);
    lrp_cli_json_put_text(d, o, "type", layer->type);
    lrp_cli_json_put_text(d, o, "activation", layer->activation);
    lrp_cli_json_put_texts(d, o, "nodes", layer->nodes, (size_t)layer->node_count);
    lrp_cli_json_put_texts(d, o, "inputs", layer->inputs, (size_t)layer->input_count);
    lrp_cli_json_put_texts(d, o, "outputs", layer->outputs, (size_t)layer->output_count);
    lrp_cli_json_put_shape(d, o, "shape", layer->shape);
    lrp_cli_json_put_number(d, o, "parameters", (double)layer->parameters);
    lrp_cli_json_put_number(d, o, "macs", (double)layer->macs);
    lrp_cli_json_put_text(d, o, "rule", now->rules[layer->index]);
    lrp_cli_json_put_text(d, o, "rule_source", now->rule_sources[layer->index]->text);
    char *fallback = lrp_snapshot_fallback(now, layer->index);
    d->failed |= !fallback;
    lrp_cli_json_put_text(d, o, "fallback", fallback);
    free(fallback);
    lrp_cli_json_put_bool(d, o, "executable", layer->executable || layer->shape_pending);
    lrp_cli_json_put_bool(d, o, "differentiable", layer->differentiable);
    lrp_cli_json_put_number(d, o, "body", layer->body);
    add_operator(d, o, layer->index, now);
}

static void add_inputs(struct lrp_document *d, const struct lrp_snapshot *now)
{
    const size_t count = lrp_cli_listed_inputs(now->layers);
    cJSON *array = count ? lrp_cli_json_put_array(d, d->root, "inputs") : NULL;
    for (size_t i = 0; i < count; i++) {
        cJSON *o = lrp_cli_put_input(d, array, now->layers, i);
        lrp_cli_json_put_shape(d, o, "shape", &now->inputs[i].shape);
        lrp_cli_json_put_text(d, o, "dtype", lrp_dtype_text(now->inputs[i].dtype));
    }
}

static void add_container(struct lrp_document *d, cJSON *array, const struct lrp_container *container)
{
    cJSON *o = lrp_cli_json_put_object(d, array, NULL);
    lrp_cli_json_put_text(d, o, "name", container->name);
    lrp_cli_json_put_text(d, o, "kind", container->kind);
    lrp_cli_json_put_number(d, o, "first", container->first);
    lrp_cli_json_put_number(d, o, "last", container->last);
    lrp_cli_json_put_number(d, o, "parent", container->parent);
    lrp_cli_json_put_number(d, o, "layer", container->layer);
}

static void add_rewriting(struct lrp_document *d, cJSON *array, const struct lrp_rewriting *rewriting)
{
    cJSON *o = lrp_cli_json_put_object(d, array, NULL);
    lrp_cli_json_put_text(d, o, "what", rewriting->what);
    lrp_cli_json_put_text(d, o, "before", rewriting->before);
    lrp_cli_json_put_text(d, o, "after", rewriting->after);
    lrp_cli_json_put_number(d, o, "layer", rewriting->layer);
}

static enum lrp_status print_json(const struct lrp_arguments *arguments, const struct lrp_snapshot *now, struct lrp_error *err)
{
    const struct lrp_layer_list *layers = now->layers;
    struct lrp_document d;
    lrp_cli_json_init(&d, arguments->model);
    add_inputs(&d, now);
    cJSON *array = lrp_cli_json_put_array(&d, d.root, "layers");
    for (size_t i = 1; i < layers->count; i++) add_layer(&d, array, &layers->rows[i], now);
    cJSON *containers = lrp_cli_json_put_array(&d, d.root, "containers");
    for (size_t i = 0; i < layers->container_count; i++) add_container(&d, containers, &layers->containers[i]);
    cJSON *totals = lrp_cli_json_put_object(&d, d.root, "totals");
    lrp_cli_json_put_number(&d, totals, "layers", (double)(layers->count - 1));
    lrp_cli_json_put_number(&d, totals, "parameters", (double)layers->parameters);
    lrp_cli_json_put_number(&d, totals, "macs", (double)layers->macs);
    lrp_cli_json_put_number(&d, totals, "activation_bytes", (double)layers->activation_bytes);
    lrp_cli_json_put_number(&d, totals, "file_bytes", (double)lrp_model_bytes(now->model));
    if (arguments->canonize_report) {
        cJSON *report = lrp_cli_json_put_object(&d, d.root, "canonization");
        cJSON *rewritings = lrp_cli_json_put_array(&d, report, "rewritings");
        for (size_t i = 0; i < layers->rewriting_count; i++) add_rewriting(&d, rewritings, &layers->rewritings[i]);
        lrp_cli_json_put_texts(&d, report, "done", layers->canonized, layers->canonized_count);
        lrp_cli_json_put_texts(&d, report, "dropped", layers->dropped, layers->dropped_count);
        lrp_cli_json_put_texts(&d, report, "removed", layers->removed, layers->removed_count);
    }
    const enum lrp_status status = lrp_cli_json_print(&d, stdout, err);
    lrp_cli_json_free(&d);
    return status;
}

int lrp_cli_layers(const struct lrp_arguments *arguments)
{
    struct lrp_cli_job job;
    int code = 0;
    if (!lrp_cli_job_open(&job, arguments, false, &code)) return code;
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL;
    enum lrp_status status = lrp_session_snapshot(job.session, &now, &err);
    if (!status) {
        lrp_cli_job_warn(arguments, now);
        status = arguments->json ? print_json(arguments, now, &err) : print_text(arguments, now, &err);
    }
    if (status) code = lrp_cli_job_fail(&job, status, &err);
    lrp_snapshot_release(now);
    lrp_cli_job_close(&job);
    return code;
}
