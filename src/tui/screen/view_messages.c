/* view_messages.c: what was told since the start. */
#include "view.h"

static void lines_of(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    for (size_t i = 0; i < app->messages.count; i++)
        lrp_lines_wrap(lines, app->messages.items[i].error ? LRP_STYLE_BAD : LRP_STYLE_NORMAL, width,
                       app->messages.items[i].text);
    if (app->messages.count == 0) lrp_lines_add(lines, LRP_STYLE_DIM, -1, "no messages");
}

const struct lrp_view_row lrp_view_messages = {.name = "messages",
                                               .title = "messages",
                                               .draw = lrp_draw_page,
                                               .lines = lines_of,
                                               .whole_body = true,
                                               .opens_at_end = true};
