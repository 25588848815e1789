/* test_onnx.c: graphs, nodes, attributes and values of ONNX files. */
#include <string.h>

#include "read_back.h"

static void a_model_is_read_as_it_stands(void **state)
{
    struct onnx_writer w = {0};
    const float weights[] = {1, 2, 3, 4, 5, 6};
    struct lrp_text attributes = {0};
    onnx_string(&w.graph, 2, "net");
    onnx_input(&w, "x", 1, 4, (int64_t[]){-1, 3, 0, 7});
    onnx_input(&w, "w", 1, 2, (int64_t[]){3, 2}); /* an initialiser too, as before IR version 4 */
    onnx_input(&w, "mask", 7, -1, NULL);
    onnx_initializer(&w, "w", 1, 2, (int64_t[]){3, 2}, weights, sizeof weights);
    onnx_attribute_int(&attributes, "transB", 1);
    onnx_node(&w, "Gemm", "fc", "x w - b", "y", &attributes);
    onnx_node_in(&w.graph, "ai.onnx", "Relu", "", "y", "z", NULL);
    onnx_node_in(&w.graph, "com.example", "Mystery", "m", "", "q", NULL);
    onnx_output(&w, "z", 10, 2, (int64_t[]){-1, 2});
    onnx_value(&w.graph, 13, "y", 1, 9, (int64_t[]){1, 1, 1, 1, 1, 1, 1, 1, 1});
    onnx_opset(&w.model, "com.example", 3);
    onnx_string(&w.model, 25, ""); /* a function that nobody calls */
    struct lrp_definition *d = read_back(state, &w);

    assert_string_equal(d->name, "net");
    assert_string_equal(d->producer, "onnx_writer");
    assert_int_equal(d->ir_version, 8);
    assert_int_equal(d->opset_count, 2);
    assert_string_equal(d->opsets[0].domain, "com.example");
    assert_int_equal(d->opsets[0].version, 3);
    assert_string_equal(d->opsets[1].domain, "");
    assert_int_equal(d->opsets[1].version, 13);

    assert_int_equal(d->input_count, 2);
    assert_string_equal(d->inputs[0].name, "x");
    assert_true(lrp_shape_equal(&d->inputs[0].shape, &(struct lrp_shape){4, {-1, 3, 0, 7}}));
    assert_string_equal(d->inputs[0].dim_name[0], "N");
    assert_null(d->inputs[0].dim_name[1]);
    assert_string_equal(d->inputs[1].name, "mask");
    assert_int_equal(d->inputs[1].shape.rank, -1);
    assert_int_equal(d->inputs[1].dtype, LRP_DTYPE_INT64);
    assert_int_equal(d->output_count, 1);
    assert_int_equal(d->outputs[0].dtype, LRP_DTYPE_FLOAT16);
    assert_int_equal(d->value_count, 1);
    assert_int_equal(d->values[0].shape.rank, -1); /* nine dimensions: not known rather than refused */

    assert_int_equal(d->constant_count, 1);
    assert_string_equal(d->constants[0].name, "w");
    assert_int_equal(d->constants[0].blob->count, 6);
    assert_memory_equal(d->constants[0].blob->raw, weights, sizeof weights);

    assert_int_equal(d->node_count, 3);
    const struct lrp_node_definition *fc = &d->nodes[0];
    assert_string_equal(fc->name, "fc");
    assert_int_equal(fc->input_count, 4);
    assert_string_equal(fc->inputs[2], "");
    assert_string_equal(fc->inputs[3], "b");
    assert_int_equal(fc->output_count, 1);
    assert_string_equal(d->nodes[1].name, "");
    assert_string_equal(d->nodes[1].domain, "");
    assert_string_equal(d->nodes[2].domain, "com.example");
    assert_int_equal(d->nodes[2].input_count, 0);
    lrp_definition_free(d);
}

