/* tree.c: scopes and branches of a list of layers, see tree.h. */
#include "tree.h"

#include <stdlib.h>
#include <string.h>

void lrp_tree_free(struct lrp_tree *tree)
{
    for (int i = 0; i < tree->node_count; i++) free(tree->nodes[i].name);
    free(tree->nodes);
    free(tree->node_of);
    free(tree->depth);
    *tree = (struct lrp_tree){0};
}

/* ---- scopes: what names have before their last slash ---- */

/* -2 when out of memory. */
static int add_node(struct lrp_tree *tree, int parent, const char *name, size_t length)
{
    if ((tree->node_count & (tree->node_count + 1)) == 0) { /* grows at 0, 1, 3, 7 ... */
        struct lrp_tree_node *nodes = realloc(tree->nodes, (2 * (size_t)tree->node_count + 2) * sizeof *nodes);
        if (!nodes) return -2;
        tree->nodes = nodes;
    }
    char *copy = strndup(name, length);
    if (!copy) return -2;
    tree->nodes[tree->node_count] = (struct lrp_tree_node){.name = copy, .parent = parent, .first = -1};
    return tree->node_count++;
}

static int find_or_add(struct lrp_tree *tree, int parent, int hint, const char *name, size_t length)
{
    /* layers of a scope mostly follow each other: it is the hint or one of the latest */
    for (int i = hint; i >= 0; i = tree->nodes[i].parent)
        if (tree->nodes[i].parent == parent && strncmp(tree->nodes[i].name, name, length) == 0 &&
            tree->nodes[i].name[length] == 0)
            return i;
    for (int i = tree->node_count - 1; i > parent && i >= 0; i--)
        if (tree->nodes[i].parent == parent && strncmp(tree->nodes[i].name, name, length) == 0 &&
            tree->nodes[i].name[length] == 0)
            return i;
    return add_node(tree, parent, name, length);
}

static bool place_layer(struct lrp_tree *tree, int layer, const char *name, int hint)
{
    int node = -1;
    for (const char *slash = strchr(*name ? name + 1 : name, '/'); slash; slash = strchr(slash + 1, '/')) {
        node = find_or_add(tree, node, hint, name, (size_t)(slash - name));
        if (node < -1) return false;
    }
    tree->node_of[layer] = node;
    for (; node >= 0; node = tree->nodes[node].parent) {
        struct lrp_tree_node *n = &tree->nodes[node];
        n->first = n->first < 0 ? layer : n->first;
        n->last = layer;
        n->count++;
    }
    return true;
}

/* A scope of one layer is no scope, nor is one that holds what its parent holds. */
static void drop_idle(struct lrp_tree *tree)
{
    for (int i = 1; i < tree->layers; i++) {
        int node = tree->node_of[i];
        while (node >= 0 && tree->nodes[node].count < 2) node = tree->nodes[node].parent;
        tree->node_of[i] = node;
    }
    for (int n = 0; n < tree->node_count; n++) {
        const int parent = tree->nodes[n].parent;
        if (parent >= 0 && tree->nodes[parent].count == tree->nodes[n].count)
            tree->nodes[n].parent = tree->nodes[parent].parent;
    }
}

/* ---- branches: a join ends what its nearest common fork began ---- */

/* The nearest layer that everything going to both passes. */
static int common_layer_behind(const int *through, int a, int b)
{
    while (a != b) {
        if (a > b)
            a = through[a];
        else
            b = through[b];
    }
    return a;
}

/* What a layer does not know to come from later comes from here. */
static int source_of_all(const struct lrp_layer_list *list, int layer)
{
    const int body = list->rows[layer].body;
    return body < 0 ? 0 : list->containers[body].layer;
}

