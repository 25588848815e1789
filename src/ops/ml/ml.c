/* ml.c: ai.onnx.ml's linear models and what stands before and behind models: bodies of known calls. */
#include "ml.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const float *lrp_ml_floats(const struct lrp_call *call, struct lrp_arena *arena, const char *name, int *count)
{
    char long_name[96];
    const struct lrp_attribute *a = lrp_call_attribute(call, name);
    *count = 0;
    if (a && a->kind == LRP_ATTRIBUTE_FLOATS && a->count < INT32_MAX) {
        *count = (int)a->count;
        return a->floats;
    }
    snprintf(long_name, sizeof long_name, "%s_as_tensor", name);
    if (!a) a = lrp_call_attribute(call, long_name);
    if (!a || a->kind != LRP_ATTRIBUTE_TENSOR || !a->tensor || a->tensor->dtype == LRP_DTYPE_STRING ||
        a->tensor->count >= INT32_MAX)
        return NULL;
    float *copy = lrp_arena_calloc(arena, a->tensor->count, sizeof *copy);
    *count = copy ? (int)a->tensor->count : -1;
    if (copy) lrp_blob_f32(a->tensor, 0, a->tensor->count, copy);
    return copy;
}

const int64_t *lrp_ml_ints(const struct lrp_call *call, const char *name, int *count)
{
    const struct lrp_attribute *a = lrp_call_attribute(call, name);
    *count = a && a->kind == LRP_ATTRIBUTE_INTS && a->count < INT32_MAX ? (int)a->count : 0;
    return *count ? a->ints : NULL;
}

const char *const *lrp_ml_texts(const struct lrp_call *call, const char *name, int *count)
{
    const struct lrp_attribute *a = lrp_call_attribute(call, name);
    *count = a && a->kind == LRP_ATTRIBUTE_STRINGS && a->count < INT32_MAX ? (int)a->count : 0;
    return *count ? a->strings : NULL;
}

static const char *const post_names[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};

enum lrp_status lrp_ml_post_of(const struct lrp_call *call, enum lrp_ml_post *out, struct lrp_error *err)
{
    const struct lrp_attribute *a = lrp_call_attribute(call, "post_transform");
    const char *name = lrp_call_string(call, "post_transform", "NONE");
    *out = LRP_ML_NONE;
    if (a && a->kind == LRP_ATTRIBUTE_INT) /* TreeEnsemble numbers them */
        name = a->i >= 0 && a->i < 5 ? post_names[a->i] : "";
    for (int k = 0; k < 5; ++k) {
        if (strcmp(post_names[k], name) != 0) continue;
        *out = (enum lrp_ml_post)k;
        return LRP_OK;
    }
    return lrp_fail(err, LRP_FILE, "its post_transform %.40s is unknown", name);
}

/* Inverse of the normal distribution's error function, as onnxruntime has it (Winitzki's approximation). */
static float probit(float x)
{
    const float sign = x < 0.5F ? -1 : 1, v = 2 * x - 1, log_part = logf((1 - v) * (1 + v));
    const float a = 2 / (3.14159F * 0.147F) + 0.5F * log_part, b = 1 / 0.147F * log_part;
    return 1.41421356F * sign * sqrtf(sqrtf(a * a - b) - a);
}

void lrp_ml_post_apply(enum lrp_ml_post post, float *scores, int count)
{
    float most = -INFINITY, sum = 0;
    for (int k = 0; k < count; ++k) most = fmaxf(most, scores[k]);
    for (int k = 0; k < count; ++k) {
        const bool stays = post == LRP_ML_SOFTMAX_ZERO && !(fabsf(scores[k]) > 1e-7F);
        if (post == LRP_ML_LOGISTIC) scores[k] = 1 / (1 + expf(-scores[k]));
        if (post == LRP_ML_PROBIT) scores[k] = probit(scores[k]);
        if ((post == LRP_ML_SOFTMAX || post == LRP_ML_SOFTMAX_ZERO) && !stays) sum += scores[k] = expf(scores[k] - most);
    }
    for (int k = 0; k < count && (post == LRP_ML_SOFTMAX || post == LRP_ML_SOFTMAX_ZERO); ++k)
        if (sum > 0) scores[k] /= sum;
}

/* ---- parts of bodies ---- */

int lrp_ml_real(struct lrp_operator_body *b, int input)
{
    const int real = LRP_BODY_CALL(b, "real", "Cast", input);
    lrp_body_int(b, "to", LRP_DTYPE_FLOAT);
    return real;
}

