/* apply.c: rules at work: what all of them need (lrpscope-lrp(7)). */
#include "apply.h"

#include <stdlib.h>
#include <string.h>

#include "apply_parts.h"
#include "pool.h"
#include "rule_row.h"
#include "tensor_slots.h"
#include "vector.h"

const struct lrp_node *lrp_step_node(const struct lrp_rule_step *step)
{
    return &lrp_engine_graph(step->engine)->nodes[step->node];
}

enum lrp_status lrp_step_blame(const struct lrp_rule_step *step, enum lrp_status status, struct lrp_error *err)
{
    return lrp_engine_blame(step->engine, step->node, status, err);
}

bool lrp_rule_step_gives(const struct lrp_rule_step *step, int input)
{
    const struct lrp_node *n = lrp_step_node(step);
    return lrp_call_is_data(&n->call, input) && (!step->carries || step->carries[n->in[input]]);
}

int lrp_rule_step_count(const struct lrp_rule_step *step)
{
    int count = 0;
    for (int i = 0; i < lrp_step_node(step)->call.in_count; i++) count += lrp_rule_step_gives(step, i);
    return count;
}

void lrp_step_release(struct lrp_tensor **tensors, int count)
{
    for (int i = 0; tensors && i < count; i++) {
        lrp_tensor_release(tensors[i]);
        tensors[i] = NULL;
    }
}

enum lrp_status lrp_step_new_given(const struct lrp_rule_step *step, struct lrp_output_layout layout, struct lrp_tensor **given,
                                   struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    const struct lrp_call *call = &n->call;
    for (int i = 0; i < call->in_count; i++) given[i] = NULL;
    for (int i = 0; i < call->in_count; i++) {
        if (!lrp_rule_step_gives(step, i)) continue;
        const int block = layout.block == LRP_LIKE_VALUES ? step->values[n->in[i]]->block : layout.block;
        enum lrp_status status = lrp_tensor_take_blocked(step->run->pool, call->in[i].shape, block, &given[i], err);
        if (!status && layout.zeroed) memset(given[i]->f, 0, lrp_tensor_bytes(given[i]));
        if (status) {
            lrp_step_release(given, call->in_count);
            return lrp_step_blame(step, status, err);
        }
    }
    return LRP_OK;
}

/* Values that are not in the blocks its vjp works in have to be turned, so that they had better all be. */
enum lrp_status lrp_step_plan(const struct lrp_rule_step *step, struct lrp_vjp_plan *plan, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    *plan = (struct lrp_vjp_plan){.written = lrp_call_weighted(&n->call) || n->call.op->traits & LRP_TRAIT_SELECTS};
    if (!n->call.op->vjp) {
        lrp_fail(err, LRP_UNSUPPORTED, "operator %s cannot be differentiated (--method ablation asks for outputs alone)",
                 n->call.op_type);
        return lrp_step_blame(step, LRP_UNSUPPORTED, err);
    }
    enum lrp_status status = lrp_engine_handle(step->engine, step->node, NULL, &plan->handle, step->run, err);
    if (!status)
        status = lrp_engine_blocks(step->engine, step->node, step->values, plan->handle, true, step->run, &plan->from,
                                   &plan->to, err);
    bool alike = !status;
    for (int i = 0; alike && i < n->call.in_count; i++)
        if (lrp_call_is_data(&n->call, i)) alike = step->values[n->in[i]]->block == plan->to;
    alike = alike && (!plan->from || step->values[n->out[0]]->block == plan->from);
    if (!alike && !lrp_call_weighted(&n->call)) plan->from = plan->to = 0;
    return status;
}

/* The cotangents in the blocks that are asked for: borrowed, or made in `made` if they have to be blocked. */
static enum lrp_status cotangents(const struct lrp_rule_step *step, int block, const struct lrp_tensor *const *s,
                                  const struct lrp_tensor **out, struct lrp_tensor **made, struct lrp_error *err)
{
    const struct lrp_call *call = &lrp_step_node(step)->call;
    enum lrp_status status = LRP_OK;
    for (int j = 0; !status && j < call->out_count; j++) {
        out[j] = s[j];
        status = lrp_engine_row_major(step->engine, step->node, block, step->run, &out[j], err);
    }
    if (status || !block || !out[0] || out[0]->block) return status;
    status = lrp_tensor_take_blocked(step->run->pool, &out[0]->shape, block, made, err);
    if (status) return lrp_step_blame(step, status, err);
    lrp_tensors_add(1, out[0], true, *made, step->run);
    out[0] = *made;
    return LRP_OK;
}

