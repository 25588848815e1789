/* place.c: where the user is in a model, see place.h. */
#include "place.h"

#include <stdlib.h>
#include <string.h>

#include "app.h"

static const char *const views[LRP_VIEW_COUNT] = {
#define X(id, name, full) [LRP_VIEW_##id] = name,
    LRP_VIEWS(X)
#undef X
};

void lrp_place_free(struct lrp_place *place) {
    free(place->layer);
    free(place->view);
    free(place->filter);
    lrp_tui_names_free(&place->tags);
    *place = (struct lrp_place){0};
}

void lrp_app_place(const struct lrp_app *app, struct lrp_place *out) {
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    *out = (struct lrp_place){.details = app->details};
    out->layer = layer && layer->index > 0 ? strdup(layer->name) : NULL;
    out->view = app->view != LRP_VIEW_LAYERS ? strdup(views[app->view]) : NULL;
    out->filter = app->filter && *app->filter ? strdup(app->filter) : NULL;
    for (size_t i = 0; i < app->tagged_size; i++)
        if (app->tagged[i])
            lrp_tui_names_add(&out->tags, lrp_app_layer(app, (int)i)->name);
}

static int layer_of(const struct lrp_app *app, const char *name) {
    for (int i = 0; name && i < lrp_app_layer_count(app); i++)
        if (strcmp(lrp_app_layer(app, i)->name, name) == 0)
            return i;
    return -1;
}

void lrp_app_take_place(struct lrp_app *app, const struct lrp_place *place) {
    for (size_t i = 0; i < place->tags.count; i++) {
        const int layer = layer_of(app, place->tags.items[i]);
        if (layer > 0 && (size_t)layer < app->tagged_size)
            app->tagged[layer] = true;
    }
    for (int v = 0; place->view && v < LRP_VIEW_COUNT; v++)
        if (strcmp(place->view, views[v]) == 0)
            app->view = (enum lrp_view)v;
    app->details = place->details;
    if (lrp_app_set_text(app, &app->filter, place->filter))
        lrp_app_refilter(app);
    lrp_app_select(app, layer_of(app, place->layer));
}
