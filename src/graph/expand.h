/* expand.h: operators that are made of others are written out before a graph is built. */
#ifndef LRP_GRAPH_EXPAND_H
#define LRP_GRAPH_EXPAND_H

#include "definition.h"

/* The definition with every node whose operator has a body (ops.h) replaced by the calls of that body; *out is `definition`
 * itself if there is none, else lives in the arena and borrows from it. Guarantees:
 * - values of the file keep their names; a node's outputs are made by the last calls of its body;
 * - a body of one call has the node's name; else each is called "node/part", and the node's name is that of a scope around
 * them;
 * - a node whose body cannot be written stays. */
enum lrp_status lrp_definition_expand(const struct lrp_definition *definition, struct lrp_arena *arena,
                                      const struct lrp_definition **out, struct lrp_error *err);

#endif
