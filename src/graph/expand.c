/* expand.c: operators that are made of others are written out before a graph is built. */
#include "expand.h"

#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "names.h"

/* Bodies call operators that have bodies; none goes deeper than this. */
enum { MOST_DEEP = 8 };

struct expander {
    const struct lrp_definition *from;
    struct lrp_arena *arena;
    struct lrp_error *err;
    struct lrp_names values, calls; /* names that are taken, and how often */
    struct lrp_names constants;     /* number: in `constants_out` */
    struct lrp_node_definition *nodes;
    struct lrp_scope_definition *scopes;
    struct lrp_constant_definition *constants_out;
    size_t node_count, node_capacity, scope_count, scope_capacity, constant_count, constant_capacity;
};

static enum lrp_status no_memory(const struct expander *e)
{
    return lrp_fail(e->err, LRP_MEMORY, "%s: not enough memory for the graph", e->from->path);
}

/* Room for one more; NULL when out of memory. */
static void *grown(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) return items;
    void *larger = realloc(items, (2 * *capacity + 16) * size);
    if (larger) *capacity = 2 * *capacity + 16;
    return larger;
}

/* A name nobody has: the base itself, else with ~2, ~3 ...; NULL when out of memory. */
static const char *unused_name(const struct expander *e, struct lrp_names *taken, const char *base)
{
    size_t before = 0;
    const char *name = base;
    if (!name) return NULL;
    lrp_names_get(taken, base, &before);
    for (size_t k = before + 1; before; k++) {
        name = lrp_arena_printf(e->arena, "%s~%zu", base, k);
        if (!name || lrp_names_get(taken, name, NULL)) {
            if (!name) return NULL;
            continue;
        }
        if (!lrp_names_put(taken, base, k)) return NULL;
        break;
    }
    return lrp_names_put(taken, name, 1) ? name : NULL;
}

/* What a call is called as: its name, or its first output's. */
static const char *call_name(const struct lrp_node_definition *call)
{
    const char *name = call->name;
    for (int i = 0; !*name && i < call->output_count; i++) name = call->outputs[i];
    return *name ? name : call->op_type;
}

static enum lrp_status add_node(struct expander *e, const struct lrp_node_definition *node)
{
    struct lrp_node_definition *nodes = grown(e->nodes, e->node_count, &e->node_capacity, sizeof *nodes);
    if (!nodes) return no_memory(e);
    e->nodes = nodes;
    nodes[e->node_count++] = *node;
    return LRP_OK;
}

static enum lrp_status add_constant(struct expander *e, const char *name, const struct lrp_blob *blob)
{
    struct lrp_constant_definition *list = grown(e->constants_out, e->constant_count, &e->constant_capacity, sizeof *list);
    if (!list || !lrp_names_put(&e->constants, name, e->constant_count)) return no_memory(e);
    e->constants_out = list;
    list[e->constant_count++] = (struct lrp_constant_definition){name, blob};
    return LRP_OK;
}

static enum lrp_status add_scope(struct expander *e, const struct lrp_scope_definition *scope)
{
    struct lrp_scope_definition *scopes = grown(e->scopes, e->scope_count, &e->scope_capacity, sizeof *scopes);
    if (!scopes) return no_memory(e);
    e->scopes = scopes;
    scopes[e->scope_count++] = *scope;
    return LRP_OK;
}

/* ---- one body ---- */

/* A node as a call: what is known before anything is inferred. False when out of memory. */
static bool describe(const struct expander *e, const struct lrp_node_definition *node, const struct lrp_operator *op, int opset,
                     struct lrp_call *out)
{
    *out = (struct lrp_call){.op = op,
                             .op_type = node->op_type,
                             .domain = node->domain,
                             .opset = opset,
                             .attributes = node->attributes,
                             .attribute_count = node->attribute_count,
                             .in_count = node->input_count,
                             .out_count = node->output_count};
    out->in = lrp_arena_calloc(e->arena, (size_t)node->input_count, sizeof *out->in);
    out->out = lrp_arena_calloc(e->arena, (size_t)node->output_count, sizeof *out->out);
    if (!out->in || !out->out) return false;
    for (int i = 0; i < node->input_count; i++) {
        size_t at;
        out->in[i] = (struct lrp_desc){.present = *node->inputs[i] != 0, .shape = {.rank = -1}};
        if (!lrp_names_get(&e->constants, node->inputs[i], &at)) continue;
        const struct lrp_blob *blob = e->constants_out[at].blob;
        out->in[i] = (struct lrp_desc){.present = true, .dtype = blob->dtype, .shape = blob->shape, .constant = blob};
    }
    for (int j = 0; j < node->output_count; j++)
        out->out[j] = (struct lrp_desc){.present = *node->outputs[j] != 0, .shape = {.rank = -1}};
    return true;
}

