/* rule_table.c: the table of rules (semantics.md section 2). */
#include <string.h>

#include "terms.h"

#define A LRP_TERM_A
#define A_POS LRP_TERM_A_POSITIVE
#define A_NEG LRP_TERM_A_NEGATIVE
#define W LRP_WEIGHT_AS_IS
#define W_POS LRP_WEIGHT_POSITIVE
#define W_NEG LRP_WEIGHT_NEGATIVE
#define G_POS LRP_WEIGHT_GAMMA_POSITIVE
#define G_NEG LRP_WEIGHT_GAMMA_NEGATIVE
#define NONE LRP_WEIGHT_NONE

/* what the rules fit, in words */
#define EVERY "every layer that can be differentiated"
#define WEIGHTED "dense, convolution, transposed-convolution, scale"
#define EQUAL "one input and one output of equal element count, layers that only move elements"
#define NORM "layer-norm"

static const struct lrp_rule_row rows[] = {
    {{"zero", "a * W^T(R / stab(W a + b))",
      EVERY, {{"stabilizer", "1e-9"}, {"bias", "on"}}, 2},
     LRP_BY_TERMS, LRP_FITS_VJP, 0, LRP_BIAS_ON, 1,
     {{LRP_FACTOR_ONE, LRP_MASK_ALL, 1, {{A, W, W, 1}}}}},
    {{"epsilon", "a * W^T(R / stab(W a + b, epsilon))",
      EVERY, {{"epsilon", "1e-6"}, {"bias", "on"}}, 2},
     LRP_BY_TERMS, LRP_FITS_VJP, 1, LRP_BIAS_ON, 1,
     {{LRP_FACTOR_ONE, LRP_MASK_ALL, 1, {{A, W, W, 1}}}}},
    {{"gamma", "a * P^T(R / stab(P a + b + gamma b+)), P = W + gamma W+",
      WEIGHTED, {{"gamma", "0.25"}, {"stabilizer", "1e-9"}, {"bias", "on"}}, 3},
     LRP_BY_TERMS, LRP_FITS_WEIGHTS, 1, LRP_BIAS_ON, 1,
     {{LRP_FACTOR_ONE, LRP_MASK_ALL, 1, {{A, G_POS, G_POS, 1}}}}},
    {{"generalized-gamma", "a+ (P^T s1 + N^T s2) + a- (N^T s1 + P^T s2), P = W + gamma W+, N = W + gamma W-",
      WEIGHTED, {{"gamma", "0.25"}, {"stabilizer", "1e-9"}, {"bias", "on"}}, 3},
     LRP_BY_TERMS, LRP_FITS_WEIGHTS, 1, LRP_BIAS_ON, 2,
     {{LRP_FACTOR_ONE, LRP_MASK_POSITIVE, 2, {{A_POS, G_POS, G_POS, 1}, {A_NEG, G_NEG, NONE, 1}}},
      {LRP_FACTOR_ONE, LRP_MASK_NEGATIVE, 2, {{A_POS, G_NEG, G_NEG, 1}, {A_NEG, G_POS, NONE, 1}}}}},
    {{"w-square", "(W^2)^T(R / stab(W^2 1))",
      WEIGHTED, {{"stabilizer", "1e-9"}, {"bias", "off"}}, 2},
     LRP_BY_TERMS, LRP_FITS_WEIGHTS, 0, LRP_BIAS_OFF, 1,
     {{LRP_FACTOR_ONE, LRP_MASK_ALL, 1, {{LRP_TERM_ONE, LRP_WEIGHT_SQUARED, LRP_WEIGHT_SQUARED, 1}}}}},
    {{"flat", "1^T(R / stab(number of inputs))",
      WEIGHTED, {{"stabilizer", "1e-9"}}, 1},
     LRP_BY_TERMS, LRP_FITS_WEIGHTS, 0, LRP_BIAS_OFF, 1,
     {{LRP_FACTOR_ONE, LRP_MASK_ALL, 1, {{LRP_TERM_ONE, LRP_WEIGHT_ONE, NONE, 1}}}}},
    {{"alpha-beta", "alpha (a+ W+^T sA + a- W-^T sA) - beta (a+ W-^T sB + a- W+^T sB)",
      WEIGHTED, {{"alpha", "2"}, {"beta", "1"}, {"stabilizer", "1e-9"}, {"bias", "on"}, {"inputs", "split"}}, 5},
     LRP_BY_TERMS, LRP_FITS_WEIGHTS, 2,
     LRP_BIAS_ON, 2,
     {{LRP_FACTOR_ALPHA, LRP_MASK_ALL, 2, {{A_POS, W_POS, W_POS, 1}, {A_NEG, W_NEG, NONE, 1}}},
      {LRP_FACTOR_MINUS_BETA, LRP_MASK_ALL, 2, {{A_POS, W_NEG, W_NEG, 1}, {A_NEG, W_POS, NONE, 1}}}}},
    {{"z-plus", "a+ W+^T s + a- W-^T s, s = R / stab(W+ a+ + W- a- + b+)",
      WEIGHTED, {{"stabilizer", "1e-9"}, {"bias", "on"}, {"inputs", "split"}}, 3},
     LRP_BY_TERMS, LRP_FITS_WEIGHTS, 0, LRP_BIAS_ON, 1,
     {{LRP_FACTOR_ONE, LRP_MASK_ALL, 2, {{A_POS, W_POS, W_POS, 1}, {A_NEG, W_NEG, NONE, 1}}}}},
    {{"z-box", "a W^T s - low W+^T s - high W-^T s, s = R / stab(W a + b - W+ low - b+ - W- high - b-)",
      WEIGHTED, {{"low", ""}, {"high", ""}, {"stabilizer", "1e-9"}, {"bias", "on"}}, 4},
     LRP_BY_TERMS, LRP_FITS_WEIGHTS, 2, LRP_BIAS_ON, 1,
     {{LRP_FACTOR_ONE, LRP_MASK_ALL, 3,
       {{A, W, W, 1}, {LRP_TERM_LOW, W_POS, W_POS, -1}, {LRP_TERM_HIGH, W_NEG, W_NEG, -1}}}}},
    {{"pass", "R, reshaped or routed back",
      EQUAL, {{0}}, 0},
     LRP_BY_PASSING, LRP_FITS_EQUAL_COUNT, 0, LRP_BIAS_OFF, 0, {{0}}},
    {{"layer-norm", "a * (s - mean(s)), s = R / stab(a - mean(a))",
      NORM, {{"stabilizer", "1e-9"}}, 1},
     LRP_BY_LAYER_NORM, LRP_FITS_LAYER_NORM, 0, LRP_BIAS_ON, 0, {{0}}},
    {{"gradient", "J^T R",
      EVERY, {{0}}, 0},
     LRP_BY_GRADIENT, LRP_FITS_VJP, 0, LRP_BIAS_OFF, 0, {{0}}},
};
enum { ROWS = sizeof rows / sizeof *rows };

