/* rule.h: the rules by which a layer hands relevance back. */
#ifndef LRPSCOPE_RULE_H
#define LRPSCOPE_RULE_H

#include <stddef.h>

#include "lrpscope/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Where conventions of tools differ. X(name, text, one line) */
#define LRP_CONVENTIONS(X)                                                                                                     \
    X(JULIA, "julia", "RelevancePropagation.jl 3.0, the default")                                                              \
    X(ZENNIT, "zennit", "Zennit 0.5: stabilizer 1e-6, generalized-gamma, gradient routing")                                    \
    X(CAPTUM, "captum", "Captum 0.7: starts with the logit, biases left as they are")                                          \
    X(PR26, "pr26", "ExplainableAI.jl as of pull request 26: activations stay inside the layer")                               \
    X(LXT, "lxt", "LXT (AttnLRP): stabilizer 1e-6, starts with the logit")
/* Names of the conventions. */
enum lrp_convention {
#define X(name, text, line) LRP_CONVENTION_##name,
    LRP_CONVENTIONS(X)
#undef X
        LRP_CONVENTION_COUNT
};
/* "julia"; what it is, in one line. Borrowed, static. */
const char *lrp_convention_text(enum lrp_convention convention);
const char *lrp_convention_line(enum lrp_convention convention);
/* Errors: LRP_USAGE naming what exists. */
enum lrp_status lrp_convention_parse(const char *text, enum lrp_convention *out, struct lrp_error *err);

/* What a rule takes for the bias: as the rule modifies it, unmodified, none. */
enum lrp_bias_mode { LRP_BIAS_ON, LRP_BIAS_RAW, LRP_BIAS_OFF };
/* Whether positive and negative inputs are told apart. */
enum lrp_inputs_mode { LRP_INPUTS_SPLIT, LRP_INPUTS_WHOLE };

/* How a gradient goes through a ReLU: as it does, only where it is positive too, only where it is positive. */
enum lrp_relu_mode { LRP_RELU_PLAIN, LRP_RELU_GUIDED, LRP_RELU_DECONV };

/* Rules beyond the table: custom ones of rules files, those of plugins, and what stands in for a rule on layers of one type.
 * Reference counted; may be added to until it is shared (by settings or a composite), then it never changes: copy it. No global
 * state: whoever reads a rule's name passes the book along, NULL where there is none. */
struct lrp_rule_book;
struct lrp_rule_row; /* how a rule works: opaque here */

/* Most parameters of a rule. */
enum { LRP_RULE_PARAMETERS = 8 };
/* A rule with its parameters: a value. `low` and `high` (z-box) are 1, channels, or all elements of a sample; owned. */
struct lrp_rule {
    const struct lrp_rule_row
        *row; /* its name and parameters; the table's, or the book's it was parsed with, which outlives it */
    const struct lrp_rule_row *how;    /* what is computed: row, or what a book has for it on this layer's type */
    float stabilizer;                  /* epsilon's epsilon is its stabilizer */
    float values[LRP_RULE_PARAMETERS]; /* numbers (gamma, alpha, beta, ...) at their place in the row's list of parameters */
    enum lrp_bias_mode bias;           /* the parameter "bias" */
    enum lrp_inputs_mode inputs;       /* the parameter "inputs" */
    enum lrp_relu_mode relu;           /* the parameter "relu" */
    float *low, *high;                 /* NULL where the rule has no bounds */
    size_t low_count, high_count;      /* numbers in each */
};
/* What a parameter of a rule is, and with that how its value is written. */
enum lrp_parameter_kind {
    LRP_PARAMETER_NUMBER,
    LRP_PARAMETER_STABILIZER,     /* a number >= 0 whose default is the convention's; also called "stabilizer" */
    LRP_PARAMETER_OWN_STABILIZER, /* likewise, with a default of the rule's own (epsilon's epsilon) */
    LRP_PARAMETER_LOW,            /* "0.5", or "[a;b;c]" with one per channel or per element */
    LRP_PARAMETER_HIGH,           /* likewise */
    LRP_PARAMETER_BIAS,           /* on, raw, off */
    LRP_PARAMETER_INPUTS,         /* split, whole */
    LRP_PARAMETER_RELU,           /* plain, guided, deconv */
    LRP_PARAMETER_KIND_COUNT
};
/* A parameter of a rule. Borrowed. */
struct lrp_rule_parameter {
    const char *name;             /* "alpha" */
    const char *value;            /* default as text under the julia convention; "" = must be given */
    enum lrp_parameter_kind kind; /* how it is written */
};
/* Where the rule of a layer comes from. */
struct lrp_rule_source {
    const char *text;     /* "epsilon-plus-flat: global-type convolution", "layer 9", "--rule conv*", "fallback"; "": no rule */
    bool fallback;        /* nobody gave it: what the convention has where no primitive does */
    const char *selector; /* of the --rule that gave it, "conv*"; NULL: a composite's primitive, or nobody */
    const char *plugin;   /* file name of the plugin that computes in its stead; NULL: none */
};

/* What there is to say of a rule. Borrowed. */
struct lrp_rule_info {
    const char *name, *formula;                                /* what it is called by; what it computes, one line */
    const char *fits;                                          /* "any layer with a vjp", "layers with weights", ... */
    struct lrp_rule_parameter parameters[LRP_RULE_PARAMETERS]; /* in the order they may be given without names */
    int parameter_count;                                       /* how many */
    const char *origin;                                        /* file or plugin a custom rule is from; NULL for the table's */
};
/* The rules: the table's, then the book's (may be NULL); NULL past the end. Borrowed, static or from the book. */
const struct lrp_rule_info *lrp_rule_at(const struct lrp_rule_book *book, size_t index);
/* The words custom rules are written in, for manuals and messages: keys of a rule, a group, a term; what a term's input, weight
 * and bias, a group's mask, and an amount (factor, stabilizer, g) can be. */
enum lrp_words {
    LRP_WORDS_RULE,
    LRP_WORDS_GROUP,
    LRP_WORDS_TERM,
    LRP_WORDS_INPUT,
    LRP_WORDS_WEIGHT,
    LRP_WORDS_BIAS,
    LRP_WORDS_MASK,
    LRP_WORDS_AMOUNT,
    LRP_WORDS_COUNT
};
/* A word of custom rules. Static. */
struct lrp_word {
    const char *name, *line; /* as it is written; what it means */
};
/* The words of a list, in the order manuals have them; NULL past the end. Static. */
const struct lrp_word *lrp_word_at(enum lrp_words list, size_t index);
/* Parses "alpha-beta(2,1)", "epsilon(0.25,bias=off)", "flat()". Defaults come from the convention; `book` may be NULL.
 * Errors: LRP_USAGE naming the nearest rules, the parameter, or the condition that does not hold. */
enum lrp_status lrp_rule_parse(const char *text, const struct lrp_rule_book *book, enum lrp_convention convention,
                               struct lrp_rule *out, struct lrp_error *err);
/* The shortest text that parses back to the same rule under the convention. Owned by the caller (free); NULL when out of
 * memory. */
char *lrp_rule_text(const struct lrp_rule *rule, enum lrp_convention convention);
/* out: to be cleared, too. Errors: LRP_MEMORY. */
enum lrp_status lrp_rule_copy(const struct lrp_rule *rule, struct lrp_rule *out, struct lrp_error *err);
/* Gives back what the rule owns, not the struct. */
void lrp_rule_clear(struct lrp_rule *rule);
/* Same formula, same parameters: of two books, too. */
bool lrp_rule_equal(const struct lrp_rule *a, const struct lrp_rule *b);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
