/* pattern_norm.c: normalisations written out in primitive operators: layer normalisation, root mean square. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "norm_parts.h"
#include "patterns.h"

/* The attributes of our Normalize; NULL when out of memory. */
static const struct lrp_attribute *norm_attributes(struct lrp_graph *g, const struct lrp_norm *norm, int *count)
{
    const struct lrp_attribute all[] = {
        {.name = "axes", .kind = LRP_ATTRIBUTE_INTS, .count = (size_t)norm->axis_count},
        {.name = "epsilon", .kind = LRP_ATTRIBUTE_FLOAT, .f = (float)norm->epsilon},
        {.name = "epsilon_outside", .kind = LRP_ATTRIBUTE_INT, .i = norm->outside},
        {.name = "center", .kind = LRP_ATTRIBUTE_INT, .i = norm->center},
    };
    *count = sizeof all / sizeof *all;
    struct lrp_attribute *attributes = lrp_arena_calloc(g->arena, (size_t)*count, sizeof *attributes);
    int64_t *axes = lrp_arena_calloc(g->arena, (size_t)norm->axis_count, sizeof *axes);
    if (!attributes || !axes) return NULL;
    memcpy(attributes, all, sizeof all);
    memcpy(axes, norm->axes, (size_t)norm->axis_count * sizeof *axes);
    attributes[0].ints = axes;
    return attributes;
}

static void say_what(struct lrp_match *m, const struct lrp_norm *norm)
{
    m->what = norm->center ? "layer normalisation written out" : "normalisation by the root mean square written out";
}

/* Where the rest of the root stays: the normalised values as a node of our own before it; -1 on failure. */
static int insert_norm(struct lrp_match *m, const struct lrp_norm *norm)
{
    int count;
    const struct lrp_attribute *attributes = norm_attributes(m->graph, norm, &count);
    const char *name = lrp_arena_printf(m->graph->arena, "%s/normalize", lrp_match_name(m));
    const struct lrp_replacement r = {.op_type = "Normalize",
                                      .domain = "lrpscope",
                                      .in = &norm->x,
                                      .in_count = 1,
                                      .attributes = attributes,
                                      .attribute_count = count};
    return attributes && name ? lrp_graph_insert(m->graph, m->root, name, &r) : -1;
}

static int inserted_node(const struct lrp_graph *g, int value)
{
    const struct lrp_node *n = lrp_graph_producer(g, value);
    return n ? (int)(n - g->nodes) : 0;
}

/* A constant times a number. */
static int scaled_constant(struct lrp_graph *g, int value, double factor)
{
    const struct lrp_blob *blob = g->values[value].desc.constant;
    if (lrp_match_near(factor, 1)) return value;
    float *data = malloc((blob->count + 1) * sizeof *data);
    if (!data) lrp_arena_fail(g->arena);
    if (!data) return -1;
    lrp_blob_f32(blob, 0, blob->count, data);
    for (size_t i = 0; i < blob->count; i++) data[i] = (float)((double)data[i] * factor);
    const int constant = lrp_graph_constant(g, g->values[value].name, blob->shape, data);
    free(data);
    return constant;
}

/* normalised * factor, normalised * factor * weight: a Mul of its own, which becomes a scale later. */
static bool replace_by_product(struct lrp_match *m, const struct lrp_norm *norm, double factor, int other)
{
    struct lrp_graph *g = m->graph;
    const bool plain = lrp_match_near(factor, 1);
    const float number = (float)factor;
    say_what(m, norm);
    if (plain && other < 0) {
        int count;
        const struct lrp_attribute *attributes = norm_attributes(g, norm, &count);
        return attributes && lrp_match_replace(m, "Normalize", &norm->x, 1, attributes, count);
    }
    if (!plain && other >= 0 && !g->values[other].desc.constant) return false;
    lrp_match_add(m, m->root);
    if (!lrp_match_closed(m)) return false;
    const int weight = other < 0 ? lrp_graph_constant(g, g->nodes[m->root].name, &(struct lrp_shape){.rank = 0}, &number)
                                 : scaled_constant(g, other, factor);
    const int between = weight < 0 ? -1 : insert_norm(m, norm);
    const int in[] = {between, weight};
    const struct lrp_replacement r = {.op_type = "Mul",
                                      .domain = "",
                                      .opset = 7,
                                      .what = m->what,
                                      .in = in,
                                      .in_count = 2,
                                      .beside = between < 0 ? 0 : inserted_node(g, between)};
    return between >= 0 && lrp_graph_replace(g, m->root, &r, m->nodes, m->count);
}

/* x / deviation */
static bool try_quotient(struct lrp_graph *g, int node)
{
    struct lrp_match m = {.graph = g, .root = node};
    struct lrp_norm norm;
    const struct lrp_node *n = &g->nodes[node];
    return lrp_match_is(n, "Div") && lrp_norm_deviation(&m, n->in[1], &norm) && lrp_norm_numerator(&m, n->in[0], &norm) &&
           replace_by_product(&m, &norm, norm.factor, -1);
}

