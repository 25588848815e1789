/* pattern_knee.c: functions of one value that are straight on either side of 0, written as sums of such or as Where: relu,
 * leaky relu, and parametric relu as Keras writes it.
 *
 *     Relu(x) - 0.1 Relu(-x)      Relu(x) + 0.1 Min(x, 0)      0.55 x + 0.45 Abs(x)      Where(x > 0, x, 0.1 x) */
#include <math.h>

#include "match.h"
#include "patterns.h"

/* slopes of a function that is 0 at 0 */
struct knee {
    double above, below;
};

struct reading {
    struct lrp_match *match;
    int x, depth;
};
enum { DEEPEST = 6 };

static bool read_knee(struct reading *r, int value, struct knee *out);

static bool is_zero(const struct lrp_graph *g, int value)
{
    double c;
    return lrp_match_number(g, value, &c) && c == 0;
}

/* f(t) for a function straight on either side of 0, where t is one itself that does not bend: k x. */
static bool of_line(struct reading *r, int value, struct knee f, struct knee *out)
{
    struct knee t;
    if (!read_knee(r, value, &t) || t.above != t.below) return false;
    *out =
        t.above < 0 ? (struct knee){t.above * f.below, t.below * f.above} : (struct knee){t.above * f.above, t.below * f.below};
    return true;
}

/* Max(t, 0), Min(t, 0), and Clip with one bound. */
static bool read_bound(struct reading *r, int value, struct knee *out)
{
    static const char *const names[] = {"Max", "Min"};
    const struct lrp_graph *g = r->match->graph;
    int data;
    double low, high;
    for (int k = 0; k < 2; k++) {
        const struct lrp_node *n = lrp_match_producer(r->match, value, names[k]);
        if (n)
            return lrp_match_number_operand(g, n, &data, &low) && low == 0 &&
                   of_line(r, data, k ? (struct knee){0, 1} : (struct knee){1, 0}, out);
    }
    const struct lrp_node *clip = lrp_match_producer(r->match, value, "Clip");
    if (!clip || !lrp_match_clip_bounds(g, clip, &low, &high)) return false;
    if (low == 0 && high == INFINITY) return of_line(r, clip->in[0], (struct knee){1, 0}, out);
    return low == -INFINITY && high == 0 && of_line(r, clip->in[0], (struct knee){0, 1}, out);
}

/* The side of 0 that a condition asks for: 1 above, -1 below, 0: it is none of x and 0. At 0 both sides agree. */
static int side_of(struct reading *r, int condition)
{
    static const struct {
        const char *op_type;
        int side;
    } rows[] = {{"Greater", 1}, {"GreaterOrEqual", 1}, {"Less", -1}, {"LessOrEqual", -1}};
    const struct lrp_graph *g = r->match->graph;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        const struct lrp_node *n = lrp_match_producer(r->match, condition, rows[k].op_type);
        if (!n) continue;
        if (is_zero(g, n->in[1]) && lrp_match_same(r->match, n->in[0], r->x)) return rows[k].side;
        return is_zero(g, n->in[0]) && lrp_match_same(r->match, n->in[1], r->x) ? -rows[k].side : 0;
    }
    return 0;
}

static bool read_where(struct reading *r, const struct lrp_node *n, struct knee *out)
{
    struct knee yes, no;
    const int side = side_of(r, n->in[0]);
    if (!side || !read_knee(r, n->in[1], &yes) || !read_knee(r, n->in[2], &no)) return false;
    *out = side > 0 ? (struct knee){yes.above, no.below} : (struct knee){no.above, yes.below};
    return true;
}

static bool read_sum(struct reading *r, const struct lrp_node *n, double sign, struct knee *out)
{
    struct knee a, b;
    if (!read_knee(r, n->in[0], &a) || !read_knee(r, n->in[1], &b)) return false;
    *out = (struct knee){a.above + sign * b.above, a.below + sign * b.below};
    return true;
}

/* A number times one of them, or one divided by a number. */
static bool read_multiple(struct reading *r, const struct lrp_node *n, bool quotient, struct knee *out)
{
    const struct lrp_graph *g = r->match->graph;
    double c;
    const bool first = !quotient && lrp_match_number(g, n->in[0], &c);
    if ((!first && !lrp_match_number(g, n->in[1], &c)) || !read_knee(r, n->in[first ? 1 : 0], out)) return false;
    if (quotient) c = 1 / c;
    *out = (struct knee){c * out->above, c * out->below};
    return true;
}

static bool read_operator(struct reading *r, int value, struct knee *out)
{
    struct lrp_match *m = r->match;
    const struct lrp_node *n;
    if ((n = lrp_match_producer(m, value, "Relu"))) return of_line(r, n->in[0], (struct knee){1, 0}, out);
    if ((n = lrp_match_producer(m, value, "Abs"))) return of_line(r, n->in[0], (struct knee){1, -1}, out);
    if ((n = lrp_match_producer(m, value, "Neg"))) return of_line(r, n->in[0], (struct knee){-1, -1}, out);
    if ((n = lrp_match_producer(m, value, "Mul"))) return read_multiple(r, n, false, out);
    if ((n = lrp_match_producer(m, value, "Div"))) return read_multiple(r, n, true, out);
    if ((n = lrp_match_producer(m, value, "Where"))) return read_where(r, n, out);
    if ((n = lrp_match_producer(m, value, "Add"))) return read_sum(r, n, 1, out);
    if ((n = lrp_match_producer(m, value, "Sub"))) return read_sum(r, n, -1, out);
    return read_bound(r, value, out);
}

