/* test_assign.c: selectors, composites and the check: which layers, which rules, which ones fail. */
#include "explain.h"
#include "lrpscope/check.h"
#include "onnx_writer.h"
#include "select.h"
#include "temporary.h"

/* x -> mul (scale) -> conv1 + bn + relu1 -> 2.1 (conv) -> 2.2 (tanh, fused) -> pool -> drop -> flatten -> fc -> softmax */
static const char *network_file(void **state, bool softmax)
{
    struct onnx_writer w = {0};
    struct lrp_text pool = {0};
    float ones[256];
    const char *path = temporary_path(state, "net.onnx");
    for (int i = 0; i < 256; i++) ones[i] = (float)(i % 7) / 7 - .4F;
    const float half = .5F, parameters[] = {1, 2, 3, 4};
    onnx_input(&w, "x", 1, 4, (int64_t[]){1, 2, 4, 4});
    onnx_initializer(&w, "half", 1, 0, NULL, &half, 4);
    onnx_initializer(&w, "w1", 1, 4, (int64_t[]){4, 2, 1, 1}, ones, 32);
    onnx_initializer(&w, "p", 1, 1, (int64_t[]){4}, parameters, 16);
    onnx_initializer(&w, "w2", 1, 4, (int64_t[]){4, 4, 1, 1}, ones, 64);
    onnx_initializer(&w, "w3", 1, 2, (int64_t[]){16, 3}, ones, 192);
    onnx_attribute_ints(&pool, "kernel_shape", 2, (int64_t[]){2, 2});
    struct lrp_text strides = {0};
    onnx_attribute_ints(&strides, "strides", 2, (int64_t[]){2, 2});
    lrp_text_append_n(&pool, strides.data, strides.length);
    lrp_text_free(&strides);
    onnx_node(&w, "Mul", "mul", "x half", "m", NULL);
    onnx_node(&w, "Conv", "conv1", "m w1", "c1", NULL);
    onnx_node(&w, "BatchNormalization", "bn", "c1 p p p p", "n1", NULL);
    onnx_node(&w, "Relu", "relu1", "n1", "r1", NULL);
    onnx_node(&w, "Conv", "2.1", "r1 w2", "c2", NULL);
    onnx_node(&w, "Tanh", "2.2", "c2", "t2", NULL);
    onnx_node(&w, "MaxPool", "pool/max", "t2", "q", &pool);
    onnx_node(&w, "Dropout", "drop", "q", "d", NULL);
    onnx_node(&w, "Flatten", "flatten", "d", "f", NULL);
    onnx_node(&w, "Gemm", "fc", "f w3", softmax ? "z" : "y", NULL);
    if (softmax) onnx_node(&w, "Softmax", "softmax", "z", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 3});
    onnx_write(&w, 13, path);
    return path;
}

/* The layers a selector stands for, as digits. */
static void check_selection(const struct explanation *e, const char *selector, enum lrp_selected_by by, const char *want)
{
    struct lrp_selection s;
    struct lrp_error err;
    char got[16] = "";
    size_t count = 0;
    enum lrp_status status = lrp_select(e->n.graph, e->n.view, selector, &s, &err);
    if (status) fail_msg("%s: %s", selector, err.message);
    for (size_t i = 0; i < e->n.view->list.count; i++)
        if (s.layers[i]) got[count++] = (char)('0' + i);
    got[count] = '\0';
    if (strcmp(got, want) != 0 || s.by != by || s.count != count)
        fail_msg("%s stands for layers \"%s\" (by %d), not \"%s\" (by %d)", selector, got, (int)s.by, want, (int)by);
    lrp_selection_free(&s);
}

