/* view_messages.c: what was told since the start, and why the results cannot be trusted. */
#include "view.h"

/* Each line of a doubt leads to the layer it is about. */
static void list_doubts(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    const struct lrp_snapshot *s = app->snapshot;
    if (!s || !s->doubt_count) return;
    if (lines->count) lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "%s", "");
    lrp_lines_add(lines, LRP_STYLE_TITLE, -1, "why these results cannot be trusted");
    for (size_t i = 0; i < s->doubt_count; i++) {
        struct lrp_lines broken = {0};
        lrp_lines_wrap(&broken, LRP_STYLE_WARNING, width > 2 ? width - 2 : 1, s->doubts[i]);
        for (int k = 0; k < broken.count; k++)
            lrp_lines_add(lines, LRP_STYLE_WARNING, s->doubt_layers[i], "%s%s", k ? "  " : "! ", broken.items[k].text);
        lrp_lines_free(&broken);
    }
}

static void lines_of(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    for (size_t i = 0; i < app->messages.count; i++)
        lrp_lines_wrap(lines, app->messages.items[i].error ? LRP_STYLE_BAD : LRP_STYLE_NORMAL, width,
                       app->messages.items[i].text);
    list_doubts(app, width, lines);
    if (lines->count == 0) lrp_lines_add(lines, LRP_STYLE_DIM, -1, "no messages");
}

const struct lrp_view_row lrp_view_messages = {.name = "messages",
                                               .title = "messages",
                                               .draw = lrp_draw_page,
                                               .lines = lines_of,
                                               .whole_body = true,
                                               .opens_at_end = true};
