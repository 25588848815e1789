/* onnx_node.c: nodes and their attributes. */
#include <limits.h>
#include <string.h>

#include "reader.h"

enum { /* field numbers of AttributeProto */
       FIELD_NAME = 1,
       FIELD_F = 2,
       FIELD_I = 3,
       FIELD_S = 4,
       FIELD_T = 5,
       FIELD_G = 6,
       FIELD_FLOATS = 7,
       FIELD_INTS = 8,
       FIELD_STRINGS = 9,
       FIELD_GRAPHS = 11,
       FIELD_TYPE = 20,
       FIELD_REFERENCE = 21
};
static const char attribute_types[] = ".b4vbbb..bbb.bbb....vbbb";
static const char node_types[] = ".bbbbbbbb";

/* Where a file does not say what an attribute is (early ones did not), the field it uses does. */
static const enum lrp_attribute_kind kind_of_field[] = {
    [FIELD_F] = LRP_ATTRIBUTE_FLOAT,   [FIELD_I] = LRP_ATTRIBUTE_INT,           [FIELD_S] = LRP_ATTRIBUTE_STRING,
    [FIELD_T] = LRP_ATTRIBUTE_TENSOR,  [FIELD_G] = LRP_ATTRIBUTE_GRAPH,         [FIELD_FLOATS] = LRP_ATTRIBUTE_FLOATS,
    [FIELD_INTS] = LRP_ATTRIBUTE_INTS, [FIELD_STRINGS] = LRP_ATTRIBUTE_STRINGS, [FIELD_GRAPHS] = LRP_ATTRIBUTE_GRAPHS};

static float float_of(uint64_t bits)
{
    const uint32_t low = (uint32_t)bits;
    float value;
    memcpy(&value, &low, sizeof value);
    return value;
}

/* FLOATS or INTS: counted first, then copied where they are aligned. */
static enum lrp_status read_numbers(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_attribute *out)
{
    const bool integers = out->kind == LRP_ATTRIBUTE_INTS;
    const uint32_t number = integers ? FIELD_INTS : FIELD_FLOATS;
    const enum lrp_wire_type type = integers ? LRP_WIRE_VARINT : LRP_WIRE_FIXED32;
    struct lrp_wire_numbers numbers = lrp_wire_numbers_of(message, number, type);
    uint64_t value;
    while (lrp_wire_numbers_next(&numbers, &value)) out->count++;
    const enum lrp_status status = lrp_reader_check_numbers(reader, &numbers);
    if (status) return status;
    int64_t *ints = integers ? lrp_arena_calloc(reader->arena, out->count, sizeof *ints) : NULL;
    float *floats = integers ? NULL : lrp_arena_calloc(reader->arena, out->count, sizeof *floats);
    if (!ints && !floats) return lrp_reader_no_memory(reader);
    numbers = lrp_wire_numbers_of(message, number, type);
    for (size_t i = 0; lrp_wire_numbers_next(&numbers, &value); i++) {
        if (integers)
            ints[i] = (int64_t)value;
        else
            floats[i] = float_of(value);
    }
    out->ints = ints;
    out->floats = floats;
    return LRP_OK;
}

static enum lrp_status read_strings(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_attribute *out)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    while (lrp_wire_next(&wire, &field)) out->count += field.number == FIELD_STRINGS;
    const char **strings = lrp_arena_calloc(reader->arena, out->count, sizeof *strings);
    if (!strings) return lrp_reader_no_memory(reader);
    enum lrp_status status = LRP_OK;
    wire = lrp_wire_over(message);
    for (size_t i = 0; !status && lrp_wire_next(&wire, &field);)
        if (field.number == FIELD_STRINGS) status = lrp_reader_string(reader, field.bytes, &strings[i++]);
    out->strings = strings;
    return status;
}

static enum lrp_status read_subgraph(struct lrp_reader *reader, struct lrp_bytes message, int depth, struct lrp_attribute *out)
{
    struct lrp_definition *graph = lrp_arena_calloc(reader->arena, 1, sizeof *graph);
    if (!graph) return lrp_reader_no_memory(reader);
    out->graph = graph;
    return reader->subgraph(reader, message, depth + 1, graph);
}

static enum lrp_status read_subgraphs(struct lrp_reader *reader, struct lrp_bytes message, int depth, struct lrp_attribute *out)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    size_t count = 0;
    while (lrp_wire_next(&wire, &field)) count += field.number == FIELD_GRAPHS;
    const void **graphs = lrp_arena_calloc(reader->arena, count, sizeof *graphs);
    if (!graphs) return lrp_reader_no_memory(reader);
    enum lrp_status status = LRP_OK;
    wire = lrp_wire_over(message);
    while (!status && lrp_wire_next(&wire, &field))
        if (field.number == FIELD_GRAPHS) {
            status = read_subgraph(reader, field.bytes, depth, out);
            graphs[out->count++] = out->graph;
        }
    out->graph = NULL;
    out->graphs = graphs;
    return status;
}

