/* method.c: the table of methods, and methods as text: "smooth-grad(20,sigma=.1)". */
#include "method.h"

#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "apply.h"
#include "split.h"
#include "text.h"

#define ONE_PASS "1 x (forward + backward)"

static const struct lrp_method rows[] = {
    {.info = {.name = "lrp",
              .line = "layer-wise relevance propagation by the rules of the layers",
              .formula = "by rules",
              .cost = ONE_PASS},
     .by_rules = true},
    {.info = {.name = "gradient",
              .line = "the gradient of the target",
              .formula = "df/dx",
              .cost = ONE_PASS,
              .colormap = "hot",
              .reduce = "norm"},
     .apply = lrp_apply_gradient,
     .account = lrp_account_gradient,
     .starts_with_one = true},
    {.info = {.name = "input-gradient",
              .line = "every value times the gradient of the target",
              .formula = "x * df/dx",
              .cost = ONE_PASS},
     .apply = lrp_apply_gradient,
     .account = lrp_account_gradient,
     .starts_with_one = true,
     .times_values = true},
    {.info = {.name = "guided-backprop",
              .line = "the gradient, through ReLU only where it is positive, too (Springenberg 2015)",
              .formula = "df/dx, at every ReLU [z > 0] max(R, 0)",
              .cost = ONE_PASS},
     .apply = lrp_apply_guided,
     .account = lrp_account_gradient,
     .starts_with_one = true,
     .rectifies = true},
    {.info = {.name = "deconvnet",
              .line = "the gradient, through ReLU where it is positive, whatever went through forward (Zeiler 2014)",
              .formula = "df/dx, at every ReLU max(R, 0)",
              .cost = ONE_PASS},
     .apply = lrp_apply_deconv,
     .account = lrp_account_gradient,
     .starts_with_one = true,
     .rectifies = true},
};
enum { ROWS = sizeof rows / sizeof *rows };
static const struct lrp_method *const computed[] = {
#define X(name) &lrp_method_row_##name,
    LRP_COMPUTED_METHODS(X)
#undef X
};
enum { COMPUTED = sizeof computed / sizeof *computed };

const struct lrp_method *lrp_method_row(size_t index)
{
    if (index < ROWS) return &rows[index];
    return index - ROWS < COMPUTED ? computed[index - ROWS] : NULL;
}

const struct lrp_method_info *lrp_method_at(size_t index)
{
    const struct lrp_method *row = lrp_method_row(index);
    return row ? &row->info : NULL;
}

static enum lrp_status unknown_method(const char *name, struct lrp_error *err)
{
    const char *names[ROWS + COMPUTED];
    struct lrp_text nearest = {0};
    for (size_t i = 0; i < ROWS + COMPUTED; i++) names[i] = lrp_method_at(i)->name;
    lrp_text_nearest(&nearest, name, names, ROWS + COMPUTED);
    const enum lrp_status status = lrp_fail(err, LRP_USAGE, "unknown method %s (nearest: %s; all: lrpscope methods)", name,
                                            nearest.data ? nearest.data : "");
    lrp_text_free(&nearest);
    return status;
}

enum lrp_status lrp_method_find(const char *name, const struct lrp_method **out, struct lrp_error *err)
{
    for (size_t i = 0; (*out = lrp_method_row(i)) != NULL; i++)
        if (strcmp(name, (*out)->info.name) == 0) return LRP_OK;
    return unknown_method(name, err);
}

/* ---- a method with its arguments ---- */

void lrp_method_call_free(struct lrp_method_call *call)
{
    for (int i = 0; i < LRP_METHOD_ARGUMENTS; i++) free(call->values[i]);
    *call = (struct lrp_method_call){0};
}

static bool holds_word(const char *words, const char *word)
{
    const size_t length = strlen(word);
    for (const char *p = words; length && (p = strstr(p, word)) != NULL; p += length)
        if ((p == words || p[-1] == ' ') && (p[length] == ' ' || !p[length])) return true;
    return false;
}

/* What a kind of argument can be, in words; NULL: the text is fine. */
static const char *wrong_form(const struct lrp_method_argument *a, const char *text)
{
    int64_t whole;
    double number;
    switch (a->kind) {
    case LRP_METHOD_COUNT:
        return lrp_parse_int64(text, &whole) && whole >= 1 && whole <= 1000000 ? NULL : "a whole number from 1 to 1000000";
    case LRP_METHOD_SEED:
        return lrp_parse_int64(text, &whole) && whole >= 0 ? NULL : "a whole number, at least 0";
    case LRP_METHOD_NUMBER:
        return lrp_parse_fraction(text, &number) && number >= 0 && number < 3e38 ? NULL : "a number, at least 0";
    case LRP_METHOD_WORD:
        return holds_word(a->choices, text) ? NULL : a->choices;
    case LRP_METHOD_BASELINE:
    case LRP_METHOD_FILE:
    case LRP_METHOD_LAYER:
        return *text ? NULL : "a text";
    }
    return "nothing";
}

