/* svg.c: a screen as SVG, see svg.h: backgrounds and half blocks as rectangles, text in runs, lines as lines. */
#include "svg.h"

#include "runes.h"
#include "text.h"

enum { LRP_CELL_WIDTH = 9, LRP_CELL_HEIGHT = 18, LRP_HALF = LRP_CELL_HEIGHT / 2, LRP_MARGIN = 12, LRP_BASELINE = 13 };
/* What the terminal's own colours are taken to be. */
struct page {
    const struct lrp_canvas *canvas;
    bool light;
    int32_t paper, ink;
};
static const struct page dark_page = {.paper = 0x14171C, .ink = 0xD4D4D4},
                         light_page = {.light = true, .paper = 0xFCFCFC, .ink = 0x24292F};

static const struct lrp_cell *cell_at(const struct lrp_canvas *canvas, int x, int y)
{
    return &canvas->cells[(size_t)y * (size_t)canvas->columns + (size_t)x];
}
static int left_of(int x)
{
    return LRP_MARGIN + x * LRP_CELL_WIDTH;
}
static int top_of(int y)
{
    return LRP_MARGIN + y * LRP_CELL_HEIGHT;
}
static int32_t or_else(int32_t color, int32_t otherwise)
{
    return color < 0 ? otherwise : color;
}

/* ---- backgrounds ---- */

static int32_t level_color(const struct page *page, int level)
{
    return level == LRP_LEVEL_NONE      ? page->paper
           : level == LRP_LEVEL_INVALID ? page->canvas->invalid
                                        : page->canvas->palette[level - 1];
}

/* The colour behind the upper or lower half of a cell. */
static int32_t half_color(const struct page *page, const struct lrp_cell *cell, int half)
{
    if (cell->upper != LRP_LEVEL_NONE) return level_color(page, half || cell->letter ? cell->lower : cell->upper);
    return or_else(lrp_theme_look((enum lrp_style)cell->style, LRP_COLOR_DIRECT, page->light).bg, page->paper);
}

/* Neighbours of one colour share a rectangle; the paper needs none. */
static void put_backgrounds(struct lrp_text *out, const struct page *page, int y, int half)
{
    for (int x = 0, end; x < page->canvas->columns; x = end) {
        const int32_t color = half_color(page, cell_at(page->canvas, x, y), half);
        for (end = x + 1; end < page->canvas->columns && half_color(page, cell_at(page->canvas, end, y), half) == color; end++)
            ;
        if (color != page->paper)
            lrp_text_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n", left_of(x),
                            top_of(y) + half * LRP_HALF, (end - x) * LRP_CELL_WIDTH, LRP_HALF, (unsigned)color);
    }
}

/* ---- lines and blocks ---- */

/* Characters fonts leave gaps between; paths from the middle of a cell, blocks by how much they cover. */
static const struct drawn {
    uint32_t rune;
    const char *path;
    double cover;
} drawn[] = {{0x2502, "M4.5 0V18", 0},   {0x251C, "M4.5 0V18M4.5 9H9", 0},
             {0x2500, "M0 9H9", 0},      {0x250C, "M4.5 18V9H9", 0},
             {0x2510, "M0 9H4.5V18", 0}, {0x2514, "M4.5 0V9H9", 0},
             {0x2518, "M4.5 0V9H0", 0},  {0x2588, NULL, 1},
             {0x2593, NULL, 0.75},       {0x2592, NULL, 0.5},
             {0x2591, NULL, 0.25}};

static const struct drawn *drawn_of(uint32_t rune)
{
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++)
        if (drawn[i].rune == rune) return &drawn[i];
    return NULL;
}

static void put_drawn(struct lrp_text *out, const struct drawn *glyph, int x, int y, int32_t color)
{
    if (glyph->path)
        lrp_text_printf(out, "<path transform=\"translate(%d %d)\" d=\"%s\" fill=\"none\" stroke=\"#%06x\"/>\n", left_of(x),
                        top_of(y), glyph->path, (unsigned)color);
    else
        lrp_text_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\" fill-opacity=\"%.2f\"/>\n",
                        left_of(x), top_of(y), LRP_CELL_WIDTH, LRP_CELL_HEIGHT, (unsigned)color, glyph->cover);
}

/* ---- text ---- */

static bool is_text(const struct lrp_cell *cell)
{
    return cell->rune != ' ' && cell->rune != 0 && (cell->letter || (cell->upper == LRP_LEVEL_NONE && !drawn_of(cell->rune)));
}

static void put_rune(struct lrp_text *out, uint32_t rune)
{
    static const struct {
        uint32_t rune;
        const char *text;
    } escaped[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}};
    char text[8];
    for (size_t i = 0; i < sizeof escaped / sizeof *escaped; i++) {
        if (escaped[i].rune == rune) {
            lrp_text_append(out, escaped[i].text);
            return;
        }
    }
    lrp_rune_put(rune, text);
    lrp_text_append(out, text);
}

