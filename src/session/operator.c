/* operator.c: the operator a layer goes back to, for people: version, attributes, weights, the nodes it is made of. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct operator_writer {
    const struct lrp_graph *graph;
    const char *group; /* of the layer's type */
    const struct lrp_node *node;
    struct lrp_arena *arena;
    struct lrp_layer_attribute *attributes;
    size_t attribute_count;
};

static const char *describe_blob(struct lrp_arena *arena, const struct lrp_blob *blob)
{
    char shape[160];
    lrp_shape_text(blob->shape, 0, "x", shape, sizeof shape);
    return lrp_arena_printf(arena, "%s%s%s", lrp_dtype_text(blob->dtype), *shape ? " " : "", shape);
}

static const char *describe_graphs(struct lrp_arena *arena, const struct lrp_attribute *from)
{
    size_t nodes = 0;
    const size_t count = lrp_attribute_graphs(from);
    for (size_t i = 0; i < count; i++) nodes += lrp_attribute_graph(from, i)->node_count;
    return count ? lrp_arena_printf(arena, "graph of %zu node%s", nodes, nodes == 1 ? "" : "s") : "of a kind unknown here";
}

/* Borrows what lies in the definition, which lives as long as the graph: copied, as a snapshot may be released first. */
static void *copied(struct lrp_arena *arena, const void *from, size_t count, size_t size)
{
    void *to = lrp_arena_calloc(arena, count, size);
    if (to && count) memcpy(to, from, count * size);
    return to;
}

static const char *const *copied_texts(struct lrp_arena *arena, const char *const *from, size_t count)
{
    const char **to = lrp_arena_calloc(arena, count, sizeof *to);
    for (size_t i = 0; to && i < count; i++)
        if (!(to[i] = lrp_arena_strdup(arena, from[i]))) return NULL;
    return to;
}

static bool add_attribute(struct operator_writer *w, const struct lrp_attribute *from)
{
    struct lrp_layer_attribute *to = &w->attributes[w->attribute_count++];
    const bool one = from->kind == LRP_ATTRIBUTE_INT || from->kind == LRP_ATTRIBUTE_FLOAT || from->kind == LRP_ATTRIBUTE_STRING;
    *to = (struct lrp_layer_attribute){
        .name = lrp_arena_strdup(w->arena, from->name), .one = one, .count = one ? 1 : from->count};
    switch (from->kind) {
    case LRP_ATTRIBUTE_INT:
        to->ints = copied(w->arena, &from->i, 1, sizeof from->i);
        break;
    case LRP_ATTRIBUTE_INTS:
        to->ints = copied(w->arena, from->ints, from->count, sizeof *from->ints);
        break;
    case LRP_ATTRIBUTE_FLOAT:
        to->floats = copied(w->arena, &from->f, 1, sizeof from->f);
        break;
    case LRP_ATTRIBUTE_FLOATS:
        to->floats = copied(w->arena, from->floats, from->count, sizeof *from->floats);
        break;
    case LRP_ATTRIBUTE_STRING:
        to->texts = copied_texts(w->arena, &from->s, 1);
        break;
    case LRP_ATTRIBUTE_STRINGS:
        to->texts = copied_texts(w->arena, from->strings, from->count);
        break;
    case LRP_ATTRIBUTE_TENSOR:
        to->text = describe_blob(w->arena, from->tensor);
        break;
    case LRP_ATTRIBUTE_GRAPH:
    case LRP_ATTRIBUTE_GRAPHS:
    case LRP_ATTRIBUTE_REFERENCE:
    case LRP_ATTRIBUTE_OTHER:
        to->text = describe_graphs(w->arena, from);
        break;
    }
    if (to->text) to->count = 0;
    return to->name && (to->ints || to->floats || to->texts || to->text);
}

/* What an operator takes where the file leaves an attribute out. */
static bool add_usual(struct operator_writer *w, const char *name, const int64_t *values, int count, bool one)
{
    if (lrp_call_attribute(&w->node->call, name)) return true;
    int64_t *ints = copied(w->arena, values, (size_t)count, sizeof *values);
    w->attributes[w->attribute_count++] =
        (struct lrp_layer_attribute){.name = name, .one = one, .usual = true, .count = (size_t)count, .ints = ints};
    return ints != NULL;
}

/* Most attributes add_window adds. */
enum { LRP_WINDOW_ATTRIBUTES = 5 };

/* Of an operator with a sliding window: kernel (that of the weights), strides, dilations, pads, groups. */
static bool add_window(struct operator_writer *w)
{
    static const int64_t ones[LRP_MAX_RANK] = {1, 1, 1, 1, 1, 1, 1, 1}, zeros[2 * LRP_MAX_RANK] = {0};
    const struct lrp_call *call = &w->node->call;
    const bool convolves = strcmp(w->group, "convolution") == 0;
    const struct lrp_attribute *kernel = lrp_call_attribute(call, "kernel_shape");
    const struct lrp_attribute *automatic = lrp_call_attribute(call, "auto_pad");
    const struct lrp_desc *weight = convolves ? lrp_graph_desc(w->graph, lrp_node_input(w->node, 1)) : NULL;
    int rank = kernel ? (int)kernel->count : weight ? weight->shape->rank - 2 : 0;
    if ((!kernel && !convolves) || rank < 1 || rank > LRP_MAX_RANK - 2) return true;
    bool ok = true;
    if (!kernel) ok = add_usual(w, "kernel_shape", weight->shape->dim + 2, rank, false);
    ok = ok && add_usual(w, "strides", ones, rank, false);
    if (!automatic || !automatic->s || strcmp(automatic->s, "NOTSET") == 0)
        ok = ok && add_usual(w, "pads", zeros, 2 * rank, false);
    if (convolves) ok = ok && add_usual(w, "dilations", ones, rank, false) && add_usual(w, "group", ones, 1, true);
    return ok;
}

