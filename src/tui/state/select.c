/* select.c: rows: which is selected, what of them is seen, and which layers are rows of the list at all. */
#include <stdlib.h>
#include <string.h>

#include "app.h"

static void clamp_window(struct lrp_window *window, int count, int page)
{
    if (window->selected >= count) window->selected = count - 1;
    if (window->selected < 0) window->selected = 0;
    if (window->top > window->selected) window->top = window->selected;
    if (window->top < window->selected - page + 1) window->top = window->selected - page + 1;
    if (window->top > count - page) window->top = count - page;
    if (window->top < 0) window->top = 0;
}

/* What belongs to the layer before goes. */
static void enter_layer(struct lrp_app *app, int layer)
{
    app->layer = layer;
    app->details_window = (struct lrp_window){0};
    app->cursor_x = app->cursor_y = -1;
    app->channel = lrp_preview_row(app->preview)->channels == LRP_CHANNELS_GRID ? 0 : -1;
}

void lrp_app_settle(struct lrp_app *app)
{
    for (int i = 0; i < LRP_VIEW_COUNT; i++)
        if (i == (int)app->view || i == LRP_VIEW_layers)
            clamp_window(&app->windows[i], lrp_app_row_count(app, (enum lrp_view)i), lrp_app_page(app, (enum lrp_view)i));
    if (app->menu.kind != LRP_MENU_NONE) clamp_window(&app->menu.window, lrp_app_menu_count(app), lrp_app_menu_page(app));
    if (app->details) {
        struct lrp_lines lines = {0};
        lrp_app_details_lines(app, &lines);
        clamp_window(&app->details_window, lines.count, lrp_app_details_page(app));
        lrp_lines_free(&lines);
    }
    const int layer = lrp_app_row_layer(app, app->view, app->windows[app->view].selected);
    if (layer >= 0 && layer != app->layer) {
        enter_layer(app, layer);
    }
}

/* The row of a view nearest to a layer. */
static int nearest_row(const struct lrp_app *app, enum lrp_view view, int layer)
{
    const int count = lrp_app_row_count(app, view), place = lrp_app_place_of(app, layer);
    const struct lrp_view_row *const row = lrp_app_view_row(app, view);
    const int *const order = row->row_order ? row->row_order(app) : NULL;
    int low = 0, high = count;
    for (int i = 0; order && i < count; i++)
        if (order[i] == layer) return i;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (lrp_app_place_of(app, lrp_app_row_layer(app, view, middle)) < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count ? low : count - 1;
}

void lrp_app_select(struct lrp_app *app, int layer)
{
    if (!lrp_app_layer(app, layer)) return;
    for (int i = 0; i < LRP_VIEW_COUNT; i++)
        if (lrp_app_lists_layers(app, (enum lrp_view)i)) app->windows[i].selected = nearest_row(app, (enum lrp_view)i, layer);
    if (layer != app->layer) enter_layer(app, layer);
    lrp_app_settle(app);
}

/* Arithmetic of shapes and masks, with which nothing is wrong. */
static bool is_aside(const struct lrp_app *app, int layer)
{
    const struct lrp_layer *row = lrp_app_layer(app, layer);
    return row->aside && !lrp_app_failed(app, layer) && !((size_t)layer < app->tagged_size && app->tagged[layer]);
}

/* Without a filter, a folded scope is one row, where its last layer would stand. */
static void list_rows(struct lrp_app *app)
{
    const int count = lrp_app_place_count(app);
    const bool filtered = app->filter && *app->filter;
    app->shown_count = 0;
    app->left_out = 0;
    for (int at = 0; at < count; at++) {
        const int i = lrp_app_layer_at(app, at);
        const int fold = filtered ? -1 : lrp_tree_fold_of(&app->tree, i);
        const bool aside = !filtered && fold < 0 && !app->all_layers && is_aside(app, i);
        app->left_out += aside;
        if (aside) continue;
        if ((filtered && !lrp_app_matches(app, i, app->filter)) || (fold >= 0 && i != app->tree.nodes[fold].last)) continue;
        app->shown_fold[app->shown_count] = fold;
        app->shown[app->shown_count++] = i;
    }
}

void lrp_app_refilter(struct lrp_app *app)
{
    const int count = lrp_app_place_count(app), layer = app->layer;
    int *shown = malloc(((size_t)count + 1) * sizeof *shown), *fold = malloc(((size_t)count + 1) * sizeof *fold);
    if (!shown || !fold) {
        free(shown);
        free(fold);
        return;
    }
    free(app->shown);
    free(app->shown_fold);
    app->shown = shown;
    app->shown_fold = fold;
    list_rows(app);
    lrp_app_select(app, layer < count ? layer : count - 1);
}
