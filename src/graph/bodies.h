/* bodies.h: graphs that hang on attributes of nodes, taken up into the graph around them. */
#ifndef LRP_GRAPH_BODIES_H
#define LRP_GRAPH_BODIES_H

#include "builder.h"

struct lrp_body_counts {
    size_t nodes, values, bodies; /* values: at most */
};
/* Adds up what all bodies of a graph hold, and those in them. */
void lrp_bodies_count(const struct lrp_definition *definition, struct lrp_body_counts *counts);
/* Adds bodies and their nodes once the nodes of the file are there. */
enum lrp_status lrp_bodies_add(struct lrp_builder *b);

/* ---- branches.c: conditions that are known before anything runs ---- */

/* An If whose condition is known: the nodes of its branch become nodes of the graph around it, at the place of the If, which is
 * dropped with the other branch. False, and nothing happened, for every other node, and for branches that cannot run. */
bool lrp_bodies_inline(struct lrp_graph *graph, struct lrp_node *node);
/* Lets a node read what stands for outputs of such Ifs; for every node, in execution order. */
void lrp_bodies_resolve(const struct lrp_graph *graph, struct lrp_node *node);
/* The same for model outputs, once all nodes are done. */
void lrp_bodies_resolve_outputs(struct lrp_graph *graph);

#endif
