/* sequence.c: values that consist of tensors. */
#include "sequence.h"

#include <stdlib.h>

enum lrp_status lrp_sequence_new(enum lrp_dtype dtype, size_t count, struct lrp_tensor **out, struct lrp_error *err)
{
    static const struct lrp_shape nothing = {.rank = 1};
    struct lrp_tensor **items = calloc(count + 1, sizeof(struct lrp_tensor *));
    if (!items) return lrp_fail(err, LRP_MEMORY, "not enough memory for a sequence of %zu", count);
    const enum lrp_status status = lrp_tensor_new(dtype, &nothing, out, err);
    if (status) {
        free(items);
        return status;
    }
    (*out)->items = items;
    (*out)->item_count = count;
    return LRP_OK;
}

bool lrp_tensor_is_sequence(const struct lrp_tensor *tensor)
{
    return tensor && tensor->items;
}

enum lrp_status lrp_sequence_sum(const struct lrp_tensor *a, const struct lrp_tensor *b,
                                 enum lrp_status (*add)(const struct lrp_tensor *a, const struct lrp_tensor *b,
                                                        const struct lrp_run *run, struct lrp_tensor **out,
                                                        struct lrp_error *err),
                                 const struct lrp_run *run, struct lrp_tensor **out, struct lrp_error *err)
{
    const size_t count = a->item_count > b->item_count ? a->item_count : b->item_count;
    enum lrp_status status = lrp_sequence_new(a->dtype, count, out, err);
    for (size_t i = 0; !status && i < count; i++) {
        const struct lrp_tensor *x = i < a->item_count ? a->items[i] : NULL, *y = i < b->item_count ? b->items[i] : NULL;
        if (x && y)
            status = add(x, y, run, &(*out)->items[i], err);
        else if (x || y)
            (*out)->items[i] = lrp_tensor_retain(x ? x : y);
    }
    if (status) lrp_tensor_release(*out);
    return status;
}
