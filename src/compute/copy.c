/* copy.c: copies of tensors, also of those that must be found first. */
#include <string.h>

#include "away.h"
#include "blocked.h"
#include "pool.h"
#include "texts.h"

enum lrp_status lrp_tensor_copy(const struct lrp_tensor *source, struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_tensor *copy = NULL;
    if (lrp_tensor_is_away(source) && !(source = lrp_tensor_row_major(source, NULL)))
        return lrp_fail(err, LRP_MEMORY, "not enough memory");
    enum lrp_status status = source->block ? lrp_tensor_take_blocked(source->home, &source->shape, source->block, &copy, err)
                                           : lrp_tensor_take(source->home, source->dtype, &source->shape, &copy, err);

    if (status) return status;
    memcpy(copy->f, source->f, lrp_tensor_bytes(source));
    status = lrp_tensor_keep_texts(copy, err);
    if (status)
        lrp_tensor_release(copy);
    else
        *out = copy;
    return status;
}
