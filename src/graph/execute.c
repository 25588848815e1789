/* execute.c: running a graph. */
#include "execute.h"

#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "late.h"
#include "span.h"
#include "tensor_slots.h"
#include "texts.h"
#include "turns.h"

/* True if everything the node reads is there, and not all it makes. */
static bool ready(const struct lrp_graph *g, const struct lrp_node *n, const struct lrp_tensor *const *values)
{
    bool done = true; /* by an earlier pass over the same values */
    for (int i = 0; i < n->call.out_count; i++) done &= n->out[i] < 0 || values[n->out[i]];
    if ((*n->obstacle && !n->late) || n->body >= 0 || done) return false;
    for (int i = 0; i < n->call.in_count; i++)
        if (n->in[i] >= 0 && !g->values[n->in[i]].desc.constant && !values[n->in[i]]) return false;
    return true;
}

/* Outputs to be written, or to be made by the node's operator. */
static enum lrp_status take_outputs(const struct lrp_node *n, int block, struct lrp_pool *pool, struct lrp_tensor **out,
                                    struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (int i = 0; !status && !n->call.op->control && i < n->call.out_count; i++)
        if (n->out[i] >= 0)
            status = i == 0 && block ? lrp_tensor_take_blocked(pool, n->call.out[0].shape, block, &out[0], err)
                                     : lrp_tensor_take(pool, n->call.out[i].dtype, n->call.out[i].shape, &out[i], err);
    return status;
}

/* What only moves or picks elements of one step makes more of them: a quantised layer's operators may come in between. Before
 * forward, which may know better. */
static void hand_on_step(const struct lrp_call *call, const struct lrp_tensor *const *in, struct lrp_tensor *const *out)
{
    const unsigned traits = call->op->traits;
    float step = 0;
    if (!(traits & (LRP_TRAIT_MOVES | LRP_TRAIT_SELECTS | LRP_TRAIT_GATES)) || traits & LRP_TRAIT_PADS) return;
    for (int i = 0; i < call->in_count; i++) {
        if (!call->in[i].present || !lrp_dtype_is_float(call->in[i].dtype)) continue;
        if (!in[i] || (i && in[i]->step != step)) return;
        step = in[i]->step;
    }
    for (int i = 0; i < call->out_count; i++)
        if (out[i] && lrp_dtype_is_float(out[i]->dtype)) out[i]->step = step;
}

static enum lrp_status run_node(struct lrp_engine *e, int node, const struct lrp_tensor **values, const struct lrp_run *run,
                                struct lrp_error *err)
{
    const struct lrp_node *n = &lrp_engine_graph(e)->nodes[node];
    struct lrp_const_tensor_slots inputs;
    struct lrp_tensor_slots outputs;
    const struct lrp_tensor **in = lrp_const_tensor_slots(&inputs, n->call.in_count);
    struct lrp_tensor **out = lrp_tensor_slots(&outputs, n->call.out_count);
    void *handle = NULL;
    enum lrp_status status = in && out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    int from = 0, to = 0;
    if (!status) status = lrp_engine_handle(e, node, NULL, &handle, run, err);
    if (!status) status = lrp_engine_blocks(e, node, values, handle, false, run, &from, &to, err);
    if (!status) status = lrp_engine_inputs(e, node, values, from, run, in, err);
    const bool prepared = !status; /* what went wrong before names the node already */
    if (!status) status = take_outputs(n, to, run ? run->pool : NULL, out, err);
    if (!status && n->call.op->control) {
        status = lrp_turns_run(e, node, values, in, out, lrp_engine_run_node, run, err);
    } else if (!status) {
        hand_on_step(&n->call, in, out);
        status = n->call.op->forward(&n->call, handle, in, out, run, err);
    }
    for (int i = 0; !status && !n->call.op->control && i < n->call.out_count; i++)
        if (out[i]) status = lrp_tensor_keep_texts(out[i], err);
    if (prepared && status && !n->call.op->control) lrp_engine_blame(e, node, status, err);
    for (int i = 0; out && i < n->call.out_count; i++) {
        if (!status && out[i] && n->out[i] >= 0 && !values[n->out[i]])
            values[n->out[i]] = out[i];
        else
            lrp_tensor_release(out[i]);
    }
    lrp_const_tensor_slots_free(&inputs);
    lrp_tensor_slots_free(&outputs);
    return status;
}

