/* expand_body.c: one operator written out as the calls of its body. */
#include <string.h>

#include "body.h"
#include "expand_parts.h"

/* Bodies call operators that have bodies; none goes deeper than this. */
enum { MOST_DEEP = 8 };

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

/* ---- one body ---- */

/* The constant of that name, here or in a graph around this one; NULL if it is none. */
static const struct lrp_blob *constant_of(const struct expander *e, const char *name)
{
    size_t at;
    for (; e; e = e->around) {
        if (lrp_names_get(&e->constants, name, &at)) return e->constants_out[at].blob;
        if (lrp_names_get(&e->own, name, NULL)) return NULL;
    }
    return NULL;
}

/* A node as a call: what is known before anything is inferred. False when out of memory. */
static bool describe_call(const struct expander *e, const struct lrp_node_definition *node, const struct lrp_operator *op,
                          int opset, struct lrp_call *out)
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
        const struct lrp_blob *blob = constant_of(e, node->inputs[i]);
        out->in[i] = (struct lrp_desc){.present = *node->inputs[i] != 0, .shape = &lrp_shape_unknown};
        if (blob) out->in[i] = (struct lrp_desc){.present = true, .dtype = blob->dtype, .shape = blob->shape, .constant = blob};
    }
    for (int j = 0; j < node->output_count; j++)
        out->out[j] = (struct lrp_desc){.present = *node->outputs[j] != 0, .shape = &lrp_shape_unknown};
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
        names[body->constants[k].value] = unused_name(e, &e->taken->values, name);
        if (!names[body->constants[k].value]) return NULL;
    }
    for (int k = 0; names && k < body->call_count; k++)
        for (int i = 0; i < body->calls[k].out_count; i++) {
            const char **name = &names[body->calls[k].out + i];
            if (*name) continue;
            *name = i ? lrp_arena_printf(e->arena, "%s/%s.%d", base, body->calls[k].part, i)
                      : lrp_arena_printf(e->arena, "%s/%s", base, body->calls[k].part);
            *name = unused_name(e, &e->taken->values, *name);
            if (!*name) return NULL;
        }
    return names;
}

static enum lrp_status add_call(struct expander *e, const struct lrp_operator_body *body, const struct lrp_body_call *call,
                                const char *base, const char **names, int depth)
{
    const char **in = lrp_arena_calloc(e->arena, (size_t)call->in_count, sizeof *in);
    if (!in) return lrp_expand_no_memory(e);
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
    return node.name ? lrp_expand_add(e, &node, depth + 1) : lrp_expand_no_memory(e);
}

static enum lrp_status add_copy(struct expander *e, const char *const *from, const char *const *to)
{
    return lrp_expand_node(e, &(struct lrp_node_definition){.name = "",
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
    const char *base = unused_name(e, &e->taken->calls, call_name(node));
    const char **names = base ? name_values(e, body, node, base) : NULL;
    enum lrp_status status = names ? LRP_OK : lrp_expand_no_memory(e);
    const size_t scope = e->scope_count, first = e->node_count;
    const struct lrp_scope_definition around = {.name = base, .number = base, .kind = "fused", .first = first};
    if (!status && body->call_count > 1) status = lrp_expand_scope(e, &around);
    for (int k = 0; !status && k < body->constant_count; k++)
        status = lrp_expand_constant(e, names[body->constants[k].value], body->constants[k].blob);
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

const struct lrp_operator *lrp_expand_row(const struct lrp_definition *d, const struct lrp_node_definition *node)
{
    const struct lrp_operator *op = lrp_operator_find(node->domain, node->op_type, opset_of(d, node), NULL);
    return op && op->body ? op : NULL;
}

enum lrp_status lrp_expand_add(struct expander *e, const struct lrp_node_definition *node, int depth)
{
    const struct lrp_operator *op = depth < MOST_DEEP ? lrp_expand_row(e->model, node) : NULL;
    if (!op) return lrp_expand_plain(e, node);
    struct lrp_call *call = lrp_arena_calloc(e->arena, 1, sizeof *call);
    if (!call || !describe_call(e, node, op, opset_of(e->model, node), call)) return lrp_expand_no_memory(e);
    if (lrp_call_check_attributes(call, NULL)) return lrp_expand_node(e, node); /* inference says what is wrong with it */
    struct lrp_operator_body body = lrp_body_start(e->arena, call);
    const enum lrp_status status = op->body(&body, NULL);
    if (body.failed || status == LRP_MEMORY) return lrp_expand_no_memory(e);
    return status || !is_complete(&body) ? lrp_expand_node(e, node) : write_out(e, node, &body, depth);
}
