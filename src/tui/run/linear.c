/* linear.c: the inspector without a screen: lines of keys and :commands in, every change said as a line of its own. For screen
 * readers, braille displays and pipes. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "printable.h"
#include "runner.h"
#include "signals.h"

enum { LRP_LINE_MOST = 4096 };
/* What is said: each again when it is another than before. */
enum { LRP_SAID_HEADER, LRP_SAID_TITLE, LRP_SAID_ROW, LRP_SAID_STATUS, LRP_SPOKEN };

struct speaker {
    struct lrp_runner *runner;
    char *said[LRP_SPOKEN];
    char line[LRP_LINE_MOST]; /* what was read of the next line */
    size_t length;
    enum lrp_view view; /* whose columns were said */
    enum lrp_pane pane;
    bool ended; /* nothing more can be read */
};

/* The cells of a row as a text, with one blank where there are several, without mark and frame. Owned by the caller; NULL: no
 * memory. */
static char *row_text(const struct lrp_canvas *canvas, int y, int from, int to)
{
    char *text = malloc((size_t)canvas->columns + 1), *at = text;
    for (int x = from < 0 ? 0 : from; text && y >= 0 && y < canvas->rows && x < to && x < canvas->columns; x++) {
        const struct lrp_cell *cell = &canvas->cells[(size_t)y * (size_t)canvas->columns + (size_t)x];
        const char rune = cell->rune >= 32 && cell->rune < 127 ? (char)cell->rune : cell->rune ? '?' : ' ';
        if (rune == ' ' && (at == text || at[-1] == ' ')) continue;
        if ((rune == '|' || rune == '>') && at == text) continue;
        *at++ = rune;
    }
    while (text && at > text && (at[-1] == ' ' || at[-1] == '|')) at--;
    if (text) *at = 0;
    return text;
}

/* Says a text that is another than before; owns it. */
static void say(struct speaker *s, int which, char *text)
{
    if (!text) return;
    if (*text && (!s->said[which] || strcmp(s->said[which], text) != 0)) lrp_print(stdout, "%s\n", text);
    free(s->said[which]);
    s->said[which] = text;
}

/* The pane, or the menu, that the cursor stands in ends where its row does. */
static int right_of(const struct lrp_app *app, const struct lrp_canvas *canvas)
{
    const struct lrp_layout layout = lrp_app_layout(app);
    for (int i = 0; app->menu.kind == LRP_MENU_NONE && i < LRP_PANE_COUNT; i++) {
        const struct lrp_rect *p = &layout.pane[i];
        if (canvas->cursor_y >= p->y && canvas->cursor_y < p->y + p->rows && canvas->cursor_x >= p->x &&
            canvas->cursor_x < p->x + p->columns)
            return p->x + p->columns;
    }
    return canvas->columns;
}

static void say_changes(struct speaker *s)
{
    struct lrp_runner *runner = s->runner;
    const struct lrp_canvas *canvas = &runner->canvas;
    lrp_app_view(&runner->app, &runner->canvas);
    const struct lrp_layout layout = lrp_app_layout(&runner->app);
    say(s, LRP_SAID_HEADER, row_text(canvas, layout.header.y, 0, canvas->columns));
    if (s->view != runner->app.view || s->pane != runner->app.focus) { /* titles of columns, or of the pane */
        s->view = runner->app.view;
        s->pane = runner->app.focus;
        lrp_print(stdout, "view %s\n", lrp_app_view_row(&runner->app, s->view)->name);
        say(s, LRP_SAID_TITLE, row_text(canvas, layout.body.y, 0, canvas->columns));
    }
    if (canvas->cursor_y > layout.header.y && canvas->cursor_y != layout.status.y)
        say(s, LRP_SAID_ROW, row_text(canvas, canvas->cursor_y, 0, right_of(&runner->app, canvas)));
    say(s, LRP_SAID_STATUS, row_text(canvas, layout.status.y, 0, canvas->columns));
    fflush(stdout);
}

static void drain_wake(const struct lrp_runner *runner)
{
    char bytes[256];
    while (read(runner->wake[0], bytes, sizeof bytes) > 0)
        ;
}

static void take_news(struct lrp_runner *runner)
{
    drain_wake(runner);
    lrp_runner_take_model(runner);
    lrp_runner_take_export(runner, false);
    lrp_runner_take_painting(runner);
    lrp_runner_look(runner);
}

/* An empty line is the Enter key. What cannot be read as keys is said, and nothing happens. */
static void play(struct speaker *s, const char *line)
{
    if (!lrp_runner_play_line(s->runner, *line ? line : "<Enter>"))
        lrp_print(stdout, "no key or command: %s (:help tells the keys; names like <Down>, <C-c>)\n", line);
    /* whoever pipes lines in wants what each comes to */
    if (!isatty(STDIN_FILENO) && s->runner->session) lrp_session_wait(s->runner->session);
    take_news(s->runner);
    say_changes(s);
}

/* Reads what is there and plays the lines that are whole. */
static void read_lines(struct speaker *s)
{
    const ssize_t got = read(STDIN_FILENO, s->line + s->length, sizeof s->line - 1 - s->length);
    if (got <= 0) {
        s->ended = got == 0 || (errno != EINTR && errno != EAGAIN);
        return;
    }
    s->length += (size_t)got;
    for (char *end; !s->runner->quit && (end = memchr(s->line, '\n', s->length)) != NULL;) {
        *end = 0;
        if (end > s->line && end[-1] == '\r') end[-1] = 0;
        play(s, s->line);
        s->length -= (size_t)(end + 1 - s->line);
        memmove(s->line, end + 1, s->length);
    }
    if (s->length == sizeof s->line - 1) {
        lrp_print(stdout, "a line is too long: left out\n");
        s->length = 0;
    }
}

int lrp_runner_speak(struct lrp_runner *runner)
{
    struct speaker s = {.runner = runner, .view = LRP_VIEW_COUNT};
    int code = 0;
    say_changes(&s);
    while (!runner->quit && !s.ended && !code) {
        struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = runner->wake[0], .events = POLLIN}};
        const int ready = poll(fds, 2, -1);
        if (lrp_signals_ending()) code = 128 + lrp_signals_ending();
        if (lrp_signals_interrupted()) {
            struct lrp_event event = {.kind = LRP_EVENT_KEY, .number = 'C' & 0x1F};
            lrp_runner_send(runner, &event);
        }
        if (ready < 0 && errno != EINTR) code = 3;
        if (!code && ready > 0 && fds[1].revents) take_news(runner);
        if (!code && ready > 0 && fds[0].revents) read_lines(&s);
        if (!code && !runner->quit && !lrp_app_busy(&runner->app)) say_changes(&s);
    }
    for (int i = 0; i < LRP_SPOKEN; i++) free(s.said[i]);
    return code;
}
