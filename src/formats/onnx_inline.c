/* onnx_inline.c: calls of a model's own functions are replaced by what the functions hold. Values inside get names of their own
 * ("call/value"), attributes that refer to those of the function get the call's, and every call becomes a scope: a container.
 */
#include <stdlib.h>
#include <string.h>

#include "grown.h"
#include "onnx_function.h"

struct inliner {
    struct lrp_reader *reader;
    struct lrp_function *functions;
    size_t function_count;
    struct lrp_names by_name;       /* the last function of a name */
    size_t *same_name;              /* by function: the one of the same name before it, SIZE_MAX: none */
    struct lrp_names values, calls; /* names that are taken, and how often */
    struct lrp_node_definition *nodes;
    struct lrp_scope_definition *scopes;
    size_t node_count, node_capacity, scope_count, scope_capacity;
    size_t bytes; /* written out so far */
};
/* One call, and what the names inside its function stand for. */
struct frame {
    struct inliner *in;
    const struct lrp_function *function;
    const struct lrp_node_definition *call;
    const char *name;
    struct lrp_names values; /* number: of a text */
    const char **texts;
    size_t text_count;
};
/* Names that a graph inside a function makes itself; they stay as they are. */
struct own {
    const struct own *around;
    struct lrp_names names;
};

static enum lrp_status charge(struct inliner *in, size_t bytes)
{
    if (bytes > LRP_MOST_WRITTEN_OUT - in->bytes)
        return lrp_fail(in->reader->err, LRP_FILE, "its functions, written out where they are called, take more than %zu bytes",
                        LRP_MOST_WRITTEN_OUT);
    in->bytes += bytes;
    return LRP_OK;
}

/* A name nobody has: the base itself, else with ~2, ~3 ... */
static enum lrp_status unused_name(struct inliner *in, struct lrp_names *taken, const char *base, const char **out)
{
    size_t before = 0;
    const char *name = base;
    enum lrp_status status = name ? LRP_OK : lrp_reader_no_memory(in->reader);
    if (!status) lrp_names_get(taken, base, &before);
    for (size_t k = before + 1; !status && before; k++) {
        status = charge(in, strlen(base) + 8);
        name = !status ? lrp_arena_printf(in->reader->arena, "%s~%zu", base, k) : base;
        if (!name || (!status && !lrp_names_get(taken, name, NULL) && !lrp_names_put(taken, base, k)))
            return lrp_reader_no_memory(in->reader);
        if (!status && !lrp_names_get(taken, name, NULL)) break;
    }
    *out = name;
    return status || lrp_names_put(taken, name, 1) ? status : lrp_reader_no_memory(in->reader);
}

static enum lrp_status join_names(struct frame *frame, const char *name, const char **out)
{
    const enum lrp_status status = charge(frame->in, strlen(frame->name) + strlen(name) + 2);
    *out = !status ? lrp_arena_printf(frame->in->reader->arena, "%s/%s", frame->name, name) : "";
    return *out ? status : lrp_reader_no_memory(frame->in->reader);
}

/* ---- names inside a function ---- */

static enum lrp_status bind(struct frame *frame, const char *inner, const char *outer)
{
    if (!lrp_names_put(&frame->values, inner, frame->text_count)) return lrp_reader_no_memory(frame->in->reader);
    frame->texts[frame->text_count++] = outer;
    return LRP_OK;
}

static enum lrp_status bind_new(struct frame *frame, const char *inner)
{
    const char *base = "", *name = "";
    if (!*inner || lrp_names_get(&frame->values, inner, NULL)) return LRP_OK;
    enum lrp_status status = join_names(frame, inner, &base);
    if (!status) status = unused_name(frame->in, &frame->in->values, base, &name);
    return !status ? bind(frame, inner, name) : status;
}

static enum lrp_status bind_all(struct frame *frame)
{
    const struct lrp_function *f = frame->function;
    const struct lrp_node_definition *call = frame->call;
    size_t most = f->input_count + f->output_count;
    for (size_t n = 0; n < f->node_count; n++) most += (size_t)f->nodes[n].output_count;
    enum lrp_status status = charge(frame->in, most * sizeof *frame->texts + sizeof *frame);
    frame->texts = !status ? malloc((most + 1) * sizeof *frame->texts) : NULL;
    if (!status && !frame->texts) status = lrp_reader_no_memory(frame->in->reader);
    for (size_t i = 0; !status && i < f->input_count; i++)
        status = bind(frame, f->inputs[i], i < (size_t)call->input_count ? call->inputs[i] : "");
    for (size_t i = 0; !status && i < f->output_count && i < (size_t)call->output_count; i++)
        if (*call->outputs[i] && !lrp_names_get(&frame->values, f->outputs[i], NULL))
            status = bind(frame, f->outputs[i], call->outputs[i]);
    for (size_t n = 0; n < f->node_count; n++)
        for (int i = 0; !status && i < f->nodes[n].output_count; i++) status = bind_new(frame, f->nodes[n].outputs[i]);
    return status;
}

