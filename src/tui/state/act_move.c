/* act_move.c: actions that move: rows, pages, unsupported layers, steps along edges and links. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"

/* What the moving keys act on. */
static struct lrp_window *window_of(struct lrp_app *app, int *page, int *count)
{
    const int context = lrp_app_context(app);
    if (context == LRP_IN_MENU) {
        *page = lrp_app_menu_page(app);
        *count = lrp_app_menu_count(app);
        return &app->menu.window;
    }
    if (context == LRP_IN_DETAILS) {
        *page = lrp_app_details_page(app);
        *count = 1 << 16; /* settled afterwards */
        return &app->details_window;
    }
    *page = lrp_app_page(app, app->view);
    *count = lrp_app_row_count(app, app->view);
    return &app->windows[app->view];
}

/* Pages of text scroll by their first line, lists by the selected row. */
static void move_rows(struct lrp_app *app, int rows, bool pages, int divisor)
{
    int page, count;
    struct lrp_window *window = window_of(app, &page, &count);
    const int step = pages ? rows * (page / divisor > 1 ? page / divisor : 1) : rows;
    int to = window->selected + step;
    to = to < count ? to : count - 1;
    window->selected = to > 0 ? to : 0;
    if (pages) window->top += step;
}

void lrp_do_down(struct lrp_app *app)
{
    move_rows(app, 1, false, 1);
}
void lrp_do_up(struct lrp_app *app)
{
    move_rows(app, -1, false, 1);
}
void lrp_do_page_down(struct lrp_app *app)
{
    move_rows(app, 1, true, 1);
}
void lrp_do_page_up(struct lrp_app *app)
{
    move_rows(app, -1, true, 1);
}
void lrp_do_half_down(struct lrp_app *app)
{
    move_rows(app, 1, true, 2);
}
void lrp_do_half_up(struct lrp_app *app)
{
    move_rows(app, -1, true, 2);
}
void lrp_do_first(struct lrp_app *app)
{
    move_rows(app, -(1 << 24), false, 1);
}
void lrp_do_last(struct lrp_app *app)
{
    move_rows(app, 1 << 24, false, 1);
}

static void go_to_unsupported(struct lrp_app *app, int step)
{
    const struct lrp_window *window = &app->windows[app->view];
    const int count = lrp_app_row_count(app, app->view);
    for (int i = window->selected + step, tried = 0; tried < count; i += step, tried++) {
        const int row = ((i % count) + count) % count, layer = lrp_app_row_first(app, app->view, row, lrp_app_failed);
        if (layer < 0) continue;
        if ((step > 0 && row < window->selected) || (step < 0 && row > window->selected))
            lrp_app_say(app, false, "search wrapped");
        lrp_app_go(app, layer);
        return;
    }
    lrp_app_say(app, false, "no unsupported layer%s", app->filter && *app->filter ? " among those shown" : "");
}
void lrp_do_next_bad(struct lrp_app *app)
{
    go_to_unsupported(app, 1);
}
void lrp_do_previous_bad(struct lrp_app *app)
{
    go_to_unsupported(app, -1);
}

/* Of the layers whose results cannot be trusted the first; from one of them the next; -1: there is none. */
static int next_doubted(const struct lrp_snapshot *s, int at)
{
    int first = -1, next = -1;
    bool here = false;
    for (size_t i = 0; i < s->doubt_count; i++) {
        const int layer = s->doubt_layers[i];
        if (first < 0 || layer < first) first = layer;
        here = here || layer == at;
        if (layer > at && (next < 0 || layer < next)) next = layer;
    }
    return here && next >= 0 ? next : first;
}

/* Where most of what arrives is not handed on; -1: nothing is known. */
static int greatest_loss(const struct lrp_ledger *ledger)
{
    int worst = -1;
    double most = 0;
    for (size_t i = 1; ledger && i < ledger->count; i++) {
        const double lost = fabs(ledger->rows[i].in - ledger->rows[i].out);
        if (!(lost > most)) continue;
        most = lost;
        worst = (int)i;
    }
    return worst;
}

void lrp_do_worst(struct lrp_app *app)
{
    char hint[120];
    const struct lrp_snapshot *s = app->snapshot;
    const int doubted = s ? next_doubted(s, app->layer) : -1, worst = doubted >= 0 || !s ? doubted : greatest_loss(s->ledger);
    if (worst >= 0) {
        lrp_app_go(app, worst);
        lrp_app_say(app, false, doubted >= 0 ? "its result cannot be trusted: details say why" : "the layer that loses most");
    } else {
        lrp_app_say(app, false, "%s",
                    s && s->ledger ? "no layer loses anything"
                                   : lrp_app_hint(app, "nothing is known to be wrong; {ledger} finds what layers lose", hint,
                                                  sizeof hint));
    }
}

static void remember_link(struct lrp_app *app)
{
    if (app->link_count == LRP_LINKS_MOST) {
        for (int i = 1; i < LRP_LINKS_MOST; i++) app->links[i - 1] = app->links[i];
        app->link_count--;
    }
    app->links[app->link_count++] = app->layer;
}

void lrp_app_go(struct lrp_app *app, int layer)
{
    if (lrp_tree_reveal(&app->tree, layer)) lrp_app_refilter(app);
    lrp_app_select(app, layer);
    if (app->layer == layer && lrp_app_row_layer(app, LRP_VIEW_layers, app->windows[LRP_VIEW_layers].selected) == layer) return;
    lrp_app_set_text(app, &app->filter, NULL);
    app->view = LRP_VIEW_layers;
    app->all_layers |= lrp_app_layer(app, layer) && lrp_app_layer(app, layer)->aside;
    lrp_app_refilter(app);
    lrp_app_select(app, layer);
}

