/* thread.c: threads that work behind a front end: the session's own, and those the front end has besides. */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "internal.h"
#include "priority.h"

struct start {
    void *(*work)(void *data);
    void *data;
    bool steps_back;
};

static void *run_thread(void *data)
{
    const struct start start = *(struct start *)data;
    free(data);
    if (start.steps_back) lrp_priority_step_back();
    return start.work(start.data);
}

struct lrp_thread {
    pthread_t handle;
};

void lrp_thread_join(struct lrp_thread *thread)
{
    if (!thread) return;
    pthread_join(thread->handle, NULL);
    free(thread);
}

static struct lrp_thread *start_thread(struct start what)
{
    static const int own[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
    struct start *start = malloc(sizeof *start);
    struct lrp_thread *thread = malloc(sizeof *thread);
    sigset_t blocked, before;
    if (!start || !thread) {
        free(start);
        free(thread);
        return NULL;
    }
    *start = what;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) sigdelset(&blocked, own[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    const bool started = pthread_create(&thread->handle, NULL, run_thread, start) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started) return thread;
    free(start);
    free(thread);
    return NULL;
}

struct lrp_thread *lrp_thread_start(void *(*work)(void *data), void *data)
{
    return start_thread((struct start){work, data, true});
}

struct lrp_thread *lrp_thread_start_equal(void *(*work)(void *data), void *data)
{
    return start_thread((struct start){work, data, false});
}

double lrp_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}
