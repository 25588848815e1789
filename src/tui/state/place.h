/* place.h: where the user is in a model, by names, so that it can be kept and found again: layer, view, filter, tags. */
#ifndef LRP_TUI_PLACE_H
#define LRP_TUI_PLACE_H

#include "facts.h"

struct lrp_place {
    char *layer, *view, *filter;    /* owned; NULL: as at the start */
    struct lrp_strings tags, folds; /* names of layers, of folded scopes */
    bool details;
};
void lrp_place_free(struct lrp_place *place);

struct lrp_app;
/* Where the app is now. *out is the caller's to free. */
void lrp_app_place(const struct lrp_app *app, struct lrp_place *out);
/* Goes there, as far as the model has it. */
void lrp_app_take_place(struct lrp_app *app, const struct lrp_place *place);

#endif
