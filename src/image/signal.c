/* signal.c: a signal as a picture: its curve, on the colours of the relevance of its steps. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "font.h"
#include "lrpscope/heatmap.h"

enum {
    SIGNAL_WIDTH = 1024, /* of a curve */
    SIGNAL_HEIGHT = 160, /* of a channel's; more channels than fit into MOST_HEIGHT get less each */
    SIGNAL_LEAST = 12,
    MOST_HEIGHT = 8192,
    LABELS = 64, /* columns left of the curves */
    MARGIN = 8,
    AXIS = LRP_FONT_HEIGHT + 6,
    TICKS = 4
};

static const unsigned char black[3] = {0, 0, 0}, white[3] = {255, 255, 255}, rule[3] = {128, 128, 128};

static float value_between(const float *values, int count, double at)
{
    const int before = (int)at < count - 1 ? (int)at : count - 1, behind = before + 1 < count ? before + 1 : before;
    return values[before] + (float)(at - before) * (values[behind] - values[before]);
}

static void widen_span(float value, float *low, float *high)
{
    if (!isfinite(value)) return;
    *low = isnan(*low) || value < *low ? value : *low;
    *high = isnan(*high) || value > *high ? value : *high;
}

void lrp_signal_span(const float *values, int count, int x, int columns, float *low, float *high)
{
    const double from = (double)x * (count - 1) / columns, to = (double)(x + 1) * (count - 1) / columns;
    *low = *high = NAN;
    widen_span(value_between(values, count, from), low, high);
    widen_span(value_between(values, count, to), low, high);
    for (int i = (int)ceil(from); i <= (int)to; i++) widen_span(values[i], low, high);
}

float lrp_signal_strongest(const float *values, int count, int x, int columns)
{
    const int from = (int)((int64_t)x * count / columns), to = (int)(((int64_t)(x + 1) * count - 1) / columns);
    float strongest = values[from];
    for (int i = from + 1; i <= to && !isnan(strongest); i++)
        if (isnan(values[i]) || fabsf(values[i]) > fabsf(strongest)) strongest = values[i];
    return strongest;
}

bool lrp_signal_limits(const float *values, int count, float *low, float *high)
{
    *low = *high = NAN;
    for (int i = 0; i < count; i++) widen_span(values[i], low, high);
    return !isnan(*low);
}

/* From the upper edge. */
static int curve_y(float value, float low, float high, int height)
{
    return high > low ? (int)lroundf((high - value) / (high - low) * (float)(height - 1)) : height / 2;
}

static void draw_channel(struct lrp_picture *picture, const struct lrp_signal *signal, int channel, int top, int height)
{
    const int count = signal->values->width;
    const float *values = signal->values->values + (size_t)channel * (size_t)count,
                *relevance = signal->relevance->values + (size_t)channel * (size_t)count;
    float low, high;
    char text[32];
    const bool there = lrp_signal_limits(values, count, &low, &high);
    for (int x = 0; x < SIGNAL_WIDTH; x++) {
        unsigned char rgb[3];
        float from, to;
        lrp_heatmap_rgb(&signal->options, &signal->range, lrp_signal_strongest(relevance, count, x, SIGNAL_WIDTH), -1, rgb);
        lrp_draw_box(picture, LABELS + x, top, 1, height, rgb);
        lrp_signal_span(values, count, x, SIGNAL_WIDTH, &from, &to);
        if (isnan(from)) continue;
        const int upper = curve_y(to, low, high, height), lower = curve_y(from, low, high, height);
        const bool dark = .299 * rgb[0] + .587 * rgb[1] + .114 * rgb[2] < 128;
        lrp_draw_box(picture, LABELS + x, top + upper, 1, lower - upper + 1, dark ? white : black);
    }
    if (!there || height < 2 * LRP_FONT_HEIGHT) return;
    snprintf(text, sizeof text, "%.4g", (double)high);
    lrp_draw_text_within(picture, 4, top, 1, LABELS - 8, text, black);
    snprintf(text, sizeof text, "%.4g", (double)low);
    lrp_draw_text_within(picture, 4, top + height - LRP_FONT_HEIGHT, 1, LABELS - 8, text, black);
}

/* Numbers of steps, the first and the last among them. */
static void draw_axis(struct lrp_picture *picture, int count, int y)
{
    char text[32];
    for (int i = 0; i <= TICKS; i++) {
        const int step = (int)((int64_t)i * (count - 1) / TICKS), x = LABELS + (int)((int64_t)i * (SIGNAL_WIDTH - 1) / TICKS);
        snprintf(text, sizeof text, "%d", step);
        const int width = lrp_text_width(text, 1), left = i == 0 ? x : i == TICKS ? x - width : x - width / 2;
        lrp_draw_box(picture, x, y, 1, 3, rule);
        lrp_draw_text(picture, left, y + 5, 1, text, black);
    }
}

enum lrp_status lrp_signal_write(const struct lrp_signal *signal, const char *path, struct lrp_error *err)
{
    const int channels = signal->values->height;
    const int fitting = MOST_HEIGHT / channels, each = fitting < SIGNAL_HEIGHT ? fitting : SIGNAL_HEIGHT;
    const int height = each > SIGNAL_LEAST ? each : SIGNAL_LEAST;
    struct lrp_picture picture = {0};
    enum lrp_status status =
        lrp_picture_new(LABELS + SIGNAL_WIDTH + MARGIN, channels * (height + 2) + 2 * MARGIN + AXIS, 3, &picture, err);
    if (status) return lrp_fail_context(err, status, "%s", path);
    memset(picture.pixels, 255, (size_t)picture.width * (size_t)picture.height * 3);
    for (int i = 0; i < channels; i++) draw_channel(&picture, signal, i, MARGIN + i * (height + 2), height);
    draw_axis(&picture, signal->values->width, MARGIN + channels * (height + 2));
    status = lrp_picture_write_png(&picture, path, err);
    lrp_picture_free(&picture);
    return status;
}
