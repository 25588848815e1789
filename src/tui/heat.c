/* heat.c: a plane of values as cells, see heat.h. */
#include "heat.h"

#include <math.h>
#include <stdlib.h>

enum { LRP_RAMP_STEPS = 5, LRP_SHADE_STEPS = 4 };

static bool has_colors(const struct lrp_caps *caps) { return caps->mode == LRP_COLOR_256 || caps->mode == LRP_COLOR_DIRECT; }

/* Two pixels in a cell, one above the other. */
static bool halves(const struct lrp_caps *caps) { return has_colors(caps) && !caps->ascii; }

static int scaled(int length, double scale, int most) {
    const int n = (int)lround(length * scale);
    return n < 1 ? 1 : n > most ? most : n;
}

struct lrp_heat_area lrp_heat_area(const struct lrp_caps *caps, int plane_width, int plane_height, struct lrp_rect rect) {
    struct lrp_heat_area area = {.cells = {rect.x, rect.y, 0, 0}};
    const int unit = halves(caps) ? 1 : 2; /* height of a pixel in halves of a cell */
    if (rect.columns < 1 || rect.rows < 1 || plane_width < 1 || plane_height < 1)
        return area;
    const double across = (double)rect.columns / plane_width, down = 2.0 * rect.rows / plane_height;
    const double scale = across < down ? across : down;
    area.width = scaled(plane_width, scale, rect.columns);
    area.height = scaled(plane_height, scale / unit, rect.rows * 2 / unit);
    area.cells.columns = area.width;
    area.cells.rows = halves(caps) ? (area.height + 1) / 2 : area.height;
    area.cells.x += (rect.columns - area.cells.columns) / 2;
    return area;
}

int lrp_heat_level(const struct lrp_picture *picture, int levels, float value) {
    const double t = lrp_range_normalize(&picture->range, value, picture->options.gamma);
    /* counted from the middle, so that v and -v lie equally far from it */
    return isnan(t) ? LRP_LEVEL_INVALID : 1 + (levels - 1) / 2 + (int)lround((t - 0.5) * (levels - 1));
}

static int32_t packed(const unsigned char rgb[3]) { return rgb[0] << 16 | rgb[1] << 8 | rgb[2]; }

static void fill_palette(const struct lrp_picture *picture, int levels, struct lrp_canvas *canvas) {
    unsigned char rgb[3];
    canvas->levels = levels;
    for (int i = 0; i < levels; i++) {
        lrp_colormap_rgb(picture->options.colormap, levels > 1 ? (double)i / (levels - 1) : 0, rgb);
        canvas->palette[i] = packed(rgb);
    }
    lrp_colormap_invalid(picture->options.colormap, rgb);
    canvas->invalid = packed(rgb);
}

/* Signed magnitude of a level in `steps`: negative below the middle of a diverging map. */
static int step_of(int level, int levels, bool diverging, int steps) {
    const double t = levels > 1 ? (double)(level - 1) / (levels - 1) : 0;
    return (int)lround(diverging ? (2 * t - 1) * steps : t * steps);
}

/* Monochrome: the glyph says sign and strength. */
static void put_ramp(struct lrp_canvas *canvas, int x, int y, int step) {
    static const char positive[LRP_RAMP_STEPS + 2] = " .+*#@", negative[LRP_RAMP_STEPS + 2] = " ,-=oO";
    if (step < 0)
        lrp_canvas_rune(canvas, x, y, (unsigned char)negative[-step], LRP_STYLE_NEGATIVE);
    else
        lrp_canvas_rune(canvas, x, y, (unsigned char)positive[step], step > 0 ? LRP_STYLE_POSITIVE : LRP_STYLE_NORMAL);
}

