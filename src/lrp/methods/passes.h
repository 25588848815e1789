/* passes.h: many passes over changed inputs: inputs in, scores or relevance out, counted and cancellable. */
#ifndef LRP_LRP_METHODS_PASSES_H
#define LRP_LRP_METHODS_PASSES_H

#include "method.h"
#include "propagate.h"
#include "text.h"

/* What relevance starts with: 1 at the target, its output, all of the output, an array. */
enum lrp_start_kind { LRP_START_ONE, LRP_START_LOGIT, LRP_START_OUTPUT, LRP_START_FILE };

/* What a score is, of rows with an argument "score". */
#define LRP_SCORE_LINE "the output itself, or its share by softmax"
/* Where a method works: its single passes, the clean input, and what callers know. A point is an input: a float tensor of every
 * source (carriers.h), in rows. */
struct lrp_passes {
    struct lrp_propagation back;        /* a single pass, as it is made of the clean input: values, start, rules */
    const struct lrp_method_call *call; /* the method; NULL: a metric's scores */
    const struct lrp_given *given;      /* the arguments of the method, or of the metric */
    const struct lrp_method *pass;      /* that of a single pass; a method may repeat others, too */
    enum lrp_convention convention;
    const struct lrp_batch_axis *const *batch; /* by value: where samples stand */
    int64_t samples;                           /* in the output */
    int64_t first_sample;                      /* the number of the first one: what noise depends on */
    const struct lrp_tensor *unit; /* of the output's shape, 1 at targets (-1 at what is set against them): a score is its
                                      product with the output, for all passes the same */
    enum lrp_start_kind start;
    bool channels_last;     /* of the model's pictures */
    bool probability;       /* scores are the softmax over the classes, not the output itself */
    int64_t classes, apart; /* of the output: how many classes, and how far apart the elements of one place's are */
    int lanes;              /* how many passes of a series (series.h) fit in side by side; less than 2: one */
    /* The input `value` made of a picture, or of one whose pixels are all `pixel` (path NULL), preprocessed as the model's
     * inputs are; owned by the caller. */
    enum lrp_status (*picture)(void *data, const char *path, double pixel, int value, struct lrp_tensor **out,
                               struct lrp_error *err);
    /* The grey values of a picture of the input's size; owned by the caller. */
    enum lrp_status (*mask)(void *data, const char *path, int value, struct lrp_tensor **out, struct lrp_error *err);
    /* What looks up tokens, with one token everywhere: of the value's shape; owned by the caller. NULL: tokens have no names.
     */
    enum lrp_status (*embed)(void *data, int64_t token, int value, struct lrp_tensor **out, struct lrp_error *err);
    /* Of a text: why it cannot be shortened, and its score with only the kept places of what looks up tokens. NULL: neither is
     * known here. */
    enum lrp_status (*can_shorten)(void *data, struct lrp_error *err);
    enum lrp_status (*shortened)(void *data, struct lrp_passes *passes, const size_t *kept, size_t count, double *score,
                                 struct lrp_error *err);
    int64_t mask_token, pad_token; /* that stand for nothing; -1: there is none */
    const bool *kept;              /* by place of what looks up tokens: it is never taken away; NULL: all may be */
    size_t kept_count;
    void (*tell)(void *data, int64_t done, int64_t total); /* after every pass; may be NULL */
    /* What there is so far, for whoever looks on: asked after a pass (quickly: mostly the answer is no), then given tensors by
     * value. Both may be NULL. */
    bool (*watched)(void *data);
    void (*show)(void *data, const struct lrp_tensor *const *relevance);
    void *data;
    /* what comes of it: */
    int64_t done, total;           /* passes, as they are told */
    double *gaps;                  /* by sample: sum of relevance less the change of the score; NULL: not asked for; owned */
    struct lrp_text note;          /* what is to be said of the result; may be empty */
    struct lrp_lane_set *lane_set; /* of the last series, for the next; NULL: there was none */
};
/* While what they work with is there. */
void lrp_passes_free(struct lrp_passes *passes);

