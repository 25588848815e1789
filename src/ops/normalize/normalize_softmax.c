/* normalize_softmax.c: Softmax LogSoftmax Hardmax and their rows, along one axis or, before opset 13, over all axes from one
 * on. */
#include <math.h>

#include "normalize_ops.h"
#include "rows.h"
#include "smooth_float.h"

/* Before opset 13 the input counts as a matrix (axes before `axis`, the others). */
static enum lrp_status axes_of(const struct lrp_call *call, bool axes[LRP_MAX_RANK], struct lrp_error *err)
{
    const bool matrix = call->opset < 13;
    const int rank = call->in[0].shape->rank;
    const int64_t given = lrp_call_int(call, "axis", matrix ? 1 : -1);
    int axis = 0;
    if (matrix && given == rank)
        axis = rank; /* one element a row */
    else if (lrp_infer_axis(given, rank, &axis, err) != LRP_OK)
        return LRP_FILE;
    for (int k = 0; k < LRP_MAX_RANK; ++k) axes[k] = matrix ? k >= axis : k == axis;
    return LRP_OK;
}

static enum lrp_status softmax_infer(struct lrp_call *call, struct lrp_error *err)
{
    bool axes[LRP_MAX_RANK];
    const enum lrp_status status = lrp_infer_same_float(call, err);
    return status ? status : axes_of(call, axes, err);
}

static bool softmax_batch(LRP_BATCH_PARAMETERS)
{
    bool axes[LRP_MAX_RANK];
    (void)input, (void)output;
    return axes_of(call, axes, NULL) == LRP_OK && lrp_batch_past(axes, false, at);
}

/* What such a row owns: one row forwards, and backwards from y. */
struct flavour {
    void (*row)(const float *x, float *restrict y, size_t n);
    void (*back)(const float *y, const float *s, float *restrict g, size_t n);
};

static size_t first_largest(const float *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; ++i)
        if (x[i] > x[best]) best = i;
    return best;
}

/* The largest, in several lanes; NaN if it begins with that. */
WIDE static float largest(const float *x, size_t n)
{
    enum { LANES = 16 };
    float most[LANES], top = x[0];
    size_t i = 0;
    for (int lane = 0; lane < LANES; ++lane) most[lane] = x[0];
    for (; i + LANES <= n; i += LANES)
        for (int lane = 0; lane < LANES; ++lane)
            most[lane] = x[i + (size_t)lane] > most[lane] ? x[i + (size_t)lane] : most[lane];
    for (int lane = 0; lane < LANES; ++lane) top = most[lane] > top ? most[lane] : top;
    for (; i < n; ++i) top = x[i] > top ? x[i] : top;
    return top;
}

WIDE static void exp_below(const float *x, float top, float *restrict y, size_t n)
{
    for (size_t i = 0; i < n; ++i) y[i] = lrp_float_exp(x[i] - top, 0);
}

WIDE static void scale_row(float *y, float factor, size_t n)
{
    for (size_t i = 0; i < n; ++i) y[i] *= factor;
}

static void soft_row(const float *x, float *restrict y, size_t n)
{
    exp_below(x, largest(x, n), y, n);
    scale_row(y, (float)(1 / lrp_sum(y, n)), n);
}

static void soft_back(const float *y, const float *s, float *restrict g, size_t n)
{
    double product = 0;
    for (size_t i = 0; i < n; ++i) product += (double)y[i] * (double)s[i];
    for (size_t i = 0; i < n; ++i) g[i] = y[i] * (s[i] - (float)product);
}

/* What x^T J^T(R / y) leaves of R before x: R - y sum R. */
static void soft_share(const float *y, const float *s, float *restrict g, size_t n)
{
    const float sum = (float)lrp_sum(s, n);
    for (size_t i = 0; i < n; ++i) g[i] = s[i] - y[i] * sum;
}

static void log_row(const float *x, float *restrict y, size_t n)
{
    const float top = x[first_largest(x, n)];
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += (double)expf(x[i] - top);
    const float shift = (float)log(sum);
    for (size_t i = 0; i < n; ++i) y[i] = x[i] - top - shift;
}

