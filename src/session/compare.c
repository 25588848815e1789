/* compare.c: two explanations of one input, or two models, element by element. */
#include <math.h>
#include <stdlib.h>

#include "internal.h"

/* One sample of a layer's relevance or activation. */
static enum lrp_status part_of(const struct lrp_snapshot *s, int layer, enum lrp_show show, int64_t sample,
                               struct lrp_sample *out, struct lrp_error *err)
{
    const struct lrp_setup *setup = lrp_snapshot_box(s)->setup;
    const bool relevance = show == LRP_SHOW_RELEVANCE;
    const struct lrp_tensor *t = lrp_result_tensor(relevance ? s->relevance[layer] : s->activation[layer]);
    const int value = lrp_network_layer_value(setup->network, (size_t)layer);
    *out = (struct lrp_sample){0};
    if (!relevance && (!t || value < 0 || !lrp_dtype_is_float(t->dtype)))
        return lrp_fail(err, LRP_UNSUPPORTED, "layer %s has no activation of numbers", s->layers->rows[layer].name);
    if (!t || value < 0)
        return lrp_fail(err, LRP_UNSUPPORTED, "no relevance reaches it (choose a layer before the explained output)");
    return lrp_sample_open(setup, value, t, sample, out, err);
}

/* Pearson's, of finite pairs; 1 of two that are alike throughout, NaN if only one of them is constant. */
static double correlation_of(const float *a, const float *b, size_t n, double mean_a, double mean_b)
{
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(a[i]) || !isfinite(b[i])) continue;
        const double x = (double)a[i] - mean_a, y = (double)b[i] - mean_b;
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    return aa == 0 && bb == 0 ? 1 : aa == 0 || bb == 0 ? (double)NAN : ab / sqrt(aa * bb);
}

static void compare_numbers(const float *f, const float *g, size_t n, struct lrp_comparison *out)
{
    size_t pairs = 0;
    *out = (struct lrp_comparison){0};
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(f[i]) || !isfinite(g[i])) {
            out->apart += !(f[i] == g[i] || (isnan(f[i]) && isnan(g[i])));
            continue;
        }
        if (fabs((double)f[i]) > out->magnitude) out->magnitude = fabs((double)f[i]);
        const double difference = fabs((double)f[i] - (double)g[i]);
        pairs++;
        out->sum_a += (double)f[i];
        out->sum_b += (double)g[i];
        if (difference <= out->largest) continue;
        out->largest = difference;
        out->where = i;
    }
    out->nan = n - pairs;
    const double share = pairs ? 1 / (double)pairs : 0;
    out->correlation = correlation_of(f, g, n, out->sum_a * share, out->sum_b * share);
}

/* All float tensors of a layer behind each other: a copy. */
static enum lrp_status gather_weights(const struct lrp_snapshot *s, int layer, struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_network *n = lrp_snapshot_box(s)->setup->network;
    const int anchor = n->view->nodes[layer].anchor;
    const struct lrp_node *node = anchor >= 0 ? &n->graph->nodes[anchor] : NULL;
    struct lrp_shape shape = {.rank = 1};
    for (int pass = 0; pass < 2; pass++) {
        size_t used = 0;
        for (int i = 0; node && i < node->call.in_count; i++) {
            const struct lrp_desc *desc = lrp_graph_desc(n->graph, lrp_node_input(node, i));
            const struct lrp_blob *blob = desc ? desc->constant : NULL;
            if (!blob || !lrp_dtype_is_float(blob->dtype) || n->graph->values[node->in[i]].from_shape) continue;
            if (pass) lrp_blob_f32(blob, 0, blob->count, (*out)->f + used);
            used += blob->count;
        }
        if (pass) break;
        if (!used) return lrp_fail(err, LRP_UNSUPPORTED, "layer %s has no weights", s->layers->rows[layer].name);
        shape.dim[0] = (int64_t)used;
        const enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, out, err);
        if (status) return status;
    }
    return LRP_OK;
}

static enum lrp_status compare_weights(const struct lrp_snapshot *a, int layer_a, const struct lrp_snapshot *b, int layer_b,
                                       struct lrp_comparison *out, struct lrp_error *err)
{
    struct lrp_tensor *x = NULL, *y = NULL;
    enum lrp_status status = gather_weights(a, layer_a, &x, err);
    if (!status) status = gather_weights(b, layer_b, &y, err);
    if (!status && x->count != y->count) status = lrp_fail(err, LRP_USAGE, "the two have weights of different shapes there");
    if (!status) compare_numbers(x->f, y->f, x->count, out);
    lrp_tensor_release(x);
    lrp_tensor_release(y);
    return status;
}

enum lrp_status lrp_snapshot_compare(const struct lrp_snapshot *a, int layer_a, const struct lrp_snapshot *b, int layer_b,
                                     enum lrp_show show, int64_t sample, struct lrp_comparison *out, struct lrp_error *err)
{
    struct lrp_sample x = {0}, y = {0};
    if (show == LRP_SHOW_WEIGHTS) return compare_weights(a, layer_a, b, layer_b, out, err);
    enum lrp_status status = part_of(a, layer_a, show, sample, &x, err);
    if (!status) status = part_of(b, layer_b, show, sample, &y, err);
    if (!status && x.tensor.count != y.tensor.count)
        status = lrp_fail(err, LRP_USAGE, "the two settings see layers of different shapes there");
    if (!status) compare_numbers(x.tensor.f, y.tensor.f, x.tensor.count, out);
    lrp_sample_close(&x);
    lrp_sample_close(&y);
    return status;
}

enum lrp_status lrp_snapshot_export_difference(const struct lrp_snapshot *a, int layer_a, const struct lrp_snapshot *b,
                                               int layer_b, int64_t sample, const char *path, struct lrp_error *err)
{
    struct lrp_plane x = {0}, y = {0}, difference = {0};
    enum lrp_status status = lrp_snapshot_plane(a, layer_a, LRP_SHOW_RELEVANCE, sample, &x, err);
    if (!status) status = lrp_snapshot_plane(b, layer_b, LRP_SHOW_RELEVANCE, sample, &y, err);
    if (!status) status = lrp_plane_difference(&x, &y, &difference, err);
    if (!status) status = lrp_snapshot_write_plane(a, layer_a, &difference, LRP_SHOW_RELEVANCE, sample, path, err);
    lrp_plane_free(&x);
    lrp_plane_free(&y);
    lrp_plane_free(&difference);
    return status;
}
