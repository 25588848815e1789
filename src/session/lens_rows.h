/* lens_rows.h: what a model would say after each of its blocks, at every position: shared by results and snapshots. */
#ifndef LRP_SESSION_LENS_ROWS_H
#define LRP_SESSION_LENS_ROWS_H

#include <stddef.h>
#include <stdint.h>

/* What is not there yet is written under the session's lock. Numbers of block b, sample n and position p lie at
 * (b * samples + n) * positions + p. */
struct lrp_lens_rows {
    int references;
    char *refusal;      /* why there are none; NULL: there are */
    size_t count, done; /* blocks, and what goes into the first; how many are there */
    int64_t samples, positions;
    int *layers;         /* by block: behind which it stands */
    int64_t *top, *rank; /* the strongest class; the rank of the one that is the strongest at last */
    float *probability;  /* of the strongest */
};
struct lrp_lens_rows *lrp_lens_rows_retain(struct lrp_lens_rows *rows); /* NULL is fine, here and below */
void lrp_lens_rows_release(struct lrp_lens_rows *rows);

#endif