/* Also the fork of every join, in `forks` (0: no join, or nothing lies between). */
static bool measure_depth(struct lrp_tree *tree, const struct lrp_layer_list *list, int *forks)
{
    const int count = tree->layers;
    int *through = calloc((size_t)count + 1, sizeof *through), *change = calloc((size_t)count + 1, sizeof *change);
    for (int i = 1; through && change && i < count; i++) {
        const struct lrp_layer *layer = &list->rows[i];
        int fork = layer->input_count > 0 && layer->sources[0] >= 0 && layer->sources[0] < i ? layer->sources[0] : 0;
        for (int k = 1; k < layer->input_count; k++)
            if (layer->sources[k] >= 0 && layer->sources[k] < i) fork = common_layer_behind(through, fork, layer->sources[k]);
        const int least = source_of_all(list, i); /* branches within a body begin there */
        fork = fork > least ? fork : least;
        through[i] = fork;
        if (layer->input_count > 1 && fork + 1 < i) {
            forks[i] = fork;
            change[fork + 1]++;
            change[i]--;
        }
    }
    for (int i = 0, depth = 0; through && change && i < count; i++) {
        depth += change[i];
        tree->depth[i] = (unsigned char)(depth < 255 ? depth : 255);
    }
    const bool fine = through && change;
    free(through);
    free(change);
    return fine;
}

/* ---- blocks: for models whose names have no parts, what lies between a fork and its join ---- */

/* [first, last] of a block, its join the last. */
struct block {
    int first, last;
};

static int outer_first(const void *a, const void *b)
{
    const struct block *x = a, *y = b;
    return x->first != y->first ? (x->first < y->first ? -1 : 1) : x->last > y->last ? -1 : x->last < y->last;
}

static bool add_block(struct lrp_tree *tree, const struct lrp_layer_list *list, struct block block, int around)
{
    const int node = find_or_add(tree, around, -1, list->rows[block.last].name, strlen(list->rows[block.last].name));
    if (node < 0) return false;
    tree->nodes[node].first = block.first;
    tree->nodes[node].last = block.last;
    tree->nodes[node].count = block.last - block.first + 1;
    for (int i = block.first; i <= block.last; i++) tree->node_of[i] = node; /* blocks inside come later and take theirs */
    return true;
}

static bool make_blocks(struct lrp_tree *tree, const struct lrp_layer_list *list, const int *forks)
{
    struct block *blocks = malloc(((size_t)tree->layers + 1) * sizeof *blocks);
    int count = 0, around = -1;
    bool fine = blocks != NULL;
    for (int i = 1; fine && i < tree->layers; i++)
        if (forks[i] > 0 && list->rows[i].body < 0 && list->rows[forks[i] + 1].body < 0)
            blocks[count++] = (struct block){forks[i] + 1, i};
    if (count > 1) qsort(blocks, (size_t)count, sizeof *blocks, outer_first);
    for (int b = 0; fine && b < count; b++) {
        while (around >= 0 && tree->nodes[around].last < blocks[b].first) around = tree->nodes[around].parent;
        if (around >= 0 && tree->nodes[around].last < blocks[b].last) continue; /* it crosses another: it cannot fold */
        fine = add_block(tree, list, blocks[b], around);
        around = tree->node_count - 1;
    }
    free(blocks);
    return fine;
}

/* ---- containers: a scope that holds just their layers gets their kind, else they get a node between the scopes ---- */

/* The innermost node around all layers of a container, or -1. */
static int node_around(const struct lrp_tree *tree, const struct lrp_container *c)
{
    int node = tree->node_of[c->first];
    for (int i = c->first + 1; node >= 0 && i <= c->last; i++)
        while (node >= 0 && !lrp_tree_holds(tree, node, i)) node = tree->nodes[node].parent;
    return node;
}

/* The node just below `around` on the way to a layer; -1 if the layer lies in `around` itself. */
static int child_towards(const struct lrp_tree *tree, int around, int layer)
{
    int child = -1;
    for (int at = tree->node_of[layer]; at != around && at >= 0; at = tree->nodes[at].parent) child = at;
    return child;
}

static bool add_container(struct lrp_tree *tree, const struct lrp_container *c)
{
    const int around = node_around(tree, c), count = c->last - c->first + 1;
    if (around >= 0 && tree->nodes[around].count == count && !tree->nodes[around].kind) {
        tree->nodes[around].kind = c->kind;
        tree->nodes[around].closed = c->closed;
        return true;
    }
    for (int i = c->first; i <= c->last; i++) {
        const int child = child_towards(tree, around, i);
        if (child >= 0 && (tree->nodes[child].first < c->first || tree->nodes[child].last > c->last))
            return true; /* it crosses a scope: it cannot fold */
    }
    const int node = add_node(tree, around, c->name, strlen(c->name));
    if (node < 0) return false;
    for (int i = c->first; i <= c->last; i++) {
        const int child = child_towards(tree, around, i);
        if (child >= 0 && child != node) /* its other layers have it between them and what is around already */
            tree->nodes[child].parent = node;
        else if (tree->node_of[i] == around)
            tree->node_of[i] = node;
    }
    tree->nodes[node].kind = c->kind;
    tree->nodes[node].closed = c->closed;
    tree->nodes[node].first = c->first;
    tree->nodes[node].last = c->last;
    tree->nodes[node].count = count;
    return true;
}

