/* facts.h: the settings as plain data, so that the screen can be made without a session. */
#ifndef LRP_TUI_FACTS_H
#define LRP_TUI_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/settings.h"
#include "string_list.h"

struct lrp_facts {
    char *values[LRP_SETTING_COUNT]; /* owned; NULL reads as "" */
    char *input;                     /* owned: where the input came from, or NULL */
    char *preprocess;                /* owned: what becomes of a picture's numbers, as a formula; NULL: nothing */
    struct lrp_strings selects, layers, activations; /* selectors of rules; registered names */
};
const char *lrp_facts_text(const struct lrp_facts *facts, enum lrp_setting setting);
bool lrp_facts_flag(const struct lrp_facts *facts, enum lrp_setting setting);
/* It is not given, or as if it were not. */
bool lrp_facts_is_default(const struct lrp_facts *facts, enum lrp_setting setting);
/* The setting's key in rules files. */
const char *lrp_facts_key(enum lrp_setting setting);
void lrp_facts_free(struct lrp_facts *facts);

#endif
