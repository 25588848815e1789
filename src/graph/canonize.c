/* canonize.c: BatchNorm and scales per channel folded into its neighbours, identities and dropout dropped. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canonize.h"

/* y = g*x + s per channel (axis 1): what a BatchNormalization does, eps included (THE GRAPH in lrpscope-lrp(7)). */
struct affine {
    const char *what, *before, *behind; /* for the report: the operator; what is done with the layer before or behind it */
    size_t channels;
    double *g, *s;
};

static void affine_free(struct affine *a)
{
    free(a->g);
    free(a->s);
}

static bool batch_norm_affine(const struct lrp_graph *graph, const struct lrp_node *n, struct affine *a)
{
    *a = (struct affine){.what = "BatchNormalization",
                         .before = "BatchNormalization folded into the layer before it",
                         .behind = "BatchNormalization folded into the layer behind it"};
    const struct lrp_blob *p[4];
    for (int i = 0; i < 4; i++) {
        p[i] = lrp_graph_desc(graph, n->in[i + 1])->constant;
        if (!p[i] || p[i]->count != p[0]->count) return false;
    }
    a->channels = p[0]->count;
    a->g = malloc((a->channels + 1) * sizeof *a->g);
    a->s = malloc((a->channels + 1) * sizeof *a->s);
    double epsilon = (double)lrp_call_float(&n->call, "epsilon", 1e-5F);
    for (size_t c = 0; a->g && a->s && c < a->channels; c++) {
        double deviation = sqrt((double)lrp_blob_get_f32(p[3], c) + epsilon);
        a->g[c] = (double)lrp_blob_get_f32(p[0], c) / deviation;
        a->s[c] = (double)lrp_blob_get_f32(p[1], c) - (double)lrp_blob_get_f32(p[2], c) * a->g[c];
    }
    return a->g && a->s;
}

/* True for a constant of one number, or of one per channel (axis 1 of an array of `rank` axes). */
static bool constant_channels(const struct lrp_desc *d, int rank, size_t channels, bool *per_channel)
{
    int axis = 1 - (rank - d->shape->rank);
    if (!d->constant || d->shape->rank > rank) return false;
    bool along =
        axis >= 0 && axis < d->shape->rank && (size_t)d->shape->dim[axis] == channels && d->constant->count == channels;
    *per_channel |= along;
    return along || d->constant->count == 1;
}

static double channel_number(const struct lrp_desc *d, size_t c, double neutral)
{
    return d ? (double)lrp_blob_get_f32(d->constant, d->constant->count == 1 ? 0 : c) : neutral;
}

/* Scale: BatchNormalization written as Mul and Add, or a bias alone. One number for all channels is left where it is. */
static bool scale_affine(const struct lrp_graph *graph, const struct lrp_node *n, struct affine *a)
{
    *a = (struct affine){.what = "scale",
                         .before = "scale per channel folded into the layer before it",
                         .behind = "scale per channel folded into the layer behind it"};
    const struct lrp_shape *shape = graph->values[n->in[0]].desc.shape;
    const struct lrp_desc *w = lrp_graph_desc(graph, lrp_node_input(n, 1)), *b = lrp_graph_desc(graph, lrp_node_input(n, 2));
    bool per_channel = false;
    if (shape->rank < 2 || !lrp_shape_known(shape)) return false;
    a->channels = (size_t)shape->dim[1];
    if (w && !constant_channels(w, shape->rank, a->channels, &per_channel)) return false;
    if (b && !constant_channels(b, shape->rank, a->channels, &per_channel)) return false;
    if (!per_channel) return false;
    a->g = calloc(a->channels + 1, sizeof *a->g);
    a->s = calloc(a->channels + 1, sizeof *a->s);
    for (size_t c = 0; a->g && a->s && c < a->channels; c++) {
        a->g[c] = channel_number(w, c, 1);
        a->s[c] = channel_number(b, c, 0);
    }
    return a->g && a->s;
}

/* A linear layer's weights seen as W[before][out or in channel][after]: which axis is scaled. */
struct weights {
    struct lrp_shape shape;
    size_t count, outputs; /* outputs: output channels = elements of the bias */
    float *w;
    double *b;
};

static void weights_free(struct weights *w)
{
    free(w->w);
    free(w->b);
}

/* A bias of one number, or of one per output (not Gemm's one per row of the batch). */
static bool is_per_output(const struct lrp_desc *bias, size_t outputs)
{
    if (!bias->constant) return false;
    if (bias->constant->count == 1) return true;
    return bias->constant->count == outputs && (size_t)bias->shape->dim[bias->shape->rank - 1] == outputs;
}

