/* test_json_models.c: models written as JSON: what the tests of the original build, and the worked numbers of nested networks.
 */
#include <math.h>
#include <stdio.h>

#include "explain.h"
#include "json_model.h"
#include "lrpscope/check.h"
#include "lrpscope/model.h"
#include "onnx_writer.h"
#include "safetensors.h"
#include "temporary.h"

#define HEAD "{\"lrpscope_model\": 1, \"input\": [1, 2], \"layers\": ["
#define DENSE                                                                                                                  \
    "{\"type\": \"dense\", \"name\": \"fc\", \"weight\": [[3,4],[5,6]], \"bias\": [7,8], \"transB\": 1, \"activation\": "      \
    "\"relu\"}"
#define MINE "{\"type\": \"my-layer\"}"

static const char *file_with(void **state, const char *text)
{
    const char *path = temporary_path(state, "model.json");
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static void open_json(void **state, struct explanation *e, const char *text, const struct lrp_graph_options *options)
{
    struct lrp_definition *definition;
    *e = (struct explanation){0};
    check_ok(lrp_json_model_read(file_with(state, text), &definition, &e->n.err), &e->n.err);
    network_build(&e->n, definition, options);
    network_layers(&e->n, true);
    e->relevance = calloc((size_t)e->n.graph->value_count + 1, sizeof(struct lrp_tensor *));
}

/* ---- worked numbers (lrpscope-lrp(7)) ---- */

static const struct {
    const char *what, *text;
    float x[2], start[3];
    double want[2];
} worked[] = {
    {"skip connection, neuron 0",
     HEAD "{\"type\": \"skip-connection\", \"layer\": " DENSE "}]}",
     {1, 2},
     {1, 0},
     {4. / 19, 8. / 19}},
    {"skip connection, neuron 1",
     HEAD "{\"type\": \"skip-connection\", \"layer\": " DENSE "}]}",
     {1, 2},
     {0, 1},
     {5. / 27, 14. / 27}},
    {"parallel, neuron 1",
     HEAD "{\"type\": \"parallel\", \"connection\": \"+\", \"layers\": [{\"type\": \"identity\"}, " DENSE "]}]}",
     {1, 2},
     {0, 1},
     {5. / 27, 14. / 27}},
    {"chain in a chain",
     HEAD "{\"type\": \"chain\", \"layers\": [{\"type\": \"chain\", \"layers\": [" DENSE "]}]}]}",
     {1, 2},
     {1.F / 3, 2.F / 3},
     {17. / 90, 316. / 675}},
    {"branches concatenated",
     HEAD "{\"type\": \"parallel\", \"connection\": \"concat\", \"layers\": [{\"type\": \"dense\", \"weight\": [[1,2],[0,1]], "
          "\"transB\": 1}, "
          "{\"type\": \"dense\", \"weight\": [[2,3],[0,0]], \"transB\": 1}]}, {\"type\": \"dense\", \"weight\": [[1,4,5,0]], "
          "\"transB\": 1}]}",
     {-1, 1},
     {10},
     {-11, 21}},
    {"scale",
     HEAD "{\"type\": \"scale\", \"weight\": [-2, 2], \"bias\": [1, -3]}]}",
     {1, 2},
     {1.F / 3, 2.F / 3},
     {2. / 3, 8. / 3}},
};

static void nested_networks_give_the_worked_numbers(void **state)
{
    for (size_t i = 0; i < sizeof worked / sizeof *worked; i++) {
        struct explanation e;
        open_json(state, &e, worked[i].text, &(struct lrp_graph_options){.canonize = true});
        explain_rules(&e, "zero", LRP_CONVENTION_JULIA, NULL, 0);
        network_forward(&e.n, worked[i].x);
        explain_from(&e, worked[i].start);
        for (int k = 0; k < 2; k++) {
            const double got = (double)explain_relevance(&e, "input")->f[k];
            if (!(fabs(got - worked[i].want[k]) <= 2e-6 * fmax(1, fabs(worked[i].want[k]))))
                fail_msg("%s: %g, not %g", worked[i].what, got, worked[i].want[k]);
        }
        explain_close(&e);
    }
}

/* ---- the check ---- */

static size_t failures(struct explanation *e, const char *layer, const char *activation, bool *softmax)
{
    struct lrp_registry *registry;
    struct lrp_check *check;
    check_ok(lrp_registry_new(false, &registry, &e->n.err), &e->n.err);
    if (layer) check_ok(lrp_registry_support_layer(registry, layer, &e->n.err), &e->n.err);
    if (activation) check_ok(lrp_registry_support_activation(registry, activation, &e->n.err), &e->n.err);
    check_ok(lrp_check_run(&e->n.view->list, registry, &check, &e->n.err), &e->n.err);
    const size_t failed = check->failed;
    if (softmax) *softmax = check->output_softmax;
    lrp_check_free(check);
    lrp_registry_free(registry);
    return failed;
}

static const struct {
    const char *what, *text, *layer, *activation;
    size_t before, after;
    bool softmax;
} checks[] = {
    {"dense with softmax", HEAD DENSE ", {\"type\": \"softmax\"}]}", NULL, NULL, 1, 1, true},
    {"unknown layer in a chain", HEAD "{\"type\": \"chain\", \"layers\": [" DENSE ", " MINE "]}]}", "my-layer", NULL, 1, 0,
     false},
    {"unknown layers in a parallel",
     HEAD "{\"type\": \"parallel\", \"layers\": [" MINE ", {\"type\": \"chain\", \"layers\": [" DENSE ", " MINE "]}]}]}",
     "my-layer", NULL, 2, 0, false},
    {"unknown activation", HEAD "{\"type\": \"dense\", \"weight\": [[1,2],[3,4]], \"activation\": \"tanh\"}]}", NULL, "tanh", 1,
     0, false},
    {"activation with a parameter",
     HEAD "{\"type\": \"dense\", \"weight\": [[1,2],[3,4]], \"activation\": {\"type\": \"leaky-relu\", \"alpha\": 0.1}}]}",
     NULL, "leaky-relu", 1, 0, false},
    {"all known", HEAD "{\"type\": \"flatten\"}, " DENSE "]}", NULL, NULL, 0, 0, false},
};

static void the_check_sees_into_containers(void **state)
{
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        struct explanation e;
        bool softmax = false;
        open_json(state, &e, checks[i].text, &(struct lrp_graph_options){.canonize = true});
        if (failures(&e, NULL, NULL, &softmax) != checks[i].before) fail_msg("%s: before", checks[i].what);
        if (softmax != checks[i].softmax) fail_msg("%s: softmax", checks[i].what);
        if (failures(&e, checks[i].layer, checks[i].activation, NULL) != checks[i].after)
            fail_msg("%s: registered", checks[i].what);
        explain_close(&e);
    }
}

