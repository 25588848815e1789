/* effect.c: the queue of effects, see effect.h. */
#include "effect.h"

#include <stdlib.h>
#include <string.h>

#include "grown.h"

struct lrp_effect *lrp_effects_add(struct lrp_effects *effects, enum lrp_effect_kind kind, const char *text, int number)
{
    char *copy = text ? strdup(text) : NULL;
    struct lrp_effect *items =
        text && !copy ? NULL : lrp_grown(effects->items, effects->count, &effects->capacity, sizeof *items);
    if (!items) {
        free(copy);
        effects->failed = true;
        return NULL;
    }
    effects->items = items;
    struct lrp_effect *effect = &effects->items[effects->count++];
    *effect = (struct lrp_effect){.kind = kind, .text = copy, .number = number};
    return effect;
}

void lrp_effect_clear(struct lrp_effect *effect)
{
    free(effect->text);
    free(effect->layers);
    *effect = (struct lrp_effect){0};
}

void lrp_effects_free(struct lrp_effects *effects)
{
    for (size_t i = 0; i < effects->count; i++) lrp_effect_clear(&effects->items[i]);
    free(effects->items);
    *effects = (struct lrp_effects){0};
}
