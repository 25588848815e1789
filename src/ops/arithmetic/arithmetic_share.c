/* arithmetic_share.c: what factors get of a product's relevance: all of it, also where the product is 0. */
#include "arithmetic.h"

struct share_job {
    const struct lrp_tensor *relevance;
};

static void copy_run(const void *data, const struct lrp_broadcast_run *run, float *restrict g)
{
    const struct share_job *job = data;
    for (size_t i = 0; i < run->n; ++i) g[i] = job->relevance->f[run->out + i];
}

/* a * J^T(R / ab) = R, summed up where the factor was repeated. */
enum lrp_status lrp_mul_share(LRP_VJP_PARAMETERS)
{
    (void)call, (void)handle, (void)err;
    if (!s[0]) return LRP_OK;
    const struct lrp_broadcast plan = lrp_binary_plan(in, &out[0]->shape);
    const struct share_job job = {.relevance = s[0]};
    for (int k = 0; k < 2; ++k)
        if (grad[k]) lrp_broadcast_reduce(&plan, k, copy_run, &job, grad[k], run);
    return LRP_OK;
}

/* The numerator has it all; a divisor is taken as it is, unless there is nothing else. */
enum lrp_status lrp_div_share(LRP_VJP_PARAMETERS)
{
    if (grad[0]) return lrp_mul_share(call, handle, in, out, s, (struct lrp_tensor *const[]){grad[0], NULL}, run, err);
    const enum lrp_status status = lrp_mul_share(call, handle, in, out, s, grad, run, err);
    for (size_t i = 0; !status && grad[1] && i < grad[1]->count; ++i) grad[1]->f[i] = -grad[1]->f[i];
    return status;
}
