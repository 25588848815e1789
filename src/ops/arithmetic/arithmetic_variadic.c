/* arithmetic_variadic.c: operators of any number of operands: Sum Mean Max Min. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arithmetic.h"
#include "blocked.h"
#include "buffer.h"
#include "convert.h"

static int fold_of(const struct lrp_call *call)
{
    return (int)((const struct lrp_fold *)call->op->own)->how;
}

enum lrp_status lrp_variadic_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, call->in_count > 0 ? call->in_count : 1, -1, err);
    if (!status) status = lrp_infer_same_dtype(call, 0, call->in_count, err);
    if (!status && fold_of(call) <= LRP_FOLD_MEAN) status = lrp_infer_is_float(call, 0, err);
    return status ? status : lrp_infer_binary(call, call->in[0].dtype, err);
}

struct fold_job {
    int fold;
    bool first;
    float factor;
    const struct lrp_tensor *x;
    struct lrp_tensor *y;
};

/* A NaN on either side wins, as in numpy. */
static inline float larger(float a, float b)
{
    return b > a || isnan(b) ? b : a;
}
static inline float smaller(float a, float b)
{
    return b < a || isnan(b) ? b : a;
}

static void fold_floats(const struct fold_job *job, const float *x, size_t step, float *restrict y, size_t n)
{
    if (job->first)
        for (size_t i = 0; i < n; ++i) y[i] = x[i * step];
    else if (job->fold == LRP_FOLD_MAX)
        for (size_t i = 0; i < n; ++i) y[i] = larger(y[i], x[i * step]);
    else if (job->fold == LRP_FOLD_MIN)
        for (size_t i = 0; i < n; ++i) y[i] = smaller(y[i], x[i * step]);
    else
        for (size_t i = 0; i < n; ++i) y[i] += x[i * step];
    if (job->factor != 1)
        for (size_t i = 0; i < n; ++i) y[i] *= job->factor;
}

static void fold_run(const void *data, const struct lrp_broadcast_run *run)
{
    const struct fold_job *job = data;
    if (lrp_dtype_is_float(job->y->dtype)) {
        fold_floats(job, job->x->f + run->at[0], run->step[0], job->y->f + run->out, run->n);
        return;
    }
    for (size_t i = 0; i < run->n; ++i) {
        const int64_t x = job->x->i[run->at[0] + i * run->step[0]];
        int64_t *y = &job->y->i[run->out + i];
        if (job->first || (job->fold == LRP_FOLD_MAX ? x > *y : x < *y)) *y = x;
    }
}

static struct lrp_broadcast plan_of(const struct lrp_tensor *x, const struct lrp_shape *out)
{
    struct lrp_broadcast plan;
    lrp_broadcast_plan(&plan, out, (const struct lrp_shape *const[]){&x->shape}, 1);
    return plan;
}

enum lrp_status lrp_sum_blocks(LRP_BLOCKS_PARAMETERS)
{
    (void)handle, (void)back, (void)run, (void)err;
    for (int k = 0; k < call->in_count; ++k)
        if (!lrp_shape_equal(call->in[k].shape, call->out[0].shape)) *from = 0;
    *to = *from;
    return LRP_OK;
}

static void copy_body(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    (void)data;
    memcpy(out, in[0], n * sizeof *out);
}

static void add_body(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float *const a = in[0], *const b = in[1];
    (void)data;
    for (size_t i = 0; i < n; ++i) out[i] = a[i] + b[i];
}

static void add_to_body(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float *const a = in[0];
    (void)data;
    for (size_t i = 0; i < n; ++i) out[i] += a[i];
}

void lrp_sum_forward(const struct lrp_call *call, const struct lrp_tensor *const *in, struct lrp_tensor *out,
                     const struct lrp_run *run)
{
    const struct lrp_tensor *const first[LRP_BLOCKED_IN] = {in[0], call->in_count > 1 ? in[1] : NULL};
    lrp_blocked_for(run, out, first, false, call->in_count > 1 ? add_body : copy_body, NULL);
    for (int k = 2; k < call->in_count; ++k) {
        const struct lrp_tensor *const next[LRP_BLOCKED_IN] = {in[k]};
        lrp_blocked_for(run, out, next, true, add_to_body, NULL);
    }
}