/* The name of every value of a body: what the node calls it, or "node/part" and, of further outputs, "node/part.1". */
static const char **name_values(struct expander *e, const struct lrp_operator_body *body,
                                const struct lrp_node_definition *node, const char *base)
{
    const char **names = lrp_arena_calloc(e->arena, (size_t)body->value_count, sizeof *names);
    for (int i = 0; names && i < node->input_count; i++) names[i] = node->inputs[i];
    for (int j = 0; names && j < node->output_count; j++) {
        const int value = body->returned[j]; /* an input, a constant, or returned twice: copied in the end */
        if (value >= node->input_count && !names[value]) names[value] = node->outputs[j];
    }
    for (int k = 0; names && k < body->constant_count; k++) {
        const char *name = lrp_arena_printf(e->arena, "%s/constant", base);
        names[body->constants[k].value] = unused_name(e, &e->values, name);
        if (!names[body->constants[k].value]) return NULL;
    }
    for (int k = 0; names && k < body->call_count; k++)
        for (int i = 0; i < body->calls[k].out_count; i++) {
            const char **name = &names[body->calls[k].out + i];
            if (*name) continue;
            *name = i ? lrp_arena_printf(e->arena, "%s/%s.%d", base, body->calls[k].part, i)
                      : lrp_arena_printf(e->arena, "%s/%s", base, body->calls[k].part);
            *name = unused_name(e, &e->values, *name);
            if (!*name) return NULL;
        }
    return names;
}

static enum lrp_status add(struct expander *e, const struct lrp_node_definition *node, int depth);

static enum lrp_status add_call(struct expander *e, const struct lrp_operator_body *body, const struct lrp_body_call *call,
                                const char *base, const char **names, int depth)
{
    const char **in = lrp_arena_calloc(e->arena, (size_t)call->in_count, sizeof *in);
    if (!in) return no_memory(e);
    for (int i = 0; i < call->in_count; i++) in[i] = call->in[i] < 0 ? "" : names[call->in[i]];
    struct lrp_node_definition node = {.name = base,
                                       .op_type = call->op_type,
                                       .domain = call->domain,
                                       .inputs = in,
                                       .input_count = call->in_count,
                                       .outputs = &names[call->out],
                                       .output_count = call->out_count,
                                       .attributes = call->attributes,
                                       .attribute_count = call->attribute_count,
                                       .opset = *call->domain ? 1 : LRP_BODY_OPSET,
                                       .mixed_floats = true};
    if (body->call_count > 1) node.name = lrp_arena_printf(e->arena, "%s/%s", base, call->part);
    return node.name ? add(e, &node, depth + 1) : no_memory(e);
}

static enum lrp_status add_copy(struct expander *e, const char *const *from, const char *const *to)
{
    return add_node(e, &(struct lrp_node_definition){.name = "",
                                                     .op_type = "Identity",
                                                     .domain = "",
                                                     .inputs = from,
                                                     .input_count = 1,
                                                     .outputs = to,
                                                     .output_count = 1});
}

static enum lrp_status write_out(struct expander *e, const struct lrp_node_definition *node,
                                 const struct lrp_operator_body *body, int depth)
{
    const char *base = unused_name(e, &e->calls, call_name(node));
    const char **names = base ? name_values(e, body, node, base) : NULL;
    enum lrp_status status = names ? LRP_OK : no_memory(e);
    const size_t scope = e->scope_count, first = e->node_count;
    const struct lrp_scope_definition around = {.name = base, .number = base, .kind = "fused", .first = first};
    if (!status && body->call_count > 1) status = add_scope(e, &around);
    for (int k = 0; !status && k < body->constant_count; k++)
        status = add_constant(e, names[body->constants[k].value], body->constants[k].blob);
    for (int k = 0; !status && k < body->call_count; k++) status = add_call(e, body, &body->calls[k], base, names, depth);
    for (int j = 0; !status && j < node->output_count; j++) {
        const int value = body->returned[j];
        if (value >= 0 && strcmp(names[value], node->outputs[j]) != 0) status = add_copy(e, &names[value], &node->outputs[j]);
    }
    if (!status && body->call_count > 1) e->scopes[scope].count = e->node_count - first;
    return status;
}

