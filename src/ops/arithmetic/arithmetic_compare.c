/* arithmetic_compare.c: comparisons, logic and bits with broadcasting, their rows, and Where. */
#include <string.h>

#include "arithmetic.h"
#include "convert.h"

/* ---- two operands, an integer or boolean result ---- */

static int64_t f_equal(float a, float b)
{
    return a == b;
}
static int64_t f_less(float a, float b)
{
    return a < b;
}
static int64_t f_greater(float a, float b)
{
    return a > b;
}
static int64_t f_less_equal(float a, float b)
{
    return a <= b;
}
static int64_t f_greater_equal(float a, float b)
{
    return a >= b;
}
static int64_t i_equal(int64_t a, int64_t b)
{
    return a == b;
}
static int64_t i_less(int64_t a, int64_t b)
{
    return a < b;
}
static int64_t i_greater(int64_t a, int64_t b)
{
    return a > b;
}
static int64_t i_less_equal(int64_t a, int64_t b)
{
    return a <= b;
}
static int64_t i_greater_equal(int64_t a, int64_t b)
{
    return a >= b;
}
/* Booleans are held as 0 and 1, so that these serve for logic and bits alike. */
static int64_t i_and(int64_t a, int64_t b)
{
    return a & b;
}
static int64_t i_or(int64_t a, int64_t b)
{
    return a | b;
}
static int64_t i_xor(int64_t a, int64_t b)
{
    return a ^ b;
}
static int64_t i_left(int64_t a, int64_t b)
{
    return b < 0 || b > 63 ? 0 : (int64_t)((uint64_t)a << b);
}
static int64_t i_right(int64_t a, int64_t b)
{
    return b < 0 || b > 63 ? 0 : (int64_t)((uint64_t)a >> b);
}

enum operand_type { ANY_TYPE, ONLY_BOOL, ONLY_INTEGER };
/* What such a row owns. */
struct comparison {
    enum operand_type type;
    bool gives_bool;
    int64_t (*floats)(float a, float b);
    int64_t (*integers)(int64_t a, int64_t b);
    int64_t (*to_the_right)(int64_t a, int64_t b); /* instead of it with the attribute direction RIGHT; NULL: there is none */
};

static bool shifts_right(const struct lrp_call *call)
{
    return strcmp(lrp_call_string(call, "direction", "LEFT"), "RIGHT") == 0;
}

static enum lrp_status compare_infer(struct lrp_call *call, struct lrp_error *err)
{
    const struct comparison *const op = call->op->own;
    enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    if (!status) status = lrp_infer_same_dtype(call, 0, 2, err);
    if (!status && op->type == ONLY_INTEGER) status = lrp_infer_is_integer(call, 0, err);
    if (!status && op->type == ONLY_BOOL && call->in[0].dtype != LRP_DTYPE_BOOL)
        return lrp_fail(err, LRP_FILE, "%s works on booleans, input 0 is of type %s", call->op_type,
                        lrp_dtype_text(call->in[0].dtype));
    if (!status && op->to_the_right && !shifts_right(call) && strcmp(lrp_call_string(call, "direction", ""), "LEFT") != 0)
        return lrp_fail(err, LRP_FILE, "attribute direction of %s must be LEFT or RIGHT", call->op_type);
    return status ? status : lrp_infer_binary(call, op->gives_bool ? LRP_DTYPE_BOOL : call->in[0].dtype, err);
}

struct compare_job {
    const struct comparison *op;
    int64_t (*integers)(int64_t a, int64_t b);
    const struct lrp_tensor *a, *b;
    struct lrp_tensor *out;
};

static void compare_run(const void *data, const struct lrp_broadcast_run *run)
{
    const struct compare_job *job = data;
    int64_t *y = job->out->i + run->out;
    if (lrp_dtype_is_float(job->a->dtype)) {
        const float *a = job->a->f + run->at[0], *b = job->b->f + run->at[1];
        for (size_t i = 0; i < run->n; ++i) y[i] = job->op->floats(a[i * run->step[0]], b[i * run->step[1]]);
        return;
    }
    if (job->a->dtype == LRP_DTYPE_STRING) { /* the order of two texts, compared with that of equal ones */
        const char **a = job->a->s + run->at[0], **b = job->b->s + run->at[1];
        for (size_t i = 0; i < run->n; ++i) y[i] = job->op->integers(strcmp(a[i * run->step[0]], b[i * run->step[1]]), 0);
        return;
    }
    const int64_t *a = job->a->i + run->at[0], *b = job->b->i + run->at[1];
    for (size_t i = 0; i < run->n; ++i)
        y[i] = lrp_wrap_integer(job->out->dtype, job->integers(a[i * run->step[0]], b[i * run->step[1]]));
}

static enum lrp_status compare_forward(LRP_FORWARD_PARAMETERS)
{
    struct compare_job job = {.op = call->op->own, .a = in[0], .b = in[1], .out = out[0]};
    const struct lrp_broadcast plan = lrp_binary_plan(in, &out[0]->shape);
    (void)handle, (void)err;
    job.integers = job.op->to_the_right && shifts_right(call) ? job.op->to_the_right : job.op->integers;
    lrp_broadcast_for(&plan, run, compare_run, &job);
    return LRP_OK;
}

