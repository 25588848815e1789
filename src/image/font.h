/* font.h: text and boxes drawn into RGB pictures. */
#ifndef LRP_IMAGE_FONT_H
#define LRP_IMAGE_FONT_H

#include <stdint.h>

#include "picture.h"

#define LRP_FONT_WIDTH 5
#define LRP_FONT_HEIGHT 9  /* 7 above the line, 2 below */
#define LRP_FONT_ADVANCE 6 /* from one character to the next */

/* All of them draw into pictures of 3 channels and leave out what lies outside; scale: pixels per dot of the font. */
void lrp_draw_box(struct lrp_picture *picture, int x, int y, int width, int height, const unsigned char rgb[3]);
/* (x, y) is the upper left corner. Characters that are not ASCII are drawn as '?'. */
void lrp_draw_text(struct lrp_picture *picture, int x, int y, int scale, const char *text, const unsigned char rgb[3]);
/* One character of any script; those that the font has no shape of are drawn as the nearest ASCII one, or as '?'. */
void lrp_draw_rune(struct lrp_picture *picture, int x, int y, int scale, uint32_t rune, const unsigned char rgb[3]);
/* The same, shortened in the middle if it is wider than `width` pixels. */
void lrp_draw_text_within(struct lrp_picture *picture, int x, int y, int scale, int width, const char *text,
                          const unsigned char rgb[3]);
/* Pixels the text takes. */
int lrp_text_width(const char *text, int scale);

#endif
