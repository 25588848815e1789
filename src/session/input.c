/* input.c: what a model is fed with: pictures and arrays. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arrays.h"
#include "convert.h"
#include "internal.h"
#include "mapping.h"
#include "preprocess.h"
#include "text.h"
#include "texts.h"

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
    struct stat file;
    const bool device = fstat(STDIN_FILENO, &file) == 0 && S_ISCHR(file.st_mode);
    const size_t most = device ? LRP_MOST_OF_DEVICE : MOST_STANDARD_INPUT;
    for (;;) {
        ssize_t n = read(STDIN_FILENO, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return lrp_fail(err, LRP_FILE, "standard input: %s", strerror(errno));
        if (n == 0) break;
        lrp_text_append_n(out, buffer, (size_t)n);
        if (out->failed || out->length > most)
            return lrp_fail(err, LRP_FILE, "standard input is too long (more than %zu bytes)", most);
    }
    return out->length ? LRP_OK : lrp_fail(err, LRP_FILE, "standard input is empty");
}

/* `name`: of the input, for files that hold several arrays. */
static enum lrp_status decode_source(const unsigned char *bytes, size_t size, const char *name, size_t most,
                                     struct lrp_source *out, struct lrp_error *err)
{
    if (!lrp_arrays_sniff(bytes, size)) {
        const enum lrp_status status = lrp_picture_decode_within(bytes, size, most, &out->picture, err);
        if (status && err && !lrp_picture_sniff(bytes, size)) {
            const struct lrp_error pictures = *err;
            lrp_error_set(err, status, "%s; arrays: %s", pictures.message, lrp_arrays_names());
        }
        return status;
    }
    struct lrp_array array = {.tensor = NULL};
    const enum lrp_status status = lrp_arrays_read(bytes, size, name, most, &array, err);
    out->array = array.tensor;
    out->held = array.dtype;
    out->rounded = array.rounded;
    return status;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

enum lrp_status lrp_source_read(const char *path, const char *name, size_t most, struct lrp_source *out, struct lrp_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    *out = (struct lrp_source){.label = strdup(standard ? "-" : base_name(path)),
                               .path = strdup(standard ? "standard input" : path)};
    struct lrp_text bytes = {0};
    struct lrp_mapping mapping = {0};
    enum lrp_status status = out->label && out->path ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = standard ? read_stdin(&bytes, err) : lrp_mapping_open(path, &mapping, err);
    if (!status) {
        status = standard ? decode_source((const unsigned char *)bytes.data, bytes.length, name, most, out, err)
                          : decode_source(mapping.data, mapping.size, name, most, out, err);
        if (status) lrp_fail_context(err, status, "%s", out->path);
    }
    lrp_mapping_close(&mapping);
    lrp_text_free(&bytes);
    if (status) lrp_source_free(out);
    return status;
}

/* ---- the tensor a model input gets ---- */

enum lrp_status lrp_settings_preprocess(const struct lrp_settings *settings, struct lrp_preprocess *out, struct lrp_error *err)
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

static const char *name_of(const struct lrp_source *source)
{
    return source->path ? source->path : source->label;
}

static enum lrp_status misfit(const struct lrp_source *source, const struct lrp_model_value *input,
                              const struct lrp_shape *shape, const struct lrp_tensor *array, struct lrp_error *err)
{
    char got[160], want[160];
    lrp_shape_text(&array->shape, 0, "x", got, sizeof got);
    lrp_shape_text(shape, 0, "x", want, sizeof want);
    return lrp_fail(err, LRP_FILE, "%s: its shape is %s, but input %s takes %s (arrays are not resized or preprocessed)",
                    name_of(source), got, input->name, want);
}

/* An array may come without the axis of samples, or with one where the model has none: the shape it then goes in with. */
static enum lrp_status fit_shape(const struct lrp_source *source, const struct lrp_model_value *input,
                                 const struct lrp_shape *shape, struct lrp_shape *out, bool *one_by_one, struct lrp_error *err)
{
    const struct lrp_tensor *array = source->array;
    *out = array->shape;
    if (shape->rank < 0) return LRP_OK;
    if (array->shape.rank == shape->rank - 1 && (shape->dim[0] < 0 || shape->dim[0] == 1)) {
        memmove(out->dim + 1, out->dim, (size_t)out->rank * sizeof *out->dim);
        out->dim[0] = 1;
        out->rank++;
    } else if (array->shape.rank == shape->rank + 1 && array->shape.dim[0] == 1) {
        memmove(out->dim, out->dim + 1, (size_t)--out->rank * sizeof *out->dim);
    }
    if (shape->rank != out->rank) return misfit(source, input, shape, array, err);
    for (int i = 0; i < shape->rank; i++) {
        if (shape->dim[i] < 0 || shape->dim[i] == out->dim[i]) continue;
        if (i > 0 || shape->dim[0] != 1 || out->dim[0] < 1) return misfit(source, input, shape, array, err);
        *one_by_one = true;
    }
    return LRP_OK;
}

/* An axis without elements is one the model leaves open, and not that of the samples. */
static enum lrp_status check_empty(const struct lrp_source *source, const struct lrp_model_value *input,
                                   const struct lrp_shape *shape, struct lrp_error *err)
{
    for (int i = 0; i < shape->rank; i++)
        if (shape->dim[i] == 0 && (i == 0 || input->shape.rank != shape->rank || input->shape.dim[i] > 0))
            return lrp_fail(err, LRP_FILE, "%s: there is nothing in it: a dimension is 0", name_of(source));
    return LRP_OK;
}

/* The least and the greatest number of a type of whole numbers. */
static void range_of(enum lrp_dtype dtype, int64_t *low, int64_t *high)
{
    const bool is_unsigned =
        dtype == LRP_DTYPE_UINT8 || dtype == LRP_DTYPE_UINT16 || dtype == LRP_DTYPE_UINT32 || dtype == LRP_DTYPE_UINT64;
    const size_t bits = 8 * lrp_dtype_size(dtype);
    *low = is_unsigned || dtype == LRP_DTYPE_BOOL ? 0 : bits < 64 ? -((int64_t)1 << (bits - 1)) : INT64_MIN;
    *high = dtype == LRP_DTYPE_BOOL ? 1
            : bits >= 64            ? INT64_MAX
                                    : (int64_t)(((uint64_t)1 << (is_unsigned ? bits : bits - 1)) - 1);
}

static enum lrp_dtype held_by(const struct lrp_source *source)
{
    return source->held == LRP_DTYPE_UNDEFINED ? source->array->dtype : source->held;
}

/* A word where an array does not go in as the number it is, or not as the input says: nothing where nothing is lost. */
static enum lrp_status note_conversion(const struct lrp_source *source, const struct lrp_model_value *input,
                                       struct lrp_strings *notes, struct lrp_error *err)
{
    const enum lrp_dtype held = held_by(source);
    const bool floats = lrp_dtype_is_float(held), wanted = lrp_dtype_is_float(input->dtype);
    struct lrp_text line = {0};
    if (held == LRP_DTYPE_STRING) return LRP_OK;
    if (floats != wanted)
        lrp_text_printf(&line, "%s: its numbers are %s, input %s takes %s: converted", name_of(source), lrp_dtype_text(held),
                        input->name, lrp_dtype_text(input->dtype));
    else if (floats && source->rounded)
        lrp_text_printf(&line, "%s: its numbers are %s: rounded to float32, in which everything is computed", name_of(source),
                        lrp_dtype_text(held));
    else if (floats && lrp_dtype_size(input->dtype) < sizeof(float) && lrp_dtype_size(held) > lrp_dtype_size(input->dtype))
        lrp_text_printf(&line,
                        "%s: its numbers are %s, input %s takes %s: taken as they are, everything is computed in float32",
                        name_of(source), lrp_dtype_text(held), input->name, lrp_dtype_text(input->dtype));
    const bool fine = !line.length || lrp_strings_add(notes, line.data);
    const bool failed = line.failed;
    lrp_text_free(&line);
    return fine && !failed ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status no_such_number(const struct lrp_source *source, const struct lrp_model_value *input, double value,
                                      struct lrp_error *err)
{
    return lrp_fail(err, LRP_FILE, "%s: its type is %s and it holds %.9g, but input %s takes %s", name_of(source),
                    lrp_dtype_text(held_by(source)), value, input->name, lrp_dtype_text(input->dtype));
}

/* The numbers as the input's type, if it can hold them. */
static enum lrp_status convert(const struct lrp_source *source, const struct lrp_model_value *input, struct lrp_tensor *out,
                               struct lrp_error *err)
{
    const struct lrp_tensor *from = source->array;
    int64_t low, high;
    range_of(input->dtype, &low, &high);
    if (from->dtype == LRP_DTYPE_STRING) {
        memcpy(out->s, from->s, from->count * sizeof *from->s);
        return lrp_tensor_keep_texts(out, err);
    }
    for (size_t i = 0; i < from->count; i++) {
        const bool floats = lrp_dtype_is_float(from->dtype);
        if (lrp_dtype_is_float(input->dtype)) {
            out->f[i] = floats ? from->f[i] : (float)from->i[i];
            continue;
        }
        const double value = floats ? (double)from->f[i] : (double)from->i[i];
        if (!(value >= (double)low && value <= (double)high) || value != (double)(int64_t)value)
            return no_such_number(source, input, value, err);
        out->i[i] = floats ? (int64_t)value : from->i[i];
    }
    return LRP_OK;
}

static enum lrp_status array_tensor(const struct lrp_source *source, const struct lrp_model_value *input,
                                    const struct lrp_shape *wanted, const struct lrp_tensor **out, bool *one_by_one,
                                    struct lrp_strings *notes, struct lrp_error *err)
{
    const struct lrp_tensor *array = source->array;
    struct lrp_shape shape;
    struct lrp_tensor *tensor = NULL;
    enum lrp_status status = fit_shape(source, input, wanted, &shape, one_by_one, err);
    if (!status) status = check_empty(source, input, &shape, err);
    if (status) return status;
    if ((array->dtype == LRP_DTYPE_STRING) != (input->dtype == LRP_DTYPE_STRING))
        return lrp_fail(err, LRP_FILE, "%s: it holds %s, but input %s takes %s", name_of(source),
                        array->dtype == LRP_DTYPE_STRING ? "texts" : "numbers", input->name,
                        input->dtype == LRP_DTYPE_STRING ? "texts" : lrp_dtype_text(input->dtype));
    status = note_conversion(source, input, notes, err);
    if (status) return status;
    const bool other_kind = lrp_dtype_is_float(array->dtype) != lrp_dtype_is_float(input->dtype);
    if (lrp_shape_equal(&shape, &array->shape) &&
        (array->dtype == input->dtype || (lrp_dtype_is_float(array->dtype) && !other_kind))) {
        *out = lrp_tensor_retain(array);
        return LRP_OK;
    }
    status = lrp_tensor_new(input->dtype, &shape, &tensor, err);
    if (!status) status = convert(source, input, tensor, err);
    if (status) {
        lrp_tensor_release(tensor);
        return status;
    }
    *out = tensor;
    return LRP_OK;
}

/* A picture as whole numbers, rounded, within the type's range. */
static enum lrp_status round_picture(struct lrp_tensor **tensor, enum lrp_dtype dtype, struct lrp_error *err)
{
    struct lrp_tensor *whole = NULL;
    int64_t low, high;
    range_of(dtype, &low, &high);
    const enum lrp_status status = lrp_tensor_new(dtype, &(*tensor)->shape, &whole, err);
    if (status) return status;
    for (size_t i = 0; i < whole->count; i++) {
        const double value = round((double)(*tensor)->f[i]);
        whole->i[i] = value <= (double)low ? low : value >= (double)high ? high : (int64_t)value;
    }
    lrp_tensor_release(*tensor);
    *tensor = whole;
    return LRP_OK;
}

enum lrp_status lrp_source_tensor(const struct lrp_source *source, const struct lrp_model_value *input,
                                  const struct lrp_shape *asked, const struct lrp_settings *settings,
                                  const struct lrp_tensor **out, bool *one_by_one, struct lrp_strings *notes,
                                  struct lrp_error *err)
{
    const struct lrp_shape *shape = asked->rank >= 0 ? asked : &input->shape;
    if (source->array) return array_tensor(source, input, shape, out, one_by_one, notes, err);
    const bool floats = lrp_dtype_is_float(input->dtype);
    if (!floats && shape->rank != 3 && shape->rank != 4)
        return lrp_fail(err, LRP_FILE, "%s: a picture is no input for %s, which takes %s (give an array: %s)", name_of(source),
                        input->name, lrp_dtype_text(input->dtype), lrp_arrays_names());
    struct lrp_preprocess preprocess;
    struct lrp_tensor *tensor = NULL;
    enum lrp_status status = lrp_settings_preprocess(settings, &preprocess, err);
    if (status) return status;
    status = lrp_preprocess_apply(&preprocess, &source->picture, shape, &tensor, NULL, err);
    if (!status && !floats) status = round_picture(&tensor, input->dtype, err);
    if (status) {
        lrp_tensor_release(tensor);
        return lrp_fail_context(err, status, "%s", name_of(source));
    }
    *out = tensor;
    return LRP_OK;
}
