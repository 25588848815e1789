/* planes.c: what a layer's heatmap is made of: planes of its relevance, activation, weights and channels; the grey input
 * below. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { LRP_CHANNELS_MOST = 256 }; /* tiles of a grid */
static const double overlay_alpha = 0.6;

const char *lrp_show_name(enum lrp_show show)
{
    static const char *const names[] = {
#define X(name, text) text,
        LRP_SHOWS(X)
#undef X
    };
    return names[show];
}

/* What the heatmaps of the method are unless something else is asked for. */
static enum lrp_status take_method(const struct lrp_settings *settings, struct lrp_heatmap_options *out, struct lrp_error *err)
{
    struct lrp_method_call method;
    enum lrp_status status = lrp_method_parse(lrp_settings_get(settings, LRP_SETTING_METHOD), &method, err);
    if (status) return status;
    /* a mean of many passes looks as one of them does */
    const struct lrp_method_info *info = method.row->pass_argument ? &lrp_method_pass(&method)->info : &method.row->info;
    if (info->colormap) status = lrp_heatmap_option_set(out, "colormap", info->colormap, err);
    if (!status && info->reduce) status = lrp_heatmap_option_set(out, "reduce", info->reduce, err);
    lrp_method_call_free(&method);
    return status;
}

enum lrp_status lrp_settings_heatmap(const struct lrp_settings *settings, enum lrp_show show, struct lrp_heatmap_options *out,
                                     struct lrp_error *err)
{
    static const enum lrp_setting keys[] = {LRP_SETTING_COLORMAP, LRP_SETTING_REDUCE, LRP_SETTING_OVERLAY,
                                            LRP_SETTING_CLIP,     LRP_SETTING_GAMMA,  LRP_SETTING_SIZE_FACTOR};
    const bool of_method = show != LRP_SHOW_ACTIVATION && show != LRP_SHOW_WEIGHTS;
    lrp_heatmap_defaults(of_method ? "relevance" : show == LRP_SHOW_WEIGHTS ? "weights" : "activation", out);
    enum lrp_status status = of_method ? take_method(settings, out, err) : LRP_OK;
    out->maps = settings->colormaps;
    if (show == LRP_SHOW_OVERLAY) out->overlay = overlay_alpha;
    for (size_t i = 0; !status && i < sizeof keys / sizeof *keys; i++)
        if (*lrp_settings_get(settings, keys[i]))
            status = lrp_heatmap_option_set(out, lrp_setting_key(keys[i]), lrp_settings_get(settings, keys[i]), err);
    return status;
}

enum lrp_status lrp_snapshot_heatmap_options(const struct lrp_snapshot *snapshot, enum lrp_show show,
                                             struct lrp_heatmap_options *out, struct lrp_error *err)
{
    return lrp_settings_heatmap(snapshot->settings, show, out, err);
}

bool lrp_snapshot_channels_last(const struct lrp_snapshot *s, int layer, const struct lrp_tensor *t)
{
    const char *layout = lrp_settings_get(s->settings, LRP_SETTING_LAYOUT);
    if (s->layers->rows[layer].index != 0 || t->shape.rank != 4) return false;
    if (*layout) return strcmp(layout, "nhwc") == 0;
    int64_t first = t->shape.dim[1], last = t->shape.dim[3];
    return first != 1 && first != 3 && (last == 1 || last == 3);
}

const struct lrp_blob *lrp_snapshot_weights(const struct lrp_snapshot *s, int layer)
{
    const struct lrp_network *n = lrp_snapshot_box(s)->setup->network;
    const int anchor = n->view->nodes[layer].anchor;
    const struct lrp_node *node = anchor >= 0 ? &n->graph->nodes[anchor] : NULL;
    const int value = node ? lrp_node_input(node, 1) : -1; /* its call may be filled in by the worker (late.h) */
    const struct lrp_blob *blob = value < 0 ? NULL : n->graph->values[value].desc.constant;
    return blob && lrp_dtype_is_float(blob->dtype) && blob->count && blob->shape->rank >= 1 ? blob : NULL;
}

