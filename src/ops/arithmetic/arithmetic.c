/* arithmetic.c: operators of two operands with broadcasting: Add Sub Mul Div Mod, and the family's rows. */
#include "arithmetic.h"

#include <math.h>

#include "convert.h"

/* n results from a run of two operands whose steps are 0 or 1. */
typedef void (*float_kernel)(const float *a, size_t step_a, const float *b, size_t step_b, float *restrict y, size_t n);
/* The same for a gradient: y is the result of the forward pass, s its cotangent. */
typedef void (*pull_kernel)(const float *a, size_t step_a, const float *b, size_t step_b, const float *y, const float *s,
                            float *restrict g, size_t n);

// clang-format off
/* ---- functions: op and its derivatives op_da, op_db at (a, b), where y = op(a, b) ---- */

static inline float add(float a, float b) { return a + b; }
static inline float add_da(float a, float b, float y) { (void)a, (void)b, (void)y; return 1; }
static inline float add_db(float a, float b, float y) { (void)a, (void)b, (void)y; return 1; }
static inline float sub(float a, float b) { return a - b; }
static inline float sub_da(float a, float b, float y) { (void)a, (void)b, (void)y; return 1; }
static inline float sub_db(float a, float b, float y) { (void)a, (void)b, (void)y; return -1; }
static inline float mul(float a, float b) { return a * b; }
static inline float mul_da(float a, float b, float y) { (void)a, (void)y; return b; }
static inline float mul_db(float a, float b, float y) { (void)b, (void)y; return a; }
static inline float quotient(float a, float b) { return a / b; }
static inline float quotient_da(float a, float b, float y) { (void)a, (void)y; return 1 / b; }
static inline float quotient_db(float a, float b, float y) { (void)a; return -y / b; }
static inline float remainder_c(float a, float b) { return fmodf(a, b); }
static inline float remainder_c_da(float a, float b, float y) { (void)a, (void)b, (void)y; return 1; }
static inline float remainder_c_db(float a, float b, float y) { (void)y; return -truncf(a / b); }

/* The loops with constant steps are those that vectorise. */
#define FLOAT_KERNEL(op)                                                                                                 \
    static void op##_run(const float *a, size_t step_a, const float *b, size_t step_b, float *restrict y, size_t n)      \
    {                                                                                                                    \
        if (step_a && step_b)                                                                                            \
            for (size_t i = 0; i < n; ++i)                                                                               \
                y[i] = op(a[i], b[i]);                                                                                   \
        else if (step_a)                                                                                                 \
            for (size_t i = 0; i < n; ++i)                                                                               \
                y[i] = op(a[i], *b);                                                                                     \
        else                                                                                                             \
            for (size_t i = 0; i < n; ++i)                                                                               \
                y[i] = op(*a, b[i * step_b]);                                                                            \
    }
#define PULL_KERNEL(op)                                                                                                  \
    static void op##_run(const float *a, size_t step_a, const float *b, size_t step_b, const float *y, const float *s,   \
                         float *restrict g, size_t n)                                                                    \
    {                                                                                                                    \
        for (size_t i = 0; i < n; ++i)                                                                                   \
            g[i] = lrp_times_slope(s[i], op(a[i * step_a], b[i * step_b], y[i]));                                        \
    }
#define KERNELS(op) FLOAT_KERNEL(op) PULL_KERNEL(op##_da) PULL_KERNEL(op##_db)
KERNELS(add) KERNELS(sub) KERNELS(mul) KERNELS(quotient) KERNELS(remainder_c)
    // clang-format on

    static int64_t integer_add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}
int64_t lrp_integer_multiply(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a * (uint64_t)b);
}
static int64_t integer_sub(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}
/* Towards zero, as C; by zero gives 0, as numpy. */
static int64_t integer_div(int64_t a, int64_t b)
{
    return b == 0 ? 0 : b == -1 ? integer_sub(0, a) : a / b;
}
static int64_t integer_fmod(int64_t a, int64_t b)
{
    return b == 0 || b == -1 ? 0 : a % b;
}
/* With the sign of the divisor, as Python. */
static int64_t integer_mod(int64_t a, int64_t b)
{
    const int64_t r = integer_fmod(a, b);
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

/* What a row of two operands owns. */
struct binary {
    float_kernel run;
    pull_kernel pull[2];
    int64_t (*integer)(int64_t a, int64_t b);
    int64_t (*unless_fmod)(int64_t a, int64_t b); /* instead of it unless the attribute fmod is set; NULL: there is none */
};

static int64_t (*integer_of(const struct lrp_call *call))(int64_t a, int64_t b)
{
    const struct binary *const op = call->op->own;
    return op->unless_fmod && lrp_call_int(call, "fmod", 0) == 0 ? op->unless_fmod : op->integer;
}

static enum lrp_status binary_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    if (!status) status = lrp_infer_same_dtype(call, 0, 2, err);
    return status ? status : lrp_infer_binary(call, call->in[0].dtype, err);
}

