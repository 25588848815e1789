/* test_rule.c: rules as text, both ways. */
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "book.h"
#include "check.h"
#include "lrpscope/rule.h"
#include "terms.h"
#include "text.h"

#define JULIA LRP_CONVENTION_JULIA
#define ZENNIT LRP_CONVENTION_ZENNIT
#define CAPTUM LRP_CONVENTION_CAPTUM

static const struct {
    const char *text;
    enum lrp_convention convention;
    const char *shortest;
} spellings[] = {
    {"zero", JULIA, "zero"},
    {"zero()", JULIA, "zero"},
    {" zero ( ) ", JULIA, "zero"},
    {"zero(stabilizer=1e-9)", JULIA, "zero"},
    {"zero(stabilizer=1e-9)", ZENNIT, "zero(stabilizer=1e-9)"},
    {"zero(stabilizer=1e-6)", ZENNIT, "zero"},
    {"zero(bias=raw)", JULIA, "zero(bias=raw)"},
    {"epsilon", JULIA, "epsilon(1e-6)"},
    {"epsilon", CAPTUM, "epsilon(1e-9)"},
    {"epsilon(0.25)", JULIA, "epsilon(0.25)"},
    {"epsilon(1/4)", JULIA, "epsilon(0.25)"},
    {"epsilon(epsilon=0.25)", JULIA, "epsilon(0.25)"},
    {"epsilon(stabilizer=0.25)", JULIA, "epsilon(0.25)"},
    {"epsilon( 0.25 , bias=off )", JULIA, "epsilon(0.25,bias=off)"},
    {" epsilon ( 0x1p-2 , bias = off ) ", JULIA, "epsilon(0.25,bias=off)"},
    {"epsilon(bias=off)", JULIA, "epsilon(1e-6,bias=off)"},
    {"gamma(1)", JULIA, "gamma(1)"},
    {"gamma", CAPTUM, "gamma(0.25)"},
    {"gamma(bias=on)", CAPTUM, "gamma(0.25,bias=on)"},
    {"gamma(bias=raw)", JULIA, "gamma(0.25,bias=raw)"},
    {"generalized-gamma(0.1,stabilizer=1e-3)", JULIA, "generalized-gamma(0.1,stabilizer=0.001)"},
    {"w-square", ZENNIT, "w-square"},
    {"w-square(bias=on)", ZENNIT, "w-square"},
    {"w-square(bias=on)", JULIA, "w-square(bias=on)"},
    {"flat", JULIA, "flat"},
    {"alpha-beta", JULIA, "alpha-beta(2,1)"},
    {"alpha-beta(beta=0,alpha=1)", JULIA, "alpha-beta(1,0)"},
    {"alpha-beta(1.5,0.5,inputs=whole)", JULIA, "alpha-beta(1.5,0.5,inputs=whole)"},
    {"alpha-beta(1.7,0.7)", JULIA, "alpha-beta(1.7,0.7)"},
    {"alpha-beta(1.1,0.1)", JULIA, "alpha-beta(1.1,0.1)"},
    {"z-plus(stabilizer=1e-6)", JULIA, "z-plus(stabilizer=1e-6)"},
    {"z-plus", CAPTUM, "z-plus"},
    {"z-plus(bias=on,inputs=split)", CAPTUM, "z-plus(bias=on,inputs=split)"},
    {"z-box(0,1)", JULIA, "z-box(0,1)"},
    {"z-box([-2;-1.5;-1],[2;2;2.5])", JULIA, "z-box([-2;-1.5;-1],[2;2;2.5])"},
    {"z-box(-1, [1;2])", JULIA, "z-box(-1,[1;2])"},
    {"z-box( -1 , [ 1 ; 2 ] )", JULIA, "z-box(-1,[1;2])"},
    {"z-box(low=-1,high=1)", JULIA, "z-box(-1,1)"},
    {"pass", JULIA, "pass"},
    {"layer-norm(stabilizer=1e-3)", JULIA, "layer-norm(stabilizer=0.001)"},
    {"gradient()", JULIA, "gradient"},
};

