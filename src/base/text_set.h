/* text_set.h: texts that are kept once, however often they come. */
#ifndef LRP_BASE_TEXT_SET_H
#define LRP_BASE_TEXT_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

/* {.arena = somewhere} is an empty one; the arena is borrowed, and the texts live as long as it does. */
struct lrp_text_set {
    struct lrp_arena *arena;
    struct lrp_text_slot *slots;
    size_t count, capacity;
};

/* Makes room for so many texts in all: a set that grows to them by itself is copied many times over. False when out of memory.
 */
bool lrp_text_set_reserve(struct lrp_text_set *set, size_t count);
/* The one copy, NUL-terminated, of a text that ends after `length` bytes or at its first NUL. NULL when out of memory. */
const char *lrp_text_set_keep(struct lrp_text_set *set, const char *text, size_t length);
/* Forgets which texts there are; they themselves stay in the arena. */
void lrp_text_set_free(struct lrp_text_set *set);

#endif
