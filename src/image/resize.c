/* resize.c: resizing pictures with the filters of Pillow: separable, widened when shrinking, so that nothing aliases. */
#include <math.h>
#include <stdlib.h>

#include "preprocess.h"

static double box_at(double x)
{
    return x > -0.5 && x <= 0.5 ? 1 : 0;
}

static double triangle_at(double x)
{
    return fmax(0, 1 - fabs(x));
}

static double hamming_at(double x)
{
    x = fabs(x);
    if (x >= 1) return 0;
    double a = M_PI * x;
    return x > 0 ? sin(a) / a * (0.54 + 0.46 * cos(a)) : 1;
}

/* Keys' cubic convolution with a = -0.5 */
static double cubic_at(double x)
{
    x = fabs(x);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

static double sinc(double x)
{
    return fabs(x) > 0 ? sin(M_PI * x) / (M_PI * x) : 1;
}

static double lanczos_at(double x)
{
    return fabs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}

static const struct {
    double support;
    double (*at)(double x);
} filters[] = {
    [LRP_RESAMPLE_NEAREST] = {0, box_at},       [LRP_RESAMPLE_LANCZOS] = {3, lanczos_at},
    [LRP_RESAMPLE_BILINEAR] = {1, triangle_at}, [LRP_RESAMPLE_BICUBIC] = {2, cubic_at},
    [LRP_RESAMPLE_BOX] = {0.5, box_at},         [LRP_RESAMPLE_HAMMING] = {1, hamming_at},
};

_Static_assert(sizeof filters / sizeof *filters == LRP_RESAMPLE_COUNT, "a row per filter");

/* For every cell of the result: the first source cell, how many take part, and their weights (sum 1). */
struct taps {
    int width; /* weights a cell has room for */
    int *first, *count;
    float *weights;
};

static void taps_free(struct taps *taps)
{
    free(taps->first);
    free(taps->count);
    free(taps->weights);
}

static void fill_taps(struct taps *taps, int cell, int source, double scale, enum lrp_resample resample)
{
    double center = (cell + 0.5) * scale, stretch = fmax(scale, 1), support = filters[resample].support * stretch;
    float *weights = taps->weights + (size_t)cell * (size_t)taps->width;
    if (resample == LRP_RESAMPLE_NEAREST) {
        taps->first[cell] = (int)fmin(center, source - 1);
        taps->count[cell] = 1;
        weights[0] = 1;
        return;
    }
    int first = (int)fmax(center - support + 0.5, 0), end = (int)fmin(center + support + 0.5, source);
    double sum = 0;
    for (int i = first; i < end; i++) sum += filters[resample].at((i - center + 0.5) / stretch);
    for (int i = first; i < end; i++) weights[i - first] = (float)(filters[resample].at((i - center + 0.5) / stretch) / sum);
    taps->first[cell] = first;
    taps->count[cell] = end - first;
}

static enum lrp_status make_taps(int cells, int source, enum lrp_resample resample, struct taps *out, struct lrp_error *err)
{
    double scale = (double)source / cells;
    *out = (struct taps){.width = 2 * (int)ceil(filters[resample].support * fmax(scale, 1)) + 2};
    out->first = calloc((size_t)cells, sizeof *out->first);
    out->count = calloc((size_t)cells, sizeof *out->count);
    out->weights = calloc((size_t)cells * (size_t)out->width, sizeof *out->weights);
    if (!out->first || !out->count || !out->weights) {
        taps_free(out);
        return lrp_fail(err, LRP_MEMORY, "out of memory for resizing a picture to %d pixels a side", cells);
    }
    for (int i = 0; i < cells; i++) fill_taps(out, i, source, scale, resample);
    return LRP_OK;
}

/* A row of bytes as floats with the wanted channels. */
static void convert_row(const struct lrp_picture *picture, int y, int channels, float *out)
{
    const unsigned char *in = picture->pixels + (size_t)y * (size_t)picture->width * (size_t)picture->channels;
    for (int x = 0; x < picture->width; x++, in += picture->channels, out += channels) {
        if (picture->channels == 3 && channels == 1)
            out[0] = (float)(0.299 * in[0] + 0.587 * in[1] + 0.114 * in[2]);
        else
            for (int c = 0; c < channels; c++) out[c] = picture->channels == 3 ? in[c] : in[0];
    }
}

static void resize_row(const float *row, int channels, const struct taps *taps, int width, float *out)
{
    for (int x = 0; x < width; x++) {
        const float *weights = taps->weights + (size_t)x * (size_t)taps->width;
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            for (int i = 0; i < taps->count[x]; i++)
                sum += (double)weights[i] * (double)row[(size_t)(taps->first[x] + i) * (size_t)channels + (size_t)c];
            *out++ = (float)sum;
        }
    }
}

