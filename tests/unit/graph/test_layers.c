/* test_layers.c: the layer view: fusing, sources and consumers, parameters, output softmax; and graphs of 20,000 nodes. */
#include <stdio.h>
#include <time.h>

#include "model.h"
#include "network.h"

static void build(struct network *n, struct model *m, const struct lrp_graph_options *options, bool fuse)
{
    network_build(n, model_finish(m), options);
    network_layers(n, fuse);
}
static const struct lrp_graph_options canonized = {.canonize = true};

/* x -> conv -> relu -> (pool, conv) -> add -> flatten -> fc */
static void branches(struct model *m)
{
    model_start(m, 13, 16);
    model_input(m, "x", 4, (int64_t[]){1, 2, 6, 6});
    model_constant(m, "w1", 4, (int64_t[]){4, 2, 3, 3}, NULL);
    model_vector(m, "b1", 4);
    model_constant(m, "w2", 4, (int64_t[]){4, 4, 1, 1}, NULL);
    model_constant(m, "w3", 2, (int64_t[]){64, 3}, NULL);
    model_node(m, "Conv", "conv1", "x w1 b1", "c1");
    model_node(m, "Relu", "relu1", "c1", "r1");
    model_node(m, "Conv", "conv2", "r1 w2", "c2");
    model_node(m, "Add", "add", "c2 r1", "a");
    model_node(m, "Flatten", "flatten", "a", "f");
    model_node(m, "Gemm", "fc", "f w3", "y");
    model_output(m, "y");
}

static void layers_know_where_values_come_from_and_go(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    branches(&m);
    build(&n, &m, &canonized, true);
    network_check_types(&n, "convolution+relu convolution add flatten dense");
    const struct lrp_layer_list *list = &n.view->list;
    for (size_t i = 0; i < list->count; i++) assert_int_equal(list->rows[i].index, i);
    assert_string_equal(list->rows[0].name, "x");
    assert_string_equal(list->rows[0].type, "input");
    assert_int_equal(list->rows[0].consumer_count, 1);
    assert_int_equal(list->rows[0].consumers[0], 1);
    const struct lrp_layer *conv = &list->rows[1], *add = &list->rows[3];
    assert_string_equal(conv->name, "conv1");
    assert_string_equal(conv->activation, "relu");
    assert_string_equal(conv->activation_op, "Relu");
    assert_string_equal(conv->op_type, "Conv");
    assert_string_equal(conv->group, "convolution");
    assert_string_equal(conv->outputs[0], "r1");
    assert_string_equal(conv->inputs[0], "x");
    assert_int_equal(conv->input_count, 1); /* weights are no inputs */
    assert_int_equal(conv->node_count, 2);
    assert_int_equal(conv->consumer_count, 2);
    assert_int_equal(conv->consumers[0], 2);
    assert_int_equal(conv->consumers[1], 3);
    assert_int_equal(conv->parameters, 4 * 2 * 9 + 4);
    assert_int_equal(conv->macs, 4 * 2 * 9 * 16);
    assert_int_equal(conv->shape->dim[2], 4);
    assert_int_equal(add->input_count, 2);
    assert_int_equal(add->sources[0], 2);
    assert_int_equal(add->sources[1], 1);
    assert_int_equal(list->parameters, 76 + 16 + 192);
    assert_int_equal(list->activation_bytes, 4 * (72 + 64 + 64 + 64 + 64 + 64 + 3));
    network_close(&n);
}

static void without_fusing_every_activation_is_a_layer(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    branches(&m);
    build(&n, &m, &canonized, false);
    network_check_types(&n, "convolution relu convolution add flatten dense");
    network_close(&n);
}

static void shared_weights_count_once(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    model_start(&m, 13, 4);
    model_input(&m, "x", 2, (int64_t[]){1, 3});
    model_constant(&m, "w", 2, (int64_t[]){3, 3}, NULL);
    model_node(&m, "Gemm", "one", "x w", "a");
    model_node(&m, "Gemm", "two", "a w", "y");
    model_output(&m, "y");
    build(&n, &m, &canonized, true);
    assert_int_equal(n.view->list.rows[1].parameters, 9);
    assert_int_equal(n.view->list.rows[2].parameters, 9);
    assert_int_equal(n.view->list.parameters, 9);
    network_close(&n);
}

