/* apply.c: rules at work (semantics.md sections 2 and 3). */
#include "apply.h"

#include <stdlib.h>
#include <string.h>

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

/* A zeroed float tensor for every data input. */
static enum lrp_status new_given(const struct lrp_application *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_call *call = &node_of(a)->call;
    for (int i = 0; i < call->in_count; i++) given[i] = NULL;
    for (int i = 0; i < call->in_count; i++) {
        if (!lrp_call_is_data(call, i)) continue;
        enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &call->in[i].shape, &given[i], err);
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
    enum lrp_status status = new_given(a, given, err);
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
        enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &a->relevance[j]->shape, &s[j], err);
        if (status != LRP_OK) return status;
        lrp_vector_divide(a->relevance[j]->f, a->values[n->out[j]]->f, a->rule->stabilizer, s[j]->f, s[j]->count, a->run);
    }
    return LRP_OK;
}

/* z = f(a), s = R/stab(z), R_in = a * J^T s; a product's k factors get R/k each (semantics.md section 3). */
static enum lrp_status fallback(const struct lrp_application *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    if (n->call.op->traits & LRP_TRAIT_MOVES) return pull_back(a, a->relevance, given, err);
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

/* ---- groups of terms, on layers with weights ---- */

/* What the terms of one application share. */
struct terms {
    const struct lrp_application *a;
    const struct lrp_call *call;
    const struct lrp_tensor *x, *z, *r;
    bool x_has_negative;
    struct lrp_tensor *inputs[6]; /* by enum lrp_term_input, made when needed; [LRP_TERM_A] stays NULL */
    struct lrp_tensor *d, *product, *back;
};

/* Bounds are one number, one per channel, or one per element of a sample. */
static void fill_bound(const float *bound, size_t count, struct lrp_tensor *t)
{
    size_t batch = t->shape.rank ? (size_t)t->shape.dim[0] : 1, sample = batch ? t->count / batch : 0;
    size_t channels = t->shape.rank > 1 ? (size_t)t->shape.dim[1] : 1, plane = channels ? sample / channels : 0;
    for (size_t i = 0; i < t->count; i++) {
        size_t at = count == 1 ? 0 : count == sample ? i % sample : (i % sample) / (plane ? plane : 1);
        t->f[i] = bound[at];
    }
}

/* The tensor that stands for a layer's input in a term; *out NULL means all zero. */
static enum lrp_status term_input(struct terms *t, enum lrp_term_input kind, const struct lrp_tensor **out, struct lrp_error *err)
{
    *out = t->x;
    if (kind == LRP_TERM_A || (kind == LRP_TERM_A_POSITIVE && !t->x_has_negative)) return LRP_OK;
    *out = NULL;
    if (kind == LRP_TERM_A_NEGATIVE && !t->x_has_negative) return LRP_OK;
    if (!t->inputs[kind]) {
        enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &t->x->shape, &t->inputs[kind], err);
        if (status != LRP_OK) return status;
        const float one = 1;
        const struct lrp_rule *rule = t->a->rule;
        float *f = t->inputs[kind]->f;
        if (kind == LRP_TERM_A_POSITIVE) lrp_vector_part(t->x->f, 1, f, t->x->count, t->a->run);
        if (kind == LRP_TERM_A_NEGATIVE) lrp_vector_part(t->x->f, -1, f, t->x->count, t->a->run);
        if (kind == LRP_TERM_ONE) fill_bound(&one, 1, t->inputs[kind]);
        if (kind == LRP_TERM_LOW) fill_bound(rule->low, rule->low_count, t->inputs[kind]);
        if (kind == LRP_TERM_HIGH) fill_bound(rule->high, rule->high_count, t->inputs[kind]);
    }
    *out = t->inputs[kind];
    return LRP_OK;
}

