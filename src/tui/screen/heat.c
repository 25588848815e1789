/* heat.c: a plane of values as cells, see heat.h. */
#include "heat.h"

#include <math.h>
#include <stdlib.h>

enum { LRP_RAMP_STEPS = 5, LRP_SHADE_STEPS = 4, LRP_GREYS = 11 };
#define LRP_ROOM_USED 0.75 /* a picture enlarged by a whole number may leave a quarter of the room's side empty */

static bool has_colors(const struct lrp_caps *caps)
{
    return caps->mode == LRP_COLOR_256 || caps->mode == LRP_COLOR_DIRECT;
}

/* Two pixels in a cell, one above the other. */
static bool halves(const struct lrp_caps *caps)
{
    return has_colors(caps) && !caps->ascii;
}

static int scaled(int length, double scale, int most)
{
    const int n = (int)lround(length * scale);
    return n < 1 ? 1 : n > most ? most : n;
}

/* How many times as large as the plane a picture is: a whole number where that leaves little of the room empty. */
static double whole_scale(double scale)
{
    const double whole = floor(scale);
    return scale >= 2 && whole >= LRP_ROOM_USED * scale ? whole : scale;
}

/* In pixels of the terminal; the cells are as many as they take. */
static struct lrp_heat_area pixel_area(const struct lrp_caps *caps, int plane_width, int plane_height, struct lrp_rect rect)
{
    const int cell_width = caps->cell_width, cell_height = caps->cell_height;
    struct lrp_heat_area area = {.cells = {rect.x, rect.y, 0, 0}, .crop = {0, 0, plane_width, plane_height}};
    const double across = (double)rect.columns * cell_width / plane_width,
                 down = (double)rect.rows * cell_height / plane_height;
    const double scale = whole_scale(across < down ? across : down);
    area.across = scaled(plane_width, scale, rect.columns * cell_width);
    area.down = scaled(plane_height, scale, rect.rows * cell_height);
    area.width = area.cells.columns = (area.across + cell_width - 1) / cell_width;
    area.cells.rows = (area.down + cell_height - 1) / cell_height;
    area.height = area.cells.rows * (halves(caps) ? 2 : 1);
    area.cells.x += (rect.columns - area.cells.columns) / 2;
    return area;
}

static bool shows_pixels(const struct lrp_caps *caps)
{
    return caps->cell_width > 0;
}

struct lrp_heat_area lrp_heat_area(const struct lrp_caps *caps, int plane_width, int plane_height, struct lrp_rect rect)
{
    struct lrp_heat_area area = {.cells = {rect.x, rect.y, 0, 0}, .crop = {0, 0, plane_width, plane_height}};
    const int unit = halves(caps) ? 1 : 2; /* height of a pixel in halves of a cell */
    if (rect.columns < 1 || rect.rows < 1 || plane_width < 1 || plane_height < 1) return area;
    if (shows_pixels(caps)) return pixel_area(caps, plane_width, plane_height, rect);
    const double across = (double)rect.columns / plane_width, down = 2.0 * rect.rows / plane_height;
    const double scale = whole_scale(across < down ? across : down);
    area.width = scaled(plane_width, scale, rect.columns);
    area.height = scaled(plane_height, scale / unit, rect.rows * 2 / unit);
    area.cells.columns = area.width;
    area.cells.rows = halves(caps) ? (area.height + 1) / 2 : area.height;
    area.cells.x += (rect.columns - area.cells.columns) / 2;
    return area;
}

/* ---- colours ---- */

static int32_t packed(const unsigned char rgb[3])
{
    return rgb[0] << 16 | rgb[1] << 8 | rgb[2];
}

/* The value of a level, were the range -1..1 (0..1 for maps that do not diverge). */
static float value_of(const struct lrp_heat *heat, int level)
{
    const double t = heat->levels > 1 ? (double)level / (heat->levels - 1) : 0;
    return (float)(lrp_colormap_diverging(heat->options->colormap) ? 2 * t - 1 : t);
}