static enum lrp_status weights_plane(const struct lrp_snapshot *s, int layer, enum lrp_reduction reduction,
                                     struct lrp_plane *plane, struct lrp_error *err)
{
    const struct lrp_layer *l = &s->layers->rows[layer];
    const struct lrp_blob *blob = lrp_snapshot_weights(s, layer);
    if (!blob) return lrp_fail(err, LRP_UNSUPPORTED, "%s: layer %s (%s) has no weights", s->model_path, l->name, l->type);
    struct lrp_tensor *weights = NULL;
    enum lrp_status status = lrp_blob_tensor(blob, &weights, err);
    if (!status) status = lrp_plane_from_weights(weights, reduction, plane, err);
    lrp_tensor_release(weights);
    return status;
}

/* A layer's relevance or activation (borrowed). */
static enum lrp_status tensor_of(const struct lrp_snapshot *s, int layer, enum lrp_show show, const struct lrp_tensor **out,
                                 struct lrp_error *err)
{
    *out = NULL;
    if (layer < 0 || (size_t)layer >= lrp_layer_rows(s->layers)) return lrp_fail(err, LRP_USAGE, "there is no layer %d", layer);
    const struct lrp_result *numbers = show == LRP_SHOW_ACTIVATION ? s->activation[layer]
                                       : show == LRP_SHOW_WEIGHTS  ? NULL
                                                                   : s->relevance[layer];
    *out = lrp_result_tensor(numbers);
    if (*out || show == LRP_SHOW_WEIGHTS) return LRP_OK;
    if (numbers) return lrp_fail(err, LRP_MEMORY, "not enough memory to show layer %s", s->layers->rows[layer].name);
    const char *name = s->layers->rows[layer].name;
    if (show != LRP_SHOW_ACTIVATION && lrp_job_has_relevance(s->job))
        return lrp_fail(err, LRP_UNSUPPORTED,
                        "%s: layer %s: no relevance reaches it (choose a layer before the explained output)", s->model_path,
                        name);
    return lrp_fail(err, LRP_UNSUPPORTED, "layer %s has no %s yet", name,
                    show == LRP_SHOW_ACTIVATION ? "activation" : "relevance");
}

/* One sample of it. */
static enum lrp_status sample_of(const struct lrp_snapshot *s, int layer, enum lrp_show show, int64_t sample,
                                 struct lrp_sample *out, struct lrp_error *err)
{
    const struct lrp_setup *setup = lrp_snapshot_box(s)->setup;
    const struct lrp_tensor *t;
    *out = (struct lrp_sample){0};
    const enum lrp_status status = tensor_of(s, layer, show, &t, err);
    if (status || !t) return status;
    return lrp_sample_open(setup, lrp_network_layer_value(setup->network, (size_t)layer), t, sample, out, err);
}

static enum lrp_status channels_plane(const struct lrp_tensor *t, bool last, struct lrp_plane *plane, struct lrp_error *err)
{
    int64_t *order = NULL;
    const size_t all = (size_t)lrp_channel_count(t, last), count = all < LRP_CHANNELS_MOST ? all : LRP_CHANNELS_MOST;
    enum lrp_status status = lrp_channel_order(t, 0, last, &order, NULL, err);
    if (!status) status = lrp_plane_from_channels(t, 0, last, order, count, 0, plane, err);
    free(order);
    return status;
}

enum lrp_status lrp_snapshot_plane(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                   struct lrp_plane *out, struct lrp_error *err)
{
    struct lrp_heatmap_options options;
    struct lrp_sample one = {0};
    float apart[LRP_IN_FRONT_MOST];
    *out = (struct lrp_plane){0};
    if (show == LRP_SHOW_OVERLAY && layer >= 0 && (size_t)layer < snapshot->layers->count && snapshot->patches[layer].height)
        return lrp_snapshot_patches(snapshot, layer, LRP_SHOW_RELEVANCE, sample, out, apart, err);
    enum lrp_status status = sample_of(snapshot, layer, show, sample, &one, err);
    if (!status) status = lrp_settings_heatmap(snapshot->settings, show, &options, err);
    const bool last = lrp_snapshot_channels_last(snapshot, layer, &one.tensor);
    if (!status && show == LRP_SHOW_WEIGHTS)
        status = weights_plane(snapshot, layer, options.reduction, out, err);
    else if (!status && show == LRP_SHOW_CHANNELS)
        status = channels_plane(&one.tensor, last, out, err);
    else if (!status)
        status = lrp_plane_from_tensor(&one.tensor, 0, options.reduction, last, out, err);
    lrp_sample_close(&one);
    return status;
}