/* The kind, and everything that is one value; `held` are the bytes of a tensor or graph. */
static enum lrp_status read_head(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_attribute *out,
                                 struct lrp_bytes *held)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    struct lrp_bytes string = {0}, tensor = {0}, graph = {0}, reference = {0};
    uint64_t said = 0;
    enum lrp_attribute_kind used = LRP_ATTRIBUTE_OTHER;
    enum lrp_status status = LRP_OK;
    while (!status && lrp_wire_next_as(&wire, &field, attribute_types)) {
        if (field.number < sizeof kind_of_field / sizeof *kind_of_field && kind_of_field[field.number])
            used = kind_of_field[field.number];
        if (field.number == FIELD_NAME)
            status = lrp_reader_string(reader, field.bytes, &out->name);
        else if (field.number == FIELD_F)
            out->f = float_of(field.value);
        else if (field.number == FIELD_I)
            out->i = (int64_t)field.value;
        else if (field.number == FIELD_S)
            string = field.bytes;
        else if (field.number == FIELD_T)
            tensor = field.bytes;
        else if (field.number == FIELD_G)
            graph = field.bytes;
        else if (field.number == FIELD_TYPE)
            said = field.value;
        else if (field.number == FIELD_REFERENCE)
            reference = field.bytes;
    }
    if (!status) status = lrp_reader_check(reader, &wire);
    if (said)
        used =
            said <= LRP_ATTRIBUTE_STRINGS || said == LRP_ATTRIBUTE_GRAPHS ? (enum lrp_attribute_kind)said : LRP_ATTRIBUTE_OTHER;
    out->kind = reference.size ? LRP_ATTRIBUTE_REFERENCE : used;
    *held = out->kind == LRP_ATTRIBUTE_GRAPH ? graph : tensor;
    if (!status && (out->kind == LRP_ATTRIBUTE_STRING || out->kind == LRP_ATTRIBUTE_REFERENCE))
        status = lrp_reader_string(reader, reference.size ? reference : string, &out->s);
    return status;
}

enum lrp_status lrp_reader_attribute(struct lrp_reader *reader, struct lrp_bytes message, int depth, struct lrp_attribute *out)
{
    struct lrp_bytes held;
    out->name = "";
    enum lrp_status status = read_head(reader, message, out, &held);
    if (status) return status;
    if (out->kind == LRP_ATTRIBUTE_FLOATS || out->kind == LRP_ATTRIBUTE_INTS)
        status = read_numbers(reader, message, out);
    else if (out->kind == LRP_ATTRIBUTE_STRINGS)
        status = read_strings(reader, message, out);
    else if (out->kind == LRP_ATTRIBUTE_GRAPHS)
        status = read_subgraphs(reader, message, depth, out);
    else if (out->kind == LRP_ATTRIBUTE_TENSOR || out->kind == LRP_ATTRIBUTE_GRAPH) {
        if (!held.data)
            status = lrp_fail(reader->err, LRP_FILE, "its value is missing");
        else if (out->kind == LRP_ATTRIBUTE_TENSOR)
            status = lrp_reader_tensor(reader, held, NULL, &out->tensor);
        else
            status = read_subgraph(reader, held, depth, out);
    }
    return !status ? LRP_OK : lrp_fail_context(reader->err, status, "attribute %s", out->name);
}

/* Where inputs, outputs and attributes go, in fields 1, 2 and 5. */
struct node_slots {
    const char **inputs, **outputs;
    struct lrp_attribute *attributes;
};

static enum lrp_status make_slots(struct lrp_reader *reader, struct lrp_bytes message, struct node_slots *slots)
{
    size_t counts[9] = {0};
    const enum lrp_status status = lrp_reader_count(reader, message, node_types, counts, 9);
    if (status) return status;
    if (counts[1] > INT_MAX || counts[2] > INT_MAX || counts[5] > INT_MAX)
        return lrp_fail(reader->err, LRP_FILE, "a node with billions of inputs");
    slots->inputs = lrp_arena_calloc(reader->arena, counts[1], sizeof *slots->inputs);
    slots->outputs = lrp_arena_calloc(reader->arena, counts[2], sizeof *slots->outputs);
    slots->attributes = lrp_arena_calloc(reader->arena, counts[5], sizeof *slots->attributes);
    return slots->inputs && slots->outputs && slots->attributes ? LRP_OK : lrp_reader_no_memory(reader);
}

static enum lrp_status read_field(struct lrp_reader *reader, const struct lrp_wire_field *field, int depth,
                                  const struct node_slots *slots, struct lrp_node_definition *out)
{
    switch (field->number) {
    case 1:
        return lrp_reader_string(reader, field->bytes, &slots->inputs[out->input_count++]);
    case 2:
        return lrp_reader_string(reader, field->bytes, &slots->outputs[out->output_count++]);
    case 3:
        return lrp_reader_string(reader, field->bytes, &out->name);
    case 4:
        return lrp_reader_string(reader, field->bytes, &out->op_type);
    case 5:
        return lrp_reader_attribute(reader, field->bytes, depth, &slots->attributes[out->attribute_count++]);
    case 7:
        return lrp_reader_domain(reader, field->bytes, &out->domain);
    case 8:
        return lrp_reader_string(reader, field->bytes, &out->overload);
    default:
        return LRP_OK;
    }
}

enum lrp_status lrp_reader_node(struct lrp_reader *reader, struct lrp_bytes message, int depth, struct lrp_node_definition *out)
{
    struct node_slots slots = {0};
    *out = (struct lrp_node_definition){.name = "", .op_type = "", .domain = "", .overload = ""};
    enum lrp_status status = make_slots(reader, message, &slots);
    if (status) return status;
    out->inputs = slots.inputs;
    out->outputs = slots.outputs;
    out->attributes = slots.attributes;
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    while (!status && lrp_wire_next(&wire, &field)) status = read_field(reader, &field, depth, &slots, out);
    if (!status) return LRP_OK;
    if (status == LRP_MEMORY) return status; /* what there was none for is NULL here */
    const char *name = *out->name ? out->name : out->output_count ? out->outputs[0] : "";
    return lrp_fail_context(reader->err, status, "node %s (%s)", name, out->op_type);
}