/* With alpha and beta of a Gemm in them: what is made of them has neither. */
static bool weights_load(const struct lrp_graph *graph, const struct lrp_node *n, size_t outputs, struct weights *w)
{
    const double alpha = (double)lrp_call_float(&n->call, "alpha", 1), beta = (double)lrp_call_float(&n->call, "beta", 1);
    const struct lrp_blob *blob = lrp_graph_desc(graph, n->in[1])->constant;
    const struct lrp_desc *bias = lrp_graph_desc(graph, lrp_node_input(n, 2));
    *w = (struct weights){.shape = *blob->shape, .count = blob->count, .outputs = outputs};
    if (bias && !is_per_output(bias, outputs)) return false;
    w->w = malloc((w->count + 1) * sizeof *w->w);
    w->b = calloc(outputs + 1, sizeof *w->b);
    if (!w->w || !w->b) return false;
    lrp_blob_f32(blob, 0, w->count, w->w);
    for (size_t i = 0; alpha != 1 && i < w->count; i++) w->w[i] = (float)(alpha * (double)w->w[i]);
    for (size_t i = 0; bias && i < outputs; i++)
        w->b[i] = beta * (double)lrp_blob_get_f32(bias->constant, bias->constant->count == 1 ? 0 : i);
    return true;
}

/* A linear layer that BatchNorm can be folded into, one row per operator. */
struct fold_target {
    const char *op_type, *domain;
    bool dense, transposed_conv;
};
static const struct fold_target targets[] = {{"Conv", "", false, false},
                                             {"ConvTranspose", "", false, true},
                                             {"Gemm", "", true, false},
                                             {"Dense", "lrpscope", true, false}};

static const struct fold_target *target_of(const struct lrp_graph *g, const struct lrp_node *n)
{
    if (!n || n->state != LRP_NODE_LIVE || *n->obstacle) return NULL;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        const struct fold_target *t = &targets[i];
        if (strcmp(n->call.op_type, t->op_type) != 0 || strcmp(n->call.domain, t->domain) != 0) continue;
        const struct lrp_desc *w = lrp_graph_desc(g, lrp_node_input(n, 1));
        if (!w || !w->constant || g->values[n->in[0]].desc.constant) return NULL;
        if (t->dense && (lrp_call_int(&n->call, "transA", 0) || w->shape->rank != 2)) return NULL;
        return t;
    }
    return NULL;
}

/* Axis of the weights that counts output / input channels; a transposed convolution with groups has no single output axis. */
static bool weights_transposed(const struct lrp_node *n)
{
    return lrp_call_int(&n->call, "transB", 0) || lrp_call_int(&n->call, "transpose", 0);
}

static size_t inner_size(const struct lrp_shape *shape, int axis)
{
    size_t inner = 1;
    for (int i = axis + 1; i < shape->rank; i++) inner *= (size_t)shape->dim[i];
    return inner;
}

/* The output channel that element i of the weights works for. */
static size_t output_channel(const struct fold_target *t, const struct lrp_node *n, const struct weights *w, size_t i)
{
    size_t d1 = (size_t)w->shape.dim[1];
    if (t->dense) return weights_transposed(n) ? i / d1 : i % d1;
    size_t inner = inner_size(&w->shape, 1);
    if (!t->transposed_conv) return i / (d1 * inner);
    size_t group = (size_t)lrp_call_int(&n->call, "group", 1), in_per_group = (size_t)w->shape.dim[0] / group;
    return (i / (d1 * inner)) / in_per_group * d1 + i / inner % d1;
}

/* The input channel it reads. */
static size_t input_channel(const struct fold_target *t, const struct lrp_node *n, const struct weights *w, size_t i)
{
    size_t d1 = (size_t)w->shape.dim[1];
    if (t->dense) return weights_transposed(n) ? i % d1 : i / d1;
    size_t inner = inner_size(&w->shape, 1);
    if (t->transposed_conv) return i / (d1 * inner);
    size_t group = (size_t)lrp_call_int(&n->call, "group", 1), out_per_group = (size_t)w->shape.dim[0] / group;
    return (i / (d1 * inner)) / out_per_group * d1 + i / inner % d1;
}

