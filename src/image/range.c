/* range.c: what the ends of a colour map stand for. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lrpscope/heatmap.h"

static const char *const mode_names[] = {
#define X(name, text) [LRP_RANGE_##name] = (text),
    LRP_RANGE_MODES(X)
#undef X
};

const char *lrp_range_mode_name(enum lrp_range_mode mode)
{
    return (unsigned)mode < LRP_RANGE_MODE_COUNT ? mode_names[mode] : "";
}

bool lrp_range_mode_find(const char *name, enum lrp_range_mode *out)
{
    for (unsigned i = 0; name && i < LRP_RANGE_MODE_COUNT; i++)
        if (strcmp(mode_names[i], name) == 0) {
            *out = (enum lrp_range_mode)i;
            return true;
        }
    return false;
}

static size_t cell_count(const struct lrp_plane *plane)
{
    return (size_t)plane->width * (size_t)plane->height;
}

/* Smallest and largest finite value and the count of finite ones; counts what is not finite. */
static size_t find_extent(const struct lrp_plane *const *planes, size_t count, struct lrp_range *range)
{
    size_t finite = 0;
    for (size_t p = 0; p < count; p++)
        for (size_t i = 0; i < cell_count(planes[p]); i++) {
            float value = planes[p]->values[i];
            if (lrp_is_blank(value)) continue;
            if (!isfinite(value)) {
                range->invalid++;
                continue;
            }
            range->low = finite == 0 || value < range->low ? value : range->low;
            range->high = finite == 0 || value > range->high ? value : range->high;
            finite++;
        }
    return finite;
}

static int by_value(const void *left, const void *right)
{
    const float *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double percentile(const float *sorted, size_t count, double percent)
{
    double place = percent / 100 * (double)(count - 1);
    size_t below = (size_t)place, above = below + 1 < count ? below + 1 : below;
    double part = place - (double)below;
    return (double)sorted[below] * (1 - part) + (double)sorted[above] * part;
}

static enum lrp_status clip_extent(const struct lrp_plane *const *planes, size_t count, size_t finite,
                                   const struct lrp_heatmap_options *options, struct lrp_range *range, struct lrp_error *err)
{
    float *sorted = malloc(finite * sizeof *sorted);
    if (!sorted) return lrp_fail(err, LRP_MEMORY, "out of memory for the percentiles of %zu values", finite);
    size_t n = 0;
    for (size_t p = 0; p < count; p++)
        for (size_t i = 0; i < cell_count(planes[p]); i++)
            if (isfinite(planes[p]->values[i])) sorted[n++] = planes[p]->values[i];
    qsort(sorted, n, sizeof *sorted, by_value);
    range->low = (float)percentile(sorted, n, options->clip_low);
    range->high = (float)percentile(sorted, n, options->clip_high);
    free(sorted);
    return LRP_OK;
}

enum lrp_status lrp_range_of(const struct lrp_plane *const *planes, size_t count, const struct lrp_heatmap_options *options,
                             struct lrp_range *out, struct lrp_error *err)
{
    *out = (struct lrp_range){0};
    size_t finite = find_extent(planes, count, out);
    bool clipped = options->clip_low > 0 || options->clip_high < 100;
    enum lrp_status status = clipped && finite > 0 ? clip_extent(planes, count, finite, options, out, err) : LRP_OK;
    bool automatic = options->range == LRP_RANGE_AUTO;
    out->symmetric = options->range == LRP_RANGE_SYMMETRIC || (automatic && lrp_colormap_diverging(options->colormap));
    if (out->symmetric) {
        out->high = fmaxf(fabsf(out->low), fabsf(out->high));
        out->low = -out->high;
    }
    return status;
}

double lrp_range_normalize(const struct lrp_range *range, float value, double gamma)
{
    double neutral = range->symmetric ? 0.5 : 0;
    if (lrp_is_blank(value)) return neutral;
    if (!isfinite(value)) return (double)NAN;
    /* in double: high - low of two floats may overflow a float */
    double origin = range->symmetric ? 0 : (double)range->low, extent = (double)range->high - origin;
    if (!(extent > 0)) return neutral;
    double x = fmin(fmax(((double)value - origin) / extent, range->symmetric ? -1 : 0), 1);
    if (gamma > 0 && (gamma < 1 || gamma > 1)) x = copysign(pow(fabs(x), gamma), x);
    return range->symmetric ? 0.5 + 0.5 * x : x;
}
