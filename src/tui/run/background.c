/* background.c: whether the terminal's background is light, see background.h. */
#include "background.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { LRP_ANSWER_MS = 120 };

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

/* Length of the answer that begins here, 0 if it is none, -1 if its end has not come yet. */
static int answer_length(const char *at, size_t left)
{
    if (left < 2 || at[0] != '\033') return 0;
    if (at[1] == ']') {
        for (size_t i = 2; i < left; i++) {
            if (at[i] == '\a') return (int)i + 1;
            if (at[i] == '\033' && i + 1 < left) return at[i + 1] == '\\' ? (int)i + 2 : 0;
        }
        return -1;
    }
    if (at[1] != '[' || left < 3) return at[1] == '[' ? -1 : 0;
    if (at[2] != '?') return 0;
    for (size_t i = 3; i < left; i++)
        if (at[i] == 'c')
            return (int)i + 1;
        else if (at[i] != ';' && (at[i] < '0' || at[i] > '9'))
            return 0;
    return -1;
}

/* Takes the terminal's answers out of `bytes` (`count` of them; what is no answer stays, moved together): `light` gets what the
 * background is, `known` whether it was told, `done` whether the question behind it (DA1), which every terminal answers, was.
 */
static void take_answers(char *bytes, size_t *count, bool *light, bool *known, bool *done)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count;) {
        const int length = answer_length(bytes + i, *count - i);
        if (length <= 0) {
            bytes[kept++] = bytes[i++];
            continue;
        }
        char answer[64] = "";
        if (length < (int)sizeof answer) memcpy(answer, bytes + i, (size_t)length);
        if (strncmp(answer, "\033]11;", 5) == 0) *known = parse_light(answer + 5, light) || *known;
        if (answer[1] == '[') *done = true;
        i += (size_t)length;
    }
    *count = kept;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool lrp_background_ask(int in, int out, bool *light, struct lrp_typed *typed)
{
    static const char question[] = "\033]11;?\033\\\033[c";
    struct termios before, modes;
    bool known = false, done = false;
    typed->count = 0;
    if (tcgetattr(in, &before)) return false;
    modes = before;
    modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    modes.c_cc[VMIN] = 0;
    modes.c_cc[VTIME] = 0;
    if (tcsetattr(in, TCSANOW, &modes)) return false;
    const int64_t until = now_ms() + LRP_ANSWER_MS;
    bool wrote = write(out, question, sizeof question - 1) == sizeof question - 1;
    for (int64_t left; wrote && !done && (left = until - now_ms()) > 0;) {
        struct pollfd fd = {.fd = in, .events = POLLIN};
        const int ready = poll(&fd, 1, (int)left);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0 || typed->count == sizeof typed->bytes) break;
        const ssize_t got = read(in, typed->bytes + typed->count, sizeof typed->bytes - typed->count);
        if (got <= 0) break;
        typed->count += (size_t)got;
        take_answers(typed->bytes, &typed->count, light, &known, &done);
    }
    tcsetattr(in, TCSANOW, &before);
    return known;
}
