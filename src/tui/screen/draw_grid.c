/* draw_grid.c: the preview as a grid whose rows and columns stand for something: matrices of attention, heads and tokens by
 * layer. What does not fit is pooled; what rows and columns stand for is written where each has a place of its own. */
#include <string.h>

#include "runes.h"
#include "view.h"

enum { LRP_CELL_MOST = 8, LRP_SIDE_LEAST = 3, LRP_LETTERS_MOST = 6 };

/* Columns for the names of rows, rows for the names of columns, and what is left for the picture. */
struct grid {
    struct lrp_heat_area area;
    int side, head;
    bool upright; /* names of columns go downwards, a letter a row */
};

static int widest_name(const struct lrp_marks *marks, int most)
{
    int width = 0;
    for (size_t i = 0; i < marks->count && width < most; i++) {
        const int columns = lrp_text_columns(marks->items[i].text) + 4 * marks->items[i].numbered;
        width = columns > width ? columns : width;
    }
    return width < most ? width : most;
}

/* Cells for each of `count`: as many as fit, one at least; 0: they share them. */
static int cells_each(int room, int count, int most)
{
    const int each = count > 0 ? room / count : 0;
    return each < most ? each : most;
}

static struct grid lay_out(const struct lrp_app *app, struct lrp_rect inner)
{
    const struct lrp_painting *p = &app->painting;
    const struct lrp_crop crop = lrp_preview_crop(app, &p->plane);
    struct grid g = {.side =
                         p->down.count && inner.columns > 4 * LRP_SIDE_LEAST ? widest_name(&p->down, inner.columns / 3) : 0};
    const int across = inner.columns - g.side - (g.side > 0), wide = cells_each(across, crop.width, LRP_CELL_MOST);
    const int names = widest_name(&p->across, LRP_CELL_MOST);
    g.upright = wide < names + 1 && wide < 4;
    g.head = !p->across.count || wide < 1 || inner.rows < 6 ? 0 : g.upright ? widest_name(&p->across, LRP_LETTERS_MOST) : 1;
    g.head = g.head > inner.rows / 3 ? inner.rows / 3 : g.head;
    const int down = inner.rows - g.head, high = cells_each(down, crop.height, 2);
    const bool halves = !app->caps.ascii && !lrp_heat_has_row_below(&app->caps);
    g.area = (struct lrp_heat_area){.cells = {inner.x + g.side + (g.side > 0), inner.y + g.head, 0, 0}, .crop = crop};
    g.area.width = g.area.cells.columns = wide > 0 ? wide * crop.width : across;
    g.area.cells.rows = high > 0 ? high * crop.height : down;
    g.area.height = g.area.cells.rows * (halves ? 2 : 1);
    if (high == 0 && halves && crop.height < g.area.height) g.area.height = crop.height; /* a row is half a cell */
    if (high == 0 && halves) g.area.cells.rows = (g.area.height + 1) / 2;
    return g;
}

/* A name without the blank that it begins with, where that is not all of it. */
static const char *name_of(const struct lrp_mark *mark)
{
    const size_t blanks = strspn(mark->text, " ");
    return mark->text[blanks] ? mark->text + blanks : mark->text;
}

static enum lrp_style style_of(const struct lrp_app *app, const struct lrp_mark *mark, bool under_cursor)
{
    return under_cursor && app->focus == LRP_PANE_PREVIEW ? LRP_STYLE_CURSOR : mark->apart ? LRP_STYLE_DIM : LRP_STYLE_NORMAL;
}

static void draw_downwards(struct lrp_canvas *canvas, int x, int y, int width, int rows, const char *text, enum lrp_style style)
{
    for (uint32_t rune; rows > 0 && (rune = lrp_rune_next(&text)) != 0;) {
        if (lrp_rune_width(rune) < 1 || lrp_rune_width(rune) > width) continue;
        lrp_canvas_rune(canvas, x, y++, rune, style);
        rows--;
    }
}

static void draw_columns(const struct lrp_app *app, struct lrp_canvas *canvas, const struct grid *g)
{
    const struct lrp_marks *marks = &app->painting.across;
    const struct lrp_crop *c = &g->area.crop;
    const int each = g->area.cells.columns / (c->width > 0 ? c->width : 1), top = g->area.cells.y - g->head;
    for (int i = 0; g->head > 0 && i < c->width && (size_t)c->x + (size_t)i < marks->count; i++) {
        const struct lrp_mark *mark = &marks->items[c->x + i];
        const enum lrp_style style = style_of(app, mark, c->x + i == app->cursor_x);
        if (g->upright)
            draw_downwards(canvas, g->area.cells.x + i * each, top, each, g->head, name_of(mark), style);
        else
            lrp_canvas_text(canvas, g->area.cells.x + i * each, top, each > 2 ? each - 1 : each, name_of(mark), style);
    }
}

static void draw_rows(const struct lrp_app *app, struct lrp_canvas *canvas, const struct grid *g)
{
    const struct lrp_marks *marks = &app->painting.down;
    const struct lrp_crop *c = &g->area.crop;
    for (int i = 0, last = -1; g->side > 0 && i < c->height && (size_t)c->y + (size_t)i < marks->count; i++) {
        const int y = g->area.cells.y + (int)((int64_t)i * g->area.cells.rows / (c->height > 0 ? c->height : 1));
        const struct lrp_mark *mark = &marks->items[c->y + i];
        if (y == last) continue; /* several share a row: the first of them names it */
        const enum lrp_style style = style_of(app, mark, c->y + i == app->cursor_y);
        int x = g->area.cells.x - 1 - g->side, room = g->side;
        if (mark->numbered) {
            const int used = lrp_canvas_format(canvas, x, y, room, style, "%3lld ", (long long)mark->id);
            x += used;
            room -= used;
        }
        lrp_canvas_tail(canvas, x, y, room, name_of(mark), style);
        last = y;
    }
}

void lrp_draw_as_grid(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner)
{
    const struct lrp_painting *p = &app->painting;
    const struct grid g = lay_out(app, inner);
    const struct lrp_heat heat = lrp_heat_make(&app->caps, &p->options, &p->range, false, canvas);
    lrp_heat_draw(&heat, &p->plane, NULL, canvas, g.area);
    draw_columns(app, canvas, &g);
    draw_rows(app, canvas, &g);
    lrp_draw_full_legend(app, canvas, (struct lrp_rect){inner.x, inner.y + inner.rows, inner.columns, 1}, &heat);
    lrp_draw_cursor(app, canvas, &g.area);
}

bool lrp_under_grid(const struct lrp_app *app, struct lrp_rect inner, int x, int y, int *px, int *py)
{
    const struct grid g = lay_out(app, inner);
    return lrp_heat_value_at(&g.area, x, y, px, py);
}
