/* paint_planes.c: pictures of planes: one of them, weights, two settings, channels as tiles. */
#include "paint.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heat.h"
#include "paint_work.h"

enum { LRP_WEIGHTS_MOST = 1 << 25, LRP_SIDE_MOST = 1024 };

/* The kind of heatmap whose options hold. */
enum lrp_show lrp_drawn_as(const struct lrp_subject *subject)
{
    const enum lrp_show file = lrp_preview_row(subject->kind)->file;
    return file == LRP_SHOW_OVERLAY ? file : subject->show;
}

void lrp_paint_range(const struct lrp_plane *const *planes, size_t count, struct lrp_painting *p)
{
    lrp_range_of(planes, count, &p->options, &p->range, NULL);
}

/* One plane of a snapshot; the chosen channel, if there is one. */
static enum lrp_status plane_of(struct lrp_paint_work *w, const struct lrp_snapshot *snapshot, int layer, struct lrp_plane *out)
{
    const struct lrp_subject *r = w->subject;
    if (w->out->channel >= 0)
        return lrp_snapshot_channel_plane(snapshot, layer, r->show, r->sample, w->out->channel, out, &w->err);
    return lrp_snapshot_plane(snapshot, layer, r->show, r->sample, out, &w->err);
}

/* Numbers and strengths of channels; the chosen one among them. */
static enum lrp_status order_of(struct lrp_paint_work *w, int64_t **order, double **strength, size_t *count)
{
    const struct lrp_subject *r = w->subject;
    const enum lrp_status status =
        lrp_snapshot_channels(w->snapshot, r->layer, r->show, r->sample, order, strength, count, &w->err);
    if (status) return status;
    const size_t at = r->channel < 0 ? 0 : (size_t)r->channel < *count ? (size_t)r->channel : *count - 1;
    w->out->channels = (int64_t)*count;
    if (r->channel >= 0) {
        w->out->channel = (*order)[at];
        w->out->strength = (*strength)[at];
    }
    return LRP_OK;
}

static enum lrp_status choose_channel(struct lrp_paint_work *w)
{
    int64_t *order = NULL;
    double *strength = NULL;
    size_t count = 0;
    const struct lrp_tensor *t =
        lrp_result_tensor(w->subject->show == LRP_SHOW_ACTIVATION ? w->snapshot->activation[w->subject->layer]
                                                                  : w->snapshot->relevance[w->subject->layer]);
    w->out->channels = w->subject->show != LRP_SHOW_WEIGHTS && t ? lrp_channel_count(t, false) : 0;
    if (w->subject->channel < 0) return LRP_OK;
    const enum lrp_status status = order_of(w, &order, &strength, &count);
    free(order);
    free(strength);
    return status;
}

/* ---- kinds ---- */

/* A vector has no places; at the model's end its elements are classes. */
static void name_elements(struct lrp_paint_work *w)
{
    const struct lrp_layer *layer = &w->snapshot->layers->rows[w->subject->layer];
    struct lrp_painting *p = w->out;
    p->vector = layer->shape->rank == 2 && p->plane.width * p->plane.height > 1;
    if (!p->vector || layer->index == 0 || layer->consumer_count > 0 || !*lrp_snapshot_label(w->snapshot, 0)) return;
    const size_t count = (size_t)p->plane.width * (size_t)p->plane.height;
    p->across.items = calloc(count, sizeof *p->across.items);
    for (size_t i = 0; p->across.items && i < count && !lrp_is_blank(p->plane.values[i]); i++) {
        p->across.items[i].text = strdup(lrp_snapshot_label(w->snapshot, (int64_t)i));
        if (!p->across.items[i].text) return;
        p->across.count = i + 1;
    }
}

