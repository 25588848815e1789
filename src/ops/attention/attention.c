/* attention.c: Attention: softmax of scaled products of queries and keys, times the values, head by head. */
#include "attention.h"
#include "batch.h"

#include <math.h>
#include <string.h>

/* ---- shapes ---- */

static bool read_input(const struct lrp_shape *x, bool flat, int64_t heads, int64_t out[4])
{
    if (flat && (heads < 1 || x->dim[2] % heads)) return false;
    out[0] = x->dim[0];
    out[1] = flat ? heads : x->dim[1];
    out[2] = x->dim[flat ? 1 : 2];
    out[3] = flat ? x->dim[2] / heads : x->dim[3];
    return true;
}

static bool read_past(const struct lrp_call *call, int input, const int64_t fresh[4], int64_t *past)
{
    const struct lrp_shape *x = &call->in[input].shape;
    if (!lrp_call_has(call, input)) return *past == 0;
    const bool fits = x->rank == 4 && x->dim[0] == fresh[0] && x->dim[1] == fresh[1] && x->dim[3] == fresh[3];
    *past = fits ? x->dim[2] : -1;
    return fits;
}

/* Broadcasts to (batch, heads, rows, keys); from opset 24 on, its last axis may end early. */
static bool mask_fits(const struct lrp_call *call, const struct lrp_attention *a)
{
    const struct lrp_shape *mask = &call->in[LRP_ATTENTION_MASK].shape;
    const int64_t whole[4] = {a->batch, a->heads, a->rows, a->keys};
    bool fits = mask->rank >= 1 && mask->rank <= 4;
    for (int k = 0; k < mask->rank && fits; ++k) {
        const int64_t dim = mask->dim[k], to = whole[4 - mask->rank + k];
        fits = dim == to || dim == 1 || (k == mask->rank - 1 && call->opset >= 24 && dim > 1 && dim < to);
    }
    return fits;
}

static bool read_sizes(const struct lrp_call *call, struct lrp_attention *a)
{
    const struct lrp_desc *in = call->in;
    const int64_t heads = lrp_call_int(call, "q_num_heads", 0), kv_heads = lrp_call_int(call, "kv_num_heads", 0);
    const int rank = in[0].shape.rank;
    int64_t q[4], k[4], v[4], past_values = 0;
    a->flat = rank == 3;
    if ((rank != 3 && rank != 4) || in[1].shape.rank != rank || in[2].shape.rank != rank ||
        !read_input(&in[0].shape, a->flat, heads, q) || !read_input(&in[1].shape, a->flat, kv_heads, k) ||
        !read_input(&in[2].shape, a->flat, kv_heads, v))
        return false;
    if (q[0] != k[0] || q[0] != v[0] || k[1] != v[1] || k[2] != v[2] || q[3] != k[3] || k[1] < 1 || q[1] % k[1] || q[3] < 1)
        return false;
    a->batch = q[0], a->heads = q[1], a->kv_heads = k[1], a->rows = q[2], a->fresh = k[2], a->width = q[3],
    a->value_width = v[3];
    if (!read_past(call, LRP_ATTENTION_PAST_KEY, k, &a->past)) return false;
    past_values = a->past;
    if (!read_past(call, LRP_ATTENTION_PAST_VALUE, v, &past_values) || past_values != a->past) return false;
    a->keys = a->past + a->fresh;
    if (a->keys < 1 || a->rows < 1) return false;
    const struct lrp_shape *lengths = &in[LRP_ATTENTION_LENGTHS].shape;
    return !lrp_call_has(call, LRP_ATTENTION_LENGTHS) || (lengths->rank == 1 && lengths->dim[0] == a->batch);
}

enum lrp_status lrp_attention_read(const struct lrp_call *call, struct lrp_attention *a, struct lrp_error *err)
{
    *a = (struct lrp_attention){.softcap = lrp_call_float(call, "softcap", 0),
                                .causal = lrp_call_int(call, "is_causal", 0) != 0,
                                .mode = (int)lrp_call_int(call, "qk_matmul_output_mode", 0)};
    if (!read_sizes(call, a))
        return lrp_fail(err, LRP_FILE, "the shapes of queries, keys, values and their past do not fit each other");
    if (lrp_call_has(call, LRP_ATTENTION_MASK) && !mask_fits(call, a))
        return lrp_fail(err, LRP_FILE, "the mask of Attention does not broadcast to its %lld x %lld products",
                        (long long)a->rows, (long long)a->keys);
    a->scale = lrp_call_float(call, "scale", (float)(1 / sqrt((double)a->width)));
    return LRP_OK;
}

