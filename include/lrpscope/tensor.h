/* tensor.h: arrays of numbers with a type and a shape. */
#ifndef LRPSCOPE_TENSOR_H
#define LRPSCOPE_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lrpscope/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Most axes of a tensor. */
#define LRP_MAX_RANK 8

/* Element types as a model declares them; the numbers are those of ONNX's TensorProto.DataType.
 * X(name, number, text, bytes an element takes in a file) */
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
    X(BFLOAT16, 16, "bfloat16", 2)

/* Names of the element types. */
enum lrp_dtype {
#define X(name, number, text, bytes) LRP_DTYPE_##name = number,
    LRP_DTYPES(X)
#undef X
        LRP_DTYPE_COUNT
};

/* "float32"; "undefined" for a number that is no type. Borrowed, static. */
const char *lrp_dtype_text(enum lrp_dtype dtype);
/* Bytes one element takes in a file, 0 for strings and unknown types. */
size_t lrp_dtype_size(enum lrp_dtype dtype);
/* float32, float64, float16, bfloat16: held in memory as float32. All other numeric types are held as int64. */
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

struct lrp_pool; /* private */
/* A dense array in row-major order. Reference counted: `retain` and `release` are thread-safe. Immutable once
 * more than its maker can see it. */
struct lrp_tensor {
    enum lrp_dtype dtype;   /* what the model declares; storage: floats as float, everything else as int64_t */
    struct lrp_shape shape; /* all of it known */
    size_t count;           /* number of elements */
    union {
        float *f;   /* if lrp_dtype_is_float(dtype); 64-byte aligned, owned */
        int64_t *i; /* otherwise */
    };
    int references;          /* used with atomic builtins only */
    struct lrp_pool *home;   /* private: where the memory goes back to, NULL: to the system */
    int block;               /* private: 0 in all tensors that are given out */
    int negatives;           /* private: whether elements below 0 are known to be there */
    struct lrp_tensor *rows; /* private */
};

/* A new tensor with one reference, all zero. Errors: LRP_MEMORY (also for impossible sizes). */
enum lrp_status lrp_tensor_new(enum lrp_dtype dtype, const struct lrp_shape *shape, struct lrp_tensor **out,
                               struct lrp_error *err);
/* A copy (float32 or integer storage as the source). */
enum lrp_status lrp_tensor_copy(const struct lrp_tensor *source, struct lrp_tensor **out, struct lrp_error *err);
/* One more reference to it; returns it. */
struct lrp_tensor *lrp_tensor_retain(const struct lrp_tensor *tensor);
/* Gives one reference back; NULL is allowed. */
void lrp_tensor_release(const struct lrp_tensor *tensor);

/* The numbers of a tensor as they were computed, in whatever order: to be asked whether they are there (not NULL), and whether
 * they are the same ones as others (the same address). */
struct lrp_result;
/* They as a tensor, borrowed: lives as long as they do. Thread-safe. The first call may have to put them in order. NULL if
 * `numbers` is NULL or memory is short. */
const struct lrp_tensor *lrp_result_tensor(const struct lrp_result *numbers);
/* The other way round. */
const struct lrp_result *lrp_tensor_numbers(const struct lrp_tensor *tensor);

/* What a tensor's values are like. */
struct lrp_statistics {
    double sum, mean, std; /* over finite values, in double */
    float min, max;        /* over finite values, 0 if there are none */
    size_t nan;            /* how many values are NaN or infinite */
};
/* Of a float tensor. */
void lrp_tensor_statistics(const struct lrp_tensor *tensor, struct lrp_statistics *out);

/* Reads a .npy file (any numeric type; float types become float32, others int64) / writes float32 .npy atomically.
 * Errors: LRP_FILE naming the path. */
enum lrp_status lrp_tensor_read_npy(const char *path, struct lrp_tensor **out, struct lrp_error *err);
enum lrp_status lrp_tensor_write_npy(const struct lrp_tensor *tensor, const char *path, struct lrp_error *err);

#ifdef __cplusplus
}
#endif

#endif
