/* json_write.c: a graph as a JSON model, if it nests: chains, parallel branches that meet again, skip connections.
 *
 * Going back from the output, a node with one data input is a layer of a chain; one with several closes branches that opened at its
 * immediate dominator (the last value all of them pass). A value that is read from elsewhere, too, crosses. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "json_model.h"
#include "model_internal.h"
#include "text.h"

enum { MOST_DEEP = 24 };

struct writer {
    const struct lrp_graph *graph;
    const char *model;
    struct lrp_error *err;
    int *dominator, *depth; /* by place in the order + 1; 0 is the model's input */
    int *place;             /* by node: place in the order + 1 */
    int *told;              /* by value: how many of its uses are written */
    bool *written;          /* by node */
    struct lrp_safetensor *tensors;
    float **data;           /* owned, of the tensors */
    size_t tensor_count;
};

static enum lrp_status fail(const struct writer *w, enum lrp_status status, const char *what, const char *name)
{
    return lrp_fail(w->err, status, "%s: %s %s", w->model, name, what);
}
static enum lrp_status crosses(const struct writer *w, int value)
{
    return lrp_fail(w->err, LRP_UNSUPPORTED, "%s: does not nest: value %s crosses from one branch into another", w->model,
                    w->graph->values[value].name);
}
static enum lrp_status no_memory(const struct writer *w)
{
    return lrp_fail(w->err, LRP_MEMORY, "%s: not enough memory", w->model);
}

/* ---- dominators ---- */

static int producer_place(const struct writer *w, int value)
{
    const int producer = w->graph->values[value].producer;
    return producer < 0 ? 0 : w->place[producer];
}

static int common(const struct writer *w, int a, int b)
{
    while (a != b) {
        if (w->depth[a] >= w->depth[b]) a = w->dominator[a];
        else b = w->dominator[b];
    }
    return a;
}

static void find_dominators(struct writer *w)
{
    const struct lrp_graph *g = w->graph;
    for (int k = 0; k < g->order_count; k++) w->place[g->order[k]] = k + 1;
    for (int k = 0; k < g->order_count; k++) {
        const struct lrp_node *n = &g->nodes[g->order[k]];
        int found = -1;
        for (int i = 0; i < n->call.in_count; i++) {
            if (n->in[i] < 0 || g->values[n->in[i]].desc.constant) continue;
            const int from = producer_place(w, n->in[i]);
            found = found < 0 ? from : common(w, found, from);
        }
        w->dominator[k + 1] = found < 0 ? 0 : found;
        w->depth[k + 1] = w->depth[w->dominator[k + 1]] + 1;
    }
}

/* ---- layers ---- */

/* A constant under its name in the safetensors file; a weight of several layers is written once. */
static enum lrp_status add_tensor(struct writer *w, int value, bool as_vector, const char **name)
{
    const struct lrp_value *v = &w->graph->values[value];
    const struct lrp_blob *blob = v->desc.constant;
    *name = v->name;
    for (size_t i = 0; i < w->tensor_count; i++)
        if (strcmp(w->tensors[i].name, v->name) == 0) return LRP_OK;
    struct lrp_safetensor *tensors = realloc(w->tensors, (w->tensor_count + 1) * sizeof *tensors);
    if (tensors) w->tensors = tensors;
    float **data = realloc(w->data, (w->tensor_count + 1) * sizeof *data);
    if (data) w->data = data;
    float *numbers = tensors && data ? malloc((blob->count + 1) * sizeof *numbers) : NULL;
    if (!numbers) return no_memory(w);
    lrp_blob_f32(blob, 0, blob->count, numbers);
    tensors[w->tensor_count] = (struct lrp_safetensor){.name = v->name, .dtype = LRP_DTYPE_FLOAT, .shape = blob->shape,
                                                       .data = (const unsigned char *)numbers, .count = blob->count};
    if (as_vector) tensors[w->tensor_count].shape = (struct lrp_shape){.rank = 1, .dim = {(int64_t)blob->count}};
    data[w->tensor_count++] = numbers;
    return LRP_OK;
}

