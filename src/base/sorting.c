/* sorting.c: qsort_r, which other systems lack or have with its arguments in another order. */
#include "sorting.h"

#include <stdlib.h>

#if defined(__GLIBC__) && !defined(LRP_PLAIN_SYSTEM)

void lrp_sort(void *items, size_t count, size_t size, int (*compare)(const void *a, const void *b, void *context),
              void *context)
{
    qsort_r(items, count, size, compare, context);
}

#else

struct sorting {
    unsigned char *items;
    size_t size;
    int (*compare)(const void *a, const void *b, void *context);
    void *context;
};

static void swap_items(const struct sorting *s, size_t a, size_t b)
{
    unsigned char *x = s->items + a * s->size, *y = s->items + b * s->size;
    for (size_t i = 0; i < s->size; i++) {
        const unsigned char byte = x[i];
        x[i] = y[i];
        y[i] = byte;
    }
}

static int compare_at(const struct sorting *s, size_t a, size_t b)
{
    return s->compare(s->items + a * s->size, s->items + b * s->size, s->context);
}

/* Of a heap of `count` items whose greatest comes first: the one at `top` goes down to where it belongs. */
static void sift_down(const struct sorting *s, size_t top, size_t count)
{
    for (size_t child; top < count / 2; top = child) {
        child = 2 * top + 1;
        if (child + 1 < count && compare_at(s, child, child + 1) < 0) child++;
        if (compare_at(s, top, child) >= 0) return;
        swap_items(s, top, child);
    }
}

void lrp_sort(void *items, size_t count, size_t size, int (*compare)(const void *a, const void *b, void *context),
              void *context)
{
    const struct sorting s = {items, size, compare, context};
    for (size_t top = count / 2; top-- > 0;) sift_down(&s, top, count);
    for (size_t left = count; left > 1; left--) { /* the greatest goes behind the others */
        swap_items(&s, 0, left - 1);
        sift_down(&s, 0, left - 1);
    }
}

#endif
