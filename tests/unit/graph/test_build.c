/* test_build.c: execution order, names, sources, folding of shape arithmetic, operators nobody implements, open shapes. */
#include <stdio.h>

#include "model.h"
#include "network.h"

static const struct lrp_graph_options plain = {0}, canonized = {.canonize = true};

static void check_refused(struct model *m, enum lrp_status status, const char *part)
{
    struct lrp_graph *graph = NULL;
    struct lrp_error err = {0};
    struct lrp_definition *d = model_finish(m);
    check_fails(lrp_graph_build(d, &plain, &graph, &err), &err, status, part);
    assert_non_null(strstr(err.message, "test.onnx"));
    assert_null(graph);
    lrp_definition_free(d);
}

static void check_order(const struct network *n, const char *want)
{
    struct lrp_text got = {0};
    for (int k = 0; k < n->graph->order_count; k++)
        lrp_text_printf(&got, "%s%s", k ? " " : "", n->graph->nodes[n->graph->order[k]].name);
    assert_string_equal(got.data, want);
    lrp_text_free(&got);
}

static void the_lowest_file_position_that_is_ready_runs_first(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    model_start(&m, 13, 8);
    model_input(&m, "x", 2, (int64_t[]){1, 2});
    model_node(&m, "Add", "e", "c d", "y");
    model_node(&m, "Exp", "d", "a", "d");
    model_node(&m, "Exp", "b", "x", "b");
    model_node(&m, "Exp", "c", "b", "c");
    model_node(&m, "Exp", "a", "x", "a");
    model_output(&m, "y");
    network_build(&n, model_finish(&m), &plain);
    check_order(&n, "b c a d e");
    network_forward(&n, (float[]){0, 0});
    check_close((double)network_output(&n)->f[1], 2 * exp(1), 1e-6);
    network_close(&n);
}

/* A shuffled file of 60 sums: at every step the node that runs is the first in the file whose inputs are there. */
static void a_shuffled_file_runs_in_the_order_of_readiness(void **state)
{
    (void)state;
    enum { NODES = 60 };
    struct model m;
    struct network n = {0};
    int needs[NODES][2];
    bool done[NODES] = {false};
    char inputs[32], output[16];
    uint32_t random = 7;
    model_start(&m, 13, NODES + 1);
    model_input(&m, "x", 1, (int64_t[]){1});
    for (int i = 0; i < NODES; i++) { /* node i computes v(37 i mod 60), which needs two of lower number */
        const int number = 37 * i % NODES;
        char name[2][16];
        for (int k = 0; k < 2; k++) {
            random = random * 1664525U + 1013904223U;
            const int need = number ? (int)(random >> 8) % number : -1;
            needs[i][k] = random >> 28 < 6 ? -1 : need;
            if (needs[i][k] < 0)
                strcpy(name[k], "x");
            else
                snprintf(name[k], sizeof name[k], "v%d", needs[i][k]);
        }
        snprintf(inputs, sizeof inputs, "%.15s %.15s", name[0], name[1]);
        snprintf(output, sizeof output, "v%d", number);
        model_node(&m, "Add", "", inputs, output);
    }
    model_node(&m, "Sum", "all", "v0", "y");
    const char **all = model_memory(&m, NODES, sizeof *all);
    for (int i = 0; i < NODES; i++) all[i] = lrp_arena_printf(m.arena, "v%d", i);
    m.nodes[NODES].inputs = all;
    m.nodes[NODES].input_count = NODES;
    model_output(&m, "y");
    network_build(&n, model_finish(&m), &plain);
    assert_int_equal(n.graph->order_count, NODES + 1);
    for (int k = 0; k < NODES; k++) {
        int first = -1;
        for (int i = 0; i < NODES && first < 0; i++) {
            const bool ready = (needs[i][0] < 0 || done[needs[i][0]]) && (needs[i][1] < 0 || done[needs[i][1]]);
            if (ready && !done[37 * i % NODES]) first = i;
        }
        assert_int_equal(n.graph->order[k], first);
        done[37 * first % NODES] = true;
    }
    network_close(&n);
}

static void nodes_nobody_needs_are_dropped(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    model_start(&m, 13, 8);
    model_input(&m, "x", 2, (int64_t[]){1, 2});
    model_node(&m, "Relu", "used", "x", "y");
    model_node(&m, "Exp", "dead", "x", "z");
    model_node(&m, "Exp", "dead too", "z", "zz");
    model_output(&m, "y");
    network_build(&n, model_finish(&m), &plain);
    network_layers(&n, true);
    check_order(&n, "used");
    assert_int_equal(n.view->list.dropped_count, 2);
    network_close(&n);
}

