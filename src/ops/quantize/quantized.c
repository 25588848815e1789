/* quantized.c: convolutions and matrix products of whole numbers: ConvInteger, MatMulInteger, and the rows of QLinearConv and
 * QLinearMatMul. Every sum is exact; whole numbers carry no relevance, so that nothing here differentiates. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "elementwise.h"
#include "exact.h"
#include "linear/linear.h"
#include "linear/linear_product.h"
#include "parallel.h"
#include "qlinear.h"
#include "wide.h"

enum { X, W, X_ZERO, W_ZERO }; /* inputs */
/* What a row owns. */
struct roles {
    const char *plain; /* the operator whose shapes it has: a convolution or a product */
    bool convolves;
};
/* The same call on plain numbers, for its shapes. */
static struct lrp_call plain_call(const struct lrp_call *call, const struct roles *r)
{
    struct lrp_call plain = *call;
    plain.op_type = r->plain;
    plain.op = lrp_operator_find("", r->plain, call->opset, NULL);
    plain.in_count = 2;
    return plain;
}

/* What is computed: rows x columns products per batch; a row's zero point moves with the row, a column's with the column. */
struct quantized_sizes {
    struct lrp_conv_shape conv;
    struct lrp_linear_product product;
    struct lrp_shape y;
    int64_t rows, columns; /* of a matrix product; of a convolution 1 and the output channels */
};
static enum lrp_status read_sizes(const struct lrp_call *call, const struct roles *r, struct quantized_sizes *out,
                                  struct lrp_error *err)
{
    const struct lrp_call plain = plain_call(call, r);
    enum lrp_status status;
    *out = (struct quantized_sizes){.rows = 1};
    if (r->convolves) {
        status = lrp_conv_call_shape(&plain, &out->conv, err);
        out->columns = out->conv.out_channels;
        out->y = (struct lrp_shape){.rank = out->conv.rank + 2, .dim = {out->conv.batch, out->conv.out_channels}};
        memcpy(out->y.dim + 2, out->conv.out, (size_t)out->conv.rank * sizeof *out->conv.out);
        return status;
    }
    status = lrp_product_read(&plain, &out->product, err);
    out->rows = out->product.m;
    out->columns = out->product.n;
    out->y = out->product.y;
    return status;
}

/* Zero points are single, or one each for all rows or columns. */
static enum lrp_status check_vector(const struct lrp_call *call, int input, int64_t most, struct lrp_error *err)
{
    if (!lrp_call_has(call, input)) return LRP_OK;
    const int64_t count = lrp_shape_count(call->in[input].shape);
    if (lrp_dtype_is_float(call->in[input].dtype))
        return lrp_fail(err, LRP_FILE, "input %d of %s has the wrong type", input, call->op_type);
    if (count != 1 && count != most)
        return lrp_fail(err, LRP_UNSUPPORTED, "%s with zero points of this shape is not implemented", call->op_type);
    return LRP_OK;
}

static bool is_byte(enum lrp_dtype dtype)
{
    return dtype == LRP_DTYPE_INT8 || dtype == LRP_DTYPE_UINT8;
}

static enum lrp_status quantized_infer(struct lrp_call *call, struct lrp_error *err)
{
    const struct roles *r = call->op->own;
    struct quantized_sizes sizes;
    enum lrp_status status = lrp_infer_arity(call, 2, 4, err);
    if (!status && (!is_byte(call->in[X].dtype) || !is_byte(call->in[W].dtype)))
        status = lrp_fail(err, LRP_UNSUPPORTED, "%s of these types is not implemented", call->op_type);
    if (!status) status = read_sizes(call, r, &sizes, err);
    if (!status) status = check_vector(call, X_ZERO, sizes.rows, err);
    if (!status) status = check_vector(call, W_ZERO, sizes.columns, err);
    return status ? status : lrp_infer_output(call, 0, LRP_DTYPE_INT32, &sizes.y, err);
}

/* ---- weights ---- */

/* Weights less their zero points where both are constant, and the convolutions with them. */
struct quantized_handle {
    float *w;
    int64_t length; /* of a sum that is exact */
    struct lrp_exact_conv *conv;
    struct lrp_tensor *codes; /* instead of all that: weights whose zero points are data */
};

static void quantized_release(void *handle)
{
    struct quantized_handle *h = handle;
    if (!h) return;
    lrp_exact_conv_free(h->conv);
    lrp_tensor_release(h->codes);
    free(h->w);
    free(h);
}

