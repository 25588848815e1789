/* act_preview.c: actions on the preview: its kind, channels, samples, zoom, the pixel cursor, comparison. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"

enum { LRP_ZOOM_MOST = 64 };

/* ---- kind ---- */

static bool offered(const struct lrp_app *app, enum lrp_preview kind)
{
    const struct lrp_preview_row *row = lrp_preview_row(kind);
    return (!row->has || row->has(app)) && !(row->needs_relevance && lrp_app_blocked(app));
}

static bool is_grid(enum lrp_preview kind)
{
    return lrp_preview_row(kind)->channels == LRP_CHANNELS_GRID;
}

/* The first channel is the one of a grid's that is selected at first. */
static void choose_kind(struct lrp_app *app, enum lrp_preview kind)
{
    const bool same_heads = lrp_preview_row(app->preview)->heads && lrp_preview_row(kind)->heads;
    app->preview = kind;
    if (same_heads) return; /* of other numbers */
    if (!is_grid(kind))
        app->channel = -1;
    else if (app->channel < 0)
        app->channel = 0;
}

void lrp_do_preview_kind(struct lrp_app *app)
{
    char hint[80];
    int kind = (int)lrp_app_preview(app);
    do kind = (kind + 1) % LRP_PREVIEW_COUNT;
    while (!offered(app, (enum lrp_preview)kind) && kind != (int)lrp_app_preview(app));
    choose_kind(app, (enum lrp_preview)kind);
    if (lrp_app_blocked(app))
        lrp_app_say(app, false, "%s",
                    lrp_app_hint(app, "no relevance: the model check failed; {skip-checks} skips it", hint, sizeof hint));
}

void lrp_take_preview_kind(struct lrp_app *app, const char *name)
{
    char hint[120];
    for (int i = 0; i < LRP_PREVIEW_COUNT; i++) {
        if (strcmp(lrp_preview_row((enum lrp_preview)i)->name, name) != 0) continue;
        if (lrp_preview_row((enum lrp_preview)i)->compares && !*app->stored)
            lrp_app_say(
                app, true, "%s",
                lrp_app_hint(app, "nothing is stored to compare with: {store} stores the present result", hint, sizeof hint));
        else
            choose_kind(app, (enum lrp_preview)i);
        if (lrp_preview_row((enum lrp_preview)i)->gives_way && !lrp_preview_row((enum lrp_preview)i)->has(app))
            lrp_app_say(app, false, "%s: this layer has none; it is shown where there is one", name);
        return;
    }
    lrp_app_say(app, true, "no such preview: %s", name);
}

/* With the focus on the preview, so that the cursor steps over channels; back, it returns to the list. */
void lrp_do_concepts(struct lrp_app *app)
{
    const bool is = lrp_preview_row(app->preview)->concepts;
    if (!is && !lrp_app_has_layer(app)) return;
    choose_kind(app, is ? LRP_PREVIEW_FIRST : LRP_PREVIEW_CONCEPTS);
    app->focus = is ? LRP_PANE_LIST : LRP_PANE_PREVIEW;
}

/* The tile under the cursor; that of all channels takes every condition of the layer away. */
void lrp_do_condition(struct lrp_app *app)
{
    const struct lrp_painting *p = &app->painting;
    const size_t at = app->channel < 0 ? 0 : (size_t)app->channel;
    char hint[80];
    if (!lrp_preview_row(p->subject.kind)->concepts || at < p->first_tile || at - p->first_tile >= p->tile_count) {
        lrp_app_say(app, false, "%s", lrp_app_hint(app, "{concepts} shows the channels that can be chosen", hint, sizeof hint));
        return;
    }
    struct lrp_effect *effect =
        lrp_effects_add(&app->effects, LRP_EFFECT_CONDITION, NULL, (int)p->tiles[at - p->first_tile].channel);
    if (effect && (effect->layers = malloc(sizeof *effect->layers))) effect->layers[effect->layer_count++] = p->subject.layer;
}

