/* view.h: the screen: the function that draws all of it, and its parts; each draws into its own rectangle. A view is a file
 * that ends in its row (struct lrp_view_row), and a row V of state/actions.h. */
#ifndef LRP_TUI_VIEW_H
#define LRP_TUI_VIEW_H

#include "app.h"
#include "canvas.h"
#include "cells.h"
#include "heat.h"

/* What lrp_app_init takes. */
extern const struct lrp_screen lrp_screen;
#define X(name, ...) extern const struct lrp_view_row lrp_view_##name;
LRP_VIEWS(X)
#undef X
/* Draws everything; the canvas is made as large as the app. */
void lrp_app_view(const struct lrp_app *app, struct lrp_canvas *canvas);

void lrp_draw_status(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
/* Returns the columns taken. */
int lrp_draw_prompt(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
/* What the word being typed could be, in the last rows of the body. */
void lrp_draw_completion(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect body);
/* Which candidate lies there, or -1. */
int lrp_completion_at(const struct lrp_app *app, struct lrp_rect body, int x, int y);
/* The table of the layers of the view that is shown, its titles in the first row; and how wide its columns would like to be. */
void lrp_draw_table(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_measure_table(const struct lrp_app *app, enum lrp_view view, int widths[LRP_COLUMNS_MOST]);
/* A view of text, under the title in its row. */
void lrp_draw_page(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_draw_details(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_draw_preview(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_draw_menu(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect body);

/* Which keys do what a failing row's remedy says, for lrp_app_hint. */
const char *lrp_remedy_keys(const struct lrp_check_row *row);
/* For a row that fails: a line for everything that could be registered, and what that would lead to. */
void lrp_prospect_lines(const struct lrp_check_row *row, int width, struct lrp_lines *lines);
/* What feeds a layer and what it feeds, two steps either way; the lines of its neighbours are links. */
void lrp_neighbour_lines(const struct lrp_app *app, const struct lrp_layer *layer, int width, struct lrp_lines *lines);
/* The details of the selected layer. */
void lrp_details_lines(const struct lrp_app *app, int width, struct lrp_lines *lines);

/* Where a preview's pictures lie in its pane: between title and legend. */
struct lrp_rect lrp_preview_inner(const struct lrp_app *app, struct lrp_rect rect);
/* The picture at hand is the one that is wanted. */
bool lrp_preview_fresh(const struct lrp_app *app);
void lrp_draw_preview_title(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
/* Where a picture lies inside a rectangle, zoomed as it is. */
struct lrp_heat_area lrp_preview_area(const struct lrp_app *app, struct lrp_rect rect);
/* The value of the plane, and the tile (its place among the strongest), under a cell of the pane; false and -1: none. */
bool lrp_preview_hit(const struct lrp_app *app, struct lrp_rect rect, int x, int y, int *px, int *py);
int lrp_tile_at(const struct lrp_app *app, struct lrp_rect rect, int x, int y);
/* How a kind of preview is drawn between title and legend (bars: in the whole pane), and which value of its plane lies under a
 * cell; false: none. A row of LRP_PREVIEWS names them. */
void lrp_draw_as_text(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner);
void lrp_draw_as_table(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner);
void lrp_draw_as_lens(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner);
void lrp_draw_as_grid(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner);
void lrp_draw_as_one(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner);
void lrp_draw_as_tiles(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner);
void lrp_draw_as_compare(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner);
void lrp_draw_as_triptych(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner);
void lrp_draw_as_signal(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner);
void lrp_draw_as_bars(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
typedef bool lrp_under_fn(const struct lrp_app *app, struct lrp_rect inner, int x, int y, int *px, int *py);
lrp_under_fn lrp_under_text, lrp_under_table, lrp_under_grid, lrp_under_lens, lrp_under_one, lrp_under_tiles, lrp_under_compare,
    lrp_under_triptych, lrp_under_bars, lrp_under_signal;
/* Three pictures of the painting's size side by side, or one below the other, whichever shows more; a line above each, and
 * `below` lines below all. */
void lrp_three_parts(const struct lrp_app *app, struct lrp_rect inner, int below, struct lrp_rect parts[3]);
/* Values without places as bars; the value on a row, false: none. */
void lrp_draw_vector(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner);
bool lrp_vector_at(const struct lrp_app *app, struct lrp_rect inner, int y, int *px, int *py);
/* What else is known of the layer, in the lines that a picture leaves. */
void lrp_draw_below(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner, int bottom);
/* Kinds whose tokens flow: the token above (-1) or below (+1) another. */
int lrp_flow_token_beside(const struct lrp_app *app, int token, int step);
/* Parts of a preview. */
void lrp_draw_full_legend(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at,
                          const struct lrp_heat *heat);
void lrp_draw_cursor(const struct lrp_app *app, struct lrp_canvas *canvas, const struct lrp_heat_area *area);
void lrp_draw_read_out(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at);
/* Smallest value, colours, largest value; returns the column behind. */
int lrp_draw_legend(struct lrp_canvas *canvas, struct lrp_rect at, const struct lrp_heat *heat);
/* The key that answers the question in the status line where its letter stands, or 0. */
int lrp_answer_at(const struct lrp_app *app, struct lrp_rect rect, int x, int y);

#endif
