/* pixels.c: heatmaps as pictures of a canvas, and those as pixels, see pixels.h and heat.h. */
#include "pixels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "heat.h"

enum { LRP_POINT_LEAST = 5 }; /* pixels that the frame around a marked pixel has within, at least */

/* ---- what a picture is made of ---- */

static uint64_t hash_words(uint64_t hash, const void *data, size_t bytes)
{
    const unsigned char *at = data;
    for (; bytes >= sizeof(uint32_t); bytes -= sizeof(uint32_t), at += sizeof(uint32_t)) {
        uint32_t word;
        memcpy(&word, at, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x100000001B3);
        hash ^= hash >> 29;
    }
    return hash;
}

static uint64_t hash_plane(uint64_t hash, const struct lrp_plane *plane)
{
    const int sides[2] = {plane->width, plane->height};
    hash = hash_words(hash, sides, sizeof sides);
    return hash_words(hash, plane->values, (size_t)plane->width * (size_t)plane->height * sizeof *plane->values);
}

static uint64_t key_of(const struct lrp_heat *heat, const struct lrp_plane *plane, const struct lrp_plane *grey,
                       const struct lrp_heat_area *area, int width, int height)
{
    const double options[] = {heat->options->gamma, heat->options->overlay, (double)heat->range->low, (double)heat->range->high,
                              (double)heat->range->symmetric};
    const int sides[] = {area->crop.x, area->crop.y, area->crop.width, area->crop.height, width, height};
    uint64_t hash = hash_words(UINT64_C(0xCBF29CE484222325), options, sizeof options);
    hash = hash_words(hash, sides, sizeof sides);
    hash = hash_words(hash, &heat->options->colormap, sizeof(const struct lrp_colormap *));
    hash = hash_plane(hash, plane);
    return grey ? hash_plane(hash, grey) : hash;
}

/* Room for the source; false when out of memory: then the picture has none. */
static bool make_room(struct lrp_canvas_picture *picture, int width, int height)
{
    const size_t bytes = (size_t)width * (size_t)height * 3;
    picture->source_width = width;
    picture->source_height = height;
    picture->key = 0;
    if (bytes <= picture->room) return true;
    free(picture->rgb);
    picture->rgb = malloc(bytes);
    picture->room = picture->rgb ? bytes : 0;
    return picture->rgb != NULL;
}

static bool color_source(const struct lrp_heat *heat, const struct lrp_plane *plane, const struct lrp_plane *grey,
                         const struct lrp_crop *crop, struct lrp_canvas_picture *picture)
{
    const int width = picture->source_width, height = picture->source_height;
    struct lrp_plane part = {0}, below = {0};
    const bool fine =
        lrp_heat_seen(plane, crop, width, height, &part) && (!grey || lrp_heat_seen(grey, crop, width, height, &below));
    for (size_t i = 0, count = fine ? (size_t)width * (size_t)height : 0; i < count; i++)
        lrp_heatmap_rgb(heat->options, heat->range, part.values[i], grey ? (double)below.values[i] : -1, picture->rgb + 3 * i);
    lrp_plane_free(&part);
    lrp_plane_free(&below);
    return fine;
}

static int lesser(int a, int b)
{
    return a < b ? a : b;
}

/* Of the sides of a plane's part and those it has on the terminal the lesser ones: pixels that are not there need not be made.
 */
void lrp_heat_picture(const struct lrp_heat *heat, const struct lrp_plane *plane, const struct lrp_plane *grey,
                      struct lrp_canvas *canvas, const struct lrp_heat_area *area)
{
    const int across = area->across ? area->across : area->cells.columns * heat->caps->cell_width,
              down = area->down ? area->down : area->cells.rows * heat->caps->cell_height;
    const int width = lesser(area->crop.width, across), height = lesser(area->crop.height, down);
    struct lrp_canvas_picture *picture = across > 0 && down > 0 ? lrp_canvas_picture(canvas, area->cells) : NULL;
    if (!picture) return;
    const uint64_t key = key_of(heat, plane, grey, area, width, height);
    picture->width = across;
    picture->height = down;
    if (picture->key == key && picture->source_width == width && picture->source_height == height) return;
    if (make_room(picture, width, height) && color_source(heat, plane, grey, &area->crop, picture))
        picture->key = key;
    else
        picture->source_width = picture->source_height = 0;
}