enum lrp_status lrp_paint_one(struct lrp_paint_work *w)
{
    const struct lrp_plane *planes[] = {&w->out->plane};
    enum lrp_status status = choose_channel(w);
    if (!status) status = plane_of(w, w->snapshot, w->subject->layer, &w->out->plane);
    if (!status) lrp_paint_range(planes, 1, w->out);
    const struct lrp_layer *layer = &w->snapshot->layers->rows[w->subject->layer];
    if (!status && layer->index == 0 && w->subject->show == LRP_SHOW_ACTIVATION && w->out->channel < 0)
        (void)lrp_snapshot_picture(w->snapshot, w->subject->layer, w->subject->sample, w->out->photo,
                                   &w->err); /* else its values are shown */
    if (!status && w->subject->show != LRP_SHOW_WEIGHTS) name_elements(w);
    return !status ? lrp_snapshot_underlay(w->snapshot, w->subject->layer, lrp_drawn_as(w->subject), w->subject->sample,
                                           &w->out->plane, &w->out->grey, &w->err)
                   : status;
}

/* The input as it is, relevance, and one over the other, or why that cannot be. */
enum lrp_status lrp_paint_triptych(struct lrp_paint_work *w)
{
    struct lrp_painting *p = w->out;
    const struct lrp_subject *r = w->subject;
    const struct lrp_plane *planes[] = {&p->plane};
    struct lrp_error err;
    enum lrp_status status = lrp_snapshot_picture(w->snapshot, r->layer, r->sample, p->photo, &w->err);
    if (!status) status = plane_of(w, w->snapshot, r->layer, &p->plane);
    if (status) return status;
    lrp_paint_range(planes, 1, p);
    if (!lrp_snapshot_plane(w->snapshot, r->layer, LRP_SHOW_OVERLAY, r->sample, &p->other, &err) &&
        !lrp_snapshot_underlay(w->snapshot, r->layer, LRP_SHOW_OVERLAY, r->sample, &p->other, &p->grey, &err))
        return LRP_OK;
    lrp_plane_free(&p->other);
    snprintf(p->note, sizeof p->note, "%.159s", err.message);
    return LRP_OK;
}

/* The model's inputs one after the other, the first where no channel is chosen. */
enum lrp_status lrp_paint_inputs(struct lrp_paint_work *w)
{
    struct lrp_painting *p = w->out;
    const struct lrp_plane *planes[] = {&p->plane};
    const size_t count = w->snapshot->input_count, at = (size_t)w->subject->channel + 1;
    const struct lrp_snapshot_input *input = &w->snapshot->inputs[at < count ? at : count - 1];
    p->channels = (int64_t)count - 1;
    snprintf(p->note, sizeof p->note, "input %zu of %zu: %.100s, sum %.4g", (at < count ? at : count - 1) + 1, count,
             input->name, input->sum);
    const struct lrp_tensor *t = lrp_result_tensor(input->relevance);
    enum lrp_status status = t ? lrp_plane_from_tensor(t, w->subject->sample, p->options.reduction, false, &p->plane, &w->err)
                               : lrp_plane_new(1, 1, &p->plane, &w->err); /* of a mask, say: none arrives there */
    if (!status) lrp_paint_range(planes, 1, p);
    return status;
}

/* Shrunk to what a screen can show: drawing it must not take long. */
enum lrp_status lrp_paint_weights(struct lrp_paint_work *w)
{
    const int64_t parameters = w->snapshot->layers->rows[w->subject->layer].parameters;
    struct lrp_plane *plane = &w->out->plane, small;
    if (parameters > LRP_WEIGHTS_MOST)
        return lrp_fail(&w->err, LRP_UNSUPPORTED, "%lld weights are too many to draw", (long long)parameters);
    enum lrp_status status = lrp_paint_one(w);
    if (status || (plane->width <= LRP_SIDE_MOST && plane->height <= LRP_SIDE_MOST)) return status;
    status = lrp_plane_resample(plane, plane->width < LRP_SIDE_MOST ? plane->width : LRP_SIDE_MOST,
                                plane->height < LRP_SIDE_MOST ? plane->height : LRP_SIDE_MOST, LRP_FILTER_BOX, &small, &w->err);
    if (status) return status;
    lrp_plane_free(plane);
    *plane = small;
    return LRP_OK;
}

