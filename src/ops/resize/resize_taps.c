/* resize_taps.c: resizing one axis: the inputs of each output element and their weights, as ONNX's Resize defines them. */
#include <math.h>
#include <stdlib.h>

#include "resize.h"

/* Where output element x lies on the input's axis. */
static double coordinate(const struct lrp_resize *r, int axis, int64_t in, double x)
{
    const double scale = r->scale[axis], size = (double)r->size[axis], length = (double)in;
    const double half = (x + 0.5) / scale - 0.5, from = r->from[axis], to = r->to[axis];
    switch (r->coordinates) {
    case LRP_RESIZE_HALF_PIXEL_SYMMETRIC:
        return length / 2 * (1 - size / (scale * length)) + half;
    case LRP_RESIZE_PYTORCH_HALF_PIXEL:
        return size > 1 ? half : 0;
    case LRP_RESIZE_ALIGN_CORNERS:
        return size > 1 ? x * (length - 1) / (size - 1) : 0;
    case LRP_RESIZE_ASYMMETRIC:
        return x / scale;
    case LRP_RESIZE_HALF_PIXEL_PLAIN:
        return (x + 0.5) / scale;
    case LRP_RESIZE_CROP:
        return size > 1 ? from * (length - 1) + x * (to - from) * (length - 1) / (size - 1) : (from + to) / 2 * (length - 1);
    case LRP_RESIZE_HALF_PIXEL:
    default:
        return half;
    }
}

static double nearest(const struct lrp_resize *r, int axis, double x)
{
    const bool down = r->scale[axis] < 1;
    switch (r->nearest) {
    case LRP_RESIZE_ROUND_CEIL:
        return floor(x + 0.5);
    case LRP_RESIZE_FLOOR:
        return floor(x);
    case LRP_RESIZE_CEIL:
        return ceil(x);
    case LRP_RESIZE_SIMPLE:
        return down ? ceil(x) : floor(x);
    case LRP_RESIZE_ROUND_FLOOR:
    default:
        return ceil(x - 0.5);
    }
}

/* Keys' cubic at distance x. */
static double keys_cubic(double x, double a)
{
    x = fabs(x);
    if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/* Below 1 the kernel is stretched, so that no input is skipped. */
static double kernel_scale(const struct lrp_resize *r, int axis)
{
    return r->antialias && r->scale[axis] < 1 ? r->scale[axis] : 1;
}

/* Inputs on the left of a coordinate that weigh on it. */
static int64_t left_reach(const struct lrp_resize *r, int axis)
{
    const double support = r->mode == LRP_RESIZE_NEAREST ? 0 : r->mode == LRP_RESIZE_LINEAR ? 1 : 2;
    return (int64_t)ceil(support / kernel_scale(r, axis));
}

static void fill_weights(const struct lrp_resize *r, int axis, const struct lrp_taps *taps, int64_t o, double x)
{
    const int64_t first = (int64_t)floor(x) - taps->width / 2 + 1;
    const double squeeze = kernel_scale(r, axis);
    double sum = 0;
    for (int64_t k = 0; k < taps->width; ++k) {
        const double distance = ((double)(first + k) - x) * squeeze;
        const bool beyond = first + k < 0 || first + k >= taps->in;
        double weight = r->mode == LRP_RESIZE_LINEAR ? fmax(1 - fabs(distance), 0) : keys_cubic(distance, (double)r->cubic);
        weight = beyond && r->exclude_outside ? 0 : weight;
        sum += weight;
        taps->weight[o * taps->width + k] = (float)weight;
        taps->index[o * taps->width + k] = first + k < 0 ? 0 : first + k >= taps->in ? taps->in - 1 : first + k;
    }
    for (int64_t k = 0; k < taps->width && (squeeze < 1 || r->exclude_outside) && sum != 0; ++k)
        taps->weight[o * taps->width + k] = (float)((double)taps->weight[o * taps->width + k] / sum);
}

enum lrp_status lrp_taps_new(const struct lrp_resize *r, int axis, int64_t in, struct lrp_taps *out, struct lrp_error *err)
{
    const int64_t width = r->mode == LRP_RESIZE_NEAREST ? 1 : 2 * left_reach(r, axis);
    *out = (struct lrp_taps){.in = in, .out = r->size[axis], .width = width};
    const size_t count = (size_t)out->out + 1;
    out->index = calloc(count, (size_t)width * sizeof *out->index);
    out->weight = calloc(count, (size_t)width * sizeof *out->weight);
    out->outside = calloc(count, sizeof *out->outside);
    if (!out->index || !out->weight || !out->outside) {
        lrp_taps_free(out);
        return lrp_fail(err, LRP_MEMORY, "not enough memory to resize an axis to %lld elements", (long long)r->size[axis]);
    }
    const double limit = (double)in - 1;
    for (int64_t o = 0; o < out->out; ++o) {
        const double exact = coordinate(r, axis, in, (double)o);
        const double x = fmin(fmax(exact, -1e9), limit + 1e9); /* a file's region may lie anywhere */
        out->outside[o] = r->coordinates == LRP_RESIZE_CROP && !(exact >= 0 && exact <= limit);
        if (r->mode == LRP_RESIZE_NEAREST) {
            out->index[o] = (int64_t)fmin(fmax(nearest(r, axis, x), 0), limit);
            out->weight[o] = 1;
        } else {
            fill_weights(r, axis, out, o, x);
        }
    }
    return LRP_OK;
}

void lrp_taps_free(struct lrp_taps *taps)
{
    free(taps->index);
    free(taps->weight);
    free(taps->outside);
    *taps = (struct lrp_taps){0};
}

bool lrp_taps_identity(const struct lrp_taps *taps)
{
    bool same = taps->in == taps->out;
    for (int64_t o = 0; o < taps->out && same; ++o) {
        float own = 0, others = 0;
        for (int64_t k = 0; k < taps->width; ++k)
            *(taps->index[o * taps->width + k] == o ? &own : &others) += fabsf(taps->weight[o * taps->width + k]);
        same = own == 1 && others == 0 && !taps->outside[o];
    }
    return same;
}
