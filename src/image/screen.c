/* screen.c: a screen of cells as a picture: half blocks and pictures as pixels, lines as lines, text in the font of all
 * pictures. */
#include <string.h>

#include "font.h"
#include "lrpscope/heatmap.h"

enum {
    SCALE = 2,
    WIDTH = LRP_FONT_ADVANCE * SCALE, /* of a cell; half as high again: half blocks are square */
    HEIGHT = 2 * WIDTH,
    HALF = HEIGHT / 2,
    MARGIN = 12,
    ABOVE = 3 /* pixels above a letter */
};
_Static_assert(WIDTH == LRP_SCREEN_CELL_WIDTH && HEIGHT == LRP_SCREEN_CELL_HEIGHT, "what the header says");

static void unpack_color(int32_t color, unsigned char rgb[3])
{
    for (int i = 0; i < 3; i++) rgb[i] = (unsigned char)(color >> (16 - 8 * i) & 255);
}

/* ---- lines and blocks ---- */

/* Which ways lines go from the middle of a cell. */
enum { LEFT = 1, RIGHT = 2, UP = 4, DOWN = 8 };
static const struct {
    uint32_t rune;
    int ways;
} lines[] = {{0x2500, LEFT | RIGHT},
             {0x2502, UP | DOWN},
             {0x250C, RIGHT | DOWN},
             {0x2510, LEFT | DOWN},
             {0x2514, RIGHT | UP},
             {0x2518, LEFT | UP},
             {0x251C, UP | DOWN | RIGHT},
             {0x2524, UP | DOWN | LEFT},
             {0x252C, LEFT | RIGHT | DOWN},
             {0x2534, LEFT | RIGHT | UP},
             {0x253C, LEFT | RIGHT | UP | DOWN}};

static bool draw_lines(struct lrp_picture *to, int x, int y, uint32_t rune, const unsigned char ink[3])
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (lines[i].rune != rune) continue;
        const int across = x + WIDTH / 2 - 1, down = y + HALF - 1;
        if (lines[i].ways & LEFT) lrp_draw_box(to, x, down, WIDTH / 2 + 1, SCALE, ink);
        if (lines[i].ways & RIGHT) lrp_draw_box(to, across, down, WIDTH / 2 + 1, SCALE, ink);
        if (lines[i].ways & UP) lrp_draw_box(to, across, y, SCALE, HALF + 1, ink);
        if (lines[i].ways & DOWN) lrp_draw_box(to, across, down, SCALE, HALF + 1, ink);
        return true;
    }
    return false;
}

/* Braille: dots of 2 x 4. */
static bool draw_dots(struct lrp_picture *to, int x, int y, uint32_t rune, const unsigned char ink[3])
{
    static const unsigned char bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    if (rune < 0x2800 || rune > 0x28FF) return false;
    for (int row = 0; row < 4; row++)
        for (int column = 0; column < 2; column++)
            if (rune & bits[row][column])
                lrp_draw_box(to, x + column * WIDTH / 2 + 1, y + row * HEIGHT / 4 + 1, WIDTH / 2 - 2, HEIGHT / 4 - 2, ink);
    return true;
}

/* Blocks from the bottom, 1 to 8 eighths high, and shades: every dot in so many. */
static bool draw_block(struct lrp_picture *to, int x, int y, uint32_t rune, const unsigned char ink[3])
{
    if (rune >= 0x2581 && rune <= 0x2588) {
        const int high = HEIGHT * (int)(rune - 0x2580) / 8;
        lrp_draw_box(to, x, y + HEIGHT - high, WIDTH, high, ink);
        return true;
    }
    if (rune < 0x2591 || rune > 0x2593) return false;
    const int quarters = (int)(rune - 0x2590);
    for (int row = 0; row < HEIGHT; row += SCALE)
        for (int column = 0; column < WIDTH; column += SCALE)
            if ((column / SCALE + 2 * (row / SCALE % 2)) % 4 < quarters)
                lrp_draw_box(to, x + column, y + row, SCALE, SCALE, ink);
    return true;
}

/* ---- cells ---- */

static void draw_cell(struct lrp_picture *to, int x, int y, const struct lrp_screen_cell *cell)
{
    unsigned char ink[3], ground[3];
    unpack_color(cell->upper, ground);
    lrp_draw_box(to, x, y, WIDTH, HALF, ground);
    unpack_color(cell->lower, ground);
    lrp_draw_box(to, x, y + HALF, WIDTH, HALF, ground);
    if (cell->rune == ' ' || cell->rune == 0) return;
    unpack_color(cell->ink, ink);
    if (!draw_lines(to, x, y, cell->rune, ink) && !draw_block(to, x, y, cell->rune, ink) &&
        !draw_dots(to, x, y, cell->rune, ink)) {
        lrp_draw_rune(to, x, y + ABOVE, SCALE, cell->rune, ink);
        if (cell->bold) lrp_draw_rune(to, x + 1, y + ABOVE, SCALE, cell->rune, ink);
    }
    if (cell->underlined) lrp_draw_box(to, x, y + HEIGHT - SCALE, WIDTH, SCALE / 2, ink);
}

static void draw_picture(struct lrp_picture *to, const struct lrp_screen_picture *picture)
{
    for (int y = 0; y < picture->height; y++) {
        for (int x = 0; x < picture->width; x++) {
            const unsigned char *rgba = picture->rgba + 4 * ((size_t)y * (size_t)picture->width + (size_t)x);
            if (rgba[3]) lrp_draw_box(to, MARGIN + picture->column * WIDTH + x, MARGIN + picture->row * HEIGHT + y, 1, 1, rgba);
        }
    }
}

enum lrp_status lrp_screen_write(const struct lrp_screen_cells *screen, const char *path, struct lrp_error *err)
{
    struct lrp_picture picture = {0};
    unsigned char paper[3];
    if (screen->columns < 1 || screen->rows < 1 || screen->columns > LRP_PICTURE_MAX_SIDE / HEIGHT ||
        screen->rows > LRP_PICTURE_MAX_SIDE / HEIGHT)
        return lrp_fail(err, LRP_FILE, "%s: a screen of %d x %d cells is too large for a picture", path, screen->columns,
                        screen->rows);
    enum lrp_status status =
        lrp_picture_new(screen->columns * WIDTH + 2 * MARGIN, screen->rows * HEIGHT + 2 * MARGIN, 3, &picture, err);
    if (status) return lrp_fail_context(err, status, "%s", path);
    unpack_color(screen->paper, paper);
    lrp_draw_box(&picture, 0, 0, picture.width, picture.height, paper);
    for (int y = 0; y < screen->rows; y++)
        for (int x = 0; x < screen->columns; x++)
            draw_cell(&picture, MARGIN + x * WIDTH, MARGIN + y * HEIGHT,
                      &screen->cells[(size_t)y * (size_t)screen->columns + (size_t)x]);
    for (size_t i = 0; i < screen->picture_count; i++) draw_picture(&picture, &screen->pictures[i]);
    status = lrp_picture_write_png(&picture, path, err);
    lrp_picture_free(&picture);
    return status;
}
