/* evaluation.h: how good explanations are: scores of several settings on the same inputs.
 *
 *     struct lrp_evaluation *e;
 *     lrp_evaluation_new(metrics, 2, &e, &err);
 *     lrp_evaluation_add_setting(e, "epsilon-plus", settings, false, &err);
 *     for (every input) {
 *         lrp_session_set_input(session, NULL, path, &err);
 *         lrp_evaluation_run(e, session, &err);
 *     }
 *     lrp_evaluation_score(e, 0, 0, 0).mean ...
 *     lrp_evaluation_free(e);
 */
#ifndef LRPSCOPE_EVALUATION_H
#define LRPSCOPE_EVALUATION_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/method.h"
#include "lrpscope/session.h"

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

/* ---- metrics ---- */

/* Which way a number is better. */
enum lrp_better { LRP_BETTER_UNSAID, LRP_BETTER_MORE, LRP_BETTER_LESS };
/* Most numbers and curves of a metric. */
enum { LRP_METRIC_NUMBERS = 6, LRP_METRIC_CURVES = 3 };
/* What there is to say of a metric. Borrowed, static. */
struct lrp_metric_info {
    const char *name;                                           /* "pixel-flipping" */
    const char *line;                                           /* what it asks, one line */
    const char *formula;                                        /* how it is computed */
    const char *cost;                                           /* "2 L x forward" */
    const char *shows;                                          /* what a good score shows, and what it does not */
    enum lrp_better better;                                     /* of the first number, by which settings are ranked */
    const char *numbers[LRP_METRIC_NUMBERS];                    /* their names; NULL behind the last */
    const char *curves[LRP_METRIC_CURVES];                      /* likewise */
    struct lrp_method_argument arguments[LRP_METHOD_ARGUMENTS]; /* in the order they may be given without names */
    int argument_count;                                         /* how many */
};
/* The metrics, the default first; NULL past the end. */
const struct lrp_metric_info *lrp_metric_at(size_t index);

/* ---- an evaluation ---- */

/* Metrics, what they are to be computed of, and what came of it so far. Used by one thread at a time. */
struct lrp_evaluation;
/* Metrics as they are written: "sparseness", "pixel-flipping(size=4,baseline=0)". One that takes a baseline and names none is
 * computed with two, mean and min. Errors: LRP_USAGE naming the nearest. */
enum lrp_status lrp_evaluation_new(const char *const *metrics, size_t count, struct lrp_evaluation **out,
                                   struct lrp_error *err);
/* NULL is fine. */
void lrp_evaluation_free(struct lrp_evaluation *evaluation);
/* Another setting (copied), by the name it is shown under. `optional`: it is left out where it does not fit the model. */
enum lrp_status lrp_evaluation_add_setting(struct lrp_evaluation *evaluation, const char *name,
                                           const struct lrp_settings *settings, bool optional, struct lrp_error *err);
/* An attribution made elsewhere: an array of the input's shape, of several inputs a row for each sample in turn, or with one
 * number for each place. `name`: the array of that name in a .npz or .safetensors; without it, or if there is none, the only
 * one there. Errors: LRP_FILE. */
enum lrp_status lrp_evaluation_add_attribution(struct lrp_evaluation *evaluation, const char *path, const char *name,
                                               struct lrp_error *err);
/* Where the evidence lies: a picture (above 127) that is resized and cropped as inputs are, or an array (above 0) of the
 * input's height and width, of several inputs a row for each sample. Errors: LRP_FILE. */
enum lrp_status lrp_evaluation_set_mask(struct lrp_evaluation *evaluation, const char *path, struct lrp_error *err);
/* The same as a rectangle in the pixels of the input as the model sees it: x0 <= x < x1, y0 <= y < y1. */
void lrp_evaluation_set_box(struct lrp_evaluation *evaluation, const int64_t box[4]);
/* The same as places of tokens: first <= place < last; a call for each stretch, NULL forgets all. */
enum lrp_status lrp_evaluation_add_span(struct lrp_evaluation *evaluation, const int64_t *span, struct lrp_error *err);
/* What inputs lose their tokens to, the mask or padding of a tokenizer (NULL: nobody knows), and what may not be taken away:
 * `keep`, a flag for each of `count` places, of special tokens. */
struct lrp_tokenizer;
enum lrp_status lrp_evaluation_set_tokens(struct lrp_evaluation *evaluation, const struct lrp_tokenizer *tokenizer,
                                          const bool *keep, size_t count, struct lrp_error *err);

/* Computes everything of the samples that the session's inputs hold now (one by one: of the one that is chosen) and adds it to
 * what is known. The session has other settings afterwards. What an interrupted run has not got to the end of is not added.
 * Errors: those of settings and metrics, LRP_CANCELLED. */
