/* sequence.h: sequences: values that consist of tensors. To whoever does not know better they are tensors of shape [0]. */
#ifndef LRP_COMPUTE_SEQUENCE_H
#define LRP_COMPUTE_SEQUENCE_H

#include "lrpscope/tensor.h"
#include "primitives.h"

/* `count` items, all NULL: to be filled in, references owned. Among relevances an item of NULL is zero. dtype: of its items;
 * UNDEFINED, without items: an optional value that is not there. */
enum lrp_status lrp_sequence_new(enum lrp_dtype dtype, size_t count, struct lrp_tensor **out, struct lrp_error *err);
/* The sum of two sequences of relevances, item by item. */
enum lrp_status lrp_sequence_sum(const struct lrp_tensor *a, const struct lrp_tensor *b,
                                 enum lrp_status (*add)(const struct lrp_tensor *a, const struct lrp_tensor *b,
                                                        const struct lrp_run *run, struct lrp_tensor **out,
                                                        struct lrp_error *err),
                                 const struct lrp_run *run, struct lrp_tensor **out, struct lrp_error *err);

#endif
