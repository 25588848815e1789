/* span_find.c: finds attention in a graph: two products of computed values, and what is between them. */
#include <stdlib.h>

#include "span.h"

enum { REACH = 4096 /* places in the order */, MOST_NODES = 32, MOST_GIVEN = 32 };

/* A span under construction. */
struct search {
    const struct lrp_graph *graph;
    const int *of_node;
    int nodes[MOST_NODES], node_count, inside[MOST_NODES], inside_count, given[MOST_GIVEN], given_count, out;
    int64_t elements; /* of the products */
    int unread;       /* uses of what is inside that were not met yet */
};

static bool is_product(const struct lrp_call *call)
{
    const unsigned both = LRP_TRAIT_WEIGHTED | LRP_TRAIT_PRODUCT;
    return call->op && (call->op->traits & both) == both && lrp_call_product(call) == 2 && call->in_count == 2;
}

static bool runs_alone(const struct lrp_node *n)
{
    return n->call.op && n->call.op->forward && !n->call.op->control && !n->late && !*n->obstacle && n->body < 0 &&
           !n->body_span && n->call.out_count == 1 && n->out[0] >= 0;
}

static bool is_inside(const struct search *s, int value)
{
    for (int i = 0; i < s->inside_count; i++)
        if (s->inside[i] == value) return true;
    return false;
}

static bool add_given(struct search *s, int value)
{
    for (int i = 0; i < s->given_count; i++)
        if (s->given[i] == value) return true;
    if (s->given_count == MOST_GIVEN) return false;
    s->given[s->given_count++] = value;
    return true;
}

static int reads_inside(const struct search *s, const struct lrp_node *n)
{
    int count = 0;
    for (int i = 0; i < n->call.in_count; i++) count += n->in[i] >= 0 && is_inside(s, n->in[i]);
    return count;
}

/* Takes a node in; false: no such span. */
static bool take_node(struct search *s, int node, bool last)
{
    const struct lrp_node *n = &s->graph->nodes[node];
    const struct lrp_value *made = &s->graph->values[n->out[0]];
    if (s->node_count == MOST_NODES) return false;
    s->nodes[s->node_count++] = node;
    for (int i = 0; i < n->call.in_count; i++)
        if (n->in[i] >= 0 && !s->graph->values[n->in[i]].desc.constant && !is_inside(s, n->in[i]) && !add_given(s, n->in[i]))
            return false;
    s->unread -= reads_inside(s, n);
    if (last) {
        s->out = n->out[0];
        return s->unread == 0;
    }
    s->inside[s->inside_count++] = n->out[0];
    s->unread += made->uses;
    return !made->is_output && made->uses > 0 && !made->late;
}

/* From a product of queries and keys on; false: it is none. */
static bool find_from(struct search *s, int at)
{
    const struct lrp_graph *g = s->graph;
    const struct lrp_node *scores = &g->nodes[g->order[at]];
    if (!is_product(&scores->call) || !runs_alone(scores) || scores->call.out[0].shape->rank < 3) return false;
    s->elements = lrp_shape_count(scores->call.out[0].shape);
    for (int i = 0; i < 2; i++)
        if (s->elements <= lrp_shape_count(scores->call.in[i].shape)) return false;
    bool ok = take_node(s, g->order[at], false);
    for (int k = at + 1; ok && s->unread > 0 && k < g->order_count && k < at + REACH; k++) {
        const struct lrp_node *n = &g->nodes[g->order[k]];
        if (!reads_inside(s, n)) continue;
        const bool last = is_product(&n->call) && lrp_shape_count(n->call.out[0].shape) < s->elements;
        if (!runs_alone(n) || s->of_node[g->order[k]] >= 0) return false;
        ok = take_node(s, g->order[k], last);
        if (last) return ok && s->inside_count > 1;
    }
    return false;
}

static int *copy_list(const int *list, int count)
{
    int *copy = calloc((size_t)count + 1, sizeof *copy);
    for (int i = 0; copy && i < count; i++) copy[i] = list[i];
    return copy;
}

static bool add_span(const struct search *s, struct lrp_span_list *to)
{
    struct lrp_span *more = realloc(to->items, ((size_t)to->count + 1) * sizeof *more);
    if (!more) return false;
    to->items = more;
    struct lrp_span *span = &more[to->count];
    *span = (struct lrp_span){.nodes = copy_list(s->nodes, s->node_count),
                              .node_count = s->node_count,
                              .inside = copy_list(s->inside, s->inside_count),
                              .inside_count = s->inside_count,
                              .given = copy_list(s->given, s->given_count),
                              .given_count = s->given_count,
                              .out = s->out};
    to->count++;
    if (!span->nodes || !span->inside || !span->given) return false;
    if (!lrp_span_choose(s->graph, span, s->elements)) return false;
    uint64_t bytes = 0;
    for (int i = 0; i < span->inside_count; i++) {
        bytes += (uint64_t)lrp_shape_count(s->graph->values[span->inside[i]].desc.shape) * sizeof(float);
        to->of_value[span->inside[i]] = to->count - 1;
    }
    for (int i = 0; i < span->node_count; i++) to->of_node[span->nodes[i]] = to->count - 1;
    to->inside_bytes += bytes;
    return true;
}

bool lrp_spans_find(const struct lrp_graph *graph, struct lrp_span_list *out)
{
    *out = (struct lrp_span_list){.of_node = malloc(((size_t)graph->node_count + 1) * sizeof(int)),
                                  .of_value = malloc(((size_t)graph->value_count + 1) * sizeof(int))};
    if (!out->of_node || !out->of_value) return false;
    for (int n = 0; n < graph->node_count; n++) out->of_node[n] = -1;
    for (int v = 0; v < graph->value_count; v++) out->of_value[v] = -1;
    bool ok = true;
    for (int k = 0; ok && k < graph->order_count; k++) {
        struct search s = {.graph = graph, .of_node = out->of_node};
        if (out->of_node[graph->order[k]] < 0 && find_from(&s, k)) ok = add_span(&s, out);
    }
    return ok;
}

void lrp_spans_free(struct lrp_span_list *spans)
{
    for (int i = 0; i < spans->count; i++) {
        free(spans->items[i].nodes);
        free(spans->items[i].inside);
        free(spans->items[i].given);
        free(spans->items[i].has_rows);
    }
    free(spans->items);
    free(spans->of_node);
    free(spans->of_value);
}
