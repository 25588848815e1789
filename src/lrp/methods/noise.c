/* noise.c: numbers that look random, counted instead of drawn one after the other. */
#include "noise.h"

#include <math.h>

/* The steps between counters: 2^64 divided by the golden ratio (Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, OOPSLA 2014). */
static const uint64_t golden = 0x9E3779B97F4A7C15U;

/* The same paper's finaliser. */
static uint64_t mix_bits(uint64_t z)
{
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

uint64_t lrp_noise_stream(uint64_t seed, uint64_t input, uint64_t draw)
{
    return mix_bits(mix_bits(seed + golden * (input + 1)) + golden * (draw + 1));
}

double lrp_noise_unit(uint64_t stream, uint64_t j)
{
    return (double)((mix_bits(stream + golden * (j + 1)) >> 11) + 1) * 0x1p-53;
}

double lrp_noise_uniform(uint64_t stream, uint64_t e)
{
    return 2 * lrp_noise_unit(stream, e) - 1;
}

/* Box and Muller: two uniform numbers make two normal ones. */
double lrp_noise_normal(uint64_t stream, uint64_t e)
{
    const uint64_t pair = e - e % 2;
    const double radius = sqrt(-2 * log(lrp_noise_unit(stream, pair))), angle = 2 * M_PI * lrp_noise_unit(stream, pair + 1);
    return radius * (e % 2 ? sin(angle) : cos(angle));
}
