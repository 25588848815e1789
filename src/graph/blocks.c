/* blocks.c: what else lies in the blocks of a transformer beside attention: the layers between two residual sums that widen and
 * narrow again ("mlp"), and normalisation with the affine part behind it ("norm"). */
#include <stdlib.h>
#include <string.h>

#include "graph.h"

enum { REACH = 64 }; /* layers that a feed-forward part reaches over, at most */

static bool has_type(const struct lrp_layer *l, const char *type)
{
    return strcmp(l->type, type) == 0;
}

/* How many of its inputs carry relevance. */
static int carried_inputs(const struct lrp_layer_list *list, int layer)
{
    const struct lrp_layer *l = &list->rows[layer];
    int count = 0;
    for (int i = 0; i < l->input_count; i++) count += l->sources[i] >= 0 && list->rows[l->sources[i]].carries;
    return count;
}

/* ---- feed-forward parts ---- */

/* What may stand between the linear layers of one. */
static bool stands_between(const struct lrp_layer *l)
{
    static const char *const types[] = {"mul", "scale", "dropout", "identity", "cast", "split", "slice"};
    if (strcmp(l->group, "reshaping") == 0 || strcmp(l->group, "activation") == 0) return true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (has_type(l, types[i])) return true;
    return false;
}

/* Its output comes, over what only passes it, to a sum with the residual stream. */
static bool ends_in_sum(const struct lrp_layer_list *list, int layer)
{
    for (int steps = 0; steps < REACH; steps++) {
        const struct lrp_layer *l = &list->rows[layer];
        if (l->consumer_count != 1 || l->consumers[0] <= layer) return false;
        layer = l->consumers[0];
        if (has_type(&list->rows[layer], "add") && carried_inputs(list, layer) > 1) return true;
        if (!stands_between(&list->rows[layer]) || carried_inputs(list, layer) != 1) return false;
    }
    return false;
}

/* Marks the layers between a linear one and those that widen before it; the first of them, -1: it is no such part. `marked`: by
 * layer below the last, zero. */
static int find_mlp(const struct lrp_layer_list *list, int last, unsigned char *marked)
{
    int first = -1, least = last - REACH > 0 ? last - REACH : 1, narrow = 0;
    marked[last] = 1;
    for (int i = last; i >= least; i--) {
        const struct lrp_layer *l = &list->rows[i];
        if (!marked[i]) continue;
        const bool linear = i != last && has_type(l, "dense");
        if (linear) {
            first = i;
            narrow += i != last;
            continue;
        }
        for (int k = 0; k < l->input_count; k++) {
            const int source = l->sources[k];
            if (source < 0 || !list->rows[source].carries) continue;
            if (source < least || source >= i ||
                !(has_type(&list->rows[source], "dense") || stands_between(&list->rows[source])))
                return -1;
            marked[source] = 1;
        }
    }
    return narrow == 1 || narrow == 2 ? first : -1; /* one that is gated has two */
}

/* All layers from the first to the last are its own, or serve masks and shapes. */
static bool is_closed(const struct lrp_layer_list *list, int first, int last, const unsigned char *marked)
{
    for (int i = first; i <= last; i++)
        if ((!marked[i] && list->rows[i].carries) || list->rows[i].body >= 0) return false;
    return true;
}

/* ---- both ---- */

static int find_norm(const struct lrp_layer_list *list, int layer)
{
    const struct lrp_layer *l = &list->rows[layer];
    const int next = layer + 1;
    if (!has_type(l, "layer-norm") || next >= (int)list->count || !has_type(&list->rows[next], "scale")) return -1;
    return l->consumer_count == 1 && l->consumers[0] == next && list->rows[next].sources[0] == layer && l->body < 0 ? next : -1;
}

static const char *common_path(struct lrp_arena *arena, const char *first, const char *last)
{
    size_t length = 0;
    for (size_t i = 0; first[i] && first[i] == last[i]; i++)
        if (first[i] == '/') length = i;
    return length ? lrp_arena_strndup(arena, first, length) : last;
}

static bool add_block(struct lrp_arena *arena, const struct lrp_layer_list *list, const char *kind, int first, int last,
                      struct lrp_container *out)
{
    *out = (struct lrp_container){.name = common_path(arena, list->rows[first].name, list->rows[last].name),
                                  .kind = kind,
                                  .closed = true,
                                  .first = first,
                                  .last = last,
                                  .parent = -1,
                                  .layer = -1};
    return out->name != NULL;
}

static bool lies_in(const struct lrp_container *containers, int count, int layer)
{
    for (int i = 0; i < count; i++)
        if (layer >= containers[i].first && layer <= containers[i].last) return true;
    return false;
}

int lrp_graph_blocks(struct lrp_arena *arena, const struct lrp_layer_list *list, const struct lrp_container *attentions,
                     int attention_count, struct lrp_container **out)
{
    int count = 0, end = 0; /* where the last one ended: they do not overlap */
    if (attention_count < 1) return 0;
    struct lrp_container *found = lrp_arena_calloc(arena, list->count, sizeof *found);
    unsigned char *marked = calloc(list->count + 1, 1);
    bool ok = found && marked;
    for (int i = 1, next = 0; ok && i < (int)list->count; i++) {
        while (next < attention_count && attentions[next].last < i) next++;
        if (next < attention_count && lies_in(&attentions[next], 1, i)) continue;
        const int affine = find_norm(list, i);
        if (affine > 0) ok = add_block(arena, list, "norm", i, affine, &found[count++]);
        if (affine > 0) end = affine;
        if (!ok || !has_type(&list->rows[i], "dense") || !ends_in_sum(list, i)) continue;
        const int first = find_mlp(list, i, marked);
        if (first > end && !lies_in(attentions, attention_count, first) && is_closed(list, first, i, marked)) {
            ok = add_block(arena, list, "mlp", first, i, &found[count++]);
            end = i;
        }
        memset(marked + (i > REACH ? i - REACH : 0), 0, (size_t)(i > REACH ? REACH : i) + 1);
    }
    free(marked);
    *out = found;
    return ok ? count : -1;
}
