/* pattern_rounding.c: quantised and at once dequantised, written out in primitives: as fake quantisation without operators of
 * its own, by a scale for everything, for channels, or for rows, which may have been found in the data.
 *
 *     Mul(Sub(Clip(Add(Round(Div(x, s)), z), low, high), z), s)        also Mul by 1/s, Clip before Round, no z, no Clip
 *
 * Relevance passes straight through to x; the scale is not asked. */
#include <math.h>
#include <string.h>

#include "match.h"
#include "patterns.h"

struct rounding_search {
    struct lrp_match m;
    double low, high, zero;
    int x, there, back; /* values: what is rounded, and scales */
    bool multiplies, divides, bounded;
};

/* The data of an Add or Sub of one number, which is added to *sum; the value itself if it is none. */
static int without_number(struct rounding_search *s, int value, double *sum)
{
    struct lrp_graph *g = s->m.graph;
    const struct lrp_node *n = lrp_graph_producer(g, value);
    const bool subtracts = lrp_match_is(n, "Sub");
    int data, constant;
    double c;
    if ((!subtracts && !lrp_match_is(n, "Add")) || !lrp_match_constant_operand(g, n, &data, &constant) ||
        (subtracts && constant != n->in[1]) || !lrp_match_scalar(g, constant, &c))
        return value;
    lrp_match_add(&s->m, (int)(n - g->nodes));
    *sum += subtracts ? -c : c;
    return data;
}

/* The data of a Clip between two whole numbers that are `above` codes. */
static int without_bounds(struct rounding_search *s, int value, double above)
{
    struct lrp_graph *g = s->m.graph;
    const struct lrp_node *n = lrp_graph_producer(g, value);
    double low, high;
    if (s->bounded || !lrp_match_is(n, "Clip") || !lrp_match_clip_bounds(g, n, &low, &high) || !isfinite(low) ||
        !isfinite(high) || rint(low) != low || rint(high) != high)
        return value;
    lrp_match_add(&s->m, (int)(n - g->nodes));
    s->bounded = true;
    s->low = low - above, s->high = high - above;
    return n->in[0];
}

/* Two constants, each the other's reciprocal. */
static bool are_reciprocal(const struct lrp_graph *g, int a, int b)
{
    const struct lrp_desc *x = lrp_graph_desc(g, a), *y = lrp_graph_desc(g, b);
    if (!x->constant || !y->constant || x->constant->count != y->constant->count) return false;
    for (size_t i = 0; i < x->constant->count; i++)
        if (fabs((double)lrp_blob_get_f32(x->constant, i) * (double)lrp_blob_get_f32(y->constant, i) - 1) > 1e-5) return false;
    return true;
}

/* `of` is 1 / value, made so at run time. */
static bool is_reciprocal_of(const struct lrp_graph *g, int of, int value)
{
    const struct lrp_node *n = lrp_graph_producer(g, of);
    double one;
    if (lrp_match_is(n, "Reciprocal")) return n->in[0] == value;
    return lrp_match_is(n, "Div") && n->in[1] == value && lrp_match_scalar(g, n->in[0], &one) && one == 1;
}

/* Both scales say the same. */
static bool scales_agree(const struct rounding_search *s)
{
    const struct lrp_graph *g = s->m.graph;
    if (s->multiplies == s->divides) return s->there == s->back || lrp_match_same_constant(g, s->there, s->back);
    return !s->divides && (are_reciprocal(g, s->there, s->back) || is_reciprocal_of(g, s->there, s->back) ||
                           is_reciprocal_of(g, s->back, s->there));
}

/* The scaling of x: `inner` is the Div or Mul. */
static bool find_there(struct rounding_search *s, const struct lrp_node *inner)
{
    s->multiplies = lrp_match_is(inner, "Mul");
    if (!s->multiplies && !lrp_match_is(inner, "Div")) return false;
    lrp_match_add(&s->m, (int)(inner - s->m.graph->nodes));
    for (int i = s->multiplies ? 0 : 1; i < 2; i++) {
        s->there = inner->in[i];
        s->x = inner->in[1 - i];
        if (scales_agree(s)) return !s->m.graph->values[s->x].desc.constant;
    }
    return false;
}

/* Without bounds a code is any whole number: a float as large as these has no fraction. */
static const double FAR = 0x1p62;

