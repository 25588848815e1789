/* signals.c: signals, see signals.h. Handlers only set flags, write and put modes back: nothing else is safe there. */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "frames.h"
#include "terminal_size.h"

static const int asking[] = {
    SIGTERM,   SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU,
#ifdef SIGPOLL
    SIGPOLL,
#endif
#ifdef SIGPWR
    SIGPWR,
#endif
#ifdef SIGSTKFLT
    SIGSTKFLT,
#endif
};
static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
enum { LRP_REPORT_PATH = 1024, LRP_STACK = 1 << 16 };
enum { LRP_ASKING = sizeof asking / sizeof *asking, LRP_CRASHES = sizeof crashes / sizeof *crashes };

static struct {
    volatile sig_atomic_t ending, interrupted, resized, stopping, armed;
    int wake_fd, input_fd, output_fd;
    struct termios modes;
    bool has_modes;
    char restore[8192];
    size_t restore_length;
    const char *(*file_at)(const void *address); /* whose file an address lies in, NULL: nobody knows */
    int file_code;
    void (*leaving)(void);               /* NULL: nothing to do */
    const char *(*plugin_running)(void); /* NULL: nobody knows */
    bool blamed;
    struct sigaction old_faults[LRP_CRASHES];
    struct sigaction old_asking[LRP_ASKING], old_crashes[LRP_CRASHES], old_size, old_stop;
    bool watches_size;
    char report[LRP_REPORT_PATH], head[LRP_REPORT_PATH * 2],
        farewell[LRP_REPORT_PATH + 64]; /* made beforehand; "": no report */
} state = {.wake_fd = -1};

static void wake_loop(void)
{
    const int kept = errno;
    if (write(state.wake_fd, "s", 1) < 0) {
        /* the pipe is full: the loop is awake already */
    }
    errno = kept;
}

static void on_asking(int signal)
{
    if (signal == SIGINT)
        state.interrupted = 1;
    else
        state.ending = signal;
    wake_loop();
}

/* Of a size that no screen can have ncurses does not hear: it would ask for memory by the gigabyte. */
static void on_size(int signal)
{
    if (!lrp_extent_fits(lrp_extent_of_terminal(state.output_fd))) return;
    if (state.old_size.sa_handler != SIG_DFL && state.old_size.sa_handler != SIG_IGN) state.old_size.sa_handler(signal);
    state.resized = 1;
    wake_loop();
}

/* ncurses ignores the signal while it draws, unless it finds that somebody else handles it. */
static void on_stop(int signal)
{
    (void)signal;
    state.stopping = 1;
    wake_loop();
}

static void put_text(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0) {
        /* nothing can be done about it here */
    }
}

