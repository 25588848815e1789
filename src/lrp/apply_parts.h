/* apply_parts.h: what the files of apply.h share: a step's node, its vjp, and the tensors it gives. */
#ifndef LRP_LRP_APPLY_PARTS_H
#define LRP_LRP_APPLY_PARTS_H

#include "apply.h"
#include "rule_row.h"

const struct lrp_node *lrp_step_node(const struct lrp_rule_step *step);
/* Names the layer in front of what went wrong; returns the status. */
enum lrp_status lrp_step_blame(const struct lrp_rule_step *step, enum lrp_status status, struct lrp_error *err);
/* Releases the tensors of an array that are there; NULL is fine. */
void lrp_step_release(struct lrp_tensor **tensors, int count);

/* How the tensors that a node gives are to be made: zeroed, unless all of their elements are going to be written; in blocks of
 * channels (blocked.h), 0: row-major, LRP_LIKE_VALUES: as the values they go to. */
enum { LRP_LIKE_VALUES = -1 };
struct lrp_output_layout {
    bool zeroed;
    int block;
};
/* given[i] becomes a float tensor for every data input that carries relevance, NULL for the others. */
enum lrp_status lrp_step_new_given(const struct lrp_rule_step *step, struct lrp_output_layout layout, struct lrp_tensor **given,
                                   struct lrp_error *err);

/* How a node's vjp works: with its handle, from cotangents in some blocks of channels to gradients in some. */
struct lrp_vjp_plan {
    void *handle;
    int from, to;
    bool shares;  /* by the operator's share instead of its vjp: what it is handed is relevance */
    bool written; /* all of the gradients, whatever was there */
};
/* Errors: LRP_UNSUPPORTED for an operator without a vjp. */
enum lrp_status lrp_step_plan(const struct lrp_rule_step *step, struct lrp_vjp_plan *plan, struct lrp_error *err);
/* given += J^T s, through the node as it is, at the values of the forward pass; given was made as the plan says. */
enum lrp_status lrp_step_pull_back(const struct lrp_rule_step *step, const struct lrp_vjp_plan *plan,
                                   const struct lrp_tensor *const *s, struct lrp_tensor **given, struct lrp_error *err);

/* Any layer, through its vjp: the zero rule of layers without weights. */
enum lrp_status lrp_apply_fallback(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err);
/* A rule that fills zeroed row-major tensors. */
enum lrp_status lrp_apply_rows(const struct lrp_rule_step *step, lrp_rule_apply *rule, struct lrp_tensor **given,
                               struct lrp_error *err);

#endif