static void a_softmax_in_a_nested_chain_is_stripped(void **state)
{
    struct explanation e;
    open_json(state, &e,
              HEAD "{\"type\": \"chain\", \"layers\": [" DENSE
                   ", {\"type\": \"chain\", \"layers\": [{\"type\": \"softmax\"}]}]}]}",
              &(struct lrp_graph_options){.canonize = true, .strip_softmax = true});
    network_check_types(&e.n, "dense+relu");
    explain_close(&e);
    /* also behind a layer that nobody can run */
    open_json(state, &e, HEAD MINE ", {\"type\": \"softmax\"}]}",
              &(struct lrp_graph_options){.canonize = true, .strip_softmax = true});
    network_check_types(&e.n, "my-layer");
    explain_close(&e);
}

/* ---- numbers, weights, mistakes ---- */

static void layers_are_called_by_their_nested_numbers(void **state)
{
    struct explanation e;
    open_json(
        state, &e,
        HEAD
        "{\"type\": \"relu\"}, {\"type\": \"chain\", \"layers\": [{\"type\": \"relu\"}, {\"type\": \"parallel\", \"layers\": "
        "[{\"type\": \"tanh\"}, {\"type\": \"sigmoid\"}]}]}]}",
        &(struct lrp_graph_options){.canonize = true});
    static const char *const names[] = {"input", "1", "2.1", "2.2.1", "2.2.2", "2.2"};
    assert_int_equal(e.n.view->list.count, 6);
    for (size_t i = 0; i < 6; i++) assert_string_equal(e.n.view->list.rows[i].name, names[i]);
    const struct lrp_rule_option option = {"2.2", "epsilon(1)"}; /* exact before prefix */
    explain_rules(&e, "zero", LRP_CONVENTION_JULIA, &option, 1);
    assert_string_equal(explain_rule_of(&e, "2.2"), "epsilon(1)");
    assert_string_equal(explain_rule_of(&e, "2.2.1"), "zero");
    explain_close(&e);
}

