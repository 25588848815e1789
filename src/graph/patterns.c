/* patterns.c: recognising written-out layers, one pattern over the whole graph after the other. */
#include "patterns.h"

#include "match.h"

static const struct {
    bool (*apply)(struct lrp_graph *graph, int node);
    bool whole_only; /* only where layer normalisation stays whole */
} patterns[] = {
    {lrp_pattern_fake_quantize, false},
    {lrp_pattern_moved_codes, false},
    {lrp_pattern_integer_product, false},
    {lrp_pattern_bounds, false},
    {lrp_pattern_rounding, false},
    {lrp_pattern_codes, false},
    {lrp_pattern_norm, false},
    {lrp_pattern_norm_factors, false},
    {lrp_pattern_leaky_relu, false},
    {lrp_pattern_knee, false},
    {lrp_pattern_sigmoid, false},
    {lrp_pattern_softplus, false},
    {lrp_pattern_hard_sigmoid, false},
    {lrp_pattern_activation, false},
    {lrp_pattern_einsum, false},
    {lrp_pattern_convolution_bias, false},
    {lrp_pattern_dense_bias, false},
    {lrp_pattern_sum_bias, false},
    {lrp_pattern_dense, false},
    {lrp_pattern_scale_bias, false},
    {lrp_pattern_scale, false},
    {lrp_pattern_whole_rms_norm, false},
    {lrp_pattern_whole_layer_norm, true},
};

enum lrp_status lrp_graph_recognise(struct lrp_graph *graph, bool whole_layer_norm, struct lrp_error *err)
{
    for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
        if (patterns[p].whole_only && !whole_layer_norm) continue;
        for (int k = 0; k < graph->order_count; k++)
            if (graph->nodes[graph->order[k]].state == LRP_NODE_LIVE && !*graph->nodes[graph->order[k]].obstacle)
                patterns[p].apply(graph, graph->order[k]);
    }
    return lrp_graph_schedule(graph) ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for the graph");
}