static bool read_knee(struct reading *r, int value, struct knee *out)
{
    *out = (struct knee){0, 0};
    if (is_zero(r->match->graph, value)) return true;
    if (lrp_match_same(r->match, value, r->x)) {
        *out = (struct knee){1, 1};
        return true;
    }
    if (r->depth == 0 || r->match->overflow) return false;
    r->depth--;
    const bool fine = read_operator(r, value, out);
    r->depth++;
    return fine;
}

static bool is_number(const struct lrp_graph *g, int value)
{
    double c;
    return g->values[value].desc.constant || lrp_match_number(g, value, &c);
}

/* The next value towards x: what a node of the kinds above works on. */
static int one_deeper(const struct lrp_graph *g, int value)
{
    static const char *const names[] = {"Relu", "Abs", "Neg", "Mul", "Div", "Add", "Sub", "Max", "Min", "Clip"};
    const struct lrp_node *n = lrp_graph_producer(g, lrp_match_source(g, value));
    for (size_t k = 0; n && k < sizeof names / sizeof *names; k++)
        if (lrp_match_is(n, names[k])) return is_number(g, n->in[0]) ? lrp_node_input(n, 1) : n->in[0];
    if (lrp_match_is(n, "Where")) return is_number(g, n->in[1]) ? n->in[2] : n->in[1];
    return -1;
}

static bool try_knee(struct lrp_graph *g, int node, int x)
{
    const struct lrp_node *n = &g->nodes[node];
    struct lrp_match m = {.graph = g, .root = node, .domain = "", .opset = 6};
    struct reading r = {.match = &m, .x = x, .depth = DEEPEST};
    struct knee f;
    if (!lrp_shape_equal(g->values[x].desc.shape, g->values[n->out[0]].desc.shape)) return false;
    if (!read_knee(&r, n->out[0], &f) || !lrp_match_near(f.above, 1) || f.below < 0 || f.below >= 1) return false;
    m.what = f.below == 0 ? "relu written out" : "leaky relu written out";
    const struct lrp_attribute alpha = {.name = "alpha", .kind = LRP_ATTRIBUTE_FLOAT, .f = (float)f.below};
    return f.below == 0 ? lrp_match_replace(&m, "Relu", &x, 1, NULL, 0) : lrp_match_replace(&m, "LeakyRelu", &x, 1, &alpha, 1);
}

/* ---- slopes below 0 that are an array ---- */

/* factor times the numbers of a constant, as a new one; -1: no. */
static int times(struct lrp_graph *g, int value, double factor)
{
    const struct lrp_blob *blob = g->values[value].desc.constant;
    float *numbers = lrp_arena_calloc(g->arena, blob->count + 1, sizeof *numbers);
    if (!numbers) return -1;
    lrp_blob_f32(blob, 0, blob->count, numbers);
    for (size_t i = 0; i < blob->count; i++) numbers[i] = (float)(factor * (double)numbers[i]);
    return lrp_graph_constant(g, g->values[value].name, blob->shape, numbers);
}

/* relu is 1 above and 0 below; rest: what is 0 above and straight below, times an array. */
static bool try_slopes(struct lrp_graph *g, int node, int relu, int rest, double sign)
{
    struct lrp_match m = {.graph = g, .root = node, .what = "parametric relu written out", .domain = "", .opset = 16};
    struct lrp_product p = {.constant = 1};
    struct knee f;
    const struct lrp_node *n = lrp_match_producer(&m, relu, "Relu");
    if (!n || !lrp_match_product(&m, rest, &p) || p.count != 2) return false;
    const int which = g->values[p.factors[0]].desc.constant ? 0 : 1, slopes = p.factors[which], x = n->in[0];
    struct reading r = {.match = &m, .x = x, .depth = DEEPEST};
    if (!g->values[slopes].desc.constant || !read_knee(&r, p.factors[1 - which], &f) || f.above != 0 || f.below == 0)
        return false;
    lrp_match_add(&m, node);
    if (!lrp_match_closed(&m) || !lrp_shape_equal(g->values[x].desc.shape, g->values[g->nodes[node].out[0]].desc.shape))
        return false;
    const int in[] = {x, times(g, slopes, sign * p.constant * f.below)};
    return in[1] >= 0 && lrp_match_replace(&m, "PRelu", in, 2, NULL, 0);
}

bool lrp_pattern_knee(struct lrp_graph *graph, int node)
{
    const struct lrp_node *n = &graph->nodes[node];
    const bool sum = lrp_match_is(n, "Add"), difference = lrp_match_is(n, "Sub");
    if (!sum && !difference && !lrp_match_is(n, "Where") && !lrp_match_is(n, "Mul")) return false;
    if (graph->values[n->out[0]].desc.dtype != LRP_DTYPE_FLOAT) return false;
    int x = n->out[0];
    for (int k = 0; k < DEEPEST && (x = one_deeper(graph, x)) >= 0; k++)
        if (try_knee(graph, node, x)) return true;
    return (sum || difference) && (try_slopes(graph, node, n->in[0], n->in[1], sum ? 1 : -1) ||
                                   (sum && try_slopes(graph, node, n->in[1], n->in[0], 1)));
}
