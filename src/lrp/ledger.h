/* ledger.h: making a ledger: a pass over all layers that takes every rule apart. */
#ifndef LRP_LRP_LEDGER_H
#define LRP_LRP_LEDGER_H

#include "apply.h"
#include "lrpscope/ledger.h"
#include "propagate.h"

/* `propagation` as it was for the pass (what belongs to its caller, previous ... computed, is not looked at); `relevance`: what
 * the pass found, by value; `explained`: the output that is explained, of which the start is an image (NaN: just the start).
 * *out is owned by the caller. Errors: LRP_MEMORY, LRP_CANCELLED, and those of the layers' operators. */
enum lrp_status lrp_ledger_make(const struct lrp_propagation *propagation, const struct lrp_tensor *const *relevance,
                                double explained, struct lrp_ledger **out, struct lrp_error *err);
void lrp_ledger_free(struct lrp_ledger *ledger);

/* ---- between ledger.c and its parts ---- */

/* One node's account. `given`: what lrp_apply gave to its data inputs. */
struct lrp_account {
    const struct lrp_rule_step *application;
    const struct lrp_node *node;
    const struct lrp_layer *layer;
    struct lrp_tensor *const *given;
    bool gradient;        /* J^T R instead of the rule */
    double in, out, size; /* sums, and the sum of all |R| of both: what rounding is measured by */
    double *causes;       /* of the layer: added to */
};
/* Adds the causes of in - out, all but OTHER. */
enum lrp_status lrp_ledger_causes(const struct lrp_account *account, struct lrp_error *err);
/* The same for layers with weights, group by group. */
enum lrp_status lrp_ledger_terms(const struct lrp_account *account, struct lrp_error *err);
/* The relevance and the value of an output, which is not NULL, in the same order: elements in memory, of which those of missing
 * channels are 0 (blocked.h). */
struct lrp_ledger_pair {
    const struct lrp_tensor *r, *z; /* borrowed */
    size_t count;
};
enum lrp_status lrp_ledger_pair(const struct lrp_account *account, int output, struct lrp_ledger_pair *out,
                                struct lrp_error *err);
/* Adds R (1 - z/stab(z, e)) to STABILIZER, or DEAD if |z| <= e, for every element; returns the sum of R z/stab(z, e). */
double lrp_ledger_divided(const float *relevance, const float *z, size_t count, double e, double *causes);
/* Flags of a layer from its rule, inputs and operators. */
unsigned lrp_ledger_flags(const struct lrp_account *account, const struct lrp_layer_nodes *nodes);

#endif
