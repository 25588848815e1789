/* safetensors.c: named tensors in one file: eight bytes of length, a JSON header, the data. */
#include "safetensors.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "output.h"

static const struct {
    const char *text;
    enum lrp_dtype dtype;
} types[] = {{"F32", LRP_DTYPE_FLOAT}, {"F64", LRP_DTYPE_DOUBLE}, {"F16", LRP_DTYPE_FLOAT16}, {"BF16", LRP_DTYPE_BFLOAT16},
             {"I8", LRP_DTYPE_INT8},   {"I16", LRP_DTYPE_INT16},  {"I32", LRP_DTYPE_INT32},   {"I64", LRP_DTYPE_INT64},
             {"U8", LRP_DTYPE_UINT8},  {"U16", LRP_DTYPE_UINT16}, {"U32", LRP_DTYPE_UINT32},  {"U64", LRP_DTYPE_UINT64},
             {"BOOL", LRP_DTYPE_BOOL}};

/* ---- writing ---- */

static bool add_metadata(cJSON *header, const char *const *metadata, size_t pairs)
{
    cJSON *object = pairs ? cJSON_AddObjectToObject(header, "__metadata__") : NULL;
    for (size_t i = 0; i < pairs; i++)
        if (!cJSON_AddStringToObject(object, metadata[2 * i], metadata[2 * i + 1])) return false;
    return pairs == 0 || object;
}

static const char *type_text(enum lrp_dtype dtype)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].dtype == dtype) return types[i].text;
    return NULL;
}

bool lrp_safetensors_holds(enum lrp_dtype dtype)
{
    return type_text(dtype) != NULL;
}

static bool add_tensor(cJSON *header, const struct lrp_safetensor *tensor, uint64_t *offset)
{
    cJSON *entry = cJSON_AddObjectToObject(header, tensor->name);
    if (!entry || !cJSON_AddStringToObject(entry, "dtype", type_text(tensor->dtype))) return false;
    cJSON *shape = cJSON_AddArrayToObject(entry, "shape");
    for (int i = 0; i < tensor->shape.rank; i++)
        if (!shape || !lrp_json_append_number(shape, (double)tensor->shape.dim[i])) return false;
    cJSON *offsets = cJSON_AddArrayToObject(entry, "data_offsets");
    const uint64_t begin = *offset;
    *offset += (uint64_t)tensor->count * lrp_dtype_size(tensor->dtype);
    return shape && offsets && lrp_json_append_number(offsets, (double)begin) &&
           lrp_json_append_number(offsets, (double)*offset);
}

static char *make_header(const struct lrp_safetensor *tensors, size_t count, const char *const *metadata, size_t pairs)
{
    cJSON *header = cJSON_CreateObject();
    uint64_t offset = 0;
    bool fine = header && add_metadata(header, metadata, metadata ? pairs : 0);
    for (size_t i = 0; fine && i < count; i++) fine = add_tensor(header, &tensors[i], &offset);
    char *text = fine ? cJSON_PrintUnformatted(header) : NULL;
    cJSON_Delete(header);
    return text;
}

enum lrp_status lrp_safetensors_write(const char *path, const struct lrp_safetensor *tensors, size_t count,
                                      const char *const *metadata, size_t pairs, struct lrp_error *err)
{
    char *header = make_header(tensors, count, metadata, pairs);
    if (!header) return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
    struct lrp_output out;
    enum lrp_status status = lrp_output_open(path, &out, err);
    if (!status) {
        const size_t length = strlen(header), padding = (8 - length % 8) % 8;
        const uint64_t total = length + padding;
        fwrite(&total, sizeof total, 1, out.file); /* little-endian, as this machine is (convert.c insists) */
        fprintf(out.file, "%s%*s", header, (int)padding, "");
        for (size_t i = 0; i < count; i++)
            if (tensors[i].count) fwrite(tensors[i].data, lrp_dtype_size(tensors[i].dtype), tensors[i].count, out.file);
        status = lrp_output_commit(&out, err);
    }
    cJSON_free(header);
    return status;
}

/* ---- reading ---- */

