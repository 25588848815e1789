/* deform.c: DeformConv: a convolution whose taps are moved by offsets and weighted by a mask, both computed (Dai 2017, Zhu
 * 2018). */
#include <string.h>

#include "detect.h"

enum { X, W, OFFSET, BIAS, MASK };

struct deform {
    int64_t batch, in_channels, out_channels, group, offset_group;
    int64_t in[2], out[2], kernel[2], stride[2], dilation[2], pad[4];
};

static bool read_pair(const struct lrp_call *call, const char *name, int count, int64_t least, int64_t *out)
{
    const int given = lrp_call_ints(call, name, out, count);
    for (int k = 0; k < count && given == count; ++k)
        if (out[k] < least || out[k] > INT32_MAX) return false;
    return given < 0 || given == count;
}

static bool read_places(const struct lrp_call *call, struct deform *d)
{
    const struct lrp_shape *x = call->in[X].shape, *w = call->in[W].shape;
    for (int k = 0; k < 2; ++k) {
        d->stride[k] = d->dilation[k] = 1;
        d->in[k] = x->dim[2 + k];
        d->kernel[k] = w->dim[2 + k];
    }
    if (!read_pair(call, "strides", 2, 1, d->stride) || !read_pair(call, "dilations", 2, 1, d->dilation) ||
        !read_pair(call, "pads", 4, 0, d->pad))
        return false;
    for (int k = 0; k < 2; ++k) {
        const int64_t room = d->in[k] + d->pad[k] + d->pad[2 + k] - d->dilation[k] * (d->kernel[k] - 1) - 1;
        if (room < 0 || d->kernel[k] < 1) return false;
        d->out[k] = room / d->stride[k] + 1;
    }
    return true;
}

static bool is_table(const struct lrp_shape *s, const struct deform *d, int64_t each)
{
    return s->rank == 4 && s->dim[0] == d->batch && s->dim[1] == d->offset_group * d->kernel[0] * d->kernel[1] * each &&
           s->dim[2] == d->out[0] && s->dim[3] == d->out[1];
}

static enum lrp_status read_deform(const struct lrp_call *call, struct deform *d, struct lrp_error *err)
{
    const struct lrp_shape *x = call->in[X].shape, *w = call->in[W].shape;
    *d = (struct deform){.group = lrp_call_int(call, "group", 1), .offset_group = lrp_call_int(call, "offset_group", 1)};
    if (x->rank != 4 || w->rank != 4)
        return lrp_fail(err, LRP_UNSUPPORTED, "DeformConv is implemented for two space dimensions");
    d->batch = x->dim[0], d->in_channels = x->dim[1], d->out_channels = w->dim[0];
    const bool fits = d->group > 0 && d->offset_group > 0 && d->in_channels % d->group == 0 &&
                      d->out_channels % d->group == 0 && d->in_channels % d->offset_group == 0 &&
                      w->dim[1] == d->in_channels / d->group && read_places(call, d);
    if (!fits || !is_table(call->in[OFFSET].shape, d, 2) ||
        (lrp_call_has(call, MASK) && !is_table(call->in[MASK].shape, d, 1)) ||
        (lrp_call_has(call, BIAS) && lrp_shape_count(call->in[BIAS].shape) != d->out_channels))
        return lrp_fail(err, LRP_FILE, "the weights, offsets or mask of DeformConv do not fit its input");
    return LRP_OK;
}

enum lrp_status lrp_deform_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct deform d;
    enum lrp_status status = lrp_infer_arity(call, 3, 5, err);
    for (int i = 0; i < call->in_count && !status; ++i)
        if (lrp_call_has(call, i)) status = lrp_infer_is_float(call, i, err);
    if (!status) status = read_deform(call, &d, err);
    if (status) return status;
    const struct lrp_shape y = {.rank = 4, .dim = {d.batch, d.out_channels, d.out[0], d.out[1]}};
    return lrp_infer_output(call, 0, call->in[X].dtype, &y, err);
}

/* One tap of one group of offsets at one place of the output. */
struct tap {
    struct lrp_corners corners;
    size_t y_offset, x_offset, mask; /* where its offsets and mask are */
    double weight;                   /* the mask's */
};

static struct tap read_tap(const struct deform *d, const struct lrp_tensor *const *in, bool masked, int64_t n, int64_t offsets,
                           int64_t k, int64_t place)
{
    const int64_t taps = d->kernel[0] * d->kernel[1], places = d->out[0] * d->out[1];
    const int64_t row = place / d->out[1], column = place % d->out[1], which = (n * d->offset_group + offsets) * taps + k;
    struct tap t = {.y_offset = (size_t)(2 * which * places + place),
                    .x_offset = (size_t)((2 * which + 1) * places + place),
                    .mask = (size_t)(which * places + place)};
    const int64_t from_y = row * d->stride[0] - d->pad[0] + k / d->kernel[1] * d->dilation[0],
                  from_x = column * d->stride[1] - d->pad[1] + k % d->kernel[1] * d->dilation[1];
    const double y = (double)from_y + (double)in[OFFSET]->f[t.y_offset];
    const double x = (double)from_x + (double)in[OFFSET]->f[t.x_offset];
    t.corners = lrp_corners_padded(y, x, d->in[0], d->in[1]);
    t.weight = masked ? (double)in[MASK]->f[t.mask] : 1;
    return t;
}

