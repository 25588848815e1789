/* gemm_kernel.h: the innermost loop of a matrix product, included once for each instruction set and width with
 *   KERNEL   the function's name
 *   TARGET   its attribute, or nothing
 *   LANES    floats in a vector
 *   ROWS, VECTORS   of the tile whose sums stay in registers
 *   WIDEN    of the set: LANES numbers of float16 at an address, as floats; undefined: it has no instruction for that
 * C (ROWS, VECTORS * LANES; its rows `row` floats apart) = A (ROWS, k) B (k, VECTORS * LANES), `add`: added to what is there.
 * a: column by column, b: row by row, without gaps; the one of three vectors also reads rows of B where they lie, as floats or
 * as float16, and puts them in order on its way. Vectors are read and written one by one: an array that is copied as a whole
 * would live in memory. */
#ifdef WIDEN
#define LRP_GEMM_HALVES(at) WIDEN(at)
#else
#define LRP_GEMM_HALVES(at) ((vector){0}) /* nobody asks */
#endif
TARGET INLINE void LRP_GEMM_NAME(KERNEL, _sums)(int64_t k, const float *restrict a, const char *restrict b, int64_t down,
                                                bool halves, float *restrict packed, float *restrict c, int64_t row, bool add)
{
    typedef float vector __attribute__((vector_size(LANES * sizeof(float))));
    typedef float anywhere __attribute__((vector_size(LANES * sizeof(float)), aligned(1), may_alias));
    const size_t size = halves ? sizeof(uint16_t) : sizeof(float);
    vector sum[ROWS][VECTORS], right[VECTORS];

#pragma GCC unroll 16
    for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 16
        for (int v = 0; v < VECTORS; v++) sum[r][v] = (vector){0};
    for (int64_t i = 0; i < k; i++, a += ROWS, b += down) {
#pragma GCC unroll 16
        for (int v = 0; v < VECTORS; v++) {
            const char *const at = b + (size_t)v * LANES * size;

            if (halves)
                right[v] = LRP_GEMM_HALVES(at);
            else
                right[v] = *(const anywhere *)at;
        }
#pragma GCC unroll 16
        for (int v = 0; packed && v < VECTORS; v++) *((anywhere *)packed + v) = right[v];
        if (packed) packed += (ptrdiff_t)VECTORS * LANES;
#pragma GCC unroll 16
        for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 16
            for (int v = 0; v < VECTORS; v++) sum[r][v] += a[r] * right[v];
    }
#pragma GCC unroll 16
    for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 16
        for (int v = 0; v < VECTORS; v++) {
            anywhere *const at = (anywhere *)(c + r * row) + v;

            if (add) sum[r][v] += *at;
            *at = sum[r][v];
        }
}

TARGET static void KERNEL(int64_t k, const float *restrict a, const float *restrict b, float *restrict c, int64_t row, bool add)
{
    LRP_GEMM_NAME(KERNEL, _sums)
    (k, a, (const char *)b, (int64_t)VECTORS * LANES * (int64_t)sizeof(float), false, NULL, c, row, add);
}

#if VECTORS == 3
TARGET static void LRP_GEMM_NAME(KERNEL, _first)(int64_t k, const float *restrict a, const void *restrict b, int64_t down,
                                                 float *restrict packed, float *restrict c, int64_t row, bool add)
{
    LRP_GEMM_NAME(KERNEL, _sums)(k, a, b, down, false, packed, c, row, add);
}

#ifdef WIDEN
TARGET static void LRP_GEMM_NAME(KERNEL, _halves)(int64_t k, const float *restrict a, const void *restrict b, int64_t down,
                                                  float *restrict packed, float *restrict c, int64_t row, bool add)
{
    LRP_GEMM_NAME(KERNEL, _sums)(k, a, b, down, true, packed, c, row, add);
}
#endif
#endif
#undef LRP_GEMM_HALVES
#undef KERNEL
#undef VECTORS
