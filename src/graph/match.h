/* match.h: finding shapes in a graph: who makes a value, products as flat lists of factors. */
#ifndef LRP_GRAPH_MATCH_H
#define LRP_GRAPH_MATCH_H

#include "graph.h"

enum { LRP_MATCH_NODES = 32, LRP_MATCH_FACTORS = 8 };

/* A pattern under construction: its root (the node whose output stays) and the nodes it would swallow. */
struct lrp_match {
    struct lrp_graph *graph;
    int root;
    int nodes[LRP_MATCH_NODES];
    int count;
    bool overflow;
    const char *what; /* for the report, as in struct lrp_replacement */
};
void lrp_match_add(struct lrp_match *match, int node);
/* The live node of ai.onnx operator `op_type` that makes a value, recorded in the match; NULL if it is another. */
const struct lrp_node *lrp_match_producer(struct lrp_match *match, int value, const char *op_type);
/* True if nothing outside the pattern reads a value made inside it (but the root's output). */
bool lrp_match_closed(const struct lrp_match *match);
/* Name of the pattern's first node in execution order. */
const char *lrp_match_name(const struct lrp_match *match);
/* Replaces the root. */
bool lrp_match_replace(struct lrp_match *match, const char *op_type, const int *in, int in_count,
                       const struct lrp_attribute *attributes, int attribute_count);

/* A product seen through nested Mul and Div by constants: `constant` times the factors. */
struct lrp_product {
    double constant;
    int factors[LRP_MATCH_FACTORS];
    int count;
};
/* Factors of a value; values read elsewhere too are not looked into, the one made by the root is. False if there are too many.
 */
bool lrp_match_product(struct lrp_match *match, int value, struct lrp_product *out);
/* The only element of a constant float value. */
bool lrp_match_scalar(const struct lrp_graph *graph, int value, double *out);
/* For Add, Mul: the data operand and the constant one; false if there are not exactly one of each. */
bool lrp_match_constant_operand(const struct lrp_graph *graph, const struct lrp_node *node, int *data, int *constant);
bool lrp_match_near(double a, double b);
bool lrp_match_is(const struct lrp_node *node, const char *op_type);

#endif
