/* contrib_attention.c: attention as onnxruntime writes it (domain com.microsoft): MultiHeadAttention, GroupQueryAttention,
 * Attention, QAttention, and their RotaryEmbedding. */
#include "attention.h"

/* com.microsoft's masks: whole numbers in many shapes, and what the future holds. */
static int padding_mask(struct lrp_operator_body *b, const struct lrp_attention *a, int mask, int past)
{
    const int64_t causal = lrp_call_int(b->of, "unidirectional", 0);
    if (mask == LRP_BODY_NONE && !causal) return LRP_BODY_NONE;
    const int before = past == LRP_BODY_NONE ? past : lrp_attention_length(b, "past_length", past, 2);
    const int added = LRP_BODY_CALL(b, "mask", "lrpscope.AttentionMask", lrp_attention_sizes(b, a->query, a->key), mask,
                                    LRP_BODY_NONE, before);
    lrp_body_int(b, "padding", 1);
    lrp_body_int(b, "causal", causal);
    lrp_body_float(b, "hidden", lrp_call_float(b->of, "mask_filter_value", -10000));
    return added;
}

/* Element `index` of an axis. */
static int take_part(struct lrp_operator_body *b, const char *part, int x, int axis, int64_t index)
{
    const int taken = LRP_BODY_CALL(b, part, "Gather", x, lrp_body_whole(b, -1, &index));
    lrp_body_int(b, "axis", axis);
    return taken;
}

/* ---- MultiHeadAttention ---- */

enum { QUERY, KEY, VALUE, BIAS, PADDING, ATTENTION_BIAS, PAST_KEY, PAST_VALUE, PAST_LENGTH, INDIRECTION };

/* (batch, rows, heads, packed, width) as (batch, heads, rows, packed, width). */
static int unpack_heads(struct lrp_operator_body *b, int x)
{
    const int turned = LRP_BODY_CALL(b, "packed", "Transpose", x);
    lrp_body_ints(b, "perm", 5, (const int64_t[]){0, 2, 1, 3, 4});
    return turned;
}

static void read_heads(struct lrp_operator_body *b, struct lrp_attention *a)
{
    int in[3] = {QUERY, KEY, VALUE};
    if (lrp_body_input(b, KEY) == LRP_BODY_NONE) {
        const int all = unpack_heads(b, QUERY);
        a->query = take_part(b, "query", all, 3, 0), a->key = take_part(b, "key", all, 3, 1),
        a->value = take_part(b, "value", all, 3, 2);
        return;
    }
    if (lrp_body_input(b, BIAS) != LRP_BODY_NONE) {
        int bias = LRP_BODY_CALL(b, "bias", "Split", BIAS);
        lrp_body_int(b, "num_outputs", 3);
        const int biases[3] = {bias, lrp_body_next(b), lrp_body_next(b)};
        for (int k = 0; k < 3; ++k) in[k] = LRP_BODY_CALL(b, "with_bias", "Add", in[k], biases[k]);
    }
    a->query = lrp_attention_split(b, "query", in[QUERY], a->heads, true);
    if (lrp_body_input(b, VALUE) == LRP_BODY_NONE) {
        const int both = unpack_heads(b, KEY);
        a->key = take_part(b, "key", both, 3, 0), a->value = take_part(b, "value", both, 3, 1);
        return;
    }
    a->key = lrp_attention_split(b, "key", in[KEY], a->heads, false);
    a->value = lrp_attention_split(b, "value", in[VALUE], a->heads, false);
}

static enum lrp_status multi_head_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const struct lrp_call *call = b->of;
    struct lrp_attention a = LRP_ATTENTION_PLAIN;
    a.heads = a.kv_heads = lrp_call_int(call, "num_heads", 0);
    a.scale = lrp_call_float(call, "scale", 0);
    if (a.heads < 1 || !lrp_call_has(call, QUERY)) return lrp_fail(err, LRP_FILE, "it needs a query and num_heads");
    if (lrp_call_has(call, PAST_LENGTH) || lrp_call_has(call, INDIRECTION))
        return lrp_fail(err, LRP_UNSUPPORTED, "keys in a shared buffer are not implemented");
    if (lrp_call_has(call, BIAS) && !(lrp_call_has(call, KEY) && lrp_call_has(call, VALUE)))
        return lrp_fail(err, LRP_UNSUPPORTED, "a bias of packed queries, keys and values is not implemented");
    read_heads(b, &a);
    a.key = lrp_attention_present(b, "present_key", lrp_body_input(b, PAST_KEY), a.key);
    a.value = lrp_attention_present(b, "present_value", lrp_body_input(b, PAST_VALUE), a.value);
    a.bias = lrp_body_input(b, ATTENTION_BIAS);
    a.mask = padding_mask(b, &a, lrp_body_input(b, PADDING), lrp_body_input(b, PAST_KEY));
    lrp_body_return(b, 0, lrp_attention_merge(b, lrp_attention_body(b, &a)));
    lrp_body_return(b, 1, a.key);
    lrp_body_return(b, 2, a.value);
    lrp_body_return(b, 3, a.products);
    return LRP_OK;
}

