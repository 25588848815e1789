/* pattern_linear.c: linear layers written as several operators: convolution + bias, dense, scale. */
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "patterns.h"

/* True if a constant's only axis longer than 1 is `axis` of an array of `rank` axes (broadcast from the right), of that length.
 */
static bool along_axis(const struct lrp_desc *constant, int rank, int axis, int64_t length)
{
    int offset = rank - constant->shape->rank;
    if (offset < 0 || lrp_shape_count(constant->shape) != length) return false;
    return axis >= offset ? constant->shape->dim[axis - offset] == length : length == 1;
}

/* A constant value of shape (count) with the same data. */
static int as_vector(struct lrp_graph *g, int value)
{
    const struct lrp_blob *blob = g->values[value].desc.constant;
    const struct lrp_shape shape = {.rank = 1, .dim = {(int64_t)blob->count}};
    float *data = malloc((blob->count + 1) * sizeof *data);
    if (!data) lrp_arena_fail(g->arena);
    if (!data) return -1;
    lrp_blob_f32(blob, 0, blob->count, data);
    int vector = lrp_graph_constant(g, g->values[value].name, &shape, data);
    free(data);
    return vector;
}

static const struct lrp_node *convolution_of(struct lrp_match *m, int value)
{
    const struct lrp_node *conv = lrp_match_producer(m, value, "Conv");
    return conv ? conv : lrp_match_producer(m, value, "ConvTranspose");
}

bool lrp_pattern_convolution_bias(struct lrp_graph *graph, int node)
{
    int data, constant;
    struct lrp_match m = {.graph = graph, .root = node};
    if (!lrp_match_is(&graph->nodes[node], "Add") || !lrp_match_constant_operand(graph, &graph->nodes[node], &data, &constant))
        return false;
    const struct lrp_node *conv = convolution_of(&m, data);
    const struct lrp_shape *shape = graph->values[data].desc.shape;
    if (!conv || lrp_node_input(conv, 2) >= 0 || graph->values[data].uses != 1 || !graph->values[conv->in[1]].desc.constant)
        return false;
    if (!along_axis(lrp_graph_desc(graph, constant), shape->rank, 1, shape->dim[1])) return false;
    const int in[] = {conv->in[0], conv->in[1], as_vector(graph, constant)};
    if (in[2] < 0) return false;
    const struct lrp_replacement r = {.op_type = conv->call.op_type,
                                      .domain = "",
                                      .what = "convolution and its bias",
                                      .name = conv->name,
                                      .in = in,
                                      .in_count = 3,
                                      .attributes = conv->call.attributes,
                                      .attribute_count = conv->call.attribute_count};
    return lrp_graph_replace(graph, node, &r, m.nodes, m.count);
}

/* MatMul of data by a constant matrix. */
static bool is_dense(const struct lrp_graph *g, const struct lrp_node *n)
{
    if (!lrp_match_is(n, "MatMul")) return false;
    const struct lrp_desc *x = lrp_graph_desc(g, n->in[0]), *w = lrp_graph_desc(g, n->in[1]);
    return !x->constant && x->shape->rank >= 2 && w->constant && w->shape->rank == 2 && lrp_dtype_is_float(w->dtype);
}

bool lrp_pattern_dense_bias(struct lrp_graph *graph, int node)
{
    int data, constant;
    struct lrp_match m = {.graph = graph, .root = node};
    if (!lrp_match_is(&graph->nodes[node], "Add") || !lrp_match_constant_operand(graph, &graph->nodes[node], &data, &constant))
        return false;
    const struct lrp_node *matmul = lrp_match_producer(&m, data, "MatMul");
    const struct lrp_shape *shape = graph->values[data].desc.shape;
    if (!matmul || !is_dense(graph, matmul) || graph->values[data].uses != 1) return false;
    if (!along_axis(lrp_graph_desc(graph, constant), shape->rank, shape->rank - 1, shape->dim[shape->rank - 1])) return false;
    const int in[] = {matmul->in[0], matmul->in[1], as_vector(graph, constant)};
    const struct lrp_replacement r = {.op_type = "Dense",
                                      .domain = "lrpscope",
                                      .what = "dense written as MatMul and Add",
                                      .name = matmul->name,
                                      .in = in,
                                      .in_count = 3};
    return in[2] >= 0 && lrp_graph_replace(graph, node, &r, m.nodes, m.count);
}

/* The operand of a sum of three that is a dense layer without a bias, whose bias is the constant one; -1: there is none. */
static int dense_operand(struct lrp_match *m, const struct lrp_node *sum, int *constant)
{
    const struct lrp_graph *g = m->graph;
    *constant = -1;
    for (int i = 0; i < sum->call.in_count; i++)
        if (g->values[sum->in[i]].desc.constant) *constant = sum->in[i];
    for (int i = 0; *constant >= 0 && i < sum->call.in_count; i++) {
        const struct lrp_shape *shape = g->values[sum->in[i]].desc.shape;
        struct lrp_match attempt = *m;
        const struct lrp_node *matmul = lrp_match_producer(&attempt, sum->in[i], "MatMul");
        if (!matmul || !is_dense(g, matmul) || g->values[sum->in[i]].uses != 1) continue;
        if (!along_axis(lrp_graph_desc(g, *constant), shape->rank, shape->rank - 1, shape->dim[shape->rank - 1])) continue;
        *m = attempt;
        return i;
    }
    return -1;
}

/* What a fused operator adds at once, a dense layer's output, its bias and what goes round it: the bias is the layer's, as
 * where all is written out; rules that change weights change it, too. */
