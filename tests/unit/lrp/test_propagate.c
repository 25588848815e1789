/* test_propagate.c: rules with all their parameters against the formulas in numpy, and how relevance finds its way. */
#include "explain.h"
#include "onnx_writer.h"
#include "temporary.h"

/* y = relu(W a + b), z = (-3, 0.5): one dead unit, inputs of both signs. */
static const float weights[] = {1, -4, 2, 2, .5F, -1}, bias[] = {-2, 4}, a[] = {-1, 1, 2}, relevance[] = {1, -.5F};

static void open_dense(struct explanation *e, void **state, const char *activation, const char *inputs)
{
    struct onnx_writer w = {0};
    struct lrp_text transposed = {0};
    const char *path = temporary_path(state, "dense.onnx");
    onnx_input(&w, "a", 1, 2, (int64_t[]){1, 3});
    onnx_initializer(&w, "w", 1, 2, (int64_t[]){2, 3}, weights, sizeof weights);
    onnx_initializer(&w, "b", 1, 1, (int64_t[]){2}, bias, sizeof bias);
    onnx_attribute_int(&transposed, "transB", 1);
    onnx_node(&w, "Gemm", "fc", "a w b", "z", &transposed);
    onnx_initializer(&w, "low", 1, 0, NULL, (float[]){-4}, 4);
    onnx_initializer(&w, "slope", 1, 1, (int64_t[]){1}, (float[]){.25F}, 4);
    onnx_node(&w, activation, "activation", inputs, "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 2});
    onnx_write(&w, 13, path);
    explain_open(e, path);
    network_forward(&e->n, a);
}

struct expectation {
    const char *rule;
    double want[3];
};

static void check_rules(void **state, const struct expectation *cases, size_t count, bool keep_activation,
                        const char *activation, const char *inputs)
{
    struct explanation e = {.keep_activation = keep_activation};
    open_dense(&e, state, activation, inputs);
    for (size_t i = 0; i < count; i++) {
        explain_rules(&e, cases[i].rule, LRP_CONVENTION_JULIA, NULL, 0);
        explain_from(&e, relevance);
        const float *got = explain_relevance(&e, "a")->f;
        for (int k = 0; k < 3; k++)
            if (!(fabs((double)got[k] - cases[i].want[k]) <= 2e-6 * (1 + fabs(cases[i].want[k]))))
                fail_msg("%s: element %d is %.9g, not %.9g", cases[i].rule, k, (double)got[k], cases[i].want[k]);
    }
    explain_close(&e);
}

static void rules_follow_their_formulas_whatever_their_parameters(void **state)
{
    static const struct expectation cases[] = {
        {"zero", {2.33333332922, 0.833333333889, 0.666666663111}},
        {"zero(bias=off)", {0.714285713367, 4.07142856741, -4.28571428163}},
        {"epsilon(0.5,bias=off)", {0.416666666667, 2.72916666667, -2.91666666667}},
        {"zero(bias=raw)", {2.33333332922, 0.833333333889, 0.666666663111}},
        {"gamma(0.25)", {1.66666666543, 1.49999999946, -1.33333333314}},
        {"gamma(0.25,bias=raw)", {10.5555554753, -0.722222203012, 5.77777771477}},
        {"gamma(0.25,bias=off)", {4.67741933492, 16.0806450973, -20.2580644361}},
        {"generalized-gamma(0.25)", {0.878542509687, 0.860323886536, -0.226720647975}},
        {"generalized-gamma(0.25,bias=raw)", {1.89411764443, 0.676470588758, 0.658823527073}},
        {"generalized-gamma(0.25,bias=off)", {0.2592592591, 2.3148148138, -2.0740740732}},
        {"w-square", {-0.333333333263, 0.738095238063, 0.0952380952472}},
        {"w-square(bias=on)", {-0.054117647056, 0.634117647034, 0.13647058823}},
        {"w-square(bias=raw)", {-0.163584637248, 0.828591749602, 0.15647226173}},
        {"z-plus", {0, -0.0555555555432, 0.99999999975}},
        {"z-plus(bias=off)", {0, -0.499999999, 0.99999999975}},
        {"z-plus(bias=raw)", {0, -0.0555555555432, 1.999999999}},
        {"z-plus(inputs=whole,bias=raw)", {-0.59999999916, -0.09999999996, 3.999999996}},
        {"z-plus(inputs=whole)", {0.0666666666178, -0.09999999996, 1.33333333289}},
        {"alpha-beta(3,2)", {0.214285714202, -1.30952380932, 3.49999999912}},
        {"alpha-beta(2,1,bias=off)", {0.0499999999775, -1.79999999784, 2.24999999944}},
        {"alpha-beta(2,1,bias=raw)", {-1000000000.14, -0.682539682433, -999999996}},
        {"alpha-beta(2,1,inputs=whole)", {0.133333333236, -0.866666666476, 3.16666666553}},
        {"z-box([-1;-2;-3],[1;2;3])", {0, -0.0142857141861, 0.514285714315}},
        {"z-box(-1,[1;2;3])", {0, 0.150000000085, 0.350000000065}},
        {"gradient", {-1, -0.25, 0.5}},
    };
    check_rules(state, cases, sizeof cases / sizeof *cases, false, "Relu", "z");
}

/* Convention pr26: z = relu(d), s = relu'(d) R / stab(z). */
static void the_activation_can_stay_inside(void **state)
{
    static const struct expectation cases[] = {
        {"zero", {1.999999996, -0.499999999, 1.999999996}},
        {"gamma(0.25)", {1.11111111012, -0.277777777531, 0.888888888099}},
        {"w-square", {-0.333333333263, 0.738095238063, 0.0952380952472}},
    };
    static const struct expectation homogeneous[] = {{"zero", {2.33333332922, 0.833333333889, 0.666666663111}}};
    check_rules(state, cases, sizeof cases / sizeof *cases, true, "Relu", "z");
    check_rules(state, homogeneous, 1, true, "PRelu", "z slope"); /* slope * z / (slope * z): as if it were outside */
    check_rules(state, homogeneous, 1, true, "Clip", "z low");
}

/* ---- ways ---- */

/* One node with these inputs of x (2) = (2, -3), c (2) = (4, 5); the relevance of x when y starts with (1, 2). */
static void check_way(void **state, const char *op, const char *inputs, const char *rule, double first, double second)
{
    struct onnx_writer w = {0};
    struct explanation e = {0};
    const char *path = temporary_path(state, "way.onnx");
    onnx_input(&w, "x", 1, 1, (int64_t[]){2});
    onnx_initializer(&w, "c", 1, 1, (int64_t[]){2}, (float[]){4, 5}, 8);
    onnx_node(&w, op, "node", inputs, "y", NULL);
    onnx_output(&w, "y", 1, 1, (int64_t[]){2});
    onnx_write(&w, 13, path);
    explain_open(&e, path);
    network_forward(&e.n, (float[]){2, -3});
    explain_rules(&e, rule, LRP_CONVENTION_JULIA, NULL, 0);
    explain_from(&e, (float[]){1, 2});
    check_close((double)explain_relevance(&e, "x")->f[0], first, 1e-6);
    check_close((double)explain_relevance(&e, "x")->f[1], second, 1e-6);
    explain_close(&e);
}

static void operators_without_parameters_take_the_fallback(void **state)
{
    check_way(state, "Add", "x x", "zero", 1, 2);        /* half through each operand */
    check_way(state, "Mul", "x x", "zero", 1, 2);        /* a product of two: R/2 each */
    check_way(state, "Mul", "x c", "zero", 1, 2);        /* a scale without a shift */
    check_way(state, "Add", "x c", "zero", 1.0 / 3, -3); /* the constant takes 4/6 and 5/2 */
    check_way(state, "Sub", "c x", "zero", -1, .75);     /* -x / (c - x) */
    check_way(state, "Relu", "x", "zero", 1, 0);
    check_way(state, "Relu", "x", "pass", 1, 2);
    check_way(state, "Relu", "x", "gradient", 1, 0);
    check_way(state, "Neg", "x", "zero", 1, 2);
    check_way(state, "Identity", "x", "zero", 1, 2);
    check_way(state, "Add", "x x", "gradient", 2, 4);
}

/* Whole and split layer normalisation give the same relevance. */
static void layer_norm_is_the_same_whole_and_split(void **state)
{
    struct onnx_writer w = {0};
    struct explanation whole = {0}, split = {0};
    const char *path = temporary_path(state, "norm.onnx"), *rules = "composite(global-type(layer-norm=layer-norm, scale=zero))";
    const float x[] = {1, 2, 4, -3, 0, 1}, start[] = {1, 0, .5F, -1, 2, .25F};
    onnx_input(&w, "x", 1, 2, (int64_t[]){2, 3});
    onnx_initializer(&w, "g", 1, 1, (int64_t[]){3}, (float[]){1, -2, .5F}, 12);
    onnx_initializer(&w, "b", 1, 1, (int64_t[]){3}, (float[]){.25F, 1, -1}, 12);
    onnx_node(&w, "LayerNormalization", "ln", "x g b", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){2, 3});
    onnx_write(&w, 17, path);
    explain_open_as(&whole, path, &(struct lrp_graph_options){0}, true);
    explain_open(&split, path);
    network_check_types(&whole.n, "layer-norm");
    network_check_types(&split.n, "layer-norm scale");
    struct explanation *both[] = {&whole, &split};
    for (int i = 0; i < 2; i++) {
        network_forward(&both[i]->n, x);
        explain_rules(both[i], rules, LRP_CONVENTION_JULIA, NULL, 0);
        explain_from(both[i], start);
    }
    check_f32_array(explain_relevance(&whole, "x")->f, explain_relevance(&split, "x")->f, 6, 1e-5);
    explain_close(&whole);
    explain_close(&split);
}

