/* draw_parts.c: previews of several pictures: channels as tiles, two settings and their difference. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "runes.h"
#include "text.h"
#include "view.h"

enum { LRP_COMPARE_LINES = 3 };

/* ---- channels ---- */

/* The cells of a tile's picture; its line of text stands above. */
static struct lrp_rect tile_rect(const struct lrp_tiles *layout, struct lrp_rect inner, int i)
{
    return (struct lrp_rect){inner.x + (i % layout->across) * (layout->width + 1),
                             inner.y + 1 + (i / layout->across) * (layout->height + 1), layout->width, layout->height};
}

/* "12.5%" */
static char *share_text(double share, char *text, size_t size)
{
    snprintf(text, size, "%.1f%%", 100 * share);
    return text;
}

/* "all" is the input's relevance without conditions, "chosen" that of the channels that are marked. */
static void tile_name(const struct lrp_app *app, const struct lrp_tile *t, bool selected, char *text, size_t size)
{
    const bool chosen = *lrp_facts_text(&app->facts, LRP_SETTING_CONCEPT) != 0;
    if (t->whole)
        snprintf(text, size, "%c%s", selected ? '>' : ' ', chosen ? "chosen" : "all");
    else
        snprintf(text, size, "%c%lld%s", selected ? '>' : ' ', (long long)t->channel, t->chosen ? " *" : "");
}

static void tile(const struct lrp_app *app, struct lrp_canvas *canvas, const struct lrp_heat *heat, struct lrp_rect at, int i)
{
    const struct lrp_painting *p = &app->painting;
    const struct lrp_tile *t = &p->tiles[i];
    const bool selected = app->channel >= 0 && (size_t)app->channel == p->first_tile + (size_t)i;
    const enum lrp_style style = selected ? LRP_STYLE_SELECTED : LRP_STYLE_COLUMN;
    char number[24], value[32];
    const struct lrp_rect line = {at.x, at.y - 1, at.columns, 1};
    if (selected) lrp_canvas_fill(canvas, line, style);
    const bool shares = lrp_preview_row(p->subject.kind)->concepts;
    tile_name(app, t, selected, number, sizeof number);
    const int used = lrp_canvas_text(canvas, line.x, line.y, line.columns, number, style);
    lrp_canvas_right(canvas, line.x + used + 1, line.y, line.columns - used - 1,
                     shares ? share_text(t->strength, value, sizeof value)
                            : lrp_value_fit(t->strength, line.columns - used - 1, value, sizeof value),
                     selected ? style : LRP_STYLE_DIM);
    lrp_heat_draw(heat, &t->plane, NULL, canvas, lrp_heat_area(&app->caps, t->plane.width, t->plane.height, at));
}

/* What the selected channel is strongest in, by the index. */
static void reference_lines(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    const struct lrp_painting *p = &app->painting;
    const struct lrp_layer *layer = lrp_app_layer(app, p->subject.layer);
    const struct lrp_layer_references *of = layer ? lrp_references_of(&app->references, layer->name) : NULL;
    const size_t at = app->channel >= 0 ? (size_t)app->channel - p->first_tile : p->tile_count;
    struct lrp_text text = {0};
    char hint[120], value[32];
    if (!of) {
        lrp_lines_wrap(lines, LRP_STYLE_DIM, width, "the index of references knows nothing of this layer");
    } else if (at >= p->tile_count || p->tiles[at].whole) {
        lrp_lines_wrap(lines, LRP_STYLE_DIM, width,
                       lrp_app_hint(app, "{next-channel} goes to a channel and to what it is strongest in", hint, sizeof hint));
    } else {
        double strength;
        const char *name;
        lrp_text_printf(&text, "%lld is strongest in:", (long long)p->tiles[at].channel);
        for (size_t k = 0; (name = lrp_reference_at(&app->references, of, p->tiles[at].channel, k, &strength)); k++)
            lrp_text_printf(&text, "%s %s %s", k ? "," : "", lrp_file_name(name),
                            lrp_value_text(strength, value, sizeof value));
        lrp_lines_wrap(lines, LRP_STYLE_NORMAL, width, text.data ? text.data : "");
    }
    lrp_text_free(&text);
}

static void draw_references(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at)
{
    struct lrp_lines lines = {0};
    reference_lines(app, at.columns, &lines);
    for (int i = 0; i < lines.count && i < at.rows; i++)
        lrp_canvas_fit(canvas, at.x, at.y + i, at.columns, lines.items[i].text, (enum lrp_style)lines.items[i].style);
    lrp_lines_free(&lines);
}

void lrp_draw_as_tiles(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner)
{
    const struct lrp_painting *p = &app->painting;
    const struct lrp_heat heat = lrp_heat_make(&app->caps, &p->options, &p->range, false, canvas);
    const int down = (int)p->tile_count > 0 ? ((int)p->tile_count - 1) / p->layout.across + 1 : 0;
    const struct lrp_rect last = {inner.x, inner.y + down * (p->layout.height + 1), inner.columns, 1};
    for (size_t i = 0; i < p->tile_count; i++) tile(app, canvas, &heat, tile_rect(&p->layout, inner, (int)i), (int)i);
    const int x = lrp_draw_legend(canvas, last, &heat);
    if (lrp_preview_row(p->subject.kind)->concepts) {
        lrp_canvas_format(canvas, x, last.y, last.x + last.columns - x, LRP_STYLE_DIM, "of each tile's largest; %lld channels",
                          (long long)p->channels - 1);
        const int rows = lrp_preview_reference_rows(app, inner.rows);
        if (rows)
            draw_references(app, canvas, (struct lrp_rect){inner.x, inner.y + inner.rows + 1 - rows, inner.columns, rows});
        return;
    }
    lrp_canvas_format(canvas, x, last.y, last.x + last.columns - x, LRP_STYLE_DIM, "%zu-%zu of %lld by %s", p->first_tile + 1,
                      p->first_tile + p->tile_count, (long long)p->channels,
                      p->subject.show == LRP_SHOW_RELEVANCE ? (app->caps.ascii ? "sum|R|" : "Σ|R|")
                                                            : (app->caps.ascii ? "sum|a|" : "Σ|a|"));
}

