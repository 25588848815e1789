/* picture.c: pictures in memory. */
#include "picture.h"

#include <stdint.h>
#include <stdlib.h>

enum lrp_status lrp_picture_new(int width, int height, int channels, struct lrp_picture *out, struct lrp_error *err)
{
    return lrp_picture_new_within(width, height, channels, SIZE_MAX, out, err);
}

enum lrp_status lrp_picture_new_within(int width, int height, int channels, size_t most, struct lrp_picture *out,
                                       struct lrp_error *err)
{
    *out = (struct lrp_picture){0};
    if (width < 1 || height < 1) return lrp_fail(err, LRP_FILE, "the picture has no pixels (%d x %d)", width, height);
    if (width > LRP_PICTURE_MAX_SIDE || height > LRP_PICTURE_MAX_SIDE || (long)width * height > LRP_PICTURE_MAX_PIXELS)
        return lrp_fail(err, LRP_FILE,
                        "a picture of %d x %d pixels is too large (at most %d a side and %ld in all); shrink it first", width,
                        height, LRP_PICTURE_MAX_SIDE, LRP_PICTURE_MAX_PIXELS);
    const size_t bytes = (size_t)width * (size_t)height * (size_t)channels;
    if (bytes > most)
        return lrp_fail(err, LRP_MEMORY,
                        "a picture of %d x %d pixels takes %zu bytes, more than the limit --memory %zu; shrink it first", width,
                        height, bytes, most);
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
