/* convert.c: raw elements of any type and alignment to float and int64. */
#include "convert.h"

#include <math.h>
#include <string.h>

#include "wide.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "raw data is little-endian and read as it is");

static float float_from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t bits_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double double_from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Both a normal number and a subnormal one are made and one is taken: no branch is in the way of vectors. */
INLINE float half_to_float(uint16_t bits)
{
    const uint32_t sign = (uint32_t)(bits & 0x8000) << 16, exponent = (bits >> 10) & 31, fraction = bits & 0x3FF;
    const uint32_t small = bits_of_float((float)(int32_t)fraction * 0x1p-24f), /* or zero */
        wide = exponent == 31 ? 255 : exponent + 127 - 15;
    return float_from_bits(sign | (exponent ? wide << 23 | fraction << 13 : small));
}

float lrp_float_from_bfloat16(uint16_t bits)
{
    return float_from_bits((uint32_t)bits << 16);
}

/* bits >> shift, rounded to nearest even. 0 < shift < 32. */
static uint32_t shift_rounded(uint32_t bits, unsigned shift)
{
    const uint32_t half = (uint32_t)1 << (shift - 1), odd = (bits >> shift) & 1;
    return (bits + half - 1 + odd) >> shift;
}

uint16_t lrp_half_from_float(float value)
{
    const uint32_t bits = bits_of_float(value), sign = (bits >> 16) & 0x8000, magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) return (uint16_t)(sign | 0x7E00 | ((bits >> 13) & 0x1FF)); /* NaN, quiet */
    if (magnitude >= 0x477FF000) /* 65520 and more round to infinity */
        return (uint16_t)(sign | 0x7C00);
    if (magnitude >= 0x38800000) /* 2^-14: normal; rounding may carry into the exponent, as it should */
        return (uint16_t)(sign | shift_rounded(magnitude - ((uint32_t)(127 - 15) << 23), 13));
    if (magnitude <= 0x33000000) /* up to 2^-25, half of the smallest */
        return (uint16_t)sign;
    const unsigned shift = 126 - (magnitude >> 23);
    return (uint16_t)(sign | shift_rounded((magnitude & 0x7FFFFF) | 0x800000, shift));
}

uint16_t lrp_bfloat16_from_float(float value)
{
    const uint32_t bits = bits_of_float(value);
    if ((bits & 0x7FFFFFFF) > 0x7F800000) return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)(((uint64_t)bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

static int64_t truncated(double value)
{
    if (!(value > -0x1p63)) /* also NaN */
        return isnan(value) ? 0 : INT64_MIN;
    return value < 0x1p63 ? (int64_t)value : INT64_MAX;
}

static uint8_t swap8(uint8_t bits)
{
    return bits;
}

/* X(dtype, unsigned type of its bits, how to swap them, its value as float, as int64) */
#define READERS(X)                                                                                                             \
    X(FLOAT, uint32_t, __builtin_bswap32, float_from_bits(bits), truncated((double)float_from_bits(bits)))                     \
    X(DOUBLE, uint64_t, __builtin_bswap64, (float)double_from_bits(bits), truncated(double_from_bits(bits)))                   \
    X(FLOAT16, uint16_t, __builtin_bswap16, half_to_float(bits), truncated((double)half_to_float(bits)))                       \
    X(BFLOAT16, uint16_t, __builtin_bswap16, lrp_float_from_bfloat16(bits), truncated((double)lrp_float_from_bfloat16(bits)))  \
    X(BOOL, uint8_t, swap8, (float)(bits != 0), (int64_t)(bits != 0))                                                          \
    X(FLOAT8E4M3FN, uint8_t, swap8, lrp_float_from_tiny(LRP_DTYPE_FLOAT8E4M3FN, bits),                                         \
      truncated((double)lrp_float_from_tiny(LRP_DTYPE_FLOAT8E4M3FN, bits)))                                                    \
    X(FLOAT8E4M3FNUZ, uint8_t, swap8, lrp_float_from_tiny(LRP_DTYPE_FLOAT8E4M3FNUZ, bits),                                     \
      truncated((double)lrp_float_from_tiny(LRP_DTYPE_FLOAT8E4M3FNUZ, bits)))                                                  \
    X(FLOAT8E5M2, uint8_t, swap8, lrp_float_from_tiny(LRP_DTYPE_FLOAT8E5M2, bits),                                             \
      truncated((double)lrp_float_from_tiny(LRP_DTYPE_FLOAT8E5M2, bits)))                                                      \
    X(FLOAT8E5M2FNUZ, uint8_t, swap8, lrp_float_from_tiny(LRP_DTYPE_FLOAT8E5M2FNUZ, bits),                                     \
      truncated((double)lrp_float_from_tiny(LRP_DTYPE_FLOAT8E5M2FNUZ, bits)))                                                  \
    X(FLOAT4E2M1, uint8_t, swap8, lrp_float_from_tiny(LRP_DTYPE_FLOAT4E2M1, bits),                                             \
      truncated((double)lrp_float_from_tiny(LRP_DTYPE_FLOAT4E2M1, bits)))                                                      \
    X(UINT4, uint8_t, swap8, (float)bits, (int64_t)bits)                                                                       \
    X(INT4, uint8_t, swap8, (float)(int8_t)bits, (int64_t)(int8_t)bits)                                                        \
    X(UINT8, uint8_t, swap8, (float)bits, (int64_t)bits)                                                                       \
    X(INT8, uint8_t, swap8, (float)(int8_t)bits, (int64_t)(int8_t)bits)                                                        \
    X(UINT16, uint16_t, __builtin_bswap16, (float)bits, (int64_t)bits)                                                         \
    X(INT16, uint16_t, __builtin_bswap16, (float)(int16_t)bits, (int64_t)(int16_t)bits)                                        \
    X(UINT32, uint32_t, __builtin_bswap32, (float)bits, (int64_t)bits)                                                         \
    X(INT32, uint32_t, __builtin_bswap32, (float)(int32_t)bits, (int64_t)(int32_t)bits)                                        \
    X(UINT64, uint64_t, __builtin_bswap64, (float)bits, (int64_t)bits)                                                         \
    X(INT64, uint64_t, __builtin_bswap64, (float)(int64_t)bits, (int64_t)bits)

#define READ(dtype, type, swapped, as_float, as_integer)                                                                       \
    WIDE static void dtype##_to_f32(const unsigned char *raw, size_t count, bool swap, float *out)                             \
    {                                                                                                                          \
        for (size_t i = 0; i < count; i++) {                                                                                   \
            type bits;                                                                                                         \
            memcpy(&bits, raw + i * sizeof bits, sizeof bits);                                                                 \
            if (swap) bits = swapped(bits);                                                                                    \
            out[i] = as_float;                                                                                                 \
        }                                                                                                                      \
    }                                                                                                                          \
    static void dtype##_to_i64(const unsigned char *raw, size_t count, bool swap, int64_t *out)                                \
    {                                                                                                                          \
        for (size_t i = 0; i < count; i++) {                                                                                   \
            type bits;                                                                                                         \
            memcpy(&bits, raw + i * sizeof bits, sizeof bits);                                                                 \
            if (swap) bits = swapped(bits);                                                                                    \
            out[i] = as_integer;                                                                                               \
        }                                                                                                                      \
    }
READERS(READ)
#undef READ

#if defined(__x86_64__)
/* By the processor's own instruction, where it has one; how many were done. */
__attribute__((target("avx512f"))) static size_t halves_by_sixteen(const unsigned char *raw, size_t count, float *out)
{
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        _mm512_storeu_ps(out + i, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i_u *)(raw + i * sizeof(uint16_t)))));
    return i;
}

