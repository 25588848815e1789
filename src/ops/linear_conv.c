/* linear_conv.c: Conv and ConvTranspose: a transposed convolution is a convolution run backwards. */
#include <stdlib.h>
#include <string.h>

#include "infer.h"
#include "linear.h"
#include "parallel.h"
#include "pooling_window.h"

/* ---- shapes ---- */

static bool is_transposed(const struct lrp_call *call)
{
    return strcmp(call->op_type, "ConvTranspose") == 0;
}

static enum lrp_status check_channels(const struct lrp_call *call, int64_t group, int64_t in_channels,
                                      int64_t out_channels, int64_t per_group, struct lrp_error *err)
{
    const struct lrp_shape *const bias = lrp_call_has(call, 2) ? &call->in[2].shape : NULL;

    if (group < 1 || in_channels < 1 || out_channels < 1 || in_channels % group || out_channels % group)
        return lrp_fail(err, LRP_FILE, "%lld channels to %lld do not fall into %lld groups", (long long)in_channels,
                        (long long)out_channels, (long long)group);
    if (per_group != in_channels / group)
        return lrp_fail(err, LRP_FILE, "the weights are made for %lld channels in each group, the input has %lld",
                        (long long)per_group, (long long)(in_channels / group));
    if (bias && (bias->rank != 1 || bias->dim[0] != out_channels))
        return lrp_fail(err, LRP_FILE, "the bias does not have one value for each of %lld channels",
                        (long long)out_channels);
    return LRP_OK;
}

static void fill_shape(struct lrp_conv_shape *shape, const struct lrp_window *w)
{
    shape->rank = w->rank;
    for (int d = 0; d < w->rank; d++) {
        shape->in[d] = w->in[d];
        shape->out[d] = w->out[d];
        shape->kernel[d] = w->kernel[d];
        shape->stride[d] = w->stride[d];
        shape->dilation[d] = w->dilation[d];
        shape->pad_begin[d] = w->pad_begin[d];
        shape->pad_end[d] = w->pad_end[d];
    }
}

static enum lrp_status conv_shape(const struct lrp_call *call, struct lrp_conv_shape *out, struct lrp_error *err)
{
    const struct lrp_shape *const x = &call->in[0].shape, *const w = &call->in[1].shape;
    struct lrp_window window = {0};
    enum lrp_status status;

    if (x->rank != w->rank || x->rank < 3)
        return lrp_fail(err, LRP_FILE, "an input of %d dimensions does not go with weights of %d", x->rank, w->rank);
    *out = (struct lrp_conv_shape){.batch = x->dim[0], .in_channels = x->dim[1], .out_channels = w->dim[0],
                                   .group = lrp_call_int(call, "group", 1)};
    status = lrp_window_read(call, x, w->dim + 2, &window, err);
    if (!status)
        status = check_channels(call, out->group, out->in_channels, out->out_channels, w->dim[1], err);
    fill_shape(out, &window);
    return status;
}

/* auto_pad, output_shape and output_padding of a transposed convolution: sets window->out (what comes out) and pads. */
static enum lrp_status transposed_size(const struct lrp_call *call, struct lrp_window *w, struct lrp_error *err)
{
    const char *const automatic = lrp_call_string(call, "auto_pad", "NOTSET");
    const bool lower = strcmp(automatic, "SAME_LOWER") == 0, same = lower || strcmp(automatic, "SAME_UPPER") == 0;
    int64_t extra[3] = {0}, wanted[3] = {0};
    const int extras = lrp_call_ints(call, "output_padding", extra, 3);
    const int wanteds = lrp_call_ints(call, "output_shape", wanted, 3);

    if ((extras > 0 && extras != w->rank) || (wanteds > 0 && wanteds != w->rank))
        return lrp_fail(err, LRP_FILE, "output_padding and output_shape must have %d values", w->rank);
    for (int d = 0; d < w->rank; d++) {
        const int64_t most = w->stride[d] > w->dilation[d] ? w->stride[d] : w->dilation[d];

        if (extra[d] < 0 || (extra[d] >= most && extra[d] > 0) || wanted[d] < 0 || wanted[d] > (int64_t)1 << 40)
            return lrp_fail(err, LRP_FILE, "output_padding or output_shape is out of range");
        if (w->in[d] < 1 || w->in[d] > (int64_t)1 << 32)
            return lrp_fail(err, LRP_FILE, "an input dimension of %lld is not possible", (long long)w->in[d]);
        const int64_t full = (w->in[d] - 1) * w->stride[d] + extra[d] + lrp_window_reach(w, d);
        if (wanteds > 0 || same) {
            const int64_t target = wanteds > 0 ? wanted[d] : w->in[d] * w->stride[d];
            const int64_t cut = full > target ? full - target : 0;

            w->pad_begin[d] = same && !lower ? cut / 2 : cut - cut / 2;
            w->pad_end[d] = cut - w->pad_begin[d];
            w->out[d] = target;
        } else {
            if (strcmp(automatic, "VALID") == 0)
                w->pad_begin[d] = w->pad_end[d] = 0;
            w->out[d] = full - w->pad_begin[d] - w->pad_end[d];
        }
        if (w->out[d] < 1)
            return lrp_fail(err, LRP_FILE, "nothing is left of the output");
    }
    return LRP_OK;
}

