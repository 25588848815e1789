/* test_book.c: rules beyond the table: as terms, as functions, for layers of one type. */
#include <math.h>

#include "account.h"
#include "amount.h"
#include "apply.h"
#include "book.h"
#include "explain.h"
#include "onnx_writer.h"
#include "temporary.h"

/* ---- amounts ---- */

static const struct lrp_rule_row two_parameters = {
    .info = {.name = "r",
             .parameters = {{.name = "gamma", .value = "0.25"}, {.name = "beta", .value = "2"}, {"low", "", LRP_PARAMETER_LOW}},
             .parameter_count = 3},
    .custom = true};

static void amounts_are_small_formulas(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        float value;
    } cases[] = {
        {"0", 0},           {"0.25", 0.25F},       {"1e-9", 1e-9F}, {"1.5e+2", 150},     {"gamma", 0.25F},        {"-beta", -2},
        {"1+gamma", 1.25F}, {" 1 - gamma ", .75F}, {"--beta", 2},   {"beta*gamma", .5F}, {"1/beta", 0.5F},        {"2-1-1", 0},
        {"8/2/2", 2},       {"1+2*3", 7},          {"(1+2)*3", 9},  {"-(1+beta)*2", -6}, {"stabilizer*2", 2e-9F},
    };
    struct lrp_rule rule;
    lrp_rule_defaults(&two_parameters, LRP_CONVENTION_JULIA, &rule);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t at;
        const char *why;
        if (!lrp_amount_check(cases[i].text, &two_parameters, &at, &why)) fail_msg("%s: %s", cases[i].text, why);
        assert_true(lrp_amount_value(cases[i].text, &rule) == cases[i].value);
    }
}

static void what_is_no_amount_is_pointed_at(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
        const char *part;
    } cases[] = {
        {"", 0, "missing"},
        {"1+", 2, "missing"},
        {"delta", 0, "parameter"},
        {"1+delta", 2, "parameter"},
        {"low", 0, "parameter"},
        {"1 2", 2, "operator"},
        {"(1", 2, "bracket"},
        {"1)", 1, "operator"},
        {"*2", 0, "number"},
        {"1..2", 0, "number"},
        {"0x1p3", 1, "operator"},
        {"nan", 0, "parameter"},
        {"1e999", 0, "number"},
        {"gamma^2", 5, "operator"},
        {"((((((((((((((((((((((((((((((((((((((((1", 32, "brackets"},
        {"----------------------------------------1", 32, "brackets"},
    };
    struct lrp_rule rule;
    lrp_rule_defaults(&two_parameters, LRP_CONVENTION_JULIA, &rule);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t at = 99;
        const char *why = "";
        assert_false(lrp_amount_check(cases[i].text, &two_parameters, &at, &why));
        if (at != cases[i].at || !strstr(why, cases[i].part)) fail_msg("%s: %zu, %s", cases[i].text, at, why);
        assert_true(isnan(lrp_amount_value(cases[i].text, &rule)));
    }
}

/* ---- a book ---- */

static struct lrp_rule_book *new_book(void)
{
    struct lrp_rule_book *book;
    check_ok(lrp_rule_book_new(&book, NULL), NULL);
    return book;
}

#define BY_GROUPS .fit = lrp_fits_weights, .apply = lrp_apply_groups, .account = lrp_account_groups
#define BY_FUNCTION .fit = lrp_fits_any, .apply = lrp_apply_function, .account = lrp_account_design
#define TERM(a, w, b)                                                                                                          \
    {                                                                                                                          \
        .input = LRP_TERM_##a, .weight = LRP_WEIGHT_##w, .bias = LRP_WEIGHT_##b, .sign = 1                                     \
    }
static const struct lrp_rule_row scaled = {.info = {.name = "scaled",
                                                    .formula = "twice as much",
                                                    .fits = "layers with weights",
                                                    .origin = "here",
                                                    .parameters = {{.name = "by", .value = "2"}},
                                                    .parameter_count = 1},
                                           BY_GROUPS,
                                           .positional = 1,
                                           .group_count = 1,
                                           .groups = {{.factor = "by", .term_count = 1, .terms = {TERM(A, AS_IS, AS_IS)}}}};

