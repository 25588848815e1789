/* contrib_linear.c: onnxruntime's convolutions and products with an activation, a sum or a transposition fused in, as bodies.
 */
#include <string.h>

#include "contrib.h"

/* ---- activations named by an attribute ---- */

/* An activation and what its parameters are called there; they come as a list, or one by one with a prefix. */
static const struct activation {
    const char *name, *first, *second;
    bool as_inputs; /* they are inputs of the operator, not attributes */
} activations[] = {
    {.name = "Relu"},
    {.name = "Sigmoid"},
    {.name = "Tanh"},
    {.name = "LeakyRelu", .first = "alpha"},
    {.name = "Elu", .first = "alpha"},
    {.name = "HardSigmoid", .first = "alpha", .second = "beta"},
    {.name = "Clip", .first = "min", .second = "max", .as_inputs = true},
};

static const struct activation *activation_named(const char *name)
{
    for (size_t k = 0; k < sizeof activations / sizeof *activations; ++k)
        if (strcmp(activations[k].name, name) == 0) return &activations[k];
    return NULL;
}

/* How many parameters the operator gives, in `out`. */
static int parameters(const struct lrp_call *call, float out[2])
{
    static const char *const single[] = {"activation_alpha", "activation_beta"};
    const struct lrp_attribute *list = lrp_call_attribute(call, "activation_params");
    int count = 0;
    if (list && list->kind == LRP_ATTRIBUTE_FLOATS)
        for (; count < 2 && (size_t)count < list->count; ++count) out[count] = list->floats[count];
    for (; !list && count < 2 && lrp_call_attribute(call, single[count]); ++count)
        out[count] = lrp_call_float(call, single[count], 0);
    return count;
}

/* The activation that the operator's attribute of that name asks for; refuses names that are none. */
static enum lrp_status add_activation(struct lrp_operator_body *b, int *x, struct lrp_error *err)
{
    const char *name = lrp_call_string(b->of, "activation", "");
    const struct activation *known = activation_named(name);
    float p[2];
    const int count = parameters(b->of, p);
    if (!*name) return LRP_OK;
    if (!known) return lrp_fail(err, LRP_UNSUPPORTED, "its activation %.60s is not implemented", name);
    if (known->as_inputs) {
        const int first = count > 0 ? lrp_body_number(b, p[0]) : LRP_BODY_NONE;
        *x = LRP_BODY_CALL(b, "activation", known->name, *x, first, count > 1 ? lrp_body_number(b, p[1]) : LRP_BODY_NONE);
        return LRP_OK;
    }
    *x = LRP_BODY_CALL(b, "activation", known->name, *x);
    if (known->first && count > 0) lrp_body_float(b, known->first, p[0]);
    if (known->second && count > 1) lrp_body_float(b, known->second, p[1]);
    return LRP_OK;
}

/* ---- convolutions ---- */

