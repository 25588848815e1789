/* smooth_float.h: exponential functions in float, for passes over activations that others (smooth.h) would take longer for than
 * the products between them: half the width of a vector, and a third of the steps. Without branches and calls, nothing
 * contracted: the same bits wherever it runs. Errors in units of the last place: exp 1, sigmoid 3, and of half an erfc 6, also
 * where it is small. */
#ifndef LRP_COMPUTE_SMOOTH_FLOAT_H
#define LRP_COMPUTE_SMOOTH_FLOAT_H

#include <stdint.h>
#include <string.h>

#include "wide.h"

/* 2^n for |n| < 127. */
INLINE float lrp_float_power(uint32_t n)
{
    const uint32_t bits = (n + 127) << 23;
    float power;

    memcpy(&power, &bits, sizeof power);
    return power;
}

/* exp(x + rest), rest being small beside x. In two steps, so that the smallest floats come out, and 0 and infinity beyond. NaN
 * stays NaN. */
INLINE float lrp_float_exp(float x, float rest)
{
    const float shift = 12582912.F; /* 1.5 * 2^23: what is added to it is rounded to a whole number */
    const float within = x > 130 ? 130 : x < -110 ? -110 : x;
    const float shifted = within * 1.44269504F + shift, n = shifted - shift;
    const float r = ((within - n * 0.693359375F) - n * -2.12194440e-4F) + rest; /* log 2 in two parts, the first of few bits */
    uint32_t bits, half;
    float p = 1.9875691500e-4F;

    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    memcpy(&bits, &shifted, sizeof bits);
    bits -= 0x4B400000; /* of shift: leaves n */
    half = (uint32_t)((int32_t)bits >> 1);
    return ((p * (r * r) + r) + 1) * lrp_float_power(half) * lrp_float_power(bits - half);
}

/* 1/(1+exp(-x)) */
INLINE float lrp_float_sigmoid(float x)
{
    return 1 / (1 + lrp_float_exp(-x, 0));
}

/* The normal distribution's share beyond |x|, erfc(|x|/sqrt(2))/2: as lrp_smooth_erfc, of which the polynomial is. The square
 * is taken in two parts, of which the first is exact. */
INLINE float lrp_float_tail(float x)
{
    const float size = x < 0 ? -x : x, within = size > 16 ? 16 : size, t = 1 / (1 + 0.35355339059F * within);
    uint32_t bits;
    float high, p = 0.03760095371F;

    memcpy(&bits, &within, sizeof bits);
    bits &= 0xFFFFF000;
    memcpy(&high, &bits, sizeof high);
    p = p * t - 0.2018284294F;
    p = p * t + 0.409237778F;
    p = p * t - 0.3308174262F;
    p = p * t + 0.01684740622F;
    p = p * t + 0.01122567882F;
    p = p * t + 0.06494854635F;
    p = p * t + 0.1828344162F;
    p = p * t + 0.2456545698F;
    p = p * t + 0.2822060501F;
    p = p * t + 0.2820904603F;
    return .5F * (p * t) * lrp_float_exp(-.5F * high * high, -.5F * ((within - high) * (high + within)));
}

#endif
