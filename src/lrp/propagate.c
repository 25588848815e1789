/* propagate.c: relevance from an output back to every value, node by node. */
#include "propagate.h"

#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "blocked.h"
#include "late.h"
#include "propagate_finish.h"
#include "propagate_pass.h"
#include "propagate_span.h"
#include "sequence.h"
#include "tensor_slots.h"
#include "vector.h"

/* The sum of two relevances of one value, in the blocks of the second. */
static enum lrp_status add_relevances(const struct lrp_tensor *a, const struct lrp_tensor *b, const struct lrp_run *run,
                                      struct lrp_tensor **out, struct lrp_error *err)
{
    if (lrp_tensor_is_sequence(a) && lrp_tensor_is_sequence(b)) return lrp_sequence_sum(a, b, add_relevances, run, out, err);
    const enum lrp_status status = lrp_tensor_take_blocked(run->pool, &b->shape, b->block, out, err);
    if (!status) lrp_tensors_sum(a, b, *out, run);
    return status;
}

enum lrp_status lrp_pass_collect(const struct lrp_tensor **slot, struct lrp_tensor *given, const struct lrp_run *run,
                                 struct lrp_error *err)
{
    if (!*slot) {
        *slot = given;
        return LRP_OK;
    }
    /* the tensor in the slot may be shared with the value behind a passing activation: never written to. What is given may be
     * shared too */
    struct lrp_tensor *sum = NULL;
    const enum lrp_status status = add_relevances(*slot, given, run, &sum, err);
    if (!status) {
        lrp_tensor_release(*slot);
        *slot = sum;
    }
    lrp_tensor_release(given);
    return status;
}

/* Under conditions: what none of a node's outputs may give to one of its inputs. */
static bool goes_round(const struct lrp_propagation *p, const struct lrp_node *n, int input)
{
    if (!p->goes_round) return false;
    for (int j = 0; j < n->call.out_count; j++)
        if (n->out[j] >= 0 && !p->goes_round(p->round_data, n->out[j], n->in[input])) return false;
    return true;
}

static enum lrp_status run_step(const struct lrp_propagation *p, struct lrp_node_step *step, const struct lrp_node *n,
                                struct lrp_tensor **given, struct lrp_back_pass *pass, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    const struct lrp_tensor **relevance = pass->relevance;
    if (step->passes) {
        int from = n->in[0];
        if (goes_round(p, n, 0)) return LRP_OK;
        if (relevance[n->out[0]]->count == p->values[from]->count && !relevance[from]) {
            relevance[from] = lrp_tensor_retain(relevance[n->out[0]]);
            return LRP_OK;
        }
        return lrp_fail(err, LRP_UNSUPPORTED, "layer %s: its activation changes the shape", n->name);
    }
    if (n->call.op->control)
        status = lrp_propagate_bodies(p, step->step.node, step->step.relevance, given, err);
    else if (lrp_late_reads_sequence(n, p->values)) /* handed on as it is */
        given[0] = lrp_tensor_retain(step->step.relevance[0]);
    else
        status = lrp_apply(&step->step, given, err);
    if (!status && p->witness && n->body >= 0 && !n->call.op->control) status = p->witness(p->witness_data, step, given, err);
    for (int i = 0; i < n->call.in_count; i++) {
        if (!given[i]) continue;
        if (p->edges && pass->consumers[n->in[i]] > 1)
            p->edges[pass->first_edge[step->step.node] + (size_t)i] = lrp_tensor_retain(given[i]);
        if (!status && pass->stale[n->in[i]] && !goes_round(p, n, i))
            status = lrp_pass_collect(&relevance[n->in[i]], given[i], p->run, err);
        else
            lrp_tensor_release(given[i]);
        given[i] = NULL;
    }
    return status;
}

/* True if a node has something to give to a value that is not known yet. */
static bool is_asked(const struct lrp_rule_step *step, const struct lrp_node *n, const struct lrp_back_pass *pass)
{
    for (int i = 0; i < n->call.in_count; i++)
        if (lrp_rule_step_gives(step, i) && pass->stale[n->in[i]]) return true;
    return false;
}

