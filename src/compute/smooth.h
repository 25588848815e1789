/* smooth.h: exponential functions without branches and calls, so that loops over them become vectors (wide.h). In double, with
 * a relative error below 5e-9: as floats they are within half a unit in the last place and a tenth. The same bits wherever it
 * runs, as nothing is contracted. Files that use it are made with -fno-trapping-math: a comparison would keep loops
 * from becoming vectors. */
#ifndef LRP_COMPUTE_SMOOTH_H
#define LRP_COMPUTE_SMOOTH_H

#include <stdint.h>
#include <string.h>

#include "wide.h"

/* x = n log 2 + r with |r| <= log 2 / 2, and 2^n. Where exp(x) is beyond what a float holds, x counts as the last one that is.
 * NaN stays NaN in r. */
struct lrp_smooth_parts {
    double r, power;
};

INLINE struct lrp_smooth_parts lrp_smooth_split(double x)
{
    const double shift = 6755399441055744.0; /* 1.5 * 2^52: what is added to it is rounded to a whole number */
    const double most = 130, least = -150;
    const double within = x > most ? most : x < least ? least : x;
    const double shifted = within * 1.4426950408889634 + shift, n = shifted - shift;
    struct lrp_smooth_parts parts;
    uint64_t bits;

    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 1023) << 52; /* of 2^n: its exponent alone */
    memcpy(&parts.power, &bits, sizeof bits);
    parts.r = (within - n * 0.6931471805598903) - n * 5.497923018708371e-14;
    return parts;
}

/* exp(r) - 1 by its series. */
INLINE double lrp_smooth_series(double r)
{
    const double high = 1. / 120 + r * (1. / 720 + r * (1. / 5040 + r * (1. / 40320 + r * (1. / 362880))));

    return r * (1 + r * (1. / 2 + r * (1. / 6 + r * (1. / 24 + r * high))));
}

INLINE double lrp_smooth_exp(double x)
{
    const struct lrp_smooth_parts parts = lrp_smooth_split(x);

    return parts.power + parts.power * lrp_smooth_series(parts.r);
}

/* exp(x) - 1, exact near 0, too. */
INLINE double lrp_smooth_expm1(double x)
{
    const struct lrp_smooth_parts parts = lrp_smooth_split(x);

    return (parts.power - 1) + parts.power * lrp_smooth_series(parts.r);
}

INLINE double lrp_smooth_tanh(double x)
{
    const double e = lrp_smooth_expm1(2 * x);

    return e / (e + 2);
}

/* 1/(1+exp(-x)) */
INLINE double lrp_smooth_sigmoid(double x)
{
    return 1 / (1 + lrp_smooth_exp(-x));
}

/* exp(w*w) erfc(w) / t for w >= 0 as a polynomial in t = 1/(1+w/2), fitted over 0 <= w <= 11 for the least relative error;
 * beyond that erfc is 0 in float. */
INLINE double lrp_smooth_erfc(double x)
{
    const double size = x < 0 ? -x : x, w = size > 11 ? 11 : size, t = 1 / (1 + .5 * w);
    double p = 0.03760095371;

    p = p * t - 0.2018284294;
    p = p * t + 0.409237778;
    p = p * t - 0.3308174262;
    p = p * t + 0.01684740622;
    p = p * t + 0.01122567882;
    p = p * t + 0.06494854635;
    p = p * t + 0.1828344162;
    p = p * t + 0.2456545698;
    p = p * t + 0.2822060501;
    p = p * t + 0.2820904603;
    p = p * t * lrp_smooth_exp(-w * w);
    return x < 0 ? 2 - p : p;
}

#endif
