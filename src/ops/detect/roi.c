/* roi.c: regions of a picture brought to one size: RoiAlign, MaxRoiPool, CropAndResize. Where the regions lie is taken as
 * given: no gradient goes to that. */
#include <math.h>
#include <string.h>

#include "detect.h"

enum { X, ROIS, BATCH, SIZE };

/* One region on its way: its picture, and where it lies in elements of the plane. */
struct region {
    int64_t picture;
    double y, x, height, width;
};
struct rois {
    int64_t batch, channels, height, width, count, out_height, out_width;
    bool max, half, nearest;
    double scale, outside;
    int64_t ratio;
};
/* Samples that make one element of the output. */
struct samples {
    int64_t rows, columns;
};

struct lrp_roi_kind {
    int64_t columns; /* of the regions' table */
    bool by_batch;   /* input 2 says which picture each is of; else their first column does */
    enum lrp_status (*read)(const struct lrp_call *call, struct rois *r, struct lrp_error *err);
    /* Adds element (row, column) of a region: to y from the plane or, with `given`, back to the plane. */
    void (*element)(const struct rois *r, const struct region *region, int64_t row, int64_t column, const float *plane,
                    float *y, const float *given, float *back);
};

static bool is_word(const struct lrp_call *call, const char *attribute, const char *otherwise, const char *word)
{
    return strcmp(lrp_call_string(call, attribute, otherwise), word) == 0;
}

/* ---- RoiAlign ---- */

static enum lrp_status read_align(const struct lrp_call *call, struct rois *r, struct lrp_error *err)
{
    const char *otherwise = call->opset < 16 ? "output_half_pixel" : "half_pixel";
    r->out_height = lrp_call_int(call, "output_height", 1);
    r->out_width = lrp_call_int(call, "output_width", 1);
    r->scale = (double)lrp_call_float(call, "spatial_scale", 1);
    r->ratio = lrp_call_int(call, "sampling_ratio", 0);
    r->max = is_word(call, "mode", "avg", "max");
    r->half = is_word(call, "coordinate_transformation_mode", otherwise, "half_pixel");
    if (r->ratio < 0 || r->ratio > 1024 || !(r->max || is_word(call, "mode", "avg", "avg")) ||
        !(r->half || is_word(call, "coordinate_transformation_mode", otherwise, "output_half_pixel")))
        return lrp_fail(err, LRP_FILE, "the sampling or mode of RoiAlign is impossible");
    return LRP_OK;
}

static int64_t samples_of(int64_t ratio, double length, int64_t out)
{
    const double needed = ceil(length / (double)out);
    return ratio > 0 ? ratio : needed < 0 ? 0 : needed > 1 << 16 ? 1 << 16 : (int64_t)needed;
}

static void align_element(const struct rois *r, const struct region *region, int64_t row, int64_t column, const float *plane,
                          float *y, const float *given, float *back)
{
    const double least = r->half ? -INFINITY : 1, height = fmax(region->height, least), width = fmax(region->width, least);
    const int64_t rows = samples_of(r->ratio, height, r->out_height), columns = samples_of(r->ratio, width, r->out_width);
    const double bin_height = height / (double)r->out_height, bin_width = width / (double)r->out_width;
    const double count = rows * columns > 1 ? (double)(rows * columns) : 1;
    double sum = 0, most = -INFINITY, weight = 0;
    size_t winner = SIZE_MAX;
    for (int64_t k = 0; k < rows * columns; ++k) {
        const int64_t i = k / columns, j = k % columns; /* of the element's samples */
        const double at_y = region->y + bin_height * ((double)row + ((double)i + 0.5) / (double)rows);
        const double at_x = region->x + bin_width * ((double)column + ((double)j + 0.5) / (double)columns);
        const struct lrp_corners c = lrp_corners_clamped(at_y, at_x, r->height, r->width);
        sum += lrp_corners_value(&c, plane);
        for (int n = 0; n < 4; ++n) { /* the largest share of a corner: so the operator is defined */
            const double share = c.inside[n] ? c.weight[n] * (double)plane[c.at[n]] : 0;
            if (back && !r->max && c.inside[n]) back[c.at[n]] += (float)(c.weight[n] * (double)*given / count);
            if (!(share > most)) continue;
            most = share, weight = c.weight[n], winner = c.inside[n] ? c.at[n] : SIZE_MAX;
        }
    }
    if (y) *y = (float)(!r->max ? sum / count : most > -INFINITY ? most : 0);
    if (back && r->max && winner != SIZE_MAX) back[winner] += (float)(weight * (double)*given);
}
const struct lrp_roi_kind lrp_roi_align = {4, true, read_align, align_element};

