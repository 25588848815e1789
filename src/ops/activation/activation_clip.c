/* activation_clip.c: Clip and PRelu: activations with more than one input. */
#include <math.h>

#include "activation.h"
#include "broadcast.h"
#include "convert.h"
#include "wide.h"

/* ---- Clip: bounds are attributes before opset 11, then inputs ---- */

struct clip_bounds {
    float low, high;
};

static struct clip_bounds attribute_bounds(const struct lrp_call *call)
{
    return (struct clip_bounds){lrp_call_float(call, "min", -INFINITY), lrp_call_float(call, "max", INFINITY)};
}

/* False if a bound is computed. */
static bool constant_bounds(const struct lrp_call *call, struct clip_bounds *bounds)
{
    *bounds = attribute_bounds(call);
    if (call->opset < 11) return true;
    *bounds = (struct clip_bounds){-INFINITY, INFINITY};
    for (int i = 1; i <= 2; ++i) {
        if (!lrp_call_has(call, i)) continue;
        const struct lrp_blob *blob = call->in[i].constant;
        if (!blob || blob->count != 1 || blob->dtype == LRP_DTYPE_STRING) return false;
        *(i == 1 ? &bounds->low : &bounds->high) = lrp_blob_get_f32(blob, 0);
    }
    return true;
}

enum lrp_kind lrp_clip_kind(const struct lrp_call *call)
{
    struct clip_bounds bounds;
    if (!constant_bounds(call, &bounds) || bounds.low != 0) return LRP_KIND_CLIP;
    return bounds.high == 6 ? LRP_KIND_RELU6 : isinf(bounds.high) && bounds.high > 0 ? LRP_KIND_RELU : LRP_KIND_CLIP;
}

enum lrp_status lrp_clip_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 1, call->opset < 11 ? 1 : 3, err);
    if (!status) status = lrp_infer_same_dtype(call, 0, 3, err);
    if (!status && call->opset < 12) status = lrp_infer_is_float(call, 0, err);
    for (int i = 1; i <= 2 && !status; ++i)
        if (lrp_call_has(call, i) && lrp_shape_count(call->in[i].shape) != 1)
            status = lrp_fail(err, LRP_FILE, "bound %d of Clip is not a single number", i);
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, call->in[0].shape, err);
}

struct clip_job {
    struct clip_bounds bounds;
    const struct lrp_tensor *x, *s;
    struct lrp_tensor *out;
    int64_t low, high; /* for integers */
};

static const struct lrp_tensor *bound_input(const struct lrp_call *call, const struct lrp_tensor *const *in, int input)
{
    return call->opset >= 11 && lrp_call_has(call, input) ? in[input] : NULL;
}

static struct clip_job clip_job(const struct lrp_call *call, const struct lrp_tensor *const *in)
{
    struct clip_job job = {.bounds = {-INFINITY, INFINITY}, .low = INT64_MIN, .high = INT64_MAX, .x = in[0]};
    const struct lrp_tensor *low = bound_input(call, in, 1), *high = bound_input(call, in, 2);
    const bool is_float = lrp_dtype_is_float(in[0]->dtype);
    if (call->opset < 11) job.bounds = attribute_bounds(call);
    if (is_float && low) job.bounds.low = low->f[0];
    if (is_float && high) job.bounds.high = high->f[0];
    if (!is_float && low) job.low = low->i[0];
    if (!is_float && high) job.high = high->i[0];
    return job;
}

WIDE static void clip_run(const float *restrict x, struct clip_bounds bounds, float *restrict y, size_t n)
{
    for (size_t i = 0; i < n; ++i) {
        const float raised = x[i] < bounds.low ? bounds.low : x[i];
        y[i] = raised > bounds.high ? bounds.high : raised;
    }
}

/* As ONNX says: min(max(x, low), high); NaN stays NaN. */
static void clip_range(const void *data, size_t first, size_t last)
{
    const struct clip_job *job = data;
    if (lrp_dtype_is_float(job->x->dtype)) {
        clip_run(job->x->f + first, job->bounds, job->out->f + first, last - first);
        return;
    }
    for (size_t i = first; i < last; ++i) {
        const int64_t x = job->x->i[i] < job->low ? job->low : job->x->i[i];
        job->out->i[i] = x > job->high ? job->high : x;
    }
}

enum lrp_status lrp_clip_forward(LRP_FORWARD_PARAMETERS)
{
    struct clip_job job = clip_job(call, in);
    (void)handle, (void)err;
    job.out = out[0];
    lrp_for_range(run, lrp_elements_of(in[0]), 1, clip_range, &job);
    return LRP_OK;
}

/* Computed bounds may be anything. */
enum lrp_status lrp_clip_blocks(LRP_BLOCKS_PARAMETERS)
{
    struct clip_bounds bounds;
    (void)handle, (void)back, (void)run, (void)err;
    const bool keeps_zero = constant_bounds(call, &bounds) && bounds.low <= 0 && bounds.high >= 0;
    *from = *to = lrp_elementwise_blocks(call, *from, keeps_zero ? 0 : 1);
    return LRP_OK;
}

