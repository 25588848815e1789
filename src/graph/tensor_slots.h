/* tensor_slots.h: tensors by input or output of a node: on the stack unless they are many, so that a pass asks for no memory
 * node by node. */
#ifndef LRP_GRAPH_TENSOR_SLOTS_H
#define LRP_GRAPH_TENSOR_SLOTS_H

#include <stdlib.h>
#include <string.h>

#include "primitives.h"

enum { LRP_FEW = 8 };
struct lrp_tensor_slots {
    struct lrp_tensor *owned[LRP_FEW], **many;
};
struct lrp_const_tensor_slots {
    const struct lrp_tensor *borrowed[LRP_FEW], **many;
};

/* `count` of them and one more, all NULL; NULL: no memory. Whatever came of it, few is to be freed. */
static inline struct lrp_tensor **lrp_tensor_slots(struct lrp_tensor_slots *few, int count)
{
    few->many = NULL;
    memset(few->owned, 0, sizeof few->owned);
    if (count < LRP_FEW) return few->owned;
    return few->many = calloc((size_t)count + 1, sizeof(struct lrp_tensor *));
}

static inline void lrp_tensor_slots_free(struct lrp_tensor_slots *few)
{
    free(few->many);
}

static inline const struct lrp_tensor **lrp_const_tensor_slots(struct lrp_const_tensor_slots *few, int count)
{
    few->many = NULL;
    memset(few->borrowed, 0, sizeof few->borrowed);
    if (count < LRP_FEW) return few->borrowed;
    return few->many = calloc((size_t)count + 1, sizeof(const struct lrp_tensor *));
}

static inline void lrp_const_tensor_slots_free(struct lrp_const_tensor_slots *few)
{
    free(few->many);
}

#endif
