/* attention.c: the body of attention, and ai.onnx's Attention. */
#include "attention.h"

#include <math.h>

int lrp_attention_length(struct lrp_operator_body *b, const char *part, int x, int axis)
{
    const int length = LRP_BODY_CALL(b, part, "Shape", x);
    lrp_body_int(b, "start", axis);
    if (axis >= 0) lrp_body_int(b, "end", axis + 1);
    return length;
}

int lrp_attention_sizes(struct lrp_operator_body *b, int query, int key)
{
    const int ahead = LRP_BODY_CALL(b, "shape", "Shape", query);
    lrp_body_int(b, "end", 3);
    const int keys = lrp_attention_length(b, "keys", key, 2);
    const int sizes = LRP_BODY_CALL(b, "sizes", "Concat", ahead, keys);
    lrp_body_int(b, "axis", 0);
    return sizes;
}

int lrp_attention_split(struct lrp_operator_body *b, const char *part, int x, int64_t heads, bool flat)
{
    const int split = LRP_BODY_CALL(b, part, "lrpscope.SplitHeads", x);
    lrp_body_int(b, "heads", heads);
    lrp_body_int(b, "flat", flat);
    return split;
}

int lrp_attention_merge(struct lrp_operator_body *b, int context)
{
    const int turned = LRP_BODY_CALL(b, "merge", "Transpose", context);
    lrp_body_ints(b, "perm", 4, (const int64_t[]){0, 2, 1, 3});
    return LRP_BODY_CALL(b, "flat", "Reshape", turned, LRP_BODY_WHOLE(b, 0, 0, -1));
}

int lrp_attention_present(struct lrp_operator_body *b, const char *part, int past, int fresh)
{
    if (past == LRP_BODY_NONE) return fresh;
    const int present = LRP_BODY_CALL(b, part, "Concat", past, fresh);
    lrp_body_int(b, "axis", 2);
    return present;
}

/* Query head h reads key head h / (heads / kv heads). Where how many there are is not known yet, that is computed. */
static int head_indices(struct lrp_operator_body *b, const struct lrp_attention *a, int x)
{
    enum { MOST = 1024 };
    int64_t which[MOST];
    if (a->heads > 0 && a->heads <= MOST) {
        for (int64_t h = 0; h < a->heads; ++h) which[h] = h * a->kv_heads / a->heads;
        return lrp_body_whole(b, (int)a->heads, which);
    }
    const int heads = lrp_attention_length(b, "heads", a->query, 1), kv_heads = lrp_attention_length(b, "kv_heads", x, 1);
    const int first = lrp_body_whole(b, -1, (const int64_t[]){0}), step = lrp_body_whole(b, -1, (const int64_t[]){1});
    const int all = LRP_BODY_CALL(b, "range", "Range", first, LRP_BODY_CALL(b, "count", "Squeeze", heads), step);
    return LRP_BODY_CALL(b, "which", "Div", LRP_BODY_CALL(b, "times", "Mul", all, kv_heads), heads);
}

static int shared_heads(struct lrp_operator_body *b, const struct lrp_attention *a, const char *part, int x)
{
    if (a->heads && a->heads == a->kv_heads) return x;
    const int shared = LRP_BODY_CALL(b, part, "Gather", x, head_indices(b, a, x));
    lrp_body_int(b, "axis", 1);
    return shared;
}

static int scale_query(struct lrp_operator_body *b, const struct lrp_attention *a)
{
    if (a->scale != 0) return LRP_BODY_CALL(b, "scaled", "Mul", a->query, lrp_body_number(b, a->scale));
    const int width = LRP_BODY_CALL(b, "real", "Cast", lrp_attention_length(b, "width", a->query, -1));
    lrp_body_int(b, "to", LRP_DTYPE_FLOAT);
    const int scale = LRP_BODY_CALL(b, "scale", "Reciprocal", LRP_BODY_CALL(b, "root", "Sqrt", width));
    return LRP_BODY_CALL(b, "scaled", "Mul", a->query, scale);
}

/* softmax over the keys; a sink is one more column, cut off again. */
static int attention_probabilities(struct lrp_operator_body *b, const struct lrp_attention *a)
{
    int logits = a->masked;
    if (a->sink != LRP_BODY_NONE) {
        const int places = LRP_BODY_CALL(b, "rows", "Shape", logits);
        lrp_body_int(b, "end", 3);
        const int shape = LRP_BODY_CALL(b, "sink_shape", "Concat", places, LRP_BODY_WHOLE(b, 1));
        lrp_body_int(b, "axis", 0);
        const int sink = LRP_BODY_CALL(b, "sink", "Reshape", a->sink, LRP_BODY_WHOLE(b, 1, -1, 1, 1));
        logits = LRP_BODY_CALL(b, "with_sink", "Concat", logits, LRP_BODY_CALL(b, "sinks", "Expand", sink, shape));
        lrp_body_int(b, "axis", 3);
    }
    int p = LRP_BODY_CALL(b, "probabilities", "Softmax", logits);
    lrp_body_int(b, "axis", -1);
    if (a->sink != LRP_BODY_NONE)
        p = LRP_BODY_CALL(b, "without_sink", "Slice", p, LRP_BODY_WHOLE(b, 0), LRP_BODY_WHOLE(b, -1), LRP_BODY_WHOLE(b, 3));
    if (!a->guard) return p;
    return LRP_BODY_CALL(b, "guarded", "Where", LRP_BODY_CALL(b, "unseeing", "IsNaN", p), lrp_body_number(b, 0), p);
}

