/* cells.h: the columns of the layer list and the check table: their titles, widths and what stands in them. */
#ifndef LRP_TUI_CELLS_H
#define LRP_TUI_CELLS_H

#include "app.h"

enum { LRP_CELL_SIZE = 256, LRP_SUM_COLUMNS = 7, LRP_LAYER_COLUMNS = 7, LRP_CHECK_COLUMNS = 6 };

/* Columns that are drawn in a way of their own. */
enum lrp_column_kind { LRP_COLUMN_OTHER, LRP_COLUMN_NAME, LRP_COLUMN_CHECK, LRP_COLUMN_SUM };

/* Content of a column for a layer, or for a folded scope; `out` has LRP_CELL_SIZE bytes. */
typedef void lrp_cell_fn(const struct lrp_app *app, int which, char *out);

struct lrp_column {
    const char *title, *ascii_title; /* NULL: the same */
    int least, most;                 /* columns it may shrink to and take */
    int importance;                  /* the least important one goes first */
    bool right;
    lrp_cell_fn *cell, *fold_cell;
    enum lrp_column_kind what;
};
extern const struct lrp_column lrp_layer_columns[LRP_LAYER_COLUMNS], lrp_check_columns[LRP_CHECK_COLUMNS];

#endif
