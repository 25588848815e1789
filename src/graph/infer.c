/* infer.c: shapes, types and constant folding, in execution order. */
#include <stdio.h>
#include <string.h>

#include "bodies.h"
#include "body.h"
#include "control/bodies.h"
#include "fold.h"
#include "graph.h"
#include "names.h"

static void refuse_node(struct lrp_graph *g, struct lrp_node *n, enum lrp_status status, const char *reason)
{
    const char *copy = lrp_arena_strdup(g->arena, reason);
    n->obstacle = copy ? copy : "not enough memory";
    n->obstacle_status = status;
}

/* All floats are held alike: inside an operator's body, constants and tables are of the type of what is computed. Where all is
 * constant, float32 may be the body's own and gives way. */
void lrp_graph_unite_floats(struct lrp_call *call)
{
    enum lrp_dtype computed = LRP_DTYPE_UNDEFINED, first = LRP_DTYPE_UNDEFINED;
    for (int i = call->in_count; i-- > 0;) {
        if (!call->in[i].present || !lrp_dtype_is_float(call->in[i].dtype)) continue;
        if (!first || call->in[i].dtype != LRP_DTYPE_FLOAT) first = call->in[i].dtype;
        if (!call->in[i].constant) computed = call->in[i].dtype;
    }
    for (int i = 0; i < call->in_count; i++)
        if (call->in[i].present && lrp_dtype_is_float(call->in[i].dtype)) call->in[i].dtype = computed ? computed : first;
}

/* Copies what is known of the node's inputs into its call; false if a shape or type is still open. */
static bool gather_inputs(const struct lrp_graph *g, struct lrp_node *n, const char **open)
{
    bool known = true;
    for (int i = 0; i < n->call.in_count; i++) {
        n->call.in[i] = n->in[i] < 0 ? (struct lrp_desc){.shape = &lrp_shape_unknown} : g->values[n->in[i]].desc;
        if (n->in[i] < 0) continue;
        if (!lrp_shape_known(n->call.in[i].shape) || n->call.in[i].dtype == LRP_DTYPE_UNDEFINED) {
            known = false;
            *open = g->values[n->in[i]].name;
        }
    }
    if (n->mixed_floats) lrp_graph_unite_floats(&n->call);
    for (int i = 0; i < n->call.out_count; i++)
        n->call.out[i] = (struct lrp_desc){.present = n->out[i] >= 0, .shape = &lrp_shape_unknown};
    return known;
}

/* What the file says of values, by name; made when the first operator turns up that nobody implements. */
struct hints {
    struct lrp_names names;
    bool made;
};

static const struct lrp_value_definition *hint_at(const struct lrp_definition *d, size_t k)
{
    return k < d->value_count ? &d->values[k] : &d->outputs[k - d->value_count];
}

static void make_hints(const struct lrp_definition *d, struct hints *hints)
{
    /* what a model output is said to be counts less than value_info; out of memory, a hint is missing */
    for (size_t k = hints->made ? 0 : d->value_count + d->output_count; k-- > 0;)
        if (!lrp_names_put(&hints->names, hint_at(d, k)->name, k)) break;
    hints->made = true;
}

/* For an operator nobody implements: what the file says of its outputs, taken at the batch we run. */
static void take_hint(struct lrp_graph *g, const struct lrp_node *n, struct hints *hints)
{
    const struct lrp_definition *d = g->definition;
    make_hints(d, hints);
    for (int i = 0; i < n->call.out_count; i++) {
        size_t k;
        if (n->out[i] < 0 || !lrp_names_get(&hints->names, g->values[n->out[i]].name, &k)) continue;
        struct lrp_value *v = &g->values[n->out[i]];
        v->desc.dtype = hint_at(d, k)->dtype;
        struct lrp_shape shape = hint_at(d, k)->shape;
        if (shape.rank > 0 && shape.dim[0] < 0) shape.dim[0] = 1;
        (void)lrp_graph_reshape(g, n->out[i], &shape); /* out of memory, a hint is missing */
    }
}

