/* test_sizes.c: what a graph is does not depend on how much of its shapes is known: the same layers with open and with given
 * sizes, and only sizes that depend on open ones are open. */
#include <stdio.h>

#include "model.h"
#include "network.h"

static const struct lrp_graph_options canonized = {.canonize = true};

static void name_dimension(struct model *m, const char *input, int axis, const char *name)
{
    for (size_t i = 0; i < m->definition->input_count; i++)
        if (strcmp(m->inputs[i].name, input) == 0) m->inputs[i].dim_name[axis] = name;
}
static void bool_constant(struct model *m, const char *name, bool value)
{
    const struct lrp_blob *blob = model_blob(m, name, LRP_DTYPE_BOOL, 0, NULL, 1);
    *(unsigned char *)(uintptr_t)blob->raw = value;
}
static void int64_scalar(struct model *m, const char *name, int64_t value)
{
    const struct lrp_blob *blob = model_blob(m, name, LRP_DTYPE_INT64, 0, NULL, sizeof value);
    memcpy((void *)(uintptr_t)blob->raw, &value, sizeof value);
}

/* Shuffles channels, a BatchNormalization, a hard-swish written out, and a flatten by shape arithmetic. `open`: height, width.
 */
static void picture_network(struct model *m, bool open)
{
    model_start(m, 13, 24);
    model_input(m, "x", 4, (int64_t[]){1, 3, open ? -1 : 12, open ? -1 : 10});
    model_constant(m, "w", 4, (int64_t[]){4, 3, 3, 3}, NULL);
    for (int i = 0; i < 4; i++) model_vector(m, (const char *[]){"g", "b", "mean", "variance"}[i], 4);
    model_node(m, "Conv", "conv", "x w", "c");
    model_node(m, "BatchNormalization", "bn", "c g b mean variance", "n");
    model_scalar(m, "three", 3);
    model_scalar(m, "zero", 0);
    model_scalar(m, "six", 6);
    model_node(m, "Add", "plus", "n three", "p");
    model_node(m, "Clip", "clip", "p zero six", "q");
    model_node(m, "Mul", "gate", "n q", "o");
    model_node(m, "Div", "sixth", "o six", "h");
    model_node(m, "Shape", "shape", "h", "s");
    int64_scalar(m, "two", 2);
    int64_scalar(m, "three_", 3);
    model_node(m, "Gather", "height", "s two", "sh");
    model_node(m, "Gather", "width", "s three_", "sw");
    model_int64s(m, "axis", 1, (int64_t[]){0});
    model_node(m, "Unsqueeze", "u1", "sh axis", "uh");
    model_node(m, "Unsqueeze", "u2", "sw axis", "uw");
    model_int64s(m, "split", 3, (int64_t[]){1, 2, 2});
    model_int64s(m, "merged", 2, (int64_t[]){1, 4});
    model_node(m, "Concat", "apart", "split uh uw", "t1");
    model_int(m, "axis", 0);
    model_node(m, "Concat", "together", "merged uh uw", "t2");
    model_int(m, "axis", 0);
    model_node(m, "Reshape", "r1", "h t1", "a1");
    model_node(m, "Transpose", "tr", "a1", "a2");
    model_ints(m, "perm", 5, (int64_t[]){0, 2, 1, 3, 4});
    model_node(m, "Reshape", "r2", "a2 t2", "a3");
    model_node(m, "GlobalAveragePool", "pool", "a3", "p1");
    model_node(m, "Flatten", "flatten", "p1", "f");
    model_constant(m, "v", 2, (int64_t[]){4, 5}, NULL);
    model_node(m, "MatMul", "mm", "f v", "y1");
    model_vector(m, "bias", 5);
    model_node(m, "Add", "add", "y1 bias", "y");
    model_output(m, "y");
}

/* Two inputs with axes of one name: tokens and their mask, embedded, masked, layer normalisation written out. */
static void token_network(struct model *m, bool open)
{
    const int64_t length = open ? -1 : 6;
    model_start(m, 13, 24);
    model_input(m, "ids", 2, (int64_t[]){1, length});
    m->inputs[0].dtype = LRP_DTYPE_INT64;
    model_input(m, "mask", 2, (int64_t[]){1, length});
    name_dimension(m, "ids", 1, "sequence");
    name_dimension(m, "mask", 1, "sequence");
    model_constant(m, "table", 2, (int64_t[]){20, 8}, NULL);
    model_node(m, "Gather", "embed", "ids table", "unused"); /* replaced below: data comes first */
    m->nodes[0].inputs = model_names(m, "table ids", &m->nodes[0].input_count);
    m->nodes[0].outputs = model_names(m, "e", &m->nodes[0].output_count);
    model_int64s(m, "last", 1, (int64_t[]){2});
    model_node(m, "Unsqueeze", "wide", "mask last", "mw");
    model_node(m, "Mul", "masked", "e mw", "z");
    model_node(m, "ReduceMean", "mean", "z", "mu");
    model_ints(m, "axes", 1, (int64_t[]){-1});
    model_node(m, "Sub", "sub", "z mu", "u");
    model_node(m, "Mul", "square", "u u", "uu");
    model_node(m, "ReduceMean", "variance", "uu", "var");
    model_ints(m, "axes", 1, (int64_t[]){-1});
    model_scalar(m, "eps", 1e-5F);
    model_node(m, "Add", "plus", "var eps", "ve");
    model_node(m, "Sqrt", "root", "ve", "sd");
    model_node(m, "Div", "norm", "u sd", "nn");
    model_vector(m, "gamma", 8);
    model_node(m, "Mul", "scale", "nn gamma", "ns");
    model_constant(m, "v", 2, (int64_t[]){8, 3}, NULL);
    model_node(m, "MatMul", "head", "ns v", "y");
    model_output(m, "y");
}