__attribute__((target("avx,f16c"))) static size_t halves_by_eight(const unsigned char *raw, size_t count, float *out)
{
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i_u *)(raw + i * sizeof(uint16_t)))));
    return i;
}
#endif

static void halves_to_f32(const unsigned char *raw, size_t count, bool swap, float *out)
{
    size_t done = 0;
#if defined(__x86_64__)
    if (!swap && __builtin_cpu_supports("avx512f"))
        done = halves_by_sixteen(raw, count, out);
    else if (!swap && __builtin_cpu_supports("avx2") &&
             __builtin_cpu_supports("fma")) /* which come with f16c: clang 14 cannot ask for that */
        done = halves_by_eight(raw, count, out);
#endif
    FLOAT16_to_f32(raw + done * sizeof(uint16_t), count - done, swap, out + done);
}

static const struct {
    void (*to_f32)(const unsigned char *raw, size_t count, bool swap, float *out);
    void (*to_i64)(const unsigned char *raw, size_t count, bool swap, int64_t *out);
} readers[LRP_DTYPE_COUNT] = {
#define ROW(dtype, type, swapped, as_float, as_integer) [LRP_DTYPE_##dtype] = {dtype##_to_f32, dtype##_to_i64},
    READERS(ROW)
#undef ROW
};

void lrp_convert_to_f32(enum lrp_dtype dtype, const void *raw, size_t count, bool swap, float *out)
{
    if (count == 0) return;
    if (dtype == LRP_DTYPE_FLOAT && !swap)
        memcpy(out, raw, count * sizeof *out);
    else if (dtype == LRP_DTYPE_FLOAT16)
        halves_to_f32(raw, count, swap, out);
    else if ((unsigned)dtype < LRP_DTYPE_COUNT && readers[dtype].to_f32)
        readers[dtype].to_f32(raw, count, swap, out);
    else
        memset(out, 0, count * sizeof *out);
}

void lrp_convert_to_i64(enum lrp_dtype dtype, const void *raw, size_t count, bool swap, int64_t *out)
{
    if (count == 0) return;
    if ((unsigned)dtype < LRP_DTYPE_COUNT && readers[dtype].to_i64)
        readers[dtype].to_i64(raw, count, swap, out);
    else
        memset(out, 0, count * sizeof *out);
}

int64_t lrp_wrap_integer(enum lrp_dtype dtype, int64_t value)
{
    switch (dtype) {
    case LRP_DTYPE_BOOL:
        return value != 0;
    case LRP_DTYPE_UINT8:
        return (uint8_t)value;
    case LRP_DTYPE_INT8:
        return (int8_t)value;
    case LRP_DTYPE_UINT4:
        return value & 15;
    case LRP_DTYPE_INT4:
        return ((value & 15) ^ 8) - 8;
    case LRP_DTYPE_UINT16:
        return (uint16_t)value;
    case LRP_DTYPE_INT16:
        return (int16_t)value;
    case LRP_DTYPE_UINT32:
        return (uint32_t)value;
    case LRP_DTYPE_INT32:
        return (int32_t)value;
    default:
        return value;
    }
}
