/* roles.h: types that a layer has by what surrounds it: attention, products, gates (lrpscope-lrp(7)). */
#ifndef LRP_GRAPH_ROLES_H
#define LRP_GRAPH_ROLES_H

#include "graph.h"

/* Second groups that no operator has by itself. X(id, name) */
#define LRP_ROLES(X) X(GATE, "gate") X(PROJECTION, "projection")
enum lrp_role {
#define X(id, name) LRP_ROLE_##id,
    LRP_ROLES(X)
#undef X
        LRP_ROLE_COUNT
};
/* "gate". Borrowed, static. */
const char *lrp_role_name(enum lrp_role role);

/* Completes the rows of a view, which have the types of their operators: whether they carry relevance, and the types and groups
 * that depend on carriers, with nothing stopped, so that no rule changes a type. False when out of memory. */
bool lrp_graph_roles(const struct lrp_graph *graph, const struct lrp_layer_view *view, struct lrp_layer *rows);

#endif
