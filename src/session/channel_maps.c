/* channel_maps.c: a heatmap for each of the strongest channels of a layer: only what lies before the layer is computed anew. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "internal.h"

void lrp_session_want_concepts(struct lrp_session *session, int layer, size_t count)
{
    pthread_mutex_lock(&session->lock);
    session->maps_of = layer;
    session->map_count = count;
    pthread_mutex_unlock(&session->lock);
}

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for heatmaps of channels");
}

/* Which channels they are of, sample by sample. */
static enum lrp_status rank_all(struct lrp_channel_maps *maps, const struct lrp_channels *c, const float *relevance,
                                struct lrp_error *err)
{
    double *sums = calloc(c->count + 1, sizeof *sums);
    int64_t *order = calloc(c->count + 1, sizeof *order);
    const enum lrp_status status = sums && order ? LRP_OK : no_memory(err);
    for (size_t n = 0; !status && n < c->samples; n++) {
        const size_t used = lrp_channels_rank(c, relevance, n, sums, order);
        double sizes = 1e-10;
        for (size_t k = 0; k < c->count; k++) sizes += fabs(sums[k]);
        for (size_t k = 0; k < maps->count; k++) {
            const size_t at = k * c->samples + n;
            maps->channels[at] = k < used ? order[k] : -1;
            maps->sums[at] = k < used ? sums[order[k]] : 0;
            maps->shares[at] = maps->sums[at] / sizes;
        }
    }
    free(sums);
    free(order);
    return status;
}

static enum lrp_status new_maps(const struct lrp_job *job, const struct lrp_tensor *relevance, struct lrp_channel_maps **out,
                                struct lrp_error *err)
{
    const struct lrp_tensor *rows = lrp_tensor_row_major(relevance, job->run);
    const struct lrp_layer_view *view = job->results->network->view;
    struct lrp_channel_maps *m = rows ? calloc(1, sizeof *m) : NULL;
    if (!m) return no_memory(err);
    const struct lrp_channels c = lrp_channels_of(&rows->shape, lrp_setup_samples(job->setup), lrp_channels_last(view));
    *m = (struct lrp_channel_maps){.references = 1, .layer = job->maps_of, .samples = (int64_t)c.samples};
    m->count = c.count < job->map_count ? c.count : job->map_count;
    const size_t all = m->count * c.samples + 1;
    m->map = calloc(m->count + 1, sizeof(struct lrp_tensor *));
    m->channels = calloc(all, sizeof *m->channels);
    m->sums = calloc(all, sizeof *m->sums);
    m->shares = calloc(all, sizeof *m->shares);
    enum lrp_status status = m->map && m->channels && m->sums && m->shares ? LRP_OK : no_memory(err);
    if (!status) status = rank_all(m, &c, rows->f, err);
    if (!status)
        *out = m;
    else
        lrp_channel_maps_release(m);
    return status;
}

/* The heatmap of the channels of a rank. */
static enum lrp_status map_rank(const struct lrp_job *job, const struct lrp_propagation *p, int64_t rank,
                                const struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_network *n = job->results->network;
    struct lrp_concept one = {.layer = job->maps_of, .value = lrp_network_layer_value(n, (size_t)job->maps_of), .rank = rank};
    const struct lrp_concepts concepts = {.items = &one, .count = 1};
    const struct lrp_tensor **found = calloc(job->results->value_count + 1, sizeof(struct lrp_tensor *));
    if (!found) return no_memory(err);
    enum lrp_status status = lrp_propagate_concepts(p, &concepts, lrp_setup_samples(job->setup), found, err);
    const int input = lrp_network_layer_value(n, 0);
    const struct lrp_tensor *rows = status || input < 0 ? NULL : lrp_tensor_row_major(found[input], job->run);
    if (!status && !rows) status = lrp_fail(err, LRP_UNSUPPORTED, "no relevance of the layer reaches the input");
    if (!status) *out = lrp_tensor_retain(rows);
    for (size_t v = 0; v < job->results->value_count; v++) lrp_tensor_release(found[v]);
    free(found);
    return status;
}

static void publish_map(struct lrp_job *job, struct lrp_channel_maps *maps, const struct lrp_tensor *map)
{
    struct lrp_session *s = job->session;
    pthread_mutex_lock(&s->lock);
    if (map) maps->map[maps->done++] = map;
    s->done = (int)maps->done;
    s->total = (int)maps->count;
    pthread_mutex_unlock(&s->lock);
    lrp_job_notify(job);
}

/* Those that are there are gone on with; new ones stand where conditions do not change them. */
static enum lrp_status begin_maps(struct lrp_job *job, struct lrp_results *at, const struct lrp_tensor *const *plain,
                                  struct lrp_channel_maps **out, struct lrp_error *err)
{
    const int value = lrp_network_layer_value(job->results->network, (size_t)job->maps_of);
    struct lrp_channel_maps *old = at->maps;
    if (old && old->layer == job->maps_of) {
        *out = lrp_channel_maps_retain(old);
        return LRP_OK;
    }
    if (value < 0 || !plain[value]) return lrp_fail(err, LRP_UNSUPPORTED, "no relevance reaches the layer");
    const enum lrp_status status = new_maps(job, plain[value], out, err);
    if (status) return status;
    pthread_mutex_lock(&job->session->lock);
    at->maps = lrp_channel_maps_retain(*out);
    pthread_mutex_unlock(&job->session->lock);
    lrp_channel_maps_release(old);
    return LRP_OK;
}

static enum lrp_status fill_maps(struct lrp_job *job, struct lrp_channel_maps *maps, const struct lrp_propagation *p,
                                 struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    publish_map(job, maps, NULL);
    while (!status && maps->done < maps->count) {
        const struct lrp_tensor *map = NULL;
        status = map_rank(job, p, (int64_t)maps->done + 1, &map, err);
        if (!status) publish_map(job, maps, map);
    }
    return status;
}

enum lrp_status lrp_job_map_channels(struct lrp_job *job, const struct lrp_tensor *start, const struct lrp_run *run,
                                     struct lrp_error *err)
{
    struct lrp_results *r = job->results, *at = r->plain ? r->plain : r;
    const struct lrp_tensor **found = calloc(r->value_count + 1, sizeof(struct lrp_tensor *));
    const bool known = r->plain || !job->setup->concepts.count;
    struct lrp_channel_maps *maps = NULL;
    if (!found) return no_memory(err);
    struct lrp_propagation p = lrp_job_propagation(job, start, run);
    /* relevance without conditions, where no earlier pass found it */
    enum lrp_status status = known ? LRP_OK : lrp_propagate(&p, found, err);
    p.plain = known ? at->relevance : found;
    if (!status) status = begin_maps(job, at, p.plain, &maps, err);
    if (!status) status = fill_maps(job, maps, &p, err);
    lrp_channel_maps_release(maps);
    for (size_t v = 0; v < r->value_count; v++) lrp_tensor_release(found[v]);
    free(found);
    return status;
}
