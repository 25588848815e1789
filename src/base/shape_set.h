/* shape_set.h: shapes, each held once, so that the many values of one shape share it. */
#ifndef LRP_BASE_SHAPE_SET_H
#define LRP_BASE_SHAPE_SET_H

#include "arena.h"
#include "lrpscope/shape.h"

struct lrp_shape_set {       /* {.arena = ...} is an empty one */
    struct lrp_arena *arena; /* where the shapes live; borrowed */
    const struct lrp_shape **slots;
    size_t count, capacity;
    const struct lrp_shape *last; /* the one that was asked for last: neighbours are often alike */
};

/* The shape of which nothing is known: rank -1. Static. */
extern const struct lrp_shape lrp_shape_unknown;
/* A copy in an arena; NULL when out of memory. */
const struct lrp_shape *lrp_shape_copy(struct lrp_arena *arena, const struct lrp_shape *shape);
/* The shape as the set holds it, which lives as long as the arena; NULL when out of memory. */
const struct lrp_shape *lrp_shape_set_keep(struct lrp_shape_set *set, const struct lrp_shape *shape);
/* Frees the set's own memory; shapes stay. */
void lrp_shape_set_free(struct lrp_shape_set *set);

#endif
