/* build.c: from a definition to a graph: values, nodes, execution order. */
#include <stdlib.h>
#include <string.h>

#include "bodies.h"
#include "expand.h"
#include "sizes.h"

static int value_of(struct lrp_builder *b, const char *name)
{
    return lrp_builder_value(b->graph, &b->values, name);
}

static bool allocate_graph(struct lrp_graph *g)
{
    const struct lrp_definition *d = g->definition;
    size_t values = d->input_count + d->output_count + d->constant_count;
    for (size_t i = 0; i < d->node_count; i++) values += (size_t)d->nodes[i].input_count + (size_t)d->nodes[i].output_count;
    struct lrp_body_counts inside = {0};
    lrp_bodies_count(d, &inside);
    /* patterns and canonization add at most two nodes and six values for each node there is, those of branches too */
    size_t nodes = 3 * (d->node_count + inside.nodes) + 8;
    values += 6 * (d->node_count + inside.nodes) + inside.values + 8;
    if (values > 100000000) return false;
    g->values = lrp_arena_calloc(g->arena, values, sizeof *g->values);
    g->nodes = lrp_arena_calloc(g->arena, nodes, sizeof *g->nodes);
    g->order = lrp_arena_calloc(g->arena, nodes, sizeof *g->order);
    g->bodies = lrp_arena_calloc(g->arena, inside.bodies, sizeof *g->bodies);
    g->inputs = lrp_arena_calloc(g->arena, d->input_count, sizeof *g->inputs);
    g->outputs = lrp_arena_calloc(g->arena, d->output_count, sizeof *g->outputs);
    g->value_capacity = (int)values;
    g->node_capacity = (int)nodes;
    return g->values && g->nodes && g->order && g->bodies && g->inputs && g->outputs;
}

static bool reserve_names(struct lrp_builder *b)
{
    const struct lrp_definition *d = b->graph->definition;
    size_t values = d->input_count + d->constant_count;
    for (size_t i = 0; i < d->node_count; i++) values += (size_t)d->nodes[i].output_count;
    return lrp_names_reserve(&b->values, values) && lrp_names_reserve(&b->names, d->node_count);
}

/* A shape somebody asks for: as many dimensions as the file has, none of them empty, a number of elements that can be counted.
 */
static bool possible(const struct lrp_shape *wanted, const struct lrp_shape *file)
{
    for (int i = 0; i < wanted->rank; i++)
        if (wanted->dim[i] < (i > 0 && file->rank == wanted->rank && file->dim[i] <= 0 ? 0 : 1))
            return false; /* a past may be empty */
    return wanted->rank < 0 || (lrp_shape_count(wanted) >= 0 && (file->rank < 0 || file->rank == wanted->rank));
}

/* A flag that is known before anything runs is a constant: what it decides is decided now. */
static enum lrp_status settle_flags(struct lrp_builder *b, const signed char *flags)
{
    struct lrp_graph *g = b->graph;
    for (int i = 0; flags && i < g->input_count; i++) {
        struct lrp_desc *desc = &g->values[g->inputs[i]].desc;
        if (flags[i] < 0 || desc->dtype != LRP_DTYPE_BOOL || lrp_shape_count(desc->shape) != 1) continue;
        struct lrp_blob *blob = lrp_arena_calloc(g->arena, 1, sizeof *blob);
        unsigned char *raw = lrp_arena_calloc(g->arena, 1, 1);
        if (!blob || !raw) return lrp_builder_no_memory(b);
        *raw = flags[i] > 0;
        *blob = (struct lrp_blob){.dtype = desc->dtype, .shape = desc->shape, .count = 1, .raw = raw};
        desc->constant = blob;
    }
    return LRP_OK;
}

