/* node_tests.c: the ONNX project's own operator tests: node_tests FOLDER..., each with model.onnx and test_data_set_0.
 * A wrong answer is a failure; what is not executable is counted and, with -v, named. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "execute.h"
#include "onnx.h"

#define MOST 64 /* inputs or outputs of a test */

struct test {
    const char *folder, *why;
    struct lrp_arena *arena;
    struct lrp_definition *definition;
    const struct lrp_blob *in[MOST], *want[MOST];
    struct lrp_error err;
};
enum outcome { RIGHT, WRONG, NOT_RUN };

/* ---- reading a test ---- */

/* Debian's older data hold bfloat16 as uint16, which the models do not say. */
static bool read_blob(struct test *test, const char *kind, size_t index, const struct lrp_value_definition *value,
                      const struct lrp_blob **out) {
    const char *path = lrp_arena_printf(test->arena, "%s/test_data_set_0/%s_%zu.pb", test->folder, kind, index);
    struct lrp_blob *blob = NULL;
    if (access(path, R_OK) || lrp_onnx_read_tensor(path, test->arena, &blob, &test->err))
        return false;
    *out = blob;
    return blob->dtype == value->dtype || lrp_fail(&test->err, LRP_FILE, "%s: not the model's type", path) == LRP_OK;
}

static bool read_test(struct test *test) {
    const char *path = lrp_arena_printf(test->arena, "%s/model.onnx", test->folder);
    test->why = test->err.message;
    if (lrp_onnx_read(path, &test->definition, &test->err))
        return false;
    const struct lrp_definition *d = test->definition;
    if (d->input_count > MOST || d->output_count > MOST)
        return false;
    for (size_t i = 0; i < d->input_count; i++)
        if (!read_blob(test, "input", i, &d->inputs[i], &test->in[i]))
            return false;
    for (size_t i = 0; i < d->output_count; i++)
        if (!read_blob(test, "output", i, &d->outputs[i], &test->want[i]))
            return false;
    return true;
}

/* ---- comparing ---- */

/* ONNX's own tolerances: 1e-3 relative; halves and bfloat16 are no finer than their last bit anyway. */
static bool close_enough(double got, double want, enum lrp_dtype dtype) {
    const bool coarse = dtype == LRP_DTYPE_FLOAT16 || dtype == LRP_DTYPE_BFLOAT16;
    if (isnan(want) || isinf(want))
        return isnan(want) ? isnan(got) : got == want;
    return fabs(got - want) <= 1e-6 + (coarse ? 1e-2 : 1e-3) * fabs(want);
}

static bool equal(struct test *test, const struct lrp_tensor *got, const struct lrp_blob *want, size_t output) {
    static char text[256];
    test->why = text;
    if (!lrp_shape_equal(&got->shape, &want->shape)) {
        char a[160], b[160];
        snprintf(text, sizeof text, "output %zu is %.90s, expected %.90s", output,
                 lrp_shape_text(&got->shape, 0, "x", a, sizeof a), lrp_shape_text(&want->shape, 0, "x", b, sizeof b));
        return false;
    }
    const bool is_float = lrp_dtype_is_float(got->dtype);
    if (is_float != lrp_dtype_is_float(want->dtype)) {
        snprintf(text, sizeof text, "output %zu is %s, expected %s", output, lrp_dtype_text(got->dtype), lrp_dtype_text(want->dtype));
        return false;
    }
    for (size_t i = 0; i < want->count; i++) {
        const double g = is_float ? (double)got->f[i] : (double)got->i[i];
        const double w = is_float ? (double)lrp_blob_get_f32(want, i) : (double)lrp_blob_get_i64(want, i);
        if (is_float ? !close_enough(g, w, want->dtype) : got->i[i] != lrp_blob_get_i64(want, i)) {
            snprintf(text, sizeof text, "output %zu[%zu] is %.9g, expected %.9g", output, i, g, w);
            return false;
        }
    }
    return true;
}

/* ---- running ---- */

/* Tensors of the inputs that are still inputs; false when out of memory. */
static bool give_inputs(const struct test *test, const struct lrp_graph *graph, const struct lrp_tensor **values) {
    for (int i = 0; i < graph->input_count; i++) {
        const struct lrp_value *value = &graph->values[graph->inputs[i]];
        for (size_t k = 0; k < test->definition->input_count; k++) {
            struct lrp_tensor *tensor = NULL;
            if (strcmp(test->definition->inputs[k].name, value->name))
                continue;
            if (lrp_blob_tensor(test->in[k], &tensor, NULL))
                return false;
            values[graph->inputs[i]] = tensor;
        }
    }
    return true;
}

