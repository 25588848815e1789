/* span_graph.h: a graph whose spans are as large as their pieces. */
#ifndef LRP_GRAPH_SPAN_GRAPH_H
#define LRP_GRAPH_SPAN_GRAPH_H

#include "span.h"

/* The same graph, but for the shapes of calls in spans: those of pieces, or of the shorter ones at the end. */
struct lrp_span_graph {
    struct lrp_graph cut;
    struct lrp_arena *arena;   /* of the pieces' shapes */
    struct lrp_engine *engine; /* of `cut`; NULL: nothing ran in such pieces yet */
};

/* `last`: of the shorter pieces at the end. False when out of memory; to be forgotten in any case. */
bool lrp_span_graph_make(const struct lrp_span_list *spans, struct lrp_span_graph *pieces, bool last,
                         const struct lrp_graph *g);
void lrp_span_graph_forget(const struct lrp_span_list *spans, struct lrp_span_graph *pieces);

#endif
