/* terms.h: rules as data: groups of terms, from which one engine computes every rule of layers with weights.
 *
 * d = sum over the terms of sign * (W~ a~ + b~), s = mask R / stab(d, e), R_in = sum over the groups of c * sum over their
 * terms of sign * a~ * W~^T s: lrpscope-lrp(7). */
#ifndef LRP_LRP_TERMS_H
#define LRP_LRP_TERMS_H

#include "lrpscope/rule.h"
#include "ops.h"

/* What stands in for a layer's input in a term. */
enum lrp_term_input {
    LRP_TERM_A,
    LRP_TERM_A_POSITIVE,
    LRP_TERM_A_NEGATIVE,
    LRP_TERM_ONE,
    LRP_TERM_LOW,
    LRP_TERM_HIGH,
    LRP_TERM_INPUT_COUNT
};
/* An amount is a number or a small formula over the rule's parameters, as text: "0.5", "alpha", "-beta", "1+gamma" (amount.h).
 */

/* sign * (W~ a~ + b~) in the denominator, sign * a~ * W~^T s on the way back. */
struct lrp_term {
    enum lrp_term_input input;
    enum lrp_weight_modifier weight, bias;
    int sign;             /* 1 or -1 */
    const char *strength; /* amount: gamma of the GAMMA_ modifiers; NULL where there is none */
    float gamma;          /* its value: filled in by lrp_rule_groups */
};
enum lrp_group_mask { LRP_MASK_ALL, LRP_MASK_POSITIVE, LRP_MASK_NEGATIVE, LRP_MASK_COUNT }; /* of z of the unmodified layer */
enum { LRP_GROUPS = 4, LRP_TERMS = 4 };
struct lrp_group {
    const char *factor; /* amount; NULL: 1 */
    enum lrp_group_mask mask;
    int term_count;
    struct lrp_term terms[LRP_TERMS];
    const char *stabilizer; /* amount; NULL: the rule's stabilizer */
    float c, e;             /* values of factor and stabilizer: filled in by lrp_rule_groups */
};

#endif
