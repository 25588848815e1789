/* math.c: other elementwise functions of one variable: the functions and the operator rows. */
#include <math.h>

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

static enum lrp_status not_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_unary_infer(call, err);
    if (!status && call->in[0].dtype != LRP_DTYPE_BOOL)
        return lrp_fail(err, LRP_FILE, "Not works on booleans, its input is of type %s", lrp_dtype_text(call->in[0].dtype));
    return status;
}
static enum lrp_status bitwise_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_unary_infer(call, err);
    return status ? status : lrp_infer_is_integer(call, 0, err);
}

// clang-format off
/* Functions of floats without parameters, and functions of integers alone, which have no slope. */
#define ROW(op, function, ...) {LRP_UNARY_ROW(op, "", OTHER, function, NULL, NULL, __VA_ARGS__)}
#define INTEGER_ROW(op, checker, function, ...)                                                                          \
    {                                                                                                                    \
        .name = op, .domain = "", .versions = { __VA_ARGS__ }, .traits = LRP_TRAIT_NO_VJP, .static_kind = LRP_KIND_OTHER,\
        .infer = checker, .forward = lrp_unary_forward, .batch = lrp_batch_elementwise, .own = &(const struct lrp_unary) { .integer = function }         \
    }
#define TEST(op, function, ...)                                                                                          \
    {                                                                                                                    \
        .name = op, .domain = "", .versions = { __VA_ARGS__ }, .traits = LRP_TRAIT_NO_VJP, .static_kind = LRP_KIND_OTHER,\
        .infer = lrp_test_infer, .forward = function, .batch = lrp_batch_elementwise                                                                     \
    }
#define MOVE(op, layer, more, of_call, f, later, ...)                                                                                          \
    {                                                                                                                    \
        .name = op, .domain = "", .versions = { __VA_ARGS__ }, .traits = LRP_TRAIT_MOVES | (more),                        \
        .static_kind = LRP_KIND_##layer, .kind = of_call, .infer = f##_infer,                                            \
        .forward = lrp_pass_forward, .vjp = lrp_pass_vjp, .defer = later, .batch = lrp_batch_first_input                                                                 \
    }
const struct lrp_operator lrp_ops_math[] = {
    {LRP_UNARY_ROW("Neg", "", NEG, negative, NULL, integer_negative, 1, 6, 13)},
    {LRP_UNARY_ROW("Abs", "", OTHER, absolute, NULL, integer_absolute, 1, 6, 13)},
    {LRP_UNARY_ROW("Sign", "", OTHER, sign_, NULL, integer_sign, 9, 13)},
    ROW("Sqrt", root, 1, 6, 13),
    ROW("Exp", exponential, 1, 6, 13),
    ROW("Log", logarithm, 1, 6, 13),
    ROW("Erf", error_function, 9, 13),
    ROW("Reciprocal", reciprocal, 1, 6, 13),
    ROW("Floor", floor_, 1, 6, 13),
    ROW("Ceil", ceil_, 1, 6, 13),
    ROW("Round", round_, 11, 22),
    ROW("Sin", sine, 7, 22),
    ROW("Cos", cosine, 7, 22),
    ROW("Tan", tan_, 7, 22),
    ROW("Asin", arc_sine, 7, 22),
    ROW("Acos", arc_cosine, 7, 22),
    ROW("Atan", arc_tan, 7, 22),
    ROW("Sinh", hyperbolic_sine, 9, 22),
    ROW("Cosh", hyperbolic_cosine, 9, 22),
    ROW("Asinh", area_sine, 9, 22),
    ROW("Acosh", area_cosine, 9, 22),
    ROW("Atanh", area_tan, 9, 22),
    {LRP_UNARY_ROW("Shrink", "", OTHER, shrink, shrink_parameters, NULL, 9)},
    INTEGER_ROW("Not", not_infer, logical_not, 1),
    INTEGER_ROW("BitwiseNot", bitwise_infer, integer_not, 18),
    TEST("IsNaN", lrp_isnan_forward, 9, 13, 20),
    TEST("IsInf", lrp_isinf_forward, 10, 20),
    MOVE("Identity", IDENTITY, LRP_TRAIT_TEXTS | LRP_TRAIT_HANDS_ON, NULL, lrp_identity, NULL, 1, 13, 14, 16, 19, 21, 23, 24, 25),
    MOVE("Dropout", DROPOUT, LRP_TRAIT_HANDS_ON, NULL, lrp_dropout, NULL, 7, 10, 12, 13, 22),
    MOVE("Cast", OTHER, LRP_TRAIT_TEXTS | LRP_TRAIT_HANDS_ON, lrp_cast_kind, lrp_cast, lrp_cast_defer, 6, 9, 13, 19, 21, 23, 24, 25),
    MOVE("CastLike", OTHER, LRP_TRAIT_TEXTS, lrp_cast_kind, lrp_cast_like, lrp_cast_defer, 15, 19, 21, 23, 24, 25),
    { 0 },
};
// clang-format on
