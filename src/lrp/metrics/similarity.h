/* similarity.h: how alike two attributions are. */
#ifndef LRP_LRP_METRICS_SIMILARITY_H
#define LRP_LRP_METRICS_SIMILARITY_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/error.h"

/* What `similarity=` can be. */
#define LRP_SIMILARITIES "spearman spearman-abs pearson cosine"
/* By that name, of n numbers each; NaN where one of them is constant (cosine: zero) or not finite. Errors: LRP_MEMORY. */
enum lrp_status lrp_similarity(const char *name, const double *a, const double *b, size_t n, double *out,
                               struct lrp_error *err);
/* Pearson's correlation. */
double lrp_pearson(const double *a, const double *b, size_t n);

#endif
