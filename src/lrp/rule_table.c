/* rule_table.c: the table of rules (semantics.md section 2). */
#include <string.h>

#include "amount.h"
#include "text.h"

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

/* what the rules fit, in words */
#define EVERY "every layer that can be differentiated"
#define WEIGHTED LRP_FITS_TEXT_WEIGHTS
#define EQUAL "one input and one output of equal element count, layers that only move elements"
#define NORM "layer-norm"

/* clang-format off */
static const struct lrp_rule_row rows[] = {
    {.info = {.name = "zero",
              .formula = "a * W^T(R / stab(W a + b))",
              .fits = EVERY,
              .parameters = {{"stabilizer", "1e-9"}, {"bias", "on"}},
              .parameter_count = 2},
     .method = LRP_BY_TERMS, .fit = LRP_FITS_VJP, .positional = 0, .bias = LRP_BIAS_ON,
     .group_count = 1,
     .groups = {{.term_count = 1, .terms = {TERM(A, AS_IS, AS_IS)}}}},
    {.info = {.name = "epsilon",
              .formula = "a * W^T(R / stab(W a + b, epsilon))",
              .fits = EVERY,
              .parameters = {{"epsilon", "1e-6"}, {"bias", "on"}},
              .parameter_count = 2},
     .method = LRP_BY_TERMS, .fit = LRP_FITS_VJP, .positional = 1, .bias = LRP_BIAS_ON,
     .group_count = 1,
     .groups = {{.term_count = 1, .terms = {TERM(A, AS_IS, AS_IS)}}}},
    {.info = {.name = "gamma",
              .formula = "a * P^T(R / stab(P a + b + gamma b+)), P = W + gamma W+",
              .fits = WEIGHTED,
              .parameters = {{"gamma", "0.25"}, {"stabilizer", "1e-9"}, {"bias", "on"}},
              .parameter_count = 3},
     .method = LRP_BY_TERMS, .fit = LRP_FITS_WEIGHTS, .positional = 1, .bias = LRP_BIAS_ON,
     .group_count = 1,
     .groups = {{.term_count = 1, .terms = {GAMMA(A, GAMMA_POSITIVE, GAMMA_POSITIVE)}}}},
    {.info = {.name = "generalized-gamma",
              .formula = "a+ (P^T s1 + N^T s2) + a- (N^T s1 + P^T s2), P = W + gamma W+, N = W + gamma W-",
              .fits = WEIGHTED,
              .parameters = {{"gamma", "0.25"}, {"stabilizer", "1e-9"}, {"bias", "on"}},
              .parameter_count = 3},
     .method = LRP_BY_TERMS, .fit = LRP_FITS_WEIGHTS, .positional = 1, .bias = LRP_BIAS_ON,
     .group_count = 2,
     .groups = {{.mask = LRP_MASK_POSITIVE, .term_count = 2, .terms = {GAMMA(A_POSITIVE, GAMMA_POSITIVE, GAMMA_POSITIVE), GAMMA(A_NEGATIVE, GAMMA_NEGATIVE, NONE)}},
                {.mask = LRP_MASK_NEGATIVE, .term_count = 2, .terms = {GAMMA(A_POSITIVE, GAMMA_NEGATIVE, GAMMA_NEGATIVE), GAMMA(A_NEGATIVE, GAMMA_POSITIVE, NONE)}}}},
    {.info = {.name = "w-square",
              .formula = "(W^2)^T(R / stab(W^2 1))",
              .fits = WEIGHTED,
              .parameters = {{"stabilizer", "1e-9"}, {"bias", "off"}},
              .parameter_count = 2},
     .method = LRP_BY_TERMS, .fit = LRP_FITS_WEIGHTS, .positional = 0, .bias = LRP_BIAS_OFF,
     .group_count = 1,
     .groups = {{.term_count = 1, .terms = {TERM(ONE, SQUARED, SQUARED)}}}},
    {.info = {.name = "flat",
              .formula = "1^T(R / stab(number of inputs))",
              .fits = WEIGHTED,
              .parameters = {{"stabilizer", "1e-9"}},
              .parameter_count = 1},
     .method = LRP_BY_TERMS, .fit = LRP_FITS_WEIGHTS, .positional = 0, .bias = LRP_BIAS_OFF,
     .group_count = 1,
     .groups = {{.term_count = 1, .terms = {TERM(ONE, ONE, NONE)}}}},
    {.info = {.name = "alpha-beta",
              .formula = "alpha (a+ W+^T sA + a- W-^T sA) - beta (a+ W-^T sB + a- W+^T sB)",
              .fits = WEIGHTED,
              .parameters = {{"alpha", "2"}, {"beta", "1"}, {"stabilizer", "1e-9"}, {"bias", "on"}, {"inputs", "split"}},
              .parameter_count = 5},
     .method = LRP_BY_TERMS, .fit = LRP_FITS_WEIGHTS, .positional = 2, .bias = LRP_BIAS_ON,
     .group_count = 2,
     .groups = {{.factor = "alpha", .term_count = 2, .terms = {TERM(A_POSITIVE, POSITIVE, POSITIVE), TERM(A_NEGATIVE, NEGATIVE, NONE)}},
                {.factor = "-beta", .term_count = 2, .terms = {TERM(A_POSITIVE, NEGATIVE, NEGATIVE), TERM(A_NEGATIVE, POSITIVE, NONE)}}}},
    {.info = {.name = "z-plus",
              .formula = "a+ W+^T s + a- W-^T s, s = R / stab(W+ a+ + W- a- + b+)",
              .fits = WEIGHTED,
              .parameters = {{"stabilizer", "1e-9"}, {"bias", "on"}, {"inputs", "split"}},
              .parameter_count = 3},
     .method = LRP_BY_TERMS, .fit = LRP_FITS_WEIGHTS, .positional = 0, .bias = LRP_BIAS_ON,
     .group_count = 1,
     .groups = {{.term_count = 2, .terms = {TERM(A_POSITIVE, POSITIVE, POSITIVE), TERM(A_NEGATIVE, NEGATIVE, NONE)}}}},
    {.info = {.name = "z-box",
              .formula = "a W^T s - low W+^T s - high W-^T s, s = R / stab(W a + b - W+ low - b+ - W- high - b-)",
              .fits = WEIGHTED,
              .parameters = {{"low", ""}, {"high", ""}, {"stabilizer", "1e-9"}, {"bias", "on"}},
              .parameter_count = 4},
     .method = LRP_BY_TERMS, .fit = LRP_FITS_WEIGHTS, .positional = 2, .bias = LRP_BIAS_ON,
     .group_count = 1,
     .groups = {{.term_count = 3, .terms = {TERM(A, AS_IS, AS_IS), LESS(LOW, POSITIVE, POSITIVE), LESS(HIGH, NEGATIVE, NEGATIVE)}}}},
    {.info = {.name = "pass",
              .formula = "R, reshaped or routed back",
              .fits = EQUAL},
     .method = LRP_BY_PASSING, .fit = LRP_FITS_EQUAL_COUNT, .positional = 0, .bias = LRP_BIAS_OFF},
    {.info = {.name = "layer-norm",
              .formula = "a * (s - mean(s)), s = R / stab(a - mean(a))",
              .fits = NORM,
              .parameters = {{"stabilizer", "1e-9"}},
              .parameter_count = 1},
     .method = LRP_BY_LAYER_NORM, .fit = LRP_FITS_LAYER_NORM, .positional = 0, .bias = LRP_BIAS_ON},
    {.info = {.name = "gradient",
              .formula = "J^T R",
              .fits = EVERY},
     .method = LRP_BY_GRADIENT, .fit = LRP_FITS_VJP, .positional = 0, .bias = LRP_BIAS_OFF},
};
/* clang-format on */
enum { ROWS = sizeof rows / sizeof *rows };

