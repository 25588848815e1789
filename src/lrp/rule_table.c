/* rule_table.c: the table of rules: lrpscope-lrp(7). */
#include <math.h>

#include "account.h"
#include "apply.h"
#include "rule_row.h"

/* terms: input, weight, bias; with gamma; taken off */
#define TERM(a, w, b)                                                                                                          \
    {                                                                                                                          \
        .input = LRP_TERM_##a, .weight = LRP_WEIGHT_##w, .bias = LRP_WEIGHT_##b, .sign = 1                                     \
    }
#define GAMMA(a, w, b)                                                                                                         \
    {                                                                                                                          \
        .input = LRP_TERM_##a, .weight = LRP_WEIGHT_##w, .bias = LRP_WEIGHT_##b, .sign = 1, .strength = "gamma"                \
    }
#define LESS(a, w, b)                                                                                                          \
    {                                                                                                                          \
        .input = LRP_TERM_##a, .weight = LRP_WEIGHT_##w, .bias = LRP_WEIGHT_##b, .sign = -1                                    \
    }

/* a list and how long it is */
#define PARAMETERS LRP_RULE_TAKES
#define TERMS(...) .terms = {__VA_ARGS__}, .term_count = sizeof((struct lrp_term[]){__VA_ARGS__}) / sizeof(struct lrp_term)

#define GROUPS(...) .groups = {__VA_ARGS__}, .group_count = sizeof((struct lrp_group[]){__VA_ARGS__}) / sizeof(struct lrp_group)

/* parameters */
#define NUMBER(name, value)                                                                                                    \
    {                                                                                                                          \
        name, value, LRP_PARAMETER_NUMBER                                                                                      \
    }
#define STABILIZER                                                                                                             \
    {                                                                                                                          \
        "stabilizer", "1e-9", LRP_PARAMETER_STABILIZER                                                                         \
    }
#define BIAS(value)                                                                                                            \
    {                                                                                                                          \
        "bias", value, LRP_PARAMETER_BIAS                                                                                      \
    }
#define INPUTS                                                                                                                 \
    {                                                                                                                          \
        "inputs", "split", LRP_PARAMETER_INPUTS                                                                                \
    }

/* what the ledger asks of inputs */
#define ASKS(flag) .preconditions = 1u << LRP_LEDGER_##flag

/* how rules work that are groups of terms, with z and the vjp in place of weights on layers that have none */
#define BY_GROUPS .apply = lrp_apply_groups, .account = lrp_account_groups

/* what the rules fit, in words */
#define EVERY LRP_FITS_TEXT_ANY
#define WEIGHTED LRP_FITS_TEXT_WEIGHTS

/* ---- conditions between parameters ---- */

static enum lrp_status check_alpha_beta(const struct lrp_rule *rule, struct lrp_error *err)
{
    const double alpha = (double)rule->values[0], beta = (double)rule->values[1];
    /* 1.7 - 0.7 is not 1 in binary: what is 1 in decimal passes */
    if (alpha >= 0 && beta >= 0 && fabs(alpha - beta - 1) <= 1.2e-7 * fmax(1, alpha)) return LRP_OK;
    return lrp_fail(err, LRP_USAGE, "rule alpha-beta needs alpha >= 0, beta >= 0 and alpha - beta = 1, not (%g,%g)", alpha,
                    beta);
}

/* ---- the table: rules of terms, then those that are a function ---- */