enum lrp_status lrp_snapshot_channels(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                      int64_t **order, double **strength, size_t *count, struct lrp_error *err)
{
    struct lrp_sample one = {0};
    enum lrp_status status = show == LRP_SHOW_WEIGHTS ? lrp_fail(err, LRP_USAGE, "weights have no channels")
                                                      : sample_of(snapshot, layer, show, sample, &one, err);
    if (status) return status;
    const bool last = lrp_snapshot_channels_last(snapshot, layer, &one.tensor);
    *count = (size_t)lrp_channel_count(&one.tensor, last);
    status = lrp_channel_order(&one.tensor, 0, last, order, strength, err);
    lrp_sample_close(&one);
    return status;
}

enum lrp_status lrp_snapshot_channel_plane(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                           int64_t channel, struct lrp_plane *out, struct lrp_error *err)
{
    struct lrp_sample one = {0};
    *out = (struct lrp_plane){0};
    enum lrp_status status = show == LRP_SHOW_WEIGHTS ? lrp_fail(err, LRP_USAGE, "weights have no channels")
                                                      : sample_of(snapshot, layer, show, sample, &one, err);
    if (!status)
        status =
            lrp_plane_from_channel(&one.tensor, 0, channel, lrp_snapshot_channels_last(snapshot, layer, &one.tensor), out, err);
    lrp_sample_close(&one);
    return status;
}

enum lrp_status lrp_snapshot_concept_plane(const struct lrp_snapshot *snapshot, size_t k, int64_t sample, struct lrp_plane *out,
                                           struct lrp_error *err)
{
    const struct lrp_snapshot_box *box = lrp_snapshot_box(snapshot);
    struct lrp_heatmap_options options;
    struct lrp_sample one = {0};
    *out = (struct lrp_plane){0};
    if (k >= box->concepts.done) return lrp_fail(err, LRP_UNSUPPORTED, "there is no such heatmap (yet)");
    const int input = lrp_network_layer_value(box->setup->network, 0);
    enum lrp_status status = lrp_settings_heatmap(snapshot->settings, LRP_SHOW_RELEVANCE, &options, err);
    if (!status) status = lrp_sample_open(box->setup, input, box->maps->map[k], sample, &one, err);
    if (!status)
        status = lrp_plane_from_tensor(&one.tensor, 0, options.reduction, lrp_snapshot_channels_last(snapshot, 0, &one.tensor),
                                       out, err);
    lrp_sample_close(&one);
    return status;
}

/* The values of a plane become 0..1; where they cannot, the middle. */
static void spread_plane(struct lrp_plane *plane)
{
    const size_t count = (size_t)plane->width * (size_t)plane->height;
    float low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(plane->values[i])) continue;
        low = fminf(low, plane->values[i]);
        high = fmaxf(high, plane->values[i]);
    }
    for (size_t i = 0; i < count; i++)
        plane->values[i] = high > low && isfinite(plane->values[i]) ? (plane->values[i] - low) / (high - low) : 0.5F;
}

/* Marks the row of the model input that a layer reads as its input number k. */
static void mark_input(const struct lrp_layer_list *list, const struct lrp_layer *l, int k, bool *below)
{
    for (size_t i = list->count; i < lrp_layer_rows(list); i++)
        if (strcmp(list->rows[i].name, l->inputs[k]) == 0) {
            below[i] = true;
            return;
        }
    below[0] = true;
}

