/* apply_fallback.c: any layer, through its vjp: z = f(a), s = R/stab(z), R_in = a * J^T s. */
#include "apply.h"
#include "apply_parts.h"
#include "pool.h"
#include "tensor_slots.h"
#include "vector.h"

/* What goes back through the vjp: R/stab(z), or, where outputs are elements of the input, what these get: z R/stab(z). */
static enum lrp_status fallback_divide(const struct lrp_rule_step *step, const struct lrp_vjp_plan *plan, struct lrp_tensor **s,
                                       struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    for (int j = 0; j < n->call.out_count; j++) {
        if (!step->relevance[j]) continue;
        const struct lrp_tensor *z = step->values[n->out[j]];
        enum lrp_status status =
            lrp_tensor_take_blocked(step->run->pool, &step->relevance[j]->shape, j ? 0 : plan->from, &s[j], err);
        if (status) return status;
        if (n->call.op->traits & LRP_TRAIT_SELECTS)
            lrp_tensors_share(z, step->relevance[j], z, step->rule->stabilizer, s[j], step->run);
        else
            lrp_tensors_divide(step->relevance[j], z, step->rule->stabilizer, NULL, 0, s[j], step->run);
    }
    return LRP_OK;
}

/* True for sums of values of one shape and for gates: no vjp is needed, it takes s as it is to every input. */
static bool is_direct(const struct lrp_call *call)
{
    const bool gates = call->op->traits & LRP_TRAIT_GATES;
    if (!gates && !(call->op->traits & LRP_TRAIT_ADDS)) return false;
    for (int i = 0; i < call->in_count; i++)
        if (lrp_call_is_data(call, i) && !lrp_shape_equal(call->in[i].shape, call->out[0].shape)) return false;
    return true;
}

/* R_in = a * R/stab(z) in one pass. What a gate stops has z 0, and what it lets through a = z. */
static void share_directly(const struct lrp_rule_step *step, struct lrp_tensor **given)
{
    const struct lrp_node *n = lrp_step_node(step);
    const struct lrp_tensor *z = step->values[n->out[0]];
    for (int i = 0; i < n->call.in_count; i++)
        if (given[i])
            lrp_tensors_share(n->call.op->traits & LRP_TRAIT_GATES ? z : step->values[n->in[i]], step->relevance[0], z,
                              step->rule->stabilizer, given[i], step->run);
}

/* Without the quotient, where the operator knows how: of a product's k factors each gets R / k. */
static enum lrp_status apply_share(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_call *call = &lrp_step_node(step)->call;
    const struct lrp_vjp_plan plan = {.shares = true};
    const float part = call->op->traits & LRP_TRAIT_PRODUCT ? 1.0F / (float)lrp_rule_step_count(step) : 1;
    enum lrp_status status = lrp_step_new_given(step, (struct lrp_output_layout){true, 0}, given, err);
    if (!status) status = lrp_step_pull_back(step, &plan, step->relevance, given, err);
    for (int i = 0; !status && part < 1 && i < call->in_count; i++)
        if (given[i]) lrp_tensors_add(part, given[i], true, given[i], step->run);
    return status;
}

/* a * J^T s for every input; a product's k factors get 1/k of it each. */
static void times_inputs(const struct lrp_rule_step *step, struct lrp_tensor **given)
{
    const struct lrp_node *n = lrp_step_node(step);
    const int factors = n->call.op->traits & LRP_TRAIT_PRODUCT ? lrp_rule_step_count(step) : 1;
    for (int i = 0; i < n->call.in_count; i++)
        if (given[i]) lrp_tensors_contribute(1.0F / (float)factors, step->values[n->in[i]], given[i], step->run);
}

enum lrp_status lrp_apply_own(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_losses *losses,
                              struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    const struct lrp_relevance how = {step->rule->stabilizer, step->half_gates, losses};
    struct lrp_const_tensor_slots inputs, outputs, relevances;
    const struct lrp_tensor **in = lrp_const_tensor_slots(&inputs, n->call.in_count);
    const struct lrp_tensor **out = lrp_const_tensor_slots(&outputs, n->call.out_count);
    const struct lrp_tensor **relevance = lrp_const_tensor_slots(&relevances, n->call.out_count);
    void *handle = NULL;
    enum lrp_status status = in && out && relevance ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_engine_inputs(step->engine, step->node, step->values, 0, step->run, in, err);
    for (int j = 0; !status && j < n->call.out_count; j++) {
        out[j] = lrp_rule_step_value(step, n->out[j]);
        if (step->relevance[j]) relevance[j] = lrp_rule_step_relevance(step, j);
    }
    if (!status) status = lrp_engine_handle(step->engine, step->node, NULL, &handle, step->run, err);
    if (!status) {
        status = n->call.op->relevance(&n->call, handle, in, out, relevance, given, &how, step->run, err);
        if (status) lrp_step_blame(step, status, err);
    }
    lrp_const_tensor_slots_free(&inputs);
    lrp_const_tensor_slots_free(&outputs);
    lrp_const_tensor_slots_free(&relevances);
    return status;
}

static enum lrp_status by_own(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    return lrp_apply_own(step, given, NULL, err);
}

enum lrp_status lrp_apply_fallback(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    struct lrp_vjp_plan plan;
    if (n->call.op->traits & (LRP_TRAIT_MOVES | LRP_TRAIT_ROUTES)) return lrp_apply_gradient(step, given, err);
    if (n->call.op->share) return apply_share(step, given, err);
    if (n->call.op->relevance) return lrp_apply_rows(step, by_own, given, err);
    if (is_direct(&n->call)) {
        enum lrp_status status = lrp_step_new_given(step, (struct lrp_output_layout){false, LRP_LIKE_VALUES}, given, err);
        if (!status) share_directly(step, given);
        return status;
    }
    struct lrp_tensor_slots divided;
    struct lrp_tensor **s = lrp_tensor_slots(&divided, n->call.out_count);
    enum lrp_status status = s ? lrp_step_plan(step, &plan, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_step_new_given(step, (struct lrp_output_layout){!plan.written, plan.to}, given, err);
    if (!status) status = fallback_divide(step, &plan, s, err);
    if (!status) status = lrp_step_pull_back(step, &plan, (const struct lrp_tensor *const *)s, given, err);
    if (!status && !(n->call.op->traits & LRP_TRAIT_SELECTS)) times_inputs(step, given);
    lrp_step_release(s, n->call.out_count);
    lrp_tensor_slots_free(&divided);
    return status;
}
