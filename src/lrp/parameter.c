/* parameter.c: the kinds of parameters that rules have. */
#include "parameter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convention.h"
#include "split.h"

static const char *const bias_words[] = {[LRP_BIAS_ON] = "on", [LRP_BIAS_RAW] = "raw", [LRP_BIAS_OFF] = "off"};
static const char *const inputs_words[] = {[LRP_INPUTS_SPLIT] = "split", [LRP_INPUTS_WHOLE] = "whole"};
static const char *const relu_words[] = {
    [LRP_RELU_PLAIN] = "plain", [LRP_RELU_GUIDED] = "guided", [LRP_RELU_DECONV] = "deconv"};
#define COUNT(words) (int)(sizeof(words) / sizeof *(words))

/* ---- numbers ---- */

static bool parse_float(const char *text, float *out)
{
    double value;
    if (!lrp_parse_fraction(text, &value) || !isfinite(value) || fabs(value) > 3e38) return false;
    *out = (float)value;
    return true;
}

static void write_float(struct lrp_text *t, float value)
{
    char number[40];
    lrp_text_append(t, lrp_format_float(value, number, sizeof number));
}

static bool read_number(struct lrp_rule *rule, int place, char *text)
{
    return parse_float(text, &rule->values[place]);
}
static void write_number(struct lrp_text *t, const struct lrp_rule *rule, int place)
{
    write_float(t, rule->values[place]);
}
static bool same_number(const struct lrp_rule *a, const struct lrp_rule *b, int place)
{
    return *a->row->info.parameters[place].value && a->values[place] == b->values[place];
}

static bool read_stabilizer(struct lrp_rule *rule, int place, char *text)
{
    (void)place;
    return parse_float(text, &rule->stabilizer) && rule->stabilizer >= 0;
}
static void write_stabilizer(struct lrp_text *t, const struct lrp_rule *rule, int place)
{
    (void)place;
    write_float(t, rule->stabilizer);
}
static bool same_stabilizer(const struct lrp_rule *a, const struct lrp_rule *b, int place)
{
    (void)place;
    return a->stabilizer == b->stabilizer;
}

/* ---- bounds ---- */

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

static void write_list(struct lrp_text *t, const float *values, size_t count)
{
    if (count != 1) lrp_text_append(t, "[");
    for (size_t i = 0; i < count; i++) {
        if (i) lrp_text_append(t, ";");
        write_float(t, values[i]);
    }
    if (count != 1) lrp_text_append(t, "]");
}

static bool read_low(struct lrp_rule *rule, int place, char *text)
{
    (void)place;
    return parse_list(text, &rule->low, &rule->low_count);
}
static bool read_high(struct lrp_rule *rule, int place, char *text)
{
    (void)place;
    return parse_list(text, &rule->high, &rule->high_count);
}
static void write_low(struct lrp_text *t, const struct lrp_rule *rule, int place)
{
    (void)place;
    write_list(t, rule->low, rule->low_count);
}
static void write_high(struct lrp_text *t, const struct lrp_rule *rule, int place)
{
    (void)place;
    write_list(t, rule->high, rule->high_count);
}
/* There is no default that a bound could be the same as. */
static bool same_bound(const struct lrp_rule *a, const struct lrp_rule *b, int place)
{
    (void)a;
    (void)b;
    (void)place;
    return false;
}

/* ---- words ---- */

static bool parse_word(const char *text, const char *const *words, int count, int *out)
{
    for (int i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0) {
            *out = i;
            return true;
        }
    return false;
}

static bool read_bias(struct lrp_rule *rule, int place, char *text)
{
    int word;
    (void)place;
    if (!parse_word(text, bias_words, COUNT(bias_words), &word)) return false;
    rule->bias = (enum lrp_bias_mode)word;
    return true;
}
static void write_bias(struct lrp_text *t, const struct lrp_rule *rule, int place)
{
    (void)place;
    lrp_text_append(t, bias_words[rule->bias]);
}
static bool same_bias(const struct lrp_rule *a, const struct lrp_rule *b, int place)
{
    (void)place;
    return a->bias == b->bias;
}

static bool read_inputs(struct lrp_rule *rule, int place, char *text)
{
    int word;
    (void)place;
    if (!parse_word(text, inputs_words, COUNT(inputs_words), &word)) return false;
    rule->inputs = (enum lrp_inputs_mode)word;
    return true;
}
static void write_inputs(struct lrp_text *t, const struct lrp_rule *rule, int place)
{
    (void)place;
    lrp_text_append(t, inputs_words[rule->inputs]);
}
static bool same_inputs(const struct lrp_rule *a, const struct lrp_rule *b, int place)
{
    (void)place;
    return a->inputs == b->inputs;
}

