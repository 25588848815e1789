/* term_curses.c: the terminal by ncurses, see terminal.h: opening it, what it shows, closing it. Main thread only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "signals.h"
#include "term_curses.h"
#include "terminal_size.h"
#include "terminal_type.h"
#include "tui.h"

/* One for every level above another, and what is no number. */
static const size_t heat_pairs = (size_t)(LRP_PALETTE_MAX + 2) * (LRP_PALETTE_MAX + 2);

/* ---- opening ---- */

/* Whether a type is known, and whether it can move the cursor ("dumb" cannot). */
static bool look_up(const char *type, bool *moves)
{
    int problem = 0;
    *moves = false;
    if (!type || lrp_terminfo_is_odd(type) || setupterm(type, STDOUT_FILENO, &problem) != OK) return false;
    *moves = cursor_address && cursor_address != (char *)-1;
    del_curterm(cur_term);
    return true;
}
bool lrp_tui_has_lines_only(void)
{
    bool moves;
    return look_up(getenv("TERM"), &moves) && !moves;
}

/* What a crash writes: made now, because then only write() may be called. */
static int keep_byte(int byte)
{
    lrp_signals_keep((char)byte);
    return byte;
}
static void keep_restore_strings(bool mouse)
{
    const char *const strings[] = {exit_attribute_mode, cursor_normal, keypad_local, exit_ca_mode};
    for (const char *s = mouse ? "\033[?1000l\033[?1002l\033[?1003l\033[?1006l" : ""; *s; s++) keep_byte(*s);
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        if (strings[i] && strings[i] != (char *)-1) tputs(strings[i], 1, keep_byte);
}

static void make_style_pairs(const struct lrp_terminal *t)
{
    const bool defaults = use_default_colors() == OK;
    for (int i = 0; i < LRP_STYLE_COUNT && t->caps.mode != LRP_COLOR_MONO; i++) {
        const struct lrp_look look = lrp_theme_look((enum lrp_style)i, t->caps.mode, t->caps.light);
        init_extended_pair(i + 1, look.fg < 0 && !defaults ? COLOR_WHITE : look.fg,
                           look.bg < 0 && !defaults ? COLOR_BLACK : look.bg);
    }
}

bool lrp_terminal_set_light(struct lrp_terminal *t, bool light)
{
    if (t->caps.light == light) return false;
    t->caps.light = light;
    make_style_pairs(t);
    return true;
}

/* ^Z comes as a key, which the keymap may give to something else. */
static void take_suspend_key(int fd)
{
    struct termios modes;
    if (tcgetattr(fd, &modes) != 0) return;
    modes.c_cc[VSUSP] = _POSIX_VDISABLE;
    if (tcsetattr(fd, TCSANOW, &modes) == 0) def_prog_mode(); /* so that ncurses sets it again when the program goes on */
}

/* Keys that terminals like xterm send besides those of its entry: tmux, screen, PuTTY, rxvt. */
static void define_keys(void)
{
    static const struct {
        const char *bytes;
        int key;
    } keys[] = {{"\033[1~", KEY_HOME}, {"\033[4~", KEY_END}, {"\033[7~", KEY_HOME}, {"\033[8~", KEY_END},
                {"\033[H", KEY_HOME},  {"\033[F", KEY_END},  {"\033OH", KEY_HOME},  {"\033OF", KEY_END}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!key_defined(keys[i].bytes)) define_key(keys[i].bytes, keys[i].key);
}

static void set_up(struct lrp_terminal *t, const struct lrp_terminal_options *options)
{
    cbreak();
    noqiflush(); /* else ^C throws away what is on its way to the screen, which ncurses takes for shown */
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(25);
    define_keys();
    take_suspend_key(t->fd);
    curs_set(0);
    t->caps.mode = lrp_color_mode_of(options->color, getenv("NO_COLOR"), tigetnum("colors"), tigetnum("pairs"));
    if (t->caps.mode != LRP_COLOR_MONO && (!has_colors() || start_color() != OK)) t->caps.mode = LRP_COLOR_MONO;
    t->caps.levels = lrp_levels_of(t->caps.mode, COLOR_PAIRS);
    t->caps.palette = lrp_palette_of(COLOR_PAIRS);
    t->caps.ascii = lrp_ascii_of(options->ascii);
    t->caps.light = t->caps.light_terminal = lrp_light_of(getenv("COLORFGBG"));
    make_style_pairs(t);
    if (options->mouse) {
        mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
        mouseinterval(0);
    }
    keep_restore_strings(options->mouse);
}

/* What was typed while the terminal was asked is read first. */
static void give_back(const struct lrp_typed *typed)
{
    for (size_t i = typed->count; i-- > 0;)
        if ((unsigned char)typed->bytes[i] >= ' ' || typed->bytes[i] == '\r') ungetch((unsigned char)typed->bytes[i]);
}

