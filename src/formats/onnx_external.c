/* onnx_external.c: weights in files beside the model; only beside it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mapping.h"
#include "reader.h"
#include "text.h"

enum { FIELD_EXTERNAL = 13 };

struct place {
    const char *location;
    uint64_t offset, length;
    bool has_length;
};

static bool parse_unsigned(const char *text, uint64_t *out) {
    int64_t value;
    if (!lrp_parse_int64(text, &value) || value < 0)
        return false;
    *out = (uint64_t)value;
    return true;
}

/* StringStringEntryProto: location, offset, length (or something that does not matter: checksum). */
static enum lrp_status read_entry(struct lrp_reader *reader, struct lrp_bytes message, struct place *place) {
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    const char *key = "", *value = "";
    enum lrp_status status = LRP_OK;
    while (status == LRP_OK && lrp_wire_next_as(&wire, &field, ".bb"))
        if (field.number <= 2)
            status = lrp_reader_string(reader, field.bytes, field.number == 1 ? &key : &value);
    if (status == LRP_OK)
        status = lrp_reader_check(reader, &wire);
    if (status != LRP_OK)
        return status;
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

static enum lrp_status read_place(struct lrp_reader *reader, struct lrp_bytes message, struct place *place) {
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    while (lrp_wire_next(&wire, &field)) {
        const enum lrp_status status = field.number == FIELD_EXTERNAL ? read_entry(reader, field.bytes, place) : LRP_OK;
        if (status != LRP_OK)
            return status;
    }
    if (!place->location || !*place->location)
        return lrp_fail(reader->err, LRP_FILE, "external data without a location");
    return LRP_OK;
}

/* A path that cannot lead out of a folder by its letters alone. */
static bool stays_inside(const char *location) {
    if (*location == '/')
        return false;
    for (const char *p = location; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL)
        if (p[0] == '.' && p[1] == '.' && (p[2] == '/' || p[2] == '\0'))
            return false;
    return true;
}

static enum lrp_status find_folder(struct lrp_reader *reader) {
    const char *slash = strrchr(reader->path, '/');
    const size_t length = slash == reader->path ? 1 : slash ? (size_t)(slash - reader->path) : 0;
    const char *folder = slash ? lrp_arena_strndup(reader->arena, reader->path, length) : ".";
    char *real = folder ? realpath(folder, NULL) : NULL;
    if (!real)
        return lrp_fail(reader->err, LRP_FILE, "the model's folder cannot be found: %s", strerror(errno));
    reader->folder = lrp_arena_strdup(reader->arena, real);
    free(real);
    return reader->folder ? LRP_OK : lrp_reader_no_memory(reader);
}

/* The real path of a location, in the arena; it lies in the model's folder and is a regular file. */
static enum lrp_status resolve(struct lrp_reader *reader, const char *location, const char **out) {
    if (!stays_inside(location))
        return lrp_fail(reader->err, LRP_FILE, "external data %s lies outside the model's folder, which is not allowed", location);
    const enum lrp_status status = reader->folder ? LRP_OK : find_folder(reader);
    if (status != LRP_OK)
        return status;
    const size_t prefix = strcmp(reader->folder, "/") == 0 ? 0 : strlen(reader->folder);
    const char *path = lrp_arena_printf(reader->arena, "%.*s/%s", (int)prefix, reader->folder, location);
    char *real = path ? realpath(path, NULL) : NULL;
    if (!real)
        return lrp_fail(reader->err, LRP_FILE, "external data %s cannot be read: %s (it must lie beside the model)", location,
                        strerror(errno));
    const bool inside = strncmp(real, reader->folder, prefix) == 0 && real[prefix] == '/';
    struct stat kind;
    const bool regular = inside && stat(real, &kind) == 0 && S_ISREG(kind.st_mode);
    *out = inside ? lrp_arena_strdup(reader->arena, real) : NULL;
    free(real);
    if (!inside)
        return lrp_fail(reader->err, LRP_FILE,
                        "external data %s is a link out of the model's folder, which is not allowed; copy it there", location);
    if (!regular)
        return lrp_fail(reader->err, LRP_FILE, "external data %s is not a regular file", location);
    return *out ? LRP_OK : lrp_reader_no_memory(reader);
}

static bool remember(struct lrp_reader *reader, const char *location, struct lrp_mapping *mapping) {
    const size_t n = reader->external_count;
    if ((n & (n - 1)) == 0) { /* full: at every power of two */
        struct lrp_mapping **bigger = lrp_arena_calloc(reader->arena, n ? 2 * n : 1, sizeof *bigger);
        if (!bigger)
            return false;
        if (n)
            memcpy(bigger, reader->externals, n * sizeof *bigger);
        reader->externals = bigger;
    }
    reader->externals[reader->external_count++] = mapping;
    return lrp_names_put(&reader->external_of, location, n);
}

static enum lrp_status open_once(struct lrp_reader *reader, const char *location, const struct lrp_mapping **out) {
    size_t index;
    if (lrp_names_get(&reader->external_of, location, &index)) {
        *out = reader->externals[index];
        return LRP_OK;
    }
    const char *path = NULL;
    struct lrp_mapping *mapping = NULL;
    enum lrp_status status = resolve(reader, location, &path);
    if (status == LRP_OK) /* what was checked is what is opened: a link put there meanwhile is not followed */
        status = lrp_reader_map(reader, path, strcmp(reader->folder, "/") == 0 ? 0 : (long)strlen(reader->folder), &mapping);
    if (status != LRP_OK)
        return status;
    *out = mapping;
    return remember(reader, location, mapping) ? LRP_OK : lrp_reader_no_memory(reader);
}

enum lrp_status lrp_reader_external(struct lrp_reader *reader, struct lrp_bytes message, size_t needed, const void **out) {
    struct place place = {0};
    const struct lrp_mapping *mapping;
    enum lrp_status status = read_place(reader, message, &place);
    if (status == LRP_OK)
        status = open_once(reader, place.location, &mapping);
    if (status != LRP_OK)
        return status;
    if (place.has_length && place.length != needed)
        return lrp_fail(reader->err, LRP_FILE, "needs %zu bytes, the external data has %llu", needed,
                        (unsigned long long)place.length);
    if (place.offset > mapping->size || needed > mapping->size - place.offset)
        return lrp_fail(reader->err, LRP_FILE, "external data %s is truncated at byte %zu: %zu bytes from %llu on are needed",
                        place.location, mapping->size, needed, (unsigned long long)place.offset);
    *out = mapping->data + place.offset;
    return LRP_OK;
}
