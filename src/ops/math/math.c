/* math.c: other elementwise functions of one variable: the functions and the operator rows. */
#include <math.h>

#include "batch.h"
#include "math_ops.h"

// clang-format off
/* ---- functions; NAME_d is the derivative at x, where y = f(x) ---- */

#define FUNCTION(name, value, derivative)                                                                                \
    static inline float name(float x, const float *p) { (void)p; return value; }                                         \
    static inline float name##_d(float x, float y, const float *p) { (void)x, (void)y, (void)p; return derivative; }     \
    LRP_UNARY(name)
FUNCTION(negative, -x, -1)
FUNCTION(absolute, fabsf(x), x > 0 ? 1 : x < 0 ? -1 : 0)
FUNCTION(root, sqrtf(x), 0.5f / y)
FUNCTION(exponential, expf(x), y)
FUNCTION(logarithm, logf(x), 1 / x)
FUNCTION(error_function, erff(x), 1.1283791671f * expf(-x * x))
FUNCTION(reciprocal, 1 / x, -y * y)
FUNCTION(sine, sinf(x), cosf(x))
FUNCTION(cosine, cosf(x), -sinf(x))
FUNCTION(tan_, tanf(x), 1 + y * y)
FUNCTION(arc_sine, asinf(x), 1 / sqrtf((1 - x) * (1 + x)))
FUNCTION(arc_cosine, acosf(x), -1 / sqrtf((1 - x) * (1 + x)))
FUNCTION(arc_tan, atanf(x), 1 / (1 + x * x))
FUNCTION(hyperbolic_sine, sinhf(x), coshf(x))
FUNCTION(hyperbolic_cosine, coshf(x), sinhf(x))
FUNCTION(area_sine, asinhf(x), 1 / sqrtf(1 + x * x))
FUNCTION(area_cosine, acoshf(x), 1 / sqrtf((x - 1) * (x + 1)))
FUNCTION(area_tan, atanhf(x), 1 / ((1 - x) * (1 + x)))
FUNCTION(shrink, x < -p[0] ? x + p[1] : x > p[0] ? x - p[1] : 0, fabsf(x) > p[0] ? 1 : 0)
/* Steps: flat wherever they have a derivative. */
FUNCTION(floor_, floorf(x), 0)
FUNCTION(ceil_, ceilf(x), 0)
FUNCTION(round_, rintf(x), 0) /* halves to even, as the standard wants */
FUNCTION(sign_, x > 0 ? 1 : x < 0 ? -1 : x, 0)
// clang-format on

static int64_t integer_negative(int64_t x)
{
    return (int64_t)(0 - (uint64_t)x);
}
static int64_t integer_absolute(int64_t x)
{
    return x < 0 ? integer_negative(x) : x;
}
static int64_t integer_sign(int64_t x)
{
    return (x > 0) - (x < 0);
}
static int64_t integer_not(int64_t x)
{
    return ~x;
}
static int64_t logical_not(int64_t x)
{
    return !x;
}

static void shrink_parameters(const struct lrp_call *call, float *p)
{
    p[0] = lrp_call_float(call, "lambd", 0.5f);
    p[1] = lrp_call_float(call, "bias", 0);
}

// clang-format off
#define PLAIN(op, f) { op, NULL, f##_map, f##_slope, NULL }
static const struct lrp_unary functions[] = {
    { "Neg", NULL, negative_map, negative_slope, integer_negative },
    { "Abs", NULL, absolute_map, absolute_slope, integer_absolute },
    { "Sign", NULL, sign__map, sign__slope, integer_sign },
    PLAIN("Sqrt", root), PLAIN("Exp", exponential), PLAIN("Log", logarithm), PLAIN("Erf", error_function),
    PLAIN("Reciprocal", reciprocal), PLAIN("Floor", floor_), PLAIN("Ceil", ceil_), PLAIN("Round", round_),
    PLAIN("Sin", sine), PLAIN("Cos", cosine), PLAIN("Tan", tan_), PLAIN("Asin", arc_sine), PLAIN("Acos", arc_cosine),
    PLAIN("Atan", arc_tan), PLAIN("Sinh", hyperbolic_sine), PLAIN("Cosh", hyperbolic_cosine), PLAIN("Asinh", area_sine),
    PLAIN("Acosh", area_cosine), PLAIN("Atanh", area_tan),
    { "Shrink", shrink_parameters, shrink_map, shrink_slope, NULL },
    { "Not", NULL, NULL, NULL, logical_not },
    { "BitwiseNot", NULL, NULL, NULL, integer_not },
    { 0 },
};
// clang-format on

