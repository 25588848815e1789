/* test_trace.c: the axis that counts samples on its way through operators and graphs. Where it has to be follows from the
 * operators' definitions: where element n of the first axis goes. */
#include <stdio.h>

#include "model.h"
#include "network.h"

enum { LOST = LRP_BATCH_LOST };

/* A chain of operators behind an input of 3 samples unless `dim` says otherwise. "Op attribute=1,2 @1,2 #2,3": attributes are
 * whole numbers, several are a list (one with a comma behind it too), @ is an input of whole numbers, # one of floats of that
 * shape. */
struct chain {
    const char *what, *dims, *nodes[4];
    int axis;
    int64_t outer, inner;
};
static const struct chain chains[] = {
    {"elementwise", "3,4", {"Relu"}, 0, 1, 1},
    {"broadcast moves it back", "3,4", {"Add #2,1,4"}, 1, 1, 1},
    {"broadcast along it", "1,4", {"Add #3,4"}, LOST, 0, 0},
    {"convolution", "3,2,5,5", {"Conv #4,2,3,3"}, 0, 1, 1},
    {"convolution over it", "3,2,5", {"Transpose perm=1,0,2", "Conv #4,3,3"}, LOST, 0, 0},
    {"pooling", "3,2,6,6", {"MaxPool kernel_shape=2,2"}, 0, 1, 1},
    {"pooling along it", "3,2,6", {"Transpose perm=1,2,0", "GlobalAveragePool"}, LOST, 0, 0},
    {"dense", "3,4", {"Gemm #4,5"}, 0, 1, 1},
    {"dense, transposed", "3,4", {"Gemm #3,5 transA=1"}, LOST, 0, 0},
    {"dense on the other side", "3,4", {"Transpose perm=1,0", "Gemm #4,5 transA=1"}, 0, 1, 1},
    {"a vector times a matrix", "3", {"MatMul #3,5"}, LOST, 0, 0},
    {"rows times a matrix", "3,7,4", {"MatMul #4,5"}, 0, 1, 1},
    {"rows times matrices", "3,4", {"MatMul #2,4,5"}, 1, 1, 1},
    {"rows times a vector", "3,4", {"MatMul #4"}, 0, 1, 1},
    {"transpose", "3,4,5", {"Transpose perm=1,2,0"}, 2, 1, 1},
    {"transpose, axes turned round", "3,4,5", {"Transpose"}, 2, 1, 1},
    {"flatten", "3,4,5", {"Flatten"}, 0, 1, 1},
    {"flatten all", "3,4,5", {"Flatten axis=0"}, 1, 1, 20},
    {"merged with what follows", "3,4,5", {"Reshape @12,5"}, 0, 1, 4},
    {"merged with what is before", "3,4,5", {"Transpose perm=1,0,2", "Reshape @12,5"}, 0, 4, 1},
    {"merged and taken apart", "3,4,5", {"Reshape @12,5", "Relu", "Reshape @3,20"}, 0, 1, 1},
    {"merged and taken apart otherwise", "6,4,5", {"Reshape @24,5", "Reshape @4,6,5"}, LOST, 0, 0},
    {"merged, transposed, taken apart", "3,4,5", {"Reshape @12,5", "Transpose perm=1,0", "Reshape @5,3,4"}, 1, 1, 1},
    {"squeezed away, one sample", "1,4", {"Reshape @4", "Relu"}, 0, 1, 4},
    {"rows of one picture", "1,16,4", {"Reshape @16,4"}, 0, 1, 16},
    {"one sample stays in front", "1,1,784", {"Reshape @1,784"}, 0, 1, 1},
    {"unsqueeze", "3,4", {"Unsqueeze @0"}, 1, 1, 1},
    {"squeeze", "3,1,4", {"Unsqueeze @0", "Squeeze @0,2"}, 0, 1, 1},
    {"split", "3,4", {"Split axis=1"}, 0, 1, 1},
    {"split along it", "4,4", {"Split axis=0"}, LOST, 0, 0},
    {"slice", "3,4", {"Slice @0 @2 @1"}, 0, 1, 1},
    {"slice of it", "3,4", {"Slice @0 @2 @0"}, LOST, 0, 0},
    {"turned round", "3,4", {"Slice @-1 @-9 @0 @-1"}, LOST, 0, 0},
    {"tile", "3,4", {"Tile @1,2"}, 0, 1, 1},
    {"tile it", "3,4", {"Tile @2,1"}, 0, 2, 1},
    {"pad", "3,4", {"Pad @0,1,0,1"}, 0, 1, 1},
    {"pad it", "3,4", {"Pad @1,0,0,0"}, LOST, 0, 0},
    {"expand", "3,4", {"Expand @2,3,4"}, 1, 1, 1},
    {"gather features", "3,4", {"Gather @0,2 axis=1"}, 0, 1, 1},
    {"gather before it", "3,4", {"Unsqueeze @0", "Gather @0,0"}, 1, 1, 1},
    {"gather of it", "3,4", {"Gather @0"}, LOST, 0, 0},
    {"mean over space", "3,2,5,5", {"ReduceMean axes=2,3 keepdims=0"}, 0, 1, 1},
    {"mean before it", "3,2,5", {"Transpose perm=1,0,2", "ReduceMean axes=0, keepdims=0"}, 0, 1, 1},
    {"mean before it, kept", "3,2,5", {"Transpose perm=1,0,2", "ReduceMean axes=0,"}, 1, 1, 1},
    {"mean over it", "3,4", {"ReduceMean axes=0,"}, LOST, 0, 0},
    {"mean over all", "3,4", {"ReduceMean"}, LOST, 0, 0},
    {"arg-max", "3,2,5", {"ArgMax axis=1 keepdims=0"}, 0, 1, 1},
    {"softmax", "3,4", {"Softmax"}, 0, 1, 1},
    {"softmax over it", "3,4", {"Softmax axis=0"}, LOST, 0, 0},
    {"layer norm", "3,4", {"LayerNormalization #4"}, 0, 1, 1},
    {"layer norm over it", "3,4", {"LayerNormalization #3,4 axis=0"}, LOST, 0, 0},
    {"instance norm", "3,2,5", {"InstanceNormalization #2 #2"}, 0, 1, 1},
    {"mean and variance norm over it", "3,2,5,5", {"MeanVarianceNormalization"}, LOST, 0, 0},
    {"mean and variance norm", "3,2,5,5", {"MeanVarianceNormalization axes=1,2,3"}, 0, 1, 1},
    {"sum along", "3,4", {"CumSum @1"}, 0, 1, 1},
    {"sum along it", "3,4", {"CumSum @0"}, LOST, 0, 0},
    {"depth to space", "3,4,5,5", {"DepthToSpace blocksize=2"}, 0, 1, 1},
};

