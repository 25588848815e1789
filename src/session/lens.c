/* lens.c: what a model would say after each of its blocks: its final norm and head on every state of the residual stream. */
#include "lens.h"

#include <stdlib.h>

#include "blocked.h"
#include "lrpscope/text.h"

static void release_all(const struct lrp_tensor **values, size_t count)
{
    for (size_t i = 0; values && i < count; i++) lrp_tensor_release(values[i]);
    free(values);
}

/* All that the pass found, but what the last state leads to. */
static const struct lrp_tensor **known_values(const struct lrp_results *r, const bool *head)
{
    const struct lrp_tensor **values = calloc(r->value_count + 1, sizeof(struct lrp_tensor *));
    for (size_t v = 0; values && v < r->value_count; v++)
        if (!head[v] && r->values[v]) values[v] = lrp_tensor_retain(r->values[v]);
    return values;
}

enum lrp_status lrp_lens_search_new(const struct lrp_results *results, const struct lrp_setup *setup,
                                    struct lrp_lens_search *out, struct lrp_error *err)
{
    const struct lrp_graph *g = results->network->graph;
    *out = (struct lrp_lens_search){.results = results, .setup = setup};
    enum lrp_status status = results->forward_done ? LRP_OK : lrp_fail(err, LRP_USAGE, "the forward pass comes first");
    if (!status) status = lrp_carriers_find(g, NULL, results->network->token_input, &out->carriers, err);
    if (!status) status = lrp_stream_find(g, &out->carriers, setup->output, &out->stream, err);
    if (!status) out->head = lrp_stream_below(g, out->stream.states[out->stream.count - 1]);
    if (!status && !out->head) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    return status;
}

void lrp_lens_search_free(struct lrp_lens_search *search)
{
    free(search->head);
    lrp_stream_free(&search->stream);
    lrp_carriers_free(&search->carriers);
}

enum lrp_status lrp_lens_look(const struct lrp_lens_search *search, size_t index, const struct lrp_run *run,
                              const struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_results *r = search->results;
    const struct lrp_graph *g = r->network->graph;
    const struct lrp_stream *stream = &search->stream;
    const int state = stream->states[index], last = stream->states[stream->count - 1], output = search->setup->output;
    const struct lrp_tensor **values = known_values(r, search->head), *put = r->values[state], *found = NULL;
    enum lrp_status status = values ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status && (!put || !r->values[last]))
        status =
            lrp_fail(err, LRP_UNSUPPORTED, "%s: the states of its blocks are not kept (--memory allows less than they take)",
                     g->definition->path);
    if (!status && !lrp_shape_equal(&put->shape, &r->values[last]->shape))
        status = lrp_fail(err, LRP_UNSUPPORTED, "%s: the state %s has another shape than the last one, %s", g->definition->path,
                          g->values[state].name, g->values[last].name);
    if (!status) {
        lrp_tensor_release(values[last]);
        values[last] = lrp_tensor_retain(put);
        status = lrp_engine_forward(r->network->engine, values, output, run, NULL, NULL, err);
    }
    if (!status) found = lrp_tensor_row_major(values[output], run);
    if (!status && !found) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) *out = lrp_tensor_retain(found);
    release_all(values, r->value_count);
    return status;
}

int lrp_lens_layer(const struct lrp_lens_search *search, size_t index)
{
    const struct lrp_network *n = search->results->network;
    const int producer = n->graph->values[search->stream.states[index]].producer;
    const int layer = producer >= 0 ? n->view->layer_of_node[producer] : 0;
    return layer > 0 ? layer : 0;
}

enum lrp_status lrp_session_lens(struct lrp_session *s, struct lrp_lens *out, struct lrp_error *err)
{
    const struct lrp_run run = {.threads = lrp_session_threads(s), .pool = lrp_engine_pool(s->results->network->engine)};
    const struct lrp_layer_list *list = &s->results->network->view->list;
    struct lrp_lens_search search;
    *out = (struct lrp_lens){0};
    enum lrp_status status = lrp_lens_search_new(s->results, s->setup, &search, err);
    if (!status && !(out->rows = calloc(search.stream.count, sizeof *out->rows)))
        status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < search.stream.count; i++) {
        out->count = i + 1;
        out->rows[i].layer = list->rows[lrp_lens_layer(&search, i)].name;
        status = lrp_lens_look(&search, i, &run, &out->rows[i].output, err);
    }
    lrp_lens_search_free(&search);
    if (status) lrp_lens_free(out);
    return status;
}

void lrp_lens_free(struct lrp_lens *lens)
{
    for (size_t i = 0; i < lens->count; i++) lrp_tensor_release(lens->rows[i].output);
    free(lens->rows);
    *lens = (struct lrp_lens){0};
}
