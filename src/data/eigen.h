/* eigen.h: the largest eigenvalues of a symmetric operator, by Lanczos' method with full orthogonalisation. */
#ifndef LRP_DATA_EIGEN_H
#define LRP_DATA_EIGEN_H

#include <stddef.h>

#include "lrpscope/error.h"

/* y = M x, of `n` numbers. */
typedef void lrp_eigen_apply(const void *data, const double *x, double *y);
/* The `wanted` largest eigenvalues, largest first, and their vectors of length 1, one behind the other. `known`: `known_count`
 * vectors of length 1, at right angles, that are left out (eigenvectors already). known_count + wanted <= n. Errors:
 * LRP_MEMORY. */
enum lrp_status lrp_eigen_largest(lrp_eigen_apply *apply, const void *data, size_t n, const double *known, size_t known_count,
                                  size_t wanted, double *values, double *vectors, struct lrp_error *err);

#endif
