/* patterns.h: layers written out in primitive operators: each function tries one pattern whose last node is `node`. */
#ifndef LRP_GRAPH_PATTERNS_H
#define LRP_GRAPH_PATTERNS_H

#include "graph.h"

/* All return true if they replaced the node. */
bool lrp_pattern_fake_quantize(struct lrp_graph *graph, int node);    /* DequantizeLinear of QuantizeLinear */
bool lrp_pattern_moved_codes(struct lrp_graph *graph, int node);      /* the same with moves between them */
bool lrp_pattern_integer_product(struct lrp_graph *graph, int node);  /* whole numbers multiplied, then scaled */
bool lrp_pattern_rounding(struct lrp_graph *graph, int node);         /* the same in Div, Round, Clip, Mul */
bool lrp_pattern_codes(struct lrp_graph *graph, int node);            /* Round and Clip of what is scaled back later */
bool lrp_pattern_norm(struct lrp_graph *graph, int node);             /* (x-mean)/sqrt(var+eps), x/rms */
bool lrp_pattern_norm_factors(struct lrp_graph *graph, int node);     /* (x/rms * a) * b */
bool lrp_pattern_bounds(struct lrp_graph *graph, int node);           /* Relu, Clip, Min, Max one behind the other; Max(x, 0) */
bool lrp_pattern_leaky_relu(struct lrp_graph *graph, int node);       /* Max(x, a x) */
bool lrp_pattern_knee(struct lrp_graph *graph, int node);             /* Relu(x) - a Relu(-x), Where(x > 0, x, a x) */
bool lrp_pattern_sigmoid(struct lrp_graph *graph, int node);          /* 1/(1+exp(-x)) */
bool lrp_pattern_softplus(struct lrp_graph *graph, int node);         /* log(1+exp(x)) */
bool lrp_pattern_hard_sigmoid(struct lrp_graph *graph, int node);     /* clip(x/6+.5, 0, 1) */
bool lrp_pattern_activation(struct lrp_graph *graph, int node);       /* swish, gelu, hard-swish, mish */
bool lrp_pattern_einsum(struct lrp_graph *graph, int node);           /* Einsum with a constant matrix */
bool lrp_pattern_convolution_bias(struct lrp_graph *graph, int node); /* Conv + constant per channel */
bool lrp_pattern_dense_bias(struct lrp_graph *graph, int node);       /* MatMul by a constant + constant */
bool lrp_pattern_sum_bias(struct lrp_graph *graph, int node);         /* MatMul by a constant + constant + something */
bool lrp_pattern_dense(struct lrp_graph *graph, int node);            /* MatMul by a constant */
bool lrp_pattern_scale_bias(struct lrp_graph *graph, int node);       /* Mul/Div by a constant, then Add/Sub of one */
bool lrp_pattern_scale(struct lrp_graph *graph, int node);            /* one of them alone */
bool lrp_pattern_whole_layer_norm(struct lrp_graph *graph, int node); /* normalisation + scale = LayerNormalization */
bool lrp_pattern_whole_rms_norm(struct lrp_graph *graph, int node);   /* normalisation + weight = RMSNormalization */

#endif
