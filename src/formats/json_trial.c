/* json_trial.c: whether a JSON model runs as the graph it was written from. */
#include "json_trial.h"

#include <stdlib.h>
#include <string.h>

#include "allotted.h"
#include "blocked.h"
#include "execute.h"
#include "json_model.h"
#include "parallel.h"

/* A definition with one input, run once. */
struct definition_trial {
    const struct lrp_definition *definition; /* borrowed */
    struct lrp_graph *graph;
    struct lrp_engine *engine;
    const struct lrp_tensor **values;
};

static void trial_close(struct definition_trial *t)
{
    for (int v = 0; t->values && v < t->graph->value_count; v++) lrp_tensor_release(t->values[v]);
    free(t->values);
    lrp_engine_free(t->engine);
    lrp_graph_free(t->graph);
    *t = (struct definition_trial){.definition = t->definition};
}

static enum lrp_status trial_run(struct definition_trial *t, const struct lrp_tensor *input, struct lrp_error *err)
{
    const struct lrp_graph_options options = {.canonize = true, .input_shapes = &input->shape};
    enum lrp_status status = lrp_graph_build(t->definition, &options, &t->graph, err);
    if (!status) status = lrp_engine_new(t->graph, &t->engine, err);
    if (status) return status;
    const struct lrp_run run = {.threads = lrp_threads_there(lrp_allotted_threads()), .pool = lrp_engine_pool(t->engine)};
    t->values = calloc((size_t)t->graph->value_count + 1, sizeof(struct lrp_tensor *));
    if (!t->values) return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", t->definition->path);
    t->values[t->graph->inputs[0]] = lrp_tensor_retain(input);
    return lrp_engine_forward(t->engine, t->values, t->graph->outputs[0], &run, NULL, NULL, err);
}

/* Fixed numbers that look random, in [-1, 1]. */
static enum lrp_status make_input(const struct lrp_shape *shape, struct lrp_tensor **out, struct lrp_error *err)
{
    const enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, shape, out, err);
    uint32_t state = 2463534242U;
    for (size_t i = 0; !status && i < (*out)->count; i++) {
        state = state * 1664525U + 1013904223U;
        (*out)->f[i] = (float)(state >> 8) / (float)(1 << 23) - 1;
    }
    return status;
}

/* Sizes of open axes that a model is tried with. */
static const int64_t sizes[] = {16, 64, 224, 8, 3};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* The original, at the first of the sizes from *next on that it runs with, and so many samples; *input is the caller's, *next
 * goes behind it. LRP_UNSUPPORTED: none is left. */
static enum lrp_status run_original(struct definition_trial *t, int64_t samples, size_t *next, struct lrp_tensor **input,
                                    struct lrp_error *err)
{
    const struct lrp_shape *asked = &t->definition->inputs[0].shape;
    enum lrp_status status = LRP_UNSUPPORTED;
    bool open = false;
    for (int i = 1; i < asked->rank; i++) open |= asked->dim[i] < 0;
    if (asked->rank < 0 || (samples > 1 && !open && (asked->rank < 1 || asked->dim[0] >= 0))) return LRP_UNSUPPORTED;
    for (size_t k = open ? *next : 0; status && k < (open ? SIZES : 1); *next = ++k) {
        struct lrp_shape shape = *asked;
        for (int i = 0; i < shape.rank; i++)
            if (shape.dim[i] < 0) shape.dim[i] = i ? sizes[k] : samples;
        trial_close(t);
        lrp_tensor_release(*input);
        *input = NULL;
        status = make_input(&shape, input, err);
        if (!status) status = trial_run(t, *input, err);
        if (status == LRP_MEMORY) return status;
    }
    return status ? LRP_UNSUPPORTED : LRP_OK;
}

static bool same_numbers(const struct lrp_tensor *a, const struct lrp_tensor *b)
{
    const struct lrp_tensor *x = a ? lrp_tensor_row_major(a, NULL) : NULL, *y = b ? lrp_tensor_row_major(b, NULL) : NULL;
    if (!x || !y || x->dtype != y->dtype || !lrp_shape_equal(&x->shape, &y->shape)) return false;
    return lrp_dtype_is_float(x->dtype) ? !memcmp(x->f, y->f, x->count * sizeof *x->f)
                                        : !memcmp(x->i, y->i, x->count * sizeof *x->i);
}

static const struct lrp_node *node_named(const struct lrp_graph *graph, const char *name)
{
    for (int k = 0; k < graph->order_count; k++)
        if (!strcmp(graph->nodes[graph->order[k]].name, name)) return &graph->nodes[graph->order[k]];
    return NULL;
}

/* The first layer of the original whose namesake gives other numbers; "" if none of that name does. */
static const char *first_other(const struct definition_trial *a, const struct definition_trial *b)
{
    for (int k = 0; k < a->graph->order_count; k++) {
        const struct lrp_node *node = &a->graph->nodes[a->graph->order[k]], *other = node_named(b->graph, node->name);
        if (!other || node->out[0] < 0 || other->out[0] < 0 || !a->values[node->out[0]]) continue;
        if (!same_numbers(a->values[node->out[0]], b->values[other->out[0]])) return node->name;
    }
    return "";
}

static enum lrp_status compare_trials(const struct definition_trial *a, const struct definition_trial *b, struct lrp_error *err)
{
    if (same_numbers(a->values[a->graph->outputs[0]], b->values[b->graph->outputs[0]])) return LRP_OK;
    const char *name = first_other(a, b);
    return lrp_fail(err, LRP_UNSUPPORTED, "%s: as a JSON model %s%s would give other numbers", a->definition->path,
                    *name ? "layer " : "it", name);
}

/* Both run on one input of so many samples, and compared. LRP_OK as well if the original does not run. */
static enum lrp_status try_both(const struct lrp_definition *definition, const struct lrp_definition *written, int64_t samples,
                                size_t *next, struct lrp_error *err)
{
    struct definition_trial original = {.definition = definition}, converted = {.definition = written};
    struct lrp_tensor *input = NULL;
    struct lrp_error cause = {0};
    enum lrp_status status = LRP_OK;
    if (!run_original(&original, samples, next, &input, &cause)) {
        status = trial_run(&converted, input, &cause);
        status = status ? lrp_fail(err, status == LRP_FILE ? LRP_UNSUPPORTED : status,
                                   "%s: as a JSON model it would not run: %s", definition->path, cause.message)
                        : compare_trials(&original, &converted, err);
    }
    if (original.graph) trial_close(&original);
    if (converted.graph) trial_close(&converted);
    lrp_tensor_release(input);
    return status;
}

enum lrp_status lrp_json_trial(const struct lrp_definition *definition, const char *json, struct lrp_error *err)
{
    struct lrp_definition *written = NULL;
    struct lrp_error cause = {0};
    size_t next = 0;
    enum lrp_status status = lrp_json_model_read(json, &written, &cause);
    if (status)
        status = lrp_fail(err, status == LRP_FILE ? LRP_UNSUPPORTED : status, "%s: as a JSON model it could not be read: %s",
                          definition->path, cause.message);
    /* at two sizes: numbers that follow from one would be others at the next */
    if (!status) status = try_both(definition, written, 1, &next, err);
    if (!status) status = try_both(definition, written, 2, &next, err);
    lrp_definition_free(written);
    return status;
}
