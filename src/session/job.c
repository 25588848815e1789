/* job.c: one pass: forward, then relevance; results are published layer by layer. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "away.h"
#include "blocked.h"
#include "convention.h"
#include "internal.h"
#include "memo.h"
#include "parallel.h"
#include "target.h"
#include "text.h"

void lrp_job_set_state(struct lrp_job *job, enum lrp_job_state state)
{
    pthread_mutex_lock(&job->session->lock);
    job->session->job_state = state;
    job->session->done = 0;
    job->session->total = job->results->network->graph->order_count;
    pthread_mutex_unlock(&job->session->lock);
    lrp_job_notify(job);
}

static void release_all(const struct lrp_tensor **tensors, size_t count)
{
    for (size_t i = 0; tensors && i < count; i++) lrp_tensor_release(tensors[i]);
    free(tensors);
}

static int count_true(const bool *flags, size_t count)
{
    int result = 0;
    for (size_t i = 0; i < count; i++) result += flags[i];
    return result;
}

/* Finished results come to the front of the cache. */
static void keep_results(struct lrp_job *job)
{
    struct lrp_results *gone[LRP_CACHE_MOST];
    pthread_mutex_lock(&job->session->lock);
    const size_t count = lrp_cache_put(&job->session->cache, job->results, lrp_memory_for_results(job), gone);
    pthread_mutex_unlock(&job->session->lock);
    for (size_t i = 0; i < count; i++) lrp_results_release(gone[i]);
}

/* What is given is there before anything is computed. */
static void take_given(struct lrp_job *job, const struct lrp_tensor **values)
{
    for (size_t v = 0; job->given && v < job->results->value_count; v++) {
        if (!job->given[v] || values[v]) continue;
        values[v] = lrp_tensor_retain(job->given[v]);
        lrp_job_publish(job, values, false, (int)v, -1);
    }
}

