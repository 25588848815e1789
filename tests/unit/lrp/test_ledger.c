/* test_ledger.c: where relevance goes, by causes that were worked out by hand, and accounts that come out even. */
#include <math.h>

#include "explain.h"
#include "ledger.h"
#include "model.h"

/* ---- small models; x is (1,2) unless said otherwise ---- */

static void linear(struct model *m, int in, int out, const float *w, const float *b)
{
    model_input(m, "x", 2, (int64_t[]){1, in});
    model_constant(m, "w", 2, (int64_t[]){out, in}, w);
    if (b) model_constant(m, "b", 1, (int64_t[]){out}, b);
    model_node(m, "Gemm", "fc", b ? "x w b" : "x w", "y");
    model_int(m, "transB", 1);
}
static void sum_and_bias(struct model *m)
{
    linear(m, 2, 1, (float[]){1, 1}, (float[]){2});
}
static void copy(struct model *m)
{
    linear(m, 1, 1, (float[]){1}, NULL);
}
static void difference(struct model *m)
{
    linear(m, 2, 1, (float[]){1, -1}, (float[]){0});
}
static void difference_less_one(struct model *m)
{
    linear(m, 2, 1, (float[]){1, -1}, (float[]){-1});
}
static void nearly_even(struct model *m)
{
    linear(m, 2, 1, (float[]){1, -1}, NULL);
}
static void two_layers(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "w1", 2, (int64_t[]){2, 2}, (float[]){1, 2, 3, 4});
    model_constant(m, "w2", 2, (int64_t[]){2, 1}, (float[]){1, 1});
    model_node(m, "Gemm", "one", "x w1", "h");
    model_node(m, "Gemm", "two", "h w2", "y");
}
static void triple(struct model *m)
{
    linear(m, 1, 1, (float[]){3}, NULL);
}
static void tanh_behind(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 1});
    model_constant(m, "w", 2, (int64_t[]){1, 1}, (float[]){1});
    model_constant(m, "b", 1, (int64_t[]){1}, (float[]){1});
    model_node(m, "Gemm", "fc", "x w b", "z");
    model_node(m, "Tanh", "tanh", "z", "y");
}
static void padded(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_int64s(m, "pads", 4, (int64_t[]){0, 1, 0, 1});
    model_node(m, "Pad", "pad", "x pads", "y");
}
static void sigmoid(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 1});
    model_node(m, "Sigmoid", "act", "x", "y");
}
static void joined_to_a_constant(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 1});
    model_constant(m, "c", 2, (int64_t[]){1, 1}, (float[]){5});
    model_node(m, "Concat", "cat", "x c", "y");
    model_int(m, "axis", 1);
}
static void larger_of_a_constant(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "c", 2, (int64_t[]){1, 2}, (float[]){3, 0});
    model_node(m, "Max", "max", "x c", "y");
}
static void two_inputs(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 1});
    model_input(m, "more", 2, (int64_t[]){1, 1});
    model_node(m, "Add", "add", "x more", "y");
}
static void norm(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "g", 1, (int64_t[]){2}, (float[]){1, 1});
    model_node(m, "LayerNormalization", "norm", "x g", "y");
}
static void batch_norm(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 1});
    model_constant(m, "g", 1, (int64_t[]){1}, (float[]){2});
    model_constant(m, "b", 1, (int64_t[]){1}, (float[]){1});
    model_constant(m, "mean", 1, (int64_t[]){1}, (float[]){0});
    model_constant(m, "var", 1, (int64_t[]){1}, (float[]){1});
    model_node(m, "BatchNormalization", "bn", "x g b mean var", "y");
    model_float(m, "epsilon", 0);
}
/* 1 + 3 of a table called position_embeddings. */
static void placed(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "position_embeddings", 2, (int64_t[]){1, 2}, (float[]){3, 0});
    model_node(m, "Add", "place", "x position_embeddings", "y");
}
static void segmented(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "token_type", 2, (int64_t[]){1, 2}, (float[]){3, 0});
    model_node(m, "Add", "segment", "x token_type", "y");
}
static void masked(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "attention_mask", 2, (int64_t[]){1, 2}, (float[]){3, 0});
    model_node(m, "Add", "masked", "x attention_mask", "y");
}
/* Softmax of (1, 2, .5) as AttnLRP has it; three values come out of two by a dense layer before it. */
static void inner_softmax(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 3});
    model_node(m, "Softmax", "soft", "x", "p");
    model_node(m, "Relu", "behind", "p", "y");
}
static void softmax(struct model *m)
{
    linear(m, 1, 2, (float[]){1, 2}, NULL);
    ((const char **)(uintptr_t)m->nodes[0].outputs)[0] = "z";
    model_node(m, "Softmax", "soft", "z", "y");
}

