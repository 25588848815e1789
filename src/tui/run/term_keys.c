/* term_keys.c: what comes from the terminal by ncurses: keys, the mouse, sizes, answers that come late. Main thread only. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "keys.h"
#include "term_curses.h"

/* Terminals far away, or busy, send an answer in pieces: this long after one the next still belongs to it. */
enum { LATE_MS = 1000, LATE_LEAST = 2 };

static int64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void take_late_answer(struct lrp_terminal *t, const char *bytes, size_t count)
{
    lrp_answer_take(bytes, count, &t->answers);
    lrp_terminal_ask_more(t->output, &t->answers);
    if (!t->pixels.protocol) lrp_term_set_up_pixels(t); /* far away terminals are slow to say what they show */
}

/* The begin of an answer is kept until the rest comes. */
static void keep_begin(struct lrp_terminal *t, const char *bytes, size_t count)
{
    memcpy(t->late, bytes, count);
    t->late_count = count;
    t->late_ms = clock_ms();
}

/* Whether a key is one more byte of an answer that has begun. What turns out to be none, or does not go on for a while, is
 * forgotten: no key is longer than what was kept of it. */
static bool goes_on(struct lrp_terminal *t, wint_t code)
{
    const bool may = t->late_count > 0 && t->late_count < sizeof t->late && code < 0x80 && clock_ms() - t->late_ms < LATE_MS;
    if (!may) {
        t->late_count = 0;
        return false;
    }
    t->late[t->late_count++] = (char)code;
    t->late_ms = clock_ms();
    const int length = lrp_answer_length(t->late, t->late_count);
    const size_t count = t->late_count;
    if (length >= 0) t->late_count = 0;
    if (length > 0) take_late_answer(t, t->late, count);
    return length != 0;
}

/* An answer that came later than was waited for. True if it was one, and is read: behind an escape it is taken up to where it
 * turns out to be one or not, and what is none is given back. */
static bool skip_answer(struct lrp_terminal *t)
{
    char bytes[128] = {'\033'};
    size_t count = 1;
    int length = -1;
    wint_t next = 0;
    int got = OK;
    while (length < 0 && count < sizeof bytes && (got = get_wch(&next)) == OK && next < 0x80) {
        bytes[count++] = (char)next;
        length = lrp_answer_length(bytes, count);
    }
    if (length > 0) take_late_answer(t, bytes, count);
    if (length < 0 && count > LATE_LEAST) keep_begin(t, bytes, count);
    if (length > 0 || t->late_count > 0) return true;
    if (got == KEY_CODE_YES) ungetch((int)next);
    if (got == OK && next >= 0x80) unget_wch((wchar_t)next);
    while (count > 1) unget_wch((wchar_t)bytes[--count]);
    return false;
}

static int key_of(wint_t code, bool special)
{
    static const int table[][2] = {{KEY_UP, LRP_KEY_UP},       {KEY_DOWN, LRP_KEY_DOWN},     {KEY_LEFT, LRP_KEY_LEFT},
                                   {KEY_RIGHT, LRP_KEY_RIGHT}, {KEY_PPAGE, LRP_KEY_PAGE_UP}, {KEY_NPAGE, LRP_KEY_PAGE_DOWN},
                                   {KEY_HOME, LRP_KEY_HOME},   {KEY_END, LRP_KEY_END},       {KEY_BACKSPACE, LRP_KEY_BACKSPACE},
                                   {KEY_DC, LRP_KEY_DELETE},   {KEY_BTAB, LRP_KEY_BACK_TAB}, {KEY_ENTER, LRP_KEY_ENTER},
                                   {KEY_F(1), LRP_KEY_F1},     {KEY_F(3), LRP_KEY_F3},       {KEY_F(4), LRP_KEY_F4},
                                   {KEY_F(5), LRP_KEY_F5}};
    if (!special) return code == 127 || code == 8 ? LRP_KEY_BACKSPACE : code == '\n' ? LRP_KEY_ENTER : (int)code;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i][0] == (int)code) return table[i][1];
    return -1;
}

static bool read_mouse(struct lrp_event *event)
{
    MEVENT mouse;
    if (getmouse(&mouse) != OK) return false;
    *event = (struct lrp_event){.kind = LRP_EVENT_MOUSE, .x = mouse.x, .y = mouse.y, .number = LRP_MOUSE_PRESS};
    if (mouse.bstate & BUTTON4_PRESSED)
        event->number = LRP_MOUSE_WHEEL_UP;
    else if (mouse.bstate & BUTTON5_PRESSED)
        event->number = LRP_MOUSE_WHEEL_DOWN;
    return (mouse.bstate & (BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED)) != 0;
}

bool lrp_terminal_read(struct lrp_terminal *t, struct lrp_event *event, bool *lost)
{
    wint_t code;
    for (;;) {
        errno = 0;
        const int got = get_wch(&code);
        if (got == ERR) {
            *lost = errno == EIO || errno == EBADF || errno == ENXIO;
            return false;
        }
        const struct lrp_pixel_protocol *const spoken = t->pixels.protocol;
        const bool answer = got == OK && (goes_on(t, code) || (code == '\033' && skip_answer(t)));
        if ((got == KEY_CODE_YES && code == KEY_RESIZE) || (answer && spoken != t->pixels.protocol)) {
            *event = (struct lrp_event){.kind = LRP_EVENT_RESIZE};
            lrp_terminal_size(t, &event->x, &event->y);
            return true;
        }
        if (got == KEY_CODE_YES && code == KEY_MOUSE) {
            if (read_mouse(event)) return true;
            continue;
        }
        if (answer) continue;
        const int key = key_of(code, got == KEY_CODE_YES);
        if (key > 0) {
            *event = (struct lrp_event){.kind = LRP_EVENT_KEY, .number = key};
            return true;
        }
    }
}
