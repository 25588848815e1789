/* job.c: one pass: forward, then relevance; results are published layer by layer. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "text.h"

double lrp_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool should_stop(void *data)
{
    const struct lrp_job *job = data;
    return atomic_load(&job->session->generation) != job->generation || atomic_load(&job->session->interrupted);
}

static void notify(const struct lrp_job *job)
{
    if (job->notify) job->notify(job->notify_data);
}

/* Values whose statistics a layer shows: the output of its last node. */
static int layer_value(const struct lrp_network *n, int layer)
{
    if (layer == 0) return n->graph->input_count ? n->graph->inputs[0] : -1;
    const struct lrp_layer_nodes *nodes = &n->view->nodes[layer];
    return n->graph->nodes[nodes->activation >= 0 ? nodes->activation : nodes->anchor].out[0];
}

/* Puts a tensor into its published slot, with the statistics of the layer whose output it is. */
static void publish(struct lrp_job *job, const struct lrp_tensor *const *from, bool relevance, int value, int layer)
{
    struct lrp_results *r = job->results;
    const struct lrp_tensor **slots = relevance ? r->relevance : r->values;
    if (value < 0 || !from[value] || slots[value]) return; /* only this job writes there */
    struct lrp_statistics statistics;
    bool shown = relevance && layer >= 0 && layer_value(r->network, layer) == value;
    if (shown) lrp_tensor_statistics(from[value], &statistics);
    pthread_mutex_lock(&job->session->lock);
    slots[value] = lrp_tensor_retain(from[value]);
    if (shown) r->relevance_statistics[layer] = statistics;
    pthread_mutex_unlock(&job->session->lock);
}

/* What the passes tell after every node. */
struct watch {
    struct lrp_job *job;
    const struct lrp_tensor *const *tensors;
    bool relevance;
    double since; /* when the node before was done, ms */
};

static void on_node(void *data, int node, int done, int total)
{
    struct watch *w = data;
    struct lrp_results *r = w->job->results;
    const struct lrp_network *n = r->network;
    const struct lrp_node *graph_node = &n->graph->nodes[node];
    const double took = lrp_now_ms() - w->since;
    for (int i = 0; i < graph_node->call.out_count; i++)
        publish(w->job, w->tensors, w->relevance, graph_node->out[i], n->view->layer_of_node[node]);
    pthread_mutex_lock(&w->job->session->lock);
    if (n->view->layer_of_node[node] >= 0)
        (w->relevance ? r->relevance_ms : r->forward_ms)[n->view->layer_of_node[node]] += took;
    w->job->session->done = done;
    w->job->session->total = total;
    pthread_mutex_unlock(&w->job->session->lock);
    notify(w->job);
    w->since = lrp_now_ms();
}

/* Statistics of activations are for the details of a layer: taken once the pass is over, not between its layers. */
static void describe_activations(struct lrp_job *job)
{
    struct lrp_results *r = job->results;
    for (size_t i = 0; i < r->network->view->list.count && !should_stop(job); i++) {
        int value = layer_value(r->network, (int)i);
        struct lrp_statistics statistics;
        if (value < 0 || !r->values[value] || !lrp_dtype_is_float(r->values[value]->dtype)) continue;
        lrp_tensor_statistics(r->values[value], &statistics);
        pthread_mutex_lock(&job->session->lock);
        r->value_statistics[i] = statistics;
        pthread_mutex_unlock(&job->session->lock);
    }
}

static void set_state(struct lrp_job *job, enum lrp_job_state state)
{
    pthread_mutex_lock(&job->session->lock);
    job->session->job_state = state;
    job->session->done = 0;
    job->session->total = job->results->network->graph->order_count;
    pthread_mutex_unlock(&job->session->lock);
    notify(job);
}

static void release_all(const struct lrp_tensor **tensors, size_t count)
{
    for (size_t i = 0; tensors && i < count; i++) lrp_tensor_release(tensors[i]);
    free(tensors);
}

static int thread_count(const struct lrp_state *state)
{
    int64_t wanted = 0;
    lrp_parse_int64(lrp_settings_get(state->settings, LRP_SETTING_THREADS), &wanted);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return wanted > 0 ? (int)wanted : cores > 0 ? (int)cores : 1;
}

/* --memory: activations and relevances of every layer are kept, weights are prepared once more. */
static enum lrp_status check_memory(const struct lrp_job *job, struct lrp_error *err)
{
    uint64_t limit;
    const char *text = lrp_settings_get(job->state->settings, LRP_SETTING_MEMORY);
    const struct lrp_layer_list *list = &job->results->network->view->list;
    uint64_t needed = 2 * (uint64_t)list->activation_bytes + 8 * (uint64_t)list->parameters;
    if (!*text || !lrp_parse_bytes(text, &limit) || limit >= needed) return LRP_OK;
    return lrp_fail(err, LRP_MEMORY, "%s: --memory %s is too small: %llu bytes are needed", lrp_model_path(job->session->model),
                    text, (unsigned long long)needed);
}

