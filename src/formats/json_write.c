/* json_write.c: a graph as a JSON model, if it nests: chains, parallel branches that meet again, skip connections.
 *
 * Going back from the output, a node with one data input is a layer of a chain; one with several closes branches that opened at
 * its immediate dominator (the last value all of them pass). A value that is read from elsewhere, too, crosses. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "json_trial.h"
#include "json_write.h"
#include "model_internal.h"
#include "output.h"
#include "text.h"

enum { MOST_DEEP = 24 };

struct writer {
    struct lrp_json_out out;
    int *dominator, *depth; /* by place in the order + 1; 0 is the model's input */
    int *place;             /* by node: place in the order + 1 */
    int *told;              /* by value: how many of its uses are written */
    bool *written;          /* by node */
};

static enum lrp_status crosses(const struct writer *w, int value)
{
    return lrp_fail(w->out.err, LRP_UNSUPPORTED, "%s: does not nest: value %s crosses from one branch into another",
                    w->out.model, w->out.graph->values[value].name);
}
/* ---- dominators ---- */

static int producer_place(const struct writer *w, int value)
{
    const int producer = w->out.graph->values[value].producer;
    return producer < 0 ? 0 : w->place[producer];
}

static int common_layer(const struct writer *w, int a, int b)
{
    while (a != b) {
        if (w->depth[a] >= w->depth[b])
            a = w->dominator[a];
        else
            b = w->dominator[b];
    }
    return a;
}

static void find_dominators(struct writer *w)
{
    const struct lrp_graph *g = w->out.graph;
    for (int k = 0; k < g->order_count; k++) w->place[g->order[k]] = k + 1;
    for (int k = 0; k < g->order_count; k++) {
        const struct lrp_node *n = &g->nodes[g->order[k]];
        int found = -1;
        for (int i = 0; i < n->call.in_count; i++) {
            if (n->in[i] < 0 || g->values[n->in[i]].desc.constant) continue;
            const int from = producer_place(w, n->in[i]);
            found = found < 0 ? from : common_layer(w, found, from);
        }
        w->dominator[k + 1] = found < 0 ? 0 : found;
        w->depth[k + 1] = w->depth[w->dominator[k + 1]] + 1;
    }
}

/* ---- nesting ---- */

static enum lrp_status write_chain(struct writer *w, int to, int from, int deep, cJSON **out);

static bool prepend(cJSON *array, cJSON *item)
{
    if (!array->child) return cJSON_AddItemToArray(array, item);
    return cJSON_InsertItemInArray(array, 0, item);
}

/* One layer stands for itself, several for a chain, none for the identity. The chain is taken, also when out of memory (NULL).
 */
static cJSON *as_layer(cJSON *chain)
{
    cJSON *layer;
    if (cJSON_GetArraySize(chain) == 1) {
        layer = cJSON_DetachItemFromArray(chain, 0);
        cJSON_Delete(chain);
        return layer;
    }
    layer = cJSON_CreateObject();
    const bool none = !chain || !chain->child;
    if (layer && cJSON_AddStringToObject(layer, "type", none ? "identity" : "chain") &&
        (none || cJSON_AddItemToObject(layer, "layers", chain))) {
        if (none) cJSON_Delete(chain);
        return layer;
    }
    cJSON_Delete(chain);
    cJSON_Delete(layer);
    return NULL;
}

static const char *connection_of(const struct lrp_node *n)
{
    static const char *const names[][2] = {{"Add", "+"}, {"Sum", "+"}, {"Mul", "*"}, {"Concat", "concat"}};
    for (size_t i = 0; !*n->call.domain && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], n->call.op_type) == 0) return names[i][1];
    return NULL;
}

