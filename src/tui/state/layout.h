/* layout.h: where the panes lie, for every size of the screen. */
#ifndef LRP_TUI_LAYOUT_H
#define LRP_TUI_LAYOUT_H

#include <stdbool.h>

/* Cells. */
struct lrp_rect {
    int x, y, columns, rows;
};

enum lrp_pane { LRP_PANE_LIST, LRP_PANE_PREVIEW, LRP_PANE_DETAILS, LRP_PANE_COUNT };

/* Panes that are not shown have no rows. */
struct lrp_layout {
    bool too_small, one_pane, has_preview;
    struct lrp_rect header, pane[LRP_PANE_COUNT], status, keys, body; /* body: all of the panes together */
    struct lrp_rect rule;                                             /* the line between what stands side by side */
};
/* `full`: the view takes the whole body. `alone`: the pane with the focus does. `focus`: the pane shown where there is room for
 * one only. */
struct lrp_layout lrp_layout_make(int columns, int rows, enum lrp_pane focus, bool details, bool full, bool alone);

#endif
