/* tree.c: ensembles of decision trees. What they say changes in steps, so that nothing here differentiates. */
#include "tree.h"

#include <math.h>
#include <string.h>

#include "batch.h"

static const struct lrp_tree_kind classifier = {"class_weights", "class_ids", "class_treeids", "class_nodeids", true},
                                  regressor = {"target_weights", "target_ids", "target_treeids", "target_nodeids", false},
                                  ensemble = {NULL, NULL, NULL, NULL, false};

static enum lrp_status tree_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_tree_ensemble *e = NULL;
    const struct lrp_tree_kind *kind = call->op->own;
    int texts = 0;
    enum lrp_status status = lrp_infer_inputs(call, 1, 1, err);
    if (!status && call->in[0].dtype == LRP_DTYPE_STRING)
        status = lrp_fail(err, LRP_FILE, "its trees compare numbers, not texts");
    if (!status && call->in[0].shape->rank != 2) status = lrp_fail(err, LRP_FILE, "its input must be samples x features");
    if (!status) status = lrp_tree_read(call, &e, err);
    if (!status && call->in[0].shape->dim[1] < e->features)
        status = lrp_fail(err, LRP_FILE, "its trees read feature %lld, but there are %lld", (long long)e->features - 1,
                          (long long)call->in[0].shape->dim[1]);
    (void)lrp_ml_texts(call, "classlabels_strings", &texts);
    const struct lrp_shape scores = {.rank = 2, .dim = {call->in_count ? call->in[0].shape->dim[0] : 0, e ? e->targets : 0}};
    const struct lrp_shape labels = {.rank = 1, .dim = {scores.dim[0]}};
    if (!status && kind->classifies)
        status = lrp_infer_output(call, 0, texts ? LRP_DTYPE_STRING : LRP_DTYPE_INT64, &labels, err);
    const enum lrp_dtype type = !kind->weights && call->in[0].dtype == LRP_DTYPE_DOUBLE ? LRP_DTYPE_DOUBLE : LRP_DTYPE_FLOAT;
    if (!status) status = lrp_infer_output(call, kind->classifies ? 1 : 0, type, &scores, err);
    if (e) lrp_arena_free(e->arena);
    return status;
}

static void release_ensemble(void *handle)
{
    if (handle) lrp_arena_free(((struct lrp_tree_ensemble *)handle)->arena);
}

/* ---- running ---- */

static bool split_holds(const struct lrp_tree_ensemble *e, const struct lrp_tree_branch *n, float x)
{
    switch (n->mode) {
    case LRP_TREE_LEAST:
        return x <= n->value;
    case LRP_TREE_LESS:
        return x < n->value;
    case LRP_TREE_MORE:
        return x >= n->value;
    case LRP_TREE_GREATER:
        return x > n->value;
    case LRP_TREE_EQUAL:
        return x == n->value;
    case LRP_TREE_OTHER:
        return x != n->value;
    default:
        for (int k = 0; k < n->count; ++k)
            if (e->members[n->first + k] == x) return true;
        return false;
    }
}

static const struct lrp_tree_branch *leaf_of(const struct lrp_tree_ensemble *e, int root, const struct lrp_tensor *x,
                                             size_t row)
{
    const struct lrp_tree_branch *n = &e->nodes[root];
    while (n->mode != LRP_TREE_LEAF) {
        const size_t at = row * (size_t)x->shape.dim[1] + (size_t)n->feature;
        const float value = lrp_dtype_is_float(x->dtype) ? x->f[at] : (float)x->i[at];
        n = &e->nodes[split_holds(e, n, value) || (isnan(value) && n->missing_is_yes) ? n->yes : n->no];
    }
    return n;
}

/* Scores of one sample before post_transform; `met` counts what came in. */
static void add_trees(const struct lrp_tree_ensemble *e, const struct lrp_tensor *x, size_t row, double *scores, int *met)
{
    for (int t = 0; t < e->targets; ++t) scores[t] = 0, met[t] = 0;
    for (int r = 0; r < e->root_count; ++r) {
        const struct lrp_tree_branch *leaf = leaf_of(e, e->roots[r], x, row);
        for (int k = 0; k < leaf->count; ++k) {
            const struct lrp_tree_weight *w = &e->weights[leaf->first + k];
            const double value = (double)w->value, before = scores[w->target];
            const bool first = met[w->target]++ == 0;
            if (e->aggregate == LRP_TREE_MIN)
                scores[w->target] = first ? value : fmin(before, value);
            else if (e->aggregate == LRP_TREE_MAX)
                scores[w->target] = first ? value : fmax(before, value);
            else
                scores[w->target] = before + value;
        }
    }
    for (int t = 0; t < e->targets && e->aggregate == LRP_TREE_AVERAGE; ++t) scores[t] /= e->root_count;
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
static int both_classes(const struct lrp_tree_ensemble *e, float *scores)
{
    const float s = scores[0] + scores[1]; /* the other is 0 */
    scores[0] = e->positive ? 1 - s : -s;
    scores[1] = s;
    const int best = e->positive ? s > 0.5F : s > 0;
    if (!e->positive && e->post == LRP_ML_LOGISTIC) lrp_ml_post_apply(e->post, scores, 2);
    return best;
}

static int finish_scores(const struct lrp_tree_ensemble *e, const double *sums, float *scores)
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

static enum lrp_status tree_forward(LRP_FORWARD_PARAMETERS)
{
    struct lrp_tree_ensemble *e = NULL;
    (void)handle, (void)run;
    enum lrp_status status = lrp_tree_read(call, &e, err);
    if (status) return status;
    double *sums = lrp_arena_calloc(e->arena, (size_t)e->targets, sizeof *sums);
    int *met = lrp_arena_calloc(e->arena, (size_t)e->targets, sizeof *met);
    float *scores = lrp_arena_calloc(e->arena, (size_t)e->targets, sizeof *scores);
    struct lrp_tensor *labels = e->classes ? out[0] : NULL,
                      *table = e->classes ? (call->out_count > 1 ? out[1] : NULL) : out[0];
    if (!sums || !met || !scores) status = lrp_fail(err, LRP_MEMORY, "not enough memory for a tree");
    for (size_t row = 0; !status && row < (size_t)in[0]->shape.dim[0]; ++row) {
        add_trees(e, in[0], row, sums, met);
        const int best = finish_scores(e, sums, scores);
        if (labels) put_label(call, best, labels, row);
        if (table) memcpy(table->f + row * (size_t)e->targets, scores, (size_t)e->targets * sizeof *scores);
    }
    release_ensemble(e);
    return status;
}

#define ROW(op, kind, more, ...)                                                                                               \
    {                                                                                                                          \
        .name = op, .domain = LRP_ML, .versions = {__VA_ARGS__}, .traits = LRP_TRAIT_NO_VJP | (more), .own = &kind,            \
        .static_kind = LRP_KIND_OTHER, .infer = tree_infer, .forward = tree_forward, .batch = lrp_batch_planes                 \
    }
const struct lrp_operator lrp_ops_tree[] = {
    ROW("TreeEnsembleClassifier", classifier, LRP_TRAIT_TEXTS, 1, 3),
    ROW("TreeEnsembleRegressor", regressor, 0, 1, 3),
    ROW("TreeEnsemble", ensemble, 0, 5),
    {0},
};
