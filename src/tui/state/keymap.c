/* keymap.c: keys and their actions, see keymap.h. */
#include "keymap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"

/* The next key of a list, 0 at its end, -1 for a name there is not. */
static int next_key(const char **keys)
{
    while (**keys == ' ') ++*keys;
    return lrp_key_parse(keys);
}

static bool add_binding(struct lrp_keymap *map, struct lrp_binding binding)
{
    struct lrp_binding *items = realloc(map->items, (map->count + 1) * sizeof *items);
    if (!items) return false;
    map->items = items;
    items[map->count++] = binding;
    return true;
}

static bool add_bindings(struct lrp_keymap *map, enum lrp_action action, const char *keys, bool own)
{
    for (int key; (key = next_key(&keys)) > 0;)
        if (!add_binding(map, (struct lrp_binding){key, lrp_action_at(action)->contexts, action, own})) return false;
    return true;
}

bool lrp_keymap_init(struct lrp_keymap *map)
{
    *map = (struct lrp_keymap){0};
    for (int i = 0; i < LRP_ACTION_COUNT; i++) {
        if (add_bindings(map, (enum lrp_action)i, lrp_action_at((enum lrp_action)i)->keys, false)) continue;
        lrp_keymap_free(map);
        return false;
    }
    return true;
}

void lrp_keymap_free(struct lrp_keymap *map)
{
    free(map->items);
    *map = (struct lrp_keymap){0};
}

static void remove_at(struct lrp_keymap *map, size_t i)
{
    memmove(&map->items[i], &map->items[i + 1], (map->count - i - 1) * sizeof *map->items);
    map->count--;
}

/* Another action the user gave the key to where this one is meant; LRP_ACTION_NONE: nobody. */
static enum lrp_action taken_by(const struct lrp_keymap *map, enum lrp_action action, int key)
{
    for (size_t i = 0; i < map->count; i++)
        if (map->items[i].own && map->items[i].key == key && map->items[i].action != action &&
            (map->items[i].contexts & lrp_action_at(action)->contexts))
            return map->items[i].action;
    return LRP_ACTION_NONE;
}

static bool may_bind(const struct lrp_keymap *map, enum lrp_action action, const char *keys, char *why, size_t size)
{
    for (int key; *keys;) {
        const char *from = keys;
        char text[16];
        if ((key = next_key(&keys)) == 0) break;
        if (key < 0) {
            snprintf(why, size, "no such key: %.*s", (int)(keys - from < 40 ? keys - from : 40), from);
            return false;
        }
        const enum lrp_action other = taken_by(map, action, key);
        if (other != LRP_ACTION_NONE) {
            snprintf(why, size, "%s already means %s", lrp_key_text(key, text, sizeof text), lrp_action_at(other)->name);
            return false;
        }
    }
    return true;
}

/* An action whose keys were all taken away by the user keeps a binding of no key, so that it counts as his. */
bool lrp_keymap_bind(struct lrp_keymap *map, enum lrp_action action, const char *keys, char *why, size_t size)
{
    const int contexts = lrp_action_at(action)->contexts;
    if (!may_bind(map, action, keys, why, size)) return false;
    for (size_t i = map->count; i-- > 0;)
        if (map->items[i].action == action) remove_at(map, i);
    const char *at = keys;
    for (int key; (key = next_key(&at)) > 0;)
        for (size_t i = map->count; i-- > 0;)
            if (map->items[i].key == key && (map->items[i].contexts &= ~contexts) == 0) remove_at(map, i);
    const size_t before = map->count;
    const bool fine = add_bindings(map, action, keys, true) &&
                      (map->count > before || add_binding(map, (struct lrp_binding){0, 0, action, true}));
    if (!fine) snprintf(why, size, "out of memory");
    return fine;
}

enum lrp_action lrp_keymap_find(const struct lrp_keymap *map, int key, int contexts)
{
    for (size_t i = 0; i < map->count; i++)
        if (map->items[i].key == key && (map->items[i].contexts & contexts)) return map->items[i].action;
    return LRP_ACTION_NONE;
}

static char *list_keys(const struct lrp_keymap *map, enum lrp_action action, bool only_first, char *name(int, char *, size_t),
                       char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = 0;
    for (size_t i = 0; i < map->count && used + 12 < size; i++) {
        char text[12];
        if (map->items[i].action != action || map->items[i].key == 0) continue;
        const int wrote =
            snprintf(buffer + used, size - used, "%s%s", used ? " " : "", name(map->items[i].key, text, sizeof text));
        used += wrote > 0 ? (size_t)wrote : 0;
        if (only_first) break;
    }
    return buffer;
}

char *lrp_keymap_text(const struct lrp_keymap *map, enum lrp_action action, bool only_first, char *buffer, size_t size)
{
    return list_keys(map, action, only_first, lrp_key_text, buffer, size);
}
char *lrp_keymap_names(const struct lrp_keymap *map, enum lrp_action action, char *buffer, size_t size)
{
    return list_keys(map, action, false, lrp_key_name, buffer, size);
}

bool lrp_keymap_own(const struct lrp_keymap *map, enum lrp_action action)
{
    for (size_t i = 0; i < map->count; i++)
        if (map->items[i].action == action && map->items[i].own) return true;
    return false;
}
