/* screen.c: a program on a pseudo-terminal, see screen.h. */
#include "screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 10000, ROW_BYTES = 4096 };

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    struct screen *s = user;
    if (property == VTERM_PROP_ALTSCREEN) s->alternate = value->boolean;
    if (property == VTERM_PROP_CURSORVISIBLE) s->cursor = value->boolean;
    return 1;
}

/* A sanitizer's report would be drawn over by the screen: it goes to a file. */
static void keep_report(const char *path)
{
    static const char *const names[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"};
    char options[1024];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *old = getenv(names[i]);
        snprintf(options, sizeof options, "%s%slog_path=%s", old ? old : "", old && *old ? ":" : "", path);
        setenv(names[i], options, 1);
    }
}

static void become(char *const arguments[], const char *variable, const char *report)
{
    keep_report(report);
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("COLORTERM");
    unsetenv("NO_COLOR");
    unsetenv("LINES");
    unsetenv("COLUMNS");
    if (variable) putenv((char *)variable);
    execv(arguments[0], arguments);
    _exit(127);
}

/* What a shell does for a job in the foreground. Does not return. */
static void become_shell(char *const arguments[], const char *variable, const char *report)
{
    sigset_t go;
    int status = 0, which = 0;
    sigemptyset(&go);
    sigaddset(&go, SIGUSR1);
    sigprocmask(SIG_BLOCK, &go, NULL);
    signal(SIGTTOU, SIG_IGN);
    const pid_t job = fork();
    if (job == 0) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpid());
        sigprocmask(SIG_UNBLOCK, &go, NULL);
        signal(SIGTTOU, SIG_DFL);
        become(arguments, variable, report);
    }
    setpgid(job, job);
    while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
        tcsetpgrp(STDIN_FILENO, getpgrp());
        if (write(STDOUT_FILENO, "[stopped]", 9) != 9 || sigwait(&go, &which) != 0) _exit(126);
        tcsetpgrp(STDIN_FILENO, job);
        kill(-job, SIGCONT);
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

typedef void become_fn(char *const arguments[], const char *variable, const char *report);

static void start_with(struct screen *s, become_fn *child, char *const arguments[], int columns, int rows, const char *variable)
{
    static const VTermScreenCallbacks callbacks = {.settermprop = on_property};
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    *s = (struct screen){.columns = columns, .rows = rows, .cursor = true};
    s->bytes = tmpfile();
    snprintf(s->report, sizeof s->report, "%s/lrpscope-report-%d", P_tmpdir, (int)getpid());
    s->vterm = vterm_new(rows, columns);
    vterm_set_utf8(s->vterm, 1);
    s->cells = vterm_obtain_screen(s->vterm);
    vterm_screen_set_callbacks(s->cells, &callbacks, s);
    vterm_screen_enable_altscreen(s->cells, 1);
    vterm_screen_reset(s->cells, 1);
    s->pid = forkpty(&s->fd, NULL, NULL, &size);
    s->child = s->pid;
    if (s->pid == 0) child(arguments, variable, s->report);
    fcntl(s->fd, F_SETFD, FD_CLOEXEC); /* a later program must not keep this terminal open */
}

void screen_start(struct screen *s, char *const arguments[], int columns, int rows, const char *variable)
{
    start_with(s, become, arguments, columns, rows, variable);
}
void screen_start_job(struct screen *s, char *const arguments[], int columns, int rows, const char *variable)
{
    start_with(s, become_shell, arguments, columns, rows, variable);
}
void screen_resume(struct screen *s)
{
    kill(s->pid, SIGUSR1);
}

/* Reads for at most `ms`; false at the end. */
static bool pump(struct screen *s, int ms)
{
    char bytes[8192];
    struct pollfd fd = {.fd = s->fd, .events = POLLIN};
    if (poll(&fd, 1, ms) <= 0) return true;
    const ssize_t n = read(s->fd, bytes, sizeof bytes);
    if (n <= 0) return n < 0 && errno == EINTR;
    vterm_input_write(s->vterm, bytes, (size_t)n);
    if (s->bytes) fwrite(bytes, 1, (size_t)n, s->bytes);
    return true;
}

void screen_pass(struct screen *s, int ms)
{
    const long until = now_ms() + ms;
    for (long left; (left = until - now_ms()) > 0;) pump(s, (int)left);
}

bool screen_wait_full(struct screen *s)
{
    enum { KERNEL_KEEPS = 4095, REST_MS = 200 };
    const long until = now_ms() + WAIT_MS;
    int waiting = 0;
    while (ioctl(s->fd, FIONREAD, &waiting) == 0 && waiting < KERNEL_KEEPS && now_ms() < until) poll(NULL, 0, 1);
    poll(NULL, 0, REST_MS);
    return waiting >= KERNEL_KEEPS;
}

