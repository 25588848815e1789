/* modify.c: the weight modifiers of the rules. */
#include "ops.h"

static float modified_value(enum lrp_weight_modifier modifier, float gamma, float value)
{
    const float positive = value > 0 ? value : 0;
    const float negative = value < 0 ? value : 0;

    switch (modifier) {
    case LRP_WEIGHT_POSITIVE:
        return positive;
    case LRP_WEIGHT_NEGATIVE:
        return negative;
    case LRP_WEIGHT_SQUARED:
        return value * value;
    case LRP_WEIGHT_ONE:
        return 1;
    case LRP_WEIGHT_GAMMA_POSITIVE:
        return value + gamma * positive;
    case LRP_WEIGHT_GAMMA_NEGATIVE:
        return value + gamma * negative;
    case LRP_WEIGHT_NONE:
        return 0;
    case LRP_WEIGHT_AS_IS:
    case LRP_WEIGHT_MODIFIER_COUNT:
        break;
    }
    return value;
}

void lrp_modify(enum lrp_weight_modifier modifier, float gamma, float *values, size_t count)
{
    if (modifier == LRP_WEIGHT_AS_IS) return;
    for (size_t i = 0; i < count; i++) values[i] = modified_value(modifier, gamma, values[i]);
}
