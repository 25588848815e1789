/* keymap.h: which key means which action now: the table's keys, or what the user's configuration says. */
#ifndef LRP_TUI_KEYMAP_H
#define LRP_TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "actions.h"

struct lrp_binding {
    int key, contexts;
    enum lrp_action action;
    bool own; /* the user's */
};
struct lrp_keymap {
    struct lrp_binding *items; /* owned; in the order of the table, keys as they are listed */
    size_t count;
};
/* The table's keys. False when out of memory. */
bool lrp_keymap_init(struct lrp_keymap *map);
void lrp_keymap_free(struct lrp_keymap *map);
/* Gives an action `keys` ("j <Down>"; "": none) in the place of those it has. Actions that had one of them where this one is
 * meant lose it, unless the user gave it to them too: then, and for the name of a key there is not, nothing changes and `why`
 * tells. */
bool lrp_keymap_bind(struct lrp_keymap *map, enum lrp_action action, const char *keys, char *why, size_t size);
/* The action a key has in one of the contexts, or LRP_ACTION_NONE. */
enum lrp_action lrp_keymap_find(const struct lrp_keymap *map, int key, int contexts);
/* All keys of an action as the screen shows them ("j ↓ ^N"), or only the first. Returns buffer. */
char *lrp_keymap_text(const struct lrp_keymap *map, enum lrp_action action, bool only_first, char *buffer, size_t size);
/* The same as configuration files write them ("j <Down> <C-n>"). */
char *lrp_keymap_names(const struct lrp_keymap *map, enum lrp_action action, char *buffer, size_t size);
/* Whether the user gave the action its keys (perhaps none). */
bool lrp_keymap_own(const struct lrp_keymap *map, enum lrp_action action);

#endif
