/* contrib_quantize.c: onnxruntime's quantised operators as bodies: what is stored is turned into floats, computed with, and
 * rounded again; packed weights become constants. */
#include "contrib.h"

static enum lrp_status need_inputs(const struct lrp_operator_body *b, const int *inputs, int count, struct lrp_error *err)
{
    for (int k = 0; k < count; ++k)
        if (!lrp_call_has(b->of, inputs[k]))
            return lrp_fail(err, LRP_FILE, "input %d of %s is missing", inputs[k], b->of->op_type);
    return LRP_OK;
}
#define NEED(b, err, ...) need_inputs(b, (const int[]){__VA_ARGS__}, (int)(sizeof(const int[]){__VA_ARGS__} / sizeof(int)), err)

/* Inputs first, first + 1, first + 2: numbers, their scale and zero point. */
static int dequantized_inputs(struct lrp_operator_body *b, const char *part, int first)
{
    const int zero = lrp_body_input(b, first + 2);
    return LRP_BODY_CALL(b, part, "DequantizeLinear", first, first + 1, zero);
}

static void return_quantized(struct lrp_operator_body *b, int y, int scale)
{
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "quantized", "QuantizeLinear", y, scale, lrp_body_input(b, scale + 1)));
}

/* ---- two inputs: QLinearAdd, QLinearMul ---- */

static enum lrp_status two_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = NEED(b, err, 0, 1, 3, 4, 6);
    if (status) return status;
    const int left = dequantized_inputs(b, "left", 0), right = dequantized_inputs(b, "right", 3);
    return_quantized(b, LRP_BODY_CALL(b, "real", b->of->op->own, left, right), 6);
    return LRP_OK;
}

/* ---- one input ---- */

struct single {
    const char *op, *attributes[8];
    bool places; /* over space: channels may come last */
};
static const struct single sigmoid = {"Sigmoid", {NULL}, false}, leaky = {"LeakyRelu", {"alpha"}, false},
                           softmax = {"Softmax", {"axis"}, false},
                           average = {"AveragePool",
                                      {"auto_pad", "ceil_mode", "count_include_pad", "kernel_shape", "pads", "strides"},
                                      true},
                           global = {"GlobalAveragePool", {NULL}, true};

static enum lrp_status one_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const struct single *single = b->of->op->own;
    const enum lrp_status status = NEED(b, err, 0, 1, 3);
    if (status) return status;
    int64_t sizes[LRP_MAX_RANK];
    const bool last = single->places && lrp_call_int(b->of, "channels_last", 0) != 0;
    const int kernel = lrp_call_ints(b->of, "kernel_shape", sizes, LRP_MAX_RANK), rank = kernel > 0 ? kernel + 2 : 4;
    if (last && (rank < 3 || rank > 5))
        return lrp_fail(err, LRP_UNSUPPORTED, "channels_last of this kernel is not implemented");
    int x = dequantized_inputs(b, "real", 0);
    if (last) x = lrp_contrib_channels_first(b, "channels_first", x, rank);
    x = LRP_BODY_CALL(b, "computed", single->op, x);
    for (int k = 0; k < 8 && single->attributes[k]; ++k) lrp_body_same(b, single->attributes[k]);
    if (last) x = lrp_contrib_channels_last(b, "channels_last", x, rank);
    return_quantized(b, x, 3);
    return LRP_OK;
}

/* The axes are an attribute, which ReduceMean takes as an input by now. */
static enum lrp_status mean_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = NEED(b, err, 0, 1, 3);
    if (status) return status;
    int64_t axes[LRP_MAX_RANK];
    const int count = lrp_call_ints(b->of, "axes", axes, LRP_MAX_RANK), x = dequantized_inputs(b, "real", 0);
    const int y = count < 0 ? LRP_BODY_CALL(b, "computed", "ReduceMean", x)
                            : LRP_BODY_CALL(b, "computed", "ReduceMean", x, lrp_body_whole(b, count, axes));
    lrp_body_same(b, "keepdims");
    return_quantized(b, y, 3);
    return LRP_OK;
}