int lrp_stored_layer(const struct lrp_snapshot *stored, const struct lrp_snapshot *snapshot, int layer)
{
    const struct lrp_layer_list *list = stored->layers;
    const char *name = snapshot->layers->rows[layer].name;
    if ((size_t)layer < lrp_layer_rows(list) && strcmp(list->rows[layer].name, name) == 0) return layer;
    for (size_t i = 1; i < lrp_layer_rows(list); i++)
        if (strcmp(list->rows[i].name, name) == 0) return (int)i;
    return -1;
}

__attribute__((format(printf, 3, 4))) static void tell(char *out, size_t size, const char *format, ...)
{
    const size_t used = strlen(out);
    va_list arguments;
    va_start(arguments, format);
    snprintf(out + used, size - used, "%s", used ? "; " : "");
    vsnprintf(out + strlen(out), size - strlen(out), format, arguments);
    va_end(arguments);
}

/* What makes two results two: picture, class, settings, rules. */
static void tell_differences(const struct lrp_snapshot *a, const struct lrp_snapshot *b, char *out, size_t size)
{
    *out = 0;
    if (strcmp(a->input_label ? a->input_label : "", b->input_label ? b->input_label : "") != 0)
        tell(out, size, "input %.30s, now %.30s", a->input_label ? a->input_label : "-", b->input_label ? b->input_label : "-");
    if (a->target_count && b->target_count && a->targets[0].index != b->targets[0].index)
        tell(out, size, "class %lld %.20s, now %lld %.20s", (long long)a->targets[0].index, a->targets[0].label,
             (long long)b->targets[0].index, b->targets[0].label);
    for (int i = 0; i < LRP_SETTING_COUNT; i++) {
        const char *x = lrp_settings_get(a->settings, (enum lrp_setting)i),
                   *y = lrp_settings_get(b->settings, (enum lrp_setting)i);
        if (strcmp(x, y) != 0)
            tell(out, size, "%s %.40s, now %.40s", lrp_setting_key((enum lrp_setting)i), *x ? x : "-", *y ? y : "-");
    }
    int rules = 0;
    for (size_t i = 0; i < b->layers->count && b->layers->count == a->layers->count; i++)
        rules += a->rules && b->rules && strcmp(a->rules[i], b->rules[i]) != 0;
    if (rules) tell(out, size, "rules of %d layer%s", rules, rules == 1 ? "" : "s");
}

enum lrp_status lrp_paint_compare(struct lrp_paint_work *w)
{
    struct lrp_painting *p = w->out;
    const struct lrp_plane *both[] = {&p->plane, &p->other}, *difference[] = {&p->difference};
    const int layer = w->stored ? lrp_stored_layer(w->stored, w->snapshot, w->subject->layer) : -1;
    if (layer < 0)
        return lrp_fail(&w->err, LRP_UNSUPPORTED, "nothing is stored of this layer: {store} stores the present result");
    enum lrp_status status = plane_of(w, w->snapshot, w->subject->layer, &p->plane);
    if (!status) status = plane_of(w, w->stored, layer, &p->other);
    if (!status) status = lrp_plane_difference(&p->other, &p->plane, &p->difference, &w->err);
    if (status) return status;
    struct lrp_heatmap_options options = p->options;
    if (!lrp_colormap_diverging(options.colormap)) options.colormap = lrp_colormap_find(NULL, "seismic");
    p->sum_before = w->stored->relevance_statistics[layer].sum;
    p->sum_now = w->snapshot->relevance_statistics[w->subject->layer].sum;
    tell_differences(w->stored, w->snapshot, p->note, sizeof p->note);
    p->correlation = lrp_plane_correlation(&p->other, &p->plane);
    lrp_paint_range(both, 2, p);
    return lrp_range_of(difference, 1, &options, &p->difference_range, &w->err);
}

