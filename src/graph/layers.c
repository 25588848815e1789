/* layers.c: a graph seen as LRP sees it: anchor operators with the activations fused behind them. */
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "layer_members.h"
#include "roles.h"
#include "text.h"

struct viewer {
    struct lrp_graph *graph;
    struct lrp_arena *arena;
    struct lrp_layer *rows;
    struct lrp_layer_nodes *nodes;
    int *layer_of_node;
    /* until the rows are filled: */
    int *layer_of_value; /* by producer, a model input's own row; -1: constant or nothing */
    int **sources;       /* of the rows */
    bool *reaches;       /* lrp_graph_reach_outputs */
    /* for good: */
    bool open;             /* the shape of an input is not known */
    size_t count, further; /* layers with row 0; inputs behind the first */
};

/* Whether an operator that exists waits for shapes: then its inputs were never looked at. */
static bool shapes_open(const struct lrp_node *n)
{
    for (int i = 0; n->call.op && i < n->call.in_count; i++)
        if (n->call.in[i].present && !lrp_shape_known(n->call.in[i].shape)) return true;
    return false;
}

/* In a body nothing is known of shapes and operands. */
static enum lrp_kind body_kind(const struct lrp_node *n)
{
    const struct lrp_operator *op = lrp_operator_find(n->call.domain, n->call.op_type, n->call.opset, NULL);
    return op ? op->static_kind : LRP_KIND_OTHER;
}

static enum lrp_kind node_kind(const struct lrp_node *n)
{
    if (n->body >= 0) return body_kind(n);
    if (!n->call.op) return LRP_KIND_OTHER;
    if (n->late && !shapes_open(n)) return n->call.op->static_kind;
    if (*n->obstacle && !n->open)
        return n->call.op->kind && shapes_open(n) ? n->call.op->kind(&n->call) : n->call.op->static_kind;
    const struct lrp_shape *in = n->call.in_count ? n->call.in[0].shape : NULL, *out = n->call.out[0].shape;
    if (n->computed_shape && !n->merges && in && in->rank > 2 && out->rank == 2 && in->dim[0] == out->dim[0])
        return LRP_KIND_FLATTEN;
    return n->call.op->kind ? n->call.op->kind(&n->call) : n->call.op->static_kind;
}

static const char *type_name(struct lrp_arena *arena, const struct lrp_node *n, enum lrp_kind kind)
{
    char buffer[128];
    if (kind != LRP_KIND_OTHER) return lrp_kind_row(kind)->name;
    return lrp_arena_strdup(arena, lrp_kebab_case(n->call.op_type, buffer, sizeof buffer));
}

/* The ONNX operator a user would look for in the file. */
static const char *file_operator(const struct lrp_graph *g, int node)
{
    const struct lrp_node *n = &g->nodes[node];
    const char *written = n->call.op && n->call.op->written ? n->call.op->written(&n->call) : n->call.op_type;
    /* one that may be any of several: the node of the file says which */
    if (!*written && (size_t)node < g->definition->node_count) return g->definition->nodes[node].op_type;
    return *written ? written : n->call.op_type;
}

/* Our own operators stand for what was recognised. */
static const char *file_domain(const struct lrp_node *n)
{
    return strcmp(n->call.domain, "lrpscope") == 0 || strcmp(n->call.domain, "ai.onnx") == 0 ? "" : n->call.domain;
}

/* An activation that may stand behind a layer. */
static bool is_fusible(const struct viewer *v, int node)
{
    const struct lrp_node *n = &v->graph->nodes[node];
    if (n->body >= 0) return false; /* bodies are listed as they stand */
    if (!n->call.op || (*n->obstacle && !n->open && !shapes_open(n)) || !(n->call.op->traits & LRP_TRAIT_ACTIVATION))
        return false;
    /* a slope or bound that is computed has a relevance of its own */
    return lrp_call_data_inputs(&n->call) == 1 && lrp_call_is_data(&n->call, 0);
}

/* The layer of which a node is the anchor, if an activation can stand behind it; or -1. */
static int can_host(const struct viewer *v, const struct lrp_node *anchor)
{
    const int node = (int)(anchor - v->graph->nodes), host = v->layer_of_node[node];
    const bool hosts = host > 0 && v->nodes[host].anchor == node && v->nodes[host].activation < 0;
    return hosts && (lrp_kind_row(node_kind(anchor))->traits & LRP_KIND_IS_HOST) ? host : -1;
}

