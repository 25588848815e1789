/* conv_plain.h: convolutions by our own loops, for shapes and processors the numeric library is slow at. */
#ifndef LRP_COMPUTE_CONV_PLAIN_H
#define LRP_COMPUTE_CONV_PLAIN_H

#include "primitives.h"

/* As lrp_conv_run in either direction, row-major, with plain weights. pad_end is not looked at. */
enum lrp_status lrp_conv_plain_forward(const struct lrp_conv_shape *shape, const float *weights, const float *bias,
                                       const float *x, float *y, const struct lrp_run *run, struct lrp_error *err);
enum lrp_status lrp_conv_plain_backward(const struct lrp_conv_shape *shape, const float *weights, const float *gy, float *gx,
                                        const struct lrp_run *run, struct lrp_error *err);
/* "own:columns" or "own:depthwise". */
const char *lrp_conv_plain_name(const struct lrp_conv_shape *shape);

#endif
