/* pattern_activation.c: activations that exporters write out as products: gelu, swish, hard-swish, mish;
 * and as quotients: swish, softsign. */
#include <math.h>
#include <string.h>

#include "match.h"
#include "patterns.h"
#include "polynomial.h"

/* factor == low + high * t(x) with t of one operator of a polynomial in x. */
static bool is_step(struct lrp_match *m, int factor, const char *op_type, int x, struct lrp_affine *outside,
                    struct lrp_polynomial *inside)
{
    const struct lrp_node *n = lrp_affine_of(m, factor, op_type, outside);
    return n && lrp_polynomial_of(m, n->in[0], x, inside);
}

/* Halves of 1 + erf(x / sqrt 2), or of 1 - erf(-x / sqrt 2). */
static bool erf_of(struct lrp_match *m, double constant, int factor, int x)
{
    struct lrp_affine a;
    struct lrp_polynomial p;
    if (!is_step(m, factor, "Erf", x, &a, &p)) return false;
    const double sign = a.factor < 0 ? -1 : 1;
    return lrp_match_near(constant * a.shift, 0.5) && lrp_match_near(constant * a.factor * sign, 0.5) &&
           lrp_polynomial_is(&p, (double[]){0, sign * sqrt(0.5), 0, 0});
}

/* Halves of 1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)) */
static bool tanh_of(struct lrp_match *m, double constant, int factor, int x)
{
    static const double slope = 0.7978845608;
    struct lrp_affine a;
    struct lrp_polynomial p;
    return is_step(m, factor, "Tanh", x, &a, &p) && lrp_match_near(constant * a.shift, 0.5) &&
           lrp_match_near(constant * a.factor, 0.5) && lrp_polynomial_is(&p, (double[]){0, slope, 0, 0.044715 * slope});
}

/* A sixth of clip(x + 3, 0, 6). */
static bool clip_of(struct lrp_match *m, double constant, int factor, int x)
{
    const struct lrp_node *clip = lrp_match_producer(m, factor, "Clip");
    struct lrp_polynomial p;
    double low, high;
    if (!clip || !lrp_match_near(constant, 1.0 / 6) || !lrp_match_clip_bounds(m->graph, clip, &low, &high)) return false;
    return low == 0 && lrp_match_near(high, 6) && lrp_polynomial_of(m, clip->in[0], x, &p) &&
           lrp_polynomial_is(&p, (double[]){3, 1, 0, 0});
}

static bool hard_sigmoid_of(struct lrp_match *m, double constant, int factor, int x)
{
    const struct lrp_node *n = lrp_match_producer(m, factor, "HardSigmoid");
    return n && lrp_match_near(constant, 1) && lrp_match_same(m, n->in[0], x) &&
           lrp_match_near((double)lrp_call_float(&n->call, "alpha", 0.2F), 1.0 / 6) &&
           lrp_match_near((double)lrp_call_float(&n->call, "beta", 0.5F), 0.5);
}

static bool softplus_of(struct lrp_match *m, double constant, int factor, int x)
{
    const struct lrp_node *tanh_node = lrp_match_producer(m, factor, "Tanh");
    const struct lrp_node *n = tanh_node ? lrp_match_producer(m, tanh_node->in[0], "Softplus") : NULL;
    return n && lrp_match_near(constant, 1) && lrp_match_same(m, n->in[0], x);
}

/* One way to write an activation: `constant` * x * gate(x). */
struct gate {
    const char *op_type, *approximate, *what;
    bool (*is)(struct lrp_match *match, double constant, int factor, int x);
};
static const struct gate gates[] = {
    {"Gelu", "none", "gelu written out with Erf", erf_of},
    {"Gelu", "tanh", "gelu written out with Tanh", tanh_of},
    {"HardSwish", NULL, "hard-swish written out with Clip", clip_of},
    {"HardSwish", NULL, "hard-swish written out with HardSigmoid", hard_sigmoid_of},
    {"Mish", NULL, "mish written out", softplus_of},
};

