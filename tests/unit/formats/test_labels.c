/* test_labels.c: names of classes from text and JSON. */
#include <string.h>

#include "check.h"
#include "labels.h"
#include "onnx_writer.h"
#include "temporary.h"

static void lines_and_maps_name_classes(void **state)
{
    static const struct {
        const char *text;
        size_t count;
        const char *names[3];
    } cases[] = {
        {"cat\ndog\n", 2, {"cat", "dog"}},
        {"cat\r\ndog, hound  ", 2, {"cat", "dog, hound"}},
        {"\xEF\xBB\xBFka\xC4\x8Dka\n\nlast\n", 3, {"ka\xC4\x8Dka", "", "last"}},
        {"", 0, {NULL}},
        {"{\"id2label\": {\"1\": \"dog\", \"0\": \"cat\"}}", 2, {"cat", "dog"}},
        {"\n {\"x\": 1, \"id2label\": {\"2\": \"emu\"}}", 3, {"", "", "emu"}},
        {"{\"id2label\": {\"0\": \"a\", \"0\": \"b\"}}", 1, {"b"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_labels labels;
        struct lrp_error err;
        const char *path = temporary_path(state, "labels");
        onnx_write_bytes(path, cases[i].text, strlen(cases[i].text));
        check_ok(lrp_labels_read(path, &labels, &err), &err);
        assert_int_equal(labels.count, cases[i].count);
        for (size_t k = 0; k < labels.count; k++) assert_string_equal(labels.names[k], cases[i].names[k]);
        lrp_labels_free(&labels);
        lrp_labels_free(&labels);
    }
}

static void bad_label_files_are_refused(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {{"{\"a\": 1}", "no \"id2label\""},
                 {"{\"id2label\": [\"a\"]}", "must be an object"},
                 {"{\"id2label\": {\"x\": \"a\"}}", "class numbers"},
                 {"{\"id2label\": {\"-1\": \"a\"}}", "class numbers"},
                 {"{\"id2label\": {\"0\": 5}}", "class numbers"},
                 {"{\"id2label\": {\"99999999999\": \"a\"}}", "class numbers"},
                 {"{\"id2label\": {", "line 1"}};
    struct lrp_labels labels;
    struct lrp_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = temporary_path(state, "labels");
        onnx_write_bytes(path, cases[i].text, strlen(cases[i].text));
        check_fails(lrp_labels_read(path, &labels, &err), &err, LRP_FILE, cases[i].message);
        assert_non_null(strstr(err.message, path));
        assert_null(labels.names);
    }
    check_fails(lrp_labels_read(temporary_path(state, "none"), &labels, &err), &err, LRP_FILE, "none: No such file");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, temporary_setup, temporary_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(lines_and_maps_name_classes),
        IN_FOLDER(bad_label_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