/* Every row of `rows` is `stride` floats; the sum of some of them, kept inside 0..255 (cubic and Lanczos overshoot). */
static void blend_rows(const float *rows, size_t stride, const struct taps *taps, int y, float *out)
{
    const float *weights = taps->weights + (size_t)y * (size_t)taps->width;
    for (size_t x = 0; x < stride; x++) {
        double sum = 0;
        for (int i = 0; i < taps->count[y]; i++)
            sum += (double)weights[i] * (double)rows[(size_t)(taps->first[y] + i) * stride + x];
        out[x] = (float)fmin(fmax(sum, 0), 255);
    }
}

static enum lrp_status resize_with(const struct lrp_picture *picture, const struct taps *across, const struct taps *down,
                                   struct lrp_float_picture *out, struct lrp_error *err)
{
    size_t stride = (size_t)out->width * (size_t)out->channels;
    float *row = calloc((size_t)picture->width * (size_t)out->channels, sizeof *row);
    float *narrow = calloc((size_t)picture->height * stride, sizeof *narrow);
    enum lrp_status status = LRP_OK;
    if (!row || !narrow) {
        status = lrp_fail(err, LRP_MEMORY, "out of memory for resizing a picture of %d x %d pixels", picture->width,
                          picture->height);
        goto done;
    }
    for (int y = 0; y < picture->height; y++) {
        convert_row(picture, y, out->channels, row);
        resize_row(row, out->channels, across, out->width, narrow + (size_t)y * stride);
    }
    for (int y = 0; y < out->height; y++) blend_rows(narrow, stride, down, y, out->values + (size_t)y * stride);
done:
    free(row);
    free(narrow);
    return status;
}

static enum lrp_status float_picture_new(int width, int height, int channels, struct lrp_float_picture *out,
                                         struct lrp_error *err)
{
    *out = (struct lrp_float_picture){.width = width, .height = height, .channels = channels};
    if (width < 1 || height < 1 || width > LRP_PICTURE_MAX_SIDE || height > LRP_PICTURE_MAX_SIDE ||
        (long)width * height > LRP_PICTURE_MAX_PIXELS)
        return lrp_fail(err, LRP_FILE, "a picture cannot be resized to %d x %d pixels (1 to %d a side and %ld in all)", width,
                        height, LRP_PICTURE_MAX_SIDE, LRP_PICTURE_MAX_PIXELS);
    out->values = calloc((size_t)width * (size_t)height * (size_t)channels, sizeof *out->values);
    return out->values ? LRP_OK : lrp_fail(err, LRP_MEMORY, "out of memory for a picture of %d x %d pixels", width, height);
}

void lrp_float_picture_free(struct lrp_float_picture *picture)
{
    if (!picture) return;
    free(picture->values);
    *picture = (struct lrp_float_picture){0};
}

enum lrp_status lrp_picture_resize(const struct lrp_picture *picture, int width, int height, int channels,
                                   enum lrp_resample resample, struct lrp_float_picture *out, struct lrp_error *err)
{
    struct taps across = {0}, down = {0};
    enum lrp_status status = float_picture_new(width, height, channels, out, err);
    if (!status) status = make_taps(width, picture->width, resample, &across, err);
    if (!status) {
        status = make_taps(height, picture->height, resample, &down, err);
        if (!status) {
            status = resize_with(picture, &across, &down, out, err);
            taps_free(&down);
        }
        taps_free(&across);
    }
    if (status) lrp_float_picture_free(out);
    return status;
}

enum lrp_status lrp_float_picture_to_bytes(const struct lrp_float_picture *picture, struct lrp_picture *out,
                                           struct lrp_error *err)
{
    enum lrp_status status = lrp_picture_new(picture->width, picture->height, picture->channels, out, err);
    if (status) return status;
    size_t count = (size_t)picture->width * (size_t)picture->height * (size_t)picture->channels;
    for (size_t i = 0; i < count; i++) out->pixels[i] = (unsigned char)lrintf(fminf(fmaxf(picture->values[i], 0), 255));
    return LRP_OK;
}
