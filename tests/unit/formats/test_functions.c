/* test_functions.c: a model's own functions are written out where they are called, and leave a scope for every call. */
#include <stdio.h>
#include <string.h>

#include "read_back.h"

/* A function being written. */
static struct lrp_text begin(const char *name, const char *inputs, const char *outputs)
{
    struct lrp_text f = {0};
    onnx_string(&f, 1, name);
    onnx_names(&f, 4, inputs);
    onnx_names(&f, 5, outputs);
    onnx_string(&f, 10, "own");
    return f;
}

static void body_node(struct lrp_text *f, const char *domain, const char *op_type, const char *name, const char *inputs,
                      const char *outputs, struct lrp_text *attributes)
{
    struct lrp_text graph = {0};
    onnx_node_in(&graph, domain, op_type, name, inputs, outputs, attributes);
    graph.data[0] = 7 << 3 | 2; /* node of a function, not of a graph */
    lrp_text_append_n(f, graph.data, graph.length);
    lrp_text_free(&graph);
}

static void refer(struct lrp_text *attributes, const char *name, const char *to)
{
    struct lrp_text attribute = onnx_attribute_head(name, 1);
    onnx_string(&attribute, 21, to);
    onnx_message(attributes, 5, &attribute);
}

static void opset(struct lrp_text *f, const char *domain, int version)
{
    struct lrp_text import = {0};
    onnx_string(&import, 1, domain);
    onnx_number(&import, 2, (uint64_t)version);
    onnx_message(f, 9, &import);
}

static void check_node(const struct lrp_node_definition *n, const char *op_type, const char *name, const char *in,
                       const char *out)
{
    assert_string_equal(n->op_type, op_type);
    assert_string_equal(n->name, name);
    assert_true(n->input_count > 0 && n->output_count > 0);
    assert_string_equal(n->inputs[0], in);
    assert_string_equal(n->outputs[0], out);
}

/* Act(v; slope) = LeakyRelu(alpha=slope, default .5) of version 16, Block(a) = (Act(Neg(a); slope = s), what Neg made). */
static void write_block(struct onnx_writer *w)
{
    struct lrp_text act = begin("Act", "v", "w"), block = begin("Block", "a", "b inner"), attributes = {0};
    struct lrp_text fallback = onnx_attribute_head("slope", 1);
    onnx_float(&fallback, 2, 0.5f);
    onnx_message(&act, 11, &fallback);
    refer(&attributes, "alpha", "slope");
    refer(&attributes, "unknown", "nobody gives it");
    opset(&act, "", 16);
    body_node(&act, "", "LeakyRelu", "lr", "v", "w", &attributes);
    refer(&attributes, "slope", "s");
    body_node(&block, "", "Neg", "", "a", "inner", NULL);
    body_node(&block, "own", "Act", "act", "inner", "t", &attributes);
    body_node(&block, "", "Abs", "", "t", "b", NULL);
    onnx_message(&w->model, 25, &block);
    onnx_message(&w->model, 25, &act);
}

