/* colormap.c: the table of colour maps. */
#include <math.h>
#include <string.h>

#include "colormap.h"

/* colours that maps of today's tools are published with in 0..255 */
#define BYTES(at, r, g, b)                                                                                                     \
    {                                                                                                                          \
        at, (r) / 255.0F, (g) / 255.0F, (b) / 255.0F                                                                           \
    }
#define STOPS(...)                                                                                                             \
    .stops = (const struct lrp_colormap_stop[]){__VA_ARGS__},                                                                  \
    .count = sizeof((const struct lrp_colormap_stop[]){__VA_ARGS__}) / sizeof(struct lrp_colormap_stop)
#define MAGENTA                                                                                                                \
    {                                                                                                                          \
        255, 0, 255                                                                                                            \
    }
#define GREEN                                                                                                                  \
    {                                                                                                                          \
        0, 255, 0                                                                                                              \
    }

static const struct lrp_colormap maps[] = {
    {.name = "seismic",
     .summary = "dark blue, blue, white, red, dark red",
     .diverging = true,
     .invalid = MAGENTA,
     STOPS({0, 0, 0, .3F}, {.25F, 0, 0, 1}, {.5F, 1, 1, 1}, {.75F, 1, 0, 0}, {1, .5F, 0, 0})},
    {.name = "bwr",
     .summary = "blue, white, red",
     .diverging = true,
     .invalid = MAGENTA,
     STOPS({0, 0, 0, 1}, {.5F, 1, 1, 1}, {1, 1, 0, 0})},
    {.name = "coolwarm",
     .summary = "soft blue, light grey, soft red",
     .diverging = true,
     .invalid = MAGENTA,
     STOPS(BYTES(0, 59, 76, 192), BYTES(.25F, 141, 176, 254), BYTES(.5F, 221, 221, 221), BYTES(.75F, 244, 154, 123),
           BYTES(1, 180, 4, 38))},
    {.name = "ice-fire",
     .summary = "light blue, blue, black, red, yellow: for dark screens",
     .diverging = true,
     .invalid = MAGENTA,
     STOPS({0, .7F, .95F, 1}, {.25F, .1F, .4F, .95F}, {.5F, 0, 0, 0}, {.75F, .9F, .2F, .1F}, {1, 1, .9F, .4F})},
    {.name = "blue-orange",
     .summary = "blue, white, orange: for colour-blind eyes",
     .diverging = true,
     .invalid = MAGENTA,
     STOPS({0, .02F, .19F, .45F}, {.25F, .27F, .57F, .84F}, {.5F, 1, 1, 1}, {.75F, .96F, .62F, .22F}, {1, .5F, .23F, 0})},
    {.name = "purple-green",
     .summary = "purple, white, green",
     .diverging = true,
     .invalid = {255, 255, 0},
     STOPS(BYTES(0, 64, 0, 75), BYTES(.25F, 153, 112, 171), BYTES(.5F, 247, 247, 247), BYTES(.75F, 90, 174, 97),
           BYTES(1, 0, 68, 27))},
    {.name = "gray", .summary = "black to white", .invalid = MAGENTA, STOPS({0, 0, 0, 0}, {1, 1, 1, 1})},
    {.name = "gray-reversed", .summary = "white to black", .invalid = MAGENTA, STOPS({0, 1, 1, 1}, {1, 0, 0, 0})},
    {.name = "hot",
     .summary = "black, red, yellow, white",
     .invalid = MAGENTA,
     STOPS({0, .0416F, 0, 0}, {.365079F, 1, 0, 0}, {.746032F, 1, 1, 0}, {1, 1, 1, 1})},
    {.name = "viridis",
     .summary = "dark purple, blue-green, yellow; even to the eye",
     .invalid = MAGENTA,
     STOPS(BYTES(0, 68, 1, 84), BYTES(.125F, 71, 44, 122), BYTES(.25F, 59, 81, 139), BYTES(.375F, 44, 113, 142),
           BYTES(.5F, 33, 144, 141), BYTES(.625F, 39, 173, 129), BYTES(.75F, 92, 200, 99), BYTES(.875F, 170, 220, 50),
           BYTES(1, 253, 231, 37))},
    {.name = "inferno",
     .summary = "black, purple, orange, pale yellow; even to the eye",
     .invalid = GREEN,
     STOPS(BYTES(0, 0, 0, 4), BYTES(.125F, 31, 12, 72), BYTES(.25F, 85, 15, 109), BYTES(.375F, 136, 34, 106),
           BYTES(.5F, 186, 54, 85), BYTES(.625F, 227, 89, 51), BYTES(.75F, 249, 140, 10), BYTES(.875F, 249, 201, 50),
           BYTES(1, 252, 255, 164))},
    {.name = "jet",
     .summary = "blue, cyan, yellow, red: as class activation maps are usually shown",
     .invalid = MAGENTA,
     STOPS({0, 0, 0, .5F}, {.125F, 0, 0, 1}, {.375F, 0, 1, 1}, {.625F, 1, 1, 0}, {.875F, 1, 0, 0}, {1, .5F, 0, 0})},
};
#define MAP_COUNT (sizeof maps / sizeof *maps)

const struct lrp_colormap *lrp_colormap_built_in(size_t index)
{
    return index < MAP_COUNT ? &maps[index] : NULL;
}

const char *lrp_colormap_name(const struct lrp_colormap *map)
{
    return map->name;
}

const char *lrp_colormap_summary(const struct lrp_colormap *map)
{
    return map->summary;
}

bool lrp_colormap_diverging(const struct lrp_colormap *map)
{
    return map->diverging;
}

void lrp_colormap_invalid(const struct lrp_colormap *map, unsigned char rgb[3])
{
    memcpy(rgb, map->invalid, 3);
}

static unsigned char to_byte(double part)
{
    return (unsigned char)floor(part * 255 + 0.5);
}

void lrp_colormap_rgb(const struct lrp_colormap *map, double t, unsigned char rgb[3])
{
    if (isnan(t)) {
        lrp_colormap_invalid(map, rgb);
        return;
    }
    size_t i = 1;
    while (i + 1 < map->count && t > (double)map->stops[i].at) i++;
    const struct lrp_colormap_stop *a = &map->stops[i - 1], *b = &map->stops[i];
    double f = (t - (double)a->at) / ((double)b->at - (double)a->at);
    f = f < 0 ? 0 : f > 1 ? 1 : f;
    rgb[0] = to_byte((double)a->red * (1 - f) + (double)b->red * f);
    rgb[1] = to_byte((double)a->green * (1 - f) + (double)b->green * f);
    rgb[2] = to_byte((double)a->blue * (1 - f) + (double)b->blue * f);
}
