/* tensor.c: arrays of numbers, reference counted. */
#include "lrpscope/tensor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "away.h"
#include "blocked.h"
#include "buffer.h"
#include "convert.h"
#include "npy.h"
#include "texts.h"

static size_t element_size(enum lrp_dtype dtype)
{
    return lrp_dtype_is_float(dtype) ? sizeof(float) : sizeof(int64_t);
}

/* In blocks, the last one of a sample may be part full. */
size_t lrp_tensor_bytes(const struct lrp_tensor *tensor)
{
    const int64_t channels = tensor->shape.rank > 1 ? tensor->shape.dim[1] : 1, block = tensor->block;

    if (block == LRP_BLOCK_AWAY) return 0;
    if (!block || channels == 0) return tensor->count * element_size(tensor->dtype);
    return tensor->count / (size_t)channels * (size_t)((channels + block - 1) / block * block) * sizeof(float);
}

static enum lrp_status take_tensor(struct lrp_pool *pool, enum lrp_dtype dtype, const struct lrp_shape *shape, int block,
                                   struct lrp_tensor **out, struct lrp_error *err)
{
    const int64_t count = lrp_shape_count(shape);
    struct lrp_tensor *tensor = NULL;
    char text[160];

    if (count >= 0) tensor = malloc(sizeof *tensor);
    if (!tensor) goto fail;
    *tensor = (struct lrp_tensor){.dtype = dtype, .shape = *shape, .count = (size_t)count, .references = 1, .block = block};
    tensor->f = lrp_pool_take(pool, lrp_tensor_bytes(tensor));
    if (!tensor->f) goto fail;
    tensor->home = lrp_pool_retain(pool);
    *out = tensor;
    return LRP_OK;
fail:
    free(tensor);
    return lrp_fail(err, LRP_MEMORY, "not enough memory for a tensor of shape %s",
                    lrp_shape_text(shape, 0, "x", text, sizeof text));
}

enum lrp_status lrp_tensor_take(struct lrp_pool *pool, enum lrp_dtype dtype, const struct lrp_shape *shape,
                                struct lrp_tensor **out, struct lrp_error *err)
{
    return take_tensor(pool, dtype, shape, 0, out, err);
}

enum lrp_status lrp_tensor_take_blocked(struct lrp_pool *pool, const struct lrp_shape *shape, int block,
                                        struct lrp_tensor **out, struct lrp_error *err)
{
    return take_tensor(pool, LRP_DTYPE_FLOAT, shape, block, out, err);
}

enum lrp_status lrp_tensor_zero(struct lrp_pool *pool, enum lrp_dtype dtype, const struct lrp_shape *shape,
                                struct lrp_tensor **out, struct lrp_error *err)
{
    const enum lrp_status status = lrp_tensor_take(pool, dtype, shape, out, err);

    if (!status) memset((*out)->f, 0, lrp_tensor_bytes(*out));
    for (size_t i = 0; !status && dtype == LRP_DTYPE_STRING && i < (*out)->count; i++) (*out)->s[i] = "";
    return status;
}

enum lrp_status lrp_tensor_new(enum lrp_dtype dtype, const struct lrp_shape *shape, struct lrp_tensor **out,
                               struct lrp_error *err)
{
    return lrp_tensor_zero(NULL, dtype, shape, out, err);
}

/* The count is the one part of a shared tensor that changes, and only atomically. */
static int *references(const struct lrp_tensor *tensor)
{
    return &((struct lrp_tensor *)tensor)->references;
}

struct lrp_tensor *lrp_tensor_retain(const struct lrp_tensor *tensor)
{
    __atomic_add_fetch(references(tensor), 1, __ATOMIC_RELAXED);
    return (struct lrp_tensor *)tensor;
}

void lrp_tensor_release(const struct lrp_tensor *tensor)
{
    if (!tensor || __atomic_sub_fetch(references(tensor), 1, __ATOMIC_ACQ_REL) > 0) return;
    lrp_tensor_release(tensor->rows);
    for (size_t i = 0; i < tensor->item_count; i++) lrp_tensor_release(tensor->items[i]);
    free(tensor->items);
    lrp_away_close(tensor->away);
    if (tensor->texts) lrp_arena_free(tensor->texts);
    lrp_pool_give(tensor->home, tensor->f, lrp_tensor_bytes(tensor));
    lrp_pool_release(tensor->home);
    free((struct lrp_tensor *)tensor);
}

enum lrp_status lrp_tensor_write_npy(const struct lrp_tensor *tensor, const char *path, struct lrp_error *err)
{
    if (tensor->dtype == LRP_DTYPE_STRING) return lrp_npy_write_texts(path, &tensor->shape, tensor->s, err);
    return lrp_dtype_is_float(tensor->dtype) ? lrp_npy_write_f32(path, &tensor->shape, tensor->f, err)
                                             : lrp_npy_write_i64(path, &tensor->shape, tensor->i, err);
}
