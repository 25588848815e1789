/* apply_terms.c: rules that are groups of terms, on layers with weights (terms.h). */
#include <string.h>

#include "apply.h"
#include "apply_parts.h"
#include "apply_terms.h"
#include "memo.h"
#include "rule_row.h"
#include "statistics.h"
#include "vector.h"

/* A tensor like `model`, in blocks or not, elements not set. */
enum lrp_status lrp_terms_tensor(const struct lrp_terms *t, const struct lrp_tensor *model, int block, struct lrp_tensor **out,
                                 struct lrp_error *err)
{
    return lrp_tensor_take_blocked(t->step->run->pool, &model->shape, block, out, err);
}

/* Likewise, kept in a slot as long as the blocks are those. */
enum lrp_status lrp_terms_scratch(const struct lrp_terms *t, struct lrp_tensor **slot, const struct lrp_tensor *model,
                                  int block, struct lrp_error *err)
{
    if (*slot && (*slot)->block == block) return LRP_OK;
    lrp_tensor_release(*slot);
    *slot = NULL;
    return lrp_terms_tensor(t, model, block, slot, err);
}

/* Bounds are one number, one per channel, or one per element of a sample. */
static void fill_bound(const float *bound, size_t count, struct lrp_tensor *t)
{
    size_t batch = t->shape.rank ? (size_t)t->shape.dim[0] : 1, sample = batch ? t->count / batch : 0;
    size_t channels = t->shape.rank > 1 ? (size_t)t->shape.dim[1] : 1, plane = channels ? sample / channels : 0;
    const size_t each = count == sample ? 1 : plane; /* so many elements have the same bound, then the next */
    for (size_t i = 0, at = 0, left = each; i < t->count; i++) {
        t->f[i] = bound[at];
        if (--left > 0) continue;
        left = each;
        at = at + 1 < count ? at + 1 : 0;
    }
}

/* The tensor that stands for a layer's input in a term; *out NULL means all zero. */
static enum lrp_status term_input(struct lrp_terms *t, enum lrp_term_input kind, const struct lrp_tensor **out,
                                  struct lrp_error *err)
{
    *out = t->x;
    if (kind == LRP_TERM_A || (kind == LRP_TERM_A_POSITIVE && !t->x_has_negative)) return LRP_OK;
    *out = NULL;
    if (kind == LRP_TERM_A_NEGATIVE && !t->x_has_negative) return LRP_OK;
    if (!t->inputs[kind]) {
        const bool part = kind == LRP_TERM_A_POSITIVE || kind == LRP_TERM_A_NEGATIVE;
        enum lrp_status status = lrp_terms_tensor(t, t->x, part ? t->x->block : 0, &t->inputs[kind], err);
        if (status) return status;
        const float one = 1;
        const struct lrp_rule *rule = t->step->rule;
        if (part) lrp_tensors_part(t->x, kind == LRP_TERM_A_POSITIVE ? 1 : -1, t->inputs[kind], t->step->run);
        if (kind == LRP_TERM_ONE) fill_bound(&one, 1, t->inputs[kind]);
        if (kind == LRP_TERM_LOW) fill_bound(rule->low, rule->low_count, t->inputs[kind]);
        if (kind == LRP_TERM_HIGH) fill_bound(rule->high, rule->high_count, t->inputs[kind]);
    }
    *out = t->inputs[kind];
    return LRP_OK;
}

/* Asked between pieces of work that take milliseconds each on a large layer: preparing weights, a convolution, a product. */
static enum lrp_status go_on(const struct lrp_terms *t, struct lrp_error *err)
{
    return lrp_run_should_stop(t->step->run) ? lrp_fail(err, LRP_CANCELLED, "cancelled") : LRP_OK;
}

enum lrp_status lrp_terms_handle(struct lrp_terms *t, const struct lrp_term *term, void **handle, struct lrp_error *err)
{
    const struct lrp_modifier key = {.weight = term->weight, .bias = term->bias, .gamma = term->gamma};
    bool as_is = term->weight == LRP_WEIGHT_AS_IS && term->bias == LRP_WEIGHT_AS_IS;
    enum lrp_status status = lrp_engine_handle(t->step->engine, t->step->node, as_is ? NULL : &key, handle, t->step->run, err);
    return !status ? go_on(t, err) : status;
}

