/* lens.h: a model's final norm and head on every state of its residual stream. */
#ifndef LRP_SESSION_LENS_H
#define LRP_SESSION_LENS_H

#include "carriers.h"
#include "internal.h"
#include "stream.h"

/* Where the states are. Everything else is borrowed. */
struct lrp_lens_search {
    const struct lrp_results *results;
    const struct lrp_setup *setup;
    struct lrp_carriers carriers;
    struct lrp_stream stream;
    bool *head; /* by value: what the last state leads to */
};
/* Of a finished forward pass. *out is to be freed in any case. Errors: LRP_UNSUPPORTED naming what is in the way of a residual
 * stream; LRP_USAGE before a pass; LRP_MEMORY. */
enum lrp_status lrp_lens_search_new(const struct lrp_results *results, const struct lrp_setup *setup,
                                    struct lrp_lens_search *out, struct lrp_error *err);
void lrp_lens_search_free(struct lrp_lens_search *search);
/* The explained output, in rows, with state number `index` in the place of the last; *out is a reference. Errors:
 * LRP_UNSUPPORTED for a state of another shape; LRP_CANCELLED; LRP_MEMORY. */
enum lrp_status lrp_lens_look(const struct lrp_lens_search *search, size_t index, const struct lrp_run *run,
                              const struct lrp_tensor **out, struct lrp_error *err);
/* The layer behind which a state stands; 0 for an input. */
int lrp_lens_layer(const struct lrp_lens_search *search, size_t index);

#endif
