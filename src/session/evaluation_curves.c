/* evaluation_curves.c: the curves of an evaluation as a table of points, or as a drawing. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation.h"
#include "font.h"
#include "output.h"
#include "text.h"

static const char *row_name(const struct lrp_evaluation *e, size_t row)
{
    return row < e->row_count ? e->rows[row].name : "random order";
}

/* Rows that have a curve of their own: of the random order only what it is, not the other rows' copy. */
static const double *curve_of(const struct lrp_evaluation *e, size_t row, size_t column, size_t curve, size_t *length)
{
    *length = 0;
    if (row < e->row_count && (e->rows[row].left_out || e->rows[row].same_as != row)) return NULL;
    const char *name = e->columns[column].call.row->info.curves[curve];
    if (!name || (strcmp(name, "random") == 0) != (row == e->row_count)) return NULL;
    return lrp_evaluation_curve(e, row, column, curve, length);
}

static bool has_curves(const struct lrp_evaluation *e, size_t column)
{
    size_t length;
    for (size_t row = 0; row <= e->row_count; row++)
        for (size_t k = 0; k < LRP_METRIC_CURVES; k++)
            if (curve_of(e, row, column, k, &length)) return true;
    return false;
}

/* ---- numbers ---- */

/* A field of a CSV: in quotes where it holds a comma, a quote or a line's end. */
static void put_field(struct lrp_text *t, const char *field)
{
    if (!strpbrk(field, ",\"\n\r")) {
        lrp_text_printf(t, "%s,", field);
        return;
    }
    lrp_text_append(t, "\"");
    for (const char *p = field; *p; p++) {
        if (*p == '"') lrp_text_append(t, "\"");
        lrp_text_append_n(t, p, 1);
    }
    lrp_text_append(t, "\",");
}

static enum lrp_status write_table(const struct lrp_evaluation *e, const char *path, struct lrp_error *err)
{
    struct lrp_text t = {0};
    lrp_text_append(&t, "setting,metric,baseline,curve,step,score\n");
    for (size_t c = 0; c < e->column_count; c++)
        for (size_t row = 0; row <= e->row_count; row++)
            for (size_t k = 0; k < LRP_METRIC_CURVES; k++) {
                size_t length;
                const double *curve = curve_of(e, row, c, k, &length);
                for (size_t i = 0; i < length; i++) {
                    put_field(&t, row_name(e, row));
                    put_field(&t, e->columns[c].text);
                    put_field(&t, e->columns[c].baseline);
                    lrp_text_printf(&t, "%s,%zu,%.9g\n", e->columns[c].call.row->info.curves[k], i, curve[i]);
                }
            }
    const enum lrp_status status =
        t.failed ? lrp_fail(err, LRP_MEMORY, "not enough memory for %s", path) : lrp_output_write(path, t.data, t.length, err);
    lrp_text_free(&t);
    return status;
}

/* ---- drawings ---- */

enum { WIDTH = 720, PLOT_HEIGHT = 300, LEFT = 70, RIGHT = 200, TOP = 30, BOTTOM = 40 };
/* Told apart by people who see few colours (Okabe and Ito), and by dashes where they come again. */
static const unsigned char inks[][3] = {{0, 114, 178}, {213, 94, 0},   {0, 158, 115}, {204, 121, 167},
                                        {230, 159, 0}, {86, 180, 233}, {120, 80, 30}, {60, 60, 60}};
enum { INKS = sizeof inks / sizeof *inks };
static const unsigned char black[3] = {0, 0, 0}, grey[3] = {150, 150, 150};

/* A plot on the page. */
struct plot {
    struct lrp_picture *page;
    int top;
    double low, high;
    size_t length;  /* of the longest curve */
    bool stretched; /* of inputs with other numbers of steps, too */
};

static void line_to(const struct plot *p, int x0, int y0, int x1, int y1, const unsigned char ink[3], int dash)
{
    const int dx = abs(x1 - x0), dy = abs(y1 - y0), steps = dx > dy ? dx : dy;
    for (int i = 0; i <= steps; i++) {
        const int x = x0 + (steps ? (x1 - x0) * i / steps : 0), y = y0 + (steps ? (y1 - y0) * i / steps : 0);
        if (!dash || x / dash % 2 == 0) lrp_draw_box(p->page, x, y, 2, 2, ink);
    }
}

static int x_of(const struct plot *p, size_t i)
{
    const int width = WIDTH - LEFT - RIGHT;
    return LEFT + (p->length > 1 ? (int)((double)width * (double)i / (double)(p->length - 1)) : 0);
}

static int y_of(const struct plot *p, double value)
{
    const double part = p->high > p->low ? (value - p->low) / (p->high - p->low) : 0.5;
    return p->top + TOP + (int)lrint((PLOT_HEIGHT - TOP - BOTTOM) * (1 - part));
}

static void draw_curve(const struct plot *p, const double *curve, size_t length, const unsigned char ink[3], int dash)
{
    for (size_t i = 0; i + 1 < length; i++)
        if (isfinite(curve[i]) && isfinite(curve[i + 1]))
            line_to(p, x_of(p, i), y_of(p, curve[i]), x_of(p, i + 1), y_of(p, curve[i + 1]), ink, dash);
}

