/* activation.c: elementwise functions of one variable that serve as activations: the functions and the operator rows. */
#include <math.h>
#include <string.h>

#include "activation.h"
#include "smooth_float.h"

// clang-format off
/* ---- functions; NAME_d is the derivative at x, where y = f(x) ---- */

/* Written so that NaN stays NaN. */
static inline float relu(float x, const float *p) { (void)p; return x < 0 ? 0 : x; }
static inline float relu_d(float x, float y, const float *p) { (void)p, (void)y; return x > 0 ? 1 : 0; }

static inline float leaky(float x, const float *p) { return x < 0 ? p[0] * x : x; }
static inline float leaky_d(float x, float y, const float *p) { (void)y; return x > 0 ? 1 : p[0]; }

static inline float elu(float x, const float *p) { return x < 0 ? p[0] * expm1f(x) : x; }
static inline float elu_d(float x, float y, const float *p) { (void)y; return x > 0 ? 1 : p[0] * expf(x); }

static inline float selu(float x, const float *p) { return p[1] * elu(x, p); }
static inline float selu_d(float x, float y, const float *p) { return p[1] * elu_d(x, y, p); }

static inline float celu(float x, const float *p) { return x < 0 ? p[0] * expm1f(x / p[0]) : x; }
static inline float celu_d(float x, float y, const float *p) { (void)y; return x > 0 ? 1 : expf(x / p[0]); }

static inline float sigmoid(float x, const float *p) { (void)p; return lrp_sigmoid(x); }
/* Not y(1-y): that cancels where y is near 1. */
static inline float sigmoid_d(float x, float y, const float *p) { (void)p; return y * lrp_sigmoid(-x); }

static inline float hard_sigmoid(float x, const float *p)
{
    const float y = p[0] * x + p[1];
    return y < 0 ? 0 : y > 1 ? 1 : y;
}
static inline float hard_sigmoid_d(float x, float y, const float *p) { (void)x; return y > 0 && y < 1 ? p[0] : 0; }

static inline float tangent(float x, const float *p) { (void)p; return (float)lrp_smooth_tanh((double)x); }
static inline float tangent_d(float x, float y, const float *p)
{
    (void)p, (void)y;
    return 4 * lrp_sigmoid(2 * x) * lrp_sigmoid(-2 * x);
}

static inline float softplus(float x, const float *p) { (void)p; return (x > 0 ? x : 0) + log1pf(expf(-fabsf(x))); }
static inline float softplus_d(float x, float y, const float *p) { (void)p, (void)y; return lrp_sigmoid(x); }

static inline float softsign(float x, const float *p) { (void)p; return x / (1 + fabsf(x)); }
static inline float softsign_d(float x, float y, const float *p)
{
    (void)p, (void)y;
    const float d = 1 + fabsf(x);
    return 1 / (d * d);
}

static inline float thresholded(float x, const float *p) { return x > p[0] ? x : 0; }
static inline float thresholded_d(float x, float y, const float *p) { (void)y; return x > p[0] ? 1 : 0; }

static inline float hard_swish(float x, const float *p)
{
    (void)p;
    return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6;
}
static inline float hard_swish_d(float x, float y, const float *p)
{
    (void)p, (void)y;
    return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5f;
}

/* From the tail, not by 1+erf, which cancels for negative x. */
static inline float gelu_exact(float x, const float *p)
{
    (void)p;
    const float within = x > 16 ? 16 : x < -16 ? -16 : x, beyond = within * lrp_float_tail(within); /* infinity keeps its sign */
    return x < 0 ? beyond : x - beyond;
}
static inline float gelu_exact_d(float x, float y, const float *p)
{
    (void)y, (void)p;
    const double w = (double)x;
    return (float)(.5 * lrp_smooth_erfc(-0.7071067811865476 * w) + w * 0.3989422804014327 * lrp_smooth_exp(-.5 * w * w));
}
static inline float gelu_tanh(float x, const float *p)
{
    (void)p;
    return x * lrp_float_sigmoid(1.5957691216f * (x + 0.044715f * x * x * x));
}
static inline float gelu_tanh_d(float x, float y, const float *p)
{
    (void)y, (void)p;
    const float u = 1.5957691216f * (x + 0.044715f * x * x * x), du = 1.5957691216f * (1 + 0.134145f * x * x);
    return lrp_sigmoid(u) + x * lrp_sigmoid(u) * lrp_sigmoid(-u) * du;
}

