/* term_curses.h: what the files that speak to ncurses share (term_*.c: no others include curses). */
#ifndef LRP_TUI_TERM_CURSES_H
#define LRP_TUI_TERM_CURSES_H

#define NCURSES_WIDECHAR 1 /* which glibc, but not musl, makes of _GNU_SOURCE */
#include <curses.h>
#include <term.h>
/* macros of term.h */
#undef columns
#undef lines

#include "pixels_place.h"
#include "terminal.h"

struct lrp_terminal {
    SCREEN *screen;
    FILE *tty; /* /dev/tty where it was opened here, or NULL */
    int fd;
    struct lrp_caps caps;
    struct lrp_canvas shown; /* what stands on the screen */
    bool *made;              /* which pairs of heat levels exist */
    char note[160];          /* what is to be said of the terminal, or "" */
    struct lrp_terminal_answers answers;
    const char *asked_pixels; /* borrowed: as the options say */
    int output;
    char late[128]; /* the begin of an answer whose rest is on its way */
    size_t late_count;
    int64_t late_ms; /* when the last byte of it came */
    struct lrp_pixels pixels;
};

/* term_pixels.c: pictures, by what the terminal has answered so far; and the pixels of a cell. */
void lrp_term_set_up_pixels(struct lrp_terminal *t);

#endif
