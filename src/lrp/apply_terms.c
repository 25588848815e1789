/* apply_terms.c: rules that are groups of terms, on layers with weights (semantics.md section 2; architecture.md, principle 2). */
#include <string.h>

#include "apply.h"
#include "terms.h"
#include "vector.h"

/* What the terms of one application share. */
struct terms {
    const struct lrp_application *a;
    const struct lrp_call *call;
    const struct lrp_tensor *x, *z, *r;
    bool x_has_negative;
    struct lrp_tensor *inputs[LRP_TERM_INPUT_COUNT]; /* by enum lrp_term_input, made when needed; [LRP_TERM_A] stays NULL */
    struct lrp_tensor *d;         /* denominators, then s */
    struct lrp_tensor *other_d, *other_given; /* for terms behind the first, made when needed */
    bool d_empty, given_empty;    /* nothing is in d / R_in yet: the first term writes there itself */
};

/* A tensor like `model`, made once. */
static enum lrp_status scratch(struct lrp_tensor **slot, const struct lrp_tensor *model, struct lrp_error *err)
{
    return *slot ? LRP_OK : lrp_tensor_new(LRP_DTYPE_FLOAT, &model->shape, slot, err);
}

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
    const struct lrp_modifier key = {.weight = term->weight, .bias = term->bias, .gamma = term->gamma};
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
    bool first = t->d_empty && term->sign > 0;
    if (status == LRP_OK) status = term_handle(t, term, &handle, err);
    if (status == LRP_OK && !first) status = scratch(&t->other_d, t->d, err);
    if (status != LRP_OK) return status;
    const struct lrp_tensor *in[8] = {x};
    struct lrp_tensor *out[1] = {first ? t->d : t->other_d};
    status = t->call->op->forward(t->call, handle, in, out, t->a->run, err);
    if (status == LRP_OK && t->d_empty && !first) memset(t->d->f, 0, t->d->count * sizeof(float));
    if (status == LRP_OK && !first) lrp_vector_add((float)term->sign, t->other_d->f, t->d->f, t->d->count, t->a->run);
    t->d_empty = false;
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
    bool first = t->given_empty;
    if (!first) status = scratch(&t->other_given, given, err);
    if (status != LRP_OK) return status;
    const struct lrp_tensor *in[8] = {NULL}, *out[1] = {NULL}, *cotangent[1] = {s};
    struct lrp_tensor *gradient[8] = {first ? given : t->other_given};
    if (!first) memset(t->other_given->f, 0, given->count * sizeof(float));
    status = t->call->op->vjp(t->call, handle, in, out, cotangent, gradient, t->a->run, err);
    if (status != LRP_OK) return status;
    const float *a = term->input == LRP_TERM_ONE ? NULL : x->f;
    float weight = factor * (float)term->sign;
    if (first) lrp_vector_scale_by(weight, a, given->f, given->count, t->a->run);
    else lrp_vector_add_product(weight, a, t->other_given->f, given->f, given->count, t->a->run);
    t->given_empty = false;
    return LRP_OK;
}

/* pr26: the activation stays inside: z = act(d), s = act'(d) R/stab(z). */
static enum lrp_status divide_through_activation(struct terms *t, float stabilizer, struct lrp_error *err)
{
    const struct lrp_node *act = &lrp_engine_graph(t->a->engine)->nodes[t->a->inner_activation];
    const struct lrp_tensor *in[8] = {NULL}; /* bounds and slopes behind the first */
    struct lrp_tensor *z[1] = {NULL}, *s = NULL, *back = NULL;
    void *handle = NULL;
    if (act->call.in_count > 8) return lrp_fail(err, LRP_UNSUPPORTED, "activation %s takes too many inputs", act->call.op_type);
    enum lrp_status status = lrp_engine_inputs(t->a->engine, t->a->inner_activation, t->a->values, in, err);
    in[0] = t->d;
    if (status == LRP_OK) status = scratch(&t->other_d, t->d, err);
    z[0] = t->other_d;
    if (status == LRP_OK) status = lrp_engine_handle(t->a->engine, t->a->inner_activation, NULL, &handle, err);
    if (status == LRP_OK) status = act->call.op->forward(&act->call, handle, in, z, t->a->run, err);
    if (status == LRP_OK) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &t->d->shape, &s, err);
    if (status == LRP_OK) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &t->d->shape, &back, err);
    if (status == LRP_OK) {
        lrp_vector_divide(t->r->f, z[0]->f, stabilizer, s->f, s->count, t->a->run);
        const struct lrp_tensor *out[1] = {z[0]}, *cotangent[1] = {s};
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

/* s = R/stab(d), masked, into t->d. */
static enum lrp_status divide(struct terms *t, const struct lrp_group *g, struct lrp_error *err)
{
    const float *d = t->d->f;
    bool inside = t->a->inner_activation >= 0 && g->term_count == 1;
    enum lrp_status status = LRP_OK;
    t->d_empty = true;
    if (is_forward(g) && !inside) d = t->z->f;
    else if (is_forward(g)) memcpy(t->d->f, t->z->f, t->d->count * sizeof(float));
    else
        for (int i = 0; status == LRP_OK && i < g->term_count; i++) status = add_term(t, &g->terms[i], err);
    if (status == LRP_OK && t->d_empty && !is_forward(g)) memset(t->d->f, 0, t->d->count * sizeof(float)); /* no term had anything */
    if (status == LRP_OK && inside) status = divide_through_activation(t, g->e, err);
    else if (status == LRP_OK) lrp_vector_divide(t->r->f, d, g->e, t->d->f, t->d->count, t->a->run);
    if (status == LRP_OK && g->mask != LRP_MASK_ALL)
        lrp_vector_mask(t->z->f, g->mask == LRP_MASK_POSITIVE ? 1 : -1, t->d->f, t->d->count, t->a->run);
    return status;
}

static enum lrp_status apply_group(struct terms *t, const struct lrp_group *g, struct lrp_tensor *given, struct lrp_error *err)
{
    if (g->c == 0) return LRP_OK;
    enum lrp_status status = divide(t, g, err);
    for (int i = 0; status == LRP_OK && i < g->term_count; i++) status = return_term(t, &g->terms[i], g->c, t->d, given, err);
    return status;
}

enum lrp_status lrp_apply_terms(const struct lrp_application *a, struct lrp_tensor *given, struct lrp_error *err)
{
    const struct lrp_node *n = &lrp_engine_graph(a->engine)->nodes[a->node];
    struct lrp_group groups[LRP_GROUPS];
    int count = lrp_rule_groups(a->rule, groups);
    struct terms t = {.a = a, .call = &n->call, .x = a->values[n->in[0]], .z = a->values[n->out[0]], .r = a->relevance[0],
                      .given_empty = true};
    if (!t.r) return LRP_OK;
    t.x_has_negative = lrp_vector_has_negative(t.x->f, t.x->count);
    enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &t.z->shape, &t.d, err);
    for (int g = 0; status == LRP_OK && g < count; g++) status = apply_group(&t, &groups[g], given, err);
    for (size_t i = 0; i < sizeof t.inputs / sizeof *t.inputs; i++) lrp_tensor_release(t.inputs[i]);
    lrp_tensor_release(t.d);
    lrp_tensor_release(t.other_d);
    lrp_tensor_release(t.other_given);
    return status == LRP_OK ? LRP_OK : lrp_engine_blame(a->engine, a->node, status, err);
}
