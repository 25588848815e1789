/* svg.h: a screen as a picture for documents: SVG text in the colours of the dark or the light theme. Pure. */
#ifndef LRP_TUI_SVG_H
#define LRP_TUI_SVG_H

#include "canvas.h"

/* Cells are 9 x 18, so that the pixels of half blocks are square. Owned by the caller; NULL when out of memory. */
char *lrp_canvas_to_svg(const struct lrp_canvas *canvas, bool light);

#endif
