/* method_run.c: a job's method: one pass back, or what it makes of many. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "internal.h"
#include "preprocess.h"
#include "propagate_finish.h"
#include "shorten.h"
#include "statistics.h"
#include "target.h"

/* The source of the model input that a value is. */
static const struct lrp_model_value *input_of(const struct lrp_job *job, int value, struct lrp_model_value *out)
{
    const struct lrp_graph *g = job->results->network->graph;
    for (int i = 0; i < g->input_count; i++)
        if (g->inputs[i] == value) {
            lrp_model_input(job->session->model, (size_t)i, out);
            out->shape = *g->values[value].desc.shape;
            return out;
        }
    return NULL;
}

/* All pixels of one grey. */
static enum lrp_status grey_picture(double pixel, struct lrp_picture *out, struct lrp_error *err)
{
    enum { SIDE = 2, BYTES = SIDE * SIDE * 3 };
    *out = (struct lrp_picture){.width = SIDE, .height = SIDE, .channels = 3, .pixels = malloc(BYTES)};
    if (!out->pixels) return lrp_fail(err, LRP_MEMORY, "not enough memory for a picture");
    memset(out->pixels, (int)lrint(fmin(fmax(pixel, 0), 255)), BYTES);
    return LRP_OK;
}

/* A picture as the model's input, preprocessed; the first of a batch serves all. */
static enum lrp_status picture(void *data, const char *path, double pixel, int value, struct lrp_tensor **out,
                               struct lrp_error *err)
{
    const struct lrp_job *job = data;
    struct lrp_model_value input;
    struct lrp_source source = {0};
    struct lrp_strings notes = {0};
    const struct lrp_tensor *tensor = NULL;
    bool one_by_one = false;
    if (!input_of(job, value, &input))
        return lrp_fail(err, LRP_USAGE, "%s: a picture is no baseline for %s, which is no input of the model",
                        path ? path : "pixel", job->results->network->graph->values[value].name);
    const size_t most = lrp_memory_limit(job->session, job->setup->settings);
    enum lrp_status status = path ? lrp_source_read(path, NULL, most, &source, err) : grey_picture(pixel, &source.picture, err);
    if (input.shape.rank > 0) input.shape.dim[0] = 1;
    if (!status)
        status = lrp_source_tensor(&source, &input, &(struct lrp_shape){.rank = -1}, job->setup->settings, &tensor, &one_by_one,
                                   &notes, err);
    lrp_source_free(&source);
    lrp_strings_free(&notes);
    *out = status ? NULL : lrp_tensor_retain(tensor);
    lrp_tensor_release(tensor);
    return status;
}

/* A picture of the input's size, as grey values: not resized, its numbers are names of groups. */
static enum lrp_status mask(void *data, const char *path, int value, struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_job *job = data;
    struct lrp_source source = {0};
    struct lrp_float_picture grey = {0};
    (void)value;
    enum lrp_status status = lrp_source_read(path, NULL, lrp_memory_limit(job->session, job->setup->settings), &source, err);
    if (!status && !source.picture.pixels) status = lrp_fail(err, LRP_FILE, "%s: it is no picture", path);
    if (!status)
        status = lrp_picture_resize(&source.picture, source.picture.width, source.picture.height, 1, LRP_RESAMPLE_NEAREST,
                                    &grey, err);
    const struct lrp_shape shape = {.rank = 2, .dim = {grey.height, grey.width}};
    if (!status) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, out, err);
    for (size_t i = 0; !status && i < (*out)->count; i++) (*out)->f[i] = grey.values[i];
    lrp_float_picture_free(&grey);
    lrp_source_free(&source);
    return status;
}

static void tell_passes(void *data, int64_t done, int64_t total)
{
    const struct lrp_job *job = data;
    pthread_mutex_lock(&job->session->lock);
    job->session->done = (int)done;
    job->session->total = (int)(total > done ? total : done);
    pthread_mutex_unlock(&job->session->lock);
    lrp_job_notify(job);
}

/* Whoever looks on sees no more than this: copying what there is must cost next to nothing beside the passes. */
enum { LRP_SHOWN_MS = 60, LRP_SHOWN_SHARE = 20 };

static bool watched(void *data)
{
    const struct lrp_job *job = data;
    return job->notify && lrp_now_ms() - job->shown >= LRP_SHOWN_MS;
}

