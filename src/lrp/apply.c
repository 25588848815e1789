/* apply.c: rules at work (semantics.md sections 2 and 3). */
#include "apply.h"

#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "terms.h"
#include "vector.h"

static const struct lrp_node *node_of(const struct lrp_application *a)
{
    return &lrp_engine_graph(a->engine)->nodes[a->node];
}

static enum lrp_status blame(const struct lrp_application *a, enum lrp_status status, struct lrp_error *err)
{
    return lrp_engine_blame(a->engine, a->node, status, err);
}

static void release_all(struct lrp_tensor **tensors, int count)
{
    for (int i = 0; tensors && i < count; i++) {
        lrp_tensor_release(tensors[i]);
        tensors[i] = NULL;
    }
}

/* A float tensor for every data input: zeroed, but not where all of it is going to be written. */
static enum lrp_status new_given(const struct lrp_application *a, bool zeroed, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_call *call = &node_of(a)->call;
    for (int i = 0; i < call->in_count; i++) given[i] = NULL;
    for (int i = 0; i < call->in_count; i++) {
        if (!lrp_call_is_data(call, i)) continue;
        enum lrp_status status = (zeroed ? lrp_tensor_zero : lrp_tensor_take)(a->run->pool, LRP_DTYPE_FLOAT, &call->in[i].shape,
                                                                             &given[i], err);
        if (status != LRP_OK) {
            release_all(given, call->in_count);
            return blame(a, status, err);
        }
    }
    return LRP_OK;
}

/* given += J^T s, through the node as it is, at the values of the forward pass. */
static enum lrp_status pull_back(const struct lrp_application *a, const struct lrp_tensor *const *s, struct lrp_tensor **given,
                                 struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    if (!n->call.op->vjp) {
        lrp_fail(err, LRP_UNSUPPORTED, "operator %s cannot be differentiated", n->call.op_type);
        return blame(a, LRP_UNSUPPORTED, err);
    }
    const struct lrp_tensor **in = calloc((size_t)n->call.in_count + 1, sizeof(struct lrp_tensor *));
    const struct lrp_tensor **out = calloc((size_t)n->call.out_count + 1, sizeof(struct lrp_tensor *));
    void *handle = NULL;
    enum lrp_status status = in && out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (status == LRP_OK) status = lrp_engine_inputs(a->engine, a->node, a->values, in, err);
    if (status == LRP_OK) status = lrp_engine_handle(a->engine, a->node, NULL, &handle, err);
    for (int i = 0; status == LRP_OK && i < n->call.out_count; i++) out[i] = n->out[i] < 0 ? NULL : a->values[n->out[i]];
    if (status == LRP_OK) {
        status = n->call.op->vjp(&n->call, handle, in, out, s, given, a->run, err);
        if (status != LRP_OK) blame(a, status, err);
    }
    free(in);
    free(out);
    return status;
}

enum lrp_status lrp_apply_gradient(const struct lrp_application *a, struct lrp_tensor **given, struct lrp_error *err)
{
    enum lrp_status status = new_given(a, true, given, err);
    if (status == LRP_OK) status = pull_back(a, a->relevance, given, err);
    if (status != LRP_OK) release_all(given, node_of(a)->call.in_count);
    return status;
}

/* ---- the fallback: any layer, through its vjp ---- */

static enum lrp_status fallback_divide(const struct lrp_application *a, struct lrp_tensor **s, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    for (int j = 0; j < n->call.out_count; j++) {
        if (!a->relevance[j]) continue;
        enum lrp_status status = lrp_tensor_take(a->run->pool, LRP_DTYPE_FLOAT, &a->relevance[j]->shape, &s[j], err);
        if (status != LRP_OK) return status;
        lrp_vector_divide(a->relevance[j]->f, a->values[n->out[j]]->f, a->rule->stabilizer, s[j]->f, s[j]->count, a->run);
    }
    return LRP_OK;
}

/* True for sums of values of one shape and for gates: no vjp is needed, it takes s as it is to every input. */
static bool is_direct(const struct lrp_call *call)
{
    const bool gates = call->op->traits & LRP_TRAIT_GATES;
    if (!gates && !(call->op->traits & LRP_TRAIT_ADDS)) return false;
    for (int i = 0; i < call->in_count; i++)
        if (lrp_call_is_data(call, i) && !lrp_shape_equal(&call->in[i].shape, &call->out[0].shape)) return false;
    return true;
}

/* R_in = a * R/stab(z) in one pass. What a gate stops has z 0, and what it lets through a = z. */
static void share_directly(const struct lrp_application *a, struct lrp_tensor **given)
{
    const struct lrp_node *n = node_of(a);
    const struct lrp_tensor *z = a->values[n->out[0]];
    for (int i = 0; i < n->call.in_count; i++)
        if (given[i])
            lrp_tensors_share(n->call.op->traits & LRP_TRAIT_GATES ? z : a->values[n->in[i]], a->relevance[0], z,
                              a->rule->stabilizer, given[i], a->run);
}

