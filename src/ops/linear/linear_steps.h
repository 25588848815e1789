/* linear_steps.h: linear layers whose weights are whole multiples of a step for each output, as those of quantised networks
 * are. Where the inputs are multiples of one step, too (lrp_tensor.step), their sums are made of whole numbers, none of which
 * is rounded, however the file writes the layer: QLinearConv, DequantizeLinear around Conv, MatMulInteger scaled afterwards. */
#ifndef LRP_OPS_LINEAR_STEPS_H
#define LRP_OPS_LINEAR_STEPS_H

#include "linear_product.h"

struct lrp_step_weights;
/* Where the weights lie: number i of output c is value c * apart + i * stride. */
struct lrp_step_places {
    int64_t outputs, each, apart, stride;
};
/* *out stays NULL where the weights are not such multiples: of at most 255 times the step, up to a float's rounding. `bias`,
 * one number for each output (NULL: none), is copied. */
enum lrp_status lrp_step_weights_new(const float *values, const struct lrp_step_places *places, const float *bias,
                                     struct lrp_step_weights **out, struct lrp_error *err);
void lrp_step_weights_free(struct lrp_step_weights *weights);
size_t lrp_step_weights_bytes(const struct lrp_step_weights *weights);

/* y = W x + b, x of x->step, which must not be 0; both may lie in blocks. */
enum lrp_status lrp_step_weights_convolve(struct lrp_step_weights *weights, const struct lrp_conv_shape *shape,
                                          const struct lrp_tensor *x, struct lrp_tensor *y, const struct lrp_run *run,
                                          struct lrp_error *err);
/* y = A B + b where B are the weights; of one batch, A as it is stored. */
enum lrp_status lrp_step_weights_multiply(struct lrp_step_weights *weights, const struct lrp_linear_product *product,
                                          const struct lrp_tensor *a, struct lrp_tensor *y, const struct lrp_run *run,
                                          struct lrp_error *err);
/* y = A B, both of a step. */
enum lrp_status lrp_step_product(const struct lrp_linear_product *product, const struct lrp_tensor *a,
                                 const struct lrp_tensor *b, struct lrp_tensor *y, const struct lrp_run *run,
                                 struct lrp_error *err);

#endif
