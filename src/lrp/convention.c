/* convention.c: the conventions of tools. */
#include "convention.h"

#include <string.h>

#include "text.h"

#define LINEAR "dense=epsilon(1e-6),scale=epsilon(1e-6),layer-norm=layer-norm,dropout=pass,"
#define MOVING "reshaping=pass,identity=pass"

static const struct lrp_convention_row rows[] = {
    [LRP_CONVENTION_JULIA] = {.stabilizer = 1e-9F,
                              .uncovered = "zero",
                              .attention = "attnlrp",
                              .by_type = LINEAR "normalization=pass," MOVING},
    [LRP_CONVENTION_ZENNIT] = {.stabilizer = 1e-6F,
                               .uncovered = "gradient",
                               .before = "global(gradient)",
                               .by_type = LINEAR "normalization=pass," MOVING
                                                 ",activation=pass,mean-pooling=zero,add=zero,max-pooling=gradient",
                               .first_of_type = true},
    [LRP_CONVENTION_CAPTUM] = {.stabilizer = 1e-9F,
                               .uncovered = "zero",
                               .logit = true,
                               .by_type = LINEAR MOVING ",activation=pass"},
    [LRP_CONVENTION_PR26] = {.stabilizer = 1e-9F,
                             .uncovered = "zero",
                             .logit = true,
                             .inner_activation = true,
                             .pull_request_26 = true,
                             .by_type = LINEAR "normalization=pass," MOVING},
    [LRP_CONVENTION_LXT] = {.stabilizer = 1e-6F,
                            .uncovered = "zero",
                            .logit = true,
                            .attention = "attnlrp",
                            .by_type = LINEAR "normalization=pass," MOVING},
};
_Static_assert(sizeof rows / sizeof *rows == LRP_CONVENTION_COUNT, "a row for every convention");

static const struct {
    const char *text, *line;
} names[] = {
#define X(name, text, line) {text, line},
    LRP_CONVENTIONS(X)
#undef X
};

const struct lrp_convention_row *lrp_convention_row(enum lrp_convention convention)
{
    return &rows[convention];
}

const char *lrp_convention_text(enum lrp_convention convention)
{
    return convention < LRP_CONVENTION_COUNT ? names[convention].text : "";
}

const char *lrp_convention_line(enum lrp_convention convention)
{
    return convention < LRP_CONVENTION_COUNT ? names[convention].line : "";
}

enum lrp_status lrp_convention_parse(const char *text, enum lrp_convention *out, struct lrp_error *err)
{
    struct lrp_text all = {0};
    for (int i = 0; i < LRP_CONVENTION_COUNT; i++) {
        lrp_text_printf(&all, "%s%s", i ? ", " : "", names[i].text);
        if (strcmp(text, names[i].text) != 0) continue;
        *out = (enum lrp_convention)i;
        lrp_text_free(&all);
        return LRP_OK;
    }
    const enum lrp_status status = lrp_fail(err, LRP_USAGE, "unknown convention %s (%s)", text, all.data ? all.data : "");
    lrp_text_free(&all);
    return status;
}
