/* job_ledger.c: what became of relevance: the whole ledger, and the accounts of a few layers where the rest has been let go. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "ledger.h"
#include "method.h"
#include "target.h"

/* The sum of the outputs that are explained: where the start is not 0. NaN if the start is no image of them: the whole output,
 * an array. */
static double explained_output(const struct lrp_job *job, const struct lrp_tensor *start)
{
    const char *how = lrp_settings_get(job->setup->settings, LRP_SETTING_OUTPUT_RELEVANCE);
    const struct lrp_tensor *output = job->results->values[job->setup->output];
    double sum = 0;
    if (!lrp_start_picks(how) || lrp_setup_reference(job->setup)) return NAN;
    for (size_t i = 0; output && start && i < start->count; i++) sum += start->f[i] != 0 ? (double)output->f[i] : 0;
    return sum;
}

static void count_node(void *data, int node, int done, int total)
{
    const struct lrp_job *job = data;
    (void)node;
    pthread_mutex_lock(&job->session->lock);
    job->session->done = done;
    job->session->total = total;
    pthread_mutex_unlock(&job->session->lock);
    lrp_job_notify(job);
}

enum lrp_status lrp_job_make_ledger(struct lrp_job *job, const struct lrp_tensor *start, struct lrp_error *err)
{
    struct lrp_results *r = job->results;
    if (r->ledger || job->ends || r->ends_only || job->setup->method.row->compute) return LRP_OK;
    struct lrp_propagation p = lrp_job_propagation(job, start, job->run);
    struct lrp_ledger *ledger = NULL;
    p.progress = count_node;
    p.data = job;
    lrp_job_set_state(job, LRP_JOB_LEDGER);
    enum lrp_status status =
        lrp_ledger_make(&p, r->relevance, explained_output(job, start), &job->setup->concepts, &ledger, err);
    if (status) return status;
    pthread_mutex_lock(&job->session->lock);
    r->ledger = ledger;
    pthread_mutex_unlock(&job->session->lock);
    return LRP_OK;
}

/* By value: what `ends` keeps, and the outputs of the layers that read layer `at`. */
static bool *readers_wanted(const struct lrp_job *job, size_t at)
{
    const struct lrp_network *n = job->results->network;
    const struct lrp_layer *l = &n->view->list.rows[at];
    bool *wanted = malloc(job->results->value_count + 1);
    if (wanted) memcpy(wanted, job->ends, job->results->value_count);
    for (int k = 0; wanted && k < (int)l->consumer_count; k++) {
        for (int v = 0; v < n->graph->value_count; v++) {
            const int producer = n->graph->values[v].producer;
            wanted[v] |= producer >= 0 && n->view->layer_of_node[producer] == (int)l->consumers[k];
        }
    }
    return wanted;
}

struct lrp_ledger *lrp_job_account(struct lrp_job *job, const struct lrp_tensor *start, size_t at)
{
    struct lrp_results *r = job->results;
    struct lrp_ledger *ledger = NULL;
    if (!job->ends || job->setup->method.row->compute || job->setup->concepts.count) return NULL;
    const struct lrp_tensor **relevance = calloc(r->value_count + 1, sizeof(struct lrp_tensor *));
    bool *wanted = readers_wanted(job, at);
    struct lrp_propagation p = lrp_job_propagation(job, start, job->run);
    p.wanted = wanted;
    if (relevance && wanted && lrp_job_attribute(job, &p, relevance, NULL) == LRP_OK) {
        p.wanted = NULL;
        (void)lrp_ledger_make(&p, relevance, NAN, &job->setup->concepts, &ledger, NULL);
    }
    for (size_t v = 0; relevance && v < r->value_count; v++) lrp_tensor_release(relevance[v]);
    free(relevance);
    free(wanted);
    return ledger;
}