/* Everything one tap of one input channel has to do with one output channel's element. */
struct turn {
    const struct deform *d;
    const struct lrp_tensor *const *in;
    struct lrp_tensor *const *grad; /* NULL: forward */
    double given;                   /* cotangent of the element */
};

static double one_tap(const struct turn *turn, const struct tap *t, size_t plane, size_t weight)
{
    const float *x = turn->in[X]->f + plane;
    const double w = (double)turn->in[W]->f[weight], value = lrp_corners_value(&t->corners, x);
    if (!turn->grad) return w * t->weight * value;
    struct lrp_tensor *const *grad = turn->grad;
    double by_y = 0, by_x = 0;
    for (int k = 0; k < 4; ++k) {
        if (!t->corners.inside[k]) continue;
        by_y += t->corners.by_y[k] * (double)x[t->corners.at[k]];
        by_x += t->corners.by_x[k] * (double)x[t->corners.at[k]];
        if (grad[X]) grad[X]->f[plane + t->corners.at[k]] += (float)(turn->given * w * t->weight * t->corners.weight[k]);
    }
    if (grad[W]) grad[W]->f[weight] += (float)(turn->given * t->weight * value);
    if (grad[OFFSET]) grad[OFFSET]->f[t->y_offset] += (float)(turn->given * w * t->weight * by_y);
    if (grad[OFFSET]) grad[OFFSET]->f[t->x_offset] += (float)(turn->given * w * t->weight * by_x);
    if (turn->in[MASK] && grad[MASK]) grad[MASK]->f[t->mask] += (float)(turn->given * w * value);
    return 0;
}

/* One element of the output: sample n, channel m, place. */
static double deform_element(const struct turn *turn, int64_t n, int64_t m, int64_t place)
{
    const struct deform *d = turn->d;
    const int64_t taps = d->kernel[0] * d->kernel[1], each = d->in_channels / d->group,
                  first = m / (d->out_channels / d->group) * each;
    const int64_t per_offset = d->in_channels / d->offset_group;
    double sum = 0;
    for (int64_t c = 0; c < each; ++c)
        for (int64_t k = 0; k < taps; ++k) {
            const struct tap t = read_tap(d, turn->in, turn->in[MASK] != NULL, n, (first + c) / per_offset, k, place);
            const size_t plane = (size_t)((n * d->in_channels + first + c) * d->in[0] * d->in[1]);
            sum += one_tap(turn, &t, plane, (size_t)((m * each + c) * taps + k));
        }
    return sum;
}

/* The inputs, left-out ones as NULL. */
static void all_inputs(const struct lrp_call *call, const struct lrp_tensor *const *in, const struct lrp_tensor *all[MASK + 1])
{
    for (int i = 0; i <= MASK; ++i) all[i] = lrp_call_has(call, i) ? in[i] : NULL;
}

enum lrp_status lrp_deform_forward(LRP_FORWARD_PARAMETERS)
{
    struct deform d;
    const struct lrp_tensor *all[MASK + 1];
    (void)handle;
    enum lrp_status status = read_deform(call, &d, err);
    all_inputs(call, in, all);
    const struct turn turn = {.d = &d, .in = all};
    const int64_t places = d.out[0] * d.out[1];
    for (int64_t i = 0; i < d.batch * d.out_channels && !status; ++i) {
        const double bias = all[BIAS] ? (double)all[BIAS]->f[i % d.out_channels] : 0;
        for (int64_t p = 0; p < places; ++p)
            out[0]->f[i * places + p] = (float)(bias + deform_element(&turn, i / d.out_channels, i % d.out_channels, p));
        if (lrp_run_should_stop(run)) status = lrp_fail(err, LRP_CANCELLED, "stopped");
    }
    return status;
}

enum lrp_status lrp_deform_vjp(LRP_VJP_PARAMETERS)
{
    struct deform d;
    const struct lrp_tensor *all[MASK + 1];
    struct lrp_tensor *given[MASK + 1] = {NULL};
    (void)handle, (void)out;
    enum lrp_status status = read_deform(call, &d, err);
    if (status || !s[0]) return status;
    all_inputs(call, in, all);
    for (int i = 0; i < call->in_count && i <= MASK; ++i) given[i] = grad[i];
    struct turn turn = {.d = &d, .in = all, .grad = given};
    const int64_t places = d.out[0] * d.out[1];
    for (int64_t i = 0; i < d.batch * d.out_channels && !status; ++i) {
        for (int64_t p = 0; p < places; ++p) {
            turn.given = (double)s[0]->f[i * places + p];
            if (given[BIAS]) given[BIAS]->f[i % d.out_channels] += s[0]->f[i * places + p];
            (void)deform_element(&turn, i / d.out_channels, i % d.out_channels, p);
        }
        if (lrp_run_should_stop(run)) status = lrp_fail(err, LRP_CANCELLED, "stopped");
    }
    return status;
}
