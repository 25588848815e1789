/* linear_rows.h: rows of a matrix that are not all zeros. What flows back from one place of a sequence is a matrix of zeros but
 * for one row. */
#ifndef LRP_OPS_LINEAR_ROWS_H
#define LRP_OPS_LINEAR_ROWS_H

#include "ops.h"

/* The numbers of such rows in ascending order, *count of them; (m,n). To be freed. Errors: LRP_MEMORY. */
enum lrp_status lrp_rows_find(const float *matrix, int64_t m, int64_t n, const struct lrp_run *run, int64_t **rows,
                              int64_t *count, struct lrp_error *err);
/* Rows of `n` numbers: those of `from` that are named, one behind the other; or the other way, among rows of zeros (m,n). */
void lrp_rows_gather(const float *from, const int64_t *rows, int64_t count, int64_t n, float *to);
void lrp_rows_scatter(const float *from, const int64_t *rows, int64_t count, int64_t m, int64_t n, float *to);

#endif
