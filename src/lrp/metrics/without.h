/* without.h: scores of an input without some of its units: something else stands in their place, or they are removed. */
#ifndef LRP_LRP_METRICS_WITHOUT_H
#define LRP_LRP_METRICS_WITHOUT_H

#include "units.h"

struct lrp_without {
    struct lrp_passes *passes;
    struct lrp_units units;
    struct lrp_tensor **baseline; /* NULL: units are tokens, and are removed */
    size_t most;                  /* units that can be without: of a text that is shortened one token stays */
};
/* As the arguments "unit", "mask" and "baseline" say. To be freed, whatever comes of it. Errors: LRP_USAGE, LRP_FILE. */
enum lrp_status lrp_without_new(struct lrp_passes *passes, struct lrp_without *out, struct lrp_error *err);
void lrp_without_free(struct lrp_without *without);
/* The scores of `count` points, scores[k * samples + n]; of(data, k, n) says which units are away in point k of sample n: those
 * whose rank is below *taken. It is asked on any thread. */
enum lrp_status lrp_without_score(const struct lrp_without *without, size_t count,
                                  const uint32_t *(*of)(const void *data, size_t k, size_t n, size_t *taken), const void *data,
                                  double *scores, struct lrp_error *err);

#endif
