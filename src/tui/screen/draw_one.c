/* draw_one.c: the preview as one picture: a heatmap, the input as it is, or bars where values have no places. */
#include "photo.h"
#include "view.h"

void lrp_draw_as_one(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner)
{
    const struct lrp_painting *p = &app->painting;
    if (p->vector) {
        lrp_draw_vector(app, canvas, inner);
        return;
    }
    const struct lrp_heat_area area = lrp_preview_area(app, inner);
    const struct lrp_rect line = {inner.x, area.cells.y + area.cells.rows, inner.columns, 1};
    if (p->photo[0].values) {
        lrp_photo_draw(&app->caps, p->photo, canvas, &area);
        lrp_draw_read_out(app, canvas, line);
    } else {
        const struct lrp_heat heat = lrp_heat_make(&app->caps, &p->options, &p->range, p->grey.values != NULL, canvas);
        lrp_heat_draw(&heat, &p->plane, p->grey.values ? &p->grey : NULL, canvas, area);
        lrp_draw_full_legend(app, canvas, line, &heat);
    }
    lrp_draw_cursor(app, canvas, &area);
    lrp_draw_below(app, canvas, inner, line.y + 1);
}

bool lrp_under_one(const struct lrp_app *app, struct lrp_rect inner, int x, int y, int *px, int *py)
{
    if (app->painting.vector) return lrp_vector_at(app, inner, y, px, py);
    const struct lrp_heat_area area = lrp_preview_area(app, inner);
    return lrp_heat_value_at(&area, x, y, px, py);
}
