/* infer.c: shapes, types and constant folding, in execution order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "control/bodies.h"
#include "graph.h"
#include "names.h"

/* Folding must not be a way to ask for absurd memory or time: no constant larger than this, and of all nodes together no more
 * work (elements read and made, FOLD_MACS multiplications as one) than weights of the model's size can need, unpacked and
 * turned about. */
enum { FOLD_LIMIT = 1 << 28, FOLD_WORK = 1 << 24, FOLD_WORK_PER_BYTE = 16, FOLD_MACS = 16 };

static void refuse(struct lrp_graph *g, struct lrp_node *n, enum lrp_status status, const char *reason)
{
    const char *copy = lrp_arena_strdup(g->arena, reason);
    n->obstacle = copy ? copy : "not enough memory";
    n->obstacle_status = status;
}

/* All floats are held alike: inside an operator's body, constants and tables are of the type of what is computed. Where all is
 * constant, float32 may be the body's own and gives way. */
static void unite_floats(struct lrp_node *n)
{
    enum lrp_dtype computed = LRP_DTYPE_UNDEFINED, first = LRP_DTYPE_UNDEFINED;
    for (int i = n->call.in_count; i-- > 0;) {
        if (!n->call.in[i].present || !lrp_dtype_is_float(n->call.in[i].dtype)) continue;
        if (!first || n->call.in[i].dtype != LRP_DTYPE_FLOAT) first = n->call.in[i].dtype;
        if (!n->call.in[i].constant) computed = n->call.in[i].dtype;
    }
    for (int i = 0; i < n->call.in_count; i++)
        if (n->call.in[i].present && lrp_dtype_is_float(n->call.in[i].dtype)) n->call.in[i].dtype = computed ? computed : first;
}

/* Copies what is known of the node's inputs into its call; false if a shape or type is still open. */
static bool gather(const struct lrp_graph *g, struct lrp_node *n, const char **open)
{
    bool known = true;
    for (int i = 0; i < n->call.in_count; i++) {
        n->call.in[i] = n->in[i] < 0 ? (struct lrp_desc){.shape = {.rank = -1}} : g->values[n->in[i]].desc;
        if (n->in[i] < 0) continue;
        if (!lrp_shape_known(&n->call.in[i].shape) || n->call.in[i].dtype == LRP_DTYPE_UNDEFINED) {
            known = false;
            *open = g->values[n->in[i]].name;
        }
    }
    if (n->mixed_floats) unite_floats(n);
    for (int i = 0; i < n->call.out_count; i++)
        n->call.out[i] = (struct lrp_desc){.present = n->out[i] >= 0, .shape = {.rank = -1}};
    return known;
}

/* What all folding together may still cost. */
static int64_t fold_budget(const struct lrp_definition *definition)
{
    const int64_t most = INT64_MAX / 2 / FOLD_WORK_PER_BYTE,
                  bytes = definition->bytes < (size_t)most ? (int64_t)definition->bytes : most;
    return FOLD_WORK + bytes * FOLD_WORK_PER_BYTE;
}

/* Takes a price off the budget; false, and nothing taken, if that is too little. */
static bool pay(int64_t price, int64_t *budget)
{
    if (price > *budget) return false;
    *budget -= price > 0 ? price : 0;
    return true;
}

static bool foldable(const struct lrp_node *n, int64_t *budget)
{
    int64_t work = n->call.op->macs ? n->call.op->macs(&n->call) / FOLD_MACS : 0;
    if (n->call.op->traits & LRP_TRAIT_SHAPE_ONLY) return true;
    for (int i = 0; i < n->call.in_count; i++) {
        if (n->call.in[i].present && !n->call.in[i].constant) return false;
        if (n->call.in[i].present && __builtin_add_overflow(work, lrp_shape_count(&n->call.in[i].shape), &work)) return false;
    }
    for (int i = 0; i < n->call.out_count; i++) {
        const int64_t count = lrp_shape_count(&n->call.out[i].shape);
        if (count > FOLD_LIMIT || n->call.out[i].dtype == LRP_DTYPE_STRING) return false;
        if (__builtin_add_overflow(work, count, &work)) return false;
    }
    return pay(work, budget);
}