static bool add_integers(cJSON *layer, const char *key, const int64_t *values, size_t count)
{
    cJSON *array = cJSON_AddArrayToObject(layer, key);
    bool ok = array != NULL;
    for (size_t i = 0; ok && i < count; i++) ok = lrp_json_append_number(array, (double)values[i]);
    return ok;
}

static enum lrp_status add_constant(struct writer *w, cJSON *layer, const char *key, char kind, int value, bool as_vector)
{
    const struct lrp_blob *blob = w->graph->values[value].desc.constant;
    const char *name;
    if (kind == 'w') {
        enum lrp_status status = add_tensor(w, value, as_vector, &name);
        return status == LRP_OK && !cJSON_AddStringToObject(layer, key, name) ? no_memory(w) : status;
    }
    if (kind == 'f') return lrp_json_add_number(layer, key, (double)lrp_blob_get_f32(blob, 0)) ? LRP_OK : no_memory(w);
    int64_t *values = malloc((blob->count + 1) * sizeof *values);
    if (!values) return no_memory(w);
    lrp_blob_i64(blob, 0, blob->count, values);
    const bool ok = add_integers(layer, key, values, blob->count);
    free(values);
    return ok ? LRP_OK : no_memory(w);
}

/* The key of constant input i (from 1) in a row's list, and its kind; false past the end. */
static bool input_key(const struct lrp_json_type *type, int i, char key[32], char *kind)
{
    const char *at = type->inputs;
    for (int k = 1; *at && k < i; k++) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    const size_t length = strcspn(at, ":");
    if (!*at || length >= 32) return false;
    memcpy(key, at, length);
    key[length] = '\0';
    *kind = at[length + 1];
    return true;
}

static enum lrp_status add_attribute(const struct writer *w, cJSON *layer, const char *key, const struct lrp_attribute *a)
{
    bool ok = true;
    switch (a->kind) {
    case LRP_ATTRIBUTE_INT: ok = lrp_json_add_number(layer, key, (double)a->i); break;
    case LRP_ATTRIBUTE_FLOAT: ok = lrp_json_add_number(layer, key, (double)a->f); break;
    case LRP_ATTRIBUTE_STRING: ok = cJSON_AddStringToObject(layer, key, a->s) != NULL; break;
    case LRP_ATTRIBUTE_INTS: ok = add_integers(layer, key, a->ints, a->count); break;
    case LRP_ATTRIBUTE_FLOATS: {
        cJSON *array = cJSON_AddArrayToObject(layer, key);
        ok = array != NULL;
        for (size_t i = 0; ok && i < a->count; i++) ok = lrp_json_append_number(array, (double)a->floats[i]);
        break;
    }
    default: return fail(w, LRP_UNSUPPORTED, "is an attribute that JSON models cannot hold", a->name);
    }
    return ok ? LRP_OK : no_memory(w);
}

static bool is_word(const char *words, const char *key)
{
    const size_t length = strlen(key);
    for (const char *at = strstr(words, key); at; at = strstr(at + 1, key))
        if ((at == words || at[-1] == ' ') && (!at[length] || at[length] == ' ' || at[length] == ':')) return true;
    return false;
}

/* What a Gemm or a recognised matrix product is called here. */
static const struct lrp_json_type *type_of(const struct lrp_node *n)
{
    const bool own = strcmp(n->call.domain, "lrpscope") == 0 || strcmp(n->call.domain, "com.microsoft") == 0;
    if (!*n->call.domain && strcmp(n->call.op_type, "Gemm") == 0) return lrp_json_type_find("dense");
    const struct lrp_json_type *type = lrp_json_type_of(n->call.op_type, n->call.domain);
    return type || !own ? type : lrp_json_type_of(n->call.op_type, "");
}

static enum lrp_status write_attributes(struct writer *w, const struct lrp_node *n, const struct lrp_json_type *type, cJSON *layer)
{
    for (int i = 0; i < n->call.attribute_count; i++) {
        const struct lrp_attribute *a = &n->call.attributes[i];
        const char *key = a->name;
        if (type && strcmp(type->type, "dense") == 0 && strcmp(key, "transpose") == 0) key = "transB";
        if (type && strcmp(key, "transA") == 0 && a->i) return fail(w, LRP_UNSUPPORTED, "multiplies a transposed input, which JSON models cannot say", n->name);
        if (type && !is_word(type->attributes, key) && !is_word(type->inputs, key)) continue; /* says nothing we would do otherwise */
        enum lrp_status status = add_attribute(w, layer, key, a);
        if (status != LRP_OK) return status;
    }
    return LRP_OK;
}

