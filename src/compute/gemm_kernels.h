/* gemm_kernels.h: what matrix products are made of: tiles of sums in registers, and operands as these read them. */
#ifndef LRP_COMPUTE_GEMM_KERNELS_H
#define LRP_COMPUTE_GEMM_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    LRP_GEMM_ROWS = 8,        /* most of a tile */
    LRP_GEMM_COLUMNS = 3 * 16 /* likewise */
};

/* C (rows, columns; its rows `row` floats apart) = A B over k terms, `add`: added to what is there. a: `rows` numbers for every
 * term, b: `columns` of them. */
typedef void lrp_gemm_tile(int64_t k, const float *restrict a, const float *restrict b, float *restrict c, int64_t row,
                           bool add);
/* The same with rows of B that lie `down` bytes apart, at any alignment; they are put in order into `packed` on the way. */
typedef void lrp_gemm_first_tile(int64_t k, const float *restrict a, const void *restrict b, int64_t down,
                                 float *restrict packed, float *restrict c, int64_t row, bool add);
/* The tiles of one instruction set: `rows` high, 1 to 3 vectors of `lanes` floats wide. */
struct lrp_gemm_kernels {
    const char *name; /* "avx512f", "avx2", "neon", "plain" */
    int rows, lanes;
    lrp_gemm_tile *tile[3];      /* by vectors - 1 */
    lrp_gemm_first_tile *first;  /* of three vectors */
    lrp_gemm_first_tile *halves; /* the same with B in float16; NULL: there is no instruction for that */
};
/* Those that this processor runs, the fastest first; static. NULL past the end. */
const struct lrp_gemm_kernels *lrp_gemm_kernels_at(int index);

/* A matrix at any alignment: the entry (i, j) is i * down + j * across floats behind `data`. */
struct lrp_gemm_operand {
    const void *data;
    int64_t down, across;
};
/* Strips of `width` rows of a matrix, each column by column, the last one filled up with zeros: what tiles read. `to` has room
 * for whole strips. */
void lrp_gemm_pack(struct lrp_gemm_operand matrix, int64_t rows, int64_t columns, int width, float *to);

#endif
