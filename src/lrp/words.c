/* words.c: the words of custom rules, for reading, for manuals, and for writing a rule as a formula. */
#include "words.h"

#include <string.h>

#include "text.h"

static const struct lrp_word inputs[] = {
    [LRP_TERM_A] = {"a", "the layer's input"},
    [LRP_TERM_A_POSITIVE] = {"a+", "its positive part"},
    [LRP_TERM_A_NEGATIVE] = {"a-", "its negative part"},
    [LRP_TERM_ONE] = {"1", "ones"},
    [LRP_TERM_LOW] = {"low", "the parameter low: a number, one per channel, or one per element"},
    [LRP_TERM_HIGH] = {"high", "the parameter high, likewise"},
};
_Static_assert(sizeof inputs / sizeof *inputs == LRP_TERM_INPUT_COUNT, "a word for every input");

static const struct lrp_word weights[] = {
    [LRP_WEIGHT_AS_IS] = {"W", "the weights as they are"},
    [LRP_WEIGHT_POSITIVE] = {"W+", "positive weights, 0 for the others"},
    [LRP_WEIGHT_NEGATIVE] = {"W-", "negative weights, 0 for the others"},
    [LRP_WEIGHT_SQUARED] = {"W^2", "squared weights"},
    [LRP_WEIGHT_ONE] = {"1", "ones in place of weights"},
    [LRP_WEIGHT_GAMMA_POSITIVE] = {"W+gW+", "W + g W+, with the term's g"},
    [LRP_WEIGHT_GAMMA_NEGATIVE] = {"W+gW-", "W + g W-, with the term's g"},
};
_Static_assert(sizeof weights / sizeof *weights == LRP_WEIGHT_NONE, "a word for every modifier of weights");

static const struct lrp_word biases[] = {
    [LRP_WEIGHT_AS_IS] = {"b", "the bias as it is"},
    [LRP_WEIGHT_POSITIVE] = {"b+", "positive biases, 0 for the others"},
    [LRP_WEIGHT_NEGATIVE] = {"b-", "negative biases, 0 for the others"},
    [LRP_WEIGHT_SQUARED] = {"b^2", "squared biases"},
    [LRP_WEIGHT_ONE] = {"1", "ones in place of biases"},
    [LRP_WEIGHT_GAMMA_POSITIVE] = {"b+gb+", "b + g b+, with the term's g"},
    [LRP_WEIGHT_GAMMA_NEGATIVE] = {"b+gb-", "b + g b-, with the term's g"},
    [LRP_WEIGHT_NONE] = {"none", "no bias: the default"},
};
_Static_assert(sizeof biases / sizeof *biases == LRP_WEIGHT_MODIFIER_COUNT, "a word for every modifier of biases");

static const struct lrp_word masks[] = {
    [LRP_MASK_ALL] = {"all", "every output: the default"},
    [LRP_MASK_POSITIVE] = {"z>0", "outputs whose z = W a + b is positive"},
    [LRP_MASK_NEGATIVE] = {"z<0", "outputs whose z = W a + b is negative"},
};
_Static_assert(sizeof masks / sizeof *masks == LRP_MASK_COUNT, "a word for every mask");

static const struct lrp_word rule_keys[] = {
    {"parameters", "{name: default}, in the order they are given without names; null: must be given (low and high always)"},
    {"groups", "a list of 1 to 4 groups, whose results are added"},
    {"formula", "one line for lists and menus; made from the groups if it is missing"},
};
static const struct lrp_word group_keys[] = {
    {"terms",
     "a list of 1 to 4 terms: d = sum of sign * (W~ a~ + b~), s = R / stab(d), R_in = factor * sum of sign * a~ * W~^T s"},
    {"factor", "what the group is multiplied by; 1"},
    {"stabilizer", "what is added to d with d's sign; the rule's stabilizer"},
    {"mask", "which outputs hand relevance on; all"},
};
static const struct lrp_word term_keys[] = {
    {"input", "a~, what stands in for the layer's input"},
    {"weight", "W~, what stands in for its weights"},
    {"bias", "b~, what stands in for its bias; none"},
    {"g", "the g of W+gW+ and W+gW-"},
    {"sign", "1 or -1; 1"},
};
static const struct lrp_word amounts[] = {
    {"0.25", "a number"},
    {"gamma", "the name of a parameter, or stabilizer"},
    {"1+gamma", "a formula of those: + - * / and brackets"},
};