/* ---- channels ---- */

static int smaller_score(int a, int b)
{
    return a < b ? a : b;
}

/* As finely as it can be shown: in cells, or in pixels where the terminal has them. */
enum lrp_status lrp_paint_tile(struct lrp_paint_work *w, struct lrp_plane *plane, int64_t channel, double strength)
{
    struct lrp_painting *p = w->out;
    const struct lrp_heat_area area =
        lrp_heat_area(w->caps, plane->width, plane->height, (struct lrp_rect){0, 0, p->layout.width, p->layout.height});
    struct lrp_tile *tile = &p->tiles[p->tile_count];
    const int width = area.across > 0 ? smaller_score(area.across, plane->width) : area.width,
              height = area.down > 0 ? smaller_score(area.down, plane->height) : area.height;
    const enum lrp_status status =
        lrp_plane_resample(plane, width > 0 ? width : 1, height > 0 ? height : 1, LRP_FILTER_BOX, &tile->plane, &w->err);
    lrp_plane_free(plane);
    if (status) return status;
    tile->channel = channel;
    tile->strength = strength;
    p->tile_count++;
    return LRP_OK;
}

/* The planes of a page of channels; [count] is the strongest of all, so that pages can be compared. */
static enum lrp_status page_planes(struct lrp_paint_work *w, const int64_t *order, size_t first, size_t count,
                                   struct lrp_plane *planes)
{
    const struct lrp_subject *r = w->subject;
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i <= count; i++)
        status = lrp_snapshot_channel_plane(w->snapshot, r->layer, r->show, r->sample, order[i < count ? first + i : 0],
                                            &planes[i], &w->err);
    return status;
}

static enum lrp_status paint_page(struct lrp_paint_work *w, const int64_t *order, const double *strength, size_t first,
                                  size_t count)
{
    struct lrp_plane *planes = calloc(count + 1, sizeof *planes);
    const struct lrp_plane **pointers = calloc(count + 1, sizeof(struct lrp_plane *));
    w->out->tiles = calloc(count, sizeof *w->out->tiles);
    enum lrp_status status = LRP_MEMORY;
    if (planes && pointers && w->out->tiles)
        status = page_planes(w, order, first, count, planes);
    else
        lrp_fail(&w->err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i <= count; i++) pointers[i] = &planes[i];
    if (!status) lrp_paint_range(pointers, count + 1, w->out);
    for (size_t i = 0; !status && i < count; i++) status = lrp_paint_tile(w, &planes[i], order[first + i], strength[first + i]);
    for (size_t i = 0; planes && i <= count; i++) lrp_plane_free(&planes[i]);
    free(planes);
    free(pointers);
    return status;
}

enum lrp_status lrp_paint_channels(struct lrp_paint_work *w)
{
    struct lrp_painting *p = w->out;
    int64_t *order = NULL;
    double *strength = NULL;
    size_t count = 0;
    struct lrp_plane plane = {0};
    enum lrp_status status = order_of(w, &order, &strength, &count);
    if (!status)
        status = lrp_snapshot_channel_plane(w->snapshot, w->subject->layer, w->subject->show, w->subject->sample, order[0],
                                            &plane, &w->err);
    if (!status) {
        const size_t chosen = w->subject->channel < 0               ? 0
                              : (size_t)w->subject->channel < count ? (size_t)w->subject->channel
                                                                    : count - 1;
        p->layout = lrp_tiles_make(w->caps, w->subject->columns, w->subject->rows, plane.width, plane.height, count);
        const size_t page = (size_t)p->layout.across * (size_t)p->layout.down;
        p->first_tile = chosen / page * page;
        status = paint_page(w, order, strength, p->first_tile, count - p->first_tile < page ? count - p->first_tile : page);
    }
    lrp_plane_free(&plane);
    free(order);
    free(strength);
    return status;
}
