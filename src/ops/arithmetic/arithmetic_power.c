/* arithmetic_power.c: Pow, whose exponent may be of another type than its base. */
#include <math.h>

#include "arithmetic.h"
#include "convert.h"

enum lrp_status lrp_pow_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    if (status) return status;
    if (call->in[0].dtype == LRP_DTYPE_BOOL || call->in[1].dtype == LRP_DTYPE_BOOL)
        return lrp_fail(err, LRP_FILE, "Pow does not take booleans");
    return lrp_infer_binary(call, call->in[0].dtype, err);
}

/* By squaring; negative exponents truncate to 0 but for bases 1 and -1, and 0 gives 0 as a division by zero does. */
static int64_t integer_power(int64_t base, int64_t exponent)
{
    if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
    int64_t result = 1;
    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1) result = lrp_integer_multiply(result, base);
        base = lrp_integer_multiply(base, base);
    }
    return result;
}

struct pow_job {
    const struct lrp_tensor *a, *b;
    struct lrp_tensor *out;
    const float *y, *s;
};

static inline float power_operand(const struct lrp_tensor *tensor, size_t at)
{
    return lrp_dtype_is_float(tensor->dtype) ? tensor->f[at] : (float)tensor->i[at];
}

/* The exponents that networks really use, without powf; false for others. */
static bool easy_powers(const float *a, size_t step, float exponent, float *restrict y, size_t n)
{
    if (exponent == 2)
        for (size_t i = 0; i < n; ++i) y[i] = a[i * step] * a[i * step];
    else if (exponent == 3)
        for (size_t i = 0; i < n; ++i) y[i] = a[i * step] * a[i * step] * a[i * step];
    else if (exponent == 1)
        for (size_t i = 0; i < n; ++i) y[i] = a[i * step];
    else
        return false;
    return true;
}

static void pow_run(const void *data, const struct lrp_broadcast_run *run)
{
    const struct pow_job *job = data;
    const bool base_float = lrp_dtype_is_float(job->a->dtype), exponent_float = lrp_dtype_is_float(job->b->dtype);
    if (base_float && run->step[1] == 0 &&
        easy_powers(job->a->f + run->at[0], run->step[0], power_operand(job->b, run->at[1]), job->out->f + run->out, run->n))
        return;
    for (size_t i = 0; i < run->n; ++i) {
        const size_t a = run->at[0] + i * run->step[0], b = run->at[1] + i * run->step[1], y = run->out + i;
        if (base_float)
            job->out->f[y] = powf(job->a->f[a], power_operand(job->b, b));
        else if (exponent_float)
            job->out->i[y] = lrp_float_to_integer(job->out->dtype, powf((float)job->a->i[a], job->b->f[b]));
        else
            job->out->i[y] = lrp_wrap_integer(job->out->dtype, integer_power(job->a->i[a], job->b->i[b]));
    }
}

enum lrp_status lrp_pow_forward(LRP_FORWARD_PARAMETERS)
{
    const struct pow_job job = {.a = in[0], .b = in[1], .out = out[0]};
    const struct lrp_broadcast plan = lrp_binary_plan(in, &out[0]->shape);
    (void)call, (void)handle, (void)err;
    lrp_broadcast_for(&plan, run, pow_run, &job);
    return LRP_OK;
}

static void pull_base(const void *data, const struct lrp_broadcast_run *run, float *restrict g)
{
    const struct pow_job *job = data;
    for (size_t i = 0; i < run->n; ++i) {
        const float a = job->a->f[run->at[0] + i * run->step[0]], b = power_operand(job->b, run->at[1] + i * run->step[1]);
        const float slope = b == 0 ? 0 : b == 2 ? 2 * a : b * powf(a, b - 1);
        g[i] = lrp_times_slope(job->s[run->out + i], slope);
    }
}

/* y log(a); at a = 0 its limit for positive exponents. */
static void pull_exponent(const void *data, const struct lrp_broadcast_run *run, float *restrict g)
{
    const struct pow_job *job = data;
    for (size_t i = 0; i < run->n; ++i) {
        const float a = power_operand(job->a, run->at[0] + i * run->step[0]);
        g[i] = a == 0 ? 0 : lrp_times_slope(job->s[run->out + i], job->y[run->out + i] * logf(a));
    }
}

enum lrp_status lrp_pow_vjp(LRP_VJP_PARAMETERS)
{
    (void)call, (void)handle, (void)err;
    if (!s[0] || !lrp_dtype_is_float(in[0]->dtype)) return LRP_OK;
    const struct pow_job job = {.a = in[0], .b = in[1], .y = out[0]->f, .s = s[0]->f};
    const struct lrp_broadcast plan = lrp_binary_plan(in, &out[0]->shape);
    if (grad[0]) lrp_broadcast_reduce(&plan, 0, pull_base, &job, grad[0], run);
    if (grad[1]) lrp_broadcast_reduce(&plan, 1, pull_exponent, &job, grad[1], run);
    return LRP_OK;
}