static void attributes_of(struct model *m, char *word)
{
    char *value = strchr(word, '='), *rest = NULL;
    int64_t list[LRP_MAX_RANK] = {0};
    size_t count = 0;
    *value++ = '\0';
    const bool several = strchr(value, ',') != NULL;
    for (char *part = strtok_r(value, ",", &rest); part; part = strtok_r(NULL, ",", &rest))
        list[count++] = strtoll(part, NULL, 10);
    const char *name = lrp_arena_strdup(m->arena, word);
    if (several)
        model_ints(m, name, count, list);
    else
        model_int(m, name, list[0]);
}

static int numbers(const char *text, int64_t *out)
{
    int count = 0;
    for (char *end; *text; text = *end ? end + 1 : end) out[count++] = strtoll(text, &end, 10);
    return count;
}

/* The node that a text describes, from value v(i) to v(i+1). */
static void add_node(struct model *m, const char *text, int i)
{
    char *copy = lrp_arena_strdup(m->arena, text), *rest = NULL, inputs[120], output[8], name[24];
    const char *op = strtok_r(copy, " ", &rest);
    char *words[8] = {NULL};
    int count = 0, constants = 0;
    size_t used = (size_t)snprintf(inputs, sizeof inputs, "v%d", i);
    snprintf(output, sizeof output, "v%d", i + 1);
    for (char *word = strtok_r(NULL, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        int64_t list[LRP_MAX_RANK];
        words[count++] = word;
        if (*word != '@' && *word != '#') continue;
        const int n = numbers(word + 1, list);
        snprintf(name, sizeof name, "c%d_%d", i, constants++);
        used += (size_t)snprintf(inputs + used, sizeof inputs - used, " %s", name);
        if (*word == '@')
            model_int64s(m, name, n, list);
        else
            model_constant(m, name, n, list, NULL);
    }
    snprintf(name, sizeof name, "%s%s", output, strcmp(op, "Split") == 0 ? " other" : "");
    model_node(m, op, output, inputs, name);
    for (int k = 0; k < count; k++)
        if (strchr(words[k], '=')) attributes_of(m, words[k]);
}

static void the_axis_goes_where_operators_take_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof chains / sizeof *chains; i++) {
        const struct chain *c = &chains[i];
        struct model m;
        struct network n = {0};
        int64_t dims[LRP_MAX_RANK];
        char last[8];
        int length = 0;
        model_start(&m, 17, 8);
        model_input(&m, "v0", numbers(c->dims, dims), dims);
        for (; length < 4 && c->nodes[length]; length++) add_node(&m, c->nodes[length], length);
        snprintf(last, sizeof last, "v%d", length);
        model_output(&m, last);
        network_build(&n, model_finish(&m), &(struct lrp_graph_options){.canonize = false});
        const struct lrp_batch_axis *const *axes = lrp_graph_trace_samples(n.graph);
        assert_non_null(axes);
        const struct lrp_batch_axis at = *lrp_batch_at(axes, n.graph->outputs[0]);
        if (*n.graph->nodes[length - 1].obstacle) fail_msg("%s: %s", c->what, n.graph->nodes[length - 1].obstacle);
        if (at.axis != c->axis || (at.axis >= 0 && (at.outer != c->outer || at.inner != c->inner)))
            fail_msg("%s: axis %d, outer %lld, inner %lld", c->what, at.axis, (long long)at.outer, (long long)at.inner);
        network_close(&n);
    }
}

