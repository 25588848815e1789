/* graph.c: changing a graph: replacing, inserting, redirecting, scheduling. */
#include "graph.h"

#include <stdlib.h>
#include <string.h>

struct lrp_node *lrp_graph_producer(const struct lrp_graph *graph, int value)
{
    if (value < 0 || graph->values[value].producer < 0) return NULL;
    struct lrp_node *node = &graph->nodes[graph->values[value].producer];
    return node->state == LRP_NODE_LIVE ? node : NULL;
}

int lrp_node_input(const struct lrp_node *node, int i)
{
    return i >= 0 && i < node->call.in_count ? node->in[i] : -1;
}

const struct lrp_desc *lrp_graph_desc(const struct lrp_graph *graph, int value)
{
    return value < 0 ? NULL : &graph->values[value].desc;
}

bool lrp_graph_reshape(struct lrp_graph *graph, int value, const struct lrp_shape *shape)
{
    const struct lrp_shape *kept = lrp_shape_set_keep(&graph->shapes, shape);
    if (kept) graph->values[value].desc.shape = kept;
    return kept != NULL;
}

bool lrp_name_list_add(struct lrp_graph *graph, struct lrp_name_list *names, const char *name)
{
    const char **items = lrp_arena_grown(graph->arena, names->items, names->count, &names->capacity, sizeof(char *));
    if (!items) return false;
    names->items = items;
    names->items[names->count++] = name;
    return true;
}

/* Counts what a node reads, in (+1) or out (-1): a change to a few nodes must not cost a pass over all of them. */
static void count_node(struct lrp_graph *g, int node, int change)
{
    const struct lrp_node *n = &g->nodes[node];
    for (int i = 0; i < n->call.in_count; i++) {
        if (n->in[i] < 0) continue;
        g->values[n->in[i]].uses += change;
        if (change > 0) g->values[n->in[i]].reader = node;
    }
}

static void count_uses(struct lrp_graph *graph)
{
    for (int i = 0; i < graph->value_count; i++) {
        graph->values[i].uses = 0;
        graph->values[i].reader = -1;
    }
    for (int i = 0; i < graph->output_count; i++) graph->values[graph->outputs[i]].uses++;
    for (int n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].state == LRP_NODE_LIVE) count_node(graph, n, 1);
}

static bool reads_first(const struct lrp_graph *g, int node, int value)
{
    return node >= 0 && g->nodes[node].state == LRP_NODE_LIVE && lrp_node_input(&g->nodes[node], 0) == value;
}

int lrp_graph_sole_reader(const struct lrp_graph *graph, int value)
{
    const struct lrp_value *v = &graph->values[value];
    if (v->uses != 1 || v->is_output) return -1;
    if (reads_first(graph, v->reader, value)) return v->reader;
    /* the reader last found is gone, another one is left */
    for (int n = 0; n < graph->node_count; n++)
        if (reads_first(graph, n, value)) return n;
    return -1;
}

/* Everything a replaced call consists of, so that it can be put back. */
struct saved_call {
    struct lrp_call call;
    int *in, *out;
};

/* Makes the call of `r` for outputs out[0..out_count). False when out of memory. */
static bool make_call(struct lrp_graph *g, const struct lrp_replacement *r, int opset, const int *out, int out_count,
                      struct saved_call *part)
{
    size_t in = (size_t)r->in_count, n = (size_t)out_count, attributes = (size_t)r->attribute_count;
    struct lrp_attribute *copy = lrp_arena_calloc(g->arena, attributes, sizeof *copy);
    part->in = lrp_arena_calloc(g->arena, in + n, sizeof *part->in);
    struct lrp_desc *in_desc = lrp_arena_calloc(g->arena, in + n, sizeof *in_desc);
    if (!copy || !part->in || !in_desc) return false;
    part->out = part->in + in;
    struct lrp_desc *out_desc = in_desc + in;
    if (attributes) memcpy(copy, r->attributes, attributes * sizeof *copy);
    if (in) memcpy(part->in, r->in, in * sizeof *part->in);
    memcpy(part->out, out, n * sizeof *part->out);
    for (int i = 0; i < r->in_count; i++)
        in_desc[i] = r->in[i] < 0 ? (struct lrp_desc){.shape = &lrp_shape_unknown} : g->values[r->in[i]].desc;
    for (int i = 0; i < out_count; i++) out_desc[i] = (struct lrp_desc){.present = true, .shape = &lrp_shape_unknown};
    part->call = (struct lrp_call){.op = lrp_operator_find(r->domain, r->op_type, opset, NULL),
                                   .op_type = r->op_type,
                                   .domain = r->domain,
                                   .opset = opset,
                                   .attributes = copy,
                                   .attribute_count = r->attribute_count,
                                   .in = in_desc,
                                   .out = out_desc,
                                   .in_count = r->in_count,
                                   .out_count = out_count,
                                   .shapes = &g->shapes};
    return part->call.op != NULL;
}

