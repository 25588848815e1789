/* match.c: finding shapes in a graph. */
#include "match.h"

#include <math.h>
#include <string.h>

/* Before opset 7 operands could line up by an attribute, which no pattern expects. */
static bool lines_up_by_axis(const struct lrp_call *call)
{
    return call->opset < 7 && lrp_call_int(call, "broadcast", 0) != 0;
}

bool lrp_match_runs(const struct lrp_node *node)
{
    return node->state == LRP_NODE_LIVE && !*node->obstacle && !lines_up_by_axis(&node->call);
}

bool lrp_match_is_own(const struct lrp_node *node, const char *op_type)
{
    return node && lrp_match_same_word(node->call.op_type, op_type) && node->state == LRP_NODE_LIVE &&
           strcmp(node->call.domain, "lrpscope") == 0;
}

void lrp_match_add(struct lrp_match *match, int node)
{
    for (int i = 0; i < match->count; i++)
        if (match->nodes[i] == node) return;
    if (match->count == LRP_MATCH_NODES)
        match->overflow = true;
    else
        match->nodes[match->count++] = node;
}

/* An identity, or a cast between floats: what it makes is what it reads. */
static const struct lrp_node *hands_on(const struct lrp_graph *g, int value)
{
    const struct lrp_node *n = lrp_graph_producer(g, value);
    if (!lrp_match_is(n, "Cast") && !lrp_match_is(n, "Identity")) return NULL;
    const bool floats = lrp_dtype_is_float(n->call.in[0].dtype) && lrp_dtype_is_float(n->call.out[0].dtype);
    return floats && !g->values[value].is_output ? n : NULL;
}

/* Exporters put a cast or two between operators. Longer chains are left alone: every link of one would be looked back from. */
enum { MOST_HANDED_ON = 16 };

int lrp_match_source(const struct lrp_graph *graph, int value)
{
    const struct lrp_node *n;
    for (int k = 0; k < MOST_HANDED_ON && (n = hands_on(graph, value)) != NULL; k++) value = n->in[0];
    return value;
}

const struct lrp_node *lrp_match_maker(const struct lrp_graph *graph, int value)
{
    return lrp_graph_producer(graph, lrp_match_source(graph, value));
}

void lrp_match_take(struct lrp_match *match, int value, const struct lrp_node *maker)
{
    const struct lrp_graph *g = match->graph;
    for (int node = g->values[value].producer; node >= 0; node = g->values[g->nodes[node].in[0]].producer) {
        lrp_match_add(match, node);
        if (&g->nodes[node] == maker) break;
    }
}

const struct lrp_node *lrp_match_producer(struct lrp_match *match, int value, const char *op_type)
{
    const struct lrp_node *node = lrp_match_maker(match->graph, value);
    if (!lrp_match_is(node, op_type)) return NULL;
    lrp_match_take(match, value, node);
    return node;
}

static int uses_inside(const struct lrp_match *match, int value)
{
    int uses = 0;
    for (int k = 0; k < match->count; k++) {
        const struct lrp_node *n = &match->graph->nodes[match->nodes[k]];
        for (int i = 0; i < n->call.in_count; i++) uses += n->in[i] == value;
    }
    return uses;
}

bool lrp_match_closed(const struct lrp_match *match)
{
    if (match->overflow) return false;
    for (int k = 0; k < match->count; k++) {
        const struct lrp_node *n = &match->graph->nodes[match->nodes[k]];
        for (int i = 0; match->nodes[k] != match->root && i < n->call.out_count; i++)
            if (n->out[i] >= 0 && match->graph->values[n->out[i]].uses != uses_inside(match, n->out[i])) return false;
    }
    return true;
}

const char *lrp_match_name(const struct lrp_match *match)
{
    int first = match->root;
    for (int i = 0; i < match->count; i++)
        if (match->graph->nodes[match->nodes[i]].order < match->graph->nodes[first].order) first = match->nodes[i];
    return match->graph->nodes[first].name;
}

bool lrp_match_replace(struct lrp_match *match, const char *op_type, const int *in, int in_count,
                       const struct lrp_attribute *attributes, int attribute_count)
{
    lrp_match_add(match, match->root);
    if (!lrp_match_closed(match)) return false;
    const struct lrp_replacement r = {.op_type = op_type,
                                      .domain = match->domain ? match->domain : "lrpscope",
                                      .opset = match->opset,
                                      .what = match->what,
                                      .name = lrp_match_name(match),
                                      .in = in,
                                      .in_count = in_count,
                                      .attributes = attributes,
                                      .attribute_count = attribute_count};
    return lrp_graph_replace(match->graph, match->root, &r, match->nodes, match->count);
}

bool lrp_match_same_zero(const struct lrp_graph *graph, int a, int b)
{
    return a < 0 || b < 0 ? a < 0 && b < 0 : lrp_match_same_constant(graph, a, b);
}

bool lrp_match_scalar(const struct lrp_graph *graph, int value, double *out)
{
    const struct lrp_desc *d = lrp_graph_desc(graph, value);
    if (!d || !d->constant || d->constant->count != 1 || !lrp_dtype_is_float(d->dtype)) return false;
    *out = (double)lrp_blob_get_f32(d->constant, 0);
    return true;
}

/* All bytes of a constant repeat its first element: as most that are one number lie in a file. */
static bool repeats_first(const struct lrp_blob *blob)
{
    const size_t size = lrp_dtype_size(blob->dtype);
    return blob->raw && size && memcmp(blob->raw, (const char *)blob->raw + size, (blob->count - 1) * size) == 0;
}

