/* polynomial.h: arithmetic with one value seen as a polynomial of it, however it is written. */
#ifndef LRP_GRAPH_POLYNOMIAL_H
#define LRP_GRAPH_POLYNOMIAL_H

#include "match.h"

enum { LRP_DEGREE = 3 };
/* c[0] + c[1] x + c[2] x^2 + c[3] x^3 */
struct lrp_polynomial {
    double c[LRP_DEGREE + 1];
};
/* Reads a value as a polynomial of x, through Add, Sub, Mul, Div, Neg, Pow by constants; false if it is none of that degree. */
bool lrp_polynomial_of(struct lrp_match *match, int value, int x, struct lrp_polynomial *out);
/* Coefficients as constants are rounded. */
bool lrp_polynomial_is(const struct lrp_polynomial *p, const double c[LRP_DEGREE + 1]);

/* shift + factor * t */
struct lrp_affine {
    double shift, factor;
};
/* One step of arithmetic with a constant, taken into the function: what is left to look at, -1: it is none. */
int lrp_affine_step(struct lrp_match *match, int value, struct lrp_affine *function);
/* The node of that operator a value is an affine function of, seen through Add, Sub, Mul, Div, Neg with constants; or NULL. */
const struct lrp_node *lrp_affine_of(struct lrp_match *match, int value, const char *op_type, struct lrp_affine *out);

#endif
