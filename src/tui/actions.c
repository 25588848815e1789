/* actions.c: the table of actions and looking things up in it, see actions.h. */
#include "actions.h"

#include <stdio.h>
#include <string.h>

#include "keys.h"

static const struct lrp_action_row rows[] = {
#define X(id, name, group, contexts, keys, bar, help) \
    [LRP_ACTION_##id] = {name, LRP_GROUP_##group, contexts, keys, bar, help, lrp_do_##id},
    LRP_ACTIONS(X)
#undef X
};
_Static_assert(sizeof rows / sizeof *rows == LRP_ACTION_COUNT, "a row for every action");

static const char *const groups[LRP_GROUP_COUNT] = {
#define X(id, text) [LRP_GROUP_##id] = text,
    LRP_ACTION_GROUPS(X)
#undef X
};

const struct lrp_action_row *lrp_action_at(enum lrp_action action) {
    return action >= 0 && action < LRP_ACTION_COUNT ? &rows[action] : NULL;
}

const char *lrp_action_group_text(enum lrp_action_group group) { return groups[group]; }

/* The next key of a row's list, 0 at the end. */
static int next_key(const char **keys) {
    while (**keys == ' ')
        ++*keys;
    return lrp_key_parse(keys);
}

enum lrp_action lrp_action_of_key(int key, int context) {
    for (int i = 0; i < LRP_ACTION_COUNT; i++) {
        const char *keys = rows[i].keys;
        if ((rows[i].contexts & context) == 0)
            continue;
        for (int one; (one = next_key(&keys)) != 0;)
            if (one == key)
                return (enum lrp_action)i;
    }
    return LRP_ACTION_NONE;
}

enum lrp_action lrp_action_of_name(const char *name) {
    enum lrp_action found = LRP_ACTION_NONE;
    const size_t length = strlen(name);
    int hits = 0;
    for (int i = 0; i < LRP_ACTION_COUNT; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return (enum lrp_action)i;
        if (length > 0 && strncmp(rows[i].name, name, length) == 0) {
            found = (enum lrp_action)i;
            hits++;
        }
    }
    return hits == 1 ? found : LRP_ACTION_NONE;
}

char *lrp_action_keys(enum lrp_action action, int only_first, char *buffer, size_t size) {
    const char *keys = rows[action].keys;
    size_t used = 0;
    buffer[0] = 0;
    for (int key; (key = next_key(&keys)) != 0 && used + 12 < size;) {
        char text[12];
        const int wrote = snprintf(buffer + used, size - used, "%s%s", used ? " " : "", lrp_key_text(key, text, sizeof text));
        used += wrote > 0 ? (size_t)wrote : 0;
        if (only_first)
            break;
    }
    return buffer;
}
