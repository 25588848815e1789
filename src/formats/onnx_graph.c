/* onnx_graph.c: the graphs of an ONNX file. */
#include "reader.h"

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
struct graph_slots {
    struct lrp_node_definition *nodes;
    struct lrp_value_definition *inputs, *outputs, *values;
    struct lrp_constant_definition *constants;
};

static enum lrp_status make_slots(struct lrp_reader *reader, struct lrp_bytes message, struct graph_slots *slots)
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
    /* a node has a name and names a value, as most have it; tensors have names */
    if (!lrp_text_set_reserve(&reader->texts, reader->texts.count + 2 * counts[FIELD_NODE] + counts[FIELD_INITIALIZER]))
        return lrp_reader_no_memory(reader);
    const bool fine = slots->nodes && slots->inputs && slots->outputs && slots->values && slots->constants;
    return fine ? LRP_OK : lrp_reader_no_memory(reader);
}

static enum lrp_status read_field(struct lrp_reader *reader, const struct lrp_wire_field *field, int depth,
                                  const struct graph_slots *slots, struct lrp_definition *out)
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

/* The name of an input that is declared more than once; NULL: there is none. */
static enum lrp_status find_twice(struct lrp_reader *reader, const struct lrp_definition *graph, const char **twice)
{
    struct lrp_names seen = {0};
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && !*twice && i < graph->input_count; i++) {
        if (lrp_names_get(&seen, graph->inputs[i].name, NULL))
            *twice = graph->inputs[i].name;
        else if (!lrp_names_put(&seen, graph->inputs[i].name, i))
            status = lrp_reader_no_memory(reader);
    }
    lrp_names_free(&seen);
    return status;
}

/* Files before IR version 4 list every initialiser among the inputs too. */
static enum lrp_status drop_constant_inputs(struct lrp_reader *reader, const struct graph_slots *slots,
                                            struct lrp_definition *out)
{
    struct lrp_names inputs = {0}, constants = {0}; /* of the inputs, which are few, those that are constants */
    bool fine = true;
    for (size_t i = 0; fine && i < out->input_count; i++) fine = lrp_names_put(&inputs, slots->inputs[i].name, i);
    for (size_t i = 0; fine && i < out->constant_count; i++)
        if (lrp_names_get(&inputs, out->constants[i].name, NULL)) fine = lrp_names_put(&constants, out->constants[i].name, i);
    size_t kept = 0;
    const char *twice = NULL;
    for (size_t i = 0; i < out->input_count; i++)
        if (!lrp_names_get(&constants, slots->inputs[i].name, NULL)) slots->inputs[kept++] = slots->inputs[i];
    out->input_count = kept;
    lrp_names_free(&inputs);
    lrp_names_free(&constants);
    enum lrp_status status = fine ? find_twice(reader, out, &twice) : lrp_reader_no_memory(reader);
    return status || !twice ? status : lrp_fail(reader->err, LRP_FILE, "the input %s is declared twice", twice);
}

enum lrp_status lrp_reader_graph(struct lrp_reader *reader, struct lrp_bytes message, int depth, struct lrp_definition *out)
{
    if (depth > LRP_MOST_SUBGRAPHS_DEEP)
        return lrp_fail(reader->err, LRP_FILE, "subgraphs are nested more than %d deep", LRP_MOST_SUBGRAPHS_DEEP);
    struct graph_slots slots = {0};
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
