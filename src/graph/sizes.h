/* sizes.h: what a graph is does not depend on how much of its shapes is known: sizes stand in for those that are open while it
 * is built, and what depends on them is open again afterwards. */
#ifndef LRP_GRAPH_SIZES_H
#define LRP_GRAPH_SIZES_H

#include "graph.h"

/* Dimensions of one name are one size: what the caller says of one input (`wanted` as in struct lrp_graph_options) holds for
 * all; a first dimension whose size nobody says is 1. False when out of memory. */
bool lrp_sizes_share(struct lrp_graph *graph, const struct lrp_shape *wanted);
/* Chooses sizes for what is still open in the shapes of the model inputs and puts them there: the first of a list of usual ones
 * that all operators accept, else those that most do. To be called when shapes were inferred once; they are to be inferred
 * again. False, and nothing happened, where nothing is open or no size helps. */
bool lrp_sizes_stand_in(struct lrp_graph *graph);
/* Takes them back: sizes of values that are others at other sizes of the inputs are open. Calls keep what stood in. False
 * when out of memory. */
bool lrp_sizes_reopen(struct lrp_graph *graph);

#endif