/* What a name stands for outside; one that nothing makes gets a name that nothing makes either. */
static enum lrp_status outer_name(struct frame *frame, const struct own *own, const char *name, const char **out)
{
    size_t number;
    *out = name;
    for (; own; own = own->around)
        if (lrp_names_get(&own->names, name, NULL)) return LRP_OK;
    if (!*name) return LRP_OK;
    if (!lrp_names_get(&frame->values, name, &number)) return join_names(frame, name, out);
    *out = frame->texts[number];
    return LRP_OK;
}

static enum lrp_status outer_names(struct frame *frame, const struct own *own, const char *const *names, int count,
                                   const char *const **out)
{
    enum lrp_status status = charge(frame->in, (size_t)count * sizeof **out);
    const char **copies = !status ? lrp_arena_calloc(frame->in->reader->arena, (size_t)count, sizeof *copies) : NULL;
    if (!status && !copies) status = lrp_reader_no_memory(frame->in->reader);
    for (int i = 0; !status && i < count; i++) status = outer_name(frame, own, names[i], &copies[i]);
    *out = copies;
    return status;
}

/* ---- attributes and the graphs on them ---- */

static enum lrp_status copy_node(struct frame *frame, const struct own *own, const struct lrp_node_definition *node,
                                 struct lrp_node_definition *out);

static enum lrp_status own_names(struct frame *frame, const struct lrp_definition *graph, struct lrp_names *names)
{
    bool fine = true;
    for (size_t i = 0; fine && i < graph->input_count; i++) fine = lrp_names_put(names, graph->inputs[i].name, 1);
    for (size_t i = 0; fine && i < graph->constant_count; i++) fine = lrp_names_put(names, graph->constants[i].name, 1);
    for (size_t n = 0; fine && n < graph->node_count; n++)
        for (int i = 0; fine && i < graph->nodes[n].output_count; i++)
            fine = lrp_names_put(names, graph->nodes[n].outputs[i], 1);
    return fine ? charge(frame->in, names->count * sizeof(void *)) : lrp_reader_no_memory(frame->in->reader);
}

static enum lrp_status copy_graph(struct frame *frame, const struct own *around, const struct lrp_definition *graph,
                                  const void **out)
{
    struct lrp_arena *arena = frame->in->reader->arena;
    struct own own = {.around = around};
    enum lrp_status status = charge(frame->in, sizeof *graph + graph->node_count * sizeof *graph->nodes);
    struct lrp_definition *copy = !status ? lrp_arena_calloc(arena, 1, sizeof *copy) : NULL;
    struct lrp_node_definition *nodes = copy ? lrp_arena_calloc(arena, graph->node_count, sizeof *nodes) : NULL;
    if (!status) status = nodes ? own_names(frame, graph, &own.names) : lrp_reader_no_memory(frame->in->reader);
    for (size_t n = 0; !status && n < graph->node_count; n++) status = copy_node(frame, &own, &graph->nodes[n], &nodes[n]);
    lrp_names_free(&own.names);
    if (status) return status;
    *copy = *graph;
    copy->nodes = nodes;
    *out = copy;
    return LRP_OK;
}

static enum lrp_status copy_graphs(struct frame *frame, const struct own *own, struct lrp_attribute *attribute)
{
    if (attribute->kind == LRP_ATTRIBUTE_GRAPH && attribute->graph)
        return copy_graph(frame, own, attribute->graph, &attribute->graph);
    if (attribute->kind != LRP_ATTRIBUTE_GRAPHS) return LRP_OK;
    enum lrp_status status = charge(frame->in, attribute->count * sizeof(void *));
    const void **graphs = !status ? lrp_arena_calloc(frame->in->reader->arena, attribute->count, sizeof *graphs) : NULL;
    if (!status && !graphs) status = lrp_reader_no_memory(frame->in->reader);
    for (size_t i = 0; !status && i < attribute->count; i++) status = copy_graph(frame, own, attribute->graphs[i], &graphs[i]);
    attribute->graphs = graphs;
    return status;
}

static const struct lrp_attribute *attribute_named(const struct lrp_attribute *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0) return &list[i];
    return NULL;
}

