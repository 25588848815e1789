/* apply_terms.c: rules that are groups of terms, on layers with weights (semantics.md section 2; architecture.md, principle 2). */
#include <string.h>

#include "apply.h"
#include "memo.h"
#include "terms.h"
#include "vector.h"

/* What the terms of one application share. */
struct terms {
    const struct lrp_application *a;
    const struct lrp_call *call;
    const struct lrp_tensor *x, *z, *r;
    bool x_has_negative;
    struct lrp_tensor *inputs[LRP_TERM_INPUT_COUNT]; /* by enum lrp_term_input, made when needed; [LRP_TERM_A] stays NULL */
    struct lrp_tensor *s;
    struct lrp_tensor *other, *other_given; /* for terms behind the first, made when needed */
    bool given_empty;             /* nothing is in R_in yet: the first term writes there itself */
};
/* A sum of terms; nothing is in it at first, and the first term may write there itself. */
struct sum {
    struct lrp_tensor *d;
    bool empty;
};

/* A tensor like `model`, elements not set. */
static enum lrp_status like(const struct terms *t, const struct lrp_tensor *model, struct lrp_tensor **out, struct lrp_error *err)
{
    return lrp_tensor_take(t->a->run->pool, LRP_DTYPE_FLOAT, &model->shape, out, err);
}

