/* known.c: which names of layer types mean something, and what others may have meant. */
#include "known.h"

#include <stdlib.h>
#include <string.h>

#include "kinds.h"
#include "lrpscope/check.h"
#include "roles.h"
#include "select.h"
#include "text.h"

enum { KEBAB = 96 };

static bool is_operator(const struct lrp_operator *op, const char *type)
{
    char buffer[KEBAB];
    return strcmp(op->name, type) == 0 || strcmp(lrp_kebab_case(op->name, buffer, sizeof buffer), type) == 0;
}

bool lrp_type_is_known(const struct lrp_graph *graph, const struct lrp_layer_list *layers, const char *type)
{
    for (int k = LRP_KIND_OTHER + 1; k < LRP_KIND_COUNT; k++) {
        const struct lrp_kind_row *row = lrp_kind_row((enum lrp_kind)k);
        if (strcmp(row->name, type) == 0 || strcmp(row->group, type) == 0 || strcmp(row->second_group, type) == 0) return true;
    }
    for (int k = 0; k < LRP_ROLE_COUNT; k++)
        if (strcmp(lrp_role_name((enum lrp_role)k), type) == 0) return true;
    for (size_t i = 0; i < layers->count; i++)
        if (lrp_layer_is(&layers->rows[i], type)) return true;
    for (size_t i = 0; graph->operators && i < graph->operators->count; i++)
        if (is_operator(graph->operators->rows[i], type)) return true;
    for (size_t i = 0; lrp_operator_at(i); i++)
        if (is_operator(lrp_operator_at(i), type)) return true;
    return false;
}

char *lrp_types_near(const struct lrp_graph *graph, const struct lrp_layer_list *layers, const char *type)
{
    const size_t own = graph->operators ? graph->operators->count : 0;
    const char **names = calloc((size_t)3 * LRP_KIND_COUNT + LRP_ROLE_COUNT + layers->count + own, sizeof *names);
    struct lrp_text near = {0};
    size_t count = 0;
    for (int k = LRP_KIND_OTHER + 1; names && k < LRP_KIND_COUNT; k++) {
        const struct lrp_kind_row *row = lrp_kind_row((enum lrp_kind)k);
        names[count++] = row->name;
        if (*row->group) names[count++] = row->group;
        if (*row->second_group) names[count++] = row->second_group;
    }
    for (int k = 0; names && k < LRP_ROLE_COUNT; k++) names[count++] = lrp_role_name((enum lrp_role)k);
    for (size_t i = 1; names && i < layers->count; i++) names[count++] = layers->rows[i].type;
    for (size_t i = 0; names && i < own; i++) names[count++] = graph->operators->rows[i]->name;
    if (names) lrp_text_nearest(&near, type, names, count);
    free(names);
    return lrp_text_take(&near);
}

bool lrp_layer_type_at(size_t index, struct lrp_layer_type *out)
{
    const size_t kind = index + LRP_KIND_OTHER + 1;
    if (kind >= LRP_KIND_COUNT) return false;
    const struct lrp_kind_row *const row = lrp_kind_row((enum lrp_kind)kind);
    *out = (struct lrp_layer_type){.name = row->name,
                                   .group = row->group,
                                   .second_group = row->second_group,
                                   .layer = row->traits & LRP_KIND_IS_LAYER,
                                   .activation = row->traits & LRP_KIND_IS_FUSED,
                                   .layer_pr26 = row->traits & LRP_KIND_IS_LAYER_PR26,
                                   .activation_pr26 = row->traits & LRP_KIND_IS_FUSED_PR26};
    return true;
}
