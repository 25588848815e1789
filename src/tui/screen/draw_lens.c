/* draw_lens.c: the preview as a table of what would be said after each block: its columns are positions, each cell holds the
 * strongest class on the colour of its probability. What does not fit is scrolled to by the cursor. */
#include "runes.h"
#include "view.h"

enum { LRP_LENS_LEAST = 4, LRP_LENS_MOST = 12, LRP_LENS_NAMES = 24 };

/* Where the table lies, and which of its cells are seen. */
struct table {
    int side, head;    /* columns of names of rows, rows of names of columns */
    int each;          /* columns of a cell, the blank behind it among them */
    int first, across; /* positions that are seen */
    int top, down;     /* blocks that are */
    int high;          /* rows of a block: a second one says what there is no colour for */
};

static int widest_of(const struct lrp_marks *marks, int most)
{
    int width = 0;
    for (size_t i = 0; i < marks->count && width < most; i++) {
        const int columns = lrp_text_columns(marks->items[i].text);
        width = columns > width ? columns : width;
    }
    return width < most ? width : most;
}

/* The first of `seen` among `count` so that the cursor is one of them. */
static int scrolled_to(int cursor, int seen, int count)
{
    const int last = count - seen, from = cursor < 0 ? 0 : cursor - seen / 2;
    return from > last ? (last > 0 ? last : 0) : from > 0 ? from : 0;
}

static int least_int(int a, int b)
{
    return a < b ? a : b;
}

static struct table lay_out_table(const struct lrp_app *app, struct lrp_rect inner)
{
    const struct lrp_painting *p = &app->painting;
    struct table t = {.side = least_int(widest_of(&p->down, LRP_LENS_NAMES) + 4, inner.columns / 3),
                      .head = p->across.count && inner.rows > 2};
    const int words = widest_of(&p->cells, LRP_LENS_MOST), names = widest_of(&p->across, LRP_LENS_MOST);
    const int left = inner.columns - t.side - 1, each = (words > names ? words : names) + 1;
    t.each = each < LRP_LENS_LEAST ? LRP_LENS_LEAST : each;
    t.across = least_int(left / t.each > 0 ? left / t.each : 1, p->plane.width);
    t.high = lrp_heat_has_row_below(&app->caps) && inner.rows > 2 ? 2 : 1;
    t.down = least_int((inner.rows - t.head) / t.high > 0 ? (inner.rows - t.head) / t.high : 1, p->plane.height);
    t.first = scrolled_to(app->cursor_x, t.across, p->plane.width);
    t.top = scrolled_to(app->cursor_y, t.down, p->plane.height);
    return t;
}

/* A name without the blank that it begins with, where that is not all of it. */
static const char *without_blank(const char *text)
{
    return *text == ' ' && text[1] ? text + 1 : text;
}

/* A word on the colour of its probability, which fills the cell but for its last column. */
static void draw_word(const struct lrp_app *app, struct lrp_canvas *canvas, const struct lrp_heat *heat, struct lrp_rect cell,
                      int px, int py)
{
    const struct lrp_painting *p = &app->painting;
    const size_t at = (size_t)py * (size_t)p->plane.width + (size_t)px;
    const bool cursor = px == app->cursor_x && py == app->cursor_y && app->focus == LRP_PANE_PREVIEW;
    const char *text = without_blank(p->cells.items[at].text);
    int x = cell.x;
    const int right = cell.x + cell.columns;
    for (uint32_t rune; (rune = lrp_rune_next(&text)) != 0;) {
        const int columns = lrp_rune_width(rune);
        if (columns < 1) continue;
        if (x + columns > right) break;
        if (cursor)
            lrp_canvas_rune(canvas, x, cell.y, rune, LRP_STYLE_CURSOR);
        else
            lrp_heat_letter(heat, canvas, x, cell.y, rune, p->plane.values[at]);
        x += columns;
    }
    for (; x < right; x++) {
        if (cursor)
            lrp_canvas_rune(canvas, x, cell.y, ' ', LRP_STYLE_CURSOR);
        else
            lrp_heat_letter(heat, canvas, x, cell.y, ' ', p->plane.values[at]);
    }
    for (x = cell.x; cell.rows > 1 && x < right; x++) lrp_heat_below(heat, canvas, x, cell.y + 1, p->plane.values[at]);
}

static void draw_names(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner, const struct table *t)
{
    const struct lrp_painting *p = &app->painting;
    for (int i = 0; t->head && i < t->across && (size_t)(t->first + i) < p->across.count; i++) {
        const struct lrp_mark *mark = &p->across.items[t->first + i];
        const enum lrp_style style = t->first + i == app->cursor_x && app->focus == LRP_PANE_PREVIEW ? LRP_STYLE_CURSOR
                                     : mark->apart                                                   ? LRP_STYLE_DIM
                                                                                                     : LRP_STYLE_NORMAL;
        lrp_canvas_text(canvas, inner.x + t->side + 1 + i * t->each, inner.y, t->each - 1, without_blank(mark->text), style);
    }
    for (int i = 0; i < t->down && (size_t)(t->top + i) < p->down.count; i++) {
        const struct lrp_mark *mark = &p->down.items[t->top + i];
        const int y = inner.y + t->head + i * t->high;
        const int used = lrp_canvas_format(canvas, inner.x, y, t->side, LRP_STYLE_NORMAL, "%3lld ", (long long)mark->id);
        lrp_canvas_tail(canvas, inner.x + used, y, t->side - used, mark->text, LRP_STYLE_NORMAL);
    }
}

void lrp_draw_as_lens(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner)
{
    const struct lrp_painting *p = &app->painting;
    const struct table t = lay_out_table(app, inner);
    struct lrp_heat heat = lrp_heat_make(&app->caps, &p->options, &p->range, false, canvas);
    lrp_heat_add_inks(&heat, canvas);
    draw_names(app, canvas, inner, &t);
    for (int y = 0; y < t.down; y++)
        for (int x = 0; x < t.across; x++) {
            const int left = inner.x + t.side + 1 + x * t.each, room = inner.x + inner.columns - left;
            const struct lrp_rect cell = {left, inner.y + t.head + y * t.high, least_int(t.each - 1, room), t.high};
            if (cell.columns > 0) draw_word(app, canvas, &heat, cell, t.first + x, t.top + y);
        }
    lrp_draw_full_legend(app, canvas, (struct lrp_rect){inner.x, inner.y + inner.rows, inner.columns, 1}, &heat);
}

bool lrp_under_lens(const struct lrp_app *app, struct lrp_rect inner, int x, int y, int *px, int *py)
{
    const struct table t = lay_out_table(app, inner);
    const int from = x - inner.x - t.side - 1, row = y - inner.y - t.head;
    if (from < 0 || row < 0 || row / t.high >= t.down || from / t.each >= t.across) return false;
    *px = t.first + from / t.each;
    *py = t.top + row / t.high;
    return true;
}