/* Likewise, made once. */
static enum lrp_status scratch(const struct terms *t, struct lrp_tensor **slot, const struct lrp_tensor *model, struct lrp_error *err)
{
    return *slot ? LRP_OK : like(t, model, slot, err);
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
        enum lrp_status status = like(t, t->x, &t->inputs[kind], err);
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

static enum lrp_status add(struct terms *t, float factor, const struct lrp_tensor *what, struct sum *sum)
{
    if (sum->empty && factor == 1) memcpy(sum->d->f, what->f, sum->d->count * sizeof(float));
    else if (sum->empty) memset(sum->d->f, 0, sum->d->count * sizeof(float));
    if (!sum->empty || factor != 1) lrp_vector_add(factor, what->f, sum->d->f, sum->d->count, t->a->run);
    sum->empty = false;
    return LRP_OK;
}

/* d += sign * (W~ a~ + b~) */
static enum lrp_status add_term(struct terms *t, const struct lrp_term *term, struct sum *sum, struct lrp_error *err)
{
    const struct lrp_tensor *x = NULL;
    struct lrp_tensor *zeros = NULL;
    void *handle = NULL;
    enum lrp_status status = term_input(t, term->input, &x, err);
    if (status != LRP_OK || (!x && term->bias == LRP_WEIGHT_NONE)) return status;
    if (!x) status = lrp_tensor_zero(t->a->run->pool, LRP_DTYPE_FLOAT, &t->x->shape, &zeros, err);
    bool first = sum->empty && term->sign > 0;
    if (status == LRP_OK && !first) status = scratch(t, &t->other, sum->d, err);
    if (status == LRP_OK) status = term_handle(t, term, &handle, err);
    if (status == LRP_OK) {
        const struct lrp_tensor *in[8] = {x ? x : zeros};
        struct lrp_tensor *out[1] = {first ? sum->d : t->other};
        status = t->call->op->forward(t->call, handle, in, out, t->a->run, err);
    }
    lrp_tensor_release(zeros);
    if (status != LRP_OK) return status;
    if (!first) return add(t, (float)term->sign, t->other, sum);
    sum->empty = false;
    return LRP_OK;
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
    if (!first) status = scratch(t, &t->other_given, given, err);
    if (status != LRP_OK) return status;
    const struct lrp_tensor *in[8] = {NULL}, *out[1] = {NULL}, *cotangent[1] = {s};
    struct lrp_tensor *gradient[8] = {first ? given : t->other_given};
    status = t->call->op->vjp(t->call, handle, in, out, cotangent, gradient, t->a->run, err);
    if (status != LRP_OK) return status;
    const float *a = term->input == LRP_TERM_ONE ? NULL : x->f;
    float weight = factor * (float)term->sign;
    if (first) lrp_vector_scale_by(weight, a, given->f, given->count, t->a->run);
    else lrp_vector_add_product(weight, a, t->other_given->f, given->f, given->count, t->a->run);
    t->given_empty = false;
    return LRP_OK;
}

/* True if a term is the layer's own pre-activation, which the forward pass left behind. */
static bool is_forward(const struct lrp_term *t)
{
    return t->input == LRP_TERM_A && t->weight == LRP_WEIGHT_AS_IS && t->bias == LRP_WEIGHT_AS_IS && t->sign > 0;
}

static bool reads_input(const struct lrp_term *t)
{
    return t->input == LRP_TERM_A || t->input == LRP_TERM_A_POSITIVE || t->input == LRP_TERM_A_NEGATIVE;
}

/* The terms of a group that read the layer's input, or those that do not. */
static struct lrp_group part_of(const struct lrp_group *g, bool reading)
{
    struct lrp_group part = {.factor = g->factor, .mask = g->mask};
    for (int i = 0; i < g->term_count; i++)
        if (reads_input(&g->terms[i]) == reading) part.terms[part.term_count++] = g->terms[i];
    return part;
}

static enum lrp_status add_terms(struct terms *t, const struct lrp_group *g, struct sum *sum, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (int i = 0; status == LRP_OK && i < g->term_count; i++)
        status = is_forward(&g->terms[i]) ? add(t, 1, t->z, sum) : add_term(t, &g->terms[i], sum, err);
    return status;
}

static enum lrp_status denominators(struct terms *t, const struct lrp_group *g, const struct lrp_tensor **out, struct lrp_error *err);

/* Sums up what is not kept yet. */
static enum lrp_status sum_up(struct terms *t, const struct lrp_group *g, struct sum *sum, struct lrp_error *err)
{
    const struct lrp_group reading = part_of(g, true), fixed = part_of(g, false);
    if (!reading.term_count || !fixed.term_count) return add_terms(t, g, sum, err);
    const struct lrp_tensor *part = NULL;
    enum lrp_status status = add_terms(t, &reading, sum, err);
    if (status == LRP_OK) status = denominators(t, &fixed, &part, err);
    if (status == LRP_OK) status = add(t, 1, part, sum);
    lrp_tensor_release(part);
    return status;
}

/* d of a group: from the forward pass, from an earlier pass, or summed up and kept. A reference of the caller's own. */
static enum lrp_status denominators(struct terms *t, const struct lrp_group *g, const struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_tensor *x = part_of(g, true).term_count ? t->x : NULL;
    if (g->term_count == 1 && is_forward(&g->terms[0])) {
        *out = lrp_tensor_retain(t->z);
        return LRP_OK;
    }
    *out = lrp_memo_find(t->a, g, x);
    if (*out) return LRP_OK;
    struct sum sum = {.empty = true};
    enum lrp_status status = like(t, t->z, &sum.d, err);
    if (status == LRP_OK) status = sum_up(t, g, &sum, err);
    if (status != LRP_OK) {
        lrp_tensor_release(sum.d);
        return status;
    }
    if (sum.empty) memset(sum.d->f, 0, sum.d->count * sizeof(float)); /* no term had anything */
    lrp_memo_keep(t->a, g, x, sum.d);
    *out = sum.d;
    return LRP_OK;
}

/* pr26: the activation stays inside: z = act(d), s = act'(d) R/stab(z). */
static enum lrp_status divide_through_activation(struct terms *t, const struct lrp_tensor *d, float stabilizer,
                                                 struct lrp_error *err)
{
    const struct lrp_node *act = &lrp_engine_graph(t->a->engine)->nodes[t->a->inner_activation];
    const struct lrp_tensor *in[8] = {NULL}; /* bounds and slopes behind the first */
    struct lrp_tensor *z[1] = {NULL}, *ratio = NULL;
    void *handle = NULL;
    if (act->call.in_count > 8) return lrp_fail(err, LRP_UNSUPPORTED, "activation %s takes too many inputs", act->call.op_type);
    enum lrp_status status = lrp_engine_inputs(t->a->engine, t->a->inner_activation, t->a->values, in, err);
    in[0] = d;
    if (status == LRP_OK) status = scratch(t, &t->other, d, err);
    z[0] = t->other;
    if (status == LRP_OK) status = lrp_engine_handle(t->a->engine, t->a->inner_activation, NULL, &handle, err);
    if (status == LRP_OK) status = act->call.op->forward(&act->call, handle, in, z, t->a->run, err);
    if (status == LRP_OK) status = like(t, d, &ratio, err);
    if (status == LRP_OK) {
        lrp_vector_divide(t->r->f, z[0]->f, stabilizer, ratio->f, ratio->count, t->a->run);
        const struct lrp_tensor *out[1] = {z[0]}, *cotangent[1] = {ratio};
        struct lrp_tensor *gradient[8] = {t->s};
        memset(t->s->f, 0, t->s->count * sizeof(float));
        status = act->call.op->vjp(&act->call, handle, in, out, cotangent, gradient, t->a->run, err);
    }
    lrp_tensor_release(ratio);
    return status;
}

/* s = R/stab(d), masked. */
static enum lrp_status divide(struct terms *t, const struct lrp_group *g, struct lrp_error *err)
{
    const struct lrp_tensor *d = NULL;
    enum lrp_status status = denominators(t, g, &d, err);
    if (status == LRP_OK && t->a->inner_activation >= 0 && g->term_count == 1) status = divide_through_activation(t, d, g->e, err);
    else if (status == LRP_OK) lrp_vector_divide(t->r->f, d->f, g->e, t->s->f, t->s->count, t->a->run);
    if (status == LRP_OK && g->mask != LRP_MASK_ALL)
        lrp_vector_mask(t->z->f, g->mask == LRP_MASK_POSITIVE ? 1 : -1, t->s->f, t->s->count, t->a->run);
    lrp_tensor_release(d);
    return status;
}

static enum lrp_status apply_group(struct terms *t, const struct lrp_group *g, struct lrp_tensor *given, struct lrp_error *err)
{
    if (g->c == 0) return LRP_OK;
    enum lrp_status status = divide(t, g, err);
    for (int i = 0; status == LRP_OK && i < g->term_count; i++) status = return_term(t, &g->terms[i], g->c, t->s, given, err);
    return status;
}

enum lrp_status lrp_apply_terms(const struct lrp_application *a, struct lrp_tensor *given, struct lrp_error *err)
{
    const struct lrp_node *n = &lrp_engine_graph(a->engine)->nodes[a->node];
    struct lrp_group groups[LRP_GROUPS];
    int count = lrp_rule_groups(a->rule, groups);
    struct terms t = {.a = a, .call = &n->call, .x = a->values[n->in[0]], .z = a->values[n->out[0]], .r = a->relevance[0],
                      .given_empty = true};
    enum lrp_status status = LRP_OK;
    if (t.r) {
        t.x_has_negative = lrp_vector_has_negative(t.x->f, t.x->count);
        status = like(&t, t.z, &t.s, err);
        for (int g = 0; status == LRP_OK && g < count; g++) status = apply_group(&t, &groups[g], given, err);
    }
    if (t.given_empty) memset(given->f, 0, given->count * sizeof(float));
    for (size_t i = 0; i < sizeof t.inputs / sizeof *t.inputs; i++) lrp_tensor_release(t.inputs[i]);
    lrp_tensor_release(t.s);
    lrp_tensor_release(t.other);
    lrp_tensor_release(t.other_given);
    return status == LRP_OK ? LRP_OK : lrp_engine_blame(a->engine, a->node, status, err);
}
