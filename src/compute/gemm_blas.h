/* gemm_blas.h: matrix products by OpenBLAS, in builds without oneDNN that have it. */
#ifndef LRP_COMPUTE_GEMM_BLAS_H
#define LRP_COMPUTE_GEMM_BLAS_H

#include "gemm_panels.h"

/* Both operands are floats that lie as it reads them. */
bool lrp_gemm_blas_takes(const struct lrp_gemm_panels *product);
/* What lrp_gemm_panels_run does. The same bits for any number of threads. */
enum lrp_status lrp_gemm_blas_run(const struct lrp_gemm_panels *product, const struct lrp_run *run, struct lrp_error *err);
/* "OpenBLAS 0.3.21" */
void lrp_gemm_blas_name(char *name, size_t size);

#endif
