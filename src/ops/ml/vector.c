/* vector.c: SVMRegressor and SVMClassifier as bodies: kernels of the input and the support vectors, weighted. */
#include <string.h>

#include "ml.h"

/* The kernel of every sample and support vector, (batch, vectors); `rows` vectors of `columns` features. */
static enum lrp_status kernel(struct lrp_operator_body *b, int x, int rows, int columns, const float *vectors, int *out,
                              struct lrp_error *err)
{
    const char *type = lrp_call_string(b->of, "kernel_type", "LINEAR");
    int given = 0;
    const float *p = lrp_ml_floats(b->of, b->arena, "kernel_params", &given);
    const float gamma = given > 0 ? p[0] : 0, shift = given > 1 ? p[1] : 0, degree = given > 2 ? p[2] : 0;
    const int table = lrp_body_floats(b, rows, columns, vectors);
    if (strcmp(type, "RBF") == 0) { /* e^(-gamma |x - v|^2) */
        const int apart =
            LRP_BODY_CALL(b, "apart", "Sub", LRP_BODY_CALL(b, "each", "Unsqueeze", x, LRP_BODY_WHOLE(b, 1)), table);
        const int far = LRP_BODY_CALL(b, "far", "ReduceSumSquare", apart, LRP_BODY_WHOLE(b, 2));
        lrp_body_int(b, "keepdims", 0);
        *out = LRP_BODY_CALL(b, "kernel", "Exp", LRP_BODY_CALL(b, "scaled", "Mul", far, lrp_body_number(b, -gamma)));
        return LRP_OK;
    }
    int y = LRP_BODY_CALL(b, "product", "Gemm", x, table);
    lrp_body_int(b, "transB", 1);
    if (strcmp(type, "LINEAR") != 0) {
        y = LRP_BODY_CALL(b, "scaled", "Mul", y, lrp_body_number(b, gamma));
        y = LRP_BODY_CALL(b, "shifted", "Add", y, lrp_body_number(b, shift));
        if (strcmp(type, "POLY") == 0)
            y = LRP_BODY_CALL(b, "kernel", "Pow", y, lrp_body_number(b, degree));
        else if (strcmp(type, "SIGMOID") == 0)
            y = LRP_BODY_CALL(b, "kernel", "Tanh", y);
        else
            return lrp_fail(err, LRP_FILE, "its kernel %.40s is unknown", type);
    }
    *out = y;
    return LRP_OK;
}

enum lrp_status lrp_ml_vector_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    int weights = 0, values = 0, offsets = 0, y = 0;
    const float *weight = lrp_ml_floats(b->of, b->arena, "coefficients", &weights);
    const float *vectors = lrp_ml_floats(b->of, b->arena, "support_vectors", &values);
    const float *offset = lrp_ml_floats(b->of, b->arena, "rho", &offsets);
    const int64_t supports = lrp_call_int(b->of, "n_supports", 0);
    if (lrp_call_int(b->of, "one_class", 0)) return lrp_fail(err, LRP_UNSUPPORTED, "one_class is not implemented");
    if (weights < 1 || offsets < 1 || !lrp_call_has(b->of, 0) || (supports > 0 && (supports != weights || values % weights)))
        return lrp_fail(err, LRP_FILE, "its coefficients and support vectors do not fit each other");
    y = lrp_ml_real(b, 0);
    const enum lrp_status status = supports > 0 ? kernel(b, y, weights, values / weights, vectors, &y, err) : LRP_OK;
    if (status) return status;
    y = LRP_BODY_CALL(b, "score", "Gemm", y, lrp_body_floats(b, 1, weights, weight), lrp_body_number(b, offset[0]));
    lrp_body_int(b, "transB", 1);
    const enum lrp_status post = lrp_ml_post_body(b, &y, err);
    lrp_body_return(b, 0, y);
    return post;
}

/* ---- SVMClassifier ---- */

/* A classifier of each pair of classes i < j, by those support vectors that are of i or j: class c has `sizes[c]` of them, from
 * `firsts[c]` on, and row j - 1 of the coefficients has what those of class i weigh against j, row i those of j against i. */
