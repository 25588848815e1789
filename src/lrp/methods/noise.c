/* noise.c: numbers that look random, counted instead of drawn one after the other. */
#include "noise.h"

#include <math.h>
#include <string.h>

#include "wide.h"

/* The steps between counters: 2^64 divided by the golden ratio (Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, OOPSLA 2014). */
static const uint64_t golden = 0x9E3779B97F4A7C15U;

/* The same paper's finaliser. */
INLINE uint64_t mix_bits(uint64_t z)
{
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

INLINE double unit_of_bits(uint64_t z)
{
    return (double)(int64_t)((z >> 11) + 1) * 0x1p-53;
}

uint64_t lrp_noise_stream(uint64_t seed, uint64_t input, uint64_t draw)
{
    return mix_bits(mix_bits(seed + golden * (input + 1)) + golden * (draw + 1));
}

double lrp_noise_unit(uint64_t stream, uint64_t j)
{
    return unit_of_bits(mix_bits(stream + golden * (j + 1)));
}

double lrp_noise_uniform(uint64_t stream, uint64_t e)
{
    return 2 * lrp_noise_unit(stream, e) - 1;
}

/* log u of 0 < u <= 1, within two units in the last place: u = 2^n m with m around 1, and the series of atanh((m-1)/(m+1)). */
INLINE double log_of_unit(double u)
{
    const uint64_t half = 0x3FE6A09E667F3BCDU; /* sqrt(1/2): m is from there to sqrt 2 */
    uint64_t bits, scaled;
    double m, n, shifted;

    memcpy(&bits, &u, sizeof bits);
    const uint64_t exponent = (bits - half) & 0xFFF0000000000000U;
    bits -= exponent;
    memcpy(&m, &bits, sizeof m);
    /* n as a double, without a conversion: 2^52 + 2^51 + n has n in its last bits */
    scaled = (uint64_t)((int64_t)exponent >> 52) + 0x4338000000000000U;
    memcpy(&shifted, &scaled, sizeof shifted);
    n = shifted - 6755399441055744.0;
    const double s = (m - 1) / (m + 1), q = s * s;
    double p = 1. / 23;

    p = p * q + 1. / 21;
    p = p * q + 1. / 19;
    p = p * q + 1. / 17;
    p = p * q + 1. / 15;
    p = p * q + 1. / 13;
    p = p * q + 1. / 11;
    p = p * q + 1. / 9;
    p = p * q + 1. / 7;
    p = p * q + 1. / 5;
    p = p * q + 1. / 3;
    return n * 0.6931471803691238 + (2 * s + (2 * s * q * p + n * 1.9082149292705877e-10));
}

struct turned {
    double cosine, sine;
};

/* cos and sin of u turns, 0 < u <= 1: the quarter it is in, and the series of what is left. */
INLINE struct turned turn(double u)
{
    const double shift = 6755399441055744.0; /* 1.5 * 2^52: what is added to it is rounded to a whole number */
    const double shifted = 4 * u + shift, x = (4 * u - (shifted - shift)) * 1.5707963267948966, q = x * x;
    uint64_t quarter;
    double c = 1. / 20922789888000, s = -1. / 1307674368000;

    memcpy(&quarter, &shifted, sizeof quarter);
    c = c * q - 1. / 87178291200;
    c = c * q + 1. / 479001600;
    c = c * q - 1. / 3628800;
    c = c * q + 1. / 40320;
    c = c * q - 1. / 720;
    c = c * q + 1. / 24;
    c = 1 - (.5 * q - q * q * c);
    s = s * q + 1. / 6227020800;
    s = s * q - 1. / 39916800;
    s = s * q + 1. / 362880;
    s = s * q - 1. / 5040;
    s = s * q + 1. / 120;
    s = s * q - 1. / 6;
    s = x + x * q * s;
    const double even_c = quarter & 1 ? s : c, even_s = quarter & 1 ? c : s;
    return (struct turned){(quarter + 1) & 2 ? -even_c : even_c, quarter & 2 ? -even_s : even_s};
}

/* Uniform numbers, every other one of a stream. */
WIDE static void every_other_unit(uint64_t at, size_t count, double *restrict out)
{
    for (size_t i = 0; i < count; i++) out[i] = unit_of_bits(mix_bits(at + 2 * golden * i));
}

WIDE static void radii(double *restrict u, size_t count)
{
    for (size_t i = 0; i < count; i++) u[i] = sqrt(-2 * log_of_unit(u[i]));
}

WIDE static void take_turns(const double *restrict u, const double *restrict radius, size_t count, double *restrict out)
{
    for (size_t i = 0; i < count; i++) {
        const struct turned z = turn(u[i]);

        out[2 * i] = radius[i] * z.cosine;
        out[2 * i + 1] = radius[i] * z.sine;
    }
}

/* Box and Muller: two uniform numbers make two normal ones. In pieces that stay in the nearest cache. */
static void normal_pairs(uint64_t stream, uint64_t first, size_t pairs, double *out)
{
    enum { PIECE = 256 };
    double u[PIECE], radius[PIECE];

    for (size_t done = 0, n; done < pairs; done += n) {
        const uint64_t at = stream + golden * (first + 2 * done + 1);

        n = pairs - done < PIECE ? pairs - done : PIECE;
        every_other_unit(at, n, radius);
        every_other_unit(at + golden, n, u);
        radii(radius, n);
        take_turns(u, radius, n, out + 2 * done);
    }
}

double lrp_noise_normal(uint64_t stream, uint64_t e)
{
    double pair[2];

    normal_pairs(stream, e - e % 2, 1, pair);
    return pair[e % 2];
}

void lrp_noise_normals(uint64_t stream, uint64_t first, size_t count, double *out)
{
    const size_t odd = first % 2 && count;

    if (odd) out[0] = lrp_noise_normal(stream, first);
    normal_pairs(stream, first + odd, (count - odd) / 2, out + odd);
    if ((count - odd) % 2) out[count - 1] = lrp_noise_normal(stream, first + count - 1);
}
