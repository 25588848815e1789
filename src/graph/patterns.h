/* patterns.h: layers written out in primitive operators: each function tries one pattern whose last node is `node`. */
#ifndef LRP_GRAPH_PATTERNS_H
#define LRP_GRAPH_PATTERNS_H

#include "graph.h"

/* All return true if they replaced the node. */
bool lrp_pattern_fake_quantize(struct lrp_graph *graph, int node);    /* DequantizeLinear of QuantizeLinear */
bool lrp_pattern_layer_norm(struct lrp_graph *graph, int node);       /* (x-mean)/sqrt(var+eps) */
bool lrp_pattern_activation(struct lrp_graph *graph, int node);       /* swish, gelu, hard-swish, mish */
bool lrp_pattern_convolution_bias(struct lrp_graph *graph, int node); /* Conv + constant per channel */
bool lrp_pattern_dense_bias(struct lrp_graph *graph, int node);       /* MatMul by a constant + constant */
bool lrp_pattern_dense(struct lrp_graph *graph, int node);            /* MatMul by a constant */
bool lrp_pattern_scale_bias(struct lrp_graph *graph, int node);       /* Mul/Div by a constant, then Add/Sub of one */
bool lrp_pattern_scale(struct lrp_graph *graph, int node);            /* one of them alone */
bool lrp_pattern_whole_layer_norm(struct lrp_graph *graph, int node); /* normalisation + scale = LayerNormalization */

#endif
