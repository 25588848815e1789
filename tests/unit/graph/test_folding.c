/* test_folding.c: what folding constants may cost, and that a model is the same when it costs too much. The budget for a model
 * whose weights are all here is 2^24 elements read and made, 16 more for each byte of its files; 16 multiplications count as
 * one. */
#include "model.h"
#include "network.h"

static const struct lrp_graph_options plain = {0};

/* y = x + the last of `negations` Negs of `count` ones: each costs 2 * count. */
static void build_negations(struct network *n, int64_t count, int negations, size_t bytes)
{
    static const char *const names[] = {"e", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"};
    struct model m;
    model_start(&m, 13, 12);
    model_input(&m, "x", 1, (int64_t[]){1});
    model_constant(&m, "one", 1, (int64_t[]){1}, (float[]){1});
    model_int64s(&m, "shape", 1, &count);
    model_node(&m, "Expand", "e", "one shape", "e");
    for (int i = 1; i <= negations; i++) model_node(&m, "Neg", names[i], names[i - 1], names[i]);
    model_node(&m, "ReduceMean", "mean", names[negations], "mean");
    model_node(&m, "Add", "sum", "x mean", "y");
    model_output(&m, "y");
    struct lrp_definition *d = model_finish(&m);
    d->bytes = bytes;
    network_build(n, d, &plain);
}

static int folded(const struct network *n)
{
    int count = 0;
    for (int i = 0; i < (int)n->graph->definition->node_count; i++) count += n->graph->nodes[i].state == LRP_NODE_FOLDED;
    return count;
}

static void small_constants_are_folded_to_the_end(void **state)
{
    struct network n = {0};
    (void)state;
    build_negations(&n, 1000, 7, 0);
    assert_int_equal(folded(&n), 9); /* all but the sum with the input */
    network_forward(&n, (float[]){0.5f});
    check_close((double)network_output(&n)->f[0], -0.5, 1e-6);
    network_close(&n);
}

/* 2^20 ones cost as many; eight Negs would cost 8 * 2^21 = 2^24: the last is more than what is left, and so is the mean. */
static void beyond_the_budget_nodes_run_when_the_model_does(void **state)
{
    struct network n = {0};
    (void)state;
    build_negations(&n, 1 << 20, 8, 0);
    assert_int_equal(folded(&n), 1 + 7);
    assert_int_equal(n.graph->nodes[network_node(&n, "n8")].state, LRP_NODE_LIVE);
    network_forward(&n, (float[]){0.5f});
    check_close((double)network_output(&n)->f[0], 1.5, 1e-6);
    network_close(&n);
}

/* 2^21 / 16 bytes more allow that Neg, and 2^20 / 16 the mean. */
static void the_budget_grows_with_the_file(void **state)
{
    struct network n = {0};
    (void)state;
    build_negations(&n, 1 << 20, 8, (1 << 17) + (1 << 16) + 16);
    assert_int_equal(folded(&n), 1 + 8 + 1);
    network_close(&n);
}

/* However large the file: no constant of more than 2^28 elements. */
static void no_constant_is_made_enormous(void **state)
{
    struct network n = {0};
    (void)state;
    build_negations(&n, ((int64_t)1 << 28) + 1, 1, SIZE_MAX);
    assert_int_equal(folded(&n), 0);
    network_close(&n);
}

/* (1200, 1200) by (1200, 1200) takes 1200^3 / 16 = 1.08e8 > 2^24 of it, where reading and making them is 4.3e6. */
static void multiplications_count(void **state)
{
    struct model m;
    struct network n = {0};
    (void)state;
    for (int64_t size = 100; size <= 1200; size += 1100) {
        model_start(&m, 13, 4);
        model_input(&m, "x", 2, (int64_t[]){size, size});
        model_constant(&m, "one", 2, (int64_t[]){1, 1}, (float[]){1});
        model_int64s(&m, "shape", 2, (int64_t[]){size, size});
        model_node(&m, "Expand", "e", "one shape", "e");
        model_node(&m, "MatMul", "product", "e e", "p");
        model_node(&m, "Add", "sum", "x p", "y");
        model_output(&m, "y");
        network_build(&n, model_finish(&m), &plain);
        assert_int_equal(n.graph->nodes[network_node(&n, "e")].state, LRP_NODE_FOLDED);
        assert_int_equal(n.graph->nodes[network_node(&n, "product")].state, size == 100 ? LRP_NODE_FOLDED : LRP_NODE_LIVE);
        network_close(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_constants_are_folded_to_the_end),
        cmocka_unit_test(beyond_the_budget_nodes_run_when_the_model_does),
        cmocka_unit_test(the_budget_grows_with_the_file),
        cmocka_unit_test(no_constant_is_made_enormous),
        cmocka_unit_test(multiplications_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