static void rules_are_read_and_written_as_short_as_possible(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        struct lrp_rule rule = {0}, again = {0}, copy = {0};
        struct lrp_error err;
        check_ok(lrp_rule_parse(spellings[i].text, NULL, spellings[i].convention, &rule, &err), &err);
        char *text = lrp_rule_text(&rule, spellings[i].convention);
        assert_string_equal(text, spellings[i].shortest);
        check_ok(lrp_rule_parse(text, NULL, spellings[i].convention, &again, &err), &err);
        assert_true(lrp_rule_equal(&rule, &again));
        check_ok(lrp_rule_copy(&rule, &copy, &err), &err);
        assert_true(lrp_rule_equal(&rule, &copy));
        free(text);
        lrp_rule_clear(&rule);
        lrp_rule_clear(&again);
        lrp_rule_clear(&copy);
    }
}

static void what_is_no_rule_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "names nothing"},
        {"()", "names nothing"},
        {"epsilom", "nearest: epsilon"},
        {"zero(", "bracket"},
        {"zero)", "unknown rule"},
        {"zero(stabilizer=(1)", "brackets do not match"},
        {"zero(1)", "takes 0 values"},
        {"epsilon(1,2)", "takes 1 value without"},
        {"epsilon(,)", "empty argument"},
        {"epsilon(0.1,)", "empty argument"},
        {"epsilon(abc)", "epsilon cannot be \"abc\""},
        {"epsilon(0x)", "cannot be"},
        {"epsilon(1e99)", "cannot be"},
        {"epsilon(nan)", "cannot be"},
        {"epsilon(inf)", "cannot be"},
        {"epsilon(-1)", "cannot be"},
        {"epsilon(alpha=1)", "has no parameter alpha"},
        {"zero(bias=maybe)", "bias cannot be \"maybe\""},
        {"flat(bias=on)", "has no parameter bias"},
        {"alpha-beta(2,2)", "alpha - beta = 1"},
        {"alpha-beta(0,-1)", "beta >= 0"},
        {"alpha-beta(1.7,0.7001)", "alpha - beta = 1"},
        {"alpha-beta(3)", "alpha - beta = 1"},
        {"z-box", "needs its bounds"},
        {"z-box(1)", "needs its bounds"},
        {"z-box(2,1)", "low is above high"},
        {"z-box([0;2],[1;1])", "low is above high"},
        {"z-box(3,[1;2])", "low is above high"},
        {"z-box([1;2,3)", "brackets do not match"},
        {"z-box([],1)", "cannot be"},
        {"z-box([1;],1)", "cannot be"},
        {"pass(1)", "takes 0 values"},
        {"layer-norm(bias=off)", "no parameter"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_rule rule;
        struct lrp_error err = {0};
        check_fails(lrp_rule_parse(cases[i].text, NULL, JULIA, &rule, &err), &err, LRP_USAGE, cases[i].part);
    }
}

static void different_rules_are_not_equal(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "zero",           "epsilon",         "epsilon(1e-5)",   "zero(bias=off)", "z-box(0,1)",           "z-box(0,2)",
        "z-box([0;0],1)", "alpha-beta(2,1)", "alpha-beta(1,0)", "z-plus",         "z-plus(inputs=whole)", "gamma(0.1)",
        "gamma(0.2)"};
    enum { COUNT = sizeof texts / sizeof *texts };
    struct lrp_rule rules[COUNT];
    for (int i = 0; i < COUNT; i++) check_ok(lrp_rule_parse(texts[i], NULL, JULIA, &rules[i], NULL), NULL);
    for (int i = 0; i < COUNT; i++)
        for (int k = 0; k < COUNT; k++) assert_int_equal(lrp_rule_equal(&rules[i], &rules[k]), i == k);
    for (int i = 0; i < COUNT; i++) lrp_rule_clear(&rules[i]);
}

