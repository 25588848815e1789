/* draw_bars.c: the preview as bars: the sum of relevance of every layer around the selected one, on a scale on which what blows
 * up does not make all others vanish. */
#include <math.h>
#include <stdio.h>

#include "format.h"
#include "runes.h"
#include "view.h"

enum { LRP_BAR_VALUE = 8, LRP_BAR_LEAST = 4 };

static bool has_sum(const struct lrp_app *app, int layer)
{
    return app->snapshot->relevance && app->snapshot->relevance[layer];
}
static double sum_of(const struct lrp_app *app, int layer)
{
    return app->snapshot->relevance_statistics[layer].sum;
}

/* Signed logarithmic: proportional up to a thousandth of the model's largest sum, beyond that by magnitude. */
struct scale {
    double unit, low, high; /* low <= 0 <= high, of scaled sums */
};

static double bar_scaled(const struct scale *scale, double sum)
{
    return copysign(log1p(fabs(sum) / scale->unit), sum);
}

static struct scale scale_of(const struct lrp_app *app)
{
    struct scale scale = {.unit = 1};
    double most = 0;
    for (int i = 0; i < lrp_app_place_count(app); i++)
        if (has_sum(app, i) && isfinite(sum_of(app, i))) most = fmax(most, fabs(sum_of(app, i)));
    if (most > 0) scale.unit = most / 1000;
    for (int i = 0; i < lrp_app_place_count(app); i++) {
        if (!has_sum(app, i) || !isfinite(sum_of(app, i))) continue;
        scale.low = fmin(scale.low, bar_scaled(&scale, sum_of(app, i)));
        scale.high = fmax(scale.high, bar_scaled(&scale, sum_of(app, i)));
    }
    return scale;
}

/* From zero to the value, within `width` columns for low..high. */
static void put_bar(struct lrp_canvas *canvas, struct lrp_rect at, double value, const struct scale *scale)
{
    const double columns = scale->high > scale->low ? at.columns / (scale->high - scale->low) : 0;
    const int zero = (int)lround(-scale->low * columns), to = (int)lround((bar_scaled(scale, value) - scale->low) * columns);
    for (int x = zero < to ? zero : to; x < (zero < to ? to : zero); x++)
        lrp_canvas_rune(canvas, at.x + x, at.y, 0x2588, value < 0 ? LRP_STYLE_NEGATIVE : LRP_STYLE_POSITIVE);
}

static void put_row(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at, int layer,
                    const struct scale *scale)
{
    const bool selected = layer == app->layer;
    const enum lrp_style style = selected ? LRP_STYLE_SELECTED : LRP_STYLE_NORMAL;
    const int names = at.columns / 3, bar = at.columns - names - LRP_BAR_VALUE - 1;
    char text[64];
    const int digits = snprintf(text, sizeof text, "%d", lrp_app_layer_count(app) - 1);
    if (selected) lrp_canvas_fill(canvas, (struct lrp_rect){at.x, at.y, names, 1}, style);
    const bool doubted = lrp_app_doubted(app, layer);
    const int number = lrp_canvas_format(canvas, at.x, at.y, names, doubted && !selected ? LRP_STYLE_WARNING : style, "%c%*d%c",
                                         selected ? '>' : ' ', digits, lrp_app_layer(app, layer)->index, doubted ? '!' : ' ');
    lrp_canvas_tail(canvas, at.x + number, at.y, names - number, lrp_app_layer_name(app, layer), style);
    if (!has_sum(app, layer)) {
        lrp_canvas_right(canvas, at.x + at.columns - LRP_BAR_VALUE, at.y, LRP_BAR_VALUE, "–", LRP_STYLE_DIM);
        return;
    }
    if (bar >= LRP_BAR_LEAST && isfinite(sum_of(app, layer)))
        put_bar(canvas, (struct lrp_rect){at.x + names + 1, at.y, bar, 1}, sum_of(app, layer), scale);
    lrp_canvas_right(canvas, at.x + at.columns - LRP_BAR_VALUE, at.y, LRP_BAR_VALUE,
                     lrp_value_fit(sum_of(app, layer), LRP_BAR_VALUE - 1, text, sizeof text), LRP_STYLE_NORMAL);
}

bool lrp_under_bars(const struct lrp_app *app, struct lrp_rect inner, int x, int y, int *px, int *py)
{
    (void)app, (void)inner, (void)x, (void)y, (void)px, (void)py;
    return false;
}

void lrp_draw_as_bars(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    const int count = lrp_app_place_count(app), page = rect.rows - 1;
    int top = lrp_app_place_of(app, app->layer) - page / 2;
    const struct scale scale = scale_of(app);
    lrp_draw_title(canvas, rect, app->focus == LRP_PANE_PREVIEW, "sum of relevance per layer, logarithmic");
    top = top > count - page ? count - page : top;
    top = top < 0 ? 0 : top;
    for (int i = 0; i < page && top + i < count; i++)
        put_row(app, canvas, (struct lrp_rect){rect.x, rect.y + 1 + i, rect.columns, 1}, lrp_app_layer_at(app, top + i),
                &scale);
}
