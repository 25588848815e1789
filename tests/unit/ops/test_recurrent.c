/* test_recurrent.c: LSTM, GRU, RNN against onnxruntime's numbers, their vjps against differences, their relevance against the
 * cells written out; the numbers are made by make_recurrent.py. */
#include "ops/vjp_check.h"
#include "relevance.h"

enum { STEPS = 3, BATCH = 2, WIDTH = 2 };
struct recurrent_case {
    const char *op, *direction;
    const float *X, *W, *R, *B, *h, *c, *P; /* NULL: left out */
    bool lengths;                           /* 3 and 2 */
    int layout, linear_before_reset, input_forget;
    float clip;
    const char *const *activations;
    const float *alpha, *beta;
    size_t activation_count, alpha_count, beta_count;
    const float *y[3], *s[3];
    const float *relevance[2][3]; /* gates stopped or sharing: of X and both first states, start s */
};
#include "recurrent_numbers.h"

static void settings(struct test_call *t, const struct recurrent_case *c)
{
    if (c->direction) test_string(t, "direction", c->direction);
    if (c->layout) test_int(t, "layout", c->layout);
    if (c->linear_before_reset) test_int(t, "linear_before_reset", 1);
    if (c->input_forget) test_int(t, "input_forget", 1);
    if (c->clip > 0) test_float(t, "clip", c->clip);
    struct lrp_attribute *a = t->attributes;
    if (c->activations)
        a[t->call.attribute_count++] = (struct lrp_attribute){
            .name = "activations", .kind = LRP_ATTRIBUTE_STRINGS, .strings = c->activations, .count = c->activation_count};
    if (c->alpha)
        a[t->call.attribute_count++] = (struct lrp_attribute){
            .name = "activation_alpha", .kind = LRP_ATTRIBUTE_FLOATS, .floats = c->alpha, .count = c->alpha_count};
    if (c->beta)
        a[t->call.attribute_count++] = (struct lrp_attribute){
            .name = "activation_beta", .kind = LRP_ATTRIBUTE_FLOATS, .floats = c->beta, .count = c->beta_count};
}

static void lengths(struct test_call *t, const struct recurrent_case *c)
{
    static const struct lrp_shape shape = {1, {BATCH}};
    const int i = t->call.in_count++;
    if (!c->lengths) return;
    assert_int_equal(lrp_tensor_new(LRP_DTYPE_INT32, &shape, &t->inputs[i], NULL), LRP_OK);
    t->inputs[i]->i[0] = 3;
    t->inputs[i]->i[1] = 2;
    t->in[i] = (struct lrp_desc){.present = true, .dtype = LRP_DTYPE_INT32, .shape = &shape};
}

/* `fixed`: weights are constants. */
static void open_case(struct test_call *t, const struct recurrent_case *c, bool fixed)
{
    const int64_t gates = strcmp(c->op, "LSTM") == 0 ? 4 : strcmp(c->op, "GRU") == 0 ? 3 : 1;
    const int64_t d = c->direction && strcmp(c->direction, "bidirectional") == 0 ? 2 : 1;
    const int64_t state[] = {c->layout ? BATCH : d, c->layout ? d : BATCH, WIDTH};
    test_call_start(t, "", c->op, 14);
    test_input(t, false, c->X, 3, (const int64_t[]){c->layout ? BATCH : STEPS, c->layout ? STEPS : BATCH, WIDTH});
    test_input(t, fixed, c->W, 3, (const int64_t[]){d, gates * WIDTH, WIDTH});
    test_input(t, fixed, c->R, 3, (const int64_t[]){d, gates * WIDTH, WIDTH});
    test_input(t, fixed, c->B, c->B ? 2 : -1, (const int64_t[]){d, 2 * gates * WIDTH});
    lengths(t, c);
    test_input(t, false, c->h, c->h ? 3 : -1, state);
    if (gates == 4) test_input(t, false, c->c, c->c ? 3 : -1, state);
    if (gates == 4) test_input(t, fixed, c->P, c->P ? 2 : -1, (const int64_t[]){d, (int64_t)3 * WIDTH});
    t->call.out_count = gates == 4 ? 3 : 2;
    for (int j = 0; j < t->call.out_count; j++) t->out[j].present = true;
    settings(t, c);
}

static void compare(const struct recurrent_case *c, const char *what, const struct lrp_tensor *got, const float *want)
{
    for (size_t k = 0; got && k < got->count; k++)
        if (!(fabs((double)got->f[k] - (double)want[k]) <= 2e-5 * (1 + fabs((double)want[k]))))
            fail_msg("case %d (%s): %s[%zu] is %g, not %g", (int)(c - recurrent_cases), c->op, what, k, (double)got->f[k],
                     (double)want[k]);
}

static const size_t case_count = sizeof recurrent_cases / sizeof *recurrent_cases;

static void outputs_are_those_of_onnxruntime(void **state)
{
    (void)state;
    for (size_t i = 0; i < case_count; i++) {
        struct test_call t;
        open_case(&t, &recurrent_cases[i], true);
        test_infer(&t);
        test_release(&t, test_forward(&t, NULL));
        for (int j = 0; j < t.call.out_count; j++)
            compare(&recurrent_cases[i], "output", t.outputs[j], recurrent_cases[i].y[j]);
        test_call_free(&t);
    }
}

static void vjps_are_differences(void **state)
{
    (void)state;
    for (size_t i = 0; i < case_count; i++)
        for (int fixed = 0; fixed < 2; fixed++) {
            struct test_call t;
            open_case(&t, &recurrent_cases[i], fixed);
            vjp_check(&t, 2e-3F, 2e-3);
            test_call_free(&t);
        }
}

