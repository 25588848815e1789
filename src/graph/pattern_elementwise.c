/* pattern_elementwise.c: elementwise functions of one value that exporters write out: relu, relu6, leaky relu, sigmoid,
 * hard-sigmoid, softplus. */
#include <math.h>
#include <string.h>

#include "match.h"
#include "patterns.h"
#include "polynomial.h"

/* ---- bounds: Relu, Clip, Min and Max with a number, one behind the other ---- */

struct steps_bounds {
    double low, high;
};

/* The data that a node bounds, -1: it does not. */
static int bounded_value(const struct lrp_graph *g, const struct lrp_node *n, struct steps_bounds *b)
{
    int data;
    double c;
    *b = (struct steps_bounds){-INFINITY, INFINITY};
    if (lrp_match_is(n, "Relu")) {
        b->low = 0;
        return n->in[0];
    }
    if (lrp_match_is(n, "Clip")) return lrp_match_clip_bounds(g, n, &b->low, &b->high) ? n->in[0] : -1;
    const bool least = lrp_match_is(n, "Max");
    if ((!least && !lrp_match_is(n, "Min")) || !lrp_match_number_operand(g, n, &data, &c)) return -1;
    if (!lrp_shape_equal(g->values[data].desc.shape, g->values[n->out[0]].desc.shape)) return -1;
    *(least ? &b->low : &b->high) = c;
    return data;
}

static double clip_number(double x, const struct steps_bounds *b)
{
    return x < b->low ? b->low : x > b->high ? b->high : x;
}

static bool replace_by_bounds(struct lrp_match *m, int x, const struct steps_bounds *b)
{
    const struct lrp_attribute attributes[] = {{.name = "min", .kind = LRP_ATTRIBUTE_FLOAT, .f = (float)b->low},
                                               {.name = "max", .kind = LRP_ATTRIBUTE_FLOAT, .f = (float)b->high}};
    m->domain = "";
    m->opset = 6; /* bounds as attributes */
    if (b->low == 0 && b->high == INFINITY) {
        m->what = "relu written out";
        return lrp_match_replace(m, "Relu", &x, 1, NULL, 0);
    }
    m->what = b->low == 0 && b->high == 6 ? "relu6 written out" : "bounds one behind the other";
    return lrp_match_replace(m, "Clip", &x, 1, attributes, 2);
}

bool lrp_pattern_bounds(struct lrp_graph *graph, int node)
{
    struct steps_bounds outer, inner;
    struct lrp_match m = {.graph = graph, .root = node};
    const struct lrp_node *n = &graph->nodes[node];
    int x = bounded_value(graph, n, &outer);
    if (x < 0 || graph->values[n->out[0]].desc.dtype != LRP_DTYPE_FLOAT || outer.low > outer.high) return false;
    const struct lrp_node *before = graph->values[x].uses == 1 ? lrp_graph_producer(graph, x) : NULL;
    const bool alike = before && strcmp(before->call.op_type, n->call.op_type) == 0; /* two layers, as the file has them */
    const int data = before && !alike ? bounded_value(graph, before, &inner) : -1;
    if (data < 0 || inner.low > inner.high) return lrp_match_is(n, "Max") && outer.low == 0 && replace_by_bounds(&m, x, &outer);
    lrp_match_add(&m, (int)(before - graph->nodes));
    return replace_by_bounds(&m, data, &(struct steps_bounds){clip_number(inner.low, &outer), clip_number(inner.high, &outer)});
}

/* ---- max(x, a x) ---- */

/* Slopes between 0 and 1. */
static bool are_slopes(const struct lrp_blob *blob)
{
    for (size_t i = 0; i < blob->count; i++) {
        const float a = lrp_blob_get_f32(blob, i);
        if (!(a >= 0 && a <= 1)) return false;
    }
    return true;
}

/* max(x, a x) with slopes that differ. */
static bool try_slopes(struct lrp_graph *g, int node, int x, int other)
{
    struct lrp_match m = {.graph = g, .root = node, .what = "prelu written out with Max", .domain = "", .opset = 7};
    const struct lrp_node *n = lrp_match_producer(&m, other, "Mul");
    int data, slopes;
    if (!n || !lrp_match_constant_operand(g, n, &data, &slopes) || !lrp_match_same(&m, data, x)) return false;
    const int in[] = {x, slopes};
    return are_slopes(g->values[slopes].desc.constant) && lrp_match_replace(&m, "PRelu", in, 2, NULL, 0);
}

