/* rule.c: rules as text: "alpha-beta(2,1)", "epsilon(0.25,bias=off)", and back. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "split.h"
#include "terms.h"
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

enum lrp_status lrp_rule_copy(const struct lrp_rule *rule, struct lrp_rule *out, struct lrp_error *err)
{
    *out = *rule;
    out->low = out->high = NULL;
    if (rule->low_count) {
        out->low = malloc(rule->low_count * sizeof *out->low);
        out->high = malloc(rule->high_count * sizeof *out->high);
        if (!out->low || !out->high) {
            lrp_rule_clear(out);
            return lrp_fail(err, LRP_MEMORY, "not enough memory for a rule");
        }
        memcpy(out->low, rule->low, rule->low_count * sizeof *out->low);
        memcpy(out->high, rule->high, rule->high_count * sizeof *out->high);
    }
    return LRP_OK;
}

static bool same_float(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

bool lrp_rule_equal(const struct lrp_rule *a, const struct lrp_rule *b)
{
    return a->id == b->id && same_float(a->stabilizer, b->stabilizer) && same_float(a->gamma, b->gamma) &&
           same_float(a->alpha, b->alpha) && same_float(a->beta, b->beta) && a->bias == b->bias && a->inputs == b->inputs &&
           a->low_count == b->low_count && a->high_count == b->high_count &&
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

static bool set_parameter(struct lrp_rule *rule, enum lrp_parameter parameter, char *value)
{
    int word;
    switch (parameter) {
    case LRP_PARAMETER_STABILIZER:
    case LRP_PARAMETER_EPSILON: return parse_float(value, &rule->stabilizer) && rule->stabilizer >= 0;
    case LRP_PARAMETER_GAMMA: return parse_float(value, &rule->gamma);
    case LRP_PARAMETER_ALPHA: return parse_float(value, &rule->alpha);
    case LRP_PARAMETER_BETA: return parse_float(value, &rule->beta);
    case LRP_PARAMETER_LOW: return parse_list(value, &rule->low, &rule->low_count);
    case LRP_PARAMETER_HIGH: return parse_list(value, &rule->high, &rule->high_count);
    case LRP_PARAMETER_BIAS:
        if (!parse_word(value, bias_texts, 3, &word)) return false;
        rule->bias = (enum lrp_bias_mode)word;
        return true;
    case LRP_PARAMETER_INPUTS:
        if (!parse_word(value, inputs_texts, 2, &word)) return false;
        rule->inputs = (enum lrp_inputs_mode)word;
        return true;
    default: return false;
    }
}

/* Place of a parameter in the rule's list, -1 if it has none of that name; epsilon is epsilon's stabilizer. */
static int find_parameter(const struct lrp_rule_info *info, const char *name)
{
    for (int i = 0; i < info->parameter_count; i++) {
        const char *own = info->parameters[i].name;
        if (strcmp(own, name) == 0 || (strcmp(own, "epsilon") == 0 && strcmp(name, "stabilizer") == 0)) return i;
    }
    return -1;
}

static enum lrp_status set_argument(struct lrp_rule *rule, const struct lrp_rule_row *row, char *argument, int *position,
                                    struct lrp_error *err)
{
    char *equals = strchr(argument, '=');
    char *value = argument;
    int place = *position;
    if (equals) {
        *equals = '\0';
        argument = lrp_trim(argument);
        value = lrp_trim(equals + 1);
        place = find_parameter(&row->info, argument);
        if (place < 0) return lrp_fail(err, LRP_USAGE, "rule %s has no parameter %s", row->info.name, argument);
    } else if ((*position)++ >= row->positional) {
        return lrp_fail(err, LRP_USAGE, "rule %s takes %d value%s without a name, %s is one too many", row->info.name,
                        row->positional, row->positional == 1 ? "" : "s", argument);
    }
    const char *name = row->info.parameters[place].name;
    if (!set_parameter(rule, lrp_parameter_find(name), value))
        return lrp_fail(err, LRP_USAGE, "rule %s: %s cannot be \"%s\"", row->info.name, name, value);
    return LRP_OK;
}

