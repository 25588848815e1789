/* convert.h: raw little-endian elements of any type and alignment to float and int64. */
#ifndef LRP_BASE_CONVERT_H
#define LRP_BASE_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lrpscope/shape.h"

float lrp_float_from_bfloat16(uint16_t bits);
/* Round to nearest even. */
uint16_t lrp_half_from_float(float value);
uint16_t lrp_bfloat16_from_float(float value);
/* A float of 8 or 4 bits (LRP_DTYPE_FLOAT8..., FLOAT4E2M1) as a number, NaN for other types. */
float lrp_float_from_tiny(enum lrp_dtype dtype, uint8_t bits);
/* True if numbers of that type have 8 or 4 bits. */
bool lrp_dtype_is_tiny(enum lrp_dtype dtype);
/* The number of such a type nearest to a value (of two, the even one). What is too large becomes the largest if it
 * `saturates`, else infinity, or NaN where the type has none. */
float lrp_tiny_nearest(enum lrp_dtype dtype, float value, bool saturates);
/* Elements of 4 bits, two in a byte, the low half first: one in a byte each. INT4 keeps its sign. */
void lrp_unpack_halves(enum lrp_dtype dtype, const void *packed, size_t count, void *out);
/* Reads `count` elements of `dtype` at `raw` (any alignment). Any numeric type to float; integers and bool to int64
 * (floats are truncated). `swap`: big-endian source. Types without a size give zeros. */
void lrp_convert_to_f32(enum lrp_dtype dtype, const void *raw, size_t count, bool swap, float *out);
void lrp_convert_to_i64(enum lrp_dtype dtype, const void *raw, size_t count, bool swap, int64_t *out);
/* What stays of `value` when it is stored in an integer type: wraps like C, bool gives 0 or 1. */
int64_t lrp_wrap_integer(enum lrp_dtype dtype, int64_t value);

#endif
