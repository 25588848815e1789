/* test.c: one test: reading model and data, running, comparing. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "blocked.h"

/* ---- reading ---- */

static bool read_blob(struct test *test, const char *kind, size_t index, const struct lrp_value_definition *value,
                      struct lrp_blob **out)
{
    const char *path = lrp_arena_printf(test->arena, "%s/test_data_set_0/%s_%zu.pb", test->folder, kind, index);
    if (value->dtype == LRP_DTYPE_UNDEFINED)
        return lrp_fail(&test->err, LRP_FILE, "%s %zu of the model is a sequence or optional, no tensor", kind, index) ==
               LRP_OK;
    if (!path || access(path, R_OK))
        return lrp_fail(&test->err, LRP_FILE, "%s %zu of the test data is missing", kind, index) == LRP_OK;
    if (lrp_onnx_read_tensor(path, test->arena, out, &test->err)) return false;
    /* Debian's data hold bfloat16 as uint16, which only the models tell; as outputs they are cut off instead of rounded to the
     * nearest as the operators' definition and the newer data have it, so that they are nothing to compare with */
    if (*kind == 'i' && (*out)->dtype == LRP_DTYPE_UINT16 && value->dtype == LRP_DTYPE_BFLOAT16)
        (*out)->dtype = LRP_DTYPE_BFLOAT16;
    return (*out)->dtype == value->dtype ||
           lrp_fail(&test->err, LRP_FILE, "%s %zu of the test data is not a tensor of the model's type", kind, index) == LRP_OK;
}

static bool read_data(struct test *test)
{
    const struct lrp_definition *d = test->definition;
    if (d->input_count > MOST || d->output_count > MOST)
        return lrp_fail(&test->err, LRP_FILE, "more than %d inputs or outputs", MOST) == LRP_OK;
    for (size_t i = 0; i < d->input_count; i++)
        if (!read_blob(test, "input", i, &d->inputs[i], &test->in[i])) return false;
    for (size_t i = 0; i < d->output_count; i++)
        if (!read_blob(test, "output", i, &d->outputs[i], &test->want[i])) return false;
    return true;
}

/* How many graphs hang on attributes, and on those of nodes in them. */
static size_t bodies_of(const struct lrp_definition *d)
{
    size_t count = 0;
    for (size_t n = 0; n < d->node_count; n++)
        for (int a = 0; a < d->nodes[n].attribute_count; a++)
            if (d->nodes[n].attributes[a].kind == LRP_ATTRIBUTE_GRAPH) count += 1 + bodies_of(d->nodes[n].attributes[a].graph);
    return count;
}

/* The least that is left of them: an If whose condition is known is its branch, and so may be all in it. */
static size_t bodies_left(const struct lrp_definition *d, const struct lrp_graph *graph)
{
    size_t count = 0;
    bool decided = false;
    for (size_t n = 0; n < d->node_count; n++)
        for (int a = 0; a < d->nodes[n].attribute_count; a++) {
            if (d->nodes[n].attributes[a].kind != LRP_ATTRIBUTE_GRAPH) continue;
            count += graph->nodes[n].state == LRP_NODE_LIVE;
            decided |= graph->nodes[n].state != LRP_NODE_LIVE;
        }
    return decided ? count : bodies_of(d);
}

/* Every graph in the file that is not decided by constants is a container of the list, with something in it. */
static bool lists_bodies(struct test *test, const struct lrp_graph *graph, const struct lrp_layer_list *list)
{
    size_t listed = 0;
    for (size_t i = 0; i < list->container_count; i++)
        listed += list->containers[i].layer >= 0 && list->containers[i].last >= list->containers[i].first;
    const size_t least = bodies_left(test->definition, graph), most = bodies_of(test->definition);
    return (listed >= least && listed <= most) ||
           lrp_fail(&test->err, LRP_FILE, "%zu of %zu bodies are listed", listed, most) == LRP_OK;
}

