/* concept.c: relevance that passes chosen channels only. */
#include "concept.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "blocked.h"

/* ---- channels ---- */

bool lrp_channels_last(const struct lrp_layer_view *view)
{
    for (size_t i = 1; i < view->list.count; i++)
        if (view->list.rows[i].kind == LRP_KIND_EMBEDDING ||
            lrp_kind_row((enum lrp_kind)view->list.rows[i].kind)->traits & LRP_KIND_IS_ATTENTION)
            return true;
    return false;
}

struct lrp_channels lrp_channels_of(const struct lrp_shape *s, int64_t samples, bool last)
{
    const bool batched = s->rank > 1 && s->dim[0] == samples;
    const int axis = last && s->rank == 3 ? 2 : batched ? 1 : 0;
    struct lrp_channels c = {.samples = batched ? (size_t)samples : 1, .outer = 1, .count = 1, .inner = 1};
    for (int k = batched; k < s->rank; k++) *(k < axis ? &c.outer : k == axis ? &c.count : &c.inner) *= (size_t)s->dim[k];
    return c;
}

static size_t place_of(const struct lrp_channels *c, size_t sample, size_t outer, size_t channel)
{
    return ((sample * c->outer + outer) * c->count + channel) * c->inner;
}

/* The sum over the places of every channel of a sample. */
static void sum_channels(const struct lrp_channels *c, const float *values, size_t sample, double *sums)
{
    for (size_t k = 0; k < c->count; k++) {
        sums[k] = 0;
        for (size_t o = 0; o < c->outer; o++)
            for (size_t i = 0; i < c->inner; i++) sums[k] += (double)values[place_of(c, sample, o, k) + i];
    }
}

struct ranked_concept {
    double sum;
    int64_t channel;
};

static int by_sum(const void *a, const void *b)
{
    const struct ranked_concept *x = a, *y = b;
    if (x->sum != y->sum) return x->sum < y->sum ? 1 : -1;
    return (x->channel > y->channel) - (x->channel < y->channel);
}

/* Numbers of the channels with a sum that is not 0, the largest first, ties by number. Returns how many. */
static size_t order_channels(const double *sums, size_t count, int64_t *order)
{
    struct ranked_concept *rows = calloc(count + 1, sizeof *rows);
    size_t used = 0;
    for (size_t k = 0; rows && k < count; k++)
        if (fabs(sums[k]) > 0) rows[used++] = (struct ranked_concept){sums[k], (int64_t)k};
    if (rows) qsort(rows, used, sizeof *rows, by_sum);
    for (size_t k = 0; k < used; k++) order[k] = rows[k].channel;
    free(rows);
    return used;
}

size_t lrp_channels_rank(const struct lrp_channels *c, const float *relevance, size_t sample, double *sums, int64_t *order)
{
    sum_channels(c, relevance, sample, sums);
    return order_channels(sums, c->count, order);
}

/* ---- conditions ---- */

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for concepts");
}

static void let_channel(const struct lrp_channels *c, size_t sample, size_t channel, const float *from, float *to)
{
    for (size_t o = 0; o < c->outer; o++) {
        const size_t first = place_of(c, sample, o, channel);
        memcpy(to + first, from + first, c->inner * sizeof *to);
    }
}

/* A single neuron of a channel: its place in what is left of the shape. */
static bool let_neuron(const struct lrp_channels *c, const struct lrp_shape *shape, size_t sample,
                       const struct lrp_concept_unit *u, const float *from, float *to)
{
    const int first = shape->rank - u->rank;
    size_t place = 0;
    for (int k = 0; k < u->rank; k++) {
        if (first < 1 || u->at[k] >= shape->dim[first + k]) return false;
        place = place * (size_t)shape->dim[first + k] + (size_t)u->at[k];
    }
    if (place >= c->inner) return false;
    place += place_of(c, sample, 0, (size_t)u->channel);
    to[place] = from[place];
    return true;
}

/* What is left of a value's relevance. */
static enum lrp_status masked(const struct lrp_concept *concept, const struct lrp_tensor *r, int64_t samples, bool last,
                              const char *name, struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_channels c = lrp_channels_of(&r->shape, samples, last);
    double *sums = calloc(c.count + 1, sizeof *sums);
    int64_t *order = calloc(c.count + 1, sizeof *order);
    enum lrp_status status = sums && order ? lrp_tensor_new(LRP_DTYPE_FLOAT, &r->shape, out, err) : no_memory(err);
    for (size_t n = 0; !status && n < c.samples; n++) {
        size_t top = 0;
        if (concept->top || concept->rank) top = lrp_channels_rank(&c, r->f, n, sums, order);
        if (concept->rank && concept->rank <= (int64_t)top)
            let_channel(&c, n, (size_t)order[concept->rank - 1], r->f, (*out)->f);
        for (size_t k = 0; k < top && (int64_t)k < concept->top; k++) let_channel(&c, n, (size_t)order[k], r->f, (*out)->f);
        for (size_t k = 0; !status && k < concept->count; k++) {
            const struct lrp_concept_unit *u = &concept->units[k];
            const bool there = u->channel < (int64_t)c.count;
            if (there && !u->rank) let_channel(&c, n, (size_t)u->channel, r->f, (*out)->f);
            if (!there || (u->rank && !let_neuron(&c, &r->shape, n, u, r->f, (*out)->f)))
                status = lrp_fail(err, LRP_USAGE, "concept %s=%lld%s: the layer has %zu channels of %zu places", name,
                                  (long long)u->channel, u->rank ? ":..." : "", c.count, c.inner * c.outer);
        }
    }
    free(sums);
    free(order);
    return status;
}