/* Marks what was folded from the shape of something: exporters' way to flatten whatever the batch. */
static void mark_from_shape(struct lrp_graph *g, const struct lrp_node *n)
{
    bool from = n->call.op->traits & LRP_TRAIT_SHAPE_ONLY;
    for (int i = 0; i < n->call.in_count; i++) from |= n->in[i] >= 0 && g->values[n->in[i]].from_shape;
    const int first = lrp_node_input(n, 0);
    const bool product = from && (n->call.op->traits & LRP_TRAIT_PRODUCT || (first >= 0 && g->values[first].from_product));
    for (int i = 0; i < n->call.out_count; i++) {
        if (n->out[i] < 0) continue;
        g->values[n->out[i]].from_shape = from;
        g->values[n->out[i]].from_product = product;
    }
}

/* Whether all that is open about what a node reads comes from what is known when it runs. */
static bool waits(const struct lrp_graph *g, const struct lrp_node *n)
{
    bool any = false;
    for (int i = 0; i < n->call.in_count; i++) {
        const struct lrp_value *v = n->in[i] < 0 ? NULL : &g->values[n->in[i]];
        if (!v || (lrp_shape_known(v->desc.shape) && v->desc.dtype != LRP_DTYPE_UNDEFINED)) continue;
        if (!v->late) return false;
        any = true;
    }
    return any;
}

/* Whether a node reads whole numbers that are not known yet: what it takes for constant may be there when it runs. */
static bool reads_numbers(const struct lrp_node *n)
{
    for (int i = 0; i < n->call.in_count; i++)
        if (n->call.in[i].present && !n->call.in[i].constant && !lrp_dtype_is_float(n->call.in[i].dtype)) return true;
    return false;
}

/* A node that can run all the same, once what it reads is there. */
static void mark_late(struct lrp_graph *g, struct lrp_node *n, struct hints *hints)
{
    n->late = true;
    make_hints(g->definition, hints);
    for (int i = 0; i < n->call.out_count; i++) {
        size_t k;
        if (n->out[i] < 0) continue;
        struct lrp_value *v = &g->values[n->out[i]];
        v->late = true;
        if (!lrp_names_get(&hints->names, v->name, &k)) continue;
        const enum lrp_dtype said = hint_at(g->definition, k)->dtype;
        if (said != LRP_DTYPE_UNDEFINED) v->desc.dtype = said;
    }
}

/* The types of what bodies make, as the file has them; where it does not say, floats. */
static void take_body_types(struct lrp_graph *g, const struct lrp_node *n)
{
    const struct lrp_control *control = n->call.op->own;
    const struct lrp_body *body = n->body_span ? &g->bodies[n->first_body] : NULL;
    for (int i = 0; i < n->call.out_count; i++) {
        const int from = body && control->skipped + i < body->output_count ? body->outputs[control->skipped + i] : -1;
        const enum lrp_dtype dtype = from < 0 ? LRP_DTYPE_UNDEFINED : g->values[from].desc.dtype;
        if (n->out[i] >= 0) g->values[n->out[i]].desc.dtype = dtype == LRP_DTYPE_UNDEFINED ? LRP_DTYPE_FLOAT : dtype;
    }
}

/* Shapes are open, but floats stay floats: enough to tell what kind of layer a node is and which rules it takes. */
static void pass_type(struct lrp_graph *g, const struct lrp_node *n)
{
    if (n->call.in_count == 0 || !lrp_dtype_is_float(n->call.in[0].dtype)) return;
    for (int i = 0; i < n->call.out_count; i++)
        if (n->out[i] >= 0) g->values[n->out[i]].desc.dtype = n->call.in[0].dtype;
}

/* Whether --input-shape could still say something: else a shape is unknown for another reason. */
static bool has_open_input(const struct lrp_graph *g)
{
    for (int i = 0; i < g->input_count; i++)
        if (!lrp_shape_known(g->values[g->inputs[i]].desc.shape)) return true;
    return false;
}

