/* parameter.h: what parameters of rules can be: a row for every kind, with how a value is read, written and compared. */
#ifndef LRP_LRP_PARAMETER_H
#define LRP_LRP_PARAMETER_H

#include "rule_row.h"
#include "text.h"

struct lrp_parameter_row {
    const char *name;    /* what a parameter of this kind is called in custom rules; NULL: any other name */
    bool by_name;        /* given as name=value only */
    bool bound;          /* one of z-box's bounds: there is no default */
    const char *choices; /* "on, raw or off"; NULL: no words but numbers */
    /* False if the text is no such value; it may be taken apart. */
    bool (*read)(struct lrp_rule *rule, int place, char *text);
    void (*write)(struct lrp_text *out, const struct lrp_rule *rule, int place);
    bool (*same)(const struct lrp_rule *a, const struct lrp_rule *b, int place);
};
const struct lrp_parameter_row *lrp_parameter_row(enum lrp_parameter_kind kind);
/* The kind of the parameter at a place. */
const struct lrp_parameter_row *lrp_parameter_at(const struct lrp_rule_row *row, int place);
/* The kind that a name has in custom rules. */
enum lrp_parameter_kind lrp_parameter_kind_of(const char *name);

#endif
