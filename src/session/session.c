/* session.c: a session's life: opening, settings, inputs. */
#include <stdlib.h>
#include <string.h>

#include "allotted.h"
#include "internal.h"
#include "memo.h"
#include "pool.h"
#include "target.h"
#include "text.h"

/* Puts a plan in force; running jobs are out of date from here on. */
static void commit_plan(struct lrp_session *s, struct lrp_session_plan *p)
{
    size_t inputs = lrp_model_input_count(s->model);
    pthread_mutex_lock(&s->lock);
    atomic_fetch_add(&s->generation, 1);
    struct lrp_setup *setup = s->setup;
    struct lrp_results *results = s->results;
    const struct lrp_tensor **old = s->inputs;
    s->setup = p->setup;
    s->results = p->results;
    s->inputs = p->inputs;
    s->one_by_one = p->one_by_one;
    s->job_state = p->results->relevance_done ? LRP_JOB_DONE : LRP_JOB_NONE;
    s->job_error = (struct lrp_error){0};
    s->done = s->total = s->forward_layers = s->relevance_layers = 0;
    s->update_ms = 0;
    pthread_mutex_unlock(&s->lock);
    s->sample = p->sample;
    const struct lrp_strings notes = s->notes, relevance_notes = s->relevance_notes;
    s->notes = p->notes;
    s->relevance_notes = p->relevance_notes;
    p->notes = notes;
    p->relevance_notes = relevance_notes;
    p->setup = setup;
    p->results = results;
    p->inputs = old;
    lrp_session_plan_free(p, inputs);
}

/* Another target is refused at once where the output is known already; else the job tells. */
static enum lrp_status check_target(struct lrp_session *s, const struct lrp_session_plan *p, struct lrp_error *err)
{
    const char *text = lrp_settings_get(p->setup->settings, LRP_SETTING_TARGET);
    if (!s->setup || !*text || strcmp(text, lrp_settings_get(s->setup->settings, LRP_SETTING_TARGET)) == 0) return LRP_OK;
    pthread_mutex_lock(&s->lock); /* the worker may be filling these results */
    const struct lrp_tensor *output = p->results->forward_done ? lrp_tensor_retain(p->results->values[p->setup->output]) : NULL;
    pthread_mutex_unlock(&s->lock);
    struct lrp_target_choice *choices = NULL;
    size_t count;
    enum lrp_status status = output ? lrp_targets_choose(p->setup, p->results, output, &choices, &count, err) : LRP_OK;
    lrp_tensor_release(output);
    free(choices);
    return !status ? LRP_OK : lrp_fail_context(err, status, "%s", lrp_model_path(s->model));
}

static enum lrp_status reapply(struct lrp_session *s, const struct lrp_settings *settings, bool same_sources,
                               struct lrp_error *err)
{
    struct lrp_session_plan plan;
    double before = lrp_now_ms();
    enum lrp_status status = lrp_session_plan_make(s, settings, same_sources, &plan, err);
    if (!status) status = check_target(s, &plan, err);
    if (status) {
        lrp_session_plan_free(&plan, lrp_model_input_count(s->model));
        return status;
    }
    commit_plan(s, &plan);
    s->prepare_ms = lrp_now_ms() - before;
    return LRP_OK;
}

/* ---- public ---- */

static struct lrp_session *session_new(void)
{
    struct lrp_session *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->wake, NULL);
    pthread_cond_init(&s->idle, NULL);
    return s;
}

/* With its model there. Takes the session: it is freed in case of an error. */
static enum lrp_status begin_session(struct lrp_session *s, const struct lrp_settings *settings, struct lrp_session **out,
                                     struct lrp_error *err)
{
    const size_t inputs = lrp_model_input_count(s->model);
    enum lrp_status status = LRP_OK;
    s->sources = calloc(inputs + 1, sizeof *s->sources);
    s->inputs = calloc(inputs + 1, sizeof(struct lrp_tensor *));
    if (!s->sources || !s->inputs) status = lrp_fail(err, LRP_MEMORY, "%s: not enough memory", lrp_model_path(s->model));
    if (!status) status = reapply(s, settings, false, err);
    if (!status)
        *out = s;
    else
        lrp_session_free(s);
    return status;
}

