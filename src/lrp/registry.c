/* registry.c: what LRP takes as supported: the table of kinds, and names registered on top of it. */
#include "lrpscope/registry.h"

#include <stdlib.h>
#include <string.h>

#include "kinds.h"
#include "known.h"
#include "layer_name.h"
#include "names.h"
#include "string_list.h"

struct lrp_registry {
    bool pr26;
    struct lrp_strings layers, activations;
    struct lrp_names layer_names, activation_names; /* the same, to be found in */
};

enum lrp_status lrp_registry_new(bool pr26, struct lrp_registry **out, struct lrp_error *err)
{
    struct lrp_registry *r = calloc(1, sizeof *r);
    if (!r) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    r->pr26 = pr26;
    *out = r;
    return LRP_OK;
}

void lrp_registry_free(struct lrp_registry *registry)
{
    if (!registry) return;
    lrp_names_free(&registry->layer_names);
    lrp_names_free(&registry->activation_names);
    lrp_strings_free(&registry->layers);
    lrp_strings_free(&registry->activations);
    free(registry);
}

static enum lrp_status names_add(struct lrp_strings *list, struct lrp_names *names, const char *name, struct lrp_error *err)
{
    const bool has = lrp_names_get(names, name, NULL) ||
                     (lrp_strings_add(list, name) && lrp_names_put(names, list->items[list->count - 1], list->count - 1));
    return has ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

enum lrp_status lrp_registry_support_layer(struct lrp_registry *registry, const char *name, struct lrp_error *err)
{
    return names_add(&registry->layers, &registry->layer_names, name, err);
}

enum lrp_status lrp_registry_support_activation(struct lrp_registry *registry, const char *name, struct lrp_error *err)
{
    return names_add(&registry->activations, &registry->activation_names, name, err);
}

/* By the table: as a layer, or fused behind a linear one. What is computed from constants, positions and masks alone is no
 * layer that relevance comes to. */
static bool known_layer(const struct lrp_layer *layer, bool pr26)
{
    return lrp_kind_row((enum lrp_kind)layer->kind)->traits & (pr26 ? LRP_KIND_IS_LAYER_PR26 : LRP_KIND_IS_LAYER);
}
static bool known_activation(const char *type, bool pr26)
{
    return lrp_kind_row(lrp_kind_find(type))->traits & (pr26 ? LRP_KIND_IS_FUSED_PR26 : LRP_KIND_IS_FUSED);
}

bool lrp_registry_supports_layer(const struct lrp_registry *registry, const struct lrp_layer *layer)
{
    if (!layer->carries || layer->aside || (layer->ends && !registry->pr26) || known_layer(layer, registry->pr26)) return true;
    for (size_t i = 0; i < registry->layers.count; i++)
        if (lrp_name_covers_layer(registry->layers.items[i], layer)) return true;
    for (size_t i = 0; i < registry->activations.count; i++)
        if (lrp_name_covers_lone_activation(registry->activations.items[i], layer)) return true;
    return false;
}

bool lrp_registry_supports_activation(const struct lrp_registry *registry, const struct lrp_layer *layer)
{
    if (known_activation(layer->activation, registry->pr26)) return true;
    for (size_t i = 0; i < registry->activations.count; i++)
        if (lrp_name_covers_activation(registry->activations.items[i], layer)) return true;
    return false;
}

const char *lrp_registry_idle_name(const struct lrp_registry *registry, const struct lrp_graph *graph,
                                   const struct lrp_layer_list *layers, size_t *at, bool *activation)
{
    while (*at < registry->layers.count + registry->activations.count) {
        const size_t i = (*at)++;
        *activation = i >= registry->layers.count;
        const char *name = *activation ? registry->activations.items[i - registry->layers.count] : registry->layers.items[i];
        bool idle = !known_activation(name, registry->pr26) && !lrp_type_is_known(graph, layers, name);
        for (size_t k = 1; idle && k < layers->count; k++) {
            const struct lrp_layer *layer = &layers->rows[k];
            idle = *activation ? !lrp_name_covers_activation(name, layer) && !lrp_name_covers_lone_activation(name, layer)
                               : !lrp_name_covers_layer(name, layer);
        }
        if (idle) return name;
    }
    return NULL;
}

bool lrp_registry_is_pr26(const struct lrp_registry *registry)
{
    return registry->pr26;
}