bool lrp_pattern_sum_bias(struct lrp_graph *graph, int node)
{
    struct lrp_match m = {.graph = graph, .root = node, .what = "a sum whose constant is the bias of a dense layer"};
    const struct lrp_node *sum = &graph->nodes[node];
    if (!lrp_match_is(sum, "Sum") || sum->call.in_count != 3) return false;
    int constant, rest = -1;
    const int dense = dense_operand(&m, sum, &constant);
    for (int i = 0; dense >= 0 && i < 3; i++)
        if (i != dense && sum->in[i] != constant) rest = sum->in[i];
    if (rest < 0) return false;
    const struct lrp_node *matmul = lrp_graph_producer(graph, sum->in[dense]);
    const int with_bias[] = {matmul->in[0], matmul->in[1], as_vector(graph, constant)};
    const struct lrp_replacement layer = {
        .op_type = "Dense", .domain = "lrpscope", .what = "dense and its bias", .in = with_bias, .in_count = 3};
    const int own = with_bias[2] < 0 ? -1 : lrp_graph_insert(graph, node, matmul->name, &layer);
    const int in[] = {own, rest};
    const struct lrp_replacement r = {.op_type = "Add", .domain = "", .opset = 14, .what = m.what, .in = in, .in_count = 2};
    return own >= 0 && lrp_graph_replace(graph, node, &r, m.nodes, m.count);
}

bool lrp_pattern_dense(struct lrp_graph *graph, int node)
{
    const struct lrp_node *n = &graph->nodes[node];
    if (!is_dense(graph, n)) return false;
    const int in[] = {n->in[0], n->in[1]};
    const struct lrp_replacement r = {
        .op_type = "Dense", .domain = "lrpscope", .what = "dense written as MatMul", .in = in, .in_count = 2};
    return lrp_graph_replace(graph, node, &r, NULL, 0);
}

/* One step of arithmetic with a constant, as y = x*w + b: -1 where a part is neutral. */
struct step {
    int x, w, b;
};

static int mapped_constant(struct lrp_graph *g, int value, float (*map)(float))
{
    const struct lrp_blob *blob = g->values[value].desc.constant;
    float *data = malloc((blob->count + 1) * sizeof *data);
    if (!data) lrp_arena_fail(g->arena);
    if (!data) return -1;
    lrp_blob_f32(blob, 0, blob->count, data);
    for (size_t i = 0; i < blob->count; i++) data[i] = map(data[i]);
    int constant = lrp_graph_constant(g, g->values[value].name, blob->shape, data);
    free(data);
    return constant;
}

static float negated(float x)
{
    return -x;
}
static float inverted(float x)
{
    return 1 / x;
}
static float minus_one(float x)
{
    (void)x;
    return -1;
}

/* Add, Sub, Mul or Div of one data value and one constant, elementwise in the data's shape. */
static bool arithmetic_step(struct lrp_graph *g, const struct lrp_node *n, struct step *step)
{
    int x, c;
    bool add = lrp_match_is(n, "Add"), sub = lrp_match_is(n, "Sub"), mul = lrp_match_is(n, "Mul"), div = lrp_match_is(n, "Div");
    if (!(add || sub || mul || div) || !lrp_match_constant_operand(g, n, &x, &c)) return false;
    if (!lrp_shape_equal(g->values[x].desc.shape, g->values[n->out[0]].desc.shape)) return false;
    bool constant_first = n->in[0] == c;
    if (div && constant_first) return false;
    *step = (struct step){.x = x, .w = -1, .b = -1};
    if (mul) step->w = c;
    if (div) step->w = mapped_constant(g, c, inverted);
    if (add || (sub && constant_first)) step->b = c;
    if (sub && constant_first) step->w = mapped_constant(g, c, minus_one);
    if (sub && !constant_first) step->b = mapped_constant(g, c, negated);
    return step->w >= 0 || step->b >= 0;
}

static bool replace_by_scale(struct lrp_match *m, const struct step *step)
{
    const int in[] = {step->x, step->w, step->b};
    return lrp_match_replace(m, "Scale", in, step->b < 0 ? 2 : 3, NULL, 0);
}

bool lrp_pattern_scale_bias(struct lrp_graph *graph, int node)
{
    const struct lrp_node *n = &graph->nodes[node];
    struct step last, first;
    int x, c;
    if ((!lrp_match_is(n, "Add") && !lrp_match_is(n, "Sub")) || !lrp_match_constant_operand(graph, n, &x, &c)) return false;
    const struct lrp_node *product = lrp_graph_producer(graph, x);
    if ((!lrp_match_is(product, "Mul") && !lrp_match_is(product, "Div")) || graph->values[x].uses != 1) return false;
    if (n->in[0] == c && lrp_match_is(n, "Sub")) return false;
    if (!arithmetic_step(graph, product, &first) || !arithmetic_step(graph, n, &last)) return false;
    struct lrp_match m = {.graph = graph, .root = node, .what = "scale written as a factor and a shift"};
    lrp_match_add(&m, (int)(product - graph->nodes));
    const struct step both = {.x = first.x, .w = first.w, .b = last.b};
    return replace_by_scale(&m, &both);
}

bool lrp_pattern_scale(struct lrp_graph *graph, int node)
{
    struct step step;
    struct lrp_match m = {.graph = graph, .root = node, .what = "arithmetic with a constant is a scale"};
    return arithmetic_step(graph, &graph->nodes[node], &step) && replace_by_scale(&m, &step);
}