/* The layer that an activation node can be fused into, or -1. */
static int host_of(const struct viewer *v, int node)
{
    const struct lrp_graph *g = v->graph;
    const struct lrp_node *n = &g->nodes[node];
    if (!is_fusible(v, node)) return -1;
    const struct lrp_node *producer = lrp_graph_producer(g, n->in[0]);
    if (!producer || g->values[n->in[0]].uses != 1) return -1;
    const int host = v->layer_of_node[producer - g->nodes];
    if (host > 0 && v->nodes[host].anchor != (int)(producer - g->nodes)) /* rounded before */
        return v->nodes[host].activation < 0 && node_kind(producer) == LRP_KIND_FAKE_QUANTIZE ? host : -1;
    return can_host(v, producer);
}

/* The layer whose activation reads it rounded: the rounding is no layer of its own, so that networks with roundings in them
 * have the layers they have without; or -1. */
static int host_of_rounding(const struct viewer *v, int node)
{
    const struct lrp_graph *g = v->graph;
    const struct lrp_node *n = &g->nodes[node];
    if (n->body >= 0 || node_kind(n) != LRP_KIND_FAKE_QUANTIZE || g->values[n->in[0]].uses != 1 ||
        g->values[n->out[0]].uses != 1)
        return -1;
    const struct lrp_node *producer = lrp_graph_producer(g, n->in[0]);
    const int reader = g->values[n->out[0]].reader;
    return producer && reader >= 0 && is_fusible(v, reader) ? can_host(v, producer) : -1;
}

static void add_layer(struct viewer *v, int node)
{
    struct lrp_graph *g = v->graph;
    const struct lrp_node *n = &g->nodes[node];
    enum lrp_kind kind = node_kind(n);
    const struct lrp_kind_row *row = lrp_kind_row(kind);
    const bool runs = !*n->obstacle || (n->late && !n->open);
    struct lrp_layer *l = &v->rows[v->count];
    *l = (struct lrp_layer){.index = (int)v->count,
                            .name = n->name,
                            .type = type_name(v->arena, n, kind),
                            .kind = (int)kind,
                            .group = row->group,
                            .second_group = row->second_group,
                            .op_type = file_operator(g, node),
                            .domain = file_domain(n),
                            .activation = "identity",
                            .activation_op = "",
                            .executable = runs,
                            .obstacle = runs ? "" : n->obstacle,
                            .shape_pending = v->open && n->body < 0 && !runs && (n->open || shapes_open(n)),
                            .body = n->body,
                            .shape = &lrp_shape_unknown,
                            .differentiable = n->call.op && lrp_operator_differentiates(n->call.op)};
    l->differentiable = l->differentiable && (runs || l->shape_pending);
    l->output_softmax = row->traits & LRP_KIND_IS_HEAD && n->out[0] >= 0 && v->reaches[n->out[0]];
    l->output_log = l->output_softmax && row->traits & LRP_KIND_IS_LOG;
    l->output_sigmoid = kind == LRP_KIND_SIGMOID && n->out[0] >= 0 && v->reaches[n->out[0]];
    if (n->call.op && n->call.op->macs && !*n->obstacle) l->macs = n->call.op->macs(&n->call);
    v->nodes[v->count] = (struct lrp_layer_nodes){node, -1};
    v->layer_of_node[node] = (int)v->count++;
}

static void fuse_activation(struct viewer *v, int host, int node)
{
    const struct lrp_node *n = &v->graph->nodes[node];
    struct lrp_layer *l = &v->rows[host];
    l->activation = type_name(v->arena, n, node_kind(n));
    l->activation_op = n->call.op_type;
    l->output_sigmoid = node_kind(n) == LRP_KIND_SIGMOID && n->out[0] >= 0 && v->reaches[n->out[0]];
    l->differentiable = l->differentiable && n->call.op->vjp;
    v->nodes[host].activation = node;
    v->layer_of_node[node] = host;
}

/* Values of a layer's last node; the first is the one its relevance belongs to. */
static const struct lrp_node *last_node(const struct viewer *v, size_t layer)
{
    const struct lrp_layer_nodes *n = &v->nodes[layer];
    return &v->graph->nodes[n->activation >= 0 ? n->activation : n->anchor];
}

static bool name_values(struct viewer *v, size_t layer)
{
    struct lrp_graph *g = v->graph;
    struct lrp_layer *l = &v->rows[layer];
    const struct lrp_node *first = &g->nodes[v->nodes[layer].anchor], *last = last_node(v, layer);
    const char **in = lrp_arena_calloc(v->arena, (size_t)first->call.in_count, sizeof *in);
    const char **out = lrp_arena_calloc(v->arena, (size_t)last->call.out_count, sizeof *out);
    int *sources = lrp_arena_calloc(v->arena, (size_t)first->call.in_count, sizeof *sources);
    if (!in || !out || !sources || !l->type || !l->activation) return false;
    for (int i = 0; i < first->call.in_count; i++) {
        if (first->in[i] < 0 || g->values[first->in[i]].desc.constant) continue;
        if (first->body >= 0 && v->layer_of_value[first->in[i]] < 0) continue; /* bodies need not be sorted */
        sources[l->input_count] = v->layer_of_value[first->in[i]];
        in[l->input_count++] = g->values[first->in[i]].name;
    }
    for (int i = 0; i < last->call.out_count; i++) {
        if (last->out[i] < 0) continue;
        if (l->output_count == 0) l->shape = g->values[last->out[i]].desc.shape;
        v->layer_of_value[last->out[i]] = (int)layer;
        out[l->output_count++] = g->values[last->out[i]].name;
    }
    l->inputs = in;
    l->outputs = out;
    l->sources = v->sources[layer] = sources;
    return true;
}

