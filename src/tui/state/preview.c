/* preview.c: which picture is wanted, and the part of it that is seen, see preview.h. */
#include "preview.h"

#include <math.h>

#include "app.h"

enum { REFERENCE_ROWS = 4, REFERENCES_LEAST = 9 };

static bool has_weights(const struct lrp_app *app)
{
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    return layer && layer->parameters > 0;
}
/* Rows of the layer stand for the tokens of a text; the input is one. */
static bool has_text(const struct lrp_app *app)
{
    const struct lrp_snapshot *s = app->snapshot;
    const int at = lrp_preview_layer(app);
    const struct lrp_layer *layer = lrp_app_layer(app, at);
    if (!layer || s->token_count < 1) return false;
    const bool decoder = s->decoder_count > 0 && s->decoder[at];
    return at == lrp_app_token_layer(app) || (layer->index > 0 && layer->shape->rank == 3 &&
                                              layer->shape->dim[1] == (decoder ? s->decoder_count : s->token_count));
}
static bool has_tokens(const struct lrp_app *app)
{
    return app->snapshot && app->snapshot->token_count > 0;
}
static bool has_patches(const struct lrp_app *app)
{
    return app->snapshot && app->snapshot->patches && app->snapshot->patches[lrp_preview_layer(app)].height > 0;
}
static bool is_picture_shape(const struct lrp_shape *shape)
{
    const int64_t first = shape->dim[1], last = shape->dim[3];
    return shape->rank == 4 && (first == 1 || first == 3 || last == 1 || last == 3);
}
/* Raw values over time, or along another axis. */
static bool is_signal(const struct lrp_app *app, int layer)
{
    return app->snapshot && app->snapshot->signals && app->snapshot->signals[layer] > 0;
}
static bool has_signal(const struct lrp_app *app)
{
    return is_signal(app, lrp_preview_layer(app));
}
/* The input can be shown in colours, or grey; of a layer, one of the model's. */
static bool has_picture(const struct lrp_app *app)
{
    const int at = lrp_preview_layer(app);
    if (app->snapshot && lrp_app_is_input(app, at)) return is_picture_shape(lrp_app_layer(app, at)->shape);
    const int inputs = lrp_app_place_count(app) - lrp_app_layer_count(app) + 1;
    for (int i = 0; app->snapshot && i < inputs; i++) {
        if (is_picture_shape(lrp_app_layer(app, lrp_app_layer_at(app, i))->shape)) return true;
    }
    return false;
}
static bool has_inputs(const struct lrp_app *app)
{
    return app->snapshot && app->snapshot->input_count > 1;
}
static bool has_attention(const struct lrp_app *app)
{
    return app->snapshot && app->snapshot->attention && app->snapshot->attention[lrp_preview_layer(app)] >= 0;
}
static bool has_heads(const struct lrp_app *app)
{
    for (int i = 0; app->snapshot && app->snapshot->attention && i < lrp_app_layer_count(app); i++)
        if (app->snapshot->attention[i] >= 0) return true;
    return false;
}
/* Blocks that hand on a stream, as far as that is known before it is looked for. */
static bool has_blocks(const struct lrp_app *app)
{
    return has_tokens(app) || has_heads(app);
}
static bool has_stored(const struct lrp_app *app)
{
    return *app->stored != 0;
}

const struct lrp_preview_row lrp_previews[LRP_PREVIEW_COUNT] = {
#define X(id, drawn, painted, ...) {__VA_ARGS__},
    LRP_PREVIEWS(X)
#undef X
};

bool lrp_subject_equal(const struct lrp_subject *a, const struct lrp_subject *b)
{
    return a->kind == b->kind && a->show == b->show && a->layer == b->layer && a->sample == b->sample &&
           a->channel == b->channel && a->columns == b->columns && a->rows == b->rows;
}

static bool trying(const struct lrp_app *app)
{
    return lrp_menu_kind_row(app->menu.kind)->tries || lrp_prompt_row(app->prompt.kind)->tries;
}

int64_t lrp_preview_sample(const struct lrp_app *app)
{
    return app->snapshot && app->snapshot->one_by_one ? 0 : app->sample;
}

int lrp_preview_layer(const struct lrp_app *app)
{
    /* what a method finds at the inputs only is looked at there, wherever the selection is */
    const bool elsewhere = app->snapshot && app->snapshot->only_inputs && !lrp_app_blocked(app) &&
                           lrp_preview_row(app->preview)->show == LRP_SHOW_RELEVANCE &&
                           lrp_preview_row(app->preview)->channels != LRP_CHANNELS_GRID;
    return (trying(app) || elsewhere) && !lrp_app_is_input(app, app->layer) ? 0 : app->layer;
}

