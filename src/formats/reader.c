/* reader.c: what the parts of the ONNX reader share: strings, files, and saying where damage is. */
#include "reader.h"

#include <string.h>

#include "beside.h"

static void close_mapping(void *mapping)
{
    lrp_mapping_close(mapping);
}

enum lrp_status lrp_reader_map(struct lrp_reader *reader, const char *location, struct lrp_mapping **out)
{
    struct lrp_mapping *mapping = lrp_arena_calloc(reader->arena, 1, sizeof *mapping);
    if (!mapping || lrp_arena_on_free(reader->arena, close_mapping, mapping) != 0) return lrp_reader_no_memory(reader);
    const enum lrp_status status =
        location ? lrp_beside_map(reader->arena, reader->folder, "external data", location, mapping, reader->err)
                 : lrp_mapping_open(reader->path, mapping, reader->err);
    if (!status) reader->mapped += mapping->size;
    *out = mapping;
    return status;
}

enum lrp_status lrp_reader_zeros(struct lrp_reader *reader, size_t size, struct lrp_mapping **out)
{
    struct lrp_mapping *mapping = lrp_arena_calloc(reader->arena, 1, sizeof *mapping);
    if (!mapping || lrp_arena_on_free(reader->arena, close_mapping, mapping) != 0) return lrp_reader_no_memory(reader);
    *out = mapping;
    return lrp_mapping_zeros(size, mapping, reader->err);
}

enum lrp_status lrp_reader_files(struct lrp_reader *reader, struct lrp_definition *out)
{
    const char **files = lrp_arena_calloc(reader->arena, reader->external_count + 1, sizeof *files);
    if (!files) return lrp_reader_no_memory(reader);
    files[out->file_count++] = reader->path;
    for (size_t i = 0; i < reader->external_count; i++)
        if (reader->externals[i]->path) files[out->file_count++] = reader->externals[i]->path;
    out->files = files;
    out->absent = reader->absent;
    return LRP_OK;
}

void lrp_reader_close(struct lrp_reader *reader)
{
    lrp_names_free(&reader->external_of);
    lrp_text_set_free(&reader->texts);
    lrp_shape_set_free(&reader->shapes);
}

enum lrp_status lrp_reader_check(struct lrp_reader *reader, const struct lrp_wire *wire)
{
    if (!wire->problem) return LRP_OK;
    if (wire->truncated && wire->end == reader->file.data + reader->file.size)
        return lrp_fail(reader->err, LRP_FILE, "truncated at byte %zu: %s", reader->file.size, wire->problem);
    return lrp_fail(reader->err, LRP_FILE, "damaged at byte %zu: %s", (size_t)(wire->at - reader->file.data), wire->problem);
}

enum lrp_status lrp_reader_count(struct lrp_reader *reader, struct lrp_bytes message, const char *types, size_t *counts,
                                 size_t most)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    while (lrp_wire_next_as(&wire, &field, types))
        if (field.number < most) counts[field.number]++;
    return lrp_reader_check(reader, &wire);
}

enum lrp_status lrp_reader_check_numbers(struct lrp_reader *reader, const struct lrp_wire_numbers *numbers)
{
    const enum lrp_status status = lrp_reader_check(reader, &numbers->packed);
    return !status ? lrp_reader_check(reader, &numbers->message) : status;
}

enum lrp_status lrp_reader_string(struct lrp_reader *reader, struct lrp_bytes bytes, const char **out)
{
    reader->texts.arena = reader->arena;
    *out = bytes.size ? lrp_text_set_keep(&reader->texts, (const char *)bytes.data, bytes.size) : "";
    return *out ? LRP_OK : lrp_reader_no_memory(reader);
}

enum lrp_status lrp_reader_domain(struct lrp_reader *reader, struct lrp_bytes bytes, const char **out)
{
    static const char standard[] = "ai.onnx";
    if (bytes.size == sizeof standard - 1 && memcmp(bytes.data, standard, bytes.size) == 0) bytes.size = 0;
    return lrp_reader_string(reader, bytes, out);
}
