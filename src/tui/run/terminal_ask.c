/* terminal_ask.c: what a terminal says of itself, see terminal_ask.h. */
#include "terminal_ask.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { LRP_ANSWER_MS = 120 };

/* ---- what an answer says ---- */

/* Of "rgb:RRRR/GGGG/BBBB", each of one to four digits: brighter than the middle. */
static bool parse_light(const char *text, bool *light)
{
    static const double weights[3] = {.2126, .7152, .0722};
    double sum = 0;
    if (strncmp(text, "rgb:", 4) != 0) return false;
    text += 4;
    for (int i = 0; i < 3; i++) {
        char *end;
        const unsigned long part = strtoul(text, &end, 16);
        const long digits = end - text;
        if (digits < 1 || digits > 4 || (i < 2 && *end != '/')) return false;
        sum += weights[i] * (double)part / (double)((1UL << (4 * digits)) - 1);
        text = end + 1;
    }
    *light = sum > .5;
    return true;
}

static void take_background(const char *text, struct lrp_terminal_answers *to)
{
    to->background = parse_light(text, &to->light) || to->background;
}
static void take_name(const char *text, struct lrp_terminal_answers *to)
{
    snprintf(to->name, sizeof to->name, "%.*s", (int)strcspn(text, "\033\a"), text);
}
/* "31;OK": 31 is the number in the question. */
static void take_kitty(const char *text, struct lrp_terminal_answers *to)
{
    to->kitty = strncmp(text, "i=31;OK", 7) == 0 || to->kitty;
}
/* "HEIGHT;WIDTHt" */
static void take_cell(const char *text, struct lrp_terminal_answers *to)
{
    int width, height;
    if (sscanf(text, "%d;%dt", &height, &width) != 2 || width < 1 || height < 1 || width > 1000 || height > 1000) return;
    to->cell_width = width;
    to->cell_height = height;
}
static void take_registers(const char *text, struct lrp_terminal_answers *to)
{
    const int count = atoi(text);
    to->registers = count > 1 ? count : to->registers;
}
/* "WIDTH;HEIGHTS" */
static void take_largest(const char *text, struct lrp_terminal_answers *to)
{
    int width, height;
    if (sscanf(text, "%d;%dS", &width, &height) != 2 || width < 1 || height < 1) return;
    to->sixel_width = width;
    to->sixel_height = height;
}
/* DA1, "62;4;22c": 4 stands for sixel. Every terminal answers it, and it is asked last. */
static void take_attributes(const char *text, struct lrp_terminal_answers *to)
{
    for (const char *at = text; at; at = strchr(at, ';') ? strchr(at, ';') + 1 : NULL)
        if (at != text && at[0] == '4' && (at[1] == ';' || at[1] == 'c')) to->sixel = true;
    to->done = true;
}

/* How answers begin, and what takes the rest of them; those with a letter at the end, which others begin like, have it here. */
static const struct {
    const char *begins;
    char ends; /* 0: whatever ends it */
    void (*take)(const char *text, struct lrp_terminal_answers *to);
} kinds[] = {
    {"\033]11;", 0, take_background}, {"\033P>|", 0, take_name},           {"\033_G", 0, take_kitty},
    {"\033[6;", 't', take_cell},      {"\033[?1;0;", 'S', take_registers}, {"\033[?2;0;", 'S', take_largest},
    {"\033[?", 'c', take_attributes},
};

/* ---- finding answers among keys ---- */

/* "ESC ] ... ST" and the like, which a BEL may end too. */
static int string_length(const char *at, size_t left)
{
    for (size_t i = 2; i < left; i++) {
        if (at[i] == '\a') return (int)i + 1;
        if (at[i] == '\033' && i + 1 < left) return at[i + 1] == '\\' ? (int)i + 2 : 0;
    }
    return -1;
}

