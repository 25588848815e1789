/* noise.h: numbers that look random and are the same everywhere: they depend on seed, input, draw and element only, not on
 * threads, batches or order (lrpscope-lrp(7)). */
#ifndef LRP_LRP_METHODS_NOISE_H
#define LRP_LRP_METHODS_NOISE_H

#include <stddef.h>
#include <stdint.h>

/* The stream of a draw for an input, both from 0. */
uint64_t lrp_noise_stream(uint64_t seed, uint64_t input, uint64_t draw);
/* Number j of a stream: uniform in (0, 1]. */
double lrp_noise_unit(uint64_t stream, uint64_t j);
/* Of element e: uniform in [-1, 1], standard normal. */
double lrp_noise_uniform(uint64_t stream, uint64_t e);
double lrp_noise_normal(uint64_t stream, uint64_t e);
/* Those of elements first, first + 1, ...: the same numbers, several at a time. */
void lrp_noise_normals(uint64_t stream, uint64_t first, size_t count, double *out);

#endif
