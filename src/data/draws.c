/* draws.c: random numbers by counters (draws.h). */
#include "draws.h"

static const uint64_t golden = 0x9E3779B97F4A7C15U;

static uint64_t mix_bits(uint64_t z)
{
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

struct lrp_draws lrp_draws_begin(uint64_t seed, uint64_t input, uint64_t draw)
{
    return (struct lrp_draws){.stream = mix_bits(mix_bits(seed + golden * (input + 1)) + golden * (draw + 1))};
}

double lrp_draws_uniform(struct lrp_draws *draws)
{
    const uint64_t v = mix_bits(draws->stream + golden * ++draws->next);
    return ((double)(v >> 11) + 1) * 0x1p-53;
}