static void rules_of_a_book_are_read_like_any_other(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shortest;
    } cases[] = {{"scaled", "scaled(2)"},
                 {"scaled(3)", "scaled(3)"},
                 {"scaled(by=3,bias=off)", "scaled(3,bias=off)"},
                 {"scaled(1,stabilizer=1e-6)", "scaled(1,stabilizer=1e-6)"},
                 {"zero", "zero"}};
    struct lrp_rule_book *book = new_book();
    struct lrp_rule rule, again;
    struct lrp_error err;
    check_ok(lrp_rule_book_add(book, &scaled, NULL, &err), &err);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_ok(lrp_rule_parse(cases[i].text, book, LRP_CONVENTION_JULIA, &rule, &err), &err);
        char *text = lrp_rule_text(&rule, LRP_CONVENTION_JULIA);
        assert_string_equal(text, cases[i].shortest);
        check_ok(lrp_rule_parse(text, book, LRP_CONVENTION_JULIA, &again, &err), &err);
        assert_true(lrp_rule_equal(&rule, &again));
        free(text);
    }
    check_fails(lrp_rule_parse("scaled(delta=1)", book, LRP_CONVENTION_JULIA, &rule, &err), &err, LRP_USAGE,
                "no parameter delta");
    check_fails(lrp_rule_parse("scaled", NULL, LRP_CONVENTION_JULIA, &rule, &err), &err, LRP_USAGE, "unknown rule scaled");
    check_fails(lrp_rule_parse("scald", book, LRP_CONVENTION_JULIA, &rule, &err), &err, LRP_USAGE, "nearest: scaled");
    size_t count = 0;
    while (lrp_rule_at(book, count)) count++;
    assert_string_equal(lrp_rule_at(book, count - 1)->name, "scaled");
    assert_string_equal(lrp_rule_at(book, count - 1)->origin, "here");
    assert_null(lrp_rule_at(NULL, count - 1));
    lrp_rule_book_release(book);
}

static bool is_not_from(const void *data, const struct lrp_rule_row *row)
{
    return strcmp(row->info.origin, data) != 0;
}

static void copies_of_a_book_mean_the_same(void **state)
{
    (void)state;
    struct lrp_rule_book *book = new_book(), *copy, *rest;
    struct lrp_rule a, b;
    struct lrp_error err;
    check_ok(lrp_rule_book_add(book, &scaled, NULL, &err), &err);
    check_ok(lrp_rule_book_override(book, "scaled", "relu", &scaled, &err), &err);
    check_ok(lrp_rule_book_copy(book, NULL, NULL, &copy, &err), &err);
    check_ok(lrp_rule_parse("scaled", book, LRP_CONVENTION_JULIA, &a, NULL), NULL);
    check_ok(lrp_rule_parse("scaled", copy, LRP_CONVENTION_JULIA, &b, NULL), NULL);
    assert_true(a.row != b.row && lrp_rule_equal(&a, &b) && lrp_rule_book_equal(book, copy));
    check_ok(lrp_rule_book_copy(book, is_not_from, "here", &rest, &err), &err);
    assert_null(lrp_rule_find(rest, "scaled"));
    assert_false(lrp_rule_book_equal(book, rest));
    assert_true(lrp_rule_book_equal(rest, NULL));
    lrp_rule_book_release(book);
    lrp_rule_book_release(copy);
    lrp_rule_book_release(rest);
}