static enum lrp_status add_inputs(struct lrp_builder *b, const struct lrp_graph_options *options)
{
    struct lrp_graph *g = b->graph;
    const struct lrp_definition *d = g->definition;
    for (size_t i = 0; i < d->input_count; i++) {
        int v = value_of(b, d->inputs[i].name);
        if (v < 0) return lrp_builder_no_memory(b);
        g->values[v].is_input = true;
        g->values[v].desc.dtype = d->inputs[i].dtype;
        const struct lrp_shape *wanted = options->input_shapes ? &options->input_shapes[i] : NULL;
        if (!lrp_graph_reshape(g, v, wanted && wanted->rank >= 0 ? wanted : &d->inputs[i].shape))
            return lrp_builder_no_memory(b);
        g->inputs[g->input_count++] = v;
        if (options->input_shapes && !possible(&options->input_shapes[i], &d->inputs[i].shape))
            return lrp_fail(b->err, LRP_USAGE, "%s: input %s cannot have that shape: %s", d->path, d->inputs[i].name,
                            "every dimension is at least 1, and their number is the model's");
    }
    if (!lrp_sizes_share(g, options->input_shapes)) return lrp_builder_no_memory(b);
    const enum lrp_status status = settle_flags(b, options->input_flags);
    if (status) return status;
    for (size_t i = 0; i < d->constant_count; i++) {
        int v = value_of(b, d->constants[i].name);
        if (v < 0) return lrp_builder_no_memory(b);
        g->values[v].desc.dtype = d->constants[i].blob->dtype;
        g->values[v].desc.shape = d->constants[i].blob->shape;
        g->values[v].desc.constant = d->constants[i].blob;
    }
    return LRP_OK;
}

static enum lrp_status add_node(struct lrp_builder *b, int index)
{
    struct lrp_graph *g = b->graph;
    const struct lrp_node_definition *def = &g->definition->nodes[index];
    struct lrp_node *n = lrp_builder_node(b, def);
    if (!n) return lrp_builder_no_memory(b);
    for (int i = 0; i < def->input_count; i++) {
        n->in[i] = *def->inputs[i] ? value_of(b, def->inputs[i]) : -1;
        if (*def->inputs[i] && n->in[i] < 0) return lrp_builder_no_memory(b);
    }
    for (int i = 0; i < def->output_count; i++) {
        n->out[i] = -1;
        if (!*def->outputs[i]) continue;
        int v = value_of(b, def->outputs[i]);
        if (v < 0) return lrp_builder_no_memory(b);
        struct lrp_value *value = &g->values[v];
        if (value->producer >= 0 || value->is_input || value->desc.constant)
            return lrp_fail(b->err, LRP_FILE, "%s: node %s: value %s is made twice; the file is invalid", g->definition->path,
                            n->name, value->name);
        value->producer = index;
        n->out[i] = v;
    }
    return LRP_OK;
}

static enum lrp_status add_outputs(struct lrp_builder *b)
{
    struct lrp_graph *g = b->graph;
    const struct lrp_definition *d = g->definition;
    for (size_t i = 0; i < d->output_count; i++) {
        size_t v;
        if (!lrp_names_get(&b->values, d->outputs[i].name, &v))
            return lrp_fail(b->err, LRP_FILE, "%s: model output %s is made by no node; the file is invalid", d->path,
                            d->outputs[i].name);
        g->values[v].is_output = true;
        g->outputs[g->output_count++] = (int)v;
    }
    if (g->output_count == 0) return lrp_fail(b->err, LRP_FILE, "%s: the model has no outputs; the file is invalid", d->path);
    return LRP_OK;
}

