/* shape.h: element types and shapes: what arrays of numbers are like, before there are any. */
#ifndef LRPSCOPE_SHAPE_H
#define LRPSCOPE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Most axes of a tensor. */
#define LRP_MAX_RANK 8

/* Element types as a model declares them; the numbers are those of ONNX's TensorProto.DataType.
 * X(name, number, text, bytes an element takes in a file; types of 4 bits, packed in files, are unpacked as they are read) */
#define LRP_DTYPES(X)                                                                                                          \
    X(UNDEFINED, 0, "undefined", 0)                                                                                            \
    X(FLOAT, 1, "float32", 4)                                                                                                  \
    X(UINT8, 2, "uint8", 1)                                                                                                    \
    X(INT8, 3, "int8", 1)                                                                                                      \
    X(UINT16, 4, "uint16", 2)                                                                                                  \
    X(INT16, 5, "int16", 2)                                                                                                    \
    X(INT32, 6, "int32", 4)                                                                                                    \
    X(INT64, 7, "int64", 8)                                                                                                    \
    X(STRING, 8, "string", 0)                                                                                                  \
    X(BOOL, 9, "bool", 1)                                                                                                      \
    X(FLOAT16, 10, "float16", 2)                                                                                               \
    X(DOUBLE, 11, "float64", 8)                                                                                                \
    X(UINT32, 12, "uint32", 4)                                                                                                 \
    X(UINT64, 13, "uint64", 8)                                                                                                 \
    X(COMPLEX64, 14, "complex64", 8)                                                                                           \
    X(COMPLEX128, 15, "complex128", 16)                                                                                        \
    X(BFLOAT16, 16, "bfloat16", 2)                                                                                             \
    X(FLOAT8E4M3FN, 17, "float8e4m3fn", 1)                                                                                     \
    X(FLOAT8E4M3FNUZ, 18, "float8e4m3fnuz", 1)                                                                                 \
    X(FLOAT8E5M2, 19, "float8e5m2", 1)                                                                                         \
    X(FLOAT8E5M2FNUZ, 20, "float8e5m2fnuz", 1)                                                                                 \
    X(UINT4, 21, "uint4", 1)                                                                                                   \
    X(INT4, 22, "int4", 1)                                                                                                     \
    X(FLOAT4E2M1, 23, "float4e2m1", 1)

/* Names of the element types. */
enum lrp_dtype {
#define X(name, number, text, bytes) LRP_DTYPE_##name = (number),
    LRP_DTYPES(X)
#undef X
        LRP_DTYPE_COUNT
};

/* "float32"; "undefined" for a number that is no type. Borrowed, static. */
const char *lrp_dtype_text(enum lrp_dtype dtype);
/* Bytes one element takes in a file, 0 for strings and unknown types. */
size_t lrp_dtype_size(enum lrp_dtype dtype);
/* float32, float64, float16, bfloat16, those of 8 and 4 bits: held in memory as float32. All other numeric types are held as
 * int64. */
bool lrp_dtype_is_float(enum lrp_dtype dtype);

/* rank -1: unknown; a dimension of -1: unknown. Row-major order; pictures are (N,C,H,W). */
struct lrp_shape {
    int rank;                  /* how many axes */
    int64_t dim[LRP_MAX_RANK]; /* their sizes */
};

/* True if rank and all dimensions are known. */
bool lrp_shape_known(const struct lrp_shape *shape);
/* Same rank, same dimensions; unknown ones equal each other. */
bool lrp_shape_equal(const struct lrp_shape *a, const struct lrp_shape *b);
/* Product of the dimensions, 1 for a scalar; -1 if unknown, negative or beyond 2^48 (files are hostile). */
int64_t lrp_shape_count(const struct lrp_shape *shape);
/* Writes "64x112x112" (separator "x" or "×" as given) into buffer, "?" for what is unknown, "scalar" for rank 0;
 * returns buffer. `skip` leading dimensions are left out. 160 bytes are always enough. */
char *lrp_shape_text(const struct lrp_shape *shape, int skip, const char *separator, char *buffer, size_t size);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