static enum lrp_status cannot_move(const char *type, struct lrp_error *err)
{
    return lrp_fail(err, LRP_FILE,
                    "terminal type '%s' cannot move the cursor: set TERM, e.g. to xterm-256color, or use --json or --linear",
                    type ? type : "");
}

static enum lrp_status too_large(struct lrp_extent extent, struct lrp_error *err)
{
    return lrp_fail(
        err, LRP_FILE,
        "the terminal says it has %ld columns and %ld rows, which no screen has: set another size, e.g. by stty cols 120 "
        "rows 40, or use --json or --linear",
        extent.columns, extent.rows);
}

enum lrp_status lrp_terminal_open(const struct lrp_terminal_options *options, struct lrp_terminal **out, struct lrp_error *err)
{
    struct lrp_terminal *t = calloc(1, sizeof *t);
    char *const terminfo = lrp_terminfo_keep();
    struct lrp_typed typed = {.count = 0};
    FILE *in, *output;
    if (!t) {
        free(terminfo);
        return lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    if (!lrp_terminal_files(options, &t->tty, &in, &output)) {
        free(t);
        free(terminfo);
        return lrp_fail(err, LRP_FILE, "no terminal: neither standard input and output nor /dev/tty is one");
    }
    t->fd = fileno(in);
    lrp_signals_arm(t->fd, fileno(output));
    const char *const named = options->type ? options->type : getenv("TERM");
    /* newterm leaks on types it does not know */
    const char *const type = lrp_terminal_type(named, options->color, look_up, t->note, sizeof t->note);
    const bool pixels = !options->pixels || strcmp(options->pixels, "off") != 0;
    if (type && lrp_terminal_answers(named, options->color) && isatty(fileno(output))) {
        lrp_terminal_ask(t->fd, fileno(output), pixels, &t->answers, &typed);
        if (pixels) lrp_tmux_ask(&t->answers);
    }
    const struct lrp_extent extent = lrp_extent_asked(fileno(output));
    t->made = calloc(heat_pairs, sizeof *t->made);
    t->screen = type && t->made && lrp_extent_fits(extent) ? newterm(type, output, in) : NULL;
    lrp_terminfo_put_back(terminfo);
    if (!t->screen) {
        const bool made = t->made;
        lrp_terminal_close(t);
        return !type ? cannot_move(named, err)
               : !lrp_extent_fits(extent)
                   ? too_large(extent, err)
                   : lrp_fail(err, LRP_MEMORY, "not enough memory for %s", made ? "a screen" : "colours");
    }
    set_up(t, options);
    t->asked_pixels = options->pixels;
    t->output = fileno(output);
    lrp_term_set_up_pixels(t);
    if (t->answers.background) {
        t->caps.light_terminal = t->answers.light;
        lrp_terminal_set_light(t, t->answers.light);
    }
    give_back(&typed);
    lrp_signals_watch_size();
    *out = t;
    return LRP_OK;
}

void lrp_terminal_close(struct lrp_terminal *t)
{
    if (!t) return;
    if (t->screen) {
        lrp_pixels_clear(&t->pixels);
        mousemask(0, NULL);
        curs_set(1);
        if (!tigetstr((char *)"rmcup")) { /* no other screen to go back to: what was drawn must not stay below the prompt */
            erase();
            refresh();
        }
        endwin();
        delscreen(t->screen);
    }
    lrp_signals_disarm();
    if (t->tty) fclose(t->tty);
    lrp_canvas_free(&t->shown);
    free(t->made);
    free(t);
}

void lrp_terminal_lend(struct lrp_terminal *t, void (*meanwhile)(void))
{
    lrp_pixels_clear(&t->pixels);
    def_prog_mode();
    endwin();
    meanwhile();
    reset_prog_mode();
    refresh(); /* takes the screen again, and notes whether its size is another now */
}

struct lrp_caps lrp_terminal_caps(const struct lrp_terminal *t)
{
    return t->caps;
}
int lrp_terminal_fd(const struct lrp_terminal *t)
{
    return t->fd;
}
void lrp_terminal_size(const struct lrp_terminal *t, int *columns, int *rows)
{
    (void)t;
    getmaxyx(stdscr, *rows, *columns);
}

const char *lrp_terminal_note(const struct lrp_terminal *t)
{
    return t->note;
}

/* ---- output ---- */

static int color_of(const struct lrp_terminal *t, const struct lrp_canvas *canvas, int level)
{
    if (level == LRP_LEVEL_NONE) return -1;
    const int32_t rgb = level == LRP_LEVEL_INVALID ? canvas->invalid : canvas->palette[level - 1];
    return t->caps.mode == LRP_COLOR_DIRECT ? lrp_direct_rgb(rgb) : lrp_nearest_256(rgb);
}

/* Pairs are made once, when first needed, until the palette changes. */
static int heat_pair(struct lrp_terminal *t, const struct lrp_canvas *canvas, const struct lrp_cell *cell)
{
    const int side = t->caps.palette + 2, upper = cell->upper == LRP_LEVEL_INVALID ? side - 1 : cell->upper;
    const int index = upper * side + (cell->lower == LRP_LEVEL_INVALID ? side - 1 : cell->lower);
    if (!t->made[index]) {
        init_extended_pair(LRP_HEAT_PAIRS + index, color_of(t, canvas, cell->upper), color_of(t, canvas, cell->lower));
        t->made[index] = true;
    }
    return LRP_HEAT_PAIRS + index;
}

static attr_t attributes_of(int attributes)
{
    return (attributes & LRP_BOLD ? A_BOLD : 0) | (attributes & LRP_UNDERLINE ? A_UNDERLINE : 0) |
           (attributes & LRP_REVERSE ? A_REVERSE : 0);
}

static void put_cell(struct lrp_terminal *t, const struct lrp_canvas *canvas, const struct lrp_cell *cell, int x, int y)
{
    const wchar_t text[2 + LRP_ACCENTS_MOST] = {(wchar_t)cell->rune, (wchar_t)cell->accents[0], (wchar_t)cell->accents[1], 0};
    const bool heat = cell->upper != LRP_LEVEL_NONE;
    const struct lrp_look look = lrp_theme_look((enum lrp_style)cell->style, t->caps.mode, t->caps.light);
    int pair = t->caps.mode == LRP_COLOR_MONO ? 0
               : cell->picture                ? LRP_PICTURE_PAIRS + cell->picture - 1
               : heat                         ? heat_pair(t, canvas, cell)
                                              : cell->style + 1;
    cchar_t out;
    if (setcchar(&out, text, heat ? 0 : attributes_of(look.attributes), 0, &pair) == OK) mvadd_wch(y, x, &out);
}

static bool same_cell(const struct lrp_cell *a, const struct lrp_cell *b)
{
    return a->rune == b->rune && a->style == b->style && a->upper == b->upper && a->lower == b->lower &&
           a->picture == b->picture && memcmp(a->accents, b->accents, sizeof a->accents) == 0;
}

static bool same_palette(const struct lrp_canvas *a, const struct lrp_canvas *b)
{
    return a->colors == b->colors && a->invalid == b->invalid &&
           memcmp(a->palette, b->palette, (size_t)a->colors * sizeof *a->palette) == 0;
}

/* Makes `shown` fit the canvas; true if nothing on the screen can be kept. */
static bool renew(struct lrp_terminal *t, const struct lrp_canvas *canvas)
{
    const bool resized = t->shown.columns != canvas->columns || t->shown.rows != canvas->rows;
    const bool recolored = canvas->colors > 0 && !same_palette(&t->shown, canvas);
    if (resized && !lrp_canvas_resize(&t->shown, canvas->columns, canvas->rows)) return true;
    if (recolored) memset(t->made, 0, heat_pairs * sizeof *t->made);
    if (recolored) {
        t->shown.colors = canvas->colors;
        t->shown.invalid = canvas->invalid;
        memcpy(t->shown.palette, canvas->palette, sizeof canvas->palette);
    }
    return resized || recolored;
}

/* What stood in them was erased. */
static void redraw_lines(int y, int rows)
{
    wredrawln(stdscr, y, rows);
}

void lrp_terminal_draw(struct lrp_terminal *t, const struct lrp_canvas *canvas, bool all)
{
    const bool anew = renew(t, canvas) || all;
    if (!t->shown.cells) return;
    if (all) clearok(stdscr, TRUE);
    lrp_pixels_begin(&t->pixels, canvas, all, redraw_lines);
    for (int y = 0; y < canvas->rows; y++) {
        for (int x = 0; x < canvas->columns; x++) {
            const size_t at = (size_t)y * (size_t)canvas->columns + (size_t)x;
            const struct lrp_cell cell = lrp_pixels_cell(&t->pixels, canvas, x, y);
            if (cell.rune != 0 && (anew || !same_cell(&cell, &t->shown.cells[at]))) put_cell(t, canvas, &cell, x, y);
            t->shown.cells[at] = cell;
        }
    }
    const bool cursor = canvas->cursor_x >= 0;
    const int x = cursor ? canvas->cursor_x : canvas->columns - 1, y = cursor ? canvas->cursor_y : canvas->rows - 1;
    curs_set(canvas->cursor_shown);
    move(y, x);
    refresh();
    lrp_pixels_end(&t->pixels, canvas, x, y);
}
