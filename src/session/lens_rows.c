/* lens_rows.c: how long what is said after each block lives: results and snapshots share it. */
#include "lens_rows.h"

#include <stdlib.h>

struct lrp_lens_rows *lrp_lens_rows_retain(struct lrp_lens_rows *rows)
{
    if (rows) __atomic_add_fetch(&rows->references, 1, __ATOMIC_RELAXED);
    return rows;
}

void lrp_lens_rows_release(struct lrp_lens_rows *rows)
{
    if (!rows || __atomic_sub_fetch(&rows->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    free(rows->refusal);
    free(rows->layers);
    free(rows->top);
    free(rows->rank);
    free(rows->probability);
    free(rows);
}
