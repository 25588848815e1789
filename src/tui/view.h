/* view.h: the parts of the screen; each draws into its own rectangle. */
#ifndef LRP_TUI_VIEW_H
#define LRP_TUI_VIEW_H

#include "app.h"
#include "heat.h"

void lrp_view_header(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_status(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_prompt(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
/* What the word being typed could be, in the last rows of the body. */
void lrp_view_completion(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect body);
void lrp_view_keys(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_list(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_check(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_page(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_details(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_preview(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_bars(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect);
void lrp_view_menu(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect body);

/* Where the picture lies in the preview pane; width 0: there is none. */
struct lrp_heat_area lrp_preview_area(const struct lrp_app *app, struct lrp_rect rect);
/* The box of the open menu. */
struct lrp_rect lrp_menu_box(const struct lrp_app *app, struct lrp_rect body);
/* The action of the key bar at a column, or LRP_ACTION_NONE. */
enum lrp_action lrp_keys_at(const struct lrp_app *app, int columns, int x);
/* Title row of a pane. */
void lrp_view_title(struct lrp_canvas *canvas, struct lrp_rect rect, bool focus, const char *text);

#endif
