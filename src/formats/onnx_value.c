/* onnx_value.c: what an ONNX file says about the type and shape of a value. */
#include "reader.h"

static struct lrp_shape unknown_shape(void)
{
    return (struct lrp_shape){.rank = -1};
}

/* TensorShapeProto.Dimension */
static enum lrp_status read_dimension(struct lrp_reader *reader, struct lrp_bytes message, int64_t *size, const char **name)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    enum lrp_status status = LRP_OK;
    *size = -1;
    while (!status && lrp_wire_next_as(&wire, &field, ".vb")) {
        if (field.number == 1)
            *size = (int64_t)field.value < 0 ? -1 : (int64_t)field.value;
        else if (field.number == 2 && field.bytes.size)
            status = lrp_reader_string(reader, field.bytes, name);
    }
    return !status ? lrp_reader_check(reader, &wire) : status;
}

/* TensorShapeProto; a rank beyond what we can hold leaves the shape unknown. */
static enum lrp_status read_shape(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_value_definition *out)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    int rank = 0;
    while (lrp_wire_next_as(&wire, &field, ".b")) {
        if (field.number != 1) continue;
        if (rank == LRP_MAX_RANK) {
            out->shape = unknown_shape();
            return LRP_OK;
        }
        const enum lrp_status status = read_dimension(reader, field.bytes, &out->shape.dim[rank], &out->dim_name[rank]);
        if (status) return status;
        rank++;
    }
    out->shape.rank = rank;
    return lrp_reader_check(reader, &wire);
}

/* TypeProto.Tensor */
static enum lrp_status read_tensor_type(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_value_definition *out)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    enum lrp_status status = LRP_OK;
    while (!status && lrp_wire_next_as(&wire, &field, ".vb")) {
        if (field.number == 1)
            out->dtype = field.value < LRP_DTYPE_COUNT ? (enum lrp_dtype)field.value : LRP_DTYPE_UNDEFINED;
        else if (field.number == 2)
            status = read_shape(reader, field.bytes, out);
    }
    return !status ? lrp_reader_check(reader, &wire) : status;
}

/* TypeProto; sequences, maps and the like stay unknown, and their nested types are never entered. */
static enum lrp_status read_type(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_value_definition *out)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    enum lrp_status status = LRP_OK;
    while (!status && lrp_wire_next_as(&wire, &field, ".b"))
        if (field.number == 1) status = read_tensor_type(reader, field.bytes, out);
    return !status ? lrp_reader_check(reader, &wire) : status;
}

enum lrp_status lrp_reader_value(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_value_definition *out)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    enum lrp_status status = LRP_OK;
    *out = (struct lrp_value_definition){.name = "", .shape = unknown_shape()};
    while (!status && lrp_wire_next_as(&wire, &field, ".bb")) {
        if (field.number == 1)
            status = lrp_reader_string(reader, field.bytes, &out->name);
        else if (field.number == 2)
            status = read_type(reader, field.bytes, out);
    }
    return !status ? lrp_reader_check(reader, &wire) : status;
}
