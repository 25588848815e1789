/* memory.c: --memory: how much may be kept. */
#include <unistd.h>

#include "internal.h"
#include "text.h"

/* What must be there in any case: the activations and relevances of all values, which are the product; what the largest layer needs
 * while it works: tensors (input, output, their copies in the layout of a primitive, denominators) and weights (plain, modified,
 * in the layouts of both directions). */
static uint64_t needed_bytes(const struct lrp_network *n)
{
    enum { TENSORS_AT_WORK = 6, COPIES_OF_WEIGHTS = 3 };
    const struct lrp_layer_list *list = &n->view->list;
    uint64_t values = 0, parameters = 0;
    for (int v = 0; v < n->graph->value_count; v++) {
        const struct lrp_desc *d = &n->graph->values[v].desc;
        const int64_t count = d->constant ? 0 : lrp_shape_count(&d->shape);
        if (count > 0 && (uint64_t)count > values) values = (uint64_t)count;
    }
    for (size_t i = 0; i < list->count; i++)
        if (list->rows[i].parameters > 0 && (uint64_t)list->rows[i].parameters > parameters)
            parameters = (uint64_t)list->rows[i].parameters;
    return 2 * (uint64_t)list->activation_bytes + (TENSORS_AT_WORK * values + COPIES_OF_WEIGHTS * parameters) * sizeof(float);
}

/* Half of the machine's memory. */
static uint64_t usual_limit(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages / 2 * (uint64_t)size : UINT64_MAX;
}

/* --memory, or what is usual; the text is empty then. */
static uint64_t limit_of(const struct lrp_job *job, const char **text)
{
    uint64_t limit;
    *text = lrp_settings_get(job->state->settings, LRP_SETTING_MEMORY);
    return **text && lrp_parse_bytes(*text, &limit) ? limit : usual_limit();
}

static uint64_t left_over(const struct lrp_job *job)
{
    const char *text;
    const uint64_t limit = limit_of(job, &text), needed = needed_bytes(job->results->network);
    return limit > needed ? limit - needed : 0;
}

size_t lrp_memory_for_results(const struct lrp_job *job)
{
    const uint64_t share = left_over(job) / 2, most = 1 << 30;
    return (size_t)(share < most ? share : most);
}

enum lrp_status lrp_memory_bound(const struct lrp_job *job, struct lrp_error *err)
{
    struct lrp_engine *engine = job->results->network->engine;
    const char *text;
    const uint64_t limit = limit_of(job, &text), needed = needed_bytes(job->results->network);
    if (*text && limit < needed)
        return lrp_fail(err, LRP_MEMORY, "%s: --memory %s is too small: %llu bytes are needed", lrp_model_path(job->session->model),
                        text, (unsigned long long)needed);
    lrp_lru_limit(lrp_engine_cache(engine), (size_t)left_over(job) - lrp_memory_for_results(job));
    lrp_pool_limit(lrp_engine_pool(engine), (size_t)limit);
    return LRP_OK;
}