/* ---- MaxRoiPool ---- */

static enum lrp_status read_pool(const struct lrp_call *call, struct rois *r, struct lrp_error *err)
{
    int64_t size[2] = {0, 0};
    r->scale = (double)lrp_call_float(call, "spatial_scale", 1);
    if (lrp_call_ints(call, "pooled_shape", size, 2) != 2) return lrp_fail(err, LRP_FILE, "MaxRoiPool needs its pooled_shape");
    r->out_height = size[0];
    r->out_width = size[1];
    return LRP_OK;
}

/* The elements [*first, *last) of part `at` of a region cut into `parts`. */
static void pool_range(double start, double length, int64_t at, int64_t parts, int64_t limit, int64_t *first, int64_t *last)
{
    const double from = round(start), whole = fmax(round(start + length) - from + 1, 1), each = whole / (double)parts;
    const double low = floor((double)at * each) + from, high = ceil((double)(at + 1) * each) + from;
    *first = (int64_t)fmin(fmax(low, 0), (double)limit);
    *last = (int64_t)fmin(fmax(high, 0), (double)limit);
}

static void pool_element(const struct rois *r, const struct region *region, int64_t row, int64_t column, const float *plane,
                         float *y, const float *given, float *back)
{
    int64_t top, bottom, left, right;
    size_t winner = SIZE_MAX;
    pool_range(region->y, region->height, row, r->out_height, r->height, &top, &bottom);
    pool_range(region->x, region->width, column, r->out_width, r->width, &left, &right);
    for (int64_t i = top; i < bottom; ++i)
        for (int64_t k = left; k < right; ++k) {
            const size_t at = (size_t)(i * r->width + k);
            if (winner == SIZE_MAX || plane[at] > plane[winner]) winner = at;
        }
    if (y) *y = winner == SIZE_MAX ? 0 : plane[winner];
    if (back && winner != SIZE_MAX) back[winner] += *given;
}
const struct lrp_roi_kind lrp_roi_pool = {5, false, read_pool, pool_element};

/* ---- CropAndResize: regions (y1, x1, y2, x2) as parts of the whole ---- */

static enum lrp_status read_crop(const struct lrp_call *call, struct rois *r, struct lrp_error *err)
{
    int64_t size[2] = {0, 0};
    if (lrp_call_const_ints(call, SIZE, size, 2) != 2)
        return lrp_fail(err, LRP_UNSUPPORTED, "the size of the crops is not constant");
    r->nearest = is_word(call, "mode", "bilinear", "nearest");
    r->outside = (double)lrp_call_float(call, "extrapolation_value", 0);
    r->out_height = size[0];
    r->out_width = size[1];
    if (!r->nearest && !is_word(call, "mode", "bilinear", "bilinear")) return lrp_fail(err, LRP_FILE, "its mode is unknown");
    return LRP_OK;
}

static double crop_place(double from, double length, int64_t at, int64_t out, int64_t in)
{
    const double span = (double)(in - 1);
    return out > 1 ? from * span + (double)at * length * span / (double)(out - 1) : (from + length / 2) * span;
}

static void crop_element(const struct rois *r, const struct region *region, int64_t row, int64_t column, const float *plane,
                         float *y, const float *given, float *back)
{
    double at_y = crop_place(region->y, region->height, row, r->out_height, r->height);
    double at_x = crop_place(region->x, region->width, column, r->out_width, r->width);
    const bool inside = at_y >= 0 && at_y <= (double)(r->height - 1) && at_x >= 0 && at_x <= (double)(r->width - 1);
    if (r->nearest) at_y = round(at_y), at_x = round(at_x);
    const struct lrp_corners c = lrp_corners_clamped(at_y, at_x, r->height, r->width);
    if (y) *y = (float)(inside ? lrp_corners_value(&c, plane) : r->outside);
    for (int k = 0; k < 4 && back && inside; ++k)
        if (c.inside[k]) back[c.at[k]] += (float)(c.weight[k] * (double)*given);
}
const struct lrp_roi_kind lrp_roi_crop = {4, true, read_crop, crop_element};

