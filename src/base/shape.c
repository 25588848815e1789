/* shape.c: element types and shapes. */
#include <stdio.h>

#include "lrpscope/shape.h"

#define LARGEST_COUNT ((int64_t)1 << 48)

const char *lrp_dtype_text(enum lrp_dtype dtype)
{
    static const char *const texts[LRP_DTYPE_COUNT] = {
#define X(name, number, text, bytes) [number] = (text),
        LRP_DTYPES(X)
#undef X
    };
    return (unsigned)dtype < LRP_DTYPE_COUNT ? texts[dtype] : texts[LRP_DTYPE_UNDEFINED];
}

size_t lrp_dtype_size(enum lrp_dtype dtype)
{
    static const unsigned char sizes[LRP_DTYPE_COUNT] = {
#define X(name, number, text, bytes) [number] = (bytes),
        LRP_DTYPES(X)
#undef X
    };
    return (unsigned)dtype < LRP_DTYPE_COUNT ? sizes[dtype] : 0;
}

bool lrp_dtype_is_float(enum lrp_dtype dtype)
{
    switch (dtype) {
    case LRP_DTYPE_FLOAT:
    case LRP_DTYPE_DOUBLE:
    case LRP_DTYPE_FLOAT16:
    case LRP_DTYPE_BFLOAT16:
    case LRP_DTYPE_FLOAT8E4M3FN:
    case LRP_DTYPE_FLOAT8E4M3FNUZ:
    case LRP_DTYPE_FLOAT8E5M2:
    case LRP_DTYPE_FLOAT8E5M2FNUZ:
    case LRP_DTYPE_FLOAT4E2M1:
        return true;
    default:
        return false;
    }
}

bool lrp_shape_known(const struct lrp_shape *shape)
{
    for (int i = 0; i < shape->rank; i++)
        if (shape->dim[i] < 0) return false;
    return shape->rank >= 0;
}

bool lrp_shape_equal(const struct lrp_shape *a, const struct lrp_shape *b)
{
    if (a->rank != b->rank) return false;
    for (int i = 0; i < a->rank; i++)
        if (a->dim[i] != b->dim[i]) return false;
    return true;
}

int64_t lrp_shape_count(const struct lrp_shape *shape)
{
    if (!lrp_shape_known(shape) || shape->rank > LRP_MAX_RANK) return -1;
    for (int i = 0; i < shape->rank; i++)
        if (shape->dim[i] == 0) return 0; /* before the product: the others may be anything */
    int64_t count = 1;
    for (int i = 0; i < shape->rank; i++)
        if (__builtin_mul_overflow(count, shape->dim[i], &count) || count > LARGEST_COUNT) return -1;
    return count;
}

/* snprintf at the end of what is there; stays inside the buffer. */
#define APPEND(...)                                                                                                            \
    do {                                                                                                                       \
        const int n_ = snprintf(buffer + used, size - used, __VA_ARGS__);                                                      \
        used = n_ < 0 || (size_t)n_ >= size - used ? size - 1 : used + (size_t)n_;                                             \
    } while (0)

char *lrp_shape_text(const struct lrp_shape *shape, int skip, const char *separator, char *buffer, size_t size)
{
    size_t used = 0;
    if (size == 0) return buffer;
    if (skip < 0) skip = 0;
    if (shape->rank < 0)
        APPEND("?");
    else if (skip >= shape->rank)
        APPEND("scalar");
    for (int i = skip; i < shape->rank && i < LRP_MAX_RANK; i++) {
        if (i > skip) APPEND("%s", separator);
        if (shape->dim[i] < 0)
            APPEND("?");
        else
            APPEND("%lld", (long long)shape->dim[i]);
    }
    return buffer;
}
