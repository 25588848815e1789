/* normalize.c: BatchNormalization, and the rows of the normalisations. */
#include <math.h>
#include <stdlib.h>

#include "normalize_ops.h"

/* ---- BatchNormalization for inference: a factor and a shift per channel ---- */

static enum lrp_status batch_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 5, 5, err);
    for (int i = 0; i < 5 && !status; ++i) status = lrp_infer_is_float(call, i, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape;
    const int64_t channels = x->rank > 1 ? x->dim[1] : 1;
    if (x->rank < 1) return lrp_fail(err, LRP_FILE, "BatchNormalization needs an input (N, C, ...)");
    for (int i = 1; i < 5; ++i)
        if (call->in[i].shape->rank != 1 || call->in[i].shape->dim[0] != channels)
            return lrp_fail(err, LRP_FILE, "input %d of BatchNormalization does not have one number for each of %lld channels",
                            i, (long long)channels);
    /* weights that are brought to mean 0 and variance 1 are exported so: they are constants, and no batch */
    const bool training = lrp_call_int(call, "training_mode", 0) != 0;
    if ((training && !call->in[0].constant) || (call->opset < 7 && lrp_call_int(call, "is_test", 0) == 0))
        return lrp_fail(err, LRP_UNSUPPORTED, "BatchNormalization is in training mode; export the model for inference");
    if (call->opset < 9 && lrp_call_int(call, "spatial", 1) == 0)
        return lrp_fail(err, LRP_UNSUPPORTED, "BatchNormalization with spatial = 0 is not implemented");
    for (int j = 1; j < call->out_count && !status; ++j)
        if (training && j < 3)
            status = lrp_infer_output(call, j, call->in[j + 2].dtype, call->in[j + 2].shape, err);
        else if (lrp_call_wants(call, j))
            return lrp_fail(err, LRP_UNSUPPORTED,
                            "output %d of BatchNormalization exists in training only; export the model for inference", j);
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, x, err);
}

struct normalize_batch {
    const struct lrp_tensor *const *in;
    const float *s;
    float *out;
    double epsilon;
    size_t channels, space;
};

static struct normalize_batch batch_job(const struct lrp_call *call, const struct lrp_tensor *const *in)
{
    const struct lrp_shape *x = &in[0]->shape;
    return (struct normalize_batch){.in = in,
                                    .epsilon = (double)lrp_call_float(call, "epsilon", 1e-5f),
                                    .channels = x->rank > 1 ? (size_t)x->dim[1] : 1,
                                    .space = lrp_shape_span(x, 2, x->rank)};
}

static double inverse_of(const struct normalize_batch *job, size_t channel)
{
    return 1 / sqrt((double)job->in[4]->f[channel] + job->epsilon);
}

/* Planes are (sample, channel). */
static void batch_forward_range(const void *data, size_t first, size_t last)
{
    const struct normalize_batch *job = data;
    for (size_t plane = first; plane < last; ++plane) {
        const size_t c = plane % job->channels;
        const float *x = job->in[0]->f + plane * job->space, mean = job->in[3]->f[c], bias = job->in[2]->f[c];
        const float factor = (float)((double)job->in[1]->f[c] * inverse_of(job, c));
        for (size_t i = 0; i < job->space; ++i) job->out[plane * job->space + i] = (x[i] - mean) * factor + bias;
    }
}

static void batch_backward_range(const void *data, size_t first, size_t last)
{
    const struct normalize_batch *job = data;
    for (size_t plane = first; plane < last; ++plane) {
        const size_t c = plane % job->channels;
        const float factor = (float)((double)job->in[1]->f[c] * inverse_of(job, c)), *s = job->s + plane * job->space;
        for (size_t i = 0; i < job->space; ++i) job->out[plane * job->space + i] = s[i] * factor;
    }
}

static void run_planes(struct normalize_batch *job, lrp_range_body body, const struct lrp_run *run)
{
    if (job->in[0]->count) lrp_for_range(run, job->in[0]->count / job->space, job->space, body, job);
}

/* Mean and variance of every channel of the input itself. */
static void find_statistics(const struct normalize_batch *job, float *mean, float *variance)
{
    const size_t planes = job->space ? job->in[0]->count / job->space : 0;
    const double count = (double)(planes / job->channels * job->space);
    for (size_t c = 0; c < job->channels; ++c) {
        double sum = 0, squares = 0;
        for (size_t plane = c; plane < planes; plane += job->channels)
            for (size_t i = 0; i < job->space; ++i) sum += (double)job->in[0]->f[plane * job->space + i];
        for (size_t plane = c; plane < planes; plane += job->channels)
            for (size_t i = 0; i < job->space; ++i) {
                const double from = (double)job->in[0]->f[plane * job->space + i] - sum / count;
                squares += from * from;
            }
        mean[c] = (float)(sum / count);
        variance[c] = (float)(squares / count);
    }
}

/* What training would go on with: running statistics moved towards those of this input. */
static void move_running(const struct lrp_call *call, const struct lrp_tensor *running, const struct lrp_tensor *found,
                         struct lrp_tensor *out)
{
    const float momentum = lrp_call_float(call, "momentum", 0.9f);
    for (size_t c = 0; out && c < out->count; ++c) out->f[c] = running->f[c] * momentum + found->f[c] * (1 - momentum);
}

