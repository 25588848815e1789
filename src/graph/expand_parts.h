/* expand_parts.h: what the files that write out operators share. */
#ifndef LRP_GRAPH_EXPAND_PARTS_H
#define LRP_GRAPH_EXPAND_PARTS_H

#include "expand.h"
#include "names.h"

/* Names that are taken in the whole model, the graphs inside it included, and how often. */
struct taken {
    struct lrp_names values, calls;
};
struct expander {
    const struct lrp_definition *from, *model; /* what is written out, and the model it is part of */
    const struct expander *around;             /* of the graph that this one hangs in; NULL: the model's own */
    struct lrp_arena *arena;
    struct lrp_error *err;
    struct taken *taken;
    struct lrp_names own;       /* what this graph makes or is given itself */
    struct lrp_names constants; /* number: in `constants_out` */
    struct lrp_node_definition *nodes;
    struct lrp_scope_definition *scopes;
    struct lrp_constant_definition *constants_out;
    size_t node_count, node_capacity, scope_count, scope_capacity, constant_count, constant_capacity;
};

static inline enum lrp_status lrp_expand_no_memory(const struct expander *e)
{
    return lrp_fail(e->err, LRP_MEMORY, "%s: not enough memory for the graph", e->model->path);
}
/* Add to what there will be in place of the graph. */
enum lrp_status lrp_expand_node(struct expander *e, const struct lrp_node_definition *node);
enum lrp_status lrp_expand_constant(struct expander *e, const char *name, const struct lrp_blob *blob);
enum lrp_status lrp_expand_scope(struct expander *e, const struct lrp_scope_definition *scope);
/* A node that is not written out itself, with what is inside its graphs written out. */
enum lrp_status lrp_expand_plain(struct expander *e, const struct lrp_node_definition *node);

/* expand_body.c */
/* The row of a node's operator if it has a body. */
const struct lrp_operator *lrp_expand_row(const struct lrp_definition *d, const struct lrp_node_definition *node);
/* A node, written out if its operator has a body; `depth` bodies deep. */
enum lrp_status lrp_expand_add(struct expander *e, const struct lrp_node_definition *node, int depth);

#endif
