/* draw_signal.c: a signal as curves, a channel below the other: dots of braille on the colours of the relevance of its steps.
 */
#include <math.h>
#include <stdio.h>

#include "dots.h"
#include "format.h"
#include "runes.h"
#include "view.h"

enum { CHART_LEAST = 3, CHART_MOST = 12, SIGNAL_LABEL = 8, SIGNAL_TICK = 12 };

/* Where the charts of channels lie. */
struct signal_layout {
    struct lrp_rect curves; /* of all charts: without their labels */
    int each;               /* rows of a chart, what tells its colours where there are none among them */
    int first, shown;       /* channels */
    struct lrp_crop crop;   /* of steps: `x`, `width` */
    bool row_below, labelled;
};

static struct signal_layout lay_out_signal(const struct lrp_app *app, struct lrp_rect inner)
{
    const struct lrp_plane *plane = &app->painting.plane;
    const int label = inner.columns > 4 * SIGNAL_LABEL ? SIGNAL_LABEL : 0, room = inner.rows > 2 ? inner.rows - 1 : 1;
    struct signal_layout l = {.crop = lrp_preview_crop(app, plane), .row_below = lrp_heat_has_row_below(&app->caps)};
    l.labelled = label > 0;
    l.each = room / plane->height;
    l.each = l.each > CHART_MOST ? CHART_MOST : l.each < CHART_LEAST ? CHART_LEAST : l.each;
    l.each = l.each > room ? room : l.each;
    l.shown = room / l.each < plane->height ? room / l.each : plane->height;
    const int chosen = app->cursor_y > 0 ? app->cursor_y : 0;
    l.first = chosen >= l.shown ? chosen - l.shown + 1 : 0;
    l.curves = (struct lrp_rect){inner.x + label, inner.y, inner.columns - label, l.shown * l.each};
    return l;
}

/* Without braille: where in the cell the curve goes. */
static uint32_t ascii_dot(unsigned dots)
{
    const unsigned upper = 0x01 | 0x02 | 0x08 | 0x10;
    return !dots ? ' ' : !(dots & ~upper) ? '\'' : !(dots & upper) ? '.' : ':';
}

/* The dots of one cell of a chart of `rows` rows. */
static unsigned cell_dots(const float *values, int count, int x, int y, const struct lrp_rect *at, float low, float high)
{
    unsigned dots = 0;
    for (int side = 0; side < 2; side++) {
        const float down = (float)(at->rows * LRP_DOTS_DOWN - 1);
        float from, to;
        lrp_signal_span(values, count, 2 * x + side, 2 * at->columns, &from, &to);
        if (isnan(from)) continue;
        const int upper = high > low ? (int)lroundf((high - to) / (high - low) * down) : (int)(down / 2),
                  lower = high > low ? (int)lroundf((high - from) / (high - low) * down) : upper;
        for (int dot = 0; dot < LRP_DOTS_DOWN; dot++)
            if (y * LRP_DOTS_DOWN + dot >= upper && y * LRP_DOTS_DOWN + dot <= lower) dots |= lrp_dot_bit(side, dot);
    }
    return dots;
}

static void draw_column(const struct lrp_app *app, struct lrp_canvas *canvas, const struct lrp_heat *heat,
                        const struct signal_layout *l, struct lrp_rect at, int channel, int x, const float limits[2])
{
    const struct lrp_painting *p = &app->painting;
    const size_t from = (size_t)channel * (size_t)p->plane.width + (size_t)l->crop.x;
    const float strongest = lrp_signal_strongest(p->plane.values + from, l->crop.width, x, at.columns);
    for (int y = 0; y < at.rows; y++) {
        const unsigned dots = cell_dots(p->other.values + from, l->crop.width, x, y, &at, limits[0], limits[1]);
        const uint32_t rune = canvas->ascii ? ascii_dot(dots) : dots ? LRP_DOTS_NONE + dots : ' ';
        lrp_heat_letter(heat, canvas, at.x + x, at.y + y, rune, strongest);
    }
    if (l->row_below) lrp_heat_below(heat, canvas, at.x + x, at.y + at.rows, strongest);
}

static void mark_step(const struct lrp_app *app, struct lrp_canvas *canvas, const struct signal_layout *l, struct lrp_rect at,
                      int channel)
{
    const int step = app->cursor_x - l->crop.x;
    if (app->focus != LRP_PANE_PREVIEW || channel != app->cursor_y || step < 0 || step >= l->crop.width) return;
    const int x = (int)(((int64_t)step * at.columns + at.columns / 2) / l->crop.width);
    lrp_canvas_restyle(canvas, (struct lrp_rect){at.x + x, at.y, 1, at.rows}, LRP_STYLE_SELECTED);
}

