/* amount.c: small formulas over a rule's parameters. */
#include "amount.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { DEEPEST = 32, LONGEST_NUMBER = 40, LONGEST_NAME = 40 };

/* A recursive descent, sum > product > factor; after an error the rest is not read. */
struct parser {
    const char *text, *p;
    const struct lrp_rule_row *row;
    const struct lrp_rule *rule; /* NULL: only the form counts */
    int depth;
    const char *why;
};

static double parse_sum(struct parser *a);

static double refuse_amount(struct parser *a, const char *why)
{
    if (!a->why) a->why = why;
    return (double)NAN;
}

static char next_char(struct parser *a)
{
    while (*a->p == ' ') a->p++;
    return *a->p;
}

static double parse_number(struct parser *a)
{
    char digits[LONGEST_NUMBER];
    size_t n = strspn(a->p, "0123456789.");
    if (tolower((unsigned char)a->p[n]) == 'e') {
        size_t exponent = n + 1 + (a->p[n + 1] == '+' || a->p[n + 1] == '-');
        size_t more = strspn(a->p + exponent, "0123456789");
        if (more) n = exponent + more;
    }
    double value;
    if (n >= sizeof digits) return refuse_amount(a, "a number of too many digits");
    memcpy(digits, a->p, n);
    digits[n] = '\0';
    if (!lrp_parse_double(digits, &value) || !isfinite(value)) return refuse_amount(a, "not a number");
    a->p += n;
    return value;
}

static double parse_parameter(struct parser *a)
{
    char name[LONGEST_NAME];
    size_t n = 0;
    while (isalnum((unsigned char)a->p[n]) || a->p[n] == '_') n++;
    if (n >= sizeof name) return refuse_amount(a, "no parameter of this rule");
    memcpy(name, a->p, n);
    name[n] = '\0';
    int place = lrp_parameter_place(a->row, name);
    bool stabilizer = strcmp(name, "stabilizer") == 0;
    if (!stabilizer && (place < 0 || a->row->info.parameters[place].kind != LRP_PARAMETER_NUMBER))
        return refuse_amount(a, "no number parameter of this rule");
    a->p += n;
    if (!a->rule) return 1;
    return (double)(stabilizer ? a->rule->stabilizer : a->rule->values[place]);
}

static double parse_factor(struct parser *a)
{
    char c = next_char(a);
    double value;
    if (++a->depth > DEEPEST) return refuse_amount(a, "too many brackets");
    if (c == '-') {
        a->p++;
        value = -parse_factor(a);
    } else if (c == '(') {
        a->p++;
        value = parse_sum(a);
        if (!a->why && next_char(a) != ')') return refuse_amount(a, "a closing bracket is missing");
        if (!a->why) a->p++;
    } else if (isdigit((unsigned char)c) || c == '.') {
        value = parse_number(a);
    } else if (isalpha((unsigned char)c) || c == '_') {
        value = parse_parameter(a);
    } else {
        return refuse_amount(a, c ? "a number or parameter is needed here" : "something is missing at the end");
    }
    a->depth--;
    return value;
}

static double parse_product(struct parser *a)
{
    double value = parse_factor(a);
    for (char c; !a->why && ((c = next_char(a)) == '*' || c == '/');) {
        a->p++;
        double other = parse_factor(a);
        value = c == '*' ? value * other : value / other;
    }
    return value;
}

static double parse_sum(struct parser *a)
{
    double value = parse_product(a);
    for (char c; !a->why && ((c = next_char(a)) == '+' || c == '-');) {
        a->p++;
        double other = parse_product(a);
        value = c == '+' ? value + other : value - other;
    }
    return value;
}

static double parse_whole(struct parser *a)
{
    double value = parse_sum(a);
    if (!a->why && next_char(a)) return refuse_amount(a, "an operator (+ - * /) is needed here");
    return a->why ? (double)NAN : value;
}

bool lrp_amount_check(const char *text, const struct lrp_rule_row *row, size_t *at, const char **why)
{
    struct parser a = {.text = text, .p = text, .row = row};
    parse_whole(&a);
    *at = (size_t)(a.p - a.text);
    *why = a.why;
    return !a.why;
}

float lrp_amount_value(const char *text, const struct lrp_rule *rule)
{
    struct parser a = {.text = text, .p = text, .row = rule->row, .rule = rule};
    return (float)parse_whole(&a);
}