/* x * (1 / deviation), with or without a weight among the factors */
static bool try_product(struct lrp_graph *g, int node)
{
    struct lrp_match m = {.graph = g, .root = node};
    struct lrp_product p = {.constant = 1};
    if (!lrp_match_is(&g->nodes[node], "Mul") || !lrp_match_product(&m, g->nodes[node].out[0], &p)) return false;
    if (p.count < 2 || p.count > 3) return false;
    for (int i = 0; i < p.count; i++)
        for (int k = 0; k < p.count; k++) {
            if (i == k) continue;
            struct lrp_match attempt = m;
            struct lrp_norm norm;
            const int other = p.count == 3 ? p.factors[3 - i - k] : -1; /* of places 0, 1, 2 the third */
            if (lrp_norm_inverse(&attempt, p.factors[i], &norm) && lrp_norm_numerator(&attempt, p.factors[k], &norm) &&
                replace_by_product(&attempt, &norm, norm.factor * p.constant, other))
                return true;
        }
    return false;
}

/* x * k - mean * k with k = weight / deviation: how Keras subtracts a mean; x and the mean's factor. */
static bool spread_difference(struct lrp_match *m, int minuend, int subtrahend, int *x, int *k)
{
    const struct lrp_node *left = lrp_match_producer(m, minuend, "Mul"), *right = lrp_match_producer(m, subtrahend, "Mul");
    for (int i = 0; left && right && i < 4; i++) {
        struct lrp_norm mean;
        if (left->in[i % 2] != right->in[i / 2]) continue;
        *k = left->in[i % 2];
        *x = left->in[1 - i % 2];
        if (lrp_norm_mean(m, right->in[1 - i / 2], &mean) && lrp_match_same(m, mean.x, *x)) return true;
    }
    return false;
}

/* x * k + (bias - mean * k), or x * k - mean * k */
static bool try_keras(struct lrp_graph *g, int node)
{
    const struct lrp_node *n = &g->nodes[node];
    const bool add = lrp_match_is(n, "Add");
    for (int i = 0; (add || (lrp_match_is(n, "Sub") && i == 0)) && i < 2; i++) {
        struct lrp_match m = {.graph = g, .root = node};
        struct lrp_norm norm;
        int x, k;
        const struct lrp_node *rest = add ? lrp_match_producer(&m, n->in[1 - i], "Sub") : n;
        if (!rest || (add && !g->values[rest->in[0]].desc.constant)) continue;
        if (!spread_difference(&m, n->in[i], rest->in[1], &x, &k)) continue;
        const int bias = add ? rest->in[0] : -1;
        int inverse = k, weight = -1; /* the weight's own product is not looked through: it is read twice */
        const struct lrp_node *product = lrp_match_producer(&m, k, "Mul");
        for (int f = 0; product && f < 2; f++)
            if (g->values[product->in[f]].desc.constant) {
                weight = product->in[f];
                inverse = product->in[1 - f];
            }
        lrp_match_add(&m, node);
        if (!lrp_norm_inverse(&m, inverse, &norm) || !norm.center || !lrp_match_same(&m, norm.x, x) || norm.factor != 1)
            continue;
        if (!lrp_match_closed(&m)) continue;
        say_what(&m, &norm);
        if (weight < 0 && bias < 0) return replace_by_product(&m, &norm, 1, -1);
        const int in[] = {insert_norm(&m, &norm), weight, bias};
        const struct lrp_replacement r = {.op_type = "Scale",
                                          .domain = "lrpscope",
                                          .what = m.what,
                                          .in = in,
                                          .in_count = bias < 0 ? 2 : 3,
                                          .beside = in[0] < 0 ? 0 : inserted_node(g, in[0])};
        return in[0] >= 0 && lrp_graph_replace(g, node, &r, m.nodes, m.count);
    }
    return false;
}

bool lrp_pattern_norm(struct lrp_graph *graph, int node)
{
    return try_quotient(graph, node) || try_product(graph, node) || try_keras(graph, node);
}

/* ---- factors one behind the other ---- */

/* The constant and the data of a product with a constant; false if it is none. */
static bool constant_factor(struct lrp_match *m, int value, int *data, int *constant)
{
    const struct lrp_node *n = lrp_match_producer(m, value, "Mul");
    return n && lrp_match_constant_operand(m->graph, n, data, constant);
}