/* A branch or body lies where its layer does, whatever its own layers are called. */
static bool add_body(struct lrp_tree *tree, const struct lrp_container *c)
{
    if (c->last < c->first) return true;
    const int node = add_node(tree, tree->node_of[c->layer], c->name, strlen(c->name));
    if (node < 0) return false;
    tree->nodes[node].kind = c->kind;
    tree->nodes[node].first = c->first;
    tree->nodes[node].last = c->last;
    tree->nodes[node].count = c->last - c->first + 1;
    for (int i = c->first; i <= c->last; i++) {
        tree->node_of[i] = node; /* bodies inside come later and take theirs */
        tree->depth[i] = (unsigned char)(tree->depth[i] < 255 ? tree->depth[i] + 1 : 255);
    }
    return true;
}

/* The layer whose name says in which scopes a layer lies: the one whose bodies it lies in, if it does. */
static const struct lrp_layer *named_by(const struct lrp_layer_list *list, int layer)
{
    while (list->rows[layer].body >= 0) layer = list->containers[list->rows[layer].body].layer;
    return &list->rows[layer];
}

bool lrp_tree_make(struct lrp_tree *tree, const struct lrp_layer_list *list)
{
    int *forks = calloc(list->count + 1, sizeof *forks);
    *tree = (struct lrp_tree){.layers = (int)list->count};
    tree->node_of = malloc((list->count + 1) * sizeof *tree->node_of);
    tree->depth = calloc(list->count + 1, sizeof *tree->depth);
    bool fine = forks && tree->node_of && tree->depth && measure_depth(tree, list, forks);
    if (tree->node_of && list->count) tree->node_of[0] = -1;
    for (int i = 1; fine && i < tree->layers; i++)
        fine = place_layer(tree, i, named_by(list, i)->name, i > 1 ? tree->node_of[i - 1] : -1);
    if (fine && tree->node_count > 0)
        drop_idle(tree);
    else if (fine)
        fine = make_blocks(tree, list, forks);
    for (size_t i = 0; fine && i < list->container_count; i++)
        fine = list->containers[i].layer < 0 ? add_container(tree, &list->containers[i]) : add_body(tree, &list->containers[i]);
    free(forks);
    if (!fine) lrp_tree_free(tree);
    return fine;
}

/* ---- asking and folding ---- */

bool lrp_tree_holds(const struct lrp_tree *tree, int node, int layer)
{
    int at = layer >= 0 && layer < tree->layers ? tree->node_of[layer] : -1;
    while (at >= 0 && at != node) at = tree->nodes[at].parent;
    return at >= 0 && at == node;
}

int lrp_tree_fold_of(const struct lrp_tree *tree, int layer)
{
    int fold = -1;
    for (int at = layer >= 0 && layer < tree->layers ? tree->node_of[layer] : -1; at >= 0; at = tree->nodes[at].parent)
        fold = tree->nodes[at].folded ? at : fold;
    return fold;
}

void lrp_tree_fold_closed(struct lrp_tree *tree)
{
    for (int i = 0; i < tree->node_count; i++) tree->nodes[i].folded = tree->nodes[i].closed;
}

void lrp_tree_fold_all(struct lrp_tree *tree, bool folded)
{
    for (int i = 0; i < tree->node_count; i++)
        tree->nodes[i].folded = folded && (tree->nodes[i].count > 1 || tree->nodes[i].kind);
}

bool lrp_tree_reveal(struct lrp_tree *tree, int layer)
{
    bool any = false;
    for (int at = layer >= 0 && layer < tree->layers ? tree->node_of[layer] : -1; at >= 0; at = tree->nodes[at].parent) {
        any = any || tree->nodes[at].folded;
        tree->nodes[at].folded = false;
    }
    return any;
}