struct fold {
    struct lrp_tensor **in, **out;
    void *handle;
};

static enum lrp_status fold_run(struct lrp_node *n, struct fold *f, struct lrp_error *err)
{
    const struct lrp_operator *op = n->call.op;
    enum lrp_status status = LRP_OK;
    bool shape_only = op->traits & LRP_TRAIT_SHAPE_ONLY;
    for (int i = 0; !status && i < n->call.in_count; i++)
        if (n->call.in[i].constant && !shape_only && n->call.in[i].dtype != LRP_DTYPE_STRING)
            status = lrp_blob_tensor(n->call.in[i].constant, &f->in[i], err);
    for (int i = 0; !status && i < n->call.out_count; i++)
        if (n->call.out[i].present) status = lrp_tensor_new(n->call.out[i].dtype, &n->call.out[i].shape, &f->out[i], err);
    if (!status && op->prepare) status = op->prepare(&n->call, NULL, &f->handle, NULL, err);
    const struct lrp_run run = {.threads = 1};
    if (!status) status = op->forward(&n->call, f->handle, (const struct lrp_tensor *const *)f->in, f->out, &run, err);
    return status;
}

/* Runs a node now and makes its outputs constants. A failure leaves the node as it is. */
static void fold(struct lrp_graph *g, struct lrp_node *n)
{
    struct fold f = {.in = calloc((size_t)n->call.in_count + 1, sizeof *f.in),
                     .out = calloc((size_t)n->call.out_count + 1, sizeof *f.out)};
    bool done = f.in && f.out && fold_run(n, &f, NULL) == LRP_OK;
    for (int i = 0; done && i < n->call.out_count; i++) {
        struct lrp_blob *blob = NULL;
        if (!f.out[i]) continue;
        done = lrp_blob_from_tensor(g->arena, f.out[i], &blob, NULL) == LRP_OK;
        if (done) g->values[n->out[i]].desc.constant = blob;
    }
    if (done) n->state = LRP_NODE_FOLDED;
    if (f.handle && n->call.op->release) n->call.op->release(f.handle);
    for (int i = 0; f.in && i < n->call.in_count; i++) lrp_tensor_release(f.in[i]);
    for (int i = 0; f.out && i < n->call.out_count; i++) lrp_tensor_release(f.out[i]);
    free(f.in);
    free(f.out);
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
        v->desc.shape = hint_at(d, k)->shape;
        if (v->desc.shape.rank > 0 && v->desc.shape.dim[0] < 0) v->desc.shape.dim[0] = 1;
    }
}

/* Marks what was folded from the shape of something: exporters' way to flatten whatever the batch. */
static void mark_from_shape(struct lrp_graph *g, const struct lrp_node *n)
{
    bool from = n->call.op->traits & LRP_TRAIT_SHAPE_ONLY;
    for (int i = 0; i < n->call.in_count; i++) from |= n->in[i] >= 0 && g->values[n->in[i]].from_shape;
    for (int i = 0; i < n->call.out_count; i++)
        if (n->out[i] >= 0) g->values[n->out[i]].from_shape = from;
}