void lrp_do_heads(struct lrp_app *app)
{
    lrp_take_preview_kind(app, lrp_preview_row(LRP_PREVIEW_HEADS)->name);
}
void lrp_do_lens(struct lrp_app *app)
{
    lrp_take_preview_kind(app, lrp_preview_row(LRP_PREVIEW_LENS)->name);
}

/* With the focus on the preview, so that its keys work; back, it returns to the list. */
void lrp_do_preview_alone(struct lrp_app *app)
{
    const bool is = app->alone && app->focus == LRP_PANE_PREVIEW;
    app->alone = !is;
    app->focus = is ? LRP_PANE_LIST : LRP_PANE_PREVIEW;
}

void lrp_do_colormap(struct lrp_app *app)
{
    lrp_app_emit(app, LRP_EFFECT_CYCLE, NULL, LRP_SETTING_COLORMAP, false);
}
void lrp_do_reduce(struct lrp_app *app)
{
    lrp_app_emit(app, LRP_EFFECT_CYCLE, NULL, LRP_SETTING_REDUCE, false);
}

/* ---- comparing ---- */

void lrp_do_store(struct lrp_app *app)
{
    if (!app->snapshot || !app->snapshot->relevance || !app->snapshot->relevance[app->layer]) {
        lrp_app_say(app, false, "nothing to store yet: relevance is not computed");
        return;
    }
    snprintf(app->stored, sizeof app->stored, "%.80s%s", lrp_facts_text(&app->facts, LRP_SETTING_COMPOSITE),
             app->facts.selects.count ? "*" : "");
    lrp_app_emit(app, LRP_EFFECT_STORE, NULL, 0, false);
    char hint[40];
    lrp_app_say(app, false, "stored as A: %s; %s", app->stored, lrp_app_hint(app, "{compare} compares", hint, sizeof hint));
}

void lrp_do_compare(struct lrp_app *app)
{
    if (lrp_preview_row(lrp_app_preview(app))->compares)
        choose_kind(app, LRP_PREVIEW_FIRST);
    else
        lrp_take_preview_kind(app, lrp_preview_row(LRP_PREVIEW_COMPARE)->name);
}

/* ---- channels and samples ---- */

static void step_channel(struct lrp_app *app, int step)
{
    const struct lrp_preview_row *row = lrp_preview_row(lrp_app_preview(app));
    const int most = (int)app->painting.channels - 1, least = row->channels == LRP_CHANNELS_GRID ? 0 : -1;
    char hint[100];
    if (row->channels == LRP_CHANNELS_NONE) {
        lrp_app_hint(app, "no channels to choose from; {preview} shows other previews", hint, sizeof hint);
        lrp_app_say(app, false, "%s: %s", row->name, hint);
        return;
    }
    app->channel += step;
    app->channel = app->channel > most ? most : app->channel;
    app->channel = app->channel < least ? least : app->channel;
}
void lrp_do_next_channel(struct lrp_app *app)
{
    step_channel(app, 1);
}
void lrp_do_previous_channel(struct lrp_app *app)
{
    step_channel(app, -1);
}

static void step_sample(struct lrp_app *app, int step)
{
    const int64_t count = app->snapshot ? app->snapshot->sample_count : 0, next = app->sample + step;
    const bool inside = count > 1 && next >= 0 && next < count; /* the samples in hand come first, then other inputs */
    if (!inside && lrp_app_step_result(app, step)) return;
    if (count < 2) {
        lrp_app_emit(app, LRP_EFFECT_NEXT_INPUT, NULL, step, false);
        return;
    }
    app->sample = (app->sample + step + count) % count;
    lrp_app_emit(app, LRP_EFFECT_SAMPLE, NULL, (int)app->sample, false);
}
void lrp_do_next_sample(struct lrp_app *app)
{
    step_sample(app, 1);
}
void lrp_do_previous_sample(struct lrp_app *app)
{
    step_sample(app, -1);
}

