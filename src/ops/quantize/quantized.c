/* quantized.c: convolutions and matrix products of whole numbers: ConvInteger, MatMulInteger, and the rows of QLinearConv and
 * QLinearMatMul. Every sum is exact; whole numbers carry no relevance, so that nothing here differentiates. */
#include <string.h>

#include "elementwise.h"
#include "linear/linear.h"
#include "linear/linear_product.h"
#include "parallel.h"
#include "qlinear.h"

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
struct sizes {
    struct lrp_conv_shape conv;
    struct lrp_linear_product product;
    struct lrp_shape y;
    int64_t rows, columns; /* of a matrix product; of a convolution 1 and the output channels */
};
static enum lrp_status read_sizes(const struct lrp_call *call, const struct roles *r, struct sizes *out, struct lrp_error *err)
{
    const struct lrp_call plain = plain_call(call, r);
    enum lrp_status status;
    *out = (struct sizes){.rows = 1};
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
    const int64_t count = lrp_shape_count(&call->in[input].shape);
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
    struct sizes sizes;
    enum lrp_status status = lrp_infer_arity(call, 2, 4, err);
    if (!status && (!is_byte(call->in[X].dtype) || !is_byte(call->in[W].dtype)))
        status = lrp_fail(err, LRP_UNSUPPORTED, "%s of these types is not implemented", call->op_type);
    if (!status) status = read_sizes(call, r, &sizes, err);
    if (!status) status = check_vector(call, X_ZERO, sizes.rows, err);
    if (!status) status = check_vector(call, W_ZERO, sizes.columns, err);
    return status ? status : lrp_infer_output(call, 0, LRP_DTYPE_INT32, &sizes.y, err);
}

/* ---- computing ---- */

struct work {
    const struct lrp_call *call;
    struct sizes sizes;
    const struct lrp_tensor *const *in;
    struct lrp_tensor *out;
};
static int64_t whole_at(const struct work *w, int input, int64_t at)
{
    const struct lrp_tensor *t = lrp_call_has(w->call, input) ? w->in[input] : NULL;
    return !t ? 0 : t->i[t->count == 1 ? 0 : at];
}
/* A convolution's places with missing space dimensions in front, of length 1. */
struct space {
    int64_t in[3], out[3], kernel[3], stride[3], dilation[3], pad[3];
};
static struct space space_of(const struct lrp_conv_shape *c)
{
    struct space s = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}};
    for (int d = 0, to = 3 - c->rank; d < c->rank; ++d, ++to) {
        s.in[to] = c->in[d], s.out[to] = c->out[d], s.kernel[to] = c->kernel[d];
        s.stride[to] = c->stride[d], s.dilation[to] = c->dilation[d], s.pad[to] = c->pad_begin[d];
    }
    return s;
}
/* One window over one channel: sum of (x - x_zero) (w - w_zero); what lies on padding is x_zero, and so nothing. */
static int64_t window_sum(const struct space *s, const int64_t *x, const int64_t *w, const int64_t at[3], int64_t x_zero,
                          int64_t w_zero)
{
    int64_t sum = 0, place[3];
    for (int64_t k = 0; k < s->kernel[0] * s->kernel[1] * s->kernel[2]; ++k) {
        const int64_t tap[3] = {k / (s->kernel[1] * s->kernel[2]), k / s->kernel[2] % s->kernel[1], k % s->kernel[2]};
        bool inside = true;
        for (int d = 0; d < 3; ++d) {
            place[d] = at[d] * s->stride[d] + tap[d] * s->dilation[d] - s->pad[d];
            inside &= place[d] >= 0 && place[d] < s->in[d];
        }
        if (inside) sum += (x[(place[0] * s->in[1] + place[1]) * s->in[2] + place[2]] - x_zero) * (w[k] - w_zero);
    }
    return sum;
}
/* Turns are the planes of the output: batch times output channels. */
static void conv_planes(void *context, int64_t begin, int64_t end)
{
    const struct work *work = context;
    const struct lrp_conv_shape *c = &work->sizes.conv;
    const struct space s = space_of(c);
    const int64_t taps = s.kernel[0] * s.kernel[1] * s.kernel[2], pixels = s.in[0] * s.in[1] * s.in[2];
    const int64_t places = s.out[0] * s.out[1] * s.out[2], each = c->in_channels / c->group;
    for (int64_t plane = begin; plane < end; ++plane) {
        const int64_t channel = plane % c->out_channels, first = channel / (c->out_channels / c->group) * each;
        const int64_t *x = work->in[0]->i + (plane / c->out_channels * c->in_channels + first) * pixels;
        const int64_t *w = work->in[W]->i + channel * each * taps;
        const int64_t w_zero = whole_at(work, W_ZERO, channel), x_zero = whole_at(work, X_ZERO, 0);
        for (int64_t place = 0; place < places; ++place) {
            const int64_t at[3] = {place / (s.out[1] * s.out[2]), place / s.out[2] % s.out[1], place % s.out[2]};
            int64_t sum = 0;
            for (int64_t i = 0; i < each; ++i) sum += window_sum(&s, x + i * pixels, w + i * taps, at, x_zero, w_zero);
            work->out->i[plane * places + place] = sum;
        }
    }
}
/* Turns are the rows of all products. */
static void product_rows(void *context, int64_t begin, int64_t end)
{
    const struct work *work = context;
    const struct lrp_linear_product *p = &work->sizes.product;
    for (int64_t turn = begin; turn < end; ++turn) {
        const int64_t batch = turn / p->m, row = turn % p->m;
        const int64_t *a = work->in[0]->i + lrp_product_offset(p, p->a_stride, batch) + row * p->k;
        const int64_t *b = work->in[W]->i + lrp_product_offset(p, p->b_stride, batch);
        const int64_t a_zero = whole_at(work, X_ZERO, row);
        for (int64_t column = 0; column < p->n; ++column) {
            const int64_t b_zero = whole_at(work, W_ZERO, column);
            int64_t sum = 0;
            for (int64_t k = 0; k < p->k; ++k) sum += (a[k] - a_zero) * (b[k * p->n + column] - b_zero);
            work->out->i[turn * p->n + column] = sum;
        }
    }
}

static enum lrp_status quantized_forward(LRP_FORWARD_PARAMETERS)
{
    const struct roles *r = call->op->own;
    struct work work = {.call = call, .in = in, .out = out[0]};
    (void)handle;
    const enum lrp_status status = read_sizes(call, r, &work.sizes, err);
    if (status) return status;
    const struct lrp_conv_shape *c = &work.sizes.conv;
    const int64_t turns = r->convolves ? c->batch * c->out_channels : work.sizes.product.batches * work.sizes.product.m;
    lrp_parallel_for(run, turns, 1 << 16, r->convolves ? conv_planes : product_rows, &work);
    return lrp_run_should_stop(run) ? LRP_CANCELLED : LRP_OK;
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
        .infer = quantized_infer, .forward = quantized_forward, .macs = quantized_macs, .batch = lrp_batch_##samples,          \
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
