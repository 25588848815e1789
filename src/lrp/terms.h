/* terms.h: rules as data: rows of groups of terms (architecture.md, principle 2), in the table or in a book. */
#ifndef LRP_LRP_TERMS_H
#define LRP_LRP_TERMS_H

#include "lrpscope/layer.h"
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

/* How a rule works: by terms, or by a function. */
enum lrp_rule_method { LRP_BY_TERMS, LRP_BY_PASSING, LRP_BY_GRADIENT, LRP_BY_LAYER_NORM, LRP_BY_FUNCTION };
enum lrp_rule_fit { LRP_FITS_VJP, LRP_FITS_WEIGHTS, LRP_FITS_EQUAL_COUNT, LRP_FITS_LAYER_NORM };
/* What a parameter is: most are numbers, kept in the rule's `values` at the place they have in the row's list. */
enum lrp_parameter {
    LRP_PARAMETER_NUMBER,
    LRP_PARAMETER_STABILIZER, /* epsilon's epsilon is its stabilizer */
    LRP_PARAMETER_LOW,
    LRP_PARAMETER_HIGH,
    LRP_PARAMETER_BIAS,
    LRP_PARAMETER_INPUTS
};

/* what such rules fit, in words, separated by ", " */
#define LRP_FITS_TEXT_WEIGHTS "dense, convolution, transposed-convolution, scale"

struct lrp_rule_step;
/* A rule that is a function: given[i] is a zeroed tensor for every data input i of the node, NULL for the others; the function
 * fills them. `data` is the row's. Errors are blamed on the layer by the caller. */
typedef enum lrp_status lrp_rule_function(void *data, const struct lrp_rule_step *application, struct lrp_tensor **given,
                                          struct lrp_error *err);

/* A row of the table or of a book. The same description serves both; a book copies what it is given. */
struct lrp_rule_row {
    struct lrp_rule_info info;
    enum lrp_rule_method method;
    enum lrp_rule_fit fit;
    int positional;          /* how many of the parameters may be given without a name */
    enum lrp_bias_mode bias; /* default */
    int group_count;
    struct lrp_group groups[LRP_GROUPS];
    /* rows of a book: */
    bool custom;                 /* defaults are those of the parameters' texts; "epsilon" is a number like any other */
    bool own_stabilizer;         /* its stabilizer's default is the parameter's text, not the convention's */
    lrp_rule_function *function; /* of LRP_BY_FUNCTION */
    void *data;                  /* for it */
    void (*retain)(void *data), (*release)(void *data); /* called for every copy of the row; may be NULL */
};
enum lrp_parameter lrp_parameter_kind(const struct lrp_rule_row *row, int place);
/* Place of a parameter in the row's list, -1 if it has none of that name; the table's epsilon also goes by stabilizer. */
int lrp_parameter_place(const struct lrp_rule_row *row, const char *name);
/* The table's row, NULL past the end. */
const struct lrp_rule_row *lrp_rule_row(size_t index);
/* The row of that name: the table's, then the book's (may be NULL). NULL if there is none. */
const struct lrp_rule_row *lrp_rule_find(const struct lrp_rule_book *book, const char *name);
/* A rule with its defaults: the convention's stabilizer and, where a convention says so, bias and inputs. */
void lrp_rule_defaults(const struct lrp_rule_row *row, enum lrp_convention convention, struct lrp_rule *out);
/* The groups of a rule with its parameters applied: bias modes, whole inputs, amounts. Returns how many. */
int lrp_rule_groups(const struct lrp_rule *rule, struct lrp_group groups[LRP_GROUPS]);

#endif
