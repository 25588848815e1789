/* linear.h: what the files of the linear family share. */
#ifndef LRP_OPS_LINEAR_H
#define LRP_OPS_LINEAR_H

#include "ops.h"

typedef enum lrp_status lrp_infer_function(struct lrp_call *call, struct lrp_error *err);
typedef enum lrp_status lrp_prepare_function(const struct lrp_call *call, const struct lrp_modifier *modifier, void **handle,
                                             const struct lrp_run *run, struct lrp_error *err);
typedef enum lrp_status lrp_forward_function(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                                             struct lrp_tensor *const *out, const struct lrp_run *run, struct lrp_error *err);
typedef enum lrp_status lrp_vjp_function(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                                         const struct lrp_tensor *const *out, const struct lrp_tensor *const *s,
                                         struct lrp_tensor *const *grad, const struct lrp_run *run, struct lrp_error *err);

/* What the rows of convolutions own ... */
struct lrp_convolution {
    bool transposed;
};
/* ... and those of products: how m, n, k, batches and y are read from the call, and how many inputs there may be. */
struct lrp_linear_product;
typedef enum lrp_status lrp_product_reader(const struct lrp_call *call, struct lrp_linear_product *out, struct lrp_error *err);
struct lrp_matrix_product {
    lrp_product_reader *read;
    int most_inputs;
};
lrp_product_reader lrp_gemm_read, lrp_matmul_read, lrp_dense_read;

lrp_infer_function lrp_conv_infer, lrp_product_infer, lrp_scale_infer;
/* Conv and ConvTranspose share everything else, as do Gemm, MatMul and Dense. */
lrp_prepare_function lrp_conv_prepare, lrp_product_prepare, lrp_scale_prepare;
void lrp_conv_release(void *handle);
void lrp_product_release(void *handle);
void lrp_scale_release(void *handle);
size_t lrp_conv_bytes(const void *handle);
enum lrp_status lrp_conv_call_blocks(const struct lrp_call *call, void *handle, bool back, const struct lrp_run *run, int *from,
                                     int *to, struct lrp_error *err);
size_t lrp_product_bytes(const void *handle);
lrp_forward_function lrp_conv_apply, lrp_product_apply, lrp_scale_apply;
lrp_vjp_function lrp_conv_vjp, lrp_product_vjp, lrp_scale_vjp;
int64_t lrp_conv_macs(const struct lrp_call *call);
int64_t lrp_conv_copies(const struct lrp_call *call);
int64_t lrp_product_macs(const struct lrp_call *call);
int64_t lrp_scale_macs(const struct lrp_call *call);

/* How a constant is read: times a factor, then modified. */
struct lrp_reading {
    float factor;
    enum lrp_weight_modifier modifier;
    float gamma;
};
/* Reads a whole constant so into `values`, on all threads of the run (NULL: one). Errors: LRP_CANCELLED. */
enum lrp_status lrp_linear_read_into(const struct lrp_blob *blob, struct lrp_reading how, const struct lrp_run *run,
                                     float *values, struct lrp_error *err);
/* The same into a fresh buffer; the caller frees it. */
enum lrp_status lrp_linear_read(const struct lrp_blob *blob, struct lrp_reading how, const struct lrp_run *run, float **out,
                                struct lrp_error *err);
/* a * b of counts, or the largest number: shapes nobody has memory for still get a count. */
int64_t lrp_linear_times(int64_t a, int64_t b);
/* True if the blob's bytes are float32 as they are. */
bool lrp_linear_plain(const struct lrp_blob *blob);
/* Fails unless all given inputs among the first `count` are of a float type. */
enum lrp_status lrp_linear_floats(const struct lrp_call *call, int needed, int count, struct lrp_error *err);
/* The convolution of a call; of a transposed one, the convolution it is the mirror of: its input is our output. */
enum lrp_status lrp_conv_call_shape(const struct lrp_call *call, struct lrp_conv_shape *out, struct lrp_error *err);
bool lrp_conv_is_transposed(const struct lrp_call *call);
/* Where tap `k` reads for output `o`, both flattened; -1 outside. */
int64_t lrp_conv_reads_at(const struct lrp_conv_shape *s, int64_t o, int64_t k);
/* The weight gradient of a convolution, for weights that come as data: gw += sum over batch and outputs of gy times x. */
void lrp_conv_weight_gradient(const struct lrp_conv_shape *shape, const float *x, const float *gy, float *gw,
                              const struct lrp_run *run);

#endif
