/* attention.c: attention found in a list of layers: softmax between two products of computed values. */
#include <stdlib.h>
#include <string.h>

#include "graph.h"

/* How many layers an attention reaches to either side of its softmax: bounds the work on any graph. */
enum { REACH = 256 };
enum { PART = 1, FOLLOW = 2 }; /* marks; FOLLOW: its inputs are looked into */

/* One attention under construction: its layers are marked, those taken up so far lie in lowest..highest. */
struct attention {
    const struct lrp_layer_list *list;
    unsigned char *marked; /* by layer; all zero between two attentions */
    int softmax;
    int lowest, highest; /* of what is marked */
    int first, last;     /* the container: what is marked before it is mixed with other layers, or led to no projection */
};

static bool has_type(const struct lrp_layer *l, const char *type)
{
    return strcmp(l->type, type) == 0;
}

static bool is_softmax(const struct lrp_layer *l)
{
    return l->kind == LRP_KIND_SOFTMAX || l->kind == LRP_KIND_ATTENTION_SOFTMAX;
}

/* A product of two computed values. */
static bool is_product(const struct lrp_layer *l)
{
    return (has_type(l, "mat-mul") || has_type(l, "einsum")) && l->input_count == 2;
}

/* What may stand between the parts of an attention: layers that move elements, scale, mask or drop them. */
static bool passes(const struct lrp_layer *l)
{
    static const char *const types[] = {"scale", "split",  "slice",      "gather", "mul",     "add",
                                        "where", "mask",   "neg",        "div",    "dropout", "identity",
                                        "cast",  "concat", "layer-norm", "sub",    "rotary"};
    if (strcmp(l->group, "reshaping") == 0) return true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (has_type(l, types[i])) return true;
    return false;
}

static void mark_layer(struct attention *a, int layer)
{
    a->marked[layer] = PART;
    if (layer < a->lowest) a->lowest = layer;
    if (layer > a->highest) a->highest = layer;
}

static void unmark(struct attention *a)
{
    for (int i = a->lowest; i <= a->highest; i++) a->marked[i] = 0;
}

/* The product a softmax's input comes from: back over masks and scales; -1 if there is none. Marks the way. */
static int product_before(struct attention *a, int layer)
{
    const struct lrp_layer *l = &a->list->rows[layer];
    while (layer > 0 && !is_product(l)) {
        mark_layer(a, layer);
        int next = 0;
        for (int i = 0; i < l->input_count; i++) /* masks do not carry */
            if (l->sources[i] > next && a->list->rows[l->sources[i]].carries) next = l->sources[i];
        if (next <= a->softmax - REACH || next <= 0 || next >= layer ||
            (!is_product(&a->list->rows[next]) && !passes(&a->list->rows[next])))
            return -1;
        layer = next;
        l = &a->list->rows[layer];
    }
    if (layer > 0) mark_layer(a, layer);
    return layer > 0 ? layer : -1;
}

/* The next layer if it is the only one to read this one's output and hand on relevance (what asks whether it is a number does
 * not), or -1. */
static int sole_consumer(const struct attention *a, int layer)
{
    const struct lrp_layer *l = &a->list->rows[layer];
    int next = -1;
    for (int i = 0; i < l->consumer_count; i++) {
        if (!a->list->rows[l->consumers[i]].carries || l->consumers[i] == next) continue;
        if (next >= 0 || l->consumers[i] <= layer) return -1;
        next = l->consumers[i];
    }
    return l->output_count == 1 ? next : -1;
}

/* How many of its inputs carry relevance: others are masks, positions, constants. */
static int carried_inputs(const struct attention *a, const struct lrp_layer *l)
{
    int count = 0;
    for (int i = 0; i < l->input_count; i++) count += l->sources[i] >= 0 && a->list->rows[l->sources[i]].carries;
    return count;
}

/* Positions that turn queries and keys: sums of their scaled parts, put together again. */
static bool turns(const struct attention *a, const struct lrp_layer *l)
{
    if (has_type(l, "concat")) return true;
    for (int i = 0; i < l->input_count; i++) {
        const struct lrp_layer *s = l->sources[i] > 0 ? &a->list->rows[l->sources[i]] : NULL;
        if (s && s->carries && !(has_type(s, "mul") || has_type(s, "scale"))) return false;
    }
    return has_type(l, "add") || has_type(l, "sub");
}

