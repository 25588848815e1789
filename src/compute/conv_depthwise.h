/* conv_depthwise.h: convolutions of every channel by itself with small kernels, in blocks of channels (blocked.h): every output
 * is summed up in registers, which takes less time than the numeric library's way back does (it has none with a dilation), and
 * no more forward. */
#ifndef LRP_COMPUTE_CONV_DEPTHWISE_H
#define LRP_COMPUTE_CONV_DEPTHWISE_H

#include "primitives.h"

/* Weights, and a bias, in blocks. */
struct lrp_depthwise;

/* True for what it can do: one channel a group, in and out, over one or two dimensions, strides of at most
 * LRP_DEPTHWISE_STRIDE, and at most LRP_DEPTHWISE_TAPS taps along an axis for one output: of the kernel forward, of every
 * stride-th of them back. */
enum { LRP_DEPTHWISE_TAPS = 3, LRP_DEPTHWISE_STRIDE = 4 };
bool lrp_depthwise_fits(const struct lrp_conv_shape *shape, enum lrp_direction direction, int block);
/* From plain weights (C, 1, kernel...) and a bias (C) or NULL, both copied. `block`: 8 or 16. NULL: no memory. */
struct lrp_depthwise *lrp_depthwise_new(const struct lrp_conv_shape *shape, int block, const float *weights, const float *bias);
void lrp_depthwise_free(struct lrp_depthwise *depthwise);
size_t lrp_depthwise_held(const struct lrp_depthwise *depthwise); /* bytes; NULL: 0 */
/* x (N, C, in...) -> y (N, C, out...), or gy -> gx, both in blocks; channels that are missing from the last one come out as 0.
 * The same bits for any number of threads. pad_end is not looked at. */
void lrp_depthwise_run(const struct lrp_depthwise *depthwise, enum lrp_direction direction, const float *from, float *to,
                       const struct lrp_run *run);

#endif
