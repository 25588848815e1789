/* apply.c: rules at work: what all of them need (lrpscope-lrp(7)). */
#include "apply.h"

#include <stdlib.h>
#include <string.h>

#include "apply_parts.h"
#include "pool.h"
#include "rule_row.h"
#include "tensor_slots.h"
#include "vector.h"

const struct lrp_node *lrp_step_node(const struct lrp_rule_step *a)
{
    return &lrp_engine_graph(a->engine)->nodes[a->node];
}

enum lrp_status lrp_step_blame(const struct lrp_rule_step *a, enum lrp_status status, struct lrp_error *err)
{
    return lrp_engine_blame(a->engine, a->node, status, err);
}

bool lrp_rule_step_gives(const struct lrp_rule_step *a, int input)
{
    const struct lrp_node *n = lrp_step_node(a);
    return lrp_call_is_data(&n->call, input) && (!a->carries || a->carries[n->in[input]]);
}

int lrp_rule_step_count(const struct lrp_rule_step *a)
{
    int count = 0;
    for (int i = 0; i < lrp_step_node(a)->call.in_count; i++) count += lrp_rule_step_gives(a, i);
    return count;
}

void lrp_step_release(struct lrp_tensor **tensors, int count)
{
    for (int i = 0; tensors && i < count; i++) {
        lrp_tensor_release(tensors[i]);
        tensors[i] = NULL;
    }
}

enum lrp_status lrp_step_new_given(const struct lrp_rule_step *a, struct lrp_output_layout how, struct lrp_tensor **given,
                                   struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(a);
    const struct lrp_call *call = &n->call;
    for (int i = 0; i < call->in_count; i++) given[i] = NULL;
    for (int i = 0; i < call->in_count; i++) {
        if (!lrp_rule_step_gives(a, i)) continue;
        const int block = how.block == LRP_LIKE_VALUES ? a->values[n->in[i]]->block : how.block;
        enum lrp_status status = lrp_tensor_take_blocked(a->run->pool, &call->in[i].shape, block, &given[i], err);
        if (!status && how.zeroed) memset(given[i]->f, 0, lrp_tensor_bytes(given[i]));
        if (status) {
            lrp_step_release(given, call->in_count);
            return lrp_step_blame(a, status, err);
        }
    }
    return LRP_OK;
}

/* Values that are not in the blocks its vjp works in have to be turned, so that they had better all be. */
enum lrp_status lrp_step_plan(const struct lrp_rule_step *a, struct lrp_vjp_plan *plan, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(a);
    *plan = (struct lrp_vjp_plan){.written = lrp_call_weighted(&n->call) || n->call.op->traits & LRP_TRAIT_SELECTS};
    if (!n->call.op->vjp) {
        lrp_fail(err, LRP_UNSUPPORTED, "operator %s cannot be differentiated", n->call.op_type);
        return lrp_step_blame(a, LRP_UNSUPPORTED, err);
    }
    enum lrp_status status = lrp_engine_handle(a->engine, a->node, NULL, &plan->handle, a->run, err);
    if (!status)
        status = lrp_engine_blocks(a->engine, a->node, a->values, plan->handle, true, a->run, &plan->from, &plan->to, err);
    bool alike = !status;
    for (int i = 0; alike && i < n->call.in_count; i++)
        if (lrp_call_is_data(&n->call, i)) alike = a->values[n->in[i]]->block == plan->to;
    alike = alike && (!plan->from || a->values[n->out[0]]->block == plan->from);
    if (!alike && !lrp_call_weighted(&n->call)) plan->from = plan->to = 0;
    return status;
}

/* The cotangents in the blocks that are asked for: borrowed, or made in `made` if they have to be blocked. */
static enum lrp_status cotangents(const struct lrp_rule_step *a, int block, const struct lrp_tensor *const *s,
                                  const struct lrp_tensor **out, struct lrp_tensor **made, struct lrp_error *err)
{
    const struct lrp_call *call = &lrp_step_node(a)->call;
    enum lrp_status status = LRP_OK;
    for (int j = 0; !status && j < call->out_count; j++) {
        out[j] = s[j];
        status = lrp_engine_row_major(a->engine, a->node, block, a->run, &out[j], err);
    }
    if (status || !block || !out[0] || out[0]->block) return status;
    status = lrp_tensor_take_blocked(a->run->pool, &out[0]->shape, block, made, err);
    if (status) return lrp_step_blame(a, status, err);
    lrp_tensors_add(1, out[0], true, *made, a->run);
    out[0] = *made;
    return LRP_OK;
}

