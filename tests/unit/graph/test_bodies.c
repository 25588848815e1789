/* test_bodies.c: what If, Loop, Scan and SequenceMap hold is listed, however deep, and keeps alive what it reads. What
 * runs of it: lrp/test_turns.c. */
#include <stdio.h>

#include "model.h"
#include "network.h"

static void build(struct network *n, struct model *m)
{
    network_build(n, model_finish(m), &(struct lrp_graph_options){.canonize = true});
    network_layers(n, true);
}

/* x -> Relu -> holder -> y, and the holder's bodies: each r * 2, with `inputs` of its own. */
static void holder(struct model *m, const char *op_type, int bodies, const char *const *attributes, const char *inputs,
                   int input_count)
{
    model_start(m, 16, 4);
    model_input(m, "x", 2, (int64_t[]){1, 3});
    model_node(m, "Relu", "relu", "x", "r");
    model_node(m, op_type, "holder", "r", "y");
    for (int b = 0; b < bodies; b++) {
        struct model body;
        model_start(&body, 16, 3);
        for (int i = 0; i < input_count; i++) model_input(&body, (const char *[]){"i0", "i1"}[i], 2, (int64_t[]){1, 3});
        model_scalar(&body, "two", 2);
        model_node(&body, "Mul", attributes[b], inputs, "p");
        model_node(&body, "Identity", "", "p", "q");
        model_output(&body, "q");
        model_body(m, attributes[b], &body);
    }
    model_output(m, "y");
}

static void each_operator_lists_what_it_holds(void **state)
{
    static const struct {
        const char *op_type, *type, *attributes[2], *kind, *inputs;
        bool runs;
        int bodies, input_count, source; /* source: the layer the first node of a body reads from */
    } cases[] = {{"If", "if", {"then_branch", "else_branch"}, "branch", "r two", true, 2, 0, 1},
                 {"Loop", "loop", {"body", NULL}, "body", "i1 two", true, 1, 2, 2},
                 {"Scan", "scan", {"body", NULL}, "body", "i0 two", true, 1, 1, 2},
                 {"SequenceMap", "sequence-map", {"body", NULL}, "body", "i0 two", false, 1, 1, 2}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct model m;
        struct network n = {0};
        char name[40];
        holder(&m, cases[k].op_type, cases[k].bodies, cases[k].attributes, cases[k].inputs, cases[k].input_count);
        build(&n, &m);
        const struct lrp_layer_list *list = &n.view->list;
        assert_int_equal(list->container_count, cases[k].bodies);
        assert_int_equal(list->count, 3 + 2 * cases[k].bodies);
        assert_string_equal(list->rows[2].type, cases[k].type);
        assert_int_equal(list->rows[2].body, -1);
        assert_int_equal(list->rows[2].executable, cases[k].runs);
        assert_true(cases[k].runs || strstr(list->rows[2].obstacle, cases[k].op_type));
        for (int b = 0; b < cases[k].bodies; b++) {
            const struct lrp_container *c = &list->containers[b];
            snprintf(name, sizeof name, "holder/%s", cases[k].attributes[b]);
            assert_string_equal(c->name, name);
            assert_string_equal(c->kind, cases[k].kind);
            assert_int_equal(c->first, 3 + 2 * b);
            assert_int_equal(c->last, 4 + 2 * b);
            assert_int_equal(c->layer, 2);
            assert_int_equal(c->parent, -1);
            const struct lrp_layer *first = &list->rows[c->first], *last = &list->rows[c->last];
            assert_string_equal(first->name, cases[k].attributes[b]);
            assert_string_equal(first->op_type, "Mul"); /* as the file has it: neither made a scale nor dropped */
            assert_string_equal(last->type, "identity");
            assert_int_equal(first->body, b);
            assert_int_equal(first->input_count, 1);
            assert_int_equal(first->sources[0], cases[k].source);
            assert_int_equal(last->sources[0], c->first);
            assert_int_equal(first->executable, cases[k].runs);
            assert_true(cases[k].runs || strstr(first->obstacle, "of holder"));
            assert_int_equal(first->node_count, 1);
            assert_string_equal(first->nodes[0], cases[k].attributes[b]);
        }
        network_close(&n);
    }
}

/* An attribute may hold several graphs: each is a body of its own, in their order. */
static void an_attribute_lists_all_its_graphs(void **state)
{
    struct model m, body[2];
    struct network n = {0};
    (void)state;
    model_start(&m, 13, 2);
    model_input(&m, "x", 1, (int64_t[]){2});
    model_node(&m, "Choice", "choice", "x", "y");
    for (int i = 0; i < 2; i++) {
        model_start(&body[i], 13, 1);
        model_node(&body[i], i ? "Abs" : "Neg", "", "x", "z");
    }
    model_bodies(&m, "branches", 2, body);
    model_output(&m, "y");
    build(&n, &m);
    const struct lrp_layer_list *list = &n.view->list;
    assert_int_equal(list->container_count, 2);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(list->containers[i].name, i ? "choice/branches.1" : "choice/branches.0");
        assert_string_equal(list->containers[i].kind, "body");
        assert_int_equal(list->containers[i].first, 2 + i);
        assert_int_equal(list->containers[i].last, 2 + i);
        assert_string_equal(list->rows[2 + i].op_type, i ? "Abs" : "Neg");
        assert_int_equal(list->rows[2 + i].sources[0], 0);
    }
    network_close(&n);
}

