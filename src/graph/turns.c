/* turns.c: running bodies. A body's nodes are nodes of the graph, its values values of the graph: a turn fills them in, and
 * empties them again. */
#include "turns.h"

#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "grown.h"

struct turns {
    struct lrp_bodies face; /* what the operator sees; first, so that it leads back here */
    struct lrp_engine *engine;
    lrp_node_runner *run_node;
    const struct lrp_graph *graph;
    int node;
    const struct lrp_tensor **values;
    bool keep, told; /* told: what went wrong in a body names its node already */
    struct lrp_turn *kept;
    size_t capacity, bytes; /* bytes: of what is kept */
    lrp_turn_back *back;
    void *data;
};

static int turns_find(const struct lrp_bodies *face, const char *attribute)
{
    const struct turns *t = (const struct turns *)face;
    const struct lrp_node *n = &t->graph->nodes[t->node];
    for (int b = n->first_body; b < n->first_body + n->body_span; b++)
        if (t->graph->bodies[b].node == t->node && strcmp(t->graph->bodies[b].attribute, attribute) == 0) return b;
    return -1;
}

static int turns_input_count(const struct lrp_bodies *face, int body)
{
    return ((const struct turns *)face)->graph->bodies[body].input_count;
}

static int turns_output_count(const struct lrp_bodies *face, int body)
{
    return ((const struct turns *)face)->graph->bodies[body].output_count;
}

static const struct lrp_desc *turns_declared(const struct lrp_bodies *face, int body, int output)
{
    static const struct lrp_desc nothing = {.shape = &lrp_shape_unknown};
    const struct lrp_graph *g = ((const struct turns *)face)->graph;
    const int value = g->bodies[body].outputs[output];
    return value < 0 ? &nothing : &g->values[value].desc;
}

/* ---- a turn ---- */

static void empty_turn(struct turns *t, const struct lrp_body *body)
{
    for (int v = body->first_value; v < body->first_value + body->value_count; v++) {
        lrp_tensor_release(t->values[v]);
        t->values[v] = NULL;
    }
}

/* Bodies are read as they stand: what a node reads must be made before it. */
static enum lrp_status check_inputs(const struct turns *t, const struct lrp_node *n, struct lrp_error *err)
{
    if (*n->obstacle && !n->late) return lrp_fail(err, LRP_UNSUPPORTED, "%s", n->obstacle);
    for (int i = 0; i < n->call.in_count; i++) {
        const int v = n->in[i];
        if (v < 0 || t->graph->values[v].desc.constant || t->values[v]) continue;
        return lrp_fail(err, LRP_FILE, "it reads %s, which nothing makes before it", t->graph->values[v].name);
    }
    return LRP_OK;
}

static enum lrp_status run_body(struct turns *t, int body, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_body *b = &t->graph->bodies[body];
    enum lrp_status status = LRP_OK;
    for (int k = b->first; !status && k < b->first + b->count; k++) {
        if (t->graph->nodes[k].body != body || t->graph->nodes[k].state != LRP_NODE_LIVE) continue;
        if (lrp_run_should_stop(run)) return lrp_fail(err, LRP_CANCELLED, "cancelled");
        status = check_inputs(t, &t->graph->nodes[k], err);
        status = status ? lrp_engine_blame(t->engine, k, status, err) : t->run_node(t->engine, k, t->values, run, err);
        t->told = status != LRP_OK;
    }
    return status;
}

/* What a body made, in rows: a new reference. */
static enum lrp_status take_output(struct turns *t, int value, const struct lrp_run *run, struct lrp_tensor **out,
                                   struct lrp_error *err)
{
    const struct lrp_tensor *made = value < 0 ? NULL : t->values[value];
    enum lrp_status status = LRP_OK;
    if (!made && value >= 0 && t->graph->values[value].desc.constant)
        status = lrp_engine_constant(t->engine, value, &made, err);
    if (status) return status;
    if (!made) return lrp_fail(err, LRP_FILE, "one of the outputs of its body is made by nothing");
    made = lrp_tensor_row_major(made, run);
    if (!made) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    *out = lrp_tensor_retain(made);
    return LRP_OK;
}

