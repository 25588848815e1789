/* layer_name.c: names that stand for layers, see layer_name.h. */
#include "layer_name.h"

#include <string.h>

#include "text.h"

bool lrp_layer_is(const struct lrp_layer *layer, const char *type)
{
    return *type && (strcmp(layer->type, type) == 0 || strcmp(layer->group, type) == 0 ||
                     strcmp(layer->second_group, type) == 0 || strcmp(layer->op_type, type) == 0);
}

/* A file leaves the name of ONNX's own domain away. */
static bool names_domain(const char *name, const struct lrp_layer *layer)
{
    static const char prefix[] = "domain:", own[] = "ai.onnx";
    return strncmp(name, prefix, sizeof prefix - 1) == 0 &&
           strcmp(name + sizeof prefix - 1, layer->domain && *layer->domain ? layer->domain : own) == 0;
}

static bool names_layer(const char *name, const struct lrp_layer *layer)
{
    return names_domain(name, layer) || strcmp(name, layer->name) == 0 ||
           (lrp_glob_has_magic(name) && lrp_glob_match(name, layer->name));
}

bool lrp_name_covers_layer(const char *name, const struct lrp_layer *layer)
{
    return lrp_layer_is(layer, name) || names_layer(name, layer);
}

/* The group of activations, as layers' types have it (kinds.h): fused or not, they are of it. */
static const char activations[] = "activation";

bool lrp_name_covers_activation(const char *name, const struct lrp_layer *layer)
{
    if (*layer->activation_op && strcmp(name, activations) == 0) return true;
    return strcmp(name, layer->activation) == 0 || strcmp(name, layer->activation_op) == 0 || names_layer(name, layer);
}

bool lrp_name_covers_lone_activation(const char *name, const struct lrp_layer *layer)
{
    return strcmp(layer->group, activations) == 0 && lrp_layer_is(layer, name);
}
