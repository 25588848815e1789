/* watch.c: a thread that waits for ^C and SIGTERM while the session computes, and draws the progress bar. */
#include "watch.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "output.h"
#include "progress.h"
#include "signal_wait.h"

struct lrp_cli_watch {
    pthread_t thread;
    pthread_mutex_t mutex; /* session, label, begun */
    sigset_t signals, before;
    struct lrp_session *session;
    const char *label;
    struct timespec begun;
    bool progress, drawn;
    int waits; /* of TICK in a row, since it was asked to end, in which nothing was computed */
    atomic_int signal;
    atomic_bool over;
};

#define STOP_SIGNAL SIGUSR2 /* how lrp_cli_watch_free wakes the thread, which then looks at `over`: anybody may send it */

/* What ends a run, cleanly: nothing half written stays. */
static const int asking[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU};
enum { ASKING = sizeof asking / sizeof *asking };

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec);
}

static void interrupt(struct lrp_cli_watch *watch, int number)
{
    pthread_mutex_lock(&watch->mutex);
    const int code = 128 + number;
    if (!watch->session || atomic_exchange(&watch->signal, number)) { /* nothing to stop, or asked twice */
        lrp_output_leave();
        _exit(code);
    }
    lrp_session_interrupt(watch->session);
    pthread_mutex_unlock(&watch->mutex);
}

static void draw_bar(struct lrp_cli_watch *watch)
{
    pthread_mutex_lock(&watch->mutex);
    if (watch->session && watch->label && seconds_since(&watch->begun) >= 0.5) {
        const struct lrp_snapshot *now = NULL;
        if (!lrp_session_snapshot(watch->session, &now, NULL)) {
            lrp_cli_progress_draw(watch->label, lrp_job_runs(now->job) ? lrp_job_state_name(now->job) : "relevance", now->done,
                                  now->total);
            lrp_snapshot_release(now);
            watch->drawn = true;
        }
    }
    pthread_mutex_unlock(&watch->mutex);
}

enum { TICK = 100 /* ms */, PATIENCE = 20 /* ticks */ };

/* A pass ends soon after it was asked to. What does not end without one waits for something outside, a pipe that nobody writes
 * to: nothing is lost if it is left. */
static void leave_if_stuck(struct lrp_cli_watch *watch)
{
    pthread_mutex_lock(&watch->mutex);
    watch->waits = watch->label ? 0 : watch->waits + 1;
    if (watch->waits >= PATIENCE) {
        lrp_output_leave();
        fputs("lrpscope: interrupted\n", stderr);
        _exit(128 + atomic_load(&watch->signal));
    }
    pthread_mutex_unlock(&watch->mutex);
}

static void *watch_main(void *data)
{
    struct lrp_cli_watch *watch = data;
    for (;;) {
        const bool asked = atomic_load(&watch->signal);
        const int number = lrp_signal_wait(&watch->signals, asked || watch->progress ? TICK : -1);
        if (atomic_load(&watch->over)) return NULL;
        if (number > 0)
            interrupt(watch, number);
        else if (asked)
            leave_if_stuck(watch);
        else if (watch->progress)
            draw_bar(watch);
    }
}

/* What is ignored, as nohup does with SIGHUP, would be waited for all the same. */
static void add_signal(sigset_t *signals, int number)
{
    struct sigaction action;
    if (number == STOP_SIGNAL || sigaction(number, NULL, &action) || action.sa_handler != SIG_IGN) sigaddset(signals, number);
}

enum lrp_status lrp_cli_watch_start(bool progress, struct lrp_cli_watch **out, struct lrp_error *err)
{
    struct lrp_cli_watch *watch = calloc(1, sizeof *watch);
    if (!watch) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    watch->progress = progress && isatty(STDERR_FILENO);
    atomic_init(&watch->signal, 0);
    atomic_init(&watch->over, false);
    pthread_mutex_init(&watch->mutex, NULL);
    sigemptyset(&watch->signals);
    for (int i = 0; i < ASKING; i++) add_signal(&watch->signals, asking[i]);
    pthread_sigmask(SIG_BLOCK, &watch->signals, &watch->before);
    if (pthread_create(&watch->thread, NULL, watch_main, watch)) {
        pthread_sigmask(SIG_SETMASK, &watch->before, NULL);
        pthread_mutex_destroy(&watch->mutex);
        free(watch);
        return lrp_fail(err, LRP_MEMORY, "a thread cannot be started");
    }
    *out = watch;
    return LRP_OK;
}

void lrp_cli_watch_session(struct lrp_cli_watch *watch, struct lrp_session *session)
{
    pthread_mutex_lock(&watch->mutex);
    watch->session = session;
    pthread_mutex_unlock(&watch->mutex);
}

void lrp_cli_watch_begin(struct lrp_cli_watch *watch, const char *label)
{
    pthread_mutex_lock(&watch->mutex);
    watch->label = label;
    watch->waits = 0;
    clock_gettime(CLOCK_MONOTONIC, &watch->begun);
    pthread_mutex_unlock(&watch->mutex);
}

void lrp_cli_watch_end(struct lrp_cli_watch *watch)
{
    pthread_mutex_lock(&watch->mutex);
    watch->label = NULL;
    if (watch->drawn) lrp_cli_progress_clear();
    watch->drawn = false;
    pthread_mutex_unlock(&watch->mutex);
}

int lrp_cli_watch_exit_code(const struct lrp_cli_watch *watch)
{
    const int number = atomic_load(&watch->signal);
    return number ? 128 + number : 0;
}

void lrp_cli_watch_free(struct lrp_cli_watch *watch)
{
    if (!watch) return;
    atomic_store(&watch->over, true);
    pthread_kill(watch->thread, STOP_SIGNAL);
    pthread_join(watch->thread, NULL);
    pthread_sigmask(SIG_SETMASK, &watch->before, NULL);
    pthread_mutex_destroy(&watch->mutex);
    free(watch);
}
