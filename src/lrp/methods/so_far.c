/* so_far.c: what many passes have come to, while they go on. */
#include <stdlib.h>

#include "passes.h"
#include "propagate_finish.h"

static enum lrp_status put_so_far(const struct lrp_passes *p, lrp_so_far *number, const void *data,
                                  const struct lrp_tensor **relevance)
{
    size_t sources;
    const struct lrp_carrier_source *source = lrp_passes_sources(p, &sources);
    enum lrp_status status = LRP_OK;
    for (size_t s = 0; !status && s < sources; s++) {
        const struct lrp_tensor *clean = lrp_passes_clean(p, s);
        struct lrp_tensor *t = NULL;
        status = clean ? lrp_tensor_new(LRP_DTYPE_FLOAT, &clean->shape, &t, NULL) : LRP_MEMORY;
        for (size_t i = 0; !status && i < t->count; i++) t->f[i] = (float)number(data, s, i);
        if (!status) relevance[source[s].value] = t;
    }
    return status;
}

/* Nobody misses a picture that there is no memory for: the next one comes soon. */
void lrp_passes_show(struct lrp_passes *p, lrp_so_far *number, const void *data)
{
    if (!p->show || !p->watched || !p->watched(p->data)) return;
    const size_t values = (size_t)lrp_engine_graph(p->back.engine)->value_count;
    const struct lrp_tensor **relevance = calloc(values + 1, sizeof(struct lrp_tensor *));
    if (relevance && put_so_far(p, number, data, relevance) == LRP_OK &&
        lrp_propagation_lift(&p->back, relevance, NULL) == LRP_OK)
        p->show(p->data, relevance);
    for (size_t v = 0; relevance && v < values; v++) lrp_tensor_release(relevance[v]);
    free(relevance);
}
