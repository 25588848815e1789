/* actions.c: the table of actions and looking things up in it, see actions.h. */
#include "actions.h"

#include <string.h>

static const struct lrp_action_row rows[] = {
#define X(id, name, group, contexts, keys, bar, help)                                                                          \
    [LRP_ACTION_##id] = {name, LRP_GROUP_##group, contexts, keys, bar, help, lrp_do_##id, LRP_ARGUMENT_NONE, NULL, NULL},
#define T(id, name, group, contexts, keys, bar, help, argument, text)                                                          \
    [LRP_ACTION_##                                                                                                             \
        id] = {name, LRP_GROUP_##group, contexts, keys, bar, help, lrp_do_##id, LRP_ARGUMENT_##argument, text, lrp_take_##id},
#define V(name, keys, bar, help)                                                                                               \
    [LRP_ACTION_view_##                                                                                                        \
        name] = {#name, LRP_GROUP_VIEWS, LRP_IN_PANES, keys, bar, help, lrp_do_view_##name, LRP_ARGUMENT_NONE, NULL, NULL},
    LRP_ACTIONS(X, T, V)
#undef V
#undef T
#undef X
};
_Static_assert(sizeof rows / sizeof *rows == LRP_ACTION_COUNT, "a row for every action");

static const char *const groups[LRP_GROUP_COUNT] = {
#define X(id, text) [LRP_GROUP_##id] = (text),
    LRP_ACTION_GROUPS(X)
#undef X
};

const struct lrp_action_row *lrp_action_at(enum lrp_action action)
{
    return action >= 0 && action < LRP_ACTION_COUNT ? &rows[action] : NULL;
}

const char *lrp_action_group_text(enum lrp_action_group group)
{
    return groups[group];
}

enum lrp_action lrp_action_of_name(const char *name)
{
    enum lrp_action found = LRP_ACTION_NONE;
    const size_t length = strlen(name);
    int hits = 0;
    for (int i = 0; i < LRP_ACTION_COUNT; i++) {
        if (strcmp(rows[i].name, name) == 0) return (enum lrp_action)i;
        if (length > 0 && strncmp(rows[i].name, name, length) == 0) {
            found = (enum lrp_action)i;
            hits++;
        }
    }
    return hits == 1 ? found : LRP_ACTION_NONE;
}
