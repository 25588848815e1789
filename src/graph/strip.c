/* strip.c: heads that turn logits into probabilities are taken away where the user asks for it. */
#include <stdlib.h>

#include "graph.h"

bool *lrp_graph_reach_outputs(const struct lrp_graph *graph)
{
    bool *reaches = calloc((size_t)graph->value_count + 1, sizeof *reaches);
    for (int i = 0; reaches && i < graph->output_count; i++) reaches[graph->outputs[i]] = true;
    for (int k = graph->order_count - 1; reaches && k >= 0; k--) {
        const struct lrp_node *n = &graph->nodes[graph->order[k]];
        if (n->state != LRP_NODE_LIVE || !n->call.op || !(n->call.op->traits & LRP_TRAIT_MOVES)) continue;
        const int in = lrp_node_input(n, 0);
        for (int i = 0; in >= 0 && i < n->call.out_count; i++) reaches[in] |= n->out[i] >= 0 && reaches[n->out[i]];
    }
    return reaches;
}

/* By value: how often model outputs, and what hands it on to them, read it. The caller frees it; NULL when out of memory. */
static int *count_output_uses(const struct lrp_graph *g, const bool *reaches)
{
    int *uses = reaches ? calloc((size_t)g->value_count + 1, sizeof *uses) : NULL;
    for (int i = 0; uses && i < g->output_count; i++) uses[g->outputs[i]]++;
    for (int k = 0; uses && k < g->order_count; k++) {
        const struct lrp_node *n = &g->nodes[g->order[k]];
        if (n->state != LRP_NODE_LIVE || !n->call.op || !(n->call.op->traits & LRP_TRAIT_MOVES)) continue;
        bool on = false;
        for (int i = 0; i < n->call.out_count; i++) on |= n->out[i] >= 0 && reaches[n->out[i]];
        for (int i = 0; on && i < n->call.in_count; i++)
            if (n->in[i] >= 0) uses[n->in[i]]++;
    }
    return uses;
}

/* It need not run to be taken away: behind a layer that nobody knows its shape is open. */
static bool is_head(const struct lrp_graph *g, const struct lrp_node *n, const struct lrp_head *head, const bool *reaches,
                    const int *output_uses)
{
    if (n->state != LRP_NODE_LIVE || *n->call.domain || !n->call.op || lrp_node_input(n, 0) < 0) return false;
    if (n->call.out_count < 1 || n->out[0] < 0 || !reaches[n->out[0]]) return false;
    const enum lrp_kind kind = n->call.op->static_kind;
    return (kind == head->kinds[0] || kind == head->kinds[1]) &&
           (!head->alone || output_uses[n->out[0]] == g->values[n->out[0]].uses);
}

const struct lrp_head lrp_head_softmax = {{LRP_KIND_SOFTMAX, LRP_KIND_LOG_SOFTMAX}, "softmax stripped", false},
                      lrp_head_sigmoid = {{LRP_KIND_SIGMOID, LRP_KIND_SIGMOID}, "sigmoid stripped", true};

enum lrp_status lrp_graph_strip(struct lrp_graph *graph, const struct lrp_head *head, struct lrp_error *err)
{
    bool *reaches = lrp_graph_reach_outputs(graph), ok = true;
    int *to = lrp_graph_redirection(graph), *output_uses = count_output_uses(graph, reaches);
    for (int k = 0; output_uses && to && ok && k < graph->order_count; k++) {
        struct lrp_node *n = &graph->nodes[graph->order[k]];
        if (!is_head(graph, n, head, reaches, output_uses)) continue;
        lrp_graph_record(graph, head->what, graph->order[k], NULL, 0, -1, 0);
        n->state = LRP_NODE_DROPPED;
        to[n->out[0]] = to[n->in[0]] < 0 ? n->in[0] : to[n->in[0]];
        ok = lrp_name_list_add(graph, &graph->dropped, n->name) &&
             lrp_name_list_add(graph, &graph->removed, graph->values[n->out[0]].name);
    }
    ok = ok && output_uses && to;
    if (ok) lrp_graph_redirect(graph, to);
    free(reaches);
    free(to);
    free(output_uses);
    return ok ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for the graph");
}
