/* rows.h: a tensor seen as rows along chosen axes, for reductions and normalisations. */
#ifndef LRP_OPS_ROWS_H
#define LRP_OPS_ROWS_H

#include "view.h"

/* rows x length elements, each row one after the other: the tensor itself where the chosen axes are the last ones, else a
 * rearranged copy. */
struct lrp_rows {
    size_t rows, length;
    const struct lrp_tensor *tensor; /* to be read */
    struct lrp_tensor *owned;        /* NULL if borrowed */
};

/* Reads `tensor` as rows along `axes`. Errors: LRP_MEMORY. */
enum lrp_status lrp_rows_open(struct lrp_rows *rows, const struct lrp_tensor *tensor, const bool axes[LRP_MAX_RANK],
                              const struct lrp_run *run, struct lrp_error *err);
/* Fine on {0}. */
void lrp_rows_close(struct lrp_rows *rows);
/* A tensor to be written in row order: `target` itself, or a new one that lrp_rows_store copies back. */
enum lrp_status lrp_rows_make(struct lrp_rows *rows, struct lrp_tensor *target, const bool axes[LRP_MAX_RANK],
                              struct lrp_error *err);
/* The tensor to write of rows made by lrp_rows_make. */
struct lrp_tensor *lrp_rows_target(const struct lrp_rows *rows);
/* Brings what was written into `target` and closes. */
void lrp_rows_store(struct lrp_rows *rows, struct lrp_tensor *target, const bool axes[LRP_MAX_RANK], const struct lrp_run *run);

/* Sum in several lanes, so that it vectorises and is exact enough. */
double lrp_sum(const float *x, size_t n);

#endif
