/* plugin_list.c: the plugins of settings. */
#include <stdlib.h>

#include "plugin.h"

struct lrp_plugin_list *lrp_plugin_list_retain(struct lrp_plugin_list *list)
{
    if (list) __atomic_add_fetch(&list->references, 1, __ATOMIC_RELAXED);
    return list;
}

void lrp_plugin_list_release(struct lrp_plugin_list *list)
{
    if (!list || __atomic_sub_fetch(&list->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    for (size_t i = 0; list->items && i < list->count; i++) lrp_plugin_release(list->items[i]);
    free(list->items);
    free(list->rows);
    free(list);
}

static size_t count_operators(const struct lrp_plugin *plugin)
{
    size_t count = 0;
    while (lrp_plugin_operator_at(plugin, count)) count++;
    return count;
}

struct lrp_plugin_list *lrp_plugin_list_with(const struct lrp_plugin_list *list, struct lrp_plugin *plugin)
{
    struct lrp_plugin_list *new = calloc(1, sizeof *new);
    const size_t before = list ? list->count : 0, rows = (list ? list->operators.count : 0) + count_operators(plugin);
    if (new) new->items = calloc(before + 1, sizeof(struct lrp_plugin *));
    if (new) new->rows = calloc(rows + 1, sizeof(struct lrp_operator *));
    if (!new || !new->items || !new->rows) {
        if (new) free(new->items);
        free(new);
        return NULL;
    }
    new->references = 1;
    new->operators.rows = new->rows;
    for (; new->count < before; new->count++) {
        new->items[new->count] = list->items[new->count];
        lrp_plugin_retain(new->items[new->count]);
    }
    new->items[new->count++] = plugin;
    for (size_t i = 0; i < new->count; i++)
        for (size_t k = 0; lrp_plugin_operator_at(new->items[i], k); k++)
            new->rows[new->operators.count++] = lrp_plugin_operator_at(new->items[i], k);
    return new;
}

const struct lrp_operator_set *lrp_plugin_list_operators(const struct lrp_plugin_list *list)
{
    return list ? &list->operators : NULL;
}
