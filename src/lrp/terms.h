/* terms.h: rules as data: groups of terms (architecture.md, principle 2). */
#ifndef LRP_LRP_TERMS_H
#define LRP_LRP_TERMS_H

#include "lrpscope/rule.h"
#include "ops.h"

/* What stands in for a layer's input in a term. */
enum lrp_term_input { LRP_TERM_A, LRP_TERM_A_POSITIVE, LRP_TERM_A_NEGATIVE, LRP_TERM_ONE, LRP_TERM_LOW, LRP_TERM_HIGH };
/* sign * (W~ a~ + b~) in the denominator, sign * a~ * W~^T s on the way back. */
struct lrp_term {
    enum lrp_term_input input;
    enum lrp_weight_modifier weight, bias;
    int sign;
};
enum lrp_group_mask { LRP_MASK_ALL, LRP_MASK_POSITIVE, LRP_MASK_NEGATIVE }; /* of z of the unmodified layer */
enum lrp_group_factor { LRP_FACTOR_ONE, LRP_FACTOR_ALPHA, LRP_FACTOR_MINUS_BETA };
struct lrp_group {
    enum lrp_group_factor factor;
    enum lrp_group_mask mask;
    int term_count;
    struct lrp_term terms[4];
};
enum { LRP_GROUPS = 4 };

/* How a rule works: by terms, or by a function of its own. */
enum lrp_rule_method { LRP_BY_TERMS, LRP_BY_PASSING, LRP_BY_GRADIENT, LRP_BY_LAYER_NORM };
enum lrp_rule_fit { LRP_FITS_VJP, LRP_FITS_WEIGHTS, LRP_FITS_EQUAL_COUNT, LRP_FITS_LAYER_NORM };
enum lrp_parameter {
    LRP_PARAMETER_NONE,
    LRP_PARAMETER_STABILIZER,
    LRP_PARAMETER_EPSILON, /* epsilon's name for its stabilizer */
    LRP_PARAMETER_GAMMA,
    LRP_PARAMETER_ALPHA,
    LRP_PARAMETER_BETA,
    LRP_PARAMETER_LOW,
    LRP_PARAMETER_HIGH,
    LRP_PARAMETER_BIAS,
    LRP_PARAMETER_INPUTS,
    LRP_PARAMETER_COUNT
};
struct lrp_rule_row {
    struct lrp_rule_info info;
    enum lrp_rule_method method;
    enum lrp_rule_fit fit;
    int positional;                   /* how many of the parameters may be given without a name */
    enum lrp_bias_mode bias;          /* default */
    int group_count;
    struct lrp_group groups[LRP_GROUPS];
};
const struct lrp_rule_row *lrp_rule_row(int id);
/* -1 if there is none of that name. */
int lrp_rule_find(const char *name);
/* LRP_PARAMETER_NONE for a name that is none. */
enum lrp_parameter lrp_parameter_find(const char *name);
/* The default stabilizer and, for rules that a convention renames in presets, bias. */
void lrp_rule_defaults(int id, enum lrp_convention convention, struct lrp_rule *out);
/* The groups of a rule with its parameters applied: bias modes, whole inputs. Returns how many. */
int lrp_rule_groups(const struct lrp_rule *rule, struct lrp_group groups[LRP_GROUPS]);

#endif
