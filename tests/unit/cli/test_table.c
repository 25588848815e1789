/* test_table.c: tables, widths, numbers, JSON, names of files. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#include "json.h"
#include "json_output.h"
#include "paths.h"
#include "progress.h"
#include "table.h"

static char *printed(const struct lrp_table *table)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    struct lrp_error err = {0};
    check_ok(lrp_cli_table_print(table, file, &err), &err);
    fclose(file);
    return text;
}

static void columns_are_aligned_and_lines_end_without_blanks(void **state)
{
    (void)state;
    static const struct lrp_table_column columns[] = {{"#", true}, {"name", false}, {"n", true}, {"note", false}};
    struct lrp_table table;
    lrp_cli_table_init(&table, columns, 4);
    const char *const cells[] = {"1", "\xc3\xbc", "12345", "", "12", "long name", "6", "x"};
    for (size_t i = 0; i < 8; i++) lrp_cli_table_cell(&table, "%s", cells[i]);
    char *text = printed(&table);
    assert_string_equal(text, " #  name           n  note\n"
                              " 1  \xc3\xbc          12345\n"
                              "12  long name      6  x\n");
    free(text);
    lrp_cli_table_free(&table);
}

/* Of four rows the second adds nothing, and what it is called with comes to each. */
static void fill_row(struct lrp_table *table, size_t row, const void *own)
{
    static const char *const names[] = {"\xc3\xbc", "", "a\tb", "last"};
    if (row == 1) return;
    lrp_cli_table_cell(table, "%zu", row + *(const size_t *)own);
    lrp_cli_table_text(table, names[row]);
    lrp_cli_table_text(table, row == 3 ? "x" : "");
}

static void rows_that_are_made_as_they_are_printed_are_aligned_likewise(void **state)
{
    (void)state;
    static const struct lrp_table_column columns[] = {{"#", true}, {"name", false}, {"note", false}};
    static const size_t first = 98;
    struct lrp_table_rows rows = {.count = 4, .fill = fill_row, .own = &first};
    struct lrp_error err = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    check_ok(lrp_cli_table_stream(columns, 3, &rows, file, &err), &err);
    rows.count = 0;
    check_ok(lrp_cli_table_stream(columns, 3, &rows, file, &err), &err);
    fclose(file);
    assert_string_equal(text, "  #  name  note\n"
                              " 98  \xc3\xbc\n"
                              "100  a?b\n"
                              "101  last  x\n"
                              "#  name  note\n");
    free(text);
}

static void an_empty_table_is_its_title_line(void **state)
{
    (void)state;
    static const struct lrp_table_column columns[] = {{"a", false}, {"b", true}};
    struct lrp_table table;
    lrp_cli_table_init(&table, columns, 2);
    char *text = printed(&table);
    assert_string_equal(text, "a  b\n");
    free(text);
    lrp_cli_table_free(&table);
}

static void a_nan_has_no_sign(void **state)
{
    (void)state;
    char text[40];
    assert_string_equal(lrp_cli_number((double)NAN, text, sizeof text), "nan");
    assert_string_equal(lrp_cli_number(-(double)NAN, text, sizeof text), "nan");
}

static void json_begins_with_version_and_model_and_is_utf8(void **state)
{
    (void)state;
    struct lrp_document d;
    lrp_cli_json_init(&d, "a\xff.onnx");
    lrp_cli_json_put_shape(&d, d.root, "shape", &(struct lrp_shape){.rank = 2, .dim = {-1, 3}});
    lrp_cli_json_put_shape(&d, d.root, "unknown", &(struct lrp_shape){.rank = -1});
    char *text = lrp_json_print(d.root, false);
    assert_string_equal(text, "{\"lrpscope\":1,\"model\":\"a\\ufffd.onnx\",\"shape\":[null,3],\"unknown\":null}");
    free(text);
    lrp_cli_json_free(&d);
}

static void files_of_several_samples_are_numbered_before_the_suffix(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a/b.png", "a/b-3.png"}, {"b", "b-3"}, {"x.d/b", "x.d/b-3"}, {".hidden", ".hidden-3"}, {"a.tar.gz", "a.tar-3.gz"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *name = lrp_cli_path_numbered(cases[i][0], 3);
        assert_string_equal(name, cases[i][1]);
        free(name);
    }
}

static void doubled_stems_get_a_number(void **state)
{
    (void)state;
    static const char *const paths[] = {"a/castle.png", "b/castle.jpg", "castle-2.png", "c/castle.npy", "-"};
    static const char *const want[] = {"castle", "castle-2", "castle-2-2", "castle-3", "stdin"};
    char **stems = lrp_cli_path_stems(paths, 5);
    for (size_t i = 0; i < 5; i++) assert_string_equal(stems[i], want[i]);
    lrp_cli_free_texts(stems, 5);
}

static void an_unwritable_place_is_told_and_left_as_it_was(void **state)
{
    (void)state;
    char file[] = "/tmp/lrp-file-XXXXXX";
    close(mkstemp(file));
    char below[64];
    snprintf(below, sizeof below, "%s/x.png", file);
    struct lrp_error err = {0};
    check_fails(lrp_cli_path_writable(below, &err), &err, LRP_FILE, "is not a folder");
    check_fails(lrp_cli_path_writable("/nonexistent-folder/x.png", &err), &err, LRP_FILE, "/nonexistent-folder/x.png");
    check_fails(lrp_cli_path_writable("/tmp", &err), &err, LRP_FILE, "it is a folder");
    check_fails(lrp_cli_path_writable("/dev/null", &err), &err, LRP_FILE, "no ordinary file");
    check_ok(lrp_cli_path_writable(file, &err), &err);
    assert_int_equal(access(file, F_OK), 0);
    unlink(file);
}

static void the_bar_is_as_long_as_the_work_done(void **state)
{
    (void)state;
    char line[160];
    assert_string_equal(lrp_cli_progress_text("a.png", "forward", 1, 2, line, sizeof line),
                        "a.png  forward  [###############...............]  1/2");
    assert_string_equal(lrp_cli_progress_text("a.png", "forward", 9, 0, line, sizeof line),
                        "a.png  forward  [##############################]  1/1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_aligned_and_lines_end_without_blanks),
        cmocka_unit_test(rows_that_are_made_as_they_are_printed_are_aligned_likewise),
        cmocka_unit_test(an_empty_table_is_its_title_line),
        cmocka_unit_test(a_nan_has_no_sign),
        cmocka_unit_test(json_begins_with_version_and_model_and_is_utf8),
        cmocka_unit_test(files_of_several_samples_are_numbered_before_the_suffix),
        cmocka_unit_test(doubled_stems_get_a_number),
        cmocka_unit_test(an_unwritable_place_is_told_and_left_as_it_was),
        cmocka_unit_test(the_bar_is_as_long_as_the_work_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
