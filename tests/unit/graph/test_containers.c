/* test_containers.c: attention found by its wiring, whatever its layers are called, and nothing else taken for it. */
#include <stdio.h>

#include "model.h"
#include "network.h"

static void dense(struct model *m, const char *name, const char *in, const char *out)
{
    char weights[32], inputs[64];
    snprintf(weights, sizeof weights, "%s_w", name);
    snprintf(inputs, sizeof inputs, "%s %s", in, weights);
    model_constant(m, weights, 2, (int64_t[]){8, 8}, NULL);
    model_node(m, "MatMul", name, inputs, out);
}
static void start(struct model *m)
{
    model_start(m, 13, 24);
    model_input(m, "x", 3, (int64_t[]){1, 5, 8});
    dense(m, "embed", "x", "e");
}
/* scores, softmax, mixture of q, k, v of shape (1, 5, 8), or NULL for no softmax */
static void core(struct model *m, const char *softmax)
{
    model_scalar(m, "scale", .5F);
    model_node(m, "Transpose", "turn", "k", "kt");
    model_ints(m, "perm", 3, (int64_t[]){0, 2, 1});
    model_node(m, "MatMul", "scores", "q kt", "s");
    model_node(m, "Mul", "scaled", "s scale", "ss");
    model_node(m, softmax, "weights", "ss", "p");
    model_node(m, "MatMul", "mix", "p v", "o");
}
static void separate(struct model *m)
{
    start(m);
    dense(m, "q", "e", "q");
    dense(m, "k", "e", "k");
    dense(m, "v", "e", "v");
    core(m, "Softmax");
    dense(m, "proj", "o", "a");
    model_node(m, "Add", "residual", "a e", "r");
    dense(m, "head", "r", "y");
    model_output(m, "y");
}
static void fused(struct model *m)
{
    start(m);
    model_constant(m, "qkv_w", 2, (int64_t[]){8, 24}, NULL);
    model_node(m, "MatMul", "a/qkv", "e qkv_w", "qkv");
    model_node(m, "Split", "a/split", "qkv", "q k v");
    model_int(m, "axis", 2);
    core(m, "Softmax");
    dense(m, "a/proj", "o", "a");
    model_node(m, "Add", "residual", "a e", "y");
    model_output(m, "y");
}
/* keys and values of another sequence come first, then layers of something else, that the head needs */
static void mixed(struct model *m)
{
    start(m);
    dense(m, "k", "e", "k");
    dense(m, "other", "e", "z");
    dense(m, "q", "e", "q");
    dense(m, "v", "e", "v");
    core(m, "Softmax");
    dense(m, "proj", "o", "a");
    model_node(m, "Add", "residual", "a z", "y");
    model_output(m, "y");
}
static void without_softmax(struct model *m)
{
    start(m);
    dense(m, "q", "e", "q");
    dense(m, "k", "e", "k");
    dense(m, "v", "e", "v");
    core(m, "Sigmoid");
    dense(m, "proj", "o", "y");
    model_output(m, "y");
}
static void without_projection(struct model *m)
{
    start(m);
    dense(m, "q", "e", "q");
    dense(m, "k", "e", "k");
    dense(m, "v", "e", "v");
    core(m, "Softmax");
    model_node(m, "Add", "residual", "o e", "y");
    model_output(m, "y");
}
static void classifier(struct model *m)
{
    start(m);
    model_node(m, "Softmax", "probabilities", "e", "y");
    model_output(m, "y");
}

static const struct {
    void (*make)(struct model *m);
    const char *first, *last, *name; /* NULL: no container */
} cases[] = {
    {separate, "q", "proj", "proj"},     {fused, "a/qkv", "a/proj", "a"},         {mixed, "q", "proj", "proj"},
    {without_softmax, NULL, NULL, NULL}, {without_projection, "q", "mix", "mix"}, {classifier, NULL, NULL, NULL},
};

static void attention_is_found_by_its_wiring(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model m;
        struct network n = {0};
        cases[i].make(&m);
        network_build(&n, model_finish(&m), &(struct lrp_graph_options){.canonize = true});
        network_layers(&n, true);
        const struct lrp_layer_list *list = &n.view->list;
        assert_int_equal(list->container_count, cases[i].first != NULL);
        if (cases[i].first) {
            const struct lrp_container *c = &list->containers[0];
            assert_string_equal(c->kind, "attention");
            assert_string_equal(c->name, cases[i].name);
            assert_string_equal(list->rows[c->first].name, cases[i].first);
            assert_string_equal(list->rows[c->last].name, cases[i].last);
            assert_int_equal(c->parent, -1);
        }
        network_close(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attention_is_found_by_its_wiring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
