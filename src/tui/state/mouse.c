/* mouse.c: clicks and the wheel: what lies under them the screen tells, from the functions that draw it. */
#include "app.h"

static bool point_inside(struct lrp_rect rect, int x, int y)
{
    return x >= rect.x && x < rect.x + rect.columns && y >= rect.y && y < rect.y + rect.rows;
}

static void click_menu(struct lrp_app *app, int x, int y)
{
    const struct lrp_rect box = lrp_menu_box(app, lrp_app_layout(app).body);
    const int row = y - box.y - 1 + app->menu.window.top;
    if (!point_inside(box, x, y))
        lrp_app_close_menu(app);
    else if (y > box.y && y < box.y + box.rows - 1 && row < lrp_app_menu_count(app)) {
        if (row == app->menu.window.selected)
            lrp_app_menu_take(app, false);
        else
            app->menu.window.selected = row;
    }
}

static void click_list(struct lrp_app *app, struct lrp_rect rect, int x, int y)
{
    struct lrp_window *window = &app->windows[app->view];
    const int lines = lrp_app_view_row(app, app->view)->row_lines;
    const int abreast = lrp_app_abreast(app, app->view), beside = (x - rect.x) / (rect.columns / abreast);
    const int row = lrp_app_first_row(app, app->view) + (y - rect.y - 1) / (lines > 0 ? lines : 1) * abreast +
                    (beside < abreast ? beside : abreast - 1);
    app->focus = LRP_PANE_LIST;
    if (y <= rect.y || row >= lrp_app_row_count(app, app->view)) return;
    const bool again = row == window->selected;
    window->selected = row;
    if (again && lrp_app_context(app) == LRP_IN_LIST)
        lrp_do_details(app);
    else if (again && lrp_app_context(app) == LRP_IN_TABLE)
        lrp_do_take_row(app);
    else if (again)
        lrp_do_follow(app);
}

static void click_preview(struct lrp_app *app, const struct lrp_hit *hit)
{
    app->focus = LRP_PANE_PREVIEW;
    if (hit->tile >= 0) app->channel = hit->tile;
    if (hit->px >= 0) {
        app->cursor_x = hit->px;
        app->cursor_y = hit->py;
    }
}

static void click_details(struct lrp_app *app, struct lrp_rect rect, int y)
{
    const int row = app->details_window.top + y - rect.y - 1;
    app->focus = LRP_PANE_DETAILS;
    if (y <= rect.y) return;
    const bool again = row == app->details_window.selected;
    app->details_window.selected = row;
    if (again) lrp_do_follow(app);
}

static void click(struct lrp_app *app, int x, int y, const struct lrp_hit *hit)
{
    const struct lrp_layout layout = lrp_app_layout(app);
    if (app->menu.kind != LRP_MENU_NONE)
        click_menu(app, x, y);
    else if (point_inside(layout.keys, x, y)) {
        if (hit->action != LRP_ACTION_NONE) lrp_action_at(hit->action)->run(app);
    } else if (point_inside(layout.pane[LRP_PANE_LIST], x, y))
        click_list(app, layout.pane[LRP_PANE_LIST], x, y);
    else if (point_inside(layout.pane[LRP_PANE_PREVIEW], x, y))
        click_preview(app, hit);
    else if (point_inside(layout.pane[LRP_PANE_DETAILS], x, y))
        click_details(app, layout.pane[LRP_PANE_DETAILS], y);
}

/* The wheel moves what lies under it, wherever the keys go; over the preview, the list. */
static void wheel(struct lrp_app *app, const struct lrp_event *event)
{
    const struct lrp_layout layout = lrp_app_layout(app);
    const enum lrp_pane focus = app->focus;
    const bool details = point_inside(layout.pane[LRP_PANE_DETAILS], event->x, event->y);
    if (app->menu.kind == LRP_MENU_NONE && !layout.one_pane)
        app->focus = details ? LRP_PANE_DETAILS : LRP_PANE_LIST;
    else if (app->menu.kind == LRP_MENU_NONE && focus == LRP_PANE_PREVIEW)
        app->focus = LRP_PANE_LIST;
    for (int i = 0; i < 3; i++) (event->number == LRP_MOUSE_WHEEL_UP ? lrp_do_up : lrp_do_down)(app);
    lrp_app_settle(app);
    app->focus = focus;
}

/* A candidate that is clicked takes the place of the word. */
static void click_completion(struct lrp_app *app, int candidate)
{
    if (candidate < 0) return;
    app->completion.selected = candidate - 1;
    lrp_app_complete(app, 1);
}

static void press(struct lrp_app *app, int x, int y)
{
    const struct lrp_hit hit = app->screen->hit(app, x, y);
    if (app->prompt.kind != LRP_PROMPT_NONE) {
        click_completion(app, hit.candidate);
    } else if (hit.answer) {
        lrp_app_key_pressed(app, hit.answer);
    } else if (!app->question.text[0]) {
        app->status[0] = 0;
        click(app, x, y, &hit);
    }
}

void lrp_app_mouse(struct lrp_app *app, const struct lrp_event *event)
{
    app->playing = false;
    if (event->number == LRP_MOUSE_PRESS)
        press(app, event->x, event->y);
    else if (!app->question.text[0] && app->prompt.kind == LRP_PROMPT_NONE)
        wheel(app, event);
}
