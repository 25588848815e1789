/* propagate_finish.h: what is left to do once every node has handed on what it got. */
#ifndef LRP_LRP_PROPAGATE_FINISH_H
#define LRP_LRP_PROPAGATE_FINISH_H

#include "propagate.h"

/* Values on the way to the start that nothing was given to although they would carry relevance if no rule stopped it get zeros,
 * integer inputs the relevance of the first float values that stand for them. Errors: LRP_MEMORY. */
enum lrp_status lrp_propagation_finish(const struct lrp_propagation *propagation, const struct lrp_tensor **relevance,
                                       struct lrp_error *err);

/* Without rules nothing stops: integer inputs have the sum of what is found at the float values that stand for them. Errors:
 * LRP_MEMORY. */
enum lrp_status lrp_propagation_lift(const struct lrp_propagation *propagation, const struct lrp_tensor **relevance,
                                     struct lrp_error *err);

/* Of input-gradient: every gradient times its value. Errors: LRP_MEMORY. */
enum lrp_status lrp_propagation_times_values(const struct lrp_propagation *propagation, const struct lrp_tensor **relevance,
                                             struct lrp_error *err);

#endif