/* Float constants of a node, scalars and bounds apart; `counted` keeps shared weights from being added twice. */
static int64_t node_parameters(const struct lrp_graph *g, const struct lrp_node *n, bool *counted, int64_t *unique)
{
    int64_t sum = 0;
    if (n->call.op && n->call.op->traits & LRP_TRAIT_BOUNDED) return 0; /* some exporters write them as vectors of one */
    for (int i = 0; i < n->call.in_count; i++) {
        if (n->in[i] < 0) continue;
        const struct lrp_desc *d = &g->values[n->in[i]].desc;
        if (!d->constant || !lrp_dtype_is_float(d->dtype) || d->shape->rank == 0 || g->values[n->in[i]].from_shape) continue;
        sum += (int64_t)d->constant->count;
        if (!counted[n->in[i]]) *unique += (int64_t)d->constant->count;
        counted[n->in[i]] = true;
    }
    return sum;
}

static bool count_parameters(struct viewer *v, struct lrp_layer_list *list)
{
    const struct lrp_graph *g = v->graph;
    bool *counted = calloc((size_t)g->value_count + 1, sizeof *counted);
    if (!counted) return false;
    for (size_t i = 1; i < v->count; i++) {
        struct lrp_layer *l = &v->rows[i];
        l->parameters = node_parameters(g, &g->nodes[v->nodes[i].anchor], counted, &list->parameters);
        if (v->nodes[i].activation >= 0)
            l->parameters += node_parameters(g, &g->nodes[v->nodes[i].activation], counted, &list->parameters);
        list->macs += l->macs;
    }
    free(counted);
    for (int i = 0; i < g->value_count; i++) {
        const struct lrp_value *value = &g->values[i];
        const struct lrp_node *producer = value->producer < 0 ? NULL : &g->nodes[value->producer];
        bool live = value->is_input || (producer && producer->state == LRP_NODE_LIVE && producer->body < 0);
        int64_t count = lrp_shape_count(value->desc.shape);
        if (live && count > 0 && __builtin_add_overflow(list->activation_bytes, (size_t)count * 4, &list->activation_bytes))
            list->activation_bytes = SIZE_MAX;
    }
    return true;
}

static bool link_consumers(struct viewer *v)
{
    const size_t rows = v->count + v->further;
    for (size_t i = 1; i < v->count; i++)
        for (int k = 0; k < v->rows[i].input_count; k++)
            if (v->sources[i][k] >= 0) v->rows[v->sources[i][k]].consumer_count++;
    size_t all = 0;
    for (size_t i = 0; i < rows; i++) all += (size_t)v->rows[i].consumer_count;
    int *consumers = lrp_arena_calloc(v->arena, all, sizeof *consumers); /* of all rows, one behind the other */
    size_t *ends = calloc(rows + 1, sizeof *ends);                       /* of the rows' lists, while they are filled */
    if (!consumers || !ends) {
        free(ends);
        return false;
    }
    for (size_t i = 0, start = 0; i < rows; i++) {
        v->rows[i].consumers = consumers + start;
        ends[i] = start;
        start += (size_t)v->rows[i].consumer_count;
    }
    for (size_t i = 1; i < v->count; i++)
        for (int k = 0; k < v->rows[i].input_count; k++) {
            int *source = &v->sources[i][k];
            if (*source >= 0) consumers[ends[*source]++] = (int)i;
            if (*source >= (int)v->count) *source = 0; /* an input, for all who follow sources */
        }
    free(ends);
    return true;
}