/* Before opset 13 softmax runs over all axes from its own on, which are made one for it. */
static enum lrp_status softmax_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const int64_t axis = lrp_call_int(b->of, "axis", -1);
    if (lrp_call_int(b->of, "opset", 13) >= 13 || axis == -1) return one_body(b, err);
    const enum lrp_status status = NEED(b, err, 0, 1, 3);
    if (status) return status;
    const int x = dequantized_inputs(b, "real", 0), shape = LRP_BODY_CALL(b, "shape", "Shape", x);
    const int flat = LRP_BODY_CALL(b, "flat", "Flatten", x);
    lrp_body_int(b, "axis", axis);
    const int y = LRP_BODY_CALL(b, "computed", "Softmax", flat);
    lrp_body_int(b, "axis", -1);
    return_quantized(b, LRP_BODY_CALL(b, "reshaped", "Reshape", y, shape), 3);
    return LRP_OK;
}

/* ---- QLinearConcat: scale, zero point, then three inputs each ---- */

static enum lrp_status concat_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    enum { MOST = 128 };
    int parts[MOST], count = 0;
    const int inputs = b->of->in_count;
    if (inputs < 5 || (inputs - 2) % 3 || inputs > 3 * MOST)
        return lrp_fail(err, LRP_FILE, "it needs three inputs for each part");
    for (int i = 2; i < inputs; i += 3) parts[count++] = dequantized_inputs(b, "part", i);
    const int all = lrp_body_call(b, "concat", "Concat", count, parts);
    lrp_body_int(b, "axis", lrp_call_int(b->of, "axis", 0));
    return_quantized(b, all, 0);
    return LRP_OK;
}

/* ---- products ---- */

/* QGemm: the bias counts steps of both scales' product. */
static enum lrp_status gemm_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = NEED(b, err, 0, 1, 3, 4);
    if (status) return status;
    const int a = dequantized_inputs(b, "left", 0);
    const int w = LRP_BODY_CALL(b, "right", "DequantizeLinear", 3, 4, lrp_body_input(b, 5));
    lrp_body_int(b, "axis", lrp_call_int(b->of, "transB", 0) ? 0 : 1);
    int bias = lrp_body_input(b, 6);
    const float alpha = lrp_call_float(b->of, "alpha", 1);
    if (bias != LRP_BODY_NONE) {
        const int step = LRP_BODY_CALL(b, "step", "Mul", 1, 4), whole = LRP_BODY_CALL(b, "whole", "Cast", bias);
        lrp_body_int(b, "to", LRP_DTYPE_FLOAT);
        bias = LRP_BODY_CALL(b, "bias", "Mul", whole, step);
    }
    const int y = LRP_BODY_CALL(b, "gemm", "Gemm", a, w, bias);
    lrp_body_same(b, "transA");
    lrp_body_same(b, "transB");
    lrp_body_float(b, "alpha", alpha);
    lrp_body_float(b, "beta", alpha);
    if (lrp_call_has(b->of, 7))
        return_quantized(b, y, 7);
    else
        lrp_body_return(b, 0, y);
    return LRP_OK;
}

/* Whole numbers multiplied, then scaled: dynamic quantisation as exporters write it out. */
static int scaled_product(struct lrp_operator_body *b, const int in[6], int bias)
{
    const int whole = LRP_BODY_CALL(b, "product", "MatMulInteger", in[0], in[1], in[4], in[5]);
    const int real = LRP_BODY_CALL(b, "real", "Cast", whole);
    lrp_body_int(b, "to", LRP_DTYPE_FLOAT);
    const int y = LRP_BODY_CALL(b, "scaled", "Mul", real, LRP_BODY_CALL(b, "scale", "Mul", in[2], in[3]));
    return lrp_contrib_plus(b, "sum", y, bias);
}

