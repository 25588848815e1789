/* tree.h: how the layers of a model lie inside each other: scopes that fold (where names have no parts, blocks that end in a
 * join), containers that the library found among them, and how deep a layer lies in branches. */
#ifndef LRP_TUI_TREE_H
#define LRP_TUI_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/layer.h"

struct lrp_tree_node {
    char *name;       /* owned: "/layer1/layer1.0"; of a block its join's */
    const char *kind; /* of a container that the library found, borrowed from the list: "attention", "branch"; NULL: none */
    bool closed;      /* of a part of a transformer's block: folded at first */
    int parent;       /* -1: none */
    int first, last;  /* layers it holds, directly or inside: the first and the last of them ... */
    int count;        /* ... and how many */
    bool folded;
};
struct lrp_tree {
    struct lrp_tree_node *nodes; /* owned */
    int node_count;
    int *node_of;         /* owned; by layer: the innermost node around it, or -1 */
    unsigned char *depth; /* owned; by layer: in how many forks that join again, branches and bodies it lies */
    int layers;
};
/* Of a list of layers; everything unfolded. False when out of memory (it is empty then: nothing folds). */
bool lrp_tree_make(struct lrp_tree *tree, const struct lrp_layer_list *list);
void lrp_tree_free(struct lrp_tree *tree);
bool lrp_tree_holds(const struct lrp_tree *tree, int node, int layer);
/* The outermost folded node around a layer, or -1. */
int lrp_tree_fold_of(const struct lrp_tree *tree, int layer);
/* Folds what is seen best as one thing, nothing else. */
void lrp_tree_fold_closed(struct lrp_tree *tree);
/* Folds or unfolds all. */
void lrp_tree_fold_all(struct lrp_tree *tree, bool folded);
/* Unfolds what hides a layer; true if something did. */
bool lrp_tree_reveal(struct lrp_tree *tree, int layer);

#endif
