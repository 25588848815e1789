/* select.h: which layers a selector's text stands for. */
#ifndef LRP_LRP_SELECT_H
#define LRP_LRP_SELECT_H

#include "graph.h"
#include "layer_name.h"

enum lrp_selected_by {
    LRP_BY_NAME,
    LRP_BY_DROPPED,
    LRP_BY_INDEX,
    LRP_BY_RANGE,
    LRP_BY_TYPE,
    LRP_BY_END,
    LRP_BY_GLOB,
    LRP_BY_PREFIX
};
struct lrp_selection {
    enum lrp_selected_by by;
    bool *layers; /* by row, those of inputs with them; owned */
    size_t count; /* how many are true; 0 only for a dropped node */
};
/* Chooses the layers nested in `prefix`: named PREFIX.more or PREFIX/more, or in a container of the file of that name or
 * number. True if there are some. */
bool lrp_select_prefix(const struct lrp_graph *graph, const struct lrp_layer_view *view, const char *prefix, bool *layers);
/* Errors: LRP_USAGE naming the three nearest names. */
enum lrp_status lrp_select(const struct lrp_graph *graph, const struct lrp_layer_view *view, const char *selector,
                           struct lrp_selection *out, struct lrp_error *err);
void lrp_selection_free(struct lrp_selection *selection);

/* First layer in execution order that is not reshaping, identity, dropout or arithmetic with constants; -1 if there is none.
 * `last` counts from the end, an output softmax apart. */
int lrp_first_layer(const struct lrp_layer_list *layers);
int lrp_last_layer(const struct lrp_layer_list *layers);

#endif