/* One that refers to an attribute the call does not have, and that has no default, is left out. */
static enum lrp_status copy_attributes(struct frame *frame, const struct own *own, struct lrp_node_definition *node)
{
    const struct lrp_function *f = frame->function;
    const struct lrp_attribute *from = node->attributes;
    const size_t count = (size_t)node->attribute_count;
    enum lrp_status status = charge(frame->in, count * sizeof *from);
    struct lrp_attribute *to = !status ? lrp_arena_calloc(frame->in->reader->arena, count, sizeof *to) : NULL;
    if (!status && !to) status = lrp_reader_no_memory(frame->in->reader);
    node->attributes = to;
    node->attribute_count = 0;
    for (size_t i = 0; !status && i < count; i++) {
        const struct lrp_attribute *given = &from[i];
        if (given->kind == LRP_ATTRIBUTE_REFERENCE) {
            given = attribute_named(frame->call->attributes, (size_t)frame->call->attribute_count, from[i].s);
            if (!given) given = attribute_named(f->defaults, f->default_count, from[i].s);
            if (!given) continue;
        }
        struct lrp_attribute *out = &to[node->attribute_count++];
        *out = *given;
        out->name = from[i].name;
        if (given == &from[i]) /* what the call brings was written for where the call stands */
            status = copy_graphs(frame, own, out);
    }
    return status;
}

static enum lrp_status copy_node(struct frame *frame, const struct own *own, const struct lrp_node_definition *node,
                                 struct lrp_node_definition *out)
{
    const struct lrp_function *f = frame->function;
    *out = *node;
    enum lrp_status status = outer_names(frame, own, node->inputs, node->input_count, &out->inputs);
    if (!status) status = outer_names(frame, own, node->outputs, node->output_count, &out->outputs);
    if (!status && *node->name) status = join_names(frame, node->name, &out->name);
    for (size_t i = 0; i < f->opset_count; i++)
        if (strcmp(f->opsets[i].domain, node->domain) == 0) out->opset = f->opsets[i].version;
    return !status ? copy_attributes(frame, own, out) : status;
}

/* ---- putting functions in the place of calls ---- */

static const struct lrp_function *function_of(const struct inliner *in, const struct lrp_node_definition *node)
{
    size_t i;
    if (!lrp_names_get(&in->by_name, node->op_type, &i)) return NULL;
    for (; i != SIZE_MAX; i = in->same_name[i])
        if (strcmp(in->functions[i].domain, node->domain) == 0 &&
            strcmp(in->functions[i].overload, node->overload ? node->overload : "") == 0)
            return &in->functions[i];
    return NULL;
}

static enum lrp_status add_node(struct inliner *in, const struct lrp_node_definition *node)
{
    struct lrp_node_definition *nodes = lrp_grown(in->nodes, in->node_count, &in->node_capacity, sizeof *nodes);
    if (!nodes) return lrp_reader_no_memory(in->reader);
    in->nodes = nodes;
    nodes[in->node_count++] = *node;
    return LRP_OK;
}

static enum lrp_status add_scope(struct inliner *in, const char *name)
{
    struct lrp_scope_definition *scopes = lrp_grown(in->scopes, in->scope_count, &in->scope_capacity, sizeof *scopes);
    if (!scopes) return lrp_reader_no_memory(in->reader);
    in->scopes = scopes;
    scopes[in->scope_count++] =
        (struct lrp_scope_definition){.name = name, .number = name, .kind = "function", .first = in->node_count};
    return LRP_OK;
}

/* An output that is one of the function's inputs, or a second one of a value, needs a node that makes it. */
static enum lrp_status add_copies(struct frame *frame)
{
    const struct lrp_function *f = frame->function;
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < f->output_count && i < (size_t)frame->call->output_count; i++) {
        const char *const *names = NULL;
        const char *const inner[] = {f->outputs[i]};
        const char *outer = frame->call->outputs[i];
        status = outer_names(frame, NULL, inner, 1, &names);
        if (status || !*outer || !*names[0] || strcmp(names[0], outer) == 0) continue;
        const struct lrp_node_definition copy = {.name = "",
                                                 .op_type = "Identity",
                                                 .domain = "",
                                                 .inputs = names,
                                                 .input_count = 1,
                                                 .outputs = &frame->call->outputs[i],
                                                 .output_count = 1};
        status = add_node(frame->in, &copy);
    }
    return status;
}

static enum lrp_status append_node(struct inliner *in, const struct lrp_node_definition *node, int depth);

/* What a call is called as: its name, or its first output's. */
static const char *call_name(const struct lrp_node_definition *call)
{
    const char *name = call->name;
    for (int i = 0; !*name && i < call->output_count; i++) name = call->outputs[i];
    return *name ? name : call->op_type;
}

