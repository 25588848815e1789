/* apply.h: one rule on one node: from the relevance of its outputs to what each input gets. */
#ifndef LRP_LRP_APPLY_H
#define LRP_LRP_APPLY_H

#include "execute.h"
#include "lrpscope/rule.h"

struct lrp_rule_step {
    struct lrp_engine *engine;
    const struct lrp_run *run;
    const struct lrp_tensor *const *values; /* of the forward pass, by value number */
    const struct lrp_rule *rule;
    int node;                                  /* the anchor */
    int inner_activation;                      /* node of a fused activation that stays inside the layer (pr26), or -1 */
    const struct lrp_tensor *const *relevance; /* by output of the node, NULL = zero */
};
/* Values and relevance may lie in blocks of channels (blocked.h). To be called before the node's own are read one number at a
 * time, by the two functions below. Errors: LRP_MEMORY. */
enum lrp_status lrp_rule_step_row_major(const struct lrp_rule_step *application, struct lrp_error *err);
/* A value of the forward pass, the relevance of an output, in rows; borrowed, NULL where there is none. */
const struct lrp_tensor *lrp_rule_step_value(const struct lrp_rule_step *application, int value);
const struct lrp_tensor *lrp_rule_step_relevance(const struct lrp_rule_step *application, int output);
/* given[i] receives a new tensor (owned by the caller) for every data input i, NULL for the others; given has room for all
 * inputs. Errors name the layer. On failure nothing is given. */
enum lrp_status lrp_apply(const struct lrp_rule_step *application, struct lrp_tensor **given, struct lrp_error *err);
/* For layers with weights: R_in by the rule's groups of terms, into `given` (of the data input's shape; all of it is written).
 */
enum lrp_status lrp_apply_terms(const struct lrp_rule_step *application, struct lrp_tensor *given, struct lrp_error *err);
/* What a group of terms (its place in lrp_rule_groups) divides by on a layer with weights; of the output's shape, in blocks of
 * `block` channels (blocked.h), 0: in rows; owned. */
struct lrp_shares {
    const struct lrp_tensor *d;    /* denominators, before the stabilizer */
    const struct lrp_tensor *bias; /* the part of them that the modified biases are; NULL: none */
    const struct lrp_tensor *s;    /* the quotients, where an activation stays inside (pr26), else NULL: R/stab(d) */
};
enum lrp_status lrp_apply_shares(const struct lrp_rule_step *application, int group, int block, struct lrp_shares *out,
                                 struct lrp_error *err);
void lrp_shares_release(struct lrp_shares *shares);
/* Layer normalisation: the input less its mean over the normalised axes, as the rule divides by it. *out is the caller's. */
enum lrp_status lrp_apply_centred(const struct lrp_rule_step *application, struct lrp_tensor **out, struct lrp_error *err);
/* J^T s of any node (the gradient rule). */
enum lrp_status lrp_apply_gradient(const struct lrp_rule_step *application, struct lrp_tensor **given, struct lrp_error *err);

#endif
