/* canvas.c: cells and drawing into them, see canvas.h. */
#include "canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runes.h"

static const uint32_t ellipsis = 0x2026;

bool lrp_canvas_resize(struct lrp_canvas *canvas, int columns, int rows)
{
    free(canvas->cells);
    canvas->columns = columns > 0 ? columns : 1;
    canvas->rows = rows > 0 ? rows : 1;
    canvas->cells = calloc((size_t)canvas->columns * (size_t)canvas->rows, sizeof *canvas->cells);
    if (!canvas->cells) canvas->columns = canvas->rows = 0;
    lrp_canvas_clear(canvas);
    return canvas->cells != NULL;
}

void lrp_canvas_free(struct lrp_canvas *canvas)
{
    for (int i = 0; i < LRP_PICTURES_MOST; i++) free(canvas->pictures[i].rgb);
    free(canvas->cells);
    *canvas = (struct lrp_canvas){0};
}

void lrp_canvas_clear(struct lrp_canvas *canvas)
{
    const size_t count = (size_t)canvas->columns * (size_t)canvas->rows;
    for (size_t i = 0; i < count; i++) canvas->cells[i] = (struct lrp_cell){.rune = ' ', .style = LRP_STYLE_NORMAL};
    canvas->cursor_x = canvas->cursor_y = -1;
    canvas->cursor_shown = false;
    canvas->colors = canvas->picture_count = 0;
}

void lrp_canvas_color(struct lrp_canvas *canvas, int32_t rgb)
{
    if (canvas->colors < LRP_PALETTE_MAX) canvas->palette[canvas->colors++] = rgb;
}

static struct lrp_cell *cell_at(struct lrp_canvas *canvas, int x, int y)
{
    if (x < 0 || y < 0 || x >= canvas->columns || y >= canvas->rows) return NULL;
    return &canvas->cells[(size_t)y * (size_t)canvas->columns + (size_t)x];
}

/* A wide character loses its other half when one half is drawn over. */
static void unpair(struct lrp_canvas *canvas, int x, int y)
{
    struct lrp_cell *here = cell_at(canvas, x, y), *left = cell_at(canvas, x - 1, y), *right = cell_at(canvas, x + 1, y);
    if (here && here->rune == 0 && left) left->rune = ' ';
    if (here && right && right->rune == 0) right->rune = ' ';
}

static void put_cell(struct lrp_canvas *canvas, int x, int y, struct lrp_cell cell)
{
    struct lrp_cell *to = cell_at(canvas, x, y);
    if (!to) return;
    unpair(canvas, x, y);
    *to = cell;
}

void lrp_canvas_rune(struct lrp_canvas *canvas, int x, int y, uint32_t rune, enum lrp_style style)
{
    const bool wide = lrp_rune_width(rune) == 2, fits = x + 1 < canvas->columns;
    if (canvas->ascii) rune = (unsigned char)lrp_rune_ascii(rune);
    if (wide && fits) put_cell(canvas, x + 1, y, (struct lrp_cell){.rune = ' ', .style = (uint8_t)style});
    put_cell(canvas, x, y, (struct lrp_cell){.rune = wide && !fits ? ' ' : rune, .style = (uint8_t)style});
    if (wide && fits && !canvas->ascii && cell_at(canvas, x, y)) cell_at(canvas, x + 1, y)->rune = 0;
}

void lrp_canvas_heat(struct lrp_canvas *canvas, int x, int y, uint32_t rune, int upper, int lower)
{
    put_cell(canvas, x, y, (struct lrp_cell){.rune = rune, .upper = (uint8_t)upper, .lower = (uint8_t)lower});
}

void lrp_canvas_letter(struct lrp_canvas *canvas, int x, int y, uint32_t rune, int ink, int ground)
{
    const bool wide = lrp_rune_width(rune) == 2;
    struct lrp_cell cell = {.letter = true, .rune = ' ', .upper = (uint8_t)ink, .lower = (uint8_t)ground};
    if (canvas->ascii) rune = (unsigned char)lrp_rune_ascii(rune);
    if (wide) put_cell(canvas, x + 1, y, cell);
    cell.rune = wide && x + 1 >= canvas->columns ? ' ' : rune;
    put_cell(canvas, x, y, cell);
    if (wide && !canvas->ascii && cell_at(canvas, x + 1, y)) cell_at(canvas, x + 1, y)->rune = 0;
}