/* A node that gives what it gave before: taken from there. */
enum lrp_status lrp_pass_give_again(const struct lrp_propagation *p, int node, const struct lrp_node *n,
                                    struct lrp_back_pass *pass, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (int i = 0; i < n->call.in_count && !status; i++) {
        const size_t edge = pass->first_edge[node] + (size_t)i;
        if (n->in[i] < 0 || !p->previous_edges[edge]) continue;
        if (p->edges) p->edges[edge] = lrp_tensor_retain(p->previous_edges[edge]);
        if (pass->stale[n->in[i]])
            status = lrp_pass_collect(&pass->relevance[n->in[i]], lrp_tensor_retain(p->previous_edges[edge]), p->run, err);
    }
    return status;
}

/* What a node's outputs were given becomes what its inputs are given. */
static enum lrp_status hand_on(const struct lrp_propagation *p, int node, const struct lrp_node *n, struct lrp_back_pass *pass,
                               struct lrp_error *err)
{
    struct lrp_node_step step;
    lrp_propagation_step(p, node, &step);
    if (step.passes ? !pass->stale[n->in[0]] : !is_asked(&step.step, n, pass)) return LRP_OK;
    struct lrp_const_tensor_slots of_outputs;
    struct lrp_tensor_slots of_inputs;
    const struct lrp_tensor **outputs = lrp_const_tensor_slots(&of_outputs, n->call.out_count);
    struct lrp_tensor **given = lrp_tensor_slots(&of_inputs, n->call.in_count);
    enum lrp_status status = outputs && given ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    bool any = false;
    for (int i = 0; !status && i < n->call.out_count; i++) {
        const int value = n->out[i];
        if (value >= 0 && p->conditioned && p->conditioned[value] && pass->relevance[value])
            status = p->condition(p->condition_data, value, &pass->relevance[value], err);
        outputs[i] = value < 0 || (p->cut && p->cut[value]) ? NULL : pass->relevance[value];
        any |= outputs[i] != NULL;
    }
    any &= !status;
    if (any) {
        step.step.relevance = outputs;
        if (p->computed) p->computed[p->view->layer_of_node[node]] = true;
        status = run_step(p, &step, n, given, pass, err);
    }
    lrp_const_tensor_slots_free(&of_outputs);
    lrp_tensor_slots_free(&of_inputs);
    return status;
}

enum lrp_status lrp_pass_visit(const struct lrp_propagation *p, int node, struct lrp_back_pass *pass, struct lrp_error *err)
{
    const struct lrp_node *n = &lrp_engine_graph(p->engine)->nodes[node];
    if (p->previous && p->previous_edges && pass->dirty && !pass->dirty[node])
        return lrp_pass_give_again(p, node, n, pass, err);
    struct lrp_late late;
    enum lrp_status status = lrp_late_open(lrp_engine_graph(p->engine), node, p->values, p->run, &late, err);
    if (status)
        lrp_engine_blame(p->engine, node, status, err);
    else
        status = hand_on(p, node, n, pass, err);
    lrp_late_close(&late);
    return status;
}

/* Integer inputs are given theirs at the end. */
static bool is_lifted(const struct lrp_propagation *p, int value)
{
    const struct lrp_value *v = &lrp_engine_graph(p->engine)->values[value];
    return v->is_input && !lrp_dtype_is_float(v->desc.dtype);
}

/* Which values are to be found: all, or the ancestors of layers whose rule changed. The rest is taken over. */
static void take_over(const struct lrp_propagation *p, struct lrp_back_pass *pass)
{
    const struct lrp_graph *g = lrp_engine_graph(p->engine);
    for (int v = 0; v < g->value_count; v++) pass->stale[v] = !p->previous;
    for (int k = g->order_count - 1; p->previous && k >= 0; k--) {
        const struct lrp_node *n = &g->nodes[g->order[k]];
        bool dirty = p->changed[p->view->layer_of_node[g->order[k]]];
        for (int i = 0; i < n->call.out_count; i++) dirty |= n->out[i] >= 0 && pass->stale[n->out[i]];
        pass->dirty[g->order[k]] = dirty;
        for (int i = 0; dirty && i < n->call.in_count; i++)
            if (n->in[i] >= 0) pass->stale[n->in[i]] = true;
    }
    if (p->previous) lrp_pass_renew_spans(p, pass);
    for (int v = 0; v < g->value_count; v++)
        if (!pass->stale[v] && p->previous[v] && v != p->start && !is_lifted(p, v))
            pass->relevance[v] = lrp_tensor_retain(p->previous[v]);
}