struct pairs {
    const float *weights, *offsets, *vectors, *slopes, *shifts; /* slopes and shifts: of probabilities, NULL: there are none */
    const int64_t *sizes;
    int classes, pairs, count, values;
};

static enum lrp_status read_pairs(const struct lrp_operator_body *b, struct pairs *p, struct lrp_error *err)
{
    int weights = 0, offsets = 0, sizes = 0, numbers = 0, words = 0, slopes = 0, shifts = 0;
    (void)lrp_ml_ints(b->of, "classlabels_ints", &numbers);
    (void)lrp_ml_texts(b->of, "classlabels_strings", &words);
    *p = (struct pairs){.weights = lrp_ml_floats(b->of, b->arena, "coefficients", &weights),
                        .offsets = lrp_ml_floats(b->of, b->arena, "rho", &offsets),
                        .slopes = lrp_ml_floats(b->of, b->arena, "prob_a", &slopes),
                        .shifts = lrp_ml_floats(b->of, b->arena, "prob_b", &shifts),
                        .sizes = lrp_ml_ints(b->of, "vectors_per_class", &sizes),
                        .classes = words ? words : numbers};
    p->vectors = lrp_ml_floats(b->of, b->arena, "support_vectors", &p->values);
    if (p->classes < 2 || p->classes > 4096 || !lrp_call_has(b->of, 0) || weights < 1 || offsets < 1)
        return lrp_fail(err, LRP_FILE, "it needs two classes or more, coefficients and rho");
    p->pairs = p->classes * (p->classes - 1) / 2;
    if (!p->sizes) /* a linear machine: a row of weights for each class */
        return weights % p->classes ? lrp_fail(err, LRP_FILE, "its coefficients and classes do not fit each other") : LRP_OK;
    int64_t count = 0;
    for (int c = 0; c < sizes; ++c) {
        if (p->sizes[c] < 0 || p->sizes[c] > INT32_MAX - count)
            return lrp_fail(err, LRP_FILE, "its classes have impossible sizes");
        count += p->sizes[c];
    }
    p->count = (int)count;
    if (!p->slopes != !p->shifts || slopes != shifts || (slopes && slopes != p->pairs))
        return lrp_fail(err, LRP_FILE, "prob_a and prob_b do not fit its %d pairs of classes", p->pairs);
    if (sizes != p->classes || count < 1 || p->values < 1 || p->values % count || weights != (p->classes - 1) * count ||
        offsets != p->pairs)
        return lrp_fail(err, LRP_FILE, "its coefficients and support vectors do not fit each other");
    return LRP_OK;
}

/* What every support vector weighs in every pair, (pairs, vectors). */
static const float *pair_weights(struct lrp_operator_body *b, const struct pairs *p)
{
    float *rows = lrp_arena_calloc(b->arena, (size_t)p->pairs * (size_t)p->count, sizeof *rows), *row = rows;
    int64_t first = 0;
    for (int i = 0; rows && i < p->classes; first += p->sizes[i++]) {
        int64_t other = first + p->sizes[i];
        for (int j = i + 1; j < p->classes; other += p->sizes[j++], row += p->count) {
            const float *against_j = p->weights + (size_t)(j - 1) * (size_t)p->count,
                        *against_i = p->weights + (size_t)i * (size_t)p->count;
            for (int64_t v = first; v < first + p->sizes[i]; ++v) row[v] = against_j[v];
            for (int64_t v = other; v < other + p->sizes[j]; ++v) row[v] = against_i[v];
        }
    }
    if (!rows) b->failed = true;
    return rows;
}

/* How often each class wins: where pair (i, j) is positive, i does, else j. */
static int votes(struct lrp_operator_body *b, const struct pairs *p, int scores)
{
    float *turns = lrp_arena_calloc(b->arena, (size_t)p->classes * (size_t)p->pairs, sizeof *turns);
    float *seconds = lrp_arena_calloc(b->arena, (size_t)p->classes, sizeof *seconds);
    if (!turns || !seconds) {
        b->failed = true;
        return LRP_BODY_NONE;
    }
    for (int i = 0, pair = 0; i < p->classes; ++i)
        for (int j = i + 1; j < p->classes; ++j, ++pair) {
            turns[i * p->pairs + pair] = 1;
            turns[j * p->pairs + pair] = -1;
            seconds[j] += 1;
        }
    const int won = LRP_BODY_CALL(b, "won", "Cast", LRP_BODY_CALL(b, "above", "Greater", scores, lrp_body_number(b, 0)));
    lrp_body_int(b, "to", LRP_DTYPE_FLOAT);
    const int sum = LRP_BODY_CALL(b, "votes", "Gemm", won, lrp_body_floats(b, p->classes, p->pairs, turns),
                                  lrp_body_floats(b, -1, p->classes, seconds));
    lrp_body_int(b, "transB", 1);
    return sum;
}

