/* prepare.c: a picture as the tensor that a model wants. */
#include <math.h>
#include <stdlib.h>

#include "preprocess.h"

/* What the model's shape says about its picture: -1 is unknown. */
struct want {
    int64_t channels, height, width;
    bool channels_last;
    struct lrp_shape shape;     /* of the result; filled in by `complete` */
    int c_axis, h_axis, w_axis; /* -1: folded into a vector */
};

static bool is_channel_count(int64_t n)
{
    return n == 1 || n == 3;
}

/* (N,F): F = H*H or 3*H*H, a picture as a vector. */
static bool want_vector(int64_t count, struct want *out)
{
    for (int64_t channels = 1; channels <= 3; channels += 2) {
        int64_t side = count > 0 && count % channels == 0 ? llround(sqrt((double)count / (double)channels)) : 0;
        if (side > 0 && side <= LRP_PICTURE_MAX_SIDE && side * side * channels == count) {
            out->channels = channels;
            out->height = out->width = side;
            out->c_axis = out->h_axis = out->w_axis = -1;
            return true;
        }
    }
    return false;
}

static bool understand_shape(const struct lrp_preprocess *preprocess, const struct lrp_shape *wanted, struct want *out)
{
    *out = (struct want){.shape = *wanted};
    int rank = wanted->rank;
    if (rank == 2) return want_vector(wanted->dim[1], out);
    if (rank != 3 && rank != 4) return false;
    const int64_t *dims = wanted->dim + (rank - 3);
    bool last = preprocess->layout == LRP_LAYOUT_NHWC ||
                (preprocess->layout == LRP_LAYOUT_AUTO && is_channel_count(dims[2]) && !is_channel_count(dims[0]));
    out->channels_last = last;
    out->c_axis = rank - 3 + (last ? 2 : 0);
    out->h_axis = rank - 3 + (last ? 0 : 1);
    out->w_axis = rank - 3 + (last ? 1 : 2);
    out->channels = wanted->dim[out->c_axis];
    if (rank == 3 && !last && out->channels < 0) out->channels = 1; /* (N,H,W): batches vary, channels do not */
    out->height = wanted->dim[out->h_axis];
    out->width = wanted->dim[out->w_axis];
    return out->channels < 0 || is_channel_count(out->channels);
}

static enum lrp_status bad_shape(const struct lrp_shape *wanted, struct lrp_error *err)
{
    char text[160];
    return lrp_fail(err, LRP_USAGE,
                    "a picture cannot become an input of shape %s; it fits 1 or 3 channels of height x width (see --layout); "
                    "give the input as .npy",
                    wanted->rank < 0 ? "unknown" : lrp_shape_text(wanted, 0, "x", text, sizeof text));
}

/* Channels of the model, from its shape, the options and the picture, in this order. */
static enum lrp_status choose_channels(const struct lrp_preprocess *preprocess, const struct lrp_picture *picture,
                                       struct want *want, struct lrp_error *err)
{
    bool coloured = preprocess->channels == LRP_CHANNELS_RGB || preprocess->channels == LRP_CHANNELS_BGR;
    if (want->channels == 1 && coloured)
        return lrp_fail(err, LRP_USAGE, "the model's input has 1 channel; --channels %s needs 3, use gray",
                        preprocess->channels == LRP_CHANNELS_RGB ? "rgb" : "bgr");
    if (want->channels < 0) want->channels = coloured ? 3 : preprocess->channels == LRP_CHANNELS_GRAY ? 1 : picture->channels;
    const struct lrp_channel_values *const values[] = {&preprocess->scale, &preprocess->mean, &preprocess->std};
    static const char *const names[] = {"scale", "mean", "std"};
    for (int i = 0; i < 3; i++)
        if (values[i]->count != 1 && (int64_t)values[i]->count != want->channels)
            return lrp_fail(err, LRP_USAGE,
                            "%s has %zu values, the model's input %lld channel%s; give one value or one per channel", names[i],
                            values[i]->count, (long long)want->channels, want->channels == 1 ? "" : "s");
    return LRP_OK;
}

/* Size to resize to; the longer side is rounded down, as everybody does. */
static void target_size(const struct lrp_preprocess *preprocess, const struct lrp_picture *picture, const struct want *want,
                        int64_t *width, int64_t *height)
{
    *width = picture->width;
    *height = picture->height;
    if (preprocess->size.kind == LRP_SIZE_EXACT) {
        *width = preprocess->size.width;
        *height = preprocess->size.height;
    } else if (preprocess->size.kind == LRP_SIZE_SHORTER) {
        int64_t shorter = *width < *height ? *width : *height;
        *width = *width * preprocess->size.width / shorter;
        *height = *height * preprocess->size.width / shorter;
    } else if (preprocess->crop.kind == LRP_SIZE_NONE) {
        *width = want->width > 0 ? want->width : *width;
        *height = want->height > 0 ? want->height : *height;
    }
}

static int floor_half(int n)
{
    return n >= 0 ? n / 2 : -((1 - n) / 2);
}

