/* pooling_global.c: the poolings that leave one value of each channel. */
#include <math.h>
#include <string.h>

#include "parallel.h"
#include "pooling.h"

struct pooling_job {
    int how; /* LRP_POOL_... */
    const float *x, *y, *s;
    float *to, power;
    int64_t size; /* of a plane */
    int lanes;    /* of a block of channels, 0: row-major */
};

static struct pooling_job job_of(const struct lrp_call *call, int64_t *planes)
{
    const struct lrp_shape *const x = call->in[0].shape;

    *planes = x->dim[0] * x->dim[1];
    return (struct pooling_job){
        .how = lrp_pool_how(call), .power = lrp_pool_power(call), .size = (int64_t)lrp_shape_span(x, 2, x->rank)};
}

static int64_t find_winner(const float *x, int64_t size)
{
    int64_t best = 0;

    for (int64_t i = 1; i < size; i++)
        if (x[i] > x[best] || isnan(x[best])) best = i;
    return best;
}

static float pool_plane(const struct pooling_job *job, const float *x)
{
    double sum = 0;

    if (job->how == LRP_POOL_MAX) return x[find_winner(x, job->size)];
    for (int64_t i = 0; i < job->size; i++)
        sum += job->how == LRP_POOL_MEAN ? (double)x[i] : pow(fabs((double)x[i]), (double)job->power);
    return (float)(job->how == LRP_POOL_MEAN ? sum / (double)job->size : pow(sum, 1 / (double)job->power));
}

static void forward_planes(void *context, int64_t first, int64_t last)
{
    const struct pooling_job *const job = context;

    for (int64_t plane = first; plane < last; plane++) job->to[plane] = pool_plane(job, job->x + plane * job->size);
}

static float slope_at(const struct pooling_job *job, float x, float y)
{
    if (job->how == LRP_POOL_MEAN) return 1 / (float)job->size;
    return x == 0 || y == 0 ? 0 : copysignf(powf(fabsf(x) / y, job->power - 1), x);
}

static void vjp_planes(void *context, int64_t first, int64_t last)
{
    const struct pooling_job *const job = context;

    for (int64_t plane = first; plane < last; plane++) {
        const float *const x = job->x + plane * job->size;
        float *const to = job->to + plane * job->size;

        if (job->how == LRP_POOL_MAX) {
            memset(to, 0, (size_t)job->size * sizeof *to);
            to[find_winner(x, job->size)] = job->s[plane];
        } else
            for (int64_t i = 0; i < job->size; i++) to[i] = job->s[plane] * slope_at(job, x[i], job->y[plane]);
    }
}

/* ---- means of tensors in blocks of channels (blocked.h); planes of so many lanes ---- */

enum { LANES = 16 }; /* the most */

static void blocked_forward(void *context, int64_t first, int64_t last)
{
    const struct pooling_job *const job = context;

    for (int64_t plane = first; plane < last; plane++) {
        const float *const x = job->x + plane * job->size * job->lanes;
        double sum[LANES] = {0};

        for (int64_t i = 0; i < job->size; i++)
            for (int lane = 0; lane < job->lanes; lane++) sum[lane] += (double)x[i * job->lanes + lane];
        for (int lane = 0; lane < job->lanes; lane++)
            job->to[plane * job->lanes + lane] = (float)(sum[lane] / (double)job->size);
    }
}

static void blocked_vjp(void *context, int64_t first, int64_t last)
{
    const struct pooling_job *const job = context;
    const float share = 1 / (float)job->size;

    for (int64_t plane = first; plane < last; plane++)
        for (int64_t i = 0; i < job->size; i++)
            for (int lane = 0; lane < job->lanes; lane++)
                job->to[(plane * job->size + i) * job->lanes + lane] = job->s[plane * job->lanes + lane] * share;
}

enum lrp_status lrp_global_pool_forward(LRP_FORWARD_PARAMETERS)
{
    int64_t planes;
    struct pooling_job job = job_of(call, &planes);

    (void)handle;
    (void)err;
    if (!out[0]) return LRP_OK;
    job.x = in[0]->f;
    job.to = out[0]->f;
    job.lanes = in[0]->block;
    if (job.lanes)
        lrp_parallel_for(run, planes / job.lanes, job.size * job.lanes, blocked_forward, &job);
    else
        lrp_parallel_for(run, planes, job.size, forward_planes, &job);
    return LRP_OK;
}

enum lrp_status lrp_global_pool_vjp(LRP_VJP_PARAMETERS)
{
    int64_t planes;
    struct pooling_job job = job_of(call, &planes);

    (void)handle;
    (void)err;
    if (!s[0] || !grad[0]) return LRP_OK;
    job.x = in[0]->f;
    job.y = out[0]->f;
    job.s = s[0]->f;
    job.to = grad[0]->f;
    job.lanes = grad[0]->block;
    if (job.lanes)
        lrp_parallel_for(run, planes / job.lanes, job.size * job.lanes, blocked_vjp, &job);
    else
        lrp_parallel_for(run, planes, job.size, vjp_planes, &job);
    return LRP_OK;
}
