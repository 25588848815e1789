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
     .sets = 2,
     .rectifies = true},
    {.info = {.name = "deconvnet",
              .line = "the gradient, through ReLU where it is positive, whatever went through forward (Zeiler 2014)",
              .formula = "df/dx, at every ReLU max(R, 0)",
              .cost = ONE_PASS},
     .apply = lrp_apply_deconv,
     .account = lrp_account_gradient,
     .starts_with_one = true,
     .sets = 2,
     .rectifies = true},
};
enum { ROWS = sizeof rows / sizeof *rows };
static const struct lrp_method *const computed[] = {
#define X(name) &lrp_method_row_##name,
    LRP_COMPUTED_METHODS(X)
#undef X
};
enum { COMPUTED = sizeof computed / sizeof computed[0] };

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
    lrp_given_free(&call->given);
    *call = (struct lrp_method_call){0};
}

enum lrp_status lrp_method_parse(const char *text, struct lrp_method_call *out, struct lrp_error *err)
{
    struct lrp_call_text call;
    *out = (struct lrp_method_call){0};
    enum lrp_status status = lrp_call_text_split(text, &call, err);
    if (status) return status;
    status = lrp_method_find(call.name, &out->row, err);
    if (!status)
        status = lrp_given_read("method", out->row->info.name, out->row->info.arguments, out->row->info.argument_count, &call,
                                &out->given, err);
    lrp_call_text_free(&call);
    if (status) lrp_method_call_free(out);
    return status;
}

bool lrp_method_call_equal(const struct lrp_method_call *a, const struct lrp_method_call *b)
{
    return a->row == b->row && lrp_given_equal(&a->given, &b->given);
}

const char *lrp_method_text(const struct lrp_method_call *call, const char *argument)
{
    return lrp_given_text(&call->given, argument);
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