enum lrp_status lrp_step_pull_back(const struct lrp_rule_step *step, const struct lrp_vjp_plan *plan,
                                   const struct lrp_tensor *const *s, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    struct lrp_const_tensor_slots inputs, outputs, back;
    const struct lrp_tensor **in = lrp_const_tensor_slots(&inputs, n->call.in_count);
    const struct lrp_tensor **out = lrp_const_tensor_slots(&outputs, n->call.out_count);
    const struct lrp_tensor **cotangent = lrp_const_tensor_slots(&back, n->call.out_count);
    struct lrp_tensor *made = NULL;
    void *handle = NULL;
    enum lrp_status status = in && out && cotangent ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_engine_inputs(step->engine, step->node, step->values, plan->to, step->run, in, err);
    for (int i = 0; !status && i < n->call.out_count; i++) {
        out[i] = n->out[i] < 0 ? NULL : step->values[n->out[i]];
        status = lrp_engine_row_major(step->engine, step->node, plan->from, step->run, &out[i], err);
    }
    if (!status) status = cotangents(step, plan->from, s, cotangent, &made, err);
    if (!status) status = lrp_engine_handle(step->engine, step->node, NULL, &handle, step->run, err);
    if (!status) {
        status =
            (plan->shares ? n->call.op->share : n->call.op->vjp)(&n->call, handle, in, out, cotangent, given, step->run, err);
        if (status) lrp_step_blame(step, status, err);
    }
    lrp_tensor_release(made);
    lrp_const_tensor_slots_free(&inputs);
    lrp_const_tensor_slots_free(&outputs);
    lrp_const_tensor_slots_free(&back);
    return status;
}

/* ---- what rows call ---- */

enum lrp_status lrp_apply_gradient(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    struct lrp_vjp_plan plan;
    enum lrp_status status = lrp_step_plan(step, &plan, err);
    if (!status) status = lrp_step_new_given(step, (struct lrp_output_layout){!plan.written, plan.to}, given, err);
    if (status) return status;
    status = lrp_step_pull_back(step, &plan, step->relevance, given, err);
    if (status) lrp_step_release(given, lrp_step_node(step)->call.in_count);
    return status;
}

enum lrp_status lrp_apply_rows(const struct lrp_rule_step *step, lrp_rule_apply *rule, struct lrp_tensor **given,
                               struct lrp_error *err)
{
    enum lrp_status status = lrp_step_new_given(step, (struct lrp_output_layout){true, 0}, given, err);
    if (!status) status = lrp_rule_step_row_major(step, err);
    return !status ? rule(step, given, err) : status;
}

/* What the function says of an error is told of the layer. */
static enum lrp_status call_function(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    enum lrp_status status = step->rule->how->function(step->rule->how->data, step, given, err);
    return !status ? LRP_OK : lrp_step_blame(step, status, err);
}

enum lrp_status lrp_apply_function(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    return lrp_apply_rows(step, call_function, given, err);
}

/* ---- rules that read numbers one by one ---- */

enum lrp_status lrp_rule_step_row_major(const struct lrp_rule_step *step, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    enum lrp_status status = LRP_OK;
    for (int i = 0; !status && i < n->call.in_count + n->call.out_count; i++) {
        const int value = i < n->call.in_count ? n->in[i] : n->out[i - n->call.in_count];
        const struct lrp_tensor *t = value < 0 ? NULL : step->values[value];
        status = lrp_engine_row_major(step->engine, step->node, 0, step->run, &t, err);
        t = i < n->call.in_count ? NULL : step->relevance[i - n->call.in_count];
        if (!status) status = lrp_engine_row_major(step->engine, step->node, 0, step->run, &t, err);
    }
    return status;
}

const struct lrp_tensor *lrp_rule_step_value(const struct lrp_rule_step *step, int value)
{
    return value < 0 ? NULL : lrp_tensor_row_major(step->values[value], step->run);
}

const struct lrp_tensor *lrp_rule_step_relevance(const struct lrp_rule_step *step, int output)
{
    return lrp_tensor_row_major(step->relevance[output], step->run);
}

enum lrp_status lrp_apply(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    const enum lrp_status status = step->apply(step, given, err);
    if (status) lrp_step_release(given, lrp_step_node(step)->call.in_count);
    return status;
}