static bool parse_type(const cJSON *item, enum lrp_dtype *out)
{
    for (size_t i = 0; cJSON_IsString(item) && i < sizeof types / sizeof *types; i++)
        if (strcmp(item->valuestring, types[i].text) == 0) {
            *out = types[i].dtype;
            return true;
        }
    return false;
}

static bool parse_shape(const cJSON *item, struct lrp_shape *out)
{
    const cJSON *dimension;
    out->rank = 0;
    cJSON_ArrayForEach(dimension, item)
    {
        if (out->rank == LRP_MAX_RANK || !lrp_json_is_int(dimension, &out->dim[out->rank++])) return false;
    }
    return cJSON_IsArray(item) && lrp_shape_count(out) >= 0;
}

/* data[0..size) is what follows the header. */
static enum lrp_status parse_tensor(const cJSON *item, const unsigned char *data, size_t size, struct lrp_safetensor *out,
                                    struct lrp_error *err)
{
    const char *name = item->string;
    if (!parse_type(cJSON_GetObjectItemCaseSensitive(item, "dtype"), &out->dtype))
        return lrp_fail(err, LRP_FILE, "tensor %s: unknown dtype", name);
    if (!parse_shape(cJSON_GetObjectItemCaseSensitive(item, "shape"), &out->shape))
        return lrp_fail(err, LRP_FILE, "tensor %s: impossible shape", name);
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");
    int64_t begin, end;
    if (!cJSON_IsArray(offsets) || cJSON_GetArraySize(offsets) != 2 || !lrp_json_is_int(offsets->child, &begin) ||
        !lrp_json_is_int(offsets->child->next, &end) || begin < 0 || end < begin)
        return lrp_fail(err, LRP_FILE, "tensor %s: damaged data_offsets", name);
    if ((uint64_t)end > size)
        return lrp_fail(err, LRP_FILE, "tensor %s ends at byte %lld of the data, of which there are %zu: the file is truncated",
                        name, (long long)end, size);
    const int64_t count = lrp_shape_count(&out->shape);
    if (end - begin != count * (int64_t)lrp_dtype_size(out->dtype))
        return lrp_fail(err, LRP_FILE, "tensor %s: %lld bytes do not fit its shape", name, (long long)(end - begin));
    out->count = (size_t)count;
    out->data = data + begin;
    out->name = strdup(name);
    return out->name ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status parse_tensors(const cJSON *header, const unsigned char *data, size_t size, struct lrp_safetensor **out,
                                     size_t *count, struct lrp_error *err)
{
    if (!cJSON_IsObject(header)) return lrp_fail(err, LRP_FILE, "damaged safetensors header: not an object");
    struct lrp_safetensor *tensors = calloc((size_t)cJSON_GetArraySize(header) + 1, sizeof *tensors);
    if (!tensors) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    size_t n = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, header)
    {
        if (strcmp(item->string, "__metadata__") == 0) continue;
        const enum lrp_status status = parse_tensor(item, data, size, &tensors[n], err);
        if (status) {
            lrp_safetensors_free(tensors, n);
            return status;
        }
        n++;
    }
    *out = tensors;
    *count = n;
    return LRP_OK;
}

enum lrp_status lrp_safetensors_parse(const unsigned char *bytes, size_t size, struct lrp_safetensor **out, size_t *count,
                                      struct lrp_error *err)
{
    *out = NULL;
    *count = 0;
    uint64_t length;
    if (size < sizeof length) return lrp_fail(err, LRP_FILE, "not a safetensors file: only %zu bytes", size);
    memcpy(&length, bytes, sizeof length);
    if (length > size - sizeof length)
        return lrp_fail(err, LRP_FILE, "not a safetensors file, or truncated at byte %zu, inside the header", size);
    cJSON *header;
    enum lrp_status status = lrp_json_parse((const char *)bytes + sizeof length, (size_t)length, &header, err);
    if (status) return lrp_fail_context(err, status, "damaged safetensors header");
    const size_t start = sizeof length + (size_t)length;
    status = parse_tensors(header, bytes + start, size - start, out, count, err);
    cJSON_Delete(header);
    return status;
}

void lrp_safetensors_free(struct lrp_safetensor *tensors, size_t count)
{
    for (size_t i = 0; tensors && i < count; i++) free((char *)(uintptr_t)tensors[i].name);
    free(tensors);
}
