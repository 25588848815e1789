/* normalize_lrn.c: LRN: each element divided by a power of the squares of its neighbours across channels. */
#include <math.h>

#include "normalize_ops.h"

enum lrp_status lrp_lrn_infer(struct lrp_call *call, struct lrp_error *err)
{
    const int64_t size = lrp_call_int(call, "size", 0);
    const enum lrp_status status = lrp_infer_same_float(call, err);
    if (status) return status;
    if (call->in[0].shape->rank < 2) return lrp_fail(err, LRP_FILE, "LRN needs an input (N, C, ...) of at least 2 axes");
    if (size < 1 || size > INT32_MAX)
        return lrp_fail(err, LRP_FILE, "attribute size of LRN is %lld, it must be positive", (long long)size);
    return LRP_OK;
}

struct lrn_job {
    const float *x, *s;
    float *out;
    int64_t channels, space, before, after; /* the window of channel c: [c - before, c + after] */
    double alpha, beta, bias;               /* alpha: already divided by the window's size */
};

static struct lrn_job lrn_job(const struct lrp_call *call, const struct lrp_tensor *x)
{
    const int64_t size = lrp_call_int(call, "size", 1);
    return (struct lrn_job){.x = x->f,
                            .channels = x->shape.dim[1],
                            .space = (int64_t)lrp_shape_span(&x->shape, 2, x->shape.rank),
                            .before = (size - 1) / 2,
                            .after = size / 2,
                            .alpha = (double)lrp_call_float(call, "alpha", 1e-4f) / (double)size,
                            .beta = (double)lrp_call_float(call, "beta", 0.75f),
                            .bias = (double)lrp_call_float(call, "bias", 1)};
}

/* bias + alpha * squares in the window of channel c; x points at channel 0 of one position. */
static double base_of(const struct lrn_job *job, const float *x, int64_t c)
{
    const int64_t first = c > job->before ? c - job->before : 0;
    const int64_t last = c + job->after < job->channels ? c + job->after : job->channels - 1;
    double squares = 0;
    for (int64_t k = first; k <= last; ++k) squares += (double)x[k * job->space] * (double)x[k * job->space];
    return job->bias + job->alpha * squares;
}

static void forward_range(const void *data, size_t first, size_t last)
{
    const struct lrn_job *job = data;
    for (size_t at = first; at < last; ++at) {
        const size_t start = at / (size_t)job->space * (size_t)(job->channels * job->space) + at % (size_t)job->space;
        for (int64_t c = 0; c < job->channels; ++c) {
            const size_t i = start + (size_t)(c * job->space);
            job->out[i] = (float)((double)job->x[i] * pow(base_of(job, job->x + start, c), -job->beta));
        }
    }
}

/* y_c = x_c d_c^-beta, so that x_k feels every d_c whose window holds k. */
static void backward_range(const void *data, size_t first, size_t last)
{
    const struct lrn_job *job = data;
    for (size_t at = first; at < last; ++at) {
        const size_t start = at / (size_t)job->space * (size_t)(job->channels * job->space) + at % (size_t)job->space;
        const float *x = job->x + start, *s = job->s + start;
        float *g = job->out + start;
        for (int64_t c = 0; c < job->channels; ++c) {
            const double base = base_of(job, x, c), power = pow(base, -job->beta);
            const double share =
                -2 * job->alpha * job->beta * (double)s[c * job->space] * (double)x[c * job->space] * power / base;
            const int64_t low = c > job->before ? c - job->before : 0;
            const int64_t high = c + job->after < job->channels ? c + job->after : job->channels - 1;
            g[c * job->space] += (float)((double)s[c * job->space] * power);
            for (int64_t k = low; k <= high; ++k) g[k * job->space] += (float)(share * (double)x[k * job->space]);
        }
    }
}

static void run_positions(struct lrn_job *job, const struct lrp_tensor *x, lrp_range_body body, const struct lrp_run *run)
{
    if (x->count) lrp_for_range(run, (size_t)(x->shape.dim[0] * job->space), (size_t)job->channels, body, job);
}

enum lrp_status lrp_lrn_forward(LRP_FORWARD_PARAMETERS)
{
    struct lrn_job job = lrn_job(call, in[0]);
    (void)handle, (void)err;
    job.out = out[0]->f;
    run_positions(&job, in[0], forward_range, run);
    return LRP_OK;
}

enum lrp_status lrp_lrn_vjp(LRP_VJP_PARAMETERS)
{
    struct lrn_job job = lrn_job(call, in[0]);
    (void)handle, (void)out, (void)err;
    if (!s[0] || !grad[0]) return LRP_OK;
    job.s = s[0]->f;
    job.out = grad[0]->f;
    run_positions(&job, in[0], backward_range, run);
    return LRP_OK;
}