/* The model as it is: every file must come as far as a list of layers. */
static bool opens(struct test *test)
{
    const struct lrp_graph_options options = {.input_shapes = NULL};
    const char *path = lrp_arena_printf(test->arena, "%s/model.onnx", test->folder);
    struct lrp_graph *graph = NULL;
    struct lrp_layer_view *view = NULL;
    if (!path || lrp_onnx_read(path, &test->definition, &test->err) ||
        lrp_graph_build(test->definition, &options, &graph, &test->err))
        return false;
    const bool fine = lrp_graph_layers(graph, true, &view, &test->err) == LRP_OK && lists_bodies(test, graph, &view->list);
    lrp_graph_free(graph);
    return fine;
}

/* ---- comparing ---- */

static bool close_enough(double got, double want)
{
    if (isnan(want) || isinf(want)) return isnan(want) ? isnan(got) : got == want;
    return fabs(got - want) <= 1e-7 + 1e-3 * fabs(want);
}

/* Whether a node draws its numbers: what others have drawn is nothing to compare with. */
static bool is_drawn(const struct lrp_definition *d)
{
    for (size_t n = 0; n < d->node_count; n++) {
        const struct lrp_operator *op = lrp_operator_find(d->nodes[n].domain, d->nodes[n].op_type, INT16_MAX, NULL);
        if (op && op->traits & LRP_TRAIT_DRAWS) return true;
    }
    return false;
}

static bool equal(struct test *test, const struct lrp_tensor *got, enum lrp_dtype dtype, size_t output)
{
    const struct lrp_blob *want = test->want[output];
    const bool is_float = lrp_dtype_is_float(dtype);
    char a[160], b[160];
    if (!lrp_shape_equal(&got->shape, want->shape) || dtype != want->dtype)
        return lrp_fail(&test->err, LRP_FILE, "output %zu is %s %s, expected %s %s", output,
                        lrp_shape_text(&got->shape, 0, "x", a, sizeof a), lrp_dtype_text(dtype),
                        lrp_shape_text(want->shape, 0, "x", b, sizeof b), lrp_dtype_text(want->dtype)) == LRP_OK;
    for (size_t i = 0; i < want->count && dtype == LRP_DTYPE_STRING; i++)
        if (strcmp(got->s[i], want->strings[i]) != 0)
            return lrp_fail(&test->err, LRP_FILE, "output %zu[%zu] is \"%s\", expected \"%s\"", output, i, got->s[i],
                            want->strings[i]) == LRP_OK;
    for (size_t i = 0; i < want->count && dtype != LRP_DTYPE_STRING && !is_drawn(test->definition); i++) {
        const double g = is_float ? (double)got->f[i] : (double)got->i[i];
        const double w = is_float ? (double)lrp_blob_get_f32(want, i) : (double)lrp_blob_get_i64(want, i);
        if (is_float ? !close_enough(g, w) : got->i[i] != lrp_blob_get_i64(want, i))
            return lrp_fail(&test->err, LRP_FILE, "output %zu[%zu] is %.9g, expected %.9g", output, i, g, w) == LRP_OK;
    }
    return true;
}

/* ---- running ---- */

/* Tensors of the inputs that are still inputs; false when out of memory. */
static bool give_inputs(const struct test *test, const struct lrp_graph *graph, const struct lrp_tensor **values)
{
    for (int i = 0; i < graph->input_count; i++) {
        const struct lrp_value *value = &graph->values[graph->inputs[i]];
        for (size_t k = 0; k < test->definition->input_count; k++) {
            struct lrp_tensor *tensor = NULL;
            if (strcmp(test->definition->inputs[k].name, value->name) != 0) continue;
            if (lrp_blob_tensor(test->in[k], &tensor, NULL)) return false;
            values[graph->inputs[i]] = tensor;
        }
    }
    return true;
}

