/* rule_row.h: a rule as a row: everything the program has to know of it.
 *
 * A term rule is one row of rule_table.c, and needs at least
 *     {.info = {.name = "w-plus", .formula = "a * W+^T(R / stab(W+ a))", .fits = WEIGHTED, PARAMETERS(STABILIZER)},
 *      BY_GROUPS, .fit = lrp_fits_weights,
 *      GROUPS({TERMS(TERM(A, POSITIVE, NONE))})},
 * A function rule is a file that ends in its row, and a word in LRP_FUNCTION_RULES below; at least (rule_halve.c)
 *     #include "account.h"
 *     #include "apply_parts.h"
 *
 *     static enum lrp_status halve(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
 *     {
 *         (void)err;
 *         const struct lrp_tensor *r = lrp_rule_step_relevance(step, 0);
 *         for (size_t i = 0; given[0] && r && i < r->count; i++) given[0]->f[i] = r->f[i] / 2;
 *         return LRP_OK;
 *     }
 *     static enum lrp_status halve_rows(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
 *     {
 *         return lrp_apply_rows(step, halve, given, err);
 *     }
 *     const struct lrp_rule_row lrp_rule_row_halve = {
 *         .info = {.name = "halve", .formula = "R / 2", .fits = LRP_FITS_TEXT_EQUAL},
 *         .apply = halve_rows, .account = lrp_account_design, .fit = lrp_fits_equal_count};
 * tests/unit/lrp/test_rule_rows.c fails by name for a row without a worked number, an even account, or a layer it fits and one
 * it does not. */
#ifndef LRP_LRP_RULE_ROW_H
#define LRP_LRP_RULE_ROW_H

#include "lrpscope/layer.h"
#include "lrpscope/ledger.h"
#include "terms.h"

struct lrp_rule_step;
struct lrp_account;

/* From the relevance of a node's outputs to what each input gets: given[i] becomes a new tensor for every data input i that
 * carries relevance, NULL for the others. Errors name the layer; what was given by then is released by the caller. */
typedef enum lrp_status lrp_rule_apply(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err);
/* Books what became of the relevance that the rule did not hand back: adds to the account's causes, all but OTHER. */
typedef enum lrp_status lrp_rule_account(const struct lrp_account *account, struct lrp_error *err);
/* Whether a rule can be given to a layer; `call` is its anchor's, which can be executed. */
typedef bool lrp_rule_fit(const struct lrp_layer *layer, const struct lrp_call *call);
/* Conditions between parameters. Errors: LRP_USAGE naming the rule. */
typedef enum lrp_status lrp_rule_check(const struct lrp_rule *rule, struct lrp_error *err);
/* A rule of a book that is a function: given[i] is a zeroed tensor for every data input i of the node, NULL for the others; the
 * function fills them. `data` is the row's. Errors are blamed on the layer by the caller. */
typedef enum lrp_status lrp_rule_function(void *data, const struct lrp_rule_step *step, struct lrp_tensor **given,
                                          struct lrp_error *err);

/* What such rules fit, in words, separated by ", ". */
#define LRP_FITS_TEXT_ALL "every layer"
#define LRP_FITS_TEXT_ANY "every layer that can be differentiated"
#define LRP_FITS_TEXT_WEIGHTS "dense, convolution, transposed-convolution, scale"
#define LRP_FITS_TEXT_EQUAL "one input and one output of equal element count, layers that only move elements"
/* A row's parameters, and how many they are. */
#define LRP_RULE_TAKES(...)                                                                                                    \
    .parameters = {__VA_ARGS__},                                                                                               \
    .parameter_count = sizeof((struct lrp_rule_parameter[]){__VA_ARGS__}) / sizeof(struct lrp_rule_parameter)

/* Where a convention's default of a parameter is another than the one of the parameter's own text. */
struct lrp_rule_default {
    enum lrp_convention convention;
    const char *parameter, *value;
};
enum { LRP_RULE_DEFAULTS = 4 };

/* A row of the table or of a book. The same description serves both; a book copies what it is given. */
struct lrp_rule_row {
    struct lrp_rule_info info;
    int positional; /* how many of the parameters may be given without a name */
    struct lrp_rule_default defaults[LRP_RULE_DEFAULTS];
    lrp_rule_check *check; /* NULL: every value of every parameter goes with every other */
    lrp_rule_fit *fit;
    lrp_rule_apply *apply;
    lrp_rule_account *account;
    unsigned preconditions;  /* what the ledger asks of the layer's input: 1u << enum lrp_ledger_flag */
    const char *signed_form; /* the rule with the same parameters for inputs and sums of either sign; NULL: this one is */
    bool stops; /* the layer's output carries no relevance: what changes to or from it changes carriers behind it */
    bool through_activation; /* the fused activation is differentiated too; else relevance passes it unchanged */
    int group_count;         /* of a rule by terms; 0: a function */
    struct lrp_group groups[LRP_GROUPS];
    /* rows of a book: */
    bool custom;                                        /* it is one */
    lrp_rule_function *function;                        /* what lrp_apply_function calls */
    void *data;                                         /* for it */
    void (*retain)(void *data), (*release)(void *data); /* called for every copy of the row; may be NULL */
};
/* Rules that are a function, X(NAME): the row lrp_rule_row_NAME, at the end of a file. Lists and menus have them in this order,
 * behind those of terms. */
#define LRP_FUNCTION_RULES(X) X(pass) X(layer_norm) X(gradient) X(stop)
#define X(name) extern const struct lrp_rule_row lrp_rule_row_##name;
LRP_FUNCTION_RULES(X)
#undef X
/* Place of a parameter in the row's list, -1 if it has none of that name; a stabilizer of another name also goes by
 * "stabilizer". */
int lrp_parameter_place(const struct lrp_rule_row *row, const char *name);
/* The table's row, NULL past the end. */
const struct lrp_rule_row *lrp_rule_row(size_t index);
/* The row that info, as lrp_rule_at gives it, is a part of. */
const struct lrp_rule_row *lrp_rule_row_of(const struct lrp_rule_info *info);
/* A rule with its defaults under the convention. */
void lrp_rule_defaults(const struct lrp_rule_row *row, enum lrp_convention convention, struct lrp_rule *out);
/* The groups of a rule with its parameters applied: bias modes, whole inputs, amounts. Returns how many; 0 for functions. */
int lrp_rule_groups(const struct lrp_rule *rule, struct lrp_group groups[LRP_GROUPS]);

/* ---- which layers a rule fits ---- */

lrp_rule_fit lrp_fits_all;
lrp_rule_fit lrp_fits_any;         /* all that have a vjp */
lrp_rule_fit lrp_fits_weights;     /* dense, convolution, transposed convolution, scale */
lrp_rule_fit lrp_fits_equal_count; /* one data input and one output of equal element count; those that only move elements */
lrp_rule_fit lrp_fits_layer_norm;

#endif
