/* attention.c: what of a transformer's layers is looked at beside planes of channels: tokens, matrices of attention, patches.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "lrpscope/text.h"

/* A sample of a layer's relevance or activation; to be closed. */
static enum lrp_status open_layer(const struct lrp_snapshot *s, int layer, enum lrp_show show, int64_t sample,
                                  struct lrp_sample *out, struct lrp_error *err)
{
    const struct lrp_setup *setup = lrp_snapshot_box(s)->setup;
    *out = (struct lrp_sample){0};
    if (layer < 0 || (size_t)layer >= lrp_layer_rows(s->layers)) return lrp_fail(err, LRP_USAGE, "there is no layer %d", layer);
    const struct lrp_tensor *t = lrp_result_tensor(show == LRP_SHOW_ACTIVATION ? s->activation[layer] : s->relevance[layer]);
    if (!t || !lrp_dtype_is_float(t->dtype))
        return lrp_fail(err, LRP_UNSUPPORTED, "layer %s has no %s yet", s->layers->rows[layer].name,
                        show == LRP_SHOW_ACTIVATION ? "activation" : "relevance");
    return lrp_sample_open(setup, lrp_network_layer_value(setup->network, (size_t)layer), t, sample, out, err);
}

/* ---- tokens ---- */

/* The sums over features of [1, tokens, features], of `count` tokens from the first. */
static void add_features(const struct lrp_tensor *t, size_t first, size_t count, float *out)
{
    const size_t features = (size_t)t->shape.dim[2];
    for (size_t i = 0; i < count; i++) {
        double sum = 0;
        for (size_t k = 0; k < features; k++) sum += (double)t->f[(first + i) * features + k];
        out[i] = (float)sum;
    }
}

enum lrp_status lrp_snapshot_token_sums(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                        float **out, size_t *count, struct lrp_error *err)
{
    struct lrp_sample one;
    *out = NULL;
    *count = 0;
    enum lrp_status status = open_layer(snapshot, layer, show, sample, &one, err);
    const struct lrp_shape *shape = &one.tensor.shape;
    if (!status && (shape->rank != 3 || shape->dim[0] != 1))
        status = lrp_fail(err, LRP_UNSUPPORTED, "layer %s has no row for every token", snapshot->layers->rows[layer].name);
    if (!status && !(*out = calloc((size_t)shape->dim[1] + 1, sizeof **out)))
        status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) {
        *count = (size_t)shape->dim[1];
        add_features(&one.tensor, 0, *count, *out);
    }
    lrp_sample_close(&one);
    return status;
}

/* ---- attention ---- */

static bool is_softmax(const struct lrp_layer_list *list, int layer)
{
    return lrp_kind_row((enum lrp_kind)list->rows[layer].kind)->traits & LRP_KIND_IS_WEIGHING;
}

/* One head's matrix, or all heads together: divided by `by`. */
static void add_heads(const struct lrp_tensor *t, int64_t first, int64_t count, double by, struct lrp_plane *out)
{
    const size_t size = (size_t)out->width * (size_t)out->height;
    for (size_t i = 0; i < size; i++) {
        double sum = 0;
        for (int64_t h = first; h < first + count; h++) sum += (double)t->f[(size_t)h * size + i];
        out->values[i] = (float)(sum / by);
    }
}

enum lrp_status lrp_snapshot_attention(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                       int64_t head, struct lrp_plane *out, int64_t *heads, struct lrp_error *err)
{
    struct lrp_sample one;
    *out = (struct lrp_plane){0};
    enum lrp_status status = open_layer(snapshot, layer, show, sample, &one, err);
    const struct lrp_shape *shape = &one.tensor.shape;
    const int rank = shape->rank;
    if (!status && (rank < 3 || !is_softmax(snapshot->layers, layer) || one.tensor.count == 0))
        status = lrp_fail(err, LRP_UNSUPPORTED, "layer %s has no matrix of attention", snapshot->layers->rows[layer].name);
    const int64_t size = status ? 1 : shape->dim[rank - 1] * shape->dim[rank - 2];
    const int64_t all = status ? 0 : (int64_t)one.tensor.count / size; /* with heads merged into the samples, those of one */
    if (!status && head >= all) status = lrp_fail(err, LRP_USAGE, "there is no head %lld", (long long)head);
    if (!status) status = lrp_plane_new((int)shape->dim[rank - 1], (int)shape->dim[rank - 2], out, err);
    if (!status && head >= 0)
        add_heads(&one.tensor, head, 1, 1, out);
    else if (!status)
        add_heads(&one.tensor, 0, all, show == LRP_SHOW_ACTIVATION ? (double)all : 1, out);
    if (heads) *heads = all;
    lrp_sample_close(&one);
    return status;
}

/* ---- patches ---- */

/* The product of queries and keys that a softmax is taken of; -1: it was not found. */
static int product_before(const struct lrp_layer_list *list, int layer)
{
    enum { FARTHEST = 16 };
    for (int steps = 0; layer > 0 && steps < FARTHEST; steps++) {
        const struct lrp_layer *l = &list->rows[layer];
        if (strcmp(l->group, "product") == 0) return layer;
        int next = 0;
        for (int k = 0; k < l->input_count && !next; k++)
            if (l->sources[k] > 0 && list->rows[l->sources[k]].carries) next = l->sources[k];
        layer = next;
    }
    return -1;
}

bool lrp_snapshot_attends_across(const struct lrp_snapshot *snapshot, int softmax)
{
    const int product = product_before(snapshot->layers, softmax);
    const struct lrp_layer *l = product > 0 ? &snapshot->layers->rows[product] : NULL;
    return l && l->input_count == 2 && l->sources[0] > 0 && l->sources[1] > 0 &&
           snapshot->decoder[l->sources[0]] != snapshot->decoder[l->sources[1]];
}

enum lrp_status lrp_snapshot_patches(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                     struct lrp_plane *out, float *apart, struct lrp_error *err)
{
    const bool there = layer >= 0 && (size_t)layer < snapshot->layers->count;
    const struct lrp_patches patches = there ? snapshot->patches[layer] : (struct lrp_patches){0};
    struct lrp_sample one;
    *out = (struct lrp_plane){0};
    if (!patches.height)
        return lrp_fail(err, LRP_UNSUPPORTED, "the rows of layer %s are no patches of a picture",
                        there ? snapshot->layers->rows[layer].name : "");
    enum lrp_status status = open_layer(snapshot, layer, show, sample, &one, err);
    if (!status && (one.tensor.shape.rank != 3 || one.tensor.shape.dim[0] != 1 ||
                    one.tensor.shape.dim[1] != patches.in_front + patches.height * patches.width))
        status = lrp_fail(err, LRP_UNSUPPORTED, "layer %s has no row for every patch", snapshot->layers->rows[layer].name);
    if (!status) status = lrp_plane_new((int)patches.width, (int)patches.height, out, err);
    if (!status) {
        add_features(&one.tensor, 0, (size_t)patches.in_front, apart);
        add_features(&one.tensor, (size_t)patches.in_front, (size_t)(patches.height * patches.width), out->values);
    }
    lrp_sample_close(&one);
    return status;
}
