/* rule.c: rules as text: "alpha-beta(2,1)", "epsilon(0.25,bias=off)", and back. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "book.h"
#include "split.h"
#include "text.h"

static const char *const convention_texts[] = {
#define X(name, text, line) text,
    LRP_CONVENTIONS(X)
#undef X
};
static const char *const convention_lines[] = {
#define X(name, text, line) line,
    LRP_CONVENTIONS(X)
#undef X
};
static const char *const bias_texts[] = {"on", "raw", "off"};
static const char *const inputs_texts[] = {"split", "whole"};

const char *lrp_convention_text(enum lrp_convention convention)
{
    return convention < LRP_CONVENTION_COUNT ? convention_texts[convention] : "";
}

const char *lrp_convention_line(enum lrp_convention convention)
{
    return convention < LRP_CONVENTION_COUNT ? convention_lines[convention] : "";
}

enum lrp_status lrp_convention_parse(const char *text, enum lrp_convention *out, struct lrp_error *err)
{
    for (int i = 0; i < LRP_CONVENTION_COUNT; i++)
        if (strcmp(text, convention_texts[i]) == 0) {
            *out = (enum lrp_convention)i;
            return LRP_OK;
        }
    return lrp_fail(err, LRP_USAGE, "unknown convention %s (julia, zennit, captum, pr26)", text);
}

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

static bool same_float(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

bool lrp_rule_equal(const struct lrp_rule *a, const struct lrp_rule *b)
{
    return lrp_rule_row_equal(a->row, b->row) && lrp_rule_row_equal(a->how, b->how) &&
           same_float(a->stabilizer, b->stabilizer) && memcmp(a->values, b->values, sizeof a->values) == 0 &&
           a->bias == b->bias && a->inputs == b->inputs && a->low_count == b->low_count && a->high_count == b->high_count &&
           (!a->low_count || memcmp(a->low, b->low, a->low_count * sizeof *a->low) == 0) &&
           (!a->high_count || memcmp(a->high, b->high, a->high_count * sizeof *a->high) == 0);
}

/* ---- parsing ---- */

static bool parse_float(const char *text, float *out)
{
    double value;
    if (!lrp_parse_fraction(text, &value) || !isfinite(value) || fabs(value) > 3e38) return false;
    *out = (float)value;
    return true;
}

/* "0.5" or "[a;b;c]" */
static bool parse_list(char *text, float **out, size_t *count)
{
    size_t length = strlen(text), n = 1;
    if (*text == '[') {
        if (length < 3 || text[length - 1] != ']') return false;
        text[length - 1] = '\0';
        text++;
    }
    for (const char *p = text; *p; p++) n += *p == ';';
    float *values = malloc(n * sizeof *values);
    if (!values) return false;
    size_t i = 0;
    for (char *item = text, *next; item; item = next) {
        next = strchr(item, ';');
        if (next) *next++ = '\0';
        if (!parse_float(lrp_trim(item), &values[i++])) {
            free(values);
            return false;
        }
    }
    free(*out);
    *out = values;
    *count = n;
    return true;
}

static bool parse_word(const char *text, const char *const *words, int count, int *out)
{
    for (int i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0) {
            *out = i;
            return true;
        }
    return false;
}

