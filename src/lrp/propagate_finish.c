/* propagate_finish.c: zeros where nothing was given, what integer inputs have, and values that gradients are multiplied by. */
#include "propagate_finish.h"

#include <stdlib.h>

#include "away.h"
#include "blocked.h"
#include "vector.h"

/* Adds what a source has to the integer input it stands for: as it is where they are of one count, summed over what a lookup
 * found for each token. */
static enum lrp_status lift(const struct lrp_propagation *p, const struct lrp_carrier_source *source,
                            const struct lrp_tensor **relevance, struct lrp_error *err)
{
    const struct lrp_tensor *from = lrp_tensor_row_major(relevance[source->value], p->run), *input = p->values[source->input];
    struct lrp_tensor *sum = NULL;
    if (!from || !input || !input->count || from->count % input->count) return LRP_OK;
    const size_t each = from->count / input->count;
    enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &input->shape, &sum, err);
    for (size_t i = 0; !status && i < input->count; i++) {
        double total = relevance[source->input] ? (double)relevance[source->input]->f[i] : 0;
        for (size_t k = 0; k < each; k++) total += (double)from->f[i * each + k];
        sum->f[i] = (float)total;
    }
    if (status) return status;
    lrp_tensor_release(relevance[source->input]);
    relevance[source->input] = sum;
    return LRP_OK;
}

/* Integer inputs have the relevance of the first float values that stand for them. */
static enum lrp_status lift_sources(const struct lrp_propagation *p, const struct lrp_carriers *c,
                                    const struct lrp_tensor **relevance, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < c->source_count; i++)
        if (c->sources[i].value != c->sources[i].input) status = lift(p, &c->sources[i], relevance, err);
    return status;
}

static enum lrp_status fill_zeros(const struct lrp_propagation *p, const bool *on_the_way, const struct lrp_tensor **relevance,
                                  struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(p->engine);
    enum lrp_status status = LRP_OK;
    for (int v = 0; !status && v < g->value_count; v++) {
        struct lrp_tensor *zeros = NULL;
        if (p->wanted && !p->wanted[v]) continue;
        if (!on_the_way[v] || relevance[v] || !p->values[v] || lrp_tensor_is_away(p->values[v]) ||
            !p->assignment->unstopped.carries[v])
            continue;
        status = lrp_tensor_zero(p->run->pool, LRP_DTYPE_FLOAT, &p->values[v]->shape, &zeros, err);
        relevance[v] = zeros;
    }
    return status;
}

enum lrp_status lrp_propagation_finish(const struct lrp_propagation *p, const struct lrp_tensor **relevance,
                                       struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(p->engine);
    bool *on_the_way = calloc((size_t)g->value_count + 1, sizeof *on_the_way);
    if (!on_the_way) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    on_the_way[p->start] = true;
    for (int k = g->order_count - 1; k >= 0; k--) {
        const struct lrp_node *n = &g->nodes[g->order[k]];
        bool reached = false;
        for (int j = 0; j < n->call.out_count; j++) reached |= n->out[j] >= 0 && on_the_way[n->out[j]];
        for (int i = 0; reached && i < n->call.in_count; i++)
            if (n->in[i] >= 0) on_the_way[n->in[i]] = true;
    }
    enum lrp_status status = fill_zeros(p, on_the_way, relevance, err);
    free(on_the_way);
    return !status ? lift_sources(p, &p->assignment->carriers, relevance, err) : status;
}

enum lrp_status lrp_propagation_lift(const struct lrp_propagation *p, const struct lrp_tensor **relevance,
                                     struct lrp_error *err)
{
    return lift_sources(p, &p->assignment->unstopped, relevance, err);
}

enum lrp_status lrp_propagation_times_values(const struct lrp_propagation *p, const struct lrp_tensor **relevance,
                                             struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(p->engine);
    for (int v = 0; v < g->value_count; v++) {
        if (!relevance[v] || lrp_tensor_is_away(relevance[v])) continue;
        struct lrp_tensor *product = NULL;
        enum lrp_status status =
            lrp_tensor_take_blocked(p->run->pool, &relevance[v]->shape, p->values[v]->block, &product, err);
        if (status) return status;
        lrp_tensors_add(1, relevance[v], true, product, p->run);
        lrp_tensors_contribute(1, p->values[v], product, p->run);
        lrp_tensor_release(relevance[v]);
        relevance[v] = product;
    }
    return LRP_OK;
}
