/* fit.c: which layers a rule fits. */
#include "rule_row.h"

bool lrp_fits_all(const struct lrp_layer *layer, const struct lrp_call *call)
{
    (void)layer;
    (void)call;
    return true;
}

bool lrp_fits_any(const struct lrp_layer *layer, const struct lrp_call *call)
{
    (void)layer;
    return lrp_operator_differentiates(call->op);
}

bool lrp_fits_weights(const struct lrp_layer *layer, const struct lrp_call *call)
{
    (void)layer;
    return lrp_call_weighted(call);
}

static bool has_equal_count(const struct lrp_call *call)
{
    if (lrp_call_data_inputs(call) != 1 || call->out_count < 1 || !lrp_dtype_is_float(call->out[0].dtype)) return false;
    for (int i = 1; i < call->out_count; i++)
        if (call->out[i].present) return false;
    for (int i = 0; i < call->in_count; i++)
        if (lrp_call_is_data(call, i)) return lrp_shape_count(call->in[i].shape) == lrp_shape_count(call->out[0].shape);
    return false;
}

bool lrp_fits_equal_count(const struct lrp_layer *layer, const struct lrp_call *call)
{
    (void)layer;
    return (call->op->traits & LRP_TRAIT_MOVES && call->op->vjp) || has_equal_count(call);
}

bool lrp_fits_layer_norm(const struct lrp_layer *layer, const struct lrp_call *call)
{
    (void)call;
    return layer->kind == LRP_KIND_LAYER_NORM;
}
