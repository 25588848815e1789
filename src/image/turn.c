/* turn.c: which side of a picture is up, as cameras write it (EXIF 2.32, 4.6.4: the tag Orientation of IFD 0). */
#include "turn.h"

#include <stdint.h>
#include <string.h>

enum { ORIENTATION = 0x0112, SHORT = 3, HEADER = 8, ENTRY = 12 };

static uint32_t read_number(const unsigned char *at, int bytes, bool little)
{
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++) value = value << 8 | at[little ? bytes - 1 - i : i];
    return value;
}

int lrp_exif_orientation(const unsigned char *bytes, size_t size)
{
    if (size >= 6 && memcmp(bytes, "Exif\0", 6) == 0) bytes += 6, size -= 6;
    const bool little = size >= HEADER && memcmp(bytes, "II*", 4) == 0;
    if (!little && (size < HEADER || memcmp(bytes, "MM\0*", 4) != 0)) return 1;
    const size_t first = read_number(bytes + 4, 4, little);
    if (first > size || size - first < 2) return 1;
    const size_t count = read_number(bytes + first, 2, little);
    for (size_t i = 0, at = first + 2; i < count && at <= size && size - at >= ENTRY; i++, at += ENTRY) {
        if (read_number(bytes + at, 2, little) != ORIENTATION || read_number(bytes + at + 2, 2, little) != SHORT) continue;
        const uint32_t value = read_number(bytes + at + 8, 2, little);
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

/* Where the pixel (x, y) of the upright picture lies in one that is stored `width` x `height`. */
static size_t source_of(int orientation, int x, int y, int width, int height)
{
    const bool swapped = orientation >= 5; /* rows are columns */
    int across = swapped ? y : x, down = swapped ? x : y;

    if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) across = width - 1 - across;
    if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) down = height - 1 - down;
    return (size_t)down * (size_t)width + (size_t)across;
}

enum lrp_status lrp_picture_upright(struct lrp_picture *picture, int orientation, struct lrp_error *err)
{
    const int width = picture->width, height = picture->height;
    const size_t channels = (size_t)picture->channels;
    struct lrp_picture turned;
    if (orientation <= 1 || orientation > 8) return LRP_OK;
    const bool swapped = orientation >= 5;
    const enum lrp_status status =
        lrp_picture_new(swapped ? height : width, swapped ? width : height, picture->channels, &turned, err);
    if (status) return status;
    unsigned char *to = turned.pixels;
    for (int y = 0; y < turned.height; y++)
        for (int x = 0; x < turned.width; x++, to += channels)
            memcpy(to, picture->pixels + source_of(orientation, x, y, width, height) * channels, channels);
    turned.source_channels = picture->source_channels;
    lrp_picture_free(picture);
    *picture = turned;
    return LRP_OK;
}