static int probit_body(struct lrp_operator_body *b, int scores)
{
    const int v =
        LRP_BODY_CALL(b, "v", "Sub", LRP_BODY_CALL(b, "twice", "Mul", scores, lrp_body_number(b, 2)), lrp_body_number(b, 1));
    const int one = lrp_body_number(b, 1);
    const int log_part =
        LRP_BODY_CALL(b, "log", "Log", LRP_BODY_CALL(b, "rest", "Sub", one, LRP_BODY_CALL(b, "square", "Mul", v, v)));
    const int half = LRP_BODY_CALL(b, "half", "Mul", log_part, lrp_body_number(b, 0.5F));
    const int a = LRP_BODY_CALL(b, "a", "Add", half, lrp_body_number(b, 2 / (3.14159F * 0.147F)));
    const int c = LRP_BODY_CALL(b, "c", "Mul", log_part, lrp_body_number(b, 1 / 0.147F));
    const int inner = LRP_BODY_CALL(b, "inner", "Sub", LRP_BODY_CALL(b, "a_square", "Mul", a, a), c);
    const int outer = LRP_BODY_CALL(b, "outer", "Sub", LRP_BODY_CALL(b, "root", "Sqrt", inner), a);
    const int size =
        LRP_BODY_CALL(b, "size", "Mul", LRP_BODY_CALL(b, "outer_root", "Sqrt", outer), lrp_body_number(b, 1.41421356F));
    return LRP_BODY_CALL(b, "probit", "Mul", LRP_BODY_CALL(b, "sign", "Sign", v), size);
}

enum lrp_status lrp_ml_post_body(struct lrp_operator_body *b, int *scores, struct lrp_error *err)
{
    enum lrp_ml_post post;
    const enum lrp_status status = lrp_ml_post_of(b->of, &post, err);
    if (status) return status;
    if (post == LRP_ML_LOGISTIC) *scores = LRP_BODY_CALL(b, "probabilities", "Sigmoid", *scores);
    if (post == LRP_ML_SOFTMAX) {
        *scores = LRP_BODY_CALL(b, "probabilities", "Softmax", *scores);
        lrp_body_int(b, "axis", 1);
    }
    if (post == LRP_ML_SOFTMAX_ZERO) { /* what is 0 stays so and takes no part */
        const int most = LRP_BODY_CALL(b, "most", "ReduceMax", *scores, LRP_BODY_WHOLE(b, 1));
        const int there =
            LRP_BODY_CALL(b, "there", "Greater", LRP_BODY_CALL(b, "size", "Abs", *scores), lrp_body_number(b, 1e-7F));
        const int power = LRP_BODY_CALL(b, "power", "Exp", LRP_BODY_CALL(b, "below", "Sub", *scores, most));
        const int part = LRP_BODY_CALL(b, "part", "Where", there, power, lrp_body_number(b, 0));
        const int sum = LRP_BODY_CALL(b, "sum", "ReduceSum", part, LRP_BODY_WHOLE(b, 1));
        const int any = LRP_BODY_CALL(b, "any", "Where", LRP_BODY_CALL(b, "none", "Equal", sum, lrp_body_number(b, 0)),
                                      lrp_body_number(b, 1), sum);
        *scores = LRP_BODY_CALL(b, "probabilities", "Div", part, any);
    }
    if (post == LRP_ML_PROBIT) *scores = probit_body(b, *scores);
    return LRP_OK;
}

void lrp_ml_return_label(struct lrp_operator_body *b, int scores, const char *ints, const char *texts)
{
    int numbers = 0, words = 0;
    const int64_t *labels = lrp_ml_ints(b->of, ints, &numbers);
    const char *const *names = lrp_ml_texts(b->of, texts, &words);
    if (!lrp_body_wants(b, 0)) return;
    const int best = LRP_BODY_CALL(b, "best", "ArgMax", scores);
    lrp_body_int(b, "axis", 1);
    lrp_body_int(b, "keepdims", 0);
    if (names || labels) {
        const int table = names ? lrp_body_texts(b, words, names) : lrp_body_whole(b, numbers, labels);
        lrp_body_return(b, 0, LRP_BODY_CALL(b, "label", "Gather", table, best));
    } else {
        lrp_body_return(b, 0, best);
    }
}

/* ---- linear models ---- */