int lrp_attention_body(struct lrp_operator_body *b, struct lrp_attention *a)
{
    const int query = scale_query(b, a);
    const int key = LRP_BODY_CALL(b, "key_turned", "Transpose", shared_heads(b, a, "key_shared", a->key));
    lrp_body_ints(b, "perm", 4, (const int64_t[]){0, 1, 3, 2});
    a->products = a->capped = LRP_BODY_CALL(b, "scores", "MatMul", query, key);
    if (a->softcap > 0) {
        const int part = LRP_BODY_CALL(b, "capping", "Mul", a->products, lrp_body_number(b, 1 / a->softcap));
        const int tangent = LRP_BODY_CALL(b, "tanh", "Tanh", part);
        a->capped = LRP_BODY_CALL(b, "capped", "Mul", tangent, lrp_body_number(b, a->softcap));
    }
    a->masked = a->bias == LRP_BODY_NONE ? a->capped : LRP_BODY_CALL(b, "biased", "Add", a->capped, a->bias);
    if (a->mask != LRP_BODY_NONE) a->masked = LRP_BODY_CALL(b, "masked", "Add", a->masked, a->mask);
    a->probabilities = attention_probabilities(b, a);
    return LRP_BODY_CALL(b, "context", "MatMul", a->probabilities, shared_heads(b, a, "value_shared", a->value));
}

/* ---- ai.onnx ---- */

enum { QUERY, KEY, VALUE, MASK, PAST_KEY, PAST_VALUE, LENGTHS };

static int plain_mask(struct lrp_operator_body *b, int query, int key)
{
    const int mask = lrp_body_input(b, MASK), lengths = lrp_body_input(b, LENGTHS), past = lrp_body_input(b, PAST_KEY);
    const int64_t causal = lrp_call_int(b->of, "is_causal", 0), left = lrp_call_int(b->of, "left_window_size", -1),
                  right = lrp_call_int(b->of, "right_window_size", -1);
    if (mask == LRP_BODY_NONE && lengths == LRP_BODY_NONE && !causal && left < 0 && right < 0) return LRP_BODY_NONE;
    const int before = past == LRP_BODY_NONE ? past : lrp_attention_length(b, "past", past, 2);
    const int added =
        LRP_BODY_CALL(b, "mask", "lrpscope.AttentionMask", lrp_attention_sizes(b, query, key), mask, lengths, before);
    lrp_body_int(b, "causal", causal);
    lrp_body_int(b, "left", left);
    lrp_body_int(b, "right", right);
    lrp_body_int(b, "aligned", 1);
    return added;
}

static enum lrp_status attention_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const struct lrp_call *call = b->of;
    const int64_t heads = lrp_call_int(call, "q_num_heads", 0), kv_heads = lrp_call_int(call, "kv_num_heads", 0);
    const int64_t mode = lrp_call_int(call, "qk_matmul_output_mode", 0);
    if (!lrp_call_has(call, VALUE) || heads < 0 || kv_heads < 0 || (heads > 0) != (kv_heads > 0))
        return lrp_fail(err, LRP_FILE, "Attention needs queries, keys and values, and the number of heads of both or neither");
    const bool flat = heads > 0;
    struct lrp_attention a = LRP_ATTENTION_PLAIN;
    a.query = QUERY, a.key = KEY, a.value = VALUE, a.heads = heads, a.kv_heads = kv_heads;
    if (flat) {
        a.query = lrp_attention_split(b, "query", QUERY, heads, true);
        a.key = lrp_attention_split(b, "key", KEY, kv_heads, true);
        a.value = lrp_attention_split(b, "value", VALUE, kv_heads, true);
    }
    a.key = lrp_attention_present(b, "present_key", lrp_body_input(b, PAST_KEY), a.key);
    a.value = lrp_attention_present(b, "present_value", lrp_body_input(b, PAST_VALUE), a.value);
    a.mask = plain_mask(b, a.query, a.key);
    a.guard = a.mask != LRP_BODY_NONE;
    a.scale = lrp_call_float(call, "scale", 0);
    a.softcap = lrp_call_float(call, "softcap", 0);
    const int context = lrp_attention_body(b, &a);
    lrp_body_return(b, 0, flat ? lrp_attention_merge(b, context) : context);
    lrp_body_return(b, 1, a.key);
    lrp_body_return(b, 2, a.value);
    lrp_body_return(b, 3, mode == 0 ? a.products : mode == 1 ? a.capped : mode == 2 ? a.masked : a.probabilities);
    return LRP_OK;
}

/* The family's row. */
const struct lrp_operator lrp_ops_attention[] = {
    {.name = "Attention", .domain = "", .versions = {23, 24, 25}, .body = attention_body},
    {0},
};
