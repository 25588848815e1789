/* vector.h: elementwise arithmetic over whole arrays, threaded when they are long. */
#ifndef LRP_LRP_VECTOR_H
#define LRP_LRP_VECTOR_H

#include <stddef.h>

#include "blocked.h"
#include "primitives.h"
#include "relevance.h"

/* Over whole tensors of one shape, row-major or in blocks (blocked.h), in one pass over memory. `first`: nothing is in y yet.
 */
/* s = r / stab(d, e); 0 where z (NULL: not asked) does not have the sign wanted (> 0 or < 0) */
void lrp_tensors_divide(const struct lrp_tensor *r, const struct lrp_tensor *d, float e, const struct lrp_tensor *z, int sign,
                        struct lrp_tensor *s, const struct lrp_run *run);
/* y = a * (r / stab(z, e)), 0 where either factor is 0, whatever the other is */
void lrp_tensors_share(const struct lrp_tensor *a, const struct lrp_tensor *r, const struct lrp_tensor *z, float e,
                       struct lrp_tensor *y, const struct lrp_run *run);
/* y = factor * a * y, 0 where a or y is 0, whatever the other is */
void lrp_tensors_contribute(float factor, const struct lrp_tensor *a, struct lrp_tensor *y, const struct lrp_run *run);
/* y = x+ or x- */
void lrp_tensors_part(const struct lrp_tensor *x, int sign, struct lrp_tensor *y, const struct lrp_run *run);
/* s = 0 where z does not have the sign wanted */
void lrp_tensors_mask(const struct lrp_tensor *z, int sign, struct lrp_tensor *s, const struct lrp_run *run);
/* y = a + b */
void lrp_tensors_sum(const struct lrp_tensor *a, const struct lrp_tensor *b, struct lrp_tensor *y, const struct lrp_run *run);
/* y += factor * x */
void lrp_tensors_add(float factor, const struct lrp_tensor *x, bool first, struct lrp_tensor *y, const struct lrp_run *run);
/* y += factor * a * c, 0 where a or c is 0, whatever the other is; a NULL: 1; y may be c */
void lrp_tensors_add_product(float factor, const struct lrp_tensor *a, const struct lrp_tensor *c, bool first,
                             struct lrp_tensor *y, const struct lrp_run *run);

#endif