/* ---- GroupQueryAttention ---- */

enum {
    GQA_PAST_KEY = 3,
    GQA_PAST_VALUE,
    GQA_LENGTHS,
    GQA_TOTAL,
    GQA_COS,
    GQA_SIN,
    GQA_POSITIONS,
    GQA_BIAS,
    GQA_SINK,
    GQA_K_SCALE,
    GQA_V_SCALE,
    GQA_Q_NORM,
    GQA_K_NORM
};

/* Heads [first, end) of (batch, heads, rows, width). */
static int take_heads(struct lrp_operator_body *b, const char *part, int x, int64_t first, int64_t end)
{
    return LRP_BODY_CALL(b, part, "Slice", x, LRP_BODY_WHOLE(b, first), LRP_BODY_WHOLE(b, end), LRP_BODY_WHOLE(b, 1));
}

static void read_groups(struct lrp_operator_body *b, struct lrp_attention *a)
{
    const int64_t queries = a->heads, keys = a->kv_heads;
    if (lrp_body_input(b, KEY) != LRP_BODY_NONE) {
        a->query = lrp_attention_split(b, "query", QUERY, queries, true);
        a->key = lrp_attention_split(b, "key", KEY, keys, true);
        a->value = lrp_attention_split(b, "value", VALUE, keys, true);
        return;
    }
    const int all = lrp_attention_split(b, "packed", QUERY, queries + 2 * keys, true);
    a->query = take_heads(b, "query", all, 0, queries);
    a->key = take_heads(b, "key", all, queries, queries + keys);
    a->value = take_heads(b, "value", all, queries + keys, queries + 2 * keys);
}

/* Each head is normalised before it is turned. */
static int norm_heads(struct lrp_operator_body *b, const char *part, int x, int weight)
{
    if (weight == LRP_BODY_NONE) return x;
    const int y = LRP_BODY_CALL(b, part, "RMSNormalization", x, weight);
    lrp_body_float(b, "epsilon", lrp_call_float(b->of, "qk_norm_epsilon", 1e-6F));
    return y;
}

/* Where each row stands: behind what the past holds (the lengths are total ones, less one). */
static int query_positions(struct lrp_operator_body *b, int query)
{
    const int given = lrp_body_input(b, GQA_POSITIONS);
    if (given != LRP_BODY_NONE) return given;
    const int rows = lrp_attention_length(b, "rows", query, 2);
    const int64_t zero = 0, one = 1;
    const int start = lrp_body_whole(b, -1, &zero), step = lrp_body_whole(b, -1, &one);
    const int row = LRP_BODY_CALL(b, "row", "Range", start, LRP_BODY_CALL(b, "count", "Squeeze", rows), step);
    const int lengths = LRP_BODY_CALL(b, "lengths", "Cast", GQA_LENGTHS);
    lrp_body_int(b, "to", LRP_DTYPE_INT64);
    const int total =
        LRP_BODY_CALL(b, "total", "Add", LRP_BODY_CALL(b, "list", "Reshape", lengths, LRP_BODY_WHOLE(b, -1, 1)), step);
    const int before = LRP_BODY_CALL(b, "before", "Max", LRP_BODY_CALL(b, "rest", "Sub", total, rows), start);
    return LRP_BODY_CALL(b, "positions", "Add", before, row);
}

static int turn_heads(struct lrp_operator_body *b, const char *part, int x, int place)
{
    const int y = LRP_BODY_CALL(b, part, "RotaryEmbedding", x, GQA_COS, GQA_SIN, place);
    lrp_body_int(b, "interleaved", lrp_call_int(b->of, "rotary_interleaved", 0));
    return y;
}

