/* test_onnx_tensor.c: tensors in every form ONNX allows: raw, packed, single, external, sparse. */
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "onnx.h"
#include "onnx_writer.h"
#include "temporary.h"

/* Reads one tensor (given back) as a file of its own. */
static enum lrp_status read_tensor(void **state, struct lrp_text *tensor, struct lrp_arena *arena, struct lrp_blob **out,
                                   struct lrp_error *err)
{
    const char *path = temporary_path(state, "tensor.pb");
    onnx_write_bytes(path, tensor->data, tensor->length);
    lrp_text_free(tensor);
    return lrp_onnx_read_tensor(path, arena, out, err);
}

static void every_type_is_read_from_its_own_field(void **state)
{
    static const struct {
        enum lrp_dtype dtype;
        unsigned field;
        char how; /* v(arint), 4, 8 */
        uint64_t written[2];
        double wanted[2];
    } cases[] = {
        {LRP_DTYPE_FLOAT, 4, '4', {0x3F800000, 0xC0200000}, {1, -2.5}},
        {LRP_DTYPE_DOUBLE, 10, '8', {0x3FF0000000000000, 0xC004000000000000}, {1, -2.5}},
        {LRP_DTYPE_INT32, 5, 'v', {7, (uint64_t)-8}, {7, -8}},
        {LRP_DTYPE_INT16, 5, 'v', {7, (uint64_t)-8}, {7, -8}},
        {LRP_DTYPE_INT8, 5, 'v', {127, (uint64_t)-128}, {127, -128}},
        {LRP_DTYPE_UINT16, 5, 'v', {7, 65535}, {7, 65535}},
        {LRP_DTYPE_UINT8, 5, 'v', {7, 255}, {7, 255}},
        {LRP_DTYPE_BOOL, 5, 'v', {0, 1}, {0, 1}},
        {LRP_DTYPE_FLOAT16, 5, 'v', {0x3C00, 0xC100}, {1, -2.5}},
        {LRP_DTYPE_BFLOAT16, 5, 'v', {0x3F80, 0xC020}, {1, -2.5}},
        {LRP_DTYPE_INT64, 7, 'v', {7, (uint64_t)-8}, {7, -8}},
        {LRP_DTYPE_UINT32, 11, 'v', {7, 4294967040}, {7, 4294967040}},
        {LRP_DTYPE_UINT64, 11, 'v', {7, 0x8000000000000000}, {7, 0x1p63}},
    };
    struct lrp_arena *arena = lrp_arena_new();
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int packed = 0; packed < 2; packed++) {
            struct lrp_text tensor = onnx_tensor_head("t", (int)cases[c].dtype, 2, (int64_t[]){1, 2}), numbers = {0};
            for (size_t i = 0; i < 2; i++) {
                struct lrp_text *to = packed ? &numbers : &tensor;
                if (!packed) onnx_tag(to, cases[c].field, cases[c].how == 'v' ? 0 : cases[c].how == '4' ? 5 : 1);
                if (cases[c].how == 'v')
                    onnx_varint(to, cases[c].written[i]);
                else
                    lrp_text_append_n(to, (const char *)&cases[c].written[i], cases[c].how == '4' ? 4 : 8);
            }
            if (packed) onnx_message(&tensor, cases[c].field, &numbers);
            struct lrp_blob *blob;
            struct lrp_error err;
            check_ok(read_tensor(state, &tensor, arena, &blob, &err), &err);
            assert_int_equal(blob->dtype, cases[c].dtype);
            assert_int_equal(blob->count, 2);
            for (size_t i = 0; i < 2; i++) check_close((double)lrp_blob_get_f32(blob, i), cases[c].wanted[i], 0);
        }
    lrp_arena_free(arena);
}

