/* strip.c: a text as a picture: its tokens one after the other, each on the colour of its relevance. */
#include <string.h>

#include "font.h"
#include "lrpscope/heatmap.h"

enum { SCALE = 2, PAD = 6, GAP = 2, MARGIN = 8, MOST_WIDTH = 1200, LINE = LRP_FONT_HEIGHT * SCALE + 2 * PAD };

static const unsigned char black[3] = {0, 0, 0}, white[3] = {255, 255, 255};

/* Cells go from left to right, into the next line where one is full. */
struct pen {
    int x, y, widest;
};

static int cell_width(const char *text)
{
    const int width = lrp_text_width(text, SCALE) + 2 * PAD, most = MOST_WIDTH - 2 * MARGIN;
    return width < most ? width : most;
}

static void place_cell(struct pen *pen, int width)
{
    if (pen->x > MARGIN && pen->x + width > MOST_WIDTH - MARGIN) {
        pen->x = MARGIN;
        pen->y += LINE + GAP;
    }
    if (pen->x + width > pen->widest) pen->widest = pen->x + width;
}

static void draw_cell(struct lrp_picture *picture, const struct pen *pen, int width, const struct lrp_strip *strip,
                      const struct lrp_strip_cell *cell)
{
    unsigned char rgb[3];
    lrp_heatmap_rgb(&strip->options, &strip->range, cell->value, -1, rgb);
    const bool dark = .299 * rgb[0] + .587 * rgb[1] + .114 * rgb[2] < 128;
    lrp_draw_box(picture, pen->x, pen->y, width, LINE, rgb);
    lrp_draw_text_within(picture, pen->x + PAD, pen->y + PAD, SCALE, width - 2 * PAD, cell->text, dark ? white : black);
}

/* Goes over all cells; draws them where there is a picture. */
static struct pen walk_cells(const struct lrp_strip *strip, struct lrp_picture *picture)
{
    struct pen pen = {MARGIN, MARGIN, 4 * MARGIN};
    for (size_t i = 0; i < strip->count; i++) {
        const int width = cell_width(strip->cells[i].text);
        place_cell(&pen, width);
        if (picture) draw_cell(picture, &pen, width, strip, &strip->cells[i]);
        pen.x += width + GAP;
    }
    pen.y += LINE;
    return pen;
}

enum lrp_status lrp_strip_write(const struct lrp_strip *strip, const char *path, struct lrp_error *err)
{
    struct lrp_picture picture = {0};
    const struct pen end = walk_cells(strip, NULL);
    const bool noted = strip->note && *strip->note;
    const int note = noted ? lrp_text_width(strip->note, 1) + 2 * MARGIN : 0;
    const int width = end.widest + MARGIN > note ? end.widest + MARGIN : note < MOST_WIDTH ? note : MOST_WIDTH;
    enum lrp_status status = lrp_picture_new(width, end.y + MARGIN + (noted ? LRP_FONT_HEIGHT + MARGIN : 0), 3, &picture, err);
    if (status) return lrp_fail_context(err, status, "%s", path);
    memset(picture.pixels, 255, (size_t)picture.width * (size_t)picture.height * 3);
    walk_cells(strip, &picture);
    if (noted) lrp_draw_text_within(&picture, MARGIN, end.y + MARGIN, 1, width - 2 * MARGIN, strip->note, black);
    status = lrp_picture_write_png(&picture, path, err);
    lrp_picture_free(&picture);
    return status;
}
