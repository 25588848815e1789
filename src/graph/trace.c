/* trace.c: where the samples of a batch stand in every value of a graph. */
#include "graph.h"

static bool counts_samples(const struct lrp_desc *d)
{
    return d->shape->rank > 0 && d->dtype != LRP_DTYPE_BOOL && d->dtype != LRP_DTYPE_STRING;
}

/* What the first axis of the model's inputs counts: the size of that of the first float input, or if there is none, of the
 * first input of whole numbers; -1: no input has axes. */
static int64_t samples_of(const struct lrp_graph *g)
{
    int64_t samples = -1;
    for (int i = g->input_count; i-- > 0;) {
        const struct lrp_desc *d = &g->values[g->inputs[i]].desc;
        if (counts_samples(d) && !lrp_dtype_is_float(d->dtype)) samples = d->shape->dim[0];
    }
    for (int i = g->input_count; i-- > 0;) {
        const struct lrp_desc *d = &g->values[g->inputs[i]].desc;
        if (counts_samples(d) && lrp_dtype_is_float(d->dtype)) samples = d->shape->dim[0];
    }
    return samples;
}

static bool same_axis(const struct lrp_batch_axis *a, const struct lrp_batch_axis *b)
{
    return a->axis == b->axis && a->outer == b->outer && a->inner == b->inner;
}

/* Where an input's samples go in one output: only where the operator says so and the axis still has its whole size. */
static struct lrp_batch_axis handed_on(const struct lrp_call *call, int input, int output, struct lrp_batch_axis at)
{
    const struct lrp_batch_axis lost = {.axis = LRP_BATCH_LOST};
    const struct lrp_shape *x = call->in[input].shape, *y = call->out[output].shape;
    if (at.axis == LRP_BATCH_LOST || !lrp_shape_known(x) || !lrp_shape_known(y) || at.axis >= x->rank) return lost;
    if (!call->op->batch(call, input, output, &at)) return lost;
    if (at.axis == LRP_BATCH_NONE) return at;
    return at.axis < y->rank && y->dim[at.axis] == at.outer * at.samples * at.inner ? at : lost;
}

const struct lrp_batch_axis *lrp_batch_at(const struct lrp_batch_axis *const *values, int value)
{
    static const struct lrp_batch_axis none = {.axis = LRP_BATCH_NONE};
    return values[value] ? values[value] : &none;
}

static struct lrp_batch_axis trace_output(const struct lrp_node *n, int output, const struct lrp_batch_axis *const *values)
{
    struct lrp_batch_axis found = {.axis = LRP_BATCH_NONE};
    for (int i = 0; i < n->call.in_count; i++) {
        if (n->in[i] < 0 || lrp_batch_at(values, n->in[i])->axis == LRP_BATCH_NONE) continue;
        struct lrp_batch_axis one = {.axis = LRP_BATCH_LOST};
        if (n->call.op && n->call.op->batch) one = handed_on(&n->call, i, output, *lrp_batch_at(values, n->in[i]));
        if (one.axis == LRP_BATCH_NONE) continue;
        if (one.axis == LRP_BATCH_LOST || (found.axis >= 0 && !same_axis(&found, &one)))
            return (struct lrp_batch_axis){.axis = LRP_BATCH_LOST};
        found = one;
    }
    return found;
}

bool lrp_batch_whole(const struct lrp_batch_axis *at)
{
    return at->axis == 0 && at->outer == 1 && at->inner == 1;
}

/* Values that follow each other are mostly alike: they share what is said of them. False when out of memory. */
static bool note_axis(struct lrp_graph *g, const struct lrp_batch_axis **values, int value, struct lrp_batch_axis at,
                      const struct lrp_batch_axis **last)
{
    if (at.axis == LRP_BATCH_NONE) return true;
    if (!*last || !same_axis(*last, &at) || (*last)->samples != at.samples) {
        struct lrp_batch_axis *kept = lrp_arena_calloc(g->arena, 1, sizeof *kept);
        if (!kept) return false;
        *kept = at;
        *last = kept;
    }
    values[value] = *last;
    return true;
}

const struct lrp_batch_axis *const *lrp_graph_trace_samples(struct lrp_graph *graph)
{
    const struct lrp_batch_axis **values = lrp_arena_calloc(graph->arena, (size_t)graph->value_count + 1, sizeof *values);
    const struct lrp_batch_axis *last = NULL;
    const int64_t samples = samples_of(graph);
    bool fine = values != NULL;
    for (int i = 0; fine && i < graph->input_count; i++) {
        const struct lrp_desc *d = &graph->values[graph->inputs[i]].desc;
        if (samples > 0 && counts_samples(d) && d->shape->dim[0] == samples)
            fine = note_axis(graph, values, graph->inputs[i], (struct lrp_batch_axis){0, 1, samples, 1}, &last);
    }
    for (int k = 0; fine && k < graph->order_count; k++) {
        const struct lrp_node *n = &graph->nodes[graph->order[k]];
        for (int i = 0; fine && n->body < 0 && i < n->call.out_count; i++)
            if (n->out[i] >= 0) fine = note_axis(graph, values, n->out[i], trace_output(n, i, values), &last);
    }
    return fine ? values : NULL;
}
