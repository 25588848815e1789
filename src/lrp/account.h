/* account.h: what became of the relevance that a node took in and did not hand back. */
#ifndef LRP_LRP_ACCOUNT_H
#define LRP_LRP_ACCOUNT_H

#include "apply.h"
#include "lrpscope/ledger.h"

/* One node's account. */
struct lrp_account {
    const struct lrp_rule_step *step;
    const struct lrp_node *node;
    const struct lrp_layer *layer;
    struct lrp_tensor *const *given; /* what the step gave to its data inputs */
    double in, out, size;            /* sums, and the sum of all |R| of both: what rounding is measured by */
    double *causes;                  /* of the layer: added to */
};

/* ---- columns of rule_row.h ---- */

lrp_rule_account lrp_account_groups;     /* group by group; of the fallback: what J^T s times a leaves out */
lrp_rule_account lrp_account_pass;       /* nothing is lost but what lies on padding and constants */
lrp_rule_account lrp_account_gradient;   /* by design, where elements are more than moved */
lrp_rule_account lrp_account_layer_norm; /* bias and stabilizers */
lrp_rule_account lrp_account_design;     /* all of it by design */

/* ---- parts of them ---- */

/* What a constant value is called in the ledger: CONSTANTS, or POSITIONS, SEGMENTS, MASK by the names of what it comes from. */
enum lrp_cause lrp_constant_cause(const struct lrp_graph *graph, int value);
/* Layers with weights, group by group. */
lrp_rule_account lrp_account_terms;
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
