/* run_painter.c: a thread that paints what was asked for last, see paint.h. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "paint.h"

/* What is asked for, with references of its own. */
struct commission {
    struct lrp_caps caps;
    struct lrp_request request;
    const struct lrp_snapshot *snapshot, *stored; /* snapshot NULL: nothing */
};

struct lrp_painter {
    pthread_t thread;
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t wake;
    int wake_fd;
    struct commission asked;
    struct lrp_picture done;
    bool is_done, painting, quit;
    unsigned long asked_number;
};

static void drop(struct commission *c)
{
    lrp_snapshot_release(c->snapshot);
    lrp_snapshot_release(c->stored);
    c->snapshot = c->stored = NULL;
}

static void tell(const struct lrp_painter *p)
{
    if (write(p->wake_fd, "p", 1) < 0) {
        /* the pipe is full: the loop is awake already */
    }
}

/* Paints one commission, unlocked; a picture that is out of date by then is thrown away. */
static void paint_next(struct lrp_painter *p)
{
    struct commission work = p->asked;
    struct lrp_picture picture;
    const unsigned long number = p->asked_number;
    p->asked.snapshot = p->asked.stored = NULL;
    p->painting = true;
    pthread_mutex_unlock(&p->lock);
    lrp_paint(&work.caps, &work.request, work.snapshot, work.stored, &picture);
    drop(&work);
    pthread_mutex_lock(&p->lock);
    p->painting = false;
    if (number != p->asked_number) {
        lrp_picture_clear(&picture);
        return;
    }
    lrp_picture_clear(&p->done);
    p->done = picture;
    p->is_done = true;
    tell(p);
}

static void *paint_all(void *data)
{
    struct lrp_painter *p = data;
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

struct lrp_painter *lrp_painter_new(int wake_fd)
{
    struct lrp_painter *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->wake_fd = wake_fd;
    p->done.made.layer = -1;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    if (lrp_thread_start(&p->thread, paint_all, p)) return p;
    free(p);
    return NULL;
}

void lrp_painter_free(struct lrp_painter *p)
{
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    p->quit = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    drop(&p->asked);
    lrp_picture_clear(&p->done);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->wake);
    free(p);
}

void lrp_painter_ask(struct lrp_painter *p, const struct lrp_caps *caps, const struct lrp_request *request,
                     const struct lrp_snapshot *snapshot, const struct lrp_snapshot *stored)
{
    pthread_mutex_lock(&p->lock);
    struct commission before = p->asked;
    p->asked = (struct commission){.caps = *caps,
                                   .request = *request,
                                   .snapshot = lrp_snapshot_retain(snapshot),
                                   .stored = stored ? lrp_snapshot_retain(stored) : NULL};
    p->asked_number++;
    p->is_done = false;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    drop(&before);
}

bool lrp_painter_take(struct lrp_painter *p, struct lrp_picture *out)
{
    pthread_mutex_lock(&p->lock);
    const bool there = p->is_done;
    if (there) {
        *out = p->done;
        p->done = (struct lrp_picture){.made = {.layer = -1}};
        p->is_done = false;
    }
    pthread_mutex_unlock(&p->lock);
    return there;
}

bool lrp_painter_busy(struct lrp_painter *p)
{
    pthread_mutex_lock(&p->lock);
    const bool busy = p->asked.snapshot || p->painting || p->is_done;
    pthread_mutex_unlock(&p->lock);
    return busy;
}
