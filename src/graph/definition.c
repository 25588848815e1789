/* definition.c: giving a model's definition back. */
#include "definition.h"

void lrp_definition_free(struct lrp_definition *definition) {
    if (definition)
        lrp_arena_free(definition->arena); /* the definition itself lives in it too */
}
