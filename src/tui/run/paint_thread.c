/* paint_thread.c: a thread that paints what was asked for last, see paint.h. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "paint.h"

/* What is asked for, with references of its own. */
struct paint_request {
    struct lrp_caps caps;
    struct lrp_subject subject;
    const struct lrp_snapshot *snapshot, *stored; /* snapshot NULL: nothing */
};

struct lrp_paint_thread {
    struct lrp_thread *thread;
    lrp_paint_fn *paint;
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t wake;
    int wake_fd;
    struct paint_request asked;
    struct lrp_painting done;
    bool is_done, painting, quit;
    unsigned long asked_number;
};

static void drop(struct paint_request *request)
{
    lrp_snapshot_release(request->snapshot);
    lrp_snapshot_release(request->stored);
    request->snapshot = request->stored = NULL;
}

static void tell_loop(const struct lrp_paint_thread *p)
{
    if (write(p->wake_fd, "p", 1) < 0) {
        /* the pipe is full: the loop is awake already */
    }
}

/* Paints one request, unlocked; a painting that is no longer wanted by then is thrown away. */
static void paint_next(struct lrp_paint_thread *p)
{
    struct paint_request work = p->asked;
    struct lrp_painting painting;
    const unsigned long number = p->asked_number;
    p->asked.snapshot = p->asked.stored = NULL;
    p->painting = true;
    pthread_mutex_unlock(&p->lock);
    p->paint(&work.caps, &work.subject, work.snapshot, work.stored, &painting);
    drop(&work);
    pthread_mutex_lock(&p->lock);
    p->painting = false;
    if (number != p->asked_number) {
        lrp_painting_clear(&painting);
        return;
    }
    lrp_painting_clear(&p->done);
    p->done = painting;
    p->is_done = true;
    tell_loop(p);
}

static void *paint_all(void *data)
{
    struct lrp_paint_thread *p = data;
    pthread_mutex_lock(&p->lock);
    while (!p->quit) {
        if (p->asked.snapshot)
            paint_next(p);
        else
            pthread_cond_wait(&p->wake, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct lrp_paint_thread *lrp_paint_thread_new(lrp_paint_fn *paint, int wake_fd)
{
    struct lrp_paint_thread *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->paint = paint;
    p->wake_fd = wake_fd;
    p->done.subject.layer = -1;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    if ((p->thread = lrp_thread_start(paint_all, p))) return p;
    free(p);
    return NULL;
}

void lrp_paint_thread_free(struct lrp_paint_thread *p)
{
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    p->quit = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    lrp_thread_join(p->thread);
    drop(&p->asked);
    lrp_painting_clear(&p->done);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->wake);
    free(p);
}

void lrp_paint_thread_ask(struct lrp_paint_thread *p, const struct lrp_caps *caps, const struct lrp_subject *subject,
                          const struct lrp_snapshot *snapshot, const struct lrp_snapshot *stored)
{
    pthread_mutex_lock(&p->lock);
    struct paint_request before = p->asked;
    p->asked = (struct paint_request){.caps = *caps,
                                      .subject = *subject,
                                      .snapshot = lrp_snapshot_retain(snapshot),
                                      .stored = stored ? lrp_snapshot_retain(stored) : NULL};
    p->asked_number++;
    p->is_done = false;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    drop(&before);
}

bool lrp_paint_thread_take(struct lrp_paint_thread *p, struct lrp_painting *out)
{
    pthread_mutex_lock(&p->lock);
    const bool there = p->is_done;
    if (there) {
        *out = p->done;
        p->done = (struct lrp_painting){.subject = {.layer = -1}};
        p->is_done = false;
    }
    pthread_mutex_unlock(&p->lock);
    return there;
}

bool lrp_paint_thread_busy(struct lrp_paint_thread *p)
{
    pthread_mutex_lock(&p->lock);
    const bool busy = p->asked.snapshot || p->painting || p->is_done;
    pthread_mutex_unlock(&p->lock);
    return busy;
}
