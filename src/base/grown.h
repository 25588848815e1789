/* grown.h: arrays that grow. */
#ifndef LRP_BASE_GROWN_H
#define LRP_BASE_GROWN_H

#include <stddef.h>

/* Room for one more behind `count` items of `size` bytes: the array, moved where that was needed, with *capacity told. NULL
 * when out of memory: then `items` is as it was, and still the caller's. */
void *lrp_grown(void *items, size_t count, size_t *capacity, size_t size);

#endif