static void fill_palette(const struct lrp_heat *heat, struct lrp_canvas *canvas)
{
    const bool diverging = lrp_colormap_diverging(heat->options->colormap);
    const struct lrp_range unit = {.low = diverging ? -1 : 0, .high = 1, .symmetric = diverging};
    struct lrp_heatmap_options plain = *heat->options;
    unsigned char rgb[3];
    plain.gamma = 1; /* it is in the level already */
    for (int level = 0; level < heat->levels; level++) {
        for (int grey = 0; grey < heat->greys; grey++) {
            const double below = heat->greys > 1 ? (double)grey / (heat->greys - 1) : -1;
            lrp_heatmap_rgb(&plain, &unit, value_of(heat, level), below, rgb);
            lrp_canvas_color(canvas, packed(rgb));
        }
    }
    lrp_colormap_invalid(heat->options->colormap, rgb);
    canvas->invalid = packed(rgb);
}

struct lrp_heat lrp_heat_make(const struct lrp_caps *caps, const struct lrp_heatmap_options *options,
                              const struct lrp_range *range, bool overlay, struct lrp_canvas *canvas)
{
    struct lrp_heat heat = {
        .caps = caps, .options = options, .range = range, .base = canvas->colors, .levels = caps->levels, .greys = 1};
    if (heat.base + heat.levels > caps->palette)
        heat.base = canvas->colors = 0; /* no room for two maps: what was drawn before takes the colours of this one */
    if (overlay && has_colors(caps)) {
        heat.greys = LRP_GREYS;
        while (heat.levels > 3 && heat.levels * heat.greys > caps->palette - heat.base)
            heat.levels -= 2; /* odd, so that zero has its own */
    }
    fill_palette(&heat, canvas);
    return heat;
}

/* 1..levels, LRP_LEVEL_INVALID for what is no number. */
static int heat_level(const struct lrp_heat *heat, float value)
{
    const double t = lrp_range_normalize(heat->range, value, heat->options->gamma);
    const int levels = heat->levels;
    /* counted from the middle, so that v and -v lie equally far from it */
    return isnan(t) ? LRP_LEVEL_INVALID : 1 + (levels - 1) / 2 + (int)lround((t - 0.5) * (levels - 1));
}

/* ---- cells ---- */

/* Signed magnitude of a level in `steps`: negative below the middle of a diverging map. */
static int step_of(int level, int levels, bool diverging, int steps)
{
    const double t = levels > 1 ? (double)(level - 1) / (levels - 1) : 0;
    return (int)lround(diverging ? (2 * t - 1) * steps : t * steps);
}

/* Monochrome: the glyph says sign and strength. */
static void put_ramp(struct lrp_canvas *canvas, int x, int y, int step)
{
    static const char positive[LRP_RAMP_STEPS + 2] = " .+*#@", negative[LRP_RAMP_STEPS + 2] = " ,-=oO";
    if (step < 0)
        lrp_canvas_rune(canvas, x, y, (unsigned char)negative[-step], LRP_STYLE_NEGATIVE);
    else
        lrp_canvas_rune(canvas, x, y, (unsigned char)positive[step], step > 0 ? LRP_STYLE_POSITIVE : LRP_STYLE_NORMAL);
}

/* Eight colours: shades of red and blue on white, of white on black. */
static void put_shade(struct lrp_canvas *canvas, int x, int y, int step, bool diverging)
{
    static const uint32_t shades[LRP_SHADE_STEPS + 1] = {' ', 0x2591, 0x2592, 0x2593, 0x2588};
    const enum lrp_style style = !diverging ? LRP_STYLE_HEAT_LEVEL
                                 : step < 0 ? LRP_STYLE_HEAT_NEGATIVE
                                            : LRP_STYLE_HEAT_POSITIVE;
    lrp_canvas_rune(canvas, x, y, shades[abs(step)], style);
}