/* Exporters write bounds as scalars or as vectors of one; they are no parameters. */
static void bounds_are_no_parameters(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    model_start(&m, 13, 4);
    model_input(&m, "x", 2, (int64_t[]){1, 3});
    model_constant(&m, "w", 2, (int64_t[]){3, 3}, NULL);
    model_constant(&m, "low", 1, (int64_t[]){1}, (float[]){0});
    model_constant(&m, "high", 1, (int64_t[]){1}, (float[]){6});
    model_node(&m, "Gemm", "fc", "x w", "a");
    model_node(&m, "Clip", "clip", "a low high", "y");
    model_output(&m, "y");
    build(&n, &m, &canonized, true);
    network_check_types(&n, "dense+relu6");
    assert_int_equal(n.view->list.parameters, 9);
    network_close(&n);
}

/* Height and width are free until --input-shape or a picture is given: the list is the same but for the shapes. */
static void layers_are_what_they_are_while_shapes_are_open(void **state)
{
    (void)state;
    for (int open = 0; open < 2; open++) {
        struct model m;
        struct network n = {0};
        model_start(&m, 13, 8);
        model_input(&m, "x", 4, (int64_t[]){1, 2, open ? -1 : 4, open ? -1 : 4});
        model_constant(&m, "w", 4, (int64_t[]){4, 2, 3, 3}, NULL);
        model_constant(&m, "low", 0, NULL, (float[]){0});
        model_constant(&m, "high", 0, NULL, (float[]){6});
        model_constant(&m, "v", 2, (int64_t[]){4, 3}, NULL);
        model_node(&m, "Conv", "conv", "x w", "c");
        model_node(&m, "Clip", "clip", "c low high", "r");
        model_node(&m, "GlobalAveragePool", "pool", "r", "p");
        model_node(&m, "Flatten", "flatten", "p", "f");
        model_node(&m, "Gemm", "fc", "f v", "y");
        model_output(&m, "y");
        build(&n, &m, &canonized, true);
        network_check_types(&n, "convolution+relu6 global-mean-pool flatten dense");
        for (size_t i = 1; i < n.view->list.count; i++) assert_int_equal(n.view->list.rows[i].executable, !open);
        network_close(&n);
    }
}

