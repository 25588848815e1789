/* render.c: planes as pictures. */
#include "render.h"

#include <string.h>

#include "preprocess.h"

/* Writes a row of cells `factor` times as large, `factor` rows high. */
static void write_row(struct lrp_picture *out, int y, int factor, const struct lrp_plane *plane, const struct lrp_range *range,
                      const struct lrp_heatmap_options *options, const float *grey)
{
    size_t stride = (size_t)out->width * 3;
    unsigned char *first = out->pixels + (size_t)y * (size_t)factor * stride, *to = first;
    for (int x = 0; x < plane->width; x++) {
        size_t cell = (size_t)y * (size_t)plane->width + (size_t)x;
        lrp_heatmap_rgb(options, range, plane->values[cell], grey ? (double)grey[cell] / 255 : -1, to);
        for (int i = 1; i < factor; i++) memcpy(to + 3 * i, to, 3);
        to += 3 * factor;
    }
    for (int i = 1; i < factor; i++) memcpy(first + (size_t)i * stride, first, stride);
}

static enum lrp_status render(const struct lrp_plane *plane, const struct lrp_range *range,
                              const struct lrp_heatmap_options *options, const float *grey, struct lrp_picture *out,
                              struct lrp_error *err)
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

static enum lrp_status render_over(const struct lrp_plane *plane, const struct lrp_range *range,
                                   const struct lrp_heatmap_options *options, const struct lrp_picture *under,
                                   struct lrp_picture *out, struct lrp_error *err)
{
    struct lrp_plane large = {0};
    struct lrp_float_picture grey = {0};
    const struct lrp_plane *shown = plane;
    enum lrp_status status = LRP_OK;
    if (plane->width < under->width && plane->height < under->height) {
        status = lrp_plane_resample(plane, under->width, under->height, LRP_FILTER_NEAREST, &large, err);
        shown = &large;
    }
    if (!status) status = lrp_picture_resize(under, shown->width, shown->height, 1, LRP_RESAMPLE_BILINEAR, &grey, err);
    if (!status) status = render(shown, range, options, grey.values, out, err);
    lrp_plane_free(&large);
    lrp_float_picture_free(&grey);
    return status;
}

enum lrp_status lrp_render_heatmap(const struct lrp_plane *plane, const struct lrp_range *range,
                                   const struct lrp_heatmap_options *options, const struct lrp_picture *under,
                                   struct lrp_picture *out, struct lrp_error *err)
{
    *out = (struct lrp_picture){0};
    if (under && options->overlay < 1) return render_over(plane, range, options, under, out, err);
    return render(plane, range, options, NULL, out, err);
}
