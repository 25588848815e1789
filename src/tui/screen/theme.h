/* theme.h: what parts of the screen mean, and how each meaning looks in every colour mode. */
#ifndef LRP_TUI_THEME_H
#define LRP_TUI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "caps.h"

enum { LRP_BOLD = 1, LRP_UNDERLINE = 2, LRP_REVERSE = 4 };

/* X(id, letter in style dumps, dark theme: fg, bg as RGB, light theme: fg, bg, 8 colours: fg, bg, attributes there and in
 * colour, attributes in mono); -1 is the terminal's own colour. */
#define LRP_STYLES(X)                                                                                                          \
    X(NORMAL, '.', -1, -1, -1, -1, -1, -1, 0, 0)                                                                               \
    X(HEADER, 'h', 0xE4E4E4, 0x1C3A5E, 0x000000, 0xC6D7EC, 7, 4, 0, LRP_REVERSE)                                               \
    X(HEADER_STRONG, 'H', 0xFFFFFF, 0x1C3A5E, 0x000000, 0xC6D7EC, 7, 4, LRP_BOLD, LRP_REVERSE | LRP_BOLD)                      \
    X(HEADER_WARNING, 'W', 0x000000, 0xFFAF00, 0x000000, 0xFFAF00, 3, 0, LRP_BOLD, LRP_REVERSE | LRP_BOLD | LRP_UNDERLINE)     \
    X(HEADER_BAD, 'F', 0xFFFFFF, 0xAF0000, 0xFFFFFF, 0xAF0000, 7, 1, LRP_BOLD, LRP_BOLD | LRP_UNDERLINE)                       \
    X(COLUMN, 't', 0x87AFD7, -1, 0x005F87, -1, 6, -1, LRP_BOLD, LRP_BOLD | LRP_UNDERLINE)                                      \
    X(SELECTED, 's', 0xFFFFFF, 0x005F87, 0xFFFFFF, 0x005F87, 7, 4, LRP_BOLD, LRP_REVERSE)                                      \
    X(SELECTED_BAD, 'B', 0xFFFFFF, 0x870000, 0xFFFFFF, 0x870000, 7, 1, LRP_BOLD, LRP_REVERSE | LRP_BOLD)                       \
    X(BAD, 'b', 0xFF8787, -1, 0xAF0000, -1, 1, -1, LRP_BOLD, LRP_BOLD)                                                         \
    X(GOOD, 'g', 0x87D787, -1, 0x005F00, -1, 2, -1, 0, 0)                                                                      \
    X(REGISTERED, 'r', 0xFFD75F, -1, 0x805500, -1, 3, -1, LRP_BOLD, LRP_UNDERLINE)                                             \
    X(DIM, 'd', 0xA8A8A8, -1, 0x585858, -1, -1, -1, 0, 0)                                                                      \
    X(TAG, 'T', 0xD7AFFF, -1, 0x5F00AF, -1, 5, -1, LRP_BOLD, LRP_BOLD)                                                         \
    X(MATCH, 'm', 0x000000, 0xFFD75F, 0x000000, 0xFFD75F, 3, 0, LRP_BOLD, LRP_UNDERLINE)                                       \
    X(ERROR, 'e', 0xFFFFFF, 0xAF0000, 0xFFFFFF, 0xAF0000, 7, 1, LRP_BOLD, LRP_REVERSE | LRP_BOLD)                              \
    X(WARNING, 'w', 0xFFD75F, -1, 0x805500, -1, 3, -1, LRP_BOLD, LRP_BOLD)                                                     \
    X(PROGRESS, 'p', 0x5FD7FF, -1, 0x005F87, -1, 6, -1, LRP_BOLD, LRP_BOLD)                                                    \
    X(KEY, 'k', 0xFFFFFF, 0x444444, 0x000000, 0xC6C6C6, 0, 6, 0, LRP_REVERSE)                                                  \
    X(LABEL, 'l', 0xBCBCBC, -1, 0x444444, -1, -1, -1, 0, 0)                                                                    \
    X(BORDER, '|', 0x949494, -1, 0x6C6C6C, -1, -1, -1, 0, 0)                                                                   \
    X(POSITIVE, '+', 0xFF8787, -1, 0xAF0000, -1, 1, -1, LRP_BOLD, 0)                                                           \
    X(NEGATIVE, '-', 0x87AFFF, -1, 0x0000AF, -1, 4, -1, LRP_BOLD, 0)                                                           \
    X(LINK, 'i', 0x87D7FF, -1, 0x005F87, -1, 6, -1, LRP_UNDERLINE, LRP_UNDERLINE)                                              \
    X(TITLE, 'n', 0xFFFFFF, -1, 0x000000, -1, -1, -1, LRP_BOLD, LRP_BOLD)                                                      \
    X(FOCUS, 'f', 0x000000, 0x87AFD7, 0x000000, 0x87AFD7, 0, 6, 0, LRP_REVERSE)                                                \
    X(MENU, 'M', 0xE4E4E4, 0x303030, 0x000000, 0xE4E4E4, -1, -1, 0, 0)                                                         \
    X(MENU_TITLE, 'N', 0xFFFFFF, 0x303030, 0x000000, 0xE4E4E4, -1, -1, LRP_BOLD, LRP_BOLD)                                     \
    X(MENU_OFF, 'o', 0xA8A8A8, 0x303030, 0x585858, 0xE4E4E4, -1, -1, 0, 0)                                                     \
    X(MENU_SELECTED, 'S', 0xFFFFFF, 0x005F87, 0xFFFFFF, 0x005F87, 7, 4, LRP_BOLD, LRP_REVERSE)                                 \
    X(PROMPT, 'P', 0xFFFFFF, 0x303030, 0x000000, 0xE4E4E4, -1, -1, LRP_BOLD, LRP_BOLD)                                         \
    X(CURSOR, 'c', 0x000000, 0xE4E4E4, 0xFFFFFF, 0x303030, 0, 7, 0, LRP_REVERSE)                                               \
    X(HEAT_POSITIVE, 'u', 0xAF0000, 0xFFFFFF, 0xAF0000, 0xFFFFFF, 1, 7, 0, 0) /* shades of 8 colours */                        \
    X(HEAT_NEGATIVE, 'v', 0x0000AF, 0xFFFFFF, 0x0000AF, 0xFFFFFF, 4, 7, 0, 0)                                                  \
    X(HEAT_LEVEL, 'x', 0xFFFFFF, 0x000000, 0xFFFFFF, 0x000000, 7, 0, 0, 0)

enum lrp_style {
#define X(id, letter, df, db, lf, lb, f8, b8, attributes, mono) LRP_STYLE_##id,
    LRP_STYLES(X)
#undef X
        LRP_STYLE_COUNT
};

struct lrp_look {
    int32_t fg, bg; /* RGB, a number of the 256, or of the 8 colours, by mode; -1: the terminal's */
    int attributes;
};
struct lrp_look lrp_theme_look(enum lrp_style style, enum lrp_color_mode mode, bool light);
char lrp_theme_letter(enum lrp_style style);
/* The number of the colour of the 6x6x6 cube and the grey ramp (16..255) nearest to an RGB value. */
int32_t lrp_nearest_256(int32_t rgb);
/* RGB values terminals with direct colour misread as palette entries are moved to a neighbour. */
int32_t lrp_direct_rgb(int32_t rgb);

#endif
