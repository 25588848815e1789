/* onnx_tensor.c: tensors of an ONNX file, left where they lie if they lie there as plain bytes. */
#include <string.h>

#include "convert.h"
#include "mapping.h"
#include "onnx.h"
#include "reader.h"

enum { /* field numbers of TensorProto */
       FIELD_DIMS = 1,
       FIELD_TYPE = 2,
       FIELD_FLOATS = 4,
       FIELD_INT32S = 5,
       FIELD_STRINGS = 6,
       FIELD_INT64S = 7,
       FIELD_NAME = 8,
       FIELD_RAW = 9,
       FIELD_DOUBLES = 10,
       FIELD_UINT64S = 11,
       FIELD_LOCATION = 14
};
/* by field number; dims and numbers may come packed or not */
static const char field_types[] = "..v...b.bb..bbv";

/* Which field holds the elements of a type when they are not raw, and how many of its values make one element. */
static const struct {
    unsigned char field, type, values;
} storage[LRP_DTYPE_COUNT] = {
    [LRP_DTYPE_FLOAT] = {FIELD_FLOATS, LRP_WIRE_FIXED32, 1},
    [LRP_DTYPE_COMPLEX64] = {FIELD_FLOATS, LRP_WIRE_FIXED32, 2},
    [LRP_DTYPE_DOUBLE] = {FIELD_DOUBLES, LRP_WIRE_FIXED64, 1},
    [LRP_DTYPE_COMPLEX128] = {FIELD_DOUBLES, LRP_WIRE_FIXED64, 2},
    [LRP_DTYPE_UINT8] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_INT8] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_UINT16] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_INT16] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_INT32] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_BOOL] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_FLOAT16] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_BFLOAT16] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_INT64] = {FIELD_INT64S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_UINT32] = {FIELD_UINT64S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_UINT64] = {FIELD_UINT64S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_FLOAT8E4M3FN] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_FLOAT8E4M3FNUZ] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_FLOAT8E5M2] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_FLOAT8E5M2FNUZ] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_UINT4] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_INT4] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
    [LRP_DTYPE_FLOAT4E2M1] = {FIELD_INT32S, LRP_WIRE_VARINT, 1},
};

/* What a TensorProto says of itself. */
struct parts {
    struct lrp_bytes message, raw, last_packed; /* last_packed: of the field that stores this type */
    size_t packed_fields, single_fields, strings;
    bool has_raw, external;
};

static const unsigned char nothing[1];

/* Every element is there: `have` bytes for what `needed` bytes are. */
static enum lrp_status check_size(struct lrp_reader *reader, const struct lrp_blob *blob, size_t needed, size_t have)
{
    char shape[160];
    if (needed == have) return LRP_OK;
    return lrp_fail(reader->err, LRP_FILE, "%s of %s needs %zu bytes, %zu are there",
                    lrp_shape_text(blob->shape, 0, "x", shape, sizeof shape), lrp_dtype_text(blob->dtype), needed, have);
}

static enum lrp_status read_dims(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_blob *blob)
{
    struct lrp_wire_numbers dims = lrp_wire_numbers_of(message, FIELD_DIMS, LRP_WIRE_VARINT);
    struct lrp_shape shape = {.rank = 0};
    uint64_t value;
    char text[160];
    while (lrp_wire_numbers_next(&dims, &value)) {
        if (shape.rank == LRP_MAX_RANK) return lrp_fail(reader->err, LRP_FILE, "has more than %d dimensions", LRP_MAX_RANK);
        if ((int64_t)value < 0) return lrp_fail(reader->err, LRP_FILE, "has a negative dimension");
        shape.dim[shape.rank++] = (int64_t)value;
    }
    const enum lrp_status status = lrp_reader_check_numbers(reader, &dims);
    if (status) return status;
    const int64_t count = lrp_shape_count(&shape);
    if (count < 0) return lrp_fail(reader->err, LRP_FILE, "%s is too large", lrp_shape_text(&shape, 0, "x", text, sizeof text));
    reader->shapes.arena = reader->arena;
    blob->shape = lrp_shape_set_keep(&reader->shapes, &shape);
    blob->count = (size_t)count;
    return blob->shape ? LRP_OK : lrp_reader_no_memory(reader);
}