/* z-plus on a convolution that pads: what falls on padding does not exist, the sum is kept. */
static void relevance_is_kept_without_biases(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_text pads = {0};
    struct explanation e = {0};
    const char *path = temporary_path(state, "conv.onnx");
    float numbers[54];
    for (int i = 0; i < 54; i++) numbers[i] = (float)(i % 7) / 7 - .3F;
    onnx_input(&w, "x", 1, 4, (int64_t[]){1, 2, 4, 4});
    onnx_initializer(&w, "w", 1, 4, (int64_t[]){3, 2, 3, 3}, numbers, sizeof numbers);
    onnx_attribute_ints(&pads, "pads", 4, (int64_t[]){1, 1, 1, 1});
    onnx_node(&w, "Conv", "conv", "x w", "c", &pads);
    onnx_node(&w, "Relu", "relu", "c", "y", NULL);
    onnx_output(&w, "y", 1, 4, (int64_t[]){1, 3, 4, 4});
    onnx_write(&w, 13, path);
    explain_open(&e, path);
    network_forward(&e.n, NULL);
    static const char *const rules[] = {"z-plus", "w-square", "flat", "z-box(-1,1)", "alpha-beta(2,1)"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct lrp_statistics before, after;
        explain_rules(&e, rules[i], LRP_CONVENTION_JULIA, NULL, 0);
        assert_int_equal(explain_try_tensor(&e, network_output(&e.n)), LRP_OK);
        lrp_tensor_statistics(explain_relevance(&e, "y"), &before);
        lrp_tensor_statistics(explain_relevance(&e, "x"), &after);
        check_close(after.sum, before.sum, 1e-5);
    }
    explain_close(&e);
}

