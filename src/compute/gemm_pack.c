/* gemm_pack.c: operands of matrix products as their tiles read them. */
#include <string.h>

#include "gemm_kernels.h"
#include "wide.h"

enum { BLOCK = 4 };
typedef float block_row __attribute__((vector_size(BLOCK * sizeof(float))));

INLINE const char *entry_at(struct lrp_gemm_operand m, int64_t row, int64_t column)
{
    return (const char *)m.data + (row * m.down + column * m.across) * (int64_t)sizeof(float);
}

/* Four rows of four numbers, `down` bytes apart, to four columns, `width` floats apart. */
INLINE void turn_block(const char *from, int64_t down, float *to, int64_t width)
{
    block_row r[BLOCK];

    for (int i = 0; i < BLOCK; i++) memcpy(&r[i], from + i * down, sizeof r[i]);
    const block_row a = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5), b = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
    const block_row c = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7), d = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
    const block_row turned[BLOCK] = {__builtin_shufflevector(a, b, 0, 1, 4, 5), __builtin_shufflevector(a, b, 2, 3, 6, 7),
                                     __builtin_shufflevector(c, d, 0, 1, 4, 5), __builtin_shufflevector(c, d, 2, 3, 6, 7)};

    for (int i = 0; i < BLOCK; i++) memcpy(to + i * width, &turned[i], sizeof turned[i]);
}

/* What blocks leave over: rows [first, rows) and columns [from, columns) of a strip. */
WIDE static void pack_rest(struct lrp_gemm_operand m, int64_t first, int64_t rows, int64_t from, int64_t columns, int width,
                           float *to)
{
    for (int64_t j = from; j < columns; j++)
        for (int64_t i = first; i < rows; i++) memcpy(to + j * width + i, entry_at(m, i, j), sizeof *to);
}

/* A strip of a matrix whose rows lie in one piece. */
WIDE static void pack_rows(struct lrp_gemm_operand m, int64_t rows, int64_t columns, int width, float *to)
{
    const int64_t down = m.down * (int64_t)sizeof(float), whole = rows / BLOCK * BLOCK, along = columns / BLOCK * BLOCK;

    for (int64_t i = 0; i < whole; i += BLOCK)
        for (int64_t j = 0; j < along; j += BLOCK) turn_block(entry_at(m, i, j), down, to + j * width + i, width);
    pack_rest(m, 0, whole, along, columns, width, to);
    pack_rest(m, whole, rows, 0, columns, width, to);
}

/* Strips of a matrix whose columns lie in one piece, column by column, as far as it has whole ones. */
WIDE static void pack_columns(struct lrp_gemm_operand m, int64_t strips, int64_t columns, int width, float *to)
{
    for (int64_t j = 0; j < columns; j++)
        for (int64_t s = 0; s < strips; s++) {
            float *const at = to + (s * columns + j) * width;
            const char *const from = entry_at(m, s * width, j);

            if (width == LRP_GEMM_COLUMNS)
                memcpy(at, from, LRP_GEMM_COLUMNS * sizeof *at);
            else
                memcpy(at, from, (size_t)width * sizeof *at);
        }
}

void lrp_gemm_pack(struct lrp_gemm_operand matrix, int64_t rows, int64_t columns, int width, float *to)
{
    const int64_t whole = rows / width, rest = rows % width;
    float *const last = to + whole * width * columns;

    if (matrix.down == 1) {
        pack_columns(matrix, whole, columns, width, to);
    } else {
        for (int64_t s = 0; s < whole; s++) {
            const struct lrp_gemm_operand strip = {entry_at(matrix, s * width, 0), matrix.down, matrix.across};

            if (matrix.across == 1)
                pack_rows(strip, width, columns, width, to + s * width * columns);
            else
                pack_rest(strip, 0, width, 0, columns, width, to + s * width * columns);
        }
    }
    if (!rest) return;
    memset(last, 0, (size_t)(width * columns) * sizeof *last);
    pack_rest((struct lrp_gemm_operand){entry_at(matrix, whole * width, 0), matrix.down, matrix.across}, 0, rest, 0, columns,
              width, last);
}