static enum lrp_status group_refusal(const struct lrp_call *call, struct lrp_error *err)
{
    const int64_t heads = lrp_call_int(call, "num_heads", 0), kv_heads = lrp_call_int(call, "kv_num_heads", 0);
    if (heads < 1 || kv_heads < 1 || heads % kv_heads || !lrp_call_has(call, QUERY) || !lrp_call_has(call, GQA_LENGTHS) ||
        lrp_call_has(call, KEY) != lrp_call_has(call, VALUE))
        return lrp_fail(err, LRP_FILE, "it needs a query, seqlens_k, and num_heads that kv_num_heads divides");
    const bool rotates = lrp_call_int(call, "do_rotary", 0) != 0;
    if (rotates && !(lrp_call_has(call, GQA_COS) && lrp_call_has(call, GQA_SIN)))
        return lrp_fail(err, LRP_FILE, "it is to rotate, but has no cos_cache and sin_cache");
    if (lrp_call_has(call, GQA_K_SCALE) || lrp_call_has(call, GQA_V_SCALE))
        return lrp_fail(err, LRP_UNSUPPORTED, "quantised keys and values are not implemented");
    if (lrp_call_int(call, "qk_output", 0) != 0 && call->out_count > 3)
        return lrp_fail(err, LRP_UNSUPPORTED, "its output_qk is not implemented");
    return LRP_OK;
}

static int group_mask(struct lrp_operator_body *b, const struct lrp_attention *a, int past)
{
    const int64_t window = lrp_call_int(b->of, "local_window_size", -1);
    const int before = past == LRP_BODY_NONE ? past : lrp_attention_length(b, "past_length", past, 2);
    const int mask = LRP_BODY_CALL(b, "mask", "lrpscope.AttentionMask", lrp_attention_sizes(b, a->query, a->key), LRP_BODY_NONE,
                                   GQA_LENGTHS, before);
    lrp_body_int(b, "causal", lrp_call_int(b->of, "causal", 1));
    lrp_body_int(b, "left", window > 0 ? window - 1 : -1);
    lrp_body_int(b, "extra", 1);
    return mask;
}

static int group_sink(struct lrp_operator_body *b)
{
    const int sink = lrp_body_input(b, GQA_SINK);
    return sink == LRP_BODY_NONE && lrp_call_int(b->of, "smooth_softmax", 0) > 0 ? lrp_body_number(b, 0) : sink;
}

static enum lrp_status group_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const struct lrp_call *call = b->of;
    const enum lrp_status status = group_refusal(call, err);
    if (status) return status;
    struct lrp_attention a = LRP_ATTENTION_PLAIN;
    a.heads = lrp_call_int(call, "num_heads", 0), a.kv_heads = lrp_call_int(call, "kv_num_heads", 0);
    a.scale = lrp_call_float(call, "scale", 0), a.softcap = lrp_call_float(call, "softcap", 0);
    read_groups(b, &a);
    a.query = norm_heads(b, "query_norm", a.query, lrp_body_input(b, GQA_Q_NORM));
    a.key = norm_heads(b, "key_norm", a.key, lrp_body_input(b, GQA_K_NORM));
    if (lrp_call_int(call, "do_rotary", 0)) {
        const int place = query_positions(b, a.query);
        a.query = turn_heads(b, "query_turned", a.query, place);
        a.key = turn_heads(b, "key_rotary", a.key, place);
    }
    a.key = lrp_attention_present(b, "present_key", lrp_body_input(b, GQA_PAST_KEY), a.key);
    a.value = lrp_attention_present(b, "present_value", lrp_body_input(b, GQA_PAST_VALUE), a.value);
    a.mask = group_mask(b, &a, lrp_body_input(b, GQA_PAST_KEY));
    a.bias = lrp_body_input(b, GQA_BIAS);
    a.sink = group_sink(b);
    lrp_body_return(b, 0, lrp_attention_merge(b, lrp_attention_body(b, &a)));
    lrp_body_return(b, 1, a.key);
    lrp_body_return(b, 2, a.value);
    return LRP_OK;
}

/* ---- Attention, QAttention: with the projection ---- */

/* What an operator has where. */
struct packed_inputs {
    int bias, mask, past, attention_bias, past_length; /* LRP_BODY_NONE: has no such input */
    int x_scale, w_scale, x_zero, w_zero;
};
static const struct packed_inputs plain_inputs = {2, 3, 4, 5, 6, LRP_BODY_NONE, LRP_BODY_NONE, LRP_BODY_NONE, LRP_BODY_NONE};
static const struct packed_inputs quantized_inputs = {2, 5, 8, LRP_BODY_NONE, LRP_BODY_NONE, 3, 4, 6, 7};

static int dequantize_input(struct lrp_operator_body *b, const char *part, int x, int scale, int zero)
{
    const int y = LRP_BODY_CALL(b, part, "DequantizeLinear", x, scale, lrp_body_input(b, zero));
    lrp_body_int(b, "axis", 1);
    return y;
}

