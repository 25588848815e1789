/* onnx.c: an ONNX file's model and its graphs. */
#include "onnx.h"

#include <limits.h>

#include "reader.h"

static const char model_types[] = ".vbbbvbbb.....b.....b....b";
static const char graph_types[] = ".bb..b....bbbbbb";

enum { /* field numbers of GraphProto */
       FIELD_NODE = 1,
       FIELD_NAME = 2,
       FIELD_INITIALIZER = 5,
       FIELD_INPUT = 11,
       FIELD_OUTPUT = 12,
       FIELD_VALUE = 13,
       FIELD_SPARSE = 15,
       FIELD_COUNT
};

/* The arrays of a definition while they are still being filled. */
struct slots {
    struct lrp_node_definition *nodes;
    struct lrp_value_definition *inputs, *outputs, *values;
    struct lrp_constant_definition *constants;
};

static enum lrp_status make_slots(struct lrp_reader *reader, struct lrp_bytes message, struct slots *slots)
{
    size_t counts[FIELD_COUNT] = {0};
    const enum lrp_status status = lrp_reader_count(reader, message, graph_types, counts, FIELD_COUNT);
    if (status) return status;
    struct lrp_arena *arena = reader->arena;
    slots->nodes = lrp_arena_calloc(arena, counts[FIELD_NODE], sizeof *slots->nodes);
    slots->inputs = lrp_arena_calloc(arena, counts[FIELD_INPUT], sizeof *slots->inputs);
    slots->outputs = lrp_arena_calloc(arena, counts[FIELD_OUTPUT], sizeof *slots->outputs);
    slots->values = lrp_arena_calloc(arena, counts[FIELD_VALUE], sizeof *slots->values);
    slots->constants = lrp_arena_calloc(arena, counts[FIELD_INITIALIZER] + counts[FIELD_SPARSE], sizeof *slots->constants);
    const bool fine = slots->nodes && slots->inputs && slots->outputs && slots->values && slots->constants;
    return fine ? LRP_OK : lrp_reader_no_memory(reader);
}

static enum lrp_status read_field(struct lrp_reader *reader, const struct lrp_wire_field *field, int depth,
                                  const struct slots *slots, struct lrp_definition *out)
{
    struct lrp_constant_definition *constant = &slots->constants[out->constant_count];
    switch (field->number) {
    case FIELD_NODE:
        return lrp_reader_node(reader, field->bytes, depth, &slots->nodes[out->node_count++]);
    case FIELD_NAME:
        return lrp_reader_string(reader, field->bytes, &out->name);
    case FIELD_INITIALIZER:
        out->constant_count++;
        return lrp_reader_tensor(reader, field->bytes, &constant->name, &constant->blob);
    case FIELD_SPARSE:
        out->constant_count++;
        return lrp_reader_sparse(reader, field->bytes, &constant->name, &constant->blob);
    case FIELD_INPUT:
        return lrp_reader_value(reader, field->bytes, &slots->inputs[out->input_count++]);
    case FIELD_OUTPUT:
        return lrp_reader_value(reader, field->bytes, &slots->outputs[out->output_count++]);
    case FIELD_VALUE:
        return lrp_reader_value(reader, field->bytes, &slots->values[out->value_count++]);
    default:
        return LRP_OK;
    }
}

/* Files before IR version 4 list every initialiser among the inputs too. */
static enum lrp_status drop_constant_inputs(struct lrp_reader *reader, const struct slots *slots, struct lrp_definition *out)
{
    struct lrp_names constants = {0};
    for (size_t i = 0; i < out->constant_count; i++)
        if (!lrp_names_put(&constants, out->constants[i].name, i)) {
            lrp_names_free(&constants);
            return lrp_reader_no_memory(reader);
        }
    size_t kept = 0;
    for (size_t i = 0; i < out->input_count; i++)
        if (!lrp_names_get(&constants, slots->inputs[i].name, NULL)) slots->inputs[kept++] = slots->inputs[i];
    out->input_count = kept;
    lrp_names_free(&constants);
    return LRP_OK;
}

enum lrp_status lrp_reader_graph(struct lrp_reader *reader, struct lrp_bytes message, int depth, struct lrp_definition *out)
{
    if (depth > LRP_MOST_SUBGRAPHS_DEEP)
        return lrp_fail(reader->err, LRP_FILE, "subgraphs are nested more than %d deep", LRP_MOST_SUBGRAPHS_DEEP);
    struct slots slots = {0};
    enum lrp_status status = make_slots(reader, message, &slots);
    if (status) return status;
    if (!out->path) out->path = reader->path;
    if (!out->producer) out->producer = "";
    out->name = "";
    out->nodes = slots.nodes;
    out->inputs = slots.inputs;
    out->outputs = slots.outputs;
    out->values = slots.values;
    out->constants = slots.constants;
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    while (!status && lrp_wire_next(&wire, &field)) status = read_field(reader, &field, depth, &slots, out);
    return !status ? drop_constant_inputs(reader, &slots, out) : status;
}

/* OperatorSetIdProto */
enum lrp_status lrp_reader_opset(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_opset *out)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    enum lrp_status status = LRP_OK;
    uint64_t version = 0;
    out->domain = "";
    while (!status && lrp_wire_next_as(&wire, &field, ".bv")) {
        if (field.number == 1)
            status = lrp_reader_domain(reader, field.bytes, &out->domain);
        else if (field.number == 2)
            version = field.value;
    }
    if (!status) status = lrp_reader_check(reader, &wire);
    if (!status && (version == 0 || version > INT_MAX))
        status = lrp_fail(reader->err, LRP_FILE, "imports the impossible version %lld of operator set \"%s\"",
                          (long long)version, out->domain);
    out->version = (int)version;
    return status;
}

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
    struct lrp_reader reader = {.path = copy, .arena = arena, .err = err};
    const enum lrp_status status = open_and_read(&reader, definition);
    lrp_reader_close(&reader);
    definition->bytes = reader.mapped;
    if (!status)
        *out = definition;
    else
        lrp_definition_free(definition);
    return status;
}
