/* onnx_writer.h: ONNX files made by hand for tests: protobuf messages built in a growable string.
 *
 *     struct onnx_writer w = {0};
 *     onnx_input(&w, "x", 1, 2, (int64_t[]){1, 3});                          (1 = float32; a dimension of -1 is "N")
 *     onnx_initializer(&w, "w", 1, 2, (int64_t[]){3, 2}, weights, sizeof weights);
 *     struct lrp_text attributes = {0};
 *     onnx_attribute_int(&attributes, "transB", 1);
 *     onnx_node(&w, "Gemm", "fc", "x w - ", "y", &attributes);               ("-": an input that is left out; NULL: no
 * attributes) onnx_output(&w, "y", 1, 2, (int64_t[]){1, 2}); onnx_write(&w, 13, path); (gives everything back)
 */
#ifndef LRP_TEST_ONNX_WRITER_H
#define LRP_TEST_ONNX_WRITER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "text.h"

struct onnx_writer {
    struct lrp_text graph; /* the fields of a GraphProto */
    struct lrp_text model; /* more fields of the ModelProto, written before the graph */
};

/* ---- protobuf ---- */

static inline void onnx_varint(struct lrp_text *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7) lrp_text_append_n(out, &(char){(char)(value | 0x80)}, 1);
    lrp_text_append_n(out, &(char){(char)value}, 1);
}
static inline void onnx_tag(struct lrp_text *out, unsigned field, unsigned type)
{
    onnx_varint(out, field << 3 | type);
}
static inline void onnx_number(struct lrp_text *out, unsigned field, uint64_t value)
{
    onnx_tag(out, field, 0);
    onnx_varint(out, value);
}
static inline void onnx_bytes(struct lrp_text *out, unsigned field, const void *data, size_t size)
{
    onnx_tag(out, field, 2);
    onnx_varint(out, size);
    lrp_text_append_n(out, data, size);
}
static inline void onnx_string(struct lrp_text *out, unsigned field, const char *text)
{
    onnx_bytes(out, field, text, strlen(text));
}
static inline void onnx_float(struct lrp_text *out, unsigned field, float value)
{
    onnx_tag(out, field, 5);
    lrp_text_append_n(out, (const char *)&value, sizeof value);
}
/* Appends a message as a field and gives it back. */
static inline void onnx_message(struct lrp_text *out, unsigned field, struct lrp_text *message)
{
    onnx_bytes(out, field, message->length ? message->data : "", message->length);
    lrp_text_free(message);
}

/* ---- tensors and values ---- */

/* Name, type and dimensions of a TensorProto, without data. */
static inline struct lrp_text onnx_tensor_head(const char *name, int dtype, int rank, const int64_t *dim)
{
    struct lrp_text tensor = {0};
    for (int i = 0; i < rank; i++) onnx_number(&tensor, 1, (uint64_t)dim[i]);
    onnx_number(&tensor, 2, (uint64_t)dtype);
    if (name) onnx_string(&tensor, 8, name);
    return tensor;
}
static inline struct lrp_text onnx_tensor(const char *name, int dtype, int rank, const int64_t *dim, const void *raw,
                                          size_t size)
{
    struct lrp_text tensor = onnx_tensor_head(name, dtype, rank, dim);
    onnx_bytes(&tensor, 9, raw, size);
    return tensor;
}
static inline void onnx_initializer(struct onnx_writer *w, const char *name, int dtype, int rank, const int64_t *dim,
                                    const void *raw, size_t size)
{
    struct lrp_text tensor = onnx_tensor(name, dtype, rank, dim, raw, size);
    onnx_message(&w->graph, 5, &tensor);
}
/* Field 11 is an input, 12 an output, 13 value_info. rank -1: no shape. */
static inline void onnx_value(struct lrp_text *graph, unsigned field, const char *name, int dtype, int rank, const int64_t *dim)
{
    struct lrp_text shape = {0}, tensor = {0}, type = {0}, value = {0};
    for (int i = 0; i < rank; i++) {
        struct lrp_text one = {0};
        if (dim[i] < 0)
            onnx_string(&one, 2, "N");
        else
            onnx_number(&one, 1, (uint64_t)dim[i]);
        onnx_message(&shape, 1, &one);
    }
    onnx_number(&tensor, 1, (uint64_t)dtype);
    if (rank >= 0) onnx_message(&tensor, 2, &shape);
    onnx_message(&type, 1, &tensor);
    onnx_string(&value, 1, name);
    onnx_message(&value, 2, &type);
    onnx_message(graph, field, &value);
}
static inline void onnx_input(struct onnx_writer *w, const char *name, int dtype, int rank, const int64_t *dim)
{
    onnx_value(&w->graph, 11, name, dtype, rank, dim);
}
static inline void onnx_output(struct onnx_writer *w, const char *name, int dtype, int rank, const int64_t *dim)
{
    onnx_value(&w->graph, 12, name, dtype, rank, dim);
}

/* ---- attributes: each appends to the fields of a NodeProto ---- */