bool lrp_pattern_leaky_relu(struct lrp_graph *graph, int node)
{
    const struct lrp_node *n = &graph->nodes[node];
    if (!lrp_match_is(n, "Max") || n->call.in_count != 2) return false;
    for (int i = 0; i < 2; i++) {
        struct lrp_match m = {
            .graph = graph, .root = node, .what = "leaky relu written out with Max", .domain = "", .opset = 6};
        struct lrp_polynomial p;
        const int x = n->in[i];
        if (graph->values[x].desc.constant) continue;
        if (!lrp_polynomial_of(&m, n->in[1 - i], x, &p)) {
            if (try_slopes(graph, node, x, n->in[1 - i])) return true;
            continue;
        }
        const struct lrp_attribute alpha = {.name = "alpha", .kind = LRP_ATTRIBUTE_FLOAT, .f = (float)p.c[1]};
        if (p.c[1] > 0 && p.c[1] < 1 && lrp_polynomial_is(&p, (double[]){0, p.c[1], 0, 0}) &&
            lrp_match_replace(&m, "LeakyRelu", &x, 1, &alpha, 1))
            return true;
    }
    return false;
}

/* ---- sigmoid, softplus ---- */

/* The value that a polynomial is to be read of: what is left behind constants. */
static int innermost(struct lrp_graph *g, int value)
{
    struct lrp_match aside = {.graph = g, .root = -1};
    struct lrp_affine a = {.factor = 1};
    for (int next; !aside.overflow && (next = lrp_affine_step(&aside, value, &a)) >= 0;) value = next;
    return value;
}

/* The value x where `value` is 1 + exp(slope * x); -1. */
static int exponential_of(struct lrp_match *m, int value, double slope)
{
    struct lrp_affine outside;
    const struct lrp_node *n = lrp_affine_of(m, value, "Exp", &outside);
    if (!n || !lrp_match_near(outside.shift, 1) || !lrp_match_near(outside.factor, 1)) return -1;
    if (slope > 0) return n->in[0];
    const struct lrp_node *neg = lrp_match_producer(m, n->in[0], "Neg");
    if (neg) return neg->in[0];
    struct lrp_product p = {.constant = 1};
    return lrp_match_product(m, n->in[0], &p) && p.count == 1 && lrp_match_near(p.constant, -1) ? p.factors[0] : -1;
}

/* The value that is turned over: below 1, or to the power of -1; -1: none. */
static int below_one(const struct lrp_graph *g, const struct lrp_node *n)
{
    double c;
    if (lrp_match_is(n, "Reciprocal")) return n->in[0];
    if (lrp_match_is(n, "Div") && lrp_match_number(g, n->in[0], &c) && c == 1) return n->in[1];
    return lrp_match_is(n, "Pow") && lrp_match_number(g, n->in[1], &c) && c == -1 ? n->in[0] : -1;
}

/* e^x / (1 + e^x): x, or -1. */
static int quotient_of(struct lrp_match *m, const struct lrp_node *n)
{
    const struct lrp_node *exp_node = lrp_match_is(n, "Div") ? lrp_match_producer(m, n->in[0], "Exp") : NULL;
    const int x = exp_node ? exponential_of(m, n->in[1], 1) : -1;
    return x >= 0 && lrp_match_same(m, x, exp_node->in[0]) ? x : -1;
}

/* (1 + tanh(x / 2)) / 2 */
static bool try_tanh(struct lrp_graph *g, int node)
{
    struct lrp_match m = {.graph = g, .root = node, .what = "sigmoid written out with Tanh", .domain = "", .opset = 6};
    struct lrp_affine outside;
    struct lrp_polynomial p;
    const struct lrp_node *n = lrp_affine_of(&m, g->nodes[node].out[0], "Tanh", &outside);
    if (!n || !lrp_match_near(outside.shift, 0.5) || !lrp_match_near(outside.factor, 0.5)) return false;
    const int x = innermost(g, n->in[0]);
    return lrp_polynomial_of(&m, n->in[0], x, &p) && lrp_polynomial_is(&p, (double[]){0, 0.5, 0, 0}) &&
           lrp_match_replace(&m, "Sigmoid", &x, 1, NULL, 0);
}

