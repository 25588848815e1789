/* contrib.c: onnxruntime's fused norms, activations and lookups, as bodies. */
#include "contrib.h"

int lrp_contrib_plus(struct lrp_operator_body *b, const char *part, int x, int other)
{
    return other == LRP_BODY_NONE ? x : LRP_BODY_CALL(b, part, "Add", x, other);
}

/* ---- norms ---- */

static enum lrp_status need(const struct lrp_operator_body *b, int inputs, struct lrp_error *err)
{
    for (int i = 0; i < inputs; ++i)
        if (!lrp_call_has(b->of, i)) return lrp_fail(err, LRP_FILE, "input %d of %s is missing", i, b->of->op_type);
    return LRP_OK;
}

/* Normalises `x` by root mean squares or, centred, as a layer normalisation, whose other outputs are its own. */
static void return_norm(struct lrp_operator_body *b, bool centred, int x, int scale, int shift)
{
    const int y = centred ? LRP_BODY_CALL(b, "norm", "LayerNormalization", x, scale, shift)
                          : LRP_BODY_CALL(b, "norm", "RMSNormalization", x, scale);
    lrp_body_int(b, "axis", lrp_call_int(b->of, "axis", -1));
    lrp_body_float(b, "epsilon", lrp_call_float(b->of, "epsilon", centred ? 1e-12F : 1e-5F));
    lrp_body_return(b, 0, y);
    for (int j = 1; centred && j < 3; ++j)
        if (lrp_body_wants(b, 1) || lrp_body_wants(b, 2)) lrp_body_return(b, j, lrp_body_next(b));
}

static enum lrp_status simplified_norm_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = need(b, 2, err);
    if (!status) return_norm(b, false, 0, 1, LRP_BODY_NONE);
    return status;
}

/* input, skip and bias have one denominator: they are one sum. */
static int skip_sum(struct lrp_operator_body *b, int bias)
{
    return bias == LRP_BODY_NONE ? LRP_BODY_CALL(b, "sum", "Add", 0, 1) : LRP_BODY_CALL(b, "sum", "Sum", 0, 1, bias);
}

/* Output 3 has what its own readers give it; the sum has the normalisation's share, too. */
static void return_sum(struct lrp_operator_body *b, int sum)
{
    if (lrp_body_wants(b, 3)) lrp_body_return(b, 3, LRP_BODY_CALL(b, "sum_out", "Identity", sum));
}

static enum lrp_status skip_norm_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = need(b, 3, err);
    if (status) return status;
    const int sum = skip_sum(b, lrp_body_input(b, 4));
    return_sum(b, sum);
    return_norm(b, true, sum, 2, lrp_body_input(b, 3));
    return LRP_OK;
}

static enum lrp_status skip_simplified_norm_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = need(b, 3, err);
    if (status) return status;
    const int sum = skip_sum(b, lrp_body_input(b, 3));
    return_sum(b, sum);
    return_norm(b, false, sum, 2, LRP_BODY_NONE);
    return LRP_OK;
}

/* ---- EmbedLayerNormalization ---- */

enum { IDS, SEGMENTS, WORDS, PLACES, SEGMENT_TABLE, GAMMA, BETA, MASK, PLACE_IDS };

static int place_ids(struct lrp_operator_body *b)
{
    const int given = lrp_body_input(b, PLACE_IDS);
    if (given != LRP_BODY_NONE) return given;
    const int rows = LRP_BODY_CALL(b, "rows", "Shape", IDS);
    lrp_body_int(b, "start", 1);
    const int64_t zero = 0, one = 1;
    const int start = lrp_body_whole(b, -1, &zero), step = lrp_body_whole(b, -1, &one);
    return LRP_BODY_CALL(b, "range", "Range", start, LRP_BODY_CALL(b, "count", "Squeeze", rows), step);
}

/* How many tokens are not masked; zeros without a mask. */
static int mask_index(struct lrp_operator_body *b)
{
    const int64_t zero = 0;
    int index;
    if (lrp_body_input(b, MASK) != LRP_BODY_NONE) {
        index = LRP_BODY_CALL(b, "lengths", "ReduceSum", MASK, LRP_BODY_WHOLE(b, 1));
        lrp_body_int(b, "keepdims", 0);
    } else {
        const int batch = LRP_BODY_CALL(b, "batch", "Shape", IDS);
        lrp_body_int(b, "end", 1);
        index = LRP_BODY_CALL(b, "lengths", "Expand", lrp_body_whole(b, -1, &zero), batch);
    }
    index = LRP_BODY_CALL(b, "mask_index", "Cast", index);
    lrp_body_int(b, "to", LRP_DTYPE_INT32);
    return index;
}

