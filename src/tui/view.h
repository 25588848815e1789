/* view.h: the parts of the screen; each draws into its own rectangle. */
#ifndef LRP_TUI_VIEW_H
#define LRP_TUI_VIEW_H

#include "app.h"
#include "cells.h"
#include "heat.h"

void lrp_view_header(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_status(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
/* Returns the columns taken. */
int lrp_view_prompt(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
/* What the word being typed could be, in the last rows of the body. */
void lrp_view_completion(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect body);
/* Which candidate lies there, or -1. */
int lrp_completion_at(const struct lrp_app *app, struct lrp_rect body, int x, int y);
void lrp_view_keys(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_list(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_check(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_ledger(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
/* A table of a view's layers, its titles in the first row. */
void lrp_view_table(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect, enum lrp_view view,
                    const struct lrp_column *columns, int count);
void lrp_view_page(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_details(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_preview(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_bars(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_menu(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect body);

/* Where a preview's pictures lie in its pane: between title and legend. */
struct lrp_rect lrp_preview_inner(const struct lrp_app *app, struct lrp_rect rect);
/* Where a picture lies inside a rectangle, zoomed as it is. */
struct lrp_heat_area lrp_preview_area(const struct lrp_app *app, struct lrp_rect rect);
/* The value of the plane, and the tile (its place among the strongest), under a cell of the pane; false and -1: none. */
bool lrp_preview_hit(const struct lrp_app *app, struct lrp_rect rect, int x, int y, int *px, int *py);
int lrp_tile_at(const struct lrp_app *app, struct lrp_rect rect, int x, int y);
/* Parts of a preview. */
void lrp_view_tiles(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner);
void lrp_view_compare(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner);
int lrp_compare_parts(const struct lrp_app *app, struct lrp_rect inner, struct lrp_rect parts[3]); /* how many */
void lrp_view_cursor(const struct lrp_app *app, struct lrp_canvas *canvas, const struct lrp_heat_area *area);
void lrp_view_read_out(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at);
/* Smallest value, colours, largest value; returns the column behind. */
int lrp_view_legend(struct lrp_canvas *canvas, struct lrp_rect at, const struct lrp_heat *heat);
/* The box of the open menu. */
struct lrp_rect lrp_menu_box(const struct lrp_app *app, struct lrp_rect body);
/* The key that answers the question in the status line where its letter stands, or 0. */
int lrp_answer_at(const struct lrp_app *app, struct lrp_rect rect, int x, int y);
/* The action of the key bar at a column, or LRP_ACTION_NONE. */
enum lrp_action lrp_keys_at(const struct lrp_app *app, int columns, int x);
/* Title row of a pane. */
void lrp_view_title(struct lrp_canvas *canvas, struct lrp_rect rect, bool focus, const char *text);

#endif
