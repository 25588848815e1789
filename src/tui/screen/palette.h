/* palette.h: few colours in place of many. Pure. */
#ifndef LRP_TUI_PALETTE_H
#define LRP_TUI_PALETTE_H

#include <stddef.h>
#include <stdint.h>

enum { LRP_PALETTE_FIT_MOST = 1024 };
/* Colours for `count` pixels of red, green, blue and alpha (0: it is not seen): their own, in the order of their numbers, where
 * those are no more than `most` (2 to 1024), else the means of groups that halving the widest range again and again makes.
 * colors: 0xRRGGBB, room for `most`; numbers: which of them from 1 a pixel has, 0: it is not seen; room for `count`. Returns
 * how many colours there are; 0: none is seen, or out of memory. */
int lrp_palette_fit(const unsigned char *rgba, size_t count, int most, uint32_t *colors, uint16_t *numbers);

#endif