static void an_operator_without_a_vjp_is_named(void **state)
{
    struct onnx_writer w = {0};
    struct explanation e = {0};
    const char *path = temporary_path(state, "floor.onnx");
    onnx_input(&w, "x", 1, 1, (int64_t[]){2});
    onnx_node(&w, "Mystery", "magic", "x", "y", NULL);
    onnx_output(&w, "y", 1, 1, (int64_t[]){2});
    onnx_write(&w, 13, path);
    explain_open(&e, path);
    network_give(&e.n, 0, NULL);
    check_fails(network_try_run(&e.n), &e.n.err, LRP_UNSUPPORTED, "layer magic");
    explain_close(&e);
}

static bool stop_at_once(void *data)
{
    return data == NULL;
}

static void a_cancelled_pass_says_so(void **state)
{
    struct explanation e = {0};
    const struct lrp_run run = {.threads = 1, .should_stop = stop_at_once};
    open_dense(&e, state, "Relu", "z");
    explain_rules(&e, "zero", LRP_CONVENTION_JULIA, NULL, 0);
    struct lrp_propagation p = explain_propagation(&e, network_output(&e.n));
    p.run = &run;
    check_fails(lrp_propagate(&p, e.relevance, &e.n.err), &e.n.err, LRP_CANCELLED, "cancelled");
    explain_close(&e);
}

static void methods_are_read(void **state)
{
    (void)state;
    const struct lrp_method *method;
    struct lrp_error err;
    check_ok(lrp_method_find("input-gradient", &method, &err), &err);
    assert_string_equal(method->info.name, "input-gradient");
    check_fails(lrp_method_find("deeplift", &method, &err), &err, LRP_USAGE, "deep-lift");
}

#define T(name) cmocka_unit_test_setup_teardown(name, temporary_setup, temporary_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(rules_follow_their_formulas_whatever_their_parameters),
        T(the_activation_can_stay_inside),
        T(operators_without_parameters_take_the_fallback),
        T(layer_norm_is_the_same_whole_and_split),
        T(relevance_is_kept_without_biases),
        T(an_operator_without_a_vjp_is_named),
        T(a_cancelled_pass_says_so),
        T(methods_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