static void selectors_stand_for_layers(void **state)
{
    static const struct {
        const char *selector;
        enum lrp_selected_by by;
        const char *want;
    } cases[] = {
        {"conv1", LRP_BY_NAME, "2"},
        {"bn", LRP_BY_NAME, "2"},
        {"relu1", LRP_BY_NAME, "2"}, /* fused, folded */
        {"r1", LRP_BY_NAME, "2"},
        {"c1", LRP_BY_NAME, "2"},
        {"x", LRP_BY_NAME, "0"},
        {"drop", LRP_BY_DROPPED, ""},
        {"d", LRP_BY_DROPPED, ""},
        {"2.1", LRP_BY_NAME, "3"},
        {"2.2", LRP_BY_NAME, "3"},
        {"3", LRP_BY_INDEX, "3"},
        {"0", LRP_BY_INDEX, "0"},
        {"2..4", LRP_BY_RANGE, "234"},
        {"2..2", LRP_BY_RANGE, "2"},
        {"5..99", LRP_BY_RANGE, "56"},
        {"pool", LRP_BY_PREFIX, "4"},
        {"type:convolution", LRP_BY_TYPE, "23"},
        {"type:Conv", LRP_BY_TYPE, "23"},
        {"type:max-pooling", LRP_BY_TYPE, "4"},
        {"type:pooling", LRP_BY_TYPE, "4"},
        {"type:reshaping", LRP_BY_TYPE, "5"},
        {"first", LRP_BY_END, "2"},
        {"last", LRP_BY_END, "6"},
        {"*", LRP_BY_GLOB, "123456"},
        {"2.?", LRP_BY_GLOB, "3"},
        {"pool*", LRP_BY_GLOB, "4"},
        {"[cf]*", LRP_BY_GLOB, "256"},
        {"dro*", LRP_BY_GLOB, ""},
    };
    struct explanation e = {0};
    explain_open(&e, network_file(state, false));
    network_check_types(&e.n, "scale convolution+relu convolution+tanh max-pool flatten dense");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_selection(&e, cases[i].selector, cases[i].by, cases[i].want);
    explain_close(&e);
}

static void what_matches_nothing_is_an_error_with_the_nearest_names(void **state)
{
    static const struct {
        const char *selector, *part;
    } cases[] = {
        {"conv2", "nearest: conv1"},   {"7", "no layer matches 7"}, {"-1", "no layer matches"},
        {"3..2", "no layer matches"},  {"9..12", "no layer"},       {"type:convolutoin", "convolution"},
        {"q*", "no layer matches q*"}, {"", "no layer matches"},    {"type:", "no layer"},
        {"a..b", "no layer"},
    };
    struct explanation e = {0};
    explain_open(&e, network_file(state, false));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_selection s;
        struct lrp_error err = {0};
        check_fails(lrp_select(e.n.graph, e.n.view, cases[i].selector, &s, &err), &err, LRP_USAGE, cases[i].part);
    }
    explain_close(&e);
}

/* ---- composites ---- */

#define JULIA LRP_CONVENTION_JULIA
#define ZENNIT LRP_CONVENTION_ZENNIT
#define CAPTUM LRP_CONVENTION_CAPTUM
#define PR26 LRP_CONVENTION_PR26

