/* svg.h: a screen as a picture for documents, in the colours of the dark or the light theme: SVG text, or cells that the
 * library draws. Pure. */
#ifndef LRP_TUI_SVG_H
#define LRP_TUI_SVG_H

#include "canvas.h"
#include "lrpscope/heatmap.h"

/* Cells are 9 x 18, so that the pixels of half blocks are square. Owned by the caller; NULL when out of memory. */
char *lrp_canvas_to_svg(const struct lrp_canvas *canvas, bool light);

/* The same for a picture of pixels. Cells are the caller's, as many as the canvas has; pictures are set by the caller. */
void lrp_canvas_to_cells(const struct lrp_canvas *canvas, bool light, struct lrp_screen_cell *cells, int32_t *paper);

#endif