void lrp_canvas_accent(struct lrp_canvas *canvas, int x, int y, uint32_t rune)
{
    struct lrp_cell *cell = cell_at(canvas, x, y);
    if (cell && cell->rune == 0) cell = cell_at(canvas, x - 1, y);
    for (int i = 0; cell && !canvas->ascii && i < LRP_ACCENTS_MOST; i++) {
        if (cell->accents[i]) continue;
        cell->accents[i] = rune;
        return;
    }
}

/* ---- pictures ---- */

struct lrp_canvas_picture *lrp_canvas_picture(struct lrp_canvas *canvas, struct lrp_rect cells)
{
    if (canvas->picture_count == LRP_PICTURES_MOST) return NULL;
    struct lrp_canvas_picture *picture = &canvas->pictures[canvas->picture_count++];
    picture->cells = cells;
    picture->point_x = picture->point_y = -1;
    for (int y = cells.y; y < cells.y + cells.rows; y++)
        for (int x = cells.x; x < cells.x + cells.columns; x++)
            if (cell_at(canvas, x, y)) cell_at(canvas, x, y)->picture = (uint8_t)canvas->picture_count;
    return picture;
}

void lrp_canvas_point(struct lrp_canvas *canvas, int x, int y, int px, int py, int width, int height)
{
    const struct lrp_cell *cell = cell_at(canvas, x, y);
    const uint8_t lies = cell ? cell->picture : 0;
    lrp_canvas_rune(canvas, x, y, '+', LRP_STYLE_CURSOR);
    if (!lies || width < 1 || height < 1) return;
    struct lrp_canvas_picture *picture = &canvas->pictures[lies - 1];
    picture->point_x = (int)((int64_t)px * picture->source_width / width);
    picture->point_y = (int)((int64_t)py * picture->source_height / height);
    cell_at(canvas, x, y)->picture = lies;
}

bool lrp_canvas_covers(const struct lrp_canvas *canvas, int picture)
{
    const struct lrp_rect *r = &canvas->pictures[picture].cells;
    if (r->x < 0 || r->y < 0 || r->x + r->columns > canvas->columns || r->y + r->rows > canvas->rows) return true;
    for (int y = r->y; y < r->y + r->rows; y++)
        for (int x = r->x; x < r->x + r->columns; x++)
            if (canvas->cells[(size_t)y * (size_t)canvas->columns + (size_t)x].picture != picture + 1) return true;
    return false;
}

void lrp_canvas_fill(struct lrp_canvas *canvas, struct lrp_rect rect, enum lrp_style style)
{
    for (int y = rect.y; y < rect.y + rect.rows; y++)
        for (int x = rect.x; x < rect.x + rect.columns; x++) lrp_canvas_rune(canvas, x, y, ' ', style);
}

void lrp_canvas_restyle(struct lrp_canvas *canvas, struct lrp_rect rect, enum lrp_style style)
{
    for (int y = rect.y; y < rect.y + rect.rows; y++) {
        for (int x = rect.x; x < rect.x + rect.columns; x++) {
            struct lrp_cell *cell = cell_at(canvas, x, y);
            if (!cell) continue;
            cell->style = (uint8_t)style;
            cell->upper = cell->lower = LRP_LEVEL_NONE;
            cell->letter = false;
            cell->picture = 0;
        }
    }
}

int lrp_canvas_text(struct lrp_canvas *canvas, int x, int y, int width, const char *text, enum lrp_style style)
{
    int used = 0;
    for (uint32_t rune; (rune = lrp_rune_next(&text)) != 0;) {
        const int columns = lrp_rune_width(rune);
        if (columns == 0) {
            if (used > 0 && lrp_is_printable(rune)) lrp_canvas_accent(canvas, x + used - 1, y, rune);
            continue;
        }
        if (used + columns > width) break;
        lrp_canvas_rune(canvas, x + used, y, rune, style);
        used += columns;
    }
    return used;
}

