/* onnx.c: an ONNX file's model. */
#include "onnx.h"

#include <limits.h>

#include "reader.h"

static const char model_types[] = ".vbbbvbbb.....b.....b....b";

/* Files before IR version 3 import nothing and mean version 1. */
static enum lrp_status check_opsets(struct lrp_reader *reader, struct lrp_opset *opsets, struct lrp_definition *out)
{
    if (out->opset_count > 0) return LRP_OK;
    if (out->ir_version >= 3 || out->ir_version < 1)
        return lrp_fail(reader->err, LRP_FILE, "imports no operator set: damaged, or truncated at byte %zu", reader->file.size);
    opsets[0] = (struct lrp_opset){"", 1};
    out->opset_count = 1;
    return LRP_OK;
}

/* The fields of ModelProto but the graph, which is returned in *graph. */
static enum lrp_status read_model_head(struct lrp_reader *reader, struct lrp_definition *out, struct lrp_opset *opsets,
                                       struct lrp_bytes *graph)
{
    struct lrp_wire wire = lrp_wire_over(reader->file);
    struct lrp_wire_field field;
    enum lrp_status status = LRP_OK;
    while (!status && lrp_wire_next(&wire, &field)) {
        if (field.number == 1)
            out->ir_version = (int64_t)field.value;
        else if (field.number == 2)
            status = lrp_reader_string(reader, field.bytes, &out->producer);
        else if (field.number == 7)
            *graph = field.bytes;
        else if (field.number == 8)
            status = lrp_reader_opset(reader, field.bytes, &opsets[out->opset_count++]);
    }
    return status;
}

static enum lrp_status read_model(struct lrp_reader *reader, struct lrp_definition *out)
{
    struct lrp_wire wire = lrp_wire_over(reader->file);
    struct lrp_wire_field field;
    size_t graphs = 0, opset_count = 0;
    if (reader->file.size == 0) return lrp_fail(reader->err, LRP_FILE, "the file is empty");
    while (lrp_wire_next_as(&wire, &field, model_types)) { /* first, so that a truncated file is called that */
        graphs += field.number == 7;
        opset_count += field.number == 8;
    }
    enum lrp_status status = lrp_reader_check(reader, &wire);
    if (status) return status;
    if (graphs != 1)
        return lrp_fail(reader->err, LRP_FILE, "not an ONNX model, or truncated at byte %zu: there %s in it", reader->file.size,
                        graphs ? "are several graphs" : "is no graph");
    struct lrp_opset *opsets = lrp_arena_calloc(reader->arena, opset_count + 1, sizeof *opsets);
    if (!opsets || opset_count >= INT_MAX) return lrp_reader_no_memory(reader);
    out->opsets = opsets;
    struct lrp_bytes graph = {0};
    status = read_model_head(reader, out, opsets, &graph);
    if (!status) status = check_opsets(reader, opsets, out);
    if (!status) status = lrp_reader_graph(reader, graph, 0, out);
    return !status ? lrp_reader_functions(reader, out) : status;
}

static enum lrp_status open_and_read(struct lrp_reader *reader, struct lrp_definition *out)
{
    struct lrp_mapping *file;
    enum lrp_status status = lrp_reader_map(reader, NULL, &file);
    if (status) return status;
    reader->file = (struct lrp_bytes){file->data, file->size};
    reader->file_mapped = file->of_file;
    out->mapped = file->of_file ? file : NULL;
    status = read_model(reader, out);
    if (!status) return LRP_OK;
    const char *what = status == LRP_FILE ? lrp_sniff(reader->file) : NULL;
    if (what) lrp_fail(reader->err, LRP_FILE, "not an ONNX model (it starts %s)", what);
    return lrp_fail_context(reader->err, status, "%s", reader->path);
}

enum lrp_status lrp_onnx_read(const char *path, struct lrp_definition **out, struct lrp_error *err)
{
    struct lrp_arena *arena = lrp_arena_new();
    struct lrp_definition *definition = arena ? lrp_arena_calloc(arena, 1, sizeof *definition) : NULL;
    const char *copy = definition ? lrp_arena_strdup(arena, path) : NULL;
    *out = NULL;
    if (!copy) {
        lrp_arena_free(arena);
        return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
    }
    definition->arena = arena;
    definition->path = copy;
    struct lrp_reader reader = {.path = copy, .arena = arena, .err = err, .subgraph = lrp_reader_graph};
    enum lrp_status status = open_and_read(&reader, definition);
    if (!status) status = lrp_reader_files(&reader, definition);
    if (!status) lrp_definition_rest(definition);
    lrp_reader_close(&reader);
    definition->bytes = reader.mapped;
    if (!status)
        *out = definition;
    else
        lrp_definition_free(definition);
    return status;
}
