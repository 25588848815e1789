/* canonize.h: steps of canonization that have files of their own; each does nothing where it does not fit. */
#ifndef LRP_GRAPH_CANONIZE_H
#define LRP_GRAPH_CANONIZE_H

#include "graph.h"

/* Adds the line "A: WHAT B" to the report. */
void lrp_canonize_report(struct lrp_graph *graph, const char *a, const char *what, const char *b);
/* A convolution over one axis written as Unsqueeze, Conv with a kernel of 1xk (or kx1), and `node`, the Squeeze or Reshape that
 * takes the axis of length 1 away again: one Conv over (N, C, L), so that what stands behind it can be fused. */
void lrp_canonize_conv1d(struct lrp_graph *graph, int node);
/* LayerNormalization and InstanceNormalization with constant parameters: Normalize, and a Scale of its own. */
void lrp_canonize_layer_norm(struct lrp_graph *graph, int node);
void lrp_canonize_instance_norm(struct lrp_graph *graph, int node);
/* Whether no output of a node but its first is used. */
bool lrp_canonize_one_output(const struct lrp_graph *graph, const struct lrp_node *node);

#endif