static void every_kind_of_attribute_is_kept(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_text a = {0}, inner = {0}, other = {0}, bare = {0}, packed = {0}, ints = {0}, reference = {0};
    struct lrp_text tensor = onnx_tensor("t", 7, 1, (int64_t[]){2}, "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16);
    onnx_attribute_float(&a, "f", -0.5f);
    onnx_attribute_int(&a, "i", -3);
    onnx_attribute_string(&a, "s", "SAME_UPPER");
    onnx_attribute_tensor(&a, "t", &tensor);
    onnx_node_in(&inner, "", "Relu", "inside", "a", "b", NULL);
    onnx_attribute_graph(&a, "g", &inner);
    onnx_attribute_floats(&a, "floats", 2, (float[]){1.5f, -2});
    onnx_attribute_ints(&a, "ints", 3, (int64_t[]){-1, 0, INT64_MAX});
    onnx_attribute_strings(&a, "strings", 2, (const char *[]){"one", ""});
    other = onnx_attribute_head("tensors", 9);
    onnx_message(&a, 5, &other);
    onnx_string(&bare, 1, "no type"); /* as before IR version 3 */
    onnx_number(&bare, 3, 42);
    onnx_message(&a, 5, &bare);
    packed = onnx_attribute_head("packed", 7);
    onnx_varint(&ints, 300);
    onnx_varint(&ints, (uint64_t)-2);
    onnx_message(&packed, 8, &ints);
    onnx_message(&a, 5, &packed);
    reference = onnx_attribute_head("reference", 2);
    onnx_string(&reference, 21, "of the function");
    onnx_message(&a, 5, &reference);
    struct lrp_text graphs = onnx_attribute_head("graphs", 10), one = {0}, two = {0};
    onnx_node_in(&one, "", "Relu", "first", "a", "b", NULL);
    onnx_node_in(&two, "", "Neg", "second", "a", "b", NULL);
    onnx_message(&graphs, 11, &one);
    onnx_message(&graphs, 11, &two);
    onnx_message(&a, 5, &graphs);
    onnx_node(&w, "Everything", "n", "", "", &a);
    struct lrp_definition *d = read_back(state, &w);

    const struct lrp_attribute *at = d->nodes[0].attributes;
    assert_int_equal(d->nodes[0].attribute_count, 13);
    assert_true(at[0].kind == LRP_ATTRIBUTE_FLOAT && at[0].f == -0.5f);
    assert_true(at[1].kind == LRP_ATTRIBUTE_INT && at[1].i == -3);
    assert_int_equal(at[2].kind, LRP_ATTRIBUTE_STRING);
    assert_string_equal(at[2].s, "SAME_UPPER");
    assert_int_equal(at[3].kind, LRP_ATTRIBUTE_TENSOR);
    assert_int_equal(lrp_blob_get_i64(at[3].tensor, 1), 2);
    assert_int_equal(at[4].kind, LRP_ATTRIBUTE_GRAPH);
    assert_string_equal(((const struct lrp_definition *)at[4].graph)->nodes[0].name, "inside");
    assert_true(at[5].kind == LRP_ATTRIBUTE_FLOATS && at[5].count == 2 && at[5].floats[1] == -2);
    assert_true(at[6].kind == LRP_ATTRIBUTE_INTS && at[6].count == 3 && at[6].ints[0] == -1 && at[6].ints[2] == INT64_MAX);
    assert_true(at[7].kind == LRP_ATTRIBUTE_STRINGS && at[7].count == 2);
    assert_string_equal(at[7].strings[0], "one");
    assert_string_equal(at[7].strings[1], "");
    assert_int_equal(at[8].kind, LRP_ATTRIBUTE_OTHER);
    assert_string_equal(at[8].name, "tensors");
    assert_true(at[9].kind == LRP_ATTRIBUTE_INT && at[9].i == 42);
    assert_true(at[10].count == 2 && at[10].ints[0] == 300 && at[10].ints[1] == -2);
    assert_int_equal(at[11].kind, LRP_ATTRIBUTE_REFERENCE); /* outside a function nothing is there to refer to */
    assert_string_equal(at[11].s, "of the function");
    assert_int_equal(lrp_attribute_graphs(&at[12]), 2);
    assert_string_equal(lrp_attribute_graph(&at[12], 1)->nodes[0].name, "second");
    lrp_definition_free(d);
}

/* Graphs in graphs: `levels` of them below the model's. */
static void nest(struct onnx_writer *w, int levels)
{
    struct lrp_text graph = {0};
    onnx_node_in(&graph, "", "Relu", "innermost", "a", "b", NULL);
    for (int i = 1; i < levels; i++) {
        struct lrp_text attributes = {0}, outer = {0};
        onnx_attribute_graph(&attributes, "body", &graph);
        onnx_node_in(&outer, "", "Loop", "", "", "", &attributes);
        graph = outer;
    }
    struct lrp_text attributes = {0};
    onnx_attribute_graph(&attributes, "body", &graph);
    onnx_node(w, "Loop", "", "", "", &attributes);
}

static void subgraphs_nest_sixteen_deep_and_no_deeper(void **state)
{
    struct onnx_writer w = {0};
    nest(&w, 16);
    struct lrp_definition *d = read_back(state, &w);
    const struct lrp_definition *graph = d;
    for (int i = 0; i < 16; i++) graph = graph->nodes[0].attributes[0].graph;
    assert_string_equal(graph->nodes[0].name, "innermost");
    lrp_definition_free(d);
    nest(&w, 17);
    check_read_fails(state, &w, "more than 16 deep");
    nest(&w, 1000);
    check_read_fails(state, &w, "more than 16 deep");
}

static void what_is_wrong_is_named(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_text a = {0};
    struct lrp_text tensor = onnx_tensor("", 1, 1, (int64_t[]){3}, "12345678", 8);
    onnx_attribute_tensor(&a, "value", &tensor);
    onnx_node(&w, "Constant", "c7", "", "y", &a);
    check_read_fails(state, &w, "node c7 (Constant): attribute value: 3 of float32 needs 12 bytes, 8 are there");

    struct lrp_text nothing = onnx_attribute_head("value", 4);
    onnx_message(&a, 5, &nothing);
    onnx_node(&w, "Constant", "", "", "y", &a);
    check_read_fails(state, &w, "node y (Constant): attribute value: its value is missing");

    onnx_number(&w.graph, 1, 5); /* a node that is a number */
    check_read_fails(state, &w, "damaged at byte");

    onnx_opset(&w.model, "a", -4);
    check_read_fails(state, &w, "version -4 of operator set \"a\"");
}

static void other_files_are_recognised(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *message;
    } cases[] = {
        {"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", 16, "not an ONNX model (it starts like a PNG file)"},
        {"\xff\xd8\xff\xe0\0\x10JFIF", 10, "like a JPEG file"},
        {"PK\3\4\x14\0\0\0", 8, "like a zip file"},
        {"import torch\n", 13, "like a text file"},
        {"{\"a\": 1}", 8, "like a text file"},
        {"version https://git-lfs.github.com/spec/v1\n", 43, "git lfs pull"},
        {"\x93NUMPY\1\0v\0{'descr'", 18, "like a .npy file"},
        {"", 0, "the file is empty"},
        {"\x08\x07", 2, "no graph"},
        {"\0\0\0\0\0\0\0\0\0\0", 10, "damaged at byte"},
    };
    struct lrp_definition *definition;
    struct lrp_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = temporary_path(state, "wrong");
        onnx_write_bytes(path, cases[i].bytes, cases[i].size);
        check_fails(lrp_onnx_read(path, &definition, &err), &err, LRP_FILE, cases[i].message);
        assert_non_null(strstr(err.message, path));
        assert_int_equal(lrp_onnx_read(path, &definition, NULL), LRP_FILE);
    }
    const char *folder = ((struct temporary *)*state)->folder;
    check_fails(lrp_onnx_read(folder, &definition, &err), &err, LRP_FILE, "Is a directory");
}

