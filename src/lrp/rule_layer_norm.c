/* rule_layer_norm.c: the rule layer-norm: the affine part by the zero rule, then the rule of what is centred. */
#include "account.h"
#include "apply_parts.h"

#include <stdlib.h>
#include <string.h>

#include "tensor_slots.h"
#include "vector.h"

/* The axes a normalising node works over, as a mask by axis. */
static void normalised_axes(const struct lrp_call *call, bool axes[LRP_MAX_RANK])
{
    int64_t list[LRP_MAX_RANK];
    int rank = call->in[0].shape.rank, count = lrp_call_ints(call, "axes", list, LRP_MAX_RANK);
    int first = lrp_normalize_axis(lrp_call_int(call, "axis", -1), rank);
    for (int i = 0; i < LRP_MAX_RANK; i++) axes[i] = count < 0 && i >= first && i < rank;
    for (int i = 0; i < count; i++) {
        int axis = lrp_normalize_axis(list[i], rank);
        if (axis >= 0) axes[axis] = true;
    }
}

/* y = x - mean of x over the axes. */
static void subtract_mean(const struct lrp_shape *shape, const bool *axes, const float *x, float *y, double *sums,
                          size_t *groups)
{
    size_t count = 1, group_count = 1, stride[LRP_MAX_RANK] = {0};
    for (int i = shape->rank - 1; i >= 0; i--) {
        count *= (size_t)shape->dim[i];
        stride[i] = axes[i] ? 0 : group_count;
        if (!axes[i]) group_count *= (size_t)shape->dim[i];
    }
    for (size_t g = 0; g < group_count; g++) sums[g] = 0;
    for (size_t i = 0; i < count; i++) {
        size_t rest = i, g = 0;
        for (int axis = shape->rank - 1; axis >= 0; axis--) {
            g += rest % (size_t)shape->dim[axis] * stride[axis];
            rest /= (size_t)shape->dim[axis];
        }
        groups[i] = g;
        sums[g] += (double)x[i];
    }
    double share = count ? (double)group_count / (double)count : 0;
    for (size_t i = 0; i < count; i++) y[i] = (float)((double)x[i] - sums[groups[i]] * share);
}

enum lrp_status lrp_apply_centred(const struct lrp_rule_step *step, struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    const struct lrp_tensor *x = lrp_rule_step_value(step, n->in[0]);
    if (!x) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    bool axes[LRP_MAX_RANK];
    double *sums = malloc((x->count + 1) * sizeof *sums);
    size_t *groups = malloc((x->count + 1) * sizeof *groups);
    enum lrp_status status =
        sums && groups ? lrp_tensor_new(LRP_DTYPE_FLOAT, &x->shape, out, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) {
        normalised_axes(&n->call, axes);
        subtract_mean(&x->shape, axes, x->f, (*out)->f, sums, groups);
    }
    free(sums);
    free(groups);
    return status;
}

/* For a whole LayerNormalization, y = w*u + b at the normalised u: relevance goes to u by the zero rule, R*(w*u)/stab(y). */
static enum lrp_status through_affine(const struct lrp_rule_step *step, float *relevance, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    const struct lrp_tensor *y = lrp_rule_step_value(step, n->out[0]);
    if (n->call.in_count < 2 || n->in[1] < 0) return LRP_OK;
    struct lrp_const_tensor_slots inputs;
    const struct lrp_tensor **in = lrp_const_tensor_slots(&inputs, n->call.in_count);
    enum lrp_status status = in ? lrp_engine_inputs(step->engine, step->node, step->values, 0, step->run, in, err)
                                : lrp_fail(err, LRP_MEMORY, "not enough memory");
    const struct lrp_tensor *b = !status && n->call.in_count > 2 ? in[2] : NULL;
    for (size_t i = 0; !status && i < y->count; i++) {
        float bias = b && b->count ? b->f[i % b->count] : 0;
        relevance[i] *= (y->f[i] - bias) / lrp_stabilize(y->f[i], step->rule->stabilizer);
    }
    lrp_const_tensor_slots_free(&inputs);
    return status;
}

static enum lrp_status share_norm(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    const struct lrp_tensor *x = lrp_rule_step_value(step, n->in[0]), *r = lrp_rule_step_relevance(step, 0);
    bool axes[LRP_MAX_RANK];
    float *centred = calloc(x->count + 1, sizeof *centred), *s = malloc((x->count + 1) * sizeof *s);
    double *sums = malloc((x->count + 1) * sizeof *sums);
    size_t *groups = malloc((x->count + 1) * sizeof *groups);
    enum lrp_status status = centred && s && sums && groups ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status && r) {
        normalised_axes(&n->call, axes);
        subtract_mean(&x->shape, axes, x->f, centred, sums, groups);
        memcpy(s, r->f, x->count * sizeof *s);
        status = through_affine(step, s, err);
    }
    if (!status && r) {
        for (size_t i = 0; i < x->count; i++) s[i] /= lrp_stabilize(centred[i], step->rule->stabilizer);
        subtract_mean(&x->shape, axes, s, given[0]->f, sums, groups);
        for (size_t i = 0; i < x->count; i++) given[0]->f[i] *= x->f[i];
    }
    free(centred);
    free(s);
    free(sums);
    free(groups);
    return status;
}

static enum lrp_status apply_norm(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    return lrp_apply_rows(step, share_norm, given, err);
}

const struct lrp_rule_row lrp_rule_row_layer_norm = {.info = {.name = "layer-norm",
                                                              .formula = "a * (s - mean(s)), s = R / stab(a - mean(a))",
                                                              .fits = "layer-norm",
                                                              LRP_RULE_TAKES({"stabilizer", "1e-9", LRP_PARAMETER_STABILIZER})},
                                                     .apply = apply_norm,
                                                     .account = lrp_account_layer_norm,
                                                     .fit = lrp_fits_layer_norm};
