/* pattern_activation.c: activations that exporters write out: swish, gelu, hard-swish, mish. */
#include <math.h>
#include <string.h>

#include "match.h"
#include "patterns.h"

/* value == Add(inner, c) for a scalar constant: returns the inner value, or -1. */
static int added_to(struct lrp_match *m, int value, double c)
{
    const struct lrp_node *add = lrp_match_producer(m, value, "Add");
    double got;
    if (!add) return -1;
    for (int i = 0; i < 2; i++)
        if (lrp_match_scalar(m->graph, add->in[i], &got) && lrp_match_near(got, c)) return add->in[1 - i];
    return -1;
}

/* value == constant * x: returns the constant, 0 if it is something else. */
static double multiple_of(struct lrp_match *m, int value, int x)
{
    struct lrp_product p = {.constant = 1};
    if (value == x) return 1;
    if (!lrp_match_product(m, value, &p) || p.count != 1 || p.factors[0] != x) return 0;
    return p.constant;
}

static bool sigmoid_of(struct lrp_match *m, int factor, int x, double *beta)
{
    const struct lrp_node *n = lrp_match_producer(m, factor, "Sigmoid");
    *beta = n ? multiple_of(m, n->in[0], x) : 0;
    return *beta != 0;
}

/* 1 + erf(x / sqrt 2) */
static bool erf_of(struct lrp_match *m, int factor, int x)
{
    int inner = added_to(m, factor, 1);
    const struct lrp_node *n = inner < 0 ? NULL : lrp_match_producer(m, inner, "Erf");
    return n && lrp_match_near(multiple_of(m, n->in[0], x), sqrt(0.5));
}

/* c * x^3, written as Pow(x, 3) or as products of x. */
static bool cube_of(struct lrp_match *m, int value, int x)
{
    struct lrp_product p = {.constant = 1};
    double exponent;
    int powers = 0;
    if (!lrp_match_product(m, value, &p) || !lrp_match_near(p.constant, 0.044715)) return false;
    for (int i = 0; i < p.count; i++) {
        if (p.factors[i] == x) {
            powers++;
            continue;
        }
        const struct lrp_node *pow = lrp_match_producer(m, p.factors[i], "Pow");
        if (!pow || pow->in[0] != x || !lrp_match_scalar(m->graph, pow->in[1], &exponent)) return false;
        powers += (int)exponent;
    }
    return powers == 3;
}

/* 1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)) */
static bool tanh_of(struct lrp_match *m, int factor, int x)
{
    int inner = added_to(m, factor, 1);
    const struct lrp_node *n = inner < 0 ? NULL : lrp_match_producer(m, inner, "Tanh");
    struct lrp_product p = {.constant = 1};
    if (!n || !lrp_match_product(m, n->in[0], &p) || p.count != 1 || !lrp_match_near(p.constant, 0.7978845608)) return false;
    const struct lrp_node *add = lrp_match_producer(m, p.factors[0], "Add");
    if (!add) return false;
    return (add->in[0] == x && cube_of(m, add->in[1], x)) || (add->in[1] == x && cube_of(m, add->in[0], x));
}

static bool clip_bounds(const struct lrp_graph *g, const struct lrp_node *clip, double *low, double *high)
{
    if (clip->call.in_count < 2) {
        *low = (double)lrp_call_float(&clip->call, "min", -INFINITY);
        *high = (double)lrp_call_float(&clip->call, "max", INFINITY);
        return true;
    }
    return lrp_match_scalar(g, lrp_node_input(clip, 1), low) && lrp_match_scalar(g, lrp_node_input(clip, 2), high);
}

/* clip(x + 3, 0, 6), with the sixth among the constants. */
static bool clip_of(struct lrp_match *m, int factor, int x)
{
    const struct lrp_node *clip = lrp_match_producer(m, factor, "Clip");
    double low, high;
    if (!clip || !clip_bounds(m->graph, clip, &low, &high)) return false;
    return fabs(low) < 1e-9 && lrp_match_near(high, 6) && added_to(m, clip->in[0], 3) == x;
}