static enum lrp_status infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_attention a;
    enum lrp_status status = lrp_infer_arity(call, 3, call->opset < 24 ? 6 : 7, err);
    for (int i = 0; i < call->in_count && i < LRP_ATTENTION_LENGTHS && !status; ++i)
        if (i != LRP_ATTENTION_MASK) status = lrp_infer_is_float(call, i, err);
    if (!status && lrp_call_has(call, LRP_ATTENTION_LENGTHS)) status = lrp_infer_is_integer(call, LRP_ATTENTION_LENGTHS, err);
    if (!status) status = lrp_attention_read(call, &a, err);
    if (status) return status;
    const enum lrp_dtype dtype = call->in[0].dtype;
    const struct lrp_shape shapes[4] = {
        a.flat ? (struct lrp_shape){.rank = 3, .dim = {a.batch, a.rows, a.heads * a.value_width}}
               : (struct lrp_shape){.rank = 4, .dim = {a.batch, a.heads, a.rows, a.value_width}},
        {.rank = 4, .dim = {a.batch, a.kv_heads, a.keys, a.width}},
        {.rank = 4, .dim = {a.batch, a.kv_heads, a.keys, a.value_width}},
        {.rank = 4, .dim = {a.batch, a.heads, a.rows, a.keys}},
    };
    for (int j = 0; j < 4 && !status; ++j) status = lrp_infer_output(call, j, dtype, &shapes[j], err);
    return status;
}

/* ---- forwards ---- */

static struct lrp_tensor *wanted(const struct lrp_call *call, struct lrp_tensor *const *out, int j)
{
    return j < call->out_count ? out[j] : NULL;
}

/* The first head of a group leaves the keys and values it has seen. */
static void keep_present(const struct lrp_call *call, const struct lrp_attention *a, const struct lrp_head *head, int64_t b,
                         int64_t h, struct lrp_tensor *const *out)
{
    const int64_t group = a->heads / a->kv_heads;
    struct lrp_tensor *keys = wanted(call, out, 1), *values = wanted(call, out, 2);
    if (h % group == 0 && keys) lrp_head_add(false, head->key, b, h / group, a->kv_heads, a->keys, a->width, keys->f);
    if (h % group == 0 && values)
        lrp_head_add(false, head->value, b, h / group, a->kv_heads, a->keys, a->value_width, values->f);
}

static enum lrp_status forward(LRP_FORWARD_PARAMETERS)
{
    struct lrp_attention a;
    struct lrp_head head = {0};
    struct lrp_tensor *shown = wanted(call, out, 3);
    (void)handle;
    enum lrp_status status = lrp_attention_read(call, &a, err);
    if (!status) status = lrp_head_new(&a, &head, err);
    for (int j = 0; j < call->out_count; ++j) /* heads add themselves */
        if (out[j]) memset(out[j]->f, 0, out[j]->count * sizeof(float));
    for (int64_t i = 0; i < a.batch * a.heads && !status; ++i) {
        const int64_t b = i / a.heads, h = i % a.heads;
        status = lrp_head_run(call, &a, &head, b, h, in, shown ? shown->f + i * a.rows * a.keys : NULL, run, err);
        if (!status && out[0])
            status = lrp_gemm(false, false, a.rows, a.value_width, a.keys, head.scores, head.value, 0, head.pull_key, run, err);
        if (!status && out[0]) lrp_head_add(a.flat, head.pull_key, b, h, a.heads, a.rows, a.value_width, out[0]->f);
        if (!status) keep_present(call, &a, &head, b, h, out);
        if (!status && lrp_run_should_stop(run)) status = lrp_fail(err, LRP_CANCELLED, "stopped");
    }
    lrp_head_free(&head);
    return status;
}

/* ---- backwards ---- */

/* Through softmax, mask, cap and scale; `pull` comes as the cotangent of the probabilities. */
static void pull_scores(const struct lrp_attention *a, const struct lrp_head *head, int64_t b, int64_t h,
                        struct lrp_tensor *mask)
{
    for (int64_t r = 0; r < a->rows; ++r) {
        const float *p = head->scores + r * a->keys, *capped = head->capped + r * a->keys;
        float *g = head->pull + r * a->keys;
        double sum = 0;
        for (int64_t k = 0; k < a->keys; ++k) sum += (double)p[k] * (double)g[k];
        for (int64_t k = 0; k < a->keys; ++k) {
            const float slope = p[k] * (g[k] - (float)sum), cap = a->softcap > 0 ? capped[k] / a->softcap : 0;
            const int64_t at = mask ? lrp_mask_at(&mask->shape, b, h, r, k) : -1;
            if (at >= 0) mask->f[at] += slope;
            g[k] = slope * (1 - cap * cap) * a->scale;
        }
    }
}

