/* tensor.h: arrays of numbers with a type and a shape. */
#ifndef LRPSCOPE_TENSOR_H
#define LRPSCOPE_TENSOR_H

#include <stddef.h>
#include <stdint.h>

#include "lrpscope/error.h"
#include "lrpscope/shape.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct lrp_pool;  /* private */
struct lrp_arena; /* private */
struct lrp_away;  /* private */
/* A dense array in row-major order. Reference counted: `retain` and `release` are thread-safe. Immutable once
 * more than its maker can see it. */
struct lrp_tensor {
    enum lrp_dtype dtype;   /* what the model declares; storage: floats as float, texts as pointers, all else as int64_t */
    struct lrp_shape shape; /* all of it known */
    size_t count;           /* number of elements */
    union {
        float *f;       /* if lrp_dtype_is_float(dtype); 64-byte aligned, owned */
        const char **s; /* if dtype is LRP_DTYPE_STRING: UTF-8, none of them NULL; owned */
        int64_t *i;     /* otherwise */
    };
    int references;            /* used with atomic builtins only */
    struct lrp_pool *home;     /* private: where the memory goes back to, NULL: to the system */
    int block;                 /* private: 0 in all tensors that are given out */
    int negatives;             /* private: whether elements below 0 are known to be there */
    float step;                /* private: every element is a whole multiple of it, at most 255 times; 0: nobody said so */
    struct lrp_tensor *rows;   /* private */
    struct lrp_away *away;     /* private: how its elements are found */
    struct lrp_tensor **items; /* of a sequence, which has no elements of its own: lrp_tensor_is_sequence */
    size_t item_count;         /* of items */
    struct lrp_arena *texts;   /* private: where s[] points to */
};

/* A new tensor with one reference, all zero (texts: empty). Errors: LRP_MEMORY (also for impossible sizes). */
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
/* The same numbers as a row-major tensor (borrowed: lives as long as they do; reordered on the first call). Thread-safe. NULL
 * if `numbers` is NULL or memory is short. */
const struct lrp_tensor *lrp_result_tensor(const struct lrp_result *numbers);
/* The handle of a tensor, to compare results by address. */
const struct lrp_result *lrp_tensor_numbers(const struct lrp_tensor *tensor);

/* A value of a model may be a sequence of tensors, an optional one that is not there a sequence of LRP_DTYPE_UNDEFINED. */
bool lrp_tensor_is_sequence(const struct lrp_tensor *tensor);

/* What a tensor's values are like. */
struct lrp_statistics {
    double sum, mean, std; /* over finite values, in double */
    float min, max;        /* over finite values, 0 if there are none */
    size_t nan;            /* how many values are NaN or infinite */
};
/* Of a float tensor. */
void lrp_tensor_statistics(const struct lrp_tensor *tensor, struct lrp_statistics *out);

/* Reads a .npy file (any numeric type; float types become float32, others int64) / writes float32, or int64 of other types,
 * atomically.
 * Errors: LRP_FILE naming the path. */
enum lrp_status lrp_tensor_read_npy(const char *path, struct lrp_tensor **out, struct lrp_error *err);
enum lrp_status lrp_tensor_write_npy(const struct lrp_tensor *tensor, const char *path, struct lrp_error *err);

/* What computes convolutions and products, version and all, and for which instructions: "oneDNN 2.6.3", "AVX-512". Each text of
 * `size` bytes at most. */
void lrp_numeric_library(char *name, char *instructions, size_t size);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
