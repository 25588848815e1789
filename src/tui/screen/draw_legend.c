/* draw_legend.c: what pictures of previews share: whether there is one and where it lies, its legend, what is under the cursor,
 * and the details in the lines that it leaves. */
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "runes.h"
#include "view.h"

enum { LRP_LEGEND_LEAST = 5, LRP_LEGEND_MOST = 15, LRP_BELOW_LEAST = 4 };

/* The picture at hand is the one that is wanted. */
bool lrp_preview_fresh(const struct lrp_app *app)
{
    const struct lrp_subject wanted = lrp_preview_subject(app);
    return wanted.layer >= 0 && lrp_painting_there(&app->painting) && lrp_subject_equal(&app->painting.subject, &wanted);
}

struct lrp_heat_area lrp_preview_area(const struct lrp_app *app, struct lrp_rect rect)
{
    const struct lrp_crop crop = lrp_preview_crop(app, &app->painting.plane);
    struct lrp_heat_area area = lrp_heat_area(&app->caps, crop.width, crop.height, rect);
    area.crop = crop;
    return area;
}

static float value_at(const struct lrp_plane *plane, int x, int y)
{
    return plane->values[(size_t)y * (size_t)plane->width + (size_t)x];
}

static char *cell_text(const struct lrp_plane *plane, int x, int y, char *buffer, size_t size)
{
    const float v = value_at(plane, x, y);
    if (lrp_is_blank(v))
        snprintf(buffer, size, "blank");
    else
        lrp_value_text((double)v, buffer, size);
    return buffer;
}

/* What columns and rows stand for: "film", "good > film" of a matrix, whose row looks at the column. */
static void name_place(const struct lrp_app *app, int x, int y, char *text, size_t size)
{
    const struct lrp_painting *p = &app->painting;
    const char *across = (size_t)x < p->across.count ? p->across.items[x].text : "";
    const char *down = (size_t)y < p->down.count ? p->down.items[y].text : "";
    if (*across && *down)
        snprintf(text, size, "%.60s %s %.60s", down, app->caps.ascii ? ">" : "→", across + strspn(across, " "));
    else
        snprintf(text, size, "%.120s", across + strspn(across, " "));
}

/* "[12,30] 0.0021": row, column and value under the cursor; of both settings and their difference where two are compared. */
static void read_out(const struct lrp_app *app, char *text, size_t size)
{
    const struct lrp_painting *p = &app->painting;
    const int x = app->cursor_x, y = app->cursor_y;
    char value[32], other[32], difference[32], place[160];
    text[0] = 0;
    if (x < 0 || !p->plane.values) return;
    cell_text(&p->plane, x, y, value, sizeof value);
    name_place(app, x, y, place, sizeof place);
    if (lrp_preview_row(p->subject.kind)->compares)
        snprintf(text, size, "[%d,%d] A %s  B %s  B-A %s", y, x, cell_text(&p->other, x, y, other, sizeof other), value,
                 cell_text(&p->difference, x, y, difference, sizeof difference));
    else if (p->across.count && p->plane.height == 1)
        snprintf(text, size, "[%d] %s  %s%s", x, place, value, p->across.items[x].apart ? "  not in scale" : "");
    else if (p->cells.count) {
        const struct lrp_mark *cell = &p->cells.items[(size_t)y * (size_t)p->plane.width + (size_t)x];
        snprintf(text, size, "[%d,%d] %.40s %s  (what is said at last is #%lld)  %.90s", y, x, cell->text, value,
                 (long long)cell->id, place);
    } else
        snprintf(text, size, "[%d,%d] %s%s%s", y, x, place, *place ? "  " : "", value);
}

int lrp_draw_legend(struct lrp_canvas *canvas, struct lrp_rect at, const struct lrp_heat *heat)
{
    char low[32], high[32];
    lrp_value_text((double)heat->range->low, low, sizeof low);
    lrp_value_text((double)heat->range->high, high, sizeof high);
    int x = at.x + lrp_canvas_fit(canvas, at.x, at.y, at.columns, low, LRP_STYLE_NORMAL) + 1;
    const int left = at.columns - (x - at.x) - lrp_text_columns(high) - 1, wanted = at.columns / 5;
    const int bar = wanted < LRP_LEGEND_LEAST ? LRP_LEGEND_LEAST : wanted > LRP_LEGEND_MOST ? LRP_LEGEND_MOST : wanted;
    if (left < bar) return x;
    lrp_heat_legend(heat, canvas, x, at.y, bar);
    x += bar + 1;
    return x + lrp_canvas_text(canvas, x, at.y, at.x + at.columns - x, high, LRP_STYLE_NORMAL) + 2;
}

/* What is under the cursor goes before what is not in the scale. */
void lrp_draw_full_legend(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at, const struct lrp_heat *heat)
{
    char text[400];
    int x = lrp_draw_legend(canvas, at, heat);
    if (heat->range->invalid)
        x += lrp_canvas_format(canvas, x, at.y, at.x + at.columns - x, LRP_STYLE_WARNING, "%zu not finite",
                               heat->range->invalid) +
             2;
    read_out(app, text, sizeof text);
    if (!*text) snprintf(text, sizeof text, "%s", app->painting.note);
    lrp_canvas_fit(canvas, x, at.y, at.x + at.columns - x, text, LRP_STYLE_NORMAL);
}

/* Compare: the line below the three pictures. */
void lrp_draw_read_out(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at)
{
    char text[256];
    read_out(app, text, sizeof text);
    lrp_canvas_fit(canvas, at.x, at.y, at.columns, text, LRP_STYLE_NORMAL);
}

void lrp_draw_cursor(const struct lrp_app *app, struct lrp_canvas *canvas, const struct lrp_heat_area *area)
{
    int x, y;
    if (app->cursor_x >= 0 && app->focus == LRP_PANE_PREVIEW && lrp_heat_cell_of(area, app->cursor_x, app->cursor_y, &x, &y))
        lrp_canvas_point(canvas, x, y, app->cursor_x - area->crop.x, app->cursor_y - area->crop.y, area->crop.width,
                         area->crop.height);
}

void lrp_draw_below(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner, int bottom)
{
    struct lrp_lines lines = {0};
    const int first = bottom + 1, rows = inner.y + inner.rows + 1 - first;
    if (app->details || rows < LRP_BELOW_LEAST || lrp_app_linear(app)) return;
    lrp_details_lines(app, inner.columns, &lines);
    const int shown = lines.count <= rows ? lines.count : rows - 1;
    for (int i = 0; i < shown; i++)
        lrp_canvas_fit(canvas, inner.x, first + i, inner.columns, lines.items[i].text, (enum lrp_style)lines.items[i].style);
    if (shown < lines.count) {
        char hint[80];
        lrp_canvas_fit(canvas, inner.x, first + shown, inner.columns,
                       lrp_app_hint(app, "{details} shows all", hint, sizeof hint), LRP_STYLE_DIM);
    }
    lrp_lines_free(&lines);
}
