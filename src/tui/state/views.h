/* views.h: the views, and what the state asks of the screen. A view is one file of the screen that ends in its row; the state
 * gets all rows when the app begins (lrp_app_init), so that it links without the screen. */
#ifndef LRP_TUI_VIEWS_H
#define LRP_TUI_VIEWS_H

#include <stdbool.h>

#include "actions.h"
#include "layout.h"
#include "lines.h"

struct lrp_app;
struct lrp_canvas;
struct lrp_column;

/* X(name, ...): every view, one for each row V of LRP_ACTIONS, in that order. The inspector begins with layers,
 * to which closing another view leads. */
#define LRP_VIEWS(X) LRP_ACTIONS(LRP_NO_VIEW, LRP_NO_VIEW, X)
#define LRP_NO_VIEW(...)
enum lrp_view {
#define X(name, ...) LRP_VIEW_##name,
    LRP_VIEWS(X)
#undef X
        LRP_VIEW_COUNT
};

/* Rows of a view are layers (row_count, row_layer), lines of text (lines), or rows of its own (row_count, row_text, row_take).
 */
struct lrp_view_row {
    const char *name;  /* in state files and in what scripts dump */
    const char *title; /* of lines of text, with {actions} for their keys; NULL: the view draws its own */
    void (*draw)(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
    int (*row_count)(const struct lrp_app *app);
    int (*row_layer)(const struct lrp_app *app, int row); /* rows in the order of their layers; -1: there is no such row */
    const int *(*row_order)(const struct lrp_app *app); /* the layers of all rows where those stand in another order, or NULL */
    int (*row_fold)(const struct lrp_app *app, int row); /* the folded scope a row stands for, or -1; NULL: none folds */
    void (*row_text)(const struct lrp_app *app, int row, char *out, size_t size); /* what is searched */
    void (*row_take)(struct lrp_app *app, int row);                               /* what Enter does */
    int (*abreast)(int columns); /* how many rows stand side by side; NULL: one */
    int row_lines;               /* lines of the screen that a row takes; 0: one */
    int (*page)(int rows);       /* how many of so many rows its rows have; NULL: all */
    void (*lines)(const struct lrp_app *app, int width, struct lrp_lines *lines);
    void (*opened)(struct lrp_app *app);        /* what opening it asks for; NULL: nothing */
    void (*take)(struct lrp_app *app, int row); /* what Enter does with a line; NULL: it follows the line's link */
    const struct lrp_column *columns;           /* of a table of layers (screen/cells.h), */
    int column_count;                           /* LRP_COLUMNS_MOST at most */
    bool lists_results;                         /* rows are samples of a batch, or inputs that were given */
    bool whole_body;                            /* there is no preview beside it */
    bool shows_ledger;                          /* which is computed when the view opens */
    bool opens_at_end;                          /* at its last line */
    bool lies_over_others;                      /* closing it, also by its own key, leads back to the view before */
};

enum { LRP_COLUMNS_MOST = 8 };

/* What lies under a point of the screen; of what does not lie there, none. */
struct lrp_hit {
    enum lrp_action action; /* in the key bar; LRP_ACTION_NONE */
    int answer;             /* the key that answers the question in the status line; 0 */
    int candidate;          /* of completion; -1 */
    int tile;               /* of the preview's channels: its place among the strongest; -1 */
    int px, py;             /* the value of the preview's plane; -1 */
};

struct lrp_screen {
    const struct lrp_view_row *views[LRP_VIEW_COUNT];
    /* The details of the selected layer. */
    void (*details)(const struct lrp_app *app, int width, struct lrp_lines *lines);
    /* Where the preview's pictures lie in its pane: between title and legend. */
    struct lrp_rect (*preview_inner)(const struct lrp_app *app, struct lrp_rect pane);
    /* The token above (-1) or below (+1) one, as its preview lays them out; the token itself where there is none. */
    int (*token_beside)(const struct lrp_app *app, int token, int step);
    /* How wide the columns of a view's table would like to be: as the widest of all its layers. */
    void (*measure)(const struct lrp_app *app, enum lrp_view view, int widths[LRP_COLUMNS_MOST]);
    struct lrp_hit (*hit)(const struct lrp_app *app, int x, int y);
};

#endif