static inline float swish(float x, const float *p) { return x * lrp_float_sigmoid(p[0] * x); }
static inline float swish_d(float x, float y, const float *p)
{
    (void)y;
    return lrp_sigmoid(p[0] * x) + p[0] * x * lrp_sigmoid(p[0] * x) * lrp_sigmoid(-p[0] * x);
}

/* tanh(log(1+e^x)) = n/(n+2) with n = e^x (e^x+2); beyond 20 it is 1 in float. */
static float mish(float x, const float *p)
{
    (void)p;
    if (x > 20)
        return x;
    const float e = expf(x), n = e * (e + 2);
    return x * (n / (n + 2));
}
static float mish_d(float x, float y, const float *p)
{
    (void)p, (void)y;
    if (x > 20)
        return 1;
    const float e = expf(x), n = e * (e + 2);
    return n / (n + 2) + x * (4 * (n + 1) / ((n + 2) * (n + 2))) * lrp_sigmoid(x);
}

LRP_UNARY(relu) LRP_UNARY(leaky) LRP_UNARY(elu) LRP_UNARY(selu) LRP_UNARY(celu) LRP_UNARY(sigmoid)
LRP_UNARY(hard_sigmoid) LRP_UNARY(tangent) LRP_UNARY(softplus) LRP_UNARY(softsign) LRP_UNARY(thresholded)
LRP_UNARY(hard_swish) LRP_UNARY(gelu_exact) LRP_UNARY(gelu_tanh) LRP_UNARY(swish) LRP_UNARY(mish)

/* p[0]: the tanh approximation. */
static void gelu_map(const float *restrict x, float *restrict y, size_t n, const float *p)
{
    (p[0] != 0 ? gelu_tanh_map : gelu_exact_map)(x, y, n, p);
}
static void gelu_slope(const float *restrict x, const float *restrict y, const float *restrict s, float *restrict g, size_t n,
                       const float *p)
{
    (p[0] != 0 ? gelu_tanh_slope : gelu_exact_slope)(x, y, s, g, n, p);
}

static int64_t relu_integer(int64_t x) { return x < 0 ? 0 : x; }

/* ---- attributes ---- */

static void leaky_parameters(const struct lrp_call *call, float *p) { p[0] = lrp_call_float(call, "alpha", 0.01f); }
static void alpha_parameters(const struct lrp_call *call, float *p) { p[0] = lrp_call_float(call, "alpha", 1); }
static void selu_parameters(const struct lrp_call *call, float *p)
{
    p[0] = lrp_call_float(call, "alpha", 1.67326319217681884765625f);
    p[1] = lrp_call_float(call, "gamma", 1.05070102214813232421875f);
}
static void hard_sigmoid_parameters(const struct lrp_call *call, float *p)
{
    p[0] = lrp_call_float(call, "alpha", 0.2f);
    p[1] = lrp_call_float(call, "beta", 0.5f);
}
static void gelu_parameters(const struct lrp_call *call, float *p)
{
    p[0] = strcmp(lrp_call_string(call, "approximate", "none"), "tanh") == 0;
}
/* Our own attribute is beta, ONNX's and Microsoft's is alpha. */
static void swish_parameters(const struct lrp_call *call, float *p)
{
    p[0] = lrp_call_float(call, "beta", lrp_call_float(call, "alpha", 1));
}
static void quick_gelu_parameters(const struct lrp_call *call, float *p) { p[0] = lrp_call_float(call, "alpha", 1.702f); }
// clang-format on

static enum lrp_status gelu_infer(struct lrp_call *call, struct lrp_error *err)
{
    const char *how = lrp_call_string(call, "approximate", "none");
    if (strcmp(how, "none") != 0 && strcmp(how, "tanh") != 0)
        return lrp_fail(err, LRP_FILE, "attribute approximate is \"%.40s\", it must be \"none\" or \"tanh\"", how);
    return lrp_unary_infer(call, err);
}
static enum lrp_status celu_infer(struct lrp_call *call, struct lrp_error *err)
{
    if (lrp_call_float(call, "alpha", 1) == 0) return lrp_fail(err, LRP_FILE, "attribute alpha of Celu is 0");
    return lrp_unary_infer(call, err);
}

