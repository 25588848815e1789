/* own_kernel.h: the innermost loop of a matrix product, included once for each instruction set with
 *   KERNEL   the function's name
 *   TARGET   its attribute, or nothing
 *   LANES    floats in a vector
 *   ROWS, VECTORS   of the tile whose sums stay in registers
 * out (ROWS, VECTORS * LANES) = A (ROWS, k) B (k, VECTORS * LANES); a: column by column, b: row by row, without gaps. */
TARGET static void KERNEL(int64_t k, const float *restrict a, const float *restrict b, float *restrict out)
{
    typedef float vector __attribute__((vector_size(LANES * sizeof(float))));
    vector sum[ROWS][VECTORS] = {{{0}}}, right[VECTORS];

    for (int64_t i = 0; i < k; i++, a += ROWS, b += (ptrdiff_t)VECTORS * LANES) {
        memcpy(right, b, sizeof right);
#pragma GCC unroll 16
        for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 16
            for (int v = 0; v < VECTORS; v++) sum[r][v] += a[r] * right[v];
    }
    memcpy(out, sum, sizeof sum);
}
#undef KERNEL
#undef TARGET
#undef LANES
#undef ROWS
#undef VECTORS