#define LIST(words)                                                                                                            \
    {                                                                                                                          \
        words, sizeof(words) / sizeof *(words)                                                                                 \
    }
static const struct {
    const struct lrp_word *words;
    size_t count;
} lists[LRP_WORDS_COUNT] = {
    [LRP_WORDS_RULE] = LIST(rule_keys), [LRP_WORDS_GROUP] = LIST(group_keys), [LRP_WORDS_TERM] = LIST(term_keys),
    [LRP_WORDS_INPUT] = LIST(inputs),   [LRP_WORDS_WEIGHT] = LIST(weights),   [LRP_WORDS_BIAS] = LIST(biases),
    [LRP_WORDS_MASK] = LIST(masks),     [LRP_WORDS_AMOUNT] = LIST(amounts),
};

const struct lrp_word *lrp_word_at(enum lrp_words list, size_t index)
{
    return list < LRP_WORDS_COUNT && index < lists[list].count ? &lists[list].words[index] : NULL;
}

/* ---- a formula ---- */

/* Whether an amount needs no brackets: a number or a name. */
static bool is_simple(const char *amount)
{
    return strspn(amount, "abcdefghijklmnopqrstuvwxyz0123456789_.") == strlen(amount);
}

/* "W+", or "(W + gamma W+)": the modifier's word with the strength in place of g. */
static void write_modified(struct lrp_text *t, const char *word, const struct lrp_term *term)
{
    const char *g = term->strength ? term->strength : "g";
    bool gamma = word[1] == '+' && word[2] == 'g';
    if (!gamma)
        lrp_text_append(t, word);
    else if (is_simple(g))
        lrp_text_printf(t, "(%c + %s %s)", word[0], g, word + 3);
    else
        lrp_text_printf(t, "(%c + (%s) %s)", word[0], g, word + 3);
}

/* d of a group. */
static void write_denominator(struct lrp_text *t, const struct lrp_group *g)
{
    for (int i = 0; i < g->term_count; i++) {
        const struct lrp_term *term = &g->terms[i];
        bool minus = term->sign < 0, bias = term->bias != LRP_WEIGHT_NONE;
        lrp_text_append(t, minus ? " - " : i ? " + " : "");
        if (minus && bias) lrp_text_append(t, "(");
        write_modified(t, weights[term->weight].name, term);
        lrp_text_printf(t, " %s", inputs[term->input].name);
        if (bias) lrp_text_append(t, " + ");
        if (bias) write_modified(t, biases[term->bias].name, term);
        if (minus && bias) lrp_text_append(t, ")");
    }
}

static void write_group(struct lrp_text *t, const struct lrp_group *g, const char *s)
{
    if (g->factor) lrp_text_printf(t, is_simple(g->factor) ? "%s " : "(%s) ", g->factor);
    lrp_text_append(t, g->term_count > 1 ? "(" : "");
    for (int i = 0; i < g->term_count; i++) {
        const struct lrp_term *term = &g->terms[i];
        lrp_text_append(t, term->sign < 0 ? " - " : i ? " + " : "");
        lrp_text_printf(t, "%s ", inputs[term->input].name);
        write_modified(t, weights[term->weight].name, term);
        lrp_text_printf(t, "^T %s", s);
    }
    lrp_text_append(t, g->term_count > 1 ? ")" : "");
}

char *lrp_rule_formula(const struct lrp_rule_row *row)
{
    static const char *const names[LRP_GROUPS] = {"s1", "s2", "s3", "s4"};
    struct lrp_text t = {0};
    for (int g = 0; g < row->group_count; g++) {
        lrp_text_append(&t, g ? " + " : "");
        write_group(&t, &row->groups[g], row->group_count > 1 ? names[g] : "s");
    }
    for (int g = 0; g < row->group_count; g++) {
        const struct lrp_group *group = &row->groups[g];
        lrp_text_printf(&t, ", %s = ", row->group_count > 1 ? names[g] : "s");
        if (group->mask != LRP_MASK_ALL) lrp_text_printf(&t, "[%s] ", masks[group->mask].name);
        lrp_text_append(&t, "R / stab(");
        write_denominator(&t, group);
        if (group->stabilizer) lrp_text_printf(&t, ", %s", group->stabilizer);
        lrp_text_append(&t, ")");
    }
    return lrp_text_take(&t);
}