/* The handle of a term, and in which blocks the operator writes forward, or reads and writes on the way `back`. */
static enum lrp_status term_blocks(struct lrp_terms *t, const struct lrp_term *term, bool back, void **handle, int *from,
                                   int *to, struct lrp_error *err)
{
    enum lrp_status status = lrp_terms_handle(t, term, handle, err);
    *from = *to = 0;
    if (status || !t->call->op->blocks) return status;
    return t->call->op->blocks(t->call, *handle, back, t->step->run, from, to, err);
}

/* *d (NULL: nothing is there yet) += factor * what */
static enum lrp_status add_scaled(struct lrp_terms *t, float factor, const struct lrp_tensor *what, struct lrp_tensor **d,
                                  struct lrp_error *err)
{
    bool first = !*d;
    enum lrp_status status = first ? lrp_terms_tensor(t, what, what->block, d, err) : LRP_OK;
    if (!status) lrp_tensors_add(factor, what, first, *d, t->step->run);
    return status;
}

/* *d += sign * (W~ a~ + b~) */
static enum lrp_status add_term(struct lrp_terms *t, const struct lrp_term *term, struct lrp_tensor **d, struct lrp_error *err)
{
    const struct lrp_tensor *x = NULL;
    struct lrp_tensor *zeros = NULL;
    void *handle = NULL;
    int from, to;
    enum lrp_status status = term_input(t, term->input, &x, err);
    if (status || (!x && term->bias == LRP_WEIGHT_NONE)) return status;
    if (!x) status = lrp_tensor_zero(t->step->run->pool, LRP_DTYPE_FLOAT, &t->x->shape, &zeros, err);
    if (!status) status = term_blocks(t, term, false, &handle, &from, &to, err);
    if (!status) status = lrp_engine_row_major(t->step->engine, t->step->node, from, t->step->run, &x, err);
    bool first = !*d && term->sign > 0; /* writes there itself */
    if (!status) status = first ? lrp_terms_tensor(t, t->z, to, d, err) : lrp_terms_scratch(t, &t->other, t->z, to, err);
    if (!status) {
        const struct lrp_tensor *in[8] = {x ? x : zeros};
        struct lrp_tensor *out[1] = {first ? *d : t->other};
        status = t->call->op->forward(t->call, handle, in, out, t->step->run, err);
    }
    lrp_tensor_release(zeros);
    return !status && !first ? add_scaled(t, (float)term->sign, t->other, d, err) : status;
}

