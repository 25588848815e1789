/* pattern_quantize.c: quantised and at once dequantised: a rounding of floats, as exporters of quantised models write it. */
#include "match.h"
#include "patterns.h"

/* The scale was found in the data: so it is again. */
static bool replace_dynamic(struct lrp_graph *graph, int node, const struct lrp_node *there)
{
    const struct lrp_node *back = &graph->nodes[node];
    if (back->in[1] != there->out[1] || lrp_node_input(back, 2) != there->out[2]) return false;
    const int swallowed = (int)(there - graph->nodes);
    bool last = true;
    for (int j = 0; j < there->call.out_count; j++) last &= there->out[j] < 0 || graph->values[there->out[j]].uses == 1;
    const struct lrp_replacement r = {.op_type = "DynamicFakeQuantize",
                                      .domain = "lrpscope",
                                      .what = "quantised and dequantised is one rounding",
                                      .in = there->in,
                                      .in_count = 1};
    return lrp_graph_replace(graph, node, &r, &swallowed, last ? 1 : 0);
}

/* Codes of few bits are held in bytes: what is clipped between is clipped of the rounding. -1: no Clip. */
static int clipped_codes(struct lrp_match *m, int codes, struct lrp_attribute bounds[2])
{
    struct lrp_graph *g = m->graph;
    const struct lrp_node *n = lrp_graph_producer(g, codes);
    static const char *const names[] = {"low", "high"};
    if (!lrp_match_is(n, "Clip") || n->call.in_count < 2) return -1;
    for (int k = 0; k < 2; k++) {
        const struct lrp_desc *d = lrp_graph_desc(g, lrp_node_input(n, 1 + k));
        if (!d || !d->constant || d->constant->count != 1) return -1;
        const int64_t end = lrp_blob_get_i64(d->constant, 0);
        bounds[k] = (struct lrp_attribute){.name = names[k], .kind = LRP_ATTRIBUTE_INT, .i = end};
    }
    lrp_match_add(m, (int)(n - g->nodes));
    return n->in[0];
}

/* Scales lie along the same axis; a single one lies along all of them. */
static bool same_places(const struct lrp_graph *graph, const struct lrp_node *there, const struct lrp_node *back)
{
    double scale;
    return lrp_match_scalar(graph, back->in[1], &scale) ||
           (lrp_call_int(&there->call, "axis", 1) == lrp_call_int(&back->call, "axis", 1) &&
            lrp_call_int(&there->call, "block_size", 0) == lrp_call_int(&back->call, "block_size", 0));
}

/* A quantised value may have several readers: each becomes a rounding of its own, the last one takes the node away. */
bool lrp_pattern_fake_quantize(struct lrp_graph *graph, int node)
{
    struct lrp_node *back = &graph->nodes[node];
    struct lrp_match m = {.graph = graph, .root = node};
    if (!lrp_match_is(back, "DequantizeLinear")) return false;
    const struct lrp_node *dynamic = lrp_match_producer(&m, back->in[0], "DynamicQuantizeLinear");
    if (dynamic) return replace_dynamic(graph, node, dynamic);
    struct lrp_attribute attributes[8];
    int attribute_count = 0;
    const int clipped = clipped_codes(&m, back->in[0], attributes);
    if (clipped >= 0) attribute_count = 2;
    const struct lrp_node *there = lrp_match_producer(&m, clipped >= 0 ? clipped : back->in[0], "QuantizeLinear");
    if (!there || graph->values[there->in[0]].desc.constant || !lrp_match_same_constant(graph, there->in[1], back->in[1]) ||
        !lrp_match_same_zero(graph, lrp_node_input(there, 2), lrp_node_input(back, 2)) || !same_places(graph, there, back))
        return false;
    for (int k = 0; k < there->call.attribute_count && attribute_count < 8; k++)
        attributes[attribute_count++] = there->call.attributes[k];
    const int zero = lrp_node_input(there, 2), in[] = {there->in[0], there->in[1], zero};
    const struct lrp_replacement r = {.op_type = "FakeQuantize",
                                      .domain = "lrpscope",
                                      .what = "quantised and dequantised is one rounding",
                                      .in = in,
                                      .in_count = zero < 0 ? 2 : 3,
                                      .attributes = attributes,
                                      .attribute_count = attribute_count};
    return lrp_graph_replace(graph, node, &r, m.nodes,
                             graph->values[back->in[0]].uses == 1 && graph->values[there->out[0]].uses == 1 ? m.count : 0);
}