/* {"type": "skip-connection"} or {"type": "parallel"} for a node where branches meet that opened at the value `from`. */
static enum lrp_status write_join(struct writer *w, int node, int from, int deep, cJSON **out)
{
    const struct lrp_node *n = &w->out.graph->nodes[node];
    const char *connection = connection_of(n);
    if (!connection)
        return lrp_json_out_fail(&w->out, LRP_UNSUPPORTED, "joins branches otherwise than by +, * or concat", n->name);
    cJSON *join = *out = cJSON_CreateObject(), *layers = cJSON_CreateArray();
    const bool skip = n->call.in_count == 2 && n->in[1] == from && n->in[0] != from && strcmp(connection, "concat") != 0;
    enum lrp_status status = join && layers && cJSON_AddStringToObject(join, "type", skip ? "skip-connection" : "parallel") &&
                                     cJSON_AddStringToObject(join, "name", n->name) &&
                                     cJSON_AddStringToObject(join, "connection", connection)
                                 ? LRP_OK
                                 : lrp_json_out_no_memory(&w->out);
    if (!status && strcmp(connection, "concat") == 0 &&
        !lrp_json_add_number(join, "axis", (double)lrp_call_int(&n->call, "axis", 1)))
        status = lrp_json_out_no_memory(&w->out);
    for (int i = 0; !status && i < n->call.in_count; i++) {
        cJSON *chain = NULL;
        w->told[n->in[i]]++;
        if (w->out.graph->values[n->in[i]].desc.constant)
            status = lrp_json_out_fail(&w->out, LRP_UNSUPPORTED, "joins a constant, which JSON models cannot say", n->name);
        else
            status = write_chain(w, n->in[i], from, deep + 1, &chain);
        if (status) {
            cJSON_Delete(chain);
            break;
        }
        cJSON *layer = as_layer(chain);
        if (!layer || !cJSON_AddItemToArray(layers, layer)) {
            cJSON_Delete(layer);
            status = lrp_json_out_no_memory(&w->out);
        }
    }
    if (!status && skip) {
        cJSON_AddItemToObject(join, "layer", cJSON_DetachItemFromArray(layers, 0));
        cJSON_Delete(layers);
    } else if (!join || !cJSON_AddItemToObject(join, "layers", layers)) {
        cJSON_Delete(layers);
    }
    return status;
}

static int data_input(const struct lrp_graph *g, const struct lrp_node *n, int *count)
{
    int found = -1;
    *count = 0;
    for (int i = 0; i < n->call.in_count; i++)
        if (n->in[i] >= 0 && !g->values[n->in[i]].desc.constant) {
            if (!(*count)++) found = i;
        }
    return found;
}

/* The layers between two values, the last first: an array of layers. */
static enum lrp_status write_chain(struct writer *w, int to, int from, int deep, cJSON **out)
{
    const struct lrp_graph *g = w->out.graph;
    cJSON *chain = *out = cJSON_CreateArray();
    if (!chain) return lrp_json_out_no_memory(&w->out);
    if (deep > MOST_DEEP) return lrp_fail(w->out.err, LRP_UNSUPPORTED, "%s: nests more than %d deep", w->out.model, MOST_DEEP);
    for (int value = to; value != from;) {
        const int node = g->values[value].producer;
        cJSON *layer = NULL;
        int inputs = 0;
        if (node < 0 || w->written[node]) return crosses(w, value);
        w->written[node] = true;
        const struct lrp_node *n = &g->nodes[node];
        const int input = data_input(g, n, &inputs);
        if (input < 0) return lrp_json_out_fail(&w->out, LRP_UNSUPPORTED, "reads nothing but constants", n->name);
        enum lrp_status status;
        if (inputs == 1 && input == 0) {
            status = lrp_json_write_layer(&w->out, node, &layer);
            value = n->in[0];
            w->told[value]++;
        } else {
            const int fork = w->dominator[w->place[node]], at = fork ? g->nodes[g->order[fork - 1]].out[0] : g->inputs[0];
            status = write_join(w, node, at, deep, &layer);
            value = at;
        }
        if (!status && !prepend(chain, layer)) status = lrp_json_out_no_memory(&w->out);
        if (status) {
            if (layer && layer->next == NULL && layer->prev == NULL) cJSON_Delete(layer);
            return status;
        }
    }
    return LRP_OK;
}

/* ---- the files ---- */