static size_t quantized_bytes(const void *handle)
{
    const struct quantized_handle *h = handle;
    return h->conv ? lrp_exact_conv_bytes(h->conv) : 0;
}

/* The farthest codes can be from their zero point, as far as the call tells. */
static float most_of(const struct lrp_call *call, int codes, int zero)
{
    const bool sign = call->in[codes].dtype == LRP_DTYPE_INT8;
    const float low = sign ? -128 : 0, high = sign ? 127 : 255;
    if (!lrp_call_has(call, zero)) return fmaxf(-low, high);
    const struct lrp_blob *blob = call->in[zero].constant;
    float most = blob ? 0 : high - low;
    for (size_t i = 0; blob && i < blob->count; ++i) {
        const float at = lrp_blob_get_f32(blob, i);
        most = fmaxf(most, fmaxf(at - low, high - at));
    }
    return most;
}

/* Whole numbers less their zero points, as floats: element i belongs to zero point i / inner % zeros. */
struct centring {
    const int64_t *from;
    const int64_t *zero; /* NULL: 0 */
    int64_t zeros, inner;
    float *to;
};
WIDE static void centre_lines(void *context, int64_t begin, int64_t end)
{
    const struct centring *c = context;
    for (int64_t line = begin; line < end; ++line) {
        const int64_t zero = c->zero ? c->zero[line % c->zeros] : 0, *from = c->from + line * c->inner;
        float *to = c->to + line * c->inner;
        for (int64_t i = 0; i < c->inner; ++i) to[i] = (float)(int32_t)(from[i] - zero);
    }
}
/* Where every element of a line has a zero point of its own. */
static void centre_columns(void *context, int64_t begin, int64_t end)
{
    const struct centring *c = context;
    for (int64_t line = begin; line < end; ++line)
        for (int64_t i = line * c->zeros; i < (line + 1) * c->zeros; ++i)
            c->to[i] = (float)(int32_t)(c->from[i] - c->zero[i - line * c->zeros]);
}

/* `inner`: how many elements lie one behind the other for each of several zero points. The caller frees the result. */
static enum lrp_status centre_codes(const struct lrp_tensor *codes, const struct lrp_tensor *zero, int64_t inner,
                                    const struct lrp_run *run, float **out, struct lrp_error *err)
{
    const int64_t count = (int64_t)codes->count;
    struct centring c = {.from = codes->i, .zero = zero ? zero->i : NULL, .zeros = zero ? (int64_t)zero->count : 1};
    c.to = *out = lrp_buffer_new(count);
    if (!c.to) return lrp_fail(err, LRP_MEMORY, "not enough memory for whole numbers as floats");
    if (count == 0) return LRP_OK;
    if (c.zeros > 1 && inner == 1) {
        lrp_parallel_for(run, count / c.zeros, c.zeros, centre_columns, &c);
        return LRP_OK;
    }
    c.inner = c.zeros > 1 ? inner : 1024 < count && count % 1024 == 0 ? 1024 : count;
    lrp_parallel_for(run, count / c.inner, c.inner, centre_lines, &c);
    return LRP_OK;
}

/* A convolution's zero points stand for output channels, a product's for columns. */
static int64_t weight_inner(const struct roles *r, const struct lrp_shape *w)
{
    int64_t inner = 1;
    for (int d = 1; r->convolves && d < w->rank; ++d) inner *= w->dim[d];
    return inner;
}

/* What all that follows works with. */
static enum lrp_status take_weights(const struct lrp_call *call, struct quantized_handle *h, const struct lrp_tensor *codes,
                                    const struct lrp_tensor *zero, const struct lrp_run *run, struct lrp_error *err)
{
    const struct roles *r = call->op->own;
    struct quantized_sizes sizes;
    enum lrp_status status = read_sizes(call, r, &sizes, err);
    if (!status) status = centre_codes(codes, zero, weight_inner(r, call->in[W].shape), run, &h->w, err);
    if (status) return status;
    h->length = lrp_exact_length(most_of(call, X, X_ZERO), lrp_exact_most(h->w, (int64_t)codes->count));
    return r->convolves ? lrp_exact_conv_new(&sizes.conv, h->length, h->w, &h->conv, err) : LRP_OK;
}

