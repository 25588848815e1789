/* pages.c: memory by the page, and what the system is told about it. */
#include "pages.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void *lrp_pages_new(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

#if defined(MREMAP_MAYMOVE) && !defined(LRP_PLAIN_SYSTEM)
void *lrp_pages_resize(void *pages, size_t before, size_t size)
{
    void *moved = mremap(pages, before, size, MREMAP_MAYMOVE);
    return moved == MAP_FAILED ? NULL : moved;
}
#else
void *lrp_pages_resize(void *pages, size_t before, size_t size)
{
    void *copy = lrp_pages_new(size);
    if (!copy) return NULL;
    memcpy(copy, pages, before < size ? before : size);
    munmap(pages, before);
    return copy;
}
#endif

void lrp_pages_free(void *pages, size_t size)
{
    if (pages) munmap(pages, size);
}

bool lrp_pages_there(size_t size)
{
    void *pages = lrp_pages_new(size);
    lrp_pages_free(pages, size);
    return pages != NULL;
}

static void advise(const void *data, size_t size, int advice)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t begin = ((uintptr_t)data + page - 1) / page * page, end = ((uintptr_t)data + size) / page * page;
    if (end > begin) (void)madvise((void *)begin, end - begin, advice);
}

void lrp_pages_expect(const void *data, size_t size)
{
#if defined(MADV_HUGEPAGE) && !defined(LRP_PLAIN_SYSTEM)
    advise(data, size, MADV_HUGEPAGE);
#else
    advise(data, size, MADV_WILLNEED);
#endif
}

void lrp_pages_rest(const void *data, size_t size)
{
    advise(data, size, MADV_DONTNEED);
}
