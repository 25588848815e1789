/* buffer.c: aligned memory for numbers. */
#include "buffer.h"

#include <stdlib.h>

#include "pages.h"

enum { ALIGNMENT = 64, HUGE_FROM = 4 << 20 };

void *lrp_buffer_bytes(size_t bytes)
{
    void *memory;

    if (bytes > SIZE_MAX / 2) return NULL;
    bytes = bytes ? (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1) : (size_t)ALIGNMENT;
    memory = aligned_alloc(ALIGNMENT, bytes);
    /* walking through megabytes on small pages costs more TLB misses than arithmetic */
    if (memory && bytes >= HUGE_FROM) lrp_pages_expect(memory, bytes);
    return memory;
}

float *lrp_buffer_new(int64_t count)
{
    if (count < 0 || (uint64_t)count > SIZE_MAX / 2 / sizeof(float)) return NULL;
    return lrp_buffer_bytes((size_t)count * sizeof(float));
}
