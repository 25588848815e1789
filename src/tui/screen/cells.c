/* cells.c: cells that several tables have, see cells.h. */
#include "cells.h"

#include <stdio.h>

void lrp_cell_put(char *out, const char *text)
{
    snprintf(out, LRP_CELL_SIZE, "%s", text ? text : "");
}
void lrp_cell_name(const struct lrp_app *app, int layer, char *out)
{
    lrp_cell_put(out, layer == 0 ? "input" : lrp_app_layer(app, layer)->name);
}
void lrp_cell_type(const struct lrp_app *app, int layer, char *out)
{
    lrp_cell_put(out, layer == 0 ? "" : lrp_app_layer(app, layer)->type);
}