static void invalid_graphs_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *first_in, *first_out, *second_in, *second_out, *output, *part;
    } cases[] = {
        {"x b", "a", "a", "b", "b", "cycle"},       {"x missing", "a", "a", "b", "b", "reads missing, which nothing makes"},
        {"x w", "a", "a", "a", "a", "made twice"},  {"x w", "w", "w", "b", "b", "made twice"},
        {"x w", "x", "x", "b", "b", "made twice"},  {"x w", "a", "a", "b", "c", "model output c"},
        {"x w", "a", "a", "b", NULL, "no outputs"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model m;
        model_start(&m, 13, 4);
        model_input(&m, "x", 1, (int64_t[]){2});
        model_vector(&m, "w", 2);
        model_node(&m, "Add", "one", cases[i].first_in, cases[i].first_out);
        model_node(&m, "Relu", "two", cases[i].second_in, cases[i].second_out);
        if (cases[i].output) model_output(&m, cases[i].output);
        check_refused(&m, LRP_FILE, cases[i].part);
    }
}

static void names_are_made_unique(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    model_start(&m, 13, 8);
    model_input(&m, "x", 2, (int64_t[]){1, 2});
    model_node(&m, "Exp", "same", "x", "a");
    model_node(&m, "Exp", "same~2", "a", "b");
    model_node(&m, "Exp", "same", "b", "c");
    model_node(&m, "Exp", "same", "c", "d");
    model_node(&m, "Exp", "", "d", "unnamed");
    model_node(&m, "Exp", "unnamed", "unnamed", "y");
    model_output(&m, "y");
    network_build(&n, model_finish(&m), &plain);
    check_order(&n, "same same~2 same~3 same~4 unnamed unnamed~2");
    network_close(&n);
}

/* x (N,3,4) -> Shape, Gather 0, Unsqueeze, Concat with -1, Reshape */
static void flatten_by_shape_arithmetic(struct model *m)
{
    model_start(m, 13, 8);
    model_input(m, "x", 3, (int64_t[]){-1, 3, 4});
    model_int64s(m, "rest", 1, (int64_t[]){-1});
    model_int64s(m, "axes", 1, (int64_t[]){0});
    model_node(m, "Shape", "shape", "x", "shape");
    struct lrp_blob *zero = model_blob(m, "zero", LRP_DTYPE_INT64, 0, NULL, 8);
    memset((void *)(uintptr_t)zero->raw, 0, 8);
    model_node(m, "Gather", "gather", "shape zero", "batch");
    model_node(m, "Unsqueeze", "unsqueeze", "batch axes", "one");
    model_node(m, "Concat", "concat", "one rest", "target");
    model_int(m, "axis", 0);
    model_node(m, "Reshape", "reshape", "x target", "y");
    model_node(m, "Relu", "relu", "y", "z");
    model_output(m, "z");
}

static void shape_arithmetic_is_folded_into_a_flatten(void **state)
{
    (void)state;
    for (int64_t batch = 1; batch <= 4; batch += 3) {
        struct model m;
        struct network n = {0};
        flatten_by_shape_arithmetic(&m);
        const struct lrp_shape shape = {3, {batch, 3, 4}};
        network_build(&n, model_finish(&m), &(struct lrp_graph_options){.canonize = true, .input_shapes = &shape});
        network_layers(&n, true);
        network_check_types(&n, "flatten relu");
        const struct lrp_layer *flatten = network_row(&n, "reshape");
        assert_int_equal(flatten->node_count, 5); /* with the arithmetic */
        assert_int_equal(flatten->shape->rank, 2);
        assert_int_equal(flatten->shape->dim[0], batch);
        assert_int_equal(flatten->shape->dim[1], 12);
        assert_int_equal(flatten->input_count, 1);
        network_forward(&n, NULL);
        network_close(&n);
    }
}

static void a_symbolic_batch_is_one_unless_told(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    flatten_by_shape_arithmetic(&m);
    network_build(&n, model_finish(&m), &canonized);
    assert_int_equal(n.graph->values[n.graph->inputs[0]].desc.shape->dim[0], 1);
    network_close(&n);
}

static void impossible_input_shapes_are_refused(void **state)
{
    (void)state;
    static const struct lrp_shape shapes[] = {{3, {0, 3, 4}}, {3, {-5, 3, 4}}, {2, {1, 12}}, {3, {1LL << 40, 1LL << 40, 4}}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct model m;
        struct lrp_graph *graph = NULL;
        struct lrp_error err = {0};
        flatten_by_shape_arithmetic(&m);
        struct lrp_definition *d = model_finish(&m);
        const struct lrp_graph_options options = {.input_shapes = &shapes[i]};
        check_fails(lrp_graph_build(d, &options, &graph, &err), &err, LRP_USAGE, "input x cannot have that shape");
        lrp_definition_free(d);
    }
}