static bool read_relu(struct lrp_rule *rule, int place, char *text)
{
    int word;
    (void)place;
    if (!parse_word(text, relu_words, COUNT(relu_words), &word)) return false;
    rule->relu = (enum lrp_relu_mode)word;
    return true;
}
static void write_relu(struct lrp_text *t, const struct lrp_rule *rule, int place)
{
    (void)place;
    lrp_text_append(t, relu_words[rule->relu]);
}
static bool same_relu(const struct lrp_rule *a, const struct lrp_rule *b, int place)
{
    (void)place;
    return a->relu == b->relu;
}

/* ---- the table ---- */

/* clang-format off */
static const struct lrp_parameter_row kinds[] = {
    [LRP_PARAMETER_NUMBER] = {.read = read_number, .write = write_number, .same = same_number},
    [LRP_PARAMETER_STABILIZER] = {.by_name = true, .read = read_stabilizer, .write = write_stabilizer, .same = same_stabilizer},
    [LRP_PARAMETER_OWN_STABILIZER] = {.name = "stabilizer", .by_name = true, .read = read_stabilizer, .write = write_stabilizer, .same = same_stabilizer},
    [LRP_PARAMETER_LOW] = {.name = "low", .bound = true, .read = read_low, .write = write_low, .same = same_bound},
    [LRP_PARAMETER_HIGH] = {.name = "high", .bound = true, .read = read_high, .write = write_high, .same = same_bound},
    [LRP_PARAMETER_BIAS] = {.name = "bias", .by_name = true, .choices = "on, raw or off", .read = read_bias, .write = write_bias, .same = same_bias},
    [LRP_PARAMETER_INPUTS] = {.name = "inputs", .by_name = true, .choices = "split or whole", .read = read_inputs, .write = write_inputs, .same = same_inputs},
    [LRP_PARAMETER_RELU] = {.by_name = true, .choices = "plain, guided or deconv", .read = read_relu, .write = write_relu, .same = same_relu},
};
/* clang-format on */
_Static_assert(sizeof kinds / sizeof *kinds == LRP_PARAMETER_KIND_COUNT, "a row for every kind of parameter");

const struct lrp_parameter_row *lrp_parameter_row(enum lrp_parameter_kind kind)
{
    return &kinds[kind];
}

const struct lrp_parameter_row *lrp_parameter_at(const struct lrp_rule_row *row, int place)
{
    return &kinds[row->info.parameters[place].kind];
}

enum lrp_parameter_kind lrp_parameter_kind_of(const char *name)
{
    for (int k = 0; k < LRP_PARAMETER_KIND_COUNT; k++)
        if (kinds[k].name && strcmp(kinds[k].name, name) == 0) return (enum lrp_parameter_kind)k;
    return LRP_PARAMETER_NUMBER;
}

int lrp_parameter_place(const struct lrp_rule_row *row, const char *name)
{
    const bool stabilizer = strcmp(name, "stabilizer") == 0;
    for (int i = 0; i < row->info.parameter_count; i++) {
        const struct lrp_rule_parameter *p = &row->info.parameters[i];
        if (strcmp(p->name, name) == 0) return i;
        if (stabilizer && (p->kind == LRP_PARAMETER_STABILIZER || p->kind == LRP_PARAMETER_OWN_STABILIZER)) return i;
    }
    return -1;
}

/* A default as rows write it; the table's are tested to be readable, a book's were when they were added. */
static void set_default(struct lrp_rule *rule, int place, const char *value)
{
    char text[64];
    snprintf(text, sizeof text, "%s", value);
    if (place >= 0 && *text) lrp_parameter_at(rule->row, place)->read(rule, place, text);
}

void lrp_rule_defaults(const struct lrp_rule_row *row, enum lrp_convention convention, struct lrp_rule *out)
{
    *out = (struct lrp_rule){.row = row, .how = row, .stabilizer = lrp_convention_row(convention)->stabilizer};
    for (int i = 0; i < row->info.parameter_count; i++)
        if (row->info.parameters[i].kind != LRP_PARAMETER_STABILIZER) set_default(out, i, row->info.parameters[i].value);
    for (int i = 0; i < LRP_RULE_DEFAULTS && row->defaults[i].parameter; i++)
        if (row->defaults[i].convention == convention)
            set_default(out, lrp_parameter_place(row, row->defaults[i].parameter), row->defaults[i].value);
}
