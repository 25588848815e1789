/* heat.h: a plane of values as cells: half blocks, shades or a signed ramp, by what the terminal can show. */
#ifndef LRP_TUI_HEAT_H
#define LRP_TUI_HEAT_H

#include "app.h"

/* Where a picture lies: cells, and how many pixels they show. */
struct lrp_heat_area {
    struct lrp_rect cells;
    int width, height; /* pixels */
};
/* The largest area inside rect that keeps the aspect of a plane; pixels are square (half blocks) or one cell high. */
struct lrp_heat_area lrp_heat_area(const struct lrp_caps *caps, int plane_width, int plane_height, struct lrp_rect rect);
/* Levels are 1..caps->levels, LRP_LEVEL_INVALID for what is no number. */
int lrp_heat_level(const struct lrp_picture *picture, int levels, float value);
/* Fills the canvas's palette and draws; values are resampled (box when shrinking, nearest when growing). */
void lrp_heat_draw(const struct lrp_caps *caps, const struct lrp_picture *picture, struct lrp_canvas *canvas,
                   struct lrp_heat_area area);
/* A bar from the lowest to the highest level. */
void lrp_heat_legend(const struct lrp_caps *caps, const struct lrp_picture *picture, struct lrp_canvas *canvas, int x, int y, int columns);
/* The cell of a plane's value, and back; false outside. */
void lrp_heat_cell_of(const struct lrp_heat_area *area, const struct lrp_plane *plane, int px, int py, int *x, int *y);
bool lrp_heat_value_at(const struct lrp_heat_area *area, const struct lrp_plane *plane, int x, int y, int *px, int *py);

#endif