static enum lrp_status mod_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = binary_infer(call, err);
    if (!status && lrp_dtype_is_float(call->in[0].dtype) && lrp_call_int(call, "fmod", 0) != 1)
        return lrp_fail(err, LRP_FILE, "Mod of floats must have the attribute fmod = 1");
    return status;
}

struct lrp_broadcast lrp_binary_plan(const struct lrp_tensor *const *in, const struct lrp_shape *out)
{
    struct lrp_broadcast plan;
    lrp_broadcast_plan(&plan, out, (const struct lrp_shape *const[]){&in[0]->shape, &in[1]->shape}, 2);
    return plan;
}

struct binary_job {
    const struct binary *op;
    int64_t (*integer)(int64_t a, int64_t b);
    const struct lrp_tensor *a, *b, *y, *s;
    struct lrp_tensor *out;
    int operand; /* whose gradient is wanted */
};

static void forward_run(const void *data, const struct lrp_broadcast_run *run)
{
    const struct binary_job *job = data;
    if (lrp_dtype_is_float(job->out->dtype)) {
        job->op->run(job->a->f + run->at[0], run->step[0], job->b->f + run->at[1], run->step[1], job->out->f + run->out,
                     run->n);
        return;
    }
    const int64_t *a = job->a->i + run->at[0], *b = job->b->i + run->at[1];
    for (size_t i = 0; i < run->n; ++i)
        job->out->i[run->out + i] = lrp_wrap_integer(job->out->dtype, job->integer(a[i * run->step[0]], b[i * run->step[1]]));
}

static enum lrp_status binary_forward(LRP_FORWARD_PARAMETERS)
{
    const struct binary_job job = {.op = call->op->own, .integer = integer_of(call), .a = in[0], .b = in[1], .out = out[0]};
    const struct lrp_broadcast plan = lrp_binary_plan(in, &out[0]->shape);
    (void)handle, (void)err;
    if (out[0]->block)
        lrp_sum_forward(call, in, out[0], run);
    else
        lrp_broadcast_for(&plan, run, forward_run, &job);
    return LRP_OK;
}

static void pull_run(const void *data, const struct lrp_broadcast_run *run, float *restrict g)
{
    const struct binary_job *job = data;
    job->op->pull[job->operand](job->a->f + run->at[0], run->step[0], job->b->f + run->at[1], run->step[1],
                                job->y->f + run->out, job->s->f + run->out, g, run->n);
}

static enum lrp_status binary_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)err;
    if (!s[0]) return LRP_OK;
    if (s[0]->block) {
        lrp_sum_vjp(call, s[0], grad, run);
        return LRP_OK;
    }
    const struct lrp_broadcast plan = lrp_binary_plan(in, &out[0]->shape);
    for (int k = 0; k < 2; ++k) {
        const struct binary_job job = {.op = call->op->own, .a = in[0], .b = in[1], .y = out[0], .s = s[0], .operand = k};
        if (grad[k]) lrp_broadcast_reduce(&plan, k, pull_run, &job, grad[k], run);
    }
    return LRP_OK;
}

static enum lrp_kind mul_kind(const struct lrp_call *call)
{
    (void)call;
    return LRP_KIND_MUL;
}

/* By what carries no relevance, which only roles.c can tell. */
static enum lrp_kind div_kind(const struct lrp_call *call)
{
    (void)call;
    return LRP_KIND_DIV;
}

static enum lrp_kind where_kind(const struct lrp_call *call)
{
    (void)call;
    return LRP_KIND_MASK;
}

static enum lrp_kind add_kind(const struct lrp_call *call)
{
    int data = 0; /* or what may be: of what cannot run the type is not known */
    for (int i = 0; i < call->in_count; ++i)
        data += lrp_call_is_data(call, i) || (lrp_call_has(call, i) && call->in[i].dtype == LRP_DTYPE_UNDEFINED);
    return data >= 2 ? LRP_KIND_ADD : LRP_KIND_OTHER;
}

/* The family's rows: op, versions, functions. */
// clang-format off
#define ROW(op, ...)                                                                                                     \
    .name = op, .domain = "", .versions = { __VA_ARGS__ }, .static_kind = LRP_KIND_OTHER, .batch = lrp_batch_elementwise