/* Without a branch: which of two neighbours is clipped nobody can tell in advance. */
WIDE static void clip_slope_run(const float *restrict x, struct clip_bounds bounds, const float *restrict s, float *restrict g,
                                size_t n)
{
    for (size_t i = 0; i < n; ++i) {
        const float whole = s[i];
        g[i] = ((x[i] > bounds.low) & (x[i] < bounds.high)) ? whole : 0;
    }
}

static void clip_slope_range(const void *data, size_t first, size_t last)
{
    const struct clip_job *job = data;
    clip_slope_run(job->x->f + first, job->bounds, job->s->f + first, job->out->f + first, last - first);
}

/* What the elements at a bound pass on to it. */
static void clip_bound_vjp(const struct clip_job *job, struct lrp_tensor *low, struct lrp_tensor *high)
{
    double sums[2] = {0, 0};
    for (size_t i = 0; i < job->x->count; ++i) {
        const float x = job->x->f[i];
        if (fmaxf(x, job->bounds.low) >= job->bounds.high)
            sums[1] += (double)job->s->f[i];
        else if (x <= job->bounds.low)
            sums[0] += (double)job->s->f[i];
    }
    if (low) low->f[0] = (float)sums[0];
    if (high) high->f[0] = (float)sums[1];
}

enum lrp_status lrp_clip_vjp(LRP_VJP_PARAMETERS)
{
    struct clip_job job = clip_job(call, in);
    (void)handle, (void)err, (void)out;
    if (!s[0]) return LRP_OK;
    job.s = s[0];
    job.out = grad[0];
    if (grad[0]) lrp_for_range(run, lrp_elements_of(in[0]), 1, clip_slope_range, &job);
    struct lrp_tensor *low = bound_input(call, in, 1) ? grad[1] : NULL, *high = bound_input(call, in, 2) ? grad[2] : NULL;
    if (low || high) clip_bound_vjp(&job, low, high);
    return LRP_OK;
}

/* ---- PRelu ---- */

enum lrp_status lrp_prelu_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    if (!status) status = lrp_infer_same_dtype(call, 0, 2, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    if (!status && !lrp_shape_broadcasts_to(call->in[1].shape, call->in[0].shape))
        return lrp_fail(err, LRP_FILE, "the slope of PRelu does not broadcast to its input");
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, call->in[0].shape, err);
}

struct prelu_job {
    const float *x, *slope, *s;
    float *y;
};

static struct lrp_broadcast prelu_plan(const struct lrp_tensor *const *in)
{
    struct lrp_broadcast plan;
    lrp_broadcast_plan(&plan, &in[0]->shape, (const struct lrp_shape *const[]){&in[0]->shape, &in[1]->shape}, 2);
    return plan;
}

static void prelu_run(const void *data, const struct lrp_broadcast_run *run)
{
    const struct prelu_job *job = data;
    const float *x = job->x + run->at[0], *slope = job->slope + run->at[1];
    for (size_t i = 0; i < run->n; ++i)
        job->y[run->out + i] = x[i * run->step[0]] < 0 ? x[i * run->step[0]] * slope[i * run->step[1]] : x[i * run->step[0]];
}

enum lrp_status lrp_prelu_forward(LRP_FORWARD_PARAMETERS)
{
    const struct prelu_job job = {.x = in[0]->f, .slope = in[1]->f, .y = out[0]->f};
    const struct lrp_broadcast plan = prelu_plan(in);
    (void)call, (void)handle, (void)err;
    lrp_broadcast_for(&plan, run, prelu_run, &job);
    return LRP_OK;
}

static void prelu_pull_x(const void *data, const struct lrp_broadcast_run *run, float *restrict g)
{
    const struct prelu_job *job = data;
    const float *x = job->x + run->at[0], *slope = job->slope + run->at[1], *s = job->s + run->out;
    for (size_t i = 0; i < run->n; ++i) g[i] = x[i * run->step[0]] > 0 ? s[i] : lrp_times_slope(s[i], slope[i * run->step[1]]);
}

static void prelu_pull_slope(const void *data, const struct lrp_broadcast_run *run, float *restrict g)
{
    const struct prelu_job *job = data;
    const float *x = job->x + run->at[0], *s = job->s + run->out;
    for (size_t i = 0; i < run->n; ++i) g[i] = x[i * run->step[0]] < 0 ? lrp_times_slope(s[i], x[i * run->step[0]]) : 0;
}

enum lrp_status lrp_prelu_vjp(LRP_VJP_PARAMETERS)
{
    (void)call, (void)handle, (void)err, (void)out;
    if (!s[0]) return LRP_OK;
    const struct prelu_job job = {.x = in[0]->f, .slope = in[1]->f, .s = s[0]->f};
    const struct lrp_broadcast plan = prelu_plan(in);
    if (grad[0]) lrp_broadcast_reduce(&plan, 0, prelu_pull_x, &job, grad[0], run);
    if (grad[1]) lrp_broadcast_reduce(&plan, 1, prelu_pull_slope, &job, grad[1], run);
    return LRP_OK;
}
