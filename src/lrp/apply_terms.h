/* apply_terms.h: what applying groups of terms and accounting for them share. */
#ifndef LRP_LRP_APPLY_TERMS_H
#define LRP_LRP_APPLY_TERMS_H

#include "apply.h"
#include "rule_row.h"

/* What the terms of one application share. */
struct lrp_terms {
    const struct lrp_rule_step *step;
    const struct lrp_call *call;
    const struct lrp_tensor *x, *z, *r;
    bool x_has_negative;
    struct lrp_tensor *inputs[LRP_TERM_INPUT_COUNT]; /* by enum lrp_term_input, made when needed; [LRP_TERM_A] stays NULL */
    /* scratch, made when needed, in the blocks of channels the operator wants */
    struct lrp_tensor *s, *other, *c;
    bool given_empty; /* nothing is in R_in yet */
};

/* Of a step; to be released. */
struct lrp_terms lrp_terms_of(const struct lrp_rule_step *step);
void lrp_terms_release(struct lrp_terms *t);
/* A tensor like `model`, in blocks or not, elements not set. */
enum lrp_status lrp_terms_tensor(const struct lrp_terms *t, const struct lrp_tensor *model, int block, struct lrp_tensor **out,
                                 struct lrp_error *err);
/* Likewise, kept in a slot as long as the blocks are those. */
enum lrp_status lrp_terms_scratch(const struct lrp_terms *t, struct lrp_tensor **slot, const struct lrp_tensor *model,
                                  int block, struct lrp_error *err);
/* The operator's handle for the weights as a term modifies them. Borrowed. */
enum lrp_status lrp_terms_handle(struct lrp_terms *t, const struct lrp_term *term, void **handle, struct lrp_error *err);
/* d of a group: the sum of its terms' products, to be released. */
enum lrp_status lrp_terms_denominators(struct lrp_terms *t, const struct lrp_group *g, const struct lrp_tensor **out,
                                       struct lrp_error *err);
/* t->s = R / stab(d) of a group. */
enum lrp_status lrp_terms_divide(struct lrp_terms *t, const struct lrp_group *g, struct lrp_error *err);

#endif