/* In a body, what the file does not say. */
static void pass_body_type(struct lrp_graph *g, const struct lrp_node *n)
{
    bool is_float = false;
    for (int i = 0; i < n->call.in_count; i++) is_float |= n->call.in[i].present && lrp_dtype_is_float(n->call.in[i].dtype);
    for (int i = 0; is_float && i < n->call.out_count; i++)
        if (n->out[i] >= 0 && g->values[n->out[i]].desc.dtype == LRP_DTYPE_UNDEFINED)
            g->values[n->out[i]].desc.dtype = LRP_DTYPE_FLOAT;
}

/* Runs a node now and makes its outputs constants. A failure leaves the node as it is. */
static void fold_node(struct lrp_graph *g, struct lrp_node *n)
{
    if (!lrp_fold_call(&n->call, g->arena)) return;
    for (int i = 0; i < n->call.out_count; i++)
        if (n->out[i] >= 0) g->values[n->out[i]].desc = n->call.out[i];
    n->state = LRP_NODE_FOLDED;
    mark_from_shape(g, n);
}

/* Nothing is known of what a node makes: an earlier look may have been at other sizes. */
static void forget_earlier(struct lrp_graph *g, struct lrp_node *n)
{
    n->obstacle = "";
    n->late = false;
    for (int i = 0; i < n->call.out_count; i++) {
        if (n->out[i] < 0) continue;
        g->values[n->out[i]].desc = (struct lrp_desc){.present = true, .shape = &lrp_shape_unknown};
        g->values[n->out[i]].late = false;
    }
}

/* A node whose operator nobody implements; what the file says of its outputs is believed. */
static void refuse_unknown(struct lrp_graph *g, struct lrp_node *n, struct hints *hints)
{
    char line[512];
    snprintf(line, sizeof line, "operator %s%s%s is not implemented at opset %d", n->call.domain, *n->call.domain ? "." : "",
             n->call.op_type, n->call.opset);
    refuse_node(g, n, LRP_UNSUPPORTED, line);
    take_hint(g, n, hints);
}

/* What the operator said of its outputs is that of the values; one that can be computed now is. */
static void take_outputs(struct lrp_graph *g, struct lrp_node *n, struct hints *hints, int64_t *budget)
{
    bool late = false;
    for (int i = 0; i < n->call.out_count; i++) {
        if (n->out[i] < 0) continue;
        n->call.out[i].present = true;
        g->values[n->out[i]].desc = n->call.out[i];
        if (lrp_shape_known(n->call.out[i].shape)) continue;
        refuse_node(g, n, LRP_UNSUPPORTED, "its output's shape is not known before it runs");
        late = true;
    }
    if (n->call.op->control) take_body_types(g, n);
    if (late) mark_late(g, n, hints);
    if (!*n->obstacle && lrp_fold_can(&n->call, budget)) fold_node(g, n);
}