/* ---- accounts ---- */

struct book {
    struct explanation e;
    struct lrp_ledger *ledger;
    struct lrp_tensor *start;
};
struct scene {
    const char *what;
    void (*make)(struct model *m);
    const char *rule, *layer;
    float x[100], start[4]; /* as many as the largest model takes */
    bool plain, pr26;       /* not canonized and not fused; activations inside their layers */
    double in, out;
    int cause; /* -1: none */
    double amount;
    unsigned flags;
};

static void open_book(struct book *b, const struct scene *s)
{
    struct model m;
    *b = (struct book){0};
    model_start(&m, 17, 8);
    s->make(&m);
    model_output(&m, "y");
    network_build(&b->e.n, model_finish(&m), &(struct lrp_graph_options){.canonize = !s->plain});
    network_layers(&b->e.n, !s->plain);
    b->e.relevance = calloc((size_t)b->e.n.graph->value_count + 1, sizeof(struct lrp_tensor *));
    b->e.keep_activation = s->pr26;
    explain_rules(&b->e, s->rule, LRP_CONVENTION_JULIA, NULL, 0);
    network_clear_values(&b->e.n);
    network_give(&b->e.n, 0, s->x);
    if (b->e.n.graph->input_count > 1) network_give(&b->e.n, 1, (float[]){3});
    check_ok(network_try_run(&b->e.n), &b->e.n.err);
}
static void account(struct book *b, const float *start, double explained)
{
    struct explanation *e = &b->e;
    struct lrp_error err = {0};
    b->start = explain_start(e, start);
    check_ok(explain_try_tensor(e, b->start), &e->n.err);
    const struct lrp_propagation p = explain_propagation(e, b->start);
    check_ok(lrp_ledger_make(&p, e->relevance, explained, NULL, &b->ledger, &err), &err);
}
static void close_book(struct book *b)
{
    lrp_ledger_free(b->ledger);
    lrp_tensor_release(b->start);
    explain_close(&b->e);
}

static void check_amount(const char *what, const char *of, double got, double want)
{
    if (!(fabs(got - want) <= 2e-6 * fmax(1, fabs(want)))) fail_msg("%s: %s is %.9g, not %.9g", what, of, got, want);
}

