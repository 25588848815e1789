/* pixels_sixel.c: pictures as sixels: bands six pixels high, each colour's part of a band as letters. The palette is that of
 * the picture where it has no more colours than the terminal has registers (those of a heatmap are its colour map's), else one
 * found by halving the colours' ranges again and again. */
#include <stdlib.h>
#include <string.h>

#include "palette.h"
#include "pixel_protocol.h"

enum { LRP_BAND = 6, LRP_REGISTERS = 256, LRP_REGISTERS_MOST = LRP_PALETTE_FIT_MOST };

static bool sixel_speaks(const struct lrp_terminal_answers *answers)
{
    return answers->sixel;
}
/* tmux that knows them says so itself, and draws them. */
static bool sixel_through_tmux(const struct lrp_terminal_answers *answers)
{
    return answers->sixel;
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

static void put_palette(struct lrp_text *out, const uint32_t *colors, int count)
{
    for (int i = 0; i < count; i++) {
        lrp_text_printf(out, "#%d;2", i);
        for (int shift = 16; shift >= 0; shift -= 8)
            lrp_text_printf(out, ";%u", ((colors[i] >> shift & 255) * 100 + 127) / 255);
    }
}

static void sixel_put(const struct lrp_pixel_place *place, struct lrp_text *out)
{
    const struct lrp_bitmap *b = place->bitmap;
    const int most = place->registers < 2                    ? LRP_REGISTERS
                     : place->registers < LRP_REGISTERS_MOST ? place->registers
                                                             : LRP_REGISTERS_MOST;
    const size_t pixels = (size_t)b->width * (size_t)b->height;
    uint32_t colors[LRP_REGISTERS_MOST];
    uint16_t *const numbers = malloc((pixels + 1) * sizeof *numbers);
    const int registers = numbers ? lrp_palette_fit(b->rgba, pixels, most, colors, numbers) : 0;
    unsigned char *const columns = registers ? calloc((size_t)registers, (size_t)b->width) : NULL;
    if (columns) {
        lrp_text_printf(out, "\033P0;1q\"1;1;%d;%d", b->width, b->height); /* 1: what is not drawn stays as it is */
        put_palette(out, colors, registers);
        for (int y = 0; y < b->height; y += LRP_BAND)
            put_band(out, numbers + (size_t)y * (size_t)b->width, b->width, b->height - y < LRP_BAND ? b->height - y : LRP_BAND,
                     registers, columns);
        lrp_text_append(out, "\033\\");
    }
    free(columns);
    free(numbers);
}

const struct lrp_pixel_protocol lrp_sixel_pixels = {
    .name = "sixel", .speaks = sixel_speaks, .through_tmux = sixel_through_tmux, .put = sixel_put, .counts_colors = true};
