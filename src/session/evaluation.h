/* evaluation.h: what an evaluation consists of. */
#ifndef LRP_SESSION_EVALUATION_H
#define LRP_SESSION_EVALUATION_H

#include "internal.h"
#include "lrpscope/evaluation.h"
#include "metric.h"

/* A row: a setting, or an attribution made elsewhere. */
struct lrp_evaluated {
    char *name;
    struct lrp_settings *settings; /* NULL: made elsewhere */
    struct lrp_tensor *made;       /* then; a row for each sample */
    size_t made_rows;              /* how many, once it was seen beside an input */
    bool optional;
    char *left_out; /* why; NULL: it is not */
    size_t same_as; /* the first that agrees in all samples so far */
};
/* A column. */
struct lrp_evaluated_by {
    struct lrp_metric_call call;
    char *text;
    const char *baseline; /* "" without */
    bool usual;           /* of the two that are computed where none was named, the second */
};
/* A curve's sum over samples. */
struct lrp_curve_sum {
    double *sum; /* owned; behind it there is room for the mean */
    size_t length, count;
    bool stretched; /* some had another number of steps */
};
/* A network some of whose layers have random weights. */
struct lrp_fresh_network {
    bool *layers;
    char *weights;
    uint64_t seed;
    struct lrp_network *network;
    struct lrp_setup **setups; /* by setting; NULL: not made yet */
    size_t setup_count;
};
struct lrp_evaluation {
    struct lrp_evaluated *rows;
    size_t row_count;
    struct lrp_evaluated_by *columns;
    size_t column_count;
    struct lrp_settings *base;
    /* masks: one of them */
    struct lrp_source mask;
    bool has_mask, has_box;
    int64_t box[4];
    int64_t (*spans)[2];
    size_t span_count;
    double masked, places; /* of all samples */
    size_t empty_masks;
    int64_t mask_id, pad_id;
    bool *keep;
    size_t keep_count;
    /* what came of it: numbers[((sample * (rows + 1) + row) * columns + column) * LRP_METRIC_NUMBERS + number] */
    double *numbers;
    size_t samples, capacity;
    struct lrp_curve_sum *curves; /* by row, column and curve */
    bool *apart;                  /* [row * rows + other]: whether two have differed in a sample so far */
    int64_t passes;
    /* kept between inputs */
    struct lrp_fresh_network *fresh;
    size_t fresh_count;
};

/* What is known of a sample's relevance under a setting. */
struct lrp_seen {
    struct lrp_setup *setup;             /* NULL: made elsewhere, or left out */
    const struct lrp_tensor **relevance; /* by source, in rows; owned */
    double *start;                       /* by sample; owned */
    bool there;
};

/* Puts a row's numbers and curves in. Errors: LRP_MEMORY. */
enum lrp_status lrp_evaluation_store(struct lrp_evaluation *e, const struct lrp_measure *const *columns, const size_t *rows,
                                     size_t row_count, size_t samples, struct lrp_error *err);
/* The mask of the samples of a pass, by place of its first source (owned); NULL: none was given. */
enum lrp_status lrp_evaluation_mask(struct lrp_evaluation *e, const struct lrp_passes *passes, const struct lrp_model *model,
                                    unsigned char **out, size_t *places, struct lrp_error *err);
/* The attribution of a row that was made elsewhere, for the samples of a pass, by source. */
enum lrp_status lrp_evaluation_made(const struct lrp_evaluation *e, struct lrp_evaluated *row, const struct lrp_passes *passes,
                                    const struct lrp_tensor **out, struct lrp_error *err);
/* A setup of a setting whose network has random weights; borrowed until the next. */
enum lrp_status lrp_evaluation_freshen(struct lrp_evaluation *e, size_t row, const struct lrp_setup *as,
                                       const struct lrp_variation *variation, struct lrp_setup **out, struct lrp_error *err);
void lrp_fresh_network_free(struct lrp_fresh_network *fresh);

#endif