static enum lrp_status quantized_prepare(const struct lrp_call *call, const struct lrp_modifier *modifier, void **handle,
                                         const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_tensor *codes = NULL, *zero = NULL;
    enum lrp_status status = LRP_OK;
    (void)modifier;
    if (!call->in[W].constant) return LRP_OK;
    const bool settled = !lrp_call_has(call, W_ZERO) || call->in[W_ZERO].constant;
    struct quantized_handle *h = calloc(1, sizeof *h);
    if (!h) return lrp_fail(err, LRP_MEMORY, "not enough memory for a product of whole numbers");
    status = lrp_blob_tensor(call->in[W].constant, &codes, err);
    if (!status && settled && lrp_call_has(call, W_ZERO)) status = lrp_blob_tensor(call->in[W_ZERO].constant, &zero, err);
    if (!status && settled) status = take_weights(call, h, codes, zero, run, err);
    if (settled)
        lrp_tensor_release(codes);
    else
        h->codes = codes;
    lrp_tensor_release(zero);
    if (status)
        quantized_release(h);
    else
        *handle = h;
    return status;
}

/* ---- computing ---- */

static enum lrp_status run_products(const struct lrp_linear_product *p, const struct quantized_handle *h, const float *x,
                                    int64_t *y, const struct lrp_run *run, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (int64_t i = 0; !status && i < p->batches; ++i)
        status = lrp_exact_product(p, h->length, x + lrp_product_offset(p, p->a_stride, i),
                                   (struct lrp_exact_matrix){.w = h->w + lrp_product_offset(p, p->b_stride, i)},
                                   y + i * p->m * p->n, run, err);
    return status;
}

static enum lrp_status quantized_forward(LRP_FORWARD_PARAMETERS)
{
    const struct roles *r = call->op->own;
    struct quantized_handle fresh = {0}, *given = handle; /* fresh: of weights or zero points that are data */
    const struct quantized_handle *h = given && !given->codes ? given : &fresh;
    const struct lrp_tensor *codes = given ? given->codes : in[W], *x_zero = lrp_call_has(call, X_ZERO) ? in[X_ZERO] : NULL;
    struct quantized_sizes sizes;
    float *x = NULL;
    enum lrp_status status = read_sizes(call, r, &sizes, err);
    if (!status && out[0]->count == 0) return LRP_OK;
    if (!status && h == &fresh)
        status = take_weights(call, &fresh, codes, lrp_call_has(call, W_ZERO) ? in[W_ZERO] : NULL, run, err);
    if (!status) status = centre_codes(in[X], x_zero, sizes.product.k, run, &x, err);
    if (!status && r->convolves) status = lrp_exact_conv_run(h->conv, x, out[0]->i, run, err);
    if (!status && !r->convolves) status = run_products(&sizes.product, h, x, out[0]->i, run, err);
    free(x);
    free(fresh.w);
    lrp_exact_conv_free(fresh.conv);
    return !status && lrp_run_should_stop(run) ? lrp_fail(err, LRP_CANCELLED, "cancelled") : status;
}

static int64_t quantized_macs(const struct lrp_call *call)
{
    const struct roles *r = call->op->own;
    const struct lrp_call plain = plain_call(call, r);
    return r->convolves ? lrp_conv_macs(&plain) : lrp_product_macs(&plain);
}

/* The family's rows. */
#define ROW(op, samples, has, ...)                                                                                             \
    {                                                                                                                          \
        .name = op, .domain = "", .versions = {__VA_ARGS__}, .traits = LRP_TRAIT_NO_VJP, .static_kind = LRP_KIND_OTHER,        \
        .prepared_inputs = 1u << W, .infer = quantized_infer, .prepare = quantized_prepare, .release = quantized_release,      \
        .bytes = quantized_bytes, .forward = quantized_forward, .macs = quantized_macs, .batch = lrp_batch_##samples,          \
        .own = &(const struct roles)has                                                                                        \
    }
#define CONV .plain = "Conv", .convolves = true
#define PRODUCT .plain = "MatMul"
#define HAS(...)                                                                                                               \
    {                                                                                                                          \
        __VA_ARGS__                                                                                                            \
    }
const struct lrp_operator lrp_ops_quantized[] = {
    ROW("ConvInteger", planes, HAS(CONV), 10),
    ROW("MatMulInteger", matmul, HAS(PRODUCT), 10),
    {.name = "QLinearConv", .domain = "", .versions = {10}, .body = lrp_qlinear_conv_body},
    {.name = "QLinearMatMul", .domain = "", .versions = {10, 21}, .body = lrp_qlinear_matmul_body},
    {0},
};
