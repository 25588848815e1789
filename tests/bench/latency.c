/* latency.c: how long a key takes to its effect on the screen while a model computes, through a pseudo-terminal; and how long
 * until a cancelled job has let go of the worker.
 *
 *     latency BINARY MODEL INPUT [KEYS]
 *
 * The inspector runs on a terminal of 120x40 and computes relevance under ever new composites; meanwhile j and k are pressed,
 * one at a time, and the time is taken until the number of the row ("7 of 23") stands on the screen. Only keys whose screen
 * shows a job at work count. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <vterm.h>

#include "lrpscope/session.h"

enum { COLUMNS_ = 120, ROWS_ = 40, KEYS = 500, PATIENCE_MS = 20000, PER_JOB = 25, CANCELS = 40 };

struct terminal {
    int fd;
    pid_t pid;
    VTerm *vterm;
    VTermScreen *cells;
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool open_terminal(struct terminal *t, char *const arguments[])
{
    struct winsize size = {.ws_col = COLUMNS_, .ws_row = ROWS_};
    t->vterm = vterm_new(ROWS_, COLUMNS_);
    vterm_set_utf8(t->vterm, 1);
    t->cells = vterm_obtain_screen(t->vterm);
    vterm_screen_enable_altscreen(t->cells, 1);
    vterm_screen_reset(t->cells, 1);
    t->pid = forkpty(&t->fd, NULL, NULL, &size);
    if (t->pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        execv(arguments[0], arguments);
        _exit(127);
    }
    return t->pid > 0;
}

/* Feeds what has come, waiting at most `ms`; false at the end. */
static bool pump(struct terminal *t, int ms)
{
    char bytes[16384];
    struct pollfd fd = {.fd = t->fd, .events = POLLIN};
    if (poll(&fd, 1, ms) <= 0) return true;
    const ssize_t n = read(t->fd, bytes, sizeof bytes);
    if (n > 0) vterm_input_write(t->vterm, bytes, (size_t)n);
    return n > 0;
}

static void row_text(struct terminal *t, int row, char line[COLUMNS_ * 6 + 1])
{
    const VTermRect rect = {.start_row = row, .end_row = row + 1, .start_col = 0, .end_col = COLUMNS_};
    line[vterm_screen_get_text(t->cells, line, (size_t)COLUMNS_ * 6, rect)] = 0;
}
static bool status_holds(struct terminal *t, const char *text)
{
    char line[COLUMNS_ * 6 + 1];
    row_text(t, ROWS_ - 2, line);
    return strstr(line, text) != NULL;
}

static bool wait_status(struct terminal *t, const char *text, bool there)
{
    const double until = now_ms() + PATIENCE_MS;
    while (status_holds(t, text) != there && now_ms() < until)
        if (!pump(t, 50)) return false;
    return status_holds(t, text) == there;
}

static void type(struct terminal *t, const char *keys)
{
    if (write(t->fd, keys, strlen(keys)) < 0) perror("write");
}

/* What stood there instead of what was waited for. */
static void print_screen(struct terminal *t)
{
    char line[COLUMNS_ * 6 + 1];
    for (int row = 0; row < ROWS_; row++) {
        row_text(t, row, line);
        fprintf(stderr, "|%s\n", line);
    }
}

/* Presses one key; the time until the row's number is there, or -1. */
static double press(struct terminal *t, const char *key, int row, int rows)
{
    char wanted[32];
    snprintf(wanted, sizeof wanted, " %d of %d", row + 1, rows);
    const double from = now_ms();
    type(t, key);
    while (!status_holds(t, wanted))
        if (!pump(t, 1000) || now_ms() - from > PATIENCE_MS) return -1;
    return now_ms() - from;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *what, double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    printf("%-36s %4d times: median %.1f  99th percentile %.1f  worst %.1f ms\n", what, count, values[count / 2],
           values[count * 99 / 100], values[count - 1]);
}

/* ---- keys ---- */

static int rows_of(struct terminal *t)
{
    char line[COLUMNS_ * 6 + 1];
    row_text(t, ROWS_ - 2, line);
    const char *at = strstr(line, " 1 of ");
    return at ? (int)strtol(at + strlen(" 1 of "), NULL, 10) : 0;
}

