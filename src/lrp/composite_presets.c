/* composite_presets.c: the composites that have names. */
#include "composite_presets.h"

#include <string.h>

/* What AttnLRP (Achtibat 2024) does: zero on everything that is linear, a sum, a product or a softmax; normalisation by its own
 * rule; activations pass relevance on. */
#define ATTNLRP                                                                                                                \
    "global(zero)",                                                                                                            \
        "global-type(layer-norm=layer-norm,normalization=pass,activation=pass,reshaping=pass,dropout=pass,identity="           \
        "pass)"
/* What CP-LRP (Ali 2022) adds: attention's weights and gates are constants. */
#define STOP_ATTENTION "attention-softmax=stop"

/* What excitation backprop and deep Taylor decomposition share: winners of maxima, means and sums by their parts. */
#define WINNERS "max-pooling=gradient,mean-pooling=zero,add=zero,activation=pass,reshaping=pass,dropout=pass,identity=pass"

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
     .argument = {{.name = "low", .value = ""}, {.name = "high", .value = ""}},
     .convolution = "gamma(0.25)",
     .convolution_under = {[LRP_CONVENTION_ZENNIT] = "generalized-gamma(0.25)"},
     .first = "z-box"},
    {.info = {"attnlrp", "", "AttnLRP, for transformers: zero, norms by their own rule, activations pass"},
     .primitives = {ATTNLRP}},
    {.info = {"cp-lrp", "", "CP-LRP, for transformers: attnlrp with attention's weights and gates taken as constants"},
     .primitives = {ATTNLRP, "global-type(" STOP_ATTENTION ",gate=stop)"}},
    {.info = {"vit-gamma", "conv=0.25, linear=0.05",
              "for vision transformers: generalized-gamma for convolutions and dense layers, zero for projections, CP-LRP"},
     .arguments = 2,
     .argument = {{.name = "conv", .value = "0.25"}, {.name = "linear", .value = "0.05"}},
     .primitives = {ATTNLRP, "global-type(projection=zero,convolution=generalized-gamma($1),dense=generalized-gamma($2))",
                    "global-type(" STOP_ATTENTION ")"}},
    {.info = {"relp", "", "RelP: attnlrp with attention's weights taken as constants"},
     .primitives = {ATTNLRP, "global-type(" STOP_ATTENTION ")"}},
    {.info = {"excitation-backprop", "bias=off",
              "excitation backprop (Zhang 2016): z-plus, winners of maxima; zennit: bias=on, activations by gradient"},
     .arguments = 1,
     .argument = {{"bias", "off", {[LRP_CONVENTION_ZENNIT] = "on"}}},
     .differentiates = LRP_CONVENTION_ZENNIT,
     .primitives = {"global-type(convolution=z-plus(bias=$1),dense=z-plus(bias=$1),scale=z-plus(bias=$1)," WINNERS ")"}},
    {.info =
         {"deep-taylor", "low, high",
          "deep Taylor decomposition (Montavon 2017): w-square for the first layer, or z-box(low,high); ReLU networks only"},
     .arguments = 2,
     .argument = {{"low", "", {NULL}}, {"high", "", {NULL}}},
     .bare = "first-of-type(convolution=w-square(bias=off),dense=w-square(bias=off))",
     .only_relu = true,
     .no_negative = true,
     .primitives = {"global-type(convolution=z-plus(bias=off),dense=z-plus(bias=off),scale=z-plus(bias=off)," WINNERS ")",
                    "first-of-type(convolution=z-box($1,$2),dense=z-box($1,$2))"}},
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
