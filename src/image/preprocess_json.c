/* preprocess_json.c: preprocessor_config.json, as Hugging Face's image processors write it. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "json.h"
#include "preprocess.h"

/* do_x, or, where it is missing, whether the values it is about are there. */
static enum lrp_status get_switch(const cJSON *config, const char *key, bool missing, bool *out, struct lrp_error *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(config, key);
    *out = missing;
    if (!item || cJSON_IsNull(item)) return LRP_OK;
    return lrp_json_get_bool(config, key, out, err);
}

static bool has_value(const cJSON *config, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(config, key);
    return item && !cJSON_IsNull(item);
}

/* A side of a picture under `key`; false if it is missing or not one. */
static bool get_side(const cJSON *object, const char *key, int *out)
{
    int64_t side;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!item || !lrp_json_is_int(item, &side) || side < 1 || side > LRP_PICTURE_MAX_SIDE) return false;
    *out = (int)side;
    return true;
}

static enum lrp_status bad_size(const char *key, struct lrp_error *err)
{
    return lrp_fail(err, LRP_FILE,
                    "\"%s\" must be a whole number of 1 to %d, {\"shortest_edge\": N} or {\"height\": H, \"width\": W}; "
                    "use --size and --crop instead",
                    key, LRP_PICTURE_MAX_SIDE);
}

/* A number alone means `alone`. */
static enum lrp_status read_size(const cJSON *config, const char *key, enum lrp_size_kind alone, struct lrp_size *out,
                                 struct lrp_error *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(config, key);
    struct lrp_size size = {.kind = alone};
    if (get_side(config, key, &size.width)) {
        size.height = size.width;
    } else if (cJSON_IsObject(item) && get_side(item, "height", &size.height) && get_side(item, "width", &size.width)) {
        size.kind = LRP_SIZE_EXACT;
    } else if (cJSON_IsObject(item) && get_side(item, "shortest_edge", &size.width) && !has_value(item, "longest_edge")) {
        size.kind = LRP_SIZE_SHORTER;
        size.height = size.width;
    } else {
        return bad_size(key, err);
    }
    *out = size;
    return LRP_OK;
}

static enum lrp_status bad_values(const char *key, struct lrp_error *err)
{
    return lrp_fail(err, LRP_FILE, "\"%s\" must be a number or an array of one or three numbers (deviations above 0)", key);
}

static bool append_value(const cJSON *item, bool positive, struct lrp_channel_values *out)
{
    if (!cJSON_IsNumber(item) || !(fabs(item->valuedouble) <= (double)FLT_MAX) || (positive && !((float)item->valuedouble > 0)))
        return false;
    out->value[out->count++] = (float)item->valuedouble;
    return true;
}

static enum lrp_status read_values(const cJSON *config, const char *key, bool positive, struct lrp_channel_values *out,
                                   struct lrp_error *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(config, key);
    struct lrp_channel_values values = {0};
    if (!item || cJSON_IsNull(item)) return LRP_OK;
    if (cJSON_IsArray(item)) {
        const cJSON *element;
        cJSON_ArrayForEach(element, item) if (values.count == LRP_MAX_PICTURE_CHANNELS ||
                                              !append_value(element, positive, &values)) return bad_values(key, err);
    } else if (!append_value(item, positive, &values)) {
        return bad_values(key, err);
    }
    if (values.count != 1 && values.count != 3) return bad_values(key, err);
    *out = values;
    return LRP_OK;
}

/* ConvNeXt and ResNet processors: "size" N and "crop_pct" p mean shorter side N/p, then a crop of N x N; from 384 on the
 * picture is squeezed into N x N instead. */
static enum lrp_status apply_crop_pct(const cJSON *config, struct lrp_preprocess *out, struct lrp_error *err)
{
    double part = 1;
    enum lrp_status status = lrp_json_get_double(config, "crop_pct", &part, err);
    if (status) return status;
    if (!(part > 0 && part <= 1)) return lrp_fail(err, LRP_FILE, "\"crop_pct\" must be a number above 0 and at most 1");
    int side = out->size.width;
    out->size = (struct lrp_size){.kind = LRP_SIZE_EXACT, .width = side, .height = side};
    if (side >= 384) return LRP_OK;
    out->crop = out->size;
    out->size.kind = LRP_SIZE_SHORTER;
    out->size.width = out->size.height = (int)(side / part);
    return LRP_OK;
}

