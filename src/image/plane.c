/* plane.c: planes of numbers and their resampling. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lrpscope/heatmap.h"

#define MAX_CELLS ((int64_t)1 << 28)

enum lrp_status lrp_plane_new(int width, int height, struct lrp_plane *out, struct lrp_error *err)
{
    *out = (struct lrp_plane){0};
    if (width < 1 || height < 1 || (int64_t)width * height > MAX_CELLS)
        return lrp_fail(err, LRP_MEMORY, "a plane of %d x %d cells cannot be made; 1 to 2^28 cells are possible", width,
                        height);
    out->values = calloc((size_t)width * (size_t)height, sizeof *out->values);
    if (!out->values) return lrp_fail(err, LRP_MEMORY, "out of memory for a plane of %d x %d cells", width, height);
    out->width = width;
    out->height = height;
    return LRP_OK;
}

void lrp_plane_free(struct lrp_plane *plane)
{
    if (!plane) return;
    free(plane->values);
    *plane = (struct lrp_plane){0};
}

/* a quiet NaN with a payload that arithmetic does not produce */
static const uint32_t blank_bits = 0x7fc0b1a4;

float lrp_blank(void)
{
    float value;
    memcpy(&value, &blank_bits, sizeof value);
    return value;
}

bool lrp_is_blank(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits == blank_bits;
}

/* ---- resampling: a cell of the result is a weighted mean over a span of source cells on either axis ---- */

struct span {
    int first, count;
    double head, tail; /* weights of the first and the last source cell; those between weigh 1 */
};

static struct span span_of(int cell, int cells, int source, enum lrp_filter filter)
{
    if (filter == LRP_FILTER_NEAREST || cells >= source) {
        int64_t middle = (2 * (int64_t)cell + 1) * source / (2 * (int64_t)cells);
        return (struct span){.first = (int)middle, .count = 1, .head = 1, .tail = 1};
    }
    /* exact bounds in units of 1/cells of a source cell, so that no weight is a rounding remainder */
    int64_t begin = (int64_t)cell * source, end = begin + source;
    int64_t first = begin / cells, last = (end - 1) / cells;
    double head = (double)((first + 1) * cells - begin) / cells, tail = (double)(end - last * cells) / cells;
    return (struct span){.first = (int)first, .count = (int)(last - first + 1), .head = head, .tail = tail};
}

static double span_weight(const struct span *span, int i)
{
    return i == 0 ? span->head : i == span->count - 1 ? span->tail : 1;
}

static float mean_over(const struct lrp_plane *plane, const struct span *rows, const struct span *columns)
{
    const float *corner = plane->values + (size_t)rows->first * (size_t)plane->width + columns->first;
    if (rows->count == 1 && columns->count == 1) return *corner;
    double sum = 0, weight = 0;
    for (int y = 0; y < rows->count; y++) {
        const float *row = corner + (size_t)y * (size_t)plane->width;
        for (int x = 0; x < columns->count; x++) {
            if (lrp_is_blank(row[x])) continue;
            double w = span_weight(rows, y) * span_weight(columns, x);
            sum += w * (double)row[x];
            weight += w;
        }
    }
    return weight > 0 ? (float)(sum / weight) : lrp_blank();
}

static void resample_rows(const struct lrp_plane *plane, const struct span *columns, enum lrp_filter filter,
                          struct lrp_plane *out)
{
    for (int y = 0; y < out->height; y++) {
        struct span rows = span_of(y, out->height, plane->height, filter);
        float *row = out->values + (size_t)y * (size_t)out->width;
        for (int x = 0; x < out->width; x++) row[x] = mean_over(plane, &rows, &columns[x]);
    }
}

enum lrp_status lrp_plane_resample(const struct lrp_plane *plane, int width, int height, enum lrp_filter filter,
                                   struct lrp_plane *out, struct lrp_error *err)
{
    enum lrp_status status = lrp_plane_new(width, height, out, err);
    if (status) return status;
    struct span *columns = calloc((size_t)width, sizeof *columns);
    if (!columns) {
        lrp_plane_free(out);
        return lrp_fail(err, LRP_MEMORY, "out of memory for a plane of %d x %d cells", width, height);
    }
    for (int x = 0; x < width; x++) columns[x] = span_of(x, width, plane->width, filter);
    resample_rows(plane, columns, filter, out);
    free(columns);
    return LRP_OK;
}