/* x times the rows of the coefficients, plus intercepts. */
static enum lrp_status linear(struct lrp_operator_body *b, int rows, int *out, struct lrp_error *err)
{
    int count = 0, intercepts = 0;
    const float *coefficients = lrp_ml_floats(b->of, b->arena, "coefficients", &count);
    const float *offsets = lrp_ml_floats(b->of, b->arena, "intercepts", &intercepts);
    if (rows < 1 || count < 1 || count % rows || (intercepts && intercepts != rows) || !lrp_call_has(b->of, 0))
        return lrp_fail(err, LRP_FILE, "its coefficients, intercepts and classes do not fit each other");
    const int weights = lrp_body_floats(b, rows, count / rows, coefficients), x = lrp_ml_real(b, 0);
    const int bias = intercepts ? lrp_body_floats(b, -1, intercepts, offsets) : LRP_BODY_NONE;
    *out = LRP_BODY_CALL(b, "linear", "Gemm", x, weights, bias);
    lrp_body_int(b, "transB", 1);
    return LRP_OK;
}

static enum lrp_status regressor_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    int y = 0;
    const int64_t targets = lrp_call_int(b->of, "targets", 1);
    enum lrp_status status = linear(b, targets > 0 && targets < INT32_MAX ? (int)targets : 0, &y, err);
    if (!status) status = lrp_ml_post_body(b, &y, err);
    lrp_body_return(b, 0, y);
    return status;
}

static enum lrp_status classifier_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    int numbers = 0, words = 0, intercepts = 0, scores = 0;
    (void)lrp_ml_ints(b->of, "classlabels_ints", &numbers);
    (void)lrp_ml_texts(b->of, "classlabels_strings", &words);
    (void)lrp_ml_floats(b->of, b->arena, "intercepts", &intercepts);
    const int classes = numbers ? numbers : words;
    enum lrp_status status = linear(b, intercepts ? intercepts : classes, &scores, err);
    if (status) return status;
    if (intercepts == 1 && classes == 2) { /* one score for two classes: the other has its negative */
        scores = LRP_BODY_CALL(b, "scores", "Concat", LRP_BODY_CALL(b, "negative", "Neg", scores), scores);
        lrp_body_int(b, "axis", 1);
    } else if (intercepts == 1) {
        return lrp_fail(err, LRP_UNSUPPORTED, "a classifier of a single class is not implemented");
    }
    lrp_ml_return_label(b, scores, "classlabels_ints", "classlabels_strings");
    status = lrp_ml_post_body(b, &scores, err);
    lrp_body_return(b, 1, scores);
    return status;
}

/* ---- preparing features ---- */

static enum lrp_status scaler_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    int offsets = 0, scales = 0, y = lrp_ml_real(b, 0);
    const float *offset = lrp_ml_floats(b->of, b->arena, "offset", &offsets),
                *scale = lrp_ml_floats(b->of, b->arena, "scale", &scales);
    if (!lrp_call_has(b->of, 0)) return lrp_fail(err, LRP_FILE, "it has no input");
    if (offset) y = LRP_BODY_CALL(b, "centred", "Sub", y, lrp_body_floats(b, -1, offsets, offset));
    if (scale) y = LRP_BODY_CALL(b, "scaled", "Mul", y, lrp_body_floats(b, -1, scales, scale));
    lrp_body_return(b, 0, y);
    return LRP_OK;
}

static enum lrp_status normalizer_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    const char *norm = lrp_call_string(b->of, "norm", "MAX");
    const bool square = strcmp(norm, "L2") == 0, most = strcmp(norm, "MAX") == 0;
    const int x = lrp_ml_real(b, 0), along = LRP_BODY_WHOLE(b, 1);
    if (!square && !most && strcmp(norm, "L1") != 0) return lrp_fail(err, LRP_FILE, "its norm %.40s is unknown", norm);
    const int size = LRP_BODY_CALL(b, "size", square ? "ReduceL2" : most ? "ReduceMax" : "ReduceL1", x, along);
    const int safe = LRP_BODY_CALL(b, "safe", "Max", size, lrp_body_number(b, 1e-30F));
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "normalized", "Div", x, most ? size : safe));
    return LRP_OK;
}

static enum lrp_status imputer_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    int floats = 0, ints = 0;
    const float *values = lrp_ml_floats(b->of, b->arena, "imputed_value_floats", &floats);
    const int64_t *wholes = lrp_ml_ints(b->of, "imputed_value_int64s", &ints);
    const struct lrp_attribute *replaced = lrp_call_attribute(b->of, "replaced_value_float");
    if (!values && !wholes) return lrp_fail(err, LRP_FILE, "it has no values to put in");
    const int with = values ? lrp_body_floats(b, -1, floats, values) : lrp_body_whole(b, ints, wholes);
    const int64_t whole = lrp_call_int(b->of, "replaced_value_int64", 0);
    int missing;
    if (values && (!replaced || isnan(replaced->f)))
        missing = LRP_BODY_CALL(b, "missing", "IsNaN", 0);
    else
        missing =
            LRP_BODY_CALL(b, "missing", "Equal", 0, values ? lrp_body_number(b, replaced->f) : lrp_body_whole(b, -1, &whole));
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "imputed", "Where", missing, with, 0));
    return LRP_OK;
}

