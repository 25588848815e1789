/* animation.c: moving pictures; as PNG with the three chunks of APNG (acTL, fcTL, fdAT: PNG, third edition, 11.3.7) around what
 * libpng compresses. */
#include "animation.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "font.h"
#include "output.h"

enum { LRP_SIDE = 384, LRP_MARGIN = 12, LRP_TITLE = 24 };

static enum lrp_status draw_frame(const struct lrp_frames *frames, size_t frame, struct lrp_picture *out, struct lrp_error *err)
{
    static const unsigned char ink[3] = {28, 28, 32};
    lrp_draw_box(out, 0, 0, out->width, out->height, lrp_sheet_paper);
    lrp_draw_text_within(out, LRP_MARGIN, LRP_MARGIN, 1, LRP_SIDE,
                         frames->sheet->note ? frames->sheet->note : frames->sheet->title, ink);
    return lrp_sheet_draw_tile(frames->sheet, frames->tiles[frame], LRP_SIDE, LRP_MARGIN, LRP_MARGIN + LRP_TITLE, out, err);
}

/* ---- PNG ---- */

static const unsigned char signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

static unsigned char *put_u32(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) to[i] = (unsigned char)(value >> (24 - 8 * i));
    return to + 4;
}

static uint32_t get_u32(const unsigned char *from)
{
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

/* A chunk whose data is `head` and then `body`; what cannot be written is found when the file is committed. */
static void write_chunk(FILE *file, const char *type, const unsigned char *head, size_t head_size, const unsigned char *body,
                        size_t body_size)
{
    unsigned char number[4];
    uLong crc = crc32(crc32(0, NULL, 0), (const unsigned char *)type, 4);
    if (head_size) crc = crc32(crc, head, (uInt)head_size);
    if (body_size) crc = crc32(crc, body, (uInt)body_size);
    put_u32(number, (uint32_t)(head_size + body_size));
    fwrite(number, 1, 4, file);
    fwrite(type, 1, 4, file);
    if (head_size) fwrite(head, 1, head_size, file);
    if (body_size) fwrite(body, 1, body_size, file);
    put_u32(number, (uint32_t)crc);
    fwrite(number, 1, 4, file);
}

/* A frame's place in time and space; it covers the whole picture. */
static void write_control(FILE *file, const struct lrp_frames *frames, size_t frame, uint32_t *sequence)
{
    unsigned char data[26], *at = put_u32(data, (*sequence)++);
    at = put_u32(at, (uint32_t)frames->width);
    at = put_u32(at, (uint32_t)frames->height);
    at = put_u32(put_u32(at, 0), 0);
    const int time = frame + 1 < frames->count ? LRP_FRAME_TIME : LRP_LAST_FRAME_TIME;
    const unsigned char rest[] = {0, (unsigned char)time, 0, 100, 0, 0}; /* time / 100 s; nothing is cleared or blended */
    memcpy(at, rest, sizeof rest);
    write_chunk(file, "fcTL", data, sizeof data, NULL, 0);
}

/* The chunks of a single picture: the first one's go into the file, of later ones only their pixels, each with its number. */
static void write_frame(FILE *file, const struct lrp_frames *frames, size_t frame, const unsigned char *png, size_t size,
                        uint32_t *sequence)
{
    unsigned char number[8];
    bool placed = false;
    for (size_t at = sizeof signature; at + 12 <= size;) {
        const size_t length = get_u32(png + at);
        const unsigned char *data = png + at + 8;
        const bool pixels = memcmp(png + at + 4, "IDAT", 4) == 0;
        if (length > size - at - 12) break;
        if (pixels && !placed) write_control(file, frames, frame, sequence);
        placed |= pixels;
        if (pixels && frame > 0) {
            put_u32(number, (*sequence)++);
            write_chunk(file, "fdAT", number, 4, data, length);
        } else if (frame == 0 && memcmp(png + at + 4, "IEND", 4) != 0) {
            fwrite(png + at, 1, length + 12, file);
        }
        if (frame == 0 && memcmp(png + at + 4, "IHDR", 4) == 0) {
            put_u32(put_u32(number, (uint32_t)frames->count), 0);
            write_chunk(file, "acTL", number, 8, NULL, 0);
        }
        at += length + 12;
    }
}

static enum lrp_status encode(const struct lrp_picture *picture, unsigned char **out, size_t *size, struct lrp_error *err)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)picture->width,
                       .height = (png_uint_32)picture->height,
                       .format = PNG_FORMAT_RGB};
    png_alloc_size_t most = PNG_IMAGE_PNG_SIZE_MAX(image);
    *out = malloc(most);
    if (!*out) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!png_image_write_to_memory(&image, *out, &most, 0, picture->pixels, 0, NULL))
        return lrp_fail(err, LRP_FILE, "the PNG cannot be made: %s", image.message);
    *size = most;
    return LRP_OK;
}

static enum lrp_status write_png(const struct lrp_frames *frames, const char *path, struct lrp_error *err)
{
    struct lrp_output output = {0};
    struct lrp_picture picture = {0};
    uint32_t sequence = 0;
    enum lrp_status status = lrp_picture_new(frames->width, frames->height, 3, &picture, err);
    if (!status) status = lrp_output_open(path, &output, err);
    if (!status) fwrite(signature, 1, sizeof signature, output.file);
    for (size_t i = 0; !status && i < frames->count; i++) {
        unsigned char *png = NULL;
        size_t size = 0;
        status = draw_frame(frames, i, &picture, err);
        if (!status) status = encode(&picture, &png, &size, err);
        if (!status) write_frame(output.file, frames, i, png, size, &sequence);
        free(png);
    }
    if (!status) write_chunk(output.file, "IEND", NULL, 0, NULL, 0);
    lrp_picture_free(&picture);
    if (!status) return lrp_output_commit(&output, err);
    lrp_output_abort(&output);
    return status;
}

enum lrp_status lrp_animation_write(const struct lrp_sheet *sheet, const char *path, struct lrp_error *err)
{
    struct lrp_frames frames = {.draw = draw_frame,
                                .sheet = sheet,
                                .tiles = calloc(sheet->count + 1, sizeof *frames.tiles),
                                .width = LRP_SIDE + 2 + 2 * LRP_MARGIN,
                                .height = LRP_SIDE + 2 + LRP_TITLE + LRP_SHEET_TEXTS + 2 * LRP_MARGIN};
    const char *suffix = strrchr(path, '.');
    if (!frames.tiles) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = sheet->count; i-- > 0;)
        if (sheet->tiles[i].plane) frames.tiles[frames.count++] = i;
    const bool gif = suffix && strcasecmp(suffix, ".gif") == 0;
    enum lrp_status status = frames.count ? LRP_OK : lrp_fail(err, LRP_UNSUPPORTED, "%s: no layer has a heatmap", path);
    if (!status) status = gif ? lrp_gif_write(&frames, path, err) : write_png(&frames, path, err);
    free(frames.tiles);
    return status;
}
