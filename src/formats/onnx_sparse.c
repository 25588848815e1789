/* onnx_sparse.c: sparse initialisers, written out densely. */
#include <string.h>

#include "reader.h"

#define LARGEST_DENSE ((size_t)1 << 30) /* bytes: a few indices must not make gigabytes */

struct sparse {
    const struct lrp_blob *values, *indices;
    struct lrp_shape shape;
    size_t count;
};

static enum lrp_status read_parts(struct lrp_reader *reader, struct lrp_bytes message, const char **name, struct sparse *out)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    enum lrp_status status = LRP_OK;
    while (!status && lrp_wire_next_as(&wire, &field, ".bb")) {
        if (field.number == 1)
            status = lrp_reader_tensor(reader, field.bytes, name, &out->values);
        else if (field.number == 2)
            status = lrp_reader_tensor(reader, field.bytes, NULL, &out->indices);
    }
    if (!status) status = lrp_reader_check(reader, &wire);
    if (status) return status;
    struct lrp_wire_numbers dims = lrp_wire_numbers_of(message, 3, LRP_WIRE_VARINT);
    uint64_t value;
    while (lrp_wire_numbers_next(&dims, &value)) {
        if (out->shape.rank == LRP_MAX_RANK || (int64_t)value < 0) return lrp_fail(reader->err, LRP_FILE, "impossible shape");
        out->shape.dim[out->shape.rank++] = (int64_t)value;
    }
    return lrp_reader_check_numbers(reader, &dims);
}

/* What can be written out at all: values (NNZ), indices (NNZ) or (NNZ, rank) of int64. */
static enum lrp_status check_sparse(struct lrp_reader *reader, struct sparse *sparse)
{
    const struct lrp_blob *values = sparse->values, *indices = sparse->indices;
    if (!values || !indices) return lrp_fail(reader->err, LRP_FILE, "values or indices are missing");
    const size_t size = lrp_dtype_size(values->dtype);
    const int64_t count = lrp_shape_count(&sparse->shape);
    if (size == 0 || indices->dtype != LRP_DTYPE_INT64)
        return lrp_fail(reader->err, LRP_FILE, "values of %s at indices of %s cannot be read", lrp_dtype_text(values->dtype),
                        lrp_dtype_text(indices->dtype));
    if (count < 0 || (uint64_t)count > LARGEST_DENSE / size)
        return lrp_fail(reader->err, LRP_FILE, "too large to be written out densely (more than %zu bytes)", LARGEST_DENSE);
    sparse->count = (size_t)count;
    const bool flat = indices->shape->rank == 1 && indices->count == values->count;
    const bool tuples = indices->shape->rank == 2 && indices->shape->dim[0] == (int64_t)values->count &&
                        indices->shape->dim[1] == sparse->shape.rank;
    return flat || tuples ? LRP_OK : lrp_fail(reader->err, LRP_FILE, "the shapes of values and indices do not fit");
}

/* The position of entry i in the dense array, -1 if it lies outside. */
static int64_t dense_position(const struct sparse *sparse, size_t i)
{
    int64_t index, at = 0;
    if (sparse->indices->shape->rank == 1) {
        lrp_blob_i64(sparse->indices, i, 1, &index);
        return index < 0 || index >= (int64_t)sparse->count ? -1 : index;
    }
    const int rank = sparse->shape.rank;
    for (int d = 0; d < rank; d++) {
        lrp_blob_i64(sparse->indices, i * (size_t)rank + (size_t)d, 1, &index);
        if (index < 0 || index >= sparse->shape.dim[d]) return -1;
        at = at * sparse->shape.dim[d] + index; /* below count */
    }
    return sparse->count ? at : -1;
}

static enum lrp_status write_out(struct lrp_reader *reader, const struct sparse *sparse, struct lrp_blob *out)
{
    const size_t size = lrp_dtype_size(sparse->values->dtype);
    unsigned char *raw = lrp_arena_calloc(reader->arena, sparse->count, size);
    const struct lrp_shape *shape = lrp_shape_copy(reader->arena, &sparse->shape);
    if (!raw || !shape) return lrp_reader_no_memory(reader);
    for (size_t i = 0; i < sparse->values->count; i++) {
        const int64_t at = dense_position(sparse, i);
        if (at < 0) return lrp_fail(reader->err, LRP_FILE, "index %zu lies outside the tensor", i);
        memcpy(raw + (size_t)at * size, (const unsigned char *)sparse->values->raw + i * size, size);
    }
    *out = (struct lrp_blob){.dtype = sparse->values->dtype, .shape = shape, .count = sparse->count, .raw = raw};
    return LRP_OK;
}

enum lrp_status lrp_reader_sparse(struct lrp_reader *reader, struct lrp_bytes message, const char **name,
                                  const struct lrp_blob **out)
{
    struct sparse sparse = {0};
    struct lrp_blob *blob = lrp_arena_calloc(reader->arena, 1, sizeof *blob);
    if (!blob) return lrp_reader_no_memory(reader);
    *name = "";
    enum lrp_status status = read_parts(reader, message, name, &sparse);
    if (!status) status = check_sparse(reader, &sparse);
    if (!status) status = write_out(reader, &sparse, blob);
    *out = blob;
    return !status ? LRP_OK : lrp_fail_context(reader->err, status, "sparse tensor %s", *name);
}
