/* normalize_layer.c: LayerNormalization InstanceNormalization GroupNormalization RMSNormalization. */
#include <stdlib.h>

#include "normalize_ops.h"
#include "rows.h"

static bool centers(const struct lrp_call *call)
{
    return ((const struct lrp_layer_norm *)call->op->own)->center;
}
static int layer_axis(const struct lrp_call *call)
{
    return lrp_normalize_axis(lrp_call_int(call, "axis", -1), call->in[0].shape->rank);
}

/* The dimensions that are normalised over, as a shape of their own. */
static struct lrp_shape normalized_shape(const struct lrp_call *call)
{
    const struct lrp_shape *x = call->in[0].shape;
    struct lrp_shape shape = {.rank = 0};
    for (int k = layer_axis(call); k < x->rank; ++k) shape.dim[shape.rank++] = x->dim[k];
    return shape;
}

/* ---- scale and bias as one number per channel ---- */

/* Inputs 1 and 2, spread to `shape` if they are smaller; arrays of doubles for their gradients. */
struct scale_shift {
    struct lrp_tensor *parameter[2];
    double *sums[2];
    size_t channels;
    struct lrp_strided_view view[2]; /* parameter -> spread parameter */
};

static void affine_close(struct scale_shift *affine)
{
    for (int k = 0; k < 2; ++k) {
        lrp_tensor_release(affine->parameter[k]);
        free(affine->sums[k]);
    }
}

static struct lrp_strided_view spread_view(const struct lrp_shape *from, const struct lrp_shape *to)
{
    struct lrp_strided_view view = {0};
    int64_t src[LRP_MAX_RANK], dst[LRP_MAX_RANK];
    lrp_dense_strides(from, src);
    lrp_dense_strides(to, dst);
    for (int k = 0; k < to->rank; ++k) {
        const int at = k - (to->rank - from->rank);
        lrp_view_push(&view, to->dim[k], at >= 0 && from->dim[at] != 1 ? src[at] : 0, dst[k]);
    }
    return view;
}

static enum lrp_status affine_open(struct scale_shift *affine, const struct lrp_call *call, const struct lrp_tensor *const *in,
                                   struct lrp_tensor *const *grad, const struct lrp_shape *shape, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    *affine = (struct scale_shift){.channels = lrp_shape_span(shape, 0, shape->rank)};
    for (int k = 0; k < 2 && !status; ++k) {
        if (!lrp_call_has(call, k + 1)) continue;
        affine->view[k] = spread_view(&in[k + 1]->shape, shape);
        status = lrp_tensor_new(LRP_DTYPE_FLOAT, shape, &affine->parameter[k], err);
        if (!status) lrp_view_copy(&affine->view[k], in[k + 1], affine->parameter[k], NULL);
        if (!status && grad && grad[k + 1]) {
            affine->sums[k] = calloc(affine->channels + 1, sizeof **affine->sums);
            if (!affine->sums[k]) status = lrp_fail(err, LRP_MEMORY, "not enough memory for %zu sums", affine->channels);
        }
    }
    return status;
}

static void affine_apply(const struct scale_shift *affine, struct lrp_row_norm *norm)
{
    norm->scale = affine->parameter[0] ? affine->parameter[0]->f : NULL;
    norm->bias = affine->parameter[1] ? affine->parameter[1]->f : NULL;
    norm->gscale = affine->sums[0];
    norm->gbias = affine->sums[1];
}

/* The sums, brought back to the parameters' own shapes. */
static void affine_store(struct scale_shift *affine, struct lrp_tensor *const *grad)
{
    for (int k = 0; k < 2; ++k) {
        if (!affine->sums[k]) continue;
        for (size_t c = 0; c < affine->channels; ++c) affine->parameter[k]->f[c] = (float)affine->sums[k][c];
        lrp_view_add(&affine->view[k], affine->parameter[k], grad[k + 1], NULL);
    }
}

static enum lrp_status run_forward(struct lrp_row_norm *norm, const struct lrp_shape *channels, const struct lrp_call *call,
                                   const struct lrp_tensor *const *in, const struct lrp_run *run, struct lrp_error *err)
{
    struct scale_shift affine;
    const enum lrp_status status = affine_open(&affine, call, in, NULL, channels, err);
    if (!status) {
        affine_apply(&affine, norm);
        lrp_row_norm_forward(norm, run);
    }
    affine_close(&affine);
    return status;
}

static enum lrp_status run_backward(struct lrp_row_norm *norm, const struct lrp_shape *channels, const struct lrp_call *call,
                                    const struct lrp_tensor *const *in, const struct lrp_tensor *s,
                                    struct lrp_tensor *const *grad, const struct lrp_run *run, struct lrp_error *err)
{
    struct scale_shift affine;
    if (!s) return LRP_OK;
    const enum lrp_status status = affine_open(&affine, call, in, grad, channels, err);
    if (!status) {
        affine_apply(&affine, norm);
        norm->s = s->f;
        norm->gx = grad[0] ? grad[0]->f : NULL;
        lrp_row_norm_backward(norm, run);
        affine_store(&affine, grad);
    }
    affine_close(&affine);
    return status;
}

static enum lrp_status check_floats(const struct lrp_call *call, int least, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_inputs(call, least, 3, err);
    for (int i = 0; i < 3 && !status; ++i) status = lrp_infer_is_float(call, i, err);
    return status;
}

/* ---- LayerNormalization, RMSNormalization ---- */

