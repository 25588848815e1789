/* exact.h: sums of products of whole numbers at the speed of floats: cut so short that no float is ever rounded. */
#ifndef LRP_OPS_EXACT_H
#define LRP_OPS_EXACT_H

#include "linear/linear_product.h"
#include "primitives.h"

/* How long a sum of products may be until a float could not hold it: 24 bits are exact. At least 1. */
int64_t lrp_exact_length(float most_x, float most_w);
/* The farthest any of them is from 0. */
float lrp_exact_most(const float *values, int64_t count);

/* Whole numbers (k,n), held in one way or the other. */
struct lrp_exact_matrix {
    const float *w;
    const int16_t *codes;
};
/* One product of the batch: y (m,n) = a (m,k) w (k,n), all whole; the sums wrap as int32 does. */
enum lrp_status lrp_exact_product(const struct lrp_linear_product *p, int64_t length, const float *a, struct lrp_exact_matrix w,
                                  int64_t *y, const struct lrp_run *run, struct lrp_error *err);

/* A convolution of whole numbers, likewise. */
struct lrp_exact_conv;
enum lrp_status lrp_exact_conv_new(const struct lrp_conv_shape *shape, int64_t length, const float *w,
                                   struct lrp_exact_conv **out, struct lrp_error *err);
void lrp_exact_conv_free(struct lrp_exact_conv *conv);
size_t lrp_exact_conv_bytes(const struct lrp_exact_conv *conv);
enum lrp_status lrp_exact_conv_run(const struct lrp_exact_conv *conv, const float *x, int64_t *y, const struct lrp_run *run,
                                   struct lrp_error *err);

#endif
