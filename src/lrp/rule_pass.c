/* rule_pass.c: the rule pass. */
#include "account.h"
#include "apply_parts.h"
#include "vector.h"

static enum lrp_status apply_as_it_is(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_call *call = &lrp_step_node(step)->call;
    if (call->op->traits & (LRP_TRAIT_MOVES | LRP_TRAIT_ROUTES)) return lrp_apply_gradient(step, given, err);
    for (int i = 0; i < call->in_count; i++) /* of a layer whose shapes were not known when it got its rule */
        if (lrp_call_is_data(call, i) && step->relevance[0] &&
            lrp_shape_count(call->in[i].shape) != lrp_shape_count(&step->relevance[0]->shape))
            return lrp_apply_fallback(step, given, err);
    enum lrp_status status =
        lrp_step_new_given(step, (struct lrp_output_layout){!step->relevance[0], LRP_LIKE_VALUES}, given, err);
    for (int i = 0; !status && i < call->in_count; i++)
        if (given[i] && step->relevance[0]) lrp_tensors_add(1, step->relevance[0], true, given[i], step->run);
    return status;
}

const struct lrp_rule_row lrp_rule_row_pass = {
    .info = {.name = "pass", .formula = "R, reshaped or routed back", .fits = LRP_FITS_TEXT_EQUAL},
    .apply = apply_as_it_is,
    .account = lrp_account_pass,
    .fit = lrp_fits_equal_count};
