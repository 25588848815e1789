/* place.c: where the user is in a model, see place.h. */
#include "place.h"

#include <stdlib.h>
#include <string.h>

#include "app.h"

void lrp_place_free(struct lrp_place *place)
{
    free(place->layer);
    free(place->view);
    free(place->filter);
    lrp_strings_free(&place->tags);
    lrp_strings_free(&place->folds);
    *place = (struct lrp_place){0};
}

void lrp_app_place(const struct lrp_app *app, struct lrp_place *out)
{
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    *out = (struct lrp_place){.details = app->details};
    out->layer = layer && app->layer > 0 ? strdup(layer->name) : NULL;
    out->view = app->view != LRP_VIEW_layers ? strdup(lrp_app_view_row(app, app->view)->name) : NULL;
    out->filter = app->filter && *app->filter ? strdup(app->filter) : NULL;
    for (size_t i = 0; i < app->tagged_size; i++)
        if (app->tagged[i]) lrp_strings_add(&out->tags, lrp_app_layer(app, (int)i)->name);
    for (int i = 0; i < app->tree.node_count; i++)
        if (app->tree.nodes[i].folded) lrp_strings_add(&out->folds, app->tree.nodes[i].name);
}

/* Many names are found from where the last one was. */
static int layer_of(const struct lrp_app *app, const char *name, int from)
{
    const int count = lrp_app_place_count(app);
    for (int i = 0; name && i < count; i++)
        if (strcmp(lrp_app_layer(app, (from + i) % count)->name, name) == 0) return (from + i) % count;
    return -1;
}

static void take_tags(struct lrp_app *app, const struct lrp_strings *tags)
{
    for (size_t i = 0, from = 0; i < tags->count; i++) {
        const int layer = layer_of(app, tags->items[i], (int)from);
        if (layer <= 0 || (size_t)layer >= app->tagged_size) continue;
        app->tagged[layer] = true;
        from = (size_t)layer;
    }
}

static void take_folds(struct lrp_app *app, const struct lrp_strings *folds)
{
    for (int n = 0, k = 0; n < app->tree.node_count && (size_t)k < folds->count; n++)
        if (strcmp(app->tree.nodes[n].name, folds->items[k]) == 0) { /* both in the order of the list */
            app->tree.nodes[n].folded = app->tree.nodes[n].count > 1;
            k++;
        }
}

void lrp_app_take_place(struct lrp_app *app, const struct lrp_place *place)
{
    take_tags(app, &place->tags);
    take_folds(app, &place->folds);
    for (int v = 0; place->view && v < LRP_VIEW_COUNT; v++)
        if (strcmp(place->view, lrp_app_view_row(app, (enum lrp_view)v)->name) == 0) app->view = (enum lrp_view)v;
    app->details = place->details;
    if (lrp_app_set_text(app, &app->filter, place->filter)) lrp_app_refilter(app);
    lrp_app_select(app, layer_of(app, place->layer, 0));
}
