/* draw_triptych.c: the preview as three pictures: the input as it is, relevance, and one over the other. */
#include "photo.h"
#include "view.h"

enum { LRP_LEGEND_LINES = 2 };

/* The same part of the input that is seen of the layer's plane. */
static struct lrp_heat_area photo_area(const struct lrp_app *app, struct lrp_rect rect)
{
    const struct lrp_plane *plane = &app->painting.plane, *photo = &app->painting.photo[0];
    const struct lrp_crop crop = lrp_preview_crop(app, plane);
    struct lrp_crop part = {crop.x * photo->width / plane->width, crop.y * photo->height / plane->height,
                            crop.width * photo->width / plane->width, crop.height * photo->height / plane->height};
    part.width = part.width < 1 ? 1 : part.width;
    part.height = part.height < 1 ? 1 : part.height;
    struct lrp_heat_area area = lrp_heat_area(&app->caps, part.width, part.height, rect);
    area.crop = part;
    return area;
}

static struct lrp_heat_area overlay_area(const struct lrp_app *app, struct lrp_rect rect)
{
    const struct lrp_crop crop = lrp_preview_crop(app, &app->painting.other);
    struct lrp_heat_area area = lrp_heat_area(&app->caps, crop.width, crop.height, rect);
    area.crop = crop;
    return area;
}

static int lower_end(const struct lrp_heat_area *area, int bottom)
{
    const int end = area->cells.y + area->cells.rows;
    return end > bottom ? end : bottom;
}

static int draw_overlay(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect part)
{
    const struct lrp_painting *p = &app->painting;
    if (!p->other.values) {
        struct lrp_lines lines = {0};
        lrp_lines_wrap(&lines, LRP_STYLE_DIM, part.columns, p->note);
        for (int i = 0; i < lines.count && i < part.rows; i++)
            lrp_canvas_text(canvas, part.x, part.y + i, part.columns, lines.items[i].text, LRP_STYLE_DIM);
        lrp_lines_free(&lines);
        return part.y;
    }
    const struct lrp_heat over = lrp_heat_make(&app->caps, &p->options, &p->range, true, canvas);
    const struct lrp_heat_area area = overlay_area(app, part);
    lrp_heat_draw(&over, &p->other, &p->grey, canvas, area);
    return lower_end(&area, part.y);
}

void lrp_draw_as_triptych(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner)
{
    static const char *const titles[3] = {"input", "relevance", "overlay"};
    const struct lrp_painting *p = &app->painting;
    const struct lrp_heat heat = lrp_heat_make(&app->caps, &p->options, &p->range, false, canvas);
    struct lrp_rect parts[3];
    lrp_three_parts(app, inner, LRP_LEGEND_LINES, parts);
    for (int i = 0; i < 3; i++)
        lrp_canvas_fit(canvas, parts[i].x, parts[i].y - 1, parts[i].columns, titles[i], LRP_STYLE_COLUMN);
    const struct lrp_heat_area photo = photo_area(app, parts[0]), area = lrp_preview_area(app, parts[1]);
    lrp_heat_draw(&heat, &p->plane, NULL, canvas, area);
    lrp_photo_draw(&app->caps, p->photo, canvas, &photo);
    int bottom = draw_overlay(app, canvas, parts[2]);
    bottom = lower_end(&area, lower_end(&photo, bottom));
    lrp_draw_cursor(app, canvas, &area);
    const int x = lrp_draw_legend(canvas, (struct lrp_rect){inner.x, bottom, inner.columns, 1}, &heat);
    lrp_draw_read_out(app, canvas, (struct lrp_rect){x, bottom, inner.x + inner.columns - x, 1});
    lrp_draw_below(app, canvas, inner, bottom + 1);
}

bool lrp_under_triptych(const struct lrp_app *app, struct lrp_rect inner, int x, int y, int *px, int *py)
{
    struct lrp_rect parts[3];
    lrp_three_parts(app, inner, LRP_LEGEND_LINES, parts);
    const struct lrp_heat_area area = lrp_preview_area(app, parts[1]);
    return lrp_heat_value_at(&area, x, y, px, py);
}