/* z = f(a), s = R/stab(z), R_in = a * J^T s; a product's k factors get R/k each (semantics.md section 3). */
static enum lrp_status fallback(const struct lrp_application *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    if (n->call.op->traits & LRP_TRAIT_MOVES) return pull_back(a, a->relevance, given, err);
    if (is_direct(&n->call)) {
        share_directly(a, given);
        return LRP_OK;
    }
    struct lrp_tensor **s = calloc((size_t)n->call.out_count + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = s ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (status == LRP_OK) status = fallback_divide(a, s, err);
    if (status == LRP_OK) status = pull_back(a, (const struct lrp_tensor *const *)s, given, err);
    float share = 1.0F / (float)lrp_call_product(&n->call);
    for (int i = 0; status == LRP_OK && i < n->call.in_count; i++)
        if (given[i]) lrp_vector_scale_by(share, a->values[n->in[i]]->f, given[i]->f, given[i]->count, a->run);
    release_all(s, n->call.out_count);
    free(s);
    return status;
}

static enum lrp_status pass(const struct lrp_application *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_call *call = &node_of(a)->call;
    if (call->op->traits & LRP_TRAIT_MOVES) return pull_back(a, a->relevance, given, err);
    for (int i = 0; i < call->in_count; i++)
        if (given[i] && a->relevance[0]) memcpy(given[i]->f, a->relevance[0]->f, given[i]->count * sizeof(float));
    return LRP_OK;
}

/* ---- layer normalisation ---- */

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
static void subtract_mean(const struct lrp_shape *shape, const bool *axes, const float *x, float *y, double *sums, size_t *groups)
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

enum lrp_status lrp_apply_centred(const struct lrp_application *a, struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    const struct lrp_tensor *x = a->values[n->in[0]];
    bool axes[LRP_MAX_RANK];
    double *sums = malloc((x->count + 1) * sizeof *sums);
    size_t *groups = malloc((x->count + 1) * sizeof *groups);
    enum lrp_status status = sums && groups ? lrp_tensor_new(LRP_DTYPE_FLOAT, &x->shape, out, err)
                                            : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (status == LRP_OK) {
        normalised_axes(&n->call, axes);
        subtract_mean(&x->shape, axes, x->f, (*out)->f, sums, groups);
    }
    free(sums);
    free(groups);
    return status;
}

/* For a whole LayerNormalization, y = w*u + b at the normalised u: relevance goes to u by the zero rule, R*(w*u)/stab(y). */
static enum lrp_status through_affine(const struct lrp_application *a, float *relevance, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    const struct lrp_tensor *y = a->values[n->out[0]];
    if (n->call.in_count < 2 || n->in[1] < 0) return LRP_OK;
    const struct lrp_tensor **in = calloc((size_t)n->call.in_count + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = in ? lrp_engine_inputs(a->engine, a->node, a->values, in, err)
                                : lrp_fail(err, LRP_MEMORY, "not enough memory");
    const struct lrp_tensor *b = status == LRP_OK && n->call.in_count > 2 ? in[2] : NULL;
    for (size_t i = 0; status == LRP_OK && i < y->count; i++) {
        float bias = b && b->count ? b->f[i % b->count] : 0;
        relevance[i] *= (y->f[i] - bias) / lrp_stabilize(y->f[i], a->rule->stabilizer);
    }
    free(in);
    return status;
}

static enum lrp_status layer_norm(const struct lrp_application *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    const struct lrp_tensor *x = a->values[n->in[0]];
    bool axes[LRP_MAX_RANK];
    float *centred = malloc((x->count + 1) * sizeof *centred), *s = malloc((x->count + 1) * sizeof *s);
    double *sums = malloc((x->count + 1) * sizeof *sums);
    size_t *groups = malloc((x->count + 1) * sizeof *groups);
    enum lrp_status status = centred && s && sums && groups ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (status == LRP_OK && a->relevance[0]) {
        normalised_axes(&n->call, axes);
        subtract_mean(&x->shape, axes, x->f, centred, sums, groups);
        memcpy(s, a->relevance[0]->f, x->count * sizeof *s);
        status = through_affine(a, s, err);
    }
    if (status == LRP_OK && a->relevance[0]) {
        for (size_t i = 0; i < x->count; i++) s[i] /= lrp_stabilize(centred[i], a->rule->stabilizer);
        subtract_mean(&x->shape, axes, s, given[0]->f, sums, groups);
        for (size_t i = 0; i < x->count; i++) given[0]->f[i] *= x->f[i];
    }
    free(centred);
    free(s);
    free(sums);
    free(groups);
    return status;
}

/* A function of a book: what it says of an error is told of the layer. */
static enum lrp_status by_function(const struct lrp_application *a, struct lrp_tensor **given, struct lrp_error *err)
{
    enum lrp_status status = a->rule->how->function(a->rule->how->data, a, given, err);
    return status == LRP_OK ? LRP_OK : blame(a, status, err);
}

enum lrp_status lrp_apply(const struct lrp_application *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    const enum lrp_rule_method method = a->rule->how->method;
    const bool terms = method == LRP_BY_TERMS && lrp_call_weighted(&n->call);
    const bool written = terms || (method == LRP_BY_TERMS && is_direct(&n->call)); /* every element of what is given */
    enum lrp_status status = new_given(a, !written, given, err);
    if (status != LRP_OK) return status;
    switch (method) {
    case LRP_BY_PASSING: status = pass(a, given, err); break;
    case LRP_BY_GRADIENT: status = pull_back(a, a->relevance, given, err); break;
    case LRP_BY_LAYER_NORM: status = layer_norm(a, given, err); break;
    case LRP_BY_FUNCTION: status = by_function(a, given, err); break;
    case LRP_BY_TERMS: status = terms ? lrp_apply_terms(a, given[0], err) : fallback(a, given, err); break;
    }
    if (status != LRP_OK) release_all(given, n->call.in_count);
    return status;
}
