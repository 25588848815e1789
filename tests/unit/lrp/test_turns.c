/* test_turns.c: If, Loop and Scan run, and gradients and relevance go through them turn by turn. Numbers by hand. */
#include "ledger.h"
#include "lrp/explain.h"
#include "model.h"

enum { RELEVANCE, GRADIENT }; /* places in the table of methods */

static void scalar_of(struct model *m, const char *name, enum lrp_dtype dtype, int64_t value)
{
    const struct lrp_blob *blob = model_blob(m, name, dtype, 0, NULL, sizeof value);
    memcpy((void *)(uintptr_t)blob->raw, &value, lrp_dtype_size(dtype));
}
static void input_of(struct model *m, const char *name, enum lrp_dtype dtype)
{
    model_value(m, m->inputs, &m->definition->input_count, name, 0, NULL)->dtype = dtype;
}
static void output_of(struct model *m, const char *name, enum lrp_dtype dtype)
{
    model_value(m, m->outputs, &m->definition->output_count, name, -1, NULL)->dtype = dtype;
}

static void open_model(struct explanation *e, struct model *m)
{
    *e = (struct explanation){0};
    network_build(&e->n, model_finish(m), &(struct lrp_graph_options){.canonize = true});
    network_layers(&e->n, true);
    e->relevance = calloc((size_t)e->n.graph->value_count + 1, sizeof(struct lrp_tensor *));
    assert_non_null(e->relevance);
    explain_rules(e, "zero", LRP_CONVENTION_JULIA, NULL, 0);
}

static void expect(struct explanation *e, int method, const float *start, const float *want, size_t count)
{
    e->method = lrp_method_row((size_t)method);
    explain_from(e, start);
    check_f32_array(explain_relevance(e, "x")->f, want, count, 1e-5);
}

/* All that came in and did not go out has a cause. */
static void ledger_is_even(struct explanation *e, const float *start)
{
    struct lrp_tensor *t = explain_start(e, start);
    struct lrp_ledger *ledger = NULL;
    e->method = lrp_method_row(RELEVANCE);
    explain_from(e, start);
    const struct lrp_propagation p = explain_propagation(e, t);
    check_ok(lrp_ledger_make(&p, e->relevance, NAN, NULL, &ledger, &e->n.err), &e->n.err);
    for (size_t i = 1; i < ledger->count; i++) assert_true(fabs(ledger->rows[i].causes[LRP_CAUSE_OTHER]) < 1e-5);
    lrp_ledger_free(ledger);
    lrp_tensor_release(t);
}

/* c = c x + 1, `turns` times from c = x; the product of every turn is kept. */
static void loop_model(struct model *m, int64_t turns, const char *inputs, const char *outputs)
{
    struct model body;
    model_start(m, 13, 1);
    model_input(m, "x", 1, (int64_t[]){1});
    scalar_of(m, "n", LRP_DTYPE_INT64, turns);
    scalar_of(m, "true", LRP_DTYPE_BOOL, 1);
    model_node(m, "Loop", "loop", inputs, outputs);
    model_start(&body, 13, 3);
    input_of(&body, "i", LRP_DTYPE_INT64);
    input_of(&body, "go", LRP_DTYPE_BOOL);
    model_input(&body, "c", 1, (int64_t[]){1});
    model_scalar(&body, "one", 1);
    model_node(&body, "Mul", "product", "c x", "p");
    model_node(&body, "Add", "sum", "p one", "q");
    model_node(&body, "Identity", "still", "go", "on");
    output_of(&body, "on", LRP_DTYPE_BOOL);
    model_output(&body, "q");
    model_output(&body, "p");
    model_body(m, "body", &body);
}

/* x = 2: products 4 and 10, c = 11; dc/dx = 3x^2 + 1. Relevance: 10/11 to the last product, half of it to x, half to c = 5, of
 * which 4/5 come from the product before, all of it x. */
static void a_loop_is_its_turns(void **state)
{
    struct model m;
    struct explanation e;
    (void)state;
    loop_model(&m, 2, "n true x", "y products");
    model_output(&m, "y");
    model_output(&m, "products");
    open_model(&e, &m);
    network_forward(&e.n, (float[]){2});
    check_f32_array(network_output(&e.n)->f, (float[]){11}, 1, 0);
    check_f32_array(network_activation(&e.n, "products")->f, ((float[]){4, 10}), 2, 0);
    expect(&e, GRADIENT, (float[]){1}, (float[]){13}, 1);
    expect(&e, RELEVANCE, (float[]){1}, (float[]){9.0F / 11}, 1);
    ledger_is_even(&e, (float[]){1});
    assert_true(network_row(&e.n, "loop")->executable && network_row(&e.n, "loop")->differentiable);
    assert_true(network_row(&e.n, "product")->executable);
    explain_close(&e);
}