/* Rules of scale, conv1, conv2, pool, flatten, fc. */
static const struct {
    const char *composite;
    enum lrp_convention convention;
    const char *want[6];
    size_t warnings;
} composites[] = {
    {"zero", JULIA, {"zero", "zero", "zero", "zero", "zero", "zero"}, 0},
    {"epsilon(0.5)",
     JULIA,
     {"epsilon(0.5)", "epsilon(0.5)", "epsilon(0.5)", "epsilon(0.5)", "epsilon(0.5)", "epsilon(0.5)"},
     0},
    {"flat", JULIA, {"flat", "flat", "flat", "zero", "zero", "flat"}, 2}, /* falls through */
    {"epsilon-plus", JULIA, {"epsilon(1e-6)", "z-plus", "z-plus", "zero", "pass", "epsilon(1e-6)"}, 0},
    {"epsilon-plus-flat", JULIA, {"epsilon(1e-6)", "flat", "z-plus", "zero", "pass", "epsilon(1e-6)"}, 0},
    {"epsilon-alpha2-beta1",
     JULIA,
     {"epsilon(1e-6)", "alpha-beta(2,1)", "alpha-beta(2,1)", "zero", "pass", "epsilon(1e-6)"},
     0},
    {"epsilon-alpha2-beta1-flat", JULIA, {"epsilon(1e-6)", "flat", "alpha-beta(2,1)", "zero", "pass", "epsilon(1e-6)"}, 0},
    {"epsilon-gamma-box(-1,2)", JULIA, {"epsilon(1e-6)", "z-box(-1,2)", "gamma(0.25)", "zero", "pass", "epsilon(1e-6)"}, 0},
    {"epsilon-gamma-box([-1;-2],[1;2])",
     JULIA,
     {"epsilon(1e-6)", "z-box([-1;-2],[1;2])", "gamma(0.25)", "zero", "pass", "epsilon(1e-6)"},
     0},
    {"epsilon-gamma-box([1;2;3],4)",
     JULIA,
     {"epsilon(1e-6)", "gamma(0.25)", "gamma(0.25)", "zero", "pass", "epsilon(1e-6)"},
     2},
    {"epsilon-gamma-box(-1,2)",
     ZENNIT,
     {"epsilon(1e-6)", "z-box(-1,2)", "generalized-gamma(0.25)", "gradient", "pass", "epsilon(1e-6)"},
     0},
    {"epsilon-plus-flat", ZENNIT, {"epsilon(1e-6)", "flat", "z-plus", "gradient", "pass", "epsilon(1e-6)"}, 0},
    {"composite(global-type(convolution=z-plus))",
     ZENNIT,
     {"gradient", "z-plus", "z-plus", "gradient", "gradient", "gradient"},
     0},
    {"flat", ZENNIT, {"flat", "flat", "flat", "gradient", "gradient", "flat"}, 2},
    {"epsilon-gamma-box(-1,2)", CAPTUM, {"epsilon(1e-6)", "z-box(-1,2)", "gamma(0.25)", "zero", "pass", "epsilon(1e-6)"}, 0},
    {"epsilon-plus", PR26, {"epsilon(1e-6)", "z-plus", "z-plus", "zero", "pass", "epsilon(1e-6)"}, 0},
    {"composite(layer(conv1, flat), global(zero))", JULIA, {"zero", "zero", "zero", "zero", "zero", "zero"}, 0},
    {"composite(global(epsilon), layer(conv1, flat), layer(3, gamma(1)))",
     JULIA,
     {"epsilon(1e-6)", "flat", "gamma(1)", "epsilon(1e-6)", "epsilon(1e-6)", "epsilon(1e-6)"},
     0},
    {"composite(range(2..3, z-plus), range(3..4, flat))", JULIA, {"zero", "z-plus", "flat", "zero", "zero", "zero"}, 1},
    {"composite(layer(pool, pass))", JULIA, {"zero", "zero", "zero", "zero", "zero", "zero"}, 1}, /* not of equal count */
    {"composite(first-layer(z-box(0,1)), last-layer(epsilon(1)))",
     JULIA,
     {"zero", "z-box(0,1)", "zero", "zero", "zero", "epsilon(1)"},
     0},
    {"composite(global-type(convolution=z-plus, Gemm=flat, pooling=epsilon))",
     JULIA,
     {"zero", "z-plus", "z-plus", "epsilon(1e-6)", "zero", "flat"},
     0},
    {"composite(global-type(convolution => z-plus, Gemm=>flat, pooling = epsilon))",
     JULIA,
     {"zero", "z-plus", "z-plus", "epsilon(1e-6)", "zero", "flat"},
     0},
    {"composite(global-type(Conv=flat, convolution=z-plus))",
     JULIA,
     {"zero", "flat", "flat", "zero", "zero", "zero"},
     0}, /* first that matches */
    {"composite(range-type(3..6, convolution=flat, dense=gamma(1)))",
     JULIA,
     {"zero", "zero", "flat", "zero", "zero", "gamma(1)"},
     0},
    {"composite(first-n-type(2, convolution=flat))", JULIA, {"zero", "flat", "zero", "zero", "zero", "zero"}, 0},
    {"composite(first-layer-type(dense=flat, convolution=z-plus), last-layer-type(dense=gamma(1)))",
     JULIA,
     {"zero", "z-plus", "zero", "zero", "zero", "gamma(1)"},
     0},
    {"composite(first-layer-type(dense=flat))", JULIA, {"zero", "zero", "zero", "zero", "zero", "zero"}, 0},
    {"composite(first-of-type(dense=flat, convolution=z-plus))", JULIA, {"zero", "z-plus", "zero", "zero", "zero", "zero"}, 0},
};

