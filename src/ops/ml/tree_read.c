/* tree_read.c: ensembles of decision trees as files write them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tree.h"

/* The names of versions 1 and 3; TreeEnsemble numbers all but the last, in this order. */
static const char *const mode_names[] = {"BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE",    "BRANCH_GT",
                                         "BRANCH_EQ",  "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF"};

/* ---- versions 1 and 3: nodes by (tree, number) ---- */

struct node_key {
    int64_t tree, node;
    int at;
};
static int by_key(const void *a, const void *b)
{
    const struct node_key *x = a, *y = b;
    if (x->tree != y->tree) return x->tree < y->tree ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static int find_node(const struct node_key *keys, int count, int64_t tree, int64_t node)
{
    const struct node_key wanted = {tree, node, 0};
    const struct node_key *found = bsearch(&wanted, keys, (size_t)count, sizeof *keys, by_key);
    return found ? found->at : -1;
}

static int mode_of(const char *name)
{
    for (int k = 0; k <= LRP_TREE_LEAF; ++k)
        if (strcmp(mode_names[k], name) == 0 && k != LRP_TREE_MEMBER) return k;
    return -1;
}

/* Lists of one length. */
struct lists {
    const int64_t *trees, *numbers, *features, *yes, *no, *missing;
    const float *values;
    const char *const *modes;
    int count, missing_count;
};
static bool read_lists(const struct lrp_call *call, struct lrp_arena *arena, struct lists *l)
{
    int counts[7];
    l->trees = lrp_ml_ints(call, "nodes_treeids", &counts[0]);
    l->numbers = lrp_ml_ints(call, "nodes_nodeids", &counts[1]);
    l->features = lrp_ml_ints(call, "nodes_featureids", &counts[2]);
    l->yes = lrp_ml_ints(call, "nodes_truenodeids", &counts[3]);
    l->no = lrp_ml_ints(call, "nodes_falsenodeids", &counts[4]);
    l->modes = lrp_ml_texts(call, "nodes_modes", &counts[5]);
    l->values = lrp_ml_floats(call, arena, "nodes_values", &counts[6]);
    l->missing = lrp_ml_ints(call, "nodes_missing_value_tracks_true", &l->missing_count);
    l->count = counts[0];
    for (int k = 0; k < 7; ++k)
        if (counts[k] != l->count || l->count < 1) return false;
    return l->missing_count == 0 || l->missing_count == l->count;
}

static bool read_nodes(struct lrp_tree_ensemble *e, const struct lists *l, struct node_key *keys)
{
    for (int i = 0; i < l->count; ++i) keys[i] = (struct node_key){l->trees[i], l->numbers[i], i};
    qsort(keys, (size_t)l->count, sizeof *keys, by_key);
    for (int i = 0; i < l->count; ++i) {
        struct lrp_tree_branch *n = &e->nodes[i];
        const int mode = mode_of(l->modes[i]);
        if (mode < 0) return false;
        *n = (struct lrp_tree_branch){.mode = (enum lrp_tree_mode)mode, .feature = l->features[i], .value = l->values[i]};
        n->missing_is_yes = l->missing && l->missing[i];
        if (i == 0 || l->trees[i] != l->trees[i - 1]) e->roots[e->root_count++] = i;
        if (n->mode == LRP_TREE_LEAF) continue;
        n->yes = find_node(keys, l->count, l->trees[i], l->yes[i]);
        n->no = find_node(keys, l->count, l->trees[i], l->no[i]);
        /* files list parents before their children: so no walk can go round in circles */
        if (n->yes <= i || n->no <= i || n->feature < 0) return false;
        if (n->feature >= e->features) e->features = n->feature + 1;
    }
    return true;
}

/* Weights come in any order: those of a leaf are put side by side. */
static bool read_weights(const struct lrp_call *call, struct lrp_tree_ensemble *e, const struct lrp_tree_kind *kind,
                         const struct node_key *keys)
{
    int counts[4], place = 0;
    const float *values = lrp_ml_floats(call, e->arena, kind->weights, &counts[0]);
    const int64_t *targets = lrp_ml_ints(call, kind->targets, &counts[1]),
                  *trees = lrp_ml_ints(call, kind->weight_trees, &counts[2]),
                  *numbers = lrp_ml_ints(call, kind->weight_nodes, &counts[3]);
    if (counts[0] < 1 || counts[1] != counts[0] || counts[2] != counts[0] || counts[3] != counts[0]) return false;
    e->weight_count = counts[0];
    e->weights = lrp_arena_calloc(e->arena, (size_t)counts[0], sizeof *e->weights);
    int *leaf = lrp_arena_calloc(e->arena, (size_t)counts[0], sizeof *leaf);
    if (!e->weights || !leaf) return false;
    e->positive = true;
    for (int i = 0; i < counts[0]; ++i) {
        leaf[i] = find_node(keys, e->node_count, trees[i], numbers[i]);
        if (leaf[i] < 0 || e->nodes[leaf[i]].mode != LRP_TREE_LEAF || targets[i] < 0 || targets[i] >= e->targets) return false;
        e->nodes[leaf[i]].count++;
        e->positive &= values[i] >= 0;
        e->single = i == 0 ? targets[0] >= 0 : e->single && targets[i] == targets[0];
    }
    for (int n = 0; n < e->node_count; ++n) {
        e->nodes[n].first = place;
        place += e->nodes[n].count;
        if (e->nodes[n].mode == LRP_TREE_LEAF) e->nodes[n].count = 0;
    }
    for (int i = 0; i < counts[0]; ++i) {
        struct lrp_tree_branch *n = &e->nodes[leaf[i]];
        e->weights[n->first + n->count++] = (struct lrp_tree_weight){(int)targets[i], values[i]};
    }
    return true;
}

static bool read_old(const struct lrp_call *call, const struct lrp_tree_kind *kind, struct lrp_tree_ensemble *e)
{
    struct lists l;
    if (!read_lists(call, e->arena, &l)) return false;
    struct node_key *keys = lrp_arena_calloc(e->arena, (size_t)l.count, sizeof *keys);
    e->node_count = l.count;
    e->nodes = lrp_arena_calloc(e->arena, (size_t)l.count, sizeof *e->nodes);
    e->roots = lrp_arena_calloc(e->arena, (size_t)l.count, sizeof *e->roots);
    return keys && e->nodes && e->roots && read_nodes(e, &l, keys) && read_weights(call, e, kind, keys);
}

/* ---- TreeEnsemble: inner nodes and leaves in lists of their own ---- */

static const struct lrp_blob *tensor_of(const struct lrp_call *call, const char *name)
{
    const struct lrp_attribute *a = lrp_call_attribute(call, name);
    return a && a->kind == LRP_ATTRIBUTE_TENSOR && a->tensor && a->tensor->dtype != LRP_DTYPE_STRING &&
                   a->tensor->count < INT32_MAX / 2
               ? a->tensor
               : NULL;
}

/* Values of LRP_TREE_MEMBER nodes, one after the other, each list ended by NaN. */
static bool read_members(const struct lrp_call *call, struct lrp_tree_ensemble *e)
{
    const struct lrp_blob *blob = tensor_of(call, "membership_values");
    const size_t count = blob ? blob->count : 0;
    float *members = lrp_arena_calloc(e->arena, count, sizeof *members);
    size_t at = 0;
    if (!members) return false;
    if (blob) lrp_blob_f32(blob, 0, count, members);
    e->members = members;
    for (int i = 0; i < e->node_count; ++i) {
        if (e->nodes[i].mode != LRP_TREE_MEMBER) continue;
        e->nodes[i].first = (int)at;
        while (at < count && !isnan(members[at])) at++;
        if (at++ >= count) return false;
        e->nodes[i].count = (int)at - 1 - e->nodes[i].first;
    }
    return true;
}

static bool read_new(const struct lrp_call *call, struct lrp_tree_ensemble *e)
{
    int counts[8];
    const int64_t *features = lrp_ml_ints(call, "nodes_featureids", &counts[0]),
                  *yes = lrp_ml_ints(call, "nodes_truenodeids", &counts[1]),
                  *no = lrp_ml_ints(call, "nodes_falsenodeids", &counts[2]),
                  *yes_leaf = lrp_ml_ints(call, "nodes_trueleafs", &counts[3]),
                  *no_leaf = lrp_ml_ints(call, "nodes_falseleafs", &counts[4]),
                  *targets = lrp_ml_ints(call, "leaf_targetids", &counts[5]),
                  *roots = lrp_ml_ints(call, "tree_roots", &counts[6]),
                  *missing = lrp_ml_ints(call, "nodes_missing_value_tracks_true", &counts[7]);
    const struct lrp_blob *splits = tensor_of(call, "nodes_splits"), *modes = tensor_of(call, "nodes_modes"),
                          *weights = tensor_of(call, "leaf_weights");
    const int count = counts[0], leaves = counts[5];
    if (!splits || !modes || !weights || count < 1 || leaves < 1 || counts[6] < 1 || (int)splits->count != count ||
        (int)modes->count != count || (int)weights->count != leaves || counts[1] != count || counts[2] != count ||
        counts[3] != count || counts[4] != count || (counts[7] && counts[7] != count))
        return false;
    e->node_count = count + leaves;
    e->weight_count = leaves;
    e->nodes = lrp_arena_calloc(e->arena, (size_t)e->node_count, sizeof *e->nodes);
    e->weights = lrp_arena_calloc(e->arena, (size_t)leaves, sizeof *e->weights);
    e->roots = lrp_arena_calloc(e->arena, (size_t)counts[6], sizeof *e->roots);
    if (!e->nodes || !e->weights || !e->roots) return false;
    for (int i = 0; i < leaves; ++i) {
        if (targets[i] < 0 || targets[i] >= e->targets) return false;
        e->nodes[count + i] = (struct lrp_tree_branch){.mode = LRP_TREE_LEAF, .first = i, .count = 1};
        e->weights[i] = (struct lrp_tree_weight){(int)targets[i], lrp_blob_get_f32(weights, (size_t)i)};
    }
    for (int i = 0; i < count; ++i) {
        const int64_t mode = lrp_blob_get_i64(modes, (size_t)i);
        const int64_t to[2] = {yes[i] + (yes_leaf[i] ? count : 0), no[i] + (no_leaf[i] ? count : 0)};
        if (mode < LRP_TREE_LEAST || mode > LRP_TREE_MEMBER || features[i] < 0) return false;
        for (int k = 0; k < 2; ++k)
            if (to[k] <= i || to[k] >= e->node_count) return false;
        e->nodes[i] = (struct lrp_tree_branch){.mode = (enum lrp_tree_mode)mode,
                                               .yes = (int)to[0],
                                               .no = (int)to[1],
                                               .feature = features[i],
                                               .value = lrp_blob_get_f32(splits, (size_t)i),
                                               .missing_is_yes = missing && missing[i]};
        if (features[i] >= e->features) e->features = features[i] + 1;
    }
    for (; e->root_count < counts[6]; ++e->root_count) {
        if (roots[e->root_count] < 0 || roots[e->root_count] >= count) return false;
        e->roots[e->root_count] = (int)roots[e->root_count];
    }
    return read_members(call, e);
}

/* ---- reading a call ---- */

static bool read_base(const struct lrp_call *call, struct lrp_tree_ensemble *e)
{
    int count = 0;
    const float *values = lrp_ml_floats(call, e->arena, "base_values", &count);
    e->base = lrp_arena_calloc(e->arena, (size_t)e->targets, sizeof *e->base);
    e->base_count = count;
    if (!e->base || count < 0 || count > e->targets) return false;
    if (count) memcpy(e->base, values, (size_t)count * sizeof *values);
    return true;
}

static int read_aggregate(const struct lrp_call *call)
{
    static const char *const names[] = {"SUM", "AVERAGE", "MIN", "MAX"};
    const struct lrp_attribute *a = lrp_call_attribute(call, "aggregate_function");
    if (a && a->kind == LRP_ATTRIBUTE_INT) /* TreeEnsemble numbers them otherwise */
        return a->i == 0   ? LRP_TREE_AVERAGE
               : a->i == 1 ? LRP_TREE_SUM
               : a->i == 2 ? LRP_TREE_MIN
               : a->i == 3 ? LRP_TREE_MAX
                           : -1;
    for (int k = 0; k < 4; ++k)
        if (strcmp(names[k], lrp_call_string(call, "aggregate_function", "SUM")) == 0) return k;
    return -1;
}

static int label_count(const struct lrp_call *call)
{
    int numbers = 0, words = 0;
    (void)lrp_ml_ints(call, "classlabels_int64s", &numbers);
    (void)lrp_ml_texts(call, "classlabels_strings", &words);
    return words ? words : numbers;
}

enum lrp_status lrp_tree_read(const struct lrp_call *call, struct lrp_tree_ensemble **out, struct lrp_error *err)
{
    const struct lrp_tree_kind *kind = call->op->own;
    struct lrp_arena *arena = lrp_arena_new();
    struct lrp_tree_ensemble *e = arena ? lrp_arena_calloc(arena, 1, sizeof *e) : NULL;
    if (!e) {
        if (arena) lrp_arena_free(arena);
        return lrp_fail(err, LRP_MEMORY, "not enough memory for a tree");
    }
    e->arena = arena;
    const int64_t targets = kind->classifies ? label_count(call) : lrp_call_int(call, "n_targets", 1);
    const int aggregate = read_aggregate(call);
    enum lrp_status status = lrp_ml_post_of(call, &e->post, err);
    e->targets = targets > 0 && targets < 1 << 20 ? (int)targets : 0;
    e->classes = kind->classifies ? e->targets : 0;
    e->aggregate = aggregate;
    if (!status && (e->targets < 1 || aggregate < 0 || !(kind->weights ? read_old(call, kind, e) : read_new(call, e)) ||
                    !read_base(call, e)))
        status = lrp_fail(err, LRP_FILE, "its trees are not well formed");
    if (status)
        lrp_arena_free(arena);
    else
        *out = e;
    return status;
}