/* Relevance of what is kept of every turn: d(p1 + p2)/dx = 2x + 3x^2 + 1 */
/* Each of the two turns leaves several numbers behind, of four bytes each. */
static void turns_keep_no_more_than_they_may(void **state)
{
    struct model m;
    struct explanation e;
    struct lrp_tensor *start;
    (void)state;
    loop_model(&m, 2, "n true x", "y products");
    model_output(&m, "y");
    open_model(&e, &m);
    network_forward(&e.n, (float[]){2});
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &network_output(&e.n)->shape, &start, &e.n.err), &e.n.err);
    start->f[0] = 1;
    lrp_engine_limit_turns(e.n.engine, 1000);
    check_ok(explain_try_tensor(&e, start), &e.n.err);
    lrp_engine_limit_turns(e.n.engine, 8);
    check_fails(explain_try_tensor(&e, start), &e.n.err, LRP_MEMORY, "1 turns keep");
    lrp_tensor_release(start);
    explain_close(&e);
}

static void what_a_loop_keeps_is_explained(void **state)
{
    struct model m;
    struct explanation e;
    (void)state;
    loop_model(&m, 2, "n - x", "y products");
    model_output(&m, "products");
    open_model(&e, &m);
    network_forward(&e.n, (float[]){2});
    expect(&e, GRADIENT, (float[]){1, 1}, (float[]){17}, 1);
    ledger_is_even(&e, (float[]){1, 1});
    explain_close(&e);
}

static void no_turn_at_all(void **state)
{
    struct model m;
    struct explanation e;
    (void)state;
    loop_model(&m, 0, "n true x", "y products");
    model_output(&m, "y");
    model_output(&m, "products");
    open_model(&e, &m);
    network_forward(&e.n, (float[]){2});
    check_f32_array(network_output(&e.n)->f, (float[]){2}, 1, 0);
    assert_int_equal(network_activation(&e.n, "products")->count, 0);
    expect(&e, RELEVANCE, (float[]){1}, (float[]){1}, 1);
    explain_close(&e);
}

static bool asked_often(void *data)
{
    return ++*(int *)data > 1000;
}

static void a_loop_without_end_is_stopped(void **state)
{
    struct model m;
    struct explanation e;
    int asked = 0;
    const struct lrp_run run = {.threads = 1, .should_stop = asked_often, .data = &asked};
    (void)state;
    loop_model(&m, 1, "- true x", "y");
    model_output(&m, "y");
    open_model(&e, &m);
    network_give(&e.n, 0, (float[]){0.5F});
    assert_int_equal(lrp_engine_forward(e.n.engine, e.n.values, e.n.graph->outputs[0], &run, NULL, NULL, &e.n.err),
                     LRP_CANCELLED);
    check_fails(network_try_run(&e.n), &e.n.err, LRP_UNSUPPORTED, "layer loop: it does not end: it was stopped after");
    explain_close(&e);
}

/* x > 0 in all: 3 x; else x x. Which one is known when it runs. */
static void a_branch_is_chosen_when_it_runs(void **state)
{
    struct model m, body;
    struct explanation e;
    (void)state;
    model_start(&m, 13, 3);
    model_input(&m, "x", 1, (int64_t[]){2});
    model_scalar(&m, "zero", 0);
    model_node(&m, "ReduceMin", "least", "x", "l");
    model_int(&m, "keepdims", 0);
    model_node(&m, "Greater", "positive", "l zero", "c");
    model_node(&m, "If", "if", "c", "y");
    for (int k = 0; k < 2; k++) {
        model_start(&body, 13, 1);
        model_scalar(&body, "three", 3);
        model_node(&body, "Mul", k ? "square" : "thrice", k ? "x x" : "x three", "z");
        model_output(&body, "z");
        model_body(&m, k ? "else_branch" : "then_branch", &body);
    }
    model_output(&m, "y");
    open_model(&e, &m);
    network_forward(&e.n, (float[]){1, 2});
    check_f32_array(network_output(&e.n)->f, ((float[]){3, 6}), 2, 0);
    expect(&e, GRADIENT, (float[]){1, 1}, (float[]){3, 3}, 2);
    network_forward(&e.n, (float[]){-1, 2});
    check_f32_array(network_output(&e.n)->f, ((float[]){1, 4}), 2, 0);
    expect(&e, GRADIENT, (float[]){1, 1}, (float[]){-2, 4}, 2);
    expect(&e, RELEVANCE, (float[]){1, 1}, (float[]){1, 1}, 2);
    ledger_is_even(&e, (float[]){1, 1});
    explain_close(&e);
}

