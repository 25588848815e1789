/* plane_pairs.c: parts of planes, grids of channels, and two planes side by side. */
#include <math.h>
#include <string.h>

#include "lrpscope/heatmap.h"

static float *cell_of(const struct lrp_plane *plane, int x, int y)
{
    return &plane->values[(size_t)y * (size_t)plane->width + (size_t)x];
}

enum lrp_status lrp_plane_crop(const struct lrp_plane *plane, int x, int y, int width, int height, struct lrp_plane *out,
                               struct lrp_error *err)
{
    enum lrp_status status = lrp_plane_new(width, height, out, err);
    for (int row = 0; !status && row < height; row++)
        memcpy(cell_of(out, 0, row), cell_of(plane, x, y + row), (size_t)width * sizeof(float));
    return status;
}

/* All cells blank, for tiles of one size. */
static enum lrp_status new_grid(const struct lrp_plane *tile, int columns, int rows, struct lrp_plane *out,
                                struct lrp_error *err)
{
    const int64_t width = (int64_t)columns * (tile->width + 1) - 1, height = (int64_t)rows * (tile->height + 1) - 1;
    const bool fits = width <= INT32_MAX && height <= INT32_MAX;
    enum lrp_status status = lrp_plane_new(fits ? (int)width : 0, fits ? (int)height : 0, out, err);
    for (size_t i = 0; !status && i < (size_t)width * (size_t)height; i++) out->values[i] = lrp_blank();
    return status;
}

enum lrp_status lrp_plane_from_channels(const struct lrp_tensor *tensor, int64_t sample, bool channels_last,
                                        const int64_t *channels, size_t count, int columns, struct lrp_plane *out,
                                        struct lrp_error *err)
{
    *out = (struct lrp_plane){0};
    if (count == 0 || count > INT32_MAX) return lrp_fail(err, LRP_USAGE, "no channels are asked for");
    const int across = columns > 0 ? columns : (int)ceil(sqrt((double)count)),
              down = (int)((count + (size_t)across - 1) / (size_t)across);
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < count; i++) {
        struct lrp_plane tile = {0};
        const int left = (int)(i % (size_t)across), top = (int)(i / (size_t)across);
        status = lrp_plane_from_channel(tensor, sample, channels[i], channels_last, &tile, err);
        if (!status && i == 0) status = new_grid(&tile, across, down, out, err);
        for (int row = 0; !status && row < tile.height; row++)
            memcpy(cell_of(out, left * (tile.width + 1), top * (tile.height + 1) + row), cell_of(&tile, 0, row),
                   (size_t)tile.width * sizeof(float));
        lrp_plane_free(&tile);
    }
    if (status) lrp_plane_free(out);
    return status;
}

enum lrp_status lrp_plane_match(struct lrp_plane *a, struct lrp_plane *b, struct lrp_error *err)
{
    struct lrp_plane resized;
    struct lrp_plane *const smaller = a->width < b->width || a->height < b->height ? a : b;
    const struct lrp_plane *const larger = smaller == a ? b : a;
    if (a->width == b->width && a->height == b->height) return LRP_OK;
    const enum lrp_status status = lrp_plane_resample(smaller, larger->width, larger->height, LRP_FILTER_BOX, &resized, err);
    if (status) return status;
    lrp_plane_free(smaller);
    *smaller = resized;
    return LRP_OK;
}

enum lrp_status lrp_plane_difference(const struct lrp_plane *a, const struct lrp_plane *b, struct lrp_plane *out,
                                     struct lrp_error *err)
{
    *out = (struct lrp_plane){0};
    if (a->width != b->width || a->height != b->height)
        return lrp_fail(err, LRP_USAGE, "%dx%d and %dx%d cannot be compared", a->width, a->height, b->width, b->height);
    enum lrp_status status = lrp_plane_new(a->width, a->height, out, err);
    for (size_t i = 0; !status && i < (size_t)a->width * (size_t)a->height; i++)
        out->values[i] = lrp_is_blank(a->values[i]) || lrp_is_blank(b->values[i]) ? lrp_blank() : b->values[i] - a->values[i];
    return status;
}

double lrp_plane_correlation(const struct lrp_plane *a, const struct lrp_plane *b)
{
    const size_t cells = (size_t)a->width * (size_t)a->height;
    double count = 0, mean_a = 0, mean_b = 0, square_a = 0, square_b = 0, both = 0;
    for (size_t i = 0; i < cells; i++) {
        if (!isfinite(a->values[i]) || !isfinite(b->values[i])) continue;
        /* Welford: one pass, without the loss of digits that sums of squares bring */
        const double da = (double)a->values[i] - mean_a, db = (double)b->values[i] - mean_b;
        count++;
        mean_a += da / count;
        mean_b += db / count;
        square_a += da * ((double)a->values[i] - mean_a);
        square_b += db * ((double)b->values[i] - mean_b);
        both += da * ((double)b->values[i] - mean_b);
    }
    return square_a > 0 && square_b > 0 ? both / sqrt(square_a * square_b) : NAN;
}