static enum lrp_status binarizer_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    (void)err;
    const int above = LRP_BODY_CALL(b, "above", "Greater", 0, lrp_body_number(b, lrp_call_float(b->of, "threshold", 0)));
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "binary", "Cast", above));
    lrp_body_int(b, "to", LRP_DTYPE_FLOAT);
    return LRP_OK;
}

static enum lrp_status extractor_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    if (b->of->in_count < 2) return lrp_fail(err, LRP_FILE, "it needs indices");
    const int which = LRP_BODY_CALL(b, "which", "Reshape", 1, LRP_BODY_WHOLE(b, -1));
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "features", "Gather", 0, which));
    lrp_body_int(b, "axis", -1);
    return LRP_OK;
}

static enum lrp_status vectorizer_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    enum { MOST = 256 };
    int parts[MOST];
    if (b->of->in_count < 1 || b->of->in_count > MOST) return lrp_fail(err, LRP_UNSUPPORTED, "it has no or too many inputs");
    for (int i = 0; i < b->of->in_count; ++i) {
        parts[i] = LRP_BODY_CALL(b, "flat", "Flatten", lrp_ml_real(b, i));
        lrp_body_int(b, "axis", 1);
    }
    lrp_body_return(b, 0, lrp_body_call(b, "vector", "Concat", b->of->in_count, parts));
    lrp_body_int(b, "axis", 1);
    return LRP_OK;
}

static enum lrp_status one_hot_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    int count = 0, words = 0, whole = 0;
    const int64_t *classes = lrp_ml_ints(b->of, "cats_int64s", &count);
    const char *const *names = lrp_ml_texts(b->of, "cats_strings", &words);
    if (!classes == !names) return lrp_fail(err, LRP_FILE, "it needs classes that are numbers or texts");
    if (classes) {
        whole = LRP_BODY_CALL(b, "whole", "Cast", 0);
        lrp_body_int(b, "to", LRP_DTYPE_INT64);
    }
    const int each = LRP_BODY_CALL(b, "each", "Unsqueeze", whole, LRP_BODY_WHOLE(b, -1));
    const int table = classes ? lrp_body_whole(b, count, classes) : lrp_body_texts(b, words, names);
    const int equal = LRP_BODY_CALL(b, "equal", "Equal", each, table);
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "one_hot", "Cast", equal));
    lrp_body_int(b, "to", LRP_DTYPE_FLOAT);
    return LRP_OK;
}

/* ZipMap gives each probability its label: a map a sample. Here they are numbers in a row, and who shows them asks for keys. */
static const char *const zip_keys[] = {"classlabels_strings", "classlabels_int64s", NULL};
static enum lrp_status zip_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    (void)err;
    lrp_body_return(b, 0, LRP_BODY_CALL(b, "probabilities", "Identity", 0));
    return LRP_OK;
}

/* A map from keys to numbers comes in, which no input can be. */
static enum lrp_status dictionary_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    (void)b;
    return lrp_fail(err, LRP_UNSUPPORTED,
                    "its input is a map from keys to numbers, which cannot be given; export the model without DictVectorizer");
}

#define ROW(op, f, ...) .name = op, .domain = LRP_ML, .versions = {__VA_ARGS__}, .body = f
const struct lrp_operator lrp_ops_ml[] = {
    {ROW("LinearRegressor", regressor_body, 1)},
    {ROW("LinearClassifier", classifier_body, 1)},
    {ROW("SVMRegressor", lrp_ml_vector_body, 1)},
    {ROW("SVMClassifier", lrp_ml_vector_classifier_body, 1)},
    {ROW("Scaler", scaler_body, 1)},
    {ROW("Normalizer", normalizer_body, 1)},
    {ROW("Imputer", imputer_body, 1)},
    {ROW("Binarizer", binarizer_body, 1)},
    {ROW("ArrayFeatureExtractor", extractor_body, 1)},
    {ROW("FeatureVectorizer", vectorizer_body, 1)},
    {ROW("OneHotEncoder", one_hot_body, 1)},
    {ROW("ZipMap", zip_body, 1), .keys = zip_keys},
    {ROW("DictVectorizer", dictionary_body, 1)},
    {0},
};