// clang-format off
/* An activation: LRP_UNARY_ROW's columns, and it can be fused. */
#define ROW(...) {LRP_UNARY_ROW(__VA_ARGS__), .traits = LRP_TRAIT_ACTIVATION, .blocks = lrp_unary_blocks}
#define ROW_INFER(...) {LRP_UNARY_ROW_INFER(__VA_ARGS__), .traits = LRP_TRAIT_ACTIVATION, .blocks = lrp_unary_blocks}
#define OWN "lrpscope"
#define MICROSOFT "com.microsoft"
const struct lrp_operator lrp_ops_activation[] = {
    {LRP_UNARY_ROW("Relu", "", RELU, relu, NULL, relu_integer, 1, 6, 13, 14),
     .traits = LRP_TRAIT_ACTIVATION | LRP_TRAIT_GATES, .blocks = lrp_unary_blocks},
    ROW("LeakyRelu", "", LEAKY_RELU, leaky, leaky_parameters, NULL, 1, 6, 16),
    ROW("Elu", "", ELU, elu, alpha_parameters, NULL, 1, 6, 22),
    ROW("Selu", "", SELU, selu, selu_parameters, NULL, 6, 22),
    ROW_INFER(celu_infer, "Celu", "", CELU, celu, alpha_parameters, NULL, 12, 28),
    ROW("Sigmoid", "", SIGMOID, sigmoid, NULL, NULL, 1, 6, 13),
    ROW("HardSigmoid", "", HARD_SIGMOID, hard_sigmoid, hard_sigmoid_parameters, NULL, 1, 6, 22),
    ROW("Tanh", "", TANH, tangent, NULL, NULL, 1, 6, 13),
    ROW("Softplus", "", SOFTPLUS, softplus, NULL, NULL, 1, 22),
    ROW("Softsign", "", SOFTSIGN, softsign, NULL, NULL, 1, 22),
    ROW("ThresholdedRelu", "", THRESHOLDED_RELU, thresholded, alpha_parameters, NULL, 10, 22),
    ROW("HardSwish", "", HARD_SWISH, hard_swish, NULL, NULL, 14, 22),
    ROW_INFER(gelu_infer, "Gelu", "", GELU, gelu, gelu_parameters, NULL, 20),
    ROW("Mish", "", MISH, mish, NULL, NULL, 18, 22),
    ROW("Swish", "", SWISH, swish, swish_parameters, NULL, 24),
    ROW_INFER(gelu_infer, "Gelu", MICROSOFT, GELU, gelu, gelu_parameters, NULL, 1),
    ROW("QuickGelu", MICROSOFT, SWISH, swish, quick_gelu_parameters, NULL, 1),
    ROW_INFER(gelu_infer, "Gelu", OWN, GELU, gelu, gelu_parameters, NULL, 1),
    ROW("Swish", OWN, SWISH, swish, swish_parameters, NULL, 1),
    ROW("HardSwish", OWN, HARD_SWISH, hard_swish, NULL, NULL, 1),
    ROW("Mish", OWN, MISH, mish, NULL, NULL, 1),
    {.name = "Clip", .domain = "", .versions = {1, 6, 11, 12, 13}, .traits = LRP_TRAIT_ACTIVATION | LRP_TRAIT_BOUNDED, .static_kind = LRP_KIND_OTHER, .kind = lrp_clip_kind,
     .infer = lrp_clip_infer, .forward = lrp_clip_forward, .vjp = lrp_clip_vjp, .blocks = lrp_clip_blocks,
     .batch = lrp_batch_elementwise},
    {.name = "PRelu", .domain = "", .versions = {7, 9, 16}, .traits = LRP_TRAIT_ACTIVATION, .static_kind = LRP_KIND_PRELU,
     .infer = lrp_prelu_infer, .forward = lrp_prelu_forward, .vjp = lrp_prelu_vjp,
     .batch = lrp_batch_elementwise},
    {0},
};
// clang-format on