static bool list_attributes(struct operator_writer *w, struct lrp_layer_operator *out)
{
    const struct lrp_call *call = &w->node->call;
    w->attributes = lrp_arena_calloc(w->arena, (size_t)call->attribute_count + LRP_WINDOW_ATTRIBUTES, sizeof *w->attributes);
    bool ok = w->attributes != NULL;
    for (int i = 0; ok && i < call->attribute_count; i++) ok = add_attribute(w, &call->attributes[i]);
    ok = ok && add_window(w);
    out->attributes = w->attributes;
    out->attribute_count = w->attribute_count;
    return ok;
}

/* A weight that was rewritten goes by the name the file has at that place. */
static const char *weight_name(const struct operator_writer *w, int input)
{
    const struct lrp_value *value = &w->graph->values[w->node->in[input]];
    const int given = input < w->node->file_in_count ? w->node->file_in[input] : -1;
    return value->own && given >= 0 ? w->graph->values[given].name : value->name;
}

static bool list_weights(struct operator_writer *w, struct lrp_layer_operator *out)
{
    struct lrp_layer_weight *weights = lrp_arena_calloc(w->arena, (size_t)w->node->call.in_count, sizeof *weights);
    for (int i = 0; weights && i < w->node->call.in_count; i++) {
        const struct lrp_desc *desc = lrp_graph_desc(w->graph, w->node->in[i]);
        if (!desc || !desc->constant || w->graph->values[w->node->in[i]].from_shape) continue;
        struct lrp_layer_weight *to = &weights[out->weight_count++];
        *to = (struct lrp_layer_weight){.name = lrp_arena_strdup(w->arena, weight_name(w, i)),
                                        .shape = *desc->constant->shape,
                                        .dtype = desc->constant->dtype};
        if (!to->name) return false;
    }
    out->weights = weights;
    return weights != NULL;
}

/* The nodes of a layer in the order of lrp_graph_members: that of the file. */
static bool list_node_types(struct operator_writer *w, const struct lrp_layer_view *view, int layer,
                            struct lrp_layer_operator *out)
{
    const int most = view->list.rows[layer].node_count;
    const char **types = lrp_arena_calloc(w->arena, (size_t)most, sizeof *types);
    int count = 0;
    for (int n = 0; types && count < most && n < w->graph->node_count && w->graph->nodes[n].file_in; n++)
        if (view->layer_of_node[n] == layer) {
            /* what the file calls it, not what it was rewritten to */
            const bool defined = (size_t)n < w->graph->definition->node_count;
            const char *type = defined ? w->graph->definition->nodes[n].op_type : w->graph->nodes[n].call.op_type;
            if (!(types[count++] = lrp_arena_strdup(w->arena, type))) return false;
        }
    out->node_types = types;
    return types && count == most;
}

static bool describe_operator(struct operator_writer *w, const struct lrp_layer_view *view, int layer,
                              struct lrp_layer_operator **out)
{
    struct lrp_layer_operator *o = lrp_arena_calloc(w->arena, 1, sizeof *o);
    if (!o) return false;
    o->own = w->arena;
    o->op_type = lrp_arena_strdup(w->arena, w->node->call.op_type);
    o->domain = lrp_arena_strdup(w->arena, w->node->call.domain);
    o->opset = w->node->call.opset;
    *out = o;
    return o->op_type && o->domain && list_attributes(w, o) && list_weights(w, o) && list_node_types(w, view, layer, o);
}

enum lrp_status lrp_snapshot_operator(const struct lrp_snapshot *snapshot, int layer, struct lrp_layer_operator **out,
                                      struct lrp_error *err)
{
    const struct lrp_network *n = lrp_snapshot_box(snapshot)->setup->network;
    *out = NULL;
    if (layer < 1 || (size_t)layer >= n->view->list.count)
        return lrp_fail(err, LRP_UNSUPPORTED, "%s: row %d is no layer", snapshot->model_path, layer);
    struct operator_writer w = {.graph = n->graph,
                                .group = n->view->list.rows[layer].group,
                                .node = &n->graph->nodes[n->view->nodes[layer].anchor],
                                .arena = lrp_arena_new()};
    if (w.arena && describe_operator(&w, n->view, layer, out)) return LRP_OK;
    lrp_arena_free(w.arena);
    *out = NULL;
    return lrp_fail(err, LRP_MEMORY, "out of memory");
}

void lrp_layer_operator_free(struct lrp_layer_operator *layer_operator)
{
    if (layer_operator) lrp_arena_free(layer_operator->own);
}