/* Writes what came out where --write said. */
static bool keep(struct test *test, const struct lrp_tensor *got, enum lrp_dtype dtype, size_t output)
{
    const char *name = strrchr(test->folder, '/');
    const char *folder = lrp_arena_printf(test->arena, "%s/%s", test->write, name ? name + 1 : test->folder);
    const struct lrp_tensor declared = {.dtype = dtype, .shape = got->shape, .count = got->count, .f = got->f};
    return (folder && write_output(folder, output, &declared)) ||
           lrp_fail(&test->err, LRP_FILE, "output %zu cannot be written to %s", output, test->write) == LRP_OK;
}

static enum outcome compare_output(struct test *test, const struct lrp_graph *graph, struct lrp_engine *engine,
                                   const struct lrp_tensor **values, size_t output)
{
    static const struct lrp_run run = {.threads = 1};
    const int value = graph->outputs[output];
    const struct lrp_desc *desc = &graph->values[value].desc;
    struct lrp_tensor *folded = NULL;
    enum lrp_status status = LRP_OK;
    if (desc->constant)
        status = lrp_blob_tensor(desc->constant, &folded, &test->err);
    else if (!values[value]) /* one pass computes all that can be */
        status = lrp_engine_forward(engine, values, value, &run, NULL, NULL, &test->err);
    const struct lrp_tensor *got = desc->constant ? folded : lrp_tensor_row_major(values[value], &run);
    /* whatever the operators here can do is no failure of a model that is fine */
    enum outcome outcome = !status || status == LRP_UNSUPPORTED ? NOT_SUPPORTED : WRONG;
    /* what comes out of loops and the like is of the type it has then */
    const enum lrp_dtype dtype = got && graph->values[value].late ? got->dtype : desc->dtype;
    /* the data hold tensors only: of a sequence the first item */
    if (!status && got && got->item_count) return NOT_SUPPORTED;
    if (!status && got) outcome = equal(test, got, dtype, output) ? PASSED : WRONG;
    if (outcome != NOT_SUPPORTED && test->write && !keep(test, got, dtype, output)) outcome = WRONG;
    lrp_tensor_release(folded);
    return outcome;
}

static enum outcome compare(struct test *test, const struct lrp_graph *graph, struct lrp_engine *engine,
                            const struct lrp_tensor **values)
{
    enum outcome outcome = PASSED;
    for (int i = 0; i < graph->output_count && outcome == PASSED; i++)
        outcome = compare_output(test, graph, engine, values, (size_t)i);
    return outcome;
}

/* The first node that cannot run. */
static void blame(struct test *test, const struct lrp_graph *graph)
{
    for (int i = 0; i < graph->order_count; i++) {
        const struct lrp_node *node = &graph->nodes[graph->order[i]];
        if (!*node->obstacle) continue;
        test->op_type = lrp_arena_strdup(test->arena, node->call.op_type);
        test->domain = lrp_arena_strdup(test->arena, node->call.domain);
        test->opset = node->call.opset;
        return;
    }
}

static enum outcome run_definition(struct test *test, const struct lrp_definition *definition, const struct lrp_shape *shapes)
{
    const struct lrp_graph_options options = {.input_shapes = shapes};
    struct lrp_graph *graph;
    struct lrp_engine *engine;
    enum outcome outcome = NOT_SUPPORTED;
    const enum lrp_status status = lrp_graph_build(definition, &options, &graph, &test->err);
    if (status) /* what is fed in cannot be empty, constants can */
        return status == LRP_USAGE ? NOT_SUPPORTED : WRONG;
    const struct lrp_tensor **values = calloc((size_t)graph->value_count + 1, sizeof(struct lrp_tensor *));
    if (values && give_inputs(test, graph, values) && !lrp_engine_new(graph, &engine, &test->err)) {
        outcome = compare(test, graph, engine, values);
        lrp_engine_free(engine);
    }
    if (outcome == NOT_SUPPORTED) blame(test, graph);
    for (int i = 0; values && i < graph->value_count; i++) lrp_tensor_release(values[i]);
    free(values);
    lrp_graph_free(graph);
    return outcome;
}

