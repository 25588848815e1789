/* fold.h: running calls whose inputs are known before anything runs: they become constants. */
#ifndef LRP_GRAPH_FOLD_H
#define LRP_GRAPH_FOLD_H

#include "definition.h"

/* What all folding of a model together may cost. */
int64_t lrp_fold_budget(const struct lrp_definition *definition);
/* Whether a call whose shapes are inferred can be run now; its price is taken off the budget then. */
bool lrp_fold_can(const struct lrp_call *call, int64_t *budget);
/* Runs it: its outputs' descriptions get constants, which live in the arena. False on failure. */
bool lrp_fold_call(struct lrp_call *call, struct lrp_arena *arena);

#endif