/* One look at every field: the name and type first, because they may stand anywhere. */
static enum lrp_status read_head(struct lrp_reader *reader, struct lrp_bytes message, const char **name, struct lrp_blob *blob)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    enum lrp_status status = LRP_OK;
    while (!status && lrp_wire_next_as(&wire, &field, field_types)) {
        if (field.number == FIELD_NAME)
            status = lrp_reader_string(reader, field.bytes, name);
        else if (field.number == FIELD_TYPE) /* newer types are kept as unknown: whoever needs them says so */
            blob->dtype = field.value < LRP_DTYPE_COUNT ? (enum lrp_dtype)field.value : LRP_DTYPE_UNDEFINED;
    }
    return !status ? lrp_reader_check(reader, &wire) : status;
}

static struct parts find_parts(struct lrp_bytes message, enum lrp_dtype dtype)
{
    struct parts parts = {.message = message};
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    while (lrp_wire_next(&wire, &field)) { /* read_head has checked it */
        if (field.number == FIELD_RAW) {
            parts.raw = field.bytes;
            parts.has_raw = true;
        } else if (field.number == FIELD_LOCATION) {
            parts.external = field.value == 1;
        } else if (field.number == FIELD_STRINGS) {
            parts.strings++;
        } else if (field.number == storage[dtype].field && field.type == LRP_WIRE_BYTES) {
            parts.last_packed = field.bytes;
            parts.packed_fields++;
        } else if (field.number == storage[dtype].field) {
            parts.single_fields++;
        }
    }
    return parts;
}

static enum lrp_status read_strings(struct lrp_reader *reader, const struct parts *parts, struct lrp_blob *blob)
{
    if (parts->strings != blob->count)
        return lrp_fail(reader->err, LRP_FILE, "needs %zu strings, %zu are there", blob->count, parts->strings);
    const char **strings = lrp_arena_calloc(reader->arena, blob->count, sizeof *strings);
    if (!strings) return lrp_reader_no_memory(reader);
    struct lrp_wire wire = lrp_wire_over(parts->message);
    struct lrp_wire_field field;
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && lrp_wire_next(&wire, &field);)
        if (field.number == FIELD_STRINGS) status = lrp_reader_string(reader, field.bytes, &strings[i++]);
    blob->strings = strings;
    return status;
}

/* Numbers written as varints, or one by one, or in several pieces: put side by side in the arena. */
static enum lrp_status decode_numbers(struct lrp_reader *reader, const struct parts *parts, struct lrp_blob *blob,
                                      size_t needed)
{
    const enum lrp_wire_type type = (enum lrp_wire_type)storage[blob->dtype].type;
    const size_t values = storage[blob->dtype].values, size = lrp_dtype_size(blob->dtype) / values;
    struct lrp_wire_numbers numbers = lrp_wire_numbers_of(parts->message, storage[blob->dtype].field, type);
    uint64_t value;
    size_t found = 0;
    while (lrp_wire_numbers_next(&numbers, &value)) found++;
    enum lrp_status status = lrp_reader_check_numbers(reader, &numbers);
    if (!status) /* before anything is allocated: the shape may lie */
        status = check_size(reader, blob, needed, found * size);
    if (status) return status;
    unsigned char *raw = lrp_arena_calloc(reader->arena, found, size);
    if (!raw) return lrp_reader_no_memory(reader);
    numbers = lrp_wire_numbers_of(parts->message, storage[blob->dtype].field, type);
    for (size_t i = 0; lrp_wire_numbers_next(&numbers, &value); i++)
        memcpy(raw + i * size, &value, size); /* the low bytes: this machine is little-endian (convert.c insists) */
    blob->raw = raw;
    return LRP_OK;
}

