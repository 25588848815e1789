/* ledger.h: making a ledger: a pass over all layers that takes every rule apart. */
#ifndef LRP_LRP_LEDGER_H
#define LRP_LRP_LEDGER_H

#include "concept.h"
#include "lrpscope/ledger.h"
#include "propagate.h"

/* `propagation` as it was for the pass (what belongs to its caller, previous ... computed, is not looked at); `relevance`: what
 * the pass found, by value; `explained`: the output that is explained, of which the start is an image (NaN: just the start);
 * `concepts`: the conditions it was found under, NULL: none.
 * *out is owned by the caller. Errors: LRP_MEMORY, LRP_CANCELLED, and those of the layers' operators. */
enum lrp_status lrp_ledger_make(const struct lrp_propagation *propagation, const struct lrp_tensor *const *relevance,
                                double explained, const struct lrp_concepts *concepts, struct lrp_ledger **out,
                                struct lrp_error *err);
void lrp_ledger_free(struct lrp_ledger *ledger);

#endif
