/* test_worked_numbers.c: worked numbers (lrpscope-lrp(7) has some): rules of the papers, computed by hand and by other
 * tools. */
#include "explain.h"
#include "onnx_writer.h"
#include "temporary.h"

/* The numbers agree to 1e-6 relative; where 0 is wanted, to 1e-6 of the largest. */
static void check_numbers(const struct lrp_tensor *got, const double *want, size_t count, const char *what)
{
    double most = 0;
    assert_int_equal(got->count, count);
    for (size_t i = 0; i < count; i++) most = fmax(most, fabs(want[i]));
    for (size_t i = 0; i < count; i++) {
        const double g = (double)got->f[i], scale = want[i] != 0 ? fabs(want[i]) : most;
        if (!(fabs(g - want[i]) <= 1e-6 * scale)) fail_msg("%s: element %zu is %.9g, not %.9g", what, i, g, want[i]);
    }
}

/* A dense layer y = act(W a + b) with W as it is written in the document. */
struct dense {
    int in, out;
    const float *w, *b, *a, *relevance;
    const char *activation;
    float alpha; /* of a leaky relu */
};

static void write_dense(const struct dense *d, const char *path)
{
    struct onnx_writer w = {0};
    struct lrp_text transposed = {0}, attributes = {0};
    onnx_input(&w, "a", 1, 2, (int64_t[]){1, d->in});
    onnx_initializer(&w, "w", 1, 2, (int64_t[]){d->out, d->in}, d->w, sizeof(float) * (size_t)(d->in * d->out));
    onnx_initializer(&w, "b", 1, 1, (int64_t[]){d->out}, d->b, sizeof(float) * (size_t)d->out);
    onnx_attribute_int(&transposed, "transB", 1);
    onnx_node(&w, "Gemm", "fc", "a w b", "z", &transposed);
    if (d->alpha != 0) onnx_attribute_float(&attributes, "alpha", d->alpha);
    onnx_node(&w, d->activation, "act", "z", "y", &attributes);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, d->out});
    onnx_write(&w, 13, path);
}

struct expectation {
    const char *rule;
    double want[4];
};

static void check_dense(void **state, const struct dense *d, const struct expectation *cases, size_t count)
{
    struct explanation e = {0};
    const char *path = temporary_path(state, "dense.onnx");
    write_dense(d, path);
    explain_open(&e, path);
    assert_int_equal(e.n.view->list.count, 2); /* the activation is fused */
    network_forward(&e.n, d->a);
    for (size_t i = 0; i < count; i++) {
        const struct lrp_rule_option option = {"fc", cases[i].rule};
        explain_rules(&e, "zero", LRP_CONVENTION_JULIA, &option, 1);
        explain_from(&e, d->relevance);
        check_numbers(explain_relevance(&e, "a"), cases[i].want, (size_t)d->in, cases[i].rule);
        check_numbers(explain_relevance(&e, "z"), (double[]){(double)d->relevance[0], (double)d->relevance[d->out - 1]},
                      (size_t)d->out, "z");
    }
    explain_close(&e);
}

static const struct dense net_a = {
    2, 2, (float[]){3, 4, 5, 6}, (float[]){7, 8}, (float[]){1, 2}, (float[]){1.0F / 3, 2.0F / 3}, "Relu", 0};

static void a_dense_layer_with_relu(void **state)
{
    static const struct expectation cases[] = {
        {"zero", {17.0 / 90, 316.0 / 675}},
        {"epsilon(0.25)", {.186807721868, .46295040463}},
        {"w-square", {.393224043707, .606775956269}},
        {"flat", {.5, .5}},
        {"z-box(0,1)", {.286987522262, .713012477669}},
        {"z-box(-1,3)", {.349206349192, .650793650766}},
        {"alpha-beta(2,1)", {.377777777761, .936296296254}},
    };
    check_dense(state, &net_a, cases, sizeof cases / sizeof *cases);
}

static void a_dense_layer_with_leaky_relu(void **state)
{
    const struct dense d = {2,           2,   (float[]){1, -4, 2, 0}, (float[]){-2, 3}, (float[]){-1, 1}, (float[]){-.07F, 1},
                            "LeakyRelu", .01F};
    static const struct expectation cases[] = {
        {"generalized-gamma(0.25)", {-1.15285714, -.04}},
        {"zero", {-2.01, -.04}},
        {"gamma(0.25)", {-2.01206896392, -.03862068965}},
        {"flat", {.465, .465}},
        {"alpha-beta(2,1)", {-.99, .04}},
        {"z-plus", {0, 0}},
    };
    check_dense(state, &d, cases, sizeof cases / sizeof *cases);
}

static void a_denominator_of_zero(void **state)
{
    const struct dense d = {2, 1, (float[]){1, -1}, (float[]){-1}, (float[]){1, 1}, (float[]){-1}, "Relu", 0};
    static const struct expectation cases[] = {
        {"alpha-beta(1,0)", {-1, 0}},
        {"z-plus", {-1, 0}},
        {"alpha-beta(2,1)", {-2, .5}},
        {"gamma(1)", {-2e9, 1e9}},
    };
    check_dense(state, &d, cases, sizeof cases / sizeof *cases);
}