static void an_unknown_operator_is_listed_and_named_when_it_is_in_the_way(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    model_start(&m, 13, 8);
    model_input(&m, "x", 2, (int64_t[]){1, 2});
    model_node(&m, "Relu", "before", "x", "a");
    model_node(&m, "FlyingCarpet", "magic", "a", "b");
    model_node(&m, "Relu", "after", "b", "c");
    model_node(&m, "Relu", "aside", "a", "d");
    model_hint(&m, "b", 2, (int64_t[]){-1, 5});
    model_output(&m, "c");
    model_output(&m, "d");
    network_build(&n, model_finish(&m), &canonized);
    network_layers(&n, true);
    const struct lrp_layer *magic = network_row(&n, "magic");
    assert_string_equal(magic->type, "flying-carpet");
    assert_false(magic->executable);
    assert_false(magic->differentiable);
    assert_non_null(strstr(magic->obstacle, "FlyingCarpet is not implemented"));
    assert_int_equal(magic->shape->dim[1], 5); /* what the file says */
    assert_true(network_row(&n, "after")->executable);
    assert_true(network_row(&n, "before")->executable);
    network_give(&n, 0, NULL);
    check_fails(network_try_run(&n), &n.err, LRP_UNSUPPORTED, "layer magic: operator FlyingCarpet");
    assert_non_null(strstr(n.err.message, "test.onnx"));
    assert_non_null(network_activation(&n, "d")); /* what can be computed is */
    network_close(&n);
}

static void an_open_shape_asks_for_the_input_shape(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    model_start(&m, 13, 2);
    model_input(&m, "x", 2, (int64_t[]){-1, -1});
    model_node(&m, "Relu", "relu", "x", "y");
    model_output(&m, "y");
    network_build(&n, model_finish(&m), &canonized);
    network_layers(&n, true);
    assert_non_null(strstr(network_row(&n, "relu")->obstacle, "--input-shape"));
    network_close(&n);
}

static void an_attribute_of_another_kind_is_refused_by_name(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    model_start(&m, 17, 8);
    model_input(&m, "x", 4, (int64_t[]){1, 1, 4, 4});
    model_node(&m, "GlobalAveragePool", "pool", "x", "p");
    model_node(&m, "Flatten", "flat", "p", "y");
    model_string(&m, "axis", "1");
    model_output(&m, "y");
    network_build(&n, model_finish(&m), &plain);
    const struct lrp_node *flat = &n.graph->nodes[1];
    assert_string_equal(flat->obstacle, "its attribute axis is a text, but must be a whole number");
    assert_int_equal(flat->obstacle_status, LRP_FILE);
    network_close(&n);
}

static void an_output_may_be_an_input_or_a_constant(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    model_start(&m, 13, 2);
    model_input(&m, "x", 1, (int64_t[]){2});
    model_constant(&m, "c", 1, (int64_t[]){2}, (float[]){3, 4});
    model_node(&m, "Neg", "neg", "c", "d");
    model_output(&m, "d");
    model_output(&m, "x");
    network_build(&n, model_finish(&m), &canonized);
    network_layers(&n, true);
    assert_int_equal(n.view->list.count, 1);
    network_forward(&n, NULL);
    assert_true(network_output(&n)->f[1] == -4);
    network_close(&n);
}

static void a_missing_input_is_named(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    model_start(&m, 13, 2);
    model_input(&m, "x", 1, (int64_t[]){2});
    model_node(&m, "Relu", "relu", "x", "y");
    model_output(&m, "y");
    network_build(&n, model_finish(&m), &canonized);
    check_fails(network_try_run(&n), &n.err, LRP_USAGE, "input x is not given");
    network_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lowest_file_position_that_is_ready_runs_first),
        cmocka_unit_test(a_shuffled_file_runs_in_the_order_of_readiness),
        cmocka_unit_test(nodes_nobody_needs_are_dropped),
        cmocka_unit_test(invalid_graphs_are_refused),
        cmocka_unit_test(names_are_made_unique),
        cmocka_unit_test(shape_arithmetic_is_folded_into_a_flatten),
        cmocka_unit_test(a_symbolic_batch_is_one_unless_told),
        cmocka_unit_test(impossible_input_shapes_are_refused),
        cmocka_unit_test(an_unknown_operator_is_listed_and_named_when_it_is_in_the_way),
        cmocka_unit_test(an_open_shape_asks_for_the_input_shape),
        cmocka_unit_test(an_attribute_of_another_kind_is_refused_by_name),
        cmocka_unit_test(an_output_may_be_an_input_or_a_constant),
        cmocka_unit_test(a_missing_input_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
