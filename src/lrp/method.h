/* method.h: methods as rows: what a pass back through the network needs and does. */
#ifndef LRP_LRP_METHOD_H
#define LRP_LRP_METHOD_H

#include "lrpscope/method.h"
#include "rule_row.h"

/* The least a row needs is info; everything else is what relevance by rules does. */
struct lrp_method {
    struct lrp_method_info info;
    bool by_rules;             /* layers have rules, so that the model check is asked, and a changed rule changes the result */
    lrp_rule_apply *apply;     /* without rules: how every node hands on what it gets */
    lrp_rule_account *account; /* likewise: how the ledger books it */
    bool starts_with_one;      /* at the target, whatever --output-relevance says */
    bool times_values;         /* at the end every value is multiplied with what it got: nothing is final before */
};
/* The row of that name. Errors: LRP_USAGE naming what exists. */
enum lrp_status lrp_method_find(const char *name, const struct lrp_method **out, struct lrp_error *err);
/* The rows, the default first; NULL past the end. */
const struct lrp_method *lrp_method_row(size_t index);

#endif