enum lrp_status lrp_evaluation_run(struct lrp_evaluation *evaluation, struct lrp_session *session, struct lrp_error *err);
/* The settings of the next inputs that are to be looked at first: those of the target, the preprocessing, the graph. They hold
 * for foreign attributions, and their target for all. */
enum lrp_status lrp_evaluation_set_base(struct lrp_evaluation *evaluation, const struct lrp_settings *settings,
                                        struct lrp_error *err);

/* ---- what came of it ---- */

/* Rows: settings and attributions in the order they were added. */
size_t lrp_evaluation_settings(const struct lrp_evaluation *evaluation);
/* Borrowed. */
const char *lrp_evaluation_name(const struct lrp_evaluation *evaluation, size_t setting);
/* The settings themselves; NULL of an attribution. Borrowed. */
const struct lrp_settings *lrp_evaluation_setting(const struct lrp_evaluation *evaluation, size_t setting);
/* Why an optional one was left out; NULL: it was not. Borrowed. */
const char *lrp_evaluation_left_out(const struct lrp_evaluation *evaluation, size_t setting);
/* The first setting whose relevance is the same but for a factor, in all samples so far: itself where there is none. */
size_t lrp_evaluation_same_as(const struct lrp_evaluation *evaluation, size_t setting);
/* Columns: metrics, those of two baselines twice. */
struct lrp_evaluation_column {
    const struct lrp_metric_info *metric; /* what is computed */
    const char *text;                     /* as it was given, or the default */
    const char *baseline;                 /* "" where it has none */
};
/* How many there are. */
size_t lrp_evaluation_columns(const struct lrp_evaluation *evaluation);
/* One of them. */
struct lrp_evaluation_column lrp_evaluation_column_at(const struct lrp_evaluation *evaluation, size_t column);
/* A number over all samples that have it. */
struct lrp_score {
    double mean, error; /* its standard error; NaN of fewer than two */
    size_t count;       /* how many samples have it */
};
/* Row: a setting, or lrp_evaluation_settings() for a random order; number: as in the metric's numbers[]. */
struct lrp_score lrp_evaluation_score(const struct lrp_evaluation *evaluation, size_t row, size_t column, size_t number);
/* The difference of two rows, sample by sample: what a mean's own error does not tell. */
struct lrp_score lrp_evaluation_lead(const struct lrp_evaluation *evaluation, size_t row, size_t other, size_t column);
/* In how many samples a setting is the best by the column's first number; those that are the same share it with the first. */
size_t lrp_evaluation_wins(const struct lrp_evaluation *evaluation, size_t setting, size_t column);
/* A curve's mean over all samples, those with another number of steps stretched to the first's; NULL where there is none.
 * Borrowed until the next run. */
const double *lrp_evaluation_curve(const struct lrp_evaluation *evaluation, size_t row, size_t column, size_t curve,
                                   size_t *length);
/* Writes the mean curves of all rows: F.csv (setting, metric, baseline, curve, step, score: a line a point) or F.png (a drawing
 * for each column). Errors: LRP_USAGE for another suffix, or where no metric has a curve; LRP_FILE. */
enum lrp_status lrp_evaluation_write_curves(const struct lrp_evaluation *evaluation, const char *path, struct lrp_error *err);
/* Whether that could be done, before anything is computed. */
enum lrp_status lrp_evaluation_check_curves(const struct lrp_evaluation *evaluation, const char *path, struct lrp_error *err);
/* Samples seen, and passes made for them. */
size_t lrp_evaluation_samples(const struct lrp_evaluation *evaluation);
int64_t lrp_evaluation_passes(const struct lrp_evaluation *evaluation);
/* Pixels of a sample, and how many of them the masks held on average: the chance level of localisation; NaN without. */
double lrp_evaluation_chance(const struct lrp_evaluation *evaluation);
/* What there is to know before numbers are believed, a line each: empty masks, attributions that hold no numbers or (`ended`:
 * no more inputs will come) more rows than there were inputs, metrics that have nothing to say of them. Owned by the caller;
 * NULL: nothing, or no memory. */
char *lrp_evaluation_doubts(const struct lrp_evaluation *evaluation, bool ended);
/* Settings, the best first, by the mean rank over the columns of the first metric (both baselines); same ones once. `order` has
 * room for all; returns how many. `ranks` (may be NULL): the mean rank of each. */
size_t lrp_evaluation_rank(const struct lrp_evaluation *evaluation, size_t *order, double *ranks);
/* Whether two columns of the first metric have different winners: then the order depends on the baseline. */
bool lrp_evaluation_disputed(const struct lrp_evaluation *evaluation);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
