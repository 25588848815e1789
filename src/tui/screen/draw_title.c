/* draw_title.c: what stands above the preview: what it shows, of which layer, and what is known of that. */
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "runes.h"
#include "view.h"

/* As long as there is room for it. */
static void append_part(char *text, size_t size, int columns, const char *part)
{
    const size_t used = strlen(text);
    if (lrp_text_columns(text) + lrp_text_columns(part) + 2 <= columns)
        snprintf(text + used, size - used, "%s%s", used && *part ? "  " : "", part);
}

/* The layer whose picture it is: of attention's matrices its softmax. */
static int shown_layer(const struct lrp_app *app)
{
    const int layer = lrp_preview_subject(app).layer;
    return layer >= 0 ? layer : lrp_preview_layer(app);
}

/* What stands right in the title: sample, zoom, channel, sum; the first of them that fit. */
static void title_facts(const struct lrp_app *app, int columns, char *text, size_t size)
{
    const struct lrp_painting *p = &app->painting;
    const bool there = lrp_preview_fresh(app), relevance = lrp_preview_subject(app).show == LRP_SHOW_RELEVANCE;
    const int shown = shown_layer(app);
    char part[80], value[32];
    text[0] = 0;
    if (lrp_preview_stands_in(app)) {
        snprintf(part, sizeof part, "computing #%d", lrp_app_layer(app, lrp_preview_layer(app))->index);
        append_part(text, size, columns, part);
    }
    if (app->snapshot && app->snapshot->sample_count > 1) {
        snprintf(part, sizeof part, "sample %lld of %lld", (long long)app->sample + 1, (long long)app->snapshot->sample_count);
        append_part(text, size, columns, part);
    }
    if (relevance && app->snapshot && app->snapshot->growing && shown == 0) {
        snprintf(part, sizeof part, "after %lld of %d passes", (long long)app->snapshot->passes, app->snapshot->total);
        append_part(text, size, columns, part);
    }
    if (app->zoom > 1 && there && lrp_preview_row(p->subject.kind)->channels != LRP_CHANNELS_GRID) {
        snprintf(part, sizeof part, "%s%d", app->caps.ascii ? "x" : "×", app->zoom);
        append_part(text, size, columns, part);
    }
    if (there && p->channel >= 0) {
        snprintf(part, sizeof part, "%d/%lld", app->channel + 1, (long long)p->channels);
        append_part(text, size, columns, part);
        snprintf(part, sizeof part, "%s %s", app->caps.ascii ? "sum|R|" : "Σ|R|",
                 lrp_value_text(p->strength, value, sizeof value));
        if (relevance) append_part(text, size, columns, part);
    } else if (relevance && there && lrp_preview_row(p->subject.kind)->flows) {
        snprintf(part, sizeof part, "%s %s", app->caps.ascii ? "sum" : "Σ", lrp_value_text(p->sum, value, sizeof value));
        append_part(text, size, columns, part);
    } else if (relevance && !lrp_preview_row(lrp_app_preview(app))->of_model && app->snapshot && app->snapshot->relevance &&
               app->snapshot->relevance[shown]) {
        snprintf(part, sizeof part, "%s %s", app->caps.ascii ? "sum" : "Σ",
                 lrp_value_text(app->snapshot->relevance_statistics[shown].sum, value, sizeof value));
        append_part(text, size, columns, part);
    }
}

static bool is_picture(const struct lrp_app *app, int layer)
{
    const struct lrp_layer *row = lrp_app_layer(app, layer);
    return !row || row->shape->rank == 4;
}

static void title_kind(const struct lrp_app *app, char *text, size_t size)
{
    const struct lrp_subject wanted = lrp_preview_subject(app);
    const enum lrp_preview kind = wanted.layer >= 0 ? wanted.kind : lrp_app_preview(app);
    const struct lrp_preview_row *row = lrp_preview_row(kind);
    const int layer = shown_layer(app), shown = lrp_app_is_input(app, layer) ? 0 : layer;
    const bool activation = lrp_app_show(app) == LRP_SHOW_ACTIVATION;
    if (shown == 0 && kind == LRP_PREVIEW_ACTIVATION)
        snprintf(text, size, "input%s%s", is_picture(app, layer) ? " picture" : "",
                 lrp_app_place_count(app) > lrp_app_layer_count(app) ? " " : "");
    else if (row->of_model)
        snprintf(text, size, row->channels == LRP_CHANNELS_NONE ? "%s of all layers" : "relevance of all %s", row->name);
    else if (row->heads && lrp_preview_fresh(app) && app->painting.channel >= 0)
        snprintf(text, size, "%s, head %lld of #%d ", row->name, (long long)app->painting.channel, shown);
    else if (row->concepts)
        snprintf(text, size, "input through channels of #%d ", shown);
    else if (row->channels == LRP_CHANNELS_GRID)
        snprintf(text, size, "%s %s of #%d ", activation ? "activation" : "relevance", row->name, shown);
    else if (lrp_preview_fresh(app) && app->painting.channel >= 0)
        snprintf(text, size, "%s ch.%lld of #%d ", row->name, (long long)app->painting.channel, shown);
    else
        snprintf(text, size, "%s of #%d ", row->name, shown);
}

/* "relevance of #3 features.5   Σ 0.998": the facts stay, the name gives way. */
void lrp_draw_preview_title(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    const int shown = shown_layer(app);
    const bool focus = app->focus == LRP_PANE_PREVIEW;
    const enum lrp_style style = focus ? LRP_STYLE_FOCUS : LRP_STYLE_TITLE;
    char facts[200], what[64];
    title_kind(app, what, sizeof what);
    title_facts(app, rect.columns - lrp_text_columns(what), facts, sizeof facts);
    lrp_draw_title(canvas, rect, focus, what);
    const int from = lrp_text_columns(what), right = *facts ? lrp_text_columns(facts) + 2 : 0;
    if (from < rect.columns && what[from - 1] == ' ')
        lrp_canvas_tail(canvas, rect.x + from, rect.y, rect.columns - from - right, lrp_app_layer_name(app, shown), style);
    if (right > 0 && from + right <= rect.columns)
        lrp_canvas_right(canvas, rect.x + rect.columns - right, rect.y, right, facts, style);
}