static enum lrp_status dynamic_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = NEED(b, err, 0, 1, 2);
    if (status) return status;
    const int codes = LRP_BODY_CALL(b, "codes", "DynamicQuantizeLinear", 0);
    const int scale = lrp_body_next(b), zero = lrp_body_next(b);
    lrp_body_return(b, 0,
                    scaled_product(b, (const int[]){codes, 1, scale, 2, zero, lrp_body_input(b, 3)}, lrp_body_input(b, 4)));
    return LRP_OK;
}

static enum lrp_status to_float_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = NEED(b, err, 0, 1, 2, 3);
    if (status) return status;
    const int in[6] = {0, 1, 2, 3, lrp_body_input(b, 4), lrp_body_input(b, 5)};
    lrp_body_return(b, 0, scaled_product(b, in, lrp_body_input(b, 6)));
    return LRP_OK;
}

/* ---- DynamicQuantizeLSTM ---- */

/* [directions, inputs, gates] as LSTM has it, with one scale for each direction or for each of its gates' places. */
static int lstm_weights(struct lrp_operator_body *b, const char *part, int codes, int scale)
{
    const int by_direction = lrp_body_whole(b, 3, (const int64_t[]){0, 1, -1});
    const int whole = LRP_BODY_CALL(b, "whole", "Cast", codes);
    lrp_body_int(b, "to", LRP_DTYPE_FLOAT);
    int centred = whole;
    if (lrp_call_has(b->of, scale + 1)) {
        const int zero = LRP_BODY_CALL(b, "zero_point", "Cast", scale + 1);
        lrp_body_int(b, "to", LRP_DTYPE_FLOAT);
        centred = LRP_BODY_CALL(b, "centred", "Sub", whole, LRP_BODY_CALL(b, "zero_points", "Reshape", zero, by_direction));
    }
    const int real = LRP_BODY_CALL(b, "real", "Mul", centred, LRP_BODY_CALL(b, "scales", "Reshape", scale, by_direction));
    const int y = LRP_BODY_CALL(b, part, "Transpose", real);
    lrp_body_ints(b, "perm", 3, (const int64_t[]){0, 2, 1});
    return y;
}

/* What W and R are multiplied with is rounded to bytes first: the sequence once, the state at every step. */
static enum lrp_status lstm_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    enum { X, W, R, B, LENGTHS, H, C, P, W_SCALE, R_SCALE = 10 };
    static const char *const attributes[] = {"activation_alpha", "activation_beta", "activations", "clip",
                                             "direction",        "hidden_size",     "input_forget"};
    const enum lrp_status status = NEED(b, err, X, W, R, W_SCALE, R_SCALE);
    if (status) return status;
    const int x = LRP_BODY_CALL(b, "rounded", "lrpscope.DynamicFakeQuantize", X);
    const int w = lstm_weights(b, "weight", W, W_SCALE), r = lstm_weights(b, "recurrence", R, R_SCALE);
    const int y = LRP_BODY_CALL(b, "lstm", "LSTM", x, w, r, lrp_body_input(b, B), lrp_body_input(b, LENGTHS),
                                lrp_body_input(b, H), lrp_body_input(b, C), lrp_body_input(b, P));
    for (size_t k = 0; k < sizeof attributes / sizeof *attributes; ++k) lrp_body_same(b, attributes[k]);
    lrp_body_int(b, "rounded_state", 1);
    lrp_body_return(b, 0, y);
    lrp_body_return(b, 1, lrp_body_next(b));
    lrp_body_return(b, 2, lrp_body_next(b));
    return LRP_OK;
}

/* ---- onnxruntime's own QuantizeLinear, DequantizeLinear: those of ONNX, for types that came there later ---- */

static enum lrp_status same_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = NEED(b, err, 0, 1);
    if (status) return status;
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "standard", b->of->op->own, 0, 1, lrp_body_input(b, 2)));
    lrp_body_same(b, "axis");
    lrp_body_same(b, "block_size");
    return LRP_OK;
}

/* ---- packed weights ---- */

