/* propagate_visit.c: stretches of the graph whose values were let go, as part of a relevance pass. */
#include <stdlib.h>

#include "propagate_pass.h"
#include "propagate_span.h"

void lrp_pass_renew_spans(const struct lrp_propagation *p, struct lrp_back_pass *pass)
{
    const struct lrp_graph *g = lrp_engine_graph(p->engine);
    for (int k = 0; k < g->order_count; k++) {
        const struct lrp_span *span = lrp_span_away(p, g->order[k]);
        bool dirty = false;
        if (!span || g->order[k] != span->nodes[span->node_count - 1]) continue;
        for (int i = 0; i < span->node_count; i++) dirty |= pass->dirty[span->nodes[i]];
        for (int i = 0; i < span->node_count; i++) pass->dirty[span->nodes[i]] = dirty;
        for (int i = 0; dirty && i < span->inside_count; i++) pass->stale[span->inside[i]] = true;
    }
}

/* The slot of the first edge of a span that a value goes in by. */
static size_t span_edge(const struct lrp_propagation *p, const struct lrp_span *span, const struct lrp_back_pass *pass,
                        int value)
{
    const struct lrp_graph *g = lrp_engine_graph(p->engine);
    for (int k = 0; k < span->node_count; k++)
        for (int i = 0; i < g->nodes[span->nodes[k]].call.in_count; i++)
            if (g->nodes[span->nodes[k]].in[i] == value) return pass->first_edge[span->nodes[k]] + (size_t)i;
    return 0; /* it goes in somewhere */
}

/* What a span is given goes on to what went into it; what is inside is away again. */
static enum lrp_status give_from_span(const struct lrp_propagation *p, const struct lrp_span *span, struct lrp_back_pass *pass,
                                      struct lrp_tensor **given, struct lrp_tensor **inside, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (int i = 0; i < span->inside_count; i++) {
        lrp_tensor_release(pass->relevance[span->inside[i]]);
        pass->relevance[span->inside[i]] = inside[i];
        inside[i] = NULL;
    }
    for (int i = 0; !status && i < span->given_count; i++) {
        const int value = span->given[i];
        if (!given[i]) continue;
        if (p->edges && pass->consumers[value] > 1) p->edges[span_edge(p, span, pass, value)] = lrp_tensor_retain(given[i]);
        if (pass->stale[value] && !(p->goes_round && p->goes_round(p->round_data, span->out, value))) {
            status = lrp_pass_collect(&pass->relevance[value], given[i], p->run, err);
            given[i] = NULL;
        }
    }
    return status;
}

static enum lrp_status hand_on_span(const struct lrp_propagation *p, const struct lrp_span *span, struct lrp_back_pass *pass,
                                    struct lrp_error *err)
{
    struct lrp_tensor **given = calloc((size_t)span->given_count + 1, sizeof(struct lrp_tensor *)),
                      **inside = calloc((size_t)span->inside_count + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = given && inside ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_span_relevance(p, span, pass->relevance[span->out], given, inside, err);
    if (!status) status = give_from_span(p, span, pass, given, inside, err);
    for (int i = 0; given && i < span->given_count; i++) lrp_tensor_release(given[i]);
    for (int i = 0; inside && i < span->inside_count; i++) lrp_tensor_release(inside[i]);
    free(given);
    free(inside);
    return status;
}

/* All of a span when its last node comes, which is first on the way back; its other nodes have nothing left to do. */
enum lrp_status lrp_pass_visit_span(const struct lrp_propagation *p, const struct lrp_span *span, int node,
                                    struct lrp_back_pass *pass, struct lrp_error *err)
{
    const int last = span->nodes[span->node_count - 1], out = span->out;
    enum lrp_status status = LRP_OK;
    if (p->previous && p->previous_edges && !pass->dirty[last])
        return lrp_pass_give_again(p, node, &lrp_engine_graph(p->engine)->nodes[node], pass, err);
    if (node != last || !pass->relevance[out]) return LRP_OK;
    bool asked = false;
    for (int i = 0; i < span->given_count; i++) asked |= pass->stale[span->given[i]];
    for (int i = 0; i < span->inside_count; i++) asked |= pass->stale[span->inside[i]];
    if (!asked) return LRP_OK;
    if (p->conditioned && p->conditioned[out]) status = p->condition(p->condition_data, out, &pass->relevance[out], err);
    if (status || (p->cut && p->cut[out])) return status;
    return hand_on_span(p, span, pass, err);
}