enum lrp_status lrp_layer_norm_infer(struct lrp_call *call, struct lrp_error *err)
{
    int axis = 0;
    enum lrp_status status = check_floats(call, 2, err);
    if (!status) status = lrp_infer_axis(lrp_call_int(call, "axis", -1), call->in[0].shape->rank, &axis, err);
    if (status) return status;
    const struct lrp_shape normalized = normalized_shape(call);
    for (int i = 1; i < 3; ++i)
        if (lrp_call_has(call, i) && !lrp_shape_broadcasts_to(call->in[i].shape, &normalized))
            return lrp_fail(err, LRP_UNSUPPORTED, "input %d of %s does not broadcast to the normalised axes", i, call->op_type);
    struct lrp_shape row = *call->in[0].shape;
    for (int k = axis; k < row.rank; ++k) row.dim[k] = 1;
    status = lrp_infer_output(call, 0, call->in[0].dtype, call->in[0].shape, err);
    for (int j = 1; j < 3 && !status; ++j) status = lrp_infer_output(call, j, LRP_DTYPE_FLOAT, &row, err);
    return status;
}

static struct lrp_row_norm layer_norm(const struct lrp_call *call, const struct lrp_tensor *x)
{
    const int axis = layer_axis(call);
    return (struct lrp_row_norm){.rows = lrp_shape_span(&x->shape, 0, axis),
                                 .length = lrp_shape_span(&x->shape, axis, x->shape.rank),
                                 .groups = 1,
                                 .segment = 1,
                                 .center = centers(call),
                                 .epsilon = (double)lrp_call_float(call, "epsilon", 1e-5f),
                                 .x = x->f};
}

enum lrp_status lrp_layer_norm_forward(LRP_FORWARD_PARAMETERS)
{
    struct lrp_row_norm norm = layer_norm(call, in[0]);
    const struct lrp_shape channels = normalized_shape(call);
    (void)handle;
    norm.y = out[0] ? out[0]->f : NULL;
    norm.mean = call->out_count > 1 && out[1] ? out[1]->f : NULL;
    norm.inverse = call->out_count > 2 && out[2] ? out[2]->f : NULL;
    return run_forward(&norm, &channels, call, in, run, err);
}

/* The outputs Mean and InvStdDev exist for training: nothing flows back through them. */
enum lrp_status lrp_layer_norm_vjp(LRP_VJP_PARAMETERS)
{
    struct lrp_row_norm norm = layer_norm(call, in[0]);
    const struct lrp_shape channels = normalized_shape(call);
    (void)handle, (void)out;
    return run_backward(&norm, &channels, call, in, s[0], grad, run, err);
}

/* ---- InstanceNormalization, GroupNormalization: (N,C,...) ---- */

static enum lrp_status channel_infer(struct lrp_call *call, int64_t parameters, struct lrp_error *err)
{
    for (int i = 1; i < 3; ++i)
        if (call->in[i].shape->rank != 1 || call->in[i].shape->dim[0] != parameters)
            return lrp_fail(err, LRP_FILE, "input %d of %s does not have one number for each of %lld channels or groups", i,
                            call->op_type, (long long)parameters);
    return lrp_infer_output(call, 0, call->in[0].dtype, call->in[0].shape, err);
}

enum lrp_status lrp_instance_norm_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 3, 3, err);
    if (!status) status = check_floats(call, 3, err);
    if (!status && call->in[0].shape->rank < 3)
        return lrp_fail(err, LRP_FILE, "InstanceNormalization needs an input (N, C, ...) of at least 3 axes");
    return status ? status : channel_infer(call, call->in[0].shape->dim[1], err);
}

enum lrp_status lrp_channel_norm_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 3, 3, err);
    if (!status) status = check_floats(call, 3, err);
    if (status) return status;
    const int64_t groups = lrp_call_int(call, "num_groups", 0),
                  channels = call->in[0].shape->rank < 3 ? 0 : call->in[0].shape->dim[1];
    if (call->in[0].shape->rank < 3 || groups < 1 || channels % groups != 0)
        return lrp_fail(err, LRP_FILE, "num_groups %lld does not divide the %lld channels of an input (N, C, ...)",
                        (long long)groups, (long long)channels);
    return channel_infer(call, call->opset < 21 ? groups : channels, err);
}

/* Rows are (sample, group); before opset 21 scale and bias have one number a group. */
static struct lrp_row_norm channel_norm(const struct lrp_call *call, const struct lrp_tensor *x, struct lrp_shape *parameters)
{
    const bool grouped = ((const struct lrp_channel_norm *)call->op->own)->grouped;
    const size_t channels = (size_t)x->shape.dim[1], space = lrp_shape_span(&x->shape, 2, x->shape.rank);
    const size_t groups = grouped ? (size_t)lrp_call_int(call, "num_groups", 1) : channels;
    const bool per_group = grouped && call->opset < 21;
    struct lrp_row_norm norm = {.rows = groups * (size_t)x->shape.dim[0],
                                .groups = groups,
                                .center = true,
                                .x = x->f,
                                .epsilon = (double)lrp_call_float(call, "epsilon", 1e-5f)};
    norm.length = groups ? channels / groups * space : 0;
    norm.segment = per_group ? norm.length : space;
    *parameters = (struct lrp_shape){.rank = 1, .dim = {(int64_t)(per_group ? groups : channels)}};
    return norm;
}

enum lrp_status lrp_channel_norm_forward(LRP_FORWARD_PARAMETERS)
{
    struct lrp_shape channels;
    struct lrp_row_norm norm = channel_norm(call, in[0], &channels);
    (void)handle;
    norm.y = out[0]->f;
    return run_forward(&norm, &channels, call, in, run, err);
}

enum lrp_status lrp_channel_norm_vjp(LRP_VJP_PARAMETERS)
{
    struct lrp_shape channels;
    struct lrp_row_norm norm = channel_norm(call, in[0], &channels);
    (void)handle, (void)out;
    return run_backward(&norm, &channels, call, in, s[0], grad, run, err);
}
