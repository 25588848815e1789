/* heatmap.c: the options of a heatmap as text, and the colour of one cell. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lrpscope/heatmap.h"
#include "text.h"

#define LARGEST_FACTOR 256

/* ---- defaults: HEATMAPS in lrpscope-lrp(7) ---- */

static const struct {
    const char *what, *colormap;
} defaults[] = {{"relevance", "seismic"}, {"activation", "viridis"}, {"weights", "seismic"}};

void lrp_heatmap_defaults(const char *what, struct lrp_heatmap_options *out)
{
    size_t row = 0;
    for (size_t i = 0; what && i < sizeof defaults / sizeof *defaults; i++)
        if (strcmp(defaults[i].what, what) == 0) row = i;
    *out = (struct lrp_heatmap_options){.colormap = lrp_colormap_find(NULL, defaults[row].colormap),
                                        .reduction = LRP_REDUCE_SUM,
                                        .range = LRP_RANGE_AUTO,
                                        .clip_high = 100,
                                        .gamma = 1,
                                        .overlay = 1,
                                        .size_factor = 1};
}

/* ---- options as text ---- */

static bool set_colormap(struct lrp_heatmap_options *options, const char *value)
{
    const struct lrp_colormap *map = lrp_colormap_find(options->maps, value);
    options->colormap = map ? map : options->colormap;
    return map != NULL;
}

static bool set_reduction(struct lrp_heatmap_options *options, const char *value)
{
    return lrp_reduction_find(value, &options->reduction);
}

static bool set_range(struct lrp_heatmap_options *options, const char *value)
{
    return lrp_range_mode_find(value, &options->range);
}

/* A number in low..high. */
static bool parse_between(const char *value, double low, double high, double *out)
{
    double number;
    if (!lrp_parse_double(value, &number) || !(number >= low && number <= high)) return false;
    *out = number;
    return true;
}

static bool set_clip(struct lrp_heatmap_options *options, const char *value)
{
    const char *colon = strchr(value, ':');
    char *head = colon ? strndup(value, (size_t)(colon - value)) : NULL;
    double low, high;
    bool fine = head && parse_between(head, 0, 100, &low) && parse_between(colon + 1, 0, 100, &high) && low < high;
    free(head);
    if (fine) {
        options->clip_low = low;
        options->clip_high = high;
    }
    return fine;
}

static bool set_gamma(struct lrp_heatmap_options *options, const char *value)
{
    return parse_between(value, 0.01, 100, &options->gamma);
}

static bool set_overlay(struct lrp_heatmap_options *options, const char *value)
{
    return parse_between(value, 0, 1, &options->overlay);
}

static bool set_size_factor(struct lrp_heatmap_options *options, const char *value)
{
    int64_t factor;
    if (!lrp_parse_int64(value, &factor) || factor < 1 || factor > LARGEST_FACTOR) return false;
    options->size_factor = (int)factor;
    return true;
}

static void colormap_text(const struct lrp_heatmap_options *options, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s", lrp_colormap_name(options->colormap));
}

static void reduction_text(const struct lrp_heatmap_options *options, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s", lrp_reduction_name(options->reduction));
}

static void range_text(const struct lrp_heatmap_options *options, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s", lrp_range_mode_name(options->range));
}

static void clip_text(const struct lrp_heatmap_options *options, char *buffer, size_t size)
{
    char low[32], high[32];
    snprintf(buffer, size, "%s:%s", lrp_format_float((float)options->clip_low, low, sizeof low),
             lrp_format_float((float)options->clip_high, high, sizeof high));
}

static void gamma_text(const struct lrp_heatmap_options *options, char *buffer, size_t size)
{
    lrp_format_float((float)options->gamma, buffer, size);
}

static void overlay_text(const struct lrp_heatmap_options *options, char *buffer, size_t size)
{
    lrp_format_float((float)options->overlay, buffer, size);
}

static void size_factor_text(const struct lrp_heatmap_options *options, char *buffer, size_t size)
{
    snprintf(buffer, size, "%d", options->size_factor);
}

static const char *colormap_value(const struct lrp_colormap_set *maps, size_t index, const char **line)
{
    const struct lrp_colormap *map = lrp_colormap_at(maps, index);
    *line = map ? lrp_colormap_summary(map) : "";
    return map ? lrp_colormap_name(map) : NULL;
}

static const char *reduction_value(const struct lrp_colormap_set *maps, size_t index, const char **line)
{
    (void)maps, (void)line;
    return index < LRP_REDUCTION_COUNT ? lrp_reduction_name((enum lrp_reduction)index) : NULL;
}

