/* composite_presets.h: the table of composites that have names. */
#ifndef LRP_LRP_COMPOSITE_PRESETS_H
#define LRP_LRP_COMPOSITE_PRESETS_H

#include "lrpscope/composite.h"

/* A preset is a text in the language of composites: primitives of its own, or, without any, a type map of the convention's
 * (convention.h) behind a rule for convolutions, and a rule for the first layer. */
enum { LRP_PRESET_PRIMITIVES = 4, LRP_PRESET_ARGUMENTS = 2 };
struct lrp_preset {
    struct lrp_composite_info info;
    int arguments; /* at most LRP_PRESET_ARGUMENTS; in primitives they are $1 and $2 */
    struct lrp_preset_argument {
        const char *name, *value;                      /* its default; "": must be given */
        const char *value_under[LRP_CONVENTION_COUNT]; /* where a convention has another; NULL: `value` */
    } argument[LRP_PRESET_ARGUMENTS];
    const char *bare; /* the last primitive, where no argument is given: then none needs to be; NULL: not so */
    bool only_relu;   /* a model with another activation is refused */
    bool no_negative; /* a negative logit starts with 0 */
    /* The convention under which activations are differentiated, instead of passing relevance on, where the first argument is
     * "on"; the default convention, julia, stands for none. */
    enum lrp_convention differentiates;
    const char *primitives[LRP_PRESET_PRIMITIVES];       /* the last that fits wins; under every convention */
    const char *convolution;                             /* rule of convolutions */
    const char *convolution_under[LRP_CONVENTION_COUNT]; /* where a convention has another; NULL: `convolution` */
    const char *first; /* rule of the first layer, NULL: none of its own; takes the arguments */
    bool first_dense;  /* where the first-layer rule is sought, it may be a dense one, too */
};
/* The preset of that name, or NULL. */
const struct lrp_preset *lrp_preset_find(const char *name);

#endif