/* s = s + x_t, y_t = s x_t, the last y first; with x = 1 2 3 dsum(y)/dx = 2x1+x2+x3 ... */
static void a_scan_is_its_turns(void **state)
{
    struct model m, body;
    struct explanation e;
    (void)state;
    model_start(&m, 11, 1);
    model_input(&m, "x", 2, (int64_t[]){1, 3});
    model_scalar(&m, "s0", 0);
    model_node(&m, "Scan", "scan", "s0 x", "last y");
    model_int(&m, "num_scan_inputs", 1);
    model_ints(&m, "scan_input_axes", 1, (int64_t[]){-1});
    model_ints(&m, "scan_output_axes", 1, (int64_t[]){1});
    model_ints(&m, "scan_output_directions", 1, (int64_t[]){1});
    model_start(&body, 11, 2);
    model_input(&body, "s", -1, NULL);
    model_input(&body, "t", 1, (int64_t[]){1});
    model_node(&body, "Add", "running", "s t", "s1");
    model_node(&body, "Mul", "product", "s1 t", "p");
    model_output(&body, "s1");
    model_output(&body, "p");
    model_body(&m, "body", &body);
    model_output(&m, "y");
    open_model(&e, &m);
    network_forward(&e.n, (float[]){1, 2, 3});
    check_f32_array(network_output(&e.n)->f, ((float[]){18, 6, 1}), 3, 0);
    expect(&e, GRADIENT, (float[]){1, 1, 1}, (float[]){7, 8, 9}, 3);
    /* y3 = 18: half to x3; half to s = 6 = 1 + 2 + 3, shared by size */
    expect(&e, RELEVANCE, (float[]){1, 0, 0}, (float[]){1.0F / 12, 2.0F / 12, 0.5F + 3.0F / 12}, 3);
    ledger_is_even(&e, (float[]){1, 1, 1});
    explain_close(&e);
}

/* v = [v, x], three times: shapes grow from turn to turn, and what is behind the loop learns them when it runs. */
static void shapes_may_grow(void **state)
{
    struct model m, body;
    struct explanation e;
    (void)state;
    model_start(&m, 13, 3);
    model_input(&m, "x", 1, (int64_t[]){2});
    scalar_of(&m, "n", LRP_DTYPE_INT64, 3);
    model_node(&m, "Loop", "loop", "n - x", "v");
    model_start(&body, 13, 2);
    input_of(&body, "i", LRP_DTYPE_INT64);
    input_of(&body, "go", LRP_DTYPE_BOOL);
    model_input(&body, "c", -1, NULL);
    model_node(&body, "Concat", "longer", "c x", "d");
    model_int(&body, "axis", 0);
    model_node(&body, "Identity", "still", "go", "on");
    output_of(&body, "on", LRP_DTYPE_BOOL);
    model_output(&body, "d");
    model_body(&m, "body", &body);
    model_node(&m, "Relu", "relu", "v", "r");
    model_node(&m, "ReduceSum", "total", "r", "y");
    model_int(&m, "keepdims", 0);
    model_output(&m, "y");
    open_model(&e, &m);
    network_forward(&e.n, (float[]){1, 2});
    check_f32_array(network_output(&e.n)->f, (float[]){12}, 1, 0);
    assert_int_equal(network_activation(&e.n, "v")->count, 8);
    expect(&e, GRADIENT, (float[]){1}, (float[]){4, 4}, 2);
    expect(&e, RELEVANCE, (float[]){1}, (float[]){4.0F / 12, 8.0F / 12}, 2);
    network_forward(&e.n, (float[]){-1, 2});
    expect(&e, GRADIENT, (float[]){1}, (float[]){0, 4}, 2);
    explain_close(&e);
}