const struct lrp_rule_row *lrp_rule_row(int id)
{
    return id >= 0 && id < ROWS ? &rows[id] : NULL;
}

int lrp_rule_find(const char *name)
{
    for (int i = 0; i < ROWS; i++)
        if (strcmp(rows[i].info.name, name) == 0) return i;
    return -1;
}

const struct lrp_rule_info *lrp_rule_at(size_t index)
{
    return index < ROWS ? &rows[index].info : NULL;
}

enum lrp_parameter lrp_parameter_find(const char *name)
{
    static const char *const names[LRP_PARAMETER_COUNT] = {"",     "stabilizer", "epsilon", "gamma", "alpha",
                                                           "beta", "low",        "high",    "bias",  "inputs"};
    for (int i = 1; i < LRP_PARAMETER_COUNT; i++)
        if (strcmp(names[i], name) == 0) return (enum lrp_parameter)i;
    return LRP_PARAMETER_NONE;
}

/* semantics.md section 7: the stabilizer of rules other than epsilon, the biases of captum's gamma and z-plus, zennit's w-square. */
void lrp_rule_defaults(int id, enum lrp_convention convention, struct lrp_rule *out)
{
    *out = (struct lrp_rule){.id = id, .stabilizer = convention == LRP_CONVENTION_ZENNIT ? 1e-6F : 1e-9F, .gamma = 0.25F,
                             .alpha = 2, .beta = 1, .bias = rows[id].bias, .inputs = LRP_INPUTS_SPLIT};
    const char *name = rows[id].info.name;
    if (strcmp(name, "epsilon") == 0) out->stabilizer = 1e-6F;
    if (strcmp(name, "w-square") == 0 && convention == LRP_CONVENTION_ZENNIT) out->bias = LRP_BIAS_ON;
    if (convention != LRP_CONVENTION_CAPTUM) return;
    if (strcmp(name, "epsilon") == 0) out->stabilizer = 1e-9F;
    if (strcmp(name, "gamma") == 0) out->bias = LRP_BIAS_RAW;
    if (strcmp(name, "z-plus") == 0) {
        out->bias = LRP_BIAS_RAW;
        out->inputs = LRP_INPUTS_WHOLE;
    }
}

static void apply_bias(struct lrp_term *term, enum lrp_bias_mode bias)
{
    if (term->bias == LRP_WEIGHT_NONE || bias == LRP_BIAS_ON) return;
    term->bias = bias == LRP_BIAS_OFF ? LRP_WEIGHT_NONE : LRP_WEIGHT_AS_IS;
}

int lrp_rule_groups(const struct lrp_rule *rule, struct lrp_group groups[LRP_GROUPS])
{
    const struct lrp_rule_row *row = &rows[rule->id];
    for (int g = 0; g < row->group_count; g++) {
        groups[g] = row->groups[g];
        if (rule->inputs == LRP_INPUTS_WHOLE && groups[g].terms[0].input == LRP_TERM_A_POSITIVE) {
            groups[g].term_count = 1; /* a not split by sign: the first weight modifier for all of it */
            groups[g].terms[0].input = LRP_TERM_A;
        }
        for (int t = 0; t < groups[g].term_count; t++) apply_bias(&groups[g].terms[t], rule->bias);
    }
    return row->group_count;
}