static void calls_are_written_out(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_text attributes = {0};
    write_block(&w);
    onnx_input(&w, "x", 1, 1, (int64_t[]){2});
    onnx_attribute_float(&attributes, "s", 0.25f);
    onnx_node_in(&w.graph, "own", "Block", "first", "x", "p q", &attributes);
    onnx_node(&w, "Relu", "relu", "p", "first/t", NULL); /* takes the name that the function's t would get */
    onnx_node_in(&w.graph, "own", "Block", "", "first/t", "r", NULL);
    onnx_node_in(&w.graph, "else", "Block", "not ours", "r", "y", NULL);
    onnx_output(&w, "y", 1, 1, (int64_t[]){2});
    struct lrp_definition *d = read_back(state, &w);

    assert_int_equal(d->node_count, 8);
    check_node(&d->nodes[0], "Neg", "", "x", "q");
    check_node(&d->nodes[1], "LeakyRelu", "first/act/lr", "q", "first/t~2");
    assert_int_equal(d->nodes[1].opset, 16);
    assert_int_equal(d->nodes[0].opset, 0);
    assert_int_equal(d->nodes[1].attribute_count, 1);
    assert_string_equal(d->nodes[1].attributes[0].name, "alpha");
    assert_true(d->nodes[1].attributes[0].kind == LRP_ATTRIBUTE_FLOAT && d->nodes[1].attributes[0].f == 0.25f);
    check_node(&d->nodes[2], "Abs", "", "first/t~2", "p");
    check_node(&d->nodes[3], "Relu", "relu", "p", "first/t");
    check_node(&d->nodes[4], "Neg", "", "first/t", "r/inner"); /* without a name the call is called as its output */
    check_node(&d->nodes[5], "LeakyRelu", "r/act/lr", "r/inner", "r/t");
    assert_true(d->nodes[5].attributes[0].f == 0.5f); /* nobody gave s, so nothing was given as slope */
    check_node(&d->nodes[6], "Abs", "", "r/t", "r");
    check_node(&d->nodes[7], "Block", "not ours", "r", "y");
    static const struct lrp_scope_definition want[] = {{.name = "first", .first = 0, .count = 3},
                                                       {.name = "first/act", .first = 1, .count = 1},
                                                       {.name = "r", .first = 4, .count = 3},
                                                       {.name = "r/act", .first = 5, .count = 1}};
    assert_int_equal(d->scope_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(d->scopes[i].name, want[i].name);
        assert_string_equal(d->scopes[i].kind, "function");
        assert_int_equal(d->scopes[i].first, want[i].first);
        assert_int_equal(d->scopes[i].count, want[i].count);
    }
    lrp_definition_free(d);
}

/* F(a, b) = (a, g, g) with g = Clip(a, b) */
static void outputs_may_be_inputs_or_the_same(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_text f = begin("F", "a b", "a g g");
    body_node(&f, "", "Clip", "", "a b", "g", NULL);
    onnx_message(&w.model, 25, &f);
    onnx_input(&w, "x", 1, 1, (int64_t[]){2});
    onnx_node_in(&w.graph, "own", "F", "c", "x", "o p q", NULL);
    onnx_node_in(&w.graph, "own", "F", "d", "o x", "- - y", NULL);
    onnx_output(&w, "y", 1, 1, (int64_t[]){2});
    struct lrp_definition *d = read_back(state, &w);
    assert_int_equal(d->node_count, 4);
    check_node(&d->nodes[0], "Clip", "", "x", "p");
    assert_string_equal(d->nodes[0].inputs[1], ""); /* the call leaves it out */
    check_node(&d->nodes[1], "Identity", "", "x", "o");
    check_node(&d->nodes[2], "Identity", "", "p", "q");
    check_node(&d->nodes[3], "Clip", "", "o", "y");
    lrp_definition_free(d);
}

/* What a graph inside a function makes keeps its name, what it reads from around gets the new one, attributes are resolved. */
static void graphs_in_functions_read_from_around(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_text f = begin("F", "a", "y"), then = {0}, attributes = {0};
    refer(&attributes, "alpha", "s");
    onnx_node_in(&then, "", "LeakyRelu", "in", "t", "z", &attributes);
    onnx_node_in(&then, "", "Add", "", "z a", "u", NULL);
    body_node(&f, "", "Neg", "", "a", "t", NULL);
    onnx_attribute_graph(&attributes, "then_branch", &then);
    body_node(&f, "", "If", "if", "a", "y", &attributes);
    onnx_message(&w.model, 25, &f);
    onnx_input(&w, "x", 1, 1, (int64_t[]){2});
    onnx_attribute_float(&attributes, "s", 3);
    onnx_node_in(&w.graph, "own", "F", "c", "x", "y", &attributes);
    onnx_output(&w, "y", 1, 1, (int64_t[]){2});
    struct lrp_definition *d = read_back(state, &w);
    assert_int_equal(d->node_count, 2);
    const struct lrp_definition *branch = lrp_attribute_graph(&d->nodes[1].attributes[0], 0);
    assert_int_equal(branch->node_count, 2);
    check_node(&branch->nodes[0], "LeakyRelu", "c/in", "c/t", "z");
    assert_true(branch->nodes[0].attributes[0].f == 3);
    check_node(&branch->nodes[1], "Add", "", "z", "u");
    assert_string_equal(branch->nodes[1].inputs[1], "x");
    lrp_definition_free(d);
}

