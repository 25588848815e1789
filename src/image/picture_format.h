/* picture_format.h: the formats that pictures are read from, a row each.
 *
 * A new format is one file that ends in its row, and the row's name in the list below. */
#ifndef LRP_IMAGE_PICTURE_FORMAT_H
#define LRP_IMAGE_PICTURE_FORMAT_H

#include "picture.h"

struct lrp_picture_format {
    const char *names; /* as messages and help list them: "PNG" */
    /* Whether a file that begins like this is one. */
    bool (*sniff)(const unsigned char *bytes, size_t size);
    /* The picture of a whole file that sniff took, of at most `most` bytes: *out is owned, and {0} on failure. Errors: LRP_FILE
     * saying what is wrong (the file is not named), LRP_MEMORY. */
    enum lrp_status (*decode)(const unsigned char *bytes, size_t size, size_t most, struct lrp_picture *out,
                              struct lrp_error *err);
};

/* X(the rows' names) */
#define LRP_PICTURE_FORMATS(X) X(lrp_png_format) X(lrp_jpeg_format) X(lrp_pnm_format) LRP_WEBP_FORMAT(X)
#ifdef LRP_WEBP /* the build found libwebp */
#define LRP_WEBP_FORMAT(X) X(lrp_webp_format)
#else
#define LRP_WEBP_FORMAT(X)
#endif
#define X(row) extern const struct lrp_picture_format row;
LRP_PICTURE_FORMATS(X)
#undef X

/* 0, 1, ...; NULL beyond the last; for tests that leave out no row. */
const struct lrp_picture_format *lrp_picture_format_at(size_t index);

#endif
