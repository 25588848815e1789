/* paint.c: the pictures of the preview, see paint.h: by the same library functions that exported files are made with. */
#include <string.h>

#include "heat.h"
#include "paint_work.h"

/* Drawn from numbers that are there. */
enum lrp_status lrp_paint_nothing(struct lrp_paint_work *w)
{
    (void)w;
    return LRP_OK;
}

void lrp_paint(const struct lrp_caps *caps, const struct lrp_subject *subject, const struct lrp_snapshot *snapshot,
               const struct lrp_snapshot *stored, struct lrp_painting *out)
{
    static lrp_painter *const painters[] = {
#define X(id, drawn, painted, ...) lrp_paint_##painted,
        LRP_PREVIEWS(X)
#undef X
    };
    struct lrp_paint_work w = {.caps = caps, .subject = subject, .snapshot = snapshot, .stored = stored, .out = out};
    *out = (struct lrp_painting){.subject = *subject, .channel = -1, .release = lrp_painting_release};
    enum lrp_status status = lrp_snapshot_heatmap_options(snapshot, lrp_drawn_as(subject), &out->options, &w.err);
    lrp_colormap_set_retain(out->options.maps); /* the picture outlives the snapshot */
    if (!status) status = painters[subject->kind](&w);
    if (!status) return;
    lrp_painting_clear(out);
    *out = (struct lrp_painting){.subject = *subject, .channel = -1, .release = lrp_painting_release};
    memcpy(out->reason, w.err.message, sizeof out->reason - 1); /* the message is longer: cut; the last byte stays 0 */
}
