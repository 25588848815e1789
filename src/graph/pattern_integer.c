/* pattern_integer.c: whole numbers multiplied and then scaled, as dynamic quantisation writes it: one linear layer of floats.
 *
 *     codes, scale, zero = DynamicQuantizeLinear(x)            rounded = DynamicFakeQuantize(x)
 *     sum = MatMulInteger(codes, w, zero, w_zero)         ->   y = MatMul(rounded, (w - w_zero) * w_scale)
 *     y = Mul(Cast(sum), Mul(scale, w_scale))
 *
 * ConvInteger likewise, codes of a QuantizeLinear too, and products of two that are data. */
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "patterns.h"

enum { MOST_MOVES = 8 };
/* A reading of whole numbers as floats. */
struct operand {
    int codes, zero;                   /* values; zero -1: none */
    int node;                          /* what makes the codes of floats; -1: they are constant */
    int moves[MOST_MOVES], move_count; /* what is done to the codes after that, the last first */
};

struct integer_search {
    struct lrp_match m;
    struct lrp_product product;
    int whole; /* the integer operator */
    bool convolves;
    struct operand x, w;
};

/* ---- codes that are only moved about ---- */

/* Operators that do to codes what they would do to the floats. */
static bool moves_codes(const struct lrp_node *n)
{
    static const char *const names[] = {"MaxPool", "Reshape",   "Flatten", "Transpose",   "Squeeze",
                                        "Slice",   "Unsqueeze", "Gather",  "DepthToSpace"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (lrp_match_is(n, names[k])) return n->call.out_count == 1;
    return false;
}

/* What makes the codes that a value is, moved about: the last of the moves comes first; NULL: nothing that is known. */
static const struct lrp_node *behind_moves(const struct lrp_graph *g, int value, int moves[MOST_MOVES], int *count)
{
    const struct lrp_node *at = lrp_graph_producer(g, value);
    for (*count = 0; *count < MOST_MOVES && at && moves_codes(at); at = lrp_graph_producer(g, at->in[0]))
        moves[(*count)++] = (int)(at - g->nodes);
    return at;
}

/* The operator `of` on another value. */
static struct lrp_replacement same_on(const struct lrp_graph *g, const struct lrp_node *of, int value)
{
    int *in = lrp_arena_calloc(g->arena, (size_t)of->call.in_count, sizeof *in);
    for (int i = 0; in && i < of->call.in_count; i++) in[i] = i ? of->in[i] : value;
    return (struct lrp_replacement){.op_type = of->call.op_type,
                                    .domain = of->call.domain,
                                    .opset = of->call.opset,
                                    .name = of->name,
                                    .in = in,
                                    .in_count = of->call.in_count,
                                    .attributes = of->call.attributes,
                                    .attribute_count = of->call.attribute_count};
}

/* Floats moved as codes are, by all moves but the last few, which come first: new nodes before `node`; -1: out of memory. */
static int moved_floats(struct lrp_graph *g, int node, int value, const int *moves, int count, int left_out)
{
    while (value >= 0 && count-- > left_out) {
        const struct lrp_replacement r = same_on(g, &g->nodes[moves[count]], value);
        value = r.in ? lrp_graph_insert(g, node, r.name, &r) : -1;
    }
    return value;
}

/* ---- finding it ---- */

static bool take_factor(struct lrp_product *p, int value)
{
    for (int k = 0; k < p->count; k++) {
        if (p->factors[k] != value) continue;
        p->factors[k] = p->factors[--p->count];
        return true;
    }
    return false;
}

/* The integer product that makes a value, read by nobody else. */
static bool take_whole(struct integer_search *s, int value)
{
    const struct lrp_graph *g = s->m.graph;
    const struct lrp_node *whole = lrp_graph_producer(g, value);
    s->convolves = lrp_match_is(whole, "ConvInteger");
    if ((!s->convolves && !lrp_match_is(whole, "MatMulInteger")) || g->values[value].uses != 1) return false;
    s->whole = (int)(whole - g->nodes);
    s->x = (struct operand){.codes = whole->in[0], .zero = lrp_node_input(whole, 2), .node = -1};
    s->w = (struct operand){.codes = whole->in[1], .zero = lrp_node_input(whole, 3), .node = -1};
    lrp_match_add(&s->m, s->whole);
    return true;
}

/* Cast to float32 of an integer product, read by nobody else. */
static bool find_whole(struct integer_search *s)
{
    struct lrp_graph *g = s->m.graph;
    for (int k = 0; k < s->product.count; k++) {
        const int value = s->product.factors[k];
        const struct lrp_node *cast = lrp_graph_producer(g, value);
        if (!lrp_match_is(cast, "Cast") || g->values[value].uses != 1 || g->values[value].desc.dtype != LRP_DTYPE_FLOAT ||
            !take_whole(s, cast->in[0]))
            continue;
        lrp_match_add(&s->m, (int)(cast - g->nodes));
        return take_factor(&s->product, value);
    }
    return false;
}

/* Codes that were floats: takes their scale out of the product. */
static bool find_floats(struct integer_search *s, struct operand *o)
{
    const struct lrp_graph *g = s->m.graph;
    const struct lrp_node *n = behind_moves(g, o->codes, o->moves, &o->move_count);
    double scale;
    if (!n) return false;
    o->node = (int)(n - g->nodes);
    if (lrp_match_is(n, "DynamicQuantizeLinear")) return n->out[2] == o->zero && take_factor(&s->product, n->out[1]);
    if (!lrp_match_is(n, "QuantizeLinear") || !lrp_match_scalar(g, n->in[1], &scale) || scale == 0) return false;
    s->product.constant /= scale;
    return lrp_match_same_zero(g, lrp_node_input(n, 2), o->zero);
}

/* ---- weights ---- */

/* A constant of one number, or of one for each output channel of an array of `rank` axes. */
static bool is_by_channel(const struct lrp_desc *d, int rank, int axis, int64_t channels)
{
    if (!d || !d->constant) return false;
    if (d->constant->count == 1) return d->shape->rank <= rank;
    const int at = axis - (rank - d->shape->rank);
    return (int64_t)d->constant->count == channels && at >= 0 && at < d->shape->rank && d->shape->dim[at] == channels;
}

static double number_of(const struct lrp_desc *d, size_t channel)
{
    return (double)lrp_blob_get_f32(d->constant, d->constant->count == 1 ? 0 : channel);
}

/* How many outputs a weight works for, and how many weights lie one behind the other for each. */
static int64_t read_channels(const struct integer_search *s, const struct lrp_shape *w, size_t *inner)
{
    *inner = 1;
    for (int d = 1; s->convolves && d < w->rank; d++) *inner *= (size_t)w->dim[d];
    return w->rank < 2 ? 0 : w->dim[s->convolves ? 0 : w->rank - 1];
}

static bool fits_channels(const struct integer_search *s, int64_t channels)
{
    const struct lrp_graph *g = s->m.graph;
    const struct lrp_desc *zero = lrp_graph_desc(g, s->w.zero);
    const int rank = g->values[g->nodes[s->m.root].out[0]].desc.shape->rank, axis = s->convolves ? 1 : rank - 1;
    if (zero && (!zero->constant || (zero->constant->count != 1 && (int64_t)zero->constant->count != channels))) return false;
    for (int k = 0; k < s->product.count; k++)
        if (!is_by_channel(lrp_graph_desc(g, s->product.factors[k]), rank, axis, channels)) return false;
    return true;
}

/* The factor of every output channel: all that the product has beside the codes. */
static double *new_factors(const struct integer_search *s, int64_t channels)
{
    const struct lrp_graph *g = s->m.graph;
    double *factors = malloc((size_t)channels * sizeof *factors);
    if (!factors) lrp_arena_fail(g->arena);
    for (int64_t c = 0; factors && c < channels; c++) {
        factors[c] = s->product.constant;
        for (int k = 0; k < s->product.count; k++) factors[c] *= number_of(lrp_graph_desc(g, s->product.factors[k]), (size_t)c);
    }
    return factors;
}

/* (w - zero) * factor as a constant; -1: no. */
static int real_weights(const struct integer_search *s)
{
    struct lrp_graph *g = s->m.graph;
    const struct lrp_value *codes = &g->values[s->w.codes];
    const struct lrp_desc *zero = lrp_graph_desc(g, s->w.zero);
    size_t inner;
    const int64_t channels = read_channels(s, codes->desc.shape, &inner);
    if (channels < 1 || !fits_channels(s, channels)) return -1;
    const size_t count = codes->desc.constant->count;
    double *factors = new_factors(s, channels);
    float *w = malloc((count + 1) * sizeof *w);
    int constant = -1;
    if (!w) lrp_arena_fail(g->arena);
    if (w && factors) {
        lrp_blob_f32(codes->desc.constant, 0, count, w);
        for (size_t i = 0; i < count; i++) {
            const size_t c = i / inner % (size_t)channels;
            w[i] = (float)(((double)w[i] - (zero ? number_of(zero, c) : 0)) * factors[c]);
        }
        constant = lrp_graph_constant(g, codes->name, codes->desc.shape, w);
    }
    free(w);
    free(factors);
    return constant;
}

/* ---- putting floats in its place ---- */

/* The floats behind codes, rounded as those are: the one that is there already, or a new node; -1: no. */
static int rounded_floats(struct lrp_graph *g, int node)
{
    const struct lrp_node *n = &g->nodes[node];
    const bool dynamic = lrp_match_is(n, "DynamicQuantizeLinear");
    const char *op_type = dynamic ? "DynamicFakeQuantize" : "FakeQuantize";
    const int reader = g->values[n->in[0]].reader;
    const struct lrp_node *there = reader < 0 ? NULL : &g->nodes[reader];
    if (there && there->state == LRP_NODE_LIVE && strcmp(there->call.op_type, op_type) == 0 && there->in[0] == n->in[0] &&
        (dynamic || (there->in[1] == n->in[1] && lrp_node_input(there, 2) == lrp_node_input(n, 2)))) {
        if (there->order > n->order)
            g->nodes[reader].order = n->order - 1; /* it may have stood where one of many readers did */
        return there->out[0];
    }
    const struct lrp_replacement r = {.op_type = op_type,
                                      .domain = "lrpscope",
                                      .in = n->in,
                                      .in_count = dynamic                    ? 1
                                                  : lrp_node_input(n, 2) < 0 ? 2
                                                                             : 3,
                                      .attributes = n->call.attributes,
                                      .attribute_count = n->call.attribute_count};
    const char *name = lrp_arena_printf(g->arena, "%s/rounded", n->name);
    return name ? lrp_graph_insert(g, node, name, &r) : -1;
}

/* Once nobody reads codes any more, what made them belongs to the rounding that is left. */
static void settle_codes(struct lrp_graph *g, int node, int rounding)
{
    const struct lrp_node *n = &g->nodes[node];
    for (int j = 0; j < n->call.out_count; j++)
        if (n->out[j] >= 0 && g->values[n->out[j]].uses) return;
    const int owner = g->values[rounding].producer;
    if (n->state != LRP_NODE_LIVE) return;
    lrp_graph_record(g, "quantised and dequantised is one rounding", node, NULL, 0, owner, 0);
    lrp_graph_swallow(g, node, owner);
}

/* Likewise of what moved them: the floats that were moved instead. */
static void settle_moves(struct lrp_graph *g, const int *moves, int count, int value)
{
    for (int k = 0; k < count; k++) {
        const struct lrp_node *n = &g->nodes[moves[k]];
        if (n->state != LRP_NODE_LIVE || g->values[n->out[0]].uses) return;
        lrp_graph_swallow(g, moves[k], g->values[value].producer);
    }
}

static bool put_floats(struct integer_search *s)
{
    struct lrp_graph *g = s->m.graph;
    const struct lrp_node *whole = &g->nodes[s->whole];
    const int weights = s->w.node < 0 ? real_weights(s) : -1;
    if (s->w.node < 0 && weights < 0) return false;
    const int x = rounded_floats(g, s->x.node), w = s->w.node < 0 ? weights : rounded_floats(g, s->w.node);
    const int in[] = {moved_floats(g, s->m.root, x, s->x.moves, s->x.move_count, 0),
                      s->w.node < 0 ? w : moved_floats(g, s->m.root, w, s->w.moves, s->w.move_count, 0)};
    const struct lrp_replacement r = {.op_type = s->convolves ? "Conv" : "MatMul",
                                      .domain = "",
                                      .what = "whole numbers multiplied, then scaled: a product of floats",
                                      .name = whole->name,
                                      .in = in,
                                      .in_count = 2,
                                      .attributes = whole->call.attributes,
                                      .attribute_count = whole->call.attribute_count};
    if (in[0] < 0 || in[1] < 0 || !lrp_graph_replace(g, s->m.root, &r, s->m.nodes, s->m.count)) return false;
    settle_moves(g, s->x.moves, s->x.move_count, in[0]);
    if (s->w.node >= 0) settle_moves(g, s->w.moves, s->w.move_count, in[1]);
    settle_codes(g, s->x.node, x);
    if (s->w.node >= 0) settle_codes(g, s->w.node, w);
    return true;
}

/* What is moved between QuantizeLinear and DequantizeLinear is rounded first, then moved: the floats are the same. */
bool lrp_pattern_moved_codes(struct lrp_graph *graph, int node)
{
    const struct lrp_node *back = &graph->nodes[node], *at;
    struct lrp_match m = {.graph = graph, .root = node};
    int moves[MOST_MOVES], count = 0;
    double scale;
    if (!lrp_match_is(back, "DequantizeLinear") || !lrp_match_scalar(graph, back->in[1], &scale)) return false;
    at = behind_moves(graph, back->in[0], moves, &count);
    for (int k = 0; k < count; k++) lrp_match_add(&m, moves[k]);
    if (!count || !lrp_match_is(at, "QuantizeLinear") || !lrp_match_same_constant(graph, at->in[1], back->in[1]) ||
        !lrp_match_same_zero(graph, lrp_node_input(at, 2), lrp_node_input(back, 2)))
        return false;
    const int codes = (int)(at - graph->nodes), rounding = rounded_floats(graph, codes);
    const int value = moved_floats(graph, node, rounding, moves, count, 1);
    if (value < 0) return false;
    struct lrp_replacement last = same_on(graph, &graph->nodes[moves[0]], value);
    last.what = "rounded, then moved";
    const bool alone = lrp_match_closed(&m);
    if (!last.in || !lrp_graph_replace(graph, node, &last, m.nodes, alone ? m.count : 0)) return false;
    settle_codes(graph, codes, rounding);
    return true;
}

/* One more factor comes behind: that is the root. */
static bool goes_on(const struct lrp_graph *g, int value)
{
    const struct lrp_value *v = &g->values[value];
    int data, constant;
    return v->uses == 1 && v->reader >= 0 && lrp_match_is(&g->nodes[v->reader], "Mul") &&
           lrp_match_constant_operand(g, &g->nodes[v->reader], &data, &constant) && data == value;
}

/* The product scaled by DequantizeLinear, without a zero point, by one number or by columns. */
static bool find_dequantized(struct integer_search *s)
{
    const struct lrp_graph *g = s->m.graph;
    const struct lrp_node *back = &g->nodes[s->m.root];
    const struct lrp_desc *scale = lrp_graph_desc(g, lrp_node_input(back, 1));
    if (!take_whole(s, back->in[0]) || !scale || !lrp_match_same_zero(g, lrp_node_input(back, 2), -1)) return false;
    const int rank = back->call.out[0].shape->rank;
    const int64_t axis = lrp_call_int(&back->call, "axis", 1);
    if (scale->shape->rank > 0 && (s->convolves || (axis < 0 ? axis + rank : axis) != rank - 1)) return false;
    if (lrp_match_scalar(g, back->in[1], &s->product.constant)) return true;
    return lrp_match_product(&s->m, back->in[1], &s->product);
}

bool lrp_pattern_integer_product(struct lrp_graph *graph, int node)
{
    const struct lrp_node *n = &graph->nodes[node];
    struct integer_search s = {.m = {.graph = graph, .root = node}, .product = {.constant = 1}};
    const bool dequantized = lrp_match_is(n, "DequantizeLinear");
    if (dequantized ? !find_dequantized(&s)
                    : !lrp_match_is(n, "Mul") || goes_on(graph, n->out[0]) || !lrp_match_product(&s.m, n->out[0], &s.product) ||
                          !find_whole(&s))
        return false;
    if (!find_floats(&s, &s.x)) return false;
    if (!graph->values[s.w.codes].desc.constant &&
        (!find_floats(&s, &s.w) || s.product.count || !lrp_match_near(s.product.constant, 1)))
        return false;
    return !s.m.overflow && put_floats(&s);
}