/* clang-format off */
static const struct lrp_rule_row rows[] = {
    {.info = {.name = "zero",
              .formula = "a * W^T(R / stab(W a + b))",
              .fits = EVERY,
              PARAMETERS(STABILIZER, BIAS("on"))},
     BY_GROUPS, .fit = lrp_fits_any,
     GROUPS({TERMS(TERM(A, AS_IS, AS_IS))})},
    {.info = {.name = "epsilon",
              .formula = "a * W^T(R / stab(W a + b, epsilon))",
              .fits = EVERY,
              PARAMETERS({"epsilon", "1e-6", LRP_PARAMETER_OWN_STABILIZER}, BIAS("on"))},
     BY_GROUPS, .fit = lrp_fits_any, .positional = 1,
     .defaults = {{LRP_CONVENTION_CAPTUM, "epsilon", "1e-9"}},
     GROUPS({TERMS(TERM(A, AS_IS, AS_IS))})},
    {.info = {.name = "gamma",
              .formula = "a * P^T(R / stab(P a + b + gamma b+)), P = W + gamma W+",
              .fits = WEIGHTED,
              PARAMETERS(NUMBER("gamma", "0.25"), STABILIZER, BIAS("on"))},
     BY_GROUPS, .fit = lrp_fits_weights, .positional = 1, ASKS(NEGATIVE_INPUT), .signed_form = "generalized-gamma",
     .defaults = {{LRP_CONVENTION_CAPTUM, "bias", "raw"}},
     GROUPS({TERMS(GAMMA(A, GAMMA_POSITIVE, GAMMA_POSITIVE))})},
    {.info = {.name = "generalized-gamma",
              .formula = "a+ (P^T s1 + N^T s2) + a- (N^T s1 + P^T s2), P = W + gamma W+, N = W + gamma W-",
              .fits = WEIGHTED,
              PARAMETERS(NUMBER("gamma", "0.25"), STABILIZER, BIAS("on"))},
     BY_GROUPS, .fit = lrp_fits_weights, .positional = 1,
     GROUPS({.mask = LRP_MASK_POSITIVE, TERMS(GAMMA(A_POSITIVE, GAMMA_POSITIVE, GAMMA_POSITIVE), GAMMA(A_NEGATIVE, GAMMA_NEGATIVE, NONE))},
            {.mask = LRP_MASK_NEGATIVE, TERMS(GAMMA(A_POSITIVE, GAMMA_NEGATIVE, GAMMA_NEGATIVE), GAMMA(A_NEGATIVE, GAMMA_POSITIVE, NONE))})},
    {.info = {.name = "w-square",
              .formula = "(W^2)^T(R / stab(W^2 1))",
              .fits = WEIGHTED,
              PARAMETERS(STABILIZER, BIAS("off"))},
     BY_GROUPS, .fit = lrp_fits_weights,
     .defaults = {{LRP_CONVENTION_ZENNIT, "bias", "on"}},
     GROUPS({TERMS(TERM(ONE, SQUARED, SQUARED))})},
    {.info = {.name = "flat",
              .formula = "1^T(R / stab(number of inputs))",
              .fits = WEIGHTED,
              PARAMETERS(STABILIZER)},
     BY_GROUPS, .fit = lrp_fits_weights,
     GROUPS({TERMS(TERM(ONE, ONE, NONE))})},
    {.info = {.name = "alpha-beta",
              .formula = "alpha (a+ W+^T sA + a- W-^T sA) - beta (a+ W-^T sB + a- W+^T sB)",
              .fits = WEIGHTED,
              PARAMETERS(NUMBER("alpha", "2"), NUMBER("beta", "1"), STABILIZER, BIAS("on"), INPUTS)},
     BY_GROUPS, .fit = lrp_fits_weights, .positional = 2, .check = check_alpha_beta,
     GROUPS({.factor = "alpha", TERMS(TERM(A_POSITIVE, POSITIVE, POSITIVE), TERM(A_NEGATIVE, NEGATIVE, NONE))},
            {.factor = "-beta", TERMS(TERM(A_POSITIVE, NEGATIVE, NEGATIVE), TERM(A_NEGATIVE, POSITIVE, NONE))})},
    {.info = {.name = "z-plus",
              .formula = "a+ W+^T s + a- W-^T s, s = R / stab(W+ a+ + W- a- + b+)",
              .fits = WEIGHTED,
              PARAMETERS(STABILIZER, BIAS("on"), INPUTS)},
     BY_GROUPS, .fit = lrp_fits_weights, ASKS(NEGATIVE_INPUT),
     .defaults = {{LRP_CONVENTION_CAPTUM, "bias", "raw"}, {LRP_CONVENTION_CAPTUM, "inputs", "whole"}},
     GROUPS({TERMS(TERM(A_POSITIVE, POSITIVE, POSITIVE), TERM(A_NEGATIVE, NEGATIVE, NONE))})},
    {.info = {.name = "z-box",
              .formula = "a W^T s - low W+^T s - high W-^T s, s = R / stab(W a + b - W+ low - b+ - W- high - b-)",
              .fits = WEIGHTED,
              PARAMETERS({"low", "", LRP_PARAMETER_LOW}, {"high", "", LRP_PARAMETER_HIGH}, STABILIZER, BIAS("on"))},
     BY_GROUPS, .fit = lrp_fits_weights, .positional = 2, ASKS(OUTSIDE_BOX),
     GROUPS({TERMS(TERM(A, AS_IS, AS_IS), LESS(LOW, POSITIVE, POSITIVE), LESS(HIGH, NEGATIVE, NEGATIVE))})},
};
/* clang-format on */
enum { ROWS = sizeof rows / sizeof *rows };
static const struct lrp_rule_row *const functions[] = {
#define X(name) &lrp_rule_row_##name,
    LRP_FUNCTION_RULES(X)
#undef X
};
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

const struct lrp_rule_row *lrp_rule_row(size_t index)
{
    if (index < ROWS) return &rows[index];
    return index - ROWS < FUNCTIONS ? functions[index - ROWS] : NULL;
}
