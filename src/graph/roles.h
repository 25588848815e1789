/* roles.h: types that a layer has by what surrounds it: attention, products, gates (lrpscope-lrp(7)). */
#ifndef LRP_GRAPH_ROLES_H
#define LRP_GRAPH_ROLES_H

#include "graph.h"

/* Completes the rows of a view, which have the types of their operators: whether they carry relevance, and the types and groups
 * that depend on carriers, with nothing stopped, so that no rule changes a type. False when out of memory. */
bool lrp_graph_roles(const struct lrp_graph *graph, const struct lrp_layer_view *view, struct lrp_layer *rows);

#endif