/* Only calls that are safe in a handler. */
static void write_report(void)
{
    unlink(state.report); /* of an earlier process of this number */
    const int fd = open(state.report, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return;
    put_text(fd, state.head);
    lrp_frames_write(fd);
    close(fd);
    put_text(STDERR_FILENO, state.farewell);
}

void lrp_signals_report(const char *path, const char *model)
{
    lrp_frames_prepare();
    snprintf(state.report, sizeof state.report, "%s", path);
    snprintf(state.head, sizeof state.head, "lrpscope %s crashed\nmodel: %.1000s\n", LRPSCOPE_VERSION, model);
    snprintf(state.farewell, sizeof state.farewell, "\nlrpscope: crashed; the report is in %s\n", state.report);
}

/* A model's file that was cut off while it is open is the file's fault: told in one line, with the exit code of a bad file. */
static void end_if_cut_off(int signal, const siginfo_t *info)
{
    const char *file = signal == SIGBUS && state.file_at ? state.file_at(info->si_addr) : NULL;
    if (!file) return;
    put_text(STDERR_FILENO, "lrpscope: ");
    put_text(STDERR_FILENO, file);
    put_text(STDERR_FILENO, ": the file was cut off while it was open: open it again\n");
    _exit(state.file_code);
}

static void blame_plugin(void)
{
    const char *plugin = state.plugin_running && !state.blamed ? state.plugin_running() : NULL;
    if (!plugin) return;
    state.blamed = true;
    put_text(STDERR_FILENO, "lrpscope: plugin ");
    put_text(STDERR_FILENO, plugin);
    put_text(STDERR_FILENO, ": it crashed\n");
}

static void give_terminal_back(void)
{
    if (write(state.output_fd, state.restore, state.restore_length) < 0) {
        /* nothing can be done about it here */
    }
    if (state.has_modes) tcsetattr(state.input_fd, TCSANOW, &state.modes);
}

/* Threads that share work meet the same fault at once: the first one tells of it, the others stay where they are until all
 * ends. The same thread may come again, on its way to the handlers that were there before. */
static void be_the_first(void)
{
    static atomic_uintptr_t first;
    const uintptr_t self = (uintptr_t)pthread_self();
    uintptr_t found = 0;
    if (!atomic_compare_exchange_strong(&first, &found, self) && found != self)
        for (;;) pause();
}

static void on_crash(int signal, siginfo_t *info, void *context)
{
    (void)context;
    be_the_first();
    if (state.leaving) state.leaving();
    if (state.armed) give_terminal_back();
    end_if_cut_off(signal, info);
    blame_plugin();
    if (state.armed && state.report[0]) write_report();
    for (int i = 0; i < LRP_CRASHES; i++) sigaction(crashes[i], &state.old_crashes[i], NULL);
    raise(signal);
}

/* For every other command: what is half written goes, and the signal does what it does. */
static void on_end(int number)
{
    if (state.leaving) state.leaving();
    signal(number, SIG_DFL);
    raise(number);
}

void lrp_signals_leave(void (*leaving)(void))
{
    struct sigaction action = {.sa_handler = on_end}, before;
    sigemptyset(&action.sa_mask);
    state.leaving = leaving;
    for (int i = 0; i < LRP_ASKING; i++)
        if (sigaction(asking[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL) sigaction(asking[i], &action, NULL);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    be_the_first();
    if (state.leaving) state.leaving();
    end_if_cut_off(number, info);
    blame_plugin();
    for (int i = 0; i < LRP_CRASHES; i++) sigaction(crashes[i], &state.old_faults[i], NULL);
    raise(number);
}

void lrp_signals_blame(const char *(*file_at)(const void *address), int code, const char *(*plugin_running)(void))
{
    state.file_at = file_at;
    state.file_code = code;
    state.plugin_running = plugin_running;
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < LRP_CRASHES; i++) sigaction(crashes[i], &action, &state.old_faults[i]);
}

static void take_stop(void)
{
    struct sigaction action = {.sa_handler = on_stop, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTSTP, &action, &state.old_stop);
    if (state.old_stop.sa_handler == SIG_IGN) sigaction(SIGTSTP, &state.old_stop, NULL); /* nobody would let it go on */
}

void lrp_signals_install(int wake_fd)
{
    struct sigaction action = {.sa_handler = on_asking};
    sigemptyset(&action.sa_mask);
    state.wake_fd = wake_fd;
    state.ending = state.interrupted = state.stopping = 0;
    take_stop();
    for (int i = 0; i < LRP_ASKING; i++) {
        sigaction(asking[i], &action, &state.old_asking[i]);
        if (state.old_asking[i].sa_handler == SIG_IGN) sigaction(asking[i], &state.old_asking[i], NULL); /* as nohup wants */
    }
    /* an overflown stack leaves no room for a handler on it */
    static char stack[LRP_STACK];
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    action.sa_flags = SA_ONSTACK | SA_SIGINFO;
    action.sa_sigaction = on_crash;
    for (int i = 0; i < LRP_CRASHES; i++) sigaction(crashes[i], &action, &state.old_crashes[i]);
}

void lrp_signals_remove(void)
{
    for (int i = 0; i < LRP_ASKING; i++) sigaction(asking[i], &state.old_asking[i], NULL);
    for (int i = 0; i < LRP_CRASHES; i++) sigaction(crashes[i], &state.old_crashes[i], NULL);
    sigaction(SIGTSTP, &state.old_stop, NULL);
    state.wake_fd = -1;
}

bool lrp_signals_waiting(void)
{
    return state.ending || state.interrupted || state.resized || state.stopping;
}

int lrp_signals_ending(void)
{
    return state.ending;
}

bool lrp_signals_interrupted(void)
{
    const bool was = state.interrupted;
    state.interrupted = 0;
    return was;
}

bool lrp_signals_resized(void)
{
    const bool was = state.resized;
    state.resized = 0;
    return was;
}

bool lrp_signals_stopping(void)
{
    const bool was = state.stopping;
    state.stopping = 0;
    return was;
}

void lrp_signals_stop(void)
{
    signal(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    take_stop();
}

void lrp_signals_arm(int input_fd, int output_fd)
{
    state.input_fd = input_fd;
    state.output_fd = output_fd;
    state.restore_length = 0;
    state.has_modes = tcgetattr(input_fd, &state.modes) == 0;
    state.armed = 1;
}

void lrp_signals_keep(char byte)
{
    if (state.restore_length < sizeof state.restore) state.restore[state.restore_length++] = byte;
}

void lrp_signals_watch_size(void)
{
    struct sigaction action = {.sa_handler = on_size};
    sigemptyset(&action.sa_mask);
    if (state.wake_fd >= 0) state.watches_size = sigaction(SIGWINCH, &action, &state.old_size) == 0;
}

void lrp_signals_disarm(void)
{
    state.armed = 0;
    if (state.watches_size) sigaction(SIGWINCH, &state.old_size, NULL);
    state.watches_size = false;
}