/* The normalised values that lie under an outer and an inner factor: x/|x| * sqrt(n) is by the root mean square. */
bool lrp_pattern_norm_factors(struct lrp_graph *graph, int node)
{
    struct lrp_match m = {.graph = graph, .root = node, .what = "factors of a normalisation one behind the other"};
    int outer, inner, between, norm;
    double number;
    if (!constant_factor(&m, graph->nodes[node].out[0], &between, &outer)) return false;
    if (!constant_factor(&m, between, &norm, &inner)) return false;
    const struct lrp_node *n = lrp_graph_producer(graph, norm);
    if (!lrp_match_is_own(n, "Normalize") || lrp_call_int(&n->call, "center", 1)) return false;
    lrp_match_add(&m, node);
    const bool first = lrp_match_scalar(graph, inner, &number);
    if ((!first && !lrp_match_scalar(graph, outer, &number)) || !lrp_match_closed(&m)) return false;
    const int factor = scaled_constant(graph, first ? outer : inner, number);
    double product = 0;
    if (factor < 0) return false;
    if (lrp_match_scalar(graph, factor, &product) && lrp_match_near(product, 1)) {
        lrp_match_add(&m, (int)(n - graph->nodes));
        return lrp_match_replace(&m, "Normalize", &n->in[0], 1, n->call.attributes, n->call.attribute_count);
    }
    const int in[] = {norm, factor};
    const struct lrp_replacement r = {.op_type = "Mul", .domain = "", .opset = 7, .what = m.what, .in = in, .in_count = 2};
    return lrp_graph_replace(graph, node, &r, m.nodes, m.count);
}

/* ---- with the weights of the trailing axes ---- */

/* Weights of just the axes that are normalised over, which are the last ones. */
static bool has_weights_of_axes(const struct lrp_graph *g, const struct lrp_node *scale, const struct lrp_node *norm)
{
    int64_t axes[LRP_MAX_RANK];
    const int count = lrp_call_ints(&norm->call, "axes", axes, LRP_MAX_RANK);
    const struct lrp_shape *shape = g->values[norm->in[0]].desc.shape;
    if (lrp_call_int(&norm->call, "epsilon_outside", 0) || count < 1 || axes[0] != shape->rank - count) return false;
    for (int i = 1; i < scale->call.in_count; i++) {
        const struct lrp_desc *d = lrp_graph_desc(g, scale->in[i]);
        if (!d || d->shape->rank != count) return false;
        for (int k = 0; k < count; k++)
            if (d->shape->dim[k] != shape->dim[axes[0] + k]) return false;
    }
    return true;
}

/* What a scale behind a Normalize makes of both: an operator of ai.onnx. */
struct whole {
    const char *op_type, *what;
    int opset;
    bool center;
};

static bool replace_by_whole(struct lrp_graph *g, int node, const struct whole *whole)
{
    const struct lrp_node *scale = &g->nodes[node];
    struct lrp_match m = {.graph = g, .root = node};
    if (!lrp_match_is_own(scale, "Scale")) return false;
    const struct lrp_node *norm = lrp_graph_producer(g, lrp_match_source(g, scale->in[0]));
    if (!lrp_match_is_own(norm, "Normalize") || (lrp_call_int(&norm->call, "center", 1) != 0) != whole->center) return false;
    if (!has_weights_of_axes(g, scale, norm) || lrp_node_input(scale, 1) < 0) return false;
    for (int value = scale->in[0]; value != norm->out[0];) {
        const struct lrp_node *between = lrp_graph_producer(g, value);
        lrp_match_add(&m, (int)(between - g->nodes));
        value = between->in[0];
    }
    lrp_match_add(&m, (int)(norm - g->nodes));
    lrp_match_add(&m, node);
    if (!lrp_match_closed(&m)) return false;
    int64_t axes[LRP_MAX_RANK];
    lrp_call_ints(&norm->call, "axes", axes, LRP_MAX_RANK);
    const struct lrp_attribute attributes[] = {
        {.name = "axis", .kind = LRP_ATTRIBUTE_INT, .i = axes[0]},
        {.name = "epsilon", .kind = LRP_ATTRIBUTE_FLOAT, .f = lrp_call_float(&norm->call, "epsilon", 1e-5F)},
    };
    const int in[] = {norm->in[0], lrp_node_input(scale, 1), lrp_node_input(scale, 2)};
    const struct lrp_replacement r = {.op_type = whole->op_type,
                                      .domain = "",
                                      .opset = whole->opset,
                                      .name = norm->name,
                                      .what = whole->what,
                                      .in = in,
                                      .in_count = in[2] < 0 ? 2 : 3,
                                      .attributes = attributes,
                                      .attribute_count = 2};
    return lrp_graph_replace(g, node, &r, m.nodes, m.count);
}

bool lrp_pattern_whole_layer_norm(struct lrp_graph *graph, int node)
{
    static const struct whole whole = {"LayerNormalization", "normalisation and its scale are one layer normalisation", 17,
                                       true};
    return replace_by_whole(graph, node, &whole);
}

bool lrp_pattern_whole_rms_norm(struct lrp_graph *graph, int node)
{
    static const struct whole whole = {"RMSNormalization", "normalisation and its weight are one layer", 23, false};
    return lrp_node_input(&graph->nodes[node], 2) < 0 && replace_by_whole(graph, node, &whole);
}
