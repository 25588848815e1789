/* dots.h: curves in cells: the dots of Unicode's braille patterns, 2 x 4 in a cell. */
#ifndef LRP_TUI_DOTS_H
#define LRP_TUI_DOTS_H

enum { LRP_DOTS_NONE = 0x2800, LRP_DOTS_DOWN = 4 };

static inline unsigned lrp_dot_bit(int x, int y)
{
    static const unsigned char bits[LRP_DOTS_DOWN][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    return bits[y][x];
}

#endif