static void let_go(const struct lrp_propagation *p, const struct lrp_node *n, struct lrp_back_pass *pass)
{
    for (int i = 0; i < n->call.out_count; i++) {
        if (n->out[i] < 0 || p->wanted[n->out[i]]) continue;
        lrp_tensor_release(pass->relevance[n->out[i]]);
        pass->relevance[n->out[i]] = NULL;
    }
}

static enum lrp_status run_pass(const struct lrp_propagation *p, struct lrp_back_pass *pass, struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(p->engine);
    take_over(p, pass);
    if (p->start_relevance) pass->relevance[p->start] = lrp_tensor_retain(p->start_relevance);
    for (int k = g->order_count - 1; k >= 0; k--) {
        if (g->nodes[g->order[k]].body >= 0) continue; /* the node it hangs on goes through it */
        if (lrp_run_should_stop(p->run)) return lrp_fail(err, LRP_CANCELLED, "cancelled");
        const struct lrp_span *span = lrp_span_away(p, g->order[k]);
        enum lrp_status status =
            span ? lrp_pass_visit_span(p, span, g->order[k], pass, err) : lrp_pass_visit(p, g->order[k], pass, err);
        if (status) return status;
        if (p->progress) p->progress(p->data, g->order[k], g->order_count - k, g->order_count);
        if (p->wanted) let_go(p, &g->nodes[g->order[k]], pass);
    }
    if (p->method->by_rules) return lrp_propagation_finish(p, pass->relevance, err);
    const enum lrp_status status = p->method->times_values ? lrp_propagation_times_values(p, pass->relevance, err) : LRP_OK;
    return status ? status : lrp_propagation_lift(p, pass->relevance, err);
}

enum lrp_status lrp_propagate_nodes(const struct lrp_propagation *propagation, const int *nodes, int count,
                                    const struct lrp_tensor **relevance, struct lrp_error *err)
{
    const size_t values = (size_t)lrp_engine_graph(propagation->engine)->value_count + 1;
    struct lrp_back_pass pass = {.relevance = relevance, .stale = malloc(values), .consumers = calloc(values, sizeof(int))};
    enum lrp_status status = pass.stale && pass.consumers ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) memset(pass.stale, true, values);
    for (int k = count - 1; !status && k >= 0; k--)
        status = lrp_run_should_stop(propagation->run) ? lrp_fail(err, LRP_CANCELLED, "cancelled")
                                                       : lrp_pass_visit(propagation, nodes[k], &pass, err);
    free(pass.stale);
    free(pass.consumers);
    return status;
}

size_t lrp_propagate_edges(const struct lrp_graph *graph)
{
    size_t count = 0;
    for (int n = 0; n < graph->node_count; n++) count += (size_t)graph->nodes[n].call.in_count;
    return count;
}

static void count_edges(const struct lrp_graph *g, struct lrp_back_pass *pass)
{
    size_t next = 0;
    for (int n = 0; n < g->node_count; n++) {
        pass->first_edge[n] = next;
        next += (size_t)g->nodes[n].call.in_count;
    }
    for (int k = 0; k < g->order_count; k++) {
        const struct lrp_node *n = &g->nodes[g->order[k]];
        for (int i = 0; i < n->call.in_count; i++)
            if (n->in[i] >= 0) pass->consumers[n->in[i]]++;
    }
}

enum lrp_status lrp_propagate(const struct lrp_propagation *propagation, const struct lrp_tensor **relevance,
                              struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(propagation->engine);
    const size_t values = (size_t)g->value_count + 1, nodes = (size_t)g->node_count + 1;
    struct lrp_back_pass pass = {.relevance = relevance,
                                 .stale = calloc(values, sizeof(bool)),
                                 .dirty = calloc(nodes, sizeof(bool)),
                                 .consumers = calloc(values, sizeof(int)),
                                 .first_edge = calloc(nodes, sizeof(size_t))};
    const bool ok = pass.stale && pass.dirty && pass.consumers && pass.first_edge;
    enum lrp_status status = ok ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (ok) {
        count_edges(g, &pass);
        status = run_pass(propagation, &pass, err);
    }
    free(pass.stale);
    free(pass.dirty);
    free(pass.consumers);
    free(pass.first_edge);
    return status;
}