static enum lrp_status batch_forward(LRP_FORWARD_PARAMETERS)
{
    struct normalize_batch job = batch_job(call, in);
    const bool training = lrp_call_int(call, "training_mode", 0) != 0;
    float *statistics = training ? malloc(2 * job.channels * sizeof *statistics + 1) : NULL;
    const struct lrp_tensor mean = {.f = statistics}, variance = {.f = training ? statistics + job.channels : NULL};
    const struct lrp_tensor *const own[] = {in[0], in[1], in[2], &mean, &variance};
    (void)handle;
    if (training && !statistics) return lrp_fail(err, LRP_MEMORY, "not enough memory for BatchNormalization");
    if (training) {
        find_statistics(&job, mean.f, variance.f);
        if (call->out_count > 1) move_running(call, in[3], &mean, out[1]);
        if (call->out_count > 2) move_running(call, in[4], &variance, out[2]);
        job.in = own;
    }
    job.out = out[0]->f;
    run_planes(&job, batch_forward_range, run);
    free(statistics);
    return LRP_OK;
}

/* Gradients of scale, bias, mean and variance of one channel, from the sums of s and of s (x - mean). */
static void batch_parameters(const struct normalize_batch *job, size_t c, double sum, double product,
                             struct lrp_tensor *const *grad)
{
    const double inverse = inverse_of(job, c), scale = (double)job->in[1]->f[c];
    const double values[5] = {0, product * inverse, sum, -sum * scale * inverse,
                              -0.5 * product * scale * inverse * inverse * inverse};
    for (int i = 1; i < 5; ++i)
        if (grad[i]) grad[i]->f[c] = (float)values[i];
}

static enum lrp_status batch_vjp(LRP_VJP_PARAMETERS)
{
    struct normalize_batch job = batch_job(call, in);
    (void)handle, (void)out, (void)err;
    if (!s[0]) return LRP_OK;
    job.s = s[0]->f;
    if (grad[0]) {
        job.out = grad[0]->f;
        run_planes(&job, batch_backward_range, run);
    }
    const size_t samples = job.channels && job.space ? in[0]->count / (job.channels * job.space) : 0;
    for (size_t c = 0; c < job.channels && (grad[1] || grad[2] || grad[3] || grad[4]); ++c) {
        double sum = 0, product = 0;
        for (size_t n = 0; n < samples; ++n)
            for (size_t i = 0; i < job.space; ++i) {
                const size_t at = (n * job.channels + c) * job.space + i;
                sum += (double)job.s[at];
                product += (double)job.s[at] * ((double)in[0]->f[at] - (double)in[3]->f[c]);
            }
        batch_parameters(&job, c, sum, product, grad);
    }
    return LRP_OK;
}

// clang-format off
#define ROW(op, where, layer, f, samples, ...)                                                                                    \
    .name = op, .domain = where, .versions = { __VA_ARGS__ }, .static_kind = LRP_KIND_##layer, .forward = f##_forward,   \
    .vjp = f##_vjp, .batch = samples
const struct lrp_operator lrp_ops_normalize[] = {
    { ROW("BatchNormalization", "", BATCH_NORM, batch, lrp_batch_first_input, 1, 6, 7, 9, 14, 15), .infer = batch_infer,
      .traits = LRP_TRAIT_BIASED | LRP_TRAIT_LEARNT, .weight_size = { .says = true, .axis = 1, .weight_axis = 0 } },
    { ROW("LayerNormalization", "", LAYER_NORM, lrp_layer_norm, lrp_batch_before_axis, 17), .infer = lrp_layer_norm_infer,
      .own = &(const struct lrp_layer_norm) { .center = true } },
    { ROW("RMSNormalization", "", RMS_NORM, lrp_layer_norm, lrp_batch_before_axis, 23), .infer = lrp_layer_norm_infer,
      .own = &(const struct lrp_layer_norm) { .center = false } },
    { ROW("InstanceNormalization", "", OTHER, lrp_channel_norm, lrp_batch_planes, 6, 22), .infer = lrp_instance_norm_infer,
      .own = &(const struct lrp_channel_norm) { .grouped = false } },
    { ROW("GroupNormalization", "", OTHER, lrp_channel_norm, lrp_batch_planes, 18, 21), .infer = lrp_channel_norm_infer,
      .own = &(const struct lrp_channel_norm) { .grouped = true } },
    { ROW("MeanVarianceNormalization", "", OTHER, lrp_axes_norm, lrp_axes_norm_batch, 9, 13), .infer = lrp_axes_norm_infer,
      .own = &(const struct lrp_axes_norm) { .fixed = true } },
    { ROW("LpNormalization", "", OTHER, lrp_lp_norm, lrp_batch_beside_last, 1, 22), .infer = lrp_lp_norm_infer,
      .kind = lrp_lp_norm_kind },
    { ROW("LRN", "", OTHER, lrp_lrn, lrp_batch_planes, 1, 13), .infer = lrp_lrn_infer },
    { ROW("Normalize", "lrpscope", LAYER_NORM, lrp_axes_norm, lrp_axes_norm_batch, 1), .kind = lrp_axes_norm_kind, .infer = lrp_axes_norm_infer,
      .own = &(const struct lrp_axes_norm) { .fixed = false }, .written = lrp_axes_norm_written },
    { 0 },
};
// clang-format on