static void composites_give_rules(void **state)
{
    static const char *const layers[] = {"mul", "conv1", "2.1", "pool/max", "flatten", "fc"};
    struct explanation e = {0};
    explain_open(&e, network_file(state, false));
    for (size_t i = 0; i < sizeof composites / sizeof *composites; i++) {
        explain_rules(&e, composites[i].composite, composites[i].convention, NULL, 0);
        for (int k = 0; k < 6; k++)
            if (strcmp(explain_rule_of(&e, layers[k]), composites[i].want[k]) != 0)
                fail_msg("%s: %s has %s, not %s", composites[i].composite, layers[k], explain_rule_of(&e, layers[k]),
                         composites[i].want[k]);
        if (e.assignment.warning_count != composites[i].warnings)
            fail_msg("%s: %zu warnings, not %zu (%s)", composites[i].composite, e.assignment.warning_count,
                     composites[i].warnings, e.assignment.warning_count ? e.assignment.warnings[0] : "");
        /* the text reads back as the same composite, its text as the same text */
        char *text = lrp_composite_text(e.composite);
        explain_rules(&e, text, composites[i].convention, NULL, 0);
        for (int k = 0; k < 6; k++) assert_string_equal(explain_rule_of(&e, layers[k]), composites[i].want[k]);
        char *again = lrp_composite_text(e.composite);
        assert_string_equal(text, again);
        free(text);
        free(again);
    }
    explain_close(&e);
}

/* Softmax is none of zennit's activations, which pass. */
static void a_softmax_is_no_activation_to_pass(void **state)
{
    struct explanation e = {0};
    explain_open(&e, network_file(state, true));
    explain_rules(&e, "epsilon-plus", ZENNIT, NULL, 0);
    assert_string_equal(explain_rule_of(&e, "softmax"), "gradient");
    explain_rules(&e, "epsilon-plus", CAPTUM, NULL, 0);
    assert_string_equal(explain_rule_of(&e, "softmax"), "zero");
    explain_close(&e);
}

static void rounding_is_passed_over_by_first_and_last(void **state)
{
    (void)state;
#define ROW(name)                                                                                                              \
    {                                                                                                                          \
        .body = -1, .kind = (int)lrp_kind_find(name), .type = (name), .group = "", .second_group = "", .op_type = ""           \
    }
    const struct lrp_layer rows[] = {ROW("input"), ROW("fake-quantize"), ROW("convolution"), ROW("dense"),
                                     ROW("fake-quantize")};
#undef ROW
    const struct lrp_layer_list list = {.rows = rows, .count = sizeof rows / sizeof *rows};
    assert_int_equal(lrp_first_layer(&list), 2);
    assert_int_equal(lrp_last_layer(&list), 3);
}