static enum outcome compare(struct test *test, const struct lrp_graph *graph, struct lrp_engine *engine,
                            const struct lrp_tensor **values) {
    static const struct lrp_run run = {.threads = 1};
    bool forwarded = false;
    for (int i = 0; i < graph->output_count; i++) {
        const int value = graph->outputs[i];
        const struct lrp_blob *constant = graph->values[value].desc.constant;
        struct lrp_tensor *folded = NULL;
        enum lrp_status status = LRP_OK;
        if (constant)
            status = lrp_blob_tensor(constant, &folded, &test->err);
        else if (!forwarded) /* one pass computes all that can be */
            status = lrp_engine_forward(engine, values, value, &run, NULL, NULL, &test->err);
        forwarded = forwarded || !constant;
        const struct lrp_tensor *got = constant ? folded : values[value];
        const bool same = !status && got && equal(test, got, test->want[i], (size_t)i);
        lrp_tensor_release(folded);
        if (status || !got) {
            test->why = test->err.message;
            return NOT_RUN;
        }
        if (!same)
            return WRONG;
    }
    return RIGHT;
}

static enum outcome run_definition(struct test *test, const struct lrp_definition *definition, const struct lrp_shape *shapes) {
    const struct lrp_graph_options options = {.input_shapes = shapes};
    struct lrp_graph *graph;
    struct lrp_engine *engine;
    enum outcome outcome = NOT_RUN;
    test->why = test->err.message;
    if (lrp_graph_build(definition, &options, &graph, &test->err))
        return NOT_RUN;
    const struct lrp_tensor **values = calloc((size_t)graph->value_count + 1, sizeof *values);
    if (values && give_inputs(test, graph, values) && !lrp_engine_new(graph, &engine, &test->err)) {
        outcome = compare(test, graph, engine, values);
        lrp_engine_free(engine);
    }
    for (int i = 0; values && i < graph->value_count; i++)
        lrp_tensor_release(values[i]);
    free(values);
    lrp_graph_free(graph);
    return outcome;
}

/* How much of what a test feeds in is made a constant of the model; exporters write axes, shapes and scales so, too. */
enum feeding { ALL_FED, FLOATS_FED, FIRST_FED, NOTHING_FED, FEEDINGS };

static bool is_fed(const struct test *test, size_t input, enum feeding feeding) {
    return feeding == ALL_FED || (feeding == FLOATS_FED && lrp_dtype_is_float(test->in[input]->dtype)) ||
           (feeding == FIRST_FED && input == 0);
}

static enum outcome run_feeding(struct test *test, enum feeding feeding) {
    const struct lrp_definition *d = test->definition;
    struct lrp_definition changed = *d;
    struct lrp_value_definition inputs[MOST];
    struct lrp_shape shapes[MOST];
    struct lrp_constant_definition *constants = lrp_arena_calloc(test->arena, d->constant_count + MOST, sizeof *constants);
    if (!constants)
        return NOT_RUN;
    for (size_t i = 0; i < d->constant_count; i++)
        constants[i] = d->constants[i];
    changed.input_count = 0;
    for (size_t i = 0; i < d->input_count; i++) {
        if (is_fed(test, i, feeding)) {
            shapes[changed.input_count] = test->in[i]->shape;
            inputs[changed.input_count++] = d->inputs[i];
        } else {
            constants[changed.constant_count++] = (struct lrp_constant_definition){d->inputs[i].name, test->in[i]};
        }
    }
    changed.inputs = inputs;
    changed.constants = constants;
    return run_definition(test, &changed, shapes);
}

static enum outcome run_test(struct test *test) {
    enum outcome outcome = NOT_RUN;
    if (!read_test(test))
        return NOT_RUN;
    for (int feeding = 0; feeding < FEEDINGS && outcome == NOT_RUN; feeding++)
        outcome = run_feeding(test, (enum feeding)feeding);
    return outcome;
}

/* Random by definition, or odd; no answer to compare with. */
static bool has_no_answer(const char *folder) {
    static const char *const names[] = {"test_bernoulli", "test_training_dropout", "test_maxunpool_export_with_output_shape",
                                        "test_resize_downsample_scales_cubic_align_corners",
                                        "test_resize_downsample_scales_linear_align_corners"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(folder, names[i]))
            return true;
    return false;
}

int main(int argc, char **argv) {
    size_t counts[3] = {0};
    const bool verbose = argc > 1 && !strcmp(argv[1], "-v");
    for (int i = verbose ? 2 : 1; i < argc; i++) {
        if (has_no_answer(argv[i]))
            continue;
        struct test test = {.folder = argv[i], .why = "", .arena = lrp_arena_new()};
        if (!test.arena)
            return 2;
        const enum outcome outcome = run_test(&test);
        counts[outcome]++;
        if (outcome == WRONG || (outcome == NOT_RUN && verbose))
            printf("%s: %s: %s\n", argv[i], outcome == WRONG ? "wrong" : "not run", test.why);
        if (test.definition)
            lrp_definition_free(test.definition);
        lrp_arena_free(test.arena);
    }
    printf("%zu right, %zu wrong, %zu not run\n", counts[RIGHT], counts[WRONG], counts[NOT_RUN]);
    return counts[WRONG] || !counts[RIGHT];
}