static inline struct lrp_text onnx_attribute_head(const char *name, unsigned type)
{
    struct lrp_text attribute = {0};
    onnx_string(&attribute, 1, name);
    onnx_number(&attribute, 20, type);
    return attribute;
}
static inline void onnx_attribute_float(struct lrp_text *node, const char *name, float value)
{
    struct lrp_text attribute = onnx_attribute_head(name, 1);
    onnx_float(&attribute, 2, value);
    onnx_message(node, 5, &attribute);
}
static inline void onnx_attribute_int(struct lrp_text *node, const char *name, int64_t value)
{
    struct lrp_text attribute = onnx_attribute_head(name, 2);
    onnx_number(&attribute, 3, (uint64_t)value);
    onnx_message(node, 5, &attribute);
}
static inline void onnx_attribute_string(struct lrp_text *node, const char *name, const char *value)
{
    struct lrp_text attribute = onnx_attribute_head(name, 3);
    onnx_string(&attribute, 4, value);
    onnx_message(node, 5, &attribute);
}
/* `tensor` is given back. */
static inline void onnx_attribute_tensor(struct lrp_text *node, const char *name, struct lrp_text *tensor)
{
    struct lrp_text attribute = onnx_attribute_head(name, 4);
    onnx_message(&attribute, 5, tensor);
    onnx_message(node, 5, &attribute);
}
/* `graph` holds the fields of a GraphProto and is given back. */
static inline void onnx_attribute_graph(struct lrp_text *node, const char *name, struct lrp_text *graph)
{
    struct lrp_text attribute = onnx_attribute_head(name, 5);
    onnx_message(&attribute, 6, graph);
    onnx_message(node, 5, &attribute);
}
static inline void onnx_attribute_floats(struct lrp_text *node, const char *name, size_t count, const float *values)
{
    struct lrp_text attribute = onnx_attribute_head(name, 6);
    for (size_t i = 0; i < count; i++) onnx_float(&attribute, 7, values[i]);
    onnx_message(node, 5, &attribute);
}
static inline void onnx_attribute_ints(struct lrp_text *node, const char *name, size_t count, const int64_t *values)
{
    struct lrp_text attribute = onnx_attribute_head(name, 7);
    for (size_t i = 0; i < count; i++) onnx_number(&attribute, 8, (uint64_t)values[i]);
    onnx_message(node, 5, &attribute);
}
static inline void onnx_attribute_strings(struct lrp_text *node, const char *name, size_t count, const char *const *values)
{
    struct lrp_text attribute = onnx_attribute_head(name, 8);
    for (size_t i = 0; i < count; i++) onnx_string(&attribute, 9, values[i]);
    onnx_message(node, 5, &attribute);
}

/* ---- nodes and models ---- */

/* Names separated by blanks, each a field; "-" is an empty name. */
static inline void onnx_names(struct lrp_text *node, unsigned field, const char *names)
{
    for (const char *p = names; *p; p += strcspn(p, " "), p += strspn(p, " ")) {
        const size_t length = strcspn(p, " ");
        if (length) onnx_bytes(node, field, p, length == 1 && *p == '-' ? 0 : length);
    }
}
/* `attributes` may be NULL, and is given back. `domain` "" writes none. */
static inline void onnx_node_in(struct lrp_text *graph, const char *domain, const char *op_type, const char *name,
                                const char *inputs, const char *outputs, struct lrp_text *attributes)
{
    struct lrp_text node = {0};
    onnx_names(&node, 1, inputs);
    onnx_names(&node, 2, outputs);
    if (*name) onnx_string(&node, 3, name);
    onnx_string(&node, 4, op_type);
    if (attributes && attributes->length) lrp_text_append_n(&node, attributes->data, attributes->length);
    if (attributes) lrp_text_free(attributes);
    if (*domain) onnx_string(&node, 7, domain);
    onnx_message(graph, 1, &node);
}
static inline void onnx_node(struct onnx_writer *w, const char *op_type, const char *name, const char *inputs,
                             const char *outputs, struct lrp_text *attributes)
{
    onnx_node_in(&w->graph, "", op_type, name, inputs, outputs, attributes);
}
static inline void onnx_opset(struct lrp_text *model, const char *domain, int64_t version)
{
    struct lrp_text opset = {0};
    if (*domain) onnx_string(&opset, 1, domain);
    onnx_number(&opset, 2, (uint64_t)version);
    onnx_message(model, 8, &opset);
}
/* The bytes of the whole file (lrp_text_free); the writer is given back. */
static inline struct lrp_text onnx_finish(struct onnx_writer *w, int opset)
{
    struct lrp_text model = {0};
    onnx_number(&model, 1, 8); /* ir_version */
    onnx_string(&model, 2, "onnx_writer");
    if (w->model.length) lrp_text_append_n(&model, w->model.data, w->model.length);
    lrp_text_free(&w->model);
    onnx_message(&model, 7, &w->graph);
    onnx_opset(&model, "", opset);
    assert_false(model.failed);
    return model;
}
static inline void onnx_write_bytes(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    if (size) assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}
static inline void onnx_write(struct onnx_writer *w, int opset, const char *path)
{
    struct lrp_text model = onnx_finish(w, opset);
    onnx_write_bytes(path, model.data, model.length);
    lrp_text_free(&model);
}

#endif