static enum lrp_status check_ends(const struct writer *w)
{
    const struct lrp_graph *g = w->out.graph;
    if (g->input_count != 1)
        return lrp_fail(w->out.err, LRP_UNSUPPORTED, "%s: has %d inputs, JSON models have one", w->out.model, g->input_count);
    if (g->output_count != 1)
        return lrp_fail(w->out.err, LRP_UNSUPPORTED, "%s: has %d outputs, JSON models have one", w->out.model, g->output_count);
    if (g->values[g->inputs[0]].desc.dtype != LRP_DTYPE_FLOAT)
        return lrp_fail(w->out.err, LRP_UNSUPPORTED, "%s: input %s is of type %s, JSON models take float32", w->out.model,
                        g->values[g->inputs[0]].name, lrp_dtype_text(g->values[g->inputs[0]].desc.dtype));
    if (g->values[g->outputs[0]].producer < 0) return lrp_fail(w->out.err, LRP_UNSUPPORTED, "%s: has no layers", w->out.model);
    return LRP_OK;
}

/* What is read more often than it is written crosses. */
static enum lrp_status check_uses(const struct writer *w)
{
    const struct lrp_graph *g = w->out.graph;
    for (int v = 0; v < g->value_count; v++) {
        const struct lrp_value *value = &g->values[v];
        const bool there = value->is_input || (value->producer >= 0 && g->nodes[value->producer].state == LRP_NODE_LIVE);
        if (there && !value->desc.constant && value->uses - value->is_output != w->told[v]) return crosses(w, v);
    }
    return LRP_OK;
}

static cJSON *document(const struct writer *w, const char *weights, cJSON *layers)
{
    const struct lrp_value_definition *input = &w->out.graph->definition->inputs[0];
    cJSON *json = cJSON_CreateObject(), *shape = cJSON_CreateArray();
    bool ok = json && shape && lrp_json_add_number(json, "lrpscope_model", 1);
    for (int i = 0; ok && i < input->shape.rank; i++)
        ok = input->shape.dim[i] < 0 ? cJSON_AddItemToArray(shape, cJSON_CreateNull())
                                     : lrp_json_append_number(shape, (double)input->shape.dim[i]);
    ok = ok && cJSON_AddItemToObject(json, "input", shape);
    if (!ok) cJSON_Delete(shape);
    ok = ok && (!w->out.tensor_count || cJSON_AddStringToObject(json, "weights", weights));
    if (ok && cJSON_AddItemToObject(json, "layers", layers)) return json;
    cJSON_Delete(json);
    cJSON_Delete(layers);
    return NULL;
}

/* Names of the files: weights and model, and what both are called until the model was tried. */
struct file_names {
    const char *path;                     /* of the model; borrowed */
    char *weights, *trial, *weights_path; /* owned; the first two are names in the model's folder */
    char *trial_weights, *trial_path;     /* owned paths */
};

static void names_free(struct file_names *n)
{
    free(n->weights);
    free(n->trial);
    free(n->weights_path);
    free(n->trial_weights);
    free(n->trial_path);
}

/* Of a model that goes to standard output the weights are in this folder, called like the model it was made of. */
static bool names_make(struct file_names *n, const char *out, const char *model)
{
    const char *slash = strrchr(model, '/'), *path = strcmp(out, "-") ? out : slash ? slash + 1 : model;
    slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    const int folder = (int)(name - path), stem = (int)(dot && dot != name ? (size_t)(dot - name) : strlen(name));
    *n = (struct file_names){.path = out};
    return asprintf(&n->weights, "%.*s.safetensors", stem, name) >= 0 &&
           asprintf(&n->trial, ".lrpscope-%ld.safetensors.tmp", (long)getpid()) >= 0 &&
           asprintf(&n->weights_path, "%.*s%s", folder, path, n->weights) >= 0 &&
           asprintf(&n->trial_weights, "%.*s%s", folder, path, n->trial) >= 0 &&
           asprintf(&n->trial_path, "%.*s.lrpscope-%ld.json.tmp", folder, path, (long)getpid()) >= 0;
}