/* Rows with one thing wrong, and the place that is named. */
static void what_is_no_rule_does_not_get_into_a_book(void **state)
{
    (void)state;
#define INFO(n)                                                                                                                \
    {                                                                                                                          \
        .name = (n), .formula = "", .fits = ""                                                                                 \
    }
#define WRONG(...)                                                                                                             \
    {                                                                                                                          \
        .info = INFO("w"), BY_GROUPS, .group_count = 1, .groups = { __VA_ARGS__ }                                              \
    }
    static const struct {
        struct lrp_rule_row row;
        const char *part;
        int group, term;
    } cases[] = {
        {{.info = INFO("Big")}, "a rule's name", -1, -1},
        {{.info = INFO("")}, "a rule's name", -1, -1},
        {{.info = INFO("a(b)")}, "a rule's name", -1, -1},
        {{.info = INFO("zero")}, "already", -1, -1},
        {{.info = INFO("w")}, "1 to 4 groups", -1, -1},
        {{.info = {.name = "w", .formula = "", .fits = "", .parameters = {{.name = "A", .value = "1"}}, .parameter_count = 1}},
         "parameter's name",
         -1,
         -1},
        {{.info = {.name = "w",
                   .formula = "",
                   .fits = "",
                   .parameters = {{.name = "a", .value = "1"}, {.name = "a", .value = "1"}},
                   .parameter_count = 2}},
         "two parameters",
         -1,
         -1},
        {{.info = INFO("w"), .group_count = 1, .groups = {{.term_count = 1, .terms = {TERM(A, AS_IS, NONE)}}}},
         "does not say how it works",
         -1,
         -1},
        {WRONG({.term_count = 0}), "1 to 4 terms", 0, -1},
        {WRONG({.factor = "nope", .term_count = 1, .terms = {TERM(A, AS_IS, NONE)}}), "factor \"nope\", character 1", 0, -1},
        {WRONG({.stabilizer = "1+", .term_count = 1, .terms = {TERM(A, AS_IS, NONE)}}), "stabilizer \"1+\", character 3", 0,
         -1},
        {WRONG({.term_count = 2, .terms = {TERM(A, AS_IS, NONE), TERM(A, NONE, NONE)}}), "needs weights", 0, 1},
        {WRONG({.term_count = 1, .terms = {TERM(LOW, AS_IS, NONE)}}), "declare them", 0, 0},
        {WRONG({.term_count = 1, .terms = {TERM(A, GAMMA_POSITIVE, NONE)}}), "need a strength", 0, 0},
        {WRONG({.term_count = 1, .terms = {{.weight = LRP_WEIGHT_AS_IS, .sign = 1, .strength = "1"}}}), "for W+gW+", 0, 0},
        {WRONG({.term_count = 1, .terms = {{.weight = LRP_WEIGHT_AS_IS, .sign = 2}}}), "1 or -1", 0, 0},
    };
    struct lrp_rule_book *book = new_book();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_error err;
        struct lrp_rule_place where;
        check_fails(lrp_rule_book_add(book, &cases[i].row, &where, &err), &err, LRP_USAGE, cases[i].part);
        assert_int_equal(where.group, cases[i].group);
        assert_int_equal(where.term, cases[i].term);
    }
    assert_null(lrp_rule_book_row(book, 0));
    lrp_rule_book_release(book);
}

/* ---- at work: y = relu(W x + b) ---- */

static void open_dense(void **state, struct explanation *e)
{
    struct onnx_writer w = {0};
    const char *path = temporary_path(state, "book.onnx");
    onnx_input(&w, "a", 1, 2, (int64_t[]){1, 2});
    onnx_initializer(&w, "w", 1, 2, (int64_t[]){2, 2}, (float[]){3, 5, 4, 6}, 4 * sizeof(float));
    onnx_initializer(&w, "b", 1, 1, (int64_t[]){2}, (float[]){7, 8}, 2 * sizeof(float));
    onnx_node(&w, "Gemm", "fc", "a w b", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 2});
    onnx_write(&w, 13, path);
    explain_open(e, path);
    network_forward(&e->n, (float[]){1, 2});
}

static void expect(struct explanation *e, const char *rule, float first, float second)
{
    explain_rules(e, rule, LRP_CONVENTION_JULIA, NULL, 0);
    explain_from(e, (float[]){1.0F / 3, 2.0F / 3});
    const float *got = explain_relevance(e, "a")->f;
    if (fabsf(got[0] - first) > 1e-6F || fabsf(got[1] - second) > 1e-6F)
        fail_msg("%s: %.9g %.9g", rule, (double)got[0], (double)got[1]);
}

/* Gives every input the number in `data`. */
static enum lrp_status constant(void *data, const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const float *value = data;
    assert_non_null(a->relevance[0]);
    if (*value < 0) return lrp_fail(err, LRP_USAGE, "negative");
    for (size_t i = 0; i < given[0]->count; i++) given[0]->f[i] = *value + a->rule->values[0];
    return LRP_OK;
}

static int retained, released;
static void retain(void *data)
{
    (void)data;
    retained++;
}
static void release(void *data)
{
    (void)data;
    released++;
}