/* Puts changed weights into node `at` as operator of `linear`; the nodes in `swallowed` become part of it. */
static bool put_weights(struct lrp_graph *g, int at, const struct lrp_node *linear, int input, const struct weights *w,
                        const int *swallowed, const char *what)
{
    const struct lrp_shape vector = {.rank = 1, .dim = {(int64_t)w->outputs}};
    float *bias = malloc((w->outputs + 1) * sizeof *bias);
    if (!bias) return false;
    for (size_t i = 0; i < w->outputs; i++) bias[i] = (float)w->b[i];
    const int in[] = {input, lrp_graph_constant(g, g->values[linear->in[1]].name, &w->shape, w->w),
                      lrp_graph_constant(g, linear->name, &vector, bias)};
    free(bias);
    struct lrp_attribute *kept = lrp_arena_calloc(g->arena, (size_t)linear->call.attribute_count + 1, sizeof *kept);
    int count = 0;
    if (in[1] < 0 || in[2] < 0 || !kept) return false;
    for (int i = 0; i < linear->call.attribute_count; i++)
        if (strcmp(linear->call.attributes[i].name, "alpha") != 0 && strcmp(linear->call.attributes[i].name, "beta") != 0)
            kept[count++] = linear->call.attributes[i];
    const struct lrp_replacement r = {.op_type = linear->call.op_type,
                                      .domain = linear->call.domain,
                                      .what = what,
                                      .name = linear->name,
                                      .in = in,
                                      .in_count = 3,
                                      .attributes = kept,
                                      .attribute_count = count};
    return lrp_graph_replace(g, at, &r, swallowed, 1);
}

void lrp_canonize_report(struct lrp_graph *graph, const char *a, const char *what, const char *b)
{
    const char *line = lrp_arena_printf(graph->arena, "%s: %s %s", a, what, b);
    if (line) lrp_name_list_add(graph, &graph->canonized, line);
}

static void report_fold(struct lrp_graph *g, const struct affine *a, const char *name, const char *into)
{
    char what[48];
    snprintf(what, sizeof what, "%s folded into", a->what);
    lrp_canonize_report(g, name, what, into);
}

/* linear -> BatchNorm: W*g, (b-mean)*g+beta. */
static bool fold_into_producer(struct lrp_graph *g, int node, const struct affine *a)
{
    const struct lrp_node *bn = &g->nodes[node], *linear = lrp_graph_producer(g, bn->in[0]);
    const struct fold_target *t = target_of(g, linear);
    const struct lrp_shape *out = g->values[bn->in[0]].desc.shape;
    struct weights w = {0};
    if (!linear || !t || g->values[bn->in[0]].uses != 1 || out->rank < 2 || (size_t)out->dim[1] != a->channels) return false;
    if (t->dense && out->rank != 2) return false;
    bool ok = weights_load(g, linear, a->channels, &w);
    for (size_t i = 0; ok && i < w.count; i++) w.w[i] = (float)((double)w.w[i] * a->g[output_channel(t, linear, &w, i)]);
    for (size_t c = 0; ok && c < a->channels; c++) w.b[c] = w.b[c] * a->g[c] + a->s[c];
    const char *name = bn->name, *into = linear->name;
    int from = (int)(linear - g->nodes), input = linear->in[0];
    ok = ok && put_weights(g, node, linear, input, &w, &from, a->before);
    if (ok) report_fold(g, a, name, into);
    weights_free(&w);
    return ok;
}

/* True if the node pads its input: a shift before it would have to be padded too. */
static bool pads(const struct lrp_node *n)
{
    int64_t pad[6];
    const char *mode = lrp_call_string(&n->call, "auto_pad", "NOTSET");
    if (strcmp(mode, "NOTSET") != 0 && strcmp(mode, "VALID") != 0) return true;
    int count = lrp_call_ints(&n->call, "pads", pad, 6);
    for (int i = 0; i < count; i++)
        if (pad[i] != 0) return true;
    return false;
}

/* BatchNorm -> linear that pads nothing: W*g, b + W*s. */
static bool fold_into_consumer(struct lrp_graph *g, int node, const struct affine *a)
{
    const struct lrp_node *bn = &g->nodes[node];
    int consumer = lrp_graph_sole_reader(g, bn->out[0]);
    const struct lrp_node *linear = consumer < 0 ? NULL : &g->nodes[consumer];
    const struct fold_target *t = target_of(g, linear);
    if (!linear || !t || (!t->dense && (pads(linear) || t->transposed_conv))) return false;
    const struct lrp_shape *in = g->values[bn->out[0]].desc.shape, *out = g->values[linear->out[0]].desc.shape;
    if (t->dense && in->rank != 2) return false;
    struct weights w = {0};
    bool ok = weights_load(g, linear, (size_t)out->dim[1], &w);
    for (size_t i = 0; ok && i < w.count; i++) {
        size_t c = input_channel(t, linear, &w, i);
        if (c >= a->channels)
            ok = false;
        else
            w.b[output_channel(t, linear, &w, i)] += (double)w.w[i] * a->s[c];
        if (ok) w.w[i] = (float)((double)w.w[i] * a->g[c]);
    }
    const char *name = bn->name, *into = linear->name;
    ok = ok && put_weights(g, consumer, linear, bn->in[0], &w, &node, a->behind);
    if (ok) report_fold(g, a, name, into);
    weights_free(&w);
    return ok;
}

