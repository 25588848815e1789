/* linear_conv_shape.c: which convolution Conv and ConvTranspose ask for: a transposed one is a convolution run backwards. */
#include <string.h>

#include "infer.h"
#include "linear.h"
#include "pooling/pooling_window.h"

bool lrp_conv_is_transposed(const struct lrp_call *call)
{
    return ((const struct lrp_convolution *)call->op->own)->transposed;
}

static enum lrp_status check_channels(const struct lrp_call *call, int64_t group, int64_t in_channels, int64_t out_channels,
                                      int64_t per_group, struct lrp_error *err)
{
    const struct lrp_shape *const bias = lrp_call_has(call, 2) ? call->in[2].shape : NULL;

    if (group < 1 || in_channels < 1 || out_channels < 1 || in_channels % group || out_channels % group)
        return lrp_fail(err, LRP_FILE, "%lld channels to %lld do not fall into %lld groups", (long long)in_channels,
                        (long long)out_channels, (long long)group);
    if (per_group != in_channels / group)
        return lrp_fail(err, LRP_FILE, "the weights are made for %lld channels in each group, the input has %lld",
                        (long long)per_group, (long long)(in_channels / group));
    if (bias && (bias->rank != 1 || bias->dim[0] != out_channels))
        return lrp_fail(err, LRP_FILE, "the bias does not have one value for each of %lld channels", (long long)out_channels);
    return LRP_OK;
}

static void fill_shape(struct lrp_conv_shape *shape, const struct lrp_pool_window *w)
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
    const struct lrp_shape *const x = call->in[0].shape, *const w = call->in[1].shape;
    struct lrp_pool_window window = {0};
    enum lrp_status status;

    if (x->rank != w->rank || x->rank < 3)
        return lrp_fail(err, LRP_FILE, "an input of %d dimensions does not go with weights of %d", x->rank, w->rank);
    *out = (struct lrp_conv_shape){
        .batch = x->dim[0], .in_channels = x->dim[1], .out_channels = w->dim[0], .group = lrp_call_int(call, "group", 1)};
    status = lrp_window_read(call, x, w->dim + 2, &window, err);
    if (!status) status = check_channels(call, out->group, out->in_channels, out->out_channels, w->dim[1], err);
    fill_shape(out, &window);
    return status;
}

/* auto_pad, output_shape and output_padding of a transposed convolution: sets window->out (what comes out) and pads. */
static enum lrp_status transposed_size(const struct lrp_call *call, struct lrp_pool_window *w, struct lrp_error *err)
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
            if (strcmp(automatic, "VALID") == 0) w->pad_begin[d] = w->pad_end[d] = 0;
            w->out[d] = full - w->pad_begin[d] - w->pad_end[d];
        }
        if (w->out[d] < 1) return lrp_fail(err, LRP_FILE, "nothing is left of the output");
    }
    return LRP_OK;
}

/* The convolution that a transposed one is the mirror of: its input is our output. */
static enum lrp_status mirrored_shape(const struct lrp_call *call, struct lrp_conv_shape *out, struct lrp_error *err)
{
    const struct lrp_shape *const x = call->in[0].shape, *const w = call->in[1].shape;
    struct lrp_pool_window window = {0};
    enum lrp_status status;

    if (x->rank != w->rank || x->rank < 3)
        return lrp_fail(err, LRP_FILE, "an input of %d dimensions does not go with weights of %d", x->rank, w->rank);
    *out = (struct lrp_conv_shape){.batch = x->dim[0], .out_channels = x->dim[1], .group = lrp_call_int(call, "group", 1)};
    if (out->group < 1 || __builtin_mul_overflow(w->dim[1], out->group, &out->in_channels))
        return lrp_fail(err, LRP_FILE, "attribute group has the value %lld", (long long)out->group);
    status = lrp_window_attributes(call, x, w->dim + 2, &window, err);
    if (!status) status = transposed_size(call, &window, err);
    if (!status) status = check_channels(call, out->group, out->out_channels, out->in_channels, w->dim[0] / out->group, err);
    if (!status && w->dim[0] != x->dim[1])
        status = lrp_fail(err, LRP_FILE, "the weights are made for %lld channels, the input has %lld", (long long)w->dim[0],
                          (long long)x->dim[1]);
    fill_shape(out, &window);
    memcpy(out->in, window.out, sizeof out->in);
    memcpy(out->out, window.in, sizeof out->out);
    return status;
}

enum lrp_status lrp_conv_call_shape(const struct lrp_call *call, struct lrp_conv_shape *out, struct lrp_error *err)
{
    return lrp_conv_is_transposed(call) ? mirrored_shape(call, out, err) : conv_shape(call, out, err);
}

enum lrp_status lrp_conv_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_conv_shape shape;
    struct lrp_shape y;
    enum lrp_status status = lrp_infer_arity(call, 2, 3, err);

    if (!status) status = lrp_linear_floats(call, 2, 3, err);
    if (!status) status = lrp_conv_call_shape(call, &shape, err);
    if (status) return status;
    const bool transposed = lrp_conv_is_transposed(call);
    y = (struct lrp_shape){.rank = shape.rank + 2, .dim = {shape.batch}};
    y.dim[1] = transposed ? shape.in_channels : shape.out_channels;
    memcpy(y.dim + 2, transposed ? shape.in : shape.out, (size_t)shape.rank * sizeof *y.dim);
    return lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
}

static int64_t count_of(const struct lrp_conv_shape *shape, const int64_t *dims)
{
    int64_t count = 1;

    for (int d = 0; d < shape->rank; d++) count *= dims[d];
    return count;
}

int64_t lrp_conv_macs(const struct lrp_call *call)
{
    struct lrp_conv_shape shape;
    int64_t count;

    if (lrp_conv_call_shape(call, &shape, NULL)) return 0;
    count = lrp_linear_times(shape.batch * shape.out_channels, count_of(&shape, shape.out));
    count = lrp_linear_times(count, shape.in_channels / shape.group);
    return lrp_linear_times(count, count_of(&shape, shape.kernel));
}

int64_t lrp_conv_copies(const struct lrp_call *call)
{
    struct lrp_conv_shape shape;

    return lrp_conv_call_shape(call, &shape, NULL) ? 1 : lrp_conv_joined_groups(&shape);
}