/* The convolution that a transposed one is the mirror of: its input is our output. */
static enum lrp_status mirrored_shape(const struct lrp_call *call, struct lrp_conv_shape *out, struct lrp_error *err)
{
    const struct lrp_shape *const x = &call->in[0].shape, *const w = &call->in[1].shape;
    struct lrp_window window = {0};
    enum lrp_status status;

    if (x->rank != w->rank || x->rank < 3)
        return lrp_fail(err, LRP_FILE, "an input of %d dimensions does not go with weights of %d", x->rank, w->rank);
    *out = (struct lrp_conv_shape){.batch = x->dim[0], .out_channels = x->dim[1],
                                   .group = lrp_call_int(call, "group", 1)};
    if (out->group < 1 || __builtin_mul_overflow(w->dim[1], out->group, &out->in_channels))
        return lrp_fail(err, LRP_FILE, "attribute group has the value %lld", (long long)out->group);
    status = lrp_window_attributes(call, x, w->dim + 2, &window, err);
    if (!status)
        status = transposed_size(call, &window, err);
    if (!status)
        status = check_channels(call, out->group, out->out_channels, out->in_channels, w->dim[0] / out->group, err);
    if (!status && w->dim[0] != x->dim[1])
        status = lrp_fail(err, LRP_FILE, "the weights are made for %lld channels, the input has %lld",
                          (long long)w->dim[0], (long long)x->dim[1]);
    fill_shape(out, &window);
    memcpy(out->in, window.out, sizeof out->in);
    memcpy(out->out, window.in, sizeof out->out);
    return status;
}

static enum lrp_status shape_of(const struct lrp_call *call, struct lrp_conv_shape *out, struct lrp_error *err)
{
    return is_transposed(call) ? mirrored_shape(call, out, err) : conv_shape(call, out, err);
}

static enum lrp_status infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_conv_shape shape;
    struct lrp_shape y;
    enum lrp_status status = lrp_infer_arity(call, 2, 3, err);

    if (!status)
        status = lrp_linear_floats(call, 2, 3, err);
    if (!status)
        status = shape_of(call, &shape, err);
    if (status)
        return status;
    const bool transposed = is_transposed(call);
    y = (struct lrp_shape){.rank = shape.rank + 2, .dim = {shape.batch}};
    y.dim[1] = transposed ? shape.in_channels : shape.out_channels;
    memcpy(y.dim + 2, transposed ? shape.in : shape.out, (size_t)shape.rank * sizeof *y.dim);
    return lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
}

enum lrp_status lrp_conv_infer(struct lrp_call *call, struct lrp_error *err)
{
    return infer(call, err);
}

enum lrp_status lrp_conv_transpose_infer(struct lrp_call *call, struct lrp_error *err)
{
    return infer(call, err);
}

/* ---- running ---- */

struct handle {
    struct lrp_conv_shape shape;
    struct lrp_conv *conv;
    float *bias; /* of a transposed convolution, or NULL */
};

void lrp_conv_release(void *handle)
{
    struct handle *const h = handle;

    if (!h)
        return;
    lrp_conv_free(h->conv);
    free(h->bias);
    free(h);
}

/* Takes weights and bias (NULL: none) that are ready; the bias is copied. */
static enum lrp_status make(const struct lrp_call *call, const void *weights, const float *bias, struct handle **out,
                            struct lrp_error *err)
{
    struct handle *const h = calloc(1, sizeof *h);
    enum lrp_status status;

    if (!h)
        return lrp_fail(err, LRP_MEMORY, "not enough memory for a convolution");
    status = shape_of(call, &h->shape, err);
    if (!status)
        status = lrp_conv_new(&h->shape, weights, is_transposed(call) ? NULL : bias, &h->conv, err);
    if (!status && bias && is_transposed(call)) {
        const size_t bytes = (size_t)h->shape.in_channels * sizeof *bias;

        h->bias = malloc(bytes);
        if (h->bias)
            memcpy(h->bias, bias, bytes);
        else
            status = lrp_fail(err, LRP_MEMORY, "not enough memory for a convolution");
    }
    if (status)
        lrp_conv_release(h);
    else
        *out = h;
    return status;
}

enum lrp_status lrp_conv_prepare(const struct lrp_call *call, const struct lrp_modifier *modifier, void **handle,
                                 struct lrp_error *err)
{
    static const struct lrp_modifier as_is = {LRP_WEIGHT_AS_IS, LRP_WEIGHT_AS_IS, 0};
    const struct lrp_modifier *const m = modifier ? modifier : &as_is;
    const struct lrp_blob *const weights = call->in[1].constant;
    const bool has_bias = lrp_call_has(call, 2);
    float *modified = NULL, *bias = NULL;
    struct handle *made = NULL;
    enum lrp_status status = LRP_OK;