#define FLAG(id) (1u << LRP_LEDGER_##id)
/* clang-format off */
static const struct scene scenes[] = {
    /* z = 1 + 1 + 2: a quarter for each input, half for the bias */
    {"bias", sum_and_bias, "zero", "fc", {1, 1}, {1}, false, false, 1, .5, LRP_CAUSE_BIAS, .5, 0},
    /* z/(z + e) = 3/4 */
    {"stabilizer", copy, "epsilon(1)", "fc", {3}, {1}, false, false, 1, .75, LRP_CAUSE_STABILIZER, .25, 0},
    {"dead denominator", copy, "zero", "fc", {0}, {1}, false, false, 1, 0, LRP_CAUSE_DEAD, 1, 0},
    /* no weight is negative: the beta side, -1 R, has nothing in it, so that 2 R is handed on */
    {"empty beta side", copy, "alpha-beta(2,1)", "fc", {1}, {1}, false, false, 1, 2, LRP_CAUSE_EMPTY_SIDE, -1, 0},
    {"z is zero", difference, "generalized-gamma", "fc", {1, 1}, {1}, false, false, 1, 0, LRP_CAUSE_DROPPED, 1, 0},
    {"padding", padded, "zero", "pad", {1, 2}, {.25F, .25F, .25F, .25F}, false, false, 1, .5, LRP_CAUSE_PADDING, .5, 0},
    /* s(1) = .731058579, s'(1) = .196611933: a s'/s = .268941421 */
    {"sigmoid", sigmoid, "zero", "act", {1}, {1}, false, false, 1, .268941421, LRP_CAUSE_ACTIVATION, .731058579, FLAG(OFFSET)},
    /* z = tanh 2 = .964027580, tanh' = .0706508249, s = .0732871291: s for x, s for the bias, the rest to tanh */
    {"pr26", tanh_behind, "zero", "fc", {1}, {1}, false, true, 1, .0732871291, LRP_CAUSE_ACTIVATION, .853425742, 0},
    {"pr26's bias", tanh_behind, "zero", "fc", {1}, {1}, false, true, 1, .0732871291, LRP_CAUSE_BIAS, .0732871291, 0},
    {"concatenated constant", joined_to_a_constant, "zero", "cat", {1}, {.5F, .5F}, false, false, 1, .5, LRP_CAUSE_CONSTANTS, .5, 0},
    {"positions", placed, "zero", "place", {1, 2}, {.5F, .5F}, true, false, 1, .625, LRP_CAUSE_POSITIONS, .375, 0},
    {"segments", segmented, "zero", "segment", {1, 2}, {.5F, .5F}, true, false, 1, .625, LRP_CAUSE_SEGMENTS, .375, 0},
    {"mask", masked, "zero", "masked", {1, 2}, {.5F, .5F}, true, false, 1, .625, LRP_CAUSE_MASK, .375, 0},
    /* R_in = [.068776102, -.257063438, .029877808] (AttnLRP's rule, worked out outside) */
    {"softmax", inner_softmax, "zero", "soft", {1, 2, .5F}, {.3F, .5F, .2F}, true, false, 1, -.158409528, LRP_CAUSE_SOFTMAX, 1.158409528, 0},
    /* max(1,3) is the constant's, max(2,0) the input's */
    {"constant that wins", larger_of_a_constant, "zero", "max", {1, 2}, {.25F, .75F}, false, false, 1, .75, LRP_CAUSE_CONSTANTS, .25, 0},
    /* 1 + 3: three quarters for the other input */
    {"another input", two_inputs, "zero", "add", {1}, {1}, false, false, 1, .25, LRP_CAUSE_INPUTS, .75, 0},
    {"gradient", triple, "gradient", "fc", {2}, {1}, false, false, 1, 3, LRP_CAUSE_DESIGN, -2, 0},
    {"normalisation conserves", norm, "composite(global-type(layer-norm=layer-norm))", "norm/normalize", {1, 3}, {.5F, .5F}, false, false, 1, 1, -1, 0, 0},
    {"nothing to normalise", norm, "composite(global-type(layer-norm=layer-norm))", "norm/normalize", {2, 2}, {.5F, .5F}, false, false, 0, 0, -1, 0, 0},
    /* y = 2 x + 1 = 3 */
    {"batch norm", batch_norm, "zero", "bn", {1}, {1}, true, false, 1, 2. / 3, LRP_CAUSE_BIAS, 1. / 3, FLAG(BATCH_NORM)},
    /* z+ = 2 + 0, z- is left out: all for the first, but the second input is negative */
    {"negative input", sum_and_bias, "z-plus(bias=off)", "fc", {2, -1}, {1}, false, false, 1, 1, -1, 0, FLAG(NEGATIVE_INPUT)},
    {"input outside the box", difference, "z-box(0,1)", "fc", {2, 1}, {1}, false, false, 1, 1, -1, 0, FLAG(OUTSIDE_BOX)},
    /* 2 - 1 - 1 = 0: -1/1e-9 for each input, of which the sum is -(2e9 - 1e9) */
    /* 1000 - 999: one is left of 1999, so that rounding of 1999 shows in 1 */
    {"cancels", nearly_even, "zero", "fc", {1000, 999}, {1}, false, false, 1, 1, -1, 0, FLAG(AMPLIFIED) | FLAG(CANCELS)},
    {"amplified", difference_less_one, "gamma(1)", "fc", {1, 1}, {-1}, false, false, -1, -1e9, LRP_CAUSE_BIAS, 1e9, FLAG(AMPLIFIED)},
};
/* clang-format on */

static void causes_are_those_worked_out_by_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        const struct scene *s = &scenes[i];
        struct book b;
        open_book(&b, s);
        account(&b, s->start, (double)NAN);
        const struct lrp_ledger_row *row = &b.ledger->rows[network_row(&b.e.n, s->layer)->index];
        check_amount(s->what, "in", row->in, s->in);
        check_amount(s->what, "out", row->out, s->out);
        if (s->cause >= 0) check_amount(s->what, lrp_cause_key((enum lrp_cause)s->cause), row->causes[s->cause], s->amount);
        check_amount(s->what, "other", row->causes[LRP_CAUSE_OTHER] / fmax(1, fabs(s->out)), 0);
        if (row->flags != s->flags) fail_msg("%s: flags are %x, not %x", s->what, row->flags, s->flags);
        close_book(&b);
    }
}