static void fold_batch_norm(struct lrp_graph *g, int node)
{
    struct affine a;
    if (batch_norm_affine(g, &g->nodes[node], &a) && !fold_into_producer(g, node, &a)) fold_into_consumer(g, node, &a);
    affine_free(&a);
}

/* The scale of a layer normalisation stays a layer of its own. */
static bool belongs_to_norm(const struct lrp_graph *g, int value)
{
    const struct lrp_node *producer = lrp_graph_producer(g, value);
    return producer && strcmp(producer->call.op_type, "Normalize") == 0;
}

static void fold_scale(struct lrp_graph *g, int node)
{
    struct affine a = {0};
    const struct lrp_node *n = &g->nodes[node];
    if (belongs_to_norm(g, n->in[0]) || !scale_affine(g, n, &a)) goto done;
    if (!fold_into_producer(g, node, &a)) fold_into_consumer(g, node, &a);
done:
    affine_free(&a);
}

bool lrp_canonize_one_output(const struct lrp_graph *g, const struct lrp_node *n)
{
    for (int i = 1; i < n->call.out_count; i++)
        if (n->out[i] >= 0 && g->values[n->out[i]].uses) return false;
    return true;
}

static bool can_drop(const struct lrp_graph *g, const struct lrp_node *n)
{
    return n->call.op && n->call.op->traits & LRP_TRAIT_HANDS_ON && n->state == LRP_NODE_LIVE && !*n->obstacle &&
           lrp_canonize_one_output(g, n) && g->values[n->out[0]].desc.dtype == g->values[n->in[0]].desc.dtype;
}

/* Identity, Dropout, casts between equal types: consumers read the input. */
static bool drop_identities(struct lrp_graph *g)
{
    int *to = lrp_graph_redirection(g);
    bool ok = to != NULL;
    for (int k = 0; ok && k < g->order_count; k++) {
        struct lrp_node *n = &g->nodes[g->order[k]];
        if (!can_drop(g, n)) continue;
        lrp_graph_record(g, "does nothing when a network is used: dropped", g->order[k], NULL, 0, -1, 0);
        n->state = LRP_NODE_DROPPED;
        to[n->out[0]] = to[n->in[0]] < 0 ? n->in[0] : to[n->in[0]];
        ok = lrp_name_list_add(g, &g->dropped, n->name) && lrp_name_list_add(g, &g->removed, g->values[n->out[0]].name);
        lrp_canonize_report(g, n->name, "dropped", n->call.op_type);
    }
    if (ok) lrp_graph_redirect(g, to);
    free(to);
    return ok;
}

static const struct {
    const char *op_type, *domain;
    void (*apply)(struct lrp_graph *g, int node);
} steps[] = {{"Squeeze", "", lrp_canonize_conv1d},
             {"Reshape", "", lrp_canonize_conv1d},
             {"LayerNormalization", "", lrp_canonize_layer_norm},
             {"InstanceNormalization", "", lrp_canonize_instance_norm},
             {"BatchNormalization", "", fold_batch_norm},
             {"Scale", "lrpscope", fold_scale}};

enum lrp_status lrp_graph_canonize(struct lrp_graph *graph, struct lrp_error *err)
{
    /* first: what stands between a BatchNorm and its neighbour is gone then */
    bool ok = drop_identities(graph);
    for (size_t s = 0; ok && s < sizeof steps / sizeof *steps; s++)
        for (int k = 0; k < graph->order_count; k++) {
            const struct lrp_node *n = &graph->nodes[graph->order[k]];
            if (n->state == LRP_NODE_LIVE && !*n->obstacle && strcmp(n->call.op_type, steps[s].op_type) == 0 &&
                strcmp(n->call.domain, steps[s].domain) == 0)
                steps[s].apply(graph, graph->order[k]);
        }
    return ok && lrp_graph_schedule(graph) ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for the graph");
}