    *handle = NULL;
    if (!weights || (has_bias && !call->in[2].constant))
        return LRP_OK; /* forward builds it from what comes as data */
    if (m->weight != LRP_WEIGHT_AS_IS || !lrp_linear_plain(weights))
        status = lrp_linear_read(weights, 1, m->weight, m->gamma, &modified, err);
    if (!status && has_bias && m->bias != LRP_WEIGHT_NONE)
        status = lrp_linear_read(call->in[2].constant, 1, m->bias, m->gamma, &bias, err);
    if (!status)
        status = make(call, modified ? (const void *)modified : weights->raw, bias, &made, err);
    free(modified);
    free(bias);
    *handle = made;
    return status;
}

/* The values of input i, wherever they come from; *owned is to be freed. */
static enum lrp_status values_of(const struct lrp_call *call, int i, const struct lrp_tensor *given, const float **out,
                                 float **owned, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;

    if (given)
        *out = given->f;
    else if (lrp_call_has(call, i) && call->in[i].constant) {
        status = lrp_linear_read(call->in[i].constant, 1, LRP_WEIGHT_AS_IS, 0, owned, err);
        *out = *owned;
    }
    return status;
}

/* A handle for weights that come as data. */
static enum lrp_status make_for_data(const struct lrp_call *call, const struct lrp_tensor *const *in, struct handle **out,
                                     struct lrp_error *err)
{
    const float *weights = NULL, *bias = NULL;
    float *owned_weights = NULL, *owned_bias = NULL;
    enum lrp_status status = values_of(call, 1, in[1], &weights, &owned_weights, err);

    if (!status)
        status = values_of(call, 2, call->in_count > 2 ? in[2] : NULL, &bias, &owned_bias, err);
    if (!status)
        status = make(call, weights, bias, out, err);
    free(owned_weights);
    free(owned_bias);
    return status;
}

static int64_t count_of(const struct lrp_conv_shape *shape, const int64_t *dims)
{
    int64_t count = 1;

    for (int d = 0; d < shape->rank; d++)
        count *= dims[d];
    return count;
}

static void add_bias(const struct handle *h, float *y)
{
    const int64_t size = count_of(&h->shape, h->shape.in);

    for (int64_t plane = 0; plane < h->shape.batch * h->shape.in_channels; plane++)
        for (int64_t i = 0; i < size; i++)
            y[plane * size + i] += h->bias[plane % h->shape.in_channels];
}

enum lrp_status lrp_conv_apply(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                               struct lrp_tensor *const *out, const struct lrp_run *run, struct lrp_error *err)
{
    struct handle *h = handle;
    enum lrp_status status = LRP_OK;

    if (!out[0])
        return LRP_OK;
    if (!h)
        status = make_for_data(call, in, &h, err);
    if (!status)
        status = is_transposed(call) ? lrp_conv_backward(h->conv, in[0]->f, out[0]->f, run, err)
                                     : lrp_conv_forward(h->conv, in[0]->f, out[0]->f, run, err);
    if (!status && h->bias)
        add_bias(h, out[0]->f);
    if (!handle)
        lrp_conv_release(h);
    return status;
}

/* Every channel of the cotangent, summed up. */
static void bias_gradient(const struct lrp_tensor *s, struct lrp_tensor *grad)
{
    const size_t channels = grad->count, size = lrp_shape_span(&s->shape, 2, s->shape.rank);

    for (size_t plane = 0; plane < s->count / (size ? size : 1); plane++) {
        double sum = 0;

        for (size_t i = 0; i < size; i++)
            sum += (double)s->f[plane * size + i];
        grad->f[plane % channels] += (float)sum;
    }
}

enum lrp_status lrp_conv_vjp(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                             const struct lrp_tensor *const *out, const struct lrp_tensor *const *s,
                             struct lrp_tensor *const *grad, const struct lrp_run *run, struct lrp_error *err)
{
    struct handle *h = handle;
    enum lrp_status status = LRP_OK;

    (void)out;
    if (!s[0])
        return LRP_OK;
    if (!h)
        status = make_for_data(call, in, &h, err);
    if (!status && grad[0])
        status = is_transposed(call) ? lrp_conv_forward(h->conv, s[0]->f, grad[0]->f, run, err)
                                     : lrp_conv_backward(h->conv, s[0]->f, grad[0]->f, run, err);
    if (!status && grad[1] && is_transposed(call))
        lrp_conv_weight_gradient(&h->shape, s[0]->f, in[0]->f, grad[1]->f, run);
    else if (!status && grad[1])
        lrp_conv_weight_gradient(&h->shape, in[0]->f, s[0]->f, grad[1]->f, run);
    if (!status && call->in_count > 2 && grad[2])
        bias_gradient(s[0], grad[2]);
    if (!handle)
        lrp_conv_release(h);
    return status;
}

int64_t lrp_conv_macs(const struct lrp_call *call)
{
    struct lrp_conv_shape shape;
    int64_t count;

    if (shape_of(call, &shape, NULL))
        return 0;
    count = lrp_linear_times(shape.batch * shape.out_channels, count_of(&shape, shape.out));
    count = lrp_linear_times(count, shape.in_channels / shape.group);
    return lrp_linear_times(count, count_of(&shape, shape.kernel));
}
