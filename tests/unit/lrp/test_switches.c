/* test_switches.c: what a composite leaves to the user: attention and gates; rules in attention, by numbers worked out outside.
 */
#include <math.h>

#include "explain.h"
#include "model.h"

/* One head of attention, causal, scale 1/sqrt 2, of three inputs. */
static void attention(struct model *m)
{
    const float minus = -INFINITY;
    model_input(m, "q", 2, (int64_t[]){2, 2});
    model_input(m, "k", 2, (int64_t[]){2, 2});
    model_input(m, "v", 2, (int64_t[]){2, 2});
    model_constant(m, "scale", 1, (int64_t[]){1}, (float[]){.70710678118F});
    model_constant(m, "mask", 2, (int64_t[]){2, 2}, (float[]){0, minus, 0, 0});
    model_node(m, "Transpose", "turn", "k", "kt");
    model_node(m, "MatMul", "scores", "q kt", "raw");
    model_node(m, "Mul", "scaled", "raw scale", "t");
    model_node(m, "Add", "masked", "t mask", "s");
    model_node(m, "Softmax", "weights", "s", "p");
    model_node(m, "MatMul", "context", "p v", "y");
    model_output(m, "y");
}
/* (x U) sigmoid(x G): U = 2, G = 1. */
static void gated(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 1});
    model_constant(m, "u", 2, (int64_t[]){1, 1}, (float[]){2});
    model_constant(m, "g", 2, (int64_t[]){1, 1}, (float[]){1});
    model_node(m, "MatMul", "up", "x u", "a");
    model_node(m, "MatMul", "open", "x g", "b");
    model_node(m, "Sigmoid", "gate", "b", "c");
    model_node(m, "Mul", "product", "a c", "y");
    model_output(m, "y");
}

static void open_model(struct explanation *e, void (*make)(struct model *m))
{
    struct model m;
    *e = (struct explanation){0};
    model_start(&m, 17, 12);
    make(&m);
    network_build(&e->n, model_finish(&m), &(struct lrp_graph_options){.canonize = true});
    network_layers(&e->n, true);
    e->relevance = calloc((size_t)e->n.graph->value_count + 1, sizeof(struct lrp_tensor *));
}

static void assign(struct explanation *e, const char *composite, const char *attention_word, const char *gates)
{
    struct network *n = &e->n;
    lrp_assignment_free(&e->assignment);
    lrp_composite_free(e->composite);
    check_ok(lrp_composite_parse(composite, NULL, LRP_CONVENTION_JULIA, &e->composite, &n->err), &n->err);
    check_ok(lrp_composite_set(e->composite, LRP_SWITCH_ATTENTION, attention_word, &n->err), &n->err);
    check_ok(lrp_composite_set(e->composite, LRP_SWITCH_GATES, gates, &n->err), &n->err);
    check_ok(lrp_assign(n->graph, n->view, e->composite, NULL, 0, &e->assignment, &n->err), &n->err);
}

static void expect(const struct explanation *e, const char *value, const float *want, size_t count)
{
    const struct lrp_tensor *got = explain_relevance(e, value);
    for (size_t i = 0; i < count; i++)
        if (!(fabsf(got->f[i] - want[i]) <= 2e-6F))
            fail_msg("%s[%zu] is %.9g, not %.9g", value, i, (double)got->f[i], (double)want[i]);
}

static void attention_follows_attnlrp_or_takes_its_weights_as_constants(void **state)
{
    static const struct {
        const char *composite, *word;
        bool constant;
    } cases[] = {{"attnlrp", "", false}, {"attnlrp", "cp", true},      {"cp-lrp", "", true},
                 {"relp", "", true},     {"cp-lrp", "attnlrp", false}, {"vit-gamma", "", true}};
    static const float v[] = {.05173396F, .204571053F, .44826604F, .295428947F}, q[] = {0, 0, -.000155263F, .000621053F},
                       k[] = {-.000310527F, -.000621053F, .000155263F, .001242106F},
                       v_alone[] = {.10346792F, .409142107F, .89653208F, .590857893F}, none[4] = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct explanation e;
        open_model(&e, attention);
        assign(&e, cases[i].composite, cases[i].word, "");
        network_clear_values(&e.n);
        network_give(&e.n, 0, (float[]){1, 1, 1, 2});
        network_give(&e.n, 1, (float[]){1, 1, .5F, 2});
        network_give(&e.n, 2, (float[]){1, 2, 3, 1});
        check_ok(network_try_run(&e.n), &e.n.err);
        explain_from(&e, (float[]){0, 0, 1, 1});
        expect(&e, "v", cases[i].constant ? v_alone : v, 4);
        expect(&e, "q", cases[i].constant ? none : q, 4);
        expect(&e, "k", cases[i].constant ? none : k, 4);
        explain_close(&e);
    }
}

/* Half of R for the gate, whose activation passes it on, or nothing. */
static void gates_get_half_or_nothing(void **state)
{
    static const struct {
        const char *composite, *word;
        float signal;
    } cases[] = {{"attnlrp", "", .5F}, {"attnlrp", "stop", 1}, {"cp-lrp", "", 1}, {"cp-lrp", "half", .5F}, {"relp", "", .5F}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct explanation e;
        open_model(&e, gated);
        assign(&e, cases[i].composite, "", cases[i].word);
        network_forward(&e.n, (float[]){3});
        explain_from(&e, (float[]){1});
        expect(&e, "a", &cases[i].signal, 1);
        expect(&e, "x", (float[]){1}, 1);
        explain_close(&e);
    }
}

static void words_that_are_none_are_refused(void **state)
{
    struct lrp_error err;
    (void)state;
    check_fails(lrp_composite_check_switch(LRP_SWITCH_ATTENTION, "zero", &err), &err, LRP_USAGE, "attnlrp or cp");
    check_fails(lrp_composite_check_switch(LRP_SWITCH_GATES, "cp", &err), &err, LRP_USAGE, "half or stop");
    check_ok(lrp_composite_check_switch(LRP_SWITCH_GATES, "", &err), &err);
}

/* A model has attention's composite if it has attention, and the convention knows one. */
static void the_default_depends_on_the_kind_of_model(void **state)
{
    struct explanation e;
    (void)state;
    open_model(&e, attention);
    assert_string_equal(lrp_composite_default(&e.n.view->list, LRP_CONVENTION_JULIA, "others"), "attnlrp");
    assert_string_equal(lrp_composite_default(&e.n.view->list, LRP_CONVENTION_LXT, "others"), "attnlrp");
    assert_string_equal(lrp_composite_default(&e.n.view->list, LRP_CONVENTION_ZENNIT, "others"), "others");
    explain_close(&e);
    open_model(&e, gated);
    assert_string_equal(lrp_composite_default(&e.n.view->list, LRP_CONVENTION_JULIA, "others"), "others");
    explain_close(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attention_follows_attnlrp_or_takes_its_weights_as_constants),
        cmocka_unit_test(gates_get_half_or_nothing),
        cmocka_unit_test(words_that_are_none_are_refused),
        cmocka_unit_test(the_default_depends_on_the_kind_of_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
