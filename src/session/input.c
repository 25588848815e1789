/* input.c: what a model is fed with: pictures and arrays. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "convert.h"
#include "internal.h"
#include "mapping.h"
#include "npy.h"
#include "preprocess.h"
#include "text.h"

#define MOST_STANDARD_INPUT ((size_t)1 << 30) /* bytes */

void lrp_source_free(struct lrp_source *source)
{
    free(source->label);
    free(source->path);
    lrp_picture_free(&source->picture);
    lrp_tensor_release(source->array);
    *source = (struct lrp_source){0};
}

/* Standard input to its end. */
static enum lrp_status read_stdin(struct lrp_text *out, struct lrp_error *err)
{
    char buffer[65536];
    for (;;) {
        ssize_t n = read(STDIN_FILENO, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return lrp_fail(err, LRP_FILE, "standard input: %s", strerror(errno));
        if (n == 0) break;
        lrp_text_append_n(out, buffer, (size_t)n);
        if (out->failed || out->length > MOST_STANDARD_INPUT)
            return lrp_fail(err, LRP_FILE, "standard input is too long (more than %zu bytes)", MOST_STANDARD_INPUT);
    }
    return out->length ? LRP_OK : lrp_fail(err, LRP_FILE, "standard input is empty");
}

static enum lrp_status tensor_from_npy(const unsigned char *bytes, size_t size, const struct lrp_tensor **out,
                                       struct lrp_error *err)
{
    struct lrp_npy npy;
    struct lrp_tensor *tensor = NULL;
    enum lrp_status status = lrp_npy_parse(bytes, size, &npy, err);
    if (!status && npy.fortran && npy.shape.rank > 1)
        status = lrp_fail(err, LRP_FILE, "column-major order is not read from standard input (numpy.ascontiguousarray helps)");
    enum lrp_dtype dtype = lrp_dtype_is_float(npy.dtype) ? LRP_DTYPE_FLOAT : npy.dtype;
    if (!status) status = lrp_tensor_new(dtype, &npy.shape, &tensor, err);
    if (status) return status;
    if (lrp_dtype_is_float(dtype))
        lrp_convert_to_f32(npy.dtype, npy.data, npy.count, npy.swapped, tensor->f);
    else
        lrp_convert_to_i64(npy.dtype, npy.data, npy.count, npy.swapped, tensor->i);
    *out = tensor;
    return LRP_OK;
}

static enum lrp_status decode(const unsigned char *bytes, size_t size, struct lrp_source *out, struct lrp_error *err)
{
    if (lrp_npy_sniff(bytes, size)) return tensor_from_npy(bytes, size, &out->array, err);
    return lrp_picture_decode(bytes, size, &out->picture, err);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

enum lrp_status lrp_source_read(const char *path, struct lrp_source *out, struct lrp_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    *out = (struct lrp_source){.label = strdup(standard ? "-" : base_name(path)),
                               .path = strdup(standard ? "standard input" : path)};
    struct lrp_text bytes = {0};
    struct lrp_mapping mapping = {0};
    enum lrp_status status = out->label && out->path ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = standard ? read_stdin(&bytes, err) : lrp_mapping_open(path, &mapping, err);
    if (!status) {
        if (!standard && lrp_npy_sniff(mapping.data, mapping.size)) {
            struct lrp_tensor *array = NULL;
            status = lrp_tensor_read_npy(path, &array, err);
            out->array = array;
        } else {
            status = standard ? decode((const unsigned char *)bytes.data, bytes.length, out, err)
                              : decode(mapping.data, mapping.size, out, err);
            if (status) lrp_fail_context(err, status, "%s", out->path);
        }
    }
    lrp_mapping_close(&mapping);
    lrp_text_free(&bytes);
    if (status) lrp_source_free(out);
    return status;
}

/* ---- the tensor a model input gets ---- */

static enum lrp_status preprocess_of(const struct lrp_settings *settings, struct lrp_preprocess *out, struct lrp_error *err)
{
    static const enum lrp_setting keys[] = {LRP_SETTING_SCALE, LRP_SETTING_MEAN,   LRP_SETTING_STD,     LRP_SETTING_SIZE,
                                            LRP_SETTING_CROP,  LRP_SETTING_LAYOUT, LRP_SETTING_CHANNELS};
    const char *file = lrp_settings_get(settings, LRP_SETTING_PREPROCESS);
    enum lrp_status status = LRP_OK;
    lrp_preprocess_defaults(out);
    if (*file) status = lrp_preprocess_read(file, out, err);
    for (size_t i = 0; !status && i < sizeof keys / sizeof *keys; i++)
        if (lrp_settings_given(settings, keys[i]) && *lrp_settings_get(settings, keys[i]))
            status = lrp_preprocess_set(out, lrp_setting_key(keys[i]), lrp_settings_get(settings, keys[i]), err);
    return status;
}

static enum lrp_status misfit(const struct lrp_source *source, const struct lrp_model_value *input,
                              const struct lrp_shape *shape, const struct lrp_tensor *array, struct lrp_error *err)
{
    char got[160], want[160];
    lrp_shape_text(&array->shape, 0, "x", got, sizeof got);
    lrp_shape_text(shape, 0, "x", want, sizeof want);
    return lrp_fail(err, LRP_FILE, "%s: its shape is %s, but input %s takes %s (arrays are not resized or preprocessed)",
                    source->path ? source->path : source->label, got, input->name, want);
}

static enum lrp_status check_array(const struct lrp_source *source, const struct lrp_model_value *input,
                                   const struct lrp_shape *shape, bool *one_by_one, struct lrp_error *err)
{
    const struct lrp_tensor *array = source->array;
    if (lrp_dtype_is_float(array->dtype) != lrp_dtype_is_float(input->dtype))
        return lrp_fail(err, LRP_FILE, "%s: its type is %s, but input %s takes %s", source->path ? source->path : source->label,
                        lrp_dtype_text(array->dtype), input->name, lrp_dtype_text(input->dtype));
    if (array->count == 0)
        return lrp_fail(err, LRP_FILE, "%s: there is nothing in it: a dimension is 0",
                        source->path ? source->path : source->label);
    if (shape->rank < 0) return LRP_OK;
    if (shape->rank != array->shape.rank) return misfit(source, input, shape, array, err);
    for (int i = 0; i < shape->rank; i++) {
        if (shape->dim[i] < 0 || shape->dim[i] == array->shape.dim[i]) continue;
        if (i > 0 || shape->dim[0] != 1 || array->shape.dim[0] < 1) return misfit(source, input, shape, array, err);
        *one_by_one = true;
    }
    return LRP_OK;
}

enum lrp_status lrp_source_tensor(const struct lrp_source *source, const struct lrp_model_value *input,
                                  const struct lrp_shape *asked, const struct lrp_settings *settings,
                                  const struct lrp_tensor **out, bool *one_by_one, struct lrp_error *err)
{
    const struct lrp_shape *shape = asked->rank >= 0 ? asked : &input->shape;
    if (source->array) {
        enum lrp_status status = check_array(source, input, shape, one_by_one, err);
        if (!status) *out = lrp_tensor_retain(source->array);
        return status;
    }
    if (!lrp_dtype_is_float(input->dtype))
        return lrp_fail(err, LRP_FILE, "%s: a picture is no input for %s, which takes %s (give a .npy)",
                        source->path ? source->path : source->label, input->name, lrp_dtype_text(input->dtype));
    struct lrp_preprocess preprocess;
    struct lrp_tensor *tensor = NULL;
    enum lrp_status status = preprocess_of(settings, &preprocess, err);
    if (status) return status;
    status = lrp_preprocess_apply(&preprocess, &source->picture, shape, &tensor, NULL, err);
    if (status) return lrp_fail_context(err, status, "%s", source->path ? source->path : source->label);
    *out = tensor;
    return LRP_OK;
}
