/* linear_product.h: Gemm, MatMul and Dense seen as one: y = alpha A' B' + beta C, batch by batch. */
#ifndef LRP_OPS_LINEAR_PRODUCT_H
#define LRP_OPS_LINEAR_PRODUCT_H

#include "ops.h"

struct lrp_linear_product {
    int64_t m, n, k;
    bool transpose_a, transpose_b; /* stored (k,m) / (n,k) */
    float alpha, beta;
    int64_t batches; /* products of m x k by k x n */
    int batch_rank;  /* the batch dimensions of y ... */
    int64_t batch_dim[LRP_MAX_RANK];
    int64_t a_stride[LRP_MAX_RANK], b_stride[LRP_MAX_RANK]; /* ... and how far A and B move along them, in elements */
    bool has_c;                                             /* input 2: broadcast to (m,n) */
    int64_t c_row, c_column;                                /* how far it moves per row and column of y */
    struct lrp_shape y;
};

/* Reads and checks a call of Gemm, MatMul or Dense. */
enum lrp_status lrp_product_read(const struct lrp_call *call, struct lrp_linear_product *out, struct lrp_error *err);
/* The offset of A or B for a batch. */
int64_t lrp_product_offset(const struct lrp_linear_product *p, const int64_t *stride, int64_t batch);

#endif
