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

static double sum(struct parser *a);

static double refuse(struct parser *a, const char *why)
{
    if (!a->why) a->why = why;
    return (double)NAN;
}

static char next(struct parser *a)
{
    while (*a->p == ' ') a->p++;
    return *a->p;
}

static double number(struct parser *a)
{
    char digits[LONGEST_NUMBER];
    size_t n = strspn(a->p, "0123456789.");
    if (tolower((unsigned char)a->p[n]) == 'e') {
        size_t exponent = n + 1 + (a->p[n + 1] == '+' || a->p[n + 1] == '-');
        size_t more = strspn(a->p + exponent, "0123456789");
        if (more) n = exponent + more;
    }
    double value;
    if (n >= sizeof digits) return refuse(a, "a number of too many digits");
    memcpy(digits, a->p, n);
    digits[n] = '\0';
    if (!lrp_parse_double(digits, &value) || !isfinite(value)) return refuse(a, "not a number");
    a->p += n;
    return value;
}

static double parameter(struct parser *a)
{
    char name[LONGEST_NAME];
    size_t n = 0;
    while (isalnum((unsigned char)a->p[n]) || a->p[n] == '_') n++;
    if (n >= sizeof name) return refuse(a, "no parameter of this rule");
    memcpy(name, a->p, n);
    name[n] = '\0';
    int place = lrp_parameter_place(a->row, name);
    bool stabilizer = strcmp(name, "stabilizer") == 0;
    if (!stabilizer && (place < 0 || a->row->info.parameters[place].kind != LRP_PARAMETER_NUMBER))
        return refuse(a, "no number parameter of this rule");
    a->p += n;
    if (!a->rule) return 1;
    return (double)(stabilizer ? a->rule->stabilizer : a->rule->values[place]);
}

static double factor(struct parser *a)
{
    char c = next(a);
    double value;
    if (++a->depth > DEEPEST) return refuse(a, "too many brackets");
    if (c == '-') {
        a->p++;
        value = -factor(a);
    } else if (c == '(') {
        a->p++;
        value = sum(a);
        if (!a->why && next(a) != ')') return refuse(a, "a closing bracket is missing");
        if (!a->why) a->p++;
    } else if (isdigit((unsigned char)c) || c == '.') {
        value = number(a);
    } else if (isalpha((unsigned char)c) || c == '_') {
        value = parameter(a);
    } else {
        return refuse(a, c ? "a number or parameter is needed here" : "something is missing at the end");
    }
    a->depth--;
    return value;
}

static double product(struct parser *a)
{
    double value = factor(a);
    for (char c; !a->why && ((c = next(a)) == '*' || c == '/');) {
        a->p++;
        double other = factor(a);
        value = c == '*' ? value * other : value / other;
    }
    return value;
}

static double sum(struct parser *a)
{
    double value = product(a);
    for (char c; !a->why && ((c = next(a)) == '+' || c == '-');) {
        a->p++;
        double other = product(a);
        value = c == '+' ? value + other : value - other;
    }
    return value;
}

static double whole(struct parser *a)
{
    double value = sum(a);
    if (!a->why && next(a)) return refuse(a, "an operator (+ - * /) is needed here");
    return a->why ? (double)NAN : value;
}

bool lrp_amount_check(const char *text, const struct lrp_rule_row *row, size_t *at, const char **why)
{
    struct parser a = {.text = text, .p = text, .row = row};
    whole(&a);
    *at = (size_t)(a.p - a.text);
    *why = a.why;
    return !a.why;
}

float lrp_amount_value(const char *text, const struct lrp_rule *rule)
{
    struct parser a = {.text = text, .p = text, .row = rule->row, .rule = rule};
    return (float)whole(&a);
}
