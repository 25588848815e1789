/* terminal.h: the terminal: cells out, keys in. term_curses.c is the only file that knows curses. */
#ifndef LRP_TUI_TERMINAL_H
#define LRP_TUI_TERMINAL_H

#include <stdio.h>

#include "canvas.h"
#include "event.h"

struct lrp_terminal;
struct lrp_terminal_options {
    const char *color;  /* auto never 8 256 direct; NULL: auto */
    const char *pixels; /* auto off, or a protocol; NULL: auto */
    bool ascii, mouse;
    const char *type; /* NULL: $TERM */
    FILE *in, *out;   /* NULL: standard input and output where they are terminals, else /dev/tty */
};
/* Takes the terminal over. Errors: LRP_FILE saying why there is no usable terminal. */
enum lrp_status lrp_terminal_open(const struct lrp_terminal_options *options, struct lrp_terminal **out, struct lrp_error *err);
/* Gives the terminal back as it was. NULL is fine. */
void lrp_terminal_close(struct lrp_terminal *terminal);
/* Gives the terminal back while `meanwhile` runs, and takes it again; then everything is to be drawn. */
void lrp_terminal_lend(struct lrp_terminal *terminal, void (*meanwhile)(void));
/* What is to be said of the terminal; "" if nothing is. */
const char *lrp_terminal_note(const struct lrp_terminal *terminal);
struct lrp_caps lrp_terminal_caps(const struct lrp_terminal *terminal);
/* Colours for a light or a dark background; true if that is another than before: then everything is to be drawn again. */
bool lrp_terminal_set_light(struct lrp_terminal *terminal, bool light);
void lrp_terminal_size(const struct lrp_terminal *terminal, int *columns, int *rows);
/* Pixels of a cell as they are now, where the terminal shows pictures; else 0. */
void lrp_terminal_cell(struct lrp_terminal *terminal, int *width, int *height);
int lrp_terminal_fd(const struct lrp_terminal *terminal);
/* The next key, click or change of size that is there already; false if there is none. `lost` gets true when the terminal is
 * gone. */
bool lrp_terminal_read(struct lrp_terminal *terminal, struct lrp_event *event, bool *lost);
/* Shows a canvas; only what changed is written, everything if `all`. */
void lrp_terminal_draw(struct lrp_terminal *terminal, const struct lrp_canvas *canvas, bool all);

/* The colour mode under options and environment, for `colors` colours and `pairs` pairs of the terminal. */
enum lrp_color_mode lrp_color_mode_of(const char *option, const char *no_color, int colors, int pairs);
/* Levels of heatmaps that fit: odd, so that zero has its own. */
int lrp_levels_of(enum lrp_color_mode mode, int pairs);
/* Colours a canvas's palette may have on a terminal with so many pairs: overlays take more than there are levels. */
int lrp_palette_of(int pairs);
/* First pairs of what stands for pictures, and of heatmaps; below lie the styles'. */
enum { LRP_PICTURE_PAIRS = 64, LRP_HEAT_PAIRS = 128 };
/* ASCII only: forced, or the locale's characters are not UTF-8. */
bool lrp_ascii_of(bool forced);
/* COLORFGBG says that the background is light. */
bool lrp_light_of(const char *colorfgbg);

#endif