/* CONVENTIONS in lrpscope-lrp(7) */
static void conventions_set_defaults(void **state)
{
    (void)state;
    static const struct {
        enum lrp_convention convention;
        const char *rule;
        float stabilizer;
        enum lrp_bias_mode bias;
        enum lrp_inputs_mode inputs;
    } cases[] = {
        {JULIA, "zero", 1e-9F, LRP_BIAS_ON, LRP_INPUTS_SPLIT},
        {ZENNIT, "zero", 1e-6F, LRP_BIAS_ON, LRP_INPUTS_SPLIT},
        {CAPTUM, "zero", 1e-9F, LRP_BIAS_ON, LRP_INPUTS_SPLIT},
        {LRP_CONVENTION_PR26, "zero", 1e-9F, LRP_BIAS_ON, LRP_INPUTS_SPLIT},
        {JULIA, "epsilon", 1e-6F, LRP_BIAS_ON, LRP_INPUTS_SPLIT},
        {ZENNIT, "epsilon", 1e-6F, LRP_BIAS_ON, LRP_INPUTS_SPLIT},
        {CAPTUM, "epsilon", 1e-9F, LRP_BIAS_ON, LRP_INPUTS_SPLIT},
        {CAPTUM, "gamma", 1e-9F, LRP_BIAS_RAW, LRP_INPUTS_SPLIT},
        {JULIA, "w-square", 1e-9F, LRP_BIAS_OFF, LRP_INPUTS_SPLIT},
        {ZENNIT, "w-square", 1e-6F, LRP_BIAS_ON, LRP_INPUTS_SPLIT},
        {CAPTUM, "z-plus", 1e-9F, LRP_BIAS_RAW, LRP_INPUTS_WHOLE},
        {ZENNIT, "z-plus", 1e-6F, LRP_BIAS_ON, LRP_INPUTS_SPLIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_rule rule;
        check_ok(lrp_rule_parse(cases[i].rule, NULL, cases[i].convention, &rule, NULL), NULL);
        assert_true(rule.stabilizer == cases[i].stabilizer);
        assert_int_equal(rule.bias, cases[i].bias);
        assert_int_equal(rule.inputs, cases[i].inputs);
    }
}

static void conventions_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < LRP_CONVENTION_COUNT; i++) {
        enum lrp_convention convention;
        check_ok(lrp_convention_parse(lrp_convention_text((enum lrp_convention)i), &convention, NULL), NULL);
        assert_int_equal(convention, i);
    }
    enum lrp_convention convention;
    struct lrp_error err;
    check_fails(lrp_convention_parse("python", &convention, &err), &err, LRP_USAGE, "julia, zennit, captum, pr26, lxt");
}

static void amounts_can_be_read(const struct lrp_rule_row *row)
{
    size_t at;
    const char *why;
    for (int g = 0; g < row->group_count; g++) {
        const struct lrp_group *group = &row->groups[g];
        assert_in_range(group->term_count, 1, LRP_TERMS);
        assert_true(!group->factor || lrp_amount_check(group->factor, row, &at, &why));
        for (int t = 0; t < group->term_count; t++)
            assert_true(!group->terms[t].strength || lrp_amount_check(group->terms[t].strength, row, &at, &why));
    }
}

static void rows_of_the_table_are_whole_and_not_doubled(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct lrp_rule_info *row; (row = lrp_rule_at(NULL, count)); count++) {
        assert_true(row->name && *row->name && row->formula && *row->formula && row->fits && *row->fits);
        const struct lrp_rule_row *whole = lrp_rule_find(NULL, row->name);
        assert_ptr_equal(whole, lrp_rule_row(count));
        amounts_can_be_read(whole);
        for (int i = 0; i < row->parameter_count; i++) {
            assert_non_null(row->parameters[i].name);
            assert_int_equal(lrp_parameter_place(whole, row->parameters[i].name), i);
        }
        /* what the table says of defaults is what the parser does */
        struct lrp_rule bare, spelled;
        struct lrp_text text = {0};
        lrp_text_printf(&text, "%s(", row->name);
        for (int i = 0; i < row->parameter_count; i++)
            lrp_text_printf(&text, "%s%s=%s", i ? "," : "", row->parameters[i].name,
                            *row->parameters[i].value ? row->parameters[i].value : "1");
        lrp_text_append(&text, ")");
        assert_false(text.failed);
        check_ok(lrp_rule_parse(strcmp(row->name, "z-box") ? row->name : "z-box(1,1)", NULL, JULIA, &bare, NULL), NULL);
        check_ok(lrp_rule_parse(text.data, NULL, JULIA, &spelled, NULL), NULL);
        lrp_text_free(&text);
        assert_true(lrp_rule_equal(&bare, &spelled));
        lrp_rule_clear(&bare);
        lrp_rule_clear(&spelled);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_read_and_written_as_short_as_possible),
        cmocka_unit_test(what_is_no_rule_is_refused),
        cmocka_unit_test(different_rules_are_not_equal),
        cmocka_unit_test(conventions_set_defaults),
        cmocka_unit_test(conventions_have_names),
        cmocka_unit_test(rows_of_the_table_are_whole_and_not_doubled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
