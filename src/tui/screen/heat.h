/* heat.h: a plane of values as cells: half blocks, shades or a signed ramp, by what the terminal can show. */
#ifndef LRP_TUI_HEAT_H
#define LRP_TUI_HEAT_H

#include "app.h"
#include "canvas.h"

/* Where a picture lies: cells, how many pixels they show, and of which part of the plane. */
struct lrp_heat_area {
    struct lrp_rect cells;
    int width, height; /* pixels, as far as cells show some */
    int across, down;  /* pixels of the terminal that a picture takes; 0: all that the cells have */
    struct lrp_crop crop;
};
/* The largest area inside rect that keeps the aspect of a plane; pixels are square (half blocks) or one cell high. */
struct lrp_heat_area lrp_heat_area(const struct lrp_caps *caps, int plane_width, int plane_height, struct lrp_rect rect);

/* So that as many of `count` channels as can be told apart are seen at once, in tiles as large as that allows. */
struct lrp_tiles lrp_tiles_make(const struct lrp_caps *caps, int columns, int rows, int plane_width, int plane_height,
                                size_t count);

/* How values become colours, and where these stand in a canvas's palette. */
struct lrp_heat {
    const struct lrp_caps *caps;
    const struct lrp_heatmap_options *options;
    const struct lrp_range *range;
    int base, levels, greys; /* greys 1: nothing lies below */
    int dark, bright;        /* inks for letters, where lrp_heat_add_inks has put them */
};
/* Puts the colours of options' map into the palette. `overlay`: every colour over every grey. Everything is borrowed. */
struct lrp_heat lrp_heat_make(const struct lrp_caps *caps, const struct lrp_heatmap_options *options,
                              const struct lrp_range *range, bool overlay, struct lrp_canvas *canvas);
/* Black and white for letters on its colours. */
void lrp_heat_add_inks(struct lrp_heat *heat, struct lrp_canvas *canvas);
/* What frees a picture: its planes, tiles and reference to the maps. */
void lrp_painting_release(struct lrp_painting *painting);
/* Draws the part of a plane that the area shows; values are resampled (box when shrinking, nearest when growing). `grey`: NULL,
 * or brightnesses (0..1) of the plane's size below it. */
void lrp_heat_draw(const struct lrp_heat *heat, const struct lrp_plane *plane, const struct lrp_plane *grey,
                   struct lrp_canvas *canvas, struct lrp_heat_area area);
/* The same as pixels, where the terminal has them: as finely as the plane is, in the very colours of files. */
void lrp_heat_picture(const struct lrp_heat *heat, const struct lrp_plane *plane, const struct lrp_plane *grey,
                      struct lrp_canvas *canvas, const struct lrp_heat_area *area);
/* The same of three planes of 0..255, red, green and blue. */
void lrp_photo_picture(const struct lrp_plane *photo, struct lrp_canvas *canvas, const struct lrp_heat_area *area);
/* A brightness, 0..1, where there are no colours. */
void lrp_heat_grey(struct lrp_canvas *canvas, int x, int y, float grey);
/* Part of a plane at another resolution. False when out of memory. */
bool lrp_heat_seen(const struct lrp_plane *plane, const struct lrp_crop *part, int width, int height, struct lrp_plane *out);
/* A letter whose ground says a value; where there are no colours it is a plain one, and lrp_heat_below says it. */
void lrp_heat_letter(const struct lrp_heat *heat, struct lrp_canvas *canvas, int x, int y, uint32_t rune, float value);
/* Grounds cannot be coloured: a row below letters says what they would. */
bool lrp_heat_has_row_below(const struct lrp_caps *caps);
void lrp_heat_below(const struct lrp_heat *heat, struct lrp_canvas *canvas, int x, int y, float value);
/* A bar from the lowest to the highest level. */
void lrp_heat_legend(const struct lrp_heat *heat, struct lrp_canvas *canvas, int x, int y, int columns);
/* The cell of a plane's value, and back; false outside. */
bool lrp_heat_cell_of(const struct lrp_heat_area *area, int px, int py, int *x, int *y);
bool lrp_heat_value_at(const struct lrp_heat_area *area, int x, int y, int *px, int *py);

#endif
