/* run_errand.c: work of the front end that may take long (opening a model, writing many files), in a thread of its own: keys go
 * on. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "runner.h"

struct lrp_errand {
    pthread_t thread;
    void (*run)(void *data);
    void *data;
    int wake_fd;
    bool is_done; /* written by the thread, atomically, when it has done with data */
};

static void *run_errand(void *data)
{
    struct lrp_errand *e = data;
    const int fd = e->wake_fd;
    e->run(e->data);
    __atomic_store_n(&e->is_done, true, __ATOMIC_RELEASE);
    if (write(fd, "e", 1) < 0) {
        /* the pipe is full: the loop is awake already */
    }
    return NULL;
}

struct lrp_errand *lrp_errand_new(void (*run)(void *data), void *data, int wake_fd)
{
    struct lrp_errand *e = calloc(1, sizeof *e);
    if (!e) return NULL;
    *e = (struct lrp_errand){.run = run, .data = data, .wake_fd = wake_fd};
    if (lrp_thread_start(&e->thread, run_errand, e)) return e;
    free(e);
    return NULL;
}

bool lrp_errand_done(const struct lrp_errand *errand)
{
    return __atomic_load_n(&errand->is_done, __ATOMIC_ACQUIRE);
}

void lrp_errand_join(struct lrp_errand *errand)
{
    if (!errand) return;
    pthread_join(errand->thread, NULL);
    free(errand);
}