static bool try_gate(struct lrp_graph *g, int node, const struct gate *gate, int x, int factor)
{
    struct lrp_match m = {.graph = g, .root = node, .what = gate->what};
    struct lrp_product p = {.constant = 1};
    lrp_match_product(&m, g->nodes[node].out[0], &p);
    if (!gate->is(&m, p.constant, factor, x)) return false;
    const struct lrp_attribute approximate = {.name = "approximate", .kind = LRP_ATTRIBUTE_STRING, .s = gate->approximate};
    return lrp_match_replace(&m, gate->op_type, &x, 1, &approximate, gate->approximate ? 1 : 0);
}

static bool replace_by_swish(struct lrp_match *m, int x, double beta)
{
    m->what = lrp_match_near(beta, 1.702) ? "gelu written out with Sigmoid: swish with beta 1.702" : "swish written out";
    const struct lrp_attribute attribute = {.name = "beta", .kind = LRP_ATTRIBUTE_FLOAT, .f = (float)beta};
    return lrp_match_replace(m, "Swish", &x, 1, &attribute, 1);
}

/* x * sigmoid(beta x) */
static bool try_swish(struct lrp_graph *g, int node, int x, int factor)
{
    struct lrp_match m = {.graph = g, .root = node};
    struct lrp_product product = {.constant = 1};
    struct lrp_polynomial p;
    lrp_match_product(&m, g->nodes[node].out[0], &product);
    const struct lrp_node *n = lrp_match_producer(&m, factor, "Sigmoid");
    return n && lrp_match_near(product.constant, 1) && lrp_polynomial_of(&m, n->in[0], x, &p) && p.c[1] != 0 &&
           lrp_polynomial_is(&p, (double[]){0, p.c[1], 0, 0}) && replace_by_swish(&m, x, p.c[1]);
}

/* x / (1 + exp(-beta x)) */
static bool try_quotient(struct lrp_graph *g, int node)
{
    struct lrp_match m = {.graph = g, .root = node};
    const struct lrp_node *n = &g->nodes[node];
    struct lrp_affine a;
    struct lrp_polynomial p;
    return lrp_match_is(n, "Div") && !g->values[n->in[0]].desc.constant && is_step(&m, n->in[1], "Exp", n->in[0], &a, &p) &&
           lrp_match_near(a.shift, 1) && lrp_match_near(a.factor, 1) && p.c[1] < 0 &&
           lrp_polynomial_is(&p, (double[]){0, p.c[1], 0, 0}) && replace_by_swish(&m, n->in[0], -p.c[1]);
}

/* x / (1 + |x|) */
static bool try_softsign(struct lrp_graph *g, int node)
{
    struct lrp_match m = {.graph = g, .root = node, .what = "softsign written out", .domain = "", .opset = 6};
    const struct lrp_node *n = &g->nodes[node];
    struct lrp_affine a = {.factor = 1};
    if (!lrp_match_is(n, "Div") || g->values[n->in[0]].desc.constant) return false;
    const struct lrp_node *size = lrp_affine_of(&m, n->in[1], "Abs", &a);
    return size && lrp_match_same(&m, size->in[0], n->in[0]) && lrp_match_near(a.shift, 1) && lrp_match_near(a.factor, 1) &&
           lrp_match_replace(&m, "Softsign", &n->in[0], 1, NULL, 0);
}

bool lrp_pattern_activation(struct lrp_graph *graph, int node)
{
    if (!lrp_match_is(&graph->nodes[node], "Mul") && !lrp_match_is(&graph->nodes[node], "Div")) return false;
    if (try_quotient(graph, node) || try_softsign(graph, node)) return true;
    struct lrp_match m = {.graph = graph, .root = node};
    struct lrp_product p = {.constant = 1};
    if (!lrp_match_product(&m, graph->nodes[node].out[0], &p) || p.count != 2) return false;
    for (int i = 0; i < 2; i++) {
        int x = p.factors[i], factor = p.factors[1 - i];
        if (graph->values[x].desc.constant || graph->values[factor].desc.constant) return false; /* a scale */
        for (size_t k = 0; k < sizeof gates / sizeof *gates; k++)
            if (try_gate(graph, node, &gates[k], x, factor)) return true;
        if (try_swish(graph, node, x, factor)) return true;
    }
    return false;
}