/* A branch inside a loop: c + x in odd turns, c x in even ones; x = 3, three turns from 3: 9, 12, 36. */
static void bodies_in_bodies(void **state)
{
    struct model m, body, branch;
    struct explanation e;
    (void)state;
    model_start(&m, 13, 1);
    model_input(&m, "x", 1, (int64_t[]){1});
    scalar_of(&m, "n", LRP_DTYPE_INT64, 3);
    model_node(&m, "Loop", "loop", "n - x", "y");
    model_start(&body, 13, 4);
    input_of(&body, "i", LRP_DTYPE_INT64);
    input_of(&body, "go", LRP_DTYPE_BOOL);
    model_input(&body, "c", -1, NULL);
    scalar_of(&body, "two", LRP_DTYPE_INT64, 2);
    model_node(&body, "Mod", "mod", "i two", "odd");
    model_node(&body, "Cast", "cast", "odd", "is_odd");
    model_int(&body, "to", LRP_DTYPE_BOOL);
    model_node(&body, "If", "if", "is_odd", "d");
    for (int k = 0; k < 2; k++) {
        model_start(&branch, 13, 1);
        model_node(&branch, k ? "Mul" : "Add", k ? "mul" : "add", "c x", "z");
        model_output(&branch, "z");
        model_body(&body, k ? "else_branch" : "then_branch", &branch);
    }
    model_node(&body, "Identity", "still", "go", "on");
    output_of(&body, "on", LRP_DTYPE_BOOL);
    model_output(&body, "d");
    model_body(&m, "body", &body);
    model_output(&m, "y");
    open_model(&e, &m);
    network_forward(&e.n, (float[]){3});
    check_f32_array(network_output(&e.n)->f, (float[]){36}, 1, 0);
    expect(&e, GRADIENT, (float[]){1}, (float[]){33}, 1); /* (x^2 + x) x: 3x^2 + 2x */
    expect(&e, RELEVANCE, (float[]){1}, (float[]){1}, 1);
    ledger_is_even(&e, (float[]){1});
    explain_close(&e);
}

/* x in three pieces; the last comes first, the second is taken out, the first squared: y = [x3, x1 x1]. */
static void sequences_hand_on_what_they_hold(void **state)
{
    struct model m;
    struct explanation e;
    (void)state;
    model_start(&m, 13, 8);
    model_input(&m, "x", 1, (int64_t[]){3});
    for (int64_t k = 0; k < 3; k++) scalar_of(&m, (const char *[]){"0", "1", "2"}[k], LRP_DTYPE_INT64, k);
    model_node(&m, "SplitToSequence", "split", "x", "pieces");
    model_node(&m, "SequenceAt", "first", "pieces 0", "a");
    model_node(&m, "SequenceAt", "third", "pieces 2", "c");
    model_node(&m, "Mul", "square", "a a", "aa");
    model_node(&m, "SequenceErase", "without", "pieces 1", "two");
    model_node(&m, "SequenceInsert", "with", "two aa 1", "three");
    model_node(&m, "SequenceErase", "last", "three 0", "rest");
    model_node(&m, "ConcatFromSequence", "joined", "rest", "y");
    model_int(&m, "axis", 0);
    model_output(&m, "y");
    open_model(&e, &m);
    network_forward(&e.n, (float[]){3, 4, 5});
    check_f32_array(network_output(&e.n)->f, ((float[]){9, 5}), 2, 0);
    expect(&e, GRADIENT, (float[]){1, 1}, (float[]){6, 0, 1}, 3);
    expect(&e, RELEVANCE, (float[]){1, 2}, (float[]){1, 0, 2}, 3);
    ledger_is_even(&e, (float[]){1, 2});
    explain_close(&e);
}

/* A loop that collects x, x x, x x x in a sequence, as exporters write it; put together along a new axis. */
static void a_loop_fills_a_sequence(void **state)
{
    struct model m, body;
    struct explanation e;
    (void)state;
    model_start(&m, 13, 3);
    model_input(&m, "x", 1, (int64_t[]){1});
    scalar_of(&m, "n", LRP_DTYPE_INT64, 3);
    model_scalar(&m, "one", 1);
    model_node(&m, "SequenceEmpty", "empty", "", "none");
    model_node(&m, "Loop", "loop", "n - none one", "all last");
    model_start(&body, 13, 3);
    input_of(&body, "i", LRP_DTYPE_INT64);
    input_of(&body, "go", LRP_DTYPE_BOOL);
    model_input(&body, "list", -1, NULL);
    model_input(&body, "c", -1, NULL);
    model_node(&body, "Mul", "power", "c x", "d");
    model_node(&body, "SequenceInsert", "insert", "list d", "longer");
    model_node(&body, "Identity", "still", "go", "on");
    output_of(&body, "on", LRP_DTYPE_BOOL);
    model_output(&body, "longer");
    model_output(&body, "d");
    model_body(&m, "body", &body);
    model_node(&m, "ConcatFromSequence", "joined", "all", "y");
    model_int(&m, "axis", 0);
    model_int(&m, "new_axis", 1);
    model_output(&m, "y");
    open_model(&e, &m);
    network_forward(&e.n, (float[]){2});
    check_f32_array(network_output(&e.n)->f, ((float[]){2, 4, 8}), 3, 0);
    expect(&e, GRADIENT, (float[]){1, 1, 1}, (float[]){17}, 1); /* 1 + 2x + 3x^2 */
    explain_close(&e);
}