const struct lrp_rule_row *lrp_rule_row(size_t index)
{
    return index < ROWS ? &rows[index] : NULL;
}

enum lrp_parameter lrp_parameter_kind(const struct lrp_rule_row *row, int place)
{
    static const struct {
        const char *name;
        enum lrp_parameter kind;
    } special[] = {{"stabilizer", LRP_PARAMETER_STABILIZER},
                   {"low", LRP_PARAMETER_LOW},
                   {"high", LRP_PARAMETER_HIGH},
                   {"bias", LRP_PARAMETER_BIAS},
                   {"inputs", LRP_PARAMETER_INPUTS}};
    const char *name = row->info.parameters[place].name;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcmp(special[i].name, name) == 0) return special[i].kind;
    return !row->custom && strcmp(name, "epsilon") == 0 ? LRP_PARAMETER_STABILIZER : LRP_PARAMETER_NUMBER;
}

int lrp_parameter_place(const struct lrp_rule_row *row, const char *name)
{
    bool stabilizer = strcmp(name, "stabilizer") == 0;
    for (int i = 0; i < row->info.parameter_count; i++) {
        if (strcmp(row->info.parameters[i].name, name) == 0) return i;
        if (stabilizer && lrp_parameter_kind(row, i) == LRP_PARAMETER_STABILIZER) return i;
    }
    return -1;
}