void lrp_sum_vjp(const struct lrp_call *call, const struct lrp_tensor *s, struct lrp_tensor *const *grad,
                 const struct lrp_run *run)
{
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {s};
    for (int k = 0; k < call->in_count; ++k)
        if (grad[k]) lrp_blocked_for(run, grad[k], in, false, copy_body, NULL);
}

enum lrp_status lrp_variadic_forward(LRP_FORWARD_PARAMETERS)
{
    struct fold_job job = {.fold = fold_of(call), .y = out[0]};
    (void)handle, (void)err;
    if (out[0]->block) {
        lrp_sum_forward(call, in, out[0], run);
        return LRP_OK;
    }
    for (int k = 0; k < call->in_count; ++k) {
        const struct lrp_broadcast plan = plan_of(in[k], &out[0]->shape);
        job.first = k == 0;
        job.factor = job.fold == LRP_FOLD_MEAN && k == call->in_count - 1 ? 1 / (float)call->in_count : 1;
        job.x = in[k];
        lrp_broadcast_for(&plan, run, fold_run, &job);
    }
    return LRP_OK;
}

struct pull_job {
    int fold;
    const float *x, *y, *s;
    float *rest; /* for Max and Min: the cotangents no earlier operand has won */
    float factor;
};

static void pull_run(const void *data, const struct lrp_broadcast_run *run, float *restrict g)
{
    const struct pull_job *job = data;
    if (!job->rest) {
        for (size_t i = 0; i < run->n; ++i) g[i] = job->s[run->out + i] * job->factor;
        return;
    }
    for (size_t i = 0; i < run->n; ++i) {
        const bool wins = job->x[run->at[0] + i * run->step[0]] == job->y[run->out + i];
        g[i] = wins ? job->rest[run->out + i] : 0;
        if (wins) job->rest[run->out + i] = 0;
    }
}

/* Max and Min must ask every operand in turn, wanted or not: what a constant wins is lost to those behind it. */
static enum lrp_status winners_vjp(struct pull_job *job, const struct lrp_call *call, const struct lrp_tensor *const *in,
                                   const struct lrp_shape *shape, struct lrp_tensor *const *grad, struct lrp_error *err)
{
    for (int k = 0; k < call->in_count; ++k) {
        const struct lrp_broadcast plan = plan_of(in[k], shape);
        struct lrp_tensor *sink = NULL;
        if (!grad[k]) {
            const enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &in[k]->shape, &sink, err);
            if (status) return status;
        }
        job->x = in[k]->f;
        lrp_broadcast_reduce(&plan, 0, pull_run, job, sink ? sink : grad[k], NULL);
        lrp_tensor_release(sink);
    }
    return LRP_OK;
}

enum lrp_status lrp_variadic_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle;
    if (!s[0]) return LRP_OK;
    if (s[0]->block) {
        lrp_sum_vjp(call, s[0], grad, run);
        return LRP_OK;
    }
    const int fold = fold_of(call);
    struct pull_job job = {
        .fold = fold, .y = out[0]->f, .s = s[0]->f, .factor = fold == LRP_FOLD_MEAN ? 1 / (float)call->in_count : 1};
    if (fold <= LRP_FOLD_MEAN) {
        for (int k = 0; k < call->in_count; ++k) {
            const struct lrp_broadcast plan = plan_of(in[k], &out[0]->shape);
            if (grad[k]) lrp_broadcast_reduce(&plan, 0, pull_run, &job, grad[k], run);
        }
        return LRP_OK;
    }
    job.rest = lrp_buffer_new((int64_t)out[0]->count);
    if (!job.rest) return lrp_fail(err, LRP_MEMORY, "not enough memory for %zu numbers", out[0]->count);
    memcpy(job.rest, s[0]->f, out[0]->count * sizeof(float));
    const enum lrp_status status = winners_vjp(&job, call, in, &out[0]->shape, grad, err);
    free(job.rest);
    return status;
}
