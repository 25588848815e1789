/* doubts_input.c: a picture that went in as no network has learnt it: what a BatchNormalization behind the first layer sees is
 * far from what it has learnt. */
#include <math.h>

#include "blocked.h"
#include "internal.h"

/* The BatchNormalization behind the first layer, wherever it has gone: the numbers it has learnt, and the value that it is
 * asked about. */
struct batch_norm {
    const struct lrp_blob *scale, *bias, *mean, *variance;
    int value;   /* before it, or if it was folded, behind it */
    bool folded; /* then value = (x - mean) / deviation * scale + bias */
    float epsilon;
};

static const struct lrp_blob *learnt(const struct lrp_graph *g, const struct lrp_node *n, int input)
{
    const int value = n->file_in && input < n->file_in_count ? n->file_in[input] : -1;
    return value < 0 ? NULL : g->values[value].desc.constant;
}

/* The operator as the file has it, whatever its node has become. */
static bool has_learnt(const struct lrp_graph *g, int node)
{
    const struct lrp_node_definition *def = &g->definition->nodes[node];
    const struct lrp_operator *op = lrp_operator_find(def->domain, def->op_type, g->nodes[node].call.opset, NULL);
    return op && op->traits & LRP_TRAIT_LEARNT;
}

static bool find_batch_norm(const struct lrp_network *n, struct batch_norm *out)
{
    const struct lrp_graph *g = n->graph;
    const struct lrp_layer_list *layers = &n->view->list;
    size_t first = 1;
    while (first < layers->count && !layers->rows[first].parameters) first++;
    if (first >= layers->count) return false;
    const int anchor = n->view->nodes[first].anchor;
    for (int k = 0; k < (int)g->definition->node_count; k++) {
        const struct lrp_node *b = &g->nodes[k];
        if (!has_learnt(g, k)) continue;
        /* its node has become the layer that it is folded into, or part of it */
        const bool folded = k == anchor ? !(b->call.op && b->call.op->traits & LRP_TRAIT_LEARNT)
                                        : b->state == LRP_NODE_SWALLOWED && b->owner == anchor;
        if (!folded && !(b->state == LRP_NODE_LIVE && b->call.in_count > 4 && b->in[0] == g->nodes[anchor].out[0])) continue;
        *out = (struct batch_norm){learnt(g, b, 1),
                                   learnt(g, b, 2),
                                   learnt(g, b, 3),
                                   learnt(g, b, 4),
                                   g->nodes[anchor].out[0],
                                   folded,
                                   lrp_call_float(&b->call, "epsilon", 1e-5f)};
        return out->scale && out->bias && out->mean && out->variance;
    }
    return false;
}

/* How many deviations the mean of a channel is away from what was learnt. */
static double deviations(const struct batch_norm *b, const struct lrp_tensor *t, size_t channel)
{
    const size_t samples = (size_t)t->shape.dim[0], channels = (size_t)t->shape.dim[1], plane = t->count / samples / channels;
    double sum = 0;
    for (size_t s = 0; s < samples; s++)
        for (size_t i = 0; i < plane; i++) sum += (double)t->f[(s * channels + channel) * plane + i];
    const double mean = sum / (double)(samples * plane);
    if (b->folded) return (mean - (double)lrp_blob_get_f32(b->bias, channel)) / (double)lrp_blob_get_f32(b->scale, channel);
    return (mean - (double)lrp_blob_get_f32(b->mean, channel)) /
           sqrt((double)lrp_blob_get_f32(b->variance, channel) + (double)b->epsilon);
}

bool lrp_job_input_unscaled(const struct lrp_job *job, size_t *far, size_t *channels)
{
    struct batch_norm b;
    const struct lrp_results *r = job->results;
    if (!find_batch_norm(r->network, &b)) return false;
    const struct lrp_tensor *t = r->values[b.value] ? lrp_tensor_row_major(r->values[b.value], NULL) : NULL;
    if (!t || t->shape.rank != 4 || !t->count || (size_t)t->shape.dim[1] > b.scale->count) return false;
    *far = 0;
    *channels = (size_t)t->shape.dim[1];
    for (size_t c = 0; c < *channels; c++) *far += fabs(deviations(&b, t, c)) > LRP_MOST_DEVIATIONS;
    return 2 * *far > *channels;
}
