/* canvas.h: the screen as data: cells of a code point, a style and heatmap levels. Drawing outside it does nothing. */
#ifndef LRP_TUI_CANVAS_H
#define LRP_TUI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "layout.h"
#include "theme.h"

enum { LRP_LEVELS_MAX = 63, LRP_PALETTE_MAX = 250, LRP_LEVEL_NONE = 0, LRP_LEVEL_INVALID = 255 };

enum { LRP_ACCENTS_MOST = 2 };
struct lrp_cell {
    uint32_t rune;                      /* 0: the right half of a wide character */
    uint32_t accents[LRP_ACCENTS_MOST]; /* combining marks above or below it; 0: none */
    uint8_t style;                      /* enum lrp_style */
    bool letter;                        /* a letter on a colour of the heatmap: `upper` is its ink, `lower` the ground */
    uint8_t upper,
        lower;       /* heatmap: place in the palette from 1, LRP_LEVEL_INVALID, or LRP_LEVEL_NONE: the style's colours hold */
    uint8_t picture; /* a picture lies over it: its number from 1; 0: none does, or something covers it here */
};
/* A picture for terminals that show pixels; the cells below it show the same for all others. */
enum { LRP_PICTURES_MOST = 32 };
struct lrp_canvas_picture {
    struct lrp_rect cells;
    int width, height;               /* pixels of the terminal, from the upper left corner of the cells */
    int source_width, source_height; /* what is enlarged to that, every pixel to a rectangle */
    unsigned char *rgb;              /* owned; red, green, blue of the source, row by row */
    size_t room;                     /* bytes there are for it */
    uint64_t key;                    /* of what the source was made of: the same key, the same pixels */
    int point_x, point_y;            /* a pixel of the source that is marked; -1: none */
};
struct lrp_canvas {
    int columns, rows;
    struct lrp_cell *cells;                    /* owned */
    bool ascii;                                /* only ASCII is put into cells */
    int colors;                                /* in the palette */
    int32_t palette[LRP_PALETTE_MAX], invalid; /* RGB of the heatmap's levels and of what is no number */
    int cursor_x, cursor_y;                    /* where the terminal's cursor stands; -1: nowhere in particular */
    bool cursor_shown;                         /* there; else it is hidden: screen readers and braille find it all the same */
    struct lrp_canvas_picture pictures[LRP_PICTURES_MOST];
    int picture_count;
};

/* {0} is an empty canvas. False when out of memory (it is empty then). Cleared. */
bool lrp_canvas_resize(struct lrp_canvas *canvas, int columns, int rows);
void lrp_canvas_free(struct lrp_canvas *canvas);
void lrp_canvas_clear(struct lrp_canvas *canvas);
/* Appends a colour to the palette; left out when that is full. */
void lrp_canvas_color(struct lrp_canvas *canvas, int32_t rgb);

void lrp_canvas_rune(struct lrp_canvas *canvas, int x, int y, uint32_t rune, enum lrp_style style);
void lrp_canvas_heat(struct lrp_canvas *canvas, int x, int y, uint32_t rune, int upper, int lower);
/* A letter in one colour of the palette on another. */
void lrp_canvas_letter(struct lrp_canvas *canvas, int x, int y, uint32_t rune, int ink, int ground);
/* A combining mark for the character that stands there. */
void lrp_canvas_accent(struct lrp_canvas *canvas, int x, int y, uint32_t rune);
/* The next picture, to lie over these cells: its size and source are the caller's to fill. What was there in its place before
 * is kept, so that a source whose key is the same need not be made again. NULL: there are too many. */
struct lrp_canvas_picture *lrp_canvas_picture(struct lrp_canvas *canvas, struct lrp_rect cells);
/* Marks a pixel of the picture that lies over a cell; without one only the cell is marked. (px, py) of width x height. */
void lrp_canvas_point(struct lrp_canvas *canvas, int x, int y, int px, int py, int width, int height);
/* Something else stands in one of its cells. */
bool lrp_canvas_covers(const struct lrp_canvas *canvas, int picture);
void lrp_canvas_fill(struct lrp_canvas *canvas, struct lrp_rect rect, enum lrp_style style);
/* Changes the style of cells that are there; heat cells become ordinary ones. */
void lrp_canvas_restyle(struct lrp_canvas *canvas, struct lrp_rect rect, enum lrp_style style);

/* Each puts a text into `width` columns from x and returns the columns taken. */
int lrp_canvas_text(struct lrp_canvas *canvas, int x, int y, int width, const char *text, enum lrp_style style);  /* cut off */
int lrp_canvas_fit(struct lrp_canvas *canvas, int x, int y, int width, const char *text, enum lrp_style style);   /* abc... */
int lrp_canvas_tail(struct lrp_canvas *canvas, int x, int y, int width, const char *text, enum lrp_style style);  /* ...xyz */
int lrp_canvas_right(struct lrp_canvas *canvas, int x, int y, int width, const char *text, enum lrp_style style); /* aligned */
int lrp_canvas_format(struct lrp_canvas *canvas, int x, int y, int width, enum lrp_style style, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* A line per row, blanks at the end left out; a letter per cell, digits 0..9 for heat cells (the upper pixel's level), '!'
 * invalid. Owned by the caller; NULL when out of memory. */
char *lrp_canvas_to_text(const struct lrp_canvas *canvas);
char *lrp_canvas_to_style(const struct lrp_canvas *canvas);
/* Title row of a pane. */
void lrp_draw_title(struct lrp_canvas *canvas, struct lrp_rect rect, bool focus, const char *text);

#endif