static bool settle_bounds(struct rounding_search *s)
{
    if (!s->bounded) {
        s->low = -FAR, s->high = FAR;
        return true;
    }
    return fabs(s->low) < 1 << 20 && fabs(s->high) < 1 << 20 && s->low <= s->high;
}

/* All between the two scalings, from behind. */
static bool find_codes(struct rounding_search *s, int value)
{
    double behind = 0, before = 0;
    value = without_number(s, value, &behind);
    value = without_bounds(s, value, -behind);
    value = without_number(s, value, &before);
    const struct lrp_node *round = lrp_match_producer(&s->m, value, "Round");
    if (!round) return false;
    value = without_bounds(s, round->in[0], before);
    value = without_number(s, value, &before);
    const struct lrp_node *inner = lrp_graph_producer(s->m.graph, without_bounds(s, value, 0));
    return settle_bounds(s) && before == -behind && rint(before) == before && inner && find_there(s, inner);
}

/* Where scales lie: one for all, along an axis, or one for every row, which is a block that holds the whole axis. */
struct scale_places {
    int axis, long_axes;
    int64_t block;
};
static bool place_scales(const struct lrp_graph *g, int x, int scale, struct scale_places *out)
{
    const struct lrp_shape *a = g->values[x].desc.shape, *b = g->values[scale].desc.shape;
    *out = (struct scale_places){.axis = -1};
    for (int k = 0; k < b->rank; k++)
        if (b->dim[k] != 1) out->long_axes++, out->axis = k - b->rank;
    if (g->values[scale].desc.constant) return out->long_axes <= 1 && b->rank <= a->rank;
    if (out->long_axes == 0) return true;
    out->axis = -1;
    out->block = 1 << 30;
    return a->rank == b->rank && a->rank > 0 && b->dim[b->rank - 1] == 1;
}

/* A constant scale as a list; any other as it is. */
static int listed_scale(struct lrp_graph *g, int scale)
{
    const struct lrp_blob *c = g->values[scale].desc.constant;
    const struct lrp_shape shape = {.rank = 1, .dim = {c ? (int64_t)c->count : 0}};
    if (!c || c->count == 1 || g->values[scale].desc.shape->rank == 1) return scale;
    struct lrp_tensor *numbers = NULL;
    if (lrp_blob_tensor(c, &numbers, NULL)) return -1;
    const int list = lrp_graph_constant(g, g->values[scale].name, &shape, numbers->f);
    lrp_tensor_release(numbers);
    return list;
}

bool lrp_pattern_rounding(struct lrp_graph *graph, int node)
{
    const struct lrp_node *n = &graph->nodes[node];
    struct scale_places places;
    for (int i = 0; i < 2; i++) {
        struct rounding_search s = {.m = {.graph = graph, .root = node, .what = "rounding written out", .opset = 23}};
        s.divides = lrp_match_is(n, "Div");
        if ((!s.divides && !lrp_match_is(n, "Mul")) || (s.divides && i)) return false;
        s.back = n->in[1 - i];
        if (!find_codes(&s, n->in[i]) || !place_scales(graph, s.x, s.there, &places)) continue;
        const bool same = s.there == s.back || lrp_match_same_constant(graph, s.there, s.back);
        const int there = listed_scale(graph, s.there), in[] = {s.x, there, -1, same ? -1 : listed_scale(graph, s.back)};
        const struct lrp_attribute attributes[] = {
            {.name = "multiplies", .kind = LRP_ATTRIBUTE_INT, .i = s.multiplies},
            {.name = "divides", .kind = LRP_ATTRIBUTE_INT, .i = s.divides},
            {.name = "low", .kind = LRP_ATTRIBUTE_INT, .i = (int64_t)s.low},
            {.name = "high", .kind = LRP_ATTRIBUTE_INT, .i = (int64_t)s.high},
            {.name = "axis", .kind = LRP_ATTRIBUTE_INT, .i = places.axis},
            {.name = "block_size", .kind = LRP_ATTRIBUTE_INT, .i = places.block},
        };
        return there >= 0 && (same || in[3] >= 0) && lrp_match_replace(&s.m, "FakeQuantize", in, same ? 2 : 4, attributes, 6);
    }
    return false;
}
