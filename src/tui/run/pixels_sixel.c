/* pixels_sixel.c: pictures as sixels: bands six pixels high, each colour's part of a band as letters. The palette is that of
 * the picture where it has no more colours than the terminal has registers (those of a heatmap are its colour map's), else one
 * found by halving the colours' ranges again and again. */
#include <stdlib.h>
#include <string.h>

#include "pixel_protocol.h"

enum { LRP_BAND = 6, LRP_REGISTERS = 256, LRP_REGISTERS_MOST = 1024 };

static bool sixel_speaks(const struct lrp_terminal_answers *answers)
{
    return answers->sixel;
}
/* tmux that knows them says so itself, and draws them. */
static bool sixel_through_tmux(const struct lrp_terminal_answers *answers)
{
    return answers->sixel;
}

/* ---- palette ---- */

/* A colour of the picture, and how often it is there. */
struct shade {
    uint32_t rgb;
    uint32_t count;
    uint16_t register_of;
};
/* Some of the shades, which share a register. */
struct box {
    size_t first, count;
};
struct palette {
    struct shade *shades; /* owned; each once, in the order of rgb once it is made */
    size_t count;
    uint32_t colors[LRP_REGISTERS_MOST];
    int registers;
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
static bool collect_shades(const struct lrp_bitmap *bitmap, struct palette *p)
{
    const size_t pixels = (size_t)bitmap->width * (size_t)bitmap->height;
    size_t seen = 0;
    p->shades = malloc((pixels + 1) * sizeof *p->shades);
    if (!p->shades) return false;
    for (size_t i = 0; i < pixels; i++) {
        const unsigned char *at = bitmap->rgba + 4 * i;
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

/* Gives every shade a register, of `most`. */
static void share_registers(struct palette *p, int most)
{
    struct box boxes[LRP_REGISTERS_MOST];
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
        for (size_t k = boxes[i].first; k < boxes[i].first + boxes[i].count; k++) p->shades[k].register_of = (uint16_t)i;
    }
    p->registers = count;
    qsort(p->shades, p->count, sizeof *p->shades, by_rgb);
}

static void take_as_it_is(struct palette *p)
{
    for (size_t i = 0; i < p->count; i++) {
        p->shades[i].register_of = (uint16_t)i;
        p->colors[i] = p->shades[i].rgb;
    }
    p->registers = (int)p->count;
}

/* The registers of all pixels from 1; 0: nothing is drawn there. Owned. */
static uint16_t *number_pixels(const struct lrp_bitmap *bitmap, const struct palette *p)
{
    const size_t pixels = (size_t)bitmap->width * (size_t)bitmap->height;
    uint16_t *numbers = malloc((pixels + 1) * sizeof *numbers);
    struct shade last = {UINT32_MAX, 0, 0};
    for (size_t i = 0; numbers && i < pixels; i++) {
        const unsigned char *at = bitmap->rgba + 4 * i;
        const struct shade wanted = {(uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2], 0, 0};
        if (at[3] && wanted.rgb != last.rgb)
            last = *(const struct shade *)bsearch(&wanted, p->shades, p->count, sizeof *p->shades, by_rgb);
        numbers[i] = at[3] ? (uint16_t)(last.register_of + 1) : 0;
    }
    return numbers;
}

/* ---- bands ---- */

static void put_run(struct lrp_text *out, char letter, int count)
{
    if (count > 3)
        lrp_text_printf(out, "!%d%c", count, letter);
    else
        for (int i = 0; i < count; i++) lrp_text_append_n(out, &letter, 1);
}

/* A colour's part of a band: a letter a column, its bits the rows. */
static void put_color(struct lrp_text *out, int number, const unsigned char *columns, int width)
{
    int last = width;
    while (last > 0 && columns[last - 1] == 0) last--;
    lrp_text_printf(out, "#%d", number);
    for (int x = 0, end; x < last; x = end) {
        for (end = x + 1; end < last && columns[end] == columns[x]; end++)
            ;
        put_run(out, (char)('?' + columns[x]), end - x);
    }
}

/* `columns` has room for a band of every register; all zero, and so it is again. */
static void put_band(struct lrp_text *out, const uint16_t *numbers, int width, int rows, int registers, unsigned char *columns)
{
    bool used[LRP_REGISTERS_MOST + 1] = {false}, first = true;
    for (int y = 0; y < rows; y++) {
        for (int x = 0; x < width; x++) {
            const uint16_t number = numbers[(size_t)y * (size_t)width + (size_t)x];
            if (!number) continue;
            used[number] = true;
            columns[(size_t)(number - 1) * (size_t)width + (size_t)x] |= (unsigned char)(1 << y);
        }
    }
    for (int i = 1; i <= registers; i++) {
        if (!used[i]) continue;
        unsigned char *const own = columns + (size_t)(i - 1) * (size_t)width;
        if (!first) lrp_text_append(out, "$");
        put_color(out, i - 1, own, width);
        memset(own, 0, (size_t)width);
        first = false;
    }
    lrp_text_append(out, "-");
}

static void put_palette(struct lrp_text *out, const struct palette *p)
{
    for (int i = 0; i < p->registers; i++) {
        lrp_text_printf(out, "#%d;2", i);
        for (int channel = 0; channel < 3; channel++)
            lrp_text_printf(out, ";%u", (part_of(p->colors[i], channel) * 100 + 127) / 255);
    }
}

static void sixel_put(const struct lrp_pixel_place *place, struct lrp_text *out)
{
    const struct lrp_bitmap *b = place->bitmap;
    const int most = place->registers < 2                    ? LRP_REGISTERS
                     : place->registers < LRP_REGISTERS_MOST ? place->registers
                                                             : LRP_REGISTERS_MOST;
    struct palette *const p = calloc(1, sizeof *p);
    const bool fine = p && collect_shades(b, p);
    if (fine && p->count > (size_t)most)
        share_registers(p, most);
    else if (fine)
        take_as_it_is(p);
    uint16_t *const numbers = fine ? number_pixels(b, p) : NULL;
    unsigned char *const columns = numbers ? calloc((size_t)p->registers + 1, (size_t)b->width) : NULL;
    if (columns) {
        lrp_text_printf(out, "\033P0;1q\"1;1;%d;%d", b->width, b->height); /* 1: what is not drawn stays as it is */
        put_palette(out, p);
        for (int y = 0; y < b->height; y += LRP_BAND)
            put_band(out, numbers + (size_t)y * (size_t)b->width, b->width, b->height - y < LRP_BAND ? b->height - y : LRP_BAND,
                     p->registers, columns);
        lrp_text_append(out, "\033\\");
    }
    free(columns);
    free(numbers);
    if (p) free(p->shades);
    free(p);
}

const struct lrp_pixel_protocol lrp_sixel_pixels = {
    .name = "sixel", .speaks = sixel_speaks, .through_tmux = sixel_through_tmux, .put = sixel_put, .counts_colors = true};
