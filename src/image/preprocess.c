/* preprocess.c: the options of preprocessing, read from text. */
#include "preprocess.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

void lrp_preprocess_defaults(struct lrp_preprocess *out)
{
    *out = (struct lrp_preprocess){.resample = LRP_RESAMPLE_BILINEAR,
                                   .scale = {.count = 1, .value = {1}},
                                   .mean = {.count = 1, .value = {0}},
                                   .std = {.count = 1, .value = {1}}};
}

/* ---- values ---- */

static bool parse_side(const char *text, int *out)
{
    int64_t side;
    if (!lrp_parse_int64(text, &side) || side < 1 || side > LRP_PICTURE_MAX_SIDE) return false;
    *out = (int)side;
    return true;
}

/* "N" with the given meaning, or "WxH". */
static bool parse_size(const char *text, enum lrp_size_kind alone, struct lrp_size *out)
{
    struct lrp_size size = {.kind = alone};
    const char *cross = strchr(text, 'x');
    if (cross) {
        char *width = strndup(text, (size_t)(cross - text));
        bool fine = width && parse_side(width, &size.width) && parse_side(cross + 1, &size.height);
        free(width);
        size.kind = LRP_SIZE_EXACT;
        if (fine) *out = size;
        return fine;
    }
    if (!parse_side(text, &size.width)) return false;
    size.height = size.width;
    *out = size;
    return true;
}

static bool set_size(struct lrp_preprocess *preprocess, const char *value)
{
    return parse_size(value, LRP_SIZE_SHORTER, &preprocess->size);
}

static bool set_crop(struct lrp_preprocess *preprocess, const char *value)
{
    return parse_size(value, LRP_SIZE_EXACT, &preprocess->crop);
}

/* One or three comma-separated numbers or fractions. */
static bool parse_values(const char *text, struct lrp_channel_values *out)
{
    struct lrp_channel_values values = {0};
    char *copy = strdup(text), *at = copy;
    bool fine = copy != NULL;
    while (fine && at) {
        char *next = strchr(at, ',');
        if (next) *next++ = '\0';
        double number = 0;
        fine = values.count < LRP_MAX_PICTURE_CHANNELS && lrp_parse_fraction(at, &number) && fabs(number) <= FLT_MAX;
        if (fine) values.value[values.count++] = (float)number;
        at = next;
    }
    free(copy);
    fine = fine && values.count != 2;
    if (fine) *out = values;
    return fine;
}

static bool set_scale(struct lrp_preprocess *preprocess, const char *value)
{
    return parse_values(value, &preprocess->scale);
}

static bool set_mean(struct lrp_preprocess *preprocess, const char *value)
{
    return parse_values(value, &preprocess->mean);
}

static bool set_std(struct lrp_preprocess *preprocess, const char *value)
{
    struct lrp_channel_values values;
    if (!parse_values(value, &values)) return false;
    for (size_t i = 0; i < values.count; i++)
        if (!(values.value[i] > 0)) return false;
    preprocess->std = values;
    return true;
}

static const char *const layout_names[] = {[LRP_LAYOUT_AUTO] = "auto", [LRP_LAYOUT_NCHW] = "nchw", [LRP_LAYOUT_NHWC] = "nhwc"};
static const char *const channels_names[] = {
    [LRP_CHANNELS_AUTO] = "auto", [LRP_CHANNELS_RGB] = "rgb", [LRP_CHANNELS_BGR] = "bgr", [LRP_CHANNELS_GRAY] = "gray"};
static const char *const resample_names[] = {
#define X(name, text, number) [number] = (text),
    LRP_RESAMPLES(X)
#undef X
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool find_name(const char *const *names, size_t count, const char *value, size_t *out)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], value) == 0) {
            *out = i;
            return true;
        }
    return false;
}