struct conditions {
    const struct lrp_concepts *concepts;
    const struct lrp_propagation *p;
    int64_t samples;
    bool last;
};

static enum lrp_status condition_relevance(void *data, int value, const struct lrp_tensor **relevance, struct lrp_error *err)
{
    const struct conditions *c = data;
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < c->concepts->count; i++) {
        const struct lrp_concept *concept = &c->concepts->items[i];
        struct lrp_tensor *left = NULL;
        if (concept->value != value) continue;
        const struct lrp_tensor *rows = lrp_tensor_row_major(*relevance, c->p->run);
        if (!rows) return no_memory(err);
        status = masked(concept, rows, c->samples, c->last, c->p->view->list.rows[concept->layer].name, &left, err);
        if (status) {
            lrp_tensor_release(left);
        } else {
            lrp_tensor_release(*relevance);
            *relevance = left;
        }
    }
    return status;
}

/* By value: whether it is a strict ancestor of one that is marked. */
static void mark_ancestors(const struct lrp_graph *g, const bool *marked, bool *before)
{
    for (int k = g->order_count - 1; k >= 0; k--) {
        const struct lrp_node *n = &g->nodes[g->order[k]];
        bool behind = false;
        for (int j = 0; j < n->call.out_count; j++) behind |= n->out[j] >= 0 && (marked[n->out[j]] || before[n->out[j]]);
        for (int i = 0; behind && i < n->call.in_count; i++)
            if (n->in[i] >= 0) before[n->in[i]] = true;
    }
}

/* What the channels hold before the activation. */
static enum lrp_status start_with_activation(const struct lrp_propagation *p, const struct lrp_concept *concept,
                                             const struct lrp_tensor **relevance, struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(p->engine);
    const struct lrp_layer_nodes *nodes = &p->view->nodes[concept->layer];
    const struct lrp_tensor *z = lrp_tensor_row_major(p->values[g->nodes[nodes->anchor].out[0]], p->run);
    struct lrp_tensor *copy = NULL;
    const enum lrp_status status = z ? lrp_tensor_copy(z, &copy, err) : no_memory(err);
    if (status) return status;
    lrp_tensor_release(relevance[concept->value]);
    relevance[concept->value] = copy;
    return LRP_OK;
}

/* From the values nearest to the input, whose relevance is there, on; what lies before them is new. */
static enum lrp_status go_on(const struct lrp_propagation *p, const bool *nearest, const bool *before,
                             const struct lrp_tensor **relevance, struct lrp_error *err)
{
    const int count = lrp_engine_graph(p->engine)->value_count;
    struct lrp_propagation below = *p;
    const struct lrp_tensor **found = calloc((size_t)count + 1, sizeof(struct lrp_tensor *));
    if (!found) return no_memory(err);
    for (int v = 0; v < count; v++)
        if (nearest[v] && relevance[v]) found[v] = lrp_tensor_retain(relevance[v]);
    below.start_relevance = NULL;
    below.conditioned = below.cut = NULL;
    below.goes_round = NULL;
    const enum lrp_status status = lrp_propagate(&below, found, err);
    for (int v = 0; v < count; v++) {
        if (!before[v]) {
            lrp_tensor_release(found[v]);
            continue;
        }
        lrp_tensor_release(relevance[v]);
        relevance[v] = found[v];
    }
    free(found);
    return status;
}

/* Relevance at the conditions is that of a pass without any: none of them lies before another. */
static bool begins_plain(const struct lrp_propagation *p, const bool *conditioned, const bool *nearest)
{
    const int count = lrp_engine_graph(p->engine)->value_count;
    for (int v = 0; p->plain && v < count; v++)
        if (conditioned[v] && (!nearest[v] || !p->plain[v])) return false;
    return p->plain != NULL;
}

static enum lrp_status take_plain(const struct lrp_propagation *p, const bool *nearest, const bool *before,
                                  const struct lrp_tensor **relevance, struct lrp_error *err)
{
    const int count = lrp_engine_graph(p->engine)->value_count;
    enum lrp_status status = LRP_OK;
    for (int v = 0; !status && v < count; v++) {
        if (!p->plain[v] || before[v]) continue;
        relevance[v] = lrp_tensor_retain(p->plain[v]);
        if (nearest[v]) status = p->condition(p->condition_data, v, &relevance[v], err);
    }
    return status;
}