static enum lrp_status write_out(struct frame *frame, int depth)
{
    struct inliner *in = frame->in;
    enum lrp_status status = bind_all(frame);
    for (size_t n = 0; !status && n < frame->function->node_count; n++) {
        const struct lrp_node_definition *inner = &frame->function->nodes[n];
        struct lrp_node_definition node;
        status = charge(in, sizeof node);
        if (!status) status = copy_node(frame, NULL, inner, &node);
        if (!status && !*node.name && function_of(in, inner)) /* its output may have a name from outside */
            status = join_names(frame, call_name(inner), &node.name);
        if (!status) status = append_node(in, &node, depth);
    }
    return !status ? add_copies(frame) : status;
}

static enum lrp_status append_node(struct inliner *in, const struct lrp_node_definition *node, int depth)
{
    struct frame frame = {.in = in, .function = function_of(in, node), .call = node};
    if (!frame.function) return add_node(in, node);
    if (depth == LRP_MOST_FUNCTIONS_DEEP)
        return lrp_fail(in->reader->err, LRP_FILE, "function %s: functions call each other more than %d deep",
                        frame.function->name, LRP_MOST_FUNCTIONS_DEEP);
    enum lrp_status status = unused_name(in, &in->calls, call_name(node), &frame.name);
    const size_t scope = in->scope_count;
    if (!status) status = add_scope(in, frame.name);
    if (!status) status = write_out(&frame, depth + 1);
    if (!status) in->scopes[scope].count = in->node_count - in->scopes[scope].first;
    lrp_names_free(&frame.values);
    free(frame.texts);
    return status;
}

/* ---- the model ---- */

static enum lrp_status take_names(struct inliner *in, const struct lrp_definition *model)
{
    bool fine = true;
    for (size_t i = 0; fine && i < model->input_count; i++) fine = lrp_names_put(&in->values, model->inputs[i].name, 1);
    for (size_t i = 0; fine && i < model->constant_count; i++) fine = lrp_names_put(&in->values, model->constants[i].name, 1);
    for (size_t n = 0; fine && n < model->node_count; n++)
        for (int i = 0; fine && i < model->nodes[n].output_count; i++)
            fine = lrp_names_put(&in->values, model->nodes[n].outputs[i], 1);
    return fine ? LRP_OK : lrp_reader_no_memory(in->reader);
}

static enum lrp_status read_functions(struct inliner *in)
{
    struct lrp_wire wire = lrp_wire_over(in->reader->file);
    struct lrp_wire_field field;
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < in->function_count && lrp_wire_next(&wire, &field);) {
        if (field.number != LRP_MODEL_FUNCTIONS) continue;
        size_t before = SIZE_MAX;
        status = lrp_reader_function(in->reader, field.bytes, &in->functions[i]);
        lrp_names_get(&in->by_name, in->functions[i].name, &before);
        in->same_name[i] = before;
        if (!status && !lrp_names_put(&in->by_name, in->functions[i].name, i)) status = lrp_reader_no_memory(in->reader);
        i++;
    }
    return status;
}

static enum lrp_status rewrite_functions(struct inliner *in, struct lrp_definition *model)
{
    struct lrp_arena *arena = in->reader->arena;
    enum lrp_status status = take_names(in, model);
    for (size_t n = 0; !status && n < model->node_count; n++) status = append_node(in, &model->nodes[n], 0);
    if (status || in->scope_count == 0) return status;
    struct lrp_node_definition *nodes = lrp_arena_calloc(arena, in->node_count, sizeof *nodes);
    struct lrp_scope_definition *scopes = lrp_arena_calloc(arena, in->scope_count, sizeof *scopes);
    if (!nodes || !scopes) return lrp_reader_no_memory(in->reader);
    if (in->node_count) memcpy(nodes, in->nodes, in->node_count * sizeof *nodes);
    memcpy(scopes, in->scopes, in->scope_count * sizeof *scopes);
    model->nodes = nodes;
    model->node_count = in->node_count;
    model->scopes = scopes;
    model->scope_count = in->scope_count;
    return LRP_OK;
}

enum lrp_status lrp_reader_functions(struct lrp_reader *reader, struct lrp_definition *model)
{
    struct inliner in = {.reader = reader};
    struct lrp_wire wire = lrp_wire_over(reader->file);
    struct lrp_wire_field field;
    while (lrp_wire_next(&wire, &field)) in.function_count += field.number == LRP_MODEL_FUNCTIONS;
    if (in.function_count == 0) return LRP_OK;
    in.functions = lrp_arena_calloc(reader->arena, in.function_count, sizeof *in.functions);
    in.same_name = lrp_arena_calloc(reader->arena, in.function_count, sizeof *in.same_name);
    enum lrp_status status = in.functions && in.same_name ? read_functions(&in) : lrp_reader_no_memory(reader);
    if (!status) status = rewrite_functions(&in, model);
    lrp_names_free(&in.by_name);
    lrp_names_free(&in.values);
    lrp_names_free(&in.calls);
    free(in.nodes);
    free(in.scopes);
    return status;
}