static enum lrp_status embed_norm_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const struct lrp_call *call = b->of;
    if (!lrp_call_has(call, IDS) || !lrp_call_has(call, WORDS) || !lrp_call_has(call, PLACES) || !lrp_call_has(call, GAMMA) ||
        lrp_call_has(call, SEGMENTS) != lrp_call_has(call, SEGMENT_TABLE))
        return lrp_fail(err, LRP_FILE, "it needs token ids, tables of words and positions, and segments with their table");
    const int word = LRP_BODY_CALL(b, "word", "Gather", WORDS, IDS);
    const int place = LRP_BODY_CALL(b, "position", "Gather", PLACES, place_ids(b));
    int sum;
    if (lrp_call_has(call, SEGMENTS))
        sum = LRP_BODY_CALL(b, "sum", "Sum", word, place, LRP_BODY_CALL(b, "segment", "Gather", SEGMENT_TABLE, SEGMENTS));
    else
        sum = LRP_BODY_CALL(b, "sum", "Add", word, place);
    const int y = LRP_BODY_CALL(b, "norm", "LayerNormalization", sum, GAMMA, lrp_body_input(b, BETA));
    lrp_body_float(b, "epsilon", lrp_call_float(call, "epsilon", 1e-12F));
    lrp_body_return(b, 0, y);
    if (lrp_body_wants(b, 1)) lrp_body_return(b, 1, mask_index(b));
    lrp_body_return(b, 2, sum);
    return LRP_OK;
}

/* ---- activations with a bias ---- */

static enum lrp_status bias_gelu_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = need(b, 1, err);
    if (status) return status;
    const int y = LRP_BODY_CALL(b, "gelu", "Gelu", lrp_contrib_plus(b, "sum", 0, lrp_body_input(b, 1)));
    if (b->of->op->own) lrp_body_text(b, "approximate", b->of->op->own);
    lrp_body_return(b, 0, y);
    return LRP_OK;
}

static enum lrp_status bias_add_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = need(b, 3, err);
    if (!status) lrp_body_return(b, 0, LRP_BODY_CALL(b, "sum", "Sum", 0, 1, 2));
    return status;
}

static enum lrp_status bias_split_gelu_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = need(b, 2, err);
    if (status) return status;
    const int left = LRP_BODY_CALL(b, "split", "Split", LRP_BODY_CALL(b, "sum", "Add", 0, 1));
    lrp_body_int(b, "axis", -1);
    lrp_body_int(b, "num_outputs", 2);
    const int right = lrp_body_next(b);
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "product", "Mul", left, LRP_BODY_CALL(b, "gelu", "Gelu", right)));
    return LRP_OK;
}

static enum lrp_status gated_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = need(b, 2, err);
    if (status) return status;
    const int gate = LRP_BODY_CALL(b, "gate", "lrpscope.Swish", 0);
    lrp_body_float(b, "beta", lrp_call_float(b->of, "alpha", 1));
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "product", "Mul", gate, 1));
    return LRP_OK;
}

/* ---- Pad: ai.onnx's ---- */

static enum lrp_status pad_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = need(b, 2, err);
    if (status) return status;
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "pad", "Pad", 0, 1, lrp_body_input(b, 2)));
    lrp_body_same(b, "mode");
    return LRP_OK;
}

const struct lrp_operator lrp_ops_contrib[] = {
    {.name = "SwiGLU", .domain = "", .versions = {28}, .body = gated_body},
    {.name = "CausalConvWithState", .domain = "", .versions = {27}, .body = lrp_contrib_causal_conv},
    {.name = "SimplifiedLayerNormalization", .domain = "", .versions = {1}, .body = simplified_norm_body},
    LRP_CONTRIB("SimplifiedLayerNormalization", simplified_norm_body, .own = NULL),
    LRP_CONTRIB("SkipLayerNormalization", skip_norm_body, .own = NULL),
    LRP_CONTRIB("SkipSimplifiedLayerNormalization", skip_simplified_norm_body, .own = NULL),
    LRP_CONTRIB("EmbedLayerNormalization", embed_norm_body, .own = NULL),
    LRP_CONTRIB("BiasGelu", bias_gelu_body, .own = NULL),
    LRP_CONTRIB("FastGelu", bias_gelu_body, .own = "tanh"),
    LRP_CONTRIB("BiasAdd", bias_add_body, .own = NULL),
    LRP_CONTRIB("BiasSplitGelu", bias_split_gelu_body, .own = NULL),
    LRP_CONTRIB("Pad", pad_body, .own = NULL),
    LRP_CONTRIB("FusedConv", lrp_contrib_fused_conv, .own = NULL),
    LRP_CONTRIB("NhwcConv", lrp_contrib_nhwc_conv, .own = NULL),
    LRP_CONTRIB("NhwcFusedConv", lrp_contrib_nhwc_conv, .own = NULL),
    LRP_CONTRIB("FusedGemm", lrp_contrib_fused_gemm, .own = NULL),
    LRP_CONTRIB("FusedMatMul", lrp_contrib_fused_mat_mul, .own = NULL),
    LRP_CONTRIB("TransposeMatMul", lrp_contrib_fused_mat_mul, .own = NULL),
    {0},
};
