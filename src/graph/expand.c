/* expand.c: operators that are made of others are written out before a graph is built. */
#include <stdlib.h>
#include <string.h>

#include "expand_parts.h"
#include "grown.h"

static void expander_free(struct expander *e)
{
    lrp_names_free(&e->own);
    lrp_names_free(&e->constants);
    free(e->nodes);
    free(e->scopes);
    free(e->constants_out);
}

enum lrp_status lrp_expand_node(struct expander *e, const struct lrp_node_definition *node)
{
    struct lrp_node_definition *nodes = lrp_grown(e->nodes, e->node_count, &e->node_capacity, sizeof *nodes);
    if (!nodes) return lrp_expand_no_memory(e);
    e->nodes = nodes;
    nodes[e->node_count++] = *node;
    return LRP_OK;
}

enum lrp_status lrp_expand_constant(struct expander *e, const char *name, const struct lrp_blob *blob)
{
    struct lrp_constant_definition *list = lrp_grown(e->constants_out, e->constant_count, &e->constant_capacity, sizeof *list);
    if (!list) return lrp_expand_no_memory(e);
    e->constants_out = list;
    if (!lrp_names_put(&e->constants, name, e->constant_count)) return lrp_expand_no_memory(e);
    list[e->constant_count++] = (struct lrp_constant_definition){name, blob};
    return LRP_OK;
}

enum lrp_status lrp_expand_scope(struct expander *e, const struct lrp_scope_definition *scope)
{
    struct lrp_scope_definition *scopes = lrp_grown(e->scopes, e->scope_count, &e->scope_capacity, sizeof *scopes);
    if (!scopes) return lrp_expand_no_memory(e);
    e->scopes = scopes;
    scopes[e->scope_count++] = *scope;
    return LRP_OK;
}

/* ---- graphs that hang on a node ---- */

static enum lrp_status rewrite_bodies(struct expander *e, const struct lrp_definition **out);

static enum lrp_status write_out_graph(const struct expander *e, const struct lrp_definition *graph,
                                       const struct lrp_definition **out)
{
    struct expander inner = {
        .from = graph, .model = e->model, .around = e, .arena = e->arena, .err = e->err, .taken = e->taken};
    const enum lrp_status status = rewrite_bodies(&inner, out);
    expander_free(&inner);
    return status;
}

static enum lrp_status write_out_graphs(struct expander *e, struct lrp_attribute *a)
{
    const size_t count = lrp_attribute_graphs(a);
    const void **graphs = lrp_arena_calloc(e->arena, count + 1, sizeof *graphs);
    enum lrp_status status = graphs ? LRP_OK : lrp_expand_no_memory(e);
    for (size_t i = 0; !status && i < count; i++) {
        const struct lrp_definition *graph = NULL;
        status = write_out_graph(e, lrp_attribute_graph(a, i), &graph);
        graphs[i] = graph;
    }
    if (status || !count) return status;
    a->graph = graphs[0];
    if (a->kind == LRP_ATTRIBUTE_GRAPHS) a->graphs = graphs;
    return status;
}

enum lrp_status lrp_expand_plain(struct expander *e, const struct lrp_node_definition *node)
{
    struct lrp_node_definition copy = *node;
    size_t graphs = 0;
    for (int a = 0; a < node->attribute_count; a++) graphs += lrp_attribute_graphs(&node->attributes[a]);
    if (!graphs) return lrp_expand_node(e, node);
    struct lrp_attribute *attributes = lrp_arena_calloc(e->arena, (size_t)node->attribute_count, sizeof *attributes);
    enum lrp_status status = attributes ? LRP_OK : lrp_expand_no_memory(e);
    if (attributes) memcpy(attributes, node->attributes, (size_t)node->attribute_count * sizeof *attributes);
    for (int a = 0; !status && a < node->attribute_count; a++) status = write_out_graphs(e, &attributes[a]);
    copy.attributes = attributes;
    return status ? status : lrp_expand_node(e, &copy);
}

/* ---- the model ---- */

/* Takes the names of a graph and of those inside it; false when out of memory. */
static bool take_values(struct lrp_names *names, const struct lrp_definition *d)
{
    bool fine = true;
    for (size_t i = 0; fine && i < d->input_count; i++) fine = lrp_names_put(names, d->inputs[i].name, 1);
    for (size_t i = 0; fine && i < d->constant_count; i++) fine = lrp_names_put(names, d->constants[i].name, 1);
    for (size_t n = 0; fine && n < d->node_count; n++)
        for (int i = 0; fine && i < d->nodes[n].output_count; i++) fine = lrp_names_put(names, d->nodes[n].outputs[i], 1);
    return fine;
}

