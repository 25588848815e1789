/* effect.c: the queue of effects, see effect.h. */
#include "effect.h"

#include <stdlib.h>
#include <string.h>

static bool reserve_effect(struct lrp_effects *effects)
{
    if (effects->count < effects->capacity) return true;
    const size_t capacity = effects->capacity ? effects->capacity * 2 : 8;
    struct lrp_effect *items = realloc(effects->items, capacity * sizeof *items);
    if (!items) return false;
    effects->items = items;
    effects->capacity = capacity;
    return true;
}

struct lrp_effect *lrp_effects_add(struct lrp_effects *effects, enum lrp_effect_kind kind, const char *text, int number)
{
    char *copy = text ? strdup(text) : NULL;
    if ((text && !copy) || !reserve_effect(effects)) {
        free(copy);
        effects->failed = true;
        return NULL;
    }
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