static void a_preset_without_its_first_layer_says_so(void **state)
{
    struct explanation e = {0};
    const char *path = temporary_path(state, "dense.onnx");
    struct onnx_writer w = {0};
    onnx_input(&w, "x", 1, 2, (int64_t[]){1, 2});
    onnx_initializer(&w, "w", 1, 2, (int64_t[]){2, 2}, (float[]){1, 2, 3, 4}, 16);
    onnx_node(&w, "MatMul", "fc", "x w", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 2});
    onnx_write(&w, 13, path);
    explain_open(&e, path);
    explain_rules(&e, "epsilon-plus-flat", JULIA, NULL, 0);
    assert_int_equal(e.assignment.warning_count, 1);
    assert_non_null(strstr(e.assignment.warnings[0], "epsilon-plus-flat: its first-layer rule flat found no layer"));
    assert_string_equal(explain_rule_of(&e, "fc"), "epsilon(1e-6)");
    explain_rules(&e, "epsilon-plus-flat", ZENNIT, NULL, 0); /* there it may be dense */
    assert_int_equal(e.assignment.warning_count, 0);
    assert_string_equal(explain_rule_of(&e, "fc"), "flat");
    explain_close(&e);
}

/* Exporters guard a softmax against rows that are masked wholly: no rule is missed on what tells numbers from none. */
static void presets_are_silent_about_what_hands_nothing_back(void **state)
{
    struct explanation e = {0};
    const char *path = temporary_path(state, "guard.onnx");
    struct onnx_writer w = {0};
    onnx_input(&w, "x", 1, 2, (int64_t[]){1, 2});
    onnx_initializer(&w, "zero", 1, 0, NULL, (float[]){0}, 4);
    onnx_node(&w, "IsNaN", "guard", "x", "n", NULL);
    onnx_node(&w, "Where", "where", "n zero x", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 2});
    onnx_write(&w, 13, path);
    explain_open(&e, path);
    explain_rules(&e, "epsilon-plus", JULIA, NULL, 0);
    assert_int_equal(e.assignment.warning_count, 0);
    explain_rules(&e, "composite(global(gradient))", JULIA, NULL, 0);
    assert_int_equal(e.assignment.warning_count, 1);
    assert_non_null(strstr(e.assignment.warnings[0], "guard"));
    explain_close(&e);
}

static void what_is_no_composite_is_refused(void **state)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"epsilon-plas", "nearest: epsilon-plus"},
        {"epsilon-plus(1)", "takes 0 values"},
        {"epsilon-gamma-box", "takes 2 values (low, high)"},
        {"epsilon-gamma-box(1)", "takes 2 values"},
        {"epsilon-gamma-box(2,1)", "low is above high"},
        {"composite(nonsense(zero))", "composite, character 11: unknown primitive nonsense"},
        {"composite(global())", "global needs one rule"},
        {"composite(global(zero, zero))", "needs one rule"},
        {"composite(layer(conv1))", "needs one rule"},
        {"composite(layer())", "needs a layer or number"},
        {"composite(layer(nowhere, zero))", "no layer matches nowhere"},
        {"composite(global-type(zero))", "needs type=rule"},
        {"composite(global-type())", "needs type=rule"},
        {"composite(global-type(=zero))", "needs type=rule"},
        {"composite(global-type(convolution=zerro))", "composite, character 23: unknown rule zerro"},
        {" composite( global(zero),  layer(9, z-bix(1,2)))", "composite, character 37: unknown rule z-bix"},
        {"composite(global-type(dense=flat,dense=zero))", "character 34: global-type has type dense twice"},
        {"composite(first-n-type(x, convolution=zero))", "positive number"},
        {"composite(first-n-type(0, convolution=zero))", "positive number"},
        {"composite(global(zero)", "bracket"},
        {"alpha-beta(2,2)", "alpha - beta = 1"},
        {"", "names nothing"},
    };
    struct explanation e = {0};
    explain_open(&e, network_file(state, false));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_fails(explain_try_rules(&e, cases[i].text, JULIA, NULL, 0), &e.n.err, LRP_USAGE, cases[i].part);
    explain_close(&e);
}

