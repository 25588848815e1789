/* linear_conv.c: Conv and ConvTranspose: running them. */
#include <stdlib.h>
#include <string.h>

#include "infer.h"
#include "linear.h"
#include "linear_careful.h"
#include "linear_steps.h"
#include "ones.h"
#include "pool.h"

struct conv_handle {
    struct lrp_conv_shape shape;
    struct lrp_conv *conv;          /* NULL: all weights are 1 */
    float *bias;                    /* that the convolution does not add itself (if it is transposed or all 1), or NULL */
    struct lrp_modifier how;        /* the constants are read ... */
    bool constant;                  /* ... if they are constants */
    bool looked;                    /* for steps: what is found is there */
    struct lrp_step_weights *steps; /* NULL: the weights are no multiples of steps */
};

void lrp_conv_release(void *handle)
{
    struct conv_handle *const h = handle;

    if (!h) return;
    lrp_conv_free(h->conv);
    lrp_step_weights_free(h->steps);
    free(h->bias);
    free(h);
}

size_t lrp_conv_bytes(const void *handle)
{
    const struct conv_handle *const h = handle;

    return (h->conv ? lrp_conv_held(h->conv) : 0) + (h->steps ? lrp_step_weights_bytes(h->steps) : 0);
}

/* Takes weights (NULL: all 1) and bias (NULL: none) that are ready; both are copied. */
static enum lrp_status make_handle(const struct lrp_call *call, const void *weights, const float *bias,
                                   struct conv_handle **out, struct lrp_error *err)
{
    struct conv_handle *const h = calloc(1, sizeof *h);
    const bool transposed = lrp_conv_is_transposed(call), aside = bias && (transposed || !weights);
    enum lrp_status status;

    if (!h) return lrp_fail(err, LRP_MEMORY, "not enough memory for a convolution");
    status = lrp_conv_call_shape(call, &h->shape, err);
    if (!status && weights) status = lrp_conv_new(&h->shape, weights, aside ? NULL : bias, &h->conv, err);
    if (!status && aside) {
        const size_t bytes = (size_t)(transposed ? h->shape.in_channels : h->shape.out_channels) * sizeof *bias;

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
                                 const struct lrp_run *run, struct lrp_error *err)
{
    static const struct lrp_modifier as_is = {LRP_WEIGHT_AS_IS, LRP_WEIGHT_AS_IS, 0};
    const struct lrp_modifier *const m = modifier ? modifier : &as_is;
    const struct lrp_blob *const weights = call->in[1].constant;
    const bool has_bias = lrp_call_has(call, 2);
    struct lrp_pool *const pool = run ? run->pool : NULL;
    float *modified = NULL, *bias = NULL;
    struct conv_handle *made = NULL;
    enum lrp_status status = LRP_OK;

    *handle = NULL;
    if (!weights || (has_bias && !call->in[2].constant)) return LRP_OK; /* forward builds it from what comes as data */
    const bool ones = m->weight == LRP_WEIGHT_ONE;
    const size_t bytes = weights->count * sizeof *modified;
    lrp_blob_expect(weights);
    if (!ones && (m->weight != LRP_WEIGHT_AS_IS || !lrp_linear_plain(weights))) {
        modified = lrp_pool_take(pool, bytes);
        status = modified ? lrp_linear_read_into(weights, (struct lrp_reading){1, m->weight, m->gamma}, run, modified, err)
                          : lrp_fail(err, LRP_MEMORY, "not enough memory for %zu weights", weights->count);
    }
    if (!status && has_bias && m->bias != LRP_WEIGHT_NONE)
        status = lrp_linear_read(call->in[2].constant, (struct lrp_reading){1, m->bias, m->gamma}, run, &bias, err);
    if (!status) status = make_handle(call, ones ? NULL : modified ? (const void *)modified : weights->raw, bias, &made, err);
    if (!status) made->how = *m, made->constant = true;
    lrp_pool_give(pool, modified, bytes);
    free(bias);
    lrp_blob_rest(weights); /* the handle has them in its own layout */
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
        status = lrp_linear_read(call->in[i].constant, (struct lrp_reading){1, LRP_WEIGHT_AS_IS, 0}, NULL, owned, err);
        *out = *owned;
    }
    return status;
}

