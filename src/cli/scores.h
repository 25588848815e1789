/* scores.h: the numbers of one distribution over classes: their probabilities, ranks, entropy, the strongest. */
#ifndef LRP_CLI_SCORES_H
#define LRP_CLI_SCORES_H

#include <stddef.h>

#include "lrpscope/session.h"

/* What the values of an output are. */
enum lrp_score_kind { LRP_SCORE_RAW, LRP_SCORE_SOFTMAX, LRP_SCORE_LOG_SOFTMAX };
/* By what the model ends in, and whether that is stripped. */
enum lrp_score_kind lrp_scores_kind(const struct lrp_snapshot *now);

/* Indices of the `count` largest values, largest first, the first of equal ones first; NaN last. Returns how many there are. */
size_t lrp_scores_strongest(const float *values, size_t n, size_t count, size_t *order);

struct lrp_scores {
    const float *values; /* borrowed */
    size_t n;
    enum lrp_score_kind kind;
    double most, sum; /* of the softmax of raw values */
};
struct lrp_scores lrp_scores_of(const float *values, size_t n, enum lrp_score_kind kind);
double lrp_scores_probability(const struct lrp_scores *scores, size_t index);
/* Shannon's, in nats: 0 where one class has all, log(n) where all are alike. */
double lrp_scores_entropy(const struct lrp_scores *scores);
/* 1 for the largest; the first of equal ones goes before. */
size_t lrp_scores_rank(const struct lrp_scores *scores, size_t index);

#endif
