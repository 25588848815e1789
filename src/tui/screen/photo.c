/* photo.c: the input in its own colours, see photo.h. */
#include "photo.h"

#include <math.h>
#include <stdlib.h>

#include "palette.h"
#include "pixels.h"

enum { LRP_PHOTO_COLORS = 80 }; /* of the screen's palette, which heatmaps beside it share */

static unsigned char byte_of(float value)
{
    return (unsigned char)(value > 0 ? value < 255 ? lroundf(value) : 255 : 0); /* NaN: 0 */
}

/* Part of it at another resolution: red, green, blue and 255. Owned; NULL when out of memory. */
static unsigned char *seen_pixels(const struct lrp_plane *photo, const struct lrp_crop *crop, int width, int height)
{
    const size_t count = (size_t)width * (size_t)height;
    unsigned char *rgba = malloc(4 * count);
    for (int channel = 0; rgba && channel < 3; channel++) {
        struct lrp_plane part = {0};
        if (!lrp_heat_seen(&photo[channel], crop, width, height, &part)) {
            free(rgba);
            return NULL;
        }
        for (size_t i = 0; i < count; i++) rgba[4 * i + (size_t)channel] = byte_of(part.values[i]);
        lrp_plane_free(&part);
    }
    for (size_t i = 0; rgba && i < count; i++) rgba[4 * i + 3] = 255;
    return rgba;
}

/* Half blocks in as many colours as the palette has room for. */
static void draw_colors(const struct lrp_caps *caps, const unsigned char *rgba, struct lrp_canvas *canvas,
                        const struct lrp_heat_area *area)
{
    const int room = caps->palette - canvas->colors, per_cell = caps->ascii ? 1 : 2, base = canvas->colors;
    uint32_t colors[LRP_PHOTO_COLORS];
    uint16_t *numbers = malloc(((size_t)area->width * (size_t)area->height + 1) * sizeof *numbers);
    const int most = room < LRP_PHOTO_COLORS ? room : LRP_PHOTO_COLORS;
    const int count =
        numbers && most > 1 ? lrp_palette_fit(rgba, (size_t)area->width * (size_t)area->height, most, colors, numbers) : 0;
    for (int i = 0; i < count; i++) lrp_canvas_color(canvas, (int32_t)colors[i]);
    for (int y = 0; count && y < area->cells.rows; y++) {
        for (int x = 0; x < area->width; x++) {
            const size_t at = (size_t)y * (size_t)per_cell * (size_t)area->width + (size_t)x;
            const int upper = base + numbers[at], lower = per_cell == 1              ? upper
                                                          : 2 * y + 1 < area->height ? base + numbers[at + (size_t)area->width]
                                                                                     : LRP_LEVEL_NONE;
            lrp_canvas_heat(canvas, area->cells.x + x, area->cells.y + y, upper == lower ? ' ' : 0x2580, upper, lower);
        }
    }
    free(numbers);
}

static void draw_greys(const unsigned char *rgba, struct lrp_canvas *canvas, const struct lrp_heat_area *area)
{
    for (int y = 0; y < area->cells.rows && y < area->height; y++) {
        for (int x = 0; x < area->width; x++) {
            const unsigned char *at = rgba + 4 * ((size_t)y * (size_t)area->width + (size_t)x);
            lrp_heat_grey(canvas, area->cells.x + x, area->cells.y + y, (.299F * at[0] + .587F * at[1] + .114F * at[2]) / 255);
        }
    }
}

void lrp_photo_draw(const struct lrp_caps *caps, const struct lrp_plane *photo, struct lrp_canvas *canvas,
                    const struct lrp_heat_area *area)
{
    if (area->width < 1) return;
    unsigned char *rgba = seen_pixels(photo, &area->crop, area->width, area->height);
    if (rgba && caps->mode >= LRP_COLOR_256)
        draw_colors(caps, rgba, canvas, area);
    else if (rgba)
        draw_greys(rgba, canvas, area);
    free(rgba);
    if (caps->cell_width > 0) lrp_photo_picture(photo, canvas, area);
}
