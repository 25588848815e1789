/* pooling_window.h: windows that slide over the space dimensions: convolutions and poolings share them. */
#ifndef LRP_OPS_POOLING_WINDOW_H
#define LRP_OPS_POOLING_WINDOW_H

#include "ops.h"

struct lrp_pool_window {
    int rank; /* space dimensions, 1..3 */
    int64_t in[3], out[3], kernel[3], stride[3], dilation[3], pad_begin[3], pad_end[3];
};

/* Reads the attributes kernel_shape (which must equal `kernel` unless that is NULL), strides, dilations and pads of a call
 * whose input has the shape x (N, C, space...); checks them, but auto_pad and the output's size are left to others. */
enum lrp_status lrp_window_attributes(const struct lrp_call *call, const struct lrp_shape *x, const int64_t *kernel,
                                      struct lrp_pool_window *out, struct lrp_error *err);
/* The same, then auto_pad, ceil_mode and the output's size. */
enum lrp_status lrp_window_read(const struct lrp_call *call, const struct lrp_shape *x, const int64_t *kernel,
                                struct lrp_pool_window *out, struct lrp_error *err);
/* How far a window reaches: (kernel - 1) * dilation + 1. */
int64_t lrp_window_reach(const struct lrp_pool_window *window, int d);

#endif