static int measure_keys(char *binary, char *model, char *input, int keys)
{
    char *const arguments[] = {binary, model, input, NULL};
    struct terminal t;
    double *values = calloc((size_t)keys + 1, sizeof *values), cancel[CANCELS];
    char command[64];
    int count = 0, cancels = 0, row = 0, step = 1;
    if (!values || !open_terminal(&t, arguments) || !wait_status(&t, " 1 of ", true) || !wait_status(&t, " ms", true)) {
        print_screen(&t);
        free(values);
        return 1;
    }
    const int rows = rows_of(&t);
    for (int job = 1; count < keys && job < 10 * keys; job++) {
        snprintf(command, sizeof command, ":set composite epsilon(%d.%03d)\r", job / 1000, job % 1000);
        type(&t, command);
        if (!wait_status(&t, "^C cancel", true)) {
            print_screen(&t);
            break;
        }
        for (int i = 0; i < PER_JOB && count < keys && status_holds(&t, "^C cancel"); i++) {
            step = row + step < 0 || row + step >= rows ? -step : step;
            row += step;
            const double took = press(&t, step > 0 ? "j" : "k", row, rows);
            if (took < 0) return 1;
            values[count++] = took;
            pump(&t, 7); /* the pace of a held key */
        }
        if (status_holds(&t, "^C cancel") && cancels < CANCELS) { /* shown at once */
            const double from = now_ms();
            type(&t, "\003");
            wait_status(&t, "^C cancel", false);
            cancel[cancels++] = now_ms() - from;
        }
    }
    type(&t, "Q");
    while (pump(&t, 1000) && waitpid(t.pid, NULL, WNOHANG) == 0)
        ;
    if (count > 0) report("key to screen while computing", values, count);
    if (cancels > 0) report("^C to its effect on the screen", cancel, cancels);
    free(values);
    vterm_free(t.vterm);
    close(t.fd);
    return count > 0 ? 0 : 1;
}

/* ---- cancelling ---- */

static void sleep_ms(double ms)
{
    const struct timespec t = {(time_t)(ms / 1e3), (long)((ms - 1e3 * (double)(long)(ms / 1e3)) * 1e6)};
    nanosleep(&t, NULL);
}

/* At moments spread over a pass: the time from asking to stop until the worker is free. */
static int measure_cancel(const char *model, const char *input, bool forward)
{
    struct lrp_settings *settings = NULL;
    struct lrp_session *session = NULL;
    struct lrp_error err;
    double values[CANCELS], whole = 0;
    enum lrp_status status = lrp_settings_new(&settings, &err);
    status = status ? status : lrp_session_open(model, settings, &session, &err);
    status = status ? status : lrp_session_set_input(session, NULL, input, &err);
    status = status ? status : lrp_session_run(session, LRP_WANT_RELEVANCE, &err); /* everything is prepared */
    for (int i = -1; i < CANCELS && !status; i++) {
        char rule[32];
        snprintf(rule, sizeof rule, "epsilon(0.%03d)", i + 10);
        status = lrp_settings_set(settings, LRP_SETTING_COMPOSITE, rule, &err);
        status = status ? status : lrp_session_apply(session, settings, &err);
        if (forward) status = status ? status : lrp_session_forget(session, &err);
        double from = now_ms();
        status = status ? status : lrp_session_start(session, LRP_WANT_RELEVANCE, NULL, NULL, &err);
        if (status) break;
        if (i >= 0) {
            sleep_ms(whole * (i + 0.5) / CANCELS);
            from = now_ms();
            lrp_session_cancel(session);
        }
        lrp_session_wait(session);
        if (i < 0)
            whole = now_ms() - from;
        else
            values[i] = now_ms() - from;
    }
    lrp_session_free(session);
    lrp_settings_free(settings);
    if (status)
        fprintf(stderr, "latency: %s\n", err.message);
    else
        report(forward ? "cancel to free worker, both passes" : "cancel to free worker, relevance", values, CANCELS);
    return status ? 1 : 0;
}

int main(int count, char **arguments)
{
    if (count < 4) {
        fprintf(stderr, "latency BINARY MODEL INPUT [KEYS]\n");
        return 2;
    }
    const int failed =
        measure_keys(arguments[1], arguments[2], arguments[3], count > 4 ? (int)strtol(arguments[4], NULL, 10) : KEYS);
    return failed || measure_cancel(arguments[2], arguments[3], false) || measure_cancel(arguments[2], arguments[3], true);
}
