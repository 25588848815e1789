/* tree.c: ensembles of decision trees. What they say changes in steps, so that nothing here differentiates. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "batch.h"
#include "ml.h"

enum mode { LEAST, LESS, MORE, GREATER, EQUAL, OTHER, MEMBER, LEAF };
/* The names of versions 1 and 3; TreeEnsemble numbers all but the last, in this order. */
static const char *const mode_names[] = {"BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE",    "BRANCH_GT",
                                         "BRANCH_EQ",  "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF"};

enum { SUM, AVERAGE, MIN, MAX }; /* how the trees of an ensemble are put together */

struct node {
    enum mode mode;
    int yes, no;      /* nodes */
    int first, count; /* of a leaf: its weights; of MEMBER: its values */
    int64_t feature;
    float value;
    bool missing_is_yes;
};
struct weight {
    int target;
    float value;
};
struct ensemble {
    struct lrp_arena *arena; /* owns everything */
    struct node *nodes;
    struct weight *weights;
    int *roots;
    float *base;
    const float *members;
    int node_count, root_count, weight_count, targets, base_count;
    int64_t features; /* one more than the largest that is read */
    enum lrp_ml_post post;
    int aggregate;         /* SUM, AVERAGE, MIN or MAX */
    bool positive, single; /* of classifiers: no weight is negative; all are of one class of two */
    int classes;           /* labels; 0: a regressor */
};

/* What a row's operator is. */
struct tree_kind {
    const char *weights, *targets, *weight_trees, *weight_nodes; /* attributes of versions 1 and 3; NULL: TreeEnsemble */
    bool classifies;
};
static const struct tree_kind classifier = {"class_weights", "class_ids", "class_treeids", "class_nodeids", true},
                              regressor = {"target_weights", "target_ids", "target_treeids", "target_nodeids", false},
                              ensemble = {NULL, NULL, NULL, NULL, false};

/* ---- versions 1 and 3: nodes by (tree, number) ---- */

struct key {
    int64_t tree, node;
    int at;
};
static int by_key(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->tree != y->tree) return x->tree < y->tree ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static int find(const struct key *keys, int count, int64_t tree, int64_t node)
{
    const struct key wanted = {tree, node, 0};
    const struct key *found = bsearch(&wanted, keys, (size_t)count, sizeof *keys, by_key);
    return found ? found->at : -1;
}

static int mode_of(const char *name)
{
    for (int k = 0; k <= LEAF; ++k)
        if (strcmp(mode_names[k], name) == 0 && k != MEMBER) return k;
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

static bool read_nodes(struct ensemble *e, const struct lists *l, struct key *keys)
{
    for (int i = 0; i < l->count; ++i) keys[i] = (struct key){l->trees[i], l->numbers[i], i};
    qsort(keys, (size_t)l->count, sizeof *keys, by_key);
    for (int i = 0; i < l->count; ++i) {
        struct node *n = &e->nodes[i];
        const int mode = mode_of(l->modes[i]);
        if (mode < 0) return false;
        *n = (struct node){.mode = (enum mode)mode, .feature = l->features[i], .value = l->values[i]};
        n->missing_is_yes = l->missing && l->missing[i];
        if (i == 0 || l->trees[i] != l->trees[i - 1]) e->roots[e->root_count++] = i;
        if (n->mode == LEAF) continue;
        n->yes = find(keys, l->count, l->trees[i], l->yes[i]);
        n->no = find(keys, l->count, l->trees[i], l->no[i]);
        /* files list parents before their children: so no walk can go round in circles */
        if (n->yes <= i || n->no <= i || n->feature < 0) return false;
        if (n->feature >= e->features) e->features = n->feature + 1;
    }
    return true;
}

/* Weights come in any order: those of a leaf are put side by side. */
static bool read_weights(const struct lrp_call *call, struct ensemble *e, const struct tree_kind *kind, const struct key *keys)
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
        leaf[i] = find(keys, e->node_count, trees[i], numbers[i]);
        if (leaf[i] < 0 || e->nodes[leaf[i]].mode != LEAF || targets[i] < 0 || targets[i] >= e->targets) return false;
        e->nodes[leaf[i]].count++;
        e->positive &= values[i] >= 0;
        e->single = i == 0 ? targets[0] >= 0 : e->single && targets[i] == targets[0];
    }
    for (int n = 0; n < e->node_count; ++n) {
        e->nodes[n].first = place;
        place += e->nodes[n].count;
        if (e->nodes[n].mode == LEAF) e->nodes[n].count = 0;
    }
    for (int i = 0; i < counts[0]; ++i) {
        struct node *n = &e->nodes[leaf[i]];
        e->weights[n->first + n->count++] = (struct weight){(int)targets[i], values[i]};
    }
    return true;
}