static bool set_layout(struct lrp_preprocess *preprocess, const char *value)
{
    size_t i;
    if (!find_name(layout_names, COUNT(layout_names), value, &i)) return false;
    preprocess->layout = (enum lrp_picture_layout)i;
    return true;
}

static bool set_channels(struct lrp_preprocess *preprocess, const char *value)
{
    size_t i;
    if (!find_name(channels_names, COUNT(channels_names), value, &i)) return false;
    preprocess->channels = (enum lrp_channel_order_kind)i;
    return true;
}

static bool set_resample(struct lrp_preprocess *preprocess, const char *value)
{
    size_t i;
    if (!find_name(resample_names, COUNT(resample_names), value, &i)) return false;
    preprocess->resample = (enum lrp_resample)i;
    return true;
}

#define NUMBERS "one number, or one for each of three channels, as 0.5 or 0.485,0.456,0.406 or 1/255"

static const char *layout_value(size_t index)
{
    return index < COUNT(layout_names) ? layout_names[index] : NULL;
}
static const char *channels_value(size_t index)
{
    return index < COUNT(channels_names) ? channels_names[index] : NULL;
}
static const char *resample_value(size_t index)
{
    return index < COUNT(resample_names) ? resample_names[index] : NULL;
}

static const struct preprocess_option {
    const char *key;
    bool (*set)(struct lrp_preprocess *preprocess, const char *value);
    /* What it may be: the values have names, or it is said in words. */
    const char *(*value)(size_t index);
    const char *allowed;
} option_rows[] = {
    {"size", set_size, NULL, "N (the shorter side) or WIDTHxHEIGHT, 1 to 32768"},
    {"crop", set_crop, NULL, "N (a square) or WIDTHxHEIGHT, 1 to 32768"},
    {"scale", set_scale, NULL, NUMBERS},
    {"mean", set_mean, NULL, NUMBERS},
    {"std", set_std, NULL, NUMBERS ", each above 0"},
    {"layout", set_layout, layout_value, NULL},
    {"channels", set_channels, channels_value, NULL},
    {"resample", set_resample, resample_value, NULL},
};

static const struct preprocess_option *option_find(const char *key)
{
    for (size_t i = 0; i < COUNT(option_rows); i++)
        if (strcmp(option_rows[i].key, key) == 0) return &option_rows[i];
    return NULL;
}

static enum lrp_status unknown_option(const char *key, struct lrp_error *err)
{
    struct lrp_text list = {0};
    for (size_t i = 0; i < COUNT(option_rows); i++) lrp_text_printf(&list, "%s%s", i > 0 ? ", " : "", option_rows[i].key);
    lrp_fail(err, LRP_USAGE, "preprocessing has no option '%s'; there are %s", key, list.data ? list.data : "");
    lrp_text_free(&list);
    return LRP_USAGE;
}

static enum lrp_status unknown_value(const struct preprocess_option *row, const char *value, struct lrp_error *err)
{
    struct lrp_text list = {0};
    for (size_t i = 0; row->value(i); i++) lrp_text_printf(&list, "%s%s", i > 0 ? ", " : "", row->value(i));
    lrp_fail(err, LRP_USAGE, "%s '%s' is unknown; there are %s", row->key, value, list.data ? list.data : "");
    lrp_text_free(&list);
    return LRP_USAGE;
}

enum lrp_status lrp_preprocess_set(struct lrp_preprocess *preprocess, const char *key, const char *value, struct lrp_error *err)
{
    const struct preprocess_option *row = option_find(key);
    if (!row) return unknown_option(key, err);
    if (row->set(preprocess, value)) return LRP_OK;
    if (row->value) return unknown_value(row, value, err);
    return lrp_fail(err, LRP_USAGE, "%s '%s' is not valid; it is %s", key, value, row->allowed);
}

const char *lrp_preprocess_value(const char *key, size_t index)
{
    const struct preprocess_option *row = option_find(key);
    return row && row->value ? row->value(index) : NULL;
}