static void early_files_without_operator_sets_mean_version_one(void **state)
{
    static const char model[] = "\x08\x02\x3a\x00"; /* IR version 2, an empty graph */
    struct lrp_definition *d;
    struct lrp_error err;
    const char *path = temporary_path(state, "old.onnx");
    onnx_write_bytes(path, model, 4);
    check_ok(lrp_onnx_read(path, &d, &err), &err);
    assert_true(d->opset_count == 1 && d->opsets[0].version == 1);
    lrp_definition_free(d);
    onnx_write_bytes(path, "\x08\x03\x3a\x00", 4);
    check_fails(lrp_onnx_read(path, &d, &err), &err, LRP_FILE, "imports no operator set");
    onnx_write_bytes(path, "\x08\x02\x3a\x00\x3a\x00", 6);
    check_fails(lrp_onnx_read(path, &d, &err), &err, LRP_FILE, "several graphs");
}

static void many_nodes_are_read_without_comparing_all_with_all(void **state)
{
    struct onnx_writer w = {0};
    const int count = 20000;
    char name[16];
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "c%d", i);
        onnx_input(&w, name, 1, 0, NULL);
        onnx_initializer(&w, name, 1, 0, NULL, "\0\0\0\0", 4);
        onnx_node(&w, "Add", name, "a b", "c", NULL);
    }
    onnx_input(&w, "x", 1, 0, NULL);
    struct lrp_definition *d = read_back(state, &w);
    assert_int_equal(d->node_count, count);
    assert_int_equal(d->constant_count, count);
    assert_int_equal(d->input_count, 1);
    assert_string_equal(d->inputs[0].name, "x");
    lrp_definition_free(d);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, temporary_setup, temporary_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_model_is_read_as_it_stands),
        IN_FOLDER(every_kind_of_attribute_is_kept),
        IN_FOLDER(subgraphs_nest_sixteen_deep_and_no_deeper),
        IN_FOLDER(what_is_wrong_is_named),
        IN_FOLDER(other_files_are_recognised),
        IN_FOLDER(early_files_without_operator_sets_mean_version_one),
        IN_FOLDER(many_nodes_are_read_without_comparing_all_with_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