static void draw_chart(const struct lrp_app *app, struct lrp_canvas *canvas, const struct lrp_heat *heat,
                       const struct signal_layout *l, int i)
{
    const struct lrp_painting *p = &app->painting;
    const int channel = l->first + i, label = SIGNAL_LABEL - 1;
    const struct lrp_rect at = {l->curves.x, l->curves.y + i * l->each, l->curves.columns,
                                l->each - (l->row_below && l->each > 1)};
    float limits[2];
    char value[32];
    if (!lrp_signal_limits(p->other.values + (size_t)channel * (size_t)p->other.width, p->other.width, &limits[0], &limits[1]))
        limits[0] = limits[1] = 0;
    for (int x = 0; x < at.columns; x++) draw_column(app, canvas, heat, l, at, channel, x, limits);
    mark_step(app, canvas, l, at, channel);
    if (!l->labelled) return;
    lrp_value_fit((double)limits[1], label, value, sizeof value);
    lrp_canvas_right(canvas, at.x - SIGNAL_LABEL, at.y, label, value, LRP_STYLE_DIM);
    if (at.rows < 2) return;
    lrp_value_fit((double)limits[0], label, value, sizeof value);
    lrp_canvas_right(canvas, at.x - SIGNAL_LABEL, at.y + at.rows - 1, label, value, LRP_STYLE_DIM);
}

/* Numbers of steps below the curves, the first and the last among them. */
static void draw_steps(struct lrp_canvas *canvas, const struct signal_layout *l)
{
    const struct lrp_rect *c = &l->curves;
    const int ticks = c->columns / SIGNAL_TICK > 1 ? c->columns / SIGNAL_TICK : 1;
    char text[32];
    for (int i = 0; i <= ticks; i++) {
        const int x = (int)((int64_t)i * (c->columns - 1) / ticks);
        const int step = l->crop.x + (int)((int64_t)i * (l->crop.width - 1) / ticks);
        const int width = snprintf(text, sizeof text, "%d", step), left = i == 0       ? x
                                                                          : i == ticks ? x - width + 1
                                                                                       : x - width / 2;
        lrp_canvas_text(canvas, c->x + left, c->y + c->rows, width, text, LRP_STYLE_DIM);
    }
}

/* "step 12  value 0.31  R 0.002", or which channels are seen of how many. */
static void draw_facts(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at, const struct signal_layout *l)
{
    const struct lrp_painting *p = &app->painting;
    char value[32], relevance[32], channel[32] = "";
    if (app->cursor_x >= 0) {
        const size_t i = (size_t)app->cursor_y * (size_t)p->plane.width + (size_t)app->cursor_x;
        lrp_value_text((double)p->other.values[i], value, sizeof value);
        lrp_value_text((double)p->plane.values[i], relevance, sizeof relevance);
        if (p->plane.height > 1) snprintf(channel, sizeof channel, "channel %d  ", app->cursor_y);
        lrp_canvas_format(canvas, at.x, at.y, at.columns, LRP_STYLE_NORMAL,
                          p->subject.show == LRP_SHOW_RELEVANCE ? "%sstep %d  value %s  R %s" : "%sstep %d  value %s", channel,
                          app->cursor_x, value, relevance);
    } else if (p->plane.height > 1) {
        lrp_canvas_format(canvas, at.x, at.y, at.columns, LRP_STYLE_DIM, "ch.%d-%d of %d", l->first, l->first + l->shown - 1,
                          p->plane.height);
    }
}

void lrp_draw_as_signal(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner)
{
    const struct lrp_painting *p = &app->painting;
    const struct signal_layout l = lay_out_signal(app, inner);
    struct lrp_heat heat = lrp_heat_make(&app->caps, &p->options, &p->range, false, canvas);
    lrp_heat_add_inks(&heat, canvas);
    for (int i = 0; i < l.shown; i++) draw_chart(app, canvas, &heat, &l, i);
    draw_steps(canvas, &l);
    const struct lrp_rect line = {inner.x, l.curves.y + l.curves.rows + 1, inner.columns, 1};
    const int x = lrp_draw_legend(canvas, line, &heat);
    draw_facts(app, canvas, (struct lrp_rect){x, line.y, inner.x + inner.columns - x, 1}, &l);
    lrp_draw_below(app, canvas, inner, line.y + 1);
}

bool lrp_under_signal(const struct lrp_app *app, struct lrp_rect inner, int x, int y, int *px, int *py)
{
    const struct signal_layout l = lay_out_signal(app, inner);
    x -= l.curves.x;
    y -= l.curves.y;
    if (x < 0 || y < 0 || x >= l.curves.columns || y >= l.curves.rows) return false;
    *px = l.crop.x + (int)(((int64_t)x * 2 + 1) * l.crop.width / (2 * (int64_t)l.curves.columns));
    *py = l.first + y / l.each;
    return true;
}
