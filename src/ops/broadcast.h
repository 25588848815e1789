/* broadcast.h: numpy's broadcasting as nested loops over runs of output elements. */
#ifndef LRP_OPS_BROADCAST_H
#define LRP_OPS_BROADCAST_H

#include "elementwise.h"

#define LRP_BROADCAST_OPERANDS 3

/* Loops over an output shape with adjacent axes merged where every operand allows it. In the innermost one an
 * operand's stride is 1 or 0. */
struct lrp_broadcast {
    int rank, operands;
    size_t count; /* output elements */
    size_t dim[LRP_MAX_RANK];
    size_t stride[LRP_BROADCAST_OPERANDS][LRP_MAX_RANK];
};
/* n output elements from `out` on; operand k is at at[k] and moves on by step[k] (0 or 1). */
struct lrp_broadcast_run {
    size_t n, out;
    size_t at[LRP_BROADCAST_OPERANDS], step[LRP_BROADCAST_OPERANDS];
};
typedef void (*lrp_broadcast_body)(const void *data, const struct lrp_broadcast_run *run);

/* Every operand's shape must broadcast to `out`. */
void lrp_broadcast_plan(struct lrp_broadcast *plan, const struct lrp_shape *out, const struct lrp_shape *const *operands,
                        int count);
/* The same over all elements, in parallel. */
void lrp_broadcast_for(const struct lrp_broadcast *plan, const struct lrp_run *run, lrp_broadcast_body body, const void *data);

/* Writes n values of the gradient of an operand for a run. */
typedef void (*lrp_broadcast_pull)(const void *data, const struct lrp_broadcast_run *run, float *restrict g);
/* grad += pull, summed over the axes operand `operand` was broadcast along; grad has that operand's shape. */
void lrp_broadcast_reduce(const struct lrp_broadcast *plan, int operand, lrp_broadcast_pull pull, const void *data,
                          struct lrp_tensor *grad, const struct lrp_run *run);

#endif
