/* pattern_quantize.c: quantised and at once dequantised: a rounding of floats, as exporters of quantised models write it. */
#include <string.h>

#include "match.h"
#include "patterns.h"

/* Two constants that are the same value, or hold the same data. */
static bool same_constant(const struct lrp_graph *g, int a, int b)
{
    const struct lrp_desc *x = lrp_graph_desc(g, a), *y = lrp_graph_desc(g, b);
    if (!x || !y || !x->constant || !y->constant) return false;
    if (a == b || x->constant == y->constant) return true;
    return x->constant->raw && y->constant->raw && x->dtype == y->dtype && lrp_shape_equal(&x->shape, &y->shape) &&
           memcmp(x->constant->raw, y->constant->raw, x->constant->count * lrp_dtype_size(x->dtype)) == 0;
}

/* A quantised value may have several readers: each becomes a rounding of its own, the last one takes the node away. */
bool lrp_pattern_fake_quantize(struct lrp_graph *graph, int node)
{
    struct lrp_node *back = &graph->nodes[node];
    struct lrp_match m = {.graph = graph, .root = node};
    if (!lrp_match_is(back, "DequantizeLinear") || lrp_node_input(back, 2) < 0) return false;
    const struct lrp_node *there = lrp_match_producer(&m, back->in[0], "QuantizeLinear");
    if (!there || lrp_node_input(there, 2) < 0 || graph->values[there->in[0]].desc.constant ||
        !same_constant(graph, there->in[1], back->in[1]) || !same_constant(graph, there->in[2], back->in[2]) ||
        lrp_call_int(&there->call, "axis", 1) != lrp_call_int(&back->call, "axis", 1) ||
        lrp_call_int(&there->call, "block_size", 0) != lrp_call_int(&back->call, "block_size", 0))
        return false;
    const int in[] = {there->in[0], there->in[1], there->in[2]};
    const struct lrp_replacement r = {.op_type = "FakeQuantize",
                                      .domain = "lrpscope",
                                      .what = "quantised and dequantised is one rounding",
                                      .in = in,
                                      .in_count = 3,
                                      .attributes = there->call.attributes,
                                      .attribute_count = there->call.attribute_count};
    return lrp_graph_replace(graph, node, &r, m.nodes, graph->values[back->in[0]].uses == 1 ? m.count : 0);
}
