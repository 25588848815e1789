/* text_ngrams.c: TfIdfVectorizer: how often the n-grams of a pool stand in a row of words, or of numbers that stand for them.
 */
#include <string.h>

#include "text_ops.h"

enum { LEAST_LENGTH, MOST_LENGTH, MOST_SKIP };

struct ngrams {
    const int64_t *starts; /* where in the pool the n-grams of 1, 2, ... items begin */
    const int64_t *columns;
    const int64_t *numbers; /* the pool, of one or the other */
    const char *const *words;
    const float *weights;
    size_t starts_count, column_count, pool_count;
    int64_t least, most, skip, width;
    bool counts, weighs;
};

static const struct lrp_attribute *list_of(const struct lrp_call *call, const char *name, enum lrp_attribute_kind kind)
{
    const struct lrp_attribute *a = lrp_call_attribute(call, name);
    return a && a->kind == kind ? a : NULL;
}

/* Every start lies in the pool, what is between them is whole n-grams, and each of these has a column. */
static bool is_well_formed(struct ngrams *g)
{
    size_t total = 0;
    for (size_t n = 1; n <= g->starts_count; ++n) {
        const int64_t from = g->starts[n - 1], to = n < g->starts_count ? g->starts[n] : (int64_t)g->pool_count;
        if (from < 0 || to < from || to > (int64_t)g->pool_count || (to - from) % (int64_t)n) return false;
        total += (size_t)(to - from) / n;
    }
    for (size_t k = 0; k < g->column_count; ++k) {
        if (g->columns[k] < 0 || g->columns[k] >= INT32_MAX) return false;
        if (g->columns[k] >= g->width) g->width = g->columns[k] + 1;
    }
    return total == g->column_count && g->least >= 1 && g->most >= g->least && (size_t)g->most <= g->starts_count &&
           g->skip >= 0 && g->width > 0;
}

static enum lrp_status ngrams_of(const struct lrp_call *call, struct ngrams *g, struct lrp_error *err)
{
    const struct lrp_attribute *starts = list_of(call, "ngram_counts", LRP_ATTRIBUTE_INTS),
                               *columns = list_of(call, "ngram_indexes", LRP_ATTRIBUTE_INTS),
                               *numbers = list_of(call, "pool_int64s", LRP_ATTRIBUTE_INTS),
                               *words = list_of(call, "pool_strings", LRP_ATTRIBUTE_STRINGS),
                               *weights = list_of(call, "weights", LRP_ATTRIBUTE_FLOATS);
    const char *mode = lrp_call_string(call, "mode", "");
    const struct lrp_attribute *pool = words ? words : numbers;
    if (!starts || !columns || !pool) return lrp_fail(err, LRP_FILE, "its pool of n-grams is missing");
    *g = (struct ngrams){.starts = starts->ints,
                         .columns = columns->ints,
                         .numbers = words ? NULL : numbers->ints,
                         .words = words ? words->strings : NULL,
                         .weights = weights ? weights->floats : NULL,
                         .starts_count = starts->count,
                         .column_count = columns->count,
                         .pool_count = pool->count,
                         .least = lrp_call_int(call, "min_gram_length", 1),
                         .most = lrp_call_int(call, "max_gram_length", 1),
                         .skip = lrp_call_int(call, "max_skip_count", 0),
                         .counts = strcmp(mode, "IDF") != 0,
                         .weighs = strcmp(mode, "TF") != 0};
    if (g->counts && g->weighs && strcmp(mode, "TFIDF") != 0) return lrp_fail(err, LRP_FILE, "its mode %.40s is unknown", mode);
    if (!is_well_formed(g) || (weights && weights->count != columns->count))
        return lrp_fail(err, LRP_FILE, "its pool of n-grams is not well formed");
    return LRP_OK;
}

enum lrp_status lrp_ngrams_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct ngrams g;
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (!status) status = ngrams_of(call, &g, err);
    if (status) return status;
    struct lrp_shape shape = *call->in[0].shape;
    if (shape.rank < 1 || shape.rank > 2) return lrp_fail(err, LRP_FILE, "its input must be a list, or rows of a table");
    if ((call->in[0].dtype == LRP_DTYPE_STRING) != (g.words != NULL) || lrp_dtype_is_float(call->in[0].dtype))
        return lrp_fail(err, LRP_FILE, "its input is of type %s, its pool of another", lrp_dtype_text(call->in[0].dtype));
    shape.dim[shape.rank - 1] = g.width;
    return lrp_infer_output(call, 0, LRP_DTYPE_FLOAT, &shape, err);
}

static bool is_equal(const struct ngrams *g, size_t pooled, const struct lrp_tensor *x, size_t at)
{
    return g->words ? strcmp(g->words[pooled], x->s[at]) == 0 : g->numbers[pooled] == x->i[at];
}

/* How often n items of the pool, from `pooled` on, stand in a row, `gap` apart. */
static size_t occurrences(const struct ngrams *g, size_t pooled, size_t n, size_t gap, const struct lrp_tensor *x, size_t row,
                          size_t length)
{
    size_t found = 0;
    for (size_t at = 0; at + (n - 1) * gap < length; ++at) {
        size_t k = 0;
        while (k < n && is_equal(g, pooled + k, x, row * length + at + k * gap)) k++;
        found += k == n;
    }
    return found;
}

static void count_row(const struct ngrams *g, const struct lrp_tensor *x, size_t row, size_t length, float *y)
{
    size_t ngram = 0;
    for (size_t n = 1; n <= g->starts_count; ++n) {
        const size_t end = n < g->starts_count ? (size_t)g->starts[n] : g->pool_count;
        for (size_t at = (size_t)g->starts[n - 1]; at < end; at += n, ++ngram) {
            size_t found = 0;
            if ((int64_t)n < g->least || (int64_t)n > g->most) continue;
            /* single items have no gaps that could be skipped; gaps beyond the row find nothing */
            for (size_t gap = 1; gap <= (n == 1 ? 0 : (size_t)g->skip) + 1 && (gap == 1 || gap < length); ++gap)
                found += occurrences(g, at, n, gap, x, row, length);
            const float weight = g->weighs && g->weights ? g->weights[ngram] : 1;
            y[g->columns[ngram]] = weight * (g->counts ? (float)found : (float)(found > 0));
        }
    }
}

enum lrp_status lrp_ngrams_forward(LRP_FORWARD_PARAMETERS)
{
    struct ngrams g;
    (void)handle, (void)run;
    const enum lrp_status status = ngrams_of(call, &g, err);
    if (status) return status;
    const size_t length = (size_t)in[0]->shape.dim[in[0]->shape.rank - 1],
                 rows = in[0]->shape.rank == 2 ? (size_t)in[0]->shape.dim[0] : 1;
    if (out[0]->count) memset(out[0]->f, 0, out[0]->count * sizeof *out[0]->f);
    for (size_t row = 0; row < rows; ++row) count_row(&g, in[0], row, length, out[0]->f + row * (size_t)g.width);
    return LRP_OK;
}