static void measure_plot(const struct lrp_evaluation *e, size_t column, struct plot *p)
{
    p->low = INFINITY;
    p->high = -INFINITY;
    for (size_t row = 0; row <= e->row_count; row++)
        for (size_t k = 0; k < LRP_METRIC_CURVES; k++) {
            size_t length;
            const double *curve = curve_of(e, row, column, k, &length);
            if (length > p->length) p->length = length;
            if (curve) p->stretched |= e->curves[(row * e->column_count + column) * LRP_METRIC_CURVES + k].stretched;
            for (size_t i = 0; i < length; i++) {
                if (!isfinite(curve[i])) continue;
                p->low = fmin(p->low, curve[i]);
                p->high = fmax(p->high, curve[i]);
            }
        }
}

static void draw_axes(const struct plot *p, const struct lrp_evaluated_by *column)
{
    char text[300];
    const int bottom = p->top + PLOT_HEIGHT - BOTTOM;
    lrp_draw_box(p->page, LEFT, p->top + TOP, 1, PLOT_HEIGHT - TOP - BOTTOM, black);
    lrp_draw_box(p->page, LEFT, bottom, WIDTH - LEFT - RIGHT, 1, black);
    if (p->low < 0 && p->high > 0) lrp_draw_box(p->page, LEFT, y_of(p, 0), WIDTH - LEFT - RIGHT, 1, grey);
    snprintf(text, sizeof text, "%.200s%s%.60s", column->text, *column->baseline ? ", baseline " : "", column->baseline);
    lrp_draw_text_within(p->page, LEFT, p->top + 10, 1, WIDTH - LEFT - 10, text, black);
    snprintf(text, sizeof text, "%.4g", p->high);
    lrp_draw_text(p->page, 8, p->top + TOP - 4, 1, text, black);
    snprintf(text, sizeof text, "%.4g", p->low);
    lrp_draw_text(p->page, 8, bottom - 8, 1, text, black);
    lrp_draw_text(p->page, LEFT, bottom + 8, 1, "0", black);
    snprintf(text, sizeof text, "%zu steps%s", p->length ? p->length - 1 : 0, p->stretched ? ", or all there are" : "");
    lrp_draw_text(p->page, WIDTH - RIGHT - lrp_text_width(text, 1), bottom + 8, 1, text, black);
}

static void draw_plot(const struct lrp_evaluation *e, size_t column, struct plot *p)
{
    size_t drawn = 0;
    measure_plot(e, column, p);
    draw_axes(p, &e->columns[column]);
    for (size_t row = 0; row <= e->row_count; row++) {
        bool any = false;
        const unsigned char *ink = row == e->row_count ? grey : inks[drawn % INKS];
        for (size_t k = 0; k < LRP_METRIC_CURVES; k++) {
            size_t length;
            const double *curve = curve_of(e, row, column, k, &length);
            const int again = (int)(drawn / INKS) * 3;
            if (curve) draw_curve(p, curve, length, ink, k == 1 ? 4 + again : again * 4);
            any |= curve != NULL;
        }
        if (!any) continue;
        const int y = p->top + TOP + (int)drawn * 14;
        lrp_draw_box(p->page, WIDTH - RIGHT + 12, y + 3, 18, 3, ink);
        lrp_draw_text_within(p->page, WIDTH - RIGHT + 36, y, 1, RIGHT - 44, row_name(e, row), black);
        drawn++;
    }
    if (e->columns[column].call.row->info.curves[1])
        for (int k = 0; k < 2; k++)
            lrp_draw_text(p->page, WIDTH - RIGHT + 12, p->top + PLOT_HEIGHT - BOTTOM - 24 + 14 * k, 1,
                          k ? "dashes: least (lerf)" : "line: most relevant first (morf)", black);
}

static enum lrp_status write_drawing(const struct lrp_evaluation *e, const char *path, struct lrp_error *err)
{
    struct lrp_picture page = {0};
    int plots = 0;
    for (size_t c = 0; c < e->column_count; c++) plots += has_curves(e, c);
    enum lrp_status status = lrp_picture_new(WIDTH, plots * PLOT_HEIGHT, 3, &page, err);
    if (status) return status;
    memset(page.pixels, 255, (size_t)page.width * (size_t)page.height * 3);
    int top = 0;
    for (size_t c = 0; c < e->column_count; c++) {
        struct plot p = {.page = &page, .top = top};
        if (!has_curves(e, c)) continue;
        draw_plot(e, c, &p);
        top += PLOT_HEIGHT;
    }
    status = lrp_picture_write_png(&page, path, err);
    lrp_picture_free(&page);
    return status;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), more = strlen(end);
    return length > more && strcmp(text + length - more, end) == 0;
}

enum lrp_status lrp_evaluation_check_curves(const struct lrp_evaluation *e, const char *path, struct lrp_error *err)
{
    bool any = false;
    if (!ends_with(path, ".png") && !ends_with(path, ".csv"))
        return lrp_fail(err, LRP_USAGE, "%s: curves are written as .csv or .png", path);
    for (size_t c = 0; c < e->column_count; c++) any |= e->columns[c].call.row->info.curves[0] != NULL;
    return any ? LRP_OK : lrp_fail(err, LRP_USAGE, "%s: none of the metrics has a curve", path);
}

enum lrp_status lrp_evaluation_write_curves(const struct lrp_evaluation *e, const char *path, struct lrp_error *err)
{
    const enum lrp_status status = lrp_evaluation_check_curves(e, path, err);
    bool any = false;
    for (size_t c = 0; c < e->column_count; c++) any |= has_curves(e, c);
    if (!status && !any) return lrp_fail(err, LRP_USAGE, "%s: none of the metrics has a curve", path);
    return !status ? (ends_with(path, ".png") ? write_drawing : write_table)(e, path, err) : status;
}