static void composites_are_described_line_by_line(void **state)
{
    (void)state;
    struct lrp_composite *c;
    check_ok(lrp_composite_parse("epsilon-plus-flat", NULL, JULIA, &c, NULL), NULL);
    char *text = lrp_composite_describe(c);
    assert_non_null(strstr(text, "global-type(\n    convolution   => z-plus,\n    dense         => epsilon(1e-6),\n"));
    assert_non_null(strstr(text, ")\nfirst-layer-type(\n    convolution => flat\n)\n"));
    free(text);
    lrp_composite_free(c);
    for (size_t i = 0; lrp_composite_at(i); i++) assert_true(*lrp_composite_at(i)->name && *lrp_composite_at(i)->description);
}

static void every_rule_says_which_primitive_gave_it(void **state)
{
    static const struct {
        const char *composite, *want[6];
    } cases[] = {
        {"epsilon-plus-flat",
         {"epsilon-plus-flat: global-type scale", "epsilon-plus-flat: first-layer-type convolution",
          "epsilon-plus-flat: global-type convolution", "fallback", "epsilon-plus-flat: global-type reshaping",
          "epsilon-plus-flat: global-type dense"}},
        {"zero", {"global", "global", "global", "global", "global", "global"}},
        {"composite(first-n-type(3, Conv=flat), range(3..4, zero), layer(pool, zero), last-layer(zero))",
         {"fallback", "first-n-type 3 Conv", "range 3..4", "layer pool", "fallback", "last-layer"}},
    };
    struct explanation e = {0};
    explain_open(&e, network_file(state, false));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        explain_rules(&e, cases[i].composite, JULIA, NULL, 0);
        for (int k = 0; k < 6; k++) assert_string_equal(e.assignment.sources[k + 1]->text, cases[i].want[k]);
    }
    explain_close(&e);
}

/* ---- --rule ---- */

static void options_win_over_the_composite_and_the_last_wins(void **state)
{
    struct explanation e = {0};
    const struct lrp_rule_option options[] = {
        {"*", "epsilon(1)"}, {"conv1", "flat"}, {"2..4", "gamma(1)"}, {"drop", "zero"}, {"relu1", "z-plus"}};
    explain_open(&e, network_file(state, false));
    explain_rules(&e, "zero", JULIA, options, 5);
    assert_string_equal(explain_rule_of(&e, "mul"), "epsilon(1)");
    assert_string_equal(explain_rule_of(&e, "conv1"), "z-plus");
    assert_string_equal(explain_rule_of(&e, "2.1"), "gamma(1)");
    assert_string_equal(explain_rule_of(&e, "pool/max"), "epsilon(1)"); /* gamma does not fit: skipped */
    assert_string_equal(e.assignment.sources[2]->text, "--rule relu1");
    assert_int_equal(e.assignment.warning_count, 2);
    assert_non_null(strstr(e.assignment.warnings[0], "gamma does not fit layer pool/max (max-pool)"));
    assert_non_null(strstr(e.assignment.warnings[1], "drop was dropped"));
    explain_close(&e);
}

static void a_rule_that_does_not_fit_is_refused_where_a_layer_is_named(void **state)
{
    static const struct {
        struct lrp_rule_option option;
        const char *part;
    } cases[] = {
        {{"pool/max", "gamma"}, "gamma does not fit layer pool/max (max-pool); it fits: dense, convolution"},
        {{"4", "flat"}, "does not fit"},
        {{"type:max-pool", "z-plus"}, "does not fit"},
        {{"pool/max", "pass"}, "pass does not fit"},
        {{"conv1", "layer-norm"}, "layer-norm does not fit"},
        {{"conv1", "z-box([1;2;3],[4;5;6])"}, "low has 3 values"},
        {{"x", "zero"}, "x is an input of the model, which has no rule"},
        {{"0", "zero"}, "x is an input of the model, which has no rule"},
        {{"nowhere", "zero"}, "no layer matches nowhere"},
        {{"conv1", "zerro"}, "unknown rule zerro"},
    };
    struct explanation e = {0};
    explain_open(&e, network_file(state, false));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_fails(explain_try_rules(&e, "zero", JULIA, &cases[i].option, 1), &e.n.err, LRP_USAGE, cases[i].part);
    explain_close(&e);
}

