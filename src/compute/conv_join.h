/* conv_join.h: convolutions whose groups are smaller than a block of channels: neighbouring groups are done as one, with zeros
 * for the weights between them. They would be turned to a layout of their own, or run in our own loops; as many multiplications
 * more cost less. */
#ifndef LRP_COMPUTE_CONV_JOIN_H
#define LRP_COMPUTE_CONV_JOIN_H

#include "primitives.h"

/* The weights of `apart` (any alignment), to where each group has its place among the `joined` ones it is done with:
 * joined times as many floats. */
void lrp_conv_join_weights(const struct lrp_conv_shape *apart, int64_t joined, const void *weights, float *to);
/* True if all of `count` numbers are finite. */
bool lrp_conv_all_finite(const float *numbers, int64_t count, const struct lrp_run *run);
/* The convolution as its groups are apart, by our own loops: what is not finite in one group must not reach the others.
 * `weights` are the joined ones, in rows; from_block and to_block: how many channels make a block of what is read and written,
 * 0: rows. */
enum lrp_status lrp_conv_run_apart(const struct lrp_conv_shape *apart, int64_t joined, const float *weights, const float *bias,
                                   enum lrp_direction direction, struct lrp_conv_ends ends, int from_block, int to_block,
                                   const struct lrp_run *run, struct lrp_error *err);

#endif