/* Sixteen Loops in each other, the most a file may have; the innermost reads a value of the model. */
static void bodies_nest(void **state)
{
    enum { LEVELS = 16 };
    struct model inner, m;
    struct network n = {0};
    (void)state;
    model_start(&inner, 13, 1);
    model_node(&inner, "Neg", "innermost", "r", "b");
    for (int level = LEVELS; level > 0; level--) {
        model_start(&m, 13, 3);
        if (level == 1) {
            model_input(&m, "x", 1, (int64_t[]){2});
            model_node(&m, "Relu", "only read inside", "x", "r");
        }
        model_node(&m, "Loop", "loop", "- -", "y");
        model_body(&m, "body", &inner);
        model_output(&m, "y");
        inner = m;
    }
    build(&n, &m);
    const struct lrp_layer_list *list = &n.view->list;
    assert_int_equal(list->container_count, LEVELS);
    assert_int_equal(list->count, 2 + LEVELS + 1);
    for (int i = 0; i < LEVELS; i++) {
        const struct lrp_container *c = &list->containers[i];
        assert_int_equal(c->parent, i - 1);
        assert_int_equal(c->layer, 2 + i);
        assert_int_equal(c->first, 3 + i);
        assert_int_equal(c->last, 2 + LEVELS);
        assert_int_equal(list->rows[3 + i].body, i);
    }
    const struct lrp_layer *innermost = &list->rows[2 + LEVELS];
    assert_string_equal(innermost->name, "innermost");
    assert_int_equal(innermost->sources[0], 1);      /* alive because it is read there */
    assert_int_equal(list->rows[1].consumers[0], 2); /* the outermost hands it on */
    assert_int_equal(list->rows[1].consumers[LEVELS], 2 + LEVELS);
    network_close(&n);
}

static void a_file_may_be_unsorted_and_bodies_empty_or_wrong(void **state)
{
    struct model m, body, empty;
    struct network n = {0};
    (void)state;
    model_start(&m, 13, 6);
    model_input(&m, "x", 1, (int64_t[]){2});
    model_node(&m, "If", "if", "c", "y"); /* before what it and its branches read */
    model_start(&body, 13, 4);
    model_node(&body, "Neg", "late", "t", "u"); /* before what it reads */
    model_node(&body, "Add", "sum", "r nothing-makes-this", "t");
    model_node(&body, "Abs", "no outputs", "r", "");
    model_node(&body, "Neg", "twice", "r", "t");
    model_output(&body, "not-there");
    model_start(&empty, 13, 1);
    model_output(&empty, "r");
    model_body(&m, "then_branch", &empty);
    model_body(&m, "else_branch", &body);
    model_node(&m, "Relu", "relu", "x", "r");
    model_node(&m, "Cast", "cast", "r", "c");
    model_int(&m, "to", 9);
    model_node(&m, "Abs", "behind", "y", "z");
    model_output(&m, "z");
    build(&n, &m);
    static const char *const names[] = {"x", "relu", "cast", "if", "late", "sum", "twice", "behind"};
    const struct lrp_layer_list *list = &n.view->list;
    assert_int_equal(list->count, sizeof names / sizeof *names);
    for (size_t i = 0; i < list->count; i++) assert_string_equal(list->rows[i].name, names[i]);
    assert_int_equal(list->container_count, 2);
    assert_int_equal(list->containers[0].layer, 3);
    assert_true(list->containers[0].last < list->containers[0].first);
    assert_int_equal(list->containers[1].first, 4);
    assert_int_equal(list->containers[1].last, 6);
    assert_int_equal(list->rows[4].input_count, 0);
    assert_int_equal(list->rows[5].input_count, 1);
    assert_int_equal(list->rows[7].body, -1);
    network_close(&n);
}

static void what_nobody_needs_goes_with_its_bodies(void **state)
{
    struct model m;
    struct network n = {0};
    (void)state;
    holder(&m, "Loop", 1, (const char *[]){"body"}, "i0 two", 1);
    model_output(&m, "r");
    m.outputs[0] = m.outputs[1]; /* r, not y */
    m.definition->output_count = 1;
    build(&n, &m);
    network_check_types(&n, "relu");
    assert_int_equal(n.view->list.container_count, 0);
    network_forward(&n, (float[]){-1, 0, 2});
    check_f32_array(network_output(&n)->f, ((float[]){0, 0, 2}), 3, 0);
    network_close(&n);
}

/* What is beside a Loop runs all the same, and the way is blocked in the Loop's name. */
static void a_model_runs_beside_them(void **state)
{
    struct model m;
    struct network n = {0};
    (void)state;
    holder(&m, "Loop", 1, (const char *[]){"body"}, "r two", 0);
    build(&n, &m);
    network_give(&n, 0, (float[]){-1, 0, 2});
    check_fails(network_try_run(&n), &n.err, LRP_FILE, "layer holder: its body does not fit");
    check_f32_array(network_activation(&n, "r")->f, ((float[]){0, 0, 2}), 3, 0);
    network_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operator_lists_what_it_holds),
        cmocka_unit_test(an_attribute_lists_all_its_graphs),
        cmocka_unit_test(bodies_nest),
        cmocka_unit_test(a_file_may_be_unsorted_and_bodies_empty_or_wrong),
        cmocka_unit_test(what_nobody_needs_goes_with_its_bodies),
        cmocka_unit_test(a_model_runs_beside_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
