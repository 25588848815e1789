/* draw_text.c: the preview as text: every token on the colour of its relevance, in lines that are broken where words are; where
 * there are no colours, a row below each line says the same. */
#include <stdlib.h>

#include "format.h"
#include "runes.h"
#include "view.h"

/* A character of a token, laid out. */
struct place {
    int token, line, x, columns; /* columns 0: it combines with the character that ends at x */
    uint32_t rune;
};
typedef void visit_place(void *data, const struct place *place);
enum { LRP_RETURN = 0x21B5 }; /* stands for the end of a line in a token */

/* Where the next character goes. */
struct text_pen {
    int columns, line, x;
};

static void new_line(struct text_pen *pen)
{
    pen->line++;
    pen->x = 0;
}

static void walk_token(struct text_pen *pen, int token, const struct lrp_mark *mark, visit_place *visit, void *data)
{
    const char *text = mark->text;
    const int width = lrp_text_columns(text);
    const bool blank = pen->x > 0 && !mark->joined && *text != ' ';
    if (pen->x > 0 && pen->x + blank + width > pen->columns && width <= pen->columns)
        new_line(pen);
    else
        pen->x += blank;
    if (pen->x == 0 && *text == ' ' && text[1]) text++; /* a line does not begin with a blank */
    for (uint32_t rune, last = 0; (rune = lrp_rune_next(&text)) != 0; last = rune) {
        const int columns = lrp_rune_width(rune);
        if (columns == 0 && (last == 0 || !lrp_is_printable(rune))) continue;
        if (columns > 0 && pen->x + columns > pen->columns) new_line(pen);
        visit(data, &(struct place){token, pen->line, pen->x, columns, rune});
        pen->x += columns;
        if (rune == LRP_RETURN) new_line(pen);
    }
}

/* All characters in their order; of kinds with a line for every token, only its first. Returns how many lines there are. */
static int walk_text(const struct lrp_app *app, int columns, visit_place *visit, void *data)
{
    const struct lrp_painting *p = &app->painting;
    struct text_pen pen = {.columns = columns > 2 ? columns : 2};
    const bool listed = lrp_preview_row(p->subject.kind)->listed;
    for (int i = 0; i < (int)p->across.count; i++) {
        if (listed) {
            visit(data, &(struct place){i, i, 0, columns, ' '});
            pen.line = i;
            continue;
        }
        if (p->across.items[i].begins && i > 0) {
            new_line(&pen);
            new_line(&pen);
        }
        walk_token(&pen, i, &p->across.items[i], visit, data);
    }
    return pen.line + 1;
}

/* ---- what is seen ---- */

struct token_search {
    int token, line, x;           /* of which the first place is looked for, or what lies nearest to x in a line */
    int best, best_x, found_line; /* found */
};

static void find_token(void *data, const struct place *at)
{
    struct token_search *s = data;
    if (at->token != s->token || s->best >= 0) return;
    s->best = at->token;
    s->best_x = at->x;
    s->found_line = at->line;
}

static void find_nearest(void *data, const struct place *at)
{
    struct token_search *s = data;
    if (at->line != s->line) return;
    if (s->best < 0 || abs(at->x - s->x) < abs(s->best_x - s->x)) {
        s->best = at->token;
        s->best_x = at->x;
    }
}

static void ignore(void *data, const struct place *at)
{
    (void)data, (void)at;
}

static int lines_in(const struct lrp_app *app, struct lrp_rect inner)
{
    const int lines = lrp_preview_row(app->painting.subject.kind)->listed || !lrp_heat_has_row_below(&app->caps)
                          ? inner.rows
                          : inner.rows / 2;
    return lines > 0 ? lines : 1;
}

/* The first line that is seen: the cursor's stands in the middle of what does not fit. */
static int top_of(const struct lrp_app *app, struct lrp_rect inner)
{
    const int seen = lines_in(app, inner), all = walk_text(app, inner.columns, ignore, NULL);
    struct token_search s = {.token = app->cursor_x > 0 ? app->cursor_x : 0, .best = -1};
    walk_text(app, inner.columns, find_token, &s);
    const int top = s.found_line - seen / 2, most = all - seen;
    return top > most ? (most > 0 ? most : 0) : top > 0 ? top : 0;
}

int lrp_flow_token_beside(const struct lrp_app *app, int token, int step)
{
    const struct lrp_rect inner = lrp_preview_inner(app, lrp_app_layout(app).pane[LRP_PANE_PREVIEW]);
    struct token_search here = {.token = token, .best = -1};
    walk_text(app, inner.columns, find_token, &here);
    struct token_search there = {.line = here.found_line + step, .x = here.best_x, .best = -1};
    walk_text(app, inner.columns, find_nearest, &there);
    return there.best >= 0 ? there.best : token;
}

static void find_place(void *data, const struct place *at)
{
    struct token_search *s = data;
    if (at->line == s->line && s->x >= at->x && s->x < at->x + at->columns) s->best = at->token;
}

bool lrp_under_text(const struct lrp_app *app, struct lrp_rect inner, int x, int y, int *px, int *py)
{
    const int per_line = inner.rows / lines_in(app, inner) > 1 ? 2 : 1;
    if (x < inner.x || x >= inner.x + inner.columns || y < inner.y || y >= inner.y + inner.rows) return false;
    struct token_search s = {.line = top_of(app, inner) + (y - inner.y) / per_line, .x = x - inner.x, .best = -1};
    walk_text(app, inner.columns, find_place, &s);
    *px = s.best;
    *py = 0;
    return s.best >= 0;
}

