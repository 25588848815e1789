/* own_gemm.c: matrix products for builds without a numeric library: both sides are copied into strips that the innermost loop
 * (own_kernel.h) reads one after another. */
#include "own_gemm.h"

#include <stdlib.h>
#include <string.h>

#include "buffer.h"

enum {
    DEPTH = 256,       /* of the sums, before they are added to C */
    MOST_TILE = 8 * 48 /* its floats */
};

struct kernel {
    const char *name;
    int rows, columns; /* of its tile */
    void (*run)(int64_t k, const float *restrict a, const float *restrict b, float *restrict out);
};

#if defined(__x86_64__)
#define KERNEL kernel_avx512
#define TARGET __attribute__((target("avx512f")))
#define LANES 16
#define ROWS 8
#define VECTORS 3
#include "own_kernel.h"

#define KERNEL kernel_avx2
#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8
#define ROWS 6
#define VECTORS 2
#include "own_kernel.h"
#endif

#define KERNEL kernel_plain
#define TARGET
#define LANES 4
#ifdef __aarch64__
#define ROWS 8
#else
#define ROWS 4
#endif
#define VECTORS 3
#include "own_kernel.h"

static struct kernel best_kernel(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return (struct kernel){"avx512f", 8, 48, kernel_avx512};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return (struct kernel){"avx2", 6, 16, kernel_avx2};
#endif
#ifdef __aarch64__
    return (struct kernel){"neon", 8, 12, kernel_plain};
#else
    return (struct kernel){"plain", 4, 12, kernel_plain};
#endif
}

const char *lrp_own_gemm_name(void)
{
    return best_kernel().name;
}

/* Strips of `width` rows of a (count, depth) matrix, each column by column, the last filled up with zeros. */
static void pack(struct lrp_own_matrix m, int64_t count, int64_t depth, int width, float *to)
{
    const char *const bytes = (const char *)m.data;

    for (int64_t first = 0; first < count; first += width) {
        const int64_t there = count - first < width ? count - first : width;

        for (int64_t d = 0; d < depth; d++, to += width) {
            const char *const from = bytes + (first * m.down + d * m.across) * (int64_t)sizeof(float);

            if (m.down == 1)
                memcpy(to, from, (size_t)there * sizeof *to);
            else
                for (int64_t i = 0; i < there; i++) memcpy(to + i, from + i * m.down * (int64_t)sizeof(float), sizeof *to);
            for (int64_t i = there; i < width; i++) to[i] = 0;
        }
    }
}

/* A tile of sums into C, as far as C reaches. */
static void store_tile(const float *tile, int columns, int64_t rows, int64_t width, float beta, float *c, int64_t row_c)
{
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < width; i++) {
            float *const at = c + r * row_c + i;

            *at = (beta == 0 ? 0 : beta * *at) + tile[r * columns + i];
        }
}

static void multiply_matrices(const struct kernel *kernel, int64_t m, int64_t n, int64_t depth, const float *a, const float *b,
                              float beta, float *c, int64_t row_c)
{
    float tile[MOST_TILE];

    for (int64_t j = 0; j < n; j += kernel->columns)
        for (int64_t i = 0; i < m; i += kernel->rows) {
            kernel->run(depth, a + i * depth, b + j * depth, tile);
            store_tile(tile, kernel->columns, m - i < kernel->rows ? m - i : kernel->rows,
                       n - j < kernel->columns ? n - j : kernel->columns, beta, c + i * row_c + j, row_c);
        }
}

static int64_t round_width(int64_t count, int width)
{
    return (count + width - 1) / width * width;
}

bool lrp_own_gemm(int64_t m, int64_t n, int64_t k, struct lrp_own_matrix a, struct lrp_own_matrix b, float beta, float *c,
                  int64_t row_c)
{
    const struct kernel kernel = best_kernel();
    const int64_t most = k < DEPTH ? k : DEPTH, left = round_width(m, kernel.rows) * most;
    float *const strips = lrp_buffer_new(left + round_width(n, kernel.columns) * most);

    if (!strips) return false;
    for (int64_t first = 0; first < k; first += DEPTH) {
        const int64_t depth = k - first < DEPTH ? k - first : DEPTH;
        const struct lrp_own_matrix rows = {a.data + first * a.across, a.down, a.across};
        const struct lrp_own_matrix columns = {b.data + first * b.down, b.across, b.down};

        pack(rows, m, depth, kernel.rows, strips);
        pack(columns, n, depth, kernel.columns, strips + left);
        multiply_matrices(&kernel, m, n, depth, strips, strips + left, first ? 1 : beta, c, row_c);
    }
    free(strips);
    return true;
}