static void containers_are_known_by_name_and_number(void **state)
{
    struct explanation e;
    open_json(state, &e,
              HEAD "{\"type\": \"relu\"}, {\"type\": \"chain\", \"name\": \"block\", \"layers\": [{\"type\": \"relu\"}, "
                   "{\"type\": \"parallel\", "
                   "\"name\": \"both\", \"layers\": [{\"type\": \"tanh\", \"name\": \"left\"}, {\"type\": \"chain\", "
                   "\"layers\": [{\"type\": \"sigmoid\", "
                   "\"name\": \"right\"}, {\"type\": \"relu\"}]}]}]}, {\"type\": \"tanh\"}]}",
              &(struct lrp_graph_options){.canonize = true});
    static const struct {
        const char *name, *kind;
        int first, last, parent;
    } want[] = {{"block", "chain", 2, 6, -1}, {"both", "parallel", 3, 6, 0}, {"2.2.2", "chain", 4, 5, 1}};
    const struct lrp_layer_list *list = &e.n.view->list;
    assert_int_equal(list->container_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct lrp_container *c = &list->containers[i];
        assert_string_equal(c->name, want[i].name);
        assert_string_equal(c->kind, want[i].kind);
        assert_true(c->first == want[i].first && c->last == want[i].last && c->parent == want[i].parent && c->layer == -1);
    }
    static const struct {
        const char *select, *given; /* layers 1 to 7: which get the rule */
    } selections[] = {{"block", "-xxxxx-"}, {"both", "-----x-"}, {"2.2", "--xxxx-"}, {"2.2.2", "---xx--"}, {"2.2.1", "--x----"},
                      {"3", "------x"},     {"7", "------x"},    {"4", "---x---"},   {"left", "--x----"},  {"2", "-x-----"}};
    for (size_t s = 0; s < sizeof selections / sizeof *selections; s++) {
        const struct lrp_rule_option option = {selections[s].select, "epsilon(1)"};
        explain_rules(&e, "zero", LRP_CONVENTION_JULIA, &option, 1);
        for (size_t i = 1; i < list->count; i++)
            if ((strcmp(explain_rule_of(&e, list->rows[i].name), "epsilon(1)") == 0) != (selections[s].given[i - 1] == 'x'))
                fail_msg("%s: layer %zu", selections[s].select, i);
    }
    explain_close(&e);
}

/* In a model whose layers all have names a bare number is the layer's; the place of a layer is all of it, its activation too.
 */
static void numbers_are_those_of_layers(void **state)
{
    static const char *const text =
        HEAD "{\"type\": \"chain\", \"name\": \"ab\", \"layers\": [" DENSE ", {\"type\": \"relu\", \"name\": \"b\"}]}, "
             "{\"type\": \"dense\", \"name\": \"c\", \"weight\": [[1,2],[3,4]]}, {\"type\": \"dense\", \"name\": \"d\", "
             "\"weight\": [[1,2],[3,4]]}]}";
    static const struct {
        bool fuse;
        const char *select, *given;
    } cases[] = {{true, "2", "-x--"},     {true, "3", "--x-"},     {true, "4", "---x"},
                 {true, "1.1", "x---"},   {true, "ab", "xx--"},    {false, "2", "-x---"},
                 {false, "1.1", "xx---"}, {false, "1.2", "--x--"}, {false, "5", "----x"}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct explanation e = {0};
        struct lrp_definition *definition;
        check_ok(lrp_json_model_read(file_with(state, text), &definition, &e.n.err), &e.n.err);
        network_build(&e.n, definition, &(struct lrp_graph_options){.canonize = true});
        network_layers(&e.n, cases[c].fuse);
        e.relevance = calloc((size_t)e.n.graph->value_count + 1, sizeof(struct lrp_tensor *));
        const struct lrp_rule_option option = {cases[c].select, "epsilon(1)"};
        explain_rules(&e, "zero", LRP_CONVENTION_JULIA, &option, 1);
        assert_int_equal(e.n.view->list.count, strlen(cases[c].given) + 1);
        for (size_t i = 1; i < e.n.view->list.count; i++)
            if ((strcmp(explain_rule_of(&e, e.n.view->list.rows[i].name), "epsilon(1)") == 0) != (cases[c].given[i - 1] == 'x'))
                fail_msg("%s, fused %d: layer %zu", cases[c].select, cases[c].fuse, i);
        explain_close(&e);
    }
}