static enum lrp_status set_argument(struct lrp_method_call *call, char *argument, int *position, struct lrp_error *err)
{
    const struct lrp_method_info *info = &call->row->info;
    const size_t name = strcspn(argument, "=( "); /* an "=" behind a bracket is the value's own */
    char *value = argument;
    int place;
    if (argument[name] == '=' || argument[name] == ' ') {
        char *equals = strchr(argument, '=');
        if (!equals) return lrp_fail(err, LRP_USAGE, "method %s: %s is no argument", info->name, argument);
        *equals = '\0';
        argument = lrp_trim(argument);
        value = lrp_trim(equals + 1);
        for (place = 0; place < info->argument_count && strcmp(info->arguments[place].name, argument) != 0;) place++;
        if (place == info->argument_count)
            return lrp_fail(err, LRP_USAGE, "method %s has no argument %s (lrpscope methods)", info->name, argument);
    } else if (*position < info->argument_count) {
        place = (*position)++;
    } else {
        return lrp_fail(err, LRP_USAGE, "method %s takes %d argument%s, %s is one too many", info->name, info->argument_count,
                        info->argument_count == 1 ? "" : "s", argument);
    }
    const struct lrp_method_argument *a = &info->arguments[place];
    value = lrp_unquote(value);
    const char *wrong = wrong_form(a, value);
    if (wrong)
        return lrp_fail(err, LRP_USAGE, "method %s: %s cannot be \"%s\" (%s%s)", info->name, a->name, value,
                        a->kind == LRP_METHOD_WORD ? "one of: " : "it is ", wrong);
    char *copy = strdup(value);
    if (!copy) return lrp_fail(err, LRP_MEMORY, "not enough memory for a method");
    free(call->values[place]);
    call->values[place] = copy;
    return LRP_OK;
}

static enum lrp_status parse_method(struct lrp_call_text *text, struct lrp_method_call *out, struct lrp_error *err)
{
    enum lrp_status status = lrp_method_find(text->name, &out->row, err);
    int position = 0;
    for (int i = 0; !status && i < out->row->info.argument_count; i++) {
        out->values[i] = strdup(out->row->info.arguments[i].value);
        if (!out->values[i]) status = lrp_fail(err, LRP_MEMORY, "not enough memory for a method");
    }
    for (int i = 0; !status && i < text->count; i++) status = set_argument(out, text->arguments[i], &position, err);
    return status;
}

enum lrp_status lrp_method_parse(const char *text, struct lrp_method_call *out, struct lrp_error *err)
{
    struct lrp_call_text call;
    *out = (struct lrp_method_call){0};
    enum lrp_status status = lrp_call_text_split(text, &call, err);
    if (status) return status;
    status = parse_method(&call, out, err);
    lrp_call_text_free(&call);
    if (status) lrp_method_call_free(out);
    return status;
}

bool lrp_method_call_equal(const struct lrp_method_call *a, const struct lrp_method_call *b)
{
    if (a->row != b->row) return false;
    for (int i = 0; i < a->row->info.argument_count; i++)
        if (strcmp(a->values[i], b->values[i]) != 0) return false;
    return true;
}

const char *lrp_method_text(const struct lrp_method_call *call, const char *argument)
{
    for (int i = 0; i < call->row->info.argument_count; i++)
        if (strcmp(call->row->info.arguments[i].name, argument) == 0) return call->values[i];
    return "";
}

double lrp_method_number(const struct lrp_method_call *call, const char *argument, double otherwise)
{
    double number;
    return lrp_parse_fraction(lrp_method_text(call, argument), &number) ? number : otherwise;
}

const struct lrp_method *lrp_method_pass(const struct lrp_method_call *call)
{
    const struct lrp_method *row = call->row;
    if (!row->compute) return row;
    const char *name = row->pass_argument ? lrp_method_text(call, row->pass_argument) : row->pass;
    return lrp_method_find(name, &row, NULL) == LRP_OK ? row : NULL;
}

bool lrp_method_by_rules(const struct lrp_method_call *call)
{
    return lrp_method_pass(call)->by_rules;
}
