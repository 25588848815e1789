/* pixels_iterm.c: pictures as iTerm2 takes them: a PNG in base64, as large as its cells. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "pixel_protocol.h"

/* Terminals that take them say so by their names only. */
static bool iterm_speaks(const struct lrp_terminal_answers *answers)
{
    static const char *const names[] = {"iTerm2", "WezTerm", "mintty"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(answers->name, names[i], strlen(names[i])) == 0) return true;
    return false;
}

/* ---- PNG ---- */

static void put_number(unsigned char *to, uint32_t number)
{
    for (int i = 0; i < 4; i++) to[i] = (unsigned char)(number >> (24 - 8 * i));
}

/* Length, name, bytes, checksum. Returns where the next chunk begins. */
static unsigned char *put_chunk(unsigned char *to, const char name[4], const unsigned char *bytes, size_t count)
{
    put_number(to, (uint32_t)count);
    memcpy(to + 4, name, 4);
    if (count) memmove(to + 8, bytes, count);
    put_number(to + 8 + count, (uint32_t)crc32(0, to + 4, (uInt)count + 4));
    return to + 12 + count;
}

/* 8 bits a channel with alpha, no filter. Owned; NULL when out of memory. */
static unsigned char *make_png(const struct lrp_bitmap *bitmap, size_t *length)
{
    static const unsigned char signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    const size_t row = 4 * (size_t)bitmap->width, plain = (row + 1) * (size_t)bitmap->height;
    uLongf packed = compressBound((uLong)plain);
    unsigned char *const rows = malloc(plain), *const png = malloc(packed + 128), *const body = malloc(packed);
    unsigned char head[13] = {[8] = 8, [9] = 6}, *end = png;
    for (int y = 0; rows && y < bitmap->height; y++) {
        rows[(size_t)y * (row + 1)] = 0;
        memcpy(rows + (size_t)y * (row + 1) + 1, bitmap->rgba + (size_t)y * row, row);
    }
    const bool fine = rows && png && body && compress2(body, &packed, rows, (uLong)plain, 1) == Z_OK;
    if (fine) {
        memcpy(end, signature, sizeof signature);
        put_number(head, (uint32_t)bitmap->width);
        put_number(head + 4, (uint32_t)bitmap->height);
        end = put_chunk(end + sizeof signature, "IHDR", head, sizeof head);
        end = put_chunk(end, "IDAT", body, packed);
        end = put_chunk(end, "IEND", NULL, 0);
        *length = (size_t)(end - png);
    }
    free(rows);
    free(body);
    if (!fine) free(png);
    return fine ? png : NULL;
}

static void iterm_put(const struct lrp_pixel_place *place, struct lrp_text *out)
{
    size_t length;
    unsigned char *const png = make_png(place->bitmap, &length);
    if (!png) return;
    lrp_text_printf(out, "\033]1337;File=inline=1;size=%zu;width=%d;height=%d;preserveAspectRatio=0;doNotMoveCursor=1:", length,
                    place->cells.columns, place->cells.rows);
    lrp_base64_append(out, png, length);
    lrp_text_append(out, "\a");
    free(png);
}

const struct lrp_pixel_protocol lrp_iterm_pixels = {.name = "iterm", .speaks = iterm_speaks, .put = iterm_put};