static void max_pooling(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_text attributes = {0};
    struct explanation e = {0};
    const char *path = temporary_path(state, "pool.onnx");
    onnx_input(&w, "a", 1, 4, (int64_t[]){1, 1, 3, 3});
    onnx_attribute_ints(&attributes, "kernel_shape", 2, (int64_t[]){2, 2});
    onnx_node(&w, "MaxPool", "pool", "a", "y", &attributes);
    onnx_output(&w, "y", 1, 4, (int64_t[]){1, 1, 2, 2});
    onnx_write(&w, 13, path);
    explain_open(&e, path);
    network_forward(&e.n, (float[]){1, 2, 3, 10, 5, 6, 7, 8, 9});
    explain_rules(&e, "zero", LRP_CONVENTION_JULIA, NULL, 0);
    explain_from(&e, (float[]){1.0F / 30, 2.0F / 30, 3.0F / 30, 4.0F / 30});
    check_numbers(explain_relevance(&e, "a"), (double[]){0, 0, 0, 4.0 / 30, 0, 2.0 / 30, 0, 0, 4.0 / 30}, 9, "max-pool");
    explain_close(&e);
}

static void a_scale(void **state)
{
    struct onnx_writer w = {0};
    struct explanation e = {0};
    const char *path = temporary_path(state, "scale.onnx");
    onnx_input(&w, "a", 1, 2, (int64_t[]){1, 2});
    onnx_initializer(&w, "w", 1, 1, (int64_t[]){2}, (float[]){-2, 2}, 8);
    onnx_initializer(&w, "b", 1, 1, (int64_t[]){2}, (float[]){1, -3}, 8);
    onnx_node(&w, "Mul", "mul", "a w", "m", NULL);
    onnx_node(&w, "Add", "add", "m b", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 2});
    onnx_write(&w, 13, path);
    explain_open(&e, path);
    network_check_types(&e.n, "scale");
    network_forward(&e.n, (float[]){1, 2});
    explain_rules(&e, "zero", LRP_CONVENTION_JULIA, NULL, 0);
    explain_from(&e, (float[]){1.0F / 3, 2.0F / 3});
    check_numbers(explain_relevance(&e, "a"), (double[]){2.0 / 3, 8.0 / 3}, 2, "scale");
    explain_close(&e);
}

/* y = a + relu(W a + b) */
static void a_skip_connection(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_text transposed = {0};
    struct explanation e = {0};
    const char *path = temporary_path(state, "skip.onnx");
    onnx_input(&w, "a", 1, 2, (int64_t[]){1, 2});
    onnx_initializer(&w, "w", 1, 2, (int64_t[]){2, 2}, net_a.w, 16);
    onnx_initializer(&w, "b", 1, 1, (int64_t[]){2}, net_a.b, 8);
    onnx_attribute_int(&transposed, "transB", 1);
    onnx_node(&w, "Gemm", "fc", "a w b", "z", &transposed);
    onnx_node(&w, "Relu", "relu", "z", "r", NULL);
    onnx_node(&w, "Add", "add", "a r", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 2});
    onnx_write(&w, 13, path);
    explain_open(&e, path);
    network_check_types(&e.n, "dense+relu add");
    network_forward(&e.n, net_a.a);
    explain_rules(&e, "zero", LRP_CONVENTION_JULIA, NULL, 0);
    explain_from(&e, (float[]){1, 0});
    check_numbers(explain_relevance(&e, "a"), (double[]){4.0 / 19, 8.0 / 19}, 2, "neuron 0");
    explain_from(&e, (float[]){0, 1});
    check_numbers(explain_relevance(&e, "a"), (double[]){5.0 / 27, 14.0 / 27}, 2, "neuron 1");
    explain_close(&e);
}

