/* tiny.c: floats of 8 and 4 bits, and elements of 4 bits out of packed bytes. */
#include <math.h>

#include "convert.h"

/* Bits of the fraction, what is taken off the exponent, the largest number; what stands for NaN. */
static const struct tiny {
    int fraction, bias;
    float largest;
    bool infinities;    /* the highest exponent holds infinity and NaN, as in larger types */
    bool unsigned_zero; /* the sign alone is NaN: there is no negative zero */
    bool highest_nan;   /* all bits but the sign set is NaN */
} tinies[LRP_DTYPE_COUNT] = {
    [LRP_DTYPE_FLOAT8E4M3FN] = {.fraction = 3, .bias = 7, .largest = 448, .highest_nan = true},
    [LRP_DTYPE_FLOAT8E4M3FNUZ] = {.fraction = 3, .bias = 8, .largest = 240, .unsigned_zero = true},
    [LRP_DTYPE_FLOAT8E5M2] = {.fraction = 2, .bias = 15, .largest = 57344, .infinities = true},
    [LRP_DTYPE_FLOAT8E5M2FNUZ] = {.fraction = 2, .bias = 16, .largest = 57344, .unsigned_zero = true},
    [LRP_DTYPE_FLOAT4E2M1] = {.fraction = 1, .bias = 1, .largest = 6},
};

bool lrp_dtype_is_tiny(enum lrp_dtype dtype)
{
    return (unsigned)dtype < LRP_DTYPE_COUNT && tinies[dtype].largest > 0;
}

float lrp_float_from_tiny(enum lrp_dtype dtype, uint8_t bits)
{
    if (!lrp_dtype_is_tiny(dtype)) return NAN;
    const struct tiny *t = &tinies[dtype];
    const int sign_bit = dtype == LRP_DTYPE_FLOAT4E2M1 ? 3 : 7, magnitude = bits & ((1 << sign_bit) - 1);
    const int exponent = magnitude >> t->fraction, fraction = magnitude & ((1 << t->fraction) - 1);
    const bool negative = bits >> sign_bit & 1, last = exponent == (1 << (sign_bit - t->fraction)) - 1;
    if ((t->highest_nan && magnitude == 127) || (t->unsigned_zero && negative && magnitude == 0) ||
        (t->infinities && last && fraction))
        return NAN;
    if (t->infinities && last) return negative ? -INFINITY : INFINITY;
    const float value = exponent ? ldexpf((float)(fraction + (1 << t->fraction)), exponent - t->bias - t->fraction)
                                 : ldexpf((float)fraction, 1 - t->bias - t->fraction);
    return negative ? -value : value;
}

float lrp_tiny_nearest(enum lrp_dtype dtype, float value, bool saturates)
{
    if (!lrp_dtype_is_tiny(dtype)) return value;
    const struct tiny *t = &tinies[dtype];
    const bool is_half = dtype == LRP_DTYPE_FLOAT4E2M1; /* has neither NaN nor infinity */
    int exponent = 0;
    if (isnan(value)) return is_half ? t->largest : value;
    if (!isinf(value)) {
        (void)frexpf(value, &exponent);
        exponent = exponent - 1 > 1 - t->bias ? exponent - 1 : 1 - t->bias; /* below that all steps are alike */
        value = ldexpf(rintf(ldexpf(value, t->fraction - exponent)), exponent - t->fraction);
    }
    if (value == 0) return t->unsigned_zero ? 0 : value;
    if (fabsf(value) <= t->largest) return value;
    if (saturates || is_half) return copysignf(t->largest, value);
    return t->infinities ? copysignf(INFINITY, value) : NAN;
}

void lrp_unpack_halves(enum lrp_dtype dtype, const void *packed, size_t count, void *out)
{
    const unsigned char *from = packed;
    unsigned char *to = out;
    for (size_t i = 0; i < count; i++) {
        const int half = i % 2 ? from[i / 2] >> 4 : from[i / 2] & 15;
        to[i] = (unsigned char)(dtype == LRP_DTYPE_INT4 ? (half ^ 8) - 8 : half);
    }
}
