/* test_text.c: growable strings, globs, suggestions, names of types, UTF-8. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "text.h"

static void grows_and_is_taken(void **state)
{
    (void)state;
    struct lrp_text text = {0};
    char *empty = lrp_text_take(&text);
    assert_string_equal(empty, "");
    free(empty);
    for (int i = 0; i < 1000; i++) lrp_text_printf(&text, "%d,", i % 10);
    lrp_text_append_n(&text, "a\0b", 3);
    assert_int_equal(text.length, 2003);
    char *taken = lrp_text_take(&text);
    assert_memory_equal(taken + 1990, "5,6,7,8,9,a\0b", 14);
    assert_null(text.data);
    free(taken);
}

static void a_failed_string_stays_failed(void **state)
{
    (void)state;
    struct lrp_text text = {0};
    lrp_text_append(&text, "x");
    lrp_text_append_n(&text, "", SIZE_MAX / 2);
    assert_true(text.failed);
    lrp_text_append(&text, "y");
    assert_null(lrp_text_take(&text));
}

static void globs_match_as_in_a_shell_but_star_takes_slashes(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *name;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"*", "", true},
        {"?", "", false},
        {"conv*", "conv1", true},
        {"conv*", "Conv1", false},
        {"*", "a/b/c", true},
        {"*/2/*", "x/2/y", true},
        {"a*b*c", "aXbXbXc", true},
        {"a*b*c", "aXbXbX", false},
        {"?", "\xc3\xa9", true},
        {"??", "\xc3\xa9", false},
        {"[a-c]1", "b1", true},
        {"[a-c]1", "d1", false},
        {"[!a-c]1", "d1", true},
        {"[!a-c]1", "a1", false},
        {"[]]x", "]x", true},
        {"[a-]", "-", true},
        {"a[", "a[", true},
        {"a[b", "a[b", true},
        {"[\xc3\xa0-\xc3\xaf]", "\xc3\xa9", true},
        {"a", "ab", false},
        {"ab", "a", false},
        {"**a**", "bab", true},
        {"\xff*", "\xff\xfe", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (lrp_glob_match(cases[i].pattern, cases[i].name) != cases[i].matches)
            fail_msg("%s against %s", cases[i].pattern, cases[i].name);
    assert_true(lrp_glob_has_magic("a[0]"));
    assert_false(lrp_glob_has_magic("a.b/c"));
}

static void a_hostile_glob_ends_quickly(void **state)
{
    (void)state;
    char pattern[402], name[2001];
    for (size_t i = 0; i < 400; i++) pattern[i] = i % 2 ? '*' : 'a';
    pattern[400] = 'b';
    pattern[401] = '\0';
    memset(name, 'a', 2000);
    name[2000] = '\0';
    assert_false(lrp_glob_match(pattern, name)); /* exponential if it backtracked over every star */
}

static void distances_count_edits(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } cases[] = {{"kitten", "sitting", 3}, {"", "abc", 3},  {"abc", "", 3},   {"conv", "CONV", 0},
                 {"relu", "reul", 1},      {"ab", "ba", 1}, {"ca", "abc", 3}, {"same", "same", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(lrp_edit_distance(cases[i].a, cases[i].b), cases[i].distance);
}

static void the_three_nearest_are_named_nearest_first(void **state)
{
    (void)state;
    static const char *const names[] = {"maxpool", "conv3", "conv10", "fc", "conv1"};
    struct lrp_text text = {0};
    lrp_text_nearest(&text, "conv1", names, 5);
    assert_string_equal(text.data, "conv1, conv3, conv10");
    lrp_text_free(&text);
    static const char *const types[] = {"dense", "dense", "relu", "dense"};
    lrp_text_nearest(&text, "dens", types, 4);
    assert_string_equal(text.data, "dense, relu");
    lrp_text_free(&text);
    lrp_text_nearest(&text, "x", names, 0);
    assert_int_equal(text.length, 0);
    lrp_text_free(&text);
}

static void operator_names_become_type_names(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"HardSwish", "hard-swish"},
                                           {"MaxPool", "max-pool"},
                                           {"LRN", "lrn"},
                                           {"QLinearConv", "q-linear-conv"},
                                           {"Conv", "conv"},
                                           {"ReduceL1", "reduce-l1"},
                                           {"IsNaN", "is-nan"},
                                           {"NaNMax", "nan-max"},
                                           {"", ""}};
    char buffer[64];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(lrp_kebab_case(cases[i][0], buffer, sizeof buffer), cases[i][1]);
    assert_true(strlen(lrp_kebab_case("AveragePool", buffer, 5)) < 5);
}

static void utf8_is_recognised_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {{"a", 1},
                 {"\xc3\xa9", 2},
                 {"\xe2\x82\xac", 3},
                 {"\xf0\x9f\x98\x80", 4},
                 {"\xc0\x80", 0},         /* overlong */
                 {"\xe0\x80\x80", 0},     /* overlong */
                 {"\xf0\x80\x80\x80", 0}, /* overlong */
                 {"\xed\xa0\x80", 0},     /* a surrogate */
                 {"\xf4\x90\x80\x80", 0}, /* beyond U+10FFFF */
                 {"\x80", 0},
                 {"\xc3", 0},
                 {"\xe2\x82", 0},
                 {"\xff", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(lrp_utf8_length(cases[i].bytes, strlen(cases[i].bytes)), cases[i].length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_is_taken),
        cmocka_unit_test(a_failed_string_stays_failed),
        cmocka_unit_test(globs_match_as_in_a_shell_but_star_takes_slashes),
        cmocka_unit_test(a_hostile_glob_ends_quickly),
        cmocka_unit_test(distances_count_edits),
        cmocka_unit_test(the_three_nearest_are_named_nearest_first),
        cmocka_unit_test(operator_names_become_type_names),
        cmocka_unit_test(utf8_is_recognised_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
