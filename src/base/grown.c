/* grown.c: arrays that grow, see grown.h. */
#include "grown.h"

#include <stdint.h>
#include <stdlib.h>

void *lrp_grown(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) return items;
    const size_t more = *capacity + *capacity / 2 + 16;
    void *larger = more > SIZE_MAX / size ? NULL : realloc(items, more * size);
    if (larger) *capacity = more;
    return larger;
}