static void weights_lie_beside_the_model(void **state)
{
    const float w[] = {3, 5, 4, 6}, b[] = {7, 8};
    const struct lrp_safetensor tensors[] = {{"c1.w", LRP_DTYPE_FLOAT, {.rank = 2, .dim = {2, 2}}, (const unsigned char *)w, 4},
                                             {"c1.b", LRP_DTYPE_FLOAT, {.rank = 1, .dim = {2}}, (const unsigned char *)b, 2}};
    struct lrp_error err = {0};
    struct explanation e;
    check_ok(lrp_safetensors_write(temporary_path(state, "w.safetensors"), tensors, 2, NULL, 0, &err), &err);
    open_json(state, &e,
              "{\"lrpscope_model\": 1, \"input\": [null, 2], \"weights\": \"w.safetensors\", \"layers\": ["
              "{\"type\": \"dense\", \"weight\": \"c1.w\", \"bias\": \"c1.b\"}]}",
              &(struct lrp_graph_options){.canonize = true});
    network_forward(&e.n, (float[]){1, 2});
    assert_true(network_output(&e.n)->f[0] == 18 && network_output(&e.n)->f[1] == 25); /* 3+8+7, 5+12+8 */
    explain_close(&e);
}

static const struct {
    const char *text, *part;
} mistakes[] = {
    {"{}", "there is no \"lrpscope_model\""},
    {"{\"lrpscope_model\": 2}", "must be 1"},
    {"{\"lrpscope_model\": 1, \"input\": [1, 2]}", "\"layers\" must be a list"},
    {"{\"lrpscope_model\": 1, \"input\": [1, 2], \"layers\": [], \"x\": 1}", "unknown key \"x\""},
    {"{\"lrpscope_model\": 1, \"input\": [1, 0], \"layers\": [{\"type\": \"relu\"}]}", "dimensions are whole numbers"},
    {"{\"lrpscope_model\": 1, \"input\": [1, 2], \"weights\": \"../w.safetensors\", \"layers\": [{\"type\": \"relu\"}]}",
     "\"weights\": ../w.safetensors lies outside the model's folder"},
    {"{\"lrpscope_model\": 1, \"input\": [1, 2], \"weights\": \"/etc/passwd\", \"layers\": [{\"type\": \"relu\"}]}",
     "lies outside the model's folder"},
    {"{\"lrpscope_model\": 1, \"input\": [1, 2], \"weights\": \"none\", \"layers\": [{\"type\": \"relu\"}]}",
     "\"weights\": none cannot be read: No such file or directory"},
    {HEAD "3]}", "layer 1: a layer is an object"},
    {HEAD "{}]}", "\"type\" must be a text"},
    {HEAD "{\"type\": \"dense\", \"weights\": [[1]]}]}", "layer 1 (dense): unknown key \"weights\""},
    {HEAD "{\"type\": \"dense\", \"weight\": [[1], [1, 2]]}]}", "an array of numbers"},
    {HEAD "{\"type\": \"dense\", \"weight\": \"w\"}]}", "no tensor w"},
    {HEAD "{\"type\": \"relu\", \"name\": 3}]}", "\"name\" must be a text"},
    {HEAD "{\"type\": \"chain\"}]}", "\"layers\" must be a list"},
    {HEAD "{\"type\": \"chain\", \"layers\": [{\"type\": \"relu\", \"activation\": 4}]}]}", "layer 1.1 (relu): \"activation\""},
    {HEAD "{\"type\": \"parallel\", \"layers\": [{\"type\": \"relu\"}]}]}", "at least two branches"},
    {HEAD "{\"type\": \"parallel\", \"connection\": \"-\", \"layers\": [{\"type\": \"relu\"}, {\"type\": \"relu\"}]}]}",
     "\"connection\""},
    {HEAD "{\"type\": \"skip-connection\"}]}", "\"layer\" must be an object"},
    {HEAD "{\"type\": \"chain\", \"layers\": []}]}", "only empty chains"},
    {HEAD "{\"type\": \"reshape\", \"shape\": [1.5]}]}", "whole numbers"},
    {HEAD "{\"type\": \"max-pool\", \"kernel_shape\": \"2\"}]}",
     "layer 1 (max-pool): \"kernel_shape\" must be a list of whole numbers"},
    {HEAD "{\"type\": \"max-pool\", \"kernel_shape\": 2}]}", "\"kernel_shape\" must be a list of whole numbers"},
    {HEAD "{\"type\": \"leaky-relu\", \"alpha\": \"0.1\"}]}", "\"alpha\" must be a number"},
    {HEAD "{\"type\": \"flatten\", \"axis\": 1.5}]}", "\"axis\" must be a whole number"},
    {HEAD "{\"type\": \"gelu\", \"approximate\": 1}]}", "\"approximate\" must be a text"},
    {HEAD "{\"type\": \"chain\", \"name\": \"\", \"layers\": [{\"type\": \"relu\"}]}]}",
     "layer 1 (chain): \"name\" must be a text"},
};

