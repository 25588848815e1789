/* amount.h: numbers in rules as text: "0.5", "alpha", "-beta", "1+gamma", "alpha*(1-beta)/2". */
#ifndef LRP_LRP_AMOUNT_H
#define LRP_LRP_AMOUNT_H

#include "rule_row.h"

/* + - * / and brackets over numbers, "stabilizer", and the names of the row's number parameters.
 * Returns false with *at on the character that cannot be understood and *why in words (static). */
bool lrp_amount_check(const char *text, const struct lrp_rule_row *row, size_t *at, const char **why);
/* The value under a rule's parameters; NaN for a text that lrp_amount_check refuses. */
float lrp_amount_value(const char *text, const struct lrp_rule *rule);

#endif
