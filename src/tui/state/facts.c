/* facts.c: the settings as plain data, see facts.h. */
#include "facts.h"

#include <stdlib.h>
#include <string.h>

bool lrp_tui_names_add(struct lrp_tui_names *names, const char *name)
{
    char **items = realloc(names->items, (names->count + 1) * sizeof *items);
    if (!items) return false;
    names->items = items;
    items[names->count] = strdup(name);
    return items[names->count] != NULL && ++names->count;
}

bool lrp_tui_names_has(const struct lrp_tui_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0) return true;
    return false;
}

void lrp_tui_names_free(struct lrp_tui_names *names)
{
    for (size_t i = 0; i < names->count; i++) free(names->items[i]);
    free(names->items);
    *names = (struct lrp_tui_names){0};
}

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
#define X(id, key, kind, value, line) [LRP_SETTING_##id] = key,
        LRP_SETTINGS(X)
#undef X
    };
    return keys[setting];
}

void lrp_facts_free(struct lrp_facts *facts)
{
    for (int i = 0; i < LRP_SETTING_COUNT; i++) free(facts->values[i]);
    free(facts->input);
    lrp_tui_names_free(&facts->selects);
    lrp_tui_names_free(&facts->layers);
    lrp_tui_names_free(&facts->activations);
    *facts = (struct lrp_facts){0};
}
