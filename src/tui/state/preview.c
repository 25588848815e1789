/* preview.c: which picture is wanted, and the part of it that is seen, see preview.h. */
#include "preview.h"

#include <math.h>

#include "app.h"

const char *lrp_preview_name(enum lrp_preview kind)
{
    static const char *const names[] = {
#define X(id, name) name,
        LRP_PREVIEWS(X)
#undef X
    };
    return names[kind];
}

bool lrp_request_equal(const struct lrp_request *a, const struct lrp_request *b)
{
    return a->kind == b->kind && a->show == b->show && a->layer == b->layer && a->sample == b->sample &&
           a->channel == b->channel && a->columns == b->columns && a->rows == b->rows;
}

static bool trying(const struct lrp_app *app)
{
    return app->menu.kind == LRP_MENU_RULE || app->menu.kind == LRP_MENU_COMPOSITE || app->prompt.kind == LRP_PROMPT_RULE ||
           app->prompt.kind == LRP_PROMPT_COMPOSITE;
}

int64_t lrp_preview_sample(const struct lrp_app *app)
{
    return app->now && app->now->one_by_one ? 0 : app->sample;
}

int lrp_preview_layer(const struct lrp_app *app)
{
    return trying(app) ? 0 : app->layer;
}

enum lrp_preview lrp_app_preview(const struct lrp_app *app)
{
    static const bool needs_no_relevance[LRP_PREVIEW_COUNT] = {
        [LRP_PREVIEW_ACTIVATION] = true, [LRP_PREVIEW_WEIGHTS] = true, [LRP_PREVIEW_CHANNELS] = true};
    const bool rules_matter = app->preview != LRP_PREVIEW_ACTIVATION && app->preview != LRP_PREVIEW_WEIGHTS;
    enum lrp_preview kind = app->preview == LRP_PREVIEW_COMPARE && !*app->stored ? LRP_PREVIEW_RELEVANCE : app->preview;
    if (trying(app) && !rules_matter) kind = LRP_PREVIEW_RELEVANCE;
    return lrp_app_blocked(app) && !needs_no_relevance[kind] ? LRP_PREVIEW_ACTIVATION : kind;
}

enum lrp_show lrp_app_show(const struct lrp_app *app)
{
    const enum lrp_preview kind = lrp_app_preview(app);
    if (kind == LRP_PREVIEW_WEIGHTS) return LRP_SHOW_WEIGHTS;
    return kind == LRP_PREVIEW_ACTIVATION || lrp_app_blocked(app) ? LRP_SHOW_ACTIVATION : LRP_SHOW_RELEVANCE;
}

struct lrp_request lrp_preview_request(const struct lrp_app *app)
{
    const enum lrp_preview kind = lrp_app_preview(app);
    struct lrp_request r = {.kind = kind,
                            .show = lrp_app_show(app),
                            .layer = lrp_preview_layer(app),
                            .sample = lrp_preview_sample(app),
                            .channel = app->channel};
    if (!app->now || !lrp_app_layer(app, lrp_preview_layer(app)) || kind == LRP_PREVIEW_BARS)
        return (struct lrp_request){.layer = -1};
    if (kind == LRP_PREVIEW_WEIGHTS) r.sample = 0;
    if (kind == LRP_PREVIEW_WEIGHTS || kind == LRP_PREVIEW_COMPARE) r.channel = -1;
    if (kind == LRP_PREVIEW_CHANNELS) {
        const struct lrp_rect inner = app->screen->preview_inner(app, lrp_app_layout(app).pane[LRP_PANE_PREVIEW]);
        r.columns = inner.columns;
        r.rows = inner.rows;
    }
    return r;
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

struct lrp_crop lrp_preview_crop(const struct lrp_app *app, const struct lrp_plane *plane)
{
    const int zoom = app->zoom > 1 ? app->zoom : 1;
    struct lrp_crop c = {.width = (plane->width + zoom - 1) / zoom, .height = (plane->height + zoom - 1) / zoom};
    c.x = clamp((int)lround(app->center_x * plane->width - c.width * 0.5), 0, plane->width - c.width);
    c.y = clamp((int)lround(app->center_y * plane->height - c.height * 0.5), 0, plane->height - c.height);
    return c;
}