/* Eight colours: shades of red and blue on white, of white on black. */
static void put_shade(struct lrp_canvas *canvas, int x, int y, int step, bool diverging) {
    static const uint32_t shades[LRP_SHADE_STEPS + 1] = {' ', 0x2591, 0x2592, 0x2593, 0x2588};
    const enum lrp_style style = !diverging ? LRP_STYLE_HEAT_LEVEL : step < 0 ? LRP_STYLE_HEAT_NEGATIVE : LRP_STYLE_HEAT_POSITIVE;
    lrp_canvas_rune(canvas, x, y, shades[abs(step)], style);
}

/* One cell; `lower` counts for half blocks only and may be LRP_LEVEL_NONE. */
static void put(const struct lrp_caps *caps, struct lrp_canvas *canvas, int x, int y, int upper, int lower, bool diverging) {
    const int levels = caps->levels;
    if (halves(caps))
        lrp_canvas_heat(canvas, x, y, upper == lower ? ' ' : 0x2580, upper, lower);
    else if (has_colors(caps))
        lrp_canvas_heat(canvas, x, y, ' ', upper, upper);
    else if (upper == LRP_LEVEL_INVALID)
        lrp_canvas_rune(canvas, x, y, '!', LRP_STYLE_WARNING);
    else if (caps->mode == LRP_COLOR_8 && !caps->ascii)
        put_shade(canvas, x, y, step_of(upper, levels, diverging, LRP_SHADE_STEPS), diverging);
    else
        put_ramp(canvas, x, y, step_of(upper, levels, diverging, LRP_RAMP_STEPS));
}

void lrp_heat_draw(const struct lrp_caps *caps, const struct lrp_picture *picture, struct lrp_canvas *canvas,
                   struct lrp_heat_area area) {
    const bool diverging = lrp_colormap_diverging(picture->options.colormap);
    const int per_cell = halves(caps) ? 2 : 1;
    struct lrp_plane small = {0};
    fill_palette(picture, caps->levels, canvas);
    if (area.width < 1 || lrp_plane_resample(&picture->plane, area.width, area.height, LRP_FILTER_BOX, &small, NULL) != LRP_OK)
        return;
    for (int y = 0; y < area.cells.rows; y++) {
        for (int x = 0; x < area.width; x++) {
            const float *at = &small.values[(size_t)(y * per_cell) * (size_t)area.width + (size_t)x];
            const int upper = lrp_heat_level(picture, caps->levels, *at);
            const bool has_lower = per_cell == 2 && y * 2 + 1 < area.height;
            const int lower = has_lower ? lrp_heat_level(picture, caps->levels, at[area.width]) : LRP_LEVEL_NONE;
            put(caps, canvas, area.cells.x + x, area.cells.y + y, upper, lower, diverging);
        }
    }
    lrp_plane_free(&small);
}

void lrp_heat_legend(const struct lrp_caps *caps, const struct lrp_picture *picture, struct lrp_canvas *canvas, int x, int y, int columns) {
    const bool diverging = lrp_colormap_diverging(picture->options.colormap);
    for (int i = 0; i < columns; i++) {
        const int level = 1 + (columns > 1 ? i * (caps->levels - 1) / (columns - 1) : 0);
        put(caps, canvas, x + i, y, level, level, diverging);
    }
}

void lrp_heat_cell_of(const struct lrp_heat_area *area, const struct lrp_plane *plane, int px, int py, int *x, int *y) {
    *x = area->cells.x + (int)(((int64_t)px * area->width + area->width / 2) / plane->width);
    *y = area->cells.y + (int)(((int64_t)py * area->cells.rows + area->cells.rows / 2) / plane->height);
}

bool lrp_heat_value_at(const struct lrp_heat_area *area, const struct lrp_plane *plane, int x, int y, int *px, int *py) {
    const int cx = x - area->cells.x, cy = y - area->cells.y;
    if (cx < 0 || cy < 0 || cx >= area->cells.columns || cy >= area->cells.rows)
        return false;
    *px = (int)(((int64_t)cx * 2 + 1) * plane->width / (2 * area->cells.columns));
    *py = (int)(((int64_t)cy * 2 + 1) * plane->height / (2 * area->cells.rows));
    return true;
}