/* What was chosen; while rules are tried, something that shows what they do. */
enum lrp_preview lrp_app_preview(const struct lrp_app *app)
{
    const struct lrp_preview_row *row = lrp_preview_row(app->preview);
    if (trying(app) && app->before && app->snapshot->token_count == 0 && !lrp_app_blocked(app)) return LRP_PREVIEW_COMPARE;
    const bool gone = row->compares && !row->has(app);
    const bool other = gone || (trying(app) && row->show != LRP_SHOW_RELEVANCE);
    enum lrp_preview kind = other ? LRP_PREVIEW_FIRST : app->preview;
    while (lrp_preview_row(kind)->gives_way && !lrp_preview_row(kind)->has(app)) kind = lrp_preview_row(kind)->instead;
    return lrp_app_blocked(app) && lrp_preview_row(kind)->needs_relevance ? LRP_PREVIEW_ACTIVATION : kind;
}

enum lrp_show lrp_app_show(const struct lrp_app *app)
{
    const enum lrp_show show = lrp_preview_row(lrp_app_preview(app))->show;
    return show == LRP_SHOW_RELEVANCE && lrp_app_blocked(app) ? LRP_SHOW_ACTIVATION : show;
}

/* While a layer's relevance is on its way: that of the last layer it has reached, or the input. */
static bool stand_in(const struct lrp_app *app, struct lrp_subject *subject)
{
    const struct lrp_snapshot *s = app->snapshot;
    if (!lrp_preview_row(subject->kind)->stands_in || !lrp_app_busy(app) || subject->show != LRP_SHOW_RELEVANCE) return false;
    if (!s->relevance || !s->activation || s->relevance[subject->layer]) return false;
    const int input = lrp_app_is_input(app, subject->layer) ? subject->layer : 0;
    for (int i = input == subject->layer ? 1 : subject->layer + 1; i < lrp_app_layer_count(app); i++) {
        if (!s->relevance[i]) continue;
        subject->layer = i;
        return true;
    }
    if (!s->activation[input]) return false;
    *subject = (struct lrp_subject){.kind = is_signal(app, input) ? LRP_PREVIEW_SIGNAL : LRP_PREVIEW_ACTIVATION,
                                    .show = LRP_SHOW_ACTIVATION,
                                    .layer = input,
                                    .sample = subject->sample,
                                    .channel = -1,
                                    .token_scale = subject->token_scale};
    return true;
}

bool lrp_preview_stands_in(const struct lrp_app *app)
{
    struct lrp_subject wanted = {.kind = lrp_app_preview(app), .show = lrp_app_show(app), .layer = lrp_preview_layer(app)};
    return app->snapshot && lrp_app_layer(app, wanted.layer) && stand_in(app, &wanted);
}

/* A third at most, and none where tiles would be no pictures any more. */
int lrp_preview_reference_rows(const struct lrp_app *app, int rows)
{
    if (!app->references.count || !lrp_preview_row(lrp_app_preview(app))->concepts || rows < REFERENCES_LEAST) return 0;
    return rows / 3 < REFERENCE_ROWS ? rows / 3 : REFERENCE_ROWS;
}

struct lrp_subject lrp_preview_subject(const struct lrp_app *app)
{
    const enum lrp_preview kind = lrp_app_preview(app);
    struct lrp_subject r = {.kind = kind,
                            .show = lrp_app_show(app),
                            .layer = lrp_preview_layer(app),
                            .sample = lrp_preview_sample(app),
                            .channel = app->channel,
                            .token_scale = app->token_scale};
    if (!app->snapshot || !lrp_app_layer(app, lrp_preview_layer(app)) || lrp_preview_row(kind)->whole_pane)
        return (struct lrp_subject){.layer = -1};
    if (r.show == LRP_SHOW_WEIGHTS) r.sample = 0;
    if (lrp_preview_row(kind)->heads) r.layer = app->snapshot->attention[r.layer];
    if (lrp_preview_row(kind)->of_model) r.layer = 0;
    if (lrp_preview_row(kind)->channels == LRP_CHANNELS_NONE) r.channel = -1;
    if (lrp_preview_row(kind)->channels == LRP_CHANNELS_GRID) {
        const struct lrp_rect inner = app->screen->preview_inner(app, lrp_app_layout(app).pane[LRP_PANE_PREVIEW]);
        r.columns = inner.columns;
        r.rows = inner.rows - lrp_preview_reference_rows(app, inner.rows);
    }
    stand_in(app, &r);
    return r;
}

static int clamp_channel(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

struct lrp_crop lrp_preview_crop(const struct lrp_app *app, const struct lrp_plane *plane)
{
    const int zoom = app->zoom > 1 ? app->zoom : 1;
    struct lrp_crop c = {.width = (plane->width + zoom - 1) / zoom, .height = (plane->height + zoom - 1) / zoom};
    c.x = clamp_channel((int)lround(app->center_x * plane->width - c.width * 0.5), 0, plane->width - c.width);
    c.y = clamp_channel((int)lround(app->center_y * plane->height - c.height * 0.5), 0, plane->height - c.height);
    return c;
}