static void infer_node(struct lrp_graph *g, struct lrp_node *n, struct hints *hints, int64_t *budget)
{
    const char *why = "", *open = "";
    char line[512];
    lrp_bodies_resolve(g, n);
    if (n->state != LRP_NODE_LIVE) return;
    if (n->body >= 0) {
        gather_inputs(g, n, &open);
        pass_body_type(g, n);
        return;
    }
    forget_earlier(g, n);
    n->call.op = lrp_operator_find(n->call.domain, n->call.op_type, n->call.opset, &why);
    const bool checked = n->call.op != NULL; /* attributes of plugins' operators are called and typed as they like */
    if (!n->call.op) n->call.op = lrp_operator_set_find(g->operators, n->call.domain, n->call.op_type);
    bool known = gather_inputs(g, n, &open);
    struct lrp_error error = {0};
    if (lrp_bodies_inline(g, n)) return;
    if (!n->call.op) {
        refuse_unknown(g, n, hints);
    } else if (n->call.op->body) { /* it could not be written out */
        if (checked && !lrp_call_check_attributes(&n->call, &error)) (void)lrp_body_refusal(&n->call, &error);
        refuse_node(g, n, error.status ? error.status : LRP_UNSUPPORTED,
                    error.status ? error.message : "this form of the operator is not implemented");
        take_hint(g, n, hints);
    } else if (!known && n->call.op->traits & LRP_TRAIT_SHAPE_ONLY) {
        refuse_node(g, n, LRP_UNSUPPORTED,
                    has_open_input(g) ? "the shape of its input is not known; give --input-shape"
                                      : "the shape of its input is not known before the model runs");
        if (waits(g, n)) mark_late(g, n, hints);
    } else if (!known) {
        snprintf(line, sizeof line, "the shape of what it reads, %.300s, is not known%s", open,
                 has_open_input(g) ? "; give --input-shape" : " before the model runs");
        refuse_node(g, n, LRP_UNSUPPORTED, line);
        pass_type(g, n);
        if (n->call.op->control) take_body_types(g, n);
        if (waits(g, n)) mark_late(g, n, hints);
    } else if ((checked && lrp_call_check_attributes(&n->call, &error) != LRP_OK) ||
               n->call.op->infer(&n->call, &error) != LRP_OK) {
        refuse_node(g, n, error.status ? error.status : LRP_UNSUPPORTED, error.message);
        if (n->obstacle_status == LRP_UNSUPPORTED && reads_numbers(n)) {
            pass_type(g, n);
            mark_late(g, n, hints);
        }
    } else {
        take_outputs(g, n, hints, budget);
    }
    n->computed_shape = n->call.op && n->call.op->static_kind == LRP_KIND_RESHAPE && lrp_node_input(n, 1) >= 0 &&
                        g->values[n->in[1]].from_shape;
    n->merges = n->computed_shape && g->values[n->in[1]].from_product;
}

/* ---- once nothing is rewritten any more ---- */

/* Floats that no float input of the model reaches: what they are is settled by shapes and whole numbers. What bodies are handed
 * counts as reached. */
static void settle_fixed(struct lrp_graph *g)
{
    for (int v = 0; v < g->value_count; v++) g->values[v].fixed = false;
    for (int k = 0; k < g->order_count; k++) {
        const struct lrp_node *n = &g->nodes[g->order[k]];
        bool fixed = !n->body_span;
        for (int i = 0; i < n->call.in_count; i++) {
            if (n->in[i] < 0) continue;
            const struct lrp_value *v = &g->values[n->in[i]];
            fixed &=
                v->desc.constant || v->fixed || (v->desc.dtype != LRP_DTYPE_UNDEFINED && !lrp_dtype_is_float(v->desc.dtype));
        }
        for (int i = 0; i < n->call.out_count; i++)
            if (n->out[i] >= 0) g->values[n->out[i]].fixed = fixed;
    }
}

void lrp_graph_open_bodies(struct lrp_graph *graph)
{
    char line[512];
    for (int k = 0; k < graph->order_count; k++) {
        struct lrp_node *n = &graph->nodes[graph->order[k]];
        const struct lrp_node *holder = n->body < 0 ? NULL : &graph->nodes[graph->bodies[n->body].node];
        if (!holder || !holder->call.op || !holder->call.op->control || (holder->body >= 0 && !holder->late)) continue;
        n->call.op = lrp_operator_find(n->call.domain, n->call.op_type, n->call.opset, NULL);
        if (!n->call.op) n->call.op = lrp_operator_set_find(graph->operators, n->call.domain, n->call.op_type);
        if (n->call.op && !n->call.op->forward && !n->call.op->control) n->call.op = NULL; /* written out at load only */
        n->late = n->call.op != NULL;
        snprintf(line, sizeof line, "operator %.100s%s%.100s is not implemented at opset %d", n->call.domain,
                 *n->call.domain ? "." : "", n->call.op_type, n->call.opset);
        if (!n->late) refuse_node(graph, n, LRP_UNSUPPORTED, line);
    }
    settle_fixed(graph);
}

void lrp_graph_infer(struct lrp_graph *graph)
{
    struct hints hints = {0};
    int64_t budget = lrp_fold_budget(graph->definition);
    for (int i = 0; i < graph->order_count; i++) infer_node(graph, &graph->nodes[graph->order[i]], &hints, &budget);
    lrp_bodies_resolve_outputs(graph);
    lrp_names_free(&hints.names);
}