static void show(void *data, const struct lrp_tensor *const *relevance)
{
    struct lrp_job *job = data;
    struct lrp_results *r = job->results;
    const double before = lrp_now_ms();
    const struct lrp_tensor **fresh = calloc(r->value_count + 1, sizeof(struct lrp_tensor *)), **old;
    struct lrp_statistics statistics = {0};
    const int first = lrp_network_layer_value(r->network, 0);
    if (!fresh) return;
    for (size_t v = 0; v < r->value_count; v++) fresh[v] = relevance[v] ? lrp_tensor_retain(relevance[v]) : NULL;
    if (first >= 0 && fresh[first]) lrp_tensor_statistics_by(fresh[first], job->run, &statistics);
    pthread_mutex_lock(&job->session->lock);
    old = r->growing;
    r->growing = fresh;
    r->growing_statistics = statistics;
    r->passes = job->session->done;
    pthread_mutex_unlock(&job->session->lock);
    for (size_t v = 0; old && v < r->value_count; v++) lrp_tensor_release(old[v]);
    free(old);
    const double took = lrp_now_ms() - before;
    job->shown = lrp_now_ms() + took * LRP_SHOWN_SHARE;
    lrp_job_notify(job);
}

/* 1 at the targets: what scores are sums with. */
static enum lrp_status unit_of(const struct lrp_job *job, struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_target *targets = NULL;
    size_t count = 0;
    const struct lrp_tensor *output = lrp_tensor_row_major(job->results->values[job->setup->output], job->run);
    if (!output) return lrp_fail(err, LRP_MEMORY, "not enough memory for the output");
    const enum lrp_status status = lrp_job_start(job, output, LRP_START_ONE, out, &targets, &count, err);
    free(targets);
    return status;
}

/* Pictures of this input have their channels last. */
static bool channels_last(const struct lrp_job *job)
{
    const char *layout = lrp_settings_get(job->setup->settings, LRP_SETTING_LAYOUT);
    const struct lrp_graph *g = job->results->network->graph;
    const struct lrp_shape *s = g->input_count ? g->values[g->inputs[0]].desc.shape : NULL;
    if (!s || s->rank != 4) return false;
    if (*layout) return strcmp(layout, "nhwc") == 0;
    return s->dim[1] != 1 && s->dim[1] != 3 && (s->dim[3] == 1 || s->dim[3] == 3);
}

/* What is to be told of a result of many passes; session locked by nobody. */
static enum lrp_status keep_account(struct lrp_job *job, struct lrp_passes *p, struct lrp_error *err)
{
    char *note = p->note.length ? lrp_text_take(&p->note) : NULL;
    if (p->note.failed) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    pthread_mutex_lock(&job->session->lock);
    job->results->passes = p->done;
    free(job->results->gaps);
    job->results->gaps = p->gaps;
    p->gaps = NULL;
    free(job->results->method_note);
    job->results->method_note = note;
    pthread_mutex_unlock(&job->session->lock);
    return LRP_OK;
}

/* What looks up tokens, as if the text were one token again and again. */
static enum lrp_status embed(void *data, int64_t token, int value, struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_job *job = data;
    const struct lrp_graph *g = job->results->network->graph;
    const struct lrp_carriers *c = &job->setup->assignment.unstopped;
    const struct lrp_tensor **values = calloc((size_t)g->value_count + 1, sizeof(struct lrp_tensor *));
    struct lrp_tensor *ids = NULL;
    int input = -1;
    for (size_t s = 0; s < c->source_count; s++)
        if (c->sources[s].value == value) input = c->sources[s].input;
    enum lrp_status status = values && input >= 0 ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int i = 0; !status && i < g->input_count; i++) {
        if (g->inputs[i] == input) status = lrp_tensor_copy(job->results->values[input], &ids, err);
        values[g->inputs[i]] = g->inputs[i] == input ? ids : lrp_tensor_retain(job->results->values[g->inputs[i]]);
    }
    for (size_t i = 0; !status && ids && i < ids->count && !lrp_dtype_is_float(ids->dtype); i++) ids->i[i] = token;
    if (!status) status = lrp_engine_forward(job->results->network->engine, values, value, job->run, NULL, NULL, err);
    const struct lrp_tensor *found = status ? NULL : lrp_tensor_row_major(values[value], job->run);
    if (!status && !found) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) *out = lrp_tensor_retain(found);
    for (int v = 0; values && v < g->value_count; v++) lrp_tensor_release(values[v]);
    free(values);
    return status;
}