/* The model naming its weights so; takes the layers over. */
static enum lrp_status write_model(struct writer *w, const char *path, const char *weights, cJSON *layers)
{
    cJSON *json = layers ? document(w, weights, layers) : NULL;
    const enum lrp_status status = json ? lrp_json_write(path, json, w->out.err) : lrp_json_out_no_memory(&w->out);
    cJSON_Delete(json);
    return status;
}

static enum lrp_status rename_weights(const struct writer *w, const struct file_names *n)
{
    if (!w->out.tensor_count || !rename(n->trial_weights, n->weights_path)) return LRP_OK;
    return lrp_fail(w->out.err, LRP_FILE, "%s: cannot be written: %s", n->weights_path, strerror(errno));
}

static void drop_trial(const char *path)
{
    if (!path) return;
    unlink(path);
    lrp_output_unwatch(path);
}

/* Weights first and under another name, then a model to be tried; what stood there before stays until the trial is passed. */
static enum lrp_status write_files(struct writer *w, cJSON *layers, const char *path)
{
    struct file_names n;
    enum lrp_status status = names_make(&n, path, w->out.model) ? LRP_OK : lrp_json_out_no_memory(&w->out);
    if (n.trial_weights) lrp_output_watch(n.trial_weights);
    if (n.trial_path) lrp_output_watch(n.trial_path);
    if (!status && w->out.tensor_count)
        status = lrp_safetensors_write(n.trial_weights, w->out.tensors, w->out.tensor_count, NULL, 0, w->out.err);
    if (!status) status = write_model(w, n.trial_path, n.trial, cJSON_Duplicate(layers, true));
    if (status) lrp_fail_context(w->out.err, status, "%s", path); /* the names before it are for a while only */
    if (!status) status = lrp_json_trial(w->out.graph->definition, n.trial_path, w->out.err);
    if (!status) status = rename_weights(w, &n);
    if (!status) {
        status = write_model(w, path, n.weights, layers);
        layers = NULL;
    }
    drop_trial(n.trial_weights);
    drop_trial(n.trial_path);
    cJSON_Delete(layers);
    names_free(&n);
    return status;
}

static enum lrp_status write_graph(struct writer *w, const char *path)
{
    const struct lrp_graph *g = w->out.graph;
    const size_t nodes = (size_t)g->node_count + 1, values = (size_t)g->value_count + 1, places = (size_t)g->order_count + 2;
    cJSON *layers = NULL;
    w->dominator = calloc(places, sizeof(int));
    w->depth = calloc(places, sizeof(int));
    w->place = calloc(nodes, sizeof(int));
    w->told = calloc(values, sizeof(int));
    w->written = calloc(nodes, sizeof(bool));
    if (!w->dominator || !w->depth || !w->place || !w->told || !w->written) return lrp_json_out_no_memory(&w->out);
    enum lrp_status status = check_ends(w);
    if (status) return status;
    find_dominators(w);
    status = write_chain(w, g->outputs[0], g->inputs[0], 0, &layers);
    if (!status) status = check_uses(w);
    if (!status) return write_files(w, layers, path);
    cJSON_Delete(layers);
    return status;
}

enum lrp_status lrp_model_convert(const struct lrp_model *model, const char *path, struct lrp_error *err)
{
    struct lrp_graph *graph = NULL;
    if (lrp_model_absent(model)) return lrp_fail(err, LRP_FILE, "%s: %s", lrp_model_path(model), lrp_model_absent(model));
    enum lrp_status status = lrp_graph_build(lrp_model_definition(model), &(struct lrp_graph_options){0}, &graph, err);
    if (status) return status;
    struct writer w = {.out = {.graph = graph, .model = lrp_model_path(model), .err = err}};
    status = write_graph(&w, path);
    free(w.dominator);
    free(w.depth);
    free(w.place);
    free(w.told);
    free(w.written);
    free(w.out.tensors);
    for (size_t i = 0; i < w.out.tensor_count; i++) {
        free(w.out.names[i]);
        free(w.out.numbers[i]);
    }
    free(w.out.names);
    free(w.out.numbers);
    lrp_graph_free(graph);
    return status;
}
