/* batch.h: what operators do to the axis that counts samples: functions for their rows' column `batch`.
 *
 * A new operator says it with one of these, or with one of its own next to its other functions:
 *
 *     {.name = "Swish", ..., .batch = lrp_batch_elementwise, ...}
 */
#ifndef LRP_OPS_BATCH_H
#define LRP_OPS_BATCH_H

#include "ops.h"

#define LRP_BATCH_PARAMETERS const struct lrp_call *call, int input, int output, struct lrp_batch_axis *at

/* Samples are mixed, chosen among or put out of order, or the output has nothing to do with them. */
bool lrp_batch_lost(LRP_BATCH_PARAMETERS);
/* The output is the same for all samples: shapes, and what is made of them. */
bool lrp_batch_none(LRP_BATCH_PARAMETERS);
/* Element by element, inputs broadcast. */
bool lrp_batch_elementwise(LRP_BATCH_PARAMETERS);
/* Element by element of input 0; what other inputs hold is the same for all samples. */
bool lrp_batch_first_input(LRP_BATCH_PARAMETERS);
/* The first axis of input 0 only: convolutions, poolings, all that works on planes. */
bool lrp_batch_planes(LRP_BATCH_PARAMETERS);
/* The first axis of every input. */
bool lrp_batch_leading(LRP_BATCH_PARAMETERS);
/* All axes but the last two. */
bool lrp_batch_matrices(LRP_BATCH_PARAMETERS);

/* All axes but the attribute `axis`, which is 0 where it is not given, or the last one; the others stay where they are. */
bool lrp_batch_beside_first(LRP_BATCH_PARAMETERS);
bool lrp_batch_beside_last(LRP_BATCH_PARAMETERS);
/* All axes but the one that constant input 1 names. */
bool lrp_batch_beside_named(LRP_BATCH_PARAMETERS);
/* All axes but the attribute `axis` (0), which is gone afterwards unless `keepdims`. */
bool lrp_batch_reduced_axis(LRP_BATCH_PARAMETERS);
/* Axes before the attribute `axis` (the last one) of input 0. */
bool lrp_batch_before_axis(LRP_BATCH_PARAMETERS);
/* The axis on its way through an operator that works along all axes marked `mixed`, which then are gone if `drops`. */
bool lrp_batch_past(const bool *mixed, bool drops, struct lrp_batch_axis *at);

/* The same elements in the same order under another shape. */
bool lrp_batch_reshape(LRP_BATCH_PARAMETERS);
bool lrp_batch_transpose(LRP_BATCH_PARAMETERS);
bool lrp_batch_tile(LRP_BATCH_PARAMETERS);
bool lrp_batch_slice(LRP_BATCH_PARAMETERS);
bool lrp_batch_gather(LRP_BATCH_PARAMETERS);
bool lrp_batch_gather_nd(LRP_BATCH_PARAMETERS);
bool lrp_batch_onehot(LRP_BATCH_PARAMETERS);
bool lrp_batch_compress(LRP_BATCH_PARAMETERS);

/* Products: all but the axis that is summed over. */
bool lrp_batch_gemm(LRP_BATCH_PARAMETERS);
bool lrp_batch_matmul(LRP_BATCH_PARAMETERS);

#endif