static enum lrp_status term_handle(struct terms *t, const struct lrp_term *term, void **handle, struct lrp_error *err)
{
    bool gamma = term->weight == LRP_WEIGHT_GAMMA_POSITIVE || term->weight == LRP_WEIGHT_GAMMA_NEGATIVE;
    const struct lrp_modifier key = {.weight = term->weight, .bias = term->bias, .gamma = gamma ? t->a->rule->gamma : 0};
    bool as_is = term->weight == LRP_WEIGHT_AS_IS && term->bias == LRP_WEIGHT_AS_IS;
    return lrp_engine_handle(t->a->engine, t->a->node, as_is ? NULL : &key, handle, err);
}

/* d += sign * (W~ a~ + b~) */
static enum lrp_status add_term(struct terms *t, const struct lrp_term *term, struct lrp_error *err)
{
    const struct lrp_tensor *x = NULL;
    void *handle = NULL;
    enum lrp_status status = term_input(t, term->input, &x, err);
    if (status != LRP_OK || (!x && term->bias == LRP_WEIGHT_NONE)) return status;
    if (!x) {
        if (!t->inputs[term->input]) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &t->x->shape, &t->inputs[term->input], err);
        x = t->inputs[term->input];
    }
    if (status == LRP_OK) status = term_handle(t, term, &handle, err);
    if (status != LRP_OK) return status;
    const struct lrp_tensor *in[8] = {x};
    struct lrp_tensor *out[1] = {t->product};
    status = t->call->op->forward(t->call, handle, in, out, t->a->run, err);
    if (status == LRP_OK) lrp_vector_add((float)term->sign, t->product->f, t->d->f, t->d->count, t->a->run);
    return status;
}

/* R_in += factor * sign * a~ * W~^T s */
static enum lrp_status return_term(struct terms *t, const struct lrp_term *term, float factor, const struct lrp_tensor *s,
                                   struct lrp_tensor *given, struct lrp_error *err)
{
    const struct lrp_tensor *x = NULL;
    void *handle = NULL;
    enum lrp_status status = term_input(t, term->input, &x, err);
    if (status != LRP_OK || !x) return status;
    status = term_handle(t, term, &handle, err);
    if (status != LRP_OK) return status;
    const struct lrp_tensor *in[8] = {NULL}, *out[1] = {NULL}, *cotangent[1] = {s};
    struct lrp_tensor *gradient[8] = {t->back};
    memset(t->back->f, 0, t->back->count * sizeof(float));
    status = t->call->op->vjp(t->call, handle, in, out, cotangent, gradient, t->a->run, err);
    if (status == LRP_OK)
        lrp_vector_add_product(factor * (float)term->sign, term->input == LRP_TERM_ONE ? NULL : x->f, t->back->f, given->f,
                               given->count, t->a->run);
    return status;
}

/* pr26: the activation stays inside: z = act(d), s = act'(d) R/stab(z). */
static enum lrp_status divide_through_activation(struct terms *t, struct lrp_error *err)
{
    const struct lrp_node *act = &lrp_engine_graph(t->a->engine)->nodes[t->a->inner_activation];
    const struct lrp_tensor *in[8] = {NULL}; /* bounds and slopes behind the first */
    struct lrp_tensor *z[1] = {t->product}, *s = NULL, *back = NULL;
    void *handle = NULL;
    if (act->call.in_count > 8) return lrp_fail(err, LRP_UNSUPPORTED, "activation %s takes too many inputs", act->call.op_type);
    enum lrp_status status = lrp_engine_inputs(t->a->engine, t->a->inner_activation, t->a->values, in, err);
    in[0] = t->d;
    if (status == LRP_OK) status = lrp_engine_handle(t->a->engine, t->a->inner_activation, NULL, &handle, err);
    if (status == LRP_OK) status = act->call.op->forward(&act->call, handle, in, z, t->a->run, err);
    if (status == LRP_OK) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &t->d->shape, &s, err);
    if (status == LRP_OK) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &t->d->shape, &back, err);
    if (status == LRP_OK) {
        lrp_vector_divide(t->r->f, t->product->f, t->a->rule->stabilizer, s->f, s->count, t->a->run);
        const struct lrp_tensor *out[1] = {t->product}, *cotangent[1] = {s};
        struct lrp_tensor *gradient[8] = {back};
        status = act->call.op->vjp(&act->call, handle, in, out, cotangent, gradient, t->a->run, err);
    }
    if (status == LRP_OK) memcpy(t->d->f, back->f, t->d->count * sizeof(float));
    lrp_tensor_release(s);
    lrp_tensor_release(back);
    return status;
}