/* ---- all of them ---- */

static enum lrp_status read_rois(const struct lrp_call *call, struct rois *r, struct lrp_error *err)
{
    const struct lrp_roi_kind *kind = call->op->own;
    const struct lrp_shape *x = call->in[X].shape, *rois = call->in[ROIS].shape;
    *r = (struct rois){.scale = 1};
    if (x->rank != 4 || rois->rank != 2 || rois->dim[1] != kind->columns || x->dim[2] < 1 || x->dim[3] < 1 ||
        (kind->by_batch && lrp_shape_count(call->in[BATCH].shape) != rois->dim[0]))
        return lrp_fail(err, LRP_FILE, "the regions of %s do not fit its input", call->op_type);
    r->batch = x->dim[0], r->channels = x->dim[1], r->height = x->dim[2], r->width = x->dim[3], r->count = rois->dim[0];
    const enum lrp_status status = kind->read(call, r, err);
    if (!status && (r->out_height < 1 || r->out_width < 1))
        return lrp_fail(err, LRP_FILE, "%s has an impossible output size", call->op_type);
    return status;
}

enum lrp_status lrp_roi_infer(struct lrp_call *call, struct lrp_error *err)
{
    const struct lrp_roi_kind *kind = call->op->own;
    struct rois r;
    enum lrp_status status = lrp_infer_arity(call, kind->by_batch ? 3 : 2, 4, err);
    for (int i = 0; i < 2 && !status; ++i) status = lrp_infer_is_float(call, i, err);
    if (!status && kind->by_batch) status = lrp_infer_is_integer(call, BATCH, err);
    if (!status) status = read_rois(call, &r, err);
    if (status) return status;
    const struct lrp_shape y = {.rank = 4, .dim = {r.count, r.channels, r.out_height, r.out_width}};
    return lrp_infer_output(call, 0, call->in[X].dtype, &y, err);
}

static enum lrp_status read_region(const struct lrp_call *call, const struct rois *r, const struct lrp_tensor *const *in,
                                   int64_t i, struct region *out, struct lrp_error *err)
{
    const struct lrp_roi_kind *kind = call->op->own;
    const float *row = in[ROIS]->f + i * kind->columns;
    const bool rows_first = kind == &lrp_roi_crop;
    const double offset = r->half ? 0.5 : 0;
    double corner[4];
    out->picture = kind->by_batch ? in[BATCH]->i[i] : (int64_t)*row++;
    for (int k = 0; k < 4; ++k) corner[k] = (double)row[k] * r->scale - offset;
    out->x = corner[rows_first], out->y = corner[!rows_first];
    out->width = corner[2 + rows_first] - out->x, out->height = corner[2 + !rows_first] - out->y;
    if (out->picture < 0 || out->picture >= r->batch)
        return lrp_fail(err, LRP_FILE, "region %lld is of picture %lld, but there are %lld", (long long)i,
                        (long long)out->picture, (long long)r->batch);
    return LRP_OK;
}

/* Forward, or back with `given`. */
static enum lrp_status walk_regions(const struct lrp_call *call, const struct lrp_tensor *const *in, float *y,
                                    const float *given, float *back, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_roi_kind *kind = call->op->own;
    struct rois r;
    struct region region;
    enum lrp_status status = read_rois(call, &r, err);
    size_t at = 0;
    for (int64_t i = 0; i < r.count && !status; ++i) {
        status = read_region(call, &r, in, i, &region, err);
        for (int64_t c = 0; c < r.channels && !status; ++c) {
            const size_t first = (size_t)((region.picture * r.channels + c) * r.height * r.width);
            for (int64_t k = 0; k < r.out_height * r.out_width; ++k, ++at)
                kind->element(&r, &region, k / r.out_width, k % r.out_width, in[X]->f + first, y ? y + at : NULL,
                              given ? given + at : NULL, back ? back + first : NULL);
        }
        if (!status && lrp_run_should_stop(run)) status = lrp_fail(err, LRP_CANCELLED, "stopped");
    }
    return status;
}

enum lrp_status lrp_roi_forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle;
    return walk_regions(call, in, out[0]->f, NULL, NULL, run, err);
}

enum lrp_status lrp_roi_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)out;
    return s[0] && grad[X] ? walk_regions(call, in, NULL, s[0]->f, grad[X]->f, run, err) : LRP_OK;
}
