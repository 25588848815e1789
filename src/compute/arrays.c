/* arrays.c: arrays from files: .npy, and .npz and .safetensors, which hold several by name. */
#include "arrays.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "lrpscope/tensor.h"
#include "mapping.h"
#include "npy.h"
#include "safetensors.h"
#include "text.h"
#include "texts.h"
#include "zip.h"

/* From column-major to row-major: walks the target in order, the source with its own strides. */
static void from_fortran(const struct lrp_shape *shape, const void *source, size_t count, size_t size, void *target)
{
    int64_t index[LRP_MAX_RANK] = {0};
    size_t stride[LRP_MAX_RANK] = {0}, next = 1, from = 0;

    for (int d = 0; d < shape->rank; d++) {
        stride[d] = next;
        next *= (size_t)shape->dim[d];
    }
    for (size_t i = 0; i < count; i++) {
        memcpy((char *)target + i * size, (const char *)source + from * size, size);
        for (int d = shape->rank - 1; d >= 0; d--) {
            from += stride[d];
            if (++index[d] < shape->dim[d]) break;
            from -= stride[d] * (size_t)shape->dim[d];
            index[d] = 0;
        }
    }
}

static enum lrp_status take_text(void *to, size_t i, const char *text, size_t length, struct lrp_error *err)
{
    return lrp_tensor_put_text(to, i, text, length, err);
}

static double read_double(const unsigned char *bytes, bool swapped)
{
    unsigned char turned[8];
    double value;
    for (size_t i = 0; i < 8; i++) turned[i] = bytes[swapped ? 7 - i : i];
    memcpy(&value, turned, sizeof value);
    return value;
}

static enum lrp_status fill_tensor(const struct lrp_npy *npy, struct lrp_tensor *tensor, struct lrp_error *err)
{
    if (npy->letters) return lrp_npy_texts(npy, take_text, tensor, err);
    if (lrp_dtype_is_float(npy->dtype))
        lrp_convert_to_f32(npy->dtype, npy->data, npy->count, npy->swapped, tensor->f);
    else
        lrp_convert_to_i64(npy->dtype, npy->data, npy->count, npy->swapped, tensor->i);
    return LRP_OK;
}

/* Smaller ones are read in any case: what is needed in all is said then. */
#define ALWAYS ((size_t)16 << 20)

/* Refuses what takes more than `most` bytes as a tensor; one that is turned around is there twice meanwhile. */
static enum lrp_status check_size(const struct lrp_npy *npy, bool turned, size_t most, struct lrp_error *err)
{
    const size_t each = (lrp_dtype_is_float(npy->dtype) ? sizeof(float) : sizeof(int64_t)) * (turned ? 2 : 1);
    char shape[160];
    if (npy->count <= (most > ALWAYS ? most : ALWAYS) / each) return LRP_OK;
    return lrp_fail(err, LRP_MEMORY, "an array of %s takes %zu bytes, more than the limit --memory %zu; give it in parts",
                    lrp_shape_text(&npy->shape, 0, "x", shape, sizeof shape),
                    npy->count > SIZE_MAX / each ? SIZE_MAX : npy->count * each, most);
}

/* Halves and floats of 8 bits are floats; of doubles not all are. */
static bool is_rounded(const struct lrp_npy *npy, const struct lrp_tensor *tensor)
{
    for (size_t i = 0; npy->dtype == LRP_DTYPE_DOUBLE && i < npy->count; i++) {
        const double read = read_double((const unsigned char *)npy->data + 8 * i, npy->swapped);
        if (!isnan(read) && fabs((double)tensor->f[i] - read) > 0) return true;
    }
    return false;
}

static enum lrp_status array_of_npy(const struct lrp_npy *npy, size_t most, struct lrp_array *out, struct lrp_error *err)
{
    const bool is_float = lrp_dtype_is_float(npy->dtype), turned = npy->fortran && npy->shape.rank > 1;
    struct lrp_tensor *tensor, *ordered = NULL;
    const enum lrp_dtype dtype = is_float ? LRP_DTYPE_FLOAT : npy->letters ? LRP_DTYPE_STRING : LRP_DTYPE_INT64;
    enum lrp_status status = check_size(npy, turned, most, err);

    if (!status) status = lrp_tensor_new(dtype, &npy->shape, &tensor, err);
    if (status) return status;
    status = fill_tensor(npy, tensor, err);
    const bool rounded = !status && is_rounded(npy, tensor);
    if (!status && turned) {
        status = lrp_tensor_new(tensor->dtype, &tensor->shape, &ordered, err);
        if (!status)
            from_fortran(&tensor->shape, tensor->f, tensor->count, is_float ? sizeof *tensor->f : sizeof *tensor->i,
                         ordered->f);
        if (!status) status = lrp_tensor_keep_texts(ordered, err);
        if (!status) {
            lrp_tensor_release(tensor);
            tensor = ordered;
        }
    }
    if (status)
        lrp_tensor_release(tensor);
    else
        *out = (struct lrp_array){tensor, npy->dtype, rounded};
    return status;
}

static enum lrp_status npy_read(const unsigned char *bytes, size_t size, const char *name, size_t most, struct lrp_array *out,
                                struct lrp_error *err)
{
    struct lrp_npy npy;
    const enum lrp_status status = lrp_npy_parse(bytes, size, &npy, err);
    (void)name;
    return status ? status : array_of_npy(&npy, most, out, err);
}

/* ---- several in a file ---- */