static void activations_are_fused_only_where_nothing_is_lost(void **state)
{
    (void)state;
    static const struct {
        const char *op, *inputs;
        bool output;
        const char *want;
    } cases[] = {
        {"Relu", "z", false, "dense+relu"},
        {"PRelu", "z slope", false, "dense+prelu"},
        {"PRelu", "z x", false, "dense prelu"},   /* the slope is data */
        {"Relu", "z", true, "dense relu"},        /* the pre-activation is an output */
        {"Softmax", "z", false, "dense softmax"}, /* not elementwise */
        {"Relu", "x", false, "relu"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model m;
        struct network n = {0};
        model_start(&m, 13, 4);
        model_input(&m, "x", 2, (int64_t[]){1, 3});
        model_constant(&m, "w", 2, (int64_t[]){3, 3}, NULL);
        model_vector(&m, "slope", 3);
        model_node(&m, "Gemm", "fc", "x w", "z");
        model_node(&m, cases[i].op, "act", cases[i].inputs, "y");
        model_output(&m, "y");
        if (cases[i].output) model_output(&m, "z");
        build(&n, &m, &canonized, true);
        network_check_types(&n, cases[i].want);
        network_close(&n);
    }
}

static void two_activations_in_a_row_fuse_the_first(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    model_start(&m, 13, 4);
    model_input(&m, "x", 2, (int64_t[]){1, 3});
    model_constant(&m, "w", 2, (int64_t[]){3, 3}, NULL);
    model_node(&m, "Gemm", "fc", "x w", "z");
    model_node(&m, "Relu", "one", "z", "r");
    model_node(&m, "Tanh", "two", "r", "y");
    model_output(&m, "y");
    build(&n, &m, &canonized, true);
    network_check_types(&n, "dense+relu tanh");
    network_close(&n);
}

/* fc -> softmax -> reshape -> y; and a softmax inside. */
static void with_softmaxes(struct model *m, bool behind)
{
    model_start(m, 13, 8);
    model_input(m, "x", 2, (int64_t[]){1, 4});
    model_constant(m, "w", 2, (int64_t[]){4, 4}, NULL);
    model_int64s(m, "shape", 3, (int64_t[]){1, 2, 2});
    model_node(m, "Softmax", "inner", "x", "i");
    model_node(m, "Gemm", "fc", "i w", "z");
    model_node(m, "LogSoftmax", "softmax", "z", "s");
    model_node(m, "Reshape", "reshape", "s shape", behind ? "r" : "y");
    if (behind) model_node(m, "Relu", "relu", "r", "y");
    model_output(m, "y");
}

static void an_output_softmax_is_found_through_reshapes(void **state)
{
    (void)state;
    for (int behind = 0; behind < 2; behind++) {
        struct model m;
        struct network n = {0};
        with_softmaxes(&m, behind);
        build(&n, &m, &canonized, true);
        assert_false(network_row(&n, "inner")->output_softmax);
        assert_int_equal(network_row(&n, "softmax")->output_softmax, !behind);
        network_close(&n);
    }
}

static void a_stripped_softmax_leaves_its_input(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    with_softmaxes(&m, false);
    build(&n, &m, &(struct lrp_graph_options){.canonize = true, .strip_softmax = true}, true);
    network_check_types(&n, "softmax dense reshape");
    network_forward(&n, NULL);
    const struct lrp_tensor *logits = network_activation(&n, "z");
    check_f32_array(network_output(&n)->f, logits->f, logits->count, 0);
    network_close(&n);
}

static void a_softmax_that_is_the_output_is_stripped(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    model_start(&m, 13, 8);
    model_input(&m, "x", 2, (int64_t[]){1, 4});
    model_node(&m, "Relu", "relu", "x", "r");
    model_node(&m, "Softmax", "softmax", "r", "y");
    model_node(&m, "Softmax", "other", "r", "y2");
    model_output(&m, "y");
    model_output(&m, "y2");
    build(&n, &m, &(struct lrp_graph_options){.strip_softmax = true}, true);
    network_check_types(&n, "relu");
    assert_string_equal(n.graph->values[n.graph->outputs[0]].name, "r");
    assert_true(n.graph->values[n.graph->outputs[0]].is_output);
    assert_int_equal(n.view->list.dropped_count, 2);
    network_close(&n);
}

/* ---- large graphs: each form was quadratic or worse once ---- */

enum { MANY = 20000 };

static void chain(struct model *m, const char *const *ops, int op_count, const char *suffix)
{
    char name[16] = "x", next[16], inputs[48];
    model_input(m, "x", 2, (int64_t[]){1, 2});
    for (int i = 0; i < MANY; i++) {
        const char *op = ops[i % op_count];
        snprintf(next, sizeof next, "v%d", i);
        snprintf(inputs, sizeof inputs, "%s%s", name, strcmp(op, "BatchNormalization") == 0 ? " p p p p" : suffix);
        model_node(m, op, "", inputs, next);
        memcpy(name, next, sizeof name);
    }
    model_output(m, name);
}
static void identities(struct model *m)
{
    chain(m, (const char *[]){"Identity"}, 1, "");
}
static void relus(struct model *m)
{
    chain(m, (const char *[]){"Relu"}, 1, "");
}
static void products(struct model *m)
{
    chain(m, (const char *[]){"Mul"}, 1, " s");
}
static void scales(struct model *m)
{
    chain(m, (const char *[]){"Mul", "Add"}, 2, " p");
}
static void batch_norms(struct model *m)
{
    chain(m, (const char *[]){"BatchNormalization", "Relu"}, 2, "");
}
static void softmaxes(struct model *m)
{
    chain(m, (const char *[]){"Softmax"}, 1, "");
}
static void unknowns(struct model *m)
{
    chain(m, (const char *[]){"Mystery"}, 1, "");
    for (int i = 0; i < MODEL_VALUES; i++) model_hint(m, "v1", 2, (int64_t[]){1, 2});
}
static void joins(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    char name[16] = "x", next[16], inputs[48];
    for (int i = 0; i < MANY; i++) {
        snprintf(next, sizeof next, "v%d", i);
        snprintf(inputs, sizeof inputs, "%s x", name);
        model_node(m, "Add", "same name", inputs, next);
        memcpy(name, next, sizeof name);
    }
    model_output(m, name);
}
/* Shape arithmetic in which every value is made of all before it twice: 2^60 ways from the Shape to the Reshape. */
static void shapes(struct model *m)
{
    char name[16] = "shape", next[16], inputs[48];
    model_input(m, "x", 2, (int64_t[]){1, 1});
    model_node(m, "Shape", "", "x", "shape");
    for (int i = 0; i < 60; i++) {
        snprintf(next, sizeof next, "s%d", i);
        snprintf(inputs, sizeof inputs, "%s %s", name, name);
        model_node(m, "Mul", "", inputs, next);
        memcpy(name, next, sizeof name);
    }
    snprintf(inputs, sizeof inputs, "x %s", name);
    model_node(m, "Reshape", "", inputs, "y");
    model_output(m, "y");
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* fc -> sigmoid -> y; then a gate of the same: what else reads a probability keeps it. */
static void an_output_sigmoid_is_stripped_where_asked(void **state)
{
    (void)state;
    for (int strip = 0; strip < 2; strip++)
        for (int gate = 0; gate < 2; gate++) {
            struct model m;
            struct network n = {0};
            model_start(&m, 13, 4);
            model_input(&m, "x", 2, (int64_t[]){1, 2});
            model_constant(&m, "w", 2, (int64_t[]){2, 2}, (float[]){1, 0, 0, 2});
            model_node(&m, "Gemm", "fc", "x w", "z");
            model_node(&m, "Sigmoid", "head", "z", "p");
            model_node(&m, "Flatten", "flat", "p", "y");
            if (gate) model_node(&m, "Mul", "gated", "p x", "g");
            model_output(&m, "y");
            if (gate) model_output(&m, "g");
            build(&n, &m, &(struct lrp_graph_options){.canonize = true, .strip_sigmoid = strip}, true);
            network_check_types(&n, strip && !gate ? "dense flatten"
                                    : gate         ? "dense+sigmoid flatten mul"
                                                   : "dense+sigmoid flatten");
            assert_int_equal(n.view->list.rows[1].output_sigmoid, !(strip && !gate));
            network_forward(&n, (float[]){3, 4});
            check_close((double)network_output(&n)->f[1], strip && !gate ? 8 : 1 / (1 + exp(-8)), 1e-6);
            network_close(&n);
        }
}

/* Not a timing: quadratic work on 20,000 nodes takes minutes under sanitizers, linear work less than a second. */
static void large_graphs_take_linear_time(void **state)
{
    (void)state;
    static void (*const makers[])(struct model *) = {identities, relus,    products, scales, batch_norms,
                                                     softmaxes,  unknowns, joins,    shapes};
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        for (int strip = 0; strip < 2; strip++) {
            struct model m;
            struct network n = {0};
            model_start(&m, 13, MANY);
            model_vector(&m, "p", 2);
            model_scalar(&m, "s", 1);
            makers[i](&m);
            const double start = seconds();
            build(&n, &m, &(struct lrp_graph_options){.canonize = true, .strip_softmax = strip, .strip_sigmoid = strip}, true);
            const double taken = seconds() - start;
            network_close(&n);
            if (taken > 10) fail_msg("graph %zu takes %.1f s", i, taken);
        }
}

/* Reductions that are poolings: over places, over all there is of a sample, of a picture whose samples' axis is gone. */
static void reductions_are_poolings(void **state)
{
    (void)state;
    static const struct {
        const char *op;
        size_t rank, count;
        int64_t axes[4];
        const char *want;
    } cases[] = {
        {"ReduceMean", 4, 2, {2, 3}, "global-mean-pool"},
        {"ReduceMean", 4, 2, {1, 2}, "global-mean-pool"},
        {"ReduceMean", 4, 3, {1, 2, 3}, "global-mean-pool"},
        {"ReduceMean", 4, 0, {0}, "global-mean-pool"},
        {"ReduceMean", 3, 2, {1, 2}, "global-mean-pool"},
        {"ReduceMean", 3, 2, {-1, -2}, "global-mean-pool"},
        {"ReduceMean", 3, 0, {0}, "global-mean-pool"},
        {"ReduceMean", 4, 1, {3}, "mean-pool"},
        {"ReduceMean", 4, 1, {2}, "mean-pool"},
        {"ReduceMax", 4, 1, {-1}, "max-pool"},
        {"ReduceMax", 3, 2, {1, 2}, "global-max-pool"},
        {"ReduceSum", 4, 2, {2, 3}, "sum-pool"},
        {"ReduceSum", 3, 1, {1}, "sum-pool"},
        {"ReduceMean", 4, 1, {1}, "reduce-mean"},
        {"ReduceMean", 4, 1, {0}, "reduce-mean"},
        {"ReduceMean", 2, 1, {1}, "reduce-mean"},
        {"ReduceMin", 4, 2, {2, 3}, "reduce-min"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int keep = 0; keep < 2; keep++) {
            struct model m;
            struct network n = {0};
            model_start(&m, 11, 4);
            model_input(&m, "x", (int)cases[i].rank, (int64_t[]){2, 3, 4, 5});
            model_node(&m, cases[i].op, "reduce", "x", "y");
            if (cases[i].count) model_ints(&m, "axes", cases[i].count, cases[i].axes);
            model_int(&m, "keepdims", keep);
            model_output(&m, "y");
            build(&n, &m, &canonized, true);
            network_check_types(&n, cases[i].want);
            network_close(&n);
        }
}

/* Steps and samples become one axis, or the axes behind the first do: which of both does not depend on how large they are. */
static void computed_shapes_are_what_they_say(void **state)
{
    (void)state;
    for (int samples = -1; samples < 3; samples++)
        for (int merges = 0; samples && merges < 2; merges++) {
            struct model m;
            struct network n = {0};
            model_start(&m, 13, 12);
            model_input(&m, "x", 3, (int64_t[]){4, samples, 3});
            model_int64s(&m, "zeroth", 1, (int64_t[]){0});
            model_int64s(&m, "first", 1, (int64_t[]){1});
            model_int64s(&m, "rest", 1, (int64_t[]){-1});
            model_node(&m, "Shape", "shape", "x", "s");
            model_node(&m, "Gather", "steps", "s zeroth", "t");
            model_node(&m, "Gather", "samples", "s first", "b");
            model_node(&m, "Mul", "both", "t b", "tb");
            model_node(&m, "Cast", "cast", merges ? "tb" : "t", "u");
            model_int(&m, "to", LRP_DTYPE_INT64);
            model_node(&m, "Concat", "sizes", "u rest", "c");
            model_int(&m, "axis", 0);
            model_node(&m, "Reshape", "view", "x c", "y");
            model_output(&m, "y");
            build(&n, &m, &canonized, true);
            network_check_types(&n, merges ? "reshape" : "flatten");
            network_close(&n);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_know_where_values_come_from_and_go),
        cmocka_unit_test(without_fusing_every_activation_is_a_layer),
        cmocka_unit_test(shared_weights_count_once),
        cmocka_unit_test(bounds_are_no_parameters),
        cmocka_unit_test(layers_are_what_they_are_while_shapes_are_open),
        cmocka_unit_test(activations_are_fused_only_where_nothing_is_lost),
        cmocka_unit_test(two_activations_in_a_row_fuse_the_first),
        cmocka_unit_test(an_output_softmax_is_found_through_reshapes),
        cmocka_unit_test(a_stripped_softmax_leaves_its_input),
        cmocka_unit_test(a_softmax_that_is_the_output_is_stripped),
        cmocka_unit_test(an_output_sigmoid_is_stripped_where_asked),
        cmocka_unit_test(reductions_are_poolings),
        cmocka_unit_test(computed_shapes_are_what_they_say),
        cmocka_unit_test(large_graphs_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
