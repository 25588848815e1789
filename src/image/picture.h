/* picture.h: pictures of 8 bits a channel, read from PNG, JPEG, PPM and PGM, written as PNG. */
#ifndef LRP_IMAGE_PICTURE_H
#define LRP_IMAGE_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/error.h"

/* Longest side and most pixels that are read or made; beyond it a file is refused before its pixels are touched. */
#define LRP_PICTURE_MAX_SIDE 32768
#define LRP_PICTURE_MAX_PIXELS (1L << 27)

struct lrp_picture {
    int width, height;
    int channels;          /* 1 (grey) or 3 (red, green, blue) */
    int source_channels;   /* what the file had: 1..4 */
    unsigned char *pixels; /* owned; row by row from the top, width * height * channels, no padding */
};

/* All zero. Errors: LRP_FILE for sides beyond the limits, LRP_MEMORY. */
enum lrp_status lrp_picture_new(int width, int height, int channels, struct lrp_picture *out, struct lrp_error *err);
/* The same where no more than `most` bytes may be taken: LRP_MEMORY, saying so, before they are. */
enum lrp_status lrp_picture_new_within(int width, int height, int channels, size_t most, struct lrp_picture *out,
                                       struct lrp_error *err);
/* Fine on {0} and when called twice. */
void lrp_picture_free(struct lrp_picture *picture);

/* True if the bytes start like a picture that can be read. */
bool lrp_picture_sniff(const unsigned char *bytes, size_t size);
/* Decodes a whole file's bytes, recognised by content. Alpha is laid over black, 16 bit become 8, palettes and CMYK
 * become colours; a truncated or damaged file is an error. Of any size: for tests. Errors: LRP_FILE; the message does not name
 * the file. */
enum lrp_status lrp_picture_decode(const unsigned char *bytes, size_t size, struct lrp_picture *out, struct lrp_error *err);
/* The same of a picture that may take `most` bytes. */
enum lrp_status lrp_picture_decode_within(const unsigned char *bytes, size_t size, size_t most, struct lrp_picture *out,
                                          struct lrp_error *err);
/* Writes a PNG, atomically. Errors: LRP_FILE naming path and cause. */
enum lrp_status lrp_picture_write_png(const struct lrp_picture *picture, const char *path, struct lrp_error *err);

#endif