static void overloads_are_told_apart(void **state)
{
    struct onnx_writer w = {0};
    static const char *const ops[] = {"Neg", "Abs"};
    for (size_t i = 0; i < 2; i++) {
        struct lrp_text f = begin("F", "a", "b");
        body_node(&f, "", ops[i], "", "a", "b", NULL);
        onnx_string(&f, 13, i ? "other" : "");
        onnx_message(&w.model, 25, &f);
    }
    struct lrp_text overload = {0};
    onnx_string(&overload, 8, "other");
    onnx_input(&w, "x", 1, 1, (int64_t[]){2});
    onnx_node_in(&w.graph, "own", "F", "", "x", "h", NULL);
    onnx_node_in(&w.graph, "own", "F", "", "h", "y", &overload);
    onnx_output(&w, "y", 1, 1, (int64_t[]){2});
    struct lrp_definition *d = read_back(state, &w);
    assert_int_equal(d->node_count, 2);
    check_node(&d->nodes[0], "Neg", "", "x", "h");
    check_node(&d->nodes[1], "Abs", "", "h", "y");
    lrp_definition_free(d);
}

static void a_function_that_calls_itself_is_refused(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_text f = begin("F", "a", "b");
    body_node(&f, "own", "F", "again", "a", "b", NULL);
    onnx_message(&w.model, 25, &f);
    onnx_input(&w, "x", 1, 1, (int64_t[]){2});
    onnx_node_in(&w.graph, "own", "F", "", "x", "y", NULL);
    onnx_output(&w, "y", 1, 1, (int64_t[]){2});
    check_read_fails(state, &w, "function F: functions call each other more than 16 deep");
}

/* Every function calls the next a hundred times: 10^16 nodes, were they written out. */
static void functions_that_grow_without_bounds_are_refused(void **state)
{
    struct onnx_writer w = {0};
    for (int level = 0; level < 8; level++) {
        char name[16], next[16];
        snprintf(name, sizeof name, "F%d", level);
        snprintf(next, sizeof next, "F%d", level + 1);
        struct lrp_text f = begin(name, "a", "b");
        for (int i = 0; i < 100; i++) body_node(&f, "own", next, "", "a", "b", NULL);
        onnx_message(&w.model, 25, &f);
    }
    onnx_input(&w, "x", 1, 1, (int64_t[]){2});
    onnx_node_in(&w.graph, "own", "F0", "", "x", "y", NULL);
    onnx_output(&w, "y", 1, 1, (int64_t[]){2});
    check_read_fails(state, &w, "written out where they are called, take more than 67108864 bytes");
}

static void damage_names_the_function(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_text f = begin("Torn", "a", "b");
    onnx_bytes(&f, 7, "\x0a\x7f", 2);
    onnx_message(&w.model, 25, &f);
    onnx_input(&w, "x", 1, 1, (int64_t[]){2});
    onnx_output(&w, "x", 1, 1, (int64_t[]){2});
    check_read_fails(state, &w, "function Torn: ");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, temporary_setup, temporary_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(calls_are_written_out),
        IN_FOLDER(outputs_may_be_inputs_or_the_same),
        IN_FOLDER(graphs_in_functions_read_from_around),
        IN_FOLDER(overloads_are_told_apart),
        IN_FOLDER(a_function_that_calls_itself_is_refused),
        IN_FOLDER(functions_that_grow_without_bounds_are_refused),
        IN_FOLDER(damage_names_the_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
