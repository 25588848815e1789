/* picture.c: pictures in memory, and telling their files apart. */
#include "picture.h"

#include <stdlib.h>
#include <string.h>

#include "mapping.h"

enum lrp_status lrp_picture_new(int width, int height, int channels, struct lrp_picture *out, struct lrp_error *err)
{
    *out = (struct lrp_picture){0};
    if (width < 1 || height < 1) return lrp_fail(err, LRP_FILE, "the picture has no pixels (%d x %d)", width, height);
    if (width > LRP_PICTURE_MAX_SIDE || height > LRP_PICTURE_MAX_SIDE || (long)width * height > LRP_PICTURE_MAX_PIXELS)
        return lrp_fail(err, LRP_FILE,
                        "a picture of %d x %d pixels is too large (at most %d a side and %ld in all); shrink it first", width,
                        height, LRP_PICTURE_MAX_SIDE, LRP_PICTURE_MAX_PIXELS);
    out->pixels = calloc((size_t)width * (size_t)height, (size_t)channels);
    if (!out->pixels) return lrp_fail(err, LRP_MEMORY, "out of memory for a picture of %d x %d pixels", width, height);
    out->width = width;
    out->height = height;
    out->channels = out->source_channels = channels;
    return LRP_OK;
}

void lrp_picture_free(struct lrp_picture *picture)
{
    if (!picture) return;
    free(picture->pixels);
    *picture = (struct lrp_picture){0};
}

static const struct format {
    const char *signature;
    size_t length;
    enum lrp_status (*decode)(const unsigned char *bytes, size_t size, struct lrp_picture *out, struct lrp_error *err);
} formats[] = {
    {"\x89PNG\r\n\x1a\n", 8, lrp_png_decode},
    {"\xff\xd8\xff", 3, lrp_jpeg_decode},
    {"P2", 2, lrp_pnm_decode},
    {"P3", 2, lrp_pnm_decode},
    {"P5", 2, lrp_pnm_decode},
    {"P6", 2, lrp_pnm_decode},
};

static const struct format *format_of(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (size >= formats[i].length && memcmp(bytes, formats[i].signature, formats[i].length) == 0) return &formats[i];
    return NULL;
}

bool lrp_picture_sniff(const unsigned char *bytes, size_t size)
{
    return format_of(bytes, size) != NULL;
}

enum lrp_status lrp_picture_decode(const unsigned char *bytes, size_t size, struct lrp_picture *out, struct lrp_error *err)
{
    *out = (struct lrp_picture){0};
    const struct format *format = format_of(bytes, size);
    if (!format)
        return lrp_fail(err, LRP_FILE, "%s",
                        size == 0 ? "the file is empty; a PNG, JPEG, PPM or PGM picture was expected"
                                  : "not a picture of a known kind; PNG, JPEG, PPM and PGM can be read");
    return format->decode(bytes, size, out, err);
}

enum lrp_status lrp_picture_read(const char *path, struct lrp_picture *out, struct lrp_error *err)
{
    *out = (struct lrp_picture){0};
    struct lrp_mapping file = {0};
    enum lrp_status status = lrp_mapping_open(path, &file, err);
    if (status) return status;
    status = lrp_picture_decode(file.data, file.size, out, err);
    lrp_mapping_close(&file);
    return !status ? status : lrp_fail_context(err, status, "%s", path);
}
