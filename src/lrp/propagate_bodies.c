/* propagate_bodies.c: relevance through nodes that hold graphs, turn by turn. */
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "propagate_pass.h"
#include "tensor_slots.h"
#include "turns.h"

/* On the way back through the turns of a node: values are those outside and of the turn at hand; relevance collects, also for
 * what is read from outside. */
struct back {
    const struct lrp_propagation *p;
    const struct lrp_tensor **values;
    struct lrp_back_pass pass;
};

/* What is handed to a slot that may hold something already; nothing is taken over. */
static enum lrp_status join_relevance(const struct lrp_tensor **slot, const struct lrp_tensor *more, const struct lrp_run *run,
                                      struct lrp_error *err)
{
    return more ? lrp_pass_collect(slot, lrp_tensor_retain(more), run, err) : LRP_OK;
}

static enum lrp_status back_through_nodes(const struct back *b, const struct lrp_body *body, int number, struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(b->p->engine);
    struct lrp_propagation inner = *b->p;
    struct lrp_back_pass pass = b->pass;
    inner.values = b->values;
    inner.previous = inner.previous_edges = NULL;
    inner.edges = NULL;
    enum lrp_status status = LRP_OK;
    for (int k = body->first + body->count - 1; !status && k >= body->first; k--)
        if (g->nodes[k].body == number && g->nodes[k].state == LRP_NODE_LIVE) status = lrp_pass_visit(&inner, k, &pass, err);
    return status;
}

/* A turn's own values and relevances are gone with it. */
static void leave_turn(const struct back *b, const struct lrp_body *body)
{
    for (int v = body->first_value; v < body->first_value + body->value_count; v++) {
        b->values[v] = NULL;
        lrp_tensor_release(b->pass.relevance[v]);
        b->pass.relevance[v] = NULL;
    }
}

static enum lrp_status back_through_turn(void *data, const struct lrp_turn *turn, const struct lrp_tensor *const *s,
                                         struct lrp_tensor **given, const struct lrp_run *run, struct lrp_error *err)
{
    const struct back *b = data;
    const struct lrp_body *body = &lrp_engine_graph(b->p->engine)->bodies[turn->body];
    enum lrp_status status = LRP_OK;
    for (int i = 0; i < body->value_count; i++) b->values[body->first_value + i] = turn->values[i];
    for (int j = 0; !status && j < body->output_count; j++)
        if (s[j] && body->outputs[j] >= 0) status = join_relevance(&b->pass.relevance[body->outputs[j]], s[j], run, err);
    if (!status) status = back_through_nodes(b, body, turn->body, err);
    for (int i = 0; !status && given && i < body->input_count; i++) {
        const struct lrp_tensor *r = b->pass.relevance[body->inputs[i]];
        given[i] = r ? lrp_tensor_retain(lrp_tensor_row_major(r, run)) : NULL;
    }
    leave_turn(b, body);
    return status;
}

/* Everything but what the bodies do: tensors in rows for the operator, then what was read from outside. */
static enum lrp_status back_through_bodies(struct back *b, int node, const struct lrp_tensor *const *outputs,
                                           const struct lrp_tensor **in, const struct lrp_tensor **s, struct lrp_tensor **given,
                                           struct lrp_error *err)
{
    const struct lrp_propagation *p = b->p;
    const struct lrp_node *n = &lrp_engine_graph(p->engine)->nodes[node];
    enum lrp_status status = lrp_engine_inputs(p->engine, node, p->values, 0, p->run, in, err);
    for (int j = 0; !status && j < n->call.out_count; j++) {
        s[j] = outputs[j];
        status = lrp_engine_row_major(p->engine, node, 0, p->run, &s[j], err);
    }
    if (!status)
        status =
            lrp_turns_back(p->engine, node, b->values, in, s, given, back_through_turn, b, lrp_engine_run_node, p->run, err);
    for (int i = 0; !status && i < n->call.in_count; i++) {
        const struct lrp_tensor **outside = n->in[i] < 0 ? NULL : &b->pass.relevance[n->in[i]];
        if (!outside || i < n->explicit_count) continue;
        given[i] = (struct lrp_tensor *)(uintptr_t)*outside;
        *outside = NULL;
    }
    return status;
}

enum lrp_status lrp_propagate_bodies(const struct lrp_propagation *p, int node, const struct lrp_tensor *const *relevance,
                                     struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(p->engine);
    const struct lrp_call *call = &g->nodes[node].call;
    const size_t count = (size_t)g->value_count + 1;
    struct back b = {.p = p, .values = malloc(count * sizeof(struct lrp_tensor *))};
    b.pass = (struct lrp_back_pass){.relevance = calloc(count, sizeof(struct lrp_tensor *)),
                                    .stale = malloc(count),
                                    .consumers = calloc(count, sizeof(int))};
    struct lrp_const_tensor_slots inputs, cotangents;
    const struct lrp_tensor **in = lrp_const_tensor_slots(&inputs, call->in_count),
                            **s = lrp_const_tensor_slots(&cotangents, call->out_count);
    const bool ok = b.values && b.pass.relevance && b.pass.stale && b.pass.consumers && in && s;
    if (ok) {
        memcpy(b.values, p->values, (count - 1) * sizeof(struct lrp_tensor *));
        memset(b.pass.stale, true, count);
    }
    const enum lrp_status status =
        ok ? back_through_bodies(&b, node, relevance, in, s, given, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    struct lrp_node_step step;
    lrp_propagation_step(p, node, &step);
    for (int i = 0; i < call->in_count; i++) { /* what carries nothing gets nothing */
        if (!given[i] || lrp_rule_step_gives(&step.step, i)) continue;
        lrp_tensor_release(given[i]);
        given[i] = NULL;
    }
    for (size_t v = 0; b.pass.relevance && v < count; v++) lrp_tensor_release(b.pass.relevance[v]);
    free(b.values);
    free(b.pass.relevance);
    free(b.pass.stale);
    free(b.pass.consumers);
    lrp_const_tensor_slots_free(&inputs);
    lrp_const_tensor_slots_free(&cotangents);
    return status;
}