/* Layer normalisation over all four entries, written out; then scale per row, then relu. The document normalises first. */
static void layer_normalisation(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_text mean = {0}, again = {0};
    struct explanation e = {0};
    const char *path = temporary_path(state, "norm.onnx");
    const float zero = 0, two = 2;
    onnx_input(&w, "a", 1, 3, (int64_t[]){1, 2, 2});
    onnx_initializer(&w, "two", 1, 0, NULL, &two, 4);
    onnx_initializer(&w, "eps", 1, 0, NULL, &zero, 4);
    onnx_initializer(&w, "w", 1, 2, (int64_t[]){2, 1}, (float[]){-2, 2}, 8);
    onnx_initializer(&w, "b", 1, 2, (int64_t[]){2, 1}, (float[]){1, -3}, 8);
    onnx_attribute_ints(&mean, "axes", 2, (int64_t[]){1, 2});
    onnx_attribute_ints(&again, "axes", 2, (int64_t[]){-2, -1});
    onnx_node(&w, "ReduceMean", "", "a", "mean", &mean);
    onnx_node(&w, "Sub", "", "a mean", "centred", NULL);
    onnx_node(&w, "Pow", "", "centred two", "squares", NULL);
    onnx_node(&w, "ReduceMean", "", "squares", "variance", &again);
    onnx_node(&w, "Add", "", "variance eps", "shifted", NULL);
    onnx_node(&w, "Sqrt", "", "shifted", "deviation", NULL);
    onnx_node(&w, "Div", "", "centred deviation", "normal", NULL);
    onnx_node(&w, "Mul", "", "normal w", "scaled", NULL);
    onnx_node(&w, "Add", "", "scaled b", "z", NULL);
    onnx_node(&w, "Relu", "", "z", "y", NULL);
    onnx_output(&w, "y", 1, 3, (int64_t[]){1, 2, 2});
    onnx_write(&w, 13, path);
    explain_open(&e, path);
    network_check_types(&e.n, "layer-norm scale+relu");
    network_forward(&e.n, (float[]){1, 2, 1, 2});
    explain_rules(&e, "composite(global-type(layer-norm=layer-norm))", LRP_CONVENTION_JULIA, NULL, 0);
    explain_from(&e, (float[]){1.0F / 3, 1.0F / 3, 2.0F / 3, 2.0F / 3});
    check_numbers(explain_relevance(&e, "a"), (double[]){2.0 / 15, 172.0 / 45, 2.0 / 45, -188.0 / 45}, 4, "layer-norm");
    explain_close(&e);
}

/* zennit-crp's analytic net: two branches on the same input, concatenated. */
static void concatenated_branches(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_text axis = {0}, t[3] = {{0}};
    struct explanation e = {0};
    const char *path = temporary_path(state, "concat.onnx");
    onnx_input(&w, "x", 1, 2, (int64_t[]){1, 2});
    onnx_initializer(&w, "w1", 1, 2, (int64_t[]){2, 2}, (float[]){1, 2, 0, 1}, 16);
    onnx_initializer(&w, "w2", 1, 2, (int64_t[]){2, 2}, (float[]){2, 3, 0, 0}, 16);
    onnx_initializer(&w, "w3", 1, 2, (int64_t[]){1, 4}, (float[]){1, 4, 5, 0}, 16);
    for (int i = 0; i < 3; i++) onnx_attribute_int(&t[i], "transB", 1);
    onnx_attribute_int(&axis, "axis", 1);
    onnx_node(&w, "Gemm", "branch1", "x w1", "b1", &t[0]);
    onnx_node(&w, "Gemm", "branch2", "x w2", "b2", &t[1]);
    onnx_node(&w, "Concat", "concat", "b1 b2", "c", &axis);
    onnx_node(&w, "Gemm", "head", "c w3", "y", &t[2]);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 1});
    onnx_write(&w, 13, path);
    explain_open(&e, path);
    network_forward(&e.n, (float[]){-1, 1});
    check_numbers(network_output(&e.n), (double[]){10}, 1, "logit");
    explain_rules(&e, "epsilon-plus", LRP_CONVENTION_JULIA, NULL, 0);
    explain_from(&e, (float[]){10});
    check_numbers(explain_relevance(&e, "b1"), (double[]){1, 4}, 2, "branch 1");
    check_numbers(explain_relevance(&e, "b2"), (double[]){5, 0}, 2, "branch 2");
    /* the document's -11 and 21 but for what epsilon = 1e-6 absorbs at logit 10 and at the branches' 1 */
    const double kept = 10 / (10 + 1e-6) / (1 + 1e-6);
    check_numbers(explain_relevance(&e, "x"), (double[]){-11 * kept, 21 * kept}, 2, "input");
    explain_close(&e);
}

/* captum's net: dense of twos, dense of threes. */
static void two_dense_layers_from_the_logit(void **state)
{
    struct onnx_writer w = {0};
    struct explanation e = {0};
    const char *path = temporary_path(state, "captum.onnx");
    onnx_input(&w, "x", 1, 2, (int64_t[]){1, 3});
    onnx_initializer(&w, "w1", 1, 2, (int64_t[]){3, 3}, (float[]){2, 2, 2, 2, 2, 2, 2, 2, 2}, 36);
    onnx_initializer(&w, "w2", 1, 2, (int64_t[]){3, 1}, (float[]){3, 3, 3}, 12);
    onnx_node(&w, "MatMul", "first", "x w1", "h", NULL);
    onnx_node(&w, "MatMul", "second", "h w2", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 1});
    onnx_write(&w, 13, path);
    explain_open(&e, path);
    network_check_types(&e.n, "dense dense");
    network_forward(&e.n, (float[]){1, 2, 3});
    check_numbers(network_output(&e.n), (double[]){108}, 1, "logit");
    explain_rules(&e, "epsilon", LRP_CONVENTION_CAPTUM, NULL, 0);
    explain_from(&e, (float[]){108});
    check_numbers(explain_relevance(&e, "x"), (double[]){18, 36, 54}, 3, "captum");
    explain_close(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_dense_layer_with_relu, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_dense_layer_with_leaky_relu, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_denominator_of_zero, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(max_pooling, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_scale, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_skip_connection, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(layer_normalisation, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(concatenated_branches, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(two_dense_layers_from_the_logit, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
