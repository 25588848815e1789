/* norm_parts.c: the parts that normalisations are written out in. */
#include "norm_parts.h"

#include <math.h>
#include <string.h>

/* The axes of a reduction that keeps its dimensions, sorted and counted from 0. Returns how many, 0 if it is none. */
static int reduced_axes(const struct lrp_graph *g, const struct lrp_node *n, int64_t *axes)
{
    int rank = g->values[n->in[0]].desc.shape->rank;
    if (lrp_call_int(&n->call, "keepdims", 1) != 1) return 0;
    int count = lrp_call_ints(&n->call, "axes", axes, LRP_MAX_RANK);
    if (count < 0) count = lrp_call_const_ints(&n->call, 1, axes, LRP_MAX_RANK);
    if (count > LRP_MAX_RANK) return 0;
    for (int i = 0; i < count; i++) {
        axes[i] = lrp_normalize_axis(axes[i], rank);
        if (axes[i] < 0) return 0;
        for (int k = i; k > 0 && axes[k - 1] > axes[k]; k--) {
            int64_t swap = axes[k];
            axes[k] = axes[k - 1];
            axes[k - 1] = swap;
        }
    }
    return count < 0 ? 0 : count;
}

static bool reduced_by(struct lrp_match *m, int value, const char *op_type, struct lrp_norm *out)
{
    const struct lrp_node *n = lrp_match_producer(m, value, op_type);
    *out = (struct lrp_norm){.x = n ? n->in[0] : -1, .factor = 1};
    if (n) out->axis_count = reduced_axes(m->graph, n, out->axes);
    return out->axis_count > 0;
}

static bool same_axes(const struct lrp_norm *a, const struct lrp_norm *b)
{
    return a->axis_count == b->axis_count && memcmp(a->axes, b->axes, (size_t)a->axis_count * sizeof *a->axes) == 0;
}

bool lrp_norm_mean(struct lrp_match *match, int value, struct lrp_norm *out)
{
    return reduced_by(match, value, "ReduceMean", out);
}

/* value == x - mean(x): fills x and axes. */
static bool centred(struct lrp_match *m, int value, struct lrp_norm *out)
{
    const struct lrp_node *sub = lrp_match_producer(m, value, "Sub");
    if (!sub || !lrp_norm_mean(m, sub->in[1], out) || !lrp_match_same(m, out->x, sub->in[0])) return false;
    out->x = sub->in[0];
    return true;
}

/* value == u^2: returns u, or -1. */
static int squared(struct lrp_match *m, int value)
{
    double exponent;
    const struct lrp_node *pow = lrp_match_producer(m, value, "Pow");
    if (pow) return lrp_match_scalar(m->graph, pow->in[1], &exponent) && exponent == 2 ? pow->in[0] : -1;
    const struct lrp_node *mul = lrp_match_producer(m, value, "Mul");
    return mul && lrp_match_same(m, mul->in[0], mul->in[1]) ? mul->in[0] : -1;
}

/* mean(u^2): of x - mean(x) over the same axes the variance, else a mean square. */
static bool mean_square(struct lrp_match *m, int value, struct lrp_norm *out)
{
    struct lrp_norm inner;
    if (!lrp_norm_mean(m, value, out)) return false;
    const int u = squared(m, out->x);
    if (u < 0) return false;
    struct lrp_match attempt = *m; /* what is centred may stand outside: a mean square of anything is one, too */
    out->center = centred(&attempt, u, &inner) && same_axes(out, &inner);
    if (out->center) *m = attempt;
    out->x = out->center ? inner.x : u;
    return true;
}

/* mean(x^2) - mean(x)^2 */
static bool difference_of_means(struct lrp_match *m, int value, struct lrp_norm *out)
{
    struct lrp_norm mean;
    const struct lrp_node *relu = lrp_match_producer(m, value, "Relu"); /* rounding must not make it negative */
    const struct lrp_node *sub = lrp_match_producer(m, relu ? relu->in[0] : value, "Sub");
    if (!sub || !mean_square(m, sub->in[0], out) || out->center) return false;
    const int root = squared(m, sub->in[1]);
    out->center = root >= 0 && lrp_norm_mean(m, root, &mean) && same_axes(out, &mean) && lrp_match_same(m, mean.x, out->x);
    return out->center;
}

static bool statistic(struct lrp_match *m, int value, struct lrp_norm *out)
{
    return mean_square(m, value, out) || difference_of_means(m, value, out);
}

/* value == inner + epsilon: returns inner and epsilon, or the value itself and 0. */
static int without_epsilon(struct lrp_match *m, int value, double *epsilon)
{
    const struct lrp_node *add = lrp_match_producer(m, value, "Add");
    for (int i = 0; add && i < 2; i++)
        if (lrp_match_scalar(m->graph, add->in[i], epsilon) && *epsilon >= 0 && *epsilon < 1) return add->in[1 - i];
    *epsilon = 0;
    return value;
}