static enum lrp_status forward(struct lrp_job *job, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_results *r = job->results;
    const struct lrp_graph *g = r->network->graph;
    const struct lrp_tensor **values = calloc(r->value_count + 1, sizeof(struct lrp_tensor *));
    if (!values) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; i < job->input_count; i++) {
        if (!job->inputs[i]) continue;
        values[g->inputs[i]] = lrp_tensor_retain(job->inputs[i]);
        publish(job, values, false, g->inputs[i], 0);
    }
    struct watch watch = {.job = job, .tensors = values};
    set_state(job, LRP_JOB_FORWARD);
    double before = lrp_now_ms();
    watch.since = before;
    enum lrp_status status = lrp_engine_forward(r->network->engine, values, job->state->output, run, on_node, &watch, err);
    publish(job, values, false, job->state->output, -1);
    pthread_mutex_lock(&job->session->lock);
    job->session->forward_ms = lrp_now_ms() - before;
    r->forward_done = status == LRP_OK;
    pthread_mutex_unlock(&job->session->lock);
    release_all(values, r->value_count);
    if (status == LRP_OK) describe_activations(job);
    return status;
}

static enum lrp_status start_relevance(struct lrp_job *job, struct lrp_tensor **start, struct lrp_error *err)
{
    struct lrp_target *targets = NULL;
    size_t count = 0;
    enum lrp_status status = lrp_targets_start(job->state, job->results->values[job->state->output], start, &targets, &count, err);
    if (status != LRP_OK) return lrp_fail_context(err, status, "%s", lrp_model_path(job->session->model));
    pthread_mutex_lock(&job->session->lock);
    free(job->results->targets);
    job->results->targets = targets;
    job->results->target_count = count;
    pthread_mutex_unlock(&job->session->lock);
    notify(job);
    return LRP_OK;
}

/* The earlier results that a pass can build on: same method, convention and start, so that only rules differ; or NULL. */
static const struct lrp_results *usable_base(const struct lrp_job *job, const struct lrp_tensor *start)
{
    const struct lrp_results *base = job->results->base;
    if (!base || !base->made_under || !base->start || base->made_under->method != job->state->method ||
        base->made_under->convention != job->state->convention || base->made_under->output != job->state->output)
        return NULL;
    bool same = lrp_shape_equal(&base->start->shape, &start->shape) &&
                memcmp(base->start->f, start->f, start->count * sizeof(float)) == 0;
    return same ? base : NULL;
}

/* By layer: is its rule another than the one the base was made with? Owned by the caller; NULL when out of memory. */
static bool *changed_rules(const struct lrp_state *now, const struct lrp_state *before)
{
    bool *changed = calloc(now->assignment.count + 1, sizeof *changed);
    for (size_t i = 0; changed && i < now->assignment.count; i++)
        changed[i] = !lrp_rule_equal(&now->assignment.rules[i], &before->assignment.rules[i]);
    return changed;
}

/* Marks the relevance as done and remembers how it was made; session locked. */
static void finish_relevance(struct lrp_job *job, struct lrp_tensor *start)
{
    struct lrp_results *r = job->results;
    r->relevance_done = true;
    r->made_under = lrp_state_retain(job->state);
    r->start = lrp_tensor_retain(start);
}