/* All elements of a constant are one number; the first that differs ends the search. */
static bool is_uniform(const struct lrp_blob *blob, double *out)
{
    const float first = blob->count ? lrp_blob_get_f32(blob, 0) : NAN;
    *out = (double)first;
    if (isnan(first) || repeats_first(blob)) return !isnan(first);
    for (size_t i = 1; i < blob->count; i++)
        if (lrp_blob_get_f32(blob, i) != first) return false;
    return true;
}

bool lrp_match_number(const struct lrp_graph *graph, int value, double *out)
{
    const struct lrp_desc *d = lrp_graph_desc(graph, value);
    if (!d || (!lrp_dtype_is_float(d->dtype) && (int)d->dtype != 0)) return false;
    if (d->constant) return lrp_dtype_is_float(d->dtype) && is_uniform(d->constant, out);
    const struct lrp_node *n = lrp_graph_producer(graph, value);
    if (lrp_match_is(n, "Expand")) return lrp_match_scalar(graph, n->in[0], out);
    if (!lrp_match_is(n, "ConstantOfShape")) return false;
    const struct lrp_attribute *fill = lrp_call_attribute(&n->call, "value");
    *out = 0;
    return !fill ||
           (fill->kind == LRP_ATTRIBUTE_TENSOR && lrp_dtype_is_float(fill->tensor->dtype) && is_uniform(fill->tensor, out));
}

bool lrp_match_number_operand(const struct lrp_graph *graph, const struct lrp_node *node, int *data, double *number)
{
    double other;
    if (node->call.in_count != 2 || node->in[0] < 0 || node->in[1] < 0) return false;
    const bool first = lrp_match_number(graph, node->in[0], number);
    if (!first && !lrp_match_number(graph, node->in[1], number)) return false;
    *data = node->in[first ? 1 : 0];
    return !(first && lrp_match_number(graph, *data, &other));
}

bool lrp_match_product(struct lrp_match *match, int value, struct lrp_product *out)
{
    const struct lrp_graph *g = match->graph;
    const struct lrp_node *n = lrp_graph_producer(g, value);
    if (match->overflow) return false; /* a long chain of products is not looked through to its end */
    const bool within = n && ((int)(n - g->nodes) == match->root || g->values[value].uses == 1);
    double c;
    if (lrp_match_scalar(g, value, &c)) {
        out->constant *= c;
        return true;
    }
    if (within && lrp_match_is(n, "Mul")) {
        lrp_match_add(match, (int)(n - g->nodes));
        return lrp_match_product(match, n->in[0], out) && lrp_match_product(match, n->in[1], out);
    }
    if (within && lrp_match_is(n, "Div") && lrp_match_scalar(g, n->in[1], &c) && c != 0) {
        lrp_match_add(match, (int)(n - g->nodes));
        out->constant /= c;
        return lrp_match_product(match, n->in[0], out);
    }
    if (out->count == LRP_MATCH_FACTORS) return false;
    out->factors[out->count++] = value;
    return true;
}

bool lrp_match_same_constant(const struct lrp_graph *graph, int a, int b)
{
    const struct lrp_desc *x = lrp_graph_desc(graph, a), *y = lrp_graph_desc(graph, b);
    if (!x || !y || !x->constant || !y->constant) return false;
    if (a == b || x->constant == y->constant) return true;
    const size_t count = x->constant->count;
    return x->constant->raw && y->constant->raw && x->dtype == y->dtype && count == y->constant->count &&
           (count == 1 || lrp_shape_equal(x->shape, y->shape)) &&
           memcmp(x->constant->raw, y->constant->raw, count * lrp_dtype_size(x->dtype)) == 0;
}

bool lrp_match_constant_operand(const struct lrp_graph *graph, const struct lrp_node *node, int *data, int *constant)
{
    if (node->call.in_count != 2 || node->in[0] < 0 || node->in[1] < 0) return false;
    bool first = graph->values[node->in[0]].desc.constant != NULL, second = graph->values[node->in[1]].desc.constant != NULL;
    if (first == second || !lrp_dtype_is_float(graph->values[node->in[0]].desc.dtype)) return false;
    *data = node->in[first ? 1 : 0];
    *constant = node->in[first ? 0 : 1];
    return true;
}

bool lrp_match_clip_bounds(const struct lrp_graph *graph, const struct lrp_node *clip, double *low, double *high)
{
    const int low_value = lrp_node_input(clip, 1), high_value = lrp_node_input(clip, 2);
    *low = -INFINITY;
    *high = INFINITY;
    if (clip->call.in_count < 2) {
        *low = (double)lrp_call_float(&clip->call, "min", -INFINITY);
        *high = (double)lrp_call_float(&clip->call, "max", INFINITY);
    }
    return (low_value < 0 || lrp_match_scalar(graph, low_value, low)) &&
           (high_value < 0 || lrp_match_scalar(graph, high_value, high));
}

bool lrp_match_same(const struct lrp_match *match, int a, int b)
{
    return a == b || (a >= 0 && b >= 0 && lrp_match_source(match->graph, a) == lrp_match_source(match->graph, b));
}

/* Constants come as float32, half, or rounded by hand in the exporter's source. */
bool lrp_match_near(double a, double b)
{
    return fabs(a - b) <= 2e-4 * fabs(b);
}
