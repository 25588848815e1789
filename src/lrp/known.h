/* known.h: names of layer types that stand for nothing: most likely misspelt. */
#ifndef LRP_LRP_KNOWN_H
#define LRP_LRP_KNOWN_H

#include "graph.h"
#include "lrpscope/registry.h"

/* Whether a type, group or ONNX operator of that name exists: in the table, among operators (those of plugins, too), or in the
 * model. */
bool lrp_type_is_known(const struct lrp_graph *graph, const struct lrp_layer_list *layers, const char *type);
/* Up to three known names of types that are near to one, "a, b, c"; owned by the caller, NULL when out of memory. */
char *lrp_types_near(const struct lrp_graph *graph, const struct lrp_layer_list *layers, const char *type);
/* The first registered name from place *at on that matches no layer and names no type, activation or operator, so that
 * registering it does nothing; *at moves behind it, *activation says what it was registered as. NULL: there is none; borrowed
 * from the registry. */
const char *lrp_registry_idle_name(const struct lrp_registry *registry, const struct lrp_graph *graph,
                                   const struct lrp_layer_list *layers, size_t *at, bool *activation);

#endif
