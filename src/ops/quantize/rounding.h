/* rounding.h: floats rounded to 256 steps that are found in them. */
#ifndef LRP_OPS_ROUNDING_H
#define LRP_OPS_ROUNDING_H

#include <stddef.h>

/* y = x quantised and dequantised as DynamicQuantizeLinear does it; both may be the same. */
void lrp_round_dynamically(const float *x, size_t count, float *y);

#endif
