/* lens_job.c: what a model would say after each of its blocks, computed behind the passes, block by block. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "internal.h"
#include "lens.h"
#include "parallel.h"

void lrp_session_want_lens(struct lrp_session *session, bool wanted)
{
    pthread_mutex_lock(&session->lock);
    session->lens_wanted = wanted;
    pthread_mutex_unlock(&session->lock);
}

/* ---- numbers of a distribution ---- */

static int64_t strongest_class(const float *values, int64_t classes)
{
    int64_t best = 0;
    for (int64_t i = 1; i < classes; i++)
        if (values[i] > values[best] || (isnan(values[best]) && !isnan(values[i]))) best = i;
    return best;
}

static int64_t rank_of(const float *values, int64_t classes, int64_t which)
{
    int64_t rank = 1;
    for (int64_t i = 0; i < classes; i++) rank += values[i] > values[which] || (i < which && values[i] == values[which]);
    return rank;
}

/* How the values of an output become probabilities. */
enum lens_scale { LENS_RAW, LENS_PROBABILITY, LENS_LOGARITHM };

static enum lens_scale scale_of(const struct lrp_job *job)
{
    const struct lrp_layer_list *list = &job->results->network->view->list;
    if (lrp_settings_flag(job->setup->settings, LRP_SETTING_STRIP_SOFTMAX)) return LENS_RAW;
    for (size_t i = 1; i < list->count; i++)
        if (list->rows[i].output_softmax) return list->rows[i].output_log ? LENS_LOGARITHM : LENS_PROBABILITY;
    return LENS_RAW;
}

static float probability_of(const float *values, int64_t classes, int64_t best, enum lens_scale scale)
{
    double sum = 0;
    if (scale == LENS_PROBABILITY) return values[best];
    if (scale == LENS_LOGARITHM) return expf(values[best]);
    for (int64_t i = 0; i < classes; i++) sum += exp((double)values[i] - (double)values[best]);
    return (float)(1 / sum);
}

/* ---- rows ---- */

