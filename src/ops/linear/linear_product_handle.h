/* linear_product_handle.h: a prepared product, and its batches, for the two files that run it forwards and back. */
#ifndef LRP_OPS_LINEAR_PRODUCT_HANDLE_H
#define LRP_OPS_LINEAR_PRODUCT_HANDLE_H

#include "linear.h"
#include "linear_product.h"
#include "linear_steps.h"

struct lrp_product_handle {
    struct lrp_linear_product product;
    const void *weights; /* B if it is constant: `owned`, or borrowed from the file at any alignment; NULL if it is `coded` */
    float *owned, *bias; /* alpha and beta are in them already */
    const struct lrp_blob *coded; /* B if it is constant and no float32: read as `how` says whenever it is multiplied with */
    struct lrp_reading how;
    bool ones;                      /* all weights are 1: neither is there */
    bool used;                      /* by a pass in both directions */
    bool as_is;                     /* nothing modified the constants */
    bool looked;                    /* for steps: what is found is there */
    struct lrp_step_weights *steps; /* NULL: the weights are no multiples of steps */
};
static inline bool lrp_product_constant(const struct lrp_product_handle *h)
{
    return h->weights || h->coded || h->ones;
}
static inline const char *lrp_product_operand(const void *values, int64_t index)
{
    return (const char *)values + index * (int64_t)sizeof(float);
}
/* Of coded weights. */
struct lrp_number_source lrp_product_source(const struct lrp_product_handle *h);

/* With weights of 1: copies of every row's sum. */
struct lrp_row_sums {
    const float *from;
    float *to;
    int64_t width, copies;
    bool add; /* to what is there */
};
void lrp_row_sums_some(void *context, int64_t begin, int64_t end);

typedef enum lrp_status lrp_gemm_function(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const void *a,
                                          const void *b, float beta, float *c, const struct lrp_run *run,
                                          struct lrp_error *err);
/* The products of all batches; the functions below do some of them. */
struct lrp_product_batches {
    const struct lrp_product_handle *h;
    const float *a, *s; /* s: cotangents of y */
    const void *b;
    const float *bias;          /* of every column, added on the way; NULL: none, or later */
    float *y, *grad_a, *grad_b; /* what is wanted of them */
    lrp_gemm_function *gemm;
    const struct lrp_run *run;
    enum lrp_status status; /* of the first that failed */
    struct lrp_error error;
};
typedef enum lrp_status lrp_batch_product(struct lrp_product_batches *all, int64_t batch, const struct lrp_run *run,
                                          struct lrp_error *err);
/* True if no two batches share what moves by these strides. */
bool lrp_product_apart(const struct lrp_linear_product *p, const int64_t *stride);
enum lrp_status lrp_product_batches_run(struct lrp_product_batches *all, lrp_batch_product *function, bool apart,
                                        struct lrp_error *err);

#endif
