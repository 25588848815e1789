/* sheet.c: laying out and drawing a contact sheet. */
#include "sheet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "font.h"

#define MARGIN 24
#define HEADER 76
#define GAP 18
#define THUMB 192    /* side of the square a heatmap is fitted into */
#define LINE 12      /* from one line of text to the next */
#define TEXT_LINES 4 /* title, subtitle, shape and sum, range */
#define CELL_WIDTH (THUMB + 2 + GAP)
#define CELL_HEIGHT (THUMB + 2 + 6 + TEXT_LINES * LINE + GAP)
#define MIN_STRIP 16 /* a 1 x 1000 plane is stretched to at least this many pixels */
#define LEGEND_WIDTH 240
#define LEGEND_HEIGHT 14

const unsigned char lrp_sheet_paper[3] = {246, 246, 244};
static const unsigned char ink[3] = {28, 28, 32}, faint[3] = {104, 104, 112}, frame[3] = {176, 176, 182},
                           mat[3] = {226, 226, 226}, warning[3] = {176, 0, 32};

/* About as wide as it is high, a little wider: as screens are. */
static size_t column_count(size_t tiles)
{
    size_t columns = (size_t)ceil(sqrt(1.7 * (double)tiles * CELL_HEIGHT / CELL_WIDTH));
    size_t least = 4; /* the header needs room */
    return columns < least ? least : columns;
}

/* Largest size with the plane's aspect inside a square of that side. */
static void fit(const struct lrp_plane *plane, int side, int *width, int *height)
{
    int longer = plane->width > plane->height ? plane->width : plane->height;
    *width = (int)((int64_t)plane->width * side / longer);
    *height = (int)((int64_t)plane->height * side / longer);
    *width = *width < MIN_STRIP ? MIN_STRIP : *width;
    *height = *height < MIN_STRIP ? MIN_STRIP : *height;
}

static void draw_plane(struct lrp_picture *out, int left, int top, const struct lrp_plane *plane, const struct lrp_range *range,
                       const struct lrp_heatmap_options *options)
{
    for (int y = 0; y < plane->height; y++)
        for (int x = 0; x < plane->width; x++) {
            unsigned char *pixel = out->pixels + ((size_t)(top + y) * (size_t)out->width + (size_t)(left + x)) * 3;
            float value = plane->values[(size_t)y * (size_t)plane->width + (size_t)x];
            if (lrp_is_blank(value))
                memcpy(pixel, mat, 3); /* there is no element, which is not the same as a zero */
            else
                lrp_heatmap_rgb(options, range, value, -1, pixel);
        }
}

static enum lrp_status draw_thumbnail(const struct lrp_sheet *sheet, const struct lrp_plane *plane, int side, int left, int top,
                                      struct lrp_picture *out, struct lrp_error *err)
{
    struct lrp_range range;
    struct lrp_plane small = {0};
    int width, height;
    enum lrp_status status = lrp_range_of(&plane, 1, &sheet->options, &range, err);
    fit(plane, side, &width, &height);
    if (!status) status = lrp_plane_resample(plane, width, height, LRP_FILTER_BOX, &small, err);
    if (!status)
        draw_plane(out, left + (side - width) / 2, top + (side - height) / 2, &small, sheet->shared ? sheet->shared : &range,
                   &sheet->options);
    lrp_plane_free(&small);
    return status;
}

static void draw_texts(const struct lrp_sheet_tile *tile, int side, int left, int top, struct lrp_picture *out)
{
    const struct lrp_statistics *s = &tile->statistics;
    char line[160];
    lrp_draw_text_within(out, left, top, 1, side, tile->title, ink);
    if (tile->subtitle) lrp_draw_text_within(out, left, top + LINE, 1, side, tile->subtitle, faint);
    snprintf(line, sizeof line, "%s%ssum %.5g", tile->shape ? tile->shape : "", tile->shape ? "  " : "", s->sum);
    lrp_draw_text_within(out, left, top + 2 * LINE, 1, side, line, ink);
    if (s->nan > 0)
        snprintf(line, sizeof line, "NaN or infinite values: %zu", s->nan);
    else
        snprintf(line, sizeof line, "%.3g .. %.3g", (double)s->min, (double)s->max);
    lrp_draw_text_within(out, left, top + 3 * LINE, 1, side, line, s->nan > 0 ? warning : faint);
}

enum lrp_status lrp_sheet_draw_tile(const struct lrp_sheet *sheet, size_t which, int side, int left, int top,
                                    struct lrp_picture *out, struct lrp_error *err)
{
    const struct lrp_sheet_tile *tile = &sheet->tiles[which];
    lrp_draw_box(out, left, top, side + 2, side + 2, frame);
    lrp_draw_box(out, left + 1, top + 1, side, side, mat);
    if (tile->plane) {
        enum lrp_status status = draw_thumbnail(sheet, tile->plane, side, left + 1, top + 1, out, err);
        if (status) return status;
        draw_texts(tile, side, left + 1, top + side + 8, out);
        return LRP_OK;
    }
    static const char nothing[] = "not computed";
    lrp_draw_text(out, left + 1 + (side - lrp_text_width(nothing, 1)) / 2, top + side / 2 - 3, 1, nothing, faint);
    lrp_draw_text_within(out, left + 1, top + side + 8, 1, side, tile->title, ink);
    if (tile->subtitle) lrp_draw_text_within(out, left + 1, top + side + 8 + LINE, 1, side, tile->subtitle, faint);
    return LRP_OK;
}

