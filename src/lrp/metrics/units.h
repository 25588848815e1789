/* units.h: what of an input is taken away at once, and in which order. */
#ifndef LRP_LRP_METRICS_UNITS_H
#define LRP_LRP_METRICS_UNITS_H

#include "metric.h"

/* Every element of a sample belongs to a unit, numbered source after source in row-major order; -1: never taken away. */
struct lrp_units {
    size_t count, elements; /* elements of a sample, of all sources */
    int32_t *of;            /* by element, source after source; owned */
};
/* As the arguments "unit" (pixel, region, value), "size" and "mask" say; tokens are units. Errors: LRP_USAGE, LRP_FILE. */
enum lrp_status lrp_units_make(const struct lrp_passes *passes, struct lrp_units *out, struct lrp_error *err);
void lrp_units_free(struct lrp_units *units);
/* The sum of values (by element) over every unit. */
void lrp_units_sum(const struct lrp_units *units, const double *values, double *out);
/* When each unit comes: 0, 1, ... by descending or ascending score; of equal ones the lower number first, NaN last. Errors:
 * LRP_MEMORY. */
enum lrp_status lrp_units_rank(const double *scores, size_t count, bool ascending, uint32_t *rank, struct lrp_error *err);
/* The same at random; the reverse of it. */
enum lrp_status lrp_units_shuffle(uint64_t seed, uint64_t input, uint64_t draw, size_t count, uint32_t *rank,
                                  struct lrp_error *err);
/* Of a sample, the point where units that come before `taken` are the baseline's, all others the clean input's. */
void lrp_units_take(const struct lrp_passes *passes, const struct lrp_units *units, const uint32_t *rank, size_t taken,
                    size_t sample, struct lrp_tensor *const *baseline, struct lrp_tensor *const *point);

#endif