static bool copy_photo(const struct lrp_plane *photo, const struct lrp_crop *crop, struct lrp_canvas_picture *picture)
{
    const size_t count = (size_t)picture->source_width * (size_t)picture->source_height;
    for (size_t channel = 0; channel < 3; channel++) {
        struct lrp_plane part = {0};
        if (!lrp_heat_seen(&photo[channel], crop, picture->source_width, picture->source_height, &part)) return false;
        for (size_t i = 0; i < count; i++) {
            const float v = part.values[i];
            picture->rgb[3 * i + channel] = (unsigned char)(v > 0 ? v < 255 ? lroundf(v) : 255 : 0);
        }
        lrp_plane_free(&part);
    }
    return true;
}

void lrp_photo_picture(const struct lrp_plane *photo, struct lrp_canvas *canvas, const struct lrp_heat_area *area)
{
    const int sides[] = {area->crop.x, area->crop.y, area->crop.width, area->crop.height, area->across, area->down};
    const int width = lesser(area->crop.width, area->across), height = lesser(area->crop.height, area->down);
    struct lrp_canvas_picture *picture = width > 0 && height > 0 ? lrp_canvas_picture(canvas, area->cells) : NULL;
    if (!picture) return;
    uint64_t key = hash_words(UINT64_C(0x84222325CBF29CE4), sides, sizeof sides);
    for (int channel = 0; channel < 3; channel++) key = hash_plane(key, &photo[channel]);
    picture->width = area->across;
    picture->height = area->down;
    if (picture->key == key && picture->source_width == width && picture->source_height == height) return;
    if (make_room(picture, width, height) && copy_photo(photo, &area->crop, picture))
        picture->key = key;
    else
        picture->source_width = picture->source_height = 0;
}

/* ---- pixels ---- */

static void put_pixel(struct lrp_bitmap *out, int x, int y, const unsigned char rgb[3])
{
    if (x < 0 || y < 0 || x >= out->width || y >= out->height) return;
    unsigned char *to = out->rgba + 4 * ((size_t)y * (size_t)out->width + (size_t)x);
    memcpy(to, rgb, 3);
    to[3] = 255;
}

static void put_frame(struct lrp_bitmap *out, int left, int top, int right, int bottom, unsigned char grey)
{
    const unsigned char rgb[3] = {grey, grey, grey};
    for (int x = left; x <= right; x++) {
        put_pixel(out, x, top, rgb);
        put_pixel(out, x, bottom, rgb);
    }
    for (int y = top; y <= bottom; y++) {
        put_pixel(out, left, y, rgb);
        put_pixel(out, right, y, rgb);
    }
}

/* Two lines, one of which is seen on whatever it lies. */
static void mark_point(const struct lrp_canvas_picture *p, struct lrp_bitmap *out)
{
    int left = (int)((int64_t)p->point_x * p->width / p->source_width),
        right = (int)((int64_t)(p->point_x + 1) * p->width / p->source_width),
        top = (int)((int64_t)p->point_y * p->height / p->source_height),
        bottom = (int)((int64_t)(p->point_y + 1) * p->height / p->source_height);
    const int more_x = right - left < LRP_POINT_LEAST ? (LRP_POINT_LEAST - right + left) / 2 : 0,
              more_y = bottom - top < LRP_POINT_LEAST ? (LRP_POINT_LEAST - bottom + top) / 2 : 0;
    left -= more_x + 1;
    right += more_x;
    top -= more_y + 1;
    bottom += more_y;
    put_frame(out, left, top, right, bottom, 0);
    put_frame(out, left - 1, top - 1, right + 1, bottom + 1, 255);
}

bool lrp_picture_compose(const struct lrp_canvas_picture *p, int cell_width, int cell_height, struct lrp_bitmap *out)
{
    out->width = p->cells.columns * cell_width;
    out->height = p->cells.rows * cell_height;
    out->rgba = calloc((size_t)out->width * (size_t)out->height, 4);
    if (!out->rgba || p->source_width < 1) {
        lrp_bitmap_free(out);
        return false;
    }
    for (int y = 0; y < p->height && y < out->height; y++) {
        const unsigned char *row = p->rgb + 3 * (size_t)((int64_t)y * p->source_height / p->height) * (size_t)p->source_width;
        for (int x = 0; x < p->width && x < out->width; x++)
            put_pixel(out, x, y, row + 3 * (size_t)((int64_t)x * p->source_width / p->width));
    }
    if (p->point_x >= 0) mark_point(p, out);
    return true;
}

void lrp_bitmap_free(struct lrp_bitmap *bitmap)
{
    free(bitmap->rgba);
    *bitmap = (struct lrp_bitmap){0};
}
