/* buffer.c: aligned memory for numbers. */
#include "buffer.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { ALIGNMENT = 64, PAGE = 4096, HUGE_FROM = 4 << 20 };

/* Walking through megabytes on small pages costs more TLB misses than arithmetic; the kernel may refuse, which is fine. */
static void ask_for_huge_pages(void *memory, size_t bytes)
{
    const uintptr_t begin = ((uintptr_t)memory + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    const uintptr_t end = ((uintptr_t)memory + bytes) & ~(uintptr_t)(PAGE - 1);

    if (end > begin) (void)madvise((void *)begin, end - begin, MADV_HUGEPAGE);
}

void *lrp_buffer_bytes(size_t bytes)
{
    void *memory;

    if (bytes > SIZE_MAX / 2) return NULL;
    bytes = bytes ? (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1) : (size_t)ALIGNMENT;
    memory = aligned_alloc(ALIGNMENT, bytes);
    if (memory && bytes >= HUGE_FROM) ask_for_huge_pages(memory, bytes);
    return memory;
}

float *lrp_buffer_new(int64_t count)
{
    if (count < 0 || (uint64_t)count > SIZE_MAX / 2 / sizeof(float)) return NULL;
    return lrp_buffer_bytes((size_t)count * sizeof(float));
}
