/* render.c: planes as pictures. */
#include "render.h"

#include <string.h>

/* Writes a row of cells `factor` times as large, `factor` rows high. */
static void write_row(struct lrp_picture *out, int y, int factor, const struct lrp_plane *plane, const struct lrp_range *range,
                      const struct lrp_heatmap_options *options, const struct lrp_plane *grey)
{
    size_t stride = (size_t)out->width * 3;
    unsigned char *first = out->pixels + (size_t)y * (size_t)factor * stride, *to = first;
    for (int x = 0; x < plane->width; x++) {
        size_t cell = (size_t)y * (size_t)plane->width + (size_t)x;
        lrp_heatmap_rgb(options, range, plane->values[cell], grey ? (double)grey->values[cell] : -1, to);
        for (int i = 1; i < factor; i++) memcpy(to + 3 * (size_t)i, to, 3);
        to += 3 * (size_t)factor;
    }
    for (int i = 1; i < factor; i++) memcpy(first + (size_t)i * stride, first, stride);
}

enum lrp_status lrp_render_heatmap(const struct lrp_plane *plane, const struct lrp_range *range,
                                   const struct lrp_heatmap_options *options, const struct lrp_plane *grey,
                                   struct lrp_picture *out, struct lrp_error *err)
{
    int factor = options->size_factor;
    *out = (struct lrp_picture){0};
    if ((int64_t)plane->width * factor > LRP_PICTURE_MAX_SIDE || (int64_t)plane->height * factor > LRP_PICTURE_MAX_SIDE)
        return lrp_fail(err, LRP_FILE,
                        "a heatmap of %d x %d cells, each %d x %d pixels, is too large (at most %d a side); "
                        "use a smaller --size-factor",
                        plane->width, plane->height, factor, factor, LRP_PICTURE_MAX_SIDE);
    enum lrp_status status = lrp_picture_new(plane->width * factor, plane->height * factor, 3, out, err);
    for (int y = 0; !status && y < plane->height; y++) write_row(out, y, factor, plane, range, options, grey);
    return status;
}

enum lrp_status lrp_plane_write(const struct lrp_plane *plane, const struct lrp_heatmap_options *options,
                                const struct lrp_range *range, const char *path, struct lrp_error *err)
{
    const struct lrp_plane *const planes[] = {plane};
    struct lrp_picture picture = {0};
    struct lrp_range own;
    enum lrp_status status = range ? LRP_OK : lrp_range_of(planes, 1, options, &own, err);
    if (!status) status = lrp_render_heatmap(plane, range ? range : &own, options, NULL, &picture, err);
    if (!status) status = lrp_picture_write_png(&picture, path, err);
    lrp_picture_free(&picture);
    return status;
}
