/* export_painting.c: what the preview shows as a file, where it is no heatmap of a layer: tokens, matrices of attention, heads
 * and tokens layer by layer, patches. */
#include <stdlib.h>

#include "paint.h"
#include "runner.h"

/* Tokens one after the other; what a decoder has written stands behind an arrow. */
static enum lrp_status write_strip(const struct lrp_painting *p, const char *path, struct lrp_error *err)
{
    struct lrp_strip_cell *cells = calloc(2 * p->across.count + 1, sizeof *cells);
    size_t count = 0;
    if (!cells) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; i < p->across.count; i++) {
        if (p->across.items[i].begins) cells[count++] = (struct lrp_strip_cell){.text = "=>"};
        cells[count++] = (struct lrp_strip_cell){.text = p->across.items[i].text, .value = p->plane.values[i]};
    }
    const struct lrp_strip strip = {.cells = cells, .count = count, .note = p->note, .range = p->range, .options = p->options};
    const enum lrp_status status = lrp_strip_write(&strip, path, err);
    free(cells);
    return status;
}

/* A cell stands for a token or a head: pixels of their own would be too small to be seen. */
static enum lrp_status write_plane(struct lrp_painting *p, const char *path, struct lrp_error *err)
{
    enum { SIDE = 512 };
    const int side = p->plane.width > p->plane.height ? p->plane.width : p->plane.height;
    if (p->options.size_factor == 1 && side < SIDE / 2) p->options.size_factor = SIDE / side;
    return lrp_plane_write(&p->plane, &p->options, &p->range, path, err);
}

enum lrp_status lrp_runner_export_painting(const struct lrp_runner *runner, enum lrp_preview_file holds, const char *path,
                                           struct lrp_error *err)
{
    const struct lrp_subject subject = lrp_preview_subject(&runner->app);
    struct lrp_painting p = {.channel = -1};
    enum lrp_status status = LRP_OK;
    lrp_paint(&runner->app.caps, &subject, runner->snapshot, runner->stored, &p);
    const struct lrp_signal signal = {.values = &p.other, .relevance = &p.plane, .range = p.range, .options = p.options};
    if (!p.plane.values)
        status = lrp_fail(err, LRP_UNSUPPORTED, "%s", *p.reason ? p.reason : "there is nothing to export");
    else if (holds == LRP_FILE_STRIP)
        status = write_strip(&p, path, err);
    else if (holds == LRP_FILE_SIGNAL)
        status = lrp_signal_write(&signal, path, err);
    else
        status = write_plane(&p, path, err);
    lrp_painting_clear(&p);
    return status;
}
