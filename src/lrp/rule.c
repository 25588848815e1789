/* rule.c: rules as text: "alpha-beta(2,1)", "epsilon(0.25,bias=off)", and back. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "book.h"
#include "parameter.h"
#include "split.h"
#include "text.h"

void lrp_rule_clear(struct lrp_rule *rule)
{
    free(rule->low);
    free(rule->high);
    rule->low = rule->high = NULL;
    rule->low_count = rule->high_count = 0;
}

static bool copy_bound(const float *from, size_t count, float **to)
{
    if (!count) return true;
    *to = malloc(count * sizeof **to);
    if (*to) memcpy(*to, from, count * sizeof **to);
    return *to != NULL;
}

enum lrp_status lrp_rule_copy(const struct lrp_rule *rule, struct lrp_rule *out, struct lrp_error *err)
{
    *out = *rule;
    out->low = out->high = NULL;
    if (copy_bound(rule->low, rule->low_count, &out->low) && copy_bound(rule->high, rule->high_count, &out->high))
        return LRP_OK;
    lrp_rule_clear(out);
    return lrp_fail(err, LRP_MEMORY, "not enough memory for a rule");
}

static bool same_values(const struct lrp_rule *a, const struct lrp_rule *b)
{
    bool same = true;
    for (size_t i = 0; i < sizeof a->values / sizeof *a->values; i++) same = same && a->values[i] == b->values[i];
    return same;
}

bool lrp_rule_equal(const struct lrp_rule *a, const struct lrp_rule *b)
{
    return lrp_rule_row_equal(a->row, b->row) && lrp_rule_row_equal(a->how, b->how) && a->stabilizer == b->stabilizer &&
           same_values(a, b) && a->bias == b->bias && a->inputs == b->inputs && a->relu == b->relu &&
           a->low_count == b->low_count && a->high_count == b->high_count &&
           (!a->low_count || memcmp(a->low, b->low, a->low_count * sizeof *a->low) == 0) &&
           (!a->high_count || memcmp(a->high, b->high, a->high_count * sizeof *a->high) == 0);
}

/* ---- parsing ---- */

/* One argument; `given` learns which parameters have been. */
static enum lrp_status set_argument(struct lrp_rule *rule, char *argument, int *position, bool *given, struct lrp_error *err)
{
    const struct lrp_rule_row *row = rule->row;
    char *equals = strchr(argument, '=');
    char *value = argument;
    int place = *position;
    if (equals) {
        *equals = '\0';
        argument = lrp_trim(argument);
        value = lrp_trim(equals + 1);
        place = lrp_parameter_place(row, argument);
        if (place < 0) return lrp_fail(err, LRP_USAGE, "rule %s has no parameter %s", row->info.name, argument);
    } else if ((*position)++ >= row->positional) {
        return lrp_fail(err, LRP_USAGE, "rule %s takes %d value%s without a name, %s is one too many", row->info.name,
                        row->positional, row->positional == 1 ? "" : "s", argument);
    }
    const char *name = row->info.parameters[place].name;
    if (!lrp_parameter_at(row, place)->read(rule, place, value))
        return lrp_fail(err, LRP_USAGE, "rule %s: %s cannot be \"%s\"", row->info.name, name, value);
    given[place] = true;
    return LRP_OK;
}

static enum lrp_status check_bounds(const struct lrp_rule *rule, struct lrp_error *err)
{
    const char *name = rule->row->info.name;
    const size_t low = rule->low_count, high = rule->high_count;
    for (size_t i = 0; low && high && (low == high || low == 1 || high == 1) && i < (low > high ? low : high); i++)
        if (rule->low[low == 1 ? 0 : i] > rule->high[high == 1 ? 0 : i])
            return lrp_fail(err, LRP_USAGE, "rule %s: low is above high", name);
    return LRP_OK;
}