/* What the left end, the middle and the right end of the legend stand for. */
static void legend_texts(const struct lrp_sheet *sheet, char text[3][32])
{
    bool diverging = lrp_colormap_diverging(sheet->options.colormap);
    bool symmetric = sheet->options.range == LRP_RANGE_SYMMETRIC || (sheet->options.range == LRP_RANGE_AUTO && diverging);
    if (sheet->shared) {
        snprintf(text[0], sizeof text[0], "%.4g", (double)sheet->shared->low);
        snprintf(text[1], sizeof text[1], "%s", sheet->shared->symmetric ? "0" : "");
        snprintf(text[2], sizeof text[2], "%.4g", (double)sheet->shared->high);
        return;
    }
    snprintf(text[0], sizeof text[0], "%s", symmetric ? "-max|v|" : "min");
    snprintf(text[1], sizeof text[1], "%s", symmetric ? "0" : "");
    snprintf(text[2], sizeof text[2], "%s", symmetric ? "max|v|" : "max");
}

static void draw_legend(const struct lrp_sheet *sheet, int left, int top, struct lrp_picture *out)
{
    char text[3][32], note[96];
    legend_texts(sheet, text);
    snprintf(note, sizeof note, "%s, %s, %s", lrp_colormap_name(sheet->options.colormap),
             lrp_reduction_name(sheet->options.reduction), sheet->shared ? "one range for all" : "a range per layer");
    lrp_draw_text_within(out, left, top, 1, LEGEND_WIDTH, note, faint);
    top += LINE;
    lrp_draw_box(out, left - 1, top - 1, LEGEND_WIDTH + 2, LEGEND_HEIGHT + 2, frame);
    for (int x = 0; x < LEGEND_WIDTH; x++) {
        /* through the gamma of the tiles: the bar shows values at even distances */
        const struct lrp_range bar = {.low = -1, .high = 1, .symmetric = text[1][0] != '\0'};
        unsigned char rgb[3];
        double value = 2.0 * x / (LEGEND_WIDTH - 1) - 1;
        lrp_colormap_rgb(sheet->options.colormap, lrp_range_normalize(&bar, (float)value, sheet->options.gamma), rgb);
        lrp_draw_box(out, left + x, top, 1, LEGEND_HEIGHT, rgb);
    }
    top += LEGEND_HEIGHT + 5;
    lrp_draw_text(out, left, top, 1, text[0], ink);
    lrp_draw_text(out, left + (LEGEND_WIDTH - lrp_text_width(text[1], 1)) / 2, top, 1, text[1], ink);
    lrp_draw_text(out, left + LEGEND_WIDTH - lrp_text_width(text[2], 1), top, 1, text[2], ink);
}

static void draw_header(const struct lrp_sheet *sheet, struct lrp_picture *out)
{
    int legend = out->width - MARGIN - LEGEND_WIDTH, room = legend - 2 * MARGIN;
    lrp_draw_text_within(out, MARGIN, MARGIN, 2, room, sheet->title, ink);
    if (sheet->note) lrp_draw_text_within(out, MARGIN, MARGIN + 24, 1, room, sheet->note, faint);
    draw_legend(sheet, legend, MARGIN - 4, out);
}

enum lrp_status lrp_sheet_render(const struct lrp_sheet *sheet, struct lrp_picture *out, struct lrp_error *err)
{
    size_t columns = column_count(sheet->count), rows = (sheet->count + columns - 1) / columns;
    *out = (struct lrp_picture){0};
    size_t width = 2 * MARGIN - GAP + columns * CELL_WIDTH, height = MARGIN + HEADER + rows * CELL_HEIGHT;
    if (width > LRP_PICTURE_MAX_SIDE || height > LRP_PICTURE_MAX_SIDE)
        return lrp_fail(err, LRP_FILE, "a sheet of %zu layers is too large for one picture; export the layers one by one",
                        sheet->count);
    enum lrp_status status = lrp_picture_new((int)width, (int)height, 3, out, err);
    if (status) return status;
    lrp_draw_box(out, 0, 0, out->width, out->height, lrp_sheet_paper);
    draw_header(sheet, out);
    for (size_t i = 0; i < sheet->count && !status; i++)
        status = lrp_sheet_draw_tile(sheet, i, THUMB, MARGIN + (int)(i % columns) * CELL_WIDTH,
                                     MARGIN + HEADER + (int)(i / columns) * CELL_HEIGHT, out, err);
    if (status) lrp_picture_free(out);
    return status;
}