/* A group's heads add up in the keys and values they share: first the past ones, then the fresh. */
static void give(const struct lrp_attention *a, const float *from, int64_t b, int64_t h, int64_t width, struct lrp_tensor *past,
                 struct lrp_tensor *fresh)
{
    const int64_t kv = h / (a->heads / a->kv_heads);
    if (past) lrp_head_add(false, from, b, kv, a->kv_heads, a->past, width, past->f);
    if (fresh) lrp_head_add(a->flat, from + a->past * width, b, kv, a->kv_heads, a->fresh, width, fresh->f);
}

static enum lrp_status pull_head(const struct lrp_attention *a, const struct lrp_head *head, int64_t b, int64_t h,
                                 const float *s, struct lrp_tensor *const *grad, const struct lrp_run *run,
                                 struct lrp_error *err)
{
    float *const y = head->pull_key, *const turn = head->pull_key; /* one after the other */
    enum lrp_status status = LRP_OK;
    lrp_head_load(a->flat, s, b, h, a->heads, a->rows, a->value_width, y);
    status = lrp_gemm(false, true, a->rows, a->keys, a->value_width, y, head->value, 0, head->pull, run, err);
    if (!status) /* the values are not needed any more */
        status = lrp_gemm(true, false, a->keys, a->value_width, a->rows, head->scores, y, 0, head->value, run, err);
    if (status) return status;
    give(a, head->value, b, h, a->value_width, grad[LRP_ATTENTION_PAST_VALUE], grad[LRP_ATTENTION_VALUE]);
    pull_scores(a, head, b, h, grad[LRP_ATTENTION_MASK]);
    status = lrp_gemm(true, false, a->keys, a->width, a->rows, head->pull, head->query, 0, turn, run, err);
    if (status) return status;
    give(a, turn, b, h, a->width, grad[LRP_ATTENTION_PAST_KEY], grad[LRP_ATTENTION_KEY]);
    status = lrp_gemm(false, false, a->rows, a->width, a->keys, head->pull, head->key, 0, turn, run, err);
    if (!status && grad[LRP_ATTENTION_QUERY])
        lrp_head_add(a->flat, turn, b, h, a->heads, a->rows, a->width, grad[LRP_ATTENTION_QUERY]->f);
    return status;
}

static enum lrp_status vjp(LRP_VJP_PARAMETERS)
{
    struct lrp_tensor *gradients[LRP_ATTENTION_INPUTS] = {NULL};
    struct lrp_attention a;
    struct lrp_head head = {0};
    (void)handle, (void)out;
    for (int j = 1; j < call->out_count; ++j)
        if (s[j]) return lrp_fail(err, LRP_UNSUPPORTED, "only output 0 of Attention can be differentiated");
    if (!s[0]) return LRP_OK;
    for (int i = 0; i < call->in_count && i < LRP_ATTENTION_LENGTHS; ++i) gradients[i] = grad[i];
    enum lrp_status status = lrp_attention_read(call, &a, err);
    if (!status) status = lrp_head_new(&a, &head, err);
    for (int64_t i = 0; i < a.batch * a.heads && !status; ++i) {
        status = lrp_head_run(call, &a, &head, i / a.heads, i % a.heads, in, NULL, run, err);
        if (!status) status = pull_head(&a, &head, i / a.heads, i % a.heads, s[0]->f, gradients, run, err);
    }
    lrp_head_free(&head);
    return status;
}

static int64_t macs(const struct lrp_call *call)
{
    struct lrp_attention a;
    int64_t count = 0;
    if (lrp_attention_read(call, &a, NULL) || __builtin_mul_overflow(a.batch * a.heads * a.rows, a.keys, &count) ||
        __builtin_mul_overflow(count, a.width + a.value_width, &count))
        return 0;
    return count;
}

/* The family's row. */
const struct lrp_operator lrp_ops_attention[] = {
    {.name = "Attention",
     .domain = "",
     .versions = {23, 24},
     .newer = 25,
     .static_kind = LRP_KIND_ATTENTION,
     .infer = infer,
     .forward = forward,
     .vjp = vjp,
     .macs = macs,
     .batch = lrp_batch_leading},
    {0},
};