static enum lrp_status infer(struct lrp_call *call, struct lrp_error *err)
{
    return lrp_unary_infer(functions, call, err);
}
static enum lrp_status not_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = infer(call, err);
    if (!status && call->in[0].dtype != LRP_DTYPE_BOOL)
        return lrp_fail(err, LRP_FILE, "Not works on booleans, its input is of type %s", lrp_dtype_text(call->in[0].dtype));
    return status;
}
static enum lrp_status bitwise_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = infer(call, err);
    return status ? status : lrp_infer_is_integer(call, 0, err);
}
static enum lrp_status forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle, (void)err;
    return lrp_unary_forward(functions, call, in, out, run);
}
static enum lrp_status vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)err;
    return lrp_unary_vjp(functions, call, in, out, s, grad, run);
}

// clang-format off
#define ROW(op, ...) { .name = op, .domain = "", .versions = { __VA_ARGS__ }, .infer = infer, .forward = forward, .vjp = vjp, .batch = lrp_batch_elementwise }
#define MOVE(op, layer, f, ...)                                                                                          \
    {                                                                                                                    \
        .name = op, .domain = "", .versions = { __VA_ARGS__ }, .traits = LRP_TRAIT_MOVES, layer, .infer = f##_infer,     \
        .forward = lrp_pass_forward, .vjp = lrp_pass_vjp, .batch = lrp_batch_first_input                                                                 \
    }
const struct lrp_operator lrp_ops_math[] = {
    ROW("Neg", 1, 6, 13),
    ROW("Abs", 1, 6, 13),
    ROW("Sign", 9, 13),
    ROW("Sqrt", 1, 6, 13),
    ROW("Exp", 1, 6, 13),
    ROW("Log", 1, 6, 13),
    ROW("Erf", 9, 13),
    ROW("Reciprocal", 1, 6, 13),
    ROW("Floor", 1, 6, 13),
    ROW("Ceil", 1, 6, 13),
    ROW("Round", 11, 22),
    ROW("Sin", 7, 22),
    ROW("Cos", 7, 22),
    ROW("Tan", 7, 22),
    ROW("Asin", 7, 22),
    ROW("Acos", 7, 22),
    ROW("Atan", 7, 22),
    ROW("Sinh", 9, 22),
    ROW("Cosh", 9, 22),
    ROW("Asinh", 9, 22),
    ROW("Acosh", 9, 22),
    ROW("Atanh", 9, 22),
    ROW("Shrink", 9),
    { .name = "Not", .domain = "", .versions = { 1 }, .infer = not_infer, .forward = forward, .batch = lrp_batch_elementwise },
    { .name = "BitwiseNot", .domain = "", .versions = { 18 }, .infer = bitwise_infer, .forward = forward, .batch = lrp_batch_elementwise },
    { .name = "IsNaN", .domain = "", .versions = { 9, 13, 20 }, .infer = lrp_test_infer, .forward = lrp_isnan_forward, .batch = lrp_batch_elementwise },
    { .name = "IsInf", .domain = "", .versions = { 10, 20 }, .infer = lrp_test_infer, .forward = lrp_isinf_forward, .batch = lrp_batch_elementwise },
    MOVE("Identity", .static_kind = LRP_KIND_IDENTITY, lrp_identity, 1, 13, 14, 16, 19, 21, 23, 24, 25),
    MOVE("Dropout", .static_kind = LRP_KIND_DROPOUT, lrp_dropout, 7, 10, 12, 13, 22),
    MOVE("Cast", .kind = lrp_cast_kind, lrp_cast, 6, 9, 13, 19, 21, 23, 24, 25),
    MOVE("CastLike", .kind = lrp_cast_kind, lrp_cast_like, 15, 19, 21, 23, 24, 25),
    { 0 },
};
// clang-format on