/* The rows that a layer is made from; all inputs if it is none. */
static void mark_below(const struct lrp_layer_list *list, int layer, bool *below)
{
    for (size_t i = 0; layer < 0 && i < lrp_layer_rows(list); i++) below[i] = list->rows[i].index == 0;
    if (layer >= 0) below[layer] = true;
    for (int i = layer; i > 0; i--)
        for (int k = 0; below[i] && k < list->rows[i].input_count; k++) {
            const int source = list->rows[i].sources[k];
            if (source == 0)
                mark_input(list, &list->rows[i], k, below);
            else if (source > 0 && source < i)
                below[source] = true;
        }
}

int lrp_snapshot_picture_row(const struct lrp_snapshot *s, int layer)
{
    const struct lrp_layer_list *list = s->layers;
    if (layer >= 0 && list->rows[layer].index == 0) return layer;
    if (layer >= 0 && s->places[layer] >= 0) return s->places[layer];
    bool *below = list->further_inputs ? calloc(lrp_layer_rows(list), sizeof *below) : NULL;
    int found = 0;
    if (!below) return 0;
    mark_below(list, layer, below);
    const struct lrp_tensor *first = lrp_result_tensor(s->activation[0]);
    if (below[0] && first && first->shape.rank == 4) goto done;
    for (size_t i = lrp_layer_rows(list); i-- > list->count;) {
        const struct lrp_tensor *t = below[i] ? lrp_result_tensor(s->activation[i]) : NULL;
        if (t && t->shape.rank == 4) found = (int)i;
    }
done:
    free(below);
    return found;
}

/* Whether a plane has a place for everything in the picture of width x height. */
static bool has_places(const struct lrp_snapshot *s, int layer, const struct lrp_plane *plane, int64_t width, int64_t height)
{
    if (layer >= 0 && s->patches[layer].height > 0)
        return plane->width == s->patches[layer].width && plane->height == s->patches[layer].height;
    if (layer >= 0) return s->places[layer] >= 0;
    return plane->width > 1 && plane->height > 1 && plane->width * height == plane->height * width;
}

static enum lrp_status no_places(const struct lrp_snapshot *s, int layer, struct lrp_error *err)
{
    char shape[160];
    if (layer < 0) return lrp_fail(err, LRP_UNSUPPORTED, "no overlay: these values have no places in the picture");
    return lrp_fail(err, LRP_UNSUPPORTED, "no overlay of layer %s: its values (%s) have no places in the picture",
                    s->layers->rows[layer].name, lrp_shape_text(s->layers->rows[layer].shape, 1, "x", shape, sizeof shape));
}

enum lrp_status lrp_snapshot_underlay(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                      struct lrp_plane *plane, struct lrp_plane *grey, struct lrp_error *err)
{
    struct lrp_heatmap_options options;
    const int input = lrp_snapshot_picture_row(snapshot, layer);
    const struct lrp_tensor *t = lrp_result_tensor(snapshot->activation[input]);
    struct lrp_sample one = {0};
    *grey = (struct lrp_plane){0};
    enum lrp_status status = lrp_settings_heatmap(snapshot->settings, show, &options, err);
    if (status || options.overlay >= 1 || show == LRP_SHOW_WEIGHTS || show == LRP_SHOW_CHANNELS) return status;
    if (!t || t->shape.rank != 4)
        return show != LRP_SHOW_OVERLAY
                   ? LRP_OK
                   : lrp_fail(err, LRP_UNSUPPORTED, "the input is no picture: there is nothing to lay it over");
    const int first = lrp_snapshot_channels_last(snapshot, input, t) ? 1 : 2;
    if (!has_places(snapshot, layer, plane, t->shape.dim[first + 1], t->shape.dim[first]))
        return show == LRP_SHOW_OVERLAY ? no_places(snapshot, layer, err) : LRP_OK;
    status = sample_of(snapshot, input, LRP_SHOW_ACTIVATION, sample, &one, err);
    if (!status)
        status = lrp_plane_from_tensor(&one.tensor, 0, LRP_REDUCE_SUM, lrp_snapshot_channels_last(snapshot, input, &one.tensor),
                                       grey, err);
    lrp_sample_close(&one);
    if (!status) spread_plane(grey);
    if (!status) status = lrp_plane_match(plane, grey, err);
    if (status) lrp_plane_free(grey);
    return status;
}
