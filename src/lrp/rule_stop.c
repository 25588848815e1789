/* rule_stop.c: the rule stop. */
#include "account.h"
#include "apply_parts.h"

static enum lrp_status apply_nothing(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    return lrp_step_new_given(step, (struct lrp_output_layout){true, 0}, given, err);
}

const struct lrp_rule_row lrp_rule_row_stop = {
    .info = {.name = "stop", .formula = "0: the layer's output is a constant to all that follows", .fits = LRP_FITS_TEXT_ALL},
    .apply = apply_nothing,
    .account = lrp_account_design,
    .stops = true,
    .fit = lrp_fits_all};
