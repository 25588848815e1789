/* bodies.c: the bodies of control flow (If, Loop, Scan, SequenceMap, whatever holds graphs): nodes to be listed, and run by
 * the node they hang on (turns.h). */
#include "bodies.h"

#include <stdlib.h>
#include <string.h>

/* Where names of a body are looked up: its own, then those around it. */
struct scope {
    const struct scope *around; /* NULL: the model */
    struct lrp_names *names;
};

static void count_body(const struct lrp_definition *body, struct lrp_body_counts *counts)
{
    counts->bodies++;
    counts->nodes += body->node_count;
    counts->values += body->input_count + body->constant_count;
    for (size_t i = 0; i < body->node_count; i++) counts->values += (size_t)body->nodes[i].output_count;
    lrp_bodies_count(body, counts);
}

void lrp_bodies_count(const struct lrp_definition *definition, struct lrp_body_counts *counts)
{
    for (size_t n = 0; n < definition->node_count; n++)
        for (int a = 0; a < definition->nodes[n].attribute_count; a++) {
            const struct lrp_attribute *attribute = &definition->nodes[n].attributes[a];
            for (size_t i = 0; i < lrp_attribute_graphs(attribute); i++) count_body(lrp_attribute_graph(attribute, i), counts);
        }
}

static int find_value(const struct scope *scope, const char *name)
{
    size_t value;
    for (; *name && scope; scope = scope->around)
        if (lrp_names_get(scope->names, name, &value)) return (int)value;
    return -1;
}

static bool add_values(struct lrp_graph *g, const struct lrp_definition *d, struct lrp_names *names, struct lrp_body *body)
{
    body->inputs = lrp_arena_calloc(g->arena, d->input_count, sizeof *body->inputs);
    if (!body->inputs) return false;
    for (size_t i = 0; i < d->input_count; i++) {
        const int v = lrp_builder_value(g, names, d->inputs[i].name);
        if (v < 0) return false;
        body->inputs[body->input_count++] = v;
    }
    for (size_t i = 0; i < d->constant_count; i++) {
        const int v = lrp_builder_value(g, names, d->constants[i].name);
        if (v < 0) return false;
        const struct lrp_blob *blob = d->constants[i].blob;
        g->values[v].desc = (struct lrp_desc){.present = true, .dtype = blob->dtype, .shape = blob->shape, .constant = blob};
    }
    for (size_t n = 0; n < d->node_count; n++)
        for (int i = 0; i < d->nodes[n].output_count; i++)
            if (*d->nodes[n].outputs[i] && lrp_builder_value(g, names, d->nodes[n].outputs[i]) < 0) return false;
    return true;
}

/* Nothing is worked out in a body: its values have the types that the file says. */
static void take_types(struct lrp_graph *g, const struct lrp_names *names, const struct lrp_value_definition *list,
                       size_t count)
{
    size_t v;
    for (size_t i = 0; i < count; i++)
        if (lrp_names_get(names, list[i].name, &v) && !g->values[v].desc.constant) {
            g->values[v].desc.dtype = list[i].dtype;
            g->values[v].desc.shape = &list[i].shape;
        }
}

static enum lrp_status add_bodies(struct lrp_builder *b, int node, const struct lrp_node_definition *def,
                                  const struct scope *scope);

static enum lrp_status add_inner_node(struct lrp_builder *b, const struct lrp_node_definition *def, int body,
                                      const struct scope *scope)
{
    struct lrp_graph *g = b->graph;
    const int index = g->node_count;
    struct lrp_node *n = lrp_builder_node(b, def);
    if (!n) return lrp_builder_no_memory(b);
    n->body = body;
    n->explicit_count = def->input_count;
    n->first_body = g->body_count;
    n->obstacle_status = LRP_UNSUPPORTED;
    n->obstacle = g->bodies[body].obstacle;
    for (int i = 0; i < def->input_count; i++) {
        n->in[i] = find_value(scope, def->inputs[i]);
        g->bodies[body].unknown_names |= n->in[i] < 0 && *def->inputs[i];
    }
    for (int i = 0; i < def->output_count; i++) {
        n->out[i] = *def->outputs[i] ? find_value(scope, def->outputs[i]) : -1;
        struct lrp_value *v = n->out[i] < 0 ? NULL : &g->values[n->out[i]];
        if (v && v->producer < 0) v->producer = index;
    }
    const enum lrp_status status = add_bodies(b, index, def, scope);
    n->body_span = g->body_count - n->first_body;
    return status;
}

/* What a body makes, once all its names are known. */
static enum lrp_status add_outputs(struct lrp_builder *b, const struct lrp_definition *d, const struct scope *scope,
                                   struct lrp_body *body)
{
    body->outputs = lrp_arena_calloc(b->graph->arena, d->output_count, sizeof *body->outputs);
    if (!body->outputs) return lrp_builder_no_memory(b);
    for (size_t i = 0; i < d->output_count; i++) body->outputs[body->output_count++] = find_value(scope, d->outputs[i].name);
    return LRP_OK;
}

/* ---- what bodies read from around them ---- */

/* The values that a node's bodies read from around it, and make nothing of but hand on: each once. */
struct captured {
    const struct lrp_graph *graph;
    int *mark; /* by value: the node that listed it last, counted from 1 */
    int *list, count;
};

static void capture(struct captured *c, int node, int value)
{
    const struct lrp_node *n = &c->graph->nodes[node];
    const struct lrp_body *first = &c->graph->bodies[n->first_body], *last = first + n->body_span - 1;
    if (value < 0 || c->mark[value] == node + 1) return;
    if (value >= first->first_value && value < last->first_value + last->value_count) return;
    c->mark[value] = node + 1;
    if (c->list) c->list[c->count] = value;
    c->count++;
}

