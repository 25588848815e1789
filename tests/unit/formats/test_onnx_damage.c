/* test_onnx_damage.c: cut and altered files are refused or read, but never more than that. */
#include <string.h>

#include "check.h"
#include "onnx.h"
#include "onnx_writer.h"
#include "temporary.h"

/* A small model with something of everything. */
static struct lrp_text make_model(void)
{
    struct onnx_writer w = {0};
    struct lrp_text attributes = {0}, graph = {0}, packed = {0};
    struct lrp_text tensor = onnx_tensor("v", 7, 1, (int64_t[]){1}, "\5\0\0\0\0\0\0\0", 8);
    onnx_input(&w, "x", 1, 2, (int64_t[]){-1, 3});
    onnx_initializer(&w, "w", 1, 2, (int64_t[]){1, 2}, "\0\0\x80\x3f\0\0\0\x40", 8);
    onnx_attribute_tensor(&attributes, "value", &tensor);
    onnx_attribute_ints(&attributes, "axes", 2, (int64_t[]){-1, 1000});
    onnx_attribute_string(&attributes, "mode", "linear");
    onnx_node_in(&graph, "", "Relu", "r", "a", "b", NULL);
    onnx_attribute_graph(&attributes, "body", &graph);
    onnx_node(&w, "If", "branch", "x", "y", &attributes);
    tensor = onnx_tensor_head("i", 6, 1, (int64_t[]){3});
    onnx_varint(&packed, 1);
    onnx_varint(&packed, 300);
    onnx_varint(&packed, (uint64_t)-1);
    onnx_message(&tensor, 5, &packed);
    onnx_message(&w.graph, 5, &tensor);
    onnx_output(&w, "y", 1, 1, (int64_t[]){4});
    return onnx_finish(&w, 13);
}

static void a_model_cut_at_any_byte_is_called_truncated(void **state)
{
    struct lrp_text model = make_model();
    const char *path = temporary_path(state, "model.onnx");
    struct lrp_definition *d;
    struct lrp_error err;
    for (size_t size = 1; size < model.length; size++) {
        char wanted[64];
        onnx_write_bytes(path, model.data, size);
        snprintf(wanted, sizeof wanted, "truncated at byte %zu", size);
        check_fails(lrp_onnx_read(path, &d, &err), &err, LRP_FILE, wanted);
        assert_null(d);
    }
    onnx_write_bytes(path, model.data, model.length);
    check_ok(lrp_onnx_read(path, &d, &err), &err);
    lrp_definition_free(d);
    lrp_text_free(&model);
}

static void any_altered_byte_is_survived(void **state)
{
    static const unsigned char changes[] = {0x00, 0x01, 0x08, 0x7f, 0x80, 0xff};
    struct lrp_text model = make_model();
    const char *path = temporary_path(state, "model.onnx");
    size_t refused = 0;
    for (size_t at = 0; at < model.length; at++)
        for (size_t c = 0; c < sizeof changes; c++) {
            const char before = model.data[at];
            struct lrp_definition *d;
            struct lrp_error err;
            model.data[at] = (char)changes[c];
            onnx_write_bytes(path, model.data, model.length);
            const enum lrp_status status = lrp_onnx_read(path, &d, &err);
            refused += status;
            assert_true(!status ? d != NULL : d == NULL && strstr(err.message, path) != NULL);
            lrp_definition_free(d);
            model.data[at] = before;
        }
    assert_true(refused > model.length);
    lrp_text_free(&model);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, temporary_setup, temporary_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_model_cut_at_any_byte_is_called_truncated),
        IN_FOLDER(any_altered_byte_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
