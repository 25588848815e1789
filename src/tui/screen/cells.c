/* cells.c: cells that several tables have, see cells.h. */
#include "cells.h"

#include <stdio.h>

void lrp_cell_put(char *out, const char *text)
{
    snprintf(out, LRP_CELL_SIZE, "%s", text ? text : "");
}
void lrp_cell_name(const struct lrp_app *app, int layer, char *out)
{
    lrp_cell_put(out, lrp_app_layer_name(app, layer));
}
void lrp_cell_type(const struct lrp_app *app, int layer, char *out)
{
    const bool alone = layer == 0 && lrp_app_place_count(app) == lrp_app_layer_count(app); /* its name says it */
    lrp_cell_put(out, alone ? "" : lrp_app_layer(app, layer)->type);
}
