/* resize_read.c: what the attributes and inputs of Resize and Upsample say. */
#include <math.h>
#include <string.h>

#include "resize.h"

static const char *const modes[] = {"nearest", "linear", "cubic", NULL};
static const char *const coordinates[] = {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",   "align_corners",
                                          "asymmetric", "tf_crop_and_resize",   "tf_half_pixel_for_nn", NULL};
static const char *const roundings[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil", NULL};
static const char *const policies[] = {"stretch", "not_larger", "not_smaller", NULL};

static enum lrp_status choose_word(const struct lrp_call *call, const char *name, const char *const *words, int *out,
                                   struct lrp_error *err)
{
    const char *word = lrp_call_string(call, name, words[0]);
    for (*out = 0; words[*out]; ++*out)
        if (strcmp(words[*out], word) == 0) return LRP_OK;
    return lrp_fail(err, LRP_UNSUPPORTED, "attribute %s of %s is \"%.40s\", which is not implemented", name, call->op_type,
                    word);
}

static bool is_upsample(const struct lrp_call *call)
{
    return ((const struct lrp_resizer *)call->op->own)->upsample;
}

/* True if scales, sizes, coordinates and rounding can be chosen. */
static bool is_modern(const struct lrp_call *call)
{
    return !is_upsample(call) && call->opset >= 11;
}

static enum lrp_status read_attributes(const struct lrp_call *call, struct lrp_resize *r, struct lrp_error *err)
{
    int mode = 0, where = LRP_RESIZE_ASYMMETRIC, rounding = LRP_RESIZE_SIMPLE;
    const bool modern = is_modern(call);
    const char *word = lrp_call_string(call, "mode", "nearest");
    enum lrp_status status = LRP_OK;
    if (strcmp(word, "bilinear") == 0 && call->opset < 9)
        mode = LRP_RESIZE_LINEAR;
    else
        status = choose_word(call, "mode", modes, &mode, err);
    if (!status && mode == LRP_RESIZE_CUBIC && !modern)
        return lrp_fail(err, LRP_FILE, "%s at opset %d has no mode \"cubic\"", call->op_type, call->opset);
    if (!status && modern) status = choose_word(call, "coordinate_transformation_mode", coordinates, &where, err);
    if (!status && where == LRP_RESIZE_HALF_PIXEL_PLAIN && call->opset >= 13)
        return lrp_fail(err, LRP_FILE, "tf_half_pixel_for_nn is gone since opset 13");
    if (!status && modern) status = choose_word(call, "nearest_mode", roundings, &rounding, err);
    *r = (struct lrp_resize){.antialias = modern && lrp_call_int(call, "antialias", 0) != 0,
                             .exclude_outside = modern && lrp_call_int(call, "exclude_outside", 0) != 0,
                             .cubic = lrp_call_float(call, "cubic_coeff_a", -0.75f),
                             .extrapolation = lrp_call_float(call, "extrapolation_value", 0)};
    memcpy(&r->mode, &mode, sizeof r->mode);
    memcpy(&r->coordinates, &where, sizeof r->coordinates);
    memcpy(&r->nearest, &rounding, sizeof r->nearest);
    return status;
}

/* The axes that scales, sizes and regions speak of. */
static enum lrp_status read_axes(const struct lrp_call *call, int rank, int axes[LRP_MAX_RANK], int *count,
                                 struct lrp_error *err)
{
    int64_t listed[LRP_MAX_RANK];
    bool seen[LRP_MAX_RANK] = {false};
    *count = call->opset >= 18 ? lrp_call_ints(call, "axes", listed, LRP_MAX_RANK) : -1;
    const bool all = *count < 0;
    *count = all ? rank : *count;
    if (*count > rank) return lrp_fail(err, LRP_FILE, "attribute axes lists %d of %d axes", *count, rank);
    for (int k = 0; k < *count; ++k) {
        const enum lrp_status status = lrp_infer_axis(all ? k : listed[k], rank, &axes[k], err);
        if (status || seen[axes[k]]) return status ? status : lrp_fail(err, LRP_FILE, "attribute axes lists an axis twice");
        seen[axes[k]] = true;
    }
    return LRP_OK;
}

/* Floats of a constant input, or of the attribute of Upsample's first version; `count` of them. */
static enum lrp_status read_floats(const struct lrp_call *call, int input, int count, float *out, struct lrp_error *err)
{
    const struct lrp_attribute *scales = lrp_call_attribute(call, "scales");
    if (input < 0) {
        if (!scales || scales->kind != LRP_ATTRIBUTE_FLOATS || scales->count != (size_t)count)
            return lrp_fail(err, LRP_FILE, "attribute scales does not list one number for each axis");
        memcpy(out, scales->floats, (size_t)count * sizeof *out);
        return LRP_OK;
    }
    const struct lrp_blob *blob = call->in[input].constant;
    if (!blob) return lrp_fail(err, LRP_UNSUPPORTED, "input %d of %s is not constant", input, call->op_type);
    if (!lrp_dtype_is_float(blob->dtype) || blob->count != (size_t)count)
        return lrp_fail(err, LRP_FILE, "input %d of %s does not list %d numbers", input, call->op_type, count);
    lrp_blob_f32(blob, 0, (size_t)count, out);
    return LRP_OK;
}

static enum lrp_status read_scales(const struct lrp_call *call, struct lrp_resize *r, const int *axes, int count, int input,
                                   struct lrp_error *err)
{
    float scales[LRP_MAX_RANK];
    const enum lrp_status status = read_floats(call, input, count, scales, err);
    for (int k = 0; k < count && !status; ++k) {
        const double scale = (double)scales[k], size = scale * (double)call->in[0].shape->dim[axes[k]];
        if (!(scale > 1e-6 && size < 1e9))
            return lrp_fail(err, LRP_FILE, "the scale %g of axis %d is impossible", scale, axes[k]);
        if (r->coordinates == LRP_RESIZE_ALIGN_CORNERS && floor(size) != size)
            return lrp_fail(err, LRP_UNSUPPORTED,
                            "with align_corners a scale that leads to no whole size is read differently "
                            "by different programs; give sizes instead");
        r->scale[axes[k]] = scale;
        r->size[axes[k]] = (int64_t)floor(size);
    }
    return status;
}

/* The policies keep the proportions: one scale, from the axis that has to change most or least. */
static void keep_proportions(struct lrp_resize *r, const struct lrp_shape *x, const int *axes, int count, bool larger)
{
    double scale = larger ? 0 : INFINITY;
    for (int k = 0; k < count; ++k) scale = larger ? fmax(scale, r->scale[axes[k]]) : fmin(scale, r->scale[axes[k]]);
    for (int k = 0; k < count; ++k) {
        r->scale[axes[k]] = scale;
        r->size[axes[k]] = (int64_t)fmin(floor(scale * (double)x->dim[axes[k]] + 0.5), 1e15);
    }
}

static enum lrp_status read_sizes(const struct lrp_call *call, struct lrp_resize *r, const int *axes, int count,
                                  struct lrp_error *err)
{
    const struct lrp_shape *x = call->in[0].shape;
    int64_t sizes[LRP_MAX_RANK];
    int given = 0, policy = 0;
    enum lrp_status status = lrp_infer_const_ints(call, 3, "sizes", sizes, &given, err);
    if (!status) status = choose_word(call, "keep_aspect_ratio_policy", policies, &policy, err);
    if (!status && given != count) return lrp_fail(err, LRP_FILE, "input 3 of Resize does not list %d sizes", count);
    for (int k = 0; k < count && !status; ++k) {
        if (sizes[k] < 1 || sizes[k] > 1000000000 || x->dim[axes[k]] < 1)
            return lrp_fail(err, LRP_FILE, "the size %lld of axis %d is impossible", (long long)sizes[k], axes[k]);
        r->size[axes[k]] = sizes[k];
        r->scale[axes[k]] = (double)sizes[k] / (double)x->dim[axes[k]];
    }
    if (!status && policy > 0) keep_proportions(r, x, axes, count, policy == 2);
    return status;
}

static enum lrp_status read_region(const struct lrp_call *call, struct lrp_resize *r, const int *axes, int count,
                                   struct lrp_error *err)
{
    float region[2 * LRP_MAX_RANK];
    if (r->coordinates != LRP_RESIZE_CROP) return LRP_OK;
    if (!lrp_call_has(call, 1)) return lrp_fail(err, LRP_FILE, "tf_crop_and_resize needs a region (input 1)");
    const enum lrp_status status = read_floats(call, 1, 2 * count, region, err);
    for (int k = 0; k < count && !status; ++k) {
        r->from[axes[k]] = (double)region[k];
        r->to[axes[k]] = (double)region[count + k];
    }
    return status;
}

/* An input that says something: exporters leave the other one empty. */
static bool says_something(const struct lrp_call *call, int input)
{
    return lrp_call_has(call, input) && lrp_shape_count(call->in[input].shape) != 0;
}

enum lrp_status lrp_resize_read(const struct lrp_call *call, struct lrp_resize *out, struct lrp_error *err)
{
    const struct lrp_shape *x = call->in[0].shape;
    const bool modern = is_modern(call);
    int axes[LRP_MAX_RANK], count = 0;
    enum lrp_status status = read_attributes(call, out, err);
    if (!status) status = read_axes(call, x->rank, axes, &count, err);
    for (int k = 0; k < x->rank; ++k) {
        out->scale[k] = out->to[k] = 1;
        out->size[k] = x->dim[k];
    }
    if (!status) status = read_region(call, out, axes, count, err);
    if (status) return status;
    if (modern && says_something(call, 3) == says_something(call, 2))
        return lrp_fail(err, LRP_FILE, "Resize needs either scales (input 2) or sizes (input 3)");
    if (modern && says_something(call, 3)) return read_sizes(call, out, axes, count, err);
    return read_scales(call, out, axes, count, modern ? 2 : is_upsample(call) && call->opset < 9 ? -1 : 1, err);
}

enum lrp_status lrp_resize_infer(struct lrp_call *call, struct lrp_error *err)
{
    const bool modern = is_modern(call);
    const int inputs = is_upsample(call) && call->opset < 9 ? 1 : 2;
    struct lrp_resize resize;
    enum lrp_status status = lrp_infer_arity(call, modern ? 1 : inputs, modern ? 4 : inputs, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    if (!status) status = lrp_resize_read(call, &resize, err);
    if (status) return status;
    struct lrp_shape shape = *call->in[0].shape;
    for (int k = 0; k < shape.rank; ++k) shape.dim[k] = resize.size[k];
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}
