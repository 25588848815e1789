/* linear_conv_weights.c: the gradient of a convolution with respect to its weights. Rare (weights are constant as a rule), so
 * plain loops are enough. */
#include "linear.h"
#include "parallel.h"

struct weights_job {
    const struct lrp_conv_shape *shape;
    const float *x, *gy;
    float *gw;
    int64_t ins, outs, taps, group_in, group_out;
};

int64_t lrp_conv_reads_at(const struct lrp_conv_shape *s, int64_t o, int64_t k)
{
    int64_t at = 0, step = 1;

    for (int d = s->rank - 1; d >= 0; d--) {
        const int64_t i = o % s->out[d] * s->stride[d] + k % s->kernel[d] * s->dilation[d] - s->pad_begin[d];

        if (i < 0 || i >= s->in[d]) return -1;
        at += i * step;
        step *= s->in[d];
        o /= s->out[d];
        k /= s->kernel[d];
    }
    return at;
}

static double one_weight(const struct weights_job *job, int64_t m, int64_t c, int64_t k)
{
    const struct lrp_conv_shape *const s = job->shape;
    double sum = 0;

    for (int64_t n = 0; n < s->batch; n++) {
        const float *const x = job->x + (n * s->in_channels + m / job->group_out * job->group_in + c) * job->ins;
        const float *const gy = job->gy + (n * s->out_channels + m) * job->outs;

        for (int64_t o = 0; o < job->outs; o++) {
            const int64_t at = lrp_conv_reads_at(s, o, k);

            if (at >= 0) sum += (double)x[at] * (double)gy[o];
        }
    }
    return sum;
}

static void some_weights(void *context, int64_t begin, int64_t end)
{
    const struct weights_job *const job = context;

    for (int64_t i = begin; i < end; i++) {
        const int64_t k = i % job->taps, c = i / job->taps % job->group_in, m = i / job->taps / job->group_in;

        job->gw[i] += (float)one_weight(job, m, c, k);
    }
}

void lrp_conv_weight_gradient(const struct lrp_conv_shape *shape, const float *x, const float *gy, float *gw,
                              const struct lrp_run *run)
{
    struct weights_job job = {.shape = shape, .x = x, .gy = gy, .gw = gw, .ins = 1, .outs = 1, .taps = 1};

    for (int d = 0; d < shape->rank; d++) {
        job.ins *= shape->in[d];
        job.outs *= shape->out[d];
        job.taps *= shape->kernel[d];
    }
    job.group_in = shape->in_channels / shape->group;
    job.group_out = shape->out_channels / shape->group;
    lrp_parallel_for(run, shape->out_channels * job.group_in * job.taps, shape->batch * job.outs, some_weights, &job);
}
