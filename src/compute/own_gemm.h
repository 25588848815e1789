/* own_gemm.h: matrix products for builds without a numeric library. */
#ifndef LRP_COMPUTE_OWN_GEMM_H
#define LRP_COMPUTE_OWN_GEMM_H

#include <stdbool.h>
#include <stdint.h>

/* A matrix at any alignment: the entry (i, j) is i * down + j * across floats behind `data`. */
struct lrp_own_matrix {
    const float *data;
    int64_t down, across;
};

/* C (m,n; its rows row_c apart) = A (m,k) B (k,n) + beta C on the calling thread; with beta 0, C is not read. The order of sums
 * depends on the sizes and the processor alone. False when out of memory. */
bool lrp_own_gemm(int64_t m, int64_t n, int64_t k, struct lrp_own_matrix a, struct lrp_own_matrix b, float beta, float *c,
                  int64_t row_c);
/* What its innermost loop is made for: "avx512f", "avx2", "plain". Static. */
const char *lrp_own_gemm_name(void);

#endif
