/* test_carriers.c: which values carry relevance, and what layers are among others. */
#include "carriers.h"
#include "model.h"
#include "network.h"

struct scene {
    struct network n;
    struct lrp_carriers carriers;
};

static void open_scene(struct scene *s, void (*make)(struct model *m), const char *token_input)
{
    struct model m;
    *s = (struct scene){0};
    model_start(&m, 17, 24);
    make(&m);
    network_build(&s->n, model_finish(&m), &(struct lrp_graph_options){.canonize = true, .token_input = token_input});
    network_layers(&s->n, true);
    check_ok(lrp_carriers_find(s->n.graph, NULL, token_input, &s->carriers, &s->n.err), &s->n.err);
}
static void close_scene(struct scene *s)
{
    lrp_carriers_free(&s->carriers);
    network_close(&s->n);
}
static void expect(const struct scene *s, const char *value, bool carries)
{
    if (s->carriers.carries[network_value(&s->n, value)] != carries)
        fail_msg("%s %s", value, carries ? "carries nothing" : "carries relevance");
}
static void expect_type(const struct scene *s, const char *layer, const char *type, const char *group, const char *second)
{
    const struct lrp_layer *l = network_row(&s->n, layer);
    if (strcmp(l->type, type) != 0 || strcmp(l->group, group) != 0 || strcmp(l->second_group, second) != 0)
        fail_msg("%s is %s (%s, %s), not %s (%s, %s)", layer, l->type, l->group, l->second_group, type, group, second);
}

static void integer_input(struct model *m, const char *name)
{
    model_input(m, name, 2, (int64_t[]){1, 3});
    m->inputs[m->definition->input_count - 1].dtype = LRP_DTYPE_INT64;
}

/* Tokens and places look up rows, which are added; a mask is made of integers. */
static void text(struct model *m)
{
    integer_input(m, "input_ids");
    integer_input(m, "position_ids");
    integer_input(m, "attention_mask");
    model_constant(m, "table", 2, (int64_t[]){4, 2}, (float[]){1, 2, 3, 4, 5, 6, 7, 8});
    model_constant(m, "places", 2, (int64_t[]){4, 2}, (float[]){1, 2, 3, 4, 5, 6, 7, 8});
    model_node(m, "Gather", "word", "table input_ids", "w");
    model_node(m, "Gather", "place", "places position_ids", "p");
    model_node(m, "Add", "embed", "w p", "e");
    model_node(m, "Cast", "cast", "attention_mask", "f");
    model_int(m, "to", LRP_DTYPE_FLOAT);
    model_int64s(m, "one", 1, (int64_t[]){2});
    model_node(m, "Unsqueeze", "column", "f one", "c");
    model_node(m, "Mul", "masked", "e c", "y");
    model_output(m, "y");
}
static void relevance_goes_to_tokens_alone(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, text, NULL);
    expect(&s, "w", true);
    expect(&s, "p", false);
    expect(&s, "e", true);
    expect(&s, "c", false);
    expect(&s, "y", true);
    assert_int_equal(s.carriers.source_count, 1);
    assert_int_equal(s.carriers.sources[0].input, network_value(&s.n, "input_ids"));
    assert_false(s.carriers.substituted);
    expect_type(&s, "word", "embedding", "", "");
    expect_type(&s, "masked", "mul", "", "");
    assert_false(network_row(&s.n, "place")->carries);
    close_scene(&s);
    /* another name for tokens is one more source */
    open_scene(&s, text, "position_ids");
    expect(&s, "p", true);
    assert_int_equal(s.carriers.source_count, 2);
    close_scene(&s);
}

/* A picture of bytes: what Cast makes of it stands for it. */
static void bytes(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    m->inputs[0].dtype = LRP_DTYPE_UINT8;
    model_node(m, "Cast", "cast", "x", "f");
    model_int(m, "to", LRP_DTYPE_FLOAT);
    model_node(m, "Relu", "relu", "f", "y");
    model_output(m, "y");
}
static void without_a_source_the_first_floats_are_one(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, bytes, NULL);
    assert_true(s.carriers.substituted);
    assert_int_equal(s.carriers.source_count, 1);
    assert_int_equal(s.carriers.sources[0].value, network_value(&s.n, "f"));
    expect(&s, "x", false);
    expect(&s, "y", true);
    close_scene(&s);
}

/* softmax(q k^T) v with projections before and behind, and a gated layer on top. */
static void attention(struct model *m)
{
    const float w[4] = {1, 2, 3, 4};
    model_input(m, "x", 2, (int64_t[]){3, 2});
    model_constant(m, "w", 2, (int64_t[]){2, 2}, w);
    model_node(m, "MatMul", "query", "x w", "q");
    model_node(m, "MatMul", "key", "x w", "k");
    model_node(m, "MatMul", "value", "x w", "v");
    model_node(m, "Transpose", "turn", "k", "kt");
    model_node(m, "MatMul", "scores", "q kt", "s");
    model_node(m, "Softmax", "weights", "s", "p");
    model_node(m, "MatMul", "context", "p v", "c");
    model_node(m, "MatMul", "project", "c w", "o");
    model_node(m, "MatMul", "up", "o w", "u");
    model_node(m, "MatMul", "open", "o w", "g");
    model_node(m, "Sigmoid", "gate", "g", "h");
    model_node(m, "Mul", "gated", "u h", "m");
    model_node(m, "MatMul", "head", "m w", "y");
    model_output(m, "y");
}
static void layers_know_what_they_are_in_attention(void **state)
{
    static const struct {
        const char *layer, *type, *group, *second;
    } cases[] = {{"query", "dense", "", "projection"},
                 {"key", "dense", "", "projection"},
                 {"value", "dense", "", "projection"},
                 {"scores", "mat-mul", "product", ""},
                 {"weights", "attention-softmax", "softmax", ""},
                 {"context", "mat-mul", "product", ""},
                 {"project", "dense", "", "projection"},
                 {"up", "dense", "", ""},
                 {"open", "dense", "", "gate"},
                 {"gated", "mul", "product", ""},
                 {"head", "dense", "", ""}};
    struct scene s;
    (void)state;
    open_scene(&s, attention, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_type(&s, cases[i].layer, cases[i].type, cases[i].group, cases[i].second);
    close_scene(&s);
}

static void what_is_stopped_carries_nothing(void **state)
{
    struct scene s;
    struct lrp_carriers stopped;
    (void)state;
    open_scene(&s, attention, NULL);
    bool *nodes = calloc((size_t)s.n.graph->node_count, sizeof *nodes);
    nodes[s.n.view->nodes[network_row(&s.n, "weights")->index].anchor] = true;
    check_ok(lrp_carriers_find(s.n.graph, nodes, NULL, &stopped, &s.n.err), &s.n.err);
    assert_true(stopped.carries[network_value(&s.n, "s")]);
    assert_false(stopped.carries[network_value(&s.n, "p")]);
    assert_true(stopped.carries[network_value(&s.n, "c")]);
    lrp_carriers_free(&stopped);
    free(nodes);
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relevance_goes_to_tokens_alone),
        cmocka_unit_test(without_a_source_the_first_floats_are_one),
        cmocka_unit_test(layers_know_what_they_are_in_attention),
        cmocka_unit_test(what_is_stopped_carries_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
