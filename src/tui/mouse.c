/* mouse.c: clicks and the wheel: what lies under them is asked from the same functions that draw it. */
#include "view.h"

static bool inside(struct lrp_rect rect, int x, int y)
{
    return x >= rect.x && x < rect.x + rect.columns && y >= rect.y && y < rect.y + rect.rows;
}

static void click_menu(struct lrp_app *app, int x, int y)
{
    const struct lrp_rect box = lrp_menu_box(app, lrp_app_layout(app).body);
    const int row = y - box.y - 1 + app->menu.window.top;
    if (!inside(box, x, y))
        lrp_app_close_menu(app);
    else if (y > box.y && y < box.y + box.rows - 1 && row < lrp_app_menu_count(app)) {
        if (row == app->menu.window.selected)
            lrp_app_menu_take(app, false);
        else
            app->menu.window.selected = row;
    }
}

static void click_list(struct lrp_app *app, struct lrp_rect rect, int y)
{
    struct lrp_window *window = &app->windows[app->view];
    const int row = window->top + y - rect.y - 1;
    app->focus = LRP_PANE_LIST;
    if (y <= rect.y || row >= lrp_app_row_count(app, app->view)) return;
    const bool again = row == window->selected;
    window->selected = row;
    if (again && lrp_app_context(app) == LRP_IN_LIST)
        lrp_do_details(app);
    else if (again)
        lrp_do_follow(app);
}

static void click_preview(struct lrp_app *app, struct lrp_rect rect, int x, int y)
{
    const int tile = lrp_tile_at(app, rect, x, y);
    int px, py;
    app->focus = LRP_PANE_PREVIEW;
    if (tile >= 0) app->channel = tile;
    if (lrp_preview_hit(app, rect, x, y, &px, &py)) {
        app->cursor_x = px;
        app->cursor_y = py;
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

static void click(struct lrp_app *app, int x, int y)
{
    const struct lrp_layout layout = lrp_app_layout(app);
    if (app->menu.kind != LRP_MENU_NONE)
        click_menu(app, x, y);
    else if (inside(layout.keys, x, y)) {
        const enum lrp_action action = lrp_keys_at(app, layout.keys.columns, x);
        if (action != LRP_ACTION_NONE) lrp_action_at(action)->run(app);
    } else if (inside(layout.pane[LRP_PANE_LIST], x, y))
        click_list(app, layout.pane[LRP_PANE_LIST], y);
    else if (inside(layout.pane[LRP_PANE_PREVIEW], x, y))
        click_preview(app, layout.pane[LRP_PANE_PREVIEW], x, y);
    else if (inside(layout.pane[LRP_PANE_DETAILS], x, y))
        click_details(app, layout.pane[LRP_PANE_DETAILS], y);
}

/* The wheel moves what lies under it, wherever the keys go; over the preview, the list. */
static void wheel(struct lrp_app *app, const struct lrp_event *event)
{
    const struct lrp_layout layout = lrp_app_layout(app);
    const enum lrp_pane focus = app->focus;
    const bool details = inside(layout.pane[LRP_PANE_DETAILS], event->x, event->y);
    if (app->menu.kind == LRP_MENU_NONE && !layout.one_pane)
        app->focus = details ? LRP_PANE_DETAILS : LRP_PANE_LIST;
    else if (app->menu.kind == LRP_MENU_NONE && focus == LRP_PANE_PREVIEW)
        app->focus = LRP_PANE_LIST;
    for (int i = 0; i < 3; i++) (event->number == LRP_MOUSE_WHEEL_UP ? lrp_do_up : lrp_do_down)(app);
    lrp_app_settle(app);
    app->focus = focus;
}

/* A candidate that is clicked takes the place of the word. */
static void click_completion(struct lrp_app *app, int x, int y)
{
    const int at = lrp_completion_at(app, lrp_app_layout(app).body, x, y);
    if (at < 0) return;
    app->completion.selected = at - 1;
    lrp_app_complete(app, 1);
}

void lrp_app_mouse(struct lrp_app *app, const struct lrp_event *event)
{
    app->playing = false;
    if (app->prompt.kind != LRP_PROMPT_NONE && event->number == LRP_MOUSE_PRESS) click_completion(app, event->x, event->y);
    const int key = event->number == LRP_MOUSE_PRESS && app->prompt.kind == LRP_PROMPT_NONE
                        ? lrp_answer_at(app, lrp_app_layout(app).status, event->x, event->y)
                        : 0;
    if (key) lrp_app_key_pressed(app, key);
    if (key || app->question.text[0] || app->prompt.kind != LRP_PROMPT_NONE) return;
    if (event->number == LRP_MOUSE_PRESS) {
        app->status[0] = 0;
        click(app, event->x, event->y);
    } else {
        wheel(app, event);
    }
}