/* True if a group's denominator is the layer's own pre-activation, which the forward pass left behind. */
static bool is_forward(const struct lrp_group *g)
{
    return g->term_count == 1 && g->terms[0].input == LRP_TERM_A && g->terms[0].weight == LRP_WEIGHT_AS_IS &&
           g->terms[0].bias == LRP_WEIGHT_AS_IS;
}

static enum lrp_status apply_group(struct terms *t, const struct lrp_group *g, struct lrp_tensor *given, struct lrp_error *err)
{
    const struct lrp_rule *rule = t->a->rule;
    float factor = g->factor == LRP_FACTOR_ALPHA ? rule->alpha : g->factor == LRP_FACTOR_MINUS_BETA ? -rule->beta : 1;
    enum lrp_status status = LRP_OK;
    if (factor == 0) return LRP_OK;
    if (is_forward(g)) {
        memcpy(t->d->f, t->z->f, t->d->count * sizeof(float));
    } else {
        memset(t->d->f, 0, t->d->count * sizeof(float));
        for (int i = 0; status == LRP_OK && i < g->term_count; i++) status = add_term(t, &g->terms[i], err);
    }
    if (status != LRP_OK) return status;
    if (t->a->inner_activation >= 0 && g->term_count == 1) status = divide_through_activation(t, err);
    else lrp_vector_divide(t->r->f, t->d->f, rule->stabilizer, t->d->f, t->d->count, t->a->run);
    if (g->mask != LRP_MASK_ALL)
        lrp_vector_mask(t->z->f, g->mask == LRP_MASK_POSITIVE ? 1 : -1, t->d->f, t->d->count, t->a->run);
    for (int i = 0; status == LRP_OK && i < g->term_count; i++)
        status = return_term(t, &g->terms[i], factor, t->d, given, err);
    return status;
}

static enum lrp_status by_terms(const struct lrp_application *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    struct lrp_group groups[LRP_GROUPS];
    int count = lrp_rule_groups(a->rule, groups);
    struct terms t = {.a = a, .call = &n->call, .x = a->values[n->in[0]], .z = a->values[n->out[0]], .r = a->relevance[0]};
    if (!t.r) return LRP_OK;
    t.x_has_negative = lrp_vector_has_negative(t.x->f, t.x->count);
    enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &t.z->shape, &t.d, err);
    if (status == LRP_OK) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &t.z->shape, &t.product, err);
    if (status == LRP_OK) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &t.x->shape, &t.back, err);
    for (int g = 0; status == LRP_OK && g < count; g++) status = apply_group(&t, &groups[g], given[0], err);
    for (size_t i = 0; i < sizeof t.inputs / sizeof *t.inputs; i++) lrp_tensor_release(t.inputs[i]);
    lrp_tensor_release(t.d);
    lrp_tensor_release(t.product);
    lrp_tensor_release(t.back);
    return status == LRP_OK ? LRP_OK : blame(a, status, err);
}

enum lrp_status lrp_apply(const struct lrp_application *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = node_of(a);
    enum lrp_status status = new_given(a, given, err);
    if (status != LRP_OK) return status;
    switch (lrp_rule_row(a->rule->id)->method) {
    case LRP_BY_PASSING: status = pass(a, given, err); break;
    case LRP_BY_GRADIENT: status = pull_back(a, a->relevance, given, err); break;
    case LRP_BY_LAYER_NORM: status = layer_norm(a, given, err); break;
    case LRP_BY_TERMS: status = lrp_call_weighted(&n->call) ? by_terms(a, given, err) : fallback(a, given, err); break;
    }
    if (status != LRP_OK) release_all(given, n->call.in_count);
    return status;
}