/* A handle for weights that come as data. */
static enum lrp_status make_for_data(const struct lrp_call *call, const struct lrp_tensor *const *in, struct conv_handle **out,
                                     struct lrp_error *err)
{
    const float *weights = NULL, *bias = NULL;
    float *owned_weights = NULL, *owned_bias = NULL;
    enum lrp_status status = values_of(call, 1, in[1], &weights, &owned_weights, err);

    if (!status) status = values_of(call, 2, call->in_count > 2 ? in[2] : NULL, &bias, &owned_bias, err);
    if (!status) status = make_handle(call, weights, bias, out, err);
    free(owned_weights);
    free(owned_bias);
    return status;
}

static int64_t count_of(const struct lrp_conv_shape *shape, const int64_t *dims)
{
    int64_t count = 1;

    for (int d = 0; d < shape->rank; d++) count *= dims[d];
    return count;
}

static void add_bias(const struct conv_handle *h, bool transposed, float *y)
{
    const int64_t size = count_of(&h->shape, transposed ? h->shape.in : h->shape.out);
    const int64_t channels = transposed ? h->shape.in_channels : h->shape.out_channels;

    for (int64_t plane = 0; plane < h->shape.batch * channels; plane++)
        for (int64_t i = 0; i < size; i++) y[plane * size + i] += h->bias[plane % channels];
}

/* Once more, with care, what came out as NaN. A bias that the convolution adds itself is added here, too. */
static enum lrp_status run_carefully(const struct lrp_call *call, const struct conv_handle *h,
                                     const struct lrp_tensor *const *in, bool back, const struct lrp_tensor *from,
                                     struct lrp_tensor *to, const struct lrp_run *run, struct lrp_error *err)
{
    const enum lrp_direction direction = lrp_conv_is_transposed(call) != back ? LRP_BACKWARD : LRP_FORWARD;
    const bool biased =
        direction == LRP_FORWARD && !back && h->constant && lrp_call_has(call, 2) && !h->bias && h->how.bias != LRP_WEIGHT_NONE;
    const float *given = NULL;
    float *weights = NULL, *bias = NULL;
    enum lrp_status status;

    if (h->constant)
        status =
            lrp_linear_read(call->in[1].constant, (struct lrp_reading){1, h->how.weight, h->how.gamma}, run, &weights, err);
    else
        status = values_of(call, 1, in[1], &given, &weights, err);
    if (!status && biased)
        status = lrp_linear_read(call->in[2].constant, (struct lrp_reading){1, h->how.bias, h->how.gamma}, run, &bias, err);
    if (!status) status = lrp_careful_conv(&h->shape, weights ? weights : given, bias, direction, from, to, run, err);
    free(weights);
    free(bias);
    return status;
}

/* Through the convolution, or back through it. */
static enum lrp_status run_conv(const struct conv_handle *h, bool back, const struct lrp_tensor *from, struct lrp_tensor *to,
                                const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_conv_ends ends = {.from = from->f, .to = to->f, .from_blocked = from->block, .to_blocked = to->block};

    if (h->conv) return lrp_conv_run(h->conv, back ? LRP_BACKWARD : LRP_FORWARD, ends, run, err);
    return (back ? lrp_ones_backward : lrp_ones_forward)(&h->shape, from->f, to->f, run, err);
}

enum lrp_status lrp_conv_call_blocks(const struct lrp_call *call, void *handle, bool back, const struct lrp_run *run, int *from,
                                     int *to, struct lrp_error *err)
{
    const struct conv_handle *const h = handle;
    const bool turned = lrp_conv_is_transposed(call) != back;
    enum lrp_status status = LRP_OK;

    *from = *to = 0;
    if (h && h->conv) status = lrp_conv_blocks(h->conv, turned ? LRP_BACKWARD : LRP_FORWARD, run, from, to, err);
    if (h && h->bias && !back) *to = 0; /* the bias is added to rows */
    return status;
}