/* semantics.md section 7: the biases of captum's gamma and z-plus, zennit's w-square, captum's epsilon. */
static void conventional(const char *name, enum lrp_convention convention, struct lrp_rule *out)
{
    if (strcmp(name, "epsilon") == 0) out->stabilizer = convention == LRP_CONVENTION_CAPTUM ? 1e-9F : 1e-6F;
    if (strcmp(name, "w-square") == 0 && convention == LRP_CONVENTION_ZENNIT) out->bias = LRP_BIAS_ON;
    if (convention != LRP_CONVENTION_CAPTUM) return;
    if (strcmp(name, "gamma") == 0) out->bias = LRP_BIAS_RAW;
    if (strcmp(name, "z-plus") == 0) {
        out->bias = LRP_BIAS_RAW;
        out->inputs = LRP_INPUTS_WHOLE;
    }
}

void lrp_rule_defaults(const struct lrp_rule_row *row, enum lrp_convention convention, struct lrp_rule *out)
{
    *out = (struct lrp_rule){
        .row = row, .how = row, .stabilizer = convention == LRP_CONVENTION_ZENNIT ? 1e-6F : 1e-9F, .bias = row->bias};
    for (int i = 0; i < row->info.parameter_count; i++) {
        double value;
        enum lrp_parameter kind = lrp_parameter_kind(row, i);
        if (kind == LRP_PARAMETER_INPUTS && strcmp(row->info.parameters[i].value, "whole") == 0) out->inputs = LRP_INPUTS_WHOLE;
        if (!lrp_parse_fraction(row->info.parameters[i].value, &value)) continue;
        if (kind == LRP_PARAMETER_NUMBER) out->values[i] = (float)value;
        if (kind == LRP_PARAMETER_STABILIZER && row->own_stabilizer) out->stabilizer = (float)value;
    }
    if (!row->custom) conventional(row->info.name, convention, out);
}

static void apply_bias(struct lrp_term *term, enum lrp_bias_mode bias)
{
    if (term->bias == LRP_WEIGHT_NONE || bias == LRP_BIAS_ON) return;
    term->bias = bias == LRP_BIAS_OFF ? LRP_WEIGHT_NONE : LRP_WEIGHT_AS_IS;
}

int lrp_rule_groups(const struct lrp_rule *rule, struct lrp_group groups[LRP_GROUPS])
{
    const struct lrp_rule_row *row = rule->how;
    for (int g = 0; g < row->group_count; g++) {
        struct lrp_group *group = &groups[g];
        *group = row->groups[g];
        group->c = group->factor ? lrp_amount_value(group->factor, rule) : 1;
        group->e = group->stabilizer ? lrp_amount_value(group->stabilizer, rule) : rule->stabilizer;
        if (rule->inputs == LRP_INPUTS_WHOLE && group->terms[0].input == LRP_TERM_A_POSITIVE) {
            group->term_count = 1; /* a not split by sign: the first weight modifier for all of it */
            group->terms[0].input = LRP_TERM_A;
        }
        for (int t = 0; t < group->term_count; t++) {
            struct lrp_term *term = &group->terms[t];
            apply_bias(term, rule->bias);
            term->gamma = term->strength ? lrp_amount_value(term->strength, rule) : 0;
        }
    }
    return row->group_count;
}
