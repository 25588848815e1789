/* threads.c: how many threads there can be. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "parallel.h"

static void *wait_for(void *barrier)
{
    pthread_mutex_t *const gate = barrier;
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

/* Threads of this process now; 0 where nobody knows. */
static long threads_now(void)
{
    struct stat tasks;
    return stat("/proc/self/task", &tasks) == 0 ? (long)tasks.st_nlink - 2 : 0;
}

/* A thread that was joined is counted for a moment longer. */
static void wait_until_gone(long before)
{
    const struct timespec moment = {.tv_nsec = 200L * 1000};
    for (int i = 0; i < 500 && threads_now() > before; i++) nanosleep(&moment, NULL);
}

/* How many can be started besides this one, all there at once. */
static int start_all(int wanted)
{
    pthread_t *threads = calloc((size_t)wanted, sizeof *threads);
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    const long before = threads_now();
    int started = 0;
    if (!threads) return 0;
    pthread_mutex_lock(&gate);
    while (started < wanted && pthread_create(&threads[started], NULL, wait_for, &gate) == 0) started++;
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
    wait_until_gone(before);
    free(threads);
    return started;
}

int lrp_threads_there(int wanted)
{
    /* by 16: linkers (mold 1.10) begin the read-only part with them, which must not lie before the page of the rest */
    static _Thread_local _Alignas(16) int asked;
    static _Thread_local _Alignas(16) int there;
    if (wanted <= 1) return 1;
    if (wanted <= there) return wanted;
    if (wanted != asked) {
        const int started = start_all(wanted - 1);
        there = started == wanted - 1 ? wanted : started / 2 + 1; /* some for the others that live under the same limit */
        asked = wanted;
    }
    return there < wanted ? there : wanted;
}
