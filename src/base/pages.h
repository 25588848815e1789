/* pages.h: memory by the page, and what the system is told about it. */
#ifndef LRP_BASE_PAGES_H
#define LRP_BASE_PAGES_H

#include <stdbool.h>
#include <stddef.h>

/* `size` bytes of zeros; NULL with errno. */
void *lrp_pages_new(size_t size);
/* The same bytes in `size` instead of `before`; the address may change. NULL with errno: all stays as it was. */
void *lrp_pages_resize(void *pages, size_t before, size_t size);
void lrp_pages_free(void *pages, size_t size);
/* Whether so many bytes are to be had at this moment. */
bool lrp_pages_there(size_t size);

/* The whole pages in a part will be used: as few and as large ones as the system has. Being refused is no harm. */
void lrp_pages_expect(const void *data, size_t size);
/* They will not be used for a while; a file's are read again then. */
void lrp_pages_rest(const void *data, size_t size);

#endif
