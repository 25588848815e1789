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

/* ---- the operators it may be made of, each with its output's node ---- */

static bool read_relu(struct reading *r, const struct lrp_node *n, struct knee *out)
{
    return of_line(r, n->in[0], (struct knee){1, 0}, out);
}

static bool read_abs(struct reading *r, const struct lrp_node *n, struct knee *out)
{
    return of_line(r, n->in[0], (struct knee){1, -1}, out);
}

static bool read_neg(struct reading *r, const struct lrp_node *n, struct knee *out)
{
    return of_line(r, n->in[0], (struct knee){-1, -1}, out);
}

/* Max(t, 0), Min(t, 0) */
static bool read_bound(struct reading *r, const struct lrp_node *n, struct knee f, struct knee *out)
{
    int data;
    double bound;
    return lrp_match_number_operand(r->match->graph, n, &data, &bound) && bound == 0 && of_line(r, data, f, out);
}

static bool read_max(struct reading *r, const struct lrp_node *n, struct knee *out)
{
    return read_bound(r, n, (struct knee){1, 0}, out);
}

static bool read_min(struct reading *r, const struct lrp_node *n, struct knee *out)
{
    return read_bound(r, n, (struct knee){0, 1}, out);
}

/* With one bound, which is 0. */
static bool read_clip(struct reading *r, const struct lrp_node *n, struct knee *out)
{
    double low, high;
    if (!lrp_match_clip_bounds(r->match->graph, n, &low, &high)) return false;
    if (low == 0 && high == INFINITY) return of_line(r, n->in[0], (struct knee){1, 0}, out);
    return low == -INFINITY && high == 0 && of_line(r, n->in[0], (struct knee){0, 1}, out);
}

/* The side of 0 that a condition asks for: 1 above, -1 below, 0: it is none of x and 0. At 0 both sides agree. */
static int side_of(struct reading *r, int condition)
{
    static const struct {
        const char *op_type;
        int side;
    } rows[] = {{"Greater", 1}, {"GreaterOrEqual", 1}, {"Less", -1}, {"LessOrEqual", -1}};
    const struct lrp_graph *g = r->match->graph;
    const struct lrp_node *n = lrp_match_maker(g, condition);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        if (!lrp_match_is(n, rows[k].op_type)) continue;
        lrp_match_take(r->match, condition, n);
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

static bool read_both(struct reading *r, const struct lrp_node *n, double sign, struct knee *out)
{
    struct knee a, b;
    if (!read_knee(r, n->in[0], &a) || !read_knee(r, n->in[1], &b)) return false;
    *out = (struct knee){a.above + sign * b.above, a.below + sign * b.below};
    return true;
}

static bool read_sum(struct reading *r, const struct lrp_node *n, struct knee *out)
{
    return read_both(r, n, 1, out);
}

static bool read_difference(struct reading *r, const struct lrp_node *n, struct knee *out)
{
    return read_both(r, n, -1, out);
}

/* A number times one of them. */
static bool read_multiple(struct reading *r, const struct lrp_node *n, struct knee *out)
{
    const struct lrp_graph *g = r->match->graph;
    double c;
    const bool first = lrp_match_number(g, n->in[0], &c);
    if ((!first && !lrp_match_number(g, n->in[1], &c)) || !read_knee(r, n->in[first ? 1 : 0], out)) return false;
    *out = (struct knee){c * out->above, c * out->below};
    return true;
}

/* One divided by a number. */
static bool read_quotient(struct reading *r, const struct lrp_node *n, struct knee *out)
{
    double c;
    if (!lrp_match_number(r->match->graph, n->in[1], &c) || !read_knee(r, n->in[0], out)) return false;
    *out = (struct knee){1 / c * out->above, 1 / c * out->below};
    return true;
}

static const struct {
    const char *op_type;
    bool (*read)(struct reading *r, const struct lrp_node *n, struct knee *out);
} readers[] = {{"Relu", read_relu}, {"Abs", read_abs},        {"Neg", read_neg},      {"Mul", read_multiple},
               {"Add", read_sum},   {"Sub", read_difference}, {"Div", read_quotient}, {"Max", read_max},
               {"Min", read_min},   {"Clip", read_clip},      {"Where", read_where}};

static bool read_operator(struct reading *r, int value, struct knee *out)
{
    const struct lrp_node *n = lrp_match_maker(r->match->graph, value);
    for (size_t k = 0; n && k < sizeof readers / sizeof *readers; k++) {
        if (!lrp_match_is(n, readers[k].op_type)) continue;
        lrp_match_take(r->match, value, n);
        return readers[k].read(r, n, out);
    }
    return false;
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

/* A number other than 0 is added: the sum is not 0 at 0, whatever is behind it. */
static bool is_shift(const struct lrp_graph *g, const struct lrp_node *n)
{
    if (!lrp_match_is(n, "Add") && !lrp_match_is(n, "Sub")) return false;
    for (int i = 0; i < 2; i++)
        if (is_number(g, n->in[i]) && !is_zero(g, n->in[i])) return true;
    return false;
}

/* The next value towards x: what a node of the kinds above works on; -1: nothing behind it can be x. */
static int one_deeper(const struct lrp_graph *g, int value)
{
    const struct lrp_node *n = lrp_match_maker(g, value);
    if (is_shift(g, n)) return -1;
    if (lrp_match_is(n, "Where")) return is_number(g, n->in[1]) ? n->in[2] : n->in[1];
    for (size_t k = 0; n && k < sizeof readers / sizeof *readers; k++)
        if (lrp_match_is(n, readers[k].op_type)) return is_number(g, n->in[0]) ? lrp_node_input(n, 1) : n->in[0];
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