/* "ESC [ ? 1 ; 2 c", "ESC [ 6 ; 16 ; 8 t": keys end in other letters. */
static int sequence_length(const char *at, size_t left)
{
    size_t i = left > 2 && at[2] == '?' ? 3 : 2;
    const bool asked = i == 3;
    while (i < left && (at[i] == ';' || (at[i] >= '0' && at[i] <= '9'))) i++;
    if (i == left) return -1;
    return at[i] == 't' || (asked && (at[i] == 'c' || at[i] == 'S')) ? (int)i + 1 : 0;
}

int lrp_answer_length(const char *at, size_t left)
{
    if (left < 2 || at[0] != '\033') return 0;
    if (at[1] == ']' || at[1] == '_' || at[1] == 'P') return string_length(at, left);
    return at[1] == '[' && left > 2 ? sequence_length(at, left) : at[1] == '[' ? -1 : 0;
}

void lrp_answer_take(const char *bytes, size_t count, struct lrp_terminal_answers *to)
{
    char answer[sizeof((struct lrp_typed *)0)->bytes + 1];
    snprintf(answer, sizeof answer, "%.*s", (int)count, bytes);
    for (size_t k = 0; count && k < sizeof kinds / sizeof *kinds; k++) {
        const size_t begins = strlen(kinds[k].begins);
        if (strncmp(answer, kinds[k].begins, begins) != 0) continue;
        if (kinds[k].ends && bytes[count - 1] != kinds[k].ends) continue;
        kinds[k].take(answer + begins, to);
        return;
    }
}

/* Takes the answers out of what was read; what is none stays, moved together. */
static void take_answers(struct lrp_typed *typed, struct lrp_terminal_answers *to)
{
    size_t kept = 0;
    for (size_t i = 0; i < typed->count;) {
        const int length = lrp_answer_length(typed->bytes + i, typed->count - i);
        if (length <= 0) {
            typed->bytes[kept++] = typed->bytes[i++];
            continue;
        }
        lrp_answer_take(typed->bytes + i, (size_t)length, to);
        i += (size_t)length;
    }
    typed->count = kept;
}

/* ---- asking ---- */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool write_question(int out, const char *question)
{
    const size_t length = strlen(question);
    return write(out, question, length) == (ssize_t)length;
}

/* Terminals that do not know a kitty picture show the question: only those that say their name, which are new, are asked. One
 * of one pixel, not to be shown; attributes, which mark the end. */
bool lrp_terminal_ask_more(int out, struct lrp_terminal_answers *answers)
{
    if (!*answers->name || answers->asked_more || answers->tmux) return false;
    answers->asked_more = true;
    return write_question(out, "\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\\033[c");
}

void lrp_terminal_ask(int in, int out, bool pixels, struct lrp_terminal_answers *answers, struct lrp_typed *typed)
{
    struct termios before, modes;
    *answers = (struct lrp_terminal_answers){.name = ""};
    typed->count = 0;
    if (tcgetattr(in, &before)) return;
    modes = before;
    modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    modes.c_cc[VMIN] = 0;
    modes.c_cc[VTIME] = 0;
    if (tcsetattr(in, TCSANOW, &modes)) return;
    const int64_t until = now_ms() + LRP_ANSWER_MS;
    /* background; name, cell, colours and size of sixel pictures; attributes */
    bool wrote =
        write_question(out, pixels ? "\033]11;?\033\\\033[>0q\033[16t\033[?1;1;0S\033[?2;1;0S\033[c" : "\033]11;?\033\\\033[c");
    for (int64_t left; wrote && !answers->done && (left = until - now_ms()) > 0;) {
        struct pollfd fd = {.fd = in, .events = POLLIN};
        const int ready = poll(&fd, 1, (int)left);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0 || typed->count == sizeof typed->bytes) break;
        const ssize_t got = read(in, typed->bytes + typed->count, sizeof typed->bytes - typed->count);
        if (got <= 0) break;
        typed->count += (size_t)got;
        take_answers(typed, answers);
        if (answers->done && pixels && !getenv("TMUX") && lrp_terminal_ask_more(out, answers)) answers->done = false;
    }
    tcsetattr(in, TCSANOW, &before);
}
