/* pattern_codes.c: whole numbers that a layer works with before they are scaled back: x is scaled, rounded between bounds, then
 * multiplied by weights, and only the product is scaled. The rounding alone is a fake quantisation by steps of 1.
 *
 *     MatMul(Clip(Round(Div(x, s)), low, high), W), scaled later      also Clip before Round; without bounds straight before a
 * product
 */
#include <math.h>

#include "match.h"
#include "patterns.h"

/* What is rounded is something scaled, not a measure of its own. */
static bool is_scaled(const struct lrp_graph *g, int value)
{
    const struct lrp_node *n = lrp_graph_producer(g, lrp_match_source(g, value));
    return lrp_match_is(n, "Div") || lrp_match_is(n, "Mul") || lrp_match_is_own(n, "Scale");
}

/* A linear layer is what reads the value, and nothing else does. */
static bool is_multiplied(const struct lrp_graph *g, int value)
{
    static const char *const names[] = {"MatMul", "Gemm", "Conv"};
    const struct lrp_value *v = &g->values[value];
    bool found = false;
    for (size_t k = 0; v->uses == 1 && v->reader >= 0 && k < sizeof names / sizeof *names; k++)
        found |= lrp_match_is(&g->nodes[v->reader], names[k]);
    return found;
}

/* Bounds that are whole numbers. */
static bool whole_bounds(const struct lrp_graph *g, const struct lrp_node *clip, double *low, double *high)
{
    return lrp_match_clip_bounds(g, clip, low, high) && isfinite(*low) && isfinite(*high) && rint(*low) == *low &&
           rint(*high) == *high && *low <= *high && fabs(*low) < 1 << 20 && fabs(*high) < 1 << 20;
}

bool lrp_pattern_codes(struct lrp_graph *graph, int node)
{
    static const double FAR = 1LL << 62; /* no bound: a float that large has no fraction */
    const struct lrp_node *n = &graph->nodes[node];
    struct lrp_match m = {.graph = graph, .root = node, .what = "rounded to whole numbers", .opset = 23};
    const bool clips = lrp_match_is(n, "Clip");
    double low = -FAR, high = FAR;
    if (!clips && !lrp_match_is(n, "Round")) return false;
    const struct lrp_node *other = lrp_match_producer(&m, n->in[0], clips ? "Round" : "Clip");
    if (clips && !other) return false;
    if (other && !whole_bounds(graph, clips ? n : other, &low, &high)) return false;
    const int x = other ? other->in[0] : n->in[0];
    if (graph->values[x].desc.constant || graph->values[x].desc.dtype != LRP_DTYPE_FLOAT || !is_scaled(graph, x)) return false;
    if (!other && !is_multiplied(graph, n->out[0])) return false;
    const float one = 1;
    const int step = lrp_graph_constant(graph, n->name, &(struct lrp_shape){.rank = 0}, &one), in[] = {x, step};
    const struct lrp_attribute attributes[] = {
        {.name = "multiplies", .kind = LRP_ATTRIBUTE_INT, .i = 0},
        {.name = "divides", .kind = LRP_ATTRIBUTE_INT, .i = 0},
        {.name = "low", .kind = LRP_ATTRIBUTE_INT, .i = (int64_t)low},
        {.name = "high", .kind = LRP_ATTRIBUTE_INT, .i = (int64_t)high},
    };
    return step >= 0 && lrp_match_replace(&m, "FakeQuantize", in, 2, attributes, 4);
}
