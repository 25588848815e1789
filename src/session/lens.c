/* lens.c: what a model would say after each of its blocks: its final norm and head on every state of the residual stream. */
#include <stdlib.h>

#include "blocked.h"
#include "internal.h"
#include "lrpscope/text.h"
#include "stream.h"

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

/* The output with another state in the place of the last. */
static enum lrp_status look_at_position(struct lrp_session *s, const struct lrp_stream *stream, size_t index, const bool *head,
                                        struct lrp_lens_row *out, struct lrp_error *err)
{
    const struct lrp_results *r = s->results;
    const struct lrp_graph *g = r->network->graph;
    struct lrp_engine *engine = r->network->engine;
    const int state = stream->states[index], last = stream->states[stream->count - 1];
    const struct lrp_run run = {.threads = lrp_session_threads(s), .pool = lrp_engine_pool(engine)};
    const struct lrp_tensor **values = known_values(r, head), *put = r->values[state], *found = NULL;
    enum lrp_status status = values ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status && (!put || !r->values[last] || !lrp_shape_equal(&put->shape, &r->values[last]->shape)))
        status = lrp_fail(err, LRP_UNSUPPORTED, "%s: the state %s has another shape than the last one, %s", g->definition->path,
                          g->values[state].name, g->values[last].name);
    if (!status) {
        lrp_tensor_release(values[last]);
        values[last] = lrp_tensor_retain(put);
        status = lrp_engine_forward(engine, values, s->setup->output, &run, NULL, NULL, err);
    }
    if (!status) found = lrp_tensor_row_major(values[s->setup->output], &run);
    if (!status && !found) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) out->output = lrp_tensor_retain(found);
    const int layer = g->values[state].producer >= 0 ? r->network->view->layer_of_node[g->values[state].producer] : 0;
    out->layer = r->network->view->list.rows[layer > 0 ? layer : 0].name;
    release_all(values, r->value_count);
    return status;
}

enum lrp_status lrp_session_lens(struct lrp_session *s, struct lrp_lens *out, struct lrp_error *err)
{
    const struct lrp_graph *g = s->results->network->graph;
    struct lrp_carriers carriers = {0};
    struct lrp_stream stream = {0};
    *out = (struct lrp_lens){0};
    enum lrp_status status = s->results->forward_done ? LRP_OK : lrp_fail(err, LRP_USAGE, "the forward pass comes first");
    if (!status) status = lrp_carriers_find(g, NULL, s->results->network->token_input, &carriers, err);
    if (!status) status = lrp_stream_find(g, &carriers, s->setup->output, &stream, err);
    bool *head = status ? NULL : lrp_stream_below(g, stream.states[stream.count - 1]);
    if (!status) out->rows = calloc(stream.count, sizeof *out->rows);
    if (!status && (!head || !out->rows)) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < stream.count; i++) {
        out->count = i + 1;
        status = look_at_position(s, &stream, i, head, &out->rows[i], err);
    }
    free(head);
    lrp_stream_free(&stream);
    lrp_carriers_free(&carriers);
    if (status) lrp_lens_free(out);
    return status;
}

void lrp_lens_free(struct lrp_lens *lens)
{
    for (size_t i = 0; i < lens->count; i++) lrp_tensor_release(lens->rows[i].output);
    free(lens->rows);
    *lens = (struct lrp_lens){0};
}