/* Every output somebody named is made. */
static bool is_complete(const struct lrp_operator_body *body)
{
    for (int j = 0; j < body->of->out_count; j++)
        if (body->of->out[j].present && body->returned[j] < 0) return false;
    return true;
}

static int opset_of(const struct lrp_definition *d, const struct lrp_node_definition *node)
{
    for (int i = 0; !node->opset && i < d->opset_count; i++)
        if (strcmp(d->opsets[i].domain, node->domain) == 0) return d->opsets[i].version;
    return node->opset ? node->opset : 1;
}

/* The row of a node's operator if it has a body. */
static const struct lrp_operator *body_row(const struct lrp_definition *d, const struct lrp_node_definition *node)
{
    const struct lrp_operator *op = lrp_operator_find(node->domain, node->op_type, opset_of(d, node), NULL);
    return op && op->body ? op : NULL;
}

static enum lrp_status add(struct expander *e, const struct lrp_node_definition *node, int depth)
{
    const struct lrp_operator *op = depth < MOST_DEEP ? body_row(e->from, node) : NULL;
    if (!op) return add_node(e, node);
    struct lrp_call *call = lrp_arena_calloc(e->arena, 1, sizeof *call);
    if (!call || !describe(e, node, op, opset_of(e->from, node), call)) return no_memory(e);
    if (lrp_call_check_attributes(call, NULL)) return add_node(e, node); /* inference says what is wrong with it */
    struct lrp_operator_body body = lrp_body_start(e->arena, call);
    const enum lrp_status status = op->body(&body, NULL);
    if (body.failed || status == LRP_MEMORY) return no_memory(e);
    return status || !is_complete(&body) ? add_node(e, node) : write_out(e, node, &body, depth);
}

/* ---- the model ---- */

static enum lrp_status take_names(struct expander *e)
{
    const struct lrp_definition *d = e->from;
    bool fine = true;
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; fine && i < d->input_count; i++) fine = lrp_names_put(&e->values, d->inputs[i].name, 1);
    for (size_t i = 0; fine && !status && i < d->constant_count; i++) {
        fine = lrp_names_put(&e->values, d->constants[i].name, 1);
        status = add_constant(e, d->constants[i].name, d->constants[i].blob);
    }
    for (size_t n = 0; fine && n < d->node_count; n++)
        for (int i = 0; fine && i < d->nodes[n].output_count; i++) fine = lrp_names_put(&e->values, d->nodes[n].outputs[i], 1);
    return fine ? status : no_memory(e);
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
        status = add_scope(e, &scope);
    }
    return status;
}

static enum lrp_status put_together(struct expander *e, const struct lrp_definition **out)
{
    struct lrp_definition *to = lrp_arena_calloc(e->arena, 1, sizeof *to);
    struct lrp_node_definition *nodes = lrp_arena_calloc(e->arena, e->node_count, sizeof *nodes);
    struct lrp_scope_definition *scopes = lrp_arena_calloc(e->arena, e->scope_count, sizeof *scopes);
    struct lrp_constant_definition *constants = lrp_arena_calloc(e->arena, e->constant_count, sizeof *constants);
    if (!to || !nodes || !scopes || !constants) return no_memory(e);
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

static enum lrp_status rewrite(struct expander *e, const struct lrp_definition **out)
{
    const size_t count = e->from->node_count;
    size_t *first = calloc(count + 1, sizeof *first);
    enum lrp_status status = first ? take_names(e) : no_memory(e);
    /* scopes of the file come first: those of bodies lie inside them. Their extent is known in the end. */
    const size_t own = e->from->scope_count;
    for (size_t s = 0; !status && s < own; s++) status = add_scope(e, &e->from->scopes[s]);
    for (size_t n = 0; !status && n < count; n++) {
        first[n] = e->node_count;
        status = add(e, &e->from->nodes[n], 0);
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

enum lrp_status lrp_definition_expand(const struct lrp_definition *definition, struct lrp_arena *arena,
                                      const struct lrp_definition **out, struct lrp_error *err)
{
    struct expander e = {.from = definition, .arena = arena, .err = err};
    size_t n = 0;
    *out = definition;
    while (n < definition->node_count && !body_row(definition, &definition->nodes[n])) n++;
    if (n == definition->node_count) return LRP_OK;
    const enum lrp_status status = rewrite(&e, out);
    lrp_names_free(&e.values);
    lrp_names_free(&e.calls);
    lrp_names_free(&e.constants);
    free(e.nodes);
    free(e.scopes);
    free(e.constants_out);
    return status;
}