static bool is_as_is(const struct conv_handle *h)
{
    return !h->constant || (h->how.weight == LRP_WEIGHT_AS_IS && h->how.bias == LRP_WEIGHT_AS_IS);
}

/* The weights as multiples of steps, if they are: looked for once there is an input that is. */
static enum lrp_status find_steps(const struct lrp_call *call, struct conv_handle *h, const struct lrp_run *run,
                                  struct lrp_error *err)
{
    const struct lrp_reading as_is = {1, LRP_WEIGHT_AS_IS, 0};
    const struct lrp_blob *const weights = call->in[1].constant;
    struct lrp_step_places places = {.outputs = h->shape.out_channels, .stride = 1};
    float *values = NULL, *bias = NULL;

    if (h->looked || !h->constant || !is_as_is(h) || lrp_conv_is_transposed(call) || places.outputs < 1) return LRP_OK;
    places.each = places.apart = (int64_t)weights->count / places.outputs;
    enum lrp_status status = lrp_linear_read(weights, as_is, run, &values, err);
    if (!status && lrp_call_has(call, 2)) status = lrp_linear_read(call->in[2].constant, as_is, run, &bias, err);
    if (!status) status = lrp_step_weights_new(values, &places, bias, &h->steps, err);
    h->looked = !status;
    free(values);
    free(bias);
    return status;
}

enum lrp_status lrp_conv_apply(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                               struct lrp_tensor *const *out, const struct lrp_run *run, struct lrp_error *err)
{
    struct conv_handle *h = handle;
    enum lrp_status status = LRP_OK;

    if (!out[0]) return LRP_OK;
    if (h && in[0]->step != 0) status = find_steps(call, h, run, err);
    if (status) return status;
    if (h && h->steps && in[0]->step != 0) return lrp_step_weights_convolve(h->steps, &h->shape, in[0], out[0], run, err);
    if (!h) status = make_for_data(call, in, &h, err);
    if (!status) status = run_conv(h, lrp_conv_is_transposed(call), in[0], out[0], run, err);
    if (!status && !is_as_is(h) && h->conv && lrp_careful_needed(out[0], run)) /* a rule's sum, not the model's */
        status = run_carefully(call, h, in, false, in[0], out[0], run, err);
    if (!status && h->bias) add_bias(h, lrp_conv_is_transposed(call), out[0]->f);
    if (!handle) lrp_conv_release(h);
    return status;
}

/* Every channel of the cotangent, summed up. */
static void bias_gradient(const struct lrp_tensor *s, struct lrp_tensor *grad)
{
    const size_t channels = grad->count, size = lrp_shape_span(&s->shape, 2, s->shape.rank);

    for (size_t plane = 0; plane < s->count / (size ? size : 1); plane++) {
        double sum = 0;

        for (size_t i = 0; i < size; i++) sum += (double)s->f[plane * size + i];
        grad->f[plane % channels] += (float)sum;
    }
}

enum lrp_status lrp_conv_vjp(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                             const struct lrp_tensor *const *out, const struct lrp_tensor *const *s,
                             struct lrp_tensor *const *grad, const struct lrp_run *run, struct lrp_error *err)
{
    struct conv_handle *h = handle;
    enum lrp_status status = LRP_OK;

    (void)out;
    if (!s[0]) return LRP_OK;
    if (!h) status = make_for_data(call, in, &h, err);
    if (!status && grad[0]) status = run_conv(h, !lrp_conv_is_transposed(call), s[0], grad[0], run, err);
    if (!status && grad[0] && h->conv && lrp_careful_needed(grad[0], run))
        status = run_carefully(call, h, in, true, s[0], grad[0], run, err);
    if (!status && grad[1] && lrp_conv_is_transposed(call))
        lrp_conv_weight_gradient(&h->shape, s[0]->f, in[0]->f, grad[1]->f, run);
    else if (!status && grad[1])
        lrp_conv_weight_gradient(&h->shape, in[0]->f, s[0]->f, grad[1]->f, run);
    if (!status && call->in_count > 2 && grad[2]) bias_gradient(s[0], grad[2]);
    if (!handle) lrp_conv_release(h);
    return status;
}
