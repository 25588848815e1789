/* picture.c: the input of a model as the picture it was made of. */
#include <math.h>

#include "internal.h"
#include "preprocess.h"

static float value_of(const struct lrp_channel_values *values, int channel)
{
    return values->value[values->count > 1 ? channel : 0];
}

/* All values lie within low..high, and not all of them in a small part of it. */
static bool is_spread_within(const struct lrp_plane *plane, double low, double high)
{
    const double slack = 0.01 * (high - low);
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0, count = (size_t)plane->width * (size_t)plane->height; i < count; i++) {
        const double v = (double)plane->values[i];
        if (!(v >= low - slack && v <= high + slack)) return false;
        least = fmin(least, v);
        most = fmax(most, v);
    }
    return most - least > (high - low) / 32;
}

/* Back to what the values were made of, in one channel. */
static void undo_channel(const struct lrp_preprocess *how, int channel, struct lrp_plane *plane)
{
    const float scale = value_of(&how->scale, channel), mean = value_of(&how->mean, channel),
                std = value_of(&how->std, channel);
    for (size_t i = 0, count = (size_t)plane->width * (size_t)plane->height; i < count; i++)
        plane->values[i] = (plane->values[i] * std + mean) / scale;
}

/* From the smallest to the largest finite value of all. */
static void spread_channels(struct lrp_plane planes[3], int count)
{
    float low = INFINITY, high = -INFINITY;
    const size_t cells = (size_t)planes[0].width * (size_t)planes[0].height;
    for (size_t i = 0; i < cells * (size_t)count; i++) {
        const float v = planes[i / cells].values[i % cells];
        low = isfinite(v) ? fminf(low, v) : low;
        high = isfinite(v) ? fmaxf(high, v) : high;
    }
    for (size_t i = 0; i < cells * (size_t)count; i++) {
        float *v = &planes[i / cells].values[i % cells];
        *v = high > low && isfinite(*v) ? 255 * (*v - low) / (high - low) : 127.5F;
    }
}

/* Values that no picture is likely to have made come from elsewhere: an array, a generator. */
static enum lrp_status undo_preprocessing(const struct lrp_snapshot *s, struct lrp_plane planes[3], int count, bool *bgr,
                                          struct lrp_error *err)
{
    struct lrp_preprocess how;
    bool fits = true;
    const enum lrp_status status = lrp_settings_preprocess(s->settings, &how, err);
    if (status) return status;
    *bgr = how.channels == LRP_CHANNELS_BGR;
    for (int c = 0; fits && c < count; c++) {
        const double scale = (double)value_of(&how.scale, c), mean = (double)value_of(&how.mean, c),
                     std = (double)value_of(&how.std, c);
        const double low = -mean / std, high = (255 * scale - mean) / std;
        fits = is_spread_within(&planes[c], fmin(low, high), fmax(low, high));
    }
    for (int c = 0; fits && c < count; c++) undo_channel(&how, c, &planes[c]);
    if (!fits) spread_channels(planes, count);
    return LRP_OK;
}

static enum lrp_status read_channels(const struct lrp_sample *one, bool last, int count, struct lrp_plane out[3],
                                     struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (int c = 0; !status && c < count; c++) status = lrp_plane_from_channel(&one->tensor, 0, c, last, &out[c], err);
    return status;
}

enum lrp_status lrp_snapshot_picture(const struct lrp_snapshot *s, int layer, int64_t sample, struct lrp_plane out[3],
                                     struct lrp_error *err)
{
    const struct lrp_setup *setup = lrp_snapshot_box(s)->setup;
    const int input = lrp_snapshot_picture_row(s, layer);
    const struct lrp_tensor *t = lrp_result_tensor(s->activation[input]);
    struct lrp_sample one = {0};
    bool bgr = false;
    for (int c = 0; c < 3; c++) out[c] = (struct lrp_plane){0};
    const bool last = t && lrp_snapshot_channels_last(s, input, t);
    const int64_t channels = t && t->shape.rank == 4 ? t->shape.dim[last ? 3 : 1] : 0;
    if (channels != 1 && channels != 3)
        return lrp_fail(err, LRP_UNSUPPORTED, "the input is no picture of one or three channels");
    enum lrp_status status =
        lrp_sample_open(setup, lrp_network_layer_value(setup->network, (size_t)input), t, sample, &one, err);
    if (!status) status = read_channels(&one, last, (int)channels, out, err);
    if (!status) status = undo_preprocessing(s, out, (int)channels, &bgr, err);
    for (int c = 1; !status && channels == 1 && c < 3; c++)
        status = lrp_plane_crop(&out[0], 0, 0, out[0].width, out[0].height, &out[c], err);
    if (!status && bgr) {
        const struct lrp_plane blue = out[0];
        out[0] = out[2];
        out[2] = blue;
    }
    lrp_sample_close(&one);
    for (int c = 0; status && c < 3; c++) lrp_plane_free(&out[c]);
    return status;
}
