/* job_ends.c: passes that are asked for relevance at the model's inputs alone: that of layers goes once it was handed on. */
#include <stdlib.h>

#include "away.h"
#include "internal.h"

static void mark_sources(const struct lrp_carriers *carriers, bool *wanted)
{
    for (size_t i = 0; i < carriers->source_count; i++) wanted[carriers->sources[i].value] = true;
}

bool lrp_job_lets_layers_go(const struct lrp_job *job)
{
    const struct lrp_method *row = job->setup->method.row;
    return job->ends_only && !row->compute && !row->times_values && !job->setup->concepts.count;
}

bool *lrp_job_ends(const struct lrp_job *job)
{
    const struct lrp_graph *g = job->results->network->graph;
    bool *wanted = calloc((size_t)g->value_count + 1, sizeof *wanted);
    if (!wanted) return NULL;
    for (int i = 0; i < g->input_count; i++) wanted[g->inputs[i]] = true;
    mark_sources(&job->setup->assignment.carriers, wanted);
    mark_sources(&job->setup->assignment.unstopped, wanted);
    return wanted;
}

static enum lrp_status find_nothing(const struct lrp_recall *recall, int value, const struct lrp_run *run,
                                    struct lrp_tensor **out, struct lrp_error *err)
{
    (void)recall, (void)value, (void)run, (void)out;
    return lrp_fail(err, LRP_UNSUPPORTED, "this relevance was not kept");
}

static void free_nothing(struct lrp_recall *recall)
{
    free(recall);
}

struct lrp_recall *lrp_recall_nothing(void)
{
    struct lrp_recall *const recall = malloc(sizeof *recall);
    if (recall) *recall = (struct lrp_recall){1, find_nothing, free_nothing};
    return recall;
}

void lrp_session_keep_layers(struct lrp_session *session, bool keep)
{
    pthread_mutex_lock(&session->lock);
    session->ends_only = !keep;
    pthread_mutex_unlock(&session->lock);
}
