/* pattern_norm.c: layer normalisation written out in primitive operators. */
#include <string.h>

#include "match.h"
#include "patterns.h"

/* The axes of a ReduceMean that keeps its dimensions, sorted and counted from 0. Returns how many, 0 if it is none. */
static int mean_axes(const struct lrp_graph *g, const struct lrp_node *n, int64_t *axes)
{
    int rank = g->values[n->in[0]].desc.shape.rank;
    if (lrp_call_int(&n->call, "keepdims", 1) != 1) return 0;
    int count = lrp_call_ints(&n->call, "axes", axes, LRP_MAX_RANK);
    if (count < 0) count = lrp_call_const_ints(&n->call, 1, axes, LRP_MAX_RANK);
    for (int i = 0; i < count; i++) {
        axes[i] = lrp_normalize_axis(axes[i], rank);
        if (axes[i] < 0) return 0;
        for (int k = i; k > 0 && axes[k - 1] > axes[k]; k--) {
            int64_t swap = axes[k];
            axes[k] = axes[k - 1];
            axes[k - 1] = swap;
        }
    }
    return count < 0 ? 0 : count;
}

/* value == x - mean(x): returns x, or -1; fills axes. */
static int centred(struct lrp_match *m, int value, int64_t *axes, int *count)
{
    const struct lrp_node *sub = lrp_match_producer(m, value, "Sub");
    const struct lrp_node *mean = sub ? lrp_match_producer(m, sub->in[1], "ReduceMean") : NULL;
    if (!mean || mean->in[0] != sub->in[0]) return -1;
    *count = mean_axes(m->graph, mean, axes);
    return *count > 0 ? sub->in[0] : -1;
}

/* value == u^2: returns u, or -1. */
static int squared(struct lrp_match *m, int value)
{
    double exponent;
    const struct lrp_node *pow = lrp_match_producer(m, value, "Pow");
    if (pow) return lrp_match_scalar(m->graph, pow->in[1], &exponent) && lrp_match_near(exponent, 2) ? pow->in[0] : -1;
    const struct lrp_node *mul = lrp_match_producer(m, value, "Mul");
    return mul && mul->in[0] == mul->in[1] ? mul->in[0] : -1;
}

/* value == mean((x-mean x)^2) over the same axes */
static bool is_variance(struct lrp_match *m, int value, int x, const int64_t *axes, int count)
{
    int64_t outer[LRP_MAX_RANK], inner[LRP_MAX_RANK];
    int inner_count = 0;
    const struct lrp_node *mean = lrp_match_producer(m, value, "ReduceMean");
    int square = mean ? squared(m, mean->in[0]) : -1;
    if (square < 0 || mean_axes(m->graph, mean, outer) != count) return false;
    if (centred(m, square, inner, &inner_count) != x || inner_count != count) return false;
    size_t bytes = (size_t)count * sizeof *axes;
    return memcmp(outer, axes, bytes) == 0 && memcmp(inner, axes, bytes) == 0;
}

/* value == inner + epsilon: returns inner and epsilon, or -1. */
static int without_epsilon(struct lrp_match *m, int value, double *epsilon)
{
    const struct lrp_node *add = lrp_match_producer(m, value, "Add");
    for (int i = 0; add && i < 2; i++)
        if (lrp_match_scalar(m->graph, add->in[i], epsilon) && *epsilon >= 0 && *epsilon < 1) return add->in[1 - i];
    return -1;
}

/* value == sqrt(var + eps), or sqrt(var) + eps (then *outside). */
static bool is_deviation(struct lrp_match *m, int value, int x, const int64_t *axes, int count, double *epsilon, bool *outside)
{
    const struct lrp_node *root = lrp_match_producer(m, value, "Sqrt");
    *outside = !root;
    if (root) {
        int variance = without_epsilon(m, root->in[0], epsilon);
        return variance >= 0 && is_variance(m, variance, x, axes, count);
    }
    int deviation = without_epsilon(m, value, epsilon);
    root = deviation < 0 ? NULL : lrp_match_producer(m, deviation, "Sqrt");
    return root && is_variance(m, root->in[0], x, axes, count);
}