/* Remembers the values of a turn. */
static enum lrp_status keep_turn(struct turns *t, int body, struct lrp_error *err)
{
    const struct lrp_body *b = &t->graph->bodies[body];
    const size_t count = (size_t)b->value_count;
    struct lrp_turn *kept = lrp_grown(t->kept, t->face.turns, &t->capacity, sizeof *kept);
    if (!kept) return lrp_fail(err, LRP_MEMORY, "not enough memory for its turns");
    t->kept = kept;
    const struct lrp_tensor **values = malloc((count + 1) * sizeof(struct lrp_tensor *));
    if (!values) return lrp_fail(err, LRP_MEMORY, "not enough memory for its turns");
    for (size_t i = 0; i < count; i++) {
        const struct lrp_tensor *value = t->values[(size_t)b->first_value + i];
        values[i] = value ? lrp_tensor_retain(value) : NULL;
        if (value) t->bytes += lrp_tensor_bytes(value);
    }
    t->kept[t->face.turns] = (struct lrp_turn){body, values};
    if (t->bytes <= lrp_engine_turn_limit(t->engine)) return LRP_OK;
    for (size_t i = 0; i < count; i++) lrp_tensor_release(values[i]);
    free(values);
    return lrp_fail(
        err, LRP_MEMORY,
        "%zu turns keep %zu bytes for the way back, more than --memory leaves; a shorter input or more memory helps",
        t->face.turns + 1, t->bytes);
}

static enum lrp_status turns_turn(struct lrp_bodies *face, int body, const struct lrp_tensor *const *in,
                                  struct lrp_tensor **out, const struct lrp_run *run, struct lrp_error *err)
{
    struct turns *t = (struct turns *)face;
    const struct lrp_body *b = &t->graph->bodies[body];
    empty_turn(t, b);
    for (int i = 0; i < b->input_count; i++) {
        lrp_tensor_release(t->values[b->inputs[i]]);
        t->values[b->inputs[i]] = lrp_tensor_retain(in[i]);
    }
    enum lrp_status status = run_body(t, body, run, err);
    for (int j = 0; !status && j < b->output_count; j++) status = take_output(t, b->outputs[j], run, &out[j], err);
    if (!status && t->keep) status = keep_turn(t, body, err);
    if (!status) face->turns++;
    empty_turn(t, b);
    return status;
}

static enum lrp_status turns_back(struct lrp_bodies *face, size_t k, const struct lrp_tensor *const *s,
                                  struct lrp_tensor **given, const struct lrp_run *run, struct lrp_error *err)
{
    struct turns *t = (struct turns *)face;
    if (lrp_run_should_stop(run)) return lrp_fail(err, LRP_CANCELLED, "cancelled");
    const enum lrp_status status = t->back(t->data, &t->kept[k], s, given, run, err);
    t->told = status != LRP_OK;
    return status;
}

/* ---- all of them ---- */

static struct turns turns_new(struct lrp_engine *engine, int node, const struct lrp_tensor **values, lrp_node_runner *run_node)
{
    return (struct turns){.face = {.find = turns_find,
                                   .input_count = turns_input_count,
                                   .output_count = turns_output_count,
                                   .declared = turns_declared,
                                   .turn = turns_turn,
                                   .back = turns_back,
                                   .given = lrp_engine_graph(engine)->nodes[node].explicit_count},
                          .engine = engine,
                          .run_node = run_node,
                          .graph = lrp_engine_graph(engine),
                          .node = node,
                          .values = values};
}

static void turns_free(struct turns *t)
{
    for (size_t k = 0; t->keep && k < t->face.turns; k++) {
        const int count = t->graph->bodies[t->kept[k].body].value_count;
        for (int i = 0; i < count; i++) lrp_tensor_release(t->kept[k].values[i]);
        free(t->kept[k].values);
    }
    free(t->kept);
}

enum lrp_status lrp_turns_run(struct lrp_engine *engine, int node, const struct lrp_tensor **values,
                              const struct lrp_tensor *const *in, struct lrp_tensor **out, lrp_node_runner *run_node,
                              const struct lrp_run *run, struct lrp_error *err)
{
    struct turns t = turns_new(engine, node, values, run_node);
    const struct lrp_call *call = &t.graph->nodes[node].call;
    const enum lrp_status status = call->op->control(call, &t.face, in, out, run, err);
    turns_free(&t);
    return !status || t.told ? status : lrp_engine_blame(engine, node, status, err);
}

enum lrp_status lrp_turns_back(struct lrp_engine *engine, int node, const struct lrp_tensor **values,
                               const struct lrp_tensor *const *in, const struct lrp_tensor *const *s, struct lrp_tensor **given,
                               lrp_turn_back *back, void *data, lrp_node_runner *run_node, const struct lrp_run *run,
                               struct lrp_error *err)
{
    struct turns t = turns_new(engine, node, values, run_node);
    const struct lrp_call *call = &t.graph->nodes[node].call;
    struct lrp_tensor **out = calloc((size_t)call->out_count + 1, sizeof(struct lrp_tensor *));
    t.keep = true;
    t.back = back;
    t.data = data;
    enum lrp_status status = out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = call->op->control(call, &t.face, in, out, run, err);
    for (int j = 0; out && j < call->out_count; j++) lrp_tensor_release(out[j]);
    free(out);
    if (!status) status = call->op->control_back(call, &t.face, in, s, given, run, err);
    turns_free(&t);
    return !status || t.told ? status : lrp_engine_blame(engine, node, status, err);
}