/* Cuts the middle out; what lies outside the picture is black. */
static enum lrp_status center_crop(struct lrp_float_picture *picture, int width, int height, struct lrp_error *err)
{
    struct lrp_float_picture out = {.width = width, .height = height, .channels = picture->channels};
    int left = floor_half(picture->width - width), top = floor_half(picture->height - height);
    size_t channels = (size_t)picture->channels;
    out.values = calloc((size_t)width * (size_t)height * channels, sizeof *out.values);
    if (!out.values) return lrp_fail(err, LRP_MEMORY, "out of memory for a picture of %d x %d pixels", width, height);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            int from_x = x + left, from_y = y + top;
            if (from_x < 0 || from_x >= picture->width || from_y < 0 || from_y >= picture->height) continue;
            const float *from = picture->values + ((size_t)from_y * (size_t)picture->width + (size_t)from_x) * channels;
            for (size_t c = 0; c < channels; c++) out.values[((size_t)y * (size_t)width + (size_t)x) * channels + c] = from[c];
        }
    lrp_float_picture_free(picture);
    *picture = out;
    return LRP_OK;
}

/* The picture as the model sees it, 0..255, with the model's number of channels. */
static enum lrp_status resize_and_crop(const struct lrp_preprocess *preprocess, const struct lrp_picture *picture,
                                       const struct want *want, struct lrp_float_picture *out, struct lrp_error *err)
{
    int64_t width, height;
    target_size(preprocess, picture, want, &width, &height);
    if (width > LRP_PICTURE_MAX_SIDE || height > LRP_PICTURE_MAX_SIDE || width < 1 || height < 1)
        return lrp_fail(err, LRP_USAGE, "the picture would be resized to %lld x %lld pixels; at most %d a side are possible",
                        (long long)width, (long long)height, LRP_PICTURE_MAX_SIDE);
    bool grey = preprocess->channels == LRP_CHANNELS_GRAY || want->channels == 1;
    enum lrp_status status = lrp_picture_resize(picture, (int)width, (int)height, grey ? 1 : 3, preprocess->resample, out, err);
    if (!status && preprocess->crop.kind != LRP_SIZE_NONE)
        status = center_crop(out, preprocess->crop.width, preprocess->crop.height, err);
    if (!status && ((want->width > 0 && want->width != out->width) || (want->height > 0 && want->height != out->height)))
        status = lrp_fail(err, LRP_USAGE,
                          "the picture is %d x %d after --size and --crop, the model's input %lld x %lld (width x height); "
                          "leave both out or make them fit",
                          out->width, out->height, (long long)(want->width > 0 ? want->width : out->width),
                          (long long)(want->height > 0 ? want->height : out->height));
    return status;
}

static double value_of(const struct lrp_channel_values *values, int64_t channel)
{
    return (double)values->value[values->count == 1 ? 0 : channel];
}

static void fill_tensor(const struct lrp_preprocess *preprocess, const struct lrp_float_picture *picture,
                        const struct want *want, struct lrp_tensor *tensor)
{
    int64_t pixels = (int64_t)picture->width * picture->height;
    bool flip = preprocess->channels == LRP_CHANNELS_BGR;
    for (int64_t c = 0; c < want->channels; c++) {
        double scale = value_of(&preprocess->scale, c), mean = value_of(&preprocess->mean, c),
               std = value_of(&preprocess->std, c);
        int64_t from = picture->channels == 1 ? 0 : flip ? 2 - c : c;
        for (int64_t i = 0; i < pixels; i++) {
            int64_t to = want->channels_last ? i * want->channels + c : c * pixels + i;
            tensor->f[to] = (float)(((double)picture->values[i * picture->channels + from] * scale - mean) / std);
        }
    }
}

static void complete_shape(const struct lrp_float_picture *picture, struct want *want)
{
    struct lrp_shape *shape = &want->shape;
    if (shape->rank == 4 || shape->rank == 2) shape->dim[0] = 1;
    if (want->c_axis >= 0) {
        shape->dim[want->c_axis] = want->channels;
        shape->dim[want->h_axis] = picture->height;
        shape->dim[want->w_axis] = picture->width;
    }
}

enum lrp_status lrp_preprocess_apply(const struct lrp_preprocess *preprocess, const struct lrp_picture *picture,
                                     const struct lrp_shape *wanted, struct lrp_tensor **out, struct lrp_picture *seen,
                                     struct lrp_error *err)
{
    struct want want;
    struct lrp_float_picture resized = {0};
    struct lrp_tensor *tensor = NULL;
    *out = NULL;
    if (seen) *seen = (struct lrp_picture){0};
    if (!understand_shape(preprocess, wanted, &want)) return bad_shape(wanted, err);
    enum lrp_status status = choose_channels(preprocess, picture, &want, err);
    if (!status) status = resize_and_crop(preprocess, picture, &want, &resized, err);
    if (!status) {
        complete_shape(&resized, &want);
        status = lrp_tensor_new(LRP_DTYPE_FLOAT, &want.shape, &tensor, err);
    }
    if (!status && seen) status = lrp_float_picture_to_bytes(&resized, seen, err);
    if (!status) {
        fill_tensor(preprocess, &resized, &want, tensor);
        *out = tensor;
    } else {
        lrp_tensor_release(tensor);
    }
    lrp_float_picture_free(&resized);
    return status;
}