bool lrp_pattern_layer_norm(struct lrp_graph *graph, int node)
{
    const struct lrp_node *div = &graph->nodes[node];
    struct lrp_match m = {.graph = graph, .root = node, .what = "layer normalisation written out"};
    int64_t axes[LRP_MAX_RANK] = {0};
    int count = 0;
    double epsilon = 0;
    bool outside = false;
    if (!lrp_match_is(div, "Div")) return false;
    int x = centred(&m, div->in[0], axes, &count);
    if (x < 0 || !is_deviation(&m, div->in[1], x, axes, count, &epsilon, &outside)) return false;
    int64_t *kept = lrp_arena_calloc(graph->arena, (size_t)count, sizeof *kept);
    if (!kept) return false;
    memcpy(kept, axes, (size_t)count * sizeof *kept);
    const struct lrp_attribute attributes[] = {
        {.name = "axes", .kind = LRP_ATTRIBUTE_INTS, .ints = kept, .count = (size_t)count},
        {.name = "epsilon", .kind = LRP_ATTRIBUTE_FLOAT, .f = (float)epsilon},
        {.name = "epsilon_outside", .kind = LRP_ATTRIBUTE_INT, .i = outside},
    };
    return lrp_match_replace(&m, "Normalize", &x, 1, attributes, 3);
}

static bool is_own(const struct lrp_node *n, const char *op_type)
{
    return n && n->state == LRP_NODE_LIVE && strcmp(n->call.domain, "lrpscope") == 0 && strcmp(n->call.op_type, op_type) == 0;
}

/* Scale behind Normalize over the trailing axes, with weights of just those axes: what LayerNormalization computes. */
bool lrp_pattern_whole_layer_norm(struct lrp_graph *graph, int node)
{
    const struct lrp_node *scale = &graph->nodes[node];
    const struct lrp_node *norm = is_own(scale, "Scale") ? lrp_graph_producer(graph, scale->in[0]) : NULL;
    int64_t axes[LRP_MAX_RANK];
    if (!is_own(norm, "Normalize") || graph->values[scale->in[0]].uses != 1) return false;
    int count = lrp_call_ints(&norm->call, "axes", axes, LRP_MAX_RANK);
    const struct lrp_shape *shape = &graph->values[norm->in[0]].desc.shape;
    if (lrp_call_int(&norm->call, "epsilon_outside", 0) || count < 1 || axes[0] != shape->rank - count) return false;
    for (int i = 1; i < scale->call.in_count; i++) {
        const struct lrp_desc *d = lrp_graph_desc(graph, scale->in[i]);
        if (!d || d->shape.rank != count) return false;
        for (int k = 0; k < count; k++)
            if (d->shape.dim[k] != shape->dim[axes[0] + k]) return false;
    }
    struct lrp_match m = {.graph = graph, .root = node};
    lrp_match_add(&m, (int)(norm - graph->nodes));
    lrp_match_add(&m, node);
    const struct lrp_attribute attributes[] = {
        {.name = "axis", .kind = LRP_ATTRIBUTE_INT, .i = axes[0]},
        {.name = "epsilon", .kind = LRP_ATTRIBUTE_FLOAT, .f = lrp_call_float(&norm->call, "epsilon", 1e-5F)},
    };
    const int in[] = {norm->in[0], lrp_node_input(scale, 1), lrp_node_input(scale, 2)};
    const struct lrp_replacement r = {.op_type = "LayerNormalization",
                                      .domain = "",
                                      .opset = 17,
                                      .name = norm->name,
                                      .what = "normalisation and its scale are one layer normalisation",
                                      .in = in,
                                      .in_count = in[2] < 0 ? 2 : 3,
                                      .attributes = attributes,
                                      .attribute_count = 2};
    return in[1] >= 0 && lrp_graph_replace(graph, node, &r, m.nodes, m.count);
}