/* value == v^exponent for a square root or its inverse: returns v, or -1. */
static int power(struct lrp_match *m, int value, double exponent)
{
    double got;
    const struct lrp_node *pow = lrp_match_producer(m, value, "Pow");
    return pow && lrp_match_scalar(m->graph, pow->in[1], &got) && got == exponent ? pow->in[0] : -1;
}

static bool under_root(struct lrp_match *m, int value, struct lrp_norm *out)
{
    double epsilon;
    const int inner = without_epsilon(m, value, &epsilon);
    if (!statistic(m, inner, out)) return false;
    out->epsilon = epsilon;
    return true;
}

static bool is_root(struct lrp_match *m, int value, struct lrp_norm *out)
{
    const struct lrp_node *root = lrp_match_producer(m, value, "Sqrt");
    const int inner = root ? root->in[0] : power(m, value, 0.5);
    return inner >= 0 && under_root(m, inner, out);
}

/* The root of the sum of squares, with its axes. */
static bool root_of_sum(struct lrp_match *m, int value, struct lrp_norm *out)
{
    if (reduced_by(m, value, "ReduceL2", out)) return true;
    const struct lrp_node *root = lrp_match_producer(m, value, "Sqrt");
    const int inner = root ? root->in[0] : power(m, value, 0.5);
    if (inner < 0) return false;
    if (reduced_by(m, inner, "ReduceSumSquare", out)) return true;
    const int u = reduced_by(m, inner, "ReduceSum", out) ? squared(m, out->x) : -1;
    out->x = u;
    return u >= 0;
}

/* |x| over the axes: sqrt(n) times the root mean square. A lower bound on it (1e-12) keeps zeros from being divided by. */
static bool is_length(struct lrp_match *m, int value, struct lrp_norm *out)
{
    double low = 0, high = INFINITY;
    const struct lrp_node *expand = lrp_match_producer(m, value, "Expand");
    if (expand) value = expand->in[0];
    const struct lrp_node *clip = lrp_match_producer(m, value, "Clip"), *most = lrp_match_producer(m, value, "Max");
    if (clip && !lrp_match_clip_bounds(m->graph, clip, &low, &high)) return false;
    int data, constant;
    if (most && (!lrp_match_constant_operand(m->graph, most, &data, &constant) || !lrp_match_scalar(m->graph, constant, &low)))
        return false;
    value = clip ? clip->in[0] : most ? data : value;
    if (!root_of_sum(m, value, out) || low > 1e-4 || high < 1e30) return false;
    double n = 1;
    for (int i = 0; i < out->axis_count; i++) n *= (double)m->graph->values[out->x].desc.shape->dim[out->axes[i]];
    out->factor = 1 / sqrt(n);
    out->epsilon = low > 0 ? low * low / n : 0;
    return n > 0;
}

bool lrp_norm_deviation(struct lrp_match *match, int value, struct lrp_norm *out)
{
    double epsilon;
    struct lrp_match attempt = *match;
    if (is_root(&attempt, value, out) || ((attempt = *match), is_length(&attempt, value, out))) {
        *match = attempt;
        return true;
    }
    const int inner = without_epsilon(match, value, &epsilon);
    if (inner == value || !is_root(match, inner, out) || out->epsilon != 0) return false;
    out->epsilon = epsilon;
    out->outside = true;
    return true;
}

bool lrp_norm_inverse(struct lrp_match *match, int value, struct lrp_norm *out)
{
    double one;
    const struct lrp_node *reciprocal = lrp_match_producer(match, value, "Reciprocal");
    if (reciprocal) return lrp_norm_deviation(match, reciprocal->in[0], out);
    const struct lrp_node *div = lrp_match_producer(match, value, "Div");
    if (div) return lrp_match_scalar(match->graph, div->in[0], &one) && one == 1 && lrp_norm_deviation(match, div->in[1], out);
    const int inner = power(match, value, -0.5);
    return inner >= 0 && under_root(match, inner, out);
}

bool lrp_norm_numerator(struct lrp_match *match, int value, struct lrp_norm *norm)
{
    struct lrp_norm own;
    if (norm->center && (!centred(match, value, &own) || !same_axes(&own, norm) || !lrp_match_same(match, own.x, norm->x)))
        return false;
    if (!norm->center && !lrp_match_same(match, value, norm->x)) return false;
    /* of several values that are one but for casts, the one of the root's type */
    const enum lrp_dtype wanted = match->graph->values[match->graph->nodes[match->root].out[0]].desc.dtype;
    const int candidates[] = {norm->center ? own.x : value, norm->x, lrp_match_source(match->graph, norm->x)};
    for (size_t k = 0; k < sizeof candidates / sizeof *candidates; k++)
        if (match->graph->values[candidates[k]].desc.dtype == wanted) {
            norm->x = candidates[k];
            return true;
        }
    return false;
}
