/* test_infinity.c: 0 times infinity is 0: roots and norms at 0, masks of -inf; relevance that integers show. */
#include <math.h>

#include "explain.h"
#include "model.h"

static void open_model(struct explanation *e, void (*make)(struct model *m), const char *composite)
{
    struct model m;
    *e = (struct explanation){0};
    model_start(&m, 17, 12);
    make(&m);
    model_output(&m, "y");
    network_build(&e->n, model_finish(&m), &(struct lrp_graph_options){.canonize = true});
    network_layers(&e->n, true);
    e->relevance = calloc((size_t)e->n.graph->value_count + 1, sizeof(struct lrp_tensor *));
    explain_rules(e, composite, LRP_CONVENTION_JULIA, NULL, 0);
}
static void expect(const struct explanation *e, const char *what, const char *value, const float *want, size_t count)
{
    const struct lrp_tensor *got = explain_relevance(e, value);
    assert_int_equal(got->count, count);
    for (size_t i = 0; i < count; i++)
        if (!(fabsf(got->f[i] - want[i]) <= 1e-5F))
            fail_msg("%s: R[%zu] of %s is %g, not %g", what, i, value, (double)got->f[i], (double)want[i]);
}

static void root(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_node(m, "Sqrt", "root", "x", "y");
}
static void power(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_scalar(m, "half", .5F);
    model_node(m, "Pow", "root", "x half", "y");
}
static void norm_of_rows(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 1});
    model_node(m, "ReduceL2", "norm", "x", "y");
    model_ints(m, "axes", 1, (int64_t[]){1});
}
/* The second is masked; what is left of softmax is 1 for the first. */
static void masked(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "mask", 2, (int64_t[]){1, 2}, (float[]){0, -INFINITY});
    model_node(m, "Add", "mask", "x mask", "s");
    model_node(m, "Softmax", "soft", "s", "y");
}

/* What nobody asks for is infinite: W = [1 inf; 2 1], the first of the outputs 3 and inf. */
static void infinite_weight(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "w", 2, (int64_t[]){2, 2}, (float[]){1, INFINITY, 2, 1});
    model_node(m, "MatMul", "dense", "x w", "y");
}

/* The same as convolutions, ... */
static void infinite_kernel(struct model *m)
{
    model_input(m, "x", 3, (int64_t[]){1, 1, 2});
    model_constant(m, "w", 3, (int64_t[]){2, 1, 2}, (float[]){1, 2, INFINITY, 1});
    model_node(m, "Conv", "conv", "x w", "y");
}
static void infinite_transposed_kernel(struct model *m)
{
    model_input(m, "x", 3, (int64_t[]){1, 2, 1});
    model_constant(m, "w", 3, (int64_t[]){2, 2, 1}, (float[]){1, INFINITY, 2, 1});
    model_node(m, "ConvTranspose", "conv", "x w", "y");
}
/* ... and number by number. */
static void infinite_factor(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "w", 2, (int64_t[]){1, 2}, (float[]){1, INFINITY});
    model_node(m, "Mul", "scale", "x w", "y");
}
/* An infinite input whose weight a rule leaves out: -x0 + 2 x1. */
static void negative_weight(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "w", 2, (int64_t[]){2, 1}, (float[]){-1, 2});
    model_node(m, "MatMul", "dense", "x w", "y");
}
static void negative_kernel(struct model *m)
{
    model_input(m, "x", 3, (int64_t[]){1, 1, 2});
    model_constant(m, "w", 3, (int64_t[]){1, 1, 2}, (float[]){-1, 2});
    model_constant(m, "b", 1, (int64_t[]){1}, (float[]){2});
    model_node(m, "Conv", "conv", "x w b", "y");
}