static void mistakes_are_told_by_layer_and_key(void **state)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct lrp_definition *definition = NULL;
        struct lrp_error err = {0};
        check_fails(lrp_json_model_read(file_with(state, mistakes[i].text), &definition, &err), &err, LRP_FILE,
                    mistakes[i].part);
        assert_non_null(strstr(err.message, "model.json"));
    }
}

static void depth_is_bounded(void **state)
{
    struct lrp_text text = {0};
    struct lrp_definition *definition = NULL;
    struct lrp_error err = {0};
    lrp_text_append(&text, HEAD);
    for (int i = 0; i < 28; i++) lrp_text_append(&text, "{\"type\": \"chain\", \"layers\": [");
    lrp_text_append(&text, "{\"type\": \"relu\"}");
    for (int i = 0; i < 28; i++) lrp_text_append(&text, "]}");
    lrp_text_append(&text, "]}");
    check_fails(lrp_json_model_read(file_with(state, text.data), &definition, &err), &err, LRP_FILE, "deep");
    lrp_text_free(&text);
}

/* ---- converting ---- */

static void write_crossing(const char *path, bool crosses)
{
    struct onnx_writer w = {0};
    onnx_input(&w, "x", 1, 2, (int64_t[]){1, 2});
    onnx_node(&w, "Relu", "relu", "x", "a", NULL);
    onnx_node(&w, "Sigmoid", "left", "a", "b", NULL);
    onnx_node(&w, "Tanh", "right", "a", "c", NULL);
    onnx_node(&w, "Add", "add", "b c", "d", NULL);
    onnx_node(&w, "Add", "again", crosses ? "d b" : "d a", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 2});
    onnx_write(&w, 13, path);
}

static void a_value_that_crosses_is_named(void **state)
{
    struct lrp_model *model = NULL;
    struct lrp_error err = {0};
    const char *path = temporary_path(state, "crossing.onnx");
    write_crossing(path, true);
    check_ok(lrp_model_open(path, &model, &err), &err);
    check_fails(lrp_model_convert(model, temporary_path(state, "out.json"), &err), &err, LRP_UNSUPPORTED, "value b crosses");
    lrp_model_release(model);
}

/* x -> relu -> skip-connection of (sigmoid + tanh): the same numbers, from other nodes. */
static void what_nests_computes_the_same(void **state)
{
    struct explanation before = {0}, after = {0};
    struct lrp_definition *definition = NULL;
    struct lrp_model *model = NULL;
    struct lrp_error err = {0};
    const char *path = temporary_path(state, "nested.onnx"), *out = temporary_path(state, "out.json");
    write_crossing(path, false);
    check_ok(lrp_model_open(path, &model, &err), &err);
    check_ok(lrp_model_convert(model, out, &err), &err);
    lrp_model_release(model);
    explain_open(&before, path);
    check_ok(lrp_json_model_read(out, &definition, &err), &err);
    network_build(&after.n, definition, &(struct lrp_graph_options){.canonize = true});
    network_layers(&after.n, true);
    network_check_types(&after.n, "relu sigmoid tanh add add");
    network_forward(&before.n, (float[]){1, -2});
    network_forward(&after.n, (float[]){1, -2});
    for (int k = 0; k < 2; k++) assert_true(network_output(&before.n)->f[k] == network_output(&after.n)->f[k]);
    explain_close(&before);
    explain_close(&after);
}

#define T(name) cmocka_unit_test_setup_teardown(name, temporary_setup, temporary_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(nested_networks_give_the_worked_numbers),
        T(the_check_sees_into_containers),
        T(a_softmax_in_a_nested_chain_is_stripped),
        T(layers_are_called_by_their_nested_numbers),
        T(containers_are_known_by_name_and_number),
        T(numbers_are_those_of_layers),
        T(weights_lie_beside_the_model),
        T(mistakes_are_told_by_layer_and_key),
        T(depth_is_bounded),
        T(a_value_that_crosses_is_named),
        T(what_nests_computes_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
