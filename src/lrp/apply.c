/* apply.c: rules at work (semantics.md sections 2 and 3). */
#include "apply.h"

#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "tensor_slots.h"
#include "terms.h"
#include "vector.h"

static const struct lrp_node *node_of(const struct lrp_rule_step *a)
{
    return &lrp_engine_graph(a->engine)->nodes[a->node];
}

static enum lrp_status blame(const struct lrp_rule_step *a, enum lrp_status status, struct lrp_error *err)
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

/* How what a node gives is to be made: zeroed, but not where all of it is going to be written; in blocks of channels
 * (blocked.h), 0: in rows, LIKE_VALUES: as the values it goes to. */
enum { LIKE_VALUES = -1 };
struct making {
    bool zeroed;
    int block;
};

/* A float tensor for every data input. */
static enum lrp_status new_given(const struct lrp_rule_step *a, struct making how, struct lrp_tensor **given,
                                 struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    const struct lrp_call *call = &n->call;
    for (int i = 0; i < call->in_count; i++) given[i] = NULL;
    for (int i = 0; i < call->in_count; i++) {
        if (!lrp_call_is_data(call, i)) continue;
        const int block = how.block == LIKE_VALUES ? a->values[n->in[i]]->block : how.block;
        enum lrp_status status = lrp_tensor_take_blocked(a->run->pool, &call->in[i].shape, block, &given[i], err);
        if (!status && how.zeroed) memset(given[i]->f, 0, lrp_tensor_bytes(given[i]));
        if (status) {
            release_all(given, call->in_count);
            return blame(a, status, err);
        }
    }
    return LRP_OK;
}

/* How a node's vjp works: with its handle, from cotangents in some blocks of channels to gradients in some. */
struct way_back {
    void *handle;
    int from, to;
    bool written; /* all of the gradients, whatever was there */
};

/* Values that are not in the blocks its vjp works in have to be turned, so that they had better all be. */
static enum lrp_status way_back(const struct lrp_rule_step *a, struct way_back *way, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    *way = (struct way_back){.written = lrp_call_weighted(&n->call) || n->call.op->traits & LRP_TRAIT_SELECTS};
    if (!n->call.op->vjp) {
        lrp_fail(err, LRP_UNSUPPORTED, "operator %s cannot be differentiated", n->call.op_type);
        return blame(a, LRP_UNSUPPORTED, err);
    }
    enum lrp_status status = lrp_engine_handle(a->engine, a->node, NULL, &way->handle, a->run, err);
    if (!status)
        status = lrp_engine_blocks(a->engine, a->node, a->values, way->handle, true, a->run, &way->from, &way->to, err);
    bool alike = !status;
    for (int i = 0; alike && i < n->call.in_count; i++)
        if (lrp_call_is_data(&n->call, i)) alike = a->values[n->in[i]]->block == way->to;
    alike = alike && (!way->from || a->values[n->out[0]]->block == way->from);
    if (!alike && !lrp_call_weighted(&n->call)) way->from = way->to = 0;
    return status;
}

/* The cotangents in the blocks that are asked for: borrowed, or made in `made` if they have to be blocked. */
static enum lrp_status cotangents(const struct lrp_rule_step *a, int block, const struct lrp_tensor *const *s,
                                  const struct lrp_tensor **out, struct lrp_tensor **made, struct lrp_error *err)
{
    const struct lrp_call *call = &node_of(a)->call;
    enum lrp_status status = LRP_OK;
    for (int j = 0; !status && j < call->out_count; j++) {
        out[j] = s[j];
        status = lrp_engine_row_major(a->engine, a->node, block, a->run, &out[j], err);
    }
    if (status || !block || !out[0] || out[0]->block) return status;
    status = lrp_tensor_take_blocked(a->run->pool, &out[0]->shape, block, made, err);
    if (status) return blame(a, status, err);
    lrp_tensors_add(1, out[0], true, *made, a->run);
    out[0] = *made;
    return LRP_OK;
}

