/* composite_presets.c: the composites that have names. */
#include "composite_presets.h"

#include <string.h>

static const struct lrp_preset presets[] = {
    {.info = {"epsilon-plus", "", "z-plus for convolutions, epsilon for dense layers"}, .convolution = "z-plus"},
    {.info = {"epsilon-alpha2-beta1", "", "alpha-beta(2,1) for convolutions, epsilon for dense layers"},
     .convolution = "alpha-beta(2,1)"},
    {.info = {"epsilon-plus-flat", "", "epsilon-plus, flat for the first layer if it is a convolution"},
     .convolution = "z-plus",
     .first = "flat",
     .first_dense = true},
    {.info = {"epsilon-alpha2-beta1-flat", "", "epsilon-alpha2-beta1, flat for the first layer if it is a convolution"},
     .convolution = "alpha-beta(2,1)",
     .first = "flat",
     .first_dense = true},
    {.info = {"epsilon-gamma-box", "low, high",
              "gamma(0.25) for convolutions, epsilon for dense layers, z-box for the first layer"},
     .arguments = 2,
     .convolution = "gamma(0.25)",
     .convolution_under = {[LRP_CONVENTION_ZENNIT] = "generalized-gamma(0.25)"},
     .first = "z-box"},
};
enum { PRESETS = sizeof presets / sizeof *presets };

const struct lrp_composite_info *lrp_composite_at(size_t index)
{
    return index < PRESETS ? &presets[index].info : NULL;
}

const struct lrp_preset *lrp_preset_find(const char *name)
{
    for (size_t i = 0; i < PRESETS; i++)
        if (strcmp(presets[i].info.name, name) == 0) return &presets[i];
    return NULL;
}
