/* method_text.c: a method as text, one of its arguments changed. */
#include <stdlib.h>
#include <string.h>

#include "method.h"
#include "text.h"

/* A word, a number, a baseline stay as they are typed; what can hold anything is quoted where it must be. */
static void append_value(struct lrp_text *out, const struct lrp_method_argument *a, const char *value)
{
    if (a->kind == LRP_METHOD_FILE || a->kind == LRP_METHOD_LAYER)
        lrp_append_quoted(out, value, "=");
    else
        lrp_text_append(out, value);
}

enum lrp_status lrp_method_with(const char *text, int argument, const char *value, char **out, struct lrp_error *err)
{
    struct lrp_method_call call;
    struct lrp_text t = {0};
    *out = NULL;
    enum lrp_status status = lrp_method_parse(text, &call, err);
    if (status) return status;
    const char *separator = "(";
    lrp_text_append(&t, call.row->info.name);
    for (int i = 0; i < call.given.count; i++) {
        const char *now = i == argument ? value : call.given.values[i];
        const bool other = i == argument ? *value != 0 : call.given.named[i];
        if (!other || strcmp(now, call.given.arguments[i].value) == 0) continue;
        lrp_text_printf(&t, "%s%s=", separator, call.given.arguments[i].name);
        append_value(&t, &call.given.arguments[i], now);
        separator = ",";
    }
    if (*separator == ',') lrp_text_append(&t, ")");
    lrp_method_call_free(&call);
    char *made = lrp_text_take(&t);
    if (!made) return lrp_fail(err, LRP_MEMORY, "not enough memory for a method");
    status = lrp_method_parse(made, &call, err); /* what the value must be is said there */
    if (status) {
        free(made);
        return status;
    }
    lrp_method_call_free(&call);
    *out = made;
    return LRP_OK;
}

enum lrp_status lrp_method_read(const char *text, const struct lrp_method_info **info, char *values[LRP_METHOD_ARGUMENTS],
                                struct lrp_error *err)
{
    struct lrp_method_call call;
    memset(values, 0, LRP_METHOD_ARGUMENTS * sizeof *values);
    const enum lrp_status status = lrp_method_parse(text, &call, err);
    if (status) return status;
    *info = &call.row->info;
    for (int i = 0; i < call.given.count; i++) {
        values[i] = call.given.values[i]; /* handed over */
        call.given.values[i] = NULL;
    }
    lrp_method_call_free(&call);
    return LRP_OK;
}