long screen_byte_count(struct screen *s)
{
    return ftell(s->bytes);
}

static void row_text(struct screen *s, int row, char out[ROW_BYTES])
{
    const VTermRect rect = {.start_row = row, .end_row = row + 1, .start_col = 0, .end_col = s->columns};
    out[vterm_screen_get_text(s->cells, out, ROW_BYTES - 1, rect)] = 0;
}

static bool holds(struct screen *s, const char *text)
{
    char row[ROW_BYTES];
    for (int y = 0; y < s->rows; y++) {
        row_text(s, y, row);
        if (strstr(row, text)) return true;
    }
    return false;
}

static bool wait_for(struct screen *s, const char *text, bool there)
{
    const long until = now_ms() + WAIT_MS;
    char row[ROW_BYTES];
    while (holds(s, text) != there && now_ms() < until && pump(s, 50))
        ;
    if (holds(s, text) == there) return true;
    fprintf(stderr, "%s '%s'; the screen:\n", there ? "missing" : "still there:", text);
    for (int y = 0; y < s->rows; y++) {
        row_text(s, y, row);
        fprintf(stderr, "|%s\n", row);
    }
    return false;
}

bool screen_wait(struct screen *s, const char *text)
{
    return wait_for(s, text, true);
}
bool screen_wait_gone(struct screen *s, const char *text)
{
    return wait_for(s, text, false);
}

void screen_type(struct screen *s, const char *bytes)
{
    if (write(s->fd, bytes, strlen(bytes)) < 0) perror("write");
}

void screen_resize(struct screen *s, int columns, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    vterm_set_size(s->vterm, rows, columns);
    s->columns = columns;
    s->rows = rows;
    ioctl(s->fd, TIOCSWINSZ, &size);
}

int screen_count_colored(struct screen *s, unsigned rune)
{
    int count = 0;
    for (int y = 0; y < s->rows; y++) {
        for (int x = 0; x < s->columns; x++) {
            VTermScreenCell cell;
            if (vterm_screen_get_cell(s->cells, (VTermPos){y, x}, &cell) && cell.chars[0] == rune &&
                !VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) && !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg))
                count++;
        }
    }
    return count;
}

bool screen_wait_colored(struct screen *s, unsigned rune, int least)
{
    const long until = now_ms() + WAIT_MS;
    while (screen_count_colored(s, rune) < least && now_ms() < until && pump(s, 50))
        ;
    return screen_count_colored(s, rune) >= least;
}

bool screen_wrote(struct screen *s, const char *part, size_t length)
{
    static char bytes[1 << 22];
    rewind(s->bytes);
    const size_t n = fread(bytes, 1, sizeof bytes, s->bytes);
    fseek(s->bytes, 0, SEEK_END);
    return memmem(bytes, n, part, length) != NULL;
}

/* The sanitizers append the process's number to the name. */
static void report_path(const struct screen *s, char *path, size_t size)
{
    snprintf(path, size, "%s.%d", s->report, (int)s->child);
}

static void print_report(const struct screen *s)
{
    char path[256], line[1024];
    report_path(s, path, sizeof path);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) fputs(line, stderr);
    if (file) fclose(file);
}

bool screen_ends_with(struct screen *s, int wanted)
{
    const int code = screen_end(s);
    char path[256];
    report_path(s, path, sizeof path);
    if (code == wanted && access(path, F_OK) != 0) /* some findings do not change the code */
        return true;
    fprintf(stderr, "exit code %d instead of %d; what the sanitizers say:\n", code, wanted);
    print_report(s);
    return false;
}

int screen_end(struct screen *s)
{
    const long until = now_ms() + WAIT_MS;
    int status = 0;
    while (now_ms() < until) {
        pump(s, 20);
        if (waitpid(s->pid, &status, WNOHANG) == s->pid) {
            while (pump(s, 0) && poll(&(struct pollfd){.fd = s->fd, .events = POLLIN}, 1, 0) > 0)
                ;
            s->pid = 0;
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
    return -1;
}

void screen_free(struct screen *s)
{
    char path[256];
    report_path(s, path, sizeof path);
    unlink(path);
    if (s->pid > 0) {
        kill(s->pid, SIGKILL);
        waitpid(s->pid, NULL, 0);
    }
    close(s->fd);
    vterm_free(s->vterm);
    if (s->bytes) fclose(s->bytes);
}