/* A word of one style; its length is given, so that it fits whatever the font. Returns where it ends. */
static int put_word(struct lrp_text *out, const struct page *page, int x, int y)
{
    const struct lrp_cell *first = cell_at(page->canvas, x, y);
    const struct lrp_look look = lrp_theme_look((enum lrp_style)first->style, LRP_COLOR_DIRECT, page->light);
    int end = x + 1;
    while (end < page->canvas->columns && cell_at(page->canvas, end, y)->style == first->style &&
           cell_at(page->canvas, end, y)->letter == first->letter && cell_at(page->canvas, end, y)->upper == first->upper &&
           (is_text(cell_at(page->canvas, end, y)) || cell_at(page->canvas, end, y)->rune == 0))
        end++;
    lrp_text_printf(out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"#%06x\"%s%s>", left_of(x), top_of(y) + LRP_BASELINE,
                    (end - x) * LRP_CELL_WIDTH,
                    (unsigned)(first->letter ? level_color(page, first->upper) : or_else(look.fg, page->ink)),
                    look.attributes & LRP_BOLD ? " font-weight=\"bold\"" : "",
                    look.attributes & LRP_UNDERLINE ? " text-decoration=\"underline\"" : "");
    for (int i = x; i < end; i++) {
        const struct lrp_cell *cell = cell_at(page->canvas, i, y);
        if (cell->rune != 0) put_rune(out, cell->rune);
        for (int k = 0; k < LRP_ACCENTS_MOST && cell->accents[k]; k++) put_rune(out, cell->accents[k]);
    }
    lrp_text_append(out, "</text>\n");
    return end;
}

static void put_row(struct lrp_text *out, const struct page *page, int y)
{
    for (int half = 0; half < 2; half++) put_backgrounds(out, page, y, half);
    for (int x = 0; x < page->canvas->columns;) {
        const struct lrp_cell *cell = cell_at(page->canvas, x, y);
        const struct drawn *glyph = cell->upper == LRP_LEVEL_NONE ? drawn_of(cell->rune) : NULL;
        if (glyph)
            put_drawn(out, glyph, x, y,
                      or_else(lrp_theme_look((enum lrp_style)cell->style, LRP_COLOR_DIRECT, page->light).fg, page->ink));
        x = is_text(cell) ? put_word(out, page, x, y) : x + 1;
    }
}

char *lrp_canvas_to_svg(const struct lrp_canvas *canvas, bool light)
{
    const int width = canvas->columns * LRP_CELL_WIDTH + 2 * LRP_MARGIN,
              height = canvas->rows * LRP_CELL_HEIGHT + 2 * LRP_MARGIN;
    struct page page = light ? light_page : dark_page;
    struct lrp_text text = {0}, *const out = &text;
    page.canvas = canvas;
    lrp_text_printf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-size=\"15\""
        " font-family=\"'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace\">\n"
        "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#%06x\"/>\n<g shape-rendering=\"crispEdges\">\n",
        width, height, width, height, width, height, (unsigned)page.paper);
    for (int y = 0; y < canvas->rows; y++) put_row(out, &page, y);
    lrp_text_append(out, "</g>\n</svg>\n");
    return lrp_text_take(out);
}

/* ---- cells ---- */

static struct lrp_screen_cell screen_cell(const struct page *page, const struct lrp_cell *cell)
{
    const struct lrp_look look = lrp_theme_look((enum lrp_style)cell->style, LRP_COLOR_DIRECT, page->light);
    const bool heat = cell->upper != LRP_LEVEL_NONE;
    return (struct lrp_screen_cell){.rune = heat && !cell->letter ? ' ' : cell->rune, /* a half block is its two grounds */
                                    .ink = cell->letter ? level_color(page, cell->upper) : or_else(look.fg, page->ink),
                                    .upper = half_color(page, cell, 0),
                                    .lower = half_color(page, cell, 1),
                                    .bold = !heat && look.attributes & LRP_BOLD,
                                    .underlined = !heat && look.attributes & LRP_UNDERLINE};
}

void lrp_canvas_to_cells(const struct lrp_canvas *canvas, bool light, struct lrp_screen_cell *cells, int32_t *paper)
{
    struct page page = light ? light_page : dark_page;
    page.canvas = canvas;
    *paper = page.paper;
    for (int y = 0; y < canvas->rows; y++)
        for (int x = 0; x < canvas->columns; x++)
            cells[(size_t)y * (size_t)canvas->columns + (size_t)x] = screen_cell(&page, cell_at(canvas, x, y));
}
