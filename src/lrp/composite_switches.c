/* composite_switches.c: choices that a composite leaves to the user. */
#include <stdlib.h>
#include <string.h>

#include "assign.h"

enum { WORDS = 2 };

/* What a word takes out of type maps, and the primitive it adds; NULL: neither. Whether gates that no rule reaches are halved.
 */
static const struct switch_row {
    const char *word, *drops, *adds;
    bool halves;
} switches[LRP_SWITCH_COUNT][WORDS] = {
    [LRP_SWITCH_ATTENTION] = {{"attnlrp", "attention-softmax", "global-type(attention-softmax=zero)", false},
                              {"cp", NULL, "global-type(attention-softmax=stop)", false}},
    [LRP_SWITCH_GATES] = {{"half", "gate", NULL, true}, {"stop", NULL, "global-type(gate=stop)", false}},
};

static const struct switch_row *find_switch(enum lrp_composite_switch which, const char *word)
{
    for (int i = 0; i < WORDS; i++)
        if (strcmp(switches[which][i].word, word) == 0) return &switches[which][i];
    return NULL;
}

const char *lrp_composite_switch_word(enum lrp_composite_switch which, size_t index)
{
    return index < WORDS ? switches[which][index].word : NULL;
}

bool lrp_composite_halves_gates(const char *word)
{
    const struct switch_row *row = find_switch(LRP_SWITCH_GATES, word);
    return row && row->halves;
}

enum lrp_status lrp_composite_check_switch(enum lrp_composite_switch which, const char *word, struct lrp_error *err)
{
    if (!*word || find_switch(which, word)) return LRP_OK;
    return lrp_fail(err, LRP_USAGE, "it is %s or %s, not \"%s\"", switches[which][0].word, switches[which][1].word, word);
}

/* Leaves a type out of all maps. */
static void drop_type(struct lrp_composite *c, const char *type)
{
    for (size_t k = 0; k < c->count; k++) {
        struct lrp_primitive *p = &c->primitives[k];
        size_t kept = 0;
        for (size_t i = 0; i < p->count; i++) {
            if (!p->rules[i].type || strcmp(p->rules[i].type, type) != 0) {
                p->rules[kept++] = p->rules[i];
                continue;
            }
            free(p->rules[i].type);
            lrp_rule_clear(&p->rules[i].rule);
        }
        p->count = kept;
    }
}

enum lrp_status lrp_composite_set(struct lrp_composite *c, enum lrp_composite_switch which, const char *word,
                                  struct lrp_error *err)
{
    enum lrp_status status = lrp_composite_check_switch(which, word, err);
    if (status || !*word) return status;
    const struct switch_row *row = find_switch(which, word);
    if (row->drops) drop_type(c, row->drops);
    return row->adds ? lrp_composite_add(c, row->adds, -1, err) : LRP_OK;
}
