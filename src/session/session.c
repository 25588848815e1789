/* session.c: a session's life: opening, settings, inputs. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "text.h"

/* ---- putting model, inputs and settings together ---- */

static void asked_shape(const struct lrp_settings *settings, struct lrp_shape *out)
{
    const char *p = lrp_settings_get(settings, LRP_SETTING_INPUT_SHAPE);
    *out = (struct lrp_shape){.rank = *p ? 0 : -1};
    while (*p && out->rank < LRP_MAX_RANK) { /* its form was checked when it was set */
        char *end;
        out->dim[out->rank++] = strtoll(p, &end, 10);
        p = *end == ',' ? end + 1 : end;
    }
}

/* What is to become of the session if everything works out. */
struct plan {
    const struct lrp_tensor **inputs;
    struct lrp_shape *shapes;
    bool one_by_one;
    struct lrp_network *network;
    struct lrp_state *state;
    struct lrp_results *results;
};

static void plan_free(struct plan *p, size_t inputs)
{
    for (size_t i = 0; p->inputs && i < inputs; i++) lrp_tensor_release(p->inputs[i]);
    free(p->inputs);
    free(p->shapes);
    lrp_network_release(p->network);
    lrp_state_release(p->state);
    lrp_results_release(p->results);
}

/* --input-shape may fill in what the file leaves open, and choose another batch; it cannot contradict the rest. */
static enum lrp_status check_asked(const struct lrp_session *s, const struct lrp_model_value *input, const struct lrp_shape *asked,
                                   struct lrp_error *err)
{
    char got[160], want[160];
    bool fits = asked->rank < 0 || input->shape.rank < 0 || asked->rank == input->shape.rank;
    for (int i = 1; fits && asked->rank > 0 && i < input->shape.rank; i++)
        fits = input->shape.dim[i] < 0 || input->shape.dim[i] == asked->dim[i];
    if (fits) return LRP_OK;
    return lrp_fail(err, LRP_USAGE, "%s: --input-shape %s does not fit input %s, which takes %s", lrp_model_path(s->model),
                    lrp_shape_text(asked, 0, ",", got, sizeof got), input->name,
                    lrp_shape_text(&input->shape, 0, ",", want, sizeof want));
}

static enum lrp_status plan_input(struct lrp_session *s, const struct lrp_settings *settings, size_t i, struct plan *p, struct lrp_error *err)
{
    struct lrp_model_value input;
    struct lrp_shape asked = {.rank = -1};
    lrp_model_input(s->model, i, &input);
    if (i == 0) asked_shape(settings, &asked);
    enum lrp_status status = check_asked(s, &input, &asked, err);
    if (status != LRP_OK) return status;
    const struct lrp_source *source = &s->sources[i];
    p->shapes[i] = asked;
    if (!source->array && !source->picture.pixels) return LRP_OK;
    status = lrp_source_tensor(source, &input, &asked, settings, &p->inputs[i], &p->one_by_one, err);
    if (status != LRP_OK) return status;
    p->shapes[i] = p->inputs[i]->shape;
    return LRP_OK;
}

/* With a fixed batch of 1 every input must bring the same number of samples. */
static enum lrp_status plan_samples(const struct lrp_session *s, struct plan *p, size_t inputs, struct lrp_error *err)
{
    int64_t samples = -1;
    for (size_t i = 0; p->one_by_one && i < inputs; i++) {
        if (!p->inputs[i] || p->inputs[i]->shape.rank < 1) continue;
        int64_t own = p->inputs[i]->shape.dim[0];
        if (samples >= 0 && own != samples)
            return lrp_fail(err, LRP_FILE, "%s: the inputs hold %lld and %lld samples", lrp_model_path(s->model), (long long)samples,
                            (long long)own);
        samples = own;
        p->shapes[i].dim[0] = 1;
    }
    return LRP_OK;
}

static bool same_inputs(const struct lrp_session *s, const struct plan *p, size_t inputs)
{
    for (size_t i = 0; i < inputs; i++) {
        const struct lrp_tensor *a = s->inputs[i], *b = p->inputs[i];
        if (a == b) continue;
        if (!a || !b || a->dtype != b->dtype || !lrp_shape_equal(&a->shape, &b->shape)) return false;
        if (lrp_dtype_is_float(a->dtype) ? memcmp(a->f, b->f, a->count * sizeof(float)) != 0
                                         : memcmp(a->i, b->i, a->count * sizeof(int64_t)) != 0)
            return false;
    }
    return true;
}

