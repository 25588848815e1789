/* away.c: tensors whose elements were let go, because they can be found again. */
#include "away.h"

#include <stdlib.h>

struct lrp_away {
    struct lrp_recall *recall;
    int value;
    struct lrp_statistics statistics;
};
/* One piece of memory: the tensor, which is freed as any other, comes first. */
struct both {
    struct lrp_tensor tensor;
    struct lrp_away away;
};

static struct lrp_recall *recall_retain(struct lrp_recall *recall)
{
    __atomic_add_fetch(&recall->references, 1, __ATOMIC_RELAXED);
    return recall;
}

void lrp_recall_release(struct lrp_recall *recall)
{
    if (recall && __atomic_sub_fetch(&recall->references, 1, __ATOMIC_ACQ_REL) == 0) recall->free(recall);
}

enum lrp_status lrp_tensor_away(enum lrp_dtype dtype, const struct lrp_shape *shape, struct lrp_recall *recall, int value,
                                const struct lrp_statistics *statistics, struct lrp_tensor **out, struct lrp_error *err)
{
    struct both *const both = malloc(sizeof *both);

    if (!both) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    both->away = (struct lrp_away){recall_retain(recall), value, *statistics};
    both->tensor = (struct lrp_tensor){.dtype = dtype,
                                       .shape = *shape,
                                       .count = (size_t)lrp_shape_count(shape),
                                       .references = 1,
                                       .block = LRP_BLOCK_AWAY,
                                       .away = &both->away};
    *out = &both->tensor;
    return LRP_OK;
}

bool lrp_tensor_is_away(const struct lrp_tensor *tensor)
{
    return tensor && tensor->away;
}

const struct lrp_statistics *lrp_tensor_away_statistics(const struct lrp_tensor *tensor)
{
    return &tensor->away->statistics;
}

struct lrp_tensor *lrp_tensor_find(const struct lrp_tensor *tensor, const struct lrp_run *run)
{
    const struct lrp_away *const away = tensor->away;
    struct lrp_tensor *found = NULL;

    return away->recall->find(away->recall, away->value, run, &found, NULL) == LRP_OK ? found : NULL;
}

void lrp_away_close(struct lrp_away *away)
{
    if (away) lrp_recall_release(away->recall);
}
