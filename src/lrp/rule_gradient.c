/* rule_gradient.c: the rule gradient. */
#include "account.h"
#include "apply_parts.h"

/* Through a ReLU: R where it is positive, and, guided, where the unit is, too. */
static enum lrp_status rectify(const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(a);
    const struct lrp_tensor *r = lrp_rule_step_relevance(a, 0), *z = lrp_rule_step_value(a, n->out[0]);
    for (size_t i = 0; given[0] && r && i < r->count; i++)
        given[0]->f[i] = r->f[i] > 0 && (a->rule->relu == LRP_RELU_DECONV || z->f[i] > 0) ? r->f[i] : 0;
    (void)err;
    return LRP_OK;
}

static enum lrp_status apply_rectified(const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const bool rectifies = lrp_step_node(a)->call.op->static_kind == LRP_KIND_RELU && a->rule->relu != LRP_RELU_PLAIN;
    return rectifies ? lrp_apply_rows(a, rectify, given, err) : lrp_apply_gradient(a, given, err);
}

const struct lrp_rule_row lrp_rule_row_gradient = {
    .info = {.name = "gradient",
             .formula = "J^T R, through ReLU as relu says: guided where R > 0 too, deconv where R > 0",
             .fits = LRP_FITS_TEXT_ANY,
             LRP_RULE_TAKES({"relu", "plain", LRP_PARAMETER_RELU})},
    .apply = apply_rectified,
    .account = lrp_account_gradient,
    .through_activation = true,
    .fit = lrp_fits_any};
