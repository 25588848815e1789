/* pixels_place.h: which pictures stand on the terminal, and how they come there and go. Cells are drawn between the two steps:
 *
 *     lrp_pixels_begin(p, canvas, all, redraw, context);  what goes is erased, what cells of text stand for is sent
 *     for each cell: lrp_pixels_cell(p, canvas, x, y);    what is to stand there
 *     lrp_pixels_end(p, canvas);                          what lies over cells is sent
 */
#ifndef LRP_TUI_PIXELS_PLACE_H
#define LRP_TUI_PIXELS_PLACE_H

#include "pixel_protocol.h"

/* Two numbers a picture, so that a new one is there before the one it replaces goes. */
enum { LRP_PICTURE_IDS = 2 * LRP_PICTURES_MOST };

/* A picture that stands on the terminal. */
struct lrp_pixels_placed {
    bool there;
    uint64_t key; /* of what it shows */
    struct lrp_rect cells;
    int number; /* which of its ids */
};
struct lrp_pixels {
    const struct lrp_pixel_protocol *protocol; /* NULL: no pictures */
    int fd, cell_width, cell_height;
    bool as_text, in_tmux;
    int x, y;                               /* where the cursor was left */
    int registers, most_width, most_height; /* of pictures; 0: not limited */
    uint32_t ids[LRP_PICTURE_IDS];          /* borrowed by what cells are coloured with */
    struct lrp_pixels_placed placed[LRP_PICTURES_MOST];
    bool shown[LRP_PICTURES_MOST]; /* of the canvas that is being drawn */
    bool sent[LRP_PICTURES_MOST];  /* what stands there is what it shows */
};

/* `mode`: with direct colour ids are colours of their own, else numbers of the 256; with less there are no placeholders. */
void lrp_pixels_init(struct lrp_pixels *pixels, const struct lrp_pixel_protocol *protocol,
                     const struct lrp_terminal_answers *answers, int fd, enum lrp_color_mode mode);
/* Lines of the terminal that were erased are drawn again whatever stood in them: `redraw` is told. `all`: the terminal has lost
 * everything. */
void lrp_pixels_begin(struct lrp_pixels *pixels, const struct lrp_canvas *canvas, bool all, void (*redraw)(int y, int rows));
/* The cell that is to be drawn there: the canvas's own, a blank below a picture, or one that stands for a part of it: then its
 * `picture` is the number of the id from 1. */
struct lrp_cell lrp_pixels_cell(const struct lrp_pixels *pixels, const struct lrp_canvas *canvas, int x, int y);
/* The cursor is then where it was: at (x, y). */
void lrp_pixels_end(struct lrp_pixels *pixels, const struct lrp_canvas *canvas, int x, int y);
/* Takes all pictures away; the next step begins with none. */
void lrp_pixels_clear(struct lrp_pixels *pixels);
/* What takes all away however many there are, for a crash: appended to out. */
void lrp_pixels_farewell(const struct lrp_pixels *pixels, struct lrp_text *out);

#endif