static void nothing_flows_where_a_factor_is_0(void **state)
{
    static const struct {
        const char *what;
        void (*make)(struct model *m);
        float x[2], start[2], expected[2];
        const char *composite; /* NULL: zero */
    } cases[] = {
        {"root", root, {0, 4}, {0, 1}, {0, .5F}, NULL}, /* a f'(a) / f(a) = 1/2 */
        {"root, asked at 0", root, {0, 4}, {1, 1}, {0, .5F}, NULL},
        {"power", power, {0, 4}, {1, 1}, {0, .5F}, NULL},
        {"norm", norm_of_rows, {0, 3}, {1, 1}, {0, 1}, NULL},
        {"infinite weight", infinite_weight, {1, 1}, {3, 0}, {1, 2}, NULL},
        {"infinite kernel", infinite_kernel, {1, 2}, {5, 0}, {1, 4}, NULL},
        {"infinite transposed kernel", infinite_transposed_kernel, {1, 1}, {3, 0}, {1, 2}, NULL},
        {"infinite factor", infinite_factor, {2, 1}, {2, 0}, {2, 0}, NULL},
        {"infinite input", negative_weight, {INFINITY, 1}, {2}, {0, 2}, "z-plus"},
        {"infinite input of a kernel", negative_kernel, {INFINITY, 1}, {4}, {0, 2}, "z-plus"}, /* the bias has half */
        {"mask", masked, {1, 2}, {1, 0}, {0, 0}, NULL},                                        /* p = 1: x (R - p R) */
        {"mask, asked at what is masked", masked, {1, 2}, {0, 1}, {-1, 0}, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct explanation e;
        open_model(&e, cases[i].make, cases[i].composite ? cases[i].composite : "zero");
        network_forward(&e.n, cases[i].x);
        explain_from(&e, cases[i].start);
        expect(&e, cases[i].what, "x", cases[i].expected, 2);
        explain_close(&e);
    }
}

/* Tokens 1 3 1 of a table: the rows' relevance, summed over what the table says of each. */
static void lookup(struct model *m)
{
    model_input(m, "ids", 2, (int64_t[]){1, 3});
    m->inputs[0].dtype = LRP_DTYPE_INT64;
    model_constant(m, "table", 2, (int64_t[]){4, 2}, (float[]){0, 1, 2, 3, 4, 5, 6, 7});
    model_node(m, "Gather", "word", "table ids", "e");
    model_node(m, "ReduceSum", "sum", "e", "y");
    model_int(m, "keepdims", 0);
}
/* x cos(places), places 0 and 1: the product is one of a carrier and a constant. */
static void turned(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_input(m, "places", 2, (int64_t[]){1, 2});
    m->inputs[1].dtype = LRP_DTYPE_INT64;
    model_node(m, "Cast", "cast", "places", "f");
    model_int(m, "to", LRP_DTYPE_FLOAT);
    model_node(m, "Cos", "cos", "f", "c");
    model_node(m, "Mul", "turn", "x c", "y");
}

static void give_integers(struct explanation *e, int input, const int64_t *numbers)
{
    struct lrp_tensor *t;
    const int value = e->n.graph->inputs[input];
    check_ok(lrp_tensor_new(LRP_DTYPE_INT64, e->n.graph->values[value].desc.shape, &t, &e->n.err), &e->n.err);
    memcpy(t->i, numbers, t->count * sizeof *numbers);
    e->n.values[value] = t;
}

static void tokens_have_the_relevance_of_their_rows(void **state)
{
    struct explanation e;
    (void)state;
    open_model(&e, lookup, "zero");
    network_clear_values(&e.n);
    give_integers(&e, 0, (int64_t[]){1, 3, 1});
    check_ok(network_try_run(&e.n), &e.n.err);
    explain_from(&e, (float[]){23}); /* the sum itself: every number has itself */
    expect(&e, "tokens", "ids", (float[]){5, 13, 5}, 3);
    explain_close(&e);
}

static void constants_have_none_of_a_product(void **state)
{
    struct explanation e;
    (void)state;
    open_model(&e, turned, "zero");
    network_clear_values(&e.n);
    network_give(&e.n, 0, (float[]){1, 2});
    give_integers(&e, 1, (int64_t[]){0, 1});
    check_ok(network_try_run(&e.n), &e.n.err);
    explain_from(&e, (float[]){0, 1});
    expect(&e, "product", "x", (float[]){0, 1}, 2);
    explain_close(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_flows_where_a_factor_is_0),
        cmocka_unit_test(tokens_have_the_relevance_of_their_rows),
        cmocka_unit_test(constants_have_none_of_a_product),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