/* A binary heap of node numbers: the lowest file position that is ready comes first. */
static void heap_push(int *heap, int *count, int node)
{
    int i = (*count)++;
    for (; i > 0 && heap[(i - 1) / 2] > node; i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
    heap[i] = node;
}

static int heap_pop(int *heap, int *count)
{
    int top = heap[0], last = heap[--*count], i = 0;
    for (int child; (child = 2 * i + 1) < *count; i = child) {
        if (child + 1 < *count && heap[child + 1] < heap[child]) child++;
        if (heap[child] >= last) break;
        heap[i] = heap[child];
    }
    heap[i] = last;
    return top;
}

/* Who waits for whom: for every node how many inputs are not ready, and per value a linked list of readers. */
struct waiting {
    int *missing, *first, *next, *reader, *heap;
    int edges;
};

/* A node of the file waits for what `node` reads: itself, or one of its bodies'. */
static void wait_for(const struct lrp_graph *g, struct waiting *w, int waiter, int node)
{
    for (int i = 0; i < g->nodes[node].call.in_count; i++) {
        int v = g->nodes[node].in[i];
        if (v < 0 || g->values[v].producer < 0 || g->nodes[g->values[v].producer].body >= 0) continue;
        w->missing[waiter]++;
        w->reader[w->edges] = waiter;
        w->next[w->edges] = w->first[v];
        w->first[v] = w->edges++;
    }
}

static bool waiting_new(struct lrp_graph *g, struct waiting *w, size_t edges)
{
    w->missing = calloc((size_t)g->node_count + 1, sizeof(int));
    w->heap = calloc((size_t)g->node_count + 1, sizeof(int));
    w->first = malloc(((size_t)g->value_count + 1) * sizeof(int));
    w->next = malloc((edges + 1) * sizeof(int));
    w->reader = malloc((edges + 1) * sizeof(int));
    if (!w->missing || !w->heap || !w->first || !w->next || !w->reader) return false;
    for (int i = 0; i < g->value_count; i++) w->first[i] = -1;
    for (int n = 0; n < (int)g->definition->node_count; n++) {
        wait_for(g, w, n, n);
        for (int k = 0; k < g->nodes[n].inside_count; k++) wait_for(g, w, n, g->nodes[n].inside + k);
    }
    return true;
}

static void waiting_free(struct waiting *w)
{
    free(w->missing);
    free(w->heap);
    free(w->first);
    free(w->next);
    free(w->reader);
}

static void place_node(struct lrp_graph *g, int node)
{
    g->nodes[node].order = 4 * g->order_count; /* room for nodes of our own */
    g->order[g->order_count++] = node;
}

/* Kahn's algorithm; sets node->order. A sorted file keeps its order. */
static enum lrp_status sort_nodes(struct lrp_builder *b)
{
    struct lrp_graph *g = b->graph;
    const int file_nodes = (int)g->definition->node_count;
    size_t edges = 0;
    for (int n = 0; n < g->node_count; n++) edges += (size_t)g->nodes[n].call.in_count;
    struct waiting w = {0};
    if (!waiting_new(g, &w, edges)) {
        waiting_free(&w);
        return lrp_builder_no_memory(b);
    }
    int ready = 0, sorted = 0;
    for (int n = 0; n < file_nodes; n++)
        if (w.missing[n] == 0) heap_push(w.heap, &ready, n);
    for (; ready > 0; sorted++) {
        int n = heap_pop(w.heap, &ready);
        place_node(g, n);
        for (int k = 0; k < g->nodes[n].inside_count; k++) place_node(g, g->nodes[n].inside + k);
        for (int i = 0; i < g->nodes[n].call.out_count; i++)
            for (int e = g->nodes[n].out[i] < 0 ? -1 : w.first[g->nodes[n].out[i]]; e >= 0; e = w.next[e])
                if (--w.missing[w.reader[e]] == 0) heap_push(w.heap, &ready, w.reader[e]);
    }
    int stuck = 0;
    while (sorted < file_nodes && w.missing[stuck] == 0) stuck++;
    waiting_free(&w);
    if (sorted == file_nodes) return LRP_OK;
    return lrp_fail(b->err, LRP_FILE, "%s: node %s depends on itself (a cycle); the file is invalid", g->definition->path,
                    g->nodes[stuck].name);
}

/* Every value that is read must come from somewhere; not so in bodies, which are only listed. */
static enum lrp_status check_sources(struct lrp_builder *b)
{
    const struct lrp_graph *g = b->graph;
    for (int n = 0; n < (int)g->definition->node_count; n++)
        for (int i = 0; i < g->nodes[n].call.in_count; i++) {
            if (g->nodes[n].in[i] < 0) continue;
            const struct lrp_value *v = &g->values[g->nodes[n].in[i]];
            if (v->producer < 0 && !v->is_input && !v->desc.constant)
                return lrp_fail(b->err, LRP_FILE, "%s: node %s reads %s, which nothing makes; the file is invalid or truncated",
                                g->definition->path, g->nodes[n].name, v->name);
        }
    for (int i = 0; i < g->output_count; i++) {
        const struct lrp_value *v = &g->values[g->outputs[i]];
        if (v->producer < 0 && !v->is_input && !v->desc.constant)
            return lrp_fail(b->err, LRP_FILE, "%s: model output %s is made by no node; the file is invalid",
                            g->definition->path, v->name);
    }
    return LRP_OK;
}

static enum lrp_status load_nodes(struct lrp_builder *b, const struct lrp_graph_options *options)
{
    struct lrp_graph *g = b->graph;
    if (!allocate_graph(g) || !reserve_names(b)) return lrp_builder_no_memory(b);
    enum lrp_status status = add_inputs(b, options);
    for (size_t i = 0; !status && i < g->definition->node_count; i++) status = add_node(b, (int)i);
    if (!status) status = add_outputs(b);
    if (!status) status = lrp_bodies_add(b);
    if (!status) status = check_sources(b);
    if (!status) status = sort_nodes(b);
    return status;
}

enum lrp_status lrp_graph_build(const struct lrp_definition *definition, const struct lrp_graph_options *options,
                                struct lrp_graph **out, struct lrp_error *err)
{
    struct lrp_arena *arena = lrp_arena_new();
    struct lrp_graph *g = arena ? lrp_arena_calloc(arena, 1, sizeof *g) : NULL;
    if (!g) {
        if (arena) lrp_arena_free(arena);
        return lrp_fail(err, LRP_MEMORY, "%s: not enough memory for the graph", definition->path);
    }
    g->arena = arena;
    g->shapes.arena = arena;
    g->operators = options->operators;
    g->token_input = options->token_input;
    struct lrp_builder b = {.graph = g, .err = err};
    g->definition = definition;
    enum lrp_status status = lrp_definition_expand(definition, arena, &g->definition, err);
    if (!status) status = load_nodes(&b, options);
    lrp_names_free(&b.values);
    lrp_names_free(&b.names);
    if (!status) lrp_graph_infer(g);
    const bool stand_in = !status && lrp_sizes_stand_in(g);
    if (stand_in) lrp_graph_infer(g);
    if (!status && !lrp_graph_schedule(g)) status = lrp_fail(err, LRP_MEMORY, "not enough memory for the graph");
    if (!status) status = lrp_graph_recognise(g, !options->canonize, err);
    if (!status && options->strip_softmax) status = lrp_graph_strip(g, &lrp_head_softmax, err);
    if (!status && options->strip_sigmoid) status = lrp_graph_strip(g, &lrp_head_sigmoid, err);
    if (!status && options->canonize) status = lrp_graph_canonize(g, err);
    if (!status && (!lrp_graph_schedule(g) || (stand_in && !lrp_sizes_reopen(g))))
        status = lrp_fail(err, LRP_MEMORY, "not enough memory for the graph");
    if (!status) lrp_graph_open_bodies(g);
    /* what a pattern had no memory for looks as if it were another one */
    if (!status && lrp_arena_failed(arena)) status = lrp_fail(err, LRP_MEMORY, "not enough memory for the graph");
    lrp_definition_rest(definition); /* patterns looked at its constants */
    if (status) {
        lrp_graph_free(g);
        return status;
    }
    *out = g;
    return LRP_OK;
}

void lrp_graph_free(struct lrp_graph *graph)
{
    if (!graph) return;
    lrp_shape_set_free(&graph->shapes);
    lrp_arena_free(graph->arena);
}
