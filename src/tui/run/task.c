/* task.c: work of the front end that may take long (opening a model, writing many files), in a thread of its own: keys go
 * on. */
#include <stdlib.h>
#include <unistd.h>

#include "runner.h"

struct lrp_task {
    struct lrp_thread *thread;
    void (*run)(void *data);
    void *data;
    int wake_fd;
    bool is_done; /* written by the thread, atomically, when it has done with data */
};

static void *run_task(void *data)
{
    struct lrp_task *e = data;
    const int fd = e->wake_fd;
    e->run(e->data);
    __atomic_store_n(&e->is_done, true, __ATOMIC_RELEASE);
    if (write(fd, "e", 1) < 0) {
        /* the pipe is full: the loop is awake already */
    }
    return NULL;
}

struct lrp_task *lrp_task_new(void (*run)(void *data), void *data, int wake_fd)
{
    struct lrp_task *e = calloc(1, sizeof *e);
    if (!e) return NULL;
    *e = (struct lrp_task){.run = run, .data = data, .wake_fd = wake_fd};
    if ((e->thread = lrp_thread_start(run_task, e))) return e;
    free(e);
    return NULL;
}

bool lrp_task_done(const struct lrp_task *task)
{
    return __atomic_load_n(&task->is_done, __ATOMIC_ACQUIRE);
}

void lrp_task_join(struct lrp_task *task)
{
    if (!task) return;
    lrp_thread_join(task->thread);
    free(task);
}