/* The row of a model's input; of none, where it has no input. */
static bool input_row(struct viewer *v, size_t row, int input)
{
    const struct lrp_graph *g = v->graph;
    const struct lrp_value *value = input < g->input_count ? &g->values[g->inputs[input]] : NULL;
    const char **names = lrp_arena_calloc(v->arena, 1, sizeof *names);
    if (!names) return false;
    names[0] = value ? value->name : "input";
    v->rows[row] = (struct lrp_layer){.name = names[0],
                                      .type = "input",
                                      .group = "",
                                      .second_group = "",
                                      .op_type = "",
                                      .domain = "",
                                      .activation = "identity",
                                      .activation_op = "",
                                      .obstacle = "",
                                      .executable = true,
                                      .differentiable = true,
                                      .shape = &lrp_shape_unknown,
                                      .outputs = names,
                                      .output_count = value != NULL,
                                      .body = -1};
    if (value) {
        v->rows[row].shape = value->desc.shape;
        v->layer_of_value[g->inputs[input]] = (int)row;
    }
    v->nodes[row] = (struct lrp_layer_nodes){-1, -1};
    return true;
}

/* Behind the layers, whose numbers they leave alone. */
static bool further_inputs(struct viewer *v)
{
    bool ok = true;
    for (size_t i = 0; ok && i < v->further; i++) ok = input_row(v, v->count + i, (int)i + 1);
    return ok;
}

static bool allocate_rows(struct viewer *v)
{
    v->count = 1;
    v->further = v->graph->input_count > 1 ? (size_t)v->graph->input_count - 1 : 0;
    const size_t rows = (size_t)v->graph->order_count + 1 + v->further;
    v->sources = calloc(rows, sizeof(int *));
    v->rows = lrp_arena_calloc(v->arena, rows, sizeof *v->rows);
    v->nodes = lrp_arena_calloc(v->arena, rows, sizeof *v->nodes);
    v->layer_of_node = lrp_arena_calloc(v->arena, (size_t)v->graph->node_count, sizeof *v->layer_of_node);
    v->layer_of_value = malloc(((size_t)v->graph->value_count + 1) * sizeof *v->layer_of_value);
    if (!v->sources || !v->rows || !v->nodes || !v->layer_of_node || !v->layer_of_value) return false;
    for (int i = 0; i < v->graph->node_count; i++) v->layer_of_node[i] = -1;
    for (int i = 0; i < v->graph->value_count; i++) v->layer_of_value[i] = -1;
    return true;
}

static bool view(struct viewer *v, bool fuse, struct lrp_layer_list *list)
{
    if (!allocate_rows(v) || !input_row(v, 0, 0)) return false;
    for (int k = 0; k < v->graph->order_count; k++) {
        int node = v->graph->order[k], host = fuse ? host_of(v, node) : -1, rounded = fuse ? host_of_rounding(v, node) : -1;
        if (host > 0)
            fuse_activation(v, host, node);
        else if (rounded > 0)
            v->layer_of_node[node] = rounded;
        else
            add_layer(v, node);
    }
    if (!further_inputs(v)) return false;
    for (int b = 0; b < v->graph->body_count; b++) /* what a body is handed comes from the layer it hangs on */
        for (int i = 0; i < v->graph->bodies[b].input_count; i++)
            v->layer_of_value[v->graph->bodies[b].inputs[i]] = v->layer_of_node[v->graph->bodies[b].node];
    for (size_t i = 1; i < v->count; i++)
        if (!name_values(v, i)) return false;
    return lrp_graph_members(v->graph, v->nodes, v->count, v->layer_of_node, v->rows) && link_consumers(v) &&
           count_parameters(v, list);
}

enum lrp_status lrp_graph_layers(struct lrp_graph *graph, bool fuse, struct lrp_layer_view **out, struct lrp_error *err)
{
    struct viewer v = {.graph = graph, .arena = graph->arena, .reaches = lrp_graph_reach_outputs(graph)};
    for (int i = 0; i < graph->input_count; i++) v.open |= !lrp_shape_known(graph->values[graph->inputs[i]].desc.shape);
    struct lrp_layer_view *result = lrp_arena_calloc(graph->arena, 1, sizeof *result);
    bool ok = result && v.reaches && view(&v, fuse, &result->list);
    free(v.reaches);
    free(v.sources);
    free(v.layer_of_value);
    if (!ok) return lrp_fail(err, LRP_MEMORY, "%s: not enough memory for the layers", graph->definition->path);
    result->list.rows = v.rows;
    result->list.count = v.count;
    result->list.further_inputs = v.further;
    result->nodes = v.nodes;
    result->layer_of_node = v.layer_of_node;
    if (!lrp_graph_roles(graph, result, v.rows) || !lrp_graph_containers(graph, result, v.rows) ||
        !lrp_graph_report(graph, result))
        return lrp_fail(err, LRP_MEMORY, "%s: not enough memory for the layers", graph->definition->path);
    result->list.dropped = graph->dropped.items;
    result->list.dropped_count = graph->dropped.count;
    result->list.canonized = graph->canonized.items;
    result->list.canonized_count = graph->canonized.count;
    result->list.removed = graph->removed.items;
    result->list.removed_count = graph->removed.count;
    *out = result;
    return LRP_OK;
}