static enum lrp_status make_plan(struct lrp_session *s, const struct lrp_settings *settings, struct plan *p, struct lrp_error *err)
{
    size_t inputs = lrp_model_input_count(s->model);
    *p = (struct plan){.inputs = calloc(inputs + 1, sizeof(struct lrp_tensor *)), .shapes = calloc(inputs + 1, sizeof *p->shapes)};
    enum lrp_status status = p->inputs && p->shapes ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; status == LRP_OK && i < inputs; i++) status = plan_input(s, settings, i, p, err);
    if (status == LRP_OK) status = plan_samples(s, p, inputs, err);
    if (status != LRP_OK) return status;
    const struct lrp_state *old = s->state;
    if (old && lrp_network_serves(old->network, p->shapes, settings)) p->network = lrp_network_retain(old->network);
    else status = lrp_network_new(s->model, p->shapes, settings, &p->network, err);
    if (status == LRP_OK) status = lrp_state_new(p->network, settings, &p->state, err);
    bool same_output = old && p->state && old->network == p->network && old->output == p->state->output;
    bool keep = same_output && s->one_by_one == p->one_by_one && same_inputs(s, p, inputs);
    pthread_mutex_lock(&s->lock); /* the worker may be filling the old results */
    if (status == LRP_OK) status = lrp_results_new(p->network, keep ? s->results : NULL, &p->results, err);
    pthread_mutex_unlock(&s->lock);
    return status;
}

/* Puts a plan in force; running jobs are out of date from here on. */
static void enforce(struct lrp_session *s, struct plan *p)
{
    size_t inputs = lrp_model_input_count(s->model);
    pthread_mutex_lock(&s->lock);
    atomic_fetch_add(&s->generation, 1);
    struct lrp_state *state = s->state;
    struct lrp_results *results = s->results;
    const struct lrp_tensor **old = s->inputs;
    s->state = p->state;
    s->results = p->results;
    s->inputs = p->inputs;
    s->one_by_one = p->one_by_one;
    s->job_state = LRP_JOB_NONE;
    s->job_error = (struct lrp_error){0};
    s->done = s->total = 0;
    pthread_mutex_unlock(&s->lock);
    if (s->sample >= lrp_session_samples(s)) s->sample = 0;
    p->state = state;
    p->results = results;
    p->inputs = old;
    plan_free(p, inputs);
}

static enum lrp_status reapply(struct lrp_session *s, const struct lrp_settings *settings, struct lrp_error *err)
{
    struct plan plan;
    double before = lrp_now_ms();
    enum lrp_status status = make_plan(s, settings, &plan, err);
    if (status != LRP_OK) {
        plan_free(&plan, lrp_model_input_count(s->model));
        return status;
    }
    enforce(s, &plan);
    s->prepare_ms = lrp_now_ms() - before;
    return LRP_OK;
}

/* ---- public ---- */

enum lrp_status lrp_session_open(const char *model, const struct lrp_settings *settings, struct lrp_session **out,
                                 struct lrp_error *err)
{
    struct lrp_session *s = calloc(1, sizeof *s);
    if (!s) return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", model);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->wake, NULL);
    pthread_cond_init(&s->idle, NULL);
    double before = lrp_now_ms();
    enum lrp_status status = lrp_model_open(model, &s->model, err);
    s->load_ms = lrp_now_ms() - before;
    if (status == LRP_OK) {
        size_t inputs = lrp_model_input_count(s->model);
        s->sources = calloc(inputs + 1, sizeof *s->sources);
        s->inputs = calloc(inputs + 1, sizeof(struct lrp_tensor *));
        if (!s->sources || !s->inputs) status = lrp_fail(err, LRP_MEMORY, "%s: not enough memory", model);
    }
    if (status == LRP_OK) status = reapply(s, settings, err);
    if (status == LRP_OK) *out = s;
    else lrp_session_free(s);
    return status;
}