/* ---- zoom and cursor ---- */

/* The cursor, or the middle of what is seen, comes to the middle. */
static void center_on_cursor(struct lrp_app *app)
{
    const struct lrp_plane *plane = &app->painting.plane;
    if (!plane->values || app->cursor_x < 0) return;
    app->center_x = (app->cursor_x + 0.5) / plane->width;
    app->center_y = (app->cursor_y + 0.5) / plane->height;
}

static void set_zoom(struct lrp_app *app, int to)
{
    const struct lrp_plane *plane = &app->painting.plane;
    const int longer = plane->width > plane->height ? plane->width : plane->height;
    if (!plane->values || is_grid(lrp_app_preview(app)) || lrp_preview_row(lrp_app_preview(app))->flows) return;
    if (app->zoom < 2) app->center_x = app->center_y = 0.5;
    if (to <= LRP_ZOOM_MOST && (to < 2 || to < longer)) app->zoom = to < 1 ? 1 : to;
    center_on_cursor(app);
}
void lrp_do_zoom_in(struct lrp_app *app)
{
    set_zoom(app, (app->zoom < 1 ? 1 : app->zoom) * 2);
}
void lrp_do_zoom_out(struct lrp_app *app)
{
    set_zoom(app, app->zoom / 2);
}

/* What is seen follows the cursor over its edge. */
static void follow_cursor(struct lrp_app *app)
{
    const struct lrp_plane *plane = &app->painting.plane;
    const struct lrp_crop c = lrp_preview_crop(app, plane);
    const int beyond_x = app->cursor_x < c.x              ? app->cursor_x - c.x
                         : app->cursor_x >= c.x + c.width ? app->cursor_x - c.x - c.width + 1
                                                          : 0;
    const int beyond_y = app->cursor_y < c.y               ? app->cursor_y - c.y
                         : app->cursor_y >= c.y + c.height ? app->cursor_y - c.y - c.height + 1
                                                           : 0;
    app->center_x = (c.x + c.width * 0.5 + beyond_x) / plane->width;
    app->center_y = (c.y + c.height * 0.5 + beyond_y) / plane->height;
}

/* From token to token; to those above and below where lines say so. */
static void step_token(struct lrp_app *app, int dx, int dy)
{
    const int last = app->painting.plane.width - 1, from = app->cursor_x;
    int to = from < 0 ? 0 : from + dx;
    if (from >= 0 && dy) to = app->screen->token_beside(app, from, dy);
    app->cursor_x = to < 0 ? 0 : to > last ? last : to;
    app->cursor_y = 0;
}

static void move_cursor(struct lrp_app *app, int dx, int dy)
{
    const struct lrp_plane *plane = &app->painting.plane;
    if (is_grid(lrp_app_preview(app))) {
        step_channel(app, dx + dy * app->painting.layout.across);
        return;
    }
    if (!plane->values) return;
    if (lrp_preview_row(app->painting.subject.kind)->flows) {
        step_token(app, dx, dy);
        return;
    }
    const struct lrp_crop c = lrp_preview_crop(app, plane);
    const bool first = app->cursor_x < 0;
    int x = first ? c.x + c.width / 2 : app->cursor_x + dx, y = first ? c.y + c.height / 2 : app->cursor_y + dy;
    x = x < plane->width ? x : plane->width - 1;
    y = y < plane->height ? y : plane->height - 1;
    app->cursor_x = x > 0 ? x : 0;
    app->cursor_y = y > 0 ? y : 0;
    follow_cursor(app);
}
void lrp_do_cursor_left(struct lrp_app *app)
{
    move_cursor(app, -1, 0);
}
void lrp_do_cursor_right(struct lrp_app *app)
{
    move_cursor(app, 1, 0);
}
void lrp_do_cursor_up(struct lrp_app *app)
{
    move_cursor(app, 0, -1);
}
void lrp_do_cursor_down(struct lrp_app *app)
{
    move_cursor(app, 0, 1);
}
