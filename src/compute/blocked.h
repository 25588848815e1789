/* blocked.h: elementwise work over tensors of one shape that lie in memory in different ways, in one pass: the numeric library wants
 * channels in blocks, everything else wants rows. */
#ifndef LRP_COMPUTE_BLOCKED_H
#define LRP_COMPUTE_BLOCKED_H

#include "lrpscope/tensor.h"
#include "pool.h"
#include "primitives.h"

/* A tensor (N, C, space...) in blocks of `block` channels: (N, C/block, space..., block), missing channels 0. `block` 0: row-major.
 * Tensors in blocks stay between those who know; elements are not set. */
enum lrp_status lrp_tensor_take_blocked(struct lrp_pool *pool, const struct lrp_shape *shape, int block, struct lrp_tensor **out,
                                        struct lrp_error *err);
/* Bytes its elements take, missing channels included. */
size_t lrp_tensor_bytes(const struct lrp_tensor *tensor);

enum { LRP_BLOCKED_IN = 3 };
/* out[0..n) from in[k][0..n); out holds what was there before. */
typedef void lrp_blocked_body(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n);
/* Runs body over all elements, in parts. `in` ends with the first NULL; `updates`: body reads out. */
void lrp_blocked_for(const struct lrp_run *run, struct lrp_tensor *out, const struct lrp_tensor *const in[LRP_BLOCKED_IN], bool updates,
                  lrp_blocked_body *body, const void *data);

#endif