int lrp_canvas_fit(struct lrp_canvas *canvas, int x, int y, int width, const char *text, enum lrp_style style)
{
    if (width <= 0) return 0;
    if (lrp_text_columns(text) <= width) return lrp_canvas_text(canvas, x, y, width, text, style);
    const int used = lrp_canvas_text(canvas, x, y, width - 1, text, style);
    lrp_canvas_rune(canvas, x + used, y, ellipsis, style);
    return used + 1;
}

int lrp_canvas_tail(struct lrp_canvas *canvas, int x, int y, int width, const char *text, enum lrp_style style)
{
    int columns = lrp_text_columns(text);
    if (width <= 0) return 0;
    if (columns <= width) return lrp_canvas_text(canvas, x, y, width, text, style);
    while (columns > width - 1) columns -= lrp_rune_width(lrp_rune_next(&text));
    lrp_canvas_rune(canvas, x, y, ellipsis, style);
    return 1 + lrp_canvas_text(canvas, x + 1, y, width - 1, text, style);
}

int lrp_canvas_right(struct lrp_canvas *canvas, int x, int y, int width, const char *text, enum lrp_style style)
{
    const int columns = lrp_text_columns(text);
    if (columns > width) return lrp_canvas_fit(canvas, x, y, width, text, style);
    return lrp_canvas_text(canvas, x + width - columns, y, columns, text, style) + width - columns;
}

int lrp_canvas_format(struct lrp_canvas *canvas, int x, int y, int width, enum lrp_style style, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return lrp_canvas_fit(canvas, x, y, width, text, style);
}

char *lrp_canvas_to_text(const struct lrp_canvas *canvas)
{
    char *out = malloc((size_t)canvas->rows * ((size_t)canvas->columns * 4 * (1 + LRP_ACCENTS_MOST) + 1) + 5), *at = out;
    if (!out) return NULL;
    for (int y = 0; y < canvas->rows; y++) {
        char *end = at;
        for (int x = 0; x < canvas->columns; x++) {
            const struct lrp_cell *cell = &canvas->cells[y * canvas->columns + x];
            if (cell->rune == 0) continue;
            at += lrp_rune_put(cell->rune, at);
            for (int i = 0; i < LRP_ACCENTS_MOST && cell->accents[i]; i++) at += lrp_rune_put(cell->accents[i], at);
            if (cell->rune != ' ') end = at;
        }
        at = end;
        *at++ = '\n';
    }
    *at = 0;
    return out;
}

static char style_letter(const struct lrp_canvas *canvas, const struct lrp_cell *cell)
{
    if (cell->upper == LRP_LEVEL_INVALID) return '!';
    if (cell->upper == LRP_LEVEL_NONE) return lrp_theme_letter((enum lrp_style)cell->style);
    const int level = cell->letter ? cell->lower : cell->upper;
    return "0123456789"[canvas->colors > 1 && level > 0 ? (level - 1) * 9 / (canvas->colors - 1) : 0];
}

char *lrp_canvas_to_style(const struct lrp_canvas *canvas)
{
    char *out = malloc((size_t)canvas->rows * ((size_t)canvas->columns + 1) + 1), *at = out;
    if (!out) return NULL;
    for (int y = 0; y < canvas->rows; y++) {
        for (int x = 0; x < canvas->columns; x++) *at++ = style_letter(canvas, &canvas->cells[y * canvas->columns + x]);
        *at++ = '\n';
    }
    *at = 0;
    return out;
}

void lrp_draw_title(struct lrp_canvas *canvas, struct lrp_rect rect, bool focus, const char *text)
{
    const enum lrp_style style = focus ? LRP_STYLE_FOCUS : LRP_STYLE_TITLE;
    if (focus) lrp_canvas_fill(canvas, (struct lrp_rect){rect.x, rect.y, rect.columns, 1}, style);
    lrp_canvas_fit(canvas, rect.x, rect.y, rect.columns, text, style);
}
