/* apply_shares.c: what a group of terms shares out, for the ledger. */
#include <string.h>

#include "apply_terms.h"
#include "vector.h"

/* W~ 0 + b~ of all terms that have a bias; *out NULL: none has. */
static enum lrp_status sum_biases(struct lrp_terms *t, const struct lrp_group *g, const struct lrp_tensor **out,
                                  struct lrp_error *err)
{
    struct lrp_tensor *zeros = NULL, *sum = NULL;
    enum lrp_status status = lrp_tensor_zero(t->step->run->pool, LRP_DTYPE_FLOAT, &t->x->shape, &zeros, err);
    if (!status) status = lrp_terms_scratch(t, &t->other, t->z, 0, err);
    for (int i = 0; !status && i < g->term_count; i++) {
        if (g->terms[i].bias == LRP_WEIGHT_NONE) continue;
        const struct lrp_tensor *in[8] = {zeros};
        struct lrp_tensor *one[1] = {t->other};
        void *handle = NULL;
        if (!sum) status = lrp_tensor_zero(t->step->run->pool, LRP_DTYPE_FLOAT, &t->z->shape, &sum, err);
        if (!status) status = lrp_terms_handle(t, &g->terms[i], &handle, err);
        if (!status) status = t->call->op->forward(t->call, handle, in, one, t->step->run, err);
        if (!status) lrp_tensors_add((float)g->terms[i].sign, t->other, false, sum, t->step->run);
    }
    lrp_tensor_release(zeros);
    *out = sum;
    return status;
}

/* A tensor in blocks of so many channels in the place of one in others. */
static enum lrp_status in_blocks(struct lrp_terms *t, int block, const struct lrp_tensor **tensor, struct lrp_error *err)
{
    struct lrp_tensor *turned = NULL;
    if (!*tensor || (*tensor)->block == block) return LRP_OK;
    enum lrp_status status = lrp_terms_tensor(t, t->z, block, &turned, err);
    if (!status) lrp_tensors_add(1, *tensor, true, turned, t->step->run);
    lrp_tensor_release(*tensor);
    *tensor = turned;
    return status;
}

void lrp_shares_release(struct lrp_shares *shares)
{
    lrp_tensor_release(shares->d);
    lrp_tensor_release(shares->bias);
    lrp_tensor_release(shares->s);
    *shares = (struct lrp_shares){0};
}

enum lrp_status lrp_apply_shares(const struct lrp_rule_step *step, int group, int block, struct lrp_shares *out,
                                 struct lrp_error *err)
{
    struct lrp_group groups[LRP_GROUPS];
    lrp_rule_groups(step->rule, groups);
    const struct lrp_group *g = &groups[group];
    struct lrp_terms t = lrp_terms_of(step);
    *out = (struct lrp_shares){0};
    enum lrp_status status = lrp_terms_denominators(&t, g, &out->d, err);
    if (!status) status = in_blocks(&t, block, &out->d, err);
    if (!status) status = sum_biases(&t, g, &out->bias, err);
    if (!status) status = in_blocks(&t, block, &out->bias, err);
    if (!status && step->inner_activation >= 0 && g->term_count == 1) {
        status = lrp_terms_divide(&t, g, err);
        if (!status) out->s = lrp_tensor_retain(t.s);
        if (!status) status = in_blocks(&t, block, &out->s, err);
    }
    lrp_terms_release(&t);
    if (!status) return LRP_OK;
    lrp_shares_release(out);
    return lrp_engine_blame(step->engine, step->node, status, err);
}
