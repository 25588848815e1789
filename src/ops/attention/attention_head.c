/* attention_head.c: one head of Attention: products of queries and keys, cap, mask, softmax. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attention.h"

enum lrp_status lrp_head_new(const struct lrp_attention *a, struct lrp_head *out, struct lrp_error *err)
{
    const size_t rows = (size_t)a->rows, keys = (size_t)a->keys, width = (size_t)a->width, values = (size_t)a->value_width;
    const size_t wider = width > values ? width : values;
    const size_t longer = rows > keys ? rows : keys;
    *out = (struct lrp_head){
        .block = calloc(rows * width + keys * (width + values) + 3 * rows * keys + longer * wider + 1, sizeof *out->block)};
    if (!out->block) return lrp_fail(err, LRP_MEMORY, "not enough memory for the %zu x %zu products of a head", rows, keys);
    out->query = out->block;
    out->key = out->query + rows * width;
    out->value = out->key + keys * width;
    out->scores = out->value + keys * values;
    out->capped = out->scores + rows * keys;
    out->pull = out->capped + rows * keys;
    out->pull_key = out->pull + rows * keys;
    return LRP_OK;
}

void lrp_head_free(struct lrp_head *head)
{
    free(head->block);
    *head = (struct lrp_head){0};
}

static size_t row_at(bool flat, int64_t b, int64_t h, int64_t heads, int64_t rows, int64_t width, int64_t row)
{
    return (size_t)(flat ? ((b * rows + row) * heads + h) * width : ((b * heads + h) * rows + row) * width);
}

void lrp_head_load(bool flat, const float *from, int64_t b, int64_t h, int64_t heads, int64_t rows, int64_t width, float *to)
{
    for (int64_t r = 0; r < rows; ++r)
        memcpy(to + r * width, from + row_at(flat, b, h, heads, rows, width, r), (size_t)width * sizeof *to);
}

void lrp_head_add(bool flat, const float *from, int64_t b, int64_t h, int64_t heads, int64_t rows, int64_t width, float *to)
{
    for (int64_t r = 0; r < rows; ++r) {
        float *row = to + row_at(flat, b, h, heads, rows, width, r);
        for (int64_t k = 0; k < width; ++k) row[k] += from[r * width + k];
    }
}

int64_t lrp_mask_at(const struct lrp_shape *mask, int64_t b, int64_t h, int64_t row, int64_t key)
{
    const int64_t index[4] = {b, h, row, key};
    int64_t at = 0;
    for (int k = 0; k < mask->rank; ++k) {
        const int64_t i = index[4 - mask->rank + k];
        if (k == mask->rank - 1 && mask->dim[k] != 1 && i >= mask->dim[k]) return -1;
        at = at * mask->dim[k] + (mask->dim[k] == 1 ? 0 : i);
    }
    return at;
}

/* What is added to a product: -infinity hides a key from a query. */
static float bias(const struct lrp_call *call, const struct lrp_attention *a, const struct lrp_tensor *const *in,
                  const int64_t place[4])
{
    const bool masked = lrp_call_has(call, LRP_ATTENTION_MASK), bounded = lrp_call_has(call, LRP_ATTENTION_LENGTHS);
    const int64_t length = bounded ? in[LRP_ATTENTION_LENGTHS]->i[place[0]] : a->keys;
    const int64_t offset = bounded && a->past == 0 ? length - a->rows : a->past;
    if (place[3] >= length || (a->causal && place[3] - place[2] > offset)) return -INFINITY;
    if (!masked) return 0;
    const struct lrp_tensor *mask = in[LRP_ATTENTION_MASK];
    const int64_t at = lrp_mask_at(&mask->shape, place[0], place[1], place[2], place[3]);
    if (at < 0) return -INFINITY;
    return lrp_dtype_is_float(mask->dtype) ? mask->f[at] : mask->i[at] ? 0 : -INFINITY;
}

/* In place; a row that sees no key at all becomes zeros. */
static void soften(float *row, int64_t n)
{
    float most = -INFINITY;
    double sum = 0;
    for (int64_t k = 0; k < n; ++k) most = fmaxf(most, row[k]);
    for (int64_t k = 0; k < n; ++k) {
        row[k] = most == -INFINITY ? 0 : expf(row[k] - most);
        sum += (double)row[k];
    }
    for (int64_t k = 0; k < n && sum > 0; ++k) row[k] = (float)((double)row[k] / sum);
}

static void load(const struct lrp_attention *a, const struct lrp_head *head, int64_t b, int64_t h,
                 const struct lrp_tensor *const *in)
{
    const int64_t kv = h / (a->heads / a->kv_heads);
    lrp_head_load(a->flat, in[LRP_ATTENTION_QUERY]->f, b, h, a->heads, a->rows, a->width, head->query);
    if (a->past) {
        lrp_head_load(false, in[LRP_ATTENTION_PAST_KEY]->f, b, kv, a->kv_heads, a->past, a->width, head->key);
        lrp_head_load(false, in[LRP_ATTENTION_PAST_VALUE]->f, b, kv, a->kv_heads, a->past, a->value_width, head->value);
    }
    lrp_head_load(a->flat, in[LRP_ATTENTION_KEY]->f, b, kv, a->kv_heads, a->fresh, a->width, head->key + a->past * a->width);
    lrp_head_load(a->flat, in[LRP_ATTENTION_VALUE]->f, b, kv, a->kv_heads, a->fresh, a->value_width,
                  head->value + a->past * a->value_width);
}

enum lrp_status lrp_head_run(const struct lrp_call *call, const struct lrp_attention *a, const struct lrp_head *head, int64_t b,
                             int64_t h, const struct lrp_tensor *const *in, float *shown, const struct lrp_run *run,
                             struct lrp_error *err)
{
    const size_t bytes = (size_t)a->keys * sizeof *shown;
    load(a, head, b, h, in);
    const enum lrp_status status =
        lrp_gemm(false, true, a->rows, a->keys, a->width, head->query, head->key, 0, head->scores, run, err);
    for (int64_t r = 0; r < a->rows && !status; ++r) {
        float *row = head->scores + r * a->keys, *capped = head->capped + r * a->keys;
        float *to = shown ? shown + r * a->keys : NULL;
        for (int64_t k = 0; k < a->keys; ++k) {
            row[k] *= a->scale;
            if (to && a->mode == 0) to[k] = row[k];
            capped[k] = a->softcap > 0 ? a->softcap * tanhf(row[k] / a->softcap) : row[k];
            row[k] = capped[k] + bias(call, a, in, (const int64_t[4]){b, h, r, k});
        }
        if (to && a->mode > 0) memcpy(to, a->mode == 1 ? capped : row, bytes);
        soften(row, a->keys);
        if (to && a->mode == 3) memcpy(to, row, bytes);
    }
    return status;
}
