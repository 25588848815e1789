/* builder.c: values and nodes of a graph that is being built, by name. */
#include "builder.h"

#include <string.h>

int lrp_builder_value(struct lrp_graph *g, struct lrp_names *names, const char *name)
{
    size_t known;
    if (lrp_names_get(names, name, &known)) return (int)known;
    if (g->value_count == g->value_capacity) return -1;
    struct lrp_value *v = &g->values[g->value_count];
    *v = (struct lrp_value){.name = name, .producer = -1, .reader = -1, .same_as = -1};
    v->desc = (struct lrp_desc){.present = true, .shape = &lrp_shape_unknown};
    if (!lrp_names_put(names, name, (size_t)g->value_count)) return -1;
    return g->value_count++;
}

static int opset_of(const struct lrp_definition *d, const char *domain)
{
    for (int i = 0; i < d->opset_count; i++)
        if (strcmp(d->opsets[i].domain, domain) == 0) return d->opsets[i].version;
    return 1;
}

/* Node name, or the name of its first output; doubled ones get ~2, ~3. NULL when out of memory. */
static const char *unique_name(struct lrp_builder *b, const struct lrp_node_definition *n)
{
    const char *name = n->name;
    for (int i = 0; !*name && i < n->output_count; i++) name = n->outputs[i];
    if (!*name) name = n->op_type;
    const char *unique = name;
    size_t taken = 0;
    lrp_names_get(&b->names, name, &taken);
    for (size_t k = taken + 1; taken && unique; k++) {
        unique = lrp_arena_printf(b->graph->arena, "%s~%zu", name, k);
        if (!unique || !lrp_names_get(&b->names, unique, NULL)) {
            if (!lrp_names_put(&b->names, name, k)) return NULL;
            break;
        }
    }
    return unique && lrp_names_put(&b->names, unique, 1) ? unique : NULL;
}

struct lrp_node *lrp_builder_node(struct lrp_builder *b, const struct lrp_node_definition *def)
{
    struct lrp_graph *g = b->graph;
    struct lrp_node *n = &g->nodes[g->node_count++];
    *n = (struct lrp_node){
        .owner = -1, .body = -1, .obstacle = "", .name = unique_name(b, def), .mixed_floats = def->mixed_floats};
    n->call = (struct lrp_call){.op_type = def->op_type,
                                .domain = def->domain,
                                .opset = def->opset ? def->opset : opset_of(g->definition, def->domain),
                                .attributes = def->attributes,
                                .attribute_count = def->attribute_count,
                                .in_count = def->input_count,
                                .out_count = def->output_count,
                                .shapes = &g->shapes};
    const size_t values = (size_t)def->input_count + (size_t)def->output_count;
    n->in = lrp_arena_calloc(g->arena, values, sizeof *n->in);
    n->call.in = lrp_arena_calloc(g->arena, values, sizeof *n->call.in);
    if (!n->in || !n->call.in) return NULL;
    for (size_t i = 0; i < values; i++) n->call.in[i].shape = &lrp_shape_unknown;
    n->out = n->in + def->input_count;
    n->call.out = n->call.in + def->input_count;
    n->file_in = n->in;
    n->file_in_count = def->input_count;
    return n->name ? n : NULL;
}
