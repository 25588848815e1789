/* publish.c: what a job finds becomes visible: layer by layer, under the session's lock. */
#include "away.h"
#include "internal.h"
#include "statistics.h"

bool lrp_job_should_stop(void *data)
{
    const struct lrp_job *job = data;
    const struct lrp_session *s = job->session;
    return atomic_load(&s->generation) != job->generation || atomic_load(&s->interrupted) ||
           (s->trunk && atomic_load(&s->trunk->interrupted));
}

void lrp_job_notify(const struct lrp_job *job)
{
    if (job->notify) job->notify(job->notify_data);
}

void lrp_job_publish(struct lrp_job *job, const struct lrp_tensor *const *from, bool relevance, int value, int layer)
{
    struct lrp_results *r = job->results;
    const struct lrp_tensor **slots = relevance ? r->relevance : r->values;
    if (value < 0 || !from[value] || slots[value]) return; /* only this job writes there */
    struct lrp_statistics statistics = {0};
    const struct lrp_results *const base = r->base; /* what is taken over from there is described there */
    bool shown = relevance && layer >= 0 && lrp_network_layer_value(r->network, (size_t)layer) == value;
    if (shown && base && base->relevance_done && base->relevance[value] == from[value])
        statistics = base->relevance_statistics[layer];
    else if (shown)
        lrp_tensor_statistics_by(from[value], job->run, &statistics);
    struct lrp_tensor *gone = NULL; /* in its place */
    const bool goes = relevance && job->gone && !job->ends[value];
    if (goes && lrp_tensor_away(from[value]->dtype, &from[value]->shape, job->gone, value, &statistics, &gone, NULL)) return;
    pthread_mutex_lock(&job->session->lock);
    slots[value] = goes ? gone : lrp_tensor_retain(from[value]);
    if (shown) r->relevance_statistics[layer] = statistics;
    pthread_mutex_unlock(&job->session->lock);
}

void lrp_node_watch_tell(void *data, int node, int done, int total)
{
    struct lrp_node_watch *w = data;
    struct lrp_results *r = w->job->results;
    const struct lrp_network *n = r->network;
    const struct lrp_node *graph_node = &n->graph->nodes[node];
    const double took = lrp_now_ms() - w->since;
    const int layer = n->view->layer_of_node[node];
    if (layer >= 0 && !w->relevance) w->computed[layer] = true;
    for (int i = 0; i < graph_node->call.out_count; i++)
        lrp_job_publish(w->job, w->tensors, w->relevance, graph_node->out[i], layer);
    pthread_mutex_lock(&w->job->session->lock);
    if (layer >= 0 && (!w->relevance || w->computed[layer])) (w->relevance ? r->relevance_ms : r->forward_ms)[layer] += took;
    w->job->session->done = done;
    w->job->session->total = total;
    pthread_mutex_unlock(&w->job->session->lock);
    lrp_job_notify(w->job);
    w->since = lrp_now_ms();
}

void lrp_job_describe_activations(struct lrp_job *job)
{
    struct lrp_results *r = job->results;
    for (size_t i = 0; i < lrp_layer_rows(&r->network->view->list) && !lrp_job_should_stop(job); i++) {
        int value = lrp_network_layer_value(r->network, i);
        struct lrp_statistics statistics;
        if (value < 0 || !r->values[value] || !lrp_dtype_is_float(r->values[value]->dtype)) continue;
        lrp_tensor_statistics_by(r->values[value], job->run, &statistics);
        pthread_mutex_lock(&job->session->lock);
        r->value_statistics[i] = statistics;
        pthread_mutex_unlock(&job->session->lock);
    }
}
