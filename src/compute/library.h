/* library.h: what we ask of the numeric library; only dnnl*.c and own*.c know which one it is (lrp_numeric_library in
 * lrpscope/tensor.h asks them). */
#ifndef LRP_COMPUTE_LIBRARY_H
#define LRP_COMPUTE_LIBRARY_H

#include "primitives.h"

/* How many channels make a block on this processor; 0: it has no blocks of its own. */
int lrp_library_block(void);
/* One direction of a convolution: a primitive and the weights in the layout it wants. */
struct lrp_library_conv;

/* Makes a direction for `threads` threads from plain weights (any alignment; NULL: only to ask for the name). *out is NULL
 * and LRP_OK is returned if the library has no fast implementation for this shape on this processor.
 * `bias`: a bias will be given to run. Errors: LRP_MEMORY. */
enum lrp_status lrp_library_conv_new(const struct lrp_conv_shape *shape, enum lrp_direction direction, int threads, bool bias,
                                     const void *weights, struct lrp_library_conv **out, struct lrp_error *err);
void lrp_library_conv_free(struct lrp_library_conv *conv);
/* Bytes of its weights. */
size_t lrp_library_conv_held(const struct lrp_library_conv *conv);
/* In blocks of how many channels it reads and writes by itself (blocked.h); 0: row-major is as good. */
void lrp_library_conv_blocks(const struct lrp_library_conv *conv, int *from, int *to);
/* from -> to; bias: NULL if the convolution has none, not read backward. */
enum lrp_status lrp_library_conv_run(struct lrp_library_conv *conv, struct lrp_conv_ends ends, const float *bias,
                                     const struct lrp_run *run, struct lrp_error *err);
/* The weights back in plain order. */
enum lrp_status lrp_library_conv_weights(struct lrp_library_conv *conv, float *weights, struct lrp_error *err);
/* Borrowed. */
const char *lrp_library_conv_name(const struct lrp_library_conv *conv);
int lrp_library_conv_threads(const struct lrp_library_conv *conv);

#endif