/* Relevance of a case; what is given and what is lost is what came in. */
static void share(struct test_call *t, const struct recurrent_case *c, bool half)
{
    const struct lrp_run run = {.threads = 1};
    struct lrp_losses losses = {0};
    const struct lrp_relevance how = {.stabilizer = 1e-9F, .half_gates = half, .losses = &losses};
    struct lrp_tensor *s[3] = {NULL}, *given[TEST_INPUTS] = {NULL};
    double sum = 0;
    test_infer(t);
    test_release(t, test_forward(t, NULL));
    for (int j = 0; j < t->call.out_count; j++) {
        assert_int_equal(lrp_tensor_new(LRP_DTYPE_FLOAT, t->out[j].shape, &s[j], NULL), LRP_OK);
        memcpy(s[j]->f, c->s[j], s[j]->count * sizeof(float));
        for (size_t k = 0; k < s[j]->count; k++) sum += (double)s[j]->f[k];
    }
    for (int i = 0; i < t->call.in_count; i++)
        if (lrp_call_is_data(&t->call, i))
            assert_int_equal(lrp_tensor_new(LRP_DTYPE_FLOAT, t->in[i].shape, &given[i], NULL), LRP_OK);
    assert_int_equal(t->call.op->relevance(&t->call, NULL, (const struct lrp_tensor *const *)t->inputs,
                                           (const struct lrp_tensor *const *)t->outputs, (const struct lrp_tensor *const *)s,
                                           given, &how, &run, &t->err),
                     LRP_OK);
    compare(c, "relevance of x", given[0], c->relevance[half][0]);
    compare(c, "relevance of h", given[5], c->relevance[half][1]);
    compare(c, "relevance of c", given[6], c->relevance[half][2]);
    double most = 1;
    for (int i = 0; i < TEST_INPUTS; i++)
        for (size_t k = 0; given[i] && k < given[i]->count; k++) {
            sum -= (double)given[i]->f[k];
            most = fmax(most, fabs((double)given[i]->f[k]));
        }
    sum -= losses.bias + losses.constants + losses.stabilizer + losses.dead;
    if (!(fabs(sum) <= 1e-4 * most)) fail_msg("case %d: %g of relevance is unaccounted for", (int)(c - recurrent_cases), sum);
    for (int j = 0; j < 3; j++) lrp_tensor_release(s[j]);
    for (int i = 0; i < TEST_INPUTS; i++) lrp_tensor_release(given[i]);
}

static void relevance_is_that_of_the_cells_written_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < case_count; i++)
        for (int half = 0; half < 2; half++) {
            struct test_call t;
            open_case(&t, &recurrent_cases[i], true);
            share(&t, &recurrent_cases[i], half);
            test_call_free(&t);
        }
}

/* One cell, two steps, x = 1 and -2, start 1 at the last h: the gates stopped, it gives x -2.791853757 and 3.50774584. */
static void the_worked_cell(void **state)
{
    static const float x[] = {1, -2}, w[] = {0.5F, 0.6F, 0.3F, -0.8F}, u[] = {0.2F, 0.1F, -0.4F, 0.7F},
                       b[] = {0.1F, -0.1F, 0.2F, 0.05F, 0, 0, 0, 0}, want[] = {-2.791853757F, 3.50774584F};
    const struct lrp_run run = {.threads = 1};
    const struct lrp_relevance how = {.stabilizer = 1e-9F};
    struct test_call t;
    (void)state;
    test_call_start(&t, "", "LSTM", 14);
    struct lrp_tensor *given[TEST_INPUTS] = {NULL},
                      *start = NULL, *const input = test_input(&t, false, x, 3, (const int64_t[]){2, 1, 1});
    test_input(&t, true, w, 3, (const int64_t[]){1, 4, 1});
    test_input(&t, true, u, 3, (const int64_t[]){1, 4, 1});
    test_input(&t, true, b, 2, (const int64_t[]){1, 8});
    t.call.out_count = 2;
    t.out[1].present = true;
    test_infer(&t);
    test_release(&t, test_forward(&t, NULL));
    assert_true(fabs((double)t.outputs[1]->f[0] - 0.0162621) < 1e-7);
    assert_int_equal(lrp_tensor_copy(t.outputs[1], &start, NULL), LRP_OK);
    start->f[0] = 1;
    assert_int_equal(lrp_tensor_new(LRP_DTYPE_FLOAT, &input->shape, &given[0], NULL), LRP_OK);
    const struct lrp_tensor *const relevance[] = {NULL, start};
    assert_int_equal(t.call.op->relevance(&t.call, NULL, (const struct lrp_tensor *const *)t.inputs,
                                          (const struct lrp_tensor *const *)t.outputs, relevance, given, &how, &run, &t.err),
                     LRP_OK);
    for (int k = 0; k < 2; k++) assert_true(fabs((double)given[0]->f[k] - (double)want[k]) < 3e-5);
    lrp_tensor_release(given[0]);
    lrp_tensor_release(start);
    test_call_free(&t);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct test_call t;
        open_case(&t, &recurrent_cases[0], true);
        struct lrp_shape longer = *t.in[3].shape;
        longer.dim[1]++;
        if (i == 0) test_string(&t, "direction", "sideways");
        if (i == 1) t.in[3].shape = &longer;
        if (i == 2) test_float(&t, "clip", -1);
        assert_int_not_equal(t.call.op->infer(&t.call, &t.err), LRP_OK);
        test_call_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_are_those_of_onnxruntime),
        cmocka_unit_test(vjps_are_differences),
        cmocka_unit_test(relevance_is_that_of_the_cells_written_out),
        cmocka_unit_test(the_worked_cell),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
