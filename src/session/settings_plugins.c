/* settings_plugins.c: one more plugin for settings: its operators, names of layers, rules and colour maps. */
#include <stdlib.h>
#include <string.h>

#include "plugin.h"
#include "settings.h"

static bool register_name(void *data, bool activation, const char *name)
{
    return (activation ? lrp_settings_register_activation : lrp_settings_register_layer)(data, name, true, NULL) == LRP_OK;
}
static bool is_taken(void *data, const char *domain, const char *type)
{
    const struct lrp_settings *settings = data;
    const struct lrp_operator_set *set = lrp_plugin_list_operators(settings->plugins);
    return *domain ? lrp_operator_set_find(set, domain, type) != NULL : lrp_operator_set_find(set, "", type) != NULL;
}

static bool same_file(const char *a, const char *b)
{
    char *x = realpath(a, NULL), *y = realpath(b, NULL);
    const bool same = strcmp(a, b) == 0 || (x && y && strcmp(x, y) == 0);
    free(x);
    free(y);
    return same;
}

/* What a plugin registered before it failed. */
static void forget_names(struct lrp_settings *settings, size_t layers, size_t activations)
{
    for (size_t i = lrp_settings_layer_count(settings); i-- > layers;)
        lrp_settings_register_layer(settings, lrp_settings_layer_at(settings, i), false, NULL);
    for (size_t i = lrp_settings_activation_count(settings); i-- > activations;)
        lrp_settings_register_activation(settings, lrp_settings_activation_at(settings, i), false, NULL);
}

enum lrp_status lrp_settings_add_plugin(struct lrp_settings *settings, const char *path, struct lrp_error *err)
{
    for (size_t i = 0; i < lrp_settings_plugin_count(settings); i++)
        if (same_file(lrp_settings_plugin_at(settings, i), path)) return LRP_OK;
    const size_t layers = lrp_settings_layer_count(settings), activations = lrp_settings_activation_count(settings);
    struct lrp_rule_book *book = NULL;
    struct lrp_colormap_set *colormaps = NULL;
    struct lrp_plugin *plugin = NULL;
    enum lrp_status status = lrp_rule_book_copy(settings->book, NULL, NULL, &book, err);
    if (!status) status = lrp_colormap_set_copy(settings->colormaps, &colormaps, err);
    if (status) {
        lrp_rule_book_release(book);
        return status;
    }
    struct lrp_plugin_offer offer = {
        .book = book, .colormaps = colormaps, .support = register_name, .taken = is_taken, .data = settings};
    status = lrp_plugin_load(path, &offer, &plugin, err);
    struct lrp_plugin_list *list = !status ? lrp_plugin_list_with(settings->plugins, plugin) : NULL;
    if (!status && !list) {
        lrp_plugin_release(plugin);
        status = lrp_fail(err, LRP_MEMORY, "plugin %s: not enough memory", path);
    }
    if (status) {
        lrp_rule_book_release(book);
        lrp_colormap_set_release(colormaps);
        forget_names(settings, layers, activations);
        return status;
    }
    lrp_plugin_list_release(settings->plugins);
    lrp_rule_book_release(settings->book);
    settings->plugins = list;
    settings->book = book;
    lrp_colormap_set_release(settings->colormaps);
    settings->colormaps = colormaps;
    return LRP_OK;
}

size_t lrp_settings_plugin_count(const struct lrp_settings *settings)
{
    return settings->plugins ? settings->plugins->count : 0;
}

const char *lrp_settings_plugin_at(const struct lrp_settings *settings, size_t index)
{
    return lrp_plugin_path(settings->plugins->items[index]);
}

bool lrp_settings_operator_at(const struct lrp_settings *settings, size_t index, const char **type, const char **domain)
{
    const struct lrp_operator_set *set = lrp_plugin_list_operators(settings->plugins);
    if (!set || index >= set->count) return false;
    *type = set->rows[index]->name;
    *domain = set->rows[index]->domain;
    return true;
}