static bool is_same(const char *stored, const char *suffix, const char *name)
{
    const size_t length = strlen(stored), end = strlen(suffix);
    return length >= end && strcmp(stored + length - end, suffix) == 0 && strlen(name) == length - end &&
           memcmp(stored, name, length - end) == 0;
}

/* Which of several is meant; `name_at` (of the i-th) may end in `suffix`. */
static enum lrp_status choose_array(const char *(*name_at)(const void *list, size_t i), const void *list, size_t count,
                                    const char *suffix, const char *name, size_t *out, struct lrp_error *err)
{
    for (*out = 0; *out < count; ++*out)
        if (name && is_same(name_at(list, *out), suffix, name)) return LRP_OK;
    *out = 0;
    if (count == 1) return LRP_OK;
    struct lrp_text names = {0};
    for (size_t i = 0; i < count && i < 8; i++) lrp_text_printf(&names, "%s%s", i ? ", " : "", name_at(list, i));
    if (count > 8) lrp_text_printf(&names, ", and %zu more", count - 8);
    lrp_fail(err, LRP_FILE, "no array is called %s, and %s%s", name ? name : "as an input",
             count ? "there are several: " : "there is none at all", names.data ? names.data : "");
    lrp_text_free(&names);
    return LRP_FILE;
}

static const char *entry_name(const void *list, size_t i)
{
    return ((const struct lrp_zip_entry *)list)[i].name;
}

static enum lrp_status npz_read(const unsigned char *bytes, size_t size, const char *name, size_t most, struct lrp_array *out,
                                struct lrp_error *err)
{
    struct lrp_zip_entry *entries;
    size_t count, index = 0;
    unsigned char *unpacked = NULL;
    enum lrp_status status = lrp_zip_parse(bytes, size, &entries, &count, err);
    if (!status) status = choose_array(entry_name, entries, count, ".npy", name, &index, err);
    if (most < ALWAYS) most = ALWAYS;
    if (!status && entries[index].size > most)
        status = lrp_fail(err, LRP_MEMORY, "%s takes %zu bytes unpacked, more than the limit --memory %zu; give it in parts",
                          entries[index].name, (size_t)entries[index].size, most);
    if (!status) status = lrp_zip_unpack(&entries[index], &unpacked, err);
    if (!status) {
        status = npy_read(unpacked, entries[index].size, NULL, most - entries[index].size, out, err);
        if (status) lrp_fail_context(err, status, "%s", entries[index].name);
    }
    free(unpacked);
    lrp_zip_free(entries, count);
    return status;
}

static const char *tensor_name(const void *list, size_t i)
{
    return ((const struct lrp_safetensor *)list)[i].name;
}

static enum lrp_status safetensors_read(const unsigned char *bytes, size_t size, const char *name, size_t most,
                                        struct lrp_array *out, struct lrp_error *err)
{
    struct lrp_safetensor *tensors;
    size_t count, index = 0;
    enum lrp_status status = lrp_safetensors_parse(bytes, size, &tensors, &count, err);
    if (!status) status = choose_array(tensor_name, tensors, count, "", name, &index, err);
    if (!status) {
        const struct lrp_safetensor *t = &tensors[index];
        const struct lrp_npy plain = {.dtype = t->dtype, .shape = t->shape, .count = t->count, .data = t->data};
        status = array_of_npy(&plain, most, out, err);
    }
    lrp_safetensors_free(tensors, count);
    return status;
}

/* A length of 8 bytes, then JSON. */
static bool safetensors_sniff(const unsigned char *bytes, size_t size)
{
    return size > 9 && bytes[8] == '{' && bytes[7] == 0 && bytes[6] == 0 && bytes[5] == 0;
}

/* Kinds of files, a row each. */
static const struct {
    bool (*sniff)(const unsigned char *bytes, size_t size);
    enum lrp_status (*read)(const unsigned char *bytes, size_t size, const char *name, size_t most, struct lrp_array *out,
                            struct lrp_error *err);
} kinds[] = {
    {lrp_npy_sniff, npy_read},
    {lrp_zip_sniff, npz_read},
    {safetensors_sniff, safetensors_read},
};

const char *lrp_arrays_names(void)
{
    return ".npy, .npz, .safetensors";
}

bool lrp_arrays_sniff(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].sniff(bytes, size)) return true;
    return false;
}

enum lrp_status lrp_arrays_read(const unsigned char *bytes, size_t size, const char *name, size_t most, struct lrp_array *out,
                                struct lrp_error *err)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].sniff(bytes, size)) return kinds[i].read(bytes, size, name, most, out, err);
    return npy_read(bytes, size, name, most, out, err); /* says what is wrong */
}

#define MOST_BYTES ((size_t)1 << 30) /* of an array that an option names */

enum lrp_status lrp_tensor_read_npy(const char *path, struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_mapping mapping = {0};
    struct lrp_array array = {.tensor = NULL};
    enum lrp_status status = lrp_mapping_open(path, &mapping, err);
    if (status) return status;
    status = mapping.size > MOST_BYTES
                 ? lrp_fail(err, LRP_FILE, "it has %zu bytes, more than the %zu that are read of such a file", mapping.size,
                            MOST_BYTES)
                 : lrp_arrays_read(mapping.data, mapping.size, NULL, SIZE_MAX, &array, err);
    if (status) status = lrp_fail_context(err, status, "%s", path);
    lrp_mapping_close(&mapping);
    if (!status) *out = array.tensor;
    return status;
}
