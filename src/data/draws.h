/* draws.h: random numbers that depend on nothing but where they are drawn: SplitMix64's finaliser over counters. */
#ifndef LRP_DATA_DRAWS_H
#define LRP_DATA_DRAWS_H

#include <stdint.h>

/* A sequence of numbers: draw `draw` of input `input` under a seed. */
struct lrp_draws {
    uint64_t stream, next;
};
struct lrp_draws lrp_draws_begin(uint64_t seed, uint64_t input, uint64_t draw);
/* Uniform in (0, 1]. */
double lrp_draws_uniform(struct lrp_draws *draws);

#endif