static int convolution(struct lrp_operator_body *b, int x)
{
    static const char *const same[] = {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"};
    const int y = LRP_BODY_CALL(b, "conv", "Conv", x, 1, lrp_body_input(b, 2));
    for (size_t k = 0; k < sizeof same / sizeof *same; ++k) lrp_body_same(b, same[k]);
    return y;
}

enum lrp_status lrp_contrib_fused_conv(struct lrp_operator_body *b, struct lrp_error *err)
{
    if (!lrp_call_has(b->of, 0) || !lrp_call_has(b->of, 1)) return lrp_fail(err, LRP_FILE, "it needs an input and weights");
    int y = lrp_contrib_plus(b, "sum", convolution(b, 0), lrp_body_input(b, 3));
    const enum lrp_status status = add_activation(b, &y, err);
    lrp_body_return(b, 0, y);
    return status;
}

int lrp_contrib_channels_first(struct lrp_operator_body *b, const char *part, int x, int rank)
{
    int64_t perm[LRP_MAX_RANK] = {0, rank - 1};
    for (int k = 2; k < rank; ++k) perm[k] = k - 1;
    const int y = LRP_BODY_CALL(b, part, "Transpose", x);
    lrp_body_ints(b, "perm", rank, perm);
    return y;
}

int lrp_contrib_channels_last(struct lrp_operator_body *b, const char *part, int x, int rank)
{
    int64_t perm[LRP_MAX_RANK] = {0};
    for (int k = 1; k < rank - 1; ++k) perm[k] = k + 1;
    perm[rank - 1] = 1;
    const int y = LRP_BODY_CALL(b, part, "Transpose", x);
    lrp_body_ints(b, "perm", rank, perm);
    return y;
}

/* As many axes as the weights have, or as the kernel's sizes say. */
static int conv_rank(const struct lrp_call *call)
{
    int64_t kernel[LRP_MAX_RANK];
    const int sizes = lrp_call_ints(call, "kernel_shape", kernel, LRP_MAX_RANK);
    return call->in[1].constant ? call->in[1].shape->rank : sizes > 0 ? sizes + 2 : -1;
}

enum lrp_status lrp_contrib_nhwc_conv(struct lrp_operator_body *b, struct lrp_error *err)
{
    if (!lrp_call_has(b->of, 0) || !lrp_call_has(b->of, 1)) return lrp_fail(err, LRP_FILE, "it needs an input and weights");
    const int rank = conv_rank(b->of);
    if (rank < 3 || rank > 5) return lrp_fail(err, LRP_UNSUPPORTED, "how many axes it has is not known from its weights");
    int y = convolution(b, lrp_contrib_channels_first(b, "channels_first", 0, rank));
    y = lrp_contrib_channels_last(b, "channels_last", y, rank);
    y = lrp_contrib_plus(b, "sum", y, lrp_body_input(b, 3));
    const enum lrp_status status = add_activation(b, &y, err);
    lrp_body_return(b, 0, y);
    return status;
}

/* CausalConvWithState: each channel by itself, over what is past and present. */
enum lrp_status lrp_contrib_causal_conv(struct lrp_operator_body *b, struct lrp_error *err)
{
    const struct lrp_call *call = b->of;
    const char *activation = lrp_call_string(call, "activation", "none");
    const bool swish = strcmp(activation, "silu") == 0 || strcmp(activation, "swish") == 0;
    if (!lrp_call_has(call, 0) || !lrp_call_has(call, 1)) return lrp_fail(err, LRP_FILE, "it needs an input and weights");
    if (!call->in[1].constant || call->in[1].shape->rank != 3)
        return lrp_fail(err, LRP_UNSUPPORTED, "its weights must be a constant of three axes");
    if (!swish && strcmp(activation, "none") != 0) return lrp_fail(err, LRP_FILE, "its activation must be silu, swish or none");
    const int64_t before = call->in[1].shape->dim[2] - 1;
    const int past = lrp_body_input(b, 3);
    const int whole = past != LRP_BODY_NONE ? LRP_BODY_CALL(b, "whole", "Concat", past, 0)
                                            : LRP_BODY_CALL(b, "whole", "Pad", 0, LRP_BODY_WHOLE(b, 0, 0, before, 0, 0, 0));
    if (past != LRP_BODY_NONE) lrp_body_int(b, "axis", 2);
    int y = LRP_BODY_CALL(b, "conv", "Conv", whole, 1, lrp_body_input(b, 2));
    lrp_body_int(b, "group", call->in[1].shape->dim[0]);
    if (swish) y = LRP_BODY_CALL(b, "swish", "lrpscope.Swish", y);
    lrp_body_return(b, 0, y);
    if (!lrp_body_wants(b, 1)) return LRP_OK;
    const int start = LRP_BODY_WHOLE(b, before > 0 ? -before : INT64_MAX), end = LRP_BODY_WHOLE(b, INT64_MAX);
    lrp_body_return(b, 1, LRP_BODY_CALL(b, "state", "Slice", whole, start, end, LRP_BODY_WHOLE(b, 2)));
    return LRP_OK;
}

/* ---- products ---- */

enum lrp_status lrp_contrib_fused_gemm(struct lrp_operator_body *b, struct lrp_error *err)
{
    static const char *const same[] = {"alpha", "beta", "transA", "transB"};
    if (!lrp_call_has(b->of, 0) || !lrp_call_has(b->of, 1)) return lrp_fail(err, LRP_FILE, "it needs two factors");
    int y = LRP_BODY_CALL(b, "gemm", "Gemm", 0, 1, lrp_body_input(b, 2));
    for (size_t k = 0; k < sizeof same / sizeof *same; ++k) lrp_body_same(b, same[k]);
    const enum lrp_status status = add_activation(b, &y, err);
    lrp_body_return(b, 0, y);
    return status;
}

static int scaled_by(struct lrp_operator_body *b, const char *part, int x, const char *attribute)
{
    return lrp_call_int(b->of, attribute, 0) ? LRP_BODY_CALL(b, part, "lrpscope.TransposeMatrix", x) : x;
}

enum lrp_status lrp_contrib_fused_mat_mul(struct lrp_operator_body *b, struct lrp_error *err)
{
    const float alpha = lrp_call_float(b->of, "alpha", 1);
    if (!lrp_call_has(b->of, 0) || !lrp_call_has(b->of, 1)) return lrp_fail(err, LRP_FILE, "it needs two factors");
    if (lrp_call_int(b->of, "transBatchA", 0) || lrp_call_int(b->of, "transBatchB", 0))
        return lrp_fail(err, LRP_UNSUPPORTED, "transBatchA and transBatchB are not implemented");
    int a = scaled_by(b, "a_turned", 0, "transA");
    if (alpha != 1) a = LRP_BODY_CALL(b, "scaled", "Mul", a, lrp_body_number(b, alpha));
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "product", "MatMul", a, scaled_by(b, "b_turned", 1, "transB")));
    return LRP_OK;
}
