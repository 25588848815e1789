/* resize.c: Resize and Upsample: one axis after the other, each a sparse matrix; the vjp its transpose. */
#include "resize.h"

#include <math.h>
#include <string.h>

/* x (outer, in, inner) to y (outer, out, inner), or back from y's cotangent to x's gradient. */
struct axis_job {
    const struct lrp_taps *taps;
    const float *from;
    float *to;
    size_t inner;
    float extrapolation;
};

static void spread_axis(const struct axis_job *job, size_t outer)
{
    const struct lrp_taps *taps = job->taps;
    for (int64_t o = 0; o < taps->out; ++o) {
        float *y = job->to + (outer * (size_t)taps->out + (size_t)o) * job->inner;
        for (size_t i = 0; taps->outside[o] && i < job->inner; ++i) y[i] = job->extrapolation;
        for (int64_t k = 0; !taps->outside[o] && k < taps->width; ++k) {
            const float weight = taps->weight[o * taps->width + k];
            const float *x = job->from + (outer * (size_t)taps->in + (size_t)taps->index[o * taps->width + k]) * job->inner;
            for (size_t i = 0; weight != 0 && i < job->inner; ++i) y[i] += weight * x[i];
        }
    }
}

static void collect_axis(const struct axis_job *job, size_t outer)
{
    const struct lrp_taps *taps = job->taps;
    for (int64_t o = 0; o < taps->out; ++o) {
        const float *s = job->from + (outer * (size_t)taps->out + (size_t)o) * job->inner;
        for (int64_t k = 0; !taps->outside[o] && k < taps->width; ++k) {
            const float weight = taps->weight[o * taps->width + k];
            float *g = job->to + (outer * (size_t)taps->in + (size_t)taps->index[o * taps->width + k]) * job->inner;
            for (size_t i = 0; weight != 0 && i < job->inner; ++i) g[i] += weight * s[i];
        }
    }
}

static void spread_range(const void *data, size_t first, size_t last)
{
    for (size_t outer = first; outer < last; ++outer) spread_axis(data, outer);
}
static void collect_range(const void *data, size_t first, size_t last)
{
    for (size_t outer = first; outer < last; ++outer) collect_axis(data, outer);
}

/* One axis of `*at`, which is replaced by a new tensor. */
static enum lrp_status resize_axis(const struct lrp_resize *resize, int axis, int64_t in, bool back,
                                   const struct lrp_tensor **at, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_taps taps;
    struct lrp_tensor *next = NULL;
    struct lrp_shape shape = (*at)->shape;
    enum lrp_status status = lrp_taps_new(resize, axis, in, &taps, err);
    if (status) return status;
    if (!lrp_taps_identity(&taps)) {
        shape.dim[axis] = back ? in : taps.out;
        status = lrp_tensor_new((*at)->dtype, &shape, &next, err);
        if (!status) {
            const struct axis_job job = {&taps, (*at)->f, next->f, lrp_shape_span(&shape, axis + 1, shape.rank),
                                         resize->extrapolation};
            lrp_for_range(run, lrp_shape_span(&shape, 0, axis), job.inner * (size_t)(taps.out * taps.width),
                          back ? collect_range : spread_range, &job);
            lrp_tensor_release(*at);
            *at = next;
        }
    }
    lrp_taps_free(&taps);
    return status;
}

static enum lrp_status run_resize(const struct lrp_call *call, const struct lrp_tensor *from, struct lrp_tensor *to, bool back,
                                  const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_shape *x = call->in[0].shape;
    const struct lrp_tensor *at = lrp_tensor_retain(from);
    struct lrp_resize plan;
    enum lrp_status status = lrp_resize_read(call, &plan, err);
    for (int k = 0; k < x->rank && !status; ++k) {
        const int axis = back ? x->rank - 1 - k : k;
        if (lrp_run_should_stop(run))
            status = lrp_fail(err, LRP_CANCELLED, "stopped");
        else
            status = resize_axis(&plan, axis, x->dim[axis], back, &at, run, err);
    }
    if (!status) memcpy(to->f, at->f, to->count * sizeof *to->f);
    lrp_tensor_release(at);
    return status;
}

static enum lrp_status resize_forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle;
    return run_resize(call, in[0], out[0], false, run, err);
}

static enum lrp_status resize_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)in, (void)out;
    return s[0] && grad[0] ? run_resize(call, s[0], grad[0], true, run, err) : LRP_OK;
}

/* The family's rows. */
#define ROW(op, is_upsample, ...)                                                                                              \
    {                                                                                                                          \
        .name = op, .domain = "", .versions = {__VA_ARGS__}, .static_kind = LRP_KIND_OTHER, .infer = lrp_resize_infer,         \
        .forward = resize_forward, .vjp = resize_vjp, .batch = lrp_batch_planes, .own = &(const struct lrp_resizer)            \
        {                                                                                                                      \
            is_upsample                                                                                                        \
        }                                                                                                                      \
    }
const struct lrp_operator lrp_ops_resize[] = {
    ROW("Resize", false, 10, 11, 13, 18, 19),
    ROW("Upsample", true, 7, 9),
    {0},
};
