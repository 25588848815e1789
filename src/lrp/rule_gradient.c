/* rule_gradient.c: the rule gradient, and what its methods do at ReLU. */
#include <math.h>

#include "account.h"
#include "apply_parts.h"

/* Where a unit hands on what it gets, as ReLU and ReLU6 do. */
static bool is_open(float z, enum lrp_kind kind)
{
    return z > 0 && (kind != LRP_KIND_RELU6 || z < 6);
}

/* Through a ReLU: R where it is positive, and, guided, where the unit is, too. */
static enum lrp_status rectify(const struct lrp_rule_step *step, enum lrp_kind kind, bool guided, struct lrp_tensor **given)
{
    const struct lrp_node *n = lrp_step_node(step);
    const struct lrp_tensor *r = lrp_rule_step_relevance(step, 0), *z = lrp_rule_step_value(step, n->in[0]);
    for (size_t i = 0; given[0] && r && i < r->count; i++)
        given[0]->f[i] = r->f[i] > 0 && (!guided || is_open(z->f[i], kind)) ? r->f[i] : 0;
    return LRP_OK;
}

static enum lrp_status rectify_guided(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    (void)err;
    return rectify(step, lrp_call_kind(&lrp_step_node(step)->call), true, given);
}

static enum lrp_status rectify_deconv(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    (void)err;
    return rectify(step, lrp_call_kind(&lrp_step_node(step)->call), false, given);
}

static bool rectifies(const struct lrp_rule_step *step)
{
    const enum lrp_kind kind = lrp_call_kind(&lrp_step_node(step)->call);
    return kind == LRP_KIND_RELU || kind == LRP_KIND_RELU6;
}

enum lrp_status lrp_apply_guided(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    return rectifies(step) ? lrp_apply_rows(step, rectify_guided, given, err) : lrp_apply_gradient(step, given, err);
}

enum lrp_status lrp_apply_deconv(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    return rectifies(step) ? lrp_apply_rows(step, rectify_deconv, given, err) : lrp_apply_gradient(step, given, err);
}

static enum lrp_status apply_as_asked(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    switch (step->rule->relu) {
    case LRP_RELU_GUIDED:
        return lrp_apply_guided(step, given, err);
    case LRP_RELU_DECONV:
        return lrp_apply_deconv(step, given, err);
    case LRP_RELU_PLAIN:
        break;
    }
    return lrp_apply_gradient(step, given, err);
}

const struct lrp_rule_row lrp_rule_row_gradient = {
    .info = {.name = "gradient",
             .formula = "J^T R, through ReLU as relu says: guided where R > 0 too, deconv where R > 0",
             .fits = LRP_FITS_TEXT_ANY,
             LRP_RULE_TAKES({"relu", "plain", LRP_PARAMETER_RELU})},
    .apply = apply_as_asked,
    .account = lrp_account_gradient,
    .through_activation = true,
    .fit = lrp_fits_any};
