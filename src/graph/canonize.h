/* canonize.h: steps of canonization that have files of their own; each does nothing where it does not fit. */
#ifndef LRP_GRAPH_CANONIZE_H
#define LRP_GRAPH_CANONIZE_H

#include "graph.h"

/* Adds the line "A: WHAT B" to the report. */
void lrp_canonize_report(struct lrp_graph *graph, const char *a, const char *what, const char *b);
/* A convolution over one axis written as Unsqueeze, Conv with a kernel of 1xk (or kx1), and `node`, the Squeeze or Reshape that
 * takes the axis of length 1 away again: one Conv over (N, C, L), so that what stands behind it can be fused. */
void lrp_canonize_conv1d(struct lrp_graph *graph, int node);

#endif
