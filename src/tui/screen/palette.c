/* palette.c: few colours in place of many, see palette.h. */
#include "palette.h"

#include <stdbool.h>
#include <stdlib.h>

/* A colour of the picture, and how often it is there. */
struct shade {
    uint32_t rgb;
    uint32_t count;
    uint16_t place;
};
/* Some of the shades, which share a colour. */
struct box {
    size_t first, count;
};
struct palette {
    struct shade *shades; /* owned; each once, in the order of rgb once it is made */
    size_t count;
    uint32_t *colors; /* borrowed */
    int chosen;
};

static int by_rgb(const void *a, const void *b)
{
    const uint32_t x = ((const struct shade *)a)->rgb, y = ((const struct shade *)b)->rgb;
    return x < y ? -1 : x > y;
}
static unsigned part_of(uint32_t rgb, int channel)
{
    return rgb >> (16 - 8 * channel) & 255;
}
#define LRP_BY_CHANNEL(name, channel)                                                                                          \
    static int name(const void *a, const void *b)                                                                              \
    {                                                                                                                          \
        return (int)part_of(((const struct shade *)a)->rgb, channel) - (int)part_of(((const struct shade *)b)->rgb, channel);  \
    }
LRP_BY_CHANNEL(by_red, 0)
LRP_BY_CHANNEL(by_green, 1)
LRP_BY_CHANNEL(by_blue, 2)

/* The colours that are there, each once. */
static bool collect_shades(const unsigned char *rgba, size_t pixels, struct palette *p)
{
    size_t seen = 0;
    p->shades = malloc((pixels + 1) * sizeof *p->shades);
    if (!p->shades) return false;
    for (size_t i = 0; i < pixels; i++) {
        const unsigned char *at = rgba + 4 * i;
        const uint32_t rgb = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
        if (at[3] == 0) continue;
        if (seen && p->shades[seen - 1].rgb == rgb)
            p->shades[seen - 1].count++;
        else
            p->shades[seen++] = (struct shade){rgb, 1, 0};
    }
    qsort(p->shades, seen, sizeof *p->shades, by_rgb);
    for (size_t i = 0; i < seen; i++) {
        if (p->count && p->shades[p->count - 1].rgb == p->shades[i].rgb)
            p->shades[p->count - 1].count += p->shades[i].count;
        else
            p->shades[p->count++] = p->shades[i];
    }
    return true;
}

/* The channel in which the colours of a box differ most, and by how much. */
static int widest_channel(const struct palette *p, struct box box, unsigned *range)
{
    int widest = 0;
    *range = 0;
    for (int channel = 0; channel < 3; channel++) {
        unsigned low = 255, high = 0;
        for (size_t i = box.first; i < box.first + box.count; i++) {
            const unsigned part = part_of(p->shades[i].rgb, channel);
            low = part < low ? part : low;
            high = part > high ? part : high;
        }
        if (high >= low && high - low > *range) {
            *range = high - low;
            widest = channel;
        }
    }
    return widest;
}

/* Cuts a box in two where half of its pixels lie on either side. */
static struct box cut_box(struct palette *p, struct box *box, int channel)
{
    static int (*const orders[3])(const void *, const void *) = {by_red, by_green, by_blue};
    uint64_t all = 0, below = 0;
    size_t half = 1;
    qsort(p->shades + box->first, box->count, sizeof *p->shades, orders[channel]);
    for (size_t i = box->first; i < box->first + box->count; i++) all += p->shades[i].count;
    below = p->shades[box->first].count;
    while (half + 1 < box->count && 2 * below < all) below += p->shades[box->first + half++].count;
    const struct box upper = {box->first + half, box->count - half};
    box->count = half;
    return upper;
}

/* The mean of a box's pixels. */
static uint32_t mean_color(const struct palette *p, struct box box)
{
    uint64_t sums[3] = {0}, count = 0;
    for (size_t i = box.first; i < box.first + box.count; i++) {
        for (int channel = 0; channel < 3; channel++)
            sums[channel] += (uint64_t)part_of(p->shades[i].rgb, channel) * p->shades[i].count;
        count += p->shades[i].count;
    }
    uint32_t rgb = 0;
    for (int channel = 0; channel < 3; channel++) rgb = rgb << 8 | (uint32_t)((sums[channel] + count / 2) / count);
    return rgb;
}

/* Gives every shade a colour, of `most`. */
static void share_colors(struct palette *p, int most)
{
    struct box boxes[LRP_PALETTE_FIT_MOST];
    int count = p->count > 0;
    boxes[0] = (struct box){0, p->count};
    while (count < most) {
        int largest = -1, channel = 0;
        unsigned range = 0;
        for (int i = 0; i < count; i++) {
            unsigned here;
            const int widest = widest_channel(p, boxes[i], &here);
            if (here <= range) continue;
            range = here;
            largest = i;
            channel = widest;
        }
        if (largest < 0) break; /* every colour has its own */
        boxes[count] = cut_box(p, &boxes[largest], channel);
        count++;
    }
    for (int i = 0; i < count; i++) {
        p->colors[i] = mean_color(p, boxes[i]);
        for (size_t k = boxes[i].first; k < boxes[i].first + boxes[i].count; k++) p->shades[k].place = (uint16_t)i;
    }
    p->chosen = count;
    qsort(p->shades, p->count, sizeof *p->shades, by_rgb);
}

static void take_as_it_is(struct palette *p)
{
    for (size_t i = 0; i < p->count; i++) {
        p->shades[i].place = (uint16_t)i;
        p->colors[i] = p->shades[i].rgb;
    }
    p->chosen = (int)p->count;
}

/* The colours of all pixels from 1; 0: nothing is seen there. */
static void number_pixels(const unsigned char *rgba, size_t pixels, const struct palette *p, uint16_t *numbers)
{
    struct shade last = {UINT32_MAX, 0, 0};
    for (size_t i = 0; i < pixels; i++) {
        const unsigned char *at = rgba + 4 * i;
        const struct shade wanted = {(uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2], 0, 0};
        if (at[3] && wanted.rgb != last.rgb)
            last = *(const struct shade *)bsearch(&wanted, p->shades, p->count, sizeof *p->shades, by_rgb);
        numbers[i] = at[3] ? (uint16_t)(last.place + 1) : 0;
    }
}

int lrp_palette_fit(const unsigned char *rgba, size_t count, int most, uint32_t *colors, uint16_t *numbers)
{
    struct palette p = {.colors = colors};
    const bool fine = collect_shades(rgba, count, &p);
    if (fine && p.count > (size_t)most)
        share_colors(&p, most);
    else if (fine)
        take_as_it_is(&p);
    if (fine) number_pixels(rgba, count, &p, numbers);
    free(p.shades);
    return fine ? p.chosen : 0;
}
