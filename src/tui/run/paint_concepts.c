/* paint_concepts.c: the picture of a layer's channels: the input's relevance, then what of it has passed each of them. */
#include <math.h>
#include <stdlib.h>

#include "concepts.h"
#include "heat.h"
#include "paint_work.h"

/* Every tile has colours of its own: -1 to 1 is its largest value. */
static void normalise(struct lrp_plane *plane)
{
    const size_t count = (size_t)plane->width * (size_t)plane->height;
    float largest = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(plane->values[i])) largest = fmaxf(largest, fabsf(plane->values[i]));
    for (size_t i = 0; largest > 0 && i < count; i++) plane->values[i] /= largest;
}

/* Tile 0 is what the input has under the settings as they are; tile k the heatmap of rank k. */
static enum lrp_status plane_at(struct lrp_paint_work *w, size_t at, struct lrp_plane *out)
{
    const struct lrp_subject *r = w->subject;
    const enum lrp_status status = at ? lrp_snapshot_concept_plane(w->snapshot, at - 1, r->sample, out, &w->err)
                                      : lrp_snapshot_plane(w->snapshot, 0, LRP_SHOW_RELEVANCE, r->sample, out, &w->err);
    if (!status) normalise(out);
    return status;
}

static enum lrp_status paint_at(struct lrp_paint_work *w, size_t at)
{
    const struct lrp_concepts_seen *c = w->snapshot->concepts;
    const char *setting = lrp_settings_get(w->snapshot->settings, LRP_SETTING_CONCEPT);
    const char *layer = w->snapshot->layers->rows[w->subject->layer].name;
    const size_t place = at ? (at - 1) * (size_t)c->samples + (size_t)w->subject->sample : 0;
    struct lrp_painting *p = w->out;
    struct lrp_plane plane;
    enum lrp_status status = plane_at(w, at, &plane);
    if (status) return status;
    struct lrp_tile *tile = &p->tiles[p->tile_count];
    status = lrp_paint_tile(w, &plane, at ? c->channels[place] : -1, at ? c->shares[place] : 0);
    tile->whole = at == 0;
    tile->chosen = at > 0 && lrp_concept_holds(setting, layer, tile->channel);
    for (size_t k = 0; at == 0 && k < c->done; k++) { /* of all, or of those that are chosen */
        const size_t n = k * (size_t)c->samples + (size_t)w->subject->sample;
        if (!*setting || lrp_concept_holds(setting, layer, c->channels[n])) tile->strength += c->shares[n];
    }
    return status;
}

/* Channels of the sample that have a heatmap already. */
static size_t heatmaps_there(const struct lrp_paint_work *w)
{
    const struct lrp_concepts_seen *c = w->snapshot->concepts;
    size_t there = 0;
    while (there < c->done && c->channels[there * (size_t)c->samples + (size_t)w->subject->sample] >= 0) there++;
    return there;
}

enum lrp_status lrp_paint_concepts(struct lrp_paint_work *w)
{
    const struct lrp_concepts_seen *c = w->snapshot->concepts;
    const struct lrp_subject *r = w->subject;
    struct lrp_painting *p = w->out;
    struct lrp_plane first = {0};
    if (!c || c->layer != r->layer || r->sample >= c->samples)
        return lrp_fail(&w->err, LRP_UNSUPPORTED, "there are no heatmaps of these channels (yet)");
    const size_t count = heatmaps_there(w) + 1, wanted = c->count + 1;
    enum lrp_status status = plane_at(w, 0, &first);
    if (status) return status;
    p->channels = (int64_t)count;
    p->layout = lrp_tiles_make(w->caps, r->columns, r->rows, first.width, first.height, wanted);
    lrp_plane_free(&first);
    const size_t page = (size_t)p->layout.across * (size_t)p->layout.down, at = r->channel < 0 ? 0 : (size_t)r->channel;
    p->first_tile = (at < count ? at : count - 1) / page * page;
    p->range = (struct lrp_range){.low = -1, .high = 1, .symmetric = lrp_colormap_diverging(p->options.colormap)};
    if (!p->range.symmetric) p->range.low = 0;
    p->tiles = calloc(page, sizeof *p->tiles);
    if (!p->tiles) return lrp_fail(&w->err, LRP_MEMORY, "not enough memory");
    for (size_t i = p->first_tile; !status && i < count && i < p->first_tile + page; i++) status = paint_at(w, i);
    return status;
}