/* Amounts of a custom rule may come to nothing: 1/gamma at 0. */
static enum lrp_status check_amounts(const struct lrp_rule *rule, struct lrp_error *err)
{
    struct lrp_group groups[LRP_GROUPS];
    int count = rule->row->custom ? lrp_rule_groups(rule, groups) : 0;
    for (int g = 0; g < count; g++) {
        const char *wrong = !isfinite(groups[g].c)                      ? groups[g].factor
                            : !(groups[g].e >= 0) || isinf(groups[g].e) ? groups[g].stabilizer
                                                                        : NULL;
        for (int t = 0; !wrong && t < groups[g].term_count; t++)
            if (!isfinite(groups[g].terms[t].gamma)) wrong = groups[g].terms[t].strength;
        if (wrong)
            return lrp_fail(err, LRP_USAGE, "rule %s: with these parameters %s is no number that can be used",
                            rule->row->info.name, wrong);
    }
    return LRP_OK;
}

/* What must be given, and conditions between parameters. */
static enum lrp_status check_values(const struct lrp_rule *rule, const bool *given, struct lrp_error *err)
{
    const struct lrp_rule_info *info = &rule->row->info;
    for (int i = 0; i < info->parameter_count; i++) {
        if (*info->parameters[i].value || given[i]) continue;
        if (lrp_parameter_at(rule->row, i)->bound)
            return lrp_fail(err, LRP_USAGE, "rule %s needs its bounds: %s(low,high)", info->name, info->name);
        return lrp_fail(err, LRP_USAGE, "rule %s needs a value for %s", info->name, info->parameters[i].name);
    }
    enum lrp_status status = rule->row->check ? rule->row->check(rule, err) : LRP_OK;
    if (!status) status = check_bounds(rule, err);
    return !status ? check_amounts(rule, err) : status;
}

static enum lrp_status unknown_rule(const char *name, const struct lrp_rule_book *book, struct lrp_error *err)
{
    size_t count = 0;
    struct lrp_text nearest = {0};
    while (lrp_rule_at(book, count)) count++;
    const char **names = calloc(count + 1, sizeof *names);
    for (size_t i = 0; names && i < count; i++) names[i] = lrp_rule_at(book, i)->name;
    if (names) lrp_text_nearest(&nearest, name, names, count);
    free(names);
    enum lrp_status status =
        lrp_fail(err, LRP_USAGE, "unknown rule %s (nearest: %s; all: lrpscope rules)", name, nearest.data ? nearest.data : "");
    lrp_text_free(&nearest);
    return status;
}

static enum lrp_status parse_rule(struct lrp_call_text *call, const struct lrp_rule_book *book, enum lrp_convention convention,
                                  struct lrp_rule *out, struct lrp_error *err)
{
    const struct lrp_rule_row *row = lrp_rule_find(book, call->name);
    bool given[LRP_RULE_PARAMETERS] = {false};
    if (!row) return unknown_rule(call->name, book, err);
    lrp_rule_defaults(row, convention, out);
    int position = 0;
    enum lrp_status status = LRP_OK;
    for (int i = 0; !status && i < call->count; i++) status = set_argument(out, call->arguments[i], &position, given, err);
    if (!status) status = check_values(out, given, err);
    if (status) lrp_rule_clear(out);
    return status;
}

enum lrp_status lrp_rule_parse(const char *text, const struct lrp_rule_book *book, enum lrp_convention convention,
                               struct lrp_rule *out, struct lrp_error *err)
{
    struct lrp_call_text call;
    enum lrp_status status = lrp_call_text_split(text, &call, err);
    if (status) return status;
    status = parse_rule(&call, book, convention, out, err);
    lrp_call_text_free(&call);
    return status;
}

/* ---- writing ---- */

char *lrp_rule_text(const struct lrp_rule *rule, enum lrp_convention convention)
{
    const struct lrp_rule_row *row = rule->row;
    struct lrp_rule defaults;
    struct lrp_text t = {0};
    lrp_rule_defaults(row, convention, &defaults);
    lrp_text_append(&t, row->info.name);
    const char *separator = "(";
    for (int i = 0; i < row->info.parameter_count; i++) {
        if (i >= row->positional && lrp_parameter_at(row, i)->same(rule, &defaults, i)) continue;
        lrp_text_append(&t, separator);
        if (i >= row->positional) lrp_text_printf(&t, "%s=", row->info.parameters[i].name);
        lrp_parameter_at(row, i)->write(&t, rule, i);
        separator = ",";
    }
    if (*separator == ',') lrp_text_append(&t, ")");
    return lrp_text_take(&t);
}
