/* rounding.h: floats rounded to steps, and steps found in them. */
#ifndef LRP_OPS_ROUNDING_H
#define LRP_OPS_ROUNDING_H

#include <stddef.h>

/* y = round(x / scale), half to even, between two whole numbers of at most 21 bits, times scale. NaN: the lower. x and y may be
 * the same. */
void lrp_round_between(const float *x, size_t count, float scale, float low, float high, float *y);

/* What DynamicQuantizeLinear finds: 256 steps over a range that holds 0. */
struct lrp_found_steps {
    float scale;
    double zero;
};
struct lrp_found_steps lrp_find_steps(const float *x, size_t count);
/* y = x quantised and dequantised so; both may be the same. Returns the scale. */
float lrp_round_dynamically(const float *x, size_t count, float *y);

#endif
