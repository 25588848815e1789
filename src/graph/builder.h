/* builder.h: what the parts of building a graph share: names on their way to numbers. */
#ifndef LRP_GRAPH_BUILDER_H
#define LRP_GRAPH_BUILDER_H

#include "graph.h"
#include "names.h"

/* What is needed only while a graph is built. */
struct lrp_builder {
    struct lrp_graph *graph;
    struct lrp_names values; /* name -> value number */
    struct lrp_names names;  /* node names taken -> how often */
    struct lrp_error *err;
};

static inline enum lrp_status lrp_builder_no_memory(const struct lrp_builder *b)
{
    return lrp_fail(b->err, LRP_MEMORY, "%s: not enough memory for the graph", b->graph->definition->path);
}
/* The number of the value of that name, made if it is new; -1 when out of memory. */
int lrp_builder_value(struct lrp_graph *graph, struct lrp_names *names, const char *name);
/* A node for a definition, its inputs and outputs not filled in yet; NULL when out of memory. */
struct lrp_node *lrp_builder_node(struct lrp_builder *b, const struct lrp_node_definition *definition);

#endif