static const struct {
    void (*make)(struct model *m, bool open);
    const char *types, *shapes; /* shapes: of the layers while sizes are open, ? for an open one */
} networks[] = {
    {picture_network, "convolution+hard-swish reshape transpose reshape global-mean-pool flatten dense",
     "1x4x?x? 1x2x2x?x? 1x2x2x?x? 1x4x?x? 1x4x1x1 1x4 1x5"},
    {token_network, "gather unsqueeze mul layer-norm scale dense", "1x?x8 1x?x1 1x?x8 1x?x8 1x?x8 1x?x3"},
};

static void check_shapes(const struct network *n, const char *want)
{
    struct lrp_text got = {0};
    for (size_t i = 1; i < n->view->list.count; i++) {
        const struct lrp_shape *shape = n->view->list.rows[i].shape;
        lrp_text_append(&got, i > 1 ? " " : "");
        for (int k = 0; k < shape->rank; k++) {
            lrp_text_append(&got, k ? "x" : "");
            if (shape->dim[k] < 0)
                lrp_text_append(&got, "?");
            else
                lrp_text_printf(&got, "%lld", (long long)shape->dim[k]);
        }
    }
    assert_string_equal(got.data, want);
    lrp_text_free(&got);
}

static void the_same_layers_with_open_and_with_given_sizes(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof networks / sizeof *networks; k++) {
        struct network n[2] = {{0}};
        for (int open = 0; open < 2; open++) {
            struct model m;
            networks[k].make(&m, open);
            network_build(&n[open], model_finish(&m), &canonized);
            network_layers(&n[open], true);
            network_check_types(&n[open], networks[k].types);
        }
        const struct lrp_layer_list *given = &n[0].view->list, *free_ = &n[1].view->list;
        for (size_t i = 1; i < given->count; i++) {
            assert_string_equal(given->rows[i].name, free_->rows[i].name);
            assert_int_equal(given->rows[i].parameters, free_->rows[i].parameters);
            assert_int_equal(given->rows[i].node_count, free_->rows[i].node_count);
            assert_true(given->rows[i].executable);
            assert_false(free_->rows[i].executable);
            assert_true(free_->rows[i].shape_pending);
        }
        check_shapes(&n[1], networks[k].shapes);
        for (int i = 0; i < free_->rows[0].shape->rank; i++) assert_true(given->rows[0].shape->dim[i] > 0);
        assert_true(free_->rows[0].shape->dim[free_->rows[0].shape->rank - 1] < 0);
        network_close(&n[0]);
        network_close(&n[1]);
    }
}

/* A size that is asked for one input holds for every dimension of its name. */
static void one_name_is_one_size(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    token_network(&m, true);
    const struct lrp_shape wanted[] = {{.rank = 2, .dim = {1, 7}}, {.rank = -1}};
    network_build(&n, model_finish(&m), &(struct lrp_graph_options){.canonize = true, .input_shapes = wanted});
    network_layers(&n, true);
    check_shapes(&n, "1x7x8 1x7x1 1x7x8 1x7x8 1x7x8 1x7x3");
    for (size_t i = 1; i < n.view->list.count; i++) assert_true(n.view->list.rows[i].executable);
    network_close(&n);
}

/* A network that takes 8 x 8 alone (its dense layer says so) is listed as it is there. */
static void sizes_that_a_network_insists_on_are_found(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    model_start(&m, 13, 8);
    model_input(&m, "x", 4, (int64_t[]){1, -1, -1, -1});
    model_constant(&m, "w", 4, (int64_t[]){4, 5, 3, 3}, NULL);
    model_constant(&m, "v", 2, (int64_t[]){144, 3}, NULL); /* 4 channels of 6 x 6 */
    model_node(&m, "Conv", "conv", "x w", "c");
    model_node(&m, "Relu", "relu", "c", "r");
    model_node(&m, "Flatten", "flatten", "r", "f");
    model_node(&m, "Gemm", "fc", "f v", "y");
    model_output(&m, "y");
    network_build(&n, model_finish(&m), &canonized);
    network_layers(&n, true);
    network_check_types(&n, "convolution+relu flatten dense");
    check_shapes(&n, "1x4x?x? 1x? 1x3");
    network_close(&n);
}

