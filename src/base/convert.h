/* convert.h: raw little-endian elements of any type and alignment to float and int64. */
#ifndef LRP_BASE_CONVERT_H
#define LRP_BASE_CONVERT_H

#include <stddef.h>
#include <stdint.h>

#include "lrpscope/shape.h"

float lrp_float_from_half(uint16_t bits);
float lrp_float_from_bfloat16(uint16_t bits);
/* Round to nearest even. */
uint16_t lrp_half_from_float(float value);
uint16_t lrp_bfloat16_from_float(float value);
/* Reads `count` elements of `dtype` at `raw` (any alignment). Any numeric type to float; integers and bool to int64
 * (floats are truncated). `swap`: big-endian source. Types without a size give zeros. */
void lrp_convert_to_f32(enum lrp_dtype dtype, const void *raw, size_t count, bool swap, float *out);
void lrp_convert_to_i64(enum lrp_dtype dtype, const void *raw, size_t count, bool swap, int64_t *out);
/* What stays of `value` when it is stored in an integer type: wraps like C, bool gives 0 or 1. */
int64_t lrp_wrap_integer(enum lrp_dtype dtype, int64_t value);

#endif
