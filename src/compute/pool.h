/* pool.h: memory for numbers that is used again: pass after pass asks for the same sizes, and new pages cost more than most
 * of the arithmetic done in them. */
#ifndef LRP_COMPUTE_POOL_H
#define LRP_COMPUTE_POOL_H

#include <stddef.h>

#include "lrpscope/tensor.h"

/* Reference counted, thread-safe: tensors taken from a pool come back to it from whatever thread lets go of them last. */
struct lrp_pool;
/* NULL when out of memory. */
struct lrp_pool *lrp_pool_new(void);
struct lrp_pool *lrp_pool_retain(struct lrp_pool *pool);
/* Idle memory is freed with the last reference; NULL is allowed. */
void lrp_pool_release(struct lrp_pool *pool);

/* Room for `bytes`, not initialised, aligned to 64 bytes; NULL when out of memory. pool NULL: fresh memory. */
void *lrp_pool_take(struct lrp_pool *pool, size_t bytes);
/* Gives back what lrp_pool_take(pool, bytes) returned; NULL is allowed. */
void lrp_pool_give(struct lrp_pool *pool, void *memory, size_t bytes);
/* Keeps memory idle only as long as it and what is in use take at most `bytes` together. */
void lrp_pool_limit(struct lrp_pool *pool, size_t bytes);

/* As lrp_tensor_new, but from the pool (NULL: fresh memory), and the elements are not set. */
enum lrp_status lrp_tensor_take(struct lrp_pool *pool, enum lrp_dtype dtype, const struct lrp_shape *shape,
                                struct lrp_tensor **out, struct lrp_error *err);
/* The same, all zero. */
enum lrp_status lrp_tensor_zero(struct lrp_pool *pool, enum lrp_dtype dtype, const struct lrp_shape *shape,
                                struct lrp_tensor **out, struct lrp_error *err);

#endif