const struct lrp_carrier_source *lrp_passes_sources(const struct lrp_passes *passes, size_t *count);
/* The clean tensor of a source, in rows; borrowed. NULL: no memory. */
const struct lrp_tensor *lrp_passes_clean(const struct lrp_passes *passes, size_t source);
/* How many samples stand along the first axis of a source: 1 if it belongs to one as a whole. */
size_t lrp_passes_parts(const struct lrp_passes *passes, size_t source);

/* A pass over a point, and what it found, by value. {0} is none. */
struct lrp_pass {
    const struct lrp_tensor **values, **relevance; /* owned, as the tensors in them are */
    size_t count;
};
/* `point`: by source; NULL: the clean one, whose values are known. Errors: those of the forward pass. */
enum lrp_status lrp_passes_forward(struct lrp_passes *passes, const struct lrp_tensor *const *point, struct lrp_pass *out,
                                   struct lrp_error *err);
/* Forward, then relevance (gradients) by the method of a single pass. */
enum lrp_status lrp_passes_attribute(struct lrp_passes *passes, const struct lrp_tensor *const *point, struct lrp_pass *out,
                                     struct lrp_error *err);
void lrp_pass_free(struct lrp_pass *pass);
/* The score of every sample, into scores[samples]; `output`: what the samples have there, in rows. */
void lrp_passes_score_output(const struct lrp_passes *passes, const float *output, size_t each, double *scores);
/* The same of a pass. */
enum lrp_status lrp_passes_scores(const struct lrp_passes *passes, const struct lrp_pass *pass, double *scores,
                                  struct lrp_error *err);
/* The scores of the clean input. */
enum lrp_status lrp_passes_score_clean(const struct lrp_passes *passes, double *scores, struct lrp_error *err);
/* What a pass found at a source, in rows; borrowed; NULL: nothing. */
const struct lrp_tensor *lrp_pass_relevance(const struct lrp_passes *passes, const struct lrp_pass *pass, size_t source);

/* New tensors of the sources' shapes, zeroed; to be freed with lrp_point_free. NULL: no memory. */
struct lrp_tensor **lrp_point_new(const struct lrp_passes *passes);
void lrp_point_free(const struct lrp_passes *passes, struct lrp_tensor **point);
/* Sums in double, by source and element. NULL: no memory. */
double **lrp_sums_new(const struct lrp_passes *passes);
void lrp_sums_free(const struct lrp_passes *passes, double **sums);
/* After a pass: what has come of those so far, if anybody looks on. `number` is element i of a source. */
typedef double lrp_so_far(const void *data, size_t source, size_t i);
void lrp_passes_show(struct lrp_passes *passes, lrp_so_far *number, const void *data);
/* The sums as tensors, into relevance[] of the sources' values. */
enum lrp_status lrp_sums_store(const struct lrp_passes *passes, double *const *sums, const struct lrp_tensor **relevance,
                               struct lrp_error *err);

/* A point whose elements are those of the baseline an argument of that name asks for; to be freed with lrp_point_free. Errors:
 * LRP_USAGE, LRP_FILE naming the argument. */
enum lrp_status lrp_passes_baseline(const struct lrp_passes *passes, const char *argument, struct lrp_tensor ***out,
                                    struct lrp_error *err);

/* Sets gaps of a method that shares out how the score changes from a baseline to the input: one more forward pass. */
enum lrp_status lrp_passes_account(struct lrp_passes *passes, struct lrp_tensor *const *baseline, double *const *sums,
                                   struct lrp_error *err);

/* Numbers for every element of the sources in a row, of a draw: from the file that the argument "noise" names, else from the
 * generator with the argument "seed" (noise.h). */
struct lrp_noise {
    struct lrp_tensor *file; /* NULL: the generator */
    uint64_t seed;
    int64_t draws;
    bool normal; /* else uniform in [-1, 1] */
};
/* Errors: LRP_FILE for a file that does not fit. */
enum lrp_status lrp_noise_open(const struct lrp_passes *passes, int64_t draws, bool normal, struct lrp_noise *out,
                               struct lrp_error *err);
void lrp_noise_close(struct lrp_noise *noise);
/* The numbers of a draw for a source, `count` of them. */
void lrp_noise_fill(const struct lrp_passes *passes, const struct lrp_noise *noise, int64_t draw, size_t source, double *out);

#endif
