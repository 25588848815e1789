/* carriers.c: which values carry relevance. */
#include "carriers.h"

#include <stdlib.h>
#include <string.h>

/* By value: which model input (its value number) an integer value stands for, -1: none. */
struct token_search {
    const struct lrp_graph *graph;
    const bool *stopped;
    int *token;  /* tokens, moved about */
    int *looked; /* what tokens found in a table of integers, to be dequantized */
    struct lrp_carriers *out;
};

/* Where shapes are open, types may not be known yet: such a value may be a float one. */
static bool may_be_float(const struct lrp_desc *d)
{
    return lrp_dtype_is_float(d->dtype) || (int)d->dtype == 0;
}

static bool is_empty(const struct lrp_shape *shape)
{
    for (int i = 0; i < shape->rank; i++)
        if (shape->dim[i] == 0) return true;
    return false;
}

static bool add_source(struct token_search *s, int value, int input)
{
    struct lrp_carriers *c = s->out;
    struct lrp_carrier_source *sources = realloc(c->sources, (c->source_count + 1) * sizeof *sources);
    if (!sources) return false;
    c->sources = sources;
    sources[c->source_count++] = (struct lrp_carrier_source){value, input};
    c->carries[value] = true;
    return true;
}

/* Names that exporters give the input of tokens. */
static bool is_called_tokens(const char *name, const char *token_input)
{
    static const char *const names[] = {"input_ids", "decoder_input_ids"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0) return true;
    return token_input && strcmp(name, token_input) == 0;
}

/* Float inputs are sources; integer ones may be tokens. */
static bool take_inputs(struct token_search *s, const char *token_input)
{
    const struct lrp_graph *g = s->graph;
    bool named = false, floats = false, ok = true;
    for (int i = 0; ok && i < g->input_count; i++) {
        const struct lrp_value *v = &g->values[g->inputs[i]];
        if (may_be_float(&v->desc) && !is_empty(v->desc.shape)) {
            floats = true;
            ok = add_source(s, g->inputs[i], g->inputs[i]);
        } else if (!may_be_float(&v->desc) && is_called_tokens(v->name, token_input)) {
            named = true;
            s->token[g->inputs[i]] = g->inputs[i];
        }
    }
    for (int i = 0; ok && !named && !floats && i < g->input_count; i++) s->token[g->inputs[i]] = g->inputs[i];
    return ok;
}

/* The first of a node's inputs that a list knows, as what the list has for it; -1: none. */
static int first_of(const struct lrp_node *n, const int *list)
{
    for (int i = 0; i < n->call.in_count; i++)
        if (n->in[i] >= 0 && list[n->in[i]] >= 0) return list[n->in[i]];
    return -1;
}

int lrp_carriers_count(const struct lrp_carriers *carriers, const struct lrp_node *node)
{
    int count = 0;
    for (int i = 0; i < node->call.in_count; i++) count += node->in[i] >= 0 && carriers->carries[node->in[i]];
    return count;
}

/* Tokens stay tokens while they are moved; a constant table read by them makes a source, one of integers once it is floats. */
static bool follow_tokens(struct token_search *s, const struct lrp_node *n, int out, bool is_float)
{
    const bool moves = n->call.op && n->call.op->traits & LRP_TRAIT_MOVES;
    const bool table = n->call.in_count > 1 && n->call.in[0].constant;
    const int token = moves ? first_of(n, s->token) : -1;
    const int looked = token >= 0 && table ? token : moves ? first_of(n, s->looked) : -1;
    if (looked >= 0 && is_float) return add_source(s, out, looked);
    if (looked >= 0)
        s->looked[out] = looked;
    else if (token >= 0 && !is_float)
        s->token[out] = token;
    return true;
}

/* Its inputs, and what its bodies read of values outside. */
static bool reads_carriers(const struct token_search *s, const struct lrp_node *n)
{
    bool any = lrp_carriers_count(s->out, n) > 0;
    for (int k = 0; k < n->inside_count && !any; k++) any = lrp_carriers_count(s->out, &s->graph->nodes[n->inside + k]) > 0;
    return any;
}