/* How much of what a test feeds in is made a constant of the model; exporters write axes, shapes and scales so, too. What is
 * folded must be what is computed: no way may be wrong, and one must pass. */
enum feeding { ALL_FED, FLOATS_FED, FIRST_FED, NOTHING_FED, FEEDINGS };

static bool is_fed(const struct test *test, size_t input, enum feeding feeding)
{
    return feeding == ALL_FED || (feeding == FLOATS_FED && lrp_dtype_is_float(test->in[input]->dtype)) ||
           (feeding == FIRST_FED && input == 0);
}

static enum outcome run_feeding(struct test *test, enum feeding feeding)
{
    const struct lrp_definition *d = test->definition;
    struct lrp_definition changed = *d;
    struct lrp_value_definition inputs[MOST];
    struct lrp_shape shapes[MOST];
    struct lrp_constant_definition *constants = lrp_arena_calloc(test->arena, d->constant_count + MOST, sizeof *constants);
    if (!constants) return NOT_SUPPORTED;
    for (size_t i = 0; i < d->constant_count; i++) constants[i] = d->constants[i];
    changed.input_count = 0;
    for (size_t i = 0; i < d->input_count; i++) {
        if (is_fed(test, i, feeding)) {
            shapes[changed.input_count] = *test->in[i]->shape;
            inputs[changed.input_count++] = d->inputs[i];
        } else {
            constants[changed.constant_count++] = (struct lrp_constant_definition){d->inputs[i].name, test->in[i]};
        }
    }
    changed.inputs = inputs;
    changed.constants = constants;
    return run_definition(test, &changed, shapes);
}

/* Where the test never comes as far as a graph: the first operator nobody implements, else the first one there is. */
static void blame_definition(struct test *test)
{
    const struct lrp_definition *d = test->definition;
    for (size_t i = d->node_count; i-- > 0;) {
        const struct lrp_node_definition *node = &d->nodes[i];
        int opset = 1;
        for (int k = 0; k < d->opset_count; k++)
            if (strcmp(d->opsets[k].domain, node->domain) == 0) opset = d->opsets[k].version;
        if (i > 0 && lrp_operator_find(node->domain, node->op_type, opset, NULL)) continue;
        if (*test->op_type && i == 0 && lrp_operator_find(node->domain, node->op_type, opset, NULL)) break;
        test->op_type = node->op_type;
        test->domain = node->domain;
        test->opset = opset;
    }
}

/* Whether the table names a version of the operator as new as the model's. */
static bool is_named(struct test *test)
{
    const struct lrp_node_definition *node = &test->definition->nodes[0];
    int newest = 0;
    const struct lrp_operator *row;
    for (size_t r = 0; (row = lrp_operator_at(r)) != NULL; r++)
        for (size_t k = 0; strcmp(row->name, node->op_type) == 0 && k < sizeof row->versions / sizeof *row->versions; k++)
            newest = row->versions[k] > newest ? row->versions[k] : newest;
    return test->definition->node_count != 1 || test->opset <= newest || !newest /* an If that was its branch */ ||
           lrp_fail(&test->err, LRP_FILE, "%s runs at version %d, but the table's newest is %d", node->op_type, test->opset,
                    newest) == LRP_OK;
}

enum outcome test_run(struct test *test)
{
    enum outcome outcome = NOT_SUPPORTED;
    test->opens = opens(test);
    if (!test->opens) return NOT_SUPPORTED;
    blame_definition(test);
    if (!read_data(test)) return NOT_SUPPORTED;
    for (int feeding = 0; feeding < FEEDINGS && outcome != WRONG; feeding++) {
        const enum outcome this = run_feeding(test, (enum feeding)feeding);
        outcome = this == NOT_SUPPORTED ? outcome : this;
    }
    if (outcome == PASSED && test->versions && !is_named(test)) outcome = WRONG;
    return outcome;
}
