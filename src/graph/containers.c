/* containers.c: what layers lie in together: the bodies of control flow, attention, and the containers of JSON models. */
#include <stdlib.h>
#include <string.h>

#include "graph.h"

/* A container on its way into the list. */
struct entry {
    struct lrp_container container;
    int body; /* its number in the graph; -1: none, the file or the wiring says that its layers belong together */
};

static const char *kind_of(const char *attribute)
{
    static const char *const branches[] = {"then_branch", "else_branch"};
    for (size_t i = 0; i < sizeof branches / sizeof *branches; i++)
        if (strcmp(attribute, branches[i]) == 0) return "branch";
    return "body";
}

/* False if what it hangs on is no layer (any more). Nodes of bodies are a layer each, right behind that of the file's node. */
static bool body_entry(const struct lrp_graph *g, const struct lrp_layer_view *view, int number, struct entry *out)
{
    const struct lrp_body *body = &g->bodies[number];
    const int layer = view->layer_of_node[body->node];
    int root = body->node;
    while (g->nodes[root].body >= 0) root = g->bodies[g->nodes[root].body].node;
    if (g->nodes[body->node].state != LRP_NODE_LIVE || layer < 0) return false;
    const int first = view->layer_of_node[root] + 1 + (body->first - g->nodes[root].inside);
    const char *name = lrp_arena_printf(g->arena, "%.400s/%.200s", view->list.rows[layer].name, body->attribute);
    *out = (struct entry){.body = number};
    out->container = (struct lrp_container){.name = name,
                                            .kind = kind_of(body->attribute),
                                            .first = first,
                                            .last = first + body->count - 1,
                                            .parent = body->parent,
                                            .layer = layer};
    return true;
}

/* ---- containers that the file names ---- */

/* By layer: its first node in the file's order, which says where it lies; owned by the caller, NULL when out of memory. */
static size_t *heads(const struct lrp_graph *g, const struct lrp_layer_view *view)
{
    size_t *head = malloc((view->list.count + 1) * sizeof *head);
    for (size_t i = 0; head && i < view->list.count; i++) head[i] = SIZE_MAX;
    for (size_t n = g->definition->node_count; head && n-- > 0;)
        if (view->layer_of_node[n] > 0) head[view->layer_of_node[n]] = n;
    return head;
}

static bool in_scope(const struct lrp_scope_definition *scope, size_t head)
{
    return head >= scope->first && head - scope->first < scope->count;
}

/* False if nothing is left in it, or layers from elsewhere are executed between its own. */
static bool scope_entry(const struct lrp_graph *g, const struct lrp_layer_view *view, const size_t *head, size_t number,
                        struct entry *out)
{
    const struct lrp_scope_definition *scope = &g->definition->scopes[number];
    int first = -1, last = -1;
    if (!scope->kind) return false;
    for (size_t n = scope->first; n < scope->first + scope->count; n++) {
        const int layer = view->layer_of_node[n];
        if (layer <= 0 || !in_scope(scope, head[layer])) continue;
        first = first < 0 || layer < first ? layer : first;
        last = layer > last ? layer : last;
    }
    for (int i = first; i >= 0 && i <= last; i++)
        if (!in_scope(scope, head[i])) return false;
    *out =
        (struct entry){{.name = scope->name, .kind = scope->kind, .first = first, .last = last, .parent = -1, .layer = -1}, -1};
    return first >= 0;
}

bool lrp_graph_scope_layers(const struct lrp_graph *graph, const struct lrp_layer_view *view, const char *name, bool *layers,
                            bool *any)
{
    size_t *head = graph->definition->scope_count ? heads(graph, view) : NULL;
    *any = false;
    for (size_t s = 0; head && s < graph->definition->scope_count; s++) {
        const struct lrp_scope_definition *scope = &graph->definition->scopes[s];
        if (strcmp(scope->name, name) != 0 && strcmp(scope->number, name) != 0) continue;
        for (size_t i = 1; i < view->list.count; i++)
            if (in_scope(scope, head[i])) layers[i] = *any = true;
    }
    const bool fine = head || !graph->definition->scope_count;
    free(head);
    return fine;
}

/* ---- all of them ---- */

/* By where they begin; what is around others before them. */
static int in_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->container.first != y->container.first) return x->container.first < y->container.first ? -1 : 1;
    if ((x->body < 0) != (y->body < 0)) return x->body < 0 ? 1 : -1;
    if (x->body < 0 && x->container.last != y->container.last) return x->container.last > y->container.last ? -1 : 1;
    return x->body < y->body ? -1 : x->body > y->body;
}

/* Parents and rows name bodies by their number in the graph until here; what else is around a container is found by its place.
 */
static void number_anew(struct entry *entries, size_t count, int *container_of, struct lrp_layer_list *list,
                        struct lrp_layer *rows)
{
    for (size_t i = 0; i < count; i++)
        if (entries[i].body >= 0) container_of[entries[i].body] = (int)i;
    int around = -1; /* the latest that is no body, with those around it as its parents */
    for (size_t i = 0; i < count; i++) {
        struct lrp_container *c = &entries[i].container;
        const int body = entries[i].body >= 0 ? c->parent : rows[c->first].body;
        c->parent = body < 0 ? -1 : container_of[body];
        if (entries[i].body >= 0) continue;
        while (around >= 0 && (entries[around].body >= 0 || entries[around].container.last < c->last))
            around = entries[around].container.parent;
        if (around >= 0) c->parent = around;
        around = (int)i;
    }
    for (size_t i = 0; i < list->count; i++)
        if (rows[i].body >= 0) rows[i].body = container_of[rows[i].body];
}

bool lrp_graph_containers(const struct lrp_graph *graph, struct lrp_layer_view *view, struct lrp_layer *rows)
{
    struct lrp_container *attentions = NULL, *blocks = NULL;
    const int attention_count = lrp_graph_attentions(graph->arena, &view->list, &attentions);
    const int block_count = lrp_graph_blocks(graph->arena, &view->list, attentions, attention_count, &blocks);
    const size_t scope_count = graph->definition->scope_count;
    const size_t most = (size_t)graph->body_count + (size_t)(attention_count < 0 ? 0 : attention_count) + scope_count +
                        (size_t)(block_count < 0 ? 0 : block_count);
    struct entry *entries = calloc(most + 1, sizeof *entries);
    int *container_of = calloc((size_t)graph->body_count + 1, sizeof *container_of);
    size_t *head = heads(graph, view);
    struct lrp_container *containers = lrp_arena_calloc(graph->arena, most, sizeof *containers);
    bool ok = attention_count >= 0 && block_count >= 0 && entries && container_of && containers && head;
    size_t count = 0;
    for (int i = 0; ok && i < graph->body_count; i++)
        if (body_entry(graph, view, i, &entries[count])) ok = entries[count++].container.name != NULL;
    for (int i = 0; ok && i < attention_count; i++) entries[count++] = (struct entry){attentions[i], -1};
    for (int i = 0; ok && i < block_count; i++) entries[count++] = (struct entry){blocks[i], -1};
    for (size_t i = 0; ok && i < scope_count; i++) count += scope_entry(graph, view, head, i, &entries[count]);
    if (ok) {
        qsort(entries, count, sizeof *entries, in_order);
        number_anew(entries, count, container_of, &view->list, rows);
        for (size_t i = 0; i < count; i++) containers[i] = entries[i].container;
        view->list.containers = containers;
        view->list.container_count = count;
    }
    free(entries);
    free(container_of);
    free(head);
    return ok;
}
