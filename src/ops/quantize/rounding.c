/* rounding.c: floats rounded to steps, and steps found in them, as fast as memory is. */
#include "rounding.h"

#include <math.h>

#include "wide.h"

/* Added to a number of at most 22 bits and taken away again, it leaves the nearest whole number, half to even. */
#define SHIFT 12582912.0F

WIDE void lrp_round_between(const float *x, size_t count, float scale, float low, float high, float *y)
{
    for (size_t k = 0; k < count; ++k) {
        const float quotient = x[k] / scale;
        const float above = quotient > low ? quotient : low, between = above < high ? above : high;
        y[k] = ((between + SHIFT) - SHIFT) * scale;
    }
}

enum { LANES = 16 };
WIDE static void find_range(const float *x, size_t count, float *least, float *most)
{
    float low[LANES] = {0}, high[LANES] = {0};
    size_t k = 0;
    for (; k + LANES <= count; k += LANES)
        for (int l = 0; l < LANES; ++l) {
            low[l] = x[k + (size_t)l] < low[l] ? x[k + (size_t)l] : low[l];
            high[l] = x[k + (size_t)l] > high[l] ? x[k + (size_t)l] : high[l];
        }
    for (; k < count; ++k) {
        low[0] = fminf(low[0], x[k]);
        high[0] = fmaxf(high[0], x[k]);
    }
    *least = *most = 0;
    for (int l = 0; l < LANES; ++l) {
        *least = fminf(*least, low[l]);
        *most = fmaxf(*most, high[l]);
    }
}

struct lrp_found_steps lrp_find_steps(const float *x, size_t count)
{
    float least, most;
    find_range(x, count, &least, &most);
    const float scale = most > least ? (most - least) / 255 : 1; /* nothing but zeros */
    return (struct lrp_found_steps){scale, fmin(fmax(rint((double)(-least / scale)), 0), 255)};
}

float lrp_round_dynamically(const float *x, size_t count, float *y)
{
    const struct lrp_found_steps f = lrp_find_steps(x, count);
    lrp_round_between(x, count, f.scale, (float)(0 - f.zero), (float)(255 - f.zero), y);
    return f.scale;
}