static void every_cause_and_flag_is_met(void **state)
{
    bool cause[LRP_CAUSE_COUNT] = {[LRP_CAUSE_START] = true,
                                   [LRP_CAUSE_OTHER] = true,  /* tested below */
                                   [LRP_CAUSE_TOKENS] = true, /* in test_carriers.c */
                                   /* in tests/cli/test_concepts.py */
                                   [LRP_CAUSE_CONCEPT] = true,
                                   [LRP_CAUSE_BY_PASSED] = true};
    unsigned flags = FLAG(NAN) | FLAG(SOFTMAX);
    (void)state;
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        if (scenes[i].cause >= 0) cause[scenes[i].cause] = true;
        flags |= scenes[i].flags;
    }
    for (int c = 0; c < LRP_CAUSE_COUNT; c++)
        if (!cause[c]) fail_msg("no scene for %s", lrp_cause_key((enum lrp_cause)c));
    assert_int_equal(flags, (1u << LRP_LEDGER_FLAG_COUNT) - 1);
}

/* 6 is explained, but it starts with 1: 5 are lost at the start, half of the rest to the bias. */
static void the_total_goes_from_the_output_to_the_input(void **state)
{
    const struct scene s = {.make = sum_and_bias, .rule = "zero", .x = {1, 3}};
    struct book b;
    (void)state;
    open_book(&b, &s);
    account(&b, (float[]){1}, 6);
    check_amount("total", "in", b.ledger->total.in, 6);
    check_amount("total", "out", b.ledger->total.out, 2. / 3);
    check_amount("total", "start", b.ledger->total.causes[LRP_CAUSE_START], 5);
    check_amount("total", "bias", b.ledger->total.causes[LRP_CAUSE_BIAS], 1. / 3);
    check_amount("input", "in", b.ledger->rows[0].in, 2. / 3);
    check_amount("layer", "size", b.ledger->rows[1].size, 1 + 2. / 3);
    check_amount("total", "size", b.ledger->total.size, 6 + 2. / 3);
    close_book(&b);
}

/* (1 2) -> W [[1,2],[3,4]] -> 7, 10 -> 17: input times gradient is 17 everywhere; the gradient 1, then 2, then 4 + 6. */
static void input_times_gradient_has_an_account_of_its_own(void **state)
{
    static const struct {
        const char *method;
        double first[2], second[2], total[2]; /* in, out */
    } cases[] = {{"input-gradient", {17, 17}, {17, 17}, {17, 17}}, {"gradient", {2, 10}, {1, 2}, {17, 10}}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct scene s = {.make = two_layers, .rule = "zero", .x = {1, 2}};
        struct book b;
        open_book(&b, &s);
        check_ok(lrp_method_find(cases[i].method, &b.e.method, &b.e.n.err), &b.e.n.err);
        account(&b, (float[]){1}, 17);
        const struct lrp_ledger_row *first = &b.ledger->rows[1], *second = &b.ledger->rows[2];
        check_amount("first", "in", first->in, cases[i].first[0]);
        check_amount("first", "out", first->out, cases[i].first[1]);
        check_amount("second", "in", second->in, cases[i].second[0]);
        check_amount("second", "out", second->out, cases[i].second[1]);
        check_amount("total", "in", b.ledger->total.in, cases[i].total[0]);
        check_amount("total", "out", b.ledger->total.out, cases[i].total[1]);
        check_amount("total", "start", b.ledger->total.causes[LRP_CAUSE_START], 17 - cases[i].second[0]);
        check_amount("total", "other", b.ledger->total.causes[LRP_CAUSE_OTHER], 0);
        close_book(&b);
    }
}

static void what_is_no_number_is_counted_and_left_out(void **state)
{
    const struct scene s = {.make = copy, .rule = "zero", .x = {1}};
    struct book b;
    (void)state;
    open_book(&b, &s);
    account(&b, (float[]){(float)NAN}, (double)NAN);
    assert_int_equal(b.ledger->rows[1].nan, 2); /* what comes in, what goes out */
    assert_true(b.ledger->rows[1].flags & FLAG(NAN));
    assert_true(b.ledger->rows[1].in == 0 && b.ledger->rows[1].out == 0);
    close_book(&b);
}

