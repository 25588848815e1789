/* paint_lens.c: the picture of what a model would say after each of its blocks: a row a block, a column a position, the
 * strongest class and its probability at each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lrpscope/text.h"
#include "paint_work.h"

static enum lrp_status no_memory_for_lens(struct lrp_paint_work *w)
{
    return lrp_fail(&w->err, LRP_MEMORY, "not enough memory");
}

static bool mark_blocks(struct lrp_paint_work *w, const struct lrp_lens_seen *l)
{
    struct lrp_marks *down = &w->out->down;
    bool ok = lrp_marks_make(down, l->done);
    for (size_t i = 0; ok && i < l->done; i++) {
        down->items[i] = (struct lrp_mark){.id = l->layers[i], .numbered = true};
        down->items[i].text = strdup(w->snapshot->layers->rows[l->layers[i]].name);
        ok = down->items[i].text != NULL;
    }
    return ok;
}

/* The tokens of the text that the positions are of; a head for the last tokens only has no position for the others. */
static enum lrp_status mark_positions(struct lrp_paint_work *w, const struct lrp_lens_seen *l)
{
    struct lrp_token_map map;
    enum lrp_status status = lrp_snapshot_tokens(w->snapshot, w->subject->sample, &map, &w->err);
    const struct lrp_token_map *text = !status && map.decoder && map.decoder->count ? map.decoder : &map;
    const size_t positions = (size_t)l->positions;
    if (!status && text->count >= positions && positions > 1 &&
        (!lrp_marks_make(&w->out->across, positions) || !lrp_marks_tokens(&w->out->across, text, text->count - positions)))
        status = no_memory_for_lens(w);
    lrp_token_map_free(&map);
    return status;
}

/* A mark's number is the rank of what is said at last. */
static enum lrp_status put_places(struct lrp_paint_work *w, const struct lrp_lens_seen *l)
{
    struct lrp_painting *p = w->out;
    const size_t positions = (size_t)l->positions;
    bool ok = lrp_marks_make(&p->cells, l->done * positions);
    for (size_t i = 0; ok && i < l->done * positions; i++) {
        const size_t row = i / positions, samples = (size_t)l->samples,
                     at = (row * samples + (size_t)w->subject->sample) * positions + i % positions;
        char *reading = lrp_snapshot_reading(w->snapshot, l->top[at]);
        p->plane.values[i] = l->probability[at];
        p->cells.items[i] = (struct lrp_mark){.id = l->rank[at], .text = reading ? lrp_mark_shown(reading) : NULL};
        ok = p->cells.items[i].text != NULL;
        free(reading);
    }
    return ok ? LRP_OK : no_memory_for_lens(w);
}

enum lrp_status lrp_paint_lens(struct lrp_paint_work *w)
{
    const struct lrp_lens_seen *l = w->snapshot->lens;
    struct lrp_painting *p = w->out;
    if (l && l->refusal) return lrp_fail(&w->err, LRP_UNSUPPORTED, "%s", l->refusal);
    if (!l || !l->done || w->subject->sample >= l->samples)
        return lrp_fail(&w->err, LRP_UNSUPPORTED, "what is said after each block has not been computed (yet)");
    enum lrp_status status = lrp_plane_new((int)l->positions, (int)l->done, &p->plane, &w->err);
    if (!status && !mark_blocks(w, l)) status = no_memory_for_lens(w);
    if (!status) status = mark_positions(w, l);
    if (!status) status = put_places(w, l);
    p->range = (struct lrp_range){.low = 0, .high = 1};
    if (lrp_colormap_diverging(p->options.colormap)) p->range = (struct lrp_range){.low = -1, .high = 1, .symmetric = true};
    return status;
}
