/* canonize_norm.c: normalisations by their own statistics, split into what is normalised and its scale. */
#include <stdlib.h>

#include "canonize.h"

static bool constant_parameters(const struct lrp_graph *g, const struct lrp_node *n)
{
    for (int i = 1; i < n->call.in_count; i++)
        if (n->in[i] >= 0 && !g->values[n->in[i]].desc.constant) return false;
    return true;
}

/* A normalisation over the axes from `first` on -> Normalize + Scale by the constants `scale` and `bias` (-1: none). */
static void split_norm(struct lrp_graph *g, int node, int first, int scale, int bias)
{
    struct lrp_node *n = &g->nodes[node];
    const int rank = g->values[n->in[0]].desc.shape->rank;
    int64_t *axes = lrp_arena_calloc(g->arena, (size_t)(rank - first), sizeof *axes);
    const char *inner = lrp_arena_printf(g->arena, "%s/normalize", n->name);
    if (!axes || !inner) return;
    for (int i = first; i < rank; i++) axes[i - first] = i;
    const struct lrp_attribute attributes[] = {
        {.name = "axes", .kind = LRP_ATTRIBUTE_INTS, .ints = axes, .count = (size_t)(rank - first)},
        {.name = "epsilon", .kind = LRP_ATTRIBUTE_FLOAT, .f = lrp_call_float(&n->call, "epsilon", 1e-5F)},
    };
    const int x = n->in[0];
    const struct lrp_replacement normalize = {
        .op_type = "Normalize", .domain = "lrpscope", .in = &x, .in_count = 1, .attributes = attributes, .attribute_count = 2};
    const int between = lrp_graph_insert(g, node, inner, &normalize);
    if (between < 0) return;
    const int in[] = {between, scale, bias};
    const struct lrp_replacement affine = {.op_type = "Scale",
                                           .domain = "lrpscope",
                                           .in = in,
                                           .in_count = bias < 0 ? 2 : 3,
                                           .what = "layer normalisation split into normalisation and its scale",
                                           .beside = (int)(lrp_graph_producer(g, between) - g->nodes)};
    if (lrp_graph_replace(g, node, &affine, NULL, 0)) lrp_canonize_report(g, n->name, "split into", "normalisation and scale");
}

void lrp_canonize_layer_norm(struct lrp_graph *g, int node)
{
    const struct lrp_node *n = &g->nodes[node];
    const int axis = lrp_normalize_axis(lrp_call_int(&n->call, "axis", -1), g->values[n->in[0]].desc.shape->rank);
    if (axis >= 0 && lrp_canonize_one_output(g, n) && constant_parameters(g, n))
        split_norm(g, node, axis, n->in[1], lrp_node_input(n, 2));
}

/* A number a channel, as a constant that broadcasts over the axes behind axis 1. */
static int channel_constant(struct lrp_graph *g, int value, int rank)
{
    const struct lrp_blob *blob = g->values[value].desc.constant;
    struct lrp_shape shape = {.rank = rank - 1, .dim = {(int64_t)blob->count}};
    float *data = malloc((blob->count + 1) * sizeof *data);
    if (!data) return -1;
    for (int i = 1; i < shape.rank; i++) shape.dim[i] = 1;
    lrp_blob_f32(blob, 0, blob->count, data);
    const int constant = lrp_graph_constant(g, g->values[value].name, &shape, data);
    free(data);
    return constant;
}

void lrp_canonize_instance_norm(struct lrp_graph *g, int node)
{
    const struct lrp_node *n = &g->nodes[node];
    const int rank = g->values[n->in[0]].desc.shape->rank;
    if (rank < 3 || !constant_parameters(g, n)) return;
    const int x_scale = n->in[1], x_bias = n->in[2];
    const int scale = channel_constant(g, x_scale, rank), bias = scale < 0 ? -1 : channel_constant(g, x_bias, rank);
    if (bias >= 0) split_norm(g, node, 2, scale, bias);
}
