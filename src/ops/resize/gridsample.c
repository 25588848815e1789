/* gridsample.c: GridSample: the input read at places that another input says, between its elements. */
#include <math.h>
#include <string.h>

#include "elementwise.h"

enum { SPACE = 3, TAPS = 4 };
enum mode { NEAREST, LINEAR, CUBIC };
enum padding { ZEROS, BORDER, REFLECTION };

static int one_of(const char *word, const char *const *words)
{
    int k = 0;
    while (words[k] && strcmp(words[k], word) != 0) ++k;
    return words[k] ? k : -1;
}

static int mode_of(const struct lrp_call *call)
{
    static const char *const old[] = {"nearest", "bilinear", "bicubic", NULL}, *const now[] = {"nearest", "linear", "cubic",
                                                                                               NULL};
    const bool is_old = call->opset < 20;
    return one_of(lrp_call_string(call, "mode", is_old ? "bilinear" : "linear"), is_old ? old : now);
}

static int padding_of(const struct lrp_call *call)
{
    static const char *const words[] = {"zeros", "border", "reflection", NULL};
    return one_of(lrp_call_string(call, "padding_mode", "zeros"), words);
}

static enum lrp_status gridsample_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    for (int i = 0; i < 2 && !status; ++i) status = lrp_infer_is_float(call, i, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape, *grid = call->in[1].shape;
    const int space = x->rank - 2;
    bool fits = space >= 2 && space <= SPACE && (call->opset >= 20 || space == 2) && grid->rank == x->rank &&
                grid->dim[0] == x->dim[0] && grid->dim[grid->rank - 1] == space;
    for (int k = 0; k < space && fits; ++k) fits = x->dim[2 + k] > 0;
    if (!fits || mode_of(call) < 0 || padding_of(call) < 0)
        return lrp_fail(err, LRP_FILE, "the grid, mode or padding_mode of GridSample does not fit its input");
    if (mode_of(call) == CUBIC && space != 2)
        return lrp_fail(err, LRP_UNSUPPORTED, "GridSample of 3 space dimensions has no cubic mode");
    struct lrp_shape shape = *x;
    for (int k = 0; k < space; ++k) shape.dim[2 + k] = grid->dim[1 + k];
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

/* What one place reads along one axis: elements (-1: padding), their weights, and how those change with the place. */
struct axis_reading {
    int taps;
    int64_t index[TAPS];
    double weight[TAPS], slope[TAPS];
};

/* Mirrored at both ends until it is inside; *sign turns with each reflection. */
static double reflect(double x, double low, double high, double *sign)
{
    const double range = high - low;
    if (x >= low && x <= high) return x;
    if (!(range > 0)) return *sign = 0, low;
    const double beyond = x < low ? low - x : x - high, turns = floor(beyond / range), rest = beyond - turns * range;
    const bool even = fmod(turns, 2) == 0;
    *sign *= even ? -1 : 1; /* turns more than the first one */
    return (x < low) == even ? low + rest : high - rest;
}

static int64_t place_inside(const struct lrp_call *call, double at, int64_t length, double low, double high)
{
    double sign = 1;
    if (padding_of(call) == ZEROS && !(at >= 0 && at < (double)length)) return -1;
    at = padding_of(call) == REFLECTION ? trunc(reflect(at, low, high, &sign)) : at;
    return (int64_t)fmin(fmax(at, 0), (double)length - 1);
}

/* Keys' kernel with a = -0.75 at signed distance d, and its derivative by d. */
static void cubic_tap(double d, double *weight, double *slope)
{
    const double a = -0.75, x = fabs(d), side = d < 0 ? -1 : 1;
    *weight = x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
    *slope = side * (x <= 1 ? (3 * (a + 2) * x - 2 * (a + 3)) * x : (3 * a * x - 10 * a) * x + 8 * a);
}

/* The grid's numbers run from -1 to 1 over an axis. */
static struct axis_reading read_axis(const struct lrp_call *call, double place, int64_t length)
{
    const bool corners = lrp_call_int(call, "align_corners", 0) != 0;
    const int mode = mode_of(call), padding = padding_of(call);
    const double low = corners ? 0 : -0.5, high = (double)length - (corners ? 1 : 0.5);
    double change = ((double)length - (corners ? 1 : 0)) / 2;
    double x = (place + 1) * change - (corners ? 0 : 0.5);
    struct axis_reading r = {.taps = mode == NEAREST ? 1 : mode == LINEAR ? 2 : 4};
    x = fmin(fmax(x, -1e9), 1e9);
    if (mode == NEAREST) x = rint(x);
    if (padding == BORDER && (x < 0 || x > (double)length - 1) && (x < low || x > high)) {
        x = fmin(fmax(x, 0), (double)length - 1);
        change = 0;
    } else if (padding == REFLECTION) {
        x = reflect(x, low, high, &change);
    }
    const double first = mode == NEAREST ? x : floor(x) - (mode == CUBIC);
    for (int k = 0; k < r.taps; ++k) {
        const double distance = x - (first + k);
        r.index[k] = place_inside(call, first + k, length, low, high);
        r.weight[k] = mode == CUBIC ? 0 : mode == NEAREST ? 1 : 1 - fabs(distance);
        r.slope[k] = mode == NEAREST ? 0 : k == 0 ? -1 : 1;
        if (mode == CUBIC) cubic_tap(distance, &r.weight[k], &r.slope[k]);
        r.slope[k] *= change;
    }
    return r;
}

/* One place of the output: y, or from its cotangent the gradients of x and of the place. */
struct grid_place {
    int space;
    const int64_t *dim;
    struct axis_reading axis[SPACE];
};

/* One tap of every axis: their element of the plane, -1 if padding; weight, and slope by each axis. */
static int64_t combine_taps(const struct grid_place *p, const int tap[SPACE], double *weight, double slope[SPACE])
{
    int64_t at = 0, stride = 1;
    bool inside = true;
    *weight = 1;
    slope[0] = slope[1] = slope[2] = 1;
    for (int k = p->space - 1; k >= 0; --k) {
        const struct axis_reading *r = &p->axis[k];
        *weight *= r->weight[tap[k]];
        for (int other = 0; other < p->space; ++other) slope[other] *= other == k ? r->slope[tap[k]] : r->weight[tap[k]];
        inside = inside && r->index[tap[k]] >= 0;
        at += r->index[tap[k]] * stride;
        stride *= p->dim[k];
    }
    return inside ? at : -1;
}

/* The next one of their combinations, the last axis first; false behind the last one. */
static bool next_taps(const struct grid_place *p, int tap[SPACE])
{
    for (int k = p->space - 1; k >= 0; --k) {
        if (++tap[k] < p->axis[k].taps) return true;
        tap[k] = 0;
    }
    return false;
}

static struct grid_place read_place(const struct lrp_call *call, const float *grid)
{
    struct grid_place p = {.space = call->in[0].shape->rank - 2, .dim = call->in[0].shape->dim + 2};
    for (int k = 0; k < p.space; ++k) p.axis[k] = read_axis(call, (double)grid[p.space - 1 - k], p.dim[k]);
    return p;
}

/* Sizes that both directions walk over. */
struct grid_sizes {
    size_t batch, channels, plane, places;
    int space;
};

static struct grid_sizes sizes_of(const struct lrp_call *call)
{
    const struct lrp_shape *x = call->in[0].shape, *grid = call->in[1].shape;
    return (struct grid_sizes){(size_t)x->dim[0], (size_t)x->dim[1], lrp_shape_span(x, 2, x->rank),
                               lrp_shape_span(grid, 1, grid->rank - 1), x->rank - 2};
}

static enum lrp_status gridsample_forward(LRP_FORWARD_PARAMETERS)
{
    const struct grid_sizes n = sizes_of(call);
    (void)handle, (void)run, (void)err;
    for (size_t i = 0; i < n.batch * n.places; ++i) {
        const struct grid_place p = read_place(call, in[1]->f + i * (size_t)n.space);
        for (size_t c = 0; c < n.channels; ++c) {
            const size_t plane = i / n.places * n.channels + c;
            double sum = 0, weight = 0, slope[SPACE];
            int tap[SPACE] = {0};
            do {
                const int64_t at = combine_taps(&p, tap, &weight, slope);
                sum += at < 0 ? 0 : weight * (double)in[0]->f[plane * n.plane + (size_t)at];
            } while (next_taps(&p, tap));
            out[0]->f[plane * n.places + i % n.places] = (float)sum;
        }
    }
    return LRP_OK;
}

static enum lrp_status gridsample_vjp(LRP_VJP_PARAMETERS)
{
    const struct grid_sizes n = sizes_of(call);
    (void)handle, (void)run, (void)err, (void)out;
    for (size_t i = 0; s[0] && i < n.batch * n.places; ++i) {
        const struct grid_place p = read_place(call, in[1]->f + i * (size_t)n.space);
        double turn[SPACE] = {0};
        for (size_t c = 0; c < n.channels; ++c) {
            const size_t plane = i / n.places * n.channels + c;
            const double cotangent = (double)s[0]->f[plane * n.places + i % n.places];
            double weight = 0, slope[SPACE];
            int tap[SPACE] = {0};
            do {
                const int64_t at = combine_taps(&p, tap, &weight, slope);
                if (at >= 0 && grad[0]) grad[0]->f[plane * n.plane + (size_t)at] += (float)(cotangent * weight);
                for (int k = 0; k < n.space && at >= 0; ++k)
                    turn[k] += cotangent * slope[k] * (double)in[0]->f[plane * n.plane + (size_t)at];
            } while (next_taps(&p, tap));
        }
        for (int k = 0; k < n.space && grad[1]; ++k)
            grad[1]->f[i * (size_t)n.space + (size_t)(n.space - 1 - k)] = (float)turn[k];
    }
    return LRP_OK;
}

/* The family's row. */
const struct lrp_operator lrp_ops_gridsample[] = {
    {.name = "GridSample",
     .domain = "",
     .versions = {16, 20, 22},
     .static_kind = LRP_KIND_OTHER,
     .infer = gridsample_infer,
     .forward = gridsample_forward,
     .vjp = gridsample_vjp,
     .batch = lrp_batch_leading},
    {0},
};