static enum lrp_status run_forward(struct lrp_job *job, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_results *r = job->results;
    const struct lrp_graph *g = r->network->graph;
    const size_t layers = r->network->view->list.count;
    const struct lrp_tensor **values = calloc(r->value_count + 1, sizeof(struct lrp_tensor *));
    bool *computed = calloc(layers + 1, sizeof *computed);
    if (!values || !computed) {
        free(values);
        free(computed);
        return lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    for (size_t i = 0; i < job->input_count; i++) {
        if (!job->inputs[i]) continue;
        values[g->inputs[i]] = lrp_tensor_retain(job->inputs[i]);
        lrp_job_publish(job, values, false, g->inputs[i], lrp_network_value_row(r->network, g->inputs[i]));
    }
    take_given(job, values);
    struct lrp_node_watch watch = {.job = job, .tensors = values, .computed = computed};
    lrp_memo_forget(r->network->engine);
    lrp_job_set_state(job, LRP_JOB_FORWARD);
    double before = lrp_now_ms();
    watch.since = before;
    enum lrp_status status =
        lrp_engine_forward(r->network->engine, values, job->setup->output, run, lrp_node_watch_tell, &watch, err);
    lrp_job_publish(job, values, false, job->setup->output, -1);
    pthread_mutex_lock(&job->session->lock);
    job->session->forward_ms = lrp_now_ms() - before;
    job->session->forward_layers = count_true(computed, layers);
    r->forward_done = !status;
    pthread_mutex_unlock(&job->session->lock);
    release_all(values, r->value_count);
    free(computed);
    if (!status && !job->apart) lrp_job_describe_activations(job);
    if (!status && !job->apart) keep_results(job);
    return status;
}

/* The output that is explained, in rows; NULL: no memory. */
static const struct lrp_tensor *output_of(const struct lrp_job *job)
{
    return lrp_tensor_row_major(job->results->values[job->setup->output], job->run);
}

/* The start where a unit says what is explained: 1 there, or its output; what starts otherwise stays as it is. */
static void start_as_given(const struct lrp_job *job, const struct lrp_tensor *output, struct lrp_tensor *start)
{
    const enum lrp_start_kind kind = lrp_start_kind_of(job->setup);
    for (size_t i = 0; i < start->count && kind <= LRP_START_LOGIT; i++) {
        start->f[i] = job->unit->f[i] == 0 ? 0 : job->unit->f[i] * (kind == LRP_START_LOGIT ? output->f[i] : 1);
        if (kind == LRP_START_LOGIT && job->setup->composite->no_negative) start->f[i] = fmaxf(start->f[i], 0);
    }
}

static enum lrp_status start_relevance(struct lrp_job *job, struct lrp_tensor **start, struct lrp_error *err)
{
    const struct lrp_tensor *output = output_of(job);
    struct lrp_target *targets = NULL;
    size_t count = 0;
    enum lrp_status status = output ? lrp_job_start(job, output, lrp_start_kind_of(job->setup), start, &targets, &count, err)
                                    : lrp_fail(err, LRP_MEMORY, "not enough memory for the output");
    if (status) return lrp_fail_context(err, status, "%s", lrp_model_path(job->session->model));
    if (job->unit) start_as_given(job, output, *start);
    pthread_mutex_lock(&job->session->lock);
    free(job->results->targets);
    job->results->targets = targets;
    job->results->target_count = count;
    pthread_mutex_unlock(&job->session->lock);
    lrp_job_notify(job);
    return LRP_OK;
}

/* Marks the relevance as done and remembers how it was made; session locked. */
static void finish_relevance(struct lrp_job *job, struct lrp_tensor *start)
{
    struct lrp_results *r = job->results;
    r->relevance_done = true;
    r->ends_only = job->ends != NULL;
    lrp_setup_release(r->made_under);
    lrp_tensor_release(r->start);
    r->made_under = lrp_setup_retain(job->setup);
    r->start = lrp_tensor_retain(start);
}

/* What a relevance pass works with: by value, by edge and by layer. */
struct backward {
    const struct lrp_tensor **relevance, **edges;
    bool *changed, *computed;
    size_t edge_count, layers;
};

static void backward_free(struct backward *b, size_t values)
{
    release_all(b->relevance, values);
    release_all(b->edges, b->edge_count);
    free(b->changed);
    free(b->computed);
}

static bool backward_new(const struct lrp_job *job, const struct lrp_results *base, struct backward *b)
{
    const struct lrp_results *r = job->results;
    *b = (struct backward){.edge_count = lrp_propagate_edges(r->network->graph), .layers = r->network->view->list.count};
    b->relevance = calloc(r->value_count + 1, sizeof(struct lrp_tensor *));
    b->computed = calloc(b->layers + 1, sizeof *b->computed);
    if (job->keep_edges) b->edges = calloc(b->edge_count + 1, sizeof(struct lrp_tensor *));
    if (base) b->changed = lrp_job_changed_rules(job->setup, base->made_under);
    return b->relevance && b->computed && (b->edges || !job->keep_edges) && (b->changed || !base);
}

/* After the pass: the session's account of it, and what the next one can build on. */
static void finish_backward(struct lrp_job *job, enum lrp_status status, struct backward *b, struct lrp_tensor *start,
                            double took)
{
    struct lrp_results *r = job->results, *done_with = NULL;
    struct lrp_doubts doubts = {0};
    if (!status && !job->apart) lrp_job_doubt_relevance(job, start, &doubts);
    pthread_mutex_lock(&job->session->lock);
    job->session->relevance_ms = took;
    job->session->relevance_layers = count_true(b->computed, b->layers);
    if (!status) {
        finish_relevance(job, start);
        r->doubts = doubts; /* nobody has seen any before: it is done only now */
        if (!r->edges) {
            r->edges = b->edges;
            r->edge_count = b->edge_count;
            b->edges = NULL;
        }
        done_with = r->base;
        r->base = NULL;
    }
    pthread_mutex_unlock(&job->session->lock);
    lrp_results_release(done_with);
    if (!status && !job->apart) keep_results(job);
}

/* Prepares a job whose layers keep no relevance; false: no memory. */
static bool let_layers_go(struct lrp_job *job)
{
    if (!lrp_job_lets_layers_go(job) || job->ends) return true;
    job->ends = lrp_job_ends(job);
    job->gone = lrp_recall_nothing();
    return job->ends && job->gone;
}

static enum lrp_status backward(struct lrp_job *job, struct lrp_tensor *start, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_results *r = job->results;
    const struct lrp_graph *g = r->network->graph;
    if (!let_layers_go(job)) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    const struct lrp_results *base = job->ends ? NULL : lrp_job_base(job, start);
    struct backward b;
    if (!backward_new(job, base, &b)) {
        backward_free(&b, r->value_count);
        return lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    struct lrp_node_watch watch = {.job = job, .tensors = b.relevance, .relevance = true, .computed = b.computed};
    const bool gradual = !job->setup->method.row->times_values;
    struct lrp_propagation p = lrp_job_propagation(job, start, run);
    p.progress = gradual ? lrp_node_watch_tell : NULL;
    p.data = &watch;
    p.previous = base ? base->relevance : NULL;
    p.changed = b.changed;
    p.edges = b.edges;
    p.previous_edges = base ? base->edges : NULL;
    p.computed = b.computed;
    p.wanted = job->ends;
    lrp_job_set_state(job, LRP_JOB_RELEVANCE);
    double before = lrp_now_ms();
    watch.since = before;
    if (r->plain) p.plain = r->plain->relevance;
    enum lrp_status status = lrp_job_attribute(job, &p, b.relevance, err);
    double after = lrp_now_ms();
    for (int v = 0; !status && v < g->value_count; v++)
        lrp_job_publish(job, b.relevance, true, v, lrp_network_value_row(r->network, v));
    finish_backward(job, status, &b, start, after - before);
    backward_free(&b, r->value_count);
    return status;
}

/* What conditions do not change is looked up in results without any. */
static void keep_plain(struct lrp_job *job, const struct lrp_tensor *start)
{
    struct lrp_results *r = job->results, *plain = lrp_job_plain(job, start);
    if (!plain || r->plain || job->apart) return;
    pthread_mutex_lock(&job->session->lock);
    r->plain = lrp_results_retain(plain);
    pthread_mutex_unlock(&job->session->lock);
}

/* Heatmaps of channels are wanted, and make sense. */
static bool wants_maps(const struct lrp_job *job)
{
    const struct lrp_method *row = job->setup->method.row;
    return job->want >= LRP_WANT_RELEVANCE && job->maps_of > 0 && job->map_count && !row->compute && row->by_rules &&
           (size_t)job->maps_of < job->results->network->view->list.count;
}

static enum lrp_status make_maps(struct lrp_job *job, const struct lrp_tensor *start, const struct lrp_run *run,
                                 struct lrp_error *err)
{
    if (job->updated <= 0) job->updated = lrp_now_ms();
    lrp_job_set_state(job, LRP_JOB_CONCEPTS);
    return lrp_job_map_channels(job, start, run, err);
}

static enum lrp_status make_lens(struct lrp_job *job, struct lrp_error *err)
{
    if (job->updated <= 0) job->updated = lrp_now_ms();
    return lrp_job_make_lens(job, err);
}

static enum lrp_status check_failed(const struct lrp_job *job, struct lrp_error *err)
{
    const struct lrp_check *c = job->setup->check;
    for (size_t i = 0; i < c->count; i++)
        if (c->rows[i].failed)
            return lrp_fail(err, LRP_CHECK_FAILED, "%s: the model check failed for %zu layer%s, the first is %s: %s (%s)",
                            lrp_model_path(job->session->model), c->failed, c->failed == 1 ? "" : "s", c->rows[i].layer->name,
                            c->rows[i].reason, c->rows[i].remedy);
    return LRP_OK;
}

static bool holds_floats(const struct lrp_job *job)
{
    const struct lrp_tensor *output = job->results->values[job->setup->output];
    return output && lrp_dtype_is_float(output->dtype) && output->count;
}

/* What is wrong with the values is known before there is relevance. */
static void doubt_values(struct lrp_job *job)
{
    struct lrp_doubts doubts = {0};
    lrp_job_doubt_values(job, &doubts);
    pthread_mutex_lock(&job->session->lock);
    job->results->value_doubts = doubts;
    job->results->values_doubted = true;
    pthread_mutex_unlock(&job->session->lock);
}

static enum lrp_status run_passes(struct lrp_job *job, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_tensor *start = NULL;
    const char *absent = lrp_model_absent(job->session->model);
    if (absent) return lrp_fail(err, LRP_FILE, "%s: %s", lrp_model_path(job->session->model), absent);
    if (job->setup->conflict) return lrp_fail(err, LRP_FILE, "%s", job->setup->conflict);
    enum lrp_status status = lrp_memory_bound(job, err);
    if (!status && !job->results->forward_done) status = run_forward(job, run, err);
    if (!status && !job->results->values_doubted && !job->apart) doubt_values(job);
    /* whole numbers, sequences and what is empty can be computed, not explained */
    if (!status && (job->want >= LRP_WANT_RELEVANCE || holds_floats(job))) status = start_relevance(job, &start, err);
    const bool blocked = job->want >= LRP_WANT_RELEVANCE && lrp_setup_blocked(job->setup);
    /* a model that fails the check says so even if it could not run anyway */
    if (blocked && !status && lrp_job_wants_lens(job)) status = make_lens(job, err);
    if (blocked && (!status || status == LRP_UNSUPPORTED)) status = check_failed(job, err);
    if (!status && start) keep_plain(job, start);
    if (!status && start && job->want >= LRP_WANT_RELEVANCE && !job->results->relevance_done)
        status = backward(job, start, run, err);
    if (!status && job->want == LRP_WANT_LEDGER) {
        job->updated = lrp_now_ms();
        status = lrp_job_make_ledger(job, start, err);
    }
    if (!status && start && wants_maps(job)) status = make_maps(job, start, run, err);
    if (!status && lrp_job_wants_lens(job)) status = make_lens(job, err);
    lrp_tensor_release(start);
    return status;
}

enum lrp_status lrp_job_run(struct lrp_job *job, struct lrp_error *err)
{
    const struct lrp_run run = lrp_job_run_of(job);
    struct lrp_error error = {0};
    struct lrp_session *s = job->session;
    const double before = lrp_now_ms();
    pthread_mutex_lock(&s->lock);
    /* accounting for what is there already is no update of it */
    const bool updates = !(job->want == LRP_WANT_LEDGER && job->results->relevance_done && !job->results->ledger);
    if (updates) s->forward_layers = s->relevance_layers = 0;
    pthread_mutex_unlock(&s->lock);
    job->run = &run;
    enum lrp_status status = run_passes(job, &run, &error);
    job->run = NULL;
    pthread_mutex_lock(&s->lock);
    if (updates) s->update_ms = (job->updated > 0 ? job->updated : lrp_now_ms()) - before;
    if (atomic_load(&s->generation) == job->generation) { /* else a later request speaks for the session */
        s->job_state = !status ? LRP_JOB_DONE : status == LRP_CANCELLED ? LRP_JOB_CANCELLED : LRP_JOB_FAILED;
        s->job_error = !status ? (struct lrp_error){0} : error;
    } else if (status == LRP_CANCELLED && s->job_state != LRP_JOB_NONE && !s->pending) {
        s->job_state = LRP_JOB_CANCELLED;
    }
    pthread_mutex_unlock(&s->lock);
    lrp_job_notify(job);
    if (status && err) *err = error;
    return status;
}