/* Elements of 4 bits lie two in a byte. */
static bool is_packed(enum lrp_dtype dtype)
{
    return dtype == LRP_DTYPE_UINT4 || dtype == LRP_DTYPE_INT4 || dtype == LRP_DTYPE_FLOAT4E2M1;
}

/* What its elements take in the file; their count is at most 2^48. */
static size_t bytes_of(const struct lrp_blob *blob)
{
    return is_packed(blob->dtype) ? (blob->count + 1) / 2 : blob->count * lrp_dtype_size(blob->dtype);
}

static enum lrp_status unpack(struct lrp_reader *reader, struct lrp_blob *blob)
{
    void *const raw = lrp_arena_calloc(reader->arena, blob->count, 1);
    if (!raw) return lrp_reader_no_memory(reader);
    lrp_unpack_halves(blob->dtype, blob->raw, blob->count, raw);
    blob->raw = raw;
    blob->mapped = false;
    return LRP_OK;
}

static enum lrp_status read_data(struct lrp_reader *reader, const struct parts *parts, struct lrp_blob *blob)
{
    const size_t needed = bytes_of(blob);
    if (blob->dtype == LRP_DTYPE_STRING)
        return parts->external || parts->has_raw ? lrp_fail(reader->err, LRP_FILE, "strings cannot be raw data")
                                                 : read_strings(reader, parts, blob);
    blob->raw = nothing;
    if (blob->dtype == LRP_DTYPE_UNDEFINED) return LRP_OK;
    if (parts->external) return lrp_reader_external(reader, parts->message, needed, &blob->raw);
    if (!parts->has_raw && (parts->packed_fields > 1 || parts->single_fields || storage[blob->dtype].type == LRP_WIRE_VARINT))
        return decode_numbers(reader, parts, blob, needed);
    const struct lrp_bytes data = parts->has_raw ? parts->raw : parts->last_packed;
    if (data.size) {
        blob->raw = data.data;
        blob->mapped = reader->file_mapped;
    }
    return check_size(reader, blob, needed, data.size);
}

enum lrp_status lrp_reader_tensor(struct lrp_reader *reader, struct lrp_bytes message, const char **name,
                                  const struct lrp_blob **out)
{
    struct lrp_blob *blob = lrp_arena_calloc(reader->arena, 1, sizeof *blob);
    const char *own_name = "";
    if (!blob) return lrp_reader_no_memory(reader);
    *out = blob;
    enum lrp_status status = read_head(reader, message, &own_name, blob);
    if (name) *name = own_name;
    if (!status) status = read_dims(reader, message, blob);
    if (!status) {
        const struct parts parts = find_parts(message, blob->dtype);
        status = read_data(reader, &parts, blob);
        if (!status && is_packed(blob->dtype)) status = unpack(reader, blob);
    }
    return !status || !*own_name ? status : lrp_fail_context(reader->err, status, "tensor %s", own_name);
}

enum lrp_status lrp_onnx_read_tensor(const char *path, struct lrp_arena *arena, struct lrp_blob **out, struct lrp_error *err)
{
    struct lrp_reader reader = {.path = path, .arena = arena, .err = err};
    struct lrp_mapping *file;
    enum lrp_status status = lrp_reader_map(&reader, NULL, &file);
    if (status) return status;
    reader.file = (struct lrp_bytes){file->data, file->size};
    reader.file_mapped = file->of_file;
    const struct lrp_blob *blob = NULL;
    status = lrp_reader_tensor(&reader, reader.file, NULL, &blob);
    lrp_reader_close(&reader);
    if (!status && reader.absent) status = lrp_fail(err, LRP_FILE, "%s", reader.absent);
    if (!status && file->size == 0) status = lrp_fail(err, LRP_FILE, "the file is empty");
    if (status) return lrp_fail_context(err, status, "%s", path);
    *out = (struct lrp_blob *)(uintptr_t)blob; /* made just above, for this caller alone */
    return LRP_OK;
}
