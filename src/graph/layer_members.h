/* layer_members.h: which layer holds each node of the file. */
#ifndef LRP_GRAPH_LAYER_MEMBERS_H
#define LRP_GRAPH_LAYER_MEMBERS_H

#include "graph.h"

/* Nodes that were folded or swallowed belong to the layer that needs or swallowed them: `layer_of_node` knows those of anchors
 * and activations (`layers`, `count` of them, by layer) and learns the others; the lists of the rows are made of it, in the
 * graph's arena. False when out of memory. */
bool lrp_graph_members(struct lrp_graph *graph, const struct lrp_layer_nodes *layers, size_t count, int *layer_of_node,
                       struct lrp_layer *rows);

#endif