void lrp_session_free(struct lrp_session *session)
{
    if (!session) return;
    lrp_session_cancel(session);
    pthread_mutex_lock(&session->lock);
    bool started = session->worker_started;
    session->worker_quit = true;
    pthread_cond_broadcast(&session->wake);
    pthread_mutex_unlock(&session->lock);
    if (started) pthread_join(session->worker, NULL);
    lrp_job_free(session->pending);
    size_t inputs = session->model ? lrp_model_input_count(session->model) : 0;
    for (size_t i = 0; i < inputs; i++) {
        if (session->sources) lrp_source_free(&session->sources[i]);
        if (session->inputs) lrp_tensor_release(session->inputs[i]);
    }
    free(session->sources);
    free(session->inputs);
    lrp_state_release(session->state);
    lrp_results_release(session->results);
    lrp_model_release(session->model);
    pthread_mutex_destroy(&session->lock);
    pthread_cond_destroy(&session->wake);
    pthread_cond_destroy(&session->idle);
    free(session);
}

enum lrp_status lrp_session_apply(struct lrp_session *session, const struct lrp_settings *settings, struct lrp_error *err)
{
    return reapply(session, settings, err);
}

static enum lrp_status find_input(const struct lrp_session *s, const char *name, size_t *index, struct lrp_error *err)
{
    struct lrp_text names = {0};
    size_t count = lrp_model_input_count(s->model);
    for (*index = 0; *index < count; ++*index) {
        struct lrp_model_value input;
        lrp_model_input(s->model, *index, &input);
        if (!name || strcmp(name, input.name) == 0) {
            lrp_text_free(&names);
            return LRP_OK;
        }
        lrp_text_printf(&names, "%s%s", *index ? ", " : "", input.name);
    }
    enum lrp_status status = lrp_fail(err, LRP_USAGE, "%s: no input is called %s (inputs: %s)", lrp_model_path(s->model),
                                      name ? name : "", names.data ? names.data : "none");
    lrp_text_free(&names);
    return status;
}

/* Tries a new source; the old one stays if it does not fit. */
static enum lrp_status put_source(struct lrp_session *s, size_t index, struct lrp_source *source, struct lrp_error *err)
{
    struct lrp_source old = s->sources[index];
    s->sources[index] = *source;
    enum lrp_status status = reapply(s, s->state->settings, err);
    if (status == LRP_OK) {
        lrp_source_free(&old);
    } else {
        lrp_source_free(&s->sources[index]);
        s->sources[index] = old;
    }
    return status;
}

enum lrp_status lrp_session_set_input(struct lrp_session *session, const char *name, const char *path, struct lrp_error *err)
{
    size_t index;
    struct lrp_source source;
    enum lrp_status status = find_input(session, name, &index, err);
    if (status == LRP_OK) status = lrp_source_read(path, &source, err);
    return status == LRP_OK ? put_source(session, index, &source, err) : status;
}

enum lrp_status lrp_session_set_tensor(struct lrp_session *session, const char *name, const struct lrp_tensor *tensor,
                                       const char *label, struct lrp_error *err)
{
    size_t index;
    enum lrp_status status = find_input(session, name, &index, err);
    if (status != LRP_OK) return status;
    struct lrp_source source = {.label = strdup(label), .array = lrp_tensor_retain(tensor)};
    if (source.label) return put_source(session, index, &source, err);
    lrp_source_free(&source);
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

int64_t lrp_session_samples(const struct lrp_session *session)
{
    for (size_t i = 0; i < lrp_model_input_count(session->model); i++)
        if (session->inputs[i]) return session->inputs[i]->shape.rank ? session->inputs[i]->shape.dim[0] : 1;
    return 0;
}

bool lrp_session_one_by_one(const struct lrp_session *session)
{
    return session->one_by_one;
}

enum lrp_status lrp_session_select_sample(struct lrp_session *session, int64_t sample, struct lrp_error *err)
{
    if (sample < 0 || sample >= lrp_session_samples(session))
        return lrp_fail(err, LRP_USAGE, "there is no sample %lld", (long long)sample);
    if (sample == session->sample) return LRP_OK;
    enum lrp_status status = lrp_session_forget(session, err);
    if (status == LRP_OK) session->sample = sample;
    return status;
}

enum lrp_status lrp_session_forget(struct lrp_session *session, struct lrp_error *err)
{
    struct lrp_results *results = NULL;
    enum lrp_status status = lrp_results_new(session->state->network, NULL, &results, err);
    if (status != LRP_OK) return status;
    pthread_mutex_lock(&session->lock);
    atomic_fetch_add(&session->generation, 1); /* a running job is out of date */
    struct lrp_results *old = session->results;
    session->results = results;
    session->job_state = LRP_JOB_NONE;
    pthread_mutex_unlock(&session->lock);
    lrp_results_release(old);
    return LRP_OK;
}