static void capture_all(struct captured *c, int node, int *list)
{
    const struct lrp_graph *g = c->graph;
    const struct lrp_node *n = &g->nodes[node];
    c->list = list;
    c->count = 0;
    for (int b = n->first_body; b < n->first_body + n->body_span; b++) {
        for (int k = g->bodies[b].first; k < g->bodies[b].first + g->bodies[b].count; k++)
            for (int i = 0; i < g->nodes[k].file_in_count; i++) capture(c, node, g->nodes[k].file_in[i]);
        for (int i = 0; i < g->bodies[b].output_count; i++) capture(c, node, g->bodies[b].outputs[i]);
    }
}

/* They become inputs of the node, behind those that the file gives it. */
static bool add_captured(struct lrp_graph *g, struct captured *c, int node)
{
    struct lrp_node *n = &g->nodes[node];
    capture_all(c, node, NULL);
    const size_t count = (size_t)c->count, explicit_count = (size_t)n->explicit_count;
    int *in = lrp_arena_calloc(g->arena, explicit_count + count, sizeof *in);
    struct lrp_desc *desc = lrp_arena_calloc(g->arena, explicit_count + count, sizeof *desc);
    if (!in || !desc) return false;
    for (size_t i = 0; i < explicit_count + count; i++) desc[i].shape = &lrp_shape_unknown;
    if (explicit_count) memcpy(in, n->in, explicit_count * sizeof *in);
    memset(c->mark, 0, (size_t)g->value_count * sizeof *c->mark);
    capture_all(c, node, in + explicit_count);
    n->in = in;
    n->call.in = desc;
    n->call.in_count = (int)(explicit_count + count);
    return true;
}

static enum lrp_status capture_values(struct lrp_builder *b)
{
    struct lrp_graph *g = b->graph;
    struct captured c = {.graph = g, .mark = calloc((size_t)g->value_count + 1, sizeof *c.mark)};
    bool ok = c.mark != NULL;
    for (int n = 0; ok && n < g->node_count; n++)
        if (g->nodes[n].body_span > 0) ok = add_captured(g, &c, n);
    free(c.mark);
    return ok ? LRP_OK : lrp_builder_no_memory(b);
}

/* "then_branch"; of an attribute that holds several graphs "branches.0". NULL when out of memory. */
static const char *name_of(struct lrp_arena *arena, const struct lrp_attribute *attribute, size_t which)
{
    return attribute->kind == LRP_ATTRIBUTE_GRAPHS ? lrp_arena_printf(arena, "%.200s.%zu", attribute->name, which)
                                                   : attribute->name;
}

static enum lrp_status add_body(struct lrp_builder *b, int node, const struct lrp_attribute *attribute, size_t which,
                                const struct scope *around)
{
    struct lrp_graph *g = b->graph;
    const struct lrp_definition *d = lrp_attribute_graph(attribute, which);
    const int index = g->body_count++;
    struct lrp_body *body = &g->bodies[index];
    const char *name = name_of(g->arena, attribute, which);
    if (!name) return lrp_builder_no_memory(b);
    *body = (struct lrp_body){
        .node = node, .parent = g->nodes[node].body, .attribute = name, .first = g->node_count, .first_value = g->value_count};
    struct lrp_names names = {0};
    const struct scope scope = {around, &names};
    /* names are as long as a file wants, and a node may have many bodies */
    body->obstacle = lrp_arena_printf(g->arena, "inside %.200s of %.200s, which is listed, not run", name, g->nodes[node].name);
    enum lrp_status status = body->obstacle && add_values(g, d, &names, body) ? LRP_OK : lrp_builder_no_memory(b);
    if (!status) {
        take_types(g, &names, d->outputs, d->output_count); /* what an output is said to be counts less than value_info */
        take_types(g, &names, d->values, d->value_count);
        take_types(g, &names, d->inputs, d->input_count);
    }
    for (size_t i = 0; !status && i < d->node_count; i++)
        if (d->nodes[i].output_count > 0) status = add_inner_node(b, &d->nodes[i], index, &scope);
    body->count = g->node_count - body->first;
    body->value_count = g->value_count - body->first_value;
    if (!status) status = add_outputs(b, d, &scope, body);
    lrp_names_free(&names);
    return status;
}

static enum lrp_status add_bodies(struct lrp_builder *b, int node, const struct lrp_node_definition *def,
                                  const struct scope *scope)
{
    enum lrp_status status = LRP_OK;
    for (int a = 0; !status && a < def->attribute_count; a++)
        for (size_t i = 0; !status && i < lrp_attribute_graphs(&def->attributes[a]); i++)
            status = add_body(b, node, &def->attributes[a], i, scope);
    return status;
}

enum lrp_status lrp_bodies_add(struct lrp_builder *b)
{
    struct lrp_graph *g = b->graph;
    const struct scope model = {NULL, &b->values};
    enum lrp_status status = LRP_OK;
    for (size_t n = 0; !status && n < g->definition->node_count; n++) {
        g->nodes[n].inside = g->node_count;
        g->nodes[n].first_body = g->body_count;
        g->nodes[n].explicit_count = g->nodes[n].call.in_count;
        status = add_bodies(b, (int)n, &g->definition->nodes[n], &model);
        g->nodes[n].inside_count = g->node_count - g->nodes[n].inside;
        g->nodes[n].body_span = g->body_count - g->nodes[n].first_body;
    }
    return !status && g->body_count ? capture_values(b) : status;
}
