/* cells.h: the columns of a table of layers: their titles, widths and what stands in them. */
#ifndef LRP_TUI_CELLS_H
#define LRP_TUI_CELLS_H

#include "app.h"

enum { LRP_CELL_SIZE = 256, LRP_SUM_COLUMNS = 7 };

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
/* Puts a text (NULL: "") into a cell. */
void lrp_cell_put(char *out, const char *text);
/* Cells that several tables have. */
void lrp_cell_name(const struct lrp_app *app, int layer, char *out);
void lrp_cell_type(const struct lrp_app *app, int layer, char *out);

#endif
