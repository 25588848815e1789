/* grid.h: scales of quantised numbers: one for all, one for each place along an axis, or one for each block of an axis. */
#ifndef LRP_OPS_GRID_H
#define LRP_OPS_GRID_H

#include "ops.h"

/* Which scale an element has: the index of its place along the axis, in blocks. */
struct lrp_scale_grid {
    size_t inner, dim, block, scales;
    bool one, blocked;
};
/* Of a call with the scales in input 1. */
enum lrp_status lrp_scale_grid_read(const struct lrp_call *call, struct lrp_scale_grid *grid, struct lrp_error *err);
/* The index of an element's scale. */
size_t lrp_scale_grid_at(const struct lrp_scale_grid *grid, size_t at);

/* DequantizeLinear's column `defer`: codes of a byte or two stay as they are and become floats whenever they are read. */
enum lrp_status lrp_dequantize_defer(const struct lrp_call *call, struct lrp_arena *arena, struct lrp_blob **out,
                                     struct lrp_error *err);

#endif
