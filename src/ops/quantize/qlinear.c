/* qlinear.c: QLinearConv, QLinearMatMul: what is stored is turned into floats, computed with, and rounded again. */
#include "qlinear.h"

/* Inputs of both, in this order. */
enum { X, X_SCALE, X_ZERO, W, W_SCALE, W_ZERO, Y_SCALE, Y_ZERO, BIAS };

static enum lrp_status need_all(const struct lrp_operator_body *b, struct lrp_error *err)
{
    for (int i = 0; i <= Y_ZERO; ++i)
        if (!lrp_call_has(b->of, i)) return lrp_fail(err, LRP_FILE, "input %d of %s is missing", i, b->of->op_type);
    return LRP_OK;
}

/* Scales and zero points are lists here; what is known to be one needs no turning into one. */
static int as_list(struct lrp_operator_body *b, const char *part, int input)
{
    const struct lrp_desc *d = &b->of->in[input];
    return d->constant && d->shape->rank < 2 ? input : LRP_BODY_CALL(b, part, "Reshape", input, LRP_BODY_WHOLE(b, -1));
}

/* Numbers in floats: one scale for all, or one for each place along the axis. Where scales are many and the zero point is one,
 * it is everybody's. */
static int dequantized_numbers(struct lrp_operator_body *b, const char *part, int first, int axis)
{
    const int scale = as_list(b, "scale", first + 1);
    int zero = as_list(b, "zero_point", first + 2);
    if (!b->of->in[first + 1].constant || b->of->in[first + 1].constant->count != 1)
        zero = LRP_BODY_CALL(b, "zero_points", "Expand", zero, LRP_BODY_CALL(b, "scales", "Shape", scale));
    const int y = LRP_BODY_CALL(b, part, "DequantizeLinear", first, scale, zero);
    lrp_body_int(b, "axis", axis);
    return y;
}

static void return_quantized(struct lrp_operator_body *b, int y)
{
    const int scale = as_list(b, "scale", Y_SCALE), zero = as_list(b, "zero_point", Y_ZERO);
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "quantized", "QuantizeLinear", y, scale, zero));
}

/* The bias counts steps of both scales' product. */
enum lrp_status lrp_qlinear_conv_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    static const char *const attributes[] = {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"};
    const enum lrp_status status = need_all(b, err);
    if (status) return status;
    const int x = dequantized_numbers(b, "input", X, 1), w = dequantized_numbers(b, "weight", W, 0);
    int bias = lrp_body_input(b, BIAS);
    if (bias != LRP_BODY_NONE) {
        const int step = LRP_BODY_CALL(b, "step", "Mul", X_SCALE, W_SCALE), whole = LRP_BODY_CALL(b, "whole", "Cast", bias);
        lrp_body_int(b, "to", LRP_DTYPE_FLOAT);
        bias = LRP_BODY_CALL(b, "bias", "Mul", whole, step);
    }
    const int y = LRP_BODY_CALL(b, "conv", "Conv", x, w, bias);
    for (size_t k = 0; k < sizeof attributes / sizeof *attributes; ++k) lrp_body_same(b, attributes[k]);
    return_quantized(b, y);
    return LRP_OK;
}

/* Scales of rows on the left, of columns on the right. */
enum lrp_status lrp_qlinear_matmul_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const enum lrp_status status = need_all(b, err);
    if (status) return status;
    const int x = dequantized_numbers(b, "left", X, -2), w = dequantized_numbers(b, "right", W, -1);
    return_quantized(b, LRP_BODY_CALL(b, "matmul", "MatMul", x, w));
    return LRP_OK;
}
