/* metric.h: metrics as rows: what a score of an attribution is, and how it is computed. */
#ifndef LRP_LRP_METRIC_H
#define LRP_LRP_METRIC_H

#include "given.h"
#include "lrpscope/evaluation.h"
#include "methods/passes.h"

/* Relevance of the clean input under a setting, or from elsewhere. */
struct lrp_attribution {
    const struct lrp_tensor *const *relevance; /* by source, in rows; NULL: none arrives there */
    const double *start;                       /* by sample: the sum of what it started with */
    int setting;                               /* the number `explain` knows it by; -1: it was made elsewhere */
};
/* What is explained anew, otherwise than the clean input. {0}: nothing is. */
struct lrp_variation {
    const struct lrp_tensor *const *point; /* by source; NULL: the clean input */
    const struct lrp_tensor *unit;         /* as passes.h has it, of other targets; NULL: the same */
    const bool *fresh;                     /* by layer: it has random weights; NULL: none has */
    const char *weights;                   /* the file they are from; "": drawn with the seed */
    uint64_t seed;
};
/* What a metric is computed of: the samples of one pass, under every setting. */
struct lrp_metric_case {
    struct lrp_passes *passes; /* its scores; passes->given: the metric's arguments */
    const struct lrp_attribution *of;
    size_t count;
    const unsigned char *mask; /* by sample and place of the input; NULL: there is none */
    size_t mask_places;
    const bool *weighted; /* by layer: it has weights that could be random */
    size_t layers;
    /* Relevance of a variation under a setting, by source, in rows, to be released; NULL where none arrives. */
    enum lrp_status (*explain)(void *data, int setting, const struct lrp_variation *variation,
                               const struct lrp_tensor **relevance, struct lrp_error *err);
    void *data;
};
/* What a metric says of an attribution of one sample: as named in its row; NaN where that cannot be said. */
struct lrp_measure {
    double numbers[LRP_METRIC_NUMBERS];
    double *curves[LRP_METRIC_CURVES]; /* owned; NULL: none */
    size_t lengths[LRP_METRIC_CURVES];
};
/* An attribution of one sample by its numbers. */
struct lrp_attribution_map {
    const double *values, *places; /* all of them; summed over channels */
    size_t value_count, place_count;
    const unsigned char *mask; /* by place; NULL: there is none */
    int rank;                  /* axes of space */
    const int64_t *space;
    bool tokens; /* places are those of a text */
    double start;
};
/* out[a * samples + n] is of attribution a and sample n, in rows with a zero line those of a random order follow. */
typedef enum lrp_status lrp_metric_compute(struct lrp_metric_case *c, struct lrp_measure *out, struct lrp_error *err);
typedef enum lrp_status lrp_metric_measure(const struct lrp_attribution_map *map, const struct lrp_given *given,
                                           struct lrp_measure *out, struct lrp_error *err);

/* A metric is a file of metrics/ that ends in its rows, and a word for each in LRP_METRICS below; the least it needs is
 *     static enum lrp_status total(const struct lrp_attribution_map *map, const struct lrp_given *given,
 *                                  struct lrp_measure *out, struct lrp_error *err)
 *     {
 *         for (size_t i = 0; i < map->value_count; i++) out->numbers[0] += map->values[i];
 *         return LRP_OK;
 *     }
 *     const struct lrp_metric lrp_metric_row_total = {
 *         .info = {.name = "total", .line = "...", .formula = "sum R", .cost = "none", .shows = "...", .numbers = {"value"}},
 *         .measure = total};
 * (out->numbers come as zeros to `measure`, as NaN to `compute`). tests/cli/test_evaluate.py fails by name for a row without a
 * worked number. */
struct lrp_metric {
    struct lrp_metric_info info;
    lrp_metric_measure *measure; /* of the numbers alone; or */
    lrp_metric_compute *compute; /* with passes */
    bool needs_mask;             /* says where evidence is to lie */
    bool needs_setting;          /* explains anew: nothing is known of attributions from elsewhere */
    bool zero_line;              /* has a random order beside it */
    bool two_baselines;          /* without one that is named, mean and min */
};
#define LRP_METRICS(X)                                                                                                         \
    X(pixel_flipping)                                                                                                          \
    X(abpc_vit)                                                                                                                \
    X(pointing_game)                                                                                                           \
    X(mass_accuracy)                                                                                                           \
    X(rank_accuracy)                                                                                                           \
    X(top_k)                                                                                                                   \
    X(mrr)                                                                                                                     \
    X(localisation_auc)                                                                                                        \
    X(sparseness)                                                                                                              \
    X(entropy)                                                                                                                 \
    X(effective)                                                                                                               \
    X(conservation)                                                                                                            \
    X(completeness)                                                                                                            \
    X(sensitivity)                                                                                                             \
    X(infidelity)                                                                                                              \
    X(faithfulness)                                                                                                            \
    X(randomisation)                                                                                                           \
    X(random_target)
#define X(name) extern const struct lrp_metric lrp_metric_row_##name;
LRP_METRICS(X)
#undef X

/* A metric with its arguments; `given` is to be freed. Errors: LRP_USAGE naming the nearest. */
struct lrp_metric_call {
    const struct lrp_metric *row;
    struct lrp_given given;
};
enum lrp_status lrp_metric_parse(const char *text, struct lrp_metric_call *out, struct lrp_error *err);

/* Fills out[] (room for the attributions times samples, with a zero line one attribution more) by the row's function; curves
 * are to be freed with lrp_measures_free, also in case of an error. */
enum lrp_status lrp_metric_run(const struct lrp_metric *row, struct lrp_metric_case *c, struct lrp_measure *out,
                               struct lrp_error *err);
void lrp_measures_free(struct lrp_measure *measures, size_t count);
/* A zeroed curve of that length in a measure. Errors: LRP_MEMORY. */
enum lrp_status lrp_measure_curve(struct lrp_measure *measure, size_t curve, size_t length, struct lrp_error *err);

/* All numbers of a sample, source after source, into out[]. How many they are. */
size_t lrp_attribution_values(const struct lrp_metric_case *c, const struct lrp_tensor *const *relevance, size_t sample,
                              double *out);
size_t lrp_metric_case_values(const struct lrp_metric_case *c);

#endif
