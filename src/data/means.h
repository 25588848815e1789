/* means.h: k-means. */
#ifndef LRP_DATA_MEANS_H
#define LRP_DATA_MEANS_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/error.h"

/* Which of `clusters` each of the `count` points, of `size` numbers, belongs to, numbered as they first appear: the best of 20
 * beginnings by k-means++, with draws of our own: the same for the same points. Errors: LRP_MEMORY. */
enum lrp_status lrp_means_cluster(const double *points, size_t count, size_t size, size_t clusters, int *labels,
                                  struct lrp_error *err);

#endif