enum lrp_status lrp_engine_run_node(struct lrp_engine *engine, int node, const struct lrp_tensor **values,
                                    const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_late late;
    enum lrp_status status = lrp_late_open(lrp_engine_graph(engine), node, values, run, &late, err);
    const struct lrp_node *n = &lrp_engine_graph(engine)->nodes[node];
    if (!status && !n->call.op->control && lrp_late_reads_sequence(n, values)) {
        if (n->call.op->static_kind == LRP_KIND_IDENTITY && n->out[0] >= 0 && !values[n->out[0]])
            values[n->out[0]] = lrp_tensor_retain(values[n->in[0]]);
        else
            status = lrp_fail(err, LRP_UNSUPPORTED, "%s cannot read a sequence", n->call.op_type);
        if (status) lrp_engine_blame(engine, node, status, err);
    } else if (status) {
        lrp_engine_blame(engine, node, status, err);
    } else {
        status = run_node(engine, node, values, run, err);
    }
    lrp_late_close(&late);
    return status;
}

/* Names the first node in the way of a value. */
static enum lrp_status missing(const struct lrp_engine *e, const struct lrp_tensor *const *values, int value,
                               struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(e);
    for (int guard = 0; guard < g->node_count + 1; guard++) {
        const struct lrp_node *n = lrp_graph_producer(g, value);
        if (!n) return lrp_fail(err, LRP_USAGE, "%s: input %s is not given", g->definition->path, g->values[value].name);
        int next = -1;
        for (int i = 0; i < n->call.in_count && next < 0; i++)
            if (n->in[i] >= 0 && !g->values[n->in[i]].desc.constant && !values[n->in[i]]) next = n->in[i];
        if (next < 0 || g->values[next].is_input) {
            if (*n->obstacle && !n->late) {
                lrp_fail(err, n->obstacle_status ? n->obstacle_status : LRP_UNSUPPORTED, "%s", n->obstacle);
                return lrp_engine_blame(e, (int)(n - g->nodes), n->obstacle_status ? n->obstacle_status : LRP_UNSUPPORTED, err);
            }
            if (next < 0) break;
        }
        value = next;
    }
    return lrp_fail(err, LRP_UNSUPPORTED, "%s: the output cannot be computed", g->definition->path);
}

/* What keeps a span from running is said of the node in the way. */
static bool all_given(const struct lrp_span *span, const struct lrp_tensor *const *values)
{
    for (int i = 0; i < span->given_count; i++)
        if (!values[span->given[i]]) return false;
    return true;
}

enum lrp_status lrp_engine_forward(struct lrp_engine *engine, const struct lrp_tensor **values, int wanted,
                                   const struct lrp_run *run, lrp_progress *progress, void *data, struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(engine);
    for (int k = 0; k < g->order_count; k++) {
        int node = g->order[k];
        if (lrp_run_should_stop(run)) return lrp_fail(err, LRP_CANCELLED, "cancelled");
        const struct lrp_span *span = lrp_engine_span(engine, node, values, wanted);
        if (span) {
            if (node != span->nodes[span->node_count - 1] || !all_given(span, values)) continue;
            const enum lrp_status status = lrp_span_run(engine, span, values, run, err);
            if (status) return status;
            for (int i = 0; progress && i < span->node_count; i++) progress(data, span->nodes[i], k + 1, g->order_count);
            continue;
        }
        if (ready(g, &g->nodes[node], values)) {
            enum lrp_status status = lrp_engine_run_node(engine, node, values, run, err);
            if (status) return status;
        }
        if (progress) progress(data, node, k + 1, g->order_count);
    }
    if (values[wanted]) return LRP_OK;
    if (!g->values[wanted].desc.constant) return missing(engine, values, wanted, err);
    struct lrp_tensor *constant = NULL;
    enum lrp_status status = lrp_blob_tensor(g->values[wanted].desc.constant, &constant, err);
    if (!status) values[wanted] = constant;
    return status;
}