static void strings_are_copied(void **state)
{
    struct lrp_arena *arena = lrp_arena_new();
    struct lrp_text tensor = onnx_tensor_head("t", 8, 1, (int64_t[]){2});
    onnx_string(&tensor, 6, "cat");
    onnx_string(&tensor, 6, "");
    struct lrp_blob *blob;
    struct lrp_error err;
    check_ok(read_tensor(state, &tensor, arena, &blob, &err), &err);
    assert_null(blob->raw);
    assert_string_equal(blob->strings[0], "cat");
    assert_string_equal(blob->strings[1], "");
    tensor = onnx_tensor_head("t", 8, 1, (int64_t[]){(int64_t)1 << 40});
    onnx_string(&tensor, 6, "cat");
    check_fails(read_tensor(state, &tensor, arena, &blob, &err), &err, LRP_FILE, "1 are there");
    lrp_arena_free(arena);
}

static void weights_are_read_at_every_offset_and_not_copied(void **state)
{
    const float weights[] = {1.5f, -2, 3e-8f};
    unsigned offsets_seen = 0;
    for (size_t padding = 0; padding < 8; padding++)
        for (int packed = 0; packed < 2; packed++) {
            struct onnx_writer w = {0};
            struct lrp_text tensor = onnx_tensor_head("w", 1, 1, (int64_t[]){3});
            onnx_bytes(&w.graph, 10, "12345678", padding); /* doc_string */
            onnx_bytes(&tensor, packed ? 4 : 9, weights, sizeof weights);
            onnx_message(&w.graph, 5, &tensor);
            struct lrp_definition *d;
            struct lrp_error err;
            const char *path = temporary_path(state, "model.onnx");
            onnx_write(&w, 13, path);
            check_ok(lrp_onnx_read(path, &d, &err), &err);
            float got[3];
            lrp_blob_f32(d->constants[0].blob, 0, 3, got);
            check_f32_array(got, weights, 3, 0);
            const uintptr_t address = (uintptr_t)d->constants[0].blob->raw;
            offsets_seen |= 1u << (address % 4); /* mappings begin at a page, so this is the offset in the file */
            lrp_definition_free(d);
        }
    assert_int_equal(offsets_seen, 15);
}

static void impossible_tensors_are_refused(void **state)
{
    static const struct {
        int dtype, rank;
        int64_t dim[9];
        size_t bytes;
        const char *message;
    } cases[] = {
        {1, 1, {3}, 8, "tensor t: 3 of float32 needs 12 bytes, 8 are there"},
        {1, 1, {3}, 16, "16 are there"},
        {1, 0, {0}, 0, "scalar of float32 needs 4 bytes, 0 are there"},
        {1, 9, {1, 1, 1, 1, 1, 1, 1, 1, 1}, 4, "tensor t: has more than 8 dimensions"},
        {1, 1, {-1}, 4, "negative dimension"},
        {1, 2, {INT64_MAX, INT64_MAX}, 4, "too large"},
        {1, 3, {(int64_t)1 << 31, (int64_t)1 << 31, 4}, 4, "too large"},
        {11, 1, {(int64_t)1 << 48}, 8, "needs 2251799813685248 bytes"},
        {1, 2, {0, INT64_MAX}, 4, "needs 0 bytes"},
        {8, 1, {1}, 4, "strings cannot be raw"},
    };
    struct lrp_arena *arena = lrp_arena_new();
    struct lrp_blob *blob;
    struct lrp_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_text tensor =
            onnx_tensor("t", cases[i].dtype, cases[i].rank, cases[i].dim, "0123456789abcdef", cases[i].bytes);
        check_fails(read_tensor(state, &tensor, arena, &blob, &err), &err, LRP_FILE, cases[i].message);
    }
    struct lrp_text empty = {0};
    check_fails(read_tensor(state, &empty, arena, &blob, &err), &err, LRP_FILE, "empty");
    lrp_arena_free(arena);
}

