/* trial.c: what a graph's values would be at other input shapes. */
#include "trial.h"

#include <stdlib.h>
#include <string.h>

#include "fold.h"

static bool has_operator(const struct lrp_node *n)
{
    return n->call.op && n->body < 0;
}

static bool list_nodes(struct lrp_trial *t)
{
    t->order = calloc((size_t)t->graph->node_count + 1, sizeof *t->order);
    const int count = t->order ? lrp_graph_list_nodes(t->graph, has_operator, t->order) : -1;
    t->count = count > 0 ? count : 0;
    return count >= 0;
}

bool lrp_trial_start(struct lrp_trial *trial, const struct lrp_graph *graph)
{
    *trial = (struct lrp_trial){.graph = graph};
    trial->desc = malloc(((size_t)graph->value_count + 1) * sizeof *trial->desc);
    trial->changed = malloc((size_t)graph->value_count + 1);
    return trial->desc && trial->changed && list_nodes(trial) && lrp_trial_reset(trial);
}

void lrp_trial_free(struct lrp_trial *trial)
{
    if (trial->arena) lrp_arena_free(trial->arena);
    lrp_shape_set_free(&trial->shapes);
    free(trial->desc);
    free(trial->changed);
    free(trial->order);
}

bool lrp_trial_reset(struct lrp_trial *trial)
{
    const size_t values = (size_t)trial->graph->value_count;
    if (trial->arena) lrp_arena_free(trial->arena);
    trial->arena = lrp_arena_new();
    lrp_shape_set_free(&trial->shapes);
    trial->shapes.arena = trial->arena;
    trial->refused = 0;
    trial->budget = lrp_fold_budget(trial->graph->definition);
    for (size_t v = 0; v < values; v++) trial->desc[v] = trial->graph->values[v].desc;
    memset(trial->changed, 0, values + 1);
    return trial->arena != NULL;
}

bool lrp_trial_input(struct lrp_trial *trial, int input, const struct lrp_shape *shape)
{
    const int v = trial->graph->inputs[input];
    const struct lrp_shape *kept = lrp_shape_set_keep(&trial->shapes, shape);
    trial->changed[v] = !lrp_shape_equal(trial->desc[v].shape, shape);
    if (kept) trial->desc[v].shape = kept;
    return kept != NULL;
}

static bool reads_change(const struct lrp_trial *t, const struct lrp_node *n)
{
    for (int i = 0; i < n->call.in_count; i++)
        if (n->in[i] >= 0 && t->changed[n->in[i]]) return true;
    return false;
}

/* The node's call as it would be; false if something it reads is not known. */
static bool fill_call(const struct lrp_trial *t, const struct lrp_node *n, struct lrp_call *call)
{
    bool known = true;
    for (int i = 0; i < call->in_count; i++) {
        call->in[i] = n->in[i] < 0 ? (struct lrp_desc){.shape = &lrp_shape_unknown} : t->desc[n->in[i]];
        if (n->in[i] >= 0) known &= lrp_shape_known(call->in[i].shape) && call->in[i].dtype != LRP_DTYPE_UNDEFINED;
    }
    if (n->mixed_floats) lrp_graph_unite_floats(call);
    for (int i = 0; i < call->out_count; i++)
        call->out[i] = (struct lrp_desc){.present = n->out[i] >= 0, .shape = &lrp_shape_unknown};
    return known;
}

static bool infer_call(struct lrp_call *call)
{
    if (!call->op->infer || lrp_call_check_attributes(call, NULL) != LRP_OK || call->op->infer(call, NULL) != LRP_OK)
        return false;
    for (int i = 0; i < call->out_count; i++)
        if (call->out[i].present && !lrp_shape_known(call->out[i].shape)) return false;
    return true;
}

static bool try_node(struct lrp_trial *t, const struct lrp_node *n)
{
    struct lrp_call call = n->call;
    call.shapes = &t->shapes;
    call.in = lrp_arena_calloc(t->arena, (size_t)call.in_count, sizeof *call.in);
    call.out = lrp_arena_calloc(t->arena, (size_t)call.out_count, sizeof *call.out);
    if (!call.in || !call.out) return false;
    if (!fill_call(t, n, &call) || !infer_call(&call)) {
        t->refused++;
        return true;
    }
    if (lrp_fold_can(&call, &t->budget) && !lrp_fold_call(&call, t->arena)) t->refused++;
    for (int i = 0; i < call.out_count; i++) {
        if (n->out[i] < 0) continue;
        struct lrp_desc *d = &t->desc[n->out[i]];
        t->changed[n->out[i]] = call.out[i].constant || d->constant || !lrp_shape_equal(d->shape, call.out[i].shape);
        *d = call.out[i];
        d->present = true;
    }
    return true;
}

bool lrp_trial_run(struct lrp_trial *trial)
{
    for (int k = 0; k < trial->count; k++) {
        const struct lrp_node *n = &trial->graph->nodes[trial->order[k]];
        if (reads_change(trial, n) && !try_node(trial, n)) return false;
    }
    return true;
}
