/* terminal_size.h: how large a terminal says it is, and how large a screen may be. */
#ifndef LRP_TUI_TERMINAL_SIZE_H
#define LRP_TUI_TERMINAL_SIZE_H

#include <stdbool.h>

/* Columns and rows; 0: not said. */
struct lrp_extent {
    long columns, rows;
};
/* As the terminal says. Safe in a signal handler. */
struct lrp_extent lrp_extent_of_terminal(int fd);
/* As curses takes it: LINES and COLUMNS come first. */
struct lrp_extent lrp_extent_asked(int fd);
/* A screen of a million cells takes a hundred megabytes; the largest displays have half as many. Safe in a signal handler. */
bool lrp_extent_fits(struct lrp_extent extent);

#endif