static struct lrp_batch_axis traced(struct model *m, const char *value)
{
    struct network n = {0};
    network_build(&n, model_finish(m), &(struct lrp_graph_options){.canonize = false});
    const struct lrp_batch_axis *const *axes = lrp_graph_trace_samples(n.graph);
    assert_non_null(axes);
    const struct lrp_batch_axis at = *lrp_batch_at(axes, network_value(&n, value));
    network_close(&n);
    return at;
}

/* What is the same for all samples says nothing; a state whose first axis has another size does not count them either. */
static void inputs_of_another_size_count_no_samples(void **state)
{
    (void)state;
    struct model m;
    model_start(&m, 17, 4);
    model_input(&m, "x", 2, (int64_t[]){3, 4});
    model_input(&m, "h", 2, (int64_t[]){1, 4});
    model_node(&m, "Add", "a", "x h", "y");
    model_output(&m, "y");
    assert_int_equal(traced(&m, "y").axis, 0);
    model_start(&m, 17, 4);
    model_input(&m, "x", 2, (int64_t[]){3, 4});
    model_input(&m, "h", 2, (int64_t[]){1, 4});
    model_node(&m, "Add", "a", "x h", "y");
    model_output(&m, "y");
    assert_int_equal(traced(&m, "h").axis, LRP_BATCH_NONE);
}

/* x less its mean over the samples depends on all of them, wherever the axis stands. */
static void what_was_mixed_stays_so(void **state)
{
    (void)state;
    struct model m;
    model_start(&m, 17, 4);
    model_input(&m, "x", 2, (int64_t[]){3, 4});
    model_node(&m, "ReduceMean", "mean", "x", "m");
    model_ints(&m, "axes", 1, (int64_t[]){0});
    model_node(&m, "Sub", "less", "x m", "y");
    model_output(&m, "y");
    assert_int_equal(traced(&m, "y").axis, LRP_BATCH_LOST);
}

/* Where an operator does not say what becomes of samples, none would be told apart. */
static void every_operator_says_what_becomes_of_samples(void **state)
{
    (void)state;
    const struct lrp_operator *row;
    for (size_t i = 0; (row = lrp_operator_at(i)); i++)
        if (!row->batch && !row->body) /* a body is asked call by call */
            fail_msg("%s.%s: give its row a function in the column batch (batch.h)", row->domain, row->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_axis_goes_where_operators_take_it),
        cmocka_unit_test(inputs_of_another_size_count_no_samples),
        cmocka_unit_test(what_was_mixed_stays_so),
        cmocka_unit_test(every_operator_says_what_becomes_of_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