/* Whether all that is open about what a node reads comes from what is known when it runs. */
static bool waits(const struct lrp_graph *g, const struct lrp_node *n)
{
    bool any = false;
    for (int i = 0; i < n->call.in_count; i++) {
        const struct lrp_value *v = n->in[i] < 0 ? NULL : &g->values[n->in[i]];
        if (!v || (lrp_shape_known(&v->desc.shape) && v->desc.dtype != LRP_DTYPE_UNDEFINED)) continue;
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
    for (int i = 0; i < g->input_count; i++) {
        const struct lrp_shape *shape = &g->values[g->inputs[i]].desc.shape;
        if (shape->rank < 0) return true;
        for (int k = 0; k < shape->rank; k++)
            if (shape->dim[k] < 0) return true;
    }
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

static void infer_node(struct lrp_graph *g, struct lrp_node *n, struct hints *hints, int64_t *budget)
{
    const char *why = "", *open = "";
    char line[512];
    if (n->body >= 0) {
        gather(g, n, &open);
        pass_body_type(g, n);
        return;
    }
    n->call.op = lrp_operator_find(n->call.domain, n->call.op_type, n->call.opset, &why);
    const bool checked = n->call.op != NULL; /* attributes of plugins' operators are called and typed as they like */
    if (!n->call.op) n->call.op = lrp_operator_set_find(g->operators, n->call.domain, n->call.op_type);
    bool known = gather(g, n, &open);
    struct lrp_error error = {0};
    if (!n->call.op) {
        snprintf(line, sizeof line, "operator %s%s%s is not implemented at opset %d", n->call.domain,
                 *n->call.domain ? "." : "", n->call.op_type, n->call.opset);
        refuse(g, n, LRP_UNSUPPORTED, line);
        take_hint(g, n, hints);
    } else if (n->call.op->body) { /* it could not be written out */
        if (checked && !lrp_call_check_attributes(&n->call, &error)) (void)lrp_body_refusal(&n->call, &error);
        refuse(g, n, error.status ? error.status : LRP_UNSUPPORTED,
               error.status ? error.message : "this form of the operator is not implemented");
        take_hint(g, n, hints);
    } else if (!known && n->call.op->traits & LRP_TRAIT_SHAPE_ONLY) {
        refuse(g, n, LRP_UNSUPPORTED,
               has_open_input(g) ? "the shape of its input is not known; give --input-shape"
                                 : "the shape of its input is not known before the model runs");
        if (waits(g, n)) mark_late(g, n, hints);
    } else if (!known) {
        snprintf(line, sizeof line, "the shape of what it reads, %s, is not known%s", open,
                 has_open_input(g) ? "; give --input-shape" : " before the model runs");
        refuse(g, n, LRP_UNSUPPORTED, line);
        pass_type(g, n);
        if (n->call.op->control) take_body_types(g, n);
        if (waits(g, n)) mark_late(g, n, hints);
    } else if ((checked && lrp_call_check_attributes(&n->call, &error) != LRP_OK) ||
               n->call.op->infer(&n->call, &error) != LRP_OK) {
        refuse(g, n, error.status ? error.status : LRP_UNSUPPORTED, error.message);
        if (n->obstacle_status == LRP_UNSUPPORTED && reads_numbers(n)) {
            pass_type(g, n);
            mark_late(g, n, hints);
        }
    } else {
        bool late = false;
        for (int i = 0; i < n->call.out_count; i++) {
            if (n->out[i] < 0) continue;
            n->call.out[i].present = true;
            g->values[n->out[i]].desc = n->call.out[i];
            if (lrp_shape_known(&n->call.out[i].shape)) continue;
            refuse(g, n, LRP_UNSUPPORTED, "its output's shape is not known before it runs");
            late = true;
        }
        if (n->call.op->control) take_body_types(g, n);
        if (late) mark_late(g, n, hints);
        if (!*n->obstacle && foldable(n, budget)) fold(g, n);
        if (n->state == LRP_NODE_FOLDED) mark_from_shape(g, n);
    }
    n->computed_shape = strcmp(n->call.op_type, "Reshape") == 0 && lrp_node_input(n, 1) >= 0 && g->values[n->in[1]].from_shape;
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
            const struct lrp_value *v = n->in[i] < 0 ? NULL : &g->values[n->in[i]];
            fixed &= !v || v->desc.constant || v->fixed ||
                     (v->desc.dtype != LRP_DTYPE_UNDEFINED && !lrp_dtype_is_float(v->desc.dtype));
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
        if (!n->late) refuse(graph, n, LRP_UNSUPPORTED, line);
    }
    settle_fixed(graph);
}

void lrp_graph_infer(struct lrp_graph *graph)
{
    struct hints hints = {0};
    int64_t budget = fold_budget(graph->definition);
    for (int i = 0; i < graph->order_count; i++) infer_node(graph, &graph->nodes[graph->order[i]], &hints, &budget);
    lrp_names_free(&hints.names);
}
