/* term_pixels.c: pictures of the terminal by ncurses: what it is set up with where it shows some. Main thread only. */
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "signals.h"
#include "term_curses.h"

/* Pixels of a cell: as the terminal answered, else as its size says, else not too many. */
static void measure_cell(struct lrp_terminal *t)
{
    struct winsize size;
    int width = t->answers.cell_width, height = t->answers.cell_height;
    const bool measured = ioctl(t->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    if (measured && size.ws_xpixel >= size.ws_col && size.ws_ypixel >= size.ws_row) { /* it may have changed meanwhile */
        width = size.ws_xpixel / size.ws_col;
        height = size.ws_ypixel / size.ws_row;
    }
    t->pixels.cell_width = width > 0 && height > 0 ? width : 8;
    t->pixels.cell_height = width > 0 && height > 0 ? height : 16;
    if (!t->pixels.protocol) return;
    t->caps.cell_width = t->pixels.cell_width;
    t->caps.cell_height = t->pixels.cell_height;
}

static void make_picture_pairs(const struct lrp_terminal *t)
{
    for (int i = 0; i < LRP_PICTURE_IDS; i++) init_extended_pair(LRP_PICTURE_PAIRS + i, (int)t->pixels.ids[i], -1);
}

/* What lies over cells does not move with them: none are inserted, deleted or scrolled. */
static void keep_cells_still(void)
{
    idcok(stdscr, FALSE);
    change_scroll_region = NULL;
    scroll_forward = scroll_reverse = parm_index = parm_rindex = NULL;
    insert_line = delete_line = parm_insert_line = parm_delete_line = NULL;
}

/* By what the terminal has answered so far. */
void lrp_term_set_up_pixels(struct lrp_terminal *t)
{
    char note[sizeof t->note] = "";
    const struct lrp_pixel_protocol *const protocol =
        t->caps.mode == LRP_COLOR_MONO ? NULL : lrp_pixel_protocol_choose(t->asked_pixels, &t->answers, note, sizeof note);
    lrp_pixels_init(&t->pixels, protocol, &t->answers, t->output, t->caps.mode);
    if (protocol) typeahead(-1); /* cells and pictures change together, whatever is typed meanwhile */
    if (*note) snprintf(t->note, sizeof t->note, "%s", note);
    measure_cell(t);
    if (t->pixels.as_text)
        make_picture_pairs(t);
    else if (protocol)
        keep_cells_still();
    struct lrp_text farewell = {0};
    lrp_pixels_farewell(&t->pixels, &farewell);
    for (size_t i = 0; i < farewell.length; i++) lrp_signals_keep(farewell.data[i]);
    lrp_text_free(&farewell);
}

void lrp_terminal_cell(struct lrp_terminal *t, int *width, int *height)
{
    measure_cell(t);
    *width = t->caps.cell_width;
    *height = t->caps.cell_height;
}
