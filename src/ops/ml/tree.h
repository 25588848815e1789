/* tree.h: ensembles of decision trees as they are run, whichever way a file writes them. */
#ifndef LRP_OPS_ML_TREE_H
#define LRP_OPS_ML_TREE_H

#include "arena.h"
#include "ml.h"

enum lrp_tree_mode {
    LRP_TREE_LEAST,
    LRP_TREE_LESS,
    LRP_TREE_MORE,
    LRP_TREE_GREATER,
    LRP_TREE_EQUAL,
    LRP_TREE_OTHER,
    LRP_TREE_MEMBER,
    LRP_TREE_LEAF
};

/* How the trees of an ensemble are put together. */
enum lrp_tree_aggregate { LRP_TREE_SUM, LRP_TREE_AVERAGE, LRP_TREE_MIN, LRP_TREE_MAX };

struct lrp_tree_branch {
    enum lrp_tree_mode mode;
    int yes, no;      /* nodes */
    int first, count; /* of a leaf: its weights; of LRP_TREE_MEMBER: its values */
    int64_t feature;
    float value;
    bool missing_is_yes;
};
struct lrp_tree_weight {
    int target;
    float value;
};
struct lrp_tree_ensemble {
    struct lrp_arena *arena; /* owns everything */
    struct lrp_tree_branch *nodes;
    struct lrp_tree_weight *weights;
    int *roots;
    float *base;
    const float *members;
    int node_count, root_count, weight_count, targets, base_count;
    int64_t features; /* one more than the largest that is read */
    enum lrp_ml_post post;
    int aggregate;         /* enum lrp_tree_aggregate */
    bool positive, single; /* of classifiers: no weight is negative; all are of one class of two */
    int classes;           /* labels; 0: a regressor */
};

/* What a row's operator is. */
struct lrp_tree_kind {
    const char *weights, *targets, *weight_trees, *weight_nodes; /* attributes of versions 1 and 3; NULL: TreeEnsemble */
    bool classifies;
};

/* The ensemble of a call, in an arena of its own. Errors: LRP_FILE for trees that are not well formed. */
enum lrp_status lrp_tree_read(const struct lrp_call *call, struct lrp_tree_ensemble **out, struct lrp_error *err);

#endif