static enum lrp_status new_rows(size_t blocks, struct lrp_lens_rows **out, struct lrp_error *err)
{
    struct lrp_lens_rows *rows = calloc(1, sizeof *rows);
    if (!rows) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    *rows = (struct lrp_lens_rows){.references = 1, .count = blocks, .layers = calloc(blocks + 1, sizeof *rows->layers)};
    *out = rows;
    return rows->layers ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* Room for what an output has to say: (samples, positions, classes), or (samples, classes). */
static enum lrp_status make_room(struct lrp_lens_rows *rows, const struct lrp_tensor *output, const char *name,
                                 struct lrp_error *err)
{
    const struct lrp_shape *s = &output->shape;
    if (!lrp_dtype_is_float(output->dtype) || s->rank < 2 || s->rank > 3 || output->count == 0)
        return lrp_fail(err, LRP_UNSUPPORTED, "the output %s has no classes at positions", name);
    rows->samples = s->dim[0];
    rows->positions = s->rank == 3 ? s->dim[1] : 1;
    const size_t all = rows->count * (size_t)(rows->samples * rows->positions);
    rows->top = calloc(all, sizeof *rows->top);
    rows->rank = calloc(all, sizeof *rows->rank);
    rows->probability = calloc(all, sizeof *rows->probability);
    return rows->top && rows->rank && rows->probability ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

struct lens_block {
    const struct lrp_tensor *output, *last; /* in rows */
    enum lens_scale scale;
    int64_t *top, *rank;
    float *probability;
    int64_t classes;
};

static void say_places(void *context, int64_t begin, int64_t end)
{
    const struct lens_block *b = context;
    for (int64_t i = begin; i < end; i++) {
        const float *here = b->output->f + i * b->classes;
        b->top[i] = strongest_class(here, b->classes);
        b->rank[i] = rank_of(here, b->classes, strongest_class(b->last->f + i * b->classes, b->classes));
        b->probability[i] = probability_of(here, b->classes, b->top[i], b->scale);
    }
}

static void publish_block(struct lrp_job *job, struct lrp_lens_rows *rows)
{
    struct lrp_session *s = job->session;
    pthread_mutex_lock(&s->lock);
    rows->done++;
    s->done = (int)rows->done;
    s->total = (int)rows->count;
    pthread_mutex_unlock(&s->lock);
    lrp_job_notify(job);
}

static enum lrp_status say_block(struct lrp_job *job, const struct lrp_lens_search *search, const struct lrp_tensor *last,
                                 struct lrp_lens_rows *rows, struct lrp_error *err)
{
    const struct lrp_tensor *output = NULL;
    const int64_t places = rows->samples * rows->positions, at = (int64_t)rows->done * places;
    enum lrp_status status = lrp_lens_look(search, rows->done, job->run, &output, err);
    if (status) return status;
    struct lens_block block = {.output = output,
                               .last = last,
                               .scale = scale_of(job),
                               .top = rows->top + at,
                               .rank = rows->rank + at,
                               .probability = rows->probability + at,
                               .classes = output->shape.dim[output->shape.rank - 1]};
    lrp_parallel_for(job->run, places, 4 * block.classes, say_places, &block);
    rows->layers[rows->done] = lrp_lens_layer(search, rows->done);
    lrp_tensor_release(output);
    publish_block(job, rows);
    return LRP_OK;
}

static void keep_rows(struct lrp_job *job, struct lrp_lens_rows *rows)
{
    struct lrp_results *r = job->results;
    struct lrp_lens_rows *before = r->lens;
    pthread_mutex_lock(&job->session->lock);
    r->lens = lrp_lens_rows_retain(rows);
    pthread_mutex_unlock(&job->session->lock);
    lrp_lens_rows_release(before);
    lrp_job_notify(job);
}

/* A model without a lens is none that fails: rows say why there are none. */
static enum lrp_status refuse_rows(struct lrp_job *job, const struct lrp_error *why, struct lrp_error *err)
{
    struct lrp_lens_rows *rows = NULL;
    enum lrp_status status = new_rows(0, &rows, err);
    if (!status && !(rows->refusal = strdup(why->message))) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) keep_rows(job, rows);
    lrp_lens_rows_release(rows);
    return status;
}

static enum lrp_status fill_rows(struct lrp_job *job, const struct lrp_lens_search *search, struct lrp_error *err)
{
    const int output = job->setup->output;
    const struct lrp_tensor *last = lrp_tensor_row_major(job->results->values[output], job->run);
    struct lrp_lens_rows *rows = NULL;
    enum lrp_status status =
        last ? new_rows(search->stream.count, &rows, err) : lrp_fail(err, LRP_MEMORY, "not enough memory for the output");
    if (!status) status = make_room(rows, last, job->results->network->graph->values[output].name, err);
    if (!status) keep_rows(job, rows);
    while (!status && rows->done < rows->count) status = say_block(job, search, last, rows, err);
    lrp_lens_rows_release(rows);
    return status;
}

bool lrp_job_wants_lens(const struct lrp_job *job)
{
    const struct lrp_lens_rows *known = job->results->lens;
    return job->lens_wanted && !job->apart && job->results->forward_done &&
           (!known || (!known->refusal && known->done < known->count));
}

enum lrp_status lrp_job_make_lens(struct lrp_job *job, struct lrp_error *err)
{
    struct lrp_lens_search search;
    struct lrp_error why = {0};
    lrp_job_set_state(job, LRP_JOB_LENS);
    enum lrp_status status = lrp_lens_search_new(job->results, job->setup, &search, &why);
    if (!status) status = fill_rows(job, &search, &why);
    lrp_lens_search_free(&search);
    if (status == LRP_UNSUPPORTED) return refuse_rows(job, &why, err);
    if (status && err) *err = why;
    return status;
}
