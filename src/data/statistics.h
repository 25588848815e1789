/* statistics.h: sums over many numbers that come one by one, whose rounding does not grow with how many there are. */
#ifndef LRP_DATA_STATISTICS_H
#define LRP_DATA_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/* Pairwise summation in double: neighbours are added first, then their sums. {0} is an empty one. */
struct lrp_pairwise {
    double partial[64]; /* of 2^k numbers where bit k of the count is set */
    uint64_t count;
};

/* Of numbers that are finite; others are left out. */
struct lrp_moments {
    struct lrp_pairwise sum, sizes, squares; /* squares: of distances from `mean`, which must be known before */
    double mean;
};
void lrp_moments_add(struct lrp_moments *moments, const float *values, size_t count);
/* The second time: the same numbers. */
void lrp_moments_settle(struct lrp_moments *moments);
void lrp_moments_again(struct lrp_moments *moments, const float *values, size_t count);
double lrp_moments_mean_size(const struct lrp_moments *moments);
/* Of the population. */
double lrp_moments_deviation(const struct lrp_moments *moments);

#endif