/* Every item squared, by a body; and what is optional is the value itself. */
static void a_body_for_every_item(void **state)
{
    struct model m, body;
    struct explanation e;
    (void)state;
    model_start(&m, 17, 5);
    model_input(&m, "x", 1, (int64_t[]){3});
    model_node(&m, "Optional", "optional", "x", "o");
    model_node(&m, "OptionalGetElement", "get", "o", "g");
    model_node(&m, "SplitToSequence", "split", "g", "pieces");
    model_node(&m, "SequenceMap", "map", "pieces x", "squares");
    model_start(&body, 17, 2);
    model_input(&body, "item", -1, NULL);
    model_input(&body, "whole", -1, NULL);
    model_node(&body, "ReduceSum", "total", "whole", "t");
    model_node(&body, "Mul", "product", "item t", "p");
    model_output(&body, "p");
    model_body(&m, "body", &body);
    model_node(&m, "ConcatFromSequence", "joined", "squares", "y");
    model_int(&m, "axis", 0);
    model_output(&m, "y");
    open_model(&e, &m);
    network_forward(&e.n, (float[]){1, 2, 3});
    check_f32_array(network_output(&e.n)->f, ((float[]){6, 12, 18}), 3, 0);
    expect(&e, GRADIENT, (float[]){1, 1, 1}, (float[]){12, 12, 12}, 3);
    ledger_is_even(&e, (float[]){1, 1, 1});
    explain_close(&e);
}

static void what_does_not_fit_says_so(void **state)
{
    static const char *const messages[] = {"layer loop: its body does not fit to its inputs and outputs",
                                           "layer first: it reads later, which nothing makes before it",
                                           "layer loop: one of the outputs of its body is made by nothing"};
    struct model m, body;
    struct explanation e;
    (void)state;
    for (int k = 0; k < 3; k++) {
        model_start(&m, 13, 1);
        model_input(&m, "x", 1, (int64_t[]){1});
        scalar_of(&m, "n", LRP_DTYPE_INT64, 1);
        model_node(&m, "Loop", "loop", k ? "n - x" : "n -", "y");
        model_start(&body, 13, 2);
        input_of(&body, "i", LRP_DTYPE_INT64);
        input_of(&body, "go", LRP_DTYPE_BOOL);
        model_input(&body, "c", -1, NULL);
        model_node(&body, "Neg", "first", k == 1 ? "later" : "x", "d");
        model_node(&body, "Neg", "second", "x", "later");
        output_of(&body, k == 2 ? "nowhere" : "go", LRP_DTYPE_BOOL);
        model_output(&body, "d");
        model_body(&m, "body", &body);
        model_output(&m, "y");
        open_model(&e, &m);
        network_give(&e.n, 0, (float[]){1});
        check_fails(network_try_run(&e.n), &e.n.err, LRP_FILE, messages[k]);
        explain_close(&e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loop_is_its_turns),
        cmocka_unit_test(turns_keep_no_more_than_they_may),
        cmocka_unit_test(what_a_loop_keeps_is_explained),
        cmocka_unit_test(no_turn_at_all),
        cmocka_unit_test(a_loop_without_end_is_stopped),
        cmocka_unit_test(a_branch_is_chosen_when_it_runs),
        cmocka_unit_test(a_scan_is_its_turns),
        cmocka_unit_test(shapes_may_grow),
        cmocka_unit_test(bodies_in_bodies),
        cmocka_unit_test(sequences_hand_on_what_they_hold),
        cmocka_unit_test(a_loop_fills_a_sequence),
        cmocka_unit_test(a_body_for_every_item),
        cmocka_unit_test(what_does_not_fit_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