static const char *range_value(const struct lrp_colormap_set *maps, size_t index, const char **line)
{
    (void)maps, (void)line;
    return index < LRP_RANGE_MODE_COUNT ? lrp_range_mode_name((enum lrp_range_mode)index) : NULL;
}

static const struct heatmap_option {
    const char *key;
    bool (*set)(struct lrp_heatmap_options *options, const char *value);
    void (*text)(const struct lrp_heatmap_options *options, char *buffer, size_t size);
    /* What it may be: the values have names (see lrp_heatmap_option_value), or it is said in words. */
    const char *(*value)(const struct lrp_colormap_set *maps, size_t index, const char **line);
    const char *allowed;
} option_rows[] = {
    {"colormap", set_colormap, colormap_text, colormap_value, NULL},
    {"reduce", set_reduction, reduction_text, reduction_value, NULL},
    {"range", set_range, range_text, range_value, NULL},
    {"clip", set_clip, clip_text, NULL, "LOW:HIGH, two percentiles of 0 to 100, the lower one first, as 1:99"},
    {"gamma", set_gamma, gamma_text, NULL, "a number of 0.01 to 100"},
    {"overlay", set_overlay, overlay_text, NULL, "a number of 0 (the picture alone) to 1 (the heatmap alone)"},
    {"size-factor", set_size_factor, size_factor_text, NULL, "a whole number of 1 to 256"},
};

#define OPTION_COUNT (sizeof option_rows / sizeof *option_rows)

static const struct heatmap_option *option_find(const char *key)
{
    if (strcmp(key, "size_factor") == 0) key = "size-factor";
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(option_rows[i].key, key) == 0) return &option_rows[i];
    return NULL;
}

static enum lrp_status unknown_option(const char *key, struct lrp_error *err)
{
    struct lrp_text list = {0};
    for (size_t i = 0; i < OPTION_COUNT; i++) lrp_text_printf(&list, "%s%s", i > 0 ? ", " : "", option_rows[i].key);
    lrp_fail(err, LRP_USAGE, "a heatmap has no option '%s'; there are %s", key, list.data ? list.data : "");
    lrp_text_free(&list);
    return LRP_USAGE;
}

static enum lrp_status unknown_value(const struct heatmap_option *row, const struct lrp_colormap_set *maps, const char *value,
                                     struct lrp_error *err)
{
    struct lrp_text list = {0};
    const char *name, *line;
    for (size_t i = 0; (name = row->value(maps, i, &line)); i++) lrp_text_printf(&list, "%s%s", i > 0 ? ", " : "", name);
    lrp_fail(err, LRP_USAGE, "%s '%s' is unknown; there are %s", row->key, value, list.data ? list.data : "");
    lrp_text_free(&list);
    return LRP_USAGE;
}

enum lrp_status lrp_heatmap_option_set(struct lrp_heatmap_options *options, const char *key, const char *value,
                                       struct lrp_error *err)
{
    const struct heatmap_option *row = option_find(key);
    if (!row) return unknown_option(key, err);
    if (row->set(options, value)) return LRP_OK;
    if (row->value) return unknown_value(row, options->maps, value, err);
    return lrp_fail(err, LRP_USAGE, "%s '%s' is not valid; it is %s", row->key, value, row->allowed);
}

const char *lrp_heatmap_option_value(const struct lrp_colormap_set *maps, const char *key, size_t index, const char **line)
{
    const struct heatmap_option *row = option_find(key);
    *line = "";
    return row && row->value ? row->value(maps, index, line) : NULL;
}

const char *lrp_heatmap_option_key(size_t index)
{
    return index < OPTION_COUNT ? option_rows[index].key : NULL;
}

char *lrp_heatmap_option_text(const struct lrp_heatmap_options *options, const char *key, char *buffer, size_t size)
{
    const struct heatmap_option *row = option_find(key);
    buffer[0] = '\0';
    if (row) row->text(options, buffer, size);
    return buffer;
}

/* ---- colours ---- */

void lrp_heatmap_rgb(const struct lrp_heatmap_options *options, const struct lrp_range *range, float value, double grey,
                     unsigned char rgb[3])
{
    double t = lrp_range_normalize(range, value, options->gamma);
    lrp_colormap_rgb(options->colormap, t, rgb);
    if (isnan(t) || !(grey >= 0) || options->overlay >= 1) return;
    double under = fmin(grey, 1) * 255 * (1 - options->overlay);
    for (int i = 0; i < 3; i++) rgb[i] = (unsigned char)lround(rgb[i] * options->overlay + under);
}