/* What lies below shows where there is next to nothing to say above it. */
void lrp_heat_grey(struct lrp_canvas *canvas, int x, int y, float grey)
{
    static const char ramp[] = " .:-=%";
    const int last = (int)sizeof ramp - 2;
    lrp_canvas_rune(canvas, x, y, (unsigned char)ramp[isnan(grey) ? 0 : (int)lroundf(grey * (float)last)], LRP_STYLE_DIM);
}

/* A pixel: its level, and what lies below it (NaN: nothing does). */
struct pixel {
    int level;
    float grey;
};

/* Its place in the palette; levels that are none stay. */
static int color_of(const struct lrp_heat *heat, struct pixel p)
{
    if (p.level == LRP_LEVEL_NONE || p.level == LRP_LEVEL_INVALID) return p.level;
    const int grey = heat->greys > 1 && !isnan(p.grey) ? (int)lroundf(p.grey * (float)(heat->greys - 1)) : 0;
    return heat->base + (p.level - 1) * heat->greys + grey + 1;
}

/* One cell; `lower` counts for half blocks only and may be LRP_LEVEL_NONE. */
static void put_pixels(const struct lrp_heat *heat, struct lrp_canvas *canvas, int x, int y, struct pixel upper,
                       struct pixel lower)
{
    const bool diverging = lrp_colormap_diverging(heat->options->colormap);
    const int up = color_of(heat, upper), down = color_of(heat, lower);
    if (halves(heat->caps))
        lrp_canvas_heat(canvas, x, y, up == down ? ' ' : 0x2580, up, down);
    else if (has_colors(heat->caps))
        lrp_canvas_heat(canvas, x, y, ' ', up, up);
    else if (upper.level == LRP_LEVEL_INVALID)
        lrp_canvas_rune(canvas, x, y, '!', LRP_STYLE_WARNING);
    else if (!isnan(upper.grey) && step_of(upper.level, heat->levels, diverging, LRP_RAMP_STEPS) == 0)
        lrp_heat_grey(canvas, x, y, upper.grey);
    else if (heat->caps->mode == LRP_COLOR_8 && !heat->caps->ascii)
        put_shade(canvas, x, y, step_of(upper.level, heat->levels, diverging, LRP_SHADE_STEPS), diverging);
    else
        put_ramp(canvas, x, y, step_of(upper.level, heat->levels, diverging, LRP_RAMP_STEPS));
}

static struct pixel pixel_at(const struct lrp_heat *heat, const struct lrp_plane *plane, const struct lrp_plane *grey, int x,
                             int y)
{
    if (y >= plane->height) return (struct pixel){LRP_LEVEL_NONE, NAN};
    const size_t at = (size_t)y * (size_t)plane->width + (size_t)x;
    return (struct pixel){heat_level(heat, plane->values[at]), grey->values ? grey->values[at] : NAN};
}

void lrp_heat_draw(const struct lrp_heat *heat, const struct lrp_plane *plane, const struct lrp_plane *grey,
                   struct lrp_canvas *canvas, struct lrp_heat_area area)
{
    const int per_cell = halves(heat->caps) ? 2 : 1;
    struct lrp_plane small = {0}, below = {0};
    if (area.width < 1) return;
    if (lrp_heat_seen(plane, &area.crop, area.width, area.height, &small) &&
        (!grey || lrp_heat_seen(grey, &area.crop, area.width, area.height, &below))) {
        for (int y = 0; y < area.cells.rows; y++)
            for (int x = 0; x < area.width; x++)
                put_pixels(heat, canvas, area.cells.x + x, area.cells.y + y, pixel_at(heat, &small, &below, x, y * per_cell),
                           per_cell == 2 ? pixel_at(heat, &small, &below, x, y * 2 + 1) : (struct pixel){LRP_LEVEL_NONE, NAN});
    }
    lrp_plane_free(&small);
    lrp_plane_free(&below);
    if (shows_pixels(heat->caps)) lrp_heat_picture(heat, plane, grey, canvas, &area);
}

/* ---- letters ---- */

