/* facts.c: the settings as plain data, see facts.h. */
#include "facts.h"

#include <stdlib.h>
#include <string.h>

const char *lrp_facts_text(const struct lrp_facts *facts, enum lrp_setting setting)
{
    return facts->values[setting] ? facts->values[setting] : "";
}

bool lrp_facts_flag(const struct lrp_facts *facts, enum lrp_setting setting)
{
    return strcmp(lrp_facts_text(facts, setting), "true") == 0;
}

const char *lrp_facts_key(enum lrp_setting setting)
{
    static const char *const keys[LRP_SETTING_COUNT] = {
#define X(id, key, kind, value, line) [LRP_SETTING_##id] = (key),
        LRP_SETTINGS(X)
#undef X
    };
    return keys[setting];
}

bool lrp_facts_is_default(const struct lrp_facts *facts, enum lrp_setting setting)
{
    static const char *const defaults[LRP_SETTING_COUNT] = {
#define X(id, key, kind, value, line) [LRP_SETTING_##id] = (value),
        LRP_SETTINGS(X)
#undef X
    };
    const char *text = lrp_facts_text(facts, setting);
    return !*text || strcmp(text, defaults[setting]) == 0;
}

void lrp_facts_free(struct lrp_facts *facts)
{
    for (int i = 0; i < LRP_SETTING_COUNT; i++) free(facts->values[i]);
    free(facts->input);
    free(facts->preprocess);
    lrp_strings_free(&facts->selects);
    lrp_strings_free(&facts->layers);
    lrp_strings_free(&facts->activations);
    *facts = (struct lrp_facts){0};
}