static void empty_tensors_and_newer_types_are_kept(void **state)
{
    struct lrp_arena *arena = lrp_arena_new();
    struct lrp_blob *blob;
    struct lrp_error err;
    struct lrp_text tensor = onnx_tensor_head("t", 7, 2, (int64_t[]){0, 3});
    check_ok(read_tensor(state, &tensor, arena, &blob, &err), &err);
    assert_int_equal(blob->count, 0);
    assert_non_null(blob->raw);
    tensor = onnx_tensor("t", 24, 1, (int64_t[]){4}, "1234", 4); /* float8e8m0 */
    check_ok(read_tensor(state, &tensor, arena, &blob, &err), &err);
    assert_int_equal(blob->dtype, LRP_DTYPE_UNDEFINED);
    assert_int_equal(blob->count, 4);
    struct lrp_tensor *none;
    assert_int_equal(lrp_blob_tensor(blob, &none, &err), LRP_UNSUPPORTED);
    lrp_arena_free(arena);
}

/* Two in a byte, the low half first; an odd count leaves a half unused. */
static void elements_of_four_bits_are_unpacked(void **state)
{
    struct lrp_arena *arena = lrp_arena_new();
    struct lrp_blob *blob;
    struct lrp_error err;
    struct lrp_text tensor = onnx_tensor("t", LRP_DTYPE_INT4, 1, (int64_t[]){3}, "\x2f\x07", 2);
    check_ok(read_tensor(state, &tensor, arena, &blob, &err), &err);
    assert_int_equal(lrp_blob_get_i64(blob, 0), -1);
    assert_int_equal(lrp_blob_get_i64(blob, 1), 2);
    assert_int_equal(lrp_blob_get_i64(blob, 2), 7);
    tensor = onnx_tensor("t", LRP_DTYPE_UINT4, 1, (int64_t[]){3}, "\x2f\x07\x01", 3);
    assert_int_equal(read_tensor(state, &tensor, arena, &blob, &err), LRP_FILE);
    lrp_arena_free(arena);
}

/* ---- external data ---- */

static void add_external(struct onnx_writer *w, const char *name, int64_t count, const char *location, const char *offset,
                         const char *length)
{
    const char *const pairs[3][2] = {{"location", location}, {"offset", offset}, {"length", length}};
    struct lrp_text tensor = onnx_tensor_head(name, 1, 1, &count);
    for (size_t i = 0; i < 3; i++) {
        struct lrp_text entry = {0};
        if (!pairs[i][1]) continue;
        onnx_string(&entry, 1, pairs[i][0]);
        onnx_string(&entry, 2, pairs[i][1]);
        onnx_message(&tensor, 13, &entry);
    }
    onnx_number(&tensor, 14, 1);
    onnx_message(&w->graph, 5, &tensor);
}

static void external_data_is_mapped_once(void **state)
{
    const float values[] = {1, 2, 3, 4, 5};
    struct onnx_writer w = {0};
    struct lrp_definition *d;
    struct lrp_error err;
    char folder[160];
    snprintf(folder, sizeof folder, "%s", temporary_path(state, "sub"));
    assert_int_equal(mkdir(folder, 0700), 0);
    onnx_write_bytes(temporary_path(state, "w.data"), values, sizeof values);
    onnx_write_bytes(temporary_path(state, "sub/v.data"), values, sizeof values);
    add_external(&w, "a", 2, "w.data", NULL, "8");
    add_external(&w, "b", 3, "w.data", "8", "12");
    add_external(&w, "c", 1, "sub/v.data", "16", NULL);
    add_external(&w, "d", 0, "w.data", "20", "0");
    const char *path = temporary_path(state, "model.onnx");
    struct lrp_text model = onnx_finish(&w, 13);
    onnx_write_bytes(path, model.data, model.length);
    check_ok(lrp_onnx_read(path, &d, &err), &err);
    assert_true(lrp_blob_get_f32(d->constants[0].blob, 1) == 2);
    assert_true(lrp_blob_get_f32(d->constants[1].blob, 0) == 3 && lrp_blob_get_f32(d->constants[1].blob, 2) == 5);
    assert_true(lrp_blob_get_f32(d->constants[2].blob, 0) == 5);
    assert_ptr_equal((const char *)d->constants[1].blob->raw, (const char *)d->constants[0].blob->raw + 8);
    assert_int_equal(d->bytes, model.length + 2 * sizeof values);
    lrp_definition_free(d);
    lrp_text_free(&model);
}

