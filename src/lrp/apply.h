/* apply.h: one rule on one node: from the relevance of its outputs to what each input gets. */
#ifndef LRP_LRP_APPLY_H
#define LRP_LRP_APPLY_H

#include "execute.h"
#include "relevance.h"
#include "rule_row.h"

struct lrp_rule_step {
    struct lrp_engine *engine;
    const struct lrp_run *run;
    const struct lrp_tensor *const *values;    /* of the forward pass, by value number */
    const struct lrp_tensor *const *reference; /* likewise of a second one, for methods that take differences; or NULL */
    const struct lrp_rule *rule;               /* NULL: a method without rules */
    lrp_rule_apply *apply;                     /* the rule's or the method's */
    const bool *carries;                       /* by value number: what may be given relevance; NULL: all data is */
    bool half_gates;                           /* of recurrent cells: a gate and its signal share equally */
    int node;                                  /* the anchor */
    int inner_activation;                      /* node of a fused activation that stays inside the layer (pr26), or -1 */
    const struct lrp_tensor *const *relevance; /* by output of the node, NULL = zero */
};
/* Whether an input is one that relevance is given to: data that carries relevance. */
bool lrp_rule_step_gives(const struct lrp_rule_step *step, int input);
/* How many inputs are. */
int lrp_rule_step_count(const struct lrp_rule_step *step);
/* Call first in rules that index elements: makes the node's values and relevance row-major (they may lie in blocks of channels,
 * blocked.h), for the two functions below. Errors: LRP_MEMORY. */
enum lrp_status lrp_rule_step_row_major(const struct lrp_rule_step *step, struct lrp_error *err);
/* A value of the forward pass, the relevance of an output, row-major; borrowed, NULL where there is none. */
const struct lrp_tensor *lrp_rule_step_value(const struct lrp_rule_step *step, int value);
const struct lrp_tensor *lrp_rule_step_relevance(const struct lrp_rule_step *step, int output);
/* given[i] receives a new tensor (owned by the caller) for every data input i that carries relevance, NULL for the others;
 * given has room for all inputs. Errors name the layer. On failure nothing is given. */
enum lrp_status lrp_apply(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err);

/* ---- columns of rule_row.h ---- */

lrp_rule_apply lrp_apply_groups;   /* groups of terms on layers with weights, else the fallback: a * J^T(R / stab(z)) */
lrp_rule_apply lrp_apply_gradient; /* J^T R */
lrp_rule_apply lrp_apply_guided;   /* likewise, through ReLU where R and the unit are positive */
lrp_rule_apply lrp_apply_deconv;   /* likewise, where R is positive */
lrp_rule_apply lrp_apply_function; /* the row's function */

/* ---- for the ledger ---- */

/* What a group of terms (its place in lrp_rule_groups) divides by on a layer with weights; of the output's shape, in blocks of
 * `block` channels (blocked.h), 0: in rows; owned. */
struct lrp_shares {
    const struct lrp_tensor *d;    /* denominators, before the stabilizer */
    const struct lrp_tensor *bias; /* the part of them that the modified biases are; NULL: none */
    const struct lrp_tensor *s;    /* the quotients, where an activation stays inside (pr26), else NULL: R/stab(d) */
};
enum lrp_status lrp_apply_shares(const struct lrp_rule_step *step, int group, int block, struct lrp_shares *out,
                                 struct lrp_error *err);
void lrp_shares_release(struct lrp_shares *shares);
/* Layer normalisation: the input less its mean over the normalised axes, as the rule divides by it. *out is the caller's. */
enum lrp_status lrp_apply_centred(const struct lrp_rule_step *step, struct lrp_tensor **out, struct lrp_error *err);
/* The operator's own relevance (it has a row's `relevance`), into zeroed tensors of the data inputs, NULL: not wanted; what
 * nobody gets is added to `losses`, which may be NULL. Values and relevance are row-major. */
enum lrp_status lrp_apply_own(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_losses *losses,
                              struct lrp_error *err);

#endif