enum lrp_status lrp_step_pull_back(const struct lrp_rule_step *a, const struct lrp_vjp_plan *plan,
                                   const struct lrp_tensor *const *s, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(a);
    struct lrp_const_tensor_slots inputs, outputs, back;
    const struct lrp_tensor **in = lrp_const_tensor_slots(&inputs, n->call.in_count);
    const struct lrp_tensor **out = lrp_const_tensor_slots(&outputs, n->call.out_count);
    const struct lrp_tensor **cotangent = lrp_const_tensor_slots(&back, n->call.out_count);
    struct lrp_tensor *made = NULL;
    void *handle = NULL;
    enum lrp_status status = in && out && cotangent ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_engine_inputs(a->engine, a->node, a->values, plan->to, a->run, in, err);
    for (int i = 0; !status && i < n->call.out_count; i++) {
        out[i] = n->out[i] < 0 ? NULL : a->values[n->out[i]];
        status = lrp_engine_row_major(a->engine, a->node, plan->from, a->run, &out[i], err);
    }
    if (!status) status = cotangents(a, plan->from, s, cotangent, &made, err);
    if (!status) status = lrp_engine_handle(a->engine, a->node, NULL, &handle, a->run, err);
    if (!status) {
        status = (plan->shares ? n->call.op->share : n->call.op->vjp)(&n->call, handle, in, out, cotangent, given, a->run, err);
        if (status) lrp_step_blame(a, status, err);
    }
    lrp_tensor_release(made);
    lrp_const_tensor_slots_free(&inputs);
    lrp_const_tensor_slots_free(&outputs);
    lrp_const_tensor_slots_free(&back);
    return status;
}

/* ---- what rows call ---- */

enum lrp_status lrp_apply_gradient(const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    struct lrp_vjp_plan plan;
    enum lrp_status status = lrp_step_plan(a, &plan, err);
    if (!status) status = lrp_step_new_given(a, (struct lrp_output_layout){!plan.written, plan.to}, given, err);
    if (status) return status;
    status = lrp_step_pull_back(a, &plan, a->relevance, given, err);
    if (status) lrp_step_release(given, lrp_step_node(a)->call.in_count);
    return status;
}

enum lrp_status lrp_apply_rows(const struct lrp_rule_step *a, lrp_rule_apply *rule, struct lrp_tensor **given,
                               struct lrp_error *err)
{
    enum lrp_status status = lrp_step_new_given(a, (struct lrp_output_layout){true, 0}, given, err);
    if (!status) status = lrp_rule_step_row_major(a, err);
    return !status ? rule(a, given, err) : status;
}

/* What the function says of an error is told of the layer. */
static enum lrp_status call_function(const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    enum lrp_status status = a->rule->how->function(a->rule->how->data, a, given, err);
    return !status ? LRP_OK : lrp_step_blame(a, status, err);
}

enum lrp_status lrp_apply_function(const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    return lrp_apply_rows(a, call_function, given, err);
}

/* ---- rules that read numbers one by one ---- */

enum lrp_status lrp_rule_step_row_major(const struct lrp_rule_step *a, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(a);
    enum lrp_status status = LRP_OK;
    for (int i = 0; !status && i < n->call.in_count + n->call.out_count; i++) {
        const int value = i < n->call.in_count ? n->in[i] : n->out[i - n->call.in_count];
        const struct lrp_tensor *t = value < 0 ? NULL : a->values[value];
        status = lrp_engine_row_major(a->engine, a->node, 0, a->run, &t, err);
        t = i < n->call.in_count ? NULL : a->relevance[i - n->call.in_count];
        if (!status) status = lrp_engine_row_major(a->engine, a->node, 0, a->run, &t, err);
    }
    return status;
}

const struct lrp_tensor *lrp_rule_step_value(const struct lrp_rule_step *a, int value)
{
    return value < 0 ? NULL : lrp_tensor_row_major(a->values[value], a->run);
}

const struct lrp_tensor *lrp_rule_step_relevance(const struct lrp_rule_step *a, int output)
{
    return lrp_tensor_row_major(a->relevance[output], a->run);
}

enum lrp_status lrp_apply(const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const enum lrp_status status = a->apply(a, given, err);
    if (status) lrp_step_release(given, lrp_step_node(a)->call.in_count);
    return status;
}
