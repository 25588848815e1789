/* blob.c: constants as they lie in a file, read as numbers. */
#include "ops.h"

#include <string.h>

#include "convert.h"
#include "mapping.h"
#include "texts.h"

static const unsigned char *blob_element(const struct lrp_blob *blob, size_t index)
{
    return (const unsigned char *)blob->raw + index * lrp_dtype_size(blob->dtype);
}

void lrp_blob_f32(const struct lrp_blob *blob, size_t first, size_t n, float *out)
{
    if (n && blob->view)
        blob->view->read(blob->view, first, n, out);
    else if (n)
        lrp_convert_to_f32(blob->dtype, blob_element(blob, first), n, false, out);
}

void lrp_blob_i64(const struct lrp_blob *blob, size_t first, size_t n, int64_t *out)
{
    for (size_t i = 0; blob->view && i < n; i++) {
        const float value = lrp_blob_get_f32(blob, first + i);

        lrp_convert_to_i64(LRP_DTYPE_FLOAT, &value, 1, false, &out[i]);
    }
    if (n && !blob->view) lrp_convert_to_i64(blob->dtype, blob_element(blob, first), n, false, out);
}

float lrp_blob_get_f32(const struct lrp_blob *blob, size_t index)
{
    float value;

    lrp_blob_f32(blob, index, 1, &value);
    return value;
}

int64_t lrp_blob_get_i64(const struct lrp_blob *blob, size_t index)
{
    int64_t value;

    lrp_blob_i64(blob, index, 1, &value);
    return value;
}

static enum lrp_status tensor_of_texts(const struct lrp_blob *blob, struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_tensor *tensor = NULL;
    enum lrp_status status = lrp_tensor_new(blob->dtype, blob->shape, &tensor, err);
    if (status) return status;
    for (size_t i = 0; i < tensor->count; i++) tensor->s[i] = blob->strings[i];
    status = lrp_tensor_keep_texts(tensor, err);
    if (status)
        lrp_tensor_release(tensor);
    else
        *out = tensor;
    return status;
}

enum lrp_status lrp_blob_tensor(const struct lrp_blob *blob, struct lrp_tensor **out, struct lrp_error *err)
{
    enum lrp_status status;

    if (blob->dtype == LRP_DTYPE_STRING) return tensor_of_texts(blob, out, err);
    if (lrp_dtype_size(blob->dtype) == 0)
        return lrp_fail(err, LRP_UNSUPPORTED, "a constant of type %s cannot be computed with", lrp_dtype_text(blob->dtype));
    status = lrp_tensor_new(blob->dtype, blob->shape, out, err);
    if (status) return status;
    if (lrp_dtype_is_float(blob->dtype))
        lrp_blob_f32(blob, 0, (*out)->count, (*out)->f);
    else
        lrp_blob_i64(blob, 0, (*out)->count, (*out)->i);
    return LRP_OK;
}

/* Little-endian: the low bytes of an integer come first, so that narrowing is copying them. */
static void narrow(const int64_t *from, size_t count, size_t size, unsigned char *to)
{
    for (size_t i = 0; i < count; i++) memcpy(to + i * size, &from[i], size);
}

static enum lrp_status blob_of_texts(struct lrp_arena *arena, const struct lrp_tensor *tensor, struct lrp_blob **out,
                                     struct lrp_error *err)
{
    struct lrp_blob *const blob = lrp_arena_calloc(arena, 1, sizeof *blob);
    const char **texts = lrp_arena_calloc(arena, tensor->count, sizeof *texts);
    bool done = blob && texts;
    for (size_t i = 0; done && i < tensor->count; i++) done = (texts[i] = lrp_arena_strdup(arena, tensor->s[i])) != NULL;
    const struct lrp_shape *shape = lrp_shape_copy(arena, &tensor->shape);
    if (!done || !shape) return lrp_fail(err, LRP_MEMORY, "not enough memory for a constant of %zu elements", tensor->count);
    *blob = (struct lrp_blob){.dtype = LRP_DTYPE_STRING, .shape = shape, .count = tensor->count, .strings = texts};
    *out = blob;
    return LRP_OK;
}

enum lrp_status lrp_blob_from_tensor(struct lrp_arena *arena, const struct lrp_tensor *tensor, struct lrp_blob **out,
                                     struct lrp_error *err)
{
    if (tensor->dtype == LRP_DTYPE_STRING) return blob_of_texts(arena, tensor, out, err);
    const bool is_float = lrp_dtype_is_float(tensor->dtype);
    const enum lrp_dtype dtype = is_float ? LRP_DTYPE_FLOAT : tensor->dtype;
    const size_t size = lrp_dtype_size(dtype);
    struct lrp_blob *const blob = lrp_arena_calloc(arena, 1, sizeof *blob);
    void *const raw = lrp_arena_calloc(arena, tensor->count, size);
    const struct lrp_shape *const shape = lrp_shape_copy(arena, &tensor->shape);

    if (!blob || !raw || !shape)
        return lrp_fail(err, LRP_MEMORY, "not enough memory for a constant of %zu elements", tensor->count);
    if (is_float)
        memcpy(raw, tensor->f, tensor->count * size);
    else if (size <= sizeof(int64_t))
        narrow(tensor->i, tensor->count, size, raw);
    *blob = (struct lrp_blob){.dtype = dtype, .shape = shape, .count = tensor->count, .raw = raw};
    *out = blob;
    return LRP_OK;
}

struct lrp_blob *lrp_blob_view(struct lrp_arena *arena, const struct lrp_shape *shape, struct lrp_blob_view view)
{
    struct lrp_blob *const blob = lrp_arena_calloc(arena, 1, sizeof *blob);
    struct lrp_blob_view *const kept = lrp_arena_calloc(arena, 1, sizeof *kept);
    const struct lrp_shape *const own = lrp_shape_copy(arena, shape);

    if (!blob || !kept || !own) return NULL;
    *kept = view;
    *blob = (struct lrp_blob){.dtype = LRP_DTYPE_FLOAT, .shape = own, .count = (size_t)lrp_shape_count(shape), .view = kept};
    return blob;
}

static void read_transposed(const struct lrp_blob_view *view, size_t first, size_t n, float *out)
{
    const size_t rows = (size_t)view->of->shape->dim[0], columns = (size_t)view->of->shape->dim[1];

    for (size_t i = 0; i < n; i++) {
        const size_t at = first + i;

        lrp_blob_f32(view->of, at % rows * columns + at / rows, 1, &out[i]);
    }
}

struct lrp_blob *lrp_blob_transposed(struct lrp_arena *arena, const struct lrp_blob *of)
{
    const struct lrp_shape shape = {.rank = 2, .dim = {of->shape->dim[1], of->shape->dim[0]}};

    return lrp_blob_view(arena, &shape, (struct lrp_blob_view){.of = of, .read = read_transposed, .transposed = true});
}

void lrp_blob_expect(const struct lrp_blob *blob)
{
    if (blob->view) lrp_blob_expect(blob->view->of);
    if (blob->mapped) lrp_mapping_expect(blob->raw, blob->count * lrp_dtype_size(blob->dtype));
}

void lrp_blob_rest(const struct lrp_blob *blob)
{
    if (blob->view) lrp_blob_rest(blob->view->of);
    if (blob->mapped) lrp_mapping_rest(blob->raw, blob->count * lrp_dtype_size(blob->dtype));
}
