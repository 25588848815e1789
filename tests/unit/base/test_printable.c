/* test_printable.c: nothing from a file can steer, reorder or break the lines of what is shown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "json.h"
#include "printable.h"
#include "runes.h"

static const struct {
    const char *raw, *shown, *json;
} cases[] = {
    {"plain", "plain", "plain"},
    {"a\x1b[2Jb", "a?[2Jb", "a\\u001b[2Jb"},
    {"a\nb", "a?b", "a\\nb"},
    {"\x7f", "?", "\\u007f"},
    {"\xc2\x9b\x31m", "?1m", "\\u009b1m"},                   /* CSI in one C1 control */
    {"\xe2\x80\xae", "?", "\\u202e"},                        /* right-to-left override */
    {"\xe2\x81\xa6x\xe2\x81\xa9", "?x?", "\\u2066x\\u2069"}, /* isolates */
    {"\xd8\x9c\xe2\x80\x8e", "??", "\\u061c\\u200e"},
    {"\xe2\x80\xa8", "?", "\\u2028"},
    {"\xff\x41", "?A", "\\ufffdA"}, /* no UTF-8 */
    {"\xc3\xbc\xe6\xbc\xa2", "\xc3\xbc\xe6\xbc\xa2", "\xc3\xbc\xe6\xbc\xa2"},
    {"\xe2\x80\x94", "\xe2\x80\x94", "\xe2\x80\x94"}, /* a dash is no control */
};

static void what_a_terminal_obeys_becomes_a_question_mark(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *shown = lrp_printable(cases[i].raw);
        assert_string_equal(shown, cases[i].shown);
        free(shown);
    }
}

static void json_escapes_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char want[80];
        cJSON *item = cJSON_CreateString(cases[i].raw);
        char *text = lrp_json_print(item, true);
        snprintf(want, sizeof want, "\"%s\"", cases[i].json);
        assert_string_equal(text, want);
        free(text);
        cJSON_Delete(item);
    }
}

static void a_printed_text_keeps_its_lines(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    lrp_print(file, "a\x1b%s\nb\n", "\r\x08");
    fclose(file);
    assert_string_equal(text, "a???\nb\n");
    free(text);
}

static void errors_are_one_printable_line(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    lrp_fail(&err, LRP_FILE, "%s", "x\n\xe2\x80\xae\xc2\x85");
    assert_string_equal(err.message, "x???");
    lrp_fail_context(&err, LRP_FILE, "%s", "\x1b]0;");
    assert_string_equal(err.message, "?]0;: x???");
}

static void a_character_takes_the_columns_it_has_on_a_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
    } rows[] = {{"", 0},
                {"abc", 3},
                {"gr\xc3\xbc\xc3\x9f", 4},
                {"\xe6\xbc\xa2\xe5\xad\x97", 4}, /* two ideographs */
                {"e\xcc\x81", 1},
                /* e and a combining accent */ {"\xf0\x9f\x98\x80", 2},
                {"\xff\xfe", 2}, /* two invalid bytes */
                {"\xc3", 1},
                {"\xed\xa0\x80", 3}}; /* a surrogate is no character */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) assert_int_equal(lrp_text_columns(rows[i].text), rows[i].width);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_terminal_obeys_becomes_a_question_mark),
        cmocka_unit_test(json_escapes_it),
        cmocka_unit_test(a_printed_text_keeps_its_lines),
        cmocka_unit_test(a_character_takes_the_columns_it_has_on_a_terminal),
        cmocka_unit_test(errors_are_one_printable_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