static void rules_of_a_book_work(void **state)
{
    struct explanation e = {0};
    float value = 3;
    struct lrp_rule_book *book = new_book(), *copy;
    const struct lrp_rule_row function = {.info = {.name = "constant",
                                                   .formula = "a number",
                                                   .fits = "all",
                                                   .parameters = {{.name = "more", .value = "0"}},
                                                   .parameter_count = 1},
                                          .positional = 1,
                                          BY_FUNCTION,
                                          .function = constant,
                                          .data = &value,
                                          .retain = retain,
                                          .release = release};
    open_dense(state, &e);
    e.book = book;
    check_ok(lrp_rule_book_add(book, &scaled, NULL, &e.n.err), &e.n.err);
    check_ok(lrp_rule_book_add(book, &function, NULL, &e.n.err), &e.n.err);
    const float zero[2] = {17.0F / 90, 316.0F / 675}; /* WORKED NUMBERS in lrpscope-lrp(7) */
    expect(&e, "zero", zero[0], zero[1]);
    expect(&e, "scaled", 2 * zero[0], 2 * zero[1]);
    expect(&e, "composite(global-type(dense=scaled(-1)))", -zero[0], -zero[1]);
    expect(&e, "constant", 3, 3);
    expect(&e, "constant(0.5)", 3.5F, 3.5F);
    value = -1;
    struct lrp_tensor *start;
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &network_output(&e.n)->shape, &start, NULL), NULL);
    check_fails(explain_try_tensor(&e, start), &e.n.err, LRP_USAGE, "fc");
    lrp_tensor_release(start);
    check_ok(lrp_rule_book_copy(book, NULL, NULL, &copy, NULL), NULL);
    explain_close(&e);
    lrp_rule_book_release(book);
    lrp_rule_book_release(copy);
    assert_int_equal(retained, 2);
    assert_int_equal(released, 2);
}

static void a_type_can_have_its_own_way_of_a_rule(void **state)
{
    struct explanation e = {0};
    float value = 5;
    struct lrp_rule_book *book = new_book();
    const struct lrp_rule_row constant_way = {
        .info = {.name = "constant-way", .formula = "", .fits = ""}, BY_FUNCTION, .function = constant, .data = &value};
    const struct lrp_rule_row doubled = {.info = {.name = "doubled", .formula = "", .fits = ""},
                                         BY_GROUPS,
                                         .group_count = 1,
                                         .groups = {{.factor = "1+alpha", .term_count = 1, .terms = {TERM(A, AS_IS, AS_IS)}}}};
    open_dense(state, &e);
    e.book = book;
    check_ok(lrp_rule_book_override(book, "pass", "dense", &constant_way, &e.n.err), &e.n.err);
    check_ok(lrp_rule_book_override(book, "alpha-beta", "Gemm", &doubled, &e.n.err), &e.n.err);
    check_ok(lrp_rule_book_override(book, "alpha-beta", "convolution", &constant_way, &e.n.err), &e.n.err);
    expect(&e, "zero", 17.0F / 90, 316.0F / 675);
    expect(&e, "pass", 5, 5); /* of all rules, pass does fit here for this book */
    assert_string_equal(explain_rule_of(&e, "fc"), "pass");
    expect(&e, "alpha-beta(3,2)", 4 * 17.0F / 90, 4 * 316.0F / 675);
    check_fails(lrp_rule_book_override(book, "zero", "dense", &doubled, &e.n.err), &e.n.err, LRP_USAGE,
                "\"1+alpha\", character 3");
    check_fails(lrp_rule_book_override(book, "nought", "dense", &doubled, &e.n.err), &e.n.err, LRP_USAGE, "no rule nought");
    check_ok(lrp_rule_book_override(book, NULL, "dense", &constant_way, &e.n.err), &e.n.err);
    expect(&e, "zero", 5, 5);
    explain_close(&e);
    lrp_rule_book_release(book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_small_formulas),
        cmocka_unit_test(what_is_no_amount_is_pointed_at),
        cmocka_unit_test(rules_of_a_book_are_read_like_any_other),
        cmocka_unit_test(copies_of_a_book_mean_the_same),
        cmocka_unit_test(what_is_no_rule_does_not_get_into_a_book),
        cmocka_unit_test_setup_teardown(rules_of_a_book_work, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_type_can_have_its_own_way_of_a_rule, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
