/* ledger_causes.c: what became of the relevance that a node did not give back: everything but layers with weights. */
#include <math.h>
#include <stdlib.h>

#include "account.h"
#include "vector.h"

static const struct lrp_call *call_of(const struct lrp_account *a)
{
    return &a->node->call;
}

static bool has_trait(const struct lrp_account *a, enum lrp_trait trait)
{
    return call_of(a)->op->traits & trait;
}

/* An operand that is given nothing: constant, or computed from constants alone. */
static bool is_constant(const struct lrp_account *a, int input)
{
    const struct lrp_call *call = call_of(a);
    return lrp_call_has(call, input) && !a->given[input] && lrp_dtype_is_float(call->in[input].dtype);
}

static int first_constant(const struct lrp_account *a)
{
    for (int i = 0; i < call_of(a)->in_count; i++)
        if (is_constant(a, i)) return i;
    return -1;
}

/* Where the layer's constant operands have a name, their share goes by it. */
static enum lrp_cause constant_cause(const struct lrp_account *a)
{
    const int input = first_constant(a);
    return input < 0 ? LRP_CAUSE_CONSTANTS : lrp_constant_cause(lrp_engine_graph(a->step->engine), a->node->in[input]);
}

/* A layer that moves elements gives all of R back, but for what lies on padding, on constants, or on entries it makes up
 * itself. */
static void account_moved(const struct lrp_account *a)
{
    const double lost = a->in - a->out;
    if (fabs(lost) <= 1e-6 * a->size) return;
    a->causes[has_trait(a, LRP_TRAIT_PADS) ? LRP_CAUSE_PADDING
              : first_constant(a) >= 0     ? constant_cause(a)
                                           : LRP_CAUSE_DROPPED] += lost;
}

/* s = R/stab(z), in rows. */
static enum lrp_status quotients(const struct lrp_account *a, struct lrp_tensor **s, struct lrp_error *err)
{
    const struct lrp_rule_step *p = a->step;
    enum lrp_status status = lrp_rule_step_row_major(p, err);
    for (int j = 0; !status && j < call_of(a)->out_count; j++) {
        if (!p->relevance[j]) continue;
        status = lrp_tensor_new(LRP_DTYPE_FLOAT, &p->relevance[j]->shape, &s[j], err);
        if (!status)
            lrp_tensors_divide(p->relevance[j], p->values[a->node->out[j]], p->rule->stabilizer, NULL, 0, s[j], p->run);
    }
    return status;
}

/* What the rule would give to constant operands if they were data: sum of c J_c^T s. */
static enum lrp_status constants_share(const struct lrp_account *a, struct lrp_tensor *const *s, double *out,
                                       struct lrp_error *err)
{
    const struct lrp_call *call = call_of(a);
    const struct lrp_rule_step *p = a->step;
    const size_t ins = (size_t)call->in_count + 1, outs = (size_t)call->out_count + 1;
    const struct lrp_tensor **in = calloc(ins, sizeof(struct lrp_tensor *)),
                            **values = calloc(outs, sizeof(struct lrp_tensor *));
    struct lrp_tensor **grad = calloc(ins, sizeof(struct lrp_tensor *));
    void *handle = NULL;
    enum lrp_status status = in && values && grad ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_engine_inputs(p->engine, p->node, p->values, 0, p->run, in, err);
    if (!status) status = lrp_engine_handle(p->engine, p->node, NULL, &handle, p->run, err);
    for (int i = 0; !status && i < call->in_count; i++)
        if (in[i] && is_constant(a, i)) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &in[i]->shape, &grad[i], err);
    for (int j = 0; !status && j < call->out_count; j++) values[j] = lrp_rule_step_value(p, a->node->out[j]);
    if (!status) status = call->op->vjp(call, handle, in, values, (const struct lrp_tensor *const *)s, grad, p->run, err);
    *out = 0;
    for (int i = 0; grad && i < call->in_count; i++) {
        for (size_t k = 0; !status && grad[i] && k < grad[i]->count; k++)
            if (in[i]->f[k] != 0 && grad[i]->f[k] != 0) *out += (double)in[i]->f[k] * (double)grad[i]->f[k];
        lrp_tensor_release(grad[i]);
    }
    free(in);
    free(values);
    free(grad);
    return status;
}

/* Sum over outputs of s z less what was given: to constants, to a bias, or f is not homogeneous. */
static enum lrp_status not_given(const struct lrp_account *a, double lost, struct lrp_error *err)
{
    double constants = 0;
    enum lrp_status status = LRP_OK;
    if (has_trait(a, LRP_TRAIT_OPERANDS) && first_constant(a) >= 0) {
        struct lrp_tensor **s = calloc((size_t)call_of(a)->out_count + 1, sizeof(struct lrp_tensor *));
        status = s ? quotients(a, s, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
        if (!status) status = constants_share(a, s, &constants, err);
        for (int j = 0; s && j < call_of(a)->out_count; j++) lrp_tensor_release(s[j]);
        free(s);
    }
    a->causes[constant_cause(a)] += constants;
    lost -= constants;
    if (fabs(lost) > 1e-6 * a->size) a->causes[has_trait(a, LRP_TRAIT_BIASED) ? LRP_CAUSE_BIAS : LRP_CAUSE_ACTIVATION] += lost;
    return status;
}

/* Shares without a quotient: a product's factors have all of it, a softmax keeps or adds some. */
static enum lrp_status shared(const struct lrp_account *a)
{
    const double lost = a->in - a->out;
    const bool product = has_trait(a, LRP_TRAIT_PRODUCT);
    if (!product && fabs(lost) > 1e-6 * a->size) a->causes[LRP_CAUSE_SOFTMAX] += lost;
    return LRP_OK;
}

/* An operator that says itself what it keeps. */
static enum lrp_status by_own(const struct lrp_account *a, struct lrp_error *err)
{
    struct lrp_tensor **given = calloc((size_t)call_of(a)->in_count + 1, sizeof(struct lrp_tensor *));
    struct lrp_losses losses = {0};
    enum lrp_status status = given ? lrp_rule_step_row_major(a->step, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int i = 0; !status && i < call_of(a)->in_count; i++)
        if (a->given[i]) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &a->given[i]->shape, &given[i], err);
    if (!status) status = lrp_apply_own(a->step, given, &losses, err);
    a->causes[LRP_CAUSE_BIAS] += losses.bias;
    a->causes[LRP_CAUSE_CONSTANTS] += losses.constants;
    a->causes[LRP_CAUSE_STABILIZER] += losses.stabilizer;
    a->causes[LRP_CAUSE_DEAD] += losses.dead;
    for (int i = 0; given && i < call_of(a)->in_count; i++) lrp_tensor_release(given[i]);
    free(given);
    return status;
}

