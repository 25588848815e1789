/* method.c: the table of methods. */
#include "method.h"

#include <string.h>

#include "account.h"
#include "apply.h"
#include "text.h"

static const struct lrp_method rows[] = {
    {.info = {.name = "lrp", .line = "layer-wise relevance propagation by the rules of the layers"}, .by_rules = true},
    {.info = {.name = "gradient", .line = "the gradient of the target", .colormap = "hot", .reduce = "norm"},
     .apply = lrp_apply_gradient,
     .account = lrp_account_gradient,
     .starts_with_one = true},
    {.info = {.name = "input-gradient", .line = "every value times the gradient of the target"},
     .apply = lrp_apply_gradient,
     .account = lrp_account_gradient,
     .starts_with_one = true,
     .times_values = true},
};
enum { ROWS = sizeof rows / sizeof *rows };

const struct lrp_method *lrp_method_row(size_t index)
{
    return index < ROWS ? &rows[index] : NULL;
}

const struct lrp_method_info *lrp_method_at(size_t index)
{
    return index < ROWS ? &rows[index].info : NULL;
}

enum lrp_status lrp_method_find(const char *name, const struct lrp_method **out, struct lrp_error *err)
{
    struct lrp_text all = {0};
    for (size_t i = 0; i < ROWS; i++) {
        lrp_text_printf(&all, "%s%s", i ? ", " : "", rows[i].info.name);
        if (strcmp(name, rows[i].info.name) != 0) continue;
        *out = &rows[i];
        lrp_text_free(&all);
        return LRP_OK;
    }
    const enum lrp_status status = lrp_fail(err, LRP_USAGE, "unknown method %s (%s)", name, all.data ? all.data : "");
    lrp_text_free(&all);
    return status;
}