/* ---- drawing ---- */

struct pane {
    const struct lrp_app *app;
    struct lrp_canvas *canvas;
    const struct lrp_heat *heat;
    struct lrp_rect inner;
    int top, lines, rows; /* rows of a line */
};

static void draw_place(void *data, const struct place *at)
{
    const struct pane *pane = data;
    const struct lrp_app *app = pane->app;
    const float value = app->painting.plane.values[at->token];
    const int line = at->line - pane->top, x = pane->inner.x + at->x, y = pane->inner.y + line * pane->rows;
    const bool cursor = at->token == app->cursor_x && app->focus == LRP_PANE_PREVIEW,
               apart = app->painting.across.items[at->token].apart; /* its colour would say nothing */
    if (line < 0 || line >= pane->lines) return;
    if (at->columns == 0)
        lrp_canvas_accent(pane->canvas, x - 1, y, at->rune);
    else if (cursor)
        lrp_canvas_rune(pane->canvas, x, y, at->rune, LRP_STYLE_CURSOR);
    else if (apart)
        lrp_canvas_rune(pane->canvas, x, y, at->rune, LRP_STYLE_DIM);
    else
        lrp_heat_letter(pane->heat, pane->canvas, x, y, at->rune, value);
    for (int i = 0; !apart && pane->rows > 1 && i < at->columns; i++)
        lrp_heat_below(pane->heat, pane->canvas, x + i, y + 1, value);
}

/* Legend and details, right below the lines that there are. */
static void finish_text(const struct pane *pane)
{
    const struct lrp_rect *inner = &pane->inner;
    const int all = walk_text(pane->app, inner->columns, ignore, NULL), shown = all < pane->lines ? all : pane->lines;
    const int bottom = inner->y + shown * pane->rows;
    lrp_draw_full_legend(pane->app, pane->canvas, (struct lrp_rect){inner->x, bottom, inner->columns, 1}, pane->heat);
    lrp_draw_below(pane->app, pane->canvas, *inner, bottom + 1);
}

void lrp_draw_as_text(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner)
{
    const struct lrp_painting *p = &app->painting;
    struct lrp_heat heat = lrp_heat_make(&app->caps, &p->options, &p->range, false, canvas);
    lrp_heat_add_inks(&heat, canvas);
    struct pane pane = {.app = app, .canvas = canvas, .heat = &heat, .inner = inner, .top = top_of(app, inner)};
    pane.lines = lines_in(app, inner);
    pane.rows = lrp_heat_has_row_below(&app->caps) && inner.rows > 1 ? 2 : 1;
    walk_text(app, inner.columns, draw_place, &pane);
    finish_text(&pane);
}

/* ---- as a table ---- */

enum { LRP_SCORE_COLUMNS = 8, LRP_BAR_COLUMNS = 4, LRP_ID_FROM = 48 };

/* Number, id where there is room, value with its colour, the token. */
static void draw_row(void *data, const struct place *at)
{
    const struct pane *pane = data;
    const struct lrp_app *app = pane->app;
    const struct lrp_mark *mark = &app->painting.across.items[at->token];
    const float value = app->painting.plane.values[at->token];
    const int line = at->line - pane->top, y = pane->inner.y + line, right = pane->inner.x + pane->inner.columns;
    const bool selected = at->token == app->cursor_x && app->focus == LRP_PANE_PREVIEW;
    const enum lrp_style style = selected ? LRP_STYLE_SELECTED : mark->apart ? LRP_STYLE_DIM : LRP_STYLE_NORMAL;
    char number[32];
    if (line < 0 || line >= pane->lines) return;
    int x = pane->inner.x + lrp_canvas_format(pane->canvas, pane->inner.x, y, pane->inner.columns, style, "%4d ", at->token);
    if (pane->inner.columns >= LRP_ID_FROM)
        x += lrp_canvas_format(pane->canvas, x, y, right - x, style, "%7lld ", (long long)mark->id);
    lrp_value_fit((double)value, LRP_SCORE_COLUMNS, number, sizeof number);
    x += lrp_canvas_right(pane->canvas, x, y, LRP_SCORE_COLUMNS, number, style) + 1;
    for (int i = 0; i < LRP_BAR_COLUMNS && x < right; i++, x++)
        if (!mark->apart) lrp_heat_below(pane->heat, pane->canvas, x, y, value);
    x += 1 + lrp_canvas_fit(pane->canvas, x + 1, y, right - x - 1, mark->text, style);
    if (mark->apart) lrp_canvas_fit(pane->canvas, x + 1, y, right - x - 1, "not in scale", LRP_STYLE_DIM);
}

void lrp_draw_as_table(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner)
{
    const struct lrp_painting *p = &app->painting;
    const struct lrp_heat heat = lrp_heat_make(&app->caps, &p->options, &p->range, false, canvas);
    struct pane pane = {.app = app, .canvas = canvas, .heat = &heat, .inner = inner, .top = top_of(app, inner), .rows = 1};
    pane.lines = lines_in(app, inner);
    walk_text(app, inner.columns, draw_row, &pane);
    finish_text(&pane);
}

bool lrp_under_table(const struct lrp_app *app, struct lrp_rect inner, int x, int y, int *px, int *py)
{
    return lrp_under_text(app, inner, x, y, px, py);
}
