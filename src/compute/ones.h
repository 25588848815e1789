/* ones.h: convolutions whose weights are all 1, as sums over channels and boxes: no multiplications, no weights. */
#ifndef LRP_COMPUTE_ONES_H
#define LRP_COMPUTE_ONES_H

#include "primitives.h"

/* As lrp_conv_run in either direction, row-major, without bias. Errors: LRP_MEMORY, LRP_CANCELLED. */
enum lrp_status lrp_ones_forward(const struct lrp_conv_shape *shape, const float *x, float *y, const struct lrp_run *run,
                                 struct lrp_error *err);
enum lrp_status lrp_ones_backward(const struct lrp_conv_shape *shape, const float *gy, float *gx, const struct lrp_run *run,
                                  struct lrp_error *err);

#endif
