/* filter.c: what a filter acts on: the rows of layers, or those of a table of its own. */
#include "app.h"

void lrp_take_filter(struct lrp_app *app, const char *text)
{
    if (lrp_app_context(app) == LRP_IN_TABLE)
        lrp_app_filter_results(app, text);
    else if (lrp_app_set_text(app, &app->filter, text))
        lrp_app_refilter(app);
}