/* Conditions between parameters. */
static enum lrp_status check_values(const struct lrp_rule *rule, const struct lrp_rule_row *row, struct lrp_error *err)
{
    if (strcmp(row->info.name, "alpha-beta") == 0) {
        /* 1.7 - 0.7 is not 1 in binary: what is 1 in decimal passes */
        const double over = fabs((double)rule->alpha - (double)rule->beta - 1);
        if (rule->alpha < 0 || rule->beta < 0 || over > 1.2e-7 * fmax(1, (double)rule->alpha))
            return lrp_fail(err, LRP_USAGE, "rule alpha-beta needs alpha >= 0, beta >= 0 and alpha - beta = 1, not (%g,%g)",
                            (double)rule->alpha, (double)rule->beta);
    }
    if (strcmp(row->info.name, "z-box") == 0) {
        if (!rule->low_count || !rule->high_count)
            return lrp_fail(err, LRP_USAGE, "rule z-box needs its bounds: z-box(low,high)");
        const size_t low = rule->low_count, high = rule->high_count;
        for (size_t i = 0; (low == high || low == 1 || high == 1) && i < (low > high ? low : high); i++)
            if (rule->low[low == 1 ? 0 : i] > rule->high[high == 1 ? 0 : i])
                return lrp_fail(err, LRP_USAGE, "rule z-box: low is above high");
    }
    return LRP_OK;
}

static enum lrp_status unknown_rule(const char *name, struct lrp_error *err)
{
    const char *names[32];
    size_t count = 0;
    struct lrp_text nearest = {0};
    for (; lrp_rule_row((int)count); count++) names[count] = lrp_rule_row((int)count)->info.name;
    lrp_text_nearest(&nearest, name, names, count);
    enum lrp_status status = lrp_fail(err, LRP_USAGE, "unknown rule %s (nearest: %s; all: lrpscope rules)", name,
                                      nearest.data ? nearest.data : "");
    lrp_text_free(&nearest);
    return status;
}

static enum lrp_status parse(struct lrp_call_text *call, enum lrp_convention convention, struct lrp_rule *out, struct lrp_error *err)
{
    int id = lrp_rule_find(call->name);
    if (id < 0) return unknown_rule(call->name, err);
    const struct lrp_rule_row *row = lrp_rule_row(id);
    lrp_rule_defaults(id, convention, out);
    int position = 0;
    enum lrp_status status = LRP_OK;
    for (int i = 0; status == LRP_OK && i < call->count; i++)
        status = set_argument(out, row, call->arguments[i], &position, err);
    if (status == LRP_OK) status = check_values(out, row, err);
    if (status != LRP_OK) lrp_rule_clear(out);
    return status;
}

enum lrp_status lrp_rule_parse(const char *text, enum lrp_convention convention, struct lrp_rule *out, struct lrp_error *err)
{
    struct lrp_call_text call;
    enum lrp_status status = lrp_call_text_split(text, &call, err);
    if (status != LRP_OK) return status;
    status = parse(&call, convention, out, err);
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

static void write_value(struct lrp_text *t, const struct lrp_rule *r, enum lrp_parameter p)
{
    char number[40];
    float value = p == LRP_PARAMETER_GAMMA ? r->gamma : p == LRP_PARAMETER_ALPHA ? r->alpha : p == LRP_PARAMETER_BETA ? r->beta : r->stabilizer;
    if (p == LRP_PARAMETER_LOW) write_list(t, r->low, r->low_count);
    else if (p == LRP_PARAMETER_HIGH) write_list(t, r->high, r->high_count);
    else if (p == LRP_PARAMETER_BIAS) lrp_text_append(t, bias_texts[r->bias]);
    else if (p == LRP_PARAMETER_INPUTS) lrp_text_append(t, inputs_texts[r->inputs]);
    else lrp_text_append(t, lrp_format_float(value, number, sizeof number));
}

static bool is_default(const struct lrp_rule *r, const struct lrp_rule *d, enum lrp_parameter p)
{
    if (p == LRP_PARAMETER_BIAS) return r->bias == d->bias;
    if (p == LRP_PARAMETER_INPUTS) return r->inputs == d->inputs;
    return same_float(r->stabilizer, d->stabilizer);
}

char *lrp_rule_text(const struct lrp_rule *rule, enum lrp_convention convention)
{
    const struct lrp_rule_row *row = lrp_rule_row(rule->id);
    struct lrp_rule defaults;
    struct lrp_text t = {0};
    lrp_rule_defaults(rule->id, convention, &defaults);
    lrp_text_append(&t, row->info.name);
    const char *separator = "(";
    for (int i = 0; i < row->info.parameter_count; i++) {
        enum lrp_parameter parameter = lrp_parameter_find(row->info.parameters[i].name);
        if (i >= row->positional && is_default(rule, &defaults, parameter)) continue;
        lrp_text_append(&t, separator);
        if (i >= row->positional) lrp_text_printf(&t, "%s=", row->info.parameters[i].name);
        write_value(&t, rule, parameter);
        separator = ",";
    }
    if (*separator == ',') lrp_text_append(&t, ")");
    return lrp_text_take(&t);
}