static int opset_for(const struct lrp_graph *g, const struct lrp_replacement *r, int otherwise)
{
    if (r->opset) return r->opset;
    if (*r->domain) return 1;
    for (int i = 0; i < g->definition->opset_count; i++)
        if (!*g->definition->opsets[i].domain) return g->definition->opsets[i].version;
    return otherwise;
}

/* Lists the values that go with the swallowed nodes; false when out of memory, then none. */
static bool report_removed(struct lrp_graph *g, int node, const int *swallowed, int count)
{
    const size_t before = g->removed.count;
    for (int i = 0; i < count; i++) {
        const struct lrp_node *s = &g->nodes[swallowed[i]];
        if (swallowed[i] == node || s->state != LRP_NODE_LIVE) continue;
        for (int k = 0; k < s->call.out_count; k++)
            if (s->out[k] >= 0 && !g->values[s->out[k]].own && !lrp_name_list_add(g, &g->removed, g->values[s->out[k]].name)) {
                g->removed.count = before;
                return false;
            }
    }
    return true;
}

void lrp_graph_swallow(struct lrp_graph *graph, int node, int owner)
{
    count_node(graph, node, -1);
    graph->nodes[node].state = LRP_NODE_SWALLOWED;
    graph->nodes[node].owner = owner;
}

bool lrp_graph_replace(struct lrp_graph *graph, int node, const struct lrp_replacement *replacement, const int *swallowed,
                       int swallowed_count)
{
    struct lrp_node *n = &graph->nodes[node];
    struct saved_call part;
    if (!make_call(graph, replacement, opset_for(graph, replacement, n->call.opset), n->out, 1, &part)) return false;
    if (part.call.op->infer(&part.call, NULL) != LRP_OK) return false;
    const struct lrp_value *out = &graph->values[n->out[0]];
    if (!lrp_shape_equal(part.call.out[0].shape, out->desc.shape) || part.call.out[0].dtype != out->desc.dtype) return false;
    if (!report_removed(graph, node, swallowed, swallowed_count)) return false;
    if (replacement->what)
        lrp_graph_record(graph, replacement->what, node, swallowed, swallowed_count, node, replacement->beside);
    count_node(graph, node, -1);
    n->call = part.call;
    n->in = part.in;
    n->out = part.out;
    if (replacement->name) n->name = replacement->name;
    count_node(graph, node, 1);
    for (int i = 0; i < swallowed_count; i++) {
        const struct lrp_node *s = &graph->nodes[swallowed[i]];
        if (swallowed[i] != node && s->state == LRP_NODE_LIVE)
            lrp_graph_swallow(graph, swallowed[i], replacement->beside ? replacement->beside : node);
    }
    return true;
}

static int new_value(struct lrp_graph *g, const char *name)
{
    if (g->value_count == g->value_capacity) return -1;
    g->values[g->value_count] = (struct lrp_value){.name = name,
                                                   .producer = -1,
                                                   .reader = -1,
                                                   .same_as = -1,
                                                   .own = true,
                                                   .desc = {.present = true, .shape = &lrp_shape_unknown}};
    return g->value_count++;
}

static int new_constant(struct lrp_graph *graph, const char *name, const struct lrp_shape *shape, enum lrp_dtype dtype,
                        const void *data)
{
    int64_t count = lrp_shape_count(shape);
    const size_t size = lrp_dtype_size(dtype);
    struct lrp_blob *blob = lrp_arena_calloc(graph->arena, 1, sizeof *blob);
    void *copy = count < 0 ? NULL : lrp_arena_calloc(graph->arena, (size_t)count, size);
    int value = new_value(graph, name);
    if (!blob || !copy || value < 0 || !lrp_graph_reshape(graph, value, shape)) return -1;
    if (count) memcpy(copy, data, (size_t)count * size);
    *blob = (struct lrp_blob){.dtype = dtype, .shape = graph->values[value].desc.shape, .count = (size_t)count, .raw = copy};
    graph->values[value].desc.dtype = dtype;
    graph->values[value].desc.constant = blob;
    return value;
}

int lrp_graph_constant(struct lrp_graph *graph, const char *name, const struct lrp_shape *shape, const float *data)
{
    return new_constant(graph, name, shape, LRP_DTYPE_FLOAT, data);
}

int lrp_graph_constant_ints(struct lrp_graph *graph, const char *name, const int64_t *data, int count)
{
    return new_constant(graph, name, &(struct lrp_shape){.rank = 1, .dim = {count}}, LRP_DTYPE_INT64, data);
}