static void external_data_cannot_leave_the_folder(void **state)
{
    static const struct {
        const char *location, *offset, *length, *message;
    } cases[] = {
        {"/etc/hostname", NULL, NULL, "outside the model's folder"},
        {"../secret", NULL, NULL, "outside the model's folder"},
        {"sub/../../secret", NULL, NULL, "outside the model's folder"},
        {"..", NULL, NULL, "outside the model's folder"},
        {"link", NULL, NULL, "link out of the model's folder"},
        {"linked/secret", NULL, NULL, "link out of the model's folder"},
        {"sub", NULL, NULL, "not a regular file"},
        {"", NULL, NULL, "without a location"},
        {NULL, NULL, NULL, "without a location"},
        {"w.data", "4", NULL, "w.data is truncated at byte 8"},
        {"w.data", "9", NULL, "truncated"},
        {"w.data", "9223372036854775807", NULL, "truncated"},
        {"w.data", "-4", NULL, "impossible offset \"-4\""},
        {"w.data", "x", NULL, "impossible offset"},
        {"w.data", "0", "4", "needs 8 bytes, the external data has 4"},
        {"w.data", "0", "99999999999999999999", "impossible length"},
    };
    char home[160], path[200], outside[200];
    snprintf(home, sizeof home, "%s", temporary_path(state, "home"));
    snprintf(path, sizeof path, "%s/model.onnx", home);
    assert_int_equal(mkdir(home, 0700), 0);
    onnx_write_bytes(temporary_path(state, "secret"), "12345678", 8);
    onnx_write_bytes(temporary_path(state, "home/w.data"), "12345678", 8);
    assert_int_equal(mkdir(temporary_path(state, "home/sub"), 0700), 0);
    snprintf(outside, sizeof outside, "%s", temporary_path(state, "secret"));
    assert_int_equal(symlink(outside, temporary_path(state, "home/link")), 0);
    assert_int_equal(symlink("..", temporary_path(state, "home/linked")), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct onnx_writer w = {0};
        struct lrp_definition *d;
        struct lrp_error err;
        add_external(&w, "big", 2, cases[i].location, cases[i].offset, cases[i].length);
        onnx_write(&w, 13, path);
        check_fails(lrp_onnx_read(path, &d, &err), &err, LRP_FILE, cases[i].message);
        assert_non_null(strstr(err.message, "model.onnx: tensor big: "));
    }
}

/* Its layers can be listed all the same; the weights read as zeros, and it is said which file they would be in. */
static void a_missing_file_is_told_and_reads_as_zeros(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_definition *d;
    struct lrp_error err;
    const char *path = temporary_path(state, "model.onnx");
    add_external(&w, "big", 2, "missing", "800", NULL);
    add_external(&w, "bigger", 1 << 20, "also/missing", NULL, NULL);
    onnx_write(&w, 13, path);
    check_ok(lrp_onnx_read(path, &d, &err), &err);
    assert_non_null(strstr(d->absent, "external data missing cannot be read: No such file"));
    assert_int_equal(d->file_count, 1);
    assert_true(lrp_blob_get_f32(d->constants[0].blob, 1) == 0);
    assert_true(lrp_blob_get_f32(d->constants[1].blob, (1 << 20) - 1) == 0);
    lrp_definition_free(d);
}

static void a_folder_whose_name_begins_alike_is_outside(void **state)
{
    struct onnx_writer w = {0};
    struct lrp_definition *d;
    struct lrp_error err;
    assert_int_equal(mkdir(temporary_path(state, "home"), 0700), 0);
    assert_int_equal(mkdir(temporary_path(state, "home2"), 0700), 0);
    onnx_write_bytes(temporary_path(state, "home2/w"), "1234", 4);
    assert_int_equal(symlink("../home2/w", temporary_path(state, "home/w")), 0);
    add_external(&w, "t", 1, "w", NULL, NULL);
    const char *path = temporary_path(state, "home/model.onnx");
    onnx_write(&w, 13, path);
    check_fails(lrp_onnx_read(path, &d, &err), &err, LRP_FILE, "link out of the model's folder");
}

/* ---- sparse initialisers ---- */

