/* branches.c: an If whose condition is known before anything runs is its branch. */
#include <string.h>

#include "bodies.h"
#include "match.h"

/* The body to be taken, -1: the condition is not known, or there is none. */
static int chosen_branch(const struct lrp_graph *g, const struct lrp_node *n)
{
    const struct lrp_desc *condition = lrp_graph_desc(g, lrp_node_input(n, 0));
    if (!lrp_match_names(n, "If") || n->body >= 0 || !condition || !condition->constant || condition->constant->count != 1 ||
        condition->dtype != LRP_DTYPE_BOOL)
        return -1;
    const char *const wanted = lrp_blob_get_i64(condition->constant, 0) ? "then_branch" : "else_branch";
    for (int b = n->first_body; b < n->first_body + n->body_span; b++)
        if (g->bodies[b].node == (int)(n - g->nodes) && strcmp(g->bodies[b].attribute, wanted) == 0) return b;
    return -1;
}

/* Bodies are read as they stand: one can run if all it reads is made before, and if it makes what is asked of it. */
static bool can_run(const struct lrp_graph *g, const struct lrp_node *n, const struct lrp_body *body)
{
    if (body->unknown_names || n->call.out_count > body->output_count) return false;
    for (int i = 0; i < n->call.out_count; i++)
        if (n->out[i] >= 0 && body->outputs[i] < 0) return false;
    for (int k = body->first; k < body->first + body->count; k++)
        for (int i = 0; i < g->nodes[k].call.in_count; i++) {
            const int producer = g->nodes[k].in[i] < 0 ? -1 : g->values[g->nodes[k].in[i]].producer;
            if (producer >= k && producer < body->first + body->count) return false;
        }
    return true;
}

/* The nodes of a body and of those in it become nodes of the graph, each with what hangs on it. */
static void lift_nodes(struct lrp_graph *g, int number)
{
    const struct lrp_body *body = &g->bodies[number];
    const int end = body->first + body->count;
    for (int k = body->first, next; k < end; k = next) {
        for (next = k + 1; next < end && g->nodes[next].body != number; next++) {
        }
        g->nodes[k].body = -1;
        g->nodes[k].obstacle = "";
        g->nodes[k].obstacle_status = LRP_OK;
        g->nodes[k].inside = k + 1;
        g->nodes[k].inside_count = next - k - 1;
    }
    for (int b = number + 1; b < g->body_count && g->bodies[b].parent >= number; b++) /* bodies in it follow it */
        if (g->bodies[b].parent == number) g->bodies[b].parent = -1;
}

/* Through one If inside another the way may be longer. */
static int what_stands_for(const struct lrp_graph *g, int value)
{
    while (value >= 0 && g->values[value].same_as >= 0) value = g->values[value].same_as;
    return value;
}

/* What the branch makes takes the name of the If's output; what it only hands on stands for it. */
static void bind_output(struct lrp_graph *g, int node, const struct lrp_body *body, int outer, int inner)
{
    if (g->values[outer].producer != node) return; /* named twice: once is enough */
    const int producer = g->values[inner].producer;
    const bool own = producer >= body->first && producer < body->first + body->count && g->values[inner].same_as < 0;
    if (!own) {
        g->values[outer].producer = -1;
        g->values[outer].same_as = what_stands_for(g, inner);
        return;
    }
    struct lrp_node *n = &g->nodes[producer];
    for (int k = 0; k < n->call.out_count; k++)
        if (n->out[k] == inner) n->out[k] = outer;
    g->values[outer].producer = producer;
    g->values[inner].producer = -1;
    g->values[inner].same_as = outer;
}

bool lrp_bodies_inline(struct lrp_graph *graph, struct lrp_node *node)
{
    const int number = chosen_branch(graph, node);
    const struct lrp_body *body = number < 0 ? NULL : &graph->bodies[number];
    if (!body || !can_run(graph, node, body)) return false;
    lrp_graph_record(graph, "condition known: its branch is taken", (int)(node - graph->nodes), NULL, 0, -1, 0);
    for (int i = 0; i < node->inside_count; i++) {
        const int k = node->inside + i;
        if (k < body->first || k >= body->first + body->count) graph->nodes[k].state = LRP_NODE_DEAD;
    }
    lift_nodes(graph, number);
    node->inside_count = 0;
    node->state = LRP_NODE_DROPPED;
    lrp_name_list_add(graph, &graph->dropped, node->name); /* out of memory, a line of the report is missing */
    for (int i = 0; i < node->call.out_count; i++)
        if (node->out[i] >= 0) bind_output(graph, (int)(node - graph->nodes), body, node->out[i], body->outputs[i]);
    return true;
}

void lrp_bodies_resolve(const struct lrp_graph *graph, struct lrp_node *node)
{
    for (int i = 0; i < node->call.in_count; i++) node->in[i] = what_stands_for(graph, node->in[i]);
}

void lrp_bodies_resolve_outputs(struct lrp_graph *graph)
{
    for (int b = 0; b < graph->body_count; b++)
        for (int i = 0; i < graph->bodies[b].output_count; i++)
            graph->bodies[b].outputs[i] = what_stands_for(graph, graph->bodies[b].outputs[i]);
    for (int i = 0; i < graph->output_count; i++) {
        const int from = graph->outputs[i], to = what_stands_for(graph, from);
        if (to == from) continue;
        graph->outputs[i] = to;
        graph->values[to].is_output = true;
        graph->values[from].is_output = false;
    }
}
