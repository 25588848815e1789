/* draw_preview.c: the preview: heatmap of the selected layer, its legend, or why there is none. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "photo.h"
#include "runes.h"
#include "view.h"

enum { LRP_LEGEND_LEAST = 5, LRP_LEGEND_MOST = 15, LRP_BELOW_LEAST = 4 };
static const char blocked_text[] =
    "no relevance: model check failed – {skip-checks} skip, {register} register, {details} remedies";
static const char elsewhere_text[] =
    "no relevance: model check failed – {skip-checks} skip, {next-bad} to the layer that fails";

/* What there is to do about it: at the layer that fails, with what registering it leads to, or on the way to it. */
static void notice_lines(const struct lrp_app *app, struct lrp_rect rect, struct lrp_lines *lines)
{
    const bool here = lrp_app_failed(app, app->layer);
    struct lrp_lines prospect = {0};
    char hint[160];
    lrp_lines_wrap(lines, LRP_STYLE_WARNING, rect.columns,
                   lrp_app_hint(app, here ? blocked_text : elsewhere_text, hint, sizeof hint));
    if (here) lrp_prospect_lines(lrp_app_check(app, app->layer), rect.columns, &prospect);
    if (prospect.count && lines->count + prospect.count < rect.rows / 2) /* most of a small pane is the picture's */
        lrp_prospect_lines(lrp_app_check(app, app->layer), rect.columns, lines);
    lrp_lines_free(&prospect);
}

static int notice_rows(const struct lrp_app *app, struct lrp_rect rect)
{
    if (!lrp_app_blocked(app) || lrp_preview_row(app->preview)->show != LRP_SHOW_RELEVANCE) return 0;
    struct lrp_lines lines = {0};
    notice_lines(app, rect, &lines);
    const int rows = lines.count < rect.rows - 2 ? lines.count : 0;
    lrp_lines_free(&lines);
    return rows;
}

struct lrp_rect lrp_preview_inner(const struct lrp_app *app, struct lrp_rect rect)
{
    const int notice = notice_rows(app, rect);
    return (struct lrp_rect){rect.x, rect.y + 1 + notice, rect.columns,
                             rect.rows - 2 - notice > 0 ? rect.rows - 2 - notice : 0};
}

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

static void notice(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    const int rows = notice_rows(app, rect);
    struct lrp_lines lines = {0};
    notice_lines(app, rect, &lines);
    for (int i = 0; i < rows; i++)
        lrp_canvas_text(canvas, rect.x, rect.y + 1 + i, rect.columns, lines.items[i].text,
                        (enum lrp_style)lines.items[i].style);
    lrp_lines_free(&lines);
}

/* ---- legend ---- */

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

/* ---- the picture ---- */

/* Why the pane is empty. */
static const char *empty_reason(const struct lrp_app *app)
{
    const struct lrp_subject wanted = lrp_preview_subject(app);
    const bool needs_input = wanted.show != LRP_SHOW_WEIGHTS;
    if (!app->snapshot) return "no model";
    if ((needs_input && (!app->snapshot->input_label || !*app->snapshot->input_label)))
        return app->snapshot->token_input ? "no input: {input} takes a text, ids of tokens, or a file"
                                          : "no input: {input} opens a picture; {input} grey and {input} random make one up";
    if (lrp_subject_equal(&app->painting.subject, &wanted) && app->painting.reason[0] && !(needs_input && lrp_app_busy(app)))
        return app->painting.reason;
    return lrp_app_busy(app)                         ? "computing"
           : app->snapshot->job == LRP_JOB_CANCELLED ? "cancelled: {reload} computes"
                                                     : "not computed";
}

static void why_not(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner)
{
    struct lrp_lines lines = {0};
    char hint[300];
    lrp_lines_wrap(&lines, LRP_STYLE_DIM, inner.columns, lrp_app_hint(app, empty_reason(app), hint, sizeof hint));
    for (int i = 0; i < lines.count && i < inner.rows; i++)
        lrp_canvas_text(canvas, inner.x, inner.y + i, inner.columns, lines.items[i].text, LRP_STYLE_DIM);
    lrp_lines_free(&lines);
}

void lrp_draw_cursor(const struct lrp_app *app, struct lrp_canvas *canvas, const struct lrp_heat_area *area)
{
    int x, y;
    if (app->cursor_x >= 0 && app->focus == LRP_PANE_PREVIEW && lrp_heat_cell_of(area, app->cursor_x, app->cursor_y, &x, &y))
        lrp_canvas_point(canvas, x, y, app->cursor_x - area->crop.x, app->cursor_y - area->crop.y, area->crop.width,
                         area->crop.height);
}

void lrp_draw_as_one(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner)
{
    const struct lrp_painting *p = &app->painting;
    if (p->vector) {
        lrp_draw_vector(app, canvas, inner);
        return;
    }
    const struct lrp_heat_area area = lrp_preview_area(app, inner);
    const struct lrp_rect line = {inner.x, area.cells.y + area.cells.rows, inner.columns, 1};
    if (p->photo[0].values) {
        lrp_photo_draw(&app->caps, p->photo, canvas, &area);
        lrp_draw_read_out(app, canvas, line);
    } else {
        const struct lrp_heat heat = lrp_heat_make(&app->caps, &p->options, &p->range, p->grey.values != NULL, canvas);
        lrp_heat_draw(&heat, &p->plane, p->grey.values ? &p->grey : NULL, canvas, area);
        lrp_draw_full_legend(app, canvas, line, &heat);
    }
    lrp_draw_cursor(app, canvas, &area);
    lrp_draw_below(app, canvas, inner, line.y + 1);
}

/* ---- below it ---- */

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

bool lrp_under_one(const struct lrp_app *app, struct lrp_rect inner, int x, int y, int *px, int *py)
{
    if (app->painting.vector) return lrp_vector_at(app, inner, y, px, py);
    const struct lrp_heat_area area = lrp_preview_area(app, inner);
    return lrp_heat_value_at(&area, x, y, px, py);
}

/* How kinds are drawn, and what lies under a cell of them. */
static const struct {
    void (*draw)(const struct lrp_app *, struct lrp_canvas *, struct lrp_rect);
    lrp_under_fn *under;
} drawings[] = {
#define X(id, drawn, painted, ...) {lrp_draw_as_##drawn, lrp_under_##drawn},
    LRP_PREVIEWS(X)
#undef X
};

void lrp_draw_preview(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    if (lrp_preview_row(lrp_app_preview(app))->whole_pane) {
        drawings[lrp_app_preview(app)].draw(app, canvas, rect);
        return;
    }
    const struct lrp_rect inner = lrp_preview_inner(app, rect);
    lrp_draw_preview_title(app, canvas, rect);
    notice(app, canvas, rect);
    if (inner.rows < 1) return;
    if (lrp_preview_fresh(app))
        drawings[app->painting.subject.kind].draw(app, canvas, inner);
    else
        why_not(app, canvas, inner);
}

/* Compare: the line below the three pictures. */
void lrp_draw_read_out(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at)
{
    char text[256];
    read_out(app, text, sizeof text);
    lrp_canvas_fit(canvas, at.x, at.y, at.columns, text, LRP_STYLE_NORMAL);
}

bool lrp_preview_hit(const struct lrp_app *app, struct lrp_rect rect, int x, int y, int *px, int *py)
{
    const struct lrp_rect inner = lrp_preview_inner(app, rect);
    if (!lrp_preview_fresh(app) || inner.rows < 1) return false;
    return drawings[app->painting.subject.kind].under(app, inner, x, y, px, py);
}