static bool take_all_values(struct lrp_names *names, const struct lrp_definition *d)
{
    bool fine = take_values(names, d);
    for (size_t n = 0; fine && n < d->node_count; n++)
        for (int a = 0; fine && a < d->nodes[n].attribute_count; a++)
            for (size_t i = 0; fine && i < lrp_attribute_graphs(&d->nodes[n].attributes[a]); i++)
                fine = take_all_values(names, lrp_attribute_graph(&d->nodes[n].attributes[a], i));
    return fine;
}

static enum lrp_status take_names(struct expander *e)
{
    const struct lrp_definition *d = e->from;
    enum lrp_status status = take_values(&e->own, d) ? LRP_OK : lrp_expand_no_memory(e);
    for (size_t i = 0; !status && i < d->constant_count; i++)
        status = lrp_expand_constant(e, d->constants[i].name, d->constants[i].blob);
    return status;
}

/* The file's scopes, over the nodes as they are numbered now: those of file node n begin at first[n]. */
static enum lrp_status take_scopes(struct expander *e, const size_t *first)
{
    enum lrp_status status = LRP_OK;
    for (size_t s = 0; !status && s < e->from->scope_count; s++) {
        struct lrp_scope_definition scope = e->from->scopes[s];
        const size_t end = first[scope.first + scope.count];
        scope.first = first[scope.first];
        scope.count = end - scope.first;
        status = lrp_expand_scope(e, &scope);
    }
    return status;
}

static enum lrp_status put_together(struct expander *e, const struct lrp_definition **out)
{
    struct lrp_definition *to = lrp_arena_calloc(e->arena, 1, sizeof *to);
    struct lrp_node_definition *nodes = lrp_arena_calloc(e->arena, e->node_count, sizeof *nodes);
    struct lrp_scope_definition *scopes = lrp_arena_calloc(e->arena, e->scope_count, sizeof *scopes);
    struct lrp_constant_definition *constants = lrp_arena_calloc(e->arena, e->constant_count, sizeof *constants);
    if (!to || !nodes || !scopes || !constants) return lrp_expand_no_memory(e);
    *to = *e->from;
    if (e->node_count) to->nodes = memcpy(nodes, e->nodes, e->node_count * sizeof *nodes);
    if (e->scope_count) to->scopes = memcpy(scopes, e->scopes, e->scope_count * sizeof *scopes);
    if (e->constant_count) to->constants = memcpy(constants, e->constants_out, e->constant_count * sizeof *constants);
    to->node_count = e->node_count;
    to->scope_count = e->scope_count;
    to->constant_count = e->constant_count;
    *out = to;
    return LRP_OK;
}

static enum lrp_status rewrite_bodies(struct expander *e, const struct lrp_definition **out)
{
    const size_t count = e->from->node_count;
    size_t *first = calloc(count + 1, sizeof *first);
    enum lrp_status status = first ? take_names(e) : lrp_expand_no_memory(e);
    /* scopes of the file come first: those of bodies lie inside them. Their extent is known in the end. */
    const size_t own = e->from->scope_count;
    for (size_t s = 0; !status && s < own; s++) status = lrp_expand_scope(e, &e->from->scopes[s]);
    for (size_t n = 0; !status && n < count; n++) {
        first[n] = e->node_count;
        status = lrp_expand_add(e, &e->from->nodes[n], 0);
    }
    if (!status) {
        const size_t inner = e->scope_count;
        first[count] = e->node_count;
        e->scope_count = 0;
        status = take_scopes(e, first);
        e->scope_count = inner;
    }
    free(first);
    return !status ? put_together(e, out) : status;
}

/* Whether anything in a graph, or in those inside it, has a body. */
static bool has_bodies(const struct lrp_definition *model, const struct lrp_definition *d)
{
    for (size_t n = 0; n < d->node_count; n++) {
        if (lrp_expand_row(model, &d->nodes[n])) return true;
        for (int a = 0; a < d->nodes[n].attribute_count; a++)
            for (size_t i = 0; i < lrp_attribute_graphs(&d->nodes[n].attributes[a]); i++)
                if (has_bodies(model, lrp_attribute_graph(&d->nodes[n].attributes[a], i))) return true;
    }
    return false;
}

enum lrp_status lrp_definition_expand(const struct lrp_definition *definition, struct lrp_arena *arena,
                                      const struct lrp_definition **out, struct lrp_error *err)
{
    struct taken taken = {0};
    struct expander e = {.from = definition, .model = definition, .arena = arena, .err = err, .taken = &taken};
    *out = definition;
    if (!has_bodies(definition, definition)) return LRP_OK;
    enum lrp_status status = take_all_values(&taken.values, definition) ? LRP_OK : lrp_expand_no_memory(&e);
    if (!status) status = rewrite_bodies(&e, out);
    expander_free(&e);
    lrp_names_free(&taken.values);
    lrp_names_free(&taken.calls);
    return status;
}