enum lrp_status lrp_session_open(const char *model, const struct lrp_settings *settings, struct lrp_session **out,
                                 struct lrp_error *err)
{
    struct lrp_session *s = session_new();
    if (!s) return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", model);
    s->allotted_threads = lrp_allotted_threads();
    s->allotted_memory = lrp_allotted_memory();
    const double before = lrp_now_ms();
    const enum lrp_status status = lrp_model_open(model, &s->model, err);
    s->load_ms = lrp_now_ms() - before;
    if (!status) return begin_session(s, settings, out, err);
    lrp_session_free(s);
    return status;
}

enum lrp_status lrp_session_branch_under(const struct lrp_session *session, const struct lrp_settings *settings,
                                         struct lrp_session **out, struct lrp_error *err)
{
    struct lrp_session *s = session_new();
    if (!s) return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", lrp_model_path(session->model));
    s->trunk = session;
    s->model = lrp_model_retain(session->model);
    s->tokenizer = session->tokenizer;
    s->load_ms = session->load_ms;
    s->allotted_threads = 1;
    s->ends_only = session->ends_only;
    s->allotted_memory = session->allotted_memory;
    return begin_session(s, settings, out, err);
}

enum lrp_status lrp_session_branch(const struct lrp_session *session, struct lrp_session **out, struct lrp_error *err)
{
    return lrp_session_branch_under(session, session->setup->settings, out, err);
}

void lrp_session_free(struct lrp_session *session)
{
    if (!session) return;
    lrp_session_cancel(session);
    pthread_mutex_lock(&session->lock);
    session->worker_quit = true;
    pthread_cond_broadcast(&session->wake);
    pthread_mutex_unlock(&session->lock);
    lrp_thread_join(session->worker);
    lrp_job_free(session->pending);
    size_t inputs = session->model ? lrp_model_input_count(session->model) : 0;
    for (size_t i = 0; i < inputs; i++) {
        if (session->sources) lrp_source_free(&session->sources[i]);
        if (session->inputs) lrp_tensor_release(session->inputs[i]);
    }
    free(session->sources);
    free(session->inputs);
    lrp_written_release(session->written);
    lrp_strings_free(&session->notes);
    lrp_strings_free(&session->relevance_notes);
    lrp_setup_release(session->setup);
    lrp_results_release(session->results);
    lrp_cache_clear(&session->cache);
    lrp_model_release(session->model);
    pthread_mutex_destroy(&session->lock);
    pthread_cond_destroy(&session->wake);
    pthread_cond_destroy(&session->idle);
    free(session);
}

const struct lrp_model *lrp_session_model(const struct lrp_session *session)
{
    return session->model;
}