static void log_back(const float *y, const float *s, float *restrict g, size_t n)
{
    const float sum = (float)lrp_sum(s, n);
    for (size_t i = 0; i < n; ++i) g[i] = s[i] - expf(y[i]) * sum;
}

static void hard_row(const float *x, float *restrict y, size_t n)
{
    const size_t best = first_largest(x, n);
    for (size_t i = 0; i < n; ++i) y[i] = i == best;
}

static const struct flavour share_flavour = {soft_row, soft_share};

struct softmax_job {
    const struct flavour *flavour;
    size_t length;
    const float *x, *y, *s;
    float *out;
};

static void softmax_range(const void *data, size_t first, size_t last)
{
    const struct softmax_job *job = data;
    for (size_t r = first; r < last; ++r) {
        const size_t at = r * job->length;
        if (job->s)
            job->flavour->back(job->y + at, job->s + at, job->out + at, job->length);
        else
            job->flavour->row(job->x + at, job->out + at, job->length);
    }
}

/* Forwards from x, or backwards from y and s. */
static enum lrp_status run_softmax(const struct lrp_call *call, const struct flavour *flavour, const struct lrp_tensor *source,
                                   const struct lrp_tensor *s, struct lrp_tensor *result, const struct lrp_run *run,
                                   struct lrp_error *err)
{
    struct lrp_rows rows = {0}, cotangent = {0}, target = {0};
    bool axes[LRP_MAX_RANK];
    struct softmax_job job = {.flavour = flavour};
    enum lrp_status status = axes_of(call, axes, err);
    if (!status) status = lrp_rows_open(&rows, source, axes, run, err);
    if (!status && s) status = lrp_rows_open(&cotangent, s, axes, run, err);
    if (!status) status = lrp_rows_make(&target, result, axes, err);
    if (!status) {
        job.length = rows.length;
        job.x = job.y = rows.tensor->f;
        job.s = s ? cotangent.tensor->f : NULL;
        job.out = lrp_rows_target(&target)->f;
        if (rows.length) lrp_for_range(run, rows.rows, rows.length, softmax_range, &job);
        lrp_rows_store(&target, result, axes, run);
    }
    lrp_rows_close(&cotangent);
    lrp_rows_close(&rows);
    return status;
}

static enum lrp_status softmax_forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle;
    return run_softmax(call, call->op->own, in[0], NULL, out[0], run, err);
}

static enum lrp_status softmax_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)in;
    return s[0] && grad[0] ? run_softmax(call, call->op->own, out[0], s[0], grad[0], run, err) : LRP_OK;
}

/* x (R - y sum R); what is masked, x = -inf, gets nothing. */
static enum lrp_status softmax_share(LRP_VJP_PARAMETERS)
{
    (void)handle;
    if (!s[0] || !grad[0]) return LRP_OK;
    const enum lrp_status status = run_softmax(call, &share_flavour, out[0], s[0], grad[0], run, err);
    for (size_t i = 0; !status && i < grad[0]->count; ++i)
        grad[0]->f[i] = isfinite(in[0]->f[i]) ? in[0]->f[i] * grad[0]->f[i] : 0;
    return status;
}

// clang-format off
#define ROW(op, layer, ...)                                                                                              \
    .name = op, .domain = "", .versions = { __VA_ARGS__ }, .static_kind = LRP_KIND_##layer, .infer = softmax_infer,      \
    .forward = softmax_forward, .batch = softmax_batch
const struct lrp_operator lrp_ops_softmax[] = {
    { ROW("Softmax", SOFTMAX, 1, 11, 13), .vjp = softmax_vjp, .share = softmax_share, .own = &(const struct flavour) { soft_row, soft_back } },
    { ROW("LogSoftmax", LOG_SOFTMAX, 1, 11, 13), .vjp = softmax_vjp, .own = &(const struct flavour) { log_row, log_back } },
    { ROW("Hardmax", OTHER, 1, 11, 13), .traits = LRP_TRAIT_NO_VJP, .own = &(const struct flavour) { hard_row, NULL } },
    { 0 },
};
// clang-format on