/* MatMulNBits: the weights, decoded once, are a dense layer's. */
static enum lrp_status bits_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const struct lrp_call *call = b->of;
    const enum lrp_status status = NEED(b, err, 0, 1, 2);
    if (status) return status;
    if (lrp_call_has(call, 4) || lrp_call_int(call, "weight_prepacked", 0))
        return lrp_fail(err, LRP_UNSUPPORTED, "reordered (g_idx) or prepacked weights are not implemented");
    const int weight = LRP_BODY_CALL(b, "weight", "lrpscope.DecodeBits", 1, 2, lrp_body_input(b, 3));
    lrp_body_int(b, "bits", lrp_call_int(call, "bits", 4));
    lrp_body_int(b, "block_size", lrp_call_int(call, "block_size", 0));
    lrp_body_int(b, "length", lrp_call_int(call, "K", 0));
    lrp_body_int(b, "transposed", 1);
    const int y = LRP_BODY_CALL(b, "product", "MatMul", 0, weight);
    lrp_body_return(b, 0, lrp_contrib_plus(b, "sum", y, lrp_body_input(b, 5)));
    return LRP_OK;
}

/* GatherBlockQuantized: rows of a decoded table. */
static enum lrp_status gather_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const struct lrp_call *call = b->of;
    const enum lrp_status status = NEED(b, err, 0, 1, 2);
    if (status) return status;
    const struct lrp_desc *data = &call->in[0];
    if (!data->constant) return lrp_fail(err, LRP_UNSUPPORTED, "a table that is not constant is not implemented");
    const int64_t axis = lrp_call_int(call, "quantize_axis", 1), block = lrp_call_int(call, "block_size", 128);
    const int rank = data->shape->rank, zero = lrp_body_input(b, 3);
    int table;
    if (data->dtype != LRP_DTYPE_UINT8) {
        table = LRP_BODY_CALL(b, "table", "DequantizeLinear", 0, 2, zero);
        lrp_body_int(b, "axis", axis);
        lrp_body_int(b, "block_size", block);
    } else if (lrp_normalize_axis(axis, rank) == rank - 1) {
        table = LRP_BODY_CALL(b, "table", "lrpscope.DecodeBits", 0, 2, zero);
        lrp_body_int(b, "bits", lrp_call_int(call, "bits", 4));
        lrp_body_int(b, "block_size", block);
    } else {
        return lrp_fail(err, LRP_UNSUPPORTED,
                        "packed numbers that are quantised along another axis than the last are not implemented");
    }
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "rows", "Gather", table, 1));
    lrp_body_int(b, "axis", lrp_call_int(call, "gather_axis", 0));
    return LRP_OK;
}

const struct lrp_operator lrp_ops_contrib_quantize[] = {
    LRP_CONTRIB("QLinearAdd", two_body, .own = "Add"),
    LRP_CONTRIB("QLinearMul", two_body, .own = "Mul"),
    LRP_CONTRIB("QLinearSigmoid", one_body, .own = &sigmoid),
    LRP_CONTRIB("QLinearLeakyRelu", one_body, .own = &leaky),
    LRP_CONTRIB("QLinearSoftmax", softmax_body, .own = &softmax),
    LRP_CONTRIB("QLinearAveragePool", one_body, .own = &average),
    LRP_CONTRIB("QLinearGlobalAveragePool", one_body, .own = &global),
    LRP_CONTRIB("QLinearReduceMean", mean_body, .own = NULL),
    LRP_CONTRIB("QLinearConcat", concat_body, .own = NULL),
    LRP_CONTRIB("QGemm", gemm_body, .own = NULL),
    LRP_CONTRIB("DynamicQuantizeMatMul", dynamic_body, .own = NULL),
    LRP_CONTRIB("MatMulIntegerToFloat", to_float_body, .own = NULL),
    LRP_CONTRIB("DynamicQuantizeLSTM", lstm_body, .own = NULL),
    LRP_CONTRIB("QuantizeLinear", same_body, .own = "QuantizeLinear"),
    LRP_CONTRIB("DequantizeLinear", same_body, .own = "DequantizeLinear"),
    LRP_CONTRIB("MatMulNBits", bits_body, .own = NULL),
    LRP_CONTRIB("GatherBlockQuantized", gather_body, .own = NULL),
    {0},
};