static enum lrp_status can_shorten(void *data, struct lrp_error *err)
{
    return lrp_job_can_shorten(data, err);
}

static enum lrp_status shortened(void *data, struct lrp_passes *passes, const size_t *kept, size_t count, double *score,
                                 struct lrp_error *err)
{
    struct lrp_job *job = data;
    return lrp_job_score_shortened(&job->shortened, job, passes, kept, count, score, err);
}

/* How the elements of an output are classes: that of tokens by its last axis, any other by its first behind the samples. */
static void count_classes(const struct lrp_job *job, struct lrp_passes *p)
{
    const struct lrp_tensor *output = job->results->values[job->setup->output];
    const struct lrp_shape *s = &output->shape;
    const int64_t each = (int64_t)output->count / (p->samples > 0 ? p->samples : 1);
    const bool batched = s->rank > 0 && (p->samples > 1 || s->dim[0] == 1);
    const int rank = s->rank - batched;
    const bool sequence = rank == 2 && lrp_setup_reads_tokens(job->setup);
    p->classes = rank < 2 ? each : s->dim[sequence ? s->rank - 1 : batched];
    p->apart = rank < 2 || sequence || p->classes < 1 ? 1 : each / p->classes;
}

enum lrp_status lrp_job_passes(struct lrp_job *job, const struct lrp_propagation *back, struct lrp_passes *out,
                               struct lrp_tensor **unit, struct lrp_error *err)
{
    size_t sources;
    *unit = NULL;
    *out = (struct lrp_passes){.back = *back,
                               .pass = lrp_method_pass(&job->setup->method),
                               .convention = job->setup->convention,
                               .batch = job->results->network->batch,
                               .samples = lrp_setup_samples(job->setup),
                               .first_sample = job->results->sample,
                               .start = lrp_start_kind_of(job->setup),
                               .channels_last = channels_last(job),
                               .picture = picture,
                               .mask = mask,
                               .embed = embed,
                               .can_shorten = can_shorten,
                               .shortened = shortened,
                               .mask_token = -1,
                               .pad_token = -1,
                               .lanes = lrp_memory_lanes(job),
                               .tell = tell_passes,
                               .watched = watched,
                               .show = show,
                               .data = job};
    out->back.progress = NULL; /* it is passes that are counted */
    out->back.edges = NULL;
    out->back.computed = NULL;
    lrp_passes_sources(out, &sources);
    enum lrp_status status = sources ? LRP_OK : lrp_fail(err, LRP_UNSUPPORTED, "no input of the model holds numbers to change");
    if (!status && job->unit) status = lrp_tensor_copy(job->unit, unit, err);
    if (!status && !job->unit) status = unit_of(job, unit, err);
    out->unit = *unit;
    if (!status) count_classes(job, out);
    return status;
}

static enum lrp_status run_method(struct lrp_job *job, const struct lrp_propagation *back, const struct lrp_tensor **relevance,
                                  struct lrp_error *err)
{
    struct lrp_tensor *unit = NULL;
    struct lrp_passes p;
    enum lrp_status status = lrp_job_passes(job, back, &p, &unit, err);
    p.call = &job->setup->method;
    p.given = &job->setup->method.given;
    if (status) lrp_fail_context(err, status, "method %s", job->setup->method.row->info.name);
    if (!status) status = job->setup->method.row->compute(&p, relevance, err);
    if (!status) status = lrp_propagation_lift(back, relevance, err);
    if (!status) status = keep_account(job, &p, err);
    lrp_passes_free(&p);
    lrp_tensor_release(unit);
    const char *path = lrp_model_path(job->session->model);
    const bool named = status && err && strncmp(err->message, path, strlen(path)) == 0; /* a layer's errors name the file */
    return status && !named ? lrp_fail_context(err, status, "%s", path) : status;
}

enum lrp_status lrp_job_attribute(struct lrp_job *job, const struct lrp_propagation *back, const struct lrp_tensor **relevance,
                                  struct lrp_error *err)
{
    if (job->setup->method.row->compute) return run_method(job, back, relevance, err);
    if (job->setup->concepts.count)
        return lrp_propagate_concepts(back, &job->setup->concepts, lrp_setup_samples(job->setup), relevance, err);
    return lrp_propagate(back, relevance, err);
}