int lrp_graph_insert(struct lrp_graph *graph, int before, const char *name, const struct lrp_replacement *call)
{
    if (graph->node_count == graph->node_capacity) return -1;
    int value = new_value(graph, name);
    if (value < 0) return -1;
    struct saved_call part;
    if (!make_call(graph, call, opset_for(graph, call, 1), &value, 1, &part)) return -1;
    if (part.call.op->infer(&part.call, NULL) != LRP_OK) return -1;
    graph->nodes[graph->node_count] = (struct lrp_node){.name = name,
                                                        .call = part.call,
                                                        .in = part.in,
                                                        .out = part.out,
                                                        .owner = -1,
                                                        .body = -1,
                                                        .obstacle = "",
                                                        .order = graph->nodes[before].order - 1};
    graph->values[value].desc = part.call.out[0];
    graph->values[value].producer = graph->node_count;
    count_node(graph, graph->node_count++, 1);
    return value;
}

int *lrp_graph_redirection(const struct lrp_graph *graph)
{
    int *to = malloc(((size_t)graph->value_count + 1) * sizeof *to);
    for (int i = 0; to && i < graph->value_count; i++) to[i] = -1;
    return to;
}

void lrp_graph_redirect(struct lrp_graph *graph, const int *to)
{
    for (int n = 0; n < graph->node_count; n++) {
        struct lrp_node *node = &graph->nodes[n];
        for (int i = 0; node->state == LRP_NODE_LIVE && i < node->call.in_count; i++) {
            if (node->in[i] < 0 || to[node->in[i]] < 0) continue;
            node->in[i] = to[node->in[i]];
            node->call.in[i] = graph->values[node->in[i]].desc;
        }
    }
    for (int i = 0; i < graph->output_count; i++) {
        const int from = graph->outputs[i];
        if (to[from] < 0) continue;
        graph->outputs[i] = to[from];
        graph->values[to[from]].is_output = true;
        graph->values[from].is_output = false;
    }
    count_uses(graph);
}

/* What a node that is wanted reads is needed; one that is not is dead. */
static void mark_node(const struct lrp_graph *g, struct lrp_node *n, bool wanted, bool *needed)
{
    if (!wanted) n->state = LRP_NODE_DEAD;
    for (int i = 0; wanted && i < n->call.in_count; i++)
        if (n->in[i] >= 0) needed[n->in[i]] = true;
    for (int i = 0; i < n->inside_count; i++) mark_node(g, &g->nodes[n->inside + i], wanted, needed);
}

/* Marks what the outputs need, backwards through the order. */
static void mark_needed(struct lrp_graph *g, bool *needed)
{
    for (int i = 0; i < g->output_count; i++) needed[g->outputs[i]] = true;
    for (int k = g->order_count - 1; k >= 0; k--) {
        struct lrp_node *n = &g->nodes[g->order[k]];
        bool wanted = false;
        for (int i = 0; i < n->call.out_count; i++) wanted |= n->out[i] >= 0 && needed[n->out[i]];
        if (n->body < 0) mark_node(g, n, wanted, needed); /* those of bodies live and die with theirs */
    }
}

struct order_place {
    int order, node;
};

static int compare_places(const void *a, const void *b)
{
    const struct order_place *x = a, *y = b;
    if (x->order != y->order) return x->order < y->order ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

int lrp_graph_list_nodes(const struct lrp_graph *graph, bool (*takes)(const struct lrp_node *node), int *out)
{
    struct order_place *places = calloc((size_t)graph->node_count + 1, sizeof *places);
    int count = 0;
    if (!places) return -1;
    for (int n = 0; n < graph->node_count; n++)
        if (takes(&graph->nodes[n])) places[count++] = (struct order_place){graph->nodes[n].order, n};
    qsort(places, (size_t)count, sizeof *places, compare_places);
    for (int i = 0; i < count; i++) out[i] = places[i].node;
    free(places);
    return count;
}

static bool is_live(const struct lrp_node *n)
{
    return n->state == LRP_NODE_LIVE;
}

bool lrp_graph_schedule(struct lrp_graph *graph)
{
    bool *needed = calloc((size_t)graph->value_count + 1, sizeof *needed);
    const int count = needed ? lrp_graph_list_nodes(graph, is_live, graph->order) : -1;
    bool ok = count >= 0;
    if (ok) {
        graph->order_count = count;
        mark_needed(graph, needed);
        int kept = 0;
        for (int k = 0; k < count; k++) {
            struct lrp_node *n = &graph->nodes[graph->order[k]];
            if (n->state == LRP_NODE_LIVE)
                graph->order[kept++] = graph->order[k];
            else
                ok = ok && lrp_name_list_add(graph, &graph->dropped, n->name);
        }
        graph->order_count = kept;
        count_uses(graph);
    }
    free(needed);
    return ok;
}
