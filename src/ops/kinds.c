/* kinds.c: the table of layer types. */
#include "kinds.h"

#include <stddef.h>
#include <string.h>

static const struct lrp_kind_row rows[LRP_KIND_COUNT] = {[LRP_KIND_UNSET] = {"", "", "", 0},
                                                         [LRP_KIND_OTHER] = {"", "", "", 0},
#define X(id, name, group, second_group, traits) [LRP_KIND_##id] = {name, group, second_group, traits},
                                                         LRP_KINDS(X)
#undef X
};

const struct lrp_kind_row *lrp_kind_row(enum lrp_kind kind)
{
    const size_t index = (size_t)kind;

    return &rows[index < LRP_KIND_COUNT ? index : (size_t)LRP_KIND_OTHER];
}

enum lrp_kind lrp_kind_find(const char *name)
{
    for (size_t i = LRP_KIND_OTHER + 1; i < LRP_KIND_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0) return (enum lrp_kind)i;
    return LRP_KIND_OTHER;
}
