/* job_base.c: what a job begins with: earlier results that a pass can build on, what has changed since, how passes run. */
#include <stdlib.h>
#include <string.h>

#include "convention.h"
#include "internal.h"
#include "parallel.h"

/* The earlier results that a pass can build on: same method, convention and start, so that only rules differ; or NULL. */
const struct lrp_results *lrp_job_base(const struct lrp_job *job, const struct lrp_tensor *start)
{
    const struct lrp_results *base = job->results->base;
    if (!base || base->ends_only || !base->made_under || !base->start ||
        !lrp_method_call_equal(&base->made_under->method, &job->setup->method) ||
        base->made_under->convention != job->setup->convention || base->made_under->output != job->setup->output ||
        !job->setup->method.row->by_rules) /* without rules nothing can have changed but the start */
        return NULL;
    if (base->made_under->concepts.count || job->setup->concepts.count) return NULL;
    if (base->made_under->assignment.differentiates != job->setup->assignment.differentiates) return NULL;
    if (strcmp(lrp_settings_get(base->made_under->settings, LRP_SETTING_GATES),
               lrp_settings_get(job->setup->settings, LRP_SETTING_GATES)) != 0)
        return NULL; /* recurrent layers have gates that no rule says anything of */
    bool same = lrp_shape_equal(&base->start->shape, &start->shape) &&
                memcmp(base->start->f, start->f, start->count * sizeof(float)) == 0;
    return same ? base : NULL;
}

struct lrp_results *lrp_job_plain(const struct lrp_job *job, const struct lrp_tensor *start)
{
    static const enum lrp_setting texts[] = {LRP_SETTING_GATES, LRP_SETTING_ATTENTION};
    struct lrp_results *base = job->results->base;
    if (base && base->made_under && base->made_under->concepts.count) base = base->plain;
    const struct lrp_setup *under = base ? base->made_under : NULL, *now = job->setup;
    if (!under || !base->start || !base->relevance_done || !now->concepts.count ||
        !lrp_method_call_equal(&under->method, &now->method) || under->convention != now->convention ||
        under->output != now->output || under->assignment.differentiates != now->assignment.differentiates)
        return NULL;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(lrp_settings_get(under->settings, texts[i]), lrp_settings_get(now->settings, texts[i])) != 0) return NULL;
    bool *changed = lrp_job_changed_rules(now, under), same = changed != NULL;
    for (size_t i = 0; same && i < now->assignment.count; i++) same = !changed[i];
    free(changed);
    same = same && lrp_shape_equal(&base->start->shape, &start->shape) &&
           memcmp(base->start->f, start->f, start->count * sizeof(float)) == 0;
    return same ? base : NULL;
}

/* A layer works in another way, too, where what it reads or makes carries relevance now and did not before, or the reverse: a
 * rule that stops changes what is behind it. */
static void mark_changed_carriers(const struct lrp_setup *now, const struct lrp_setup *before, bool *changed)
{
    const struct lrp_graph *g = now->network->graph;
    const bool *carries = now->assignment.carriers.carries, *carried = before->assignment.carriers.carries;
    for (int k = 0; k < g->order_count; k++) {
        const struct lrp_node *n = &g->nodes[g->order[k]];
        const int layer = now->network->view->layer_of_node[g->order[k]];
        for (int i = 0; layer >= 0 && i < n->call.in_count; i++)
            if (n->in[i] >= 0 && carries[n->in[i]] != carried[n->in[i]]) changed[layer] = true;
        for (int i = 0; layer >= 0 && i < n->call.out_count; i++)
            if (n->out[i] >= 0 && carries[n->out[i]] != carried[n->out[i]]) changed[layer] = true;
    }
}

/* By layer: is its rule another than the one the base was made with? Owned by the caller; NULL when out of memory. */
bool *lrp_job_changed_rules(const struct lrp_setup *now, const struct lrp_setup *before)
{
    bool *changed = calloc(now->assignment.count + 1, sizeof *changed);
    for (size_t i = 0; changed && i < now->assignment.count; i++)
        changed[i] = !lrp_rule_equal(&now->assignment.given[i]->rule, &before->assignment.given[i]->rule);
    if (changed) mark_changed_carriers(now, before, changed);
    return changed;
}

static void *retain_setup(void *setup)
{
    return lrp_setup_retain(setup);
}

static void release_setup(void *setup)
{
    lrp_setup_release(setup);
}

struct lrp_propagation lrp_job_propagation(const struct lrp_job *job, const struct lrp_tensor *start, const struct lrp_run *run)
{
    const struct lrp_results *r = job->results;
    return (struct lrp_propagation){.engine = r->network->engine,
                                    .view = r->network->view,
                                    .assignment = &job->setup->assignment,
                                    .values = r->values,
                                    .method = lrp_method_pass(&job->setup->method),
                                    .keep_activation = lrp_convention_row(job->setup->convention)->inner_activation,
                                    .half_gates =
                                        lrp_composite_halves_gates(lrp_settings_get(job->setup->settings, LRP_SETTING_GATES)),
                                    .start = job->setup->output,
                                    .start_relevance = start,
                                    .owner = {job->setup, retain_setup, release_setup},
                                    .run = run};
}

static int threads_under(const struct lrp_session *session, const struct lrp_setup *setup)
{
    int64_t wanted = 0;
    if (session->trunk) return 1;
    lrp_parse_int64(lrp_settings_get(setup->settings, LRP_SETTING_THREADS), &wanted);
    return lrp_threads_there(wanted > 0 ? (int)wanted : session->allotted_threads);
}

int lrp_session_threads(const struct lrp_session *session)
{
    return threads_under(session, session->setup);
}

/* Loops so short that threads mostly wait for each other: two are a tenth faster at best and take twice the processor's time.
 */
static bool is_tiny(const struct lrp_network *n)
{
    enum { MOST_MACS = 1 << 23, MOST_BYTES = 1 << 20 };
    const struct lrp_layer_list *list = &n->view->list;
    for (size_t i = 1; i < list->count; i++)
        if (list->rows[i].shape_pending) return false; /* of unknown size */
    return list->macs <= MOST_MACS && list->activation_bytes <= MOST_BYTES;
}

int lrp_job_threads(const struct lrp_job *job)
{
    return threads_under(job->session, job->setup);
}

struct lrp_run lrp_job_run_of(struct lrp_job *job)
{
    return (struct lrp_run){.threads = is_tiny(job->results->network) ? 1 : lrp_job_threads(job),
                            .should_stop = lrp_job_should_stop,
                            .data = job,
                            .pool = lrp_engine_pool(job->results->network->engine)};
}
