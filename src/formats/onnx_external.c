/* onnx_external.c: weights in files beside the model; only beside it. */
#include <string.h>

#include "beside.h"
#include "reader.h"
#include "text.h"

enum { FIELD_EXTERNAL = 13 };

struct file_place {
    const char *location;
    uint64_t offset, length;
    bool has_length;
};

static bool parse_unsigned(const char *text, uint64_t *out)
{
    int64_t value;
    if (!lrp_parse_int64(text, &value) || value < 0) return false;
    *out = (uint64_t)value;
    return true;
}

/* StringStringEntryProto: location, offset, length (or something that does not matter: checksum). */
static enum lrp_status read_entry(struct lrp_reader *reader, struct lrp_bytes message, struct file_place *place)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    const char *key = "", *value = "";
    enum lrp_status status = LRP_OK;
    while (!status && lrp_wire_next_as(&wire, &field, ".bb"))
        if (field.number <= 2) status = lrp_reader_string(reader, field.bytes, field.number == 1 ? &key : &value);
    if (!status) status = lrp_reader_check(reader, &wire);
    if (status) return status;
    bool fine = true;
    if (strcmp(key, "location") == 0) {
        place->location = value;
    } else if (strcmp(key, "offset") == 0) {
        fine = parse_unsigned(value, &place->offset);
    } else if (strcmp(key, "length") == 0) {
        fine = parse_unsigned(value, &place->length);
        place->has_length = true;
    }
    return fine ? LRP_OK : lrp_fail(reader->err, LRP_FILE, "external data has the impossible %s \"%s\"", key, value);
}

static enum lrp_status read_place(struct lrp_reader *reader, struct lrp_bytes message, struct file_place *place)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    while (lrp_wire_next(&wire, &field)) {
        const enum lrp_status status = field.number == FIELD_EXTERNAL ? read_entry(reader, field.bytes, place) : LRP_OK;
        if (status) return status;
    }
    if (!place->location || !*place->location) return lrp_fail(reader->err, LRP_FILE, "external data without a location");
    return LRP_OK;
}

static bool remember_mapping(struct lrp_reader *reader, const char *location, struct lrp_mapping *mapping)
{
    const size_t n = reader->external_count;
    if ((n & (n - 1)) == 0) { /* full: at every power of two */
        struct lrp_mapping **bigger = lrp_arena_calloc(reader->arena, n ? 2 * n : 1, sizeof(struct lrp_mapping *));
        if (!bigger) return false;
        if (n) memcpy(bigger, reader->externals, n * sizeof(struct lrp_mapping *));
        reader->externals = bigger;
    }
    reader->externals[reader->external_count++] = mapping;
    return lrp_names_put(&reader->external_of, location, n);
}

static enum lrp_status open_once(struct lrp_reader *reader, const char *location, const struct lrp_mapping **out)
{
    size_t index;
    if (lrp_names_get(&reader->external_of, location, &index)) {
        *out = reader->externals[index];
        return LRP_OK;
    }
    struct lrp_mapping *mapping = NULL;
    struct lrp_error unasked, *err = reader->err; /* what is missing is told later, whether or not anyone asks now */
    if (!err) reader->err = &unasked;
    enum lrp_status status =
        reader->folder ? LRP_OK : lrp_beside_folder(reader->arena, reader->path, &reader->folder, reader->err);
    if (!status) status = lrp_reader_map(reader, location, &mapping);
    if (status && mapping && reader->folder && lrp_beside_missing(reader->folder, location)) {
        if (!reader->absent) reader->absent = lrp_arena_strdup(reader->arena, reader->err->message);
        status = reader->absent ? LRP_OK : lrp_reader_no_memory(reader);
    }
    reader->err = err;
    if (status) return status;
    *out = mapping;
    return remember_mapping(reader, location, mapping) ? LRP_OK : lrp_reader_no_memory(reader);
}

/* Zeros for a tensor whose file is missing: layers can be listed without their weights. */
static enum lrp_status stand_in(struct lrp_reader *reader, size_t needed, const void **out)
{
    if (!reader->zeros || reader->zeros->size < needed) {
        const enum lrp_status status = lrp_reader_zeros(reader, needed, &reader->zeros);
        if (status) return status;
    }
    *out = reader->zeros->data;
    return LRP_OK;
}

enum lrp_status lrp_reader_external(struct lrp_reader *reader, struct lrp_bytes message, size_t needed, const void **out)
{
    struct file_place place = {0};
    const struct lrp_mapping *mapping;
    enum lrp_status status = read_place(reader, message, &place);
    if (!status) status = open_once(reader, place.location, &mapping);
    if (status) return status;
    if (place.has_length && place.length != needed)
        return lrp_fail(reader->err, LRP_FILE, "needs %zu bytes, the external data has %llu", needed,
                        (unsigned long long)place.length);
    if (!mapping->data) return stand_in(reader, needed, out);
    if (place.offset > mapping->size || needed > mapping->size - place.offset)
        return lrp_fail(reader->err, LRP_FILE, "external data %s is truncated at byte %zu: %zu bytes from %llu on are needed",
                        place.location, mapping->size, needed, (unsigned long long)place.offset);
    *out = mapping->data + place.offset;
    return LRP_OK;
}
