/* statistics.h: statistics of a tensor, by several threads. */
#ifndef LRP_COMPUTE_STATISTICS_H
#define LRP_COMPUTE_STATISTICS_H

#include "lrpscope/tensor.h"
#include "primitives.h"

/* Whether some element is below 0 or NaN. Kept with the tensor once it is known; the statistics find it out, too. */
bool lrp_tensor_has_negative(const struct lrp_tensor *tensor, const struct lrp_run *run);

/* Elements have been written since: what is known of them holds no longer. Of a tensor that nobody else reads. */
void lrp_tensor_changed(struct lrp_tensor *tensor);

/* lrp_tensor_statistics on run's threads (NULL: on this one): the same numbers for any number of them. */
void lrp_tensor_statistics_by(const struct lrp_tensor *tensor, const struct lrp_run *run, struct lrp_statistics *out);
/* Those of `count` elements become those of these and `more_count` others. */
void lrp_statistics_join(struct lrp_statistics *all, size_t count, const struct lrp_statistics *more, size_t more_count);

#endif
