/* composite_presets.h: the table of composites that have names. */
#ifndef LRP_LRP_COMPOSITE_PRESETS_H
#define LRP_LRP_COMPOSITE_PRESETS_H

#include "lrpscope/composite.h"

/* A preset is a text in the language of composites: a type map of the convention's (convention.h) behind a rule for
 * convolutions, and a rule for the first layer. */
struct lrp_preset {
    struct lrp_composite_info info;
    int arguments;                                       /* of `first` */
    const char *convolution;                             /* rule of convolutions */
    const char *convolution_under[LRP_CONVENTION_COUNT]; /* where a convention has another; NULL: `convolution` */
    const char *first;                                   /* rule of the first layer, NULL: none of its own */
    bool first_dense;                                    /* where the first-layer rule is sought, it may be a dense one, too */
};
/* The preset of that name, or NULL. */
const struct lrp_preset *lrp_preset_find(const char *name);

#endif
