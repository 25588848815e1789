/* definition.c: what becomes of a model's definition once it was read. */
#include "definition.h"

void lrp_definition_rest(const struct lrp_definition *definition)
{
    if (definition->mapped) lrp_mapping_rest(definition->mapped->data, definition->mapped->size);
}

void lrp_definition_free(struct lrp_definition *definition)
{
    if (definition) lrp_arena_free(definition->arena); /* the definition itself lives in it too */
}

size_t lrp_attribute_graphs(const struct lrp_attribute *attribute)
{
    return attribute->kind == LRP_ATTRIBUTE_GRAPHS ? attribute->count
                                                   : attribute->kind == LRP_ATTRIBUTE_GRAPH && attribute->graph;
}

const struct lrp_definition *lrp_attribute_graph(const struct lrp_attribute *attribute, size_t index)
{
    return attribute->kind == LRP_ATTRIBUTE_GRAPHS ? attribute->graphs[index] : attribute->graph;
}
