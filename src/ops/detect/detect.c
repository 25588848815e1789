/* detect.c: operators of detectors and of pictures put in place: their rows, and reading between the elements of a plane. */
#include "detect.h"

#include "batch.h"

#include <math.h>

static struct lrp_corners corners_at(double y, double x, int64_t width)
{
    const double y0 = floor(y), x0 = floor(x), v = y - y0, u = x - x0;
    struct lrp_corners c = {.weight = {(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u},
                            .by_y = {-(1 - u), -u, 1 - u, u},
                            .by_x = {-(1 - v), 1 - v, -v, v}};
    for (int k = 0; k < 4; ++k) c.at[k] = (size_t)(((int64_t)y0 + k / 2) * width + (int64_t)x0 + k % 2);
    return c;
}

struct lrp_corners lrp_corners_padded(double y, double x, int64_t height, int64_t width)
{
    if (!(y > -1 && x > -1 && y < (double)height && x < (double)width)) return (struct lrp_corners){0};
    struct lrp_corners c = corners_at(y, x, width);
    const int64_t y0 = (int64_t)floor(y), x0 = (int64_t)floor(x);
    for (int k = 0; k < 4; ++k) {
        const int64_t row = y0 + k / 2, column = x0 + k % 2;
        c.inside[k] = row >= 0 && row < height && column >= 0 && column < width;
    }
    return c;
}

struct lrp_corners lrp_corners_clamped(double y, double x, int64_t height, int64_t width)
{
    if (!(y >= -1 && x >= -1 && y <= (double)height && x <= (double)width)) return (struct lrp_corners){0};
    const double inside_y = fmin(fmax(y, 0), (double)(height - 1)), inside_x = fmin(fmax(x, 0), (double)(width - 1));
    struct lrp_corners c = corners_at(inside_y, inside_x, width);
    const bool last_row = (int64_t)inside_y == height - 1, last_column = (int64_t)inside_x == width - 1;
    for (int k = 0; k < 4; ++k) c.inside[k] = !(last_row && k / 2) && !(last_column && k % 2); /* those weigh nothing */
    return c;
}

double lrp_corners_value(const struct lrp_corners *c, const float *plane)
{
    double sum = 0;
    for (int k = 0; k < 4; ++k)
        if (c->inside[k]) sum += c->weight[k] * (double)plane[c->at[k]];
    return sum;
}

#define ROW(op, where, f, data, follow, ...)                                                                                   \
    {                                                                                                                          \
        .name = op, .domain = where, .versions = {__VA_ARGS__}, .own = data, .static_kind = LRP_KIND_OTHER,                    \
        .infer = lrp_##f##_infer, .forward = lrp_##f##_forward, .vjp = lrp_##f##_vjp, .batch = lrp_batch_##follow              \
    }
#define MOVE(op, f, follow, ...)                                                                                               \
    {                                                                                                                          \
        .name = op, .domain = "", .versions = {__VA_ARGS__}, .traits = LRP_TRAIT_MOVES, .static_kind = LRP_KIND_OTHER,         \
        .infer = lrp_##f##_infer, .forward = lrp_##f##_forward, .vjp = lrp_##f##_vjp, .batch = lrp_batch_##follow              \
    }
const struct lrp_operator lrp_ops_detect[] = {
    ROW("RoiAlign", "", roi, &lrp_roi_align, lost, 10, 16, 22),
    ROW("MaxRoiPool", "", roi, &lrp_roi_pool, lost, 1, 22),
    ROW("CropAndResize", "com.microsoft", roi, &lrp_roi_crop, lost, 1),
    ROW("DeformConv", "", deform, NULL, leading, 19, 22),
    ROW("Col2Im", "", col2im, NULL, planes, 18),
    ROW("AffineGrid", "", affine, NULL, planes, 20),
    ROW("Det", "", det, NULL, matrices, 11, 22),
    MOVE("MaxUnpool", unpool, leading, 9, 11, 22),
    MOVE("CenterCropPad", center, first_input, 18),
    MOVE("TensorScatter", cache, leading, 24),
    {.name = "NonMaxSuppression",
     .domain = "",
     .versions = {10, 11},
     .traits = LRP_TRAIT_NO_VJP,
     .static_kind = LRP_KIND_OTHER,
     .infer = lrp_suppress_infer,
     .measure = lrp_suppress_measure,
     .forward = lrp_suppress_forward,
     .batch = lrp_batch_lost},
    {0},
};
