/* gemm_panels.h: products of matrices, neither of which is a vector. */
#ifndef LRP_COMPUTE_GEMM_PANELS_H
#define LRP_COMPUTE_GEMM_PANELS_H

#include "gemm_kernels.h"
#include "primitives.h"

/* C (m,n) = A (m,k) B (k,n) + beta C, and then the bias, if there is one, of every column. Every element of C is summed up in
 * pieces of DEPTH terms, one after the other: whatever the work is cut into, and for any number of threads, the bits are the
 * same. */
struct lrp_gemm_panels {
    int64_t m, n, k;              /* none is 0 */
    struct lrp_gemm_operand a, b; /* data NULL in b: its numbers are those of the source */
    struct lrp_number_source source;
    float beta, *c;    /* with beta 0, C is not read */
    const float *bias; /* n numbers, or NULL */
};
enum lrp_status lrp_gemm_panels_run(const struct lrp_gemm_panels *product, const struct lrp_run *run, struct lrp_error *err);

#endif