/* 1 / (1 + e^-x), e^x / (1 + e^x), (1 + tanh(x / 2)) / 2 */
bool lrp_pattern_sigmoid(struct lrp_graph *graph, int node)
{
    const struct lrp_node *n = &graph->nodes[node];
    struct lrp_match m = {.graph = graph, .root = node, .what = "sigmoid written out", .domain = "", .opset = 6}, other = m;
    const int below = below_one(graph, n), x = below < 0 ? -1 : exponential_of(&m, below, -1);
    if (x >= 0) return lrp_match_replace(&m, "Sigmoid", &x, 1, NULL, 0);
    const int y = quotient_of(&other, n);
    if (y >= 0) return lrp_match_replace(&other, "Sigmoid", &y, 1, NULL, 0);
    return (lrp_match_is(n, "Add") || lrp_match_is(n, "Mul") || lrp_match_is(n, "Div")) && try_tanh(graph, node);
}

/* log(1 + exp(x)), or max(x, 0) + log(1 + exp(-|x|)). */
bool lrp_pattern_softplus(struct lrp_graph *graph, int node)
{
    const struct lrp_node *n = &graph->nodes[node];
    struct lrp_match m = {.graph = graph, .root = node, .what = "softplus written out", .domain = "", .opset = 1};
    if (lrp_match_is(n, "Log")) {
        const int x = exponential_of(&m, n->in[0], 1);
        return x >= 0 && lrp_match_replace(&m, "Softplus", &x, 1, NULL, 0);
    }
    for (int i = 0; lrp_match_is(n, "Add") && i < 2; i++) { /* the logarithm has become one of -|x| before */
        const struct lrp_node *relu = lrp_match_producer(&m, n->in[i], "Relu"),
                              *rest = relu ? lrp_match_producer(&m, n->in[1 - i], "Softplus") : NULL,
                              *neg = rest ? lrp_match_producer(&m, rest->in[0], "Neg") : NULL,
                              *size = neg ? lrp_match_producer(&m, neg->in[0], "Abs") : NULL;
        if (size && lrp_match_same(&m, size->in[0], relu->in[0]))
            return lrp_match_replace(&m, "Softplus", &relu->in[0], 1, NULL, 0);
    }
    return false;
}

/* ---- clip(x / 6 + .5, 0, 1), however the sixths and the half are spread ---- */

/* What frameworks call hard-sigmoid: half of 1 at 0, and slopes of 1/6 and, in Keras, 1/5. */
static bool is_hard_sigmoid(const struct lrp_polynomial *p, const struct lrp_affine *outside)
{
    static const double slopes[] = {1.0 / 6, 0.2};
    if (p->c[2] != 0 || p->c[3] != 0 || !lrp_match_near(p->c[0] * outside->factor + outside->shift, 0.5)) return false;
    for (size_t k = 0; k < sizeof slopes / sizeof *slopes; k++)
        if (lrp_match_near(p->c[1] * outside->factor, slopes[k])) return true;
    return false;
}

bool lrp_pattern_hard_sigmoid(struct lrp_graph *graph, int node)
{
    static const char *const roots[] = {"Clip", "Mul", "Div", "Add", "Sub"};
    const struct lrp_node *n = &graph->nodes[node];
    struct lrp_match m = {.graph = graph, .root = node, .what = "hard-sigmoid written out", .domain = "", .opset = 6};
    struct lrp_affine outside = {.factor = 1};
    struct lrp_polynomial p;
    double low, high;
    bool root = false;
    for (size_t k = 0; k < sizeof roots / sizeof *roots; k++) root |= lrp_match_is(n, roots[k]);
    const struct lrp_node *clip = root ? lrp_affine_of(&m, n->out[0], "Clip", &outside) : NULL;
    if (!clip || !(outside.factor > 0) || !lrp_match_clip_bounds(graph, clip, &low, &high)) return false;
    if (fabs(low * outside.factor + outside.shift) > 1e-4 || !lrp_match_near(high * outside.factor + outside.shift, 1))
        return false;
    const int x = innermost(graph, clip->in[0]);
    if (!lrp_polynomial_of(&m, clip->in[0], x, &p) || !is_hard_sigmoid(&p, &outside)) return false;
    const struct lrp_attribute attributes[] = {
        {.name = "alpha", .kind = LRP_ATTRIBUTE_FLOAT, .f = (float)(p.c[1] * outside.factor)},
        {.name = "beta", .kind = LRP_ATTRIBUTE_FLOAT, .f = (float)(p.c[0] * outside.factor + outside.shift)}};
    return lrp_match_replace(&m, "HardSigmoid", &x, 1, attributes, 2);
}