/* Softmax before opset 13 ran over all axes from its own on: the same only where that is the last. */
static enum lrp_status check_meaning(const struct writer *w, const struct lrp_node *n)
{
    const bool softmax = strcmp(n->call.op_type, "Softmax") == 0 || strcmp(n->call.op_type, "LogSoftmax") == 0;
    const int rank = n->call.in[0].shape.rank;
    if (softmax && n->call.opset < 13 && lrp_normalize_axis(lrp_call_int(&n->call, "axis", 1), rank) != rank - 1)
        return fail(w, LRP_UNSUPPORTED, "is a softmax over several axes, which JSON models cannot say", n->name);
    if (n->call.out_count > 1) {
        int used = 0;
        for (int j = 0; j < n->call.out_count; j++) used += n->out[j] >= 0 && w->graph->values[n->out[j]].uses > 0;
        if (used > 1 || n->out[0] < 0 || !w->graph->values[n->out[0]].uses)
            return fail(w, LRP_UNSUPPORTED, "has several outputs, which JSON models cannot say", n->name);
    }
    return LRP_OK;
}

/* What a layer is called that needs no more than its name: weights are float32, so that casts between floats do nothing; a shape that
 * was computed from the input's stands for flattening. NULL for others. */
static const char *plain_type(const struct lrp_node *n)
{
    if (*n->call.domain) return NULL;
    if (strcmp(n->call.op_type, "Cast") == 0 && lrp_dtype_is_float(n->call.in[0].dtype) && lrp_dtype_is_float(n->call.out[0].dtype))
        return "identity";
    if (strcmp(n->call.op_type, "Dropout") == 0) return "dropout";
    return strcmp(n->call.op_type, "Reshape") == 0 && n->computed_shape && n->call.out[0].shape.rank == 2 ? "flatten" : NULL;
}

static enum lrp_status write_layer(struct writer *w, int node, cJSON **out)
{
    const struct lrp_node *n = &w->graph->nodes[node];
    const char *plain = plain_type(n);
    const struct lrp_json_type *type = plain ? lrp_json_type_find(plain) : type_of(n);
    cJSON *layer = *out = cJSON_CreateObject();
    char key[32], kind = 'w';
    enum lrp_status status = check_meaning(w, n);
    if (status != LRP_OK) return status;
    if (!layer || !cJSON_AddStringToObject(layer, "type", type ? type->type : n->call.op_type) || !cJSON_AddStringToObject(layer, "name", n->name) ||
        (!type && *n->call.domain && !cJSON_AddStringToObject(layer, "domain", n->call.domain)))
        return no_memory(w);
    for (int i = 1; status == LRP_OK && i < n->call.in_count && !plain; i++) {
        if (n->in[i] < 0) continue;
        const bool known = type ? input_key(type, i, key, &kind) : i < 3;
        if (!type && known) snprintf(key, sizeof key, "%s", i == 1 ? "weight" : "bias");
        if (!known) return fail(w, LRP_UNSUPPORTED, "takes constants that JSON models have no key for", n->name);
        const bool vector = strcmp(n->call.op_type, "Gemm") == 0 && i == 2;
        status = add_constant(w, layer, key, kind, n->in[i], vector);
    }
    return status == LRP_OK && !plain ? write_attributes(w, n, type, layer) : status;
}

/* ---- nesting ---- */

static enum lrp_status write_chain(struct writer *w, int to, int from, int deep, cJSON **out);

static bool prepend(cJSON *array, cJSON *item)
{
    if (!array->child) return cJSON_AddItemToArray(array, item);
    return cJSON_InsertItemInArray(array, 0, item);
}