void lrp_heat_add_inks(struct lrp_heat *heat, struct lrp_canvas *canvas)
{
    lrp_canvas_color(canvas, 0x000000);
    heat->dark = canvas->colors;
    lrp_canvas_color(canvas, 0xFFFFFF);
    heat->bright = canvas->colors;
}

bool lrp_heat_has_row_below(const struct lrp_caps *caps)
{
    return !has_colors(caps);
}

/* Black or white, whichever can be read on it. */
static bool is_dark(int32_t rgb)
{
    return .299 * (rgb >> 16 & 255) + .587 * (rgb >> 8 & 255) + .114 * (rgb & 255) < 128;
}

void lrp_heat_letter(const struct lrp_heat *heat, struct lrp_canvas *canvas, int x, int y, uint32_t rune, float value)
{
    if (!has_colors(heat->caps)) {
        lrp_canvas_rune(canvas, x, y, rune, LRP_STYLE_NORMAL);
        return;
    }
    const int level = heat_level(heat, value);
    const int ground = color_of(heat, (struct pixel){level, NAN});
    const int32_t rgb = ground == LRP_LEVEL_INVALID ? canvas->invalid : canvas->palette[ground - 1];
    lrp_canvas_letter(canvas, x, y, rune, is_dark(rgb) ? heat->bright : heat->dark, ground);
}

void lrp_heat_below(const struct lrp_heat *heat, struct lrp_canvas *canvas, int x, int y, float value)
{
    const struct pixel p = {heat_level(heat, value), NAN};
    put_pixels(heat, canvas, x, y, p, p);
}

void lrp_heat_legend(const struct lrp_heat *heat, struct lrp_canvas *canvas, int x, int y, int columns)
{
    for (int i = 0; i < columns; i++) {
        const struct pixel p = {1 + (columns > 1 ? i * (heat->levels - 1) / (columns - 1) : 0), heat->greys > 1 ? 0.5F : NAN};
        put_pixels(heat, canvas, x + i, y, p, p);
    }
}

bool lrp_heat_cell_of(const struct lrp_heat_area *area, int px, int py, int *x, int *y)
{
    const struct lrp_crop *c = &area->crop;
    px -= c->x;
    py -= c->y;
    if (px < 0 || py < 0 || px >= c->width || py >= c->height) return false;
    *x = area->cells.x + (int)(((int64_t)px * area->width + area->width / 2) / c->width);
    *y = area->cells.y + (int)(((int64_t)py * area->cells.rows + area->cells.rows / 2) / c->height);
    return true;
}

bool lrp_heat_value_at(const struct lrp_heat_area *area, int x, int y, int *px, int *py)
{
    const int cx = x - area->cells.x, cy = y - area->cells.y;
    if (cx < 0 || cy < 0 || cx >= area->cells.columns || cy >= area->cells.rows) return false;
    *px = area->crop.x + (int)(((int64_t)cx * 2 + 1) * area->crop.width / ((int64_t)2 * area->cells.columns));
    *py = area->crop.y + (int)(((int64_t)cy * 2 + 1) * area->crop.height / ((int64_t)2 * area->cells.rows));
    return true;
}

void lrp_painting_release(struct lrp_painting *painting)
{
    struct lrp_plane *const planes[] = {&painting->plane, &painting->grey, &painting->other, &painting->difference};
    for (size_t i = 0; i < sizeof planes / sizeof(struct lrp_plane *); i++) lrp_plane_free(planes[i]);
    for (int i = 0; i < 3; i++) lrp_plane_free(&painting->photo[i]);
    for (size_t i = 0; i < painting->tile_count; i++) lrp_plane_free(&painting->tiles[i].plane);
    free(painting->tiles);
    struct lrp_marks *const marks[] = {&painting->across, &painting->down, &painting->cells};
    for (size_t k = 0; k < sizeof marks / sizeof marks[0]; k++) {
        for (size_t i = 0; i < marks[k]->count; i++) free(marks[k]->items[i].text);
        free(marks[k]->items);
    }
    lrp_colormap_set_release(painting->options.maps);
}