int lrp_tile_at(const struct lrp_app *app, struct lrp_rect rect, int x, int y)
{
    const struct lrp_rect inner = lrp_preview_inner(app, rect);
    const struct lrp_painting *p = &app->painting;
    for (size_t i = 0; i < p->tile_count; i++) {
        const struct lrp_rect at = tile_rect(&p->layout, inner, (int)i);
        if (x >= at.x && x < at.x + at.columns && y >= at.y - 1 && y < at.y + at.rows) return (int)(p->first_tile + i);
    }
    return -1;
}

/* Tiles are shrunk: their cells are no values. */
bool lrp_under_tiles(const struct lrp_app *app, struct lrp_rect inner, int x, int y, int *px, int *py)
{
    (void)app, (void)inner, (void)x, (void)y, (void)px, (void)py;
    return false;
}

/* ---- two settings ---- */

void lrp_three_parts(const struct lrp_app *app, struct lrp_rect inner, int lines, struct lrp_rect parts[3])
{
    struct lrp_rect beside = {inner.x, inner.y + 1, (inner.columns - 2) / 3, inner.rows - lines};
    struct lrp_rect below = {inner.x, inner.y + 1, inner.columns, (inner.rows - lines + 1) / 3 - 1};
    const bool across = lrp_preview_area(app, beside).width >= lrp_preview_area(app, below).width;
    for (int i = 0; i < 3; i++) {
        parts[i] = across ? beside : below;
        parts[i].x += across ? i * (beside.columns + 1) : 0;
        parts[i].y += across ? 0 : i * (below.rows + 1);
    }
}

bool lrp_under_compare(const struct lrp_app *app, struct lrp_rect inner, int x, int y, int *px, int *py)
{
    struct lrp_rect parts[3];
    lrp_three_parts(app, inner, LRP_COMPARE_LINES, parts);
    for (int i = 0; i < 3; i++) {
        const struct lrp_heat_area area = lrp_preview_area(app, parts[i]);
        if (lrp_heat_value_at(&area, x, y, px, py)) return true;
    }
    return false;
}

void lrp_draw_as_compare(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner)
{
    const struct lrp_painting *p = &app->painting;
    const struct lrp_heat both = lrp_heat_make(&app->caps, &p->options, &p->range, false, canvas);
    struct lrp_heatmap_options signed_options = p->options;
    if (!lrp_colormap_diverging(signed_options.colormap)) signed_options.colormap = lrp_colormap_find(NULL, "seismic");
    const struct lrp_heat differs = lrp_heat_make(&app->caps, &signed_options, &p->difference_range, false, canvas);
    const struct lrp_plane *const planes[3] = {&p->other, &p->plane, &p->difference};
    struct lrp_rect parts[3];
    char correlation[32], sums[2][32], before[sizeof app->stored + 48], now[160];
    lrp_value_text(p->sum_before, sums[0], sizeof sums[0]);
    lrp_value_text(p->sum_now, sums[1], sizeof sums[1]);
    snprintf(before, sizeof before, "A %s %s  %s", app->caps.ascii ? "sum" : "Σ", sums[0],
             app->before ? "before" : app->stored);
    snprintf(now, sizeof now, "B %s %s  %.100s", app->caps.ascii ? "sum" : "Σ", sums[1],
             app->before && app->tried ? app->tried : "now");
    const char *const titles[3] = {before, now, "B - A"};
    int bottom = inner.y;
    lrp_three_parts(app, inner, LRP_COMPARE_LINES, parts);
    for (int i = 0; i < 3; i++) {
        const struct lrp_heat_area area = lrp_preview_area(app, parts[i]);
        lrp_canvas_fit(canvas, parts[i].x, parts[i].y - 1, parts[i].columns, titles[i], LRP_STYLE_COLUMN);
        lrp_heat_draw(i == 2 ? &differs : &both, planes[i], NULL, canvas, area);
        lrp_draw_cursor(app, canvas, &area);
        bottom = area.cells.y + area.cells.rows;
    }
    /* legend of A and B with their correlation, legend of the difference, values under the cursor */
    struct lrp_rect line = {inner.x, bottom, inner.columns, 1};
    const int x = lrp_draw_legend(canvas, line, &both);
    lrp_value_text(p->correlation, correlation, sizeof correlation);
    lrp_canvas_format(canvas, x, line.y, line.x + line.columns - x, LRP_STYLE_NORMAL, "r %s",
                      isnan(p->correlation) ? "-" : correlation);
    line.y++;
    lrp_draw_legend(canvas, line, &differs);
    line.y++;
    if (app->cursor_x < 0)
        lrp_canvas_fit(canvas, line.x, line.y, line.columns, p->note, LRP_STYLE_DIM);
    else
        lrp_draw_read_out(app, canvas, line);
}