static bool hard_sigmoid_of(struct lrp_match *m, int factor, int x)
{
    const struct lrp_node *n = lrp_match_producer(m, factor, "HardSigmoid");
    return n && n->in[0] == x && lrp_match_near((double)lrp_call_float(&n->call, "alpha", 0.2F), 1.0 / 6) &&
           lrp_match_near((double)lrp_call_float(&n->call, "beta", 0.5F), 0.5);
}

static bool softplus_of(struct lrp_match *m, int factor, int x)
{
    const struct lrp_node *tanh_node = lrp_match_producer(m, factor, "Tanh");
    const struct lrp_node *n = tanh_node ? lrp_match_producer(m, tanh_node->in[0], "Softplus") : NULL;
    return n && n->in[0] == x;
}

/* One way to write an activation: `constant` * x * gate(x). */
struct gate {
    const char *op_type, *approximate, *what;
    double constant;
    bool (*is)(struct lrp_match *match, int factor, int x);
};
static const struct gate gates[] = {
    {"Gelu", "none", "gelu written out with Erf", 0.5, erf_of},
    {"Gelu", "tanh", "gelu written out with Tanh", 0.5, tanh_of},
    {"HardSwish", NULL, "hard-swish written out with Clip", 1.0 / 6, clip_of},
    {"HardSwish", NULL, "hard-swish written out with HardSigmoid", 1, hard_sigmoid_of},
    {"Mish", NULL, "mish written out", 1, softplus_of},
};

static bool try_gate(struct lrp_graph *g, int node, const struct gate *gate, int x, int factor)
{
    struct lrp_match m = {.graph = g, .root = node, .what = gate->what};
    struct lrp_product p = {.constant = 1};
    lrp_match_product(&m, g->nodes[node].out[0], &p);
    if (!gate->is(&m, factor, x)) return false;
    const struct lrp_attribute approximate = {.name = "approximate", .kind = LRP_ATTRIBUTE_STRING, .s = gate->approximate};
    return lrp_match_replace(&m, gate->op_type, &x, 1, &approximate, gate->approximate ? 1 : 0);
}

static bool try_swish(struct lrp_graph *g, int node, int x, int factor)
{
    struct lrp_match m = {.graph = g, .root = node};
    struct lrp_product p = {.constant = 1};
    double beta;
    lrp_match_product(&m, g->nodes[node].out[0], &p);
    if (!sigmoid_of(&m, factor, x, &beta)) return false;
    m.what = lrp_match_near(beta, 1.702) ? "gelu written out with Sigmoid: swish with beta 1.702" : "swish written out";
    const struct lrp_attribute attribute = {.name = "beta", .kind = LRP_ATTRIBUTE_FLOAT, .f = (float)beta};
    return lrp_match_replace(&m, "Swish", &x, 1, &attribute, 1);
}

bool lrp_pattern_activation(struct lrp_graph *graph, int node)
{
    if (!lrp_match_is(&graph->nodes[node], "Mul") && !lrp_match_is(&graph->nodes[node], "Div")) return false;
    struct lrp_match m = {.graph = graph, .root = node};
    struct lrp_product p = {.constant = 1};
    if (!lrp_match_product(&m, graph->nodes[node].out[0], &p) || p.count != 2) return false;
    for (int i = 0; i < 2; i++) {
        int x = p.factors[i], factor = p.factors[1 - i];
        for (size_t k = 0; k < sizeof gates / sizeof *gates; k++)
            if (lrp_match_near(p.constant, gates[k].constant) && try_gate(graph, node, &gates[k], x, factor)) return true;
        if (lrp_match_near(p.constant, 1) && try_swish(graph, node, x, factor)) return true;
    }
    return false;
}