/* The fallback: s = R/stab(z), R_in = a J^T s. */
static enum lrp_status fallen_back(const struct lrp_account *a, struct lrp_error *err)
{
    const struct lrp_rule_step *p = a->step;
    double passed = 0;
    if (call_of(a)->op->relevance) return by_own(a, err);
    for (int j = 0; j < call_of(a)->out_count; j++) {
        struct lrp_ledger_pair of;
        if (!p->relevance[j]) continue;
        enum lrp_status status = lrp_ledger_pair(a, j, &of, err);
        if (status) return status;
        passed += lrp_ledger_divided(of.r->f, of.z->f, of.count, (double)p->rule->stabilizer, a->causes);
    }
    return not_given(a, passed - a->out, err);
}

/* The affine part of a whole LayerNormalization, y = w u + b, goes first, by the zero rule at the normalised u: from R to what
 * is left. */
static enum lrp_status through_affine(const struct lrp_account *a, struct lrp_tensor *r, struct lrp_error *err)
{
    const struct lrp_rule_step *p = a->step;
    const struct lrp_call *call = call_of(a);
    if (call->in_count < 2 || a->node->in[1] < 0) return LRP_OK;
    const struct lrp_tensor *y = lrp_rule_step_value(p, a->node->out[0]);
    const struct lrp_tensor **in = calloc((size_t)call->in_count + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = in ? lrp_engine_inputs(p->engine, p->node, p->values, 0, p->run, in, err)
                                : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) lrp_ledger_divided(r->f, y->f, r->count, (double)p->rule->stabilizer, a->causes);
    const struct lrp_tensor *b = !status && call->in_count > 2 ? in[2] : NULL;
    for (size_t k = 0; !status && k < r->count; k++) {
        const double s = (double)r->f[k] / (double)lrp_stabilize(y->f[k], p->rule->stabilizer);
        const double bias = b && b->count ? (double)b->f[k % b->count] : 0;
        if (isfinite(s)) a->causes[LRP_CAUSE_BIAS] += s * bias;
        r->f[k] = (float)(s * ((double)y->f[k] - bias));
    }
    free(in);
    return status;
}

/* R_in = a (s - mean s) with s = R/stab(a - mean a) sums up to s (a - mean a): only the stabilizer takes something. */
static enum lrp_status normalised(const struct lrp_account *a, struct lrp_error *err)
{
    const struct lrp_rule_step *p = a->step;
    struct lrp_tensor *r = NULL, *centred = NULL;
    if (!p->relevance[0]) return LRP_OK;
    enum lrp_status status = lrp_rule_step_row_major(p, err);
    if (!status) status = lrp_tensor_copy(lrp_rule_step_relevance(p, 0), &r, err);
    if (!status) status = through_affine(a, r, err);
    if (!status) status = lrp_apply_centred(p, &centred, err);
    if (!status) lrp_ledger_divided(r->f, centred->f, r->count, (double)p->rule->stabilizer, a->causes);
    lrp_tensor_release(r);
    lrp_tensor_release(centred);
    return status;
}

/* ---- columns of rule_row.h ---- */

static bool moves(const struct lrp_account *a)
{
    return call_of(a)->op->traits & (LRP_TRAIT_MOVES | LRP_TRAIT_ROUTES);
}

enum lrp_status lrp_account_design(const struct lrp_account *a, struct lrp_error *err)
{
    (void)err;
    a->causes[LRP_CAUSE_DESIGN] += a->in - a->out;
    return LRP_OK;
}

enum lrp_status lrp_account_pass(const struct lrp_account *a, struct lrp_error *err)
{
    (void)err;
    if (moves(a)) account_moved(a);
    return LRP_OK;
}

enum lrp_status lrp_account_gradient(const struct lrp_account *a, struct lrp_error *err)
{
    return moves(a) ? lrp_account_pass(a, err) : lrp_account_design(a, err);
}

enum lrp_status lrp_account_layer_norm(const struct lrp_account *a, struct lrp_error *err)
{
    return normalised(a, err);
}

enum lrp_status lrp_account_groups(const struct lrp_account *a, struct lrp_error *err)
{
    if (moves(a)) return lrp_account_pass(a, err);
    if (lrp_call_weighted(call_of(a))) return lrp_account_terms(a, err);
    return call_of(a)->op->share ? shared(a) : fallen_back(a, err);
}
