/* blocked.h: elementwise work over tensors of one shape that lie in memory in different ways, in one pass: the numeric library
 * wants channels in blocks, everything else wants rows. */
#ifndef LRP_COMPUTE_BLOCKED_H
#define LRP_COMPUTE_BLOCKED_H

#include "lrpscope/tensor.h"
#include "pool.h"
#include "primitives.h"

/* A new tensor (N, C, space...) in blocks of `block` channels: (N, C/block, space..., block), missing channels 0; 0: row-major.
 * Internal only: a tensor in blocks never leaves the library. Its elements are not initialised. */
enum lrp_status lrp_tensor_take_blocked(struct lrp_pool *pool, const struct lrp_shape *shape, int block,
                                        struct lrp_tensor **out, struct lrp_error *err);
/* Bytes its elements take, missing channels included. */
size_t lrp_tensor_bytes(const struct lrp_tensor *tensor);
/* As many floats. */
size_t lrp_tensor_floats(const struct lrp_tensor *tensor);
/* The same in rows: itself, or its twin, which is made when it is first asked for, by whatever thread, and kept as long as the
 * tensor. Borrowed. run NULL: on this thread alone. NULL if tensor is NULL or memory is short. */
const struct lrp_tensor *lrp_tensor_row_major(const struct lrp_tensor *tensor, const struct lrp_run *run);
/* Floats [first, first + n) of its memory without those that stand for missing channels; first and n are multiples of 16. Where
 * they lie, or, if the tensor is padded, copied to `room` (n floats). *count: how many there are. */
const float *lrp_tensor_present(const struct lrp_tensor *tensor, size_t first, size_t n, float *room, size_t *count);
/* Bytes of the twin, 0 if there is none. */
size_t lrp_tensor_twin_bytes(const struct lrp_tensor *tensor);

/* What a convolution reads (`input`) or makes, copied from how it lies to how it is to lie: in blocks of from_block and
 * to_block channels, 0: in rows. Missing channels become 0. */
void lrp_blocked_copy_end(const struct lrp_conv_shape *shape, bool input, const float *from, int from_block, float *to,
                          int to_block, const struct lrp_run *run);

enum { LRP_BLOCKED_IN = 3 };
/* out[0..n) from in[k][0..n); out holds what was there before. */
typedef void lrp_blocked_body(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n);
/* Runs body over all elements, in parts. `in` ends with the first NULL; `updates`: body reads out. */
void lrp_blocked_for(const struct lrp_run *run, struct lrp_tensor *out, const struct lrp_tensor *const in[LRP_BLOCKED_IN],
                     bool updates, lrp_blocked_body *body, const void *data);

#endif