/* ---- the check ---- */

static void check_states(void **state, bool pr26, const char *layer, const char *activation, const char *want, size_t failed)
{
    struct explanation e = {0};
    struct lrp_registry *registry;
    struct lrp_check *check;
    struct lrp_text got = {0};
    explain_open(&e, network_file(state, true));
    check_ok(lrp_registry_new(pr26, &registry, NULL), NULL);
    if (layer) check_ok(lrp_registry_support_layer(registry, layer, NULL), NULL);
    if (activation) check_ok(lrp_registry_support_activation(registry, activation, NULL), NULL);
    check_ok(lrp_check_run(&e.n.view->list, registry, &check, &e.n.err), &e.n.err);
    for (size_t i = 1; i < check->count; i++) {
        const struct lrp_check_row *row = &check->rows[i];
        lrp_text_printf(&got, "%s%s", i > 1 ? " " : "", lrp_check_state_text(row->state));
        assert_int_equal(*row->reason != '\0', row->failed);
        assert_int_equal(*row->remedy != '\0', row->failed);
    }
    assert_string_equal(got.data, want);
    assert_int_equal(check->failed, failed);
    assert_int_equal(check->passed, failed == 0);
    assert_true(check->output_softmax);
    lrp_text_free(&got);
    lrp_check_free(check);
    lrp_registry_free(registry);
    explain_close(&e);
}

static void the_check_knows_three_kinds_of_failure(void **state)
{
    /* scale, conv+relu, conv+tanh, pool, flatten, dense, softmax */
    check_states(state, false, NULL, NULL, "ok ok activation ok ok ok softmax", 2);
    check_states(state, false, NULL, "tanh", "ok ok registered ok ok ok softmax", 1);
    check_states(state, false, NULL, "Tanh", "ok ok registered ok ok ok softmax", 1);
    check_states(state, true, NULL, NULL, "unknown ok activation ok ok ok softmax", 3);
    check_states(state, true, "scale", NULL, "registered ok activation ok ok ok softmax", 2);
    check_states(state, true, "Mul", "tanh", "registered ok registered ok ok ok softmax", 1);
}

static void guidance_follows_the_order_softmax_layers_activations(void **state)
{
    struct explanation e = {0};
    struct lrp_registry *registry;
    struct lrp_check *check;
    explain_open(&e, network_file(state, true));
    check_ok(lrp_registry_new(true, &registry, NULL), NULL);
    check_ok(lrp_check_run(&e.n.view->list, registry, &check, &e.n.err), &e.n.err);
    const char *softmax = strstr(check->guidance, "--strip-softmax"), *layer = strstr(check->guidance, "--support-layer scale");
    const char *activation = strstr(check->guidance, "--support-activation tanh"),
               *skip = strstr(check->guidance, "--skip-checks");
    assert_true(softmax && layer && activation && skip);
    assert_true(softmax < layer && layer < activation && activation < skip);
    lrp_check_free(check);
    lrp_registry_free(registry);
    explain_close(&e);
}

#define T(name) cmocka_unit_test_setup_teardown(name, temporary_setup, temporary_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(selectors_stand_for_layers),
        T(what_matches_nothing_is_an_error_with_the_nearest_names),
        T(composites_give_rules),
        T(a_softmax_is_no_activation_to_pass),
        T(a_preset_without_its_first_layer_says_so),
        T(presets_are_silent_about_what_hands_nothing_back),
        T(rounding_is_passed_over_by_first_and_last),
        T(what_is_no_composite_is_refused),
        T(composites_are_described_line_by_line),
        T(every_rule_says_which_primitive_gave_it),
        T(options_win_over_the_composite_and_the_last_wins),
        T(a_rule_that_does_not_fit_is_refused_where_a_layer_is_named),
        T(the_check_knows_three_kinds_of_failure),
        T(guidance_follows_the_order_softmax_layers_activations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