/* ---- which values these are ---- */

void lrp_concept_values_free(struct lrp_concept_values *v)
{
    free(v->conditioned);
    free(v->nearest);
    free(v->before);
    for (size_t i = 0; i < v->gate_count; i++) free(v->gates[i].before);
    free(v->gates);
}

bool lrp_concept_goes_round(const void *data, int from, int to)
{
    const struct lrp_concept_values *v = data;
    bool any = false;
    for (size_t i = 0; i < v->gate_count; i++) {
        const struct lrp_concept_gate *gate = &v->gates[i];
        bool next = gate->before[to];
        for (size_t k = 0; next && k < v->gate_count; k++) /* none lies between */
            next = !(v->gates[k].before[to] && gate->before[v->gates[k].value]);
        if (next && (from == gate->value || gate->before[from])) return false;
        any |= next;
    }
    return any;
}

/* A value that is conditioned, with what lies before it: none of the nearest has another condition there. */
static enum lrp_status add_gate(const struct lrp_graph *g, int value, struct lrp_concept_values *v, struct lrp_error *err)
{
    bool *one = calloc((size_t)g->value_count + 1, sizeof *one), *above = calloc((size_t)g->value_count + 1, sizeof *above);
    const enum lrp_status status = one && above ? LRP_OK : no_memory(err);
    if (!status) {
        one[value] = true;
        mark_ancestors(g, one, above);
        v->gates[v->gate_count++] = (struct lrp_concept_gate){value, above};
    }
    v->nearest[value] = !status;
    for (int u = 0; v->nearest[value] && u < g->value_count; u++)
        if (v->conditioned[u] && above[u]) v->nearest[value] = false;
    free(one);
    if (status) free(above);
    return status;
}

enum lrp_status lrp_concept_values_of(const struct lrp_concepts *concepts, const struct lrp_graph *g,
                                      struct lrp_concept_values *out, struct lrp_error *err)
{
    const size_t count = (size_t)g->value_count + 1;
    *out = (struct lrp_concept_values){.conditioned = calloc(count, sizeof(bool)),
                                       .nearest = calloc(count, sizeof(bool)),
                                       .before = calloc(count, sizeof(bool)),
                                       .gates = calloc(concepts->count + 1, sizeof *out->gates)};
    enum lrp_status status = out->conditioned && out->nearest && out->before && out->gates ? LRP_OK : no_memory(err);
    for (size_t i = 0; !status && i < concepts->count; i++) out->conditioned[concepts->items[i].value] = true;
    for (int v = 0; !status && v < g->value_count; v++)
        if (out->conditioned[v]) status = add_gate(g, v, out, err);
    if (!status) mark_ancestors(g, out->nearest, out->before);
    return status;
}

/* ---- the pass ---- */

static enum lrp_status propagate(struct lrp_propagation *p, const struct lrp_concepts *concepts,
                                 const struct lrp_concept_values *at, const struct lrp_tensor **relevance,
                                 struct lrp_error *err)
{
    struct conditions *c = p->condition_data;
    p->conditioned = at->conditioned;
    if (concepts->keep_parallel) return lrp_propagate(p, relevance, err);
    p->cut = at->nearest;
    p->goes_round = lrp_concept_goes_round;
    p->round_data = at;
    enum lrp_status status = begins_plain(p, at->conditioned, at->nearest)
                                 ? take_plain(p, at->nearest, at->before, relevance, err)
                                 : lrp_propagate(p, relevance, err);
    for (size_t i = 0; !status && concepts->activation && i < concepts->count; i++) {
        const int value = concepts->items[i].value;
        if (!at->nearest[value]) continue;
        status = start_with_activation(p, &concepts->items[i], relevance, err);
        if (!status) status = condition_relevance(c, value, &relevance[value], err);
    }
    return !status ? go_on(p, at->nearest, at->before, relevance, err) : status;
}

enum lrp_status lrp_propagate_concepts(const struct lrp_propagation *propagation, const struct lrp_concepts *concepts,
                                       int64_t samples, const struct lrp_tensor **relevance, struct lrp_error *err)
{
    struct lrp_propagation p = *propagation;
    struct conditions c = {concepts, propagation, samples, lrp_channels_last(p.view)};
    struct lrp_concept_values at;
    enum lrp_status status = lrp_concept_values_of(concepts, lrp_engine_graph(p.engine), &at, err);
    p.condition = condition_relevance;
    p.condition_data = &c;
    if (!concepts->keep_parallel) p.progress = NULL; /* what lies before the conditions is found last, in another array */
    p.previous = NULL;
    p.previous_edges = NULL;
    p.edges = NULL;
    if (!status) status = propagate(&p, concepts, &at, relevance, err);
    lrp_concept_values_free(&at);
    return status;
}