/* R_in += factor * sign * a~ * W~^T s */
static enum lrp_status return_term(struct lrp_terms *t, const struct lrp_term *term, float factor, const struct lrp_tensor *s,
                                   struct lrp_tensor *given, struct lrp_error *err)
{
    const struct lrp_tensor *x = NULL;
    void *handle = NULL;
    int from, to;
    enum lrp_status status = term_input(t, term->input, &x, err);
    if (status || !x) return status;
    status = term_blocks(t, term, true, &handle, &from, &to, err);
    bool first = t->given_empty;
    bool direct = first && to == given->block; /* c is written where R_in will be */
    if (!status && !direct) status = lrp_terms_scratch(t, &t->c, given, to, err);
    if (status) return status;
    const struct lrp_tensor *in[8] = {NULL}, *out[1] = {NULL}, *cotangent[1] = {s};
    struct lrp_tensor *gradient[8] = {direct ? given : t->c};
    status = t->call->op->vjp(t->call, handle, in, out, cotangent, gradient, t->step->run, err);
    if (!status) status = go_on(t, err);
    if (status) return status;
    lrp_tensors_add_product(factor * (float)term->sign, term->input == LRP_TERM_ONE ? NULL : x, gradient[0], first, given,
                            t->step->run);
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

static enum lrp_status add_terms(struct lrp_terms *t, const struct lrp_group *g, struct lrp_tensor **d, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (int i = 0; !status && i < g->term_count; i++)
        status = is_forward(&g->terms[i]) ? add_scaled(t, 1, t->z, d, err) : add_term(t, &g->terms[i], d, err);
    return status;
}

/* Sums up what is not kept yet; *d stays NULL if no term had anything. */
static enum lrp_status sum_up(struct lrp_terms *t, const struct lrp_group *g, struct lrp_tensor **d, struct lrp_error *err)
{
    const struct lrp_group reading = part_of(g, true), fixed = part_of(g, false);
    if (!reading.term_count || !fixed.term_count) return add_terms(t, g, d, err);
    const struct lrp_tensor *part = NULL;
    enum lrp_status status = add_terms(t, &reading, d, err);
    if (!status) status = lrp_terms_denominators(t, &fixed, &part, err);
    if (!status) status = add_scaled(t, 1, part, d, err);
    lrp_tensor_release(part);
    return status;
}

/* d of a group: from the forward pass, from an earlier pass, or summed up and kept. A reference of the caller's own. */
enum lrp_status lrp_terms_denominators(struct lrp_terms *t, const struct lrp_group *g, const struct lrp_tensor **out,
                                       struct lrp_error *err)
{
    const struct lrp_tensor *x = part_of(g, true).term_count ? t->x : NULL;
    if (g->term_count == 1 && is_forward(&g->terms[0])) {
        *out = lrp_tensor_retain(t->z);
        return LRP_OK;
    }
    *out = lrp_memo_find(t->step, g, x);
    if (*out) return LRP_OK;
    struct lrp_tensor *d = NULL;
    enum lrp_status status = sum_up(t, g, &d, err);
    if (!status && !d) status = lrp_tensor_zero(t->step->run->pool, LRP_DTYPE_FLOAT, &t->z->shape, &d, err);
    if (status) {
        lrp_tensor_release(d);
        return status;
    }
    lrp_memo_keep(t->step, g, x, d);
    *out = d;
    return LRP_OK;
}

/* pr26: the activation stays inside: z = act(d), s = act'(d) R/stab(z). */
static enum lrp_status divide_through_activation(struct lrp_terms *t, const struct lrp_tensor *blocked, float stabilizer,
                                                 struct lrp_error *err)
{
    const struct lrp_node *act = &lrp_engine_graph(t->step->engine)->nodes[t->step->inner_activation];
    const struct lrp_tensor *in[8] = {NULL}; /* bounds and slopes behind the first */
    struct lrp_tensor *z[1] = {NULL}, *ratio = NULL, *d = NULL;
    void *handle = NULL;
    if (act->call.in_count > 8) return lrp_fail(err, LRP_UNSUPPORTED, "activation %s takes too many inputs", act->call.op_type);
    enum lrp_status status =
        lrp_engine_inputs(t->step->engine, t->step->inner_activation, t->step->values, t->z->block, t->step->run, in, err);
    if (!status) status = lrp_terms_tensor(t, blocked, 0, &d, err);
    if (!status) lrp_tensors_add(1, blocked, true, d, t->step->run);
    in[0] = d;
    if (!status) status = lrp_terms_scratch(t, &t->other, t->z, 0, err);
    z[0] = t->other;
    if (!status) status = lrp_engine_handle(t->step->engine, t->step->inner_activation, NULL, &handle, t->step->run, err);
    if (!status) status = act->call.op->forward(&act->call, handle, in, z, t->step->run, err);
    if (!status) status = lrp_terms_tensor(t, t->z, 0, &ratio, err);
    if (!status) {
        lrp_tensors_divide(t->r, z[0], stabilizer, NULL, 0, ratio, t->step->run);
        const struct lrp_tensor *out[1] = {z[0]}, *cotangent[1] = {ratio};
        struct lrp_tensor *gradient[8] = {t->s};
        memset(t->s->f, 0, t->s->count * sizeof(float));
        status = act->call.op->vjp(&act->call, handle, in, out, cotangent, gradient, t->step->run, err);
    }
    lrp_tensor_release(d);
    lrp_tensor_release(ratio);
    return status;
}

/* The blocks in which all terms of a group read s on the way back; 0 if they differ. */
static enum lrp_status blocks_of_s(struct lrp_terms *t, const struct lrp_group *g, int *block, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    *block = -1;
    for (int i = 0; !status && i < g->term_count; i++) {
        void *handle;
        int from, to;
        if (g->terms[i].input == LRP_TERM_A_NEGATIVE && !t->x_has_negative) continue; /* gives nothing back */
        status = term_blocks(t, &g->terms[i], true, &handle, &from, &to, err);
        *block = *block < 0 || *block == from ? from : 0;
    }
    if (*block < 0) *block = 0;
    return status;
}

/* s = R/stab(d), masked. */
enum lrp_status lrp_terms_divide(struct lrp_terms *t, const struct lrp_group *g, struct lrp_error *err)
{
    const bool inside = t->step->inner_activation >= 0 && g->term_count == 1;
    const int sign = g->mask == LRP_MASK_POSITIVE ? 1 : g->mask == LRP_MASK_NEGATIVE ? -1 : 0;
    const struct lrp_tensor *d = NULL;
    int block = 0;
    enum lrp_status status = lrp_terms_denominators(t, g, &d, err);
    if (!status && !inside) status = blocks_of_s(t, g, &block, err);
    if (!status) status = lrp_terms_scratch(t, &t->s, t->z, block, err);
    if (!status && inside) status = divide_through_activation(t, d, g->e, err);
    if (!status && inside && sign) lrp_tensors_mask(t->z, sign, t->s, t->step->run);
    if (!status && !inside) lrp_tensors_divide(t->r, d, g->e, sign ? t->z : NULL, sign, t->s, t->step->run);
    lrp_tensor_release(d);
    return status;
}

static enum lrp_status apply_group(struct lrp_terms *t, const struct lrp_group *g, struct lrp_tensor *given,
                                   struct lrp_error *err)
{
    if (g->c == 0) return LRP_OK;
    enum lrp_status status = lrp_terms_divide(t, g, err);
    for (int i = 0; !status && i < g->term_count; i++) status = return_term(t, &g->terms[i], g->c, t->s, given, err);
    return status;
}

/* The layer, its input and output, as terms see them. */
struct lrp_terms lrp_terms_of(const struct lrp_rule_step *step)
{
    const struct lrp_node *n = &lrp_engine_graph(step->engine)->nodes[step->node];
    struct lrp_terms t = {.step = step,
                          .call = &n->call,
                          .x = step->values[n->in[0]],
                          .z = step->values[n->out[0]],
                          .r = step->relevance[0],
                          .given_empty = true};
    t.x_has_negative = t.r && lrp_tensor_has_negative(t.x, step->run);
    return t;
}

void lrp_terms_release(struct lrp_terms *t)
{
    for (size_t i = 0; i < sizeof t->inputs / sizeof t->inputs[0]; i++) lrp_tensor_release(t->inputs[i]);
    lrp_tensor_release(t->s);
    lrp_tensor_release(t->other);
    lrp_tensor_release(t->c);
}

/* R_in by the rule's groups of terms, into `given` (of the data input's shape; all of it is written). */
static enum lrp_status apply_terms(const struct lrp_rule_step *step, struct lrp_tensor *given, struct lrp_error *err)
{
    struct lrp_group groups[LRP_GROUPS];
    int count = lrp_rule_groups(step->rule, groups);
    struct lrp_terms t = lrp_terms_of(step);
    enum lrp_status status = LRP_OK;
    if (t.r) {
        for (int g = 0; !status && g < count; g++) status = apply_group(&t, &groups[g], given, err);
    }
    if (!status && t.given_empty) memset(given->f, 0, lrp_tensor_bytes(given));
    lrp_terms_release(&t);
    return !status ? LRP_OK : lrp_engine_blame(step->engine, step->node, status, err);
}

enum lrp_status lrp_apply_groups(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    if (!lrp_call_weighted(&lrp_step_node(step)->call)) return lrp_apply_fallback(step, given, err);
    const enum lrp_status status = lrp_step_new_given(step, (struct lrp_output_layout){false, LRP_LIKE_VALUES}, given, err);
    return !status ? apply_terms(step, given[0], err) : status;
}
