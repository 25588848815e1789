/* concepts_sheet.c: --sheet: what the listed channels look at, on one picture: in the inputs, or in the samples an index names.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "concepts.h"
#include "printable.h"

struct concept_sheet {
    struct lrp_sheet_plane *items; /* titles, subtitles and planes are owned */
    struct lrp_plane *planes;
    size_t count;
};
enum { TILES_MOST = 400, CHANNELS_USUAL = 8 };

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for a sheet");
}

void lrp_concept_sheet_free(struct concept_sheet *s)
{
    for (size_t i = 0; s && i < s->count; i++) {
        free((char *)(uintptr_t)s->items[i].title);
        free((char *)(uintptr_t)s->items[i].subtitle);
        lrp_plane_free(&s->planes[i]);
    }
    if (s) {
        free(s->items);
        free(s->planes);
    }
    free(s);
}

/* Room for one more; full sheets stay as they are. */
static enum lrp_status begin_sheet(struct concepts *c, struct lrp_error *err)
{
    if (c->sheet) return LRP_OK;
    struct concept_sheet *s = calloc(1, sizeof *s);
    if (s) s->items = calloc(TILES_MOST, sizeof *s->items);
    if (s) s->planes = calloc(TILES_MOST, sizeof *s->planes);
    c->sheet = s;
    return s && s->items && s->planes ? LRP_OK : no_memory(err);
}

/* A tile; the plane is taken over. `name`: of the input it is of. */
static enum lrp_status add_tile(struct concept_sheet *s, int64_t channel, double strength, const char *name,
                                struct lrp_plane *plane, struct lrp_error *err)
{
    char *title = NULL, *subtitle = NULL;
    const char *slash = strrchr(name, '/');
    if (asprintf(&title, "channel %" PRId64 "  %.3g", channel, strength) < 0) title = NULL;
    if (asprintf(&subtitle, "%s", slash && slash[1] ? slash + 1 : name) < 0) subtitle = NULL;
    s->planes[s->count] = *plane;
    s->items[s->count] = (struct lrp_sheet_plane){title, subtitle, &s->planes[s->count]};
    s->count++;
    return title && subtitle ? LRP_OK : no_memory(err);
}

enum lrp_status lrp_concepts_gather(struct concepts *c, const struct listing *l, struct lrp_error *err)
{
    struct lrp_heatmap_options options;
    enum lrp_status status = begin_sheet(c, err);
    if (!status) status = lrp_snapshot_heatmap_options(c->opened, LRP_SHOW_RELEVANCE, &options, err);
    for (size_t k = 0; !status && k < l->maps.count && c->sheet->count < TILES_MOST; k++) {
        struct lrp_plane plane;
        const bool last = strcmp(lrp_settings_get(c->arguments->settings, LRP_SETTING_LAYOUT), "nhwc") == 0;
        status = lrp_plane_from_tensor(l->maps.parts[k], 0, options.reduction, last, &plane, err);
        if (!status)
            status = add_tile(c->sheet, l->rows[k].channel, l->rows[k].sum, lrp_concepts_layer(c, l->layer), &plane, err);
    }
    return status;
}

/* ---- samples of an index ---- */

/* The channels whose samples are shown: those of --channels, or the ones with the largest values. Returns how many. */
static size_t shown_channels(const struct concepts *c, const struct lrp_concept_index *x, int64_t *out)
{
    const size_t most = c->arguments->top ? (size_t)c->arguments->top : CHANNELS_USUAL;
    size_t count = 0;
    for (size_t i = 0; i < c->chosen_count && c->chosen[i] < (int64_t)x->channels; i++) out[count++] = c->chosen[i];
    while (!c->chosen && count < most && count < x->channels) {
        int64_t best = -1;
        for (size_t k = 0; k < x->channels; k++) {
            bool taken = x->samples[k] < 0;
            for (size_t i = 0; i < count; i++) taken |= out[i] == (int64_t)k;
            if (!taken && (best < 0 || x->values[k] > x->values[best])) best = (int64_t)k;
        }
        if (best < 0) break;
        out[count++] = best;
    }
    return count;
}

/* What a channel looks at in one of its samples. */
static enum lrp_status add_reference(struct concepts *c, int layer, int64_t channel, int64_t sample, double value,
                                     struct lrp_error *err)
{
    const size_t rounds = lrp_cli_job_rounds(&c->job), round = rounds > 1 ? (size_t)sample : 0;
    const struct lrp_snapshot *now = NULL;
    struct lrp_plane plane;
    char condition[64];
    snprintf(condition, sizeof condition, "%d=%" PRId64, layer, channel);
    enum lrp_status status = lrp_cli_job_set_inputs(&c->job, round, err);
    if (!status) status = lrp_concepts_condition(c, condition, err);
    const bool one_by_one = !status && lrp_session_one_by_one(c->job.session);
    const int64_t pass = rounds > 1 || !one_by_one ? 0 : sample, within = rounds > 1 || one_by_one ? 0 : sample;
    if (!status) status = lrp_cli_job_run(&c->job, round, pass, LRP_WANT_RELEVANCE, &now, err);
    if (!status) status = lrp_snapshot_plane(now, 0, LRP_SHOW_RELEVANCE, within, &plane, err);
    if (!status) status = add_tile(c->sheet, channel, value, lrp_cli_job_round_path(&c->job, round), &plane, err);
    lrp_snapshot_release(now);
    return status;
}

static enum lrp_status add_references(struct concepts *c, size_t at, struct lrp_error *err)
{
    const struct lrp_concept_index *x = &c->indices[at];
    int64_t *channels = calloc(x->channels + c->chosen_count + 1, sizeof *channels);
    enum lrp_status status = channels ? begin_sheet(c, err) : no_memory(err);
    const size_t count = status ? 0 : shown_channels(c, x, channels);
    for (size_t i = 0; !status && i < count; i++)
        for (size_t k = 0; !status && k < x->references && c->sheet->count < TILES_MOST; k++) {
            const size_t cell = k * x->channels + (size_t)channels[i];
            if (x->samples[cell] >= 0)
                status = add_reference(c, c->layers[at], channels[i], x->samples[cell], x->values[cell], err);
        }
    free(channels);
    return status;
}

enum lrp_status lrp_concepts_write_sheet(struct concepts *c, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    if (!c->arguments->sheet) return LRP_OK;
    for (size_t i = 0; !status && c->indices && i < c->layer_count; i++) status = add_references(c, i, err);
    if (!status) status = begin_sheet(c, err);
    if (!status && !c->sheet->count)
        status = lrp_fail(err, LRP_UNSUPPORTED, "--sheet: there is nothing to show: no channel has relevance");
    if (!status) status = lrp_concepts_guard(c, "--sheet", c->arguments->sheet, err);
    const char *note = c->indices ? "samples that channels are strongest in" : "what has passed each channel";
    if (!status)
        status = lrp_snapshot_write_planes(c->opened, note, c->sheet->items, c->sheet->count, c->arguments->sheet, err);
    return status;
}