#define BINARY(op, checker, f, whole, otherwise, ...)                                                                    \
    ROW(op, __VA_ARGS__), .infer = checker, .forward = binary_forward, .vjp = binary_vjp,                                              \
    .own = &(const struct binary) { f##_run, { f##_da_run, f##_db_run }, whole, otherwise }
#define VARIADIC(op, fold, ...)                                                                                          \
    ROW(op, __VA_ARGS__), .infer = lrp_variadic_infer, .forward = lrp_variadic_forward, .vjp = lrp_variadic_vjp,         \
    .own = &(const struct lrp_fold) { LRP_FOLD_##fold }
#define LEGACY(op, is_slope, ...)                                                                                        \
    ROW(op, __VA_ARGS__), .infer = lrp_legacy_infer, .forward = lrp_legacy_forward,                                      \
    .own = &(const struct lrp_legacy) { is_slope }
const struct lrp_operator lrp_ops_arithmetic[] = {
    { BINARY("Add", binary_infer, add, integer_add, NULL, 7, 13, 14), .kind = add_kind, .traits = LRP_TRAIT_ADDS | LRP_TRAIT_OPERANDS,
      .blocks = lrp_sum_blocks },
    { BINARY("Sub", binary_infer, sub, integer_sub, NULL, 7, 13, 14), .traits = LRP_TRAIT_OPERANDS },
    { BINARY("Mul", binary_infer, mul, lrp_integer_multiply, NULL, 7, 13, 14), .kind = mul_kind, .traits = LRP_TRAIT_PRODUCT,
      .share = lrp_mul_share },
    { BINARY("Div", binary_infer, quotient, integer_div, NULL, 7, 13, 14), .kind = div_kind, .share = lrp_div_share },
    { BINARY("Mod", mod_infer, remainder_c, integer_fmod, integer_mod, 10, 13) },
    { ROW("Pow", 7, 12, 13, 15), .infer = lrp_pow_infer, .forward = lrp_pow_forward, .vjp = lrp_pow_vjp },
    { VARIADIC("Sum", SUM, 6, 8, 13), .kind = add_kind, .traits = LRP_TRAIT_ADDS | LRP_TRAIT_OPERANDS, .blocks = lrp_sum_blocks },
    { VARIADIC("Mean", MEAN, 6, 8, 13), .traits = LRP_TRAIT_OPERANDS },
    { VARIADIC("Max", MAX, 6, 8, 12, 13), .traits = LRP_TRAIT_ROUTES | LRP_TRAIT_OPERANDS },
    { VARIADIC("Min", MIN, 6, 8, 12, 13), .traits = LRP_TRAIT_ROUTES | LRP_TRAIT_OPERANDS },
    { ROW("Where", 9, 16), .infer = lrp_where_infer, .forward = lrp_where_forward, .vjp = lrp_where_vjp,
      .kind = where_kind, .traits = LRP_TRAIT_ROUTES | LRP_TRAIT_OPERANDS },
    { LEGACY("Add", false, 1, 6), .vjp = lrp_legacy_vjp, .kind = add_kind, .traits = LRP_TRAIT_OPERANDS },
    { LEGACY("Sub", false, 1, 6), .vjp = lrp_legacy_vjp, .traits = LRP_TRAIT_OPERANDS },
    { LEGACY("Mul", false, 1, 6), .vjp = lrp_legacy_vjp, .kind = mul_kind, .traits = LRP_TRAIT_PRODUCT },
    { LEGACY("Div", false, 1, 6), .vjp = lrp_legacy_vjp, .kind = div_kind },
    { LEGACY("Pow", false, 1), .vjp = lrp_legacy_vjp },
    { .name = "PRelu", .domain = "", .versions = { 1, 6 }, .traits = LRP_TRAIT_ACTIVATION, .static_kind = LRP_KIND_PRELU,
      .infer = lrp_legacy_infer, .forward = lrp_legacy_forward, .vjp = lrp_legacy_vjp,
      .batch = lrp_batch_elementwise, .own = &(const struct lrp_legacy) { true } },
    { LEGACY("Equal", false, 1), .traits = LRP_TRAIT_NO_VJP },
    { LEGACY("Less", false, 1), .traits = LRP_TRAIT_NO_VJP },
    { LEGACY("Greater", false, 1), .traits = LRP_TRAIT_NO_VJP },
    { LEGACY("And", false, 1), .traits = LRP_TRAIT_NO_VJP },
    { LEGACY("Or", false, 1), .traits = LRP_TRAIT_NO_VJP },
    { LEGACY("Xor", false, 1), .traits = LRP_TRAIT_NO_VJP },
    { 0 },
};
// clang-format on