static bool read_old(const struct lrp_call *call, const struct tree_kind *kind, struct ensemble *e)
{
    struct lists l;
    if (!read_lists(call, e->arena, &l)) return false;
    struct key *keys = lrp_arena_calloc(e->arena, (size_t)l.count, sizeof *keys);
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

/* Values of MEMBER nodes, one after the other, each list ended by NaN. */
static bool read_members(const struct lrp_call *call, struct ensemble *e)
{
    const struct lrp_blob *blob = tensor_of(call, "membership_values");
    const size_t count = blob ? blob->count : 0;
    float *members = lrp_arena_calloc(e->arena, count, sizeof *members);
    size_t at = 0;
    if (!members) return false;
    if (blob) lrp_blob_f32(blob, 0, count, members);
    e->members = members;
    for (int i = 0; i < e->node_count; ++i) {
        if (e->nodes[i].mode != MEMBER) continue;
        e->nodes[i].first = (int)at;
        while (at < count && !isnan(members[at])) at++;
        if (at++ >= count) return false;
        e->nodes[i].count = (int)at - 1 - e->nodes[i].first;
    }
    return true;
}

static bool read_new(const struct lrp_call *call, struct ensemble *e)
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
        e->nodes[count + i] = (struct node){.mode = LEAF, .first = i, .count = 1};
        e->weights[i] = (struct weight){(int)targets[i], lrp_blob_get_f32(weights, (size_t)i)};
    }
    for (int i = 0; i < count; ++i) {
        const int64_t mode = lrp_blob_get_i64(modes, (size_t)i);
        const int64_t to[2] = {yes[i] + (yes_leaf[i] ? count : 0), no[i] + (no_leaf[i] ? count : 0)};
        if (mode < LEAST || mode > MEMBER || features[i] < 0) return false;
        for (int k = 0; k < 2; ++k)
            if (to[k] <= i || to[k] >= e->node_count) return false;
        e->nodes[i] = (struct node){.mode = (enum mode)mode,
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

static bool read_base(const struct lrp_call *call, struct ensemble *e)
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
        return a->i == 0 ? AVERAGE : a->i == 1 ? SUM : a->i == 2 ? MIN : a->i == 3 ? MAX : -1;
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

static enum lrp_status read_ensemble(const struct lrp_call *call, struct ensemble **out, struct lrp_error *err)
{
    const struct tree_kind *kind = call->op->own;
    struct lrp_arena *arena = lrp_arena_new();
    struct ensemble *e = arena ? lrp_arena_calloc(arena, 1, sizeof *e) : NULL;
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

static enum lrp_status infer(struct lrp_call *call, struct lrp_error *err)
{
    struct ensemble *e = NULL;
    const struct tree_kind *kind = call->op->own;
    int texts = 0;
    enum lrp_status status = lrp_infer_inputs(call, 1, 1, err);
    if (!status && call->in[0].dtype == LRP_DTYPE_STRING)
        status = lrp_fail(err, LRP_FILE, "its trees compare numbers, not texts");
    if (!status && call->in[0].shape.rank != 2) status = lrp_fail(err, LRP_FILE, "its input must be samples x features");
    if (!status) status = read_ensemble(call, &e, err);
    if (!status && call->in[0].shape.dim[1] < e->features)
        status = lrp_fail(err, LRP_FILE, "its trees read feature %lld, but there are %lld", (long long)e->features - 1,
                          (long long)call->in[0].shape.dim[1]);
    (void)lrp_ml_texts(call, "classlabels_strings", &texts);
    const struct lrp_shape scores = {.rank = 2, .dim = {call->in_count ? call->in[0].shape.dim[0] : 0, e ? e->targets : 0}};
    const struct lrp_shape labels = {.rank = 1, .dim = {scores.dim[0]}};
    if (!status && kind->classifies)
        status = lrp_infer_output(call, 0, texts ? LRP_DTYPE_STRING : LRP_DTYPE_INT64, &labels, err);
    const enum lrp_dtype type = !kind->weights && call->in[0].dtype == LRP_DTYPE_DOUBLE ? LRP_DTYPE_DOUBLE : LRP_DTYPE_FLOAT;
    if (!status) status = lrp_infer_output(call, kind->classifies ? 1 : 0, type, &scores, err);
    if (e) lrp_arena_free(e->arena);
    return status;
}

static void release(void *handle)
{
    if (handle) lrp_arena_free(((struct ensemble *)handle)->arena);
}

/* ---- running ---- */

static bool holds(const struct ensemble *e, const struct node *n, float x)
{
    switch (n->mode) {
    case LEAST:
        return x <= n->value;
    case LESS:
        return x < n->value;
    case MORE:
        return x >= n->value;
    case GREATER:
        return x > n->value;
    case EQUAL:
        return x == n->value;
    case OTHER:
        return x != n->value;
    default:
        for (int k = 0; k < n->count; ++k)
            if (e->members[n->first + k] == x) return true;
        return false;
    }
}

static const struct node *leaf_of(const struct ensemble *e, int root, const struct lrp_tensor *x, size_t row)
{
    const struct node *n = &e->nodes[root];
    while (n->mode != LEAF) {
        const size_t at = row * (size_t)x->shape.dim[1] + (size_t)n->feature;
        const float value = lrp_dtype_is_float(x->dtype) ? x->f[at] : (float)x->i[at];
        n = &e->nodes[holds(e, n, value) || (isnan(value) && n->missing_is_yes) ? n->yes : n->no];
    }
    return n;
}

/* Scores of one sample before post_transform; `met` counts what came in. */
static void add_trees(const struct ensemble *e, const struct lrp_tensor *x, size_t row, double *scores, int *met)
{
    for (int t = 0; t < e->targets; ++t) scores[t] = 0, met[t] = 0;
    for (int r = 0; r < e->root_count; ++r) {
        const struct node *leaf = leaf_of(e, e->roots[r], x, row);
        for (int k = 0; k < leaf->count; ++k) {
            const struct weight *w = &e->weights[leaf->first + k];
            const double value = (double)w->value, before = scores[w->target];
            const bool first = met[w->target]++ == 0;
            if (e->aggregate == MIN)
                scores[w->target] = first ? value : fmin(before, value);
            else if (e->aggregate == MAX)
                scores[w->target] = first ? value : fmax(before, value);
            else
                scores[w->target] = before + value;
        }
    }
    for (int t = 0; t < e->targets && e->aggregate == AVERAGE; ++t) scores[t] /= e->root_count;
}

static void put_label(const struct lrp_call *call, int best, struct lrp_tensor *labels, size_t row)
{
    int count = 0, words = 0;
    const int64_t *numbers = lrp_ml_ints(call, "classlabels_int64s", &count);
    const char *const *names = lrp_ml_texts(call, "classlabels_strings", &words);
    if (labels->dtype == LRP_DTYPE_STRING)
        labels->s[row] = best < words ? names[best] : "";
    else
        labels->i[row] = numbers && best < count ? numbers[best] : best;
}

/* One score for two classes, as onnxruntime reads it; the class that wins. */
static int both_classes(const struct ensemble *e, float *scores)
{
    const float s = scores[0] + scores[1]; /* the other is 0 */
    scores[0] = e->positive ? 1 - s : -s;
    scores[1] = s;
    const int best = e->positive ? s > 0.5F : s > 0;
    if (!e->positive && e->post == LRP_ML_LOGISTIC) lrp_ml_post_apply(e->post, scores, 2);
    return best;
}

static int finish(const struct ensemble *e, const double *sums, float *scores)
{
    int best = 0;
    for (int t = 0; t < e->targets; ++t) {
        scores[t] = (float)(sums[t] + (double)e->base[t]);
        if (scores[t] > scores[best]) best = t;
    }
    if (e->classes == 2 && e->single && e->base_count < 2) return both_classes(e, scores);
    lrp_ml_post_apply(e->post, scores, e->targets);
    return best;
}

static enum lrp_status forward(LRP_FORWARD_PARAMETERS)
{
    struct ensemble *e = NULL;
    (void)handle, (void)run;
    enum lrp_status status = read_ensemble(call, &e, err);
    if (status) return status;
    double *sums = lrp_arena_calloc(e->arena, (size_t)e->targets, sizeof *sums);
    int *met = lrp_arena_calloc(e->arena, (size_t)e->targets, sizeof *met);
    float *scores = lrp_arena_calloc(e->arena, (size_t)e->targets, sizeof *scores);
    struct lrp_tensor *labels = e->classes ? out[0] : NULL,
                      *table = e->classes ? (call->out_count > 1 ? out[1] : NULL) : out[0];
    if (!sums || !met || !scores) status = lrp_fail(err, LRP_MEMORY, "not enough memory for a tree");
    for (size_t row = 0; !status && row < (size_t)in[0]->shape.dim[0]; ++row) {
        add_trees(e, in[0], row, sums, met);
        const int best = finish(e, sums, scores);
        if (labels) put_label(call, best, labels, row);
        if (table) memcpy(table->f + row * (size_t)e->targets, scores, (size_t)e->targets * sizeof *scores);
    }
    release(e);
    return status;
}

#define ROW(op, kind, more, ...)                                                                                               \
    {                                                                                                                          \
        .name = op, .domain = LRP_ML, .versions = {__VA_ARGS__}, .traits = LRP_TRAIT_NO_VJP | (more), .own = &kind,            \
        .static_kind = LRP_KIND_OTHER, .infer = infer, .forward = forward, .batch = lrp_batch_planes                           \
    }
const struct lrp_operator lrp_ops_tree[] = {
    ROW("TreeEnsembleClassifier", classifier, LRP_TRAIT_TEXTS, 1, 3),
    ROW("TreeEnsembleRegressor", regressor, 0, 1, 3),
    ROW("TreeEnsemble", ensemble, 0, 5),
    {0},
};