/* One layer stands for itself, several for a chain, none for the identity. */
static cJSON *as_layer(cJSON *chain)
{
    cJSON *layer;
    if (cJSON_GetArraySize(chain) == 1) {
        layer = cJSON_DetachItemFromArray(chain, 0);
        cJSON_Delete(chain);
        return layer;
    }
    layer = cJSON_CreateObject();
    const bool none = !chain->child;
    if (layer && cJSON_AddStringToObject(layer, "type", none ? "identity" : "chain") && (none || cJSON_AddItemToObject(layer, "layers", chain))) {
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
    const struct lrp_node *n = &w->graph->nodes[node];
    const char *connection = connection_of(n);
    if (!connection) return fail(w, LRP_UNSUPPORTED, "joins branches otherwise than by +, * or concat", n->name);
    cJSON *join = *out = cJSON_CreateObject(), *layers = cJSON_CreateArray();
    const bool skip = n->call.in_count == 2 && n->in[1] == from && n->in[0] != from && strcmp(connection, "concat") != 0;
    enum lrp_status status = join && layers && cJSON_AddStringToObject(join, "type", skip ? "skip-connection" : "parallel") &&
                                     cJSON_AddStringToObject(join, "name", n->name) && cJSON_AddStringToObject(join, "connection", connection)
                                 ? LRP_OK : no_memory(w);
    if (status == LRP_OK && strcmp(connection, "concat") == 0 && !lrp_json_add_number(join, "axis", (double)lrp_call_int(&n->call, "axis", 1)))
        status = no_memory(w);
    for (int i = 0; status == LRP_OK && i < n->call.in_count; i++) {
        cJSON *chain = NULL;
        w->told[n->in[i]]++;
        if (w->graph->values[n->in[i]].desc.constant) status = fail(w, LRP_UNSUPPORTED, "joins a constant, which JSON models cannot say", n->name);
        else status = write_chain(w, n->in[i], from, deep + 1, &chain);
        cJSON *layer = status == LRP_OK ? as_layer(chain) : NULL;
        if (status == LRP_OK && (!layer || !cJSON_AddItemToArray(layers, layer))) status = no_memory(w);
        if (status != LRP_OK && !layer) cJSON_Delete(chain);
    }
    if (status == LRP_OK && skip) {
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
    const struct lrp_graph *g = w->graph;
    cJSON *chain = *out = cJSON_CreateArray();
    if (!chain) return no_memory(w);
    if (deep > MOST_DEEP) return lrp_fail(w->err, LRP_UNSUPPORTED, "%s: nests more than %d deep", w->model, MOST_DEEP);
    for (int value = to; value != from;) {
        const int node = g->values[value].producer;
        cJSON *layer = NULL;
        int inputs = 0;
        if (node < 0 || w->written[node]) return crosses(w, value);
        w->written[node] = true;
        const struct lrp_node *n = &g->nodes[node];
        const int input = data_input(g, n, &inputs);
        if (input < 0) return fail(w, LRP_UNSUPPORTED, "reads nothing but constants", n->name);
        enum lrp_status status;
        if (inputs == 1 && input == 0) {
            status = write_layer(w, node, &layer);
            value = n->in[0];
            w->told[value]++;
        } else {
            const int fork = w->dominator[w->place[node]], at = fork ? g->nodes[g->order[fork - 1]].out[0] : g->inputs[0];
            status = write_join(w, node, at, deep, &layer);
            value = at;
        }
        if (status == LRP_OK && !prepend(chain, layer)) status = no_memory(w);
        if (status != LRP_OK) {
            if (layer && layer->next == NULL && layer->prev == NULL) cJSON_Delete(layer);
            return status;
        }
    }
    return LRP_OK;
}

/* ---- the files ---- */

static enum lrp_status check_ends(const struct writer *w)
{
    const struct lrp_graph *g = w->graph;
    if (g->input_count != 1) return lrp_fail(w->err, LRP_UNSUPPORTED, "%s: has %d inputs, JSON models have one", w->model, g->input_count);
    if (g->output_count != 1) return lrp_fail(w->err, LRP_UNSUPPORTED, "%s: has %d outputs, JSON models have one", w->model, g->output_count);
    if (g->values[g->outputs[0]].producer < 0) return lrp_fail(w->err, LRP_UNSUPPORTED, "%s: has no layers", w->model);
    return LRP_OK;
}

/* What is read more often than it is written crosses. */
static enum lrp_status check_uses(const struct writer *w)
{
    const struct lrp_graph *g = w->graph;
    for (int v = 0; v < g->value_count; v++) {
        const struct lrp_value *value = &g->values[v];
        const bool there = value->is_input || (value->producer >= 0 && g->nodes[value->producer].state == LRP_NODE_LIVE);
        if (there && !value->desc.constant && value->uses - value->is_output != w->told[v]) return crosses(w, v);
    }
    return LRP_OK;
}

static cJSON *document(const struct writer *w, const char *weights, cJSON *layers)
{
    const struct lrp_value_definition *input = &w->graph->definition->inputs[0];
    cJSON *json = cJSON_CreateObject(), *shape = cJSON_CreateArray();
    bool ok = json && shape && lrp_json_add_number(json, "lrpscope_model", 1);
    for (int i = 0; ok && i < input->shape.rank; i++)
        ok = input->shape.dim[i] < 0 ? cJSON_AddItemToArray(shape, cJSON_CreateNull()) : lrp_json_append_number(shape, (double)input->shape.dim[i]);
    ok = ok && cJSON_AddItemToObject(json, "input", shape);
    if (!ok) cJSON_Delete(shape);
    ok = ok && (!w->tensor_count || cJSON_AddStringToObject(json, "weights", weights));
    if (ok && cJSON_AddItemToObject(json, "layers", layers)) return json;
    cJSON_Delete(json);
    cJSON_Delete(layers);
    return NULL;
}

/* Weights first, the model that names them last. */
static enum lrp_status write_files(struct writer *w, cJSON *layers, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    struct lrp_text weights = {0}, file = {0};
    lrp_text_append_n(&weights, name, dot && dot != name ? (size_t)(dot - name) : strlen(name));
    lrp_text_append(&weights, ".safetensors");
    lrp_text_append_n(&file, path, (size_t)(name - path));
    lrp_text_append(&file, weights.data ? weights.data : "");
    enum lrp_status status = weights.failed || file.failed ? no_memory(w) : LRP_OK;
    cJSON *json = status == LRP_OK ? document(w, weights.data, layers) : NULL;
    if (status != LRP_OK) cJSON_Delete(layers);
    else if (!json) status = no_memory(w);
    if (status == LRP_OK && w->tensor_count) status = lrp_safetensors_write(file.data, w->tensors, w->tensor_count, NULL, 0, w->err);
    if (status == LRP_OK) status = lrp_json_write(path, json, w->err);
    cJSON_Delete(json);
    lrp_text_free(&weights);
    lrp_text_free(&file);
    return status;
}

static enum lrp_status write_graph(struct writer *w, const char *path)
{
    const struct lrp_graph *g = w->graph;
    const size_t nodes = (size_t)g->node_count + 1, values = (size_t)g->value_count + 1, places = (size_t)g->order_count + 2;
    cJSON *layers = NULL;
    w->dominator = calloc(places, sizeof(int));
    w->depth = calloc(places, sizeof(int));
    w->place = calloc(nodes, sizeof(int));
    w->told = calloc(values, sizeof(int));
    w->written = calloc(nodes, sizeof(bool));
    if (!w->dominator || !w->depth || !w->place || !w->told || !w->written) return no_memory(w);
    enum lrp_status status = check_ends(w);
    if (status != LRP_OK) return status;
    find_dominators(w);
    status = write_chain(w, g->outputs[0], g->inputs[0], 0, &layers);
    if (status == LRP_OK) status = check_uses(w);
    if (status == LRP_OK) return write_files(w, layers, path);
    cJSON_Delete(layers);
    return status;
}

enum lrp_status lrp_model_convert(const struct lrp_model *model, const char *path, struct lrp_error *err)
{
    struct lrp_graph *graph = NULL;
    enum lrp_status status = lrp_graph_build(lrp_model_definition(model), &(struct lrp_graph_options){0}, &graph, err);
    if (status != LRP_OK) return status;
    struct writer w = {.graph = graph, .model = lrp_model_path(model), .err = err};
    status = write_graph(&w, path);
    free(w.dominator);
    free(w.depth);
    free(w.place);
    free(w.told);
    free(w.written);
    free(w.tensors);
    for (size_t i = 0; i < w.tensor_count; i++) free(w.data[i]);
    free(w.data);
    lrp_graph_free(graph);
    return status;
}
