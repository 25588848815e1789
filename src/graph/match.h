/* match.h: finding shapes in a graph: who makes a value, products as flat lists of factors. */
#ifndef LRP_GRAPH_MATCH_H
#define LRP_GRAPH_MATCH_H

#include <string.h>

#include "graph.h"

/* Patterns (pattern_*.c) and the steps of canonization (canonize.c) are statements about operators written one after another:
 * they compare op types, because that is what they say. Whatever else is to be known of one operator stands in its row
 * (ops.h): traits, kind, columns. */
enum { LRP_MATCH_NODES = 32, LRP_MATCH_FACTORS = 8 };

/* A pattern under construction: its root (the node whose output stays) and the nodes it would swallow. */
struct lrp_match {
    struct lrp_graph *graph;
    int root;
    int nodes[LRP_MATCH_NODES];
    int count;
    bool overflow;
    const char *what;   /* for the report, as in struct lrp_replacement */
    const char *domain; /* of what takes its place; NULL: our own */
    int opset;          /* likewise; 0: the model's */
};
void lrp_match_add(struct lrp_match *match, int node);
/* What a value is before identities and casts between floats, a few of them at most; they are not recorded. */
int lrp_match_source(const struct lrp_graph *graph, int value);
/* The live node that makes a value, seen through identities and casts between floats; NULL: none does. */
const struct lrp_node *lrp_match_maker(const struct lrp_graph *graph, int value);
/* Records the maker of a value in the match, with what it was seen through. */
void lrp_match_take(struct lrp_match *match, int value, const struct lrp_node *maker);
/* The maker of a value, taken, if it is of ai.onnx operator `op_type`; NULL if it is another. */
const struct lrp_node *lrp_match_producer(struct lrp_match *match, int value, const char *op_type);
/* True if nothing outside the pattern reads a value made inside it (but the root's output). */
bool lrp_match_closed(const struct lrp_match *match);
/* Name of the pattern's first node in execution order. */
const char *lrp_match_name(const struct lrp_match *match);
/* Replaces the root; the pattern must be closed. */
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
/* The number that every element of a float value is: of a constant, or of one that only its shape is asked for
 * (ConstantOfShape, Expand of a number). Its shape may make more of what it meets: lrp_graph_replace refuses that. */
bool lrp_match_number(const struct lrp_graph *graph, int value, double *out);
/* For Add, Mul, Max: the operand that is such a number, and the other one, which is none. */
bool lrp_match_number_operand(const struct lrp_graph *graph, const struct lrp_node *node, int *data, double *number);
/* Two constants that are the same value, or hold the same data; single numbers whatever their rank. */
bool lrp_match_same_constant(const struct lrp_graph *graph, int a, int b);
/* The same for zero points, which are 0 where they are missing (-1). */
bool lrp_match_same_zero(const struct lrp_graph *graph, int a, int b);
/* For Add, Mul: the data operand and the constant one; false if there are not exactly one of each. */
bool lrp_match_constant_operand(const struct lrp_graph *graph, const struct lrp_node *node, int *data, int *constant);
/* Two values that are one before identities and casts between floats. */
bool lrp_match_same(const struct lrp_match *match, int a, int b);
/* The bounds of a Clip that are known, infinite where it has none. */
bool lrp_match_clip_bounds(const struct lrp_graph *graph, const struct lrp_node *clip, double *low, double *high);
bool lrp_match_near(double a, double b);
/* A live node that can run, with operands that line up as patterns expect. */
bool lrp_match_runs(const struct lrp_node *node);
/* Asked of every node for dozens of operators: first letters nearly always tell. */
static inline bool lrp_match_same_word(const char *a, const char *b)
{
    return *a == *b && strcmp(a, b) == 0;
}
/* The node is of that operator of ai.onnx, whether or not it can run. */
static inline bool lrp_match_names(const struct lrp_node *node, const char *op_type)
{
    return node && lrp_match_same_word(node->call.op_type, op_type) && !*node->call.domain;
}
/* A live one that can run; NULL is none. */
static inline bool lrp_match_is(const struct lrp_node *node, const char *op_type)
{
    return lrp_match_names(node, op_type) && lrp_match_runs(node);
}
/* A live one of our own operators. */
bool lrp_match_is_own(const struct lrp_node *node, const char *op_type);

#endif