/* ---- conditions ---- */

/* x of two rows -> If(condition) then x * 2 else Exp(x) -> Neg -> y. */
static void branches(struct model *m, bool by_shape, bool constant, int rows)
{
    struct model body[2];
    model_start(m, 13, 8);
    model_input(m, "x", 2, (int64_t[]){rows, 3});
    bool_constant(m, "known", constant);
    if (by_shape) {
        int64_scalar(m, "zero", 0);
        int64_scalar(m, "two", 2);
        model_node(m, "Shape", "shape", "x", "s");
        model_node(m, "Gather", "rows", "s zero", "r");
        model_node(m, "Equal", "equal", "r two", "c");
    }
    model_node(m, "If", "if", by_shape ? "c" : "known", "z");
    for (int b = 0; b < 2; b++) {
        model_start(&body[b], 13, 3);
        model_scalar(&body[b], "factor", 2);
        model_node(&body[b], b ? "Exp" : "Mul", b ? "exponential" : "double", b ? "x" : "x factor", "inner");
        model_output(&body[b], "inner");
        model_body(m, b ? "else_branch" : "then_branch", &body[b]);
    }
    model_node(m, "Neg", "neg", "z", "y");
    model_output(m, "y");
}

static void a_known_condition_is_its_branch(void **state)
{
    (void)state;
    static const struct {
        bool by_shape, constant;
        int rows;
        bool first;
    } cases[] = {{false, true, 1, true}, {false, false, 1, false}, {true, false, 2, true}, {true, false, 1, false}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct model m;
        struct network n = {0};
        branches(&m, cases[k].by_shape, cases[k].constant, cases[k].rows);
        network_build(&n, model_finish(&m), &canonized);
        network_layers(&n, true);
        network_check_types(&n, cases[k].first ? "scale neg" : "exp neg");
        assert_int_equal(n.view->list.container_count, 0);
        assert_string_equal(n.view->list.rows[1].name, cases[k].first ? "double" : "exponential");
        assert_string_equal(n.view->list.rows[1].outputs[0], "z");
        bool told = false;
        for (size_t i = 0; i < n.view->list.rewriting_count; i++)
            told |= strcmp(n.view->list.rewritings[i].what, "condition known: its branch is taken") == 0;
        assert_true(told);
        network_forward(&n, (float[]){1, 2, 3, 4, 5, 6});
        check_close((double)network_output(&n)->f[1], cases[k].first ? -4 : -exp(2), 1e-6);
        network_close(&n);
    }
}

/* A branch that only hands on what stands outside, and one in a branch. */
static void branches_in_branches_and_empty_ones(void **state)
{
    (void)state;
    struct model m, outer[2], inner[2];
    struct network n = {0};
    model_start(&m, 13, 8);
    model_input(&m, "x", 2, (int64_t[]){1, 2});
    bool_constant(&m, "yes", true);
    bool_constant(&m, "no", false);
    model_node(&m, "Relu", "relu", "x", "r");
    model_node(&m, "If", "if", "yes", "z");
    for (int b = 0; b < 2; b++) {
        model_start(&outer[b], 13, 3);
        model_node(&outer[b], "If", b ? "never" : "nested", b ? "yes" : "no", "o");
        for (int i = 0; i < 2; i++) {
            model_start(&inner[i], 13, 3);
            if (!i) model_node(&inner[i], "Exp", "unused", "r", "w");
            model_output(&inner[i], i ? "r" : "w");
            model_body(&outer[b], i ? "else_branch" : "then_branch", &inner[i]);
        }
        model_output(&outer[b], "o");
        model_body(&m, b ? "else_branch" : "then_branch", &outer[b]);
    }
    model_node(&m, "Neg", "neg", "z", "y");
    model_output(&m, "y");
    network_build(&n, model_finish(&m), &canonized);
    network_layers(&n, true);
    network_check_types(&n, "relu neg");
    network_forward(&n, (float[]){3, -4});
    check_close((double)network_output(&n)->f[0], -3, 0);
    check_close((double)network_output(&n)->f[1], 0, 0);
    network_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_layers_with_open_and_with_given_sizes),
        cmocka_unit_test(one_name_is_one_size),
        cmocka_unit_test(sizes_that_a_network_insists_on_are_found),
        cmocka_unit_test(a_known_condition_is_its_branch),
        cmocka_unit_test(branches_in_branches_and_empty_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
