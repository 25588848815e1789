/* layer_members.c: which layer holds each node of the file, and each layer's list of nodes. */
#include "layer_members.h"

#include <stdlib.h>

struct members {
    struct lrp_graph *graph;
    int *layer_of_node;
};

static void adopt_folded(struct members *m, int value, int layer, int depth);

/* The folded arithmetic behind a file node's inputs belongs to the first layer that needs it. */
static void adopt_inputs(struct members *m, int node, int layer, int depth)
{
    const struct lrp_node *n = &m->graph->nodes[node];
    for (int i = 0; i < n->file_in_count; i++)
        if (n->file_in[i] >= 0) adopt_folded(m, n->file_in[i], layer, depth);
}

static void adopt_folded(struct members *m, int value, int layer, int depth)
{
    int producer = m->graph->values[value].producer;
    if (depth > 200 || producer < 0 || m->graph->nodes[producer].state != LRP_NODE_FOLDED || m->layer_of_node[producer] >= 0)
        return;
    m->layer_of_node[producer] = layer;
    adopt_inputs(m, producer, layer, depth + 1);
}

/* A swallowed node belongs to its owner's layer; the way there is shortened, as owners are swallowed too. */
static void find_owner(struct members *m, int node)
{
    struct lrp_node *nodes = m->graph->nodes;
    int owner = node;
    while (nodes[owner].state == LRP_NODE_SWALLOWED) owner = nodes[owner].owner;
    for (int n = node, next; nodes[n].state == LRP_NODE_SWALLOWED; n = next) {
        next = nodes[n].owner;
        nodes[n].owner = owner;
        m->layer_of_node[n] = m->layer_of_node[owner];
    }
}

/* A node of the file as the file calls it: by its name, or its first output's; the graph's own name for it may be another's by
 * now. */
static const char *file_name(const struct lrp_graph *g, int node)
{
    const struct lrp_node_definition *def = (size_t)node < g->definition->node_count ? &g->definition->nodes[node] : NULL;
    if (def && *def->name) return def->name;
    for (int i = 0; def && i < def->output_count; i++)
        if (*def->outputs[i]) return def->outputs[i];
    return g->nodes[node].name;
}

/* How many nodes are the file's own, those of bodies too: they come first. */
static int count_file_nodes(const struct lrp_graph *g)
{
    int count = 0;
    while (count < g->node_count && g->nodes[count].file_in) count++;
    return count;
}

/* Anchors and activations come first with what was folded for them, then what was swallowed. */
static void assign_nodes(struct members *m, const struct lrp_layer_nodes *layers, size_t count, int file_nodes)
{
    for (int n = 0; n < m->graph->node_count; n++) find_owner(m, n);
    for (size_t i = 1; i < count; i++) {
        adopt_inputs(m, layers[i].anchor, (int)i, 0);
        if (layers[i].activation >= 0) adopt_inputs(m, layers[i].activation, (int)i, 0);
    }
    for (int n = 0; n < file_nodes; n++)
        if (m->graph->nodes[n].state == LRP_NODE_SWALLOWED && m->layer_of_node[n] > 0)
            adopt_inputs(m, n, m->layer_of_node[n], 0);
}

static bool list_nodes(const struct members *m, struct lrp_layer *rows, size_t count, int file_nodes)
{
    size_t all = 0;
    for (int n = 0; n < file_nodes; n++)
        if (m->layer_of_node[n] > 0) {
            rows[m->layer_of_node[n]].node_count++;
            all++;
        }
    const char **names = lrp_arena_calloc(m->graph->arena, all, sizeof *names); /* of all rows, one behind the other */
    size_t *ends = calloc(count + 1, sizeof *ends);                             /* of the rows' lists, while they are filled */
    if (!names || !ends) {
        free(ends);
        return false;
    }
    for (size_t i = 1, start = 0; i < count; i++) {
        rows[i].nodes = names + start;
        ends[i] = start;
        start += (size_t)rows[i].node_count;
    }
    for (int n = 0; n < file_nodes; n++)
        if (m->layer_of_node[n] > 0) names[ends[m->layer_of_node[n]]++] = file_name(m->graph, n);
    free(ends);
    return true;
}

bool lrp_graph_members(struct lrp_graph *graph, const struct lrp_layer_nodes *layers, size_t count, int *layer_of_node,
                       struct lrp_layer *rows)
{
    struct members m = {graph, layer_of_node};
    const int file_nodes = count_file_nodes(graph);
    assign_nodes(&m, layers, count, file_nodes);
    return list_nodes(&m, rows, count, file_nodes);
}