static enum lrp_status backward(struct lrp_job *job, struct lrp_tensor *start, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_results *r = job->results;
    const struct lrp_graph *g = r->network->graph;
    const struct lrp_results *base = usable_base(job, start);
    bool *changed = base ? changed_rules(job->state, base->made_under) : NULL;
    const struct lrp_tensor **relevance = calloc(r->value_count + 1, sizeof(struct lrp_tensor *));
    if (!relevance || (base && !changed)) {
        free(relevance);
        free(changed);
        return lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    struct watch watch = {.job = job, .tensors = relevance, .relevance = true};
    /* input-gradient multiplies at the end: nothing is final before */
    bool gradual = job->state->method != LRP_METHOD_INPUT_GRADIENT;
    const struct lrp_propagation p = {
        .engine = r->network->engine, .view = r->network->view, .assignment = &job->state->assignment,
        .values = r->values, .method = job->state->method, .keep_activation = job->state->convention == LRP_CONVENTION_PR26,
        .start = job->state->output, .start_relevance = start, .run = run, .progress = gradual ? on_node : NULL, .data = &watch,
        .previous = base ? base->relevance : NULL, .changed = changed};
    set_state(job, LRP_JOB_RELEVANCE);
    double before = lrp_now_ms();
    watch.since = before;
    enum lrp_status status = lrp_propagate(&p, relevance, err);
    double after = lrp_now_ms();
    for (int v = 0; status == LRP_OK && v < g->value_count; v++) {
        int producer = g->values[v].producer;
        publish(job, relevance, true, v, producer >= 0 ? r->network->view->layer_of_node[producer] : g->values[v].is_input ? 0 : -1);
    }
    struct lrp_results *done_with = NULL;
    pthread_mutex_lock(&job->session->lock);
    job->session->relevance_ms = after - before;
    if (status == LRP_OK) {
        finish_relevance(job, start);
        done_with = r->base;
        r->base = NULL;
    }
    pthread_mutex_unlock(&job->session->lock);
    lrp_results_release(done_with);
    release_all(relevance, r->value_count);
    free(changed);
    return status;
}

static enum lrp_status check_failed(const struct lrp_job *job, struct lrp_error *err)
{
    const struct lrp_check *c = job->state->check;
    for (size_t i = 0; i < c->count; i++)
        if (c->rows[i].failed)
            return lrp_fail(err, LRP_CHECK_FAILED, "%s: the model check failed for %zu layer%s, the first is %s: %s (%s)",
                            lrp_model_path(job->session->model), c->failed, c->failed == 1 ? "" : "s", c->rows[i].layer->name,
                            c->rows[i].reason, c->rows[i].remedy);
    return LRP_OK;
}

static enum lrp_status run_passes(struct lrp_job *job, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_tensor *start = NULL;
    enum lrp_status status = check_memory(job, err);
    if (status == LRP_OK && !job->results->forward_done) status = forward(job, run, err);
    if (status == LRP_OK) status = start_relevance(job, &start, err);
    bool checked = job->want == LRP_WANT_RELEVANCE && job->state->method == LRP_METHOD_LRP &&
                   !lrp_settings_flag(job->state->settings, LRP_SETTING_SKIP_CHECKS);
    /* a model that fails the check says so even if it could not run anyway */
    if (checked && !job->state->check->passed && (status == LRP_OK || status == LRP_UNSUPPORTED)) status = check_failed(job, err);
    if (status == LRP_OK && job->want == LRP_WANT_RELEVANCE && !job->results->relevance_done) status = backward(job, start, run, err);
    lrp_tensor_release(start);
    return status;
}

enum lrp_status lrp_job_run(struct lrp_job *job, struct lrp_error *err)
{
    const struct lrp_run run = {.threads = thread_count(job->state), .should_stop = should_stop, .data = job};
    struct lrp_error error = {0};
    enum lrp_status status = run_passes(job, &run, &error);
    struct lrp_session *s = job->session;
    pthread_mutex_lock(&s->lock);
    if (atomic_load(&s->generation) == job->generation) { /* else a later request speaks for the session */
        s->job_state = status == LRP_OK ? LRP_JOB_DONE : status == LRP_CANCELLED ? LRP_JOB_CANCELLED : LRP_JOB_FAILED;
        s->job_error = status == LRP_OK ? (struct lrp_error){0} : error;
    } else if (status == LRP_CANCELLED && s->job_state != LRP_JOB_NONE) {
        s->job_state = LRP_JOB_CANCELLED;
    }
    pthread_mutex_unlock(&s->lock);
    notify(job);
    if (status != LRP_OK && err) *err = error;
    return status;
}

/* ---- making jobs ---- */

/* One sample of a tensor with a leading batch axis. */
static enum lrp_status slice(const struct lrp_tensor *all, int64_t sample, const struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_tensor *one = NULL;
    struct lrp_shape shape = all->shape;
    size_t size = all->count / (size_t)shape.dim[0];
    shape.dim[0] = 1;
    enum lrp_status status = lrp_tensor_new(all->dtype, &shape, &one, err);
    if (status != LRP_OK) return status;
    if (lrp_dtype_is_float(all->dtype)) memcpy(one->f, all->f + (size_t)sample * size, size * sizeof(float));
    else memcpy(one->i, all->i + (size_t)sample * size, size * sizeof(int64_t));
    *out = one;
    return LRP_OK;
}

void lrp_job_free(struct lrp_job *job)
{
    if (!job) return;
    release_all(job->inputs, job->input_count);
    lrp_state_release(job->state);
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
    job->inputs = calloc(job->input_count + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = job->inputs ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; status == LRP_OK && i < job->input_count; i++) {
        if (!session->inputs[i]) continue;
        if (session->one_by_one) status = slice(session->inputs[i], session->sample, &job->inputs[i], err);
        else job->inputs[i] = lrp_tensor_retain(session->inputs[i]);
    }
    if (status != LRP_OK) {
        lrp_job_free(job);
        return status;
    }
    pthread_mutex_lock(&session->lock);
    job->state = lrp_state_retain(session->state);
    job->results = lrp_results_retain(session->results);
    job->generation = atomic_load(&session->generation);
    pthread_mutex_unlock(&session->lock);
    *out = job;
    return LRP_OK;
}