enum lrp_status lrp_session_apply(struct lrp_session *session, const struct lrp_settings *settings, struct lrp_error *err)
{
    return reapply(session, settings, true, err);
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

/* Inputs are no longer made of the text they were. */
static void forget_text(struct lrp_session *s)
{
    lrp_written_release(s->written);
    s->written = NULL;
}

/* Tries a new source; the old one stays if it does not fit. */
static enum lrp_status put_source(struct lrp_session *s, size_t index, struct lrp_source *source, struct lrp_error *err)
{
    struct lrp_source old = s->sources[index];
    s->sources[index] = *source;
    enum lrp_status status = reapply(s, s->setup->settings, false, err);
    if (!status) {
        forget_text(s);
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
    struct lrp_model_value input = {0};
    if (!status) {
        lrp_model_input(session->model, index, &input);
        status = lrp_source_read(path, input.name, lrp_memory_limit(session, session->setup->settings), &source, err);
    }
    return !status ? put_source(session, index, &source, err) : status;
}

enum lrp_status lrp_session_set_tensor(struct lrp_session *session, const char *name, const struct lrp_tensor *tensor,
                                       const char *label, struct lrp_error *err)
{
    size_t index;
    enum lrp_status status = find_input(session, name, &index, err);
    if (status) return status;
    struct lrp_source source = {.label = strdup(label), .array = lrp_tensor_retain(tensor)};
    if (source.label) return put_source(session, index, &source, err);
    lrp_source_free(&source);
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

const struct lrp_tensor *lrp_session_input(struct lrp_session *session, size_t index)
{
    pthread_mutex_lock(&session->lock);
    const struct lrp_tensor *input = index < lrp_model_input_count(session->model) ? session->inputs[index] : NULL;
    if (input) lrp_tensor_retain(input);
    pthread_mutex_unlock(&session->lock);
    return input;
}

/* The sources of several inputs change places with those in the session. */
static void swap_sources(struct lrp_session *s, struct lrp_source *sources, const size_t *indices, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct lrp_source other = s->sources[indices[i]];
        s->sources[indices[i]] = sources[i];
        sources[i] = other;
    }
}

enum lrp_status lrp_session_set_tensors(struct lrp_session *session, const char *const *names,
                                        const struct lrp_tensor *const *tensors, size_t count, const char *label,
                                        struct lrp_error *err)
{
    size_t *indices = calloc(count + 1, sizeof *indices);
    struct lrp_source *sources = calloc(count + 1, sizeof *sources);
    enum lrp_status status = indices && sources ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < count; i++) {
        status = find_input(session, names[i], &indices[i], err);
        if (status) break;
        sources[i] = (struct lrp_source){.label = strdup(label), .array = lrp_tensor_retain(tensors[i])};
        if (!sources[i].label) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    if (!status) {
        swap_sources(session, sources, indices, count);
        status = reapply(session, session->setup->settings, false, err);
        if (status)
            swap_sources(session, sources, indices, count);
        else
            forget_text(session);
    }
    for (size_t i = 0; sources && i < count; i++) lrp_source_free(&sources[i]);
    free(sources);
    free(indices);
    return status;
}

void lrp_session_set_tokenizer(struct lrp_session *session, const struct lrp_tokenizer *tokenizer)
{
    pthread_mutex_lock(&session->lock);
    session->tokenizer = session->setup->tokenizer = tokenizer;
    pthread_mutex_unlock(&session->lock);
}

bool lrp_session_one_by_one(const struct lrp_session *session)
{
    return session->one_by_one;
}

/* Other results of the same setup (handed over); a running job is out of date. */
static void replace_results(struct lrp_session *s, struct lrp_results *results)
{
    pthread_mutex_lock(&s->lock);
    atomic_fetch_add(&s->generation, 1);
    struct lrp_results *old = s->results;
    s->results = results;
    s->job_state = results->relevance_done ? LRP_JOB_DONE : LRP_JOB_NONE;
    pthread_mutex_unlock(&s->lock);
    lrp_results_release(old);
}

enum lrp_status lrp_session_select_sample(struct lrp_session *session, int64_t sample, struct lrp_error *err)
{
    if (sample < 0 || sample >= lrp_session_samples(session))
        return lrp_fail(err, LRP_USAGE, "there is no sample %lld", (long long)sample);
    if (sample == session->sample) return LRP_OK;
    pthread_mutex_lock(&session->lock);
    struct lrp_results *known = lrp_cache_find(&session->cache, session->setup, session->inputs, sample);
    if (known) lrp_results_retain(known);
    pthread_mutex_unlock(&session->lock);
    enum lrp_status status = LRP_OK;
    if (!known) status = lrp_results_new(session->setup->network, session->inputs, sample, NULL, &known, err);
    if (status) return status;
    session->sample = sample;
    replace_results(session, known);
    return LRP_OK;
}

/* What was prepared for inputs of other shapes stays: results of those networks of which nothing is known hold them. Nothing of
 * earlier inputs stays, nor the memory they were in. */
static void keep_networks(const struct lrp_session *s, const struct lrp_cache *old, struct lrp_cache *now)
{
    for (size_t i = 0; i < old->count; i++) {
        struct lrp_network *const network = old->items[i]->network;
        bool seen = network == s->setup->network;
        for (size_t k = 0; k < now->count; k++) seen |= now->items[k]->network == network;
        if (seen || lrp_results_new(network, s->inputs, 0, NULL, &now->items[now->count], NULL) != LRP_OK) continue;
        now->count++;
        lrp_memo_forget(network->engine);
        lrp_pool_limit(lrp_engine_pool(network->engine), 0); /* until it works again (lrp_memory_bound) */
    }
}

enum lrp_status lrp_session_forget(struct lrp_session *session, struct lrp_error *err)
{
    struct lrp_results *results = NULL;
    enum lrp_status status = lrp_results_new(session->setup->network, session->inputs, session->sample, NULL, &results, err);
    if (status) return status;
    struct lrp_cache now = {.count = 0};
    lrp_session_cancel(session);
    lrp_session_wait(session); /* the worker may be at work in one of the networks */
    pthread_mutex_lock(&session->lock);
    struct lrp_cache old = session->cache;
    keep_networks(session, &old, &now);
    session->cache = now;
    pthread_mutex_unlock(&session->lock);
    lrp_cache_clear(&old);
    replace_results(session, results);
    return LRP_OK;
}