// clang-format off
#define COMPARE(op, more, type, gives_bool, f, i, right, ...)                                                                  \
    {                                                                                                                    \
        .name = op, .domain = "", .versions = { __VA_ARGS__ }, .traits = LRP_TRAIT_NO_VJP | (more), .static_kind = LRP_KIND_OTHER,\
        .infer = compare_infer, .forward = compare_forward, .batch = lrp_batch_elementwise,                              \
        .own = &(const struct comparison) { type, gives_bool, f, i, right }                                              \
    }
const struct lrp_operator lrp_ops_compare[] = {
    COMPARE("Equal", LRP_TRAIT_TEXTS, ANY_TYPE, true, f_equal, i_equal, NULL, 7, 11, 13, 19),
    COMPARE("Less", 0, ANY_TYPE, true, f_less, i_less, NULL, 7, 9, 13),
    COMPARE("Greater", 0, ANY_TYPE, true, f_greater, i_greater, NULL, 7, 9, 13),
    COMPARE("LessOrEqual", 0, ANY_TYPE, true, f_less_equal, i_less_equal, NULL, 12, 16),
    COMPARE("GreaterOrEqual", 0, ANY_TYPE, true, f_greater_equal, i_greater_equal, NULL, 12, 16),
    COMPARE("And", 0, ONLY_BOOL, true, NULL, i_and, NULL, 7),
    COMPARE("Or", 0, ONLY_BOOL, true, NULL, i_or, NULL, 7),
    COMPARE("Xor", 0, ONLY_BOOL, true, NULL, i_xor, NULL, 7),
    COMPARE("BitwiseAnd", 0, ONLY_INTEGER, false, NULL, i_and, NULL, 18),
    COMPARE("BitwiseOr", 0, ONLY_INTEGER, false, NULL, i_or, NULL, 18),
    COMPARE("BitwiseXor", 0, ONLY_INTEGER, false, NULL, i_xor, NULL, 18),
    COMPARE("BitShift", 0, ONLY_INTEGER, false, NULL, i_left, i_right, 11),
    { 0 },
};
// clang-format on

/* ---- Where ---- */

enum lrp_status lrp_where_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 3, 3, err);
    if (!status) status = lrp_infer_same_dtype(call, 1, 3, err);
    if (!status && call->in[0].dtype != LRP_DTYPE_BOOL)
        return lrp_fail(err, LRP_FILE, "the condition of Where is of type %s, it must be bool",
                        lrp_dtype_text(call->in[0].dtype));
    return status ? status : lrp_infer_binary(call, call->in[1].dtype, err);
}

struct where_job {
    const struct lrp_tensor *const *in;
    struct lrp_tensor *out;
    const float *s;
    bool side;
};

static struct lrp_broadcast where_plan(const struct lrp_tensor *const *in, const struct lrp_shape *out)
{
    struct lrp_broadcast plan;
    lrp_broadcast_plan(&plan, out, (const struct lrp_shape *const[]){&in[0]->shape, &in[1]->shape, &in[2]->shape}, 3);
    return plan;
}

static void where_run(const void *data, const struct lrp_broadcast_run *run)
{
    const struct where_job *job = data;
    const int64_t *condition = job->in[0]->i + run->at[0];
    for (size_t i = 0; i < run->n; ++i) {
        const int side = condition[i * run->step[0]] ? 1 : 2;
        const size_t at = run->at[side] + i * run->step[side];
        if (lrp_dtype_is_float(job->out->dtype))
            job->out->f[run->out + i] = job->in[side]->f[at];
        else
            job->out->i[run->out + i] = job->in[side]->i[at];
    }
}

enum lrp_status lrp_where_forward(LRP_FORWARD_PARAMETERS)
{
    const struct where_job job = {.in = in, .out = out[0]};
    const struct lrp_broadcast plan = where_plan(in, &out[0]->shape);
    (void)call, (void)handle, (void)err;
    lrp_broadcast_for(&plan, run, where_run, &job);
    return LRP_OK;
}

static void where_pull(const void *data, const struct lrp_broadcast_run *run, float *restrict g)
{
    const struct where_job *job = data;
    const int64_t *condition = job->in[0]->i + run->at[0];
    for (size_t i = 0; i < run->n; ++i) g[i] = (condition[i * run->step[0]] != 0) == job->side ? job->s[run->out + i] : 0;
}

enum lrp_status lrp_where_vjp(LRP_VJP_PARAMETERS)
{
    (void)call, (void)handle, (void)err;
    if (!s[0]) return LRP_OK;
    const struct lrp_broadcast plan = where_plan(in, &out[0]->shape);
    for (int k = 1; k <= 2; ++k) {
        const struct where_job job = {.in = in, .s = s[0]->f, .side = k == 1};
        if (grad[k]) lrp_broadcast_reduce(&plan, k, where_pull, &job, grad[k], run);
    }
    return LRP_OK;
}
