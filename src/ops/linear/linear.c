/* linear.c: the rows of the linear operators, and what they share. */
#include "linear.h"
#include "batch.h"

#include <stdlib.h>

#include "buffer.h"
#include "parallel.h"

int64_t lrp_linear_times(int64_t a, int64_t b)
{
    int64_t product;

    return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

bool lrp_linear_plain(const struct lrp_blob *blob)
{
    return blob->dtype == LRP_DTYPE_FLOAT && blob->raw;
}

/* ---- reading constants ---- */

enum { PIECE = 16384 }; /* elements that are read, multiplied and modified while they are in the cache */
struct blob_reading {
    const struct lrp_blob *blob;
    struct lrp_reading how;
    const struct lrp_run *run;
    float *values;
};

static void read_pieces(void *context, int64_t begin, int64_t end)
{
    const struct blob_reading *const r = context;

    for (int64_t piece = begin; piece < end && !lrp_run_should_stop(r->run); piece++) {
        const size_t first = (size_t)piece * PIECE, left = r->blob->count - first, n = left < PIECE ? left : PIECE;

        lrp_blob_f32(r->blob, first, n, r->values + first);
        for (size_t i = first; r->how.factor != 1 && i < first + n; i++) r->values[i] *= r->how.factor;
        lrp_modify(r->how.modifier, r->how.gamma, r->values + first, n);
    }
}

enum lrp_status lrp_linear_read_into(const struct lrp_blob *blob, struct lrp_reading how, const struct lrp_run *run,
                                     float *values, struct lrp_error *err)
{
    struct blob_reading reading = {blob, how, run, values};

    lrp_parallel_for(run, (int64_t)((blob->count + PIECE - 1) / PIECE), PIECE, read_pieces, &reading);
    return lrp_run_should_stop(run) ? lrp_fail(err, LRP_CANCELLED, "cancelled") : LRP_OK;
}

enum lrp_status lrp_linear_read(const struct lrp_blob *blob, struct lrp_reading how, const struct lrp_run *run, float **out,
                                struct lrp_error *err)
{
    float *const values = lrp_buffer_new((int64_t)blob->count);
    enum lrp_status status;

    if (!values) return lrp_fail(err, LRP_MEMORY, "not enough memory for %zu weights", blob->count);
    status = lrp_linear_read_into(blob, how, run, values, err);
    if (status)
        free(values);
    else
        *out = values;
    return status;
}

enum lrp_status lrp_linear_floats(const struct lrp_call *call, int needed, int count, struct lrp_error *err)
{
    for (int i = 0; i < count; i++) {
        if (!lrp_call_has(call, i)) {
            if (i < needed) return lrp_fail(err, LRP_FILE, "input %d is missing", i);
            continue;
        }
        if (!lrp_dtype_is_float(call->in[i].dtype))
            return lrp_fail(err, LRP_UNSUPPORTED, "input %d is of type %s; only float types are supported", i,
                            lrp_dtype_text(call->in[i].dtype));
    }
    return LRP_OK;
}

static enum lrp_kind product_kind(const struct lrp_call *call)
{
    for (int i = 0; i < 2; i++)
        if (lrp_call_has(call, i) && call->in[i].constant) return LRP_KIND_DENSE;
    return LRP_KIND_OTHER;
}

static enum lrp_kind matmul_kind(const struct lrp_call *call)
{
    const enum lrp_kind kind = product_kind(call);
    return kind == LRP_KIND_OTHER ? LRP_KIND_MAT_MUL : kind;
}

static const char *dense_written(const struct lrp_call *call)
{
    (void)call;
    return "MatMul";
}

/* A Mul, an Add, or what a LayerNormalization left. */
static const char *scale_written(const struct lrp_call *call)
{
    (void)call;
    return "";
}

enum { WEIGHTS_AND_BIAS = 1 << 1 | 1 << 2 };

const struct lrp_operator lrp_ops_linear[] = {
    {.name = "Conv",
     .domain = "",
     .versions = {1, 11, 22},
     .traits = LRP_TRAIT_WEIGHTED | LRP_TRAIT_BIASED,
     .prepared_inputs = WEIGHTS_AND_BIAS,
     .weight_size = {.says = true, .grouped = true, .axis = 1, .weight_axis = 1},
     .static_kind = LRP_KIND_CONVOLUTION,
     .own = &(const struct lrp_convolution){.transposed = false},
     .infer = lrp_conv_infer,
     .prepare = lrp_conv_prepare,
     .release = lrp_conv_release,
     .bytes = lrp_conv_bytes,
     .blocks = lrp_conv_call_blocks,
     .forward = lrp_conv_apply,
     .vjp = lrp_conv_vjp,
     .macs = lrp_conv_macs,
     .copies = lrp_conv_copies,
     .batch = lrp_batch_planes},
    {.name = "ConvTranspose",
     .domain = "",
     .versions = {1, 11, 22},
     .traits = LRP_TRAIT_WEIGHTED | LRP_TRAIT_BIASED,
     .prepared_inputs = WEIGHTS_AND_BIAS,
     .weight_size = {.says = true, .axis = 1, .weight_axis = 0},
     .static_kind = LRP_KIND_TRANSPOSED_CONVOLUTION,
     .own = &(const struct lrp_convolution){.transposed = true},
     .infer = lrp_conv_infer,
     .prepare = lrp_conv_prepare,
     .release = lrp_conv_release,
     .bytes = lrp_conv_bytes,
     .blocks = lrp_conv_call_blocks,
     .forward = lrp_conv_apply,
     .vjp = lrp_conv_vjp,
     .macs = lrp_conv_macs,
     .copies = lrp_conv_copies,
     .batch = lrp_batch_planes},
    {.name = "Gemm",
     .domain = "",
     .versions = {1, 6, 7, 9, 11, 13},
     .traits = LRP_TRAIT_WEIGHTED | LRP_TRAIT_BIASED,
     .prepared_inputs = WEIGHTS_AND_BIAS,
     .static_kind = LRP_KIND_OTHER,
     .kind = product_kind,
     .own = &(const struct lrp_matrix_product){lrp_gemm_read, 3},
     .infer = lrp_product_infer,
     .prepare = lrp_product_prepare,
     .release = lrp_product_release,
     .bytes = lrp_product_bytes,
     .forward = lrp_product_apply,
     .vjp = lrp_product_vjp,
     .macs = lrp_product_macs,
     .batch = lrp_batch_gemm},
    {.name = "MatMul",
     .domain = "",
     .versions = {1, 9, 13},
     .traits = LRP_TRAIT_WEIGHTED | LRP_TRAIT_PRODUCT,
     .prepared_inputs = WEIGHTS_AND_BIAS,
     .weight_size = {.says = true, .axis = -1, .weight_axis = 0},
     .static_kind = LRP_KIND_OTHER,
     .kind = matmul_kind,
     .own = &(const struct lrp_matrix_product){lrp_matmul_read, 2},
     .infer = lrp_product_infer,
     .prepare = lrp_product_prepare,
     .release = lrp_product_release,
     .bytes = lrp_product_bytes,
     .forward = lrp_product_apply,
     .vjp = lrp_product_vjp,
     .macs = lrp_product_macs,
     .batch = lrp_batch_matmul},
    {.name = "Dense",
     .domain = "lrpscope",
     .versions = {1},
     .traits = LRP_TRAIT_WEIGHTED,
     .prepared_inputs = WEIGHTS_AND_BIAS,
     .static_kind = LRP_KIND_DENSE,
     .own = &(const struct lrp_matrix_product){lrp_dense_read, 3},
     .infer = lrp_product_infer,
     .prepare = lrp_product_prepare,
     .release = lrp_product_release,
     .bytes = lrp_product_bytes,
     .forward = lrp_product_apply,
     .vjp = lrp_product_vjp,
     .macs = lrp_product_macs,
     .written = dense_written,
     .batch = lrp_batch_matmul},
    {.name = "Scale",
     .domain = "lrpscope",
     .versions = {1},
     .traits = LRP_TRAIT_WEIGHTED,
     .prepared_inputs = WEIGHTS_AND_BIAS,
     .static_kind = LRP_KIND_SCALE,
     .infer = lrp_scale_infer,
     .prepare = lrp_scale_prepare,
     .release = lrp_scale_release,
     .forward = lrp_scale_apply,
     .vjp = lrp_scale_vjp,
     .macs = lrp_scale_macs,
     .written = scale_written,
     .batch = lrp_batch_elementwise},
    {.name = NULL},
};