/* What a node hands to its bodies may be any of what it was given itself. */
static void hand_to_bodies(struct token_search *s, int node)
{
    const struct lrp_graph *g = s->graph;
    for (int b = 0; b < g->body_count; b++)
        for (int i = 0; g->bodies[b].node == node && i < g->bodies[b].input_count; i++)
            if (may_be_float(&g->values[g->bodies[b].inputs[i]].desc)) s->out->carries[g->bodies[b].inputs[i]] = true;
}

static bool visit_node(struct token_search *s, int node)
{
    const struct lrp_node *n = &s->graph->nodes[node];
    /* of sizes nothing is known but that; what is drawn is somebody else's, whatever was asked for */
    const bool measures = n->call.op && n->call.op->traits & (LRP_TRAIT_SHAPE_ONLY | LRP_TRAIT_DRAWS);
    const bool carries = !measures && reads_carriers(s, n) && !(s->stopped && s->stopped[node]);
    bool ok = true;
    if (carries) hand_to_bodies(s, node);
    for (int j = 0; ok && j < n->call.out_count; j++) {
        if (n->out[j] < 0) continue;
        const bool is_float = may_be_float(&s->graph->values[n->out[j]].desc);
        if (carries && is_float)
            s->out->carries[n->out[j]] = true;
        else if (!(s->stopped && s->stopped[node]))
            ok = follow_tokens(s, n, n->out[j], is_float);
    }
    return ok;
}

/* No source was found: the first float value that is computed from each integer input is one. `token` is used for all that is
 * computed from them. */
static bool substitute(struct token_search *s)
{
    const struct lrp_graph *g = s->graph;
    bool ok = true;
    s->out->substituted = true;
    for (int v = 0; v < g->value_count; v++) s->token[v] = g->values[v].is_input && !is_empty(g->values[v].desc.shape) ? v : -1;
    for (int k = 0; ok && k < g->order_count; k++) {
        const struct lrp_node *n = &g->nodes[g->order[k]];
        const bool stopped = s->stopped && s->stopped[g->order[k]];
        const int input = first_of(n, s->token);
        const bool carries = lrp_carriers_count(s->out, n) > 0;
        for (int j = 0; ok && j < n->call.out_count && !stopped; j++) {
            if (n->out[j] < 0) continue;
            const bool is_float = may_be_float(&g->values[n->out[j]].desc);
            if (is_float && carries)
                s->out->carries[n->out[j]] = true;
            else if (is_float && input >= 0 && !(n->call.op && n->call.op->traits & LRP_TRAIT_DRAWS))
                ok = add_source(s, n->out[j], input);
            else if (input >= 0 && !(n->call.op && n->call.op->traits & (LRP_TRAIT_SHAPE_ONLY | LRP_TRAIT_DRAWS)))
                s->token[n->out[j]] = input;
        }
    }
    return ok;
}

static int *new_list(const struct lrp_graph *graph)
{
    int *list = malloc(((size_t)graph->value_count + 1) * sizeof *list);
    for (int v = 0; list && v < graph->value_count; v++) list[v] = -1;
    return list;
}

enum lrp_status lrp_carriers_find(const struct lrp_graph *graph, const bool *stopped, const char *token_input,
                                  struct lrp_carriers *out, struct lrp_error *err)
{
    struct token_search s = {
        .graph = graph, .stopped = stopped, .token = new_list(graph), .looked = new_list(graph), .out = out};
    *out = (struct lrp_carriers){.carries = calloc((size_t)graph->value_count + 1, sizeof *out->carries)};
    bool ok = s.token && s.looked && out->carries && take_inputs(&s, token_input);
    for (int k = 0; ok && k < graph->order_count; k++) ok = visit_node(&s, graph->order[k]);
    if (ok && !out->source_count) ok = substitute(&s);
    free(s.token);
    free(s.looked);
    if (ok) return LRP_OK;
    lrp_carriers_free(out);
    return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", graph->definition->path);
}

void lrp_carriers_free(struct lrp_carriers *carriers)
{
    free(carriers->carries);
    free(carriers->sources);
    *carriers = (struct lrp_carriers){0};
}
