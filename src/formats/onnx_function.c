/* onnx_function.c: a model's own functions (FunctionProto), read as they stand; onnx_inline.c puts them where they are called.
 */
#include "onnx_function.h"

#include <limits.h>

enum { /* field numbers of FunctionProto */
       FIELD_NAME = 1,
       FIELD_INPUT = 4,
       FIELD_OUTPUT = 5,
       FIELD_NODE = 7,
       FIELD_OPSET = 9,
       FIELD_DOMAIN = 10,
       FIELD_DEFAULT = 11, /* an attribute that has a default value; bare names are in 6 */
       FIELD_OVERLOAD = 13,
       FIELD_COUNT
};
static const char function_types[] = ".bvvbbbbbbbbbbbb";

/* The arrays of a function while they are still being filled. */
struct function_slots {
    const char **inputs, **outputs;
    struct lrp_node_definition *nodes;
    struct lrp_attribute *defaults;
    struct lrp_opset *opsets;
};

static enum lrp_status make_slots(struct lrp_reader *reader, struct lrp_bytes message, struct function_slots *slots)
{
    size_t counts[FIELD_COUNT] = {0};
    const enum lrp_status status = lrp_reader_count(reader, message, function_types, counts, FIELD_COUNT);
    if (status) return status;
    struct lrp_arena *arena = reader->arena;
    slots->inputs = lrp_arena_calloc(arena, counts[FIELD_INPUT], sizeof *slots->inputs);
    slots->outputs = lrp_arena_calloc(arena, counts[FIELD_OUTPUT], sizeof *slots->outputs);
    slots->nodes = lrp_arena_calloc(arena, counts[FIELD_NODE], sizeof *slots->nodes);
    slots->defaults = lrp_arena_calloc(arena, counts[FIELD_DEFAULT], sizeof *slots->defaults);
    slots->opsets = lrp_arena_calloc(arena, counts[FIELD_OPSET], sizeof *slots->opsets);
    const bool fine = slots->inputs && slots->outputs && slots->nodes && slots->defaults && slots->opsets;
    return fine ? LRP_OK : lrp_reader_no_memory(reader);
}

static enum lrp_status read_field(struct lrp_reader *reader, const struct lrp_wire_field *field,
                                  const struct function_slots *slots, struct lrp_function *out)
{
    switch (field->number) {
    case FIELD_NAME:
        return lrp_reader_string(reader, field->bytes, &out->name);
    case FIELD_INPUT:
        return lrp_reader_string(reader, field->bytes, &slots->inputs[out->input_count++]);
    case FIELD_OUTPUT:
        return lrp_reader_string(reader, field->bytes, &slots->outputs[out->output_count++]);
    case FIELD_NODE:
        return lrp_reader_node(reader, field->bytes, 0, &slots->nodes[out->node_count++]);
    case FIELD_OPSET:
        return lrp_reader_opset(reader, field->bytes, &slots->opsets[out->opset_count++]);
    case FIELD_DOMAIN:
        return lrp_reader_domain(reader, field->bytes, &out->domain);
    case FIELD_DEFAULT:
        return lrp_reader_attribute(reader, field->bytes, 0, &slots->defaults[out->default_count++]);
    case FIELD_OVERLOAD:
        return lrp_reader_string(reader, field->bytes, &out->overload);
    default:
        return LRP_OK;
    }
}

enum lrp_status lrp_reader_function(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_function *out)
{
    struct function_slots slots = {0};
    *out = (struct lrp_function){.name = "", .domain = "", .overload = ""};
    enum lrp_status status = make_slots(reader, message, &slots);
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    while (!status && lrp_wire_next(&wire, &field)) status = read_field(reader, &field, &slots, out);
    out->inputs = slots.inputs;
    out->outputs = slots.outputs;
    out->nodes = slots.nodes;
    out->defaults = slots.defaults;
    out->opsets = slots.opsets;
    return !status ? LRP_OK : lrp_fail_context(reader->err, status, "function %s", out->name);
}
