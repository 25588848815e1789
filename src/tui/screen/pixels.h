/* pixels.h: pictures of a canvas as pixels. Pure. */
#ifndef LRP_TUI_PIXELS_H
#define LRP_TUI_PIXELS_H

#include "canvas.h"

/* Red, green, blue and alpha (0 or 255), row by row from the top. */
struct lrp_bitmap {
    int width, height;
    unsigned char *rgba; /* owned */
};
/* A picture as large as its cells, each of so many pixels: every pixel of the source a rectangle, a frame around the marked
 * one, and nothing (alpha 0) where the picture does not fill its cells. False when out of memory. */
bool lrp_picture_compose(const struct lrp_canvas_picture *picture, int cell_width, int cell_height, struct lrp_bitmap *out);
void lrp_bitmap_free(struct lrp_bitmap *bitmap);

#endif
