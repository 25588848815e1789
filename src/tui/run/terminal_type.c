/* terminal_type.c: which terminal is used, and which entry of terminfo describes it best, see terminal_type.h. */
#include "terminal_type.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "terminal_entry.h"

static bool starts_with(const char *text, const char *begin)
{
    return strncmp(text, begin, strlen(begin)) == 0;
}

/* Whether colours are to be red, green and blue: asked for, or promised by COLORTERM. */
static bool wants_direct(const char *color)
{
    const char *truecolor = getenv("COLORTERM");
    if (color && strcmp(color, "auto") != 0) return strcmp(color, "direct") == 0;
    return truecolor && (strcmp(truecolor, "truecolor") == 0 || strcmp(truecolor, "24bit") == 0);
}

/* Terminals whose keys are others than xterm's, or that have no colours of that kind whatever COLORTERM says. */
static bool is_like_xterm(const char *type)
{
    static const char *const others[] = {"linux", "vt1", "vt2", "vt3", "vt4", "vt5", "rxvt", "ansi", "cons", "sun", "wsvt"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (starts_with(type, others[i])) return false;
    return true;
}

static bool is_direct(const char *type)
{
    static const char end[] = "-direct";
    const size_t length = strlen(type), least = sizeof end - 1;
    return length > least && strcmp(type + length - least, end) == 0;
}

/* The installed entry of the same family with direct colour; else the one built in, which serves all that are like xterm. */
static const char *direct_type(const char *type, lrp_terminal_look_up *look_up)
{
    static const char *const families[][2] = {{"xterm-256color", "xterm-direct"}, {"tmux-256color", "tmux-direct"},
                                              {"xterm-kitty", "kitty-direct"},    {"konsole-256color", "konsole-direct"},
                                              {"vte-256color", "vte-direct"},     {"st-256color", "st-direct"},
                                              {"alacritty", "alacritty-direct"},  {"foot", "foot-direct"}};
    bool moves;
    if (is_direct(type)) return type;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strcmp(type, families[i][0]) == 0 && look_up(families[i][1], &moves) && moves) return families[i][1];
    const char *own = is_like_xterm(type) ? lrp_terminal_entry_use(true) : NULL;
    return own ? own : type;
}

const char *lrp_terminal_type(const char *type, const char *color, lrp_terminal_look_up *look_up, char *note, size_t size)
{
    const bool direct = wants_direct(color), named = type && *type;
    bool moves;
    snprintf(note, size, "%s", "");
    if (named && look_up(type, &moves)) return !moves ? NULL : direct ? direct_type(type, look_up) : type;
    if (named) snprintf(note, size, "terminal type %.60s is not known here: taken for one like xterm", type);
    return lrp_terminal_entry_use(direct || (named && is_direct(type)));
}

bool lrp_terminal_answers(const char *type, const char *color)
{
    return type && is_like_xterm(type) && lrp_color_mode_of(color, getenv("NO_COLOR"), 256, 1 << 16) != LRP_COLOR_MONO;
}

/* An entry lies in a folder called by the first letter of its name, or by that letter's number. */
static bool is_odd_in(const char *folder, size_t length, const char *type)
{
    char letter[8], number[8];
    snprintf(letter, sizeof letter, "%c", *type);
    snprintf(number, sizeof number, "%02x", (unsigned)(unsigned char)*type);
    const char *const names[] = {letter, number};
    bool odd = false;
    for (size_t i = 0; i < sizeof names / sizeof *names && length > 0; i++) {
        char path[4096];
        struct stat entry;
        const int written = snprintf(path, sizeof path, "%.*s/%s/%s", (int)length, folder, names[i], type);
        odd |= written > 0 && (size_t)written < sizeof path && !stat(path, &entry) && !S_ISREG(entry.st_mode);
    }
    return odd;
}

bool lrp_terminfo_is_odd(const char *type)
{
    enum { LONGEST = 4000 }; /* others are no folders */
    const char *const one = getenv("TERMINFO"), *const home = getenv("HOME"), *list = getenv("TERMINFO_DIRS");
    char own[LONGEST + 16] = "";
    if (!*type || strchr(type, '/')) return false;
    if (home && strlen(home) < LONGEST) snprintf(own, sizeof own, "%s/.terminfo", home);
    bool odd = is_odd_in(own, strlen(own), type) || (one && strlen(one) < LONGEST && is_odd_in(one, strlen(one), type));
    while (!odd && list && *list) {
        const size_t length = strcspn(list, ":");
        odd = length < LONGEST && is_odd_in(list, length, type);
        list += length + (list[length] == ':');
    }
    return odd;
}

char *lrp_terminfo_keep(void)
{
    const char *now = getenv("TERMINFO");
    return now ? strdup(now) : NULL;
}

void lrp_terminfo_put_back(char *before)
{
    if (before)
        setenv("TERMINFO", before, 1);
    else
        unsetenv("TERMINFO");
    free(before);
}

bool lrp_terminal_files(const struct lrp_terminal_options *options, FILE **tty, FILE **in, FILE **out)
{
    *in = options->in ? options->in : isatty(STDIN_FILENO) ? stdin : NULL;
    *out = options->out ? options->out : isatty(STDOUT_FILENO) ? stdout : NULL;
    if (*in && *out) return true;
    const int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    *tty = fd >= 0 ? fdopen(fd, "r+") : NULL;
    if (!*tty && fd >= 0) close(fd);
    *in = *in ? *in : *tty;
    *out = *out ? *out : *tty;
    return *tty != NULL;
}
