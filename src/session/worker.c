/* worker.c: making jobs and running them, in the calling thread or in the session's own: one at a time, the latest request
 * wins. */
#include <stdlib.h>
#include <string.h>

#include "away.h"
#include "internal.h"

/* ---- making jobs ---- */

/* One sample of a tensor with a leading batch axis. */
static enum lrp_status slice_sample(const struct lrp_tensor *all, int64_t sample, const struct lrp_tensor **out,
                                    struct lrp_error *err)
{
    struct lrp_tensor *one = NULL;
    struct lrp_shape shape = all->shape;
    size_t size = all->count / (size_t)shape.dim[0];
    shape.dim[0] = 1;
    enum lrp_status status = lrp_tensor_new(all->dtype, &shape, &one, err);
    if (status) return status;
    if (lrp_dtype_is_float(all->dtype))
        memcpy(one->f, all->f + (size_t)sample * size, size * sizeof(float));
    else
        memcpy(one->i, all->i + (size_t)sample * size, size * sizeof(int64_t));
    *out = one;
    return LRP_OK;
}

void lrp_job_free(struct lrp_job *job)
{
    if (!job) return;
    for (size_t i = 0; job->inputs && i < job->input_count; i++) lrp_tensor_release(job->inputs[i]);
    free(job->inputs);
    lrp_recall_release(job->gone);
    free(job->ends);
    lrp_setup_release(job->shortened.setup);
    lrp_setup_release(job->setup);
    lrp_results_release(job->results);
    free(job);
}

enum lrp_status lrp_job_new(struct lrp_session *session, enum lrp_want want, struct lrp_job **out, struct lrp_error *err)
{
    struct lrp_job *job = calloc(1, sizeof *job);
    if (!job) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    job->session = session;
    job->want = want;
    job->input_count = lrp_model_input_count(session->model);
    job->input_bytes = lrp_memory_of_inputs(session);
    job->inputs = calloc(job->input_count + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = job->inputs ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < job->input_count; i++) {
        if (!session->inputs[i]) continue;
        if (session->one_by_one)
            status = slice_sample(session->inputs[i], session->sample, &job->inputs[i], err);
        else
            job->inputs[i] = lrp_tensor_retain(session->inputs[i]);
    }
    if (status) {
        lrp_job_free(job);
        return status;
    }
    pthread_mutex_lock(&session->lock);
    job->setup = lrp_setup_retain(session->setup);
    job->ends_only = session->ends_only && want == LRP_WANT_RELEVANCE;
    job->results = lrp_results_retain(session->results);
    job->generation = atomic_load(&session->generation);
    job->maps_of = session->maps_of;
    job->map_count = session->map_count;
    job->lens_wanted = session->lens_wanted;
    pthread_mutex_unlock(&session->lock);
    *out = job;
    return LRP_OK;
}

/* ---- running them ---- */

enum lrp_status lrp_session_run(struct lrp_session *session, enum lrp_want want, struct lrp_error *err)
{
    lrp_session_wait(session); /* the engine serves one job at a time */
    struct lrp_job *job = NULL;
    enum lrp_status status = lrp_job_new(session, want, &job, err);
    if (!status) status = lrp_job_run(job, err);
    lrp_job_free(job);
    return status;
}

static void *work(void *data)
{
    struct lrp_session *s = data;
    pthread_mutex_lock(&s->lock);
    while (!s->worker_quit) {
        struct lrp_job *job = s->pending;
        if (!job) {
            pthread_cond_wait(&s->wake, &s->lock);
            continue;
        }
        s->pending = NULL;
        s->worker_working = true;
        pthread_mutex_unlock(&s->lock);
        lrp_job_run(job, NULL); /* tells the front end itself when it is done */
        lrp_job_free(job);
        pthread_mutex_lock(&s->lock);
        s->worker_working = false;
        if (!s->pending) {
            s->worker_busy = false;
            pthread_cond_broadcast(&s->idle);
        }
    }
    s->worker_busy = false;
    pthread_cond_broadcast(&s->idle);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

enum lrp_status lrp_session_start(struct lrp_session *session, enum lrp_want want, void (*notify)(void *), void *data,
                                  struct lrp_error *err)
{
    struct lrp_job *job = NULL;
    enum lrp_status status = lrp_job_new(session, want, &job, err);
    if (status) return status;
    job->keep_edges = true;
    job->notify = notify;
    job->notify_data = data;
    if (!session->worker) session->worker = lrp_thread_start(work, session);
    if (!session->worker) {
        lrp_job_free(job);
        return lrp_fail(err, LRP_MEMORY, "no thread can be started");
    }
    pthread_mutex_lock(&session->lock);
    job->generation = atomic_fetch_add(&session->generation, 1) + 1; /* stops the job before */
    struct lrp_job *superseded = session->pending;
    session->pending = job;
    session->worker_busy = true;
    session->job_error = (struct lrp_error){0};
    if (session->job_state == LRP_JOB_FAILED || session->job_state == LRP_JOB_CANCELLED) session->job_state = LRP_JOB_NONE;
    pthread_cond_broadcast(&session->wake);
    pthread_mutex_unlock(&session->lock);
    lrp_job_free(superseded);
    return LRP_OK;
}

void lrp_session_cancel(struct lrp_session *session)
{
    pthread_mutex_lock(&session->lock);
    struct lrp_job *pending = session->pending;
    session->pending = NULL;
    if (session->worker_busy) session->job_state = LRP_JOB_CANCELLED;
    if (!session->worker_working && session->worker_busy) { /* it was cancelled before the worker saw it */
        session->worker_busy = false;
        pthread_cond_broadcast(&session->idle);
    }
    atomic_fetch_add(&session->generation, 1);
    pthread_mutex_unlock(&session->lock);
    lrp_job_free(pending);
}

void lrp_session_wait(struct lrp_session *session)
{
    pthread_mutex_lock(&session->lock);
    while (session->worker_busy) pthread_cond_wait(&session->idle, &session->lock);
    pthread_mutex_unlock(&session->lock);
}

void lrp_session_interrupt(struct lrp_session *session)
{
    atomic_store(&session->interrupted, true);
}
