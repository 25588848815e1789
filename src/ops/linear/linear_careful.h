/* linear_careful.h: products and convolutions in which 0 times infinity is 0: nothing flows back to where nothing came from,
 * and a rule's weight of 0 takes no part of an infinite input. One number after the other: only asked for where the primitives
 * made a NaN. */
#ifndef LRP_OPS_LINEAR_CAREFUL_H
#define LRP_OPS_LINEAR_CAREFUL_H

#include "linear_product.h"
#include "primitives.h"

/* Whether there is a NaN among the numbers of a tensor (NULL: no), in whatever order they lie. */
bool lrp_careful_needed(const struct lrp_tensor *tensor, const struct lrp_run *run);
/* As lrp_gemm. */
enum lrp_status lrp_careful_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const void *a,
                                 const void *b, float beta, float *c, const struct lrp_run *run, struct lrp_error *err);
/* As lrp_conv_run, between tensors in rows or in blocks. bias: NULL, or one number for each output channel, forward only. */
enum lrp_status lrp_careful_conv(const struct lrp_conv_shape *shape, const float *weights, const float *bias,
                                 enum lrp_direction direction, const struct lrp_tensor *from, struct lrp_tensor *to,
                                 const struct lrp_run *run, struct lrp_error *err);

#endif
