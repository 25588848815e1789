/* relevance.h: what an operator with a relevance rule of its own is told, and what it says of relevance it keeps. */
#ifndef LRP_OPS_RELEVANCE_H
#define LRP_OPS_RELEVANCE_H

#include <stdbool.h>

/* Relevance that went to nobody, by cause. */
struct lrp_losses {
    double bias, constants, stabilizer, dead; /* dead: at denominators that are below the stabilizer */
};
struct lrp_relevance {
    float stabilizer;
    bool half_gates;           /* a gate and the signal it lets through share equally; else the signal takes all */
    struct lrp_losses *losses; /* added to; NULL: not asked */
};

/* stab(z,e) = z + sign(z)*e, and e where z is 0 (also -0.0); NaN stays NaN. */
static inline float lrp_stabilize(float z, float e)
{
    return z < 0 ? z - e : z + e;
}

/* R/stab(z), and what is lost by dividing so. */
static inline float lrp_relevance_divide(const struct lrp_relevance *how, float relevance, float z)
{
    const float s = relevance / lrp_stabilize(z, how->stabilizer);
    if (how->losses) {
        const double lost = (double)relevance - (double)s * (double)z;
        *((z < 0 ? -z : z) <= how->stabilizer ? &how->losses->dead : &how->losses->stabilizer) += lost;
    }
    return s;
}

#endif
