/* complexity.c: how many values an attribution needs: of the size of all of them. */
#include <math.h>
#include <stdlib.h>

#include "metric.h"

static int compare_sizes(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static enum lrp_status gini(const struct lrp_attribution_map *m, const struct lrp_given *given, struct lrp_measure *out,
                            struct lrp_error *err)
{
    const size_t n = m->value_count;
    double *sizes = malloc(n * sizeof *sizes + 1), sum = 0, weighted = 0;
    (void)given;
    if (!sizes) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; i < n; i++) sizes[i] = fabs(m->values[i]);
    qsort(sizes, n, sizeof *sizes, compare_sizes);
    for (size_t i = 0; i < n; i++) {
        sum += sizes[i];
        weighted += (2 * (double)(i + 1) - (double)n - 1) * sizes[i];
    }
    out->numbers[0] = sum != 0 ? weighted / ((double)n * sum) : 0;
    free(sizes);
    return LRP_OK;
}

const struct lrp_metric lrp_metric_row_sparseness = {
    .info = {.name = "sparseness",
             .line = "how few values hold the relevance: the Gini index of |R| (Chalasani et al. 2020)",
             .formula = "sum_i (2i - n - 1) v_i / (n sum v), v = |R| ascending, i from 1",
             .cost = "none",
             .shows = "1: one value holds everything; 0: all hold the same. Easy to look at, not therefore right.",
             .better = LRP_BETTER_MORE,
             .numbers = {"value"}},
    .measure = gini};

static enum lrp_status spread(const struct lrp_attribution_map *m, const struct lrp_given *given, struct lrp_measure *out,
                              struct lrp_error *err)
{
    double sum = 0;
    (void)given, (void)err;
    for (size_t i = 0; i < m->value_count; i++) sum += fabs(m->values[i]);
    for (size_t i = 0; sum > 0 && i < m->value_count; i++) {
        const double p = fabs(m->values[i]) / sum;
        out->numbers[0] -= p > 0 ? p * log(p) : 0;
    }
    if (!(sum > 0)) out->numbers[0] = NAN;
    return LRP_OK;
}

const struct lrp_metric lrp_metric_row_entropy = {
    .info = {.name = "entropy",
             .line = "over how many values relevance is spread (Bhatt et al. 2020)",
             .formula = "-sum p ln p, p = |R| / sum |R|",
             .cost = "none",
             .shows = "As sparseness, in nats: e^entropy values would hold as much if all held the same.",
             .better = LRP_BETTER_LESS,
             .numbers = {"value"}},
    .measure = spread};

static enum lrp_status count_large(const struct lrp_attribution_map *m, const struct lrp_given *given, struct lrp_measure *out,
                                   struct lrp_error *err)
{
    const double part = lrp_given_number(given, "e", 0);
    double largest = 0;
    (void)err;
    for (size_t i = 0; i < m->value_count; i++) largest = fmax(largest, fabs(m->values[i]));
    for (size_t i = 0; i < m->value_count; i++) out->numbers[0] += largest > 0 && fabs(m->values[i]) / largest > part;
    return LRP_OK;
}

const struct lrp_metric lrp_metric_row_effective = {
    .info = {.name = "effective",
             .line = "how many values matter (Nguyen and Martinez 2020)",
             .formula = "number of values with |R| / max |R| > e",
             .cost = "none",
             .shows = "As sparseness, as a number of values; a single peak makes it small.",
             .better = LRP_BETTER_LESS,
             .numbers = {"value"},
             LRP_METHOD_TAKES({"e", "0.01", LRP_METHOD_NUMBER, NULL, "the part of the largest that is too little to count"})},
    .measure = count_large};

static enum lrp_status conserve(const struct lrp_attribution_map *m, const struct lrp_given *given, struct lrp_measure *out,
                                struct lrp_error *err)
{
    double sum = 0;
    (void)given, (void)err;
    for (size_t i = 0; i < m->value_count; i++) sum += m->values[i];
    out->numbers[0] = sum - m->start;
    out->numbers[1] = m->start != 0 ? sum / m->start : (double)NAN;
    return LRP_OK;
}

const struct lrp_metric lrp_metric_row_conservation = {
    .info = {.name = "conservation",
             .line = "what was lost of the relevance that the output started with (of LRP)",
             .formula = "sum R - start; ratio: sum R / start",
             .cost = "none",
             .shows = "Whether relevance is handed on whole; `lrpscope ledger` says where it went. Rules that spread relevance "
                      "evenly conserve it, too.",
             .numbers = {"value", "ratio"}},
    .measure = conserve};
