/* composite.h: how layers get their rules: lists of primitives, the last that yields a fitting rule wins. */
#ifndef LRPSCOPE_COMPOSITE_H
#define LRPSCOPE_COMPOSITE_H

#include <stddef.h>

#include "lrpscope/layer.h"
#include "lrpscope/rule.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A composite, parsed; immutable. */
struct lrp_composite;

/* What there is to say of a preset. Borrowed, static. */
struct lrp_composite_info {
    const char *name;        /* "epsilon-gamma-box" */
    const char *parameters;  /* "low, high"; "" if there are none */
    const char *description; /* one line */
};
/* The presets; NULL past the end. */
const struct lrp_composite_info *lrp_composite_at(size_t index);
/* A primitive: which layers it gives rules to. Borrowed, static. */
struct lrp_primitive_info {
    const char *name;      /* "range-type" */
    const char *arguments; /* what stands between its brackets: "SELECTOR, TYPE=RULE, ..." */
    const char *json;      /* what stands behind its name as a key in JSON: "SELECTOR, \"rules\": {TYPE: RULE, ...}" */
    const char *line;      /* which layers */
};
/* The primitives; false past the end. */
bool lrp_primitive_at(size_t index, struct lrp_primitive_info *out);
/* Parses a preset ("epsilon-plus-flat", "epsilon-gamma-box(-2.1,2.6)"), a rule for every layer ("zero"), or a list:
 * composite(global(zero), global-type(convolution=alpha-beta(2,1)), first-n-type(7, convolution=flat), layer(9, zero)).
 * `book` (may be NULL) has custom rules; retained. Errors: LRP_USAGE. */
enum lrp_status lrp_composite_parse(const char *text, const struct lrp_rule_book *book, enum lrp_convention convention,
                                    struct lrp_composite **out, struct lrp_error *err);
/* NULL is fine. */
void lrp_composite_free(struct lrp_composite *composite);
/* The text that parses back to the same composite. Owned by the caller. */
char *lrp_composite_text(const struct lrp_composite *composite);
/* The primitives one per line, type maps listed per type as in the original: "    dense => epsilon(1e-6)". Owned by the caller.
 */
char *lrp_composite_describe(const struct lrp_composite *composite);

/* The primitives as a JSON array, which "composite" of a rules file takes: [{"global-type": {"dense": "epsilon"}}, {"layer":
 * "9", "rule": "flat"}]. Owned by the caller (free); NULL when out of memory. */
char *lrp_composite_json(const struct lrp_composite *composite);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