static enum lrp_status read_sizes(const cJSON *config, struct lrp_preprocess *out, struct lrp_error *err)
{
    bool resizes, crops, pct = has_value(config, "crop_pct");
    enum lrp_status status = get_switch(config, "do_resize", has_value(config, "size"), &resizes, err);
    if (!status) status = get_switch(config, "do_center_crop", has_value(config, "crop_size"), &crops, err);
    if (status) return status;
    /* a number alone is the shorter side for processors that crop (CLIP), a square for those that do not (ViT) */
    if (resizes && has_value(config, "size"))
        status = read_size(config, "size", crops || pct ? LRP_SIZE_SHORTER : LRP_SIZE_EXACT, &out->size, err);
    if (!status && crops && has_value(config, "crop_size"))
        status = read_size(config, "crop_size", LRP_SIZE_EXACT, &out->crop, err);
    if (!status && pct && out->size.kind == LRP_SIZE_SHORTER && out->crop.kind == LRP_SIZE_NONE)
        status = apply_crop_pct(config, out, err);
    if (out->crop.kind == LRP_SIZE_SHORTER) out->crop.kind = LRP_SIZE_EXACT; /* {"shortest_edge": N} as a crop: N x N */
    return status;
}

static enum lrp_status read_numbers(const cJSON *config, struct lrp_preprocess *out, struct lrp_error *err)
{
    bool rescales, normalizes;
    enum lrp_status status = get_switch(config, "do_rescale", true, &rescales, err);
    if (!status) status = get_switch(config, "do_normalize", has_value(config, "image_mean"), &normalizes, err);
    if (!status && rescales) {
        out->scale = (struct lrp_channel_values){.count = 1, .value = {(float)(1.0 / 255)}};
        status = read_values(config, "rescale_factor", false, &out->scale, err);
    }
    if (!status && normalizes) status = read_values(config, "image_mean", false, &out->mean, err);
    if (!status && normalizes) status = read_values(config, "image_std", true, &out->std, err);
    return status;
}

static enum lrp_status read_resample(const cJSON *config, struct lrp_preprocess *out, struct lrp_error *err)
{
    int64_t number = out->resample;
    if (!has_value(config, "resample")) return LRP_OK;
    enum lrp_status status = lrp_json_get_int(config, "resample", &number, err);
    if (!status && (number < 0 || number >= LRP_RESAMPLE_COUNT))
        status = lrp_fail(err, LRP_FILE, "\"resample\" must be a number of 0 to %d", LRP_RESAMPLE_COUNT - 1);
    out->resample = !status ? (enum lrp_resample)number : out->resample;
    return status;
}

static enum lrp_status read_config(const cJSON *config, struct lrp_preprocess *out, struct lrp_error *err)
{
    bool flips = false;
    if (!cJSON_IsObject(config)) return lrp_fail(err, LRP_FILE, "a preprocessor_config.json must be a JSON object");
    enum lrp_status status = read_sizes(config, out, err);
    if (!status) status = read_numbers(config, out, err);
    if (!status) status = read_resample(config, out, err);
    if (!status) status = get_switch(config, "do_flip_channel_order", false, &flips, err);
    if (flips) out->channels = LRP_CHANNELS_BGR;
    return status;
}

enum lrp_status lrp_preprocess_read(const char *path, struct lrp_preprocess *out, struct lrp_error *err)
{
    cJSON *config = NULL;
    lrp_preprocess_defaults(out);
    enum lrp_status status = lrp_json_read(path, &config, err);
    if (status) return status;
    status = read_config(config, out, err);
    cJSON_Delete(config);
    return !status ? status : lrp_fail_context(err, status, "%s", path);
}