static void a_softmax_that_is_left_on_is_flagged(void **state)
{
    const struct scene s = {.make = softmax, .rule = "zero", .x = {1}};
    struct book b;
    (void)state;
    open_book(&b, &s);
    account(&b, (float[]){1, 0}, (double)NAN);
    assert_true(b.ledger->rows[network_row(&b.e.n, "soft")->index].flags & FLAG(SOFTMAX));
    assert_false(b.ledger->rows[network_row(&b.e.n, "fc")->index].flags & FLAG(SOFTMAX));
    close_book(&b);
}

static unsigned random_state = 7;
static float draw(void)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (float)(random_state >> 8) / (float)(1 << 23) - 1;
}
static void random_net(struct model *m)
{
    float numbers[600];
    for (size_t i = 0; i < 600; i++) numbers[i] = draw();
    model_input(m, "x", 4, (int64_t[]){2, 2, 5, 5});
    model_constant(m, "w1", 4, (int64_t[]){4, 2, 3, 3}, numbers);
    model_constant(m, "b1", 1, (int64_t[]){4}, numbers + 100);
    model_node(m, "Conv", "conv", "x w1 b1", "c");
    model_node(m, "Relu", "relu", "c", "r");
    model_constant(m, "w2", 4, (int64_t[]){4, 4, 1, 1}, numbers + 104);
    model_node(m, "Conv", "again", "r w2", "a");
    model_node(m, "Add", "skip", "a r", "s");
    model_node(m, "Flatten", "flat", "s", "f");
    model_constant(m, "w3", 2, (int64_t[]){36, 3}, numbers + 130);
    model_constant(m, "b3", 1, (int64_t[]){3}, numbers + 300);
    model_node(m, "Gemm", "fc", "f w3 b3", "y");
}

/* Whatever the rule: what no cause explains is rounding, 1e-5 of all that was handed about. */
static void accounts_come_out_even(void **state)
{
    static const char *const rules[] = {"zero",
                                        "epsilon(0.25)",
                                        "gamma",
                                        "generalized-gamma",
                                        "w-square",
                                        "flat",
                                        "alpha-beta(2,1)",
                                        "alpha-beta(1.5,0.5)",
                                        "z-plus",
                                        "z-plus(inputs=whole,bias=raw)",
                                        "z-box(-1,1)",
                                        "gradient",
                                        "w-square(bias=on)",
                                        "gamma(0.5,bias=raw)",
                                        "pass"};
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const struct scene s = {.make = random_net};
        struct lrp_text rule = {0};
        struct book b;
        lrp_text_printf(&rule, "composite(global(zero), global-type(convolution=%s, dense=%s))", rules[i], rules[i]);
        struct scene with = s;
        with.rule = strcmp(rules[i], "pass") == 0 ? "zero" : rule.data;
        open_book(&b, &with);
        network_give(&b.e.n, 0, NULL);
        network_forward(&b.e.n, NULL);
        account(&b, (float[]){1, 0, 0, 0, 0, 1}, (double)NAN);
        for (size_t k = 1; k < b.ledger->count; k++) {
            const struct lrp_ledger_row *row = &b.ledger->rows[k];
            double size = fabs(row->in) + fabs(row->out), sum = row->out;
            for (int c = 0; c < LRP_CAUSE_COUNT; c++) {
                size += fabs(row->causes[c]);
                sum += row->causes[c];
            }
            if (!(fabs(row->causes[LRP_CAUSE_OTHER]) <= 1e-5 * size))
                fail_msg("%s, layer %zu: %g of %g is not accounted for", rules[i], k, row->causes[LRP_CAUSE_OTHER], size);
            assert_true(fabs(sum - row->in) <= 1e-12 * size);
        }
        close_book(&b);
        lrp_text_free(&rule);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(causes_are_those_worked_out_by_hand),
        cmocka_unit_test(every_cause_and_flag_is_met),
        cmocka_unit_test(the_total_goes_from_the_output_to_the_input),
        cmocka_unit_test(input_times_gradient_has_an_account_of_its_own),
        cmocka_unit_test(what_is_no_number_is_counted_and_left_out),
        cmocka_unit_test(a_softmax_that_is_left_on_is_flagged),
        cmocka_unit_test(accounts_come_out_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
