/* away.h: tensors whose elements were let go, because they can be found again. */
#ifndef LRP_COMPUTE_AWAY_H
#define LRP_COMPUTE_AWAY_H

#include "lrpscope/tensor.h"
#include "primitives.h"

/* How elements are found again. Embedded at the beginning of what `find` needs; reference counted. */
struct lrp_recall {
    int references;
    /* A value's elements once more, as a new tensor. From any thread, from several at once. run NULL: on this thread alone. */
    enum lrp_status (*find)(const struct lrp_recall *recall, int value, const struct lrp_run *run, struct lrp_tensor **out,
                            struct lrp_error *err);
    void (*free)(struct lrp_recall *recall);
};
void lrp_recall_release(struct lrp_recall *recall); /* NULL is allowed */

/* The block of a tensor that is away: no other tensor has it, so that whoever reads blocks asks for rows. */
enum { LRP_BLOCK_AWAY = -1 };
/* A tensor without elements. lrp_tensor_row_major (blocked.h) finds them when they are first asked for and keeps them as long
 * as the tensor; its statistics are known without. recall is retained. Errors: LRP_MEMORY. */
enum lrp_status lrp_tensor_away(enum lrp_dtype dtype, const struct lrp_shape *shape, struct lrp_recall *recall, int value,
                                const struct lrp_statistics *statistics, struct lrp_tensor **out, struct lrp_error *err);
bool lrp_tensor_is_away(const struct lrp_tensor *tensor); /* false for NULL */
/* What is known of the elements of one that is away. */
const struct lrp_statistics *lrp_tensor_away_statistics(const struct lrp_tensor *tensor);
/* Its elements, as a new tensor; NULL: they could not be found. */
struct lrp_tensor *lrp_tensor_find(const struct lrp_tensor *tensor, const struct lrp_run *run);
void lrp_away_close(struct lrp_away *away); /* of a tensor that is gone, in whose memory it is; NULL is allowed */

#endif
