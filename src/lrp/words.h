/* words.h: a row in words. */
#ifndef LRP_LRP_WORDS_H
#define LRP_LRP_WORDS_H

#include "rule_row.h"

/* What a row computes, in one line: made from its groups. Owned by the caller; NULL when out of memory. */
char *lrp_rule_formula(const struct lrp_rule_row *row);

#endif
