/* square.h: the shape of convolutions that most tests take. */
#ifndef LRP_TEST_SQUARE_H
#define LRP_TEST_SQUARE_H

#include "primitives.h"

/* Windows of 3 x 3, one at every place of a square with a border of zeros: the output is as large as the input. */
static inline struct lrp_conv_shape square_convolution(int64_t batch, int64_t in_channels, int64_t out_channels, int64_t group,
                                                       int64_t side)
{
    return (struct lrp_conv_shape){.rank = 2,
                                   .batch = batch,
                                   .in_channels = in_channels,
                                   .out_channels = out_channels,
                                   .group = group,
                                   .in = {side, side},
                                   .out = {side, side},
                                   .kernel = {3, 3},
                                   .stride = {1, 1},
                                   .dilation = {1, 1},
                                   .pad_begin = {1, 1},
                                   .pad_end = {1, 1}};
}

#endif
