/* view.h: moving elements between two tensors by strides: what transposes, slices, tilings and the like have in common. */
#ifndef LRP_OPS_VIEW_H
#define LRP_OPS_VIEW_H

#include "elementwise.h"

#define LRP_VIEW_RANK (2 * LRP_MAX_RANK)

/* For every index within dim: dst[to + sum index*dst] = src[from + sum index*src]. */
struct lrp_strided_view {
    int rank;
    int64_t dim[LRP_VIEW_RANK], src[LRP_VIEW_RANK], dst[LRP_VIEW_RANK];
    int64_t from, to;
};

/* Adds an innermost loop. */
void lrp_view_push(struct lrp_strided_view *view, int64_t dim, int64_t src, int64_t dst);
/* count elements, one after the other. */
struct lrp_strided_view lrp_view_flat(size_t count);
/* The strides of a dense tensor. */
void lrp_dense_strides(const struct lrp_shape *shape, int64_t stride[LRP_MAX_RANK]);
/* Copies; the tensors have the same storage. */
void lrp_view_copy(const struct lrp_strided_view *view, const struct lrp_tensor *src, struct lrp_tensor *dst,
                   const struct lrp_run *run);
/* The transposed map on floats: src[..] += dst[..]. */
void lrp_view_add(const struct lrp_strided_view *view, const struct lrp_tensor *dst, struct lrp_tensor *src,
                  const struct lrp_run *run);

#endif