/* given += J^T s, through the node as it is, at the values of the forward pass; given is made as `way` says. */
static enum lrp_status pull_back(const struct lrp_rule_step *a, const struct way_back *way, const struct lrp_tensor *const *s,
                                 struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    struct lrp_const_tensor_slots inputs, outputs, back;
    const struct lrp_tensor **in = lrp_const_tensor_slots(&inputs, n->call.in_count);
    const struct lrp_tensor **out = lrp_const_tensor_slots(&outputs, n->call.out_count);
    const struct lrp_tensor **cotangent = lrp_const_tensor_slots(&back, n->call.out_count);
    struct lrp_tensor *made = NULL;
    void *handle = NULL;
    enum lrp_status status = in && out && cotangent ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_engine_inputs(a->engine, a->node, a->values, way->to, a->run, in, err);
    for (int i = 0; !status && i < n->call.out_count; i++) {
        out[i] = n->out[i] < 0 ? NULL : a->values[n->out[i]];
        status = lrp_engine_row_major(a->engine, a->node, way->from, a->run, &out[i], err);
    }
    if (!status) status = cotangents(a, way->from, s, cotangent, &made, err);
    if (!status) status = lrp_engine_handle(a->engine, a->node, NULL, &handle, a->run, err);
    if (!status) {
        status = n->call.op->vjp(&n->call, handle, in, out, cotangent, given, a->run, err);
        if (status) blame(a, status, err);
    }
    lrp_tensor_release(made);
    lrp_const_tensor_slots_free(&inputs);
    lrp_const_tensor_slots_free(&outputs);
    lrp_const_tensor_slots_free(&back);
    return status;
}

enum lrp_status lrp_apply_gradient(const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    struct way_back way;
    enum lrp_status status = way_back(a, &way, err);
    if (!status) status = new_given(a, (struct making){!way.written, way.to}, given, err);
    if (status) return status;
    status = pull_back(a, &way, a->relevance, given, err);
    if (status) release_all(given, node_of(a)->call.in_count);
    return status;
}

/* ---- the fallback: any layer, through its vjp ---- */

