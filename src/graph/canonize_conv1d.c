/* canonize_conv1d.c: convolutions over one axis that were written over two: Unsqueeze, Conv with kernel 1xk, Squeeze. */
#include <stdlib.h>
#include <string.h>

#include "canonize.h"
#include "match.h"

/* True if `two` (N, C, H, W) without its axis 2 or 3, of length 1, is `one` (N, C, L). */
static bool differ_by(const struct lrp_shape *one, const struct lrp_shape *two, int axis)
{
    return one->rank == 3 && two->rank == 4 && one->dim[0] == two->dim[0] && one->dim[1] == two->dim[1] &&
           two->dim[axis] == 1 && two->dim[5 - axis] == one->dim[2];
}

/* True if the convolution does nothing along `axis`: an axis of length 1, kernel 1, no padding. */
static bool idle_along(const struct lrp_graph *g, const struct lrp_node *conv, int axis)
{
    const struct lrp_shape *x = g->values[conv->in[0]].desc.shape, *w = g->values[conv->in[1]].desc.shape;
    int64_t pads[4] = {0};
    lrp_call_ints(&conv->call, "pads", pads, 4);
    return x->rank == 4 && w->rank == 4 && x->dim[axis] == 1 && w->dim[axis] == 1 && pads[axis - 2] == 0 && pads[axis] == 0;
}

/* Squeeze, Unsqueeze, Reshape keep the order of elements: their shapes say all. */
static bool moves_nothing(const struct lrp_node *n)
{
    return lrp_match_is(n, "Unsqueeze") || lrp_match_is(n, "Squeeze") || lrp_match_is(n, "Reshape");
}

/* Keeps of a list of one number per space dimension (or two: begins, ends) what belongs to the other axis. */
static bool keep_other(struct lrp_graph *g, struct lrp_attribute *a, int axis)
{
    if (a->kind != LRP_ATTRIBUTE_INTS) return true; /* group, auto_pad */
    size_t count = a->count / 2;
    int64_t *kept = lrp_arena_calloc(g->arena, count, sizeof *kept);
    if (!kept || a->count % 2 != 0) return false;
    for (size_t i = 0; i < count; i++) kept[i] = a->ints[2 * i + (axis == 2)];
    a->ints = kept;
    a->count = count;
    return true;
}

/* `value` without an axis of length 1: what an Unsqueeze before it read, or a Squeeze of our own. *made is the node that
 * becomes part of the convolution then, -1: none. */
static int without_axis(struct lrp_graph *g, int conv, int axis, int *made)
{
    const int value = g->nodes[conv].in[0];
    const struct lrp_node *producer = lrp_graph_producer(g, value);
    const struct lrp_shape *shape = g->values[value].desc.shape;
    *made = -1;
    if (moves_nothing(producer) && differ_by(g->values[producer->in[0]].desc.shape, shape, axis)) {
        *made = g->values[value].uses == 1 ? (int)(producer - g->nodes) : -1;
        return producer->in[0];
    }
    int64_t *axes = lrp_arena_calloc(g->arena, 1, sizeof *axes);
    const char *name = lrp_arena_printf(g->arena, "%s/squeeze", g->nodes[conv].name);
    if (!axes || !name) return -1;
    *axes = axis;
    const struct lrp_attribute attribute = {.name = "axes", .kind = LRP_ATTRIBUTE_INTS, .ints = axes, .count = 1};
    /* of the version that takes its axes as an attribute */
    const struct lrp_replacement squeeze = {.op_type = "Squeeze",
                                            .domain = "",
                                            .opset = 11,
                                            .in = &value,
                                            .in_count = 1,
                                            .attributes = &attribute,
                                            .attribute_count = 1};
    return lrp_graph_insert(g, conv, name, &squeeze);
}

/* The weights (O, I, h, w) as (O, I, k). */
static int narrow_weights(struct lrp_graph *g, int value, int axis)
{
    const struct lrp_blob *blob = g->values[value].desc.constant;
    const struct lrp_shape *from = g->values[value].desc.shape;
    const struct lrp_shape shape = {.rank = 3, .dim = {from->dim[0], from->dim[1], from->dim[5 - axis]}};
    float *data = malloc((blob->count + 1) * sizeof *data);
    if (!data) return -1;
    lrp_blob_f32(blob, 0, blob->count, data);
    int narrow = lrp_graph_constant(g, g->values[value].name, &shape, data);
    free(data);
    return narrow;
}

/* The convolution over two axes that `squeeze` takes one of length 1 from, or -1. */
static int convolution_before(const struct lrp_graph *g, const struct lrp_node *squeeze, int *axis)
{
    const struct lrp_node *conv = moves_nothing(squeeze) ? lrp_graph_producer(g, squeeze->in[0]) : NULL;
    if (!lrp_match_is(conv, "Conv") || g->values[squeeze->in[0]].uses != 1) return -1;
    const struct lrp_desc *w = lrp_graph_desc(g, lrp_node_input(conv, 1));
    if (!w || !w->constant || w->dtype != LRP_DTYPE_FLOAT || g->values[conv->in[0]].desc.constant) return -1;
    for (*axis = 2; *axis < 4; ++*axis)
        if (differ_by(g->values[squeeze->out[0]].desc.shape, g->values[squeeze->in[0]].desc.shape, *axis) &&
            idle_along(g, conv, *axis))
            return (int)(conv - g->nodes);
    return -1;
}

void lrp_canonize_conv1d(struct lrp_graph *g, int node)
{
    int axis, unsqueeze, conv = convolution_before(g, &g->nodes[node], &axis);
    const struct lrp_node *n = conv < 0 ? NULL : &g->nodes[conv];
    size_t count = n ? (size_t)n->call.attribute_count : 0;
    struct lrp_attribute *attributes = n ? lrp_arena_calloc(g->arena, count, sizeof *attributes) : NULL;
    if (!attributes) return;
    if (count) memcpy(attributes, n->call.attributes, count * sizeof *attributes);
    for (size_t i = 0; i < count; i++)
        if (!keep_other(g, &attributes[i], axis)) return;
    const char *squeeze = g->nodes[node].name;
    const int in[] = {without_axis(g, conv, axis, &unsqueeze), narrow_weights(g, n->in[1], axis), lrp_node_input(n, 2)};
    const int swallowed[] = {conv, unsqueeze};
    const struct lrp_replacement r = {.op_type = "Conv",
                                      .domain = "",
                                      .what = "convolution over one axis written over two",
                                      .name = n->name,
                                      .in = in,
                                      .in_count = in[2] < 0 ? 2 : 3,
                                      .attributes = attributes,
                                      .attribute_count = (int)count};
    if (in[0] < 0 || in[1] < 0 || !lrp_graph_replace(g, node, &r, swallowed, unsqueeze < 0 ? 1 : 2)) return;
    lrp_canonize_report(g, n->name, "made one over a single axis with", squeeze);
}
