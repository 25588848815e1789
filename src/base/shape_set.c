/* shape_set.c: an open-addressing hash set of shapes. */
#include "shape_set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const struct lrp_shape lrp_shape_unknown = {.rank = -1};

static uint64_t hash_of(const struct lrp_shape *shape)
{
    uint64_t hash = (uint64_t)shape->rank;
    for (int i = 0; i < shape->rank; i++) hash = (hash ^ (uint64_t)shape->dim[i]) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

/* The slot that holds the shape, or the free one where it belongs. There always is a free one. */
static const struct lrp_shape **find_slot(const struct lrp_shape_set *set, const struct lrp_shape *shape)
{
    const size_t mask = set->capacity - 1;
    size_t i = (size_t)hash_of(shape) & mask;
    while (set->slots[i] && !lrp_shape_equal(set->slots[i], shape)) i = (i + 1) & mask;
    return &set->slots[i];
}

static bool grow_table(struct lrp_shape_set *set)
{
    struct lrp_shape_set bigger = *set;
    bigger.capacity = set->capacity ? set->capacity * 2 : 16;
    bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
    if (!bigger.slots) lrp_arena_fail(set->arena);
    if (!bigger.slots) return false;
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i]) *find_slot(&bigger, set->slots[i]) = set->slots[i];
    free(set->slots);
    *set = bigger;
    return true;
}

const struct lrp_shape *lrp_shape_copy(struct lrp_arena *arena, const struct lrp_shape *shape)
{
    struct lrp_shape *copy = lrp_arena_calloc(arena, 1, sizeof *copy);
    if (!copy) return NULL;
    copy->rank = shape->rank;
    if (shape->rank > 0) memcpy(copy->dim, shape->dim, (size_t)shape->rank * sizeof *shape->dim);
    return copy;
}

const struct lrp_shape *lrp_shape_set_keep(struct lrp_shape_set *set, const struct lrp_shape *shape)
{
    if (shape->rank < 0) return &lrp_shape_unknown;
    if (set->last && lrp_shape_equal(set->last, shape)) return set->last;
    if (set->count * 2 >= set->capacity && !grow_table(set)) return NULL;
    const struct lrp_shape **slot = find_slot(set, shape);
    if (!*slot) {
        *slot = lrp_shape_copy(set->arena, shape);
        set->count += *slot != NULL;
    }
    return set->last = *slot;
}

void lrp_shape_set_free(struct lrp_shape_set *set)
{
    free(set->slots);
    *set = (struct lrp_shape_set){.arena = set->arena};
}
