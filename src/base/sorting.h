/* sorting.h: sorting by an order that depends on something else. */
#ifndef LRP_BASE_SORTING_H
#define LRP_BASE_SORTING_H

#include <stddef.h>

/* Sorts `count` items of `size` bytes; `context` is handed to `compare`, which says -, 0 or + and never says 0 of two items:
 * so that the result is the same on every system. */
void lrp_sort(void *items, size_t count, size_t size, int (*compare)(const void *a, const void *b, void *context),
              void *context);

#endif
