/* ledger_flags.c: what makes the relevance of a layer doubtful. */
#include "account.h"
#include "statistics.h"
#include "vector.h"

/* Whether some element of the input lies outside the bounds, which are one number, one per channel, or one per element of a
 * sample. */
static bool is_outside(const struct lrp_rule *rule, const struct lrp_tensor *numbers)
{
    const struct lrp_tensor *x = lrp_tensor_row_major(numbers, NULL);
    if (!x) return false; /* no memory to tell */
    const size_t batch = x->shape.rank ? (size_t)x->shape.dim[0] : 1, sample = batch ? x->count / batch : 0;
    const size_t channels = x->shape.rank > 1 ? (size_t)x->shape.dim[1] : 1,
                 plane = channels && sample >= channels ? sample / channels : 1;
    for (size_t i = 0; i < x->count; i++) {
        const size_t at = i % (sample ? sample : 1);
        const float low = rule->low[rule->low_count == 1 ? 0 : rule->low_count == sample ? at : at / plane];
        const float high = rule->high[rule->high_count == 1 ? 0 : rule->high_count == sample ? at : at / plane];
        if (x->f[i] < low || x->f[i] > high) return true;
    }
    return false;
}

/* f(0) of an activation, found by asking it: of zeros in place of its input. */
static bool is_offset(const struct lrp_account *a, int node)
{
    const struct lrp_rule_step *p = a->step;
    const struct lrp_node *n = &lrp_engine_graph(p->engine)->nodes[node];
    if (!(n->call.op->traits & LRP_TRAIT_ACTIVATION) || n->call.in_count > 8 || !p->values[n->in[0]]) return false;
    const struct lrp_tensor *in[8] = {NULL};
    struct lrp_tensor *zeros = NULL, *y[1] = {NULL};
    void *handle = NULL;
    bool found = false;
    if (lrp_engine_inputs(p->engine, node, p->values, p->values[n->in[0]]->block, p->run, in, NULL) == LRP_OK &&
        lrp_engine_handle(p->engine, node, NULL, &handle, p->run, NULL) == LRP_OK &&
        lrp_tensor_new(LRP_DTYPE_FLOAT, &p->values[n->in[0]]->shape, &zeros, NULL) == LRP_OK &&
        lrp_tensor_new(LRP_DTYPE_FLOAT, &zeros->shape, &y[0], NULL) == LRP_OK) {
        in[0] = zeros;
        if (n->call.op->forward(&n->call, handle, in, y, p->run, NULL) == LRP_OK)
            for (size_t i = 0; i < y[0]->count && !found; i++) found = y[0]->f[i] != 0;
    }
    lrp_tensor_release(zeros);
    lrp_tensor_release(y[0]);
    return found;
}

/* ---- what rules ask of their inputs ---- */

static bool has_negative(const struct lrp_account *a, const struct lrp_tensor *x)
{
    return lrp_tensor_has_negative(x, a->step->run);
}

static bool leaves_box(const struct lrp_account *a, const struct lrp_tensor *x)
{
    const struct lrp_rule *rule = a->step->rule;
    return rule->low && rule->high && is_outside(rule, x);
}

/* By flag: whether it is true of a layer's input; a row of rules says which are asked. */
static bool (*const broken[LRP_LEDGER_FLAG_COUNT])(const struct lrp_account *a, const struct lrp_tensor *x) = {
    [LRP_LEDGER_NEGATIVE_INPUT] = has_negative,
    [LRP_LEDGER_OUTSIDE_BOX] = leaves_box,
};

static unsigned broken_preconditions(const struct lrp_account *a)
{
    const unsigned asked = a->step->rule->how->preconditions;
    const struct lrp_tensor *x = a->node->call.in_count && a->node->in[0] >= 0 ? a->step->values[a->node->in[0]] : NULL;
    unsigned flags = 0;
    if (!asked || !x || !lrp_dtype_is_float(x->dtype) || !lrp_call_weighted(&a->node->call)) return 0;
    for (int f = 0; f < LRP_LEDGER_FLAG_COUNT; f++)
        if (asked & 1u << f && broken[f] && broken[f](a, x)) flags |= 1u << f;
    return flags;
}

unsigned lrp_ledger_flags(const struct lrp_account *a, const struct lrp_layer_nodes *nodes)
{
    unsigned flags = broken_preconditions(a);
    if (lrp_kind_row((enum lrp_kind)a->layer->kind)->traits & LRP_KIND_IS_MERGED) flags |= 1u << LRP_LEDGER_BATCH_NORM;
    if (a->layer->output_softmax) flags |= 1u << LRP_LEDGER_SOFTMAX;
    if (is_offset(a, nodes->activation >= 0 ? nodes->activation : nodes->anchor)) flags |= 1u << LRP_LEDGER_OFFSET;
    return flags;
}