static int project_input(struct lrp_operator_body *b, const struct packed_inputs *in)
{
    int x = 0, weight = 1;
    if (in->x_scale != LRP_BODY_NONE) {
        x = dequantize_input(b, "input", 0, in->x_scale, in->x_zero);
        weight = dequantize_input(b, "weight", 1, in->w_scale, in->w_zero);
    }
    const int product = LRP_BODY_CALL(b, "projection", "MatMul", x, weight), bias = lrp_body_input(b, in->bias);
    return bias == LRP_BODY_NONE ? product : LRP_BODY_CALL(b, "projection_bias", "Add", product, bias);
}

static void split_projection(struct lrp_operator_body *b, int packed, int part[3])
{
    int64_t sizes[3];
    const bool told = lrp_call_ints(b->of, "qkv_hidden_sizes", sizes, 3) == 3;
    part[0] = told ? LRP_BODY_CALL(b, "split", "Split", packed, lrp_body_whole(b, 3, sizes))
                   : LRP_BODY_CALL(b, "split", "Split", packed);
    lrp_body_int(b, "axis", -1);
    if (!told) lrp_body_int(b, "num_outputs", 3);
    part[1] = lrp_body_next(b);
    part[2] = lrp_body_next(b);
}

static int stack_past(struct lrp_operator_body *b, int key, int value)
{
    const int front = LRP_BODY_WHOLE(b, 0), keys = LRP_BODY_CALL(b, "keys_kept", "Unsqueeze", key, front);
    const int both = LRP_BODY_CALL(b, "present", "Concat", keys, LRP_BODY_CALL(b, "values_kept", "Unsqueeze", value, front));
    lrp_body_int(b, "axis", 0);
    return both;
}

static enum lrp_status packed_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const struct lrp_call *call = b->of;
    const struct packed_inputs *in = call->op->own;
    struct lrp_attention a = LRP_ATTENTION_PLAIN;
    int part[3], past_key = LRP_BODY_NONE, past_value = LRP_BODY_NONE;
    a.heads = a.kv_heads = lrp_call_int(call, "num_heads", 0);
    a.scale = lrp_call_float(call, "scale", 0);
    if (a.heads < 1 || !lrp_call_has(call, 0) || !lrp_call_has(call, 1))
        return lrp_fail(err, LRP_FILE, "it needs an input, weights and num_heads");
    if (lrp_call_int(call, "do_rotary", 0) || lrp_call_has(call, in->past_length))
        return lrp_fail(err, LRP_UNSUPPORTED, "do_rotary and keys in a shared buffer are not implemented");
    split_projection(b, project_input(b, in), part);
    if (lrp_call_has(call, in->past)) {
        past_key = take_part(b, "past_key", in->past, 0, 0);
        past_value = take_part(b, "past_value", in->past, 0, 1);
    }
    a.query = lrp_attention_split(b, "query", part[0], a.heads, true);
    a.key = lrp_attention_present(b, "present_key", past_key, lrp_attention_split(b, "key", part[1], a.heads, true));
    a.value = lrp_attention_present(b, "present_value", past_value, lrp_attention_split(b, "value", part[2], a.heads, true));
    a.bias = lrp_body_input(b, in->attention_bias);
    a.mask = padding_mask(b, &a, lrp_body_input(b, in->mask), past_key);
    lrp_body_return(b, 0, lrp_attention_merge(b, lrp_attention_body(b, &a)));
    if (lrp_body_wants(b, 1)) lrp_body_return(b, 1, stack_past(b, a.key, a.value));
    return LRP_OK;
}

/* ---- RotaryEmbedding: ai.onnx's, its inputs in another order ---- */

static enum lrp_status rotary_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    if (lrp_call_float(b->of, "scale", 1) != 1 || lrp_call_int(b->of, "is_packed_batching", 0))
        return lrp_fail(err, LRP_UNSUPPORTED, "scale and is_packed_batching are not implemented");
    if (b->of->in_count < 4) return lrp_fail(err, LRP_FILE, "it needs positions, cosines and sines");
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "rotary", "RotaryEmbedding", 0, 2, 3, 1));
    lrp_body_same(b, "interleaved");
    lrp_body_same(b, "num_heads");
    lrp_body_same(b, "rotary_embedding_dim");
    return LRP_OK;
}

#define ROW(op, ...)                                                                                                           \
    {                                                                                                                          \
        .name = op, .domain = "com.microsoft", .versions = {1}, .body = __VA_ARGS__                                            \
    }
const struct lrp_operator lrp_ops_contrib_attention[] = {
    ROW("MultiHeadAttention", multi_head_body),
    ROW("GroupQueryAttention", group_body),
    ROW("Attention", packed_body, .own = &plain_inputs),
    ROW("QAttention", packed_body, .own = &quantized_inputs),
    ROW("RotaryEmbedding", rotary_body),
    {0},
};
