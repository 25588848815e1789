/* act_app.c: actions on what is open, finding, tags, and the program itself. */
#include <string.h>

#include "app.h"

void lrp_do_next_pane(struct lrp_app *app)
{
    const struct lrp_layout layout = lrp_app_layout(app);
    for (int i = 1; i <= LRP_PANE_COUNT; i++) {
        const enum lrp_pane pane = (enum lrp_pane)(((int)app->focus + i) % LRP_PANE_COUNT);
        if (layout.one_pane ? pane != LRP_PANE_DETAILS || app->details : layout.pane[pane].rows > 0) {
            app->focus = pane;
            return;
        }
    }
}

/* Of a folded scope, to see what is inside. */
void lrp_do_details(struct lrp_app *app)
{
    if (lrp_app_row_fold(app, app->view, app->windows[app->view].selected) >= 0 && lrp_app_context(app) == LRP_IN_LIST) {
        lrp_do_unfold(app);
        return;
    }
    if (app->details || lrp_app_layout(app).one_pane) app->focus = LRP_PANE_DETAILS;
    app->details = true;
    const struct lrp_layout layout = lrp_app_layout(app);
    if (layout.one_pane || layout.pane[LRP_PANE_DETAILS].rows > 0) return;
    app->details = false;
    lrp_app_say(app, false, "no room for details: they need 40x8");
}

/* Closes what is open, innermost first. False if nothing was. */
static bool close_one(struct lrp_app *app)
{
    if (app->menu.kind != LRP_MENU_NONE) {
        lrp_app_close_menu(app);
    } else if (lrp_app_lists_results(app) && app->results.filter) {
        lrp_app_filter_results(app, NULL);
    } else if (app->view == LRP_VIEW_results && app->results.all) {
        return false; /* where the inspector began */
    } else if (app->view != LRP_VIEW_layers) {
        lrp_app_open_view(app, lrp_app_view_row(app, app->view)->lies_over_others ? app->last_view : LRP_VIEW_layers);
    } else if (app->alone && app->focus == LRP_PANE_PREVIEW) {
        lrp_do_preview_alone(app);
    } else if (app->details) {
        app->details = false;
        app->focus = LRP_PANE_LIST;
    } else if (app->focus != LRP_PANE_LIST) {
        app->focus = LRP_PANE_LIST;
    } else if (app->filter && *app->filter) {
        lrp_app_set_text(app, &app->filter, NULL);
        lrp_app_refilter(app);
    } else if (app->results.all) {
        const bool came = lrp_app_view_row(app, app->last_view)->lists_results;
        lrp_app_open_view(app, came ? app->last_view : LRP_VIEW_results);
    } else {
        return false;
    }
    return true;
}
bool lrp_app_is_open(const struct lrp_app *app)
{
    return app->menu.kind != LRP_MENU_NONE || app->view != LRP_VIEW_layers || app->details || app->focus != LRP_PANE_LIST ||
           (app->filter && *app->filter) || app->search;
}
void lrp_do_escape(struct lrp_app *app)
{
    if (!close_one(app) && app->search) lrp_app_set_text(app, &app->search, NULL);
}
void lrp_do_back(struct lrp_app *app)
{
    if (!close_one(app)) lrp_do_quit(app);
}
void lrp_do_quit(struct lrp_app *app)
{
    lrp_app_emit(app, LRP_EFFECT_QUIT, NULL, 0, false);
}
void lrp_do_redraw(struct lrp_app *app)
{
    lrp_app_emit(app, LRP_EFFECT_REDRAW, NULL, 0, false);
}
void lrp_do_suspend(struct lrp_app *app)
{
    lrp_app_emit(app, LRP_EFFECT_SUSPEND, NULL, 0, false);
}
void lrp_do_save_config(struct lrp_app *app)
{
    lrp_app_emit(app, LRP_EFFECT_SAVE_CONFIG, NULL, 0, false);
}
void lrp_do_restore(struct lrp_app *app)
{
    lrp_app_emit(app, LRP_EFFECT_RESTORE, NULL, LRP_RESTORE_SESSION, false);
}
void lrp_do_command(struct lrp_app *app)
{
    lrp_app_open_prompt(app, LRP_PROMPT_COMMAND, "");
}

void lrp_do_search(struct lrp_app *app)
{
    lrp_app_open_prompt(app, app->menu.kind != LRP_MENU_NONE ? LRP_PROMPT_MENU_FILTER : LRP_PROMPT_SEARCH, "");
}
void lrp_do_filter(struct lrp_app *app)
{
    const char *const filter = lrp_app_context(app) == LRP_IN_TABLE ? app->results.filter : app->filter;
    lrp_app_open_prompt(app, LRP_PROMPT_FILTER, filter ? filter : "");
}

static void find_again(struct lrp_app *app, int step)
{
    char hint[60];
    if (!app->search || !*app->search)
        lrp_app_say(app, false, "%s", lrp_app_hint(app, "nothing to find yet: {search} starts a search", hint, sizeof hint));
    else
        lrp_app_find(app, app->windows[app->view].selected + step, step);
    lrp_app_reveal_hit(app);
}
void lrp_do_search_next(struct lrp_app *app)
{
    find_again(app, 1);
}
void lrp_do_search_previous(struct lrp_app *app)
{
    find_again(app, -1);
}

/* All layers of a row: tags them, or untags them if all were tagged. */
void lrp_do_tag(struct lrp_app *app)
{
    const int fold = lrp_app_row_fold(app, app->view, app->windows[app->view].selected);
    const int from = fold >= 0 ? app->tree.nodes[fold].first : app->layer,
              to = fold >= 0 ? app->tree.nodes[fold].last : app->layer;
    bool all = true;
    for (int i = from; i <= to; i++)
        if (i > 0 && (size_t)i < app->tagged_size && (fold < 0 || lrp_tree_holds(&app->tree, fold, i)))
            all = all && app->tagged[i];
    for (int i = from; i <= to; i++)
        if (i > 0 && (size_t)i < app->tagged_size && (fold < 0 || lrp_tree_holds(&app->tree, fold, i))) app->tagged[i] = !all;
    lrp_do_down(app);
}
void lrp_do_tag_all(struct lrp_app *app)
{
    for (size_t row = 0; row < app->shown_count; row++) {
        const int fold = app->shown_fold[row], layer = app->shown[row];
        for (int i = fold >= 0 ? app->tree.nodes[fold].first : layer; i <= layer; i++)
            if (i > 0 && (size_t)i < app->tagged_size && (fold < 0 || lrp_tree_holds(&app->tree, fold, i)))
                app->tagged[i] = true;
    }
}
void lrp_do_tag_none(struct lrp_app *app)
{
    if (app->tagged) memset(app->tagged, 0, app->tagged_size * sizeof *app->tagged);
}

void lrp_do_accept(struct lrp_app *app)
{
    lrp_app_menu_take(app, false);
}
void lrp_do_edit(struct lrp_app *app)
{
    lrp_app_menu_take(app, true);
}
void lrp_do_close_menu(struct lrp_app *app)
{
    lrp_app_close_menu(app);
}
