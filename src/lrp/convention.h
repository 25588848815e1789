/* convention.h: conventions of tools as rows: everything in which they differ, but defaults of a rule's own (rule_row.h). */
#ifndef LRP_LRP_CONVENTION_H
#define LRP_LRP_CONVENTION_H

#include "lrpscope/rule.h"

struct lrp_convention_row {
    float stabilizer;      /* of rules that have no other */
    const char *uncovered; /* the rule of layers that no primitive of a composite covers */
    bool logit;            /* relevance starts with the logit, unless asked otherwise */
    const char *attention; /* the default composite of models with attention; NULL: that of all */
    bool inner_activation; /* a fused activation stays inside its layer: z = act(W a + b) */
    bool pull_request_26;  /* the model check's table is the one of that time */
    /* presets (composite_presets.c): what they do beyond convolutions */
    const char *before;  /* a primitive in front of the others; NULL: none */
    const char *by_type; /* the type map behind the convolution's entry */
    bool first_of_type;  /* the first-layer rule is for the first convolution, not for the first layer if it is one */
};
const struct lrp_convention_row *lrp_convention_row(enum lrp_convention convention);

#endif