static void add_sparse(struct onnx_writer *w, int rank, const int64_t *dim, int64_t count, const float *values, int index_rank,
                       const int64_t *indices)
{
    struct lrp_text sparse = {0};
    const int64_t index_dim[] = {count, rank};
    const size_t index_count = (size_t)(index_rank == 2 ? count * rank : count);
    struct lrp_text tensor = onnx_tensor("s", 1, 1, &count, values, (size_t)count * 4);
    onnx_message(&sparse, 1, &tensor);
    tensor = onnx_tensor(NULL, 7, index_rank, index_dim, indices, index_count * 8);
    onnx_message(&sparse, 2, &tensor);
    for (int i = 0; i < rank; i++) onnx_number(&sparse, 3, (uint64_t)dim[i]);
    onnx_message(&w->graph, 15, &sparse);
}

static void sparse_initialisers_become_dense(void **state)
{
    const float wanted[] = {0, 5, 0, 0, 0, -7};
    struct onnx_writer w = {0};
    struct lrp_definition *d;
    struct lrp_error err;
    add_sparse(&w, 2, (int64_t[]){2, 3}, 2, (float[]){5, -7}, 1, (int64_t[]){1, 5});
    add_sparse(&w, 2, (int64_t[]){2, 3}, 2, (float[]){5, -7}, 2, (int64_t[]){0, 1, 1, 2});
    onnx_input(&w, "s", 1, 2, (int64_t[]){2, 3});
    const char *path = temporary_path(state, "model.onnx");
    onnx_write(&w, 13, path);
    check_ok(lrp_onnx_read(path, &d, &err), &err);
    assert_int_equal(d->constant_count, 2);
    assert_int_equal(d->input_count, 0);
    for (size_t i = 0; i < 2; i++) {
        float got[6];
        assert_string_equal(d->constants[i].name, "s");
        assert_int_equal(d->constants[i].blob->count, 6);
        lrp_blob_f32(d->constants[i].blob, 0, 6, got);
        check_f32_array(got, wanted, 6, 0);
    }
    lrp_definition_free(d);
}

static void impossible_sparse_initialisers_are_refused(void **state)
{
    static const struct {
        int rank;
        int64_t dim[2], indices[4];
        int index_rank;
        const char *message;
    } cases[] = {
        {2, {2, 3}, {1, 6}, 1, "sparse tensor s: index 1 lies outside"},
        {2, {2, 3}, {-1, 5}, 1, "index 0 lies outside"},
        {2, {2, 3}, {0, 3, 1, 2}, 2, "index 0 lies outside"},
        {2, {0, 3}, {0, 0, 0, 0}, 1, "index 0 lies outside"},
        {2, {100000, 100000}, {0, 1}, 1, "too large"},
        {2, {INT64_MAX, 2}, {0, 1}, 1, "too large"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct onnx_writer w = {0};
        struct lrp_definition *d;
        struct lrp_error err;
        add_sparse(&w, cases[i].rank, cases[i].dim, 2, (float[]){5, -7}, cases[i].index_rank, cases[i].indices);
        const char *path = temporary_path(state, "model.onnx");
        onnx_write(&w, 13, path);
        check_fails(lrp_onnx_read(path, &d, &err), &err, LRP_FILE, cases[i].message);
    }
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, temporary_setup, temporary_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(every_type_is_read_from_its_own_field),
        IN_FOLDER(strings_are_copied),
        IN_FOLDER(weights_are_read_at_every_offset_and_not_copied),
        IN_FOLDER(impossible_tensors_are_refused),
        IN_FOLDER(elements_of_four_bits_are_unpacked),
        IN_FOLDER(empty_tensors_and_newer_types_are_kept),
        IN_FOLDER(external_data_is_mapped_once),
        IN_FOLDER(external_data_cannot_leave_the_folder),
        IN_FOLDER(a_missing_file_is_told_and_reads_as_zeros),
        IN_FOLDER(a_folder_whose_name_begins_alike_is_outside),
        IN_FOLDER(sparse_initialisers_become_dense),
        IN_FOLDER(impossible_sparse_initialisers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
