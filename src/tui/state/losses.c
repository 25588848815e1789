/* losses.c: the ledger's rows by what is lost in them. */
#include <math.h>
#include <stdlib.h>

#include "app.h"

struct layer_loss {
    double lost;
    int place;
};

static int by_loss(const void *left, const void *right)
{
    const struct layer_loss *a = left, *b = right;
    return a->lost > b->lost ? -1 : a->lost < b->lost ? 1 : a->place - b->place;
}

double lrp_app_lost(const struct lrp_app *app, int layer)
{
    const struct lrp_ledger *ledger = app->snapshot ? app->snapshot->ledger : NULL;
    if (!ledger || layer < 1 || (size_t)layer >= ledger->count) return 0;
    const double lost = fabs(ledger->rows[layer].in - ledger->rows[layer].out);
    return isfinite(lost) ? lost : INFINITY;
}

void lrp_app_order_losses(struct lrp_app *app)
{
    const int count = lrp_app_place_count(app);
    free(app->loss_order);
    app->loss_order = NULL;
    app->ordered = app->snapshot ? app->snapshot->ledger : NULL;
    if (!app->by_loss || !app->ordered) return;
    struct layer_loss *losses = malloc(((size_t)count + 1) * sizeof *losses);
    app->loss_order = malloc(((size_t)count + 1) * sizeof *app->loss_order);
    for (int i = 0; losses && i < count; i++) losses[i] = (struct layer_loss){lrp_app_lost(app, lrp_app_layer_at(app, i)), i};
    if (losses) qsort(losses, (size_t)count, sizeof *losses, by_loss);
    for (int i = 0; losses && app->loss_order && i < count; i++) app->loss_order[i] = lrp_app_layer_at(app, losses[i].place);
    if (!losses) {
        free(app->loss_order);
        app->loss_order = NULL;
    }
    free(losses);
}

void lrp_do_sort_losses(struct lrp_app *app)
{
    app->by_loss = !app->by_loss;
    lrp_app_order_losses(app);
    lrp_app_open_view(app, LRP_VIEW_ledger);
    if (app->loss_order) lrp_app_select(app, app->loss_order[0]);
    lrp_app_say(app, false, app->by_loss ? "by what is lost, the most first" : "in the order of the layers");
}