static bool is_among(const int *layers, int count, int layer)
{
    for (int i = 0; i < count; i++)
        if (layers[i] == layer) return true;
    return false;
}

/* A step to one of the layers at the other ends of edges: to where one came from, if that is one of them, else to the first. */
static void step_along(struct lrp_app *app, const int *ends, int count)
{
    while (count > 0 && ends[0] < 0) { /* what comes from no layer */
        ends++;
        count--;
    }
    if (count == 0) return;
    if (app->trail_count == 0 || app->trail[app->trail_at] != app->layer) { /* one has gone elsewhere since */
        app->trail[0] = app->layer;
        app->trail_count = 1;
        app->trail_at = 0;
    }
    for (int way = -1; way <= 1; way += 2) {
        const int at = app->trail_at + way;
        if (at >= 0 && at < app->trail_count && is_among(ends, count, app->trail[at])) {
            app->trail_at = at;
            lrp_app_go(app, app->trail[at]);
            return;
        }
    }
    app->trail_count = app->trail_at + 1;
    if (app->trail_count == LRP_LINKS_MOST) {
        memmove(app->trail, app->trail + 1, (LRP_LINKS_MOST - 1) * sizeof *app->trail);
        app->trail_count--;
    }
    app->trail_at = app->trail_count++;
    app->trail[app->trail_at] = ends[0];
    lrp_app_go(app, ends[0]);
}

void lrp_do_towards_input(struct lrp_app *app)
{
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    const int count = layer ? layer->input_count : 0;
    int *ends = count > 0 ? malloc((size_t)count * sizeof *ends) : NULL;
    for (int k = 0; ends && k < count; k++) ends[k] = lrp_app_source(app, layer, k);
    if (ends)
        step_along(app, ends, count);
    else
        lrp_app_say(app, false, "this is an input");
    free(ends);
}

void lrp_do_towards_output(struct lrp_app *app)
{
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    if (layer && layer->consumer_count > 0)
        step_along(app, layer->consumers, layer->consumer_count);
    else
        lrp_app_say(app, false, "this is an output");
}

void lrp_do_play(struct lrp_app *app)
{
    if (lrp_app_layer_count(app) == 0) return;
    if (lrp_app_is_input(app, app->layer)) lrp_app_select(app, lrp_app_layer_count(app) - 1);
    app->playing = true;
}

/* ---- folding ---- */

static int selected_fold(const struct lrp_app *app)
{
    return lrp_app_row_fold(app, LRP_VIEW_layers, app->windows[LRP_VIEW_layers].selected);
}

void lrp_do_all_layers(struct lrp_app *app)
{
    const int before = app->left_out;
    app->all_layers = !app->all_layers;
    lrp_app_refilter(app);
    if (app->all_layers)
        lrp_app_say(app, false, before ? "all layers are listed" : "all layers are listed: none was left out");
    else
        lrp_app_say(app, false, "%d layers of shape and mask arithmetic are left out", app->left_out);
}

void lrp_do_fold(struct lrp_app *app)
{
    const int fold = selected_fold(app);
    const int node = lrp_app_is_input(app, app->layer) || app->tree.layers == 0 ? -1
                     : fold >= 0                                                ? app->tree.nodes[fold].parent
                                                                                : app->tree.node_of[app->layer];
    if (node < 0) {
        lrp_app_say(app, false, fold >= 0 ? "folded already" : "nothing to fold around this layer");
        return;
    }
    app->tree.nodes[node].folded = true;
    lrp_app_refilter(app);
}

void lrp_do_unfold(struct lrp_app *app)
{
    const int fold = selected_fold(app);
    if (fold < 0) {
        lrp_app_say(app, false, "nothing folded here");
        return;
    }
    app->tree.nodes[fold].folded = false;
    lrp_app_refilter(app);
    lrp_app_select(app, app->tree.nodes[fold].first);
}

static void fold_all(struct lrp_app *app, bool folded)
{
    lrp_tree_fold_all(&app->tree, folded);
    lrp_app_refilter(app);
    if (app->tree.node_count == 0)
        lrp_app_say(app, false, "nothing to fold: layer names have no '/' or '.', and the graph has no branches");
}
void lrp_do_fold_all(struct lrp_app *app)
{
    fold_all(app, true);
}
void lrp_do_unfold_all(struct lrp_app *app)
{
    fold_all(app, false);
}

/* The link of the selected line, in the details or on a page; -1: none. */
static int selected_link(const struct lrp_app *app)
{
    struct lrp_lines lines = {0};
    const bool page = !lrp_app_lists_layers(app, app->view);
    if (page)
        lrp_app_view_lines(app, app->view, &lines);
    else if (app->details)
        lrp_app_details_lines(app, &lines);
    const int at = page ? app->windows[app->view].selected : app->details_window.selected,
              link = lines.items && at < lines.count ? lines.items[at].link : -1;
    lrp_lines_free(&lines);
    return link;
}

void lrp_do_follow(struct lrp_app *app)
{
    const struct lrp_view_row *view = lrp_app_view_row(app, app->view);
    if (view->take) {
        view->take(app, app->windows[app->view].selected);
        return;
    }
    const int link = selected_link(app);
    if (link < 0) return;
    remember_link(app);
    if (!lrp_app_lists_layers(app, app->view)) app->view = LRP_VIEW_layers;
    lrp_app_go(app, link);
}

void lrp_do_link_back(struct lrp_app *app)
{
    if (app->link_count > 0)
        lrp_app_go(app, app->links[--app->link_count]);
    else
        lrp_app_say(app, false, "no link to go back along");
}