static bool set_parameter(struct lrp_rule *rule, int place, char *value)
{
    int word;
    switch (lrp_parameter_kind(rule->row, place)) {
    case LRP_PARAMETER_STABILIZER:
        return parse_float(value, &rule->stabilizer) && rule->stabilizer >= 0;
    case LRP_PARAMETER_NUMBER:
        return parse_float(value, &rule->values[place]);
    case LRP_PARAMETER_LOW:
        return parse_list(value, &rule->low, &rule->low_count);
    case LRP_PARAMETER_HIGH:
        return parse_list(value, &rule->high, &rule->high_count);
    case LRP_PARAMETER_BIAS:
        if (!parse_word(value, bias_texts, 3, &word)) return false;
        rule->bias = (enum lrp_bias_mode)word;
        return true;
    case LRP_PARAMETER_INPUTS:
        if (!parse_word(value, inputs_texts, 2, &word)) return false;
        rule->inputs = (enum lrp_inputs_mode)word;
        return true;
    }
    return false;
}

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
    if (!set_parameter(rule, place, value))
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
        enum lrp_parameter kind = lrp_parameter_kind(rule->row, i);
        if (*info->parameters[i].value || given[i]) continue;
        if (kind == LRP_PARAMETER_LOW || kind == LRP_PARAMETER_HIGH)
            return lrp_fail(err, LRP_USAGE, "rule %s needs its bounds: %s(low,high)", info->name, info->name);
        return lrp_fail(err, LRP_USAGE, "rule %s needs a value for %s", info->name, info->parameters[i].name);
    }
    if (strcmp(info->name, "alpha-beta") == 0) {
        const double alpha = (double)rule->values[0], beta = (double)rule->values[1];
        /* 1.7 - 0.7 is not 1 in binary: what is 1 in decimal passes */
        if (alpha < 0 || beta < 0 || fabs(alpha - beta - 1) > 1.2e-7 * fmax(1, alpha))
            return lrp_fail(err, LRP_USAGE, "rule alpha-beta needs alpha >= 0, beta >= 0 and alpha - beta = 1, not (%g,%g)",
                            alpha, beta);
    }
    enum lrp_status status = check_bounds(rule, err);
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

static enum lrp_status parse(struct lrp_call_text *call, const struct lrp_rule_book *book, enum lrp_convention convention,
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
    status = parse(&call, book, convention, out, err);
    lrp_call_text_free(&call);
    return status;
}

/* ---- writing ---- */

static void write_list(struct lrp_text *t, const float *values, size_t count)
{
    char number[40];
    if (count != 1) lrp_text_append(t, "[");
    for (size_t i = 0; i < count; i++) {
        if (i) lrp_text_append(t, ";");
        lrp_text_append(t, lrp_format_float(values[i], number, sizeof number));
    }
    if (count != 1) lrp_text_append(t, "]");
}

static void write_value(struct lrp_text *t, const struct lrp_rule *r, int place)
{
    char number[40];
    switch (lrp_parameter_kind(r->row, place)) {
    case LRP_PARAMETER_LOW:
        write_list(t, r->low, r->low_count);
        break;
    case LRP_PARAMETER_HIGH:
        write_list(t, r->high, r->high_count);
        break;
    case LRP_PARAMETER_BIAS:
        lrp_text_append(t, bias_texts[r->bias]);
        break;
    case LRP_PARAMETER_INPUTS:
        lrp_text_append(t, inputs_texts[r->inputs]);
        break;
    case LRP_PARAMETER_STABILIZER:
        lrp_text_append(t, lrp_format_float(r->stabilizer, number, sizeof number));
        break;
    case LRP_PARAMETER_NUMBER:
        lrp_text_append(t, lrp_format_float(r->values[place], number, sizeof number));
        break;
    }
}

/* Of a parameter that may be left out. */
static bool is_default(const struct lrp_rule *r, const struct lrp_rule *d, int place)
{
    switch (lrp_parameter_kind(r->row, place)) {
    case LRP_PARAMETER_BIAS:
        return r->bias == d->bias;
    case LRP_PARAMETER_INPUTS:
        return r->inputs == d->inputs;
    case LRP_PARAMETER_STABILIZER:
        return same_float(r->stabilizer, d->stabilizer);
    case LRP_PARAMETER_NUMBER:
        return *r->row->info.parameters[place].value && same_float(r->values[place], d->values[place]);
    default:
        return false;
    }
}

char *lrp_rule_text(const struct lrp_rule *rule, enum lrp_convention convention)
{
    const struct lrp_rule_row *row = rule->row;
    struct lrp_rule defaults;
    struct lrp_text t = {0};
    lrp_rule_defaults(row, convention, &defaults);
    lrp_text_append(&t, row->info.name);
    const char *separator = "(";
    for (int i = 0; i < row->info.parameter_count; i++) {
        if (i >= row->positional && is_default(rule, &defaults, i)) continue;
        lrp_text_append(&t, separator);
        if (i >= row->positional) lrp_text_printf(&t, "%s=", row->info.parameters[i].name);
        write_value(&t, rule, i);
        separator = ",";
    }
    if (*separator == ',') lrp_text_append(&t, ")");
    return lrp_text_take(&t);
}