/* Platt's probabilities of the pairs, and those of the classes. */
static int probabilities(struct lrp_operator_body *b, const struct pairs *p, int scores)
{
    const int sloped = LRP_BODY_CALL(b, "sloped", "Mul", scores, lrp_body_floats(b, -1, p->pairs, p->slopes));
    const int shifted = LRP_BODY_CALL(b, "shifted", "Add", sloped, lrp_body_floats(b, -1, p->pairs, p->shifts));
    const int each = LRP_BODY_CALL(b, "each", "Sigmoid", LRP_BODY_CALL(b, "turned", "Neg", shifted));
    const int inside = LRP_BODY_CALL(b, "inside", "Clip", each, lrp_body_number(b, 1e-7F), lrp_body_number(b, 1 - 1e-7F));
    return LRP_BODY_CALL(b, "coupled", "lrpscope.CouplePairs", inside);
}

/* Scores of classes by a row of weights each, of a machine without support vectors. */
static int linear_scores(struct lrp_operator_body *b, const struct pairs *p)
{
    int weights = 0;
    (void)lrp_ml_floats(b->of, b->arena, "coefficients", &weights);
    const int y =
        LRP_BODY_CALL(b, "linear", "Gemm", lrp_ml_real(b, 0), lrp_body_floats(b, p->classes, weights / p->classes, p->weights),
                      lrp_body_number(b, p->offsets[0]));
    lrp_body_int(b, "transB", 1);
    return y;
}

/* One score for two classes: the other has its negative; as onnxruntime has it, a softmax is no more than 1 minus it. */
static enum lrp_status return_two(struct lrp_operator_body *b, int score, struct lrp_error *err)
{
    enum lrp_ml_post post;
    enum lrp_status status = lrp_ml_post_of(b->of, &post, err);
    const bool soft = post == LRP_ML_SOFTMAX || post == LRP_ML_SOFTMAX_ZERO;
    const int other =
        soft ? LRP_BODY_CALL(b, "other", "Sub", lrp_body_number(b, 1), score) : LRP_BODY_CALL(b, "other", "Neg", score);
    int both = LRP_BODY_CALL(b, "both", "Concat", other, score);
    lrp_body_int(b, "axis", 1);
    if (!status && !soft) status = lrp_ml_post_body(b, &both, err);
    lrp_body_return(b, 1, both);
    return status;
}

enum lrp_status lrp_ml_vector_classifier_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    struct pairs p = {0};
    enum lrp_status status = read_pairs(b, &p, err);
    if (status) return status;
    int scores, winners;
    if (p.sizes) {
        int kernels = lrp_ml_real(b, 0);
        status = kernel(b, kernels, p.count, p.values / p.count, p.vectors, &kernels, err);
        const float *rows = status ? NULL : pair_weights(b, &p);
        if (!rows) return status;
        scores = LRP_BODY_CALL(b, "scores", "Gemm", kernels, lrp_body_floats(b, p.pairs, p.count, rows),
                               lrp_body_floats(b, -1, p.pairs, p.offsets));
        lrp_body_int(b, "transB", 1);
        winners = votes(b, &p, scores);
    } else {
        winners = scores = linear_scores(b, &p);
    }
    lrp_ml_return_label(b, winners, "classlabels_ints", "classlabels_strings");
    if (p.sizes && p.slopes)
        scores = probabilities(b, &p, scores);
    else if (p.sizes && p.classes == 2)
        return return_two(b, scores, err);
    status = lrp_ml_post_body(b, &scores, err);
    lrp_body_return(b, 1, scores);
    return status;
}
