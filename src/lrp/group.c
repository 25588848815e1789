/* group.c: the groups of terms of a rule, with its parameters applied. */
#include "amount.h"
#include "rule_row.h"

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