/* What goes back through the vjp: R/stab(z), or, where outputs are elements of the input, what these get: z R/stab(z). */
static enum lrp_status fallback_divide(const struct lrp_rule_step *a, const struct way_back *way, struct lrp_tensor **s,
                                       struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    for (int j = 0; j < n->call.out_count; j++) {
        if (!a->relevance[j]) continue;
        const struct lrp_tensor *z = a->values[n->out[j]];
        enum lrp_status status = lrp_tensor_take_blocked(a->run->pool, &a->relevance[j]->shape, j ? 0 : way->from, &s[j], err);
        if (status) return status;
        if (n->call.op->traits & LRP_TRAIT_SELECTS)
            lrp_tensors_share(z, a->relevance[j], z, a->rule->stabilizer, s[j], a->run);
        else
            lrp_tensors_divide(a->relevance[j], z, a->rule->stabilizer, NULL, 0, s[j], a->run);
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
static void share_directly(const struct lrp_rule_step *a, struct lrp_tensor **given)
{
    const struct lrp_node *n = node_of(a);
    const struct lrp_tensor *z = a->values[n->out[0]];
    for (int i = 0; i < n->call.in_count; i++)
        if (given[i])
            lrp_tensors_share(n->call.op->traits & LRP_TRAIT_GATES ? z : a->values[n->in[i]], a->relevance[0], z,
                              a->rule->stabilizer, given[i], a->run);
}

/* z = f(a), s = R/stab(z), R_in = a * J^T s; a product's k factors get R/k each (semantics.md section 3). */
static enum lrp_status fallback(const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    struct way_back way;
    if (n->call.op->traits & LRP_TRAIT_MOVES) return lrp_apply_gradient(a, given, err);
    if (is_direct(&n->call)) {
        enum lrp_status status = new_given(a, (struct making){false, LIKE_VALUES}, given, err);
        if (!status) share_directly(a, given);
        return status;
    }
    struct lrp_tensor_slots divided;
    struct lrp_tensor **s = lrp_tensor_slots(&divided, n->call.out_count);
    enum lrp_status status = s ? way_back(a, &way, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = new_given(a, (struct making){!way.written, way.to}, given, err);
    if (!status) status = fallback_divide(a, &way, s, err);
    if (!status) status = pull_back(a, &way, (const struct lrp_tensor *const *)s, given, err);
    float share = 1.0F / (float)lrp_call_product(&n->call);
    for (int i = 0; !status && i < n->call.in_count && !(n->call.op->traits & LRP_TRAIT_SELECTS); i++)
        if (given[i]) lrp_tensors_add_product(share, a->values[n->in[i]], given[i], true, given[i], a->run);
    release_all(s, n->call.out_count);
    lrp_tensor_slots_free(&divided);
    return status;
}

static enum lrp_status pass(const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_call *call = &node_of(a)->call;
    if (call->op->traits & LRP_TRAIT_MOVES) return lrp_apply_gradient(a, given, err);
    enum lrp_status status = new_given(a, (struct making){!a->relevance[0], LIKE_VALUES}, given, err);
    for (int i = 0; !status && i < call->in_count; i++)
        if (given[i] && a->relevance[0]) lrp_tensors_add(1, a->relevance[0], true, given[i], a->run);
    return status;
}

/* ---- rules that read numbers one by one ---- */

enum lrp_status lrp_rule_step_row_major(const struct lrp_rule_step *a, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    enum lrp_status status = LRP_OK;
    for (int i = 0; !status && i < n->call.in_count + n->call.out_count; i++) {
        const int value = i < n->call.in_count ? n->in[i] : n->out[i - n->call.in_count];
        const struct lrp_tensor *t = value < 0 ? NULL : a->values[value];
        status = lrp_engine_row_major(a->engine, a->node, 0, a->run, &t, err);
        t = i < n->call.in_count ? NULL : a->relevance[i - n->call.in_count];
        if (!status) status = lrp_engine_row_major(a->engine, a->node, 0, a->run, &t, err);
    }
    return status;
}

const struct lrp_tensor *lrp_rule_step_value(const struct lrp_rule_step *a, int value)
{
    return value < 0 ? NULL : lrp_tensor_row_major(a->values[value], a->run);
}

const struct lrp_tensor *lrp_rule_step_relevance(const struct lrp_rule_step *a, int output)
{
    return lrp_tensor_row_major(a->relevance[output], a->run);
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

enum lrp_status lrp_apply_centred(const struct lrp_rule_step *a, struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    const struct lrp_tensor *x = lrp_rule_step_value(a, n->in[0]);
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
static enum lrp_status through_affine(const struct lrp_rule_step *a, float *relevance, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    const struct lrp_tensor *y = lrp_rule_step_value(a, n->out[0]);
    if (n->call.in_count < 2 || n->in[1] < 0) return LRP_OK;
    struct lrp_const_tensor_slots inputs;
    const struct lrp_tensor **in = lrp_const_tensor_slots(&inputs, n->call.in_count);
    enum lrp_status status = in ? lrp_engine_inputs(a->engine, a->node, a->values, 0, a->run, in, err)
                                : lrp_fail(err, LRP_MEMORY, "not enough memory");
    const struct lrp_tensor *b = !status && n->call.in_count > 2 ? in[2] : NULL;
    for (size_t i = 0; !status && i < y->count; i++) {
        float bias = b && b->count ? b->f[i % b->count] : 0;
        relevance[i] *= (y->f[i] - bias) / lrp_stabilize(y->f[i], a->rule->stabilizer);
    }
    lrp_const_tensor_slots_free(&inputs);
    return status;
}

static enum lrp_status layer_norm(const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    const struct lrp_tensor *x = lrp_rule_step_value(a, n->in[0]), *r = lrp_rule_step_relevance(a, 0);
    bool axes[LRP_MAX_RANK];
    float *centred = malloc((x->count + 1) * sizeof *centred), *s = malloc((x->count + 1) * sizeof *s);
    double *sums = malloc((x->count + 1) * sizeof *sums);
    size_t *groups = malloc((x->count + 1) * sizeof *groups);
    enum lrp_status status = centred && s && sums && groups ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status && r) {
        normalised_axes(&n->call, axes);
        subtract_mean(&x->shape, axes, x->f, centred, sums, groups);
        memcpy(s, r->f, x->count * sizeof *s);
        status = through_affine(a, s, err);
    }
    if (!status && r) {
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
static enum lrp_status by_function(const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    enum lrp_status status = a->rule->how->function(a->rule->how->data, a, given, err);
    return !status ? LRP_OK : blame(a, status, err);
}

/* A rule that fills zeroed tensors in rows. */
static enum lrp_status by_rows(const struct lrp_rule_step *a,
                               enum lrp_status (*rule)(const struct lrp_rule_step *, struct lrp_tensor **, struct lrp_error *),
                               struct lrp_tensor **given, struct lrp_error *err)
{
    enum lrp_status status = new_given(a, (struct making){true, 0}, given, err);
    if (!status) status = lrp_rule_step_row_major(a, err);
    return !status ? rule(a, given, err) : status;
}

static enum lrp_status by_terms(const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const enum lrp_status status = new_given(a, (struct making){false, LIKE_VALUES}, given, err);
    return !status ? lrp_apply_terms(a, given[0], err) : status;
}

enum lrp_status lrp_apply(const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    enum lrp_status status = LRP_OK;
    switch (a->rule->how->method) {
    case LRP_BY_PASSING:
        status = pass(a, given, err);
        break;
    case LRP_BY_GRADIENT:
        status = lrp_apply_gradient(a, given, err);
        break;
    case LRP_BY_LAYER_NORM:
        status = by_rows(a, layer_norm, given, err);
        break;
    case LRP_BY_FUNCTION:
        status = by_rows(a, by_function, given, err);
        break;
    case LRP_BY_TERMS:
        status = lrp_call_weighted(&n->call) ? by_terms(a, given, err) : fallback(a, given, err);
        break;
    }
    if (status) release_all(given, n->call.in_count);
    return status;
}