/* Forward over what passes to a layer that `wanted` accepts, marking the way; -1 if there is none. */
static int next_of(struct attention *a, int layer, bool (*wanted)(const struct lrp_layer *l))
{
    for (layer = sole_consumer(a, layer); layer > 0 && layer < a->softmax + REACH; layer = sole_consumer(a, layer)) {
        const struct lrp_layer *l = &a->list->rows[layer];
        if (!wanted(l) && (carried_inputs(a, l) != 1 || !passes(l))) return -1;
        mark_layer(a, layer);
        if (wanted(l)) return layer;
    }
    return -1;
}

static bool is_projection(const struct lrp_layer *l)
{
    return has_type(l, "dense") || has_type(l, "convolution");
}

/* Marks what gives the products their inputs, back to the linear layers that make queries, keys and values. */
static void mark_sources(struct attention *a, int scores, int mix)
{
    a->marked[scores] = a->marked[mix] = FOLLOW;
    for (int i = mix; i >= a->lowest; i--) {
        const struct lrp_layer *l = &a->list->rows[i];
        for (int k = 0; a->marked[i] == FOLLOW && k < l->input_count; k++) {
            int source = l->sources[k];
            if (source <= 0 || source >= i || source < a->softmax - REACH || a->marked[source]) continue;
            const struct lrp_layer *s = &a->list->rows[source];
            if (!is_projection(s) && !(passes(s) && s->carries && (carried_inputs(a, s) == 1 || turns(a, s)))) continue;
            mark_layer(a, source);
            if (!is_projection(s)) a->marked[source] = FOLLOW;
        }
    }
}

static bool read_outside(const struct attention *a, int layer)
{
    const struct lrp_layer *l = &a->list->rows[layer];
    for (int i = 0; i < l->consumer_count; i++)
        if (l->consumers[i] > a->last) return true;
    return l->consumer_count == 0;
}

/* The first layer from which on all up to the last are part of it, or serve it alone. */
static int contiguous_from(const struct attention *a)
{
    int first = a->last;
    for (int i = a->last - 1; i >= a->lowest && (a->marked[i] || !a->list->rows[i].carries || !read_outside(a, i)); i--)
        if (a->marked[i]) first = i;
    return first;
}

/* Takes up the attention around a softmax; false if there is none. */
static bool find_attention(struct attention *a, int softmax)
{
    a->lowest = a->highest = a->softmax = softmax;
    int scores = product_before(a, softmax);
    int mix = scores < 0 ? -1 : next_of(a, softmax, is_product);
    if (mix < 0) return false;
    mark_sources(a, scores, mix);
    int projection = next_of(a, mix, is_projection);
    a->last = projection < 0 ? mix : projection;
    a->first = contiguous_from(a);
    return a->first <= scores;
}

/* What both names begin with, up to a slash; the last one's if that is nothing. */
static const char *common_name(struct lrp_arena *arena, const char *first, const char *last)
{
    size_t length = 0;
    for (size_t i = 0; first[i] && first[i] == last[i]; i++)
        if (first[i] == '/') length = i;
    return length ? lrp_arena_strndup(arena, first, length) : last;
}

/* All its layers lie in the same body, or in none. */
static bool in_one_body(const struct attention *a)
{
    for (int i = a->first + 1; i <= a->last; i++)
        if (a->list->rows[i].body != a->list->rows[a->first].body) return false;
    return true;
}

int lrp_graph_attentions(struct lrp_arena *arena, const struct lrp_layer_list *list, struct lrp_container **out)
{
    size_t softmaxes = 0;
    int count = 0;
    for (size_t i = 1; i < list->count; i++) softmaxes += is_softmax(&list->rows[i]);
    if (!softmaxes) return 0;
    struct lrp_container *found = lrp_arena_calloc(arena, softmaxes, sizeof *found);
    struct attention a = {.list = list, .marked = calloc(list->count, 1)};
    bool ok = found && a.marked;
    int end = 0; /* where the last one ended: they do not overlap */
    for (int i = 1; ok && i < (int)list->count; i++) {
        if (!is_softmax(&list->rows[i])) continue;
        bool is = find_attention(&a, i);
        if (is && a.first > end && in_one_body(&a)) {
            const char *name = common_name(arena, list->rows[a.first].name, list->rows[a.last].name);
            found[count++] = (struct lrp_container){
                .name = name, .kind = "attention", .closed = true, .first = a.first, .last = a.last, .parent = -1, .layer = -1};
            end = a.last;
            ok = name != NULL;
        }
        unmark(&a);
    }
    free(a.marked);
    *out = found;
    return ok ? count : -1;
}
